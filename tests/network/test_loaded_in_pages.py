"""What a node loads with `conurb network load` is what its pages appraise on."""

from __future__ import annotations

import pytest

from conurb.network.exporting import write_gpkg
from conurb.network.keeping import drop
from conurb.network.region_network import FOLDER, STREETS
from conurb.sames.facilities.actions.loading import load
from conurb.sames.facilities.queries.network import network_of
from tests.network.test_gtfs import feed_file
from tests.network.test_region_network import declared, region  # noqa: F401
from tests.network.test_replacing import surveyed  # noqa: F401


@pytest.mark.django_db
def test_pages_appraise_on_what_was_loaded(region, surveyed, settings, tmp_path):  # noqa: F811
    settings.DATA_PATH = tmp_path
    settings.REGION_PATH = region.path
    drawn = load(region)
    assert drawn is not None
    assert drawn.schematic
    (tmp_path / FOLDER).mkdir()
    write_gpkg(surveyed, tmp_path / FOLDER / STREETS)
    feed_file(tmp_path).rename(tmp_path / FOLDER / "feed-1.zip")
    loaded = load(region)
    assert loaded is not None
    assert loaded.digest != drawn.digest
    assert not loaded.schematic
    network = network_of(loaded).network
    assert network.nodes[0].key == "osm:0"
    assert "stop:hub" in network.node_at
    assert loaded.problems, "stations that no street reaches are told"
    assert drop(tmp_path) == 2
    again = load(region)
    assert again is not None
    assert again.digest == drawn.digest
