"""Every test has a folder of layers of its own, and the keys of the cities."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, settings: Any) -> None:
    keys = settings.DATA_PATH / "keys"
    settings.DATA_PATH = tmp_path
    (tmp_path / "keys").symlink_to(keys, target_is_directory=True)
