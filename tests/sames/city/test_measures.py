"""Item 3.1 shows the catalogue of services as its system, with figures from live data."""

from __future__ import annotations

import pytest

from conurb.desk.services import services
from conurb.plan.measures import carriers_of

pytestmark = pytest.mark.django_db


def test_the_item_names_its_system_and_reads_live_figures():
    (carried,) = carriers_of("3.1")
    assert carried.carrier.key == "city"
    readings = {reading.measure.key: reading for reading in carried.readings}
    assert readings["services"].figure is not None
    assert readings["services"].figure.value == len(services())
    # on a node where nobody applied yet nothing is made up
    assert readings["across"].figure is None
    assert readings["across"].why_zh


def test_the_page_of_the_item_shows_it(client):
    page = client.get("/plan/2021/3.1/").content.decode()
    assert "三市政务服务一体办理" in page
    assert "/services/" in page
