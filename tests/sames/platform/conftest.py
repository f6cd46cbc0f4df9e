"""What the tests of passes share: the region's own rules, and an application that passes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from conurb.region.folder import load_region
from conurb.sames.platform.declared import Declared, read, texts_of
from tests.conftest import REGION

TODAY = date(2026, 3, 2)  # a Monday

Data = dict[str, Any]


@pytest.fixture(scope="session")
def region():
    return load_region(REGION)


@pytest.fixture(scope="session")
def rules(region) -> Declared:
    texts = texts_of(region)
    assert texts is not None
    return read(texts)


@pytest.fixture
def data() -> Data:
    """A refrigerated truck that brings food to the centre of Zhuzhou: every rule passes."""
    return application()


def application(**changes: Any) -> Data:
    return {
        "plate": "湘BYS001",
        "body": "refrigerated",
        "energy": "diesel",
        "stage": "6",
        "mass_kg": 9000,
        "length_m": "7.2",
        "owner_name": "测试配送有限公司（演示）",
        "owner_number": "91430200MADEM0001J",
        "driver_name": "张三（演示）",
        "driver_number": "",
        "driver_phone": "",
        "purpose": "livelihood",
        "cargo": "冷鲜果蔬",
        "destination": "430200",
        "corridors": ["K5"],
        "drawn": "",
        "from_time": "09:00",
        "until_time": "16:00",
        "days": "every",
        "term": "month",
        "first_day": TODAY.isoformat(),
        "renews": "",
        **changes,
    }
