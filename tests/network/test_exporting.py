"""A network written as GeoPackage is what GDAL and QGIS read, and comes back the same."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest

from conurb.network.exporting import NoNetworkError, read_streets, write_gpkg
from conurb.network.multimodal import Network
from conurb.region.tables import Bilingual
from tests.network.test_multimodal import NAME, small  # noqa: F401
from tests.network.test_region_network import declared, region  # noqa: F401


def test_nodes_and_links_come_back_the_same(declared, tmp_path):  # noqa: F811
    file = tmp_path / "network.gpkg"
    write_gpkg(declared.network, file)
    back = read_streets(file, declared.network.name)
    assert back.nodes == declared.network.nodes
    assert back.links == declared.network.links


def test_layers_hold_results_in_wgs_84(small, tmp_path):  # noqa: F811
    file = tmp_path / "network.gpkg"
    minutes = np.arange(len(small.links), dtype=float)
    write_gpkg(small, file, of_links={"minutes": minutes}, of_zones={"reached": [1.5, 2.5]})
    write_gpkg(small, file, of_links={"minutes": minutes}, of_zones={"reached": [1.5, 2.5]})
    layers = {name for name, _ in pyogrio.list_layers(file)}
    assert layers == {"nodes", "links", "stations", "zones"}
    links, zones = (pyogrio.read_dataframe(file, layer=layer) for layer in ("links", "zones"))
    assert links.crs.to_epsg() == 4326
    assert list(links["minutes"]) == list(minutes)
    assert list(zones["reached"]) == [1.5, 2.5]
    assert len(links) == len(small.links), "written anew, not appended"


def test_an_empty_network_is_written_and_read(tmp_path):
    file = tmp_path / "network.gpkg"
    write_gpkg(Network(NAME, (), ()), file)
    assert read_streets(file, NAME).links == ()


def test_wrong_columns_and_files_are_refused(small, tmp_path):  # noqa: F811
    with pytest.raises(ValueError, match="1 values for 2 zones"):
        write_gpkg(small, tmp_path / "a.gpkg", of_zones={"reached": [1.0]})
    with pytest.raises(ValueError, match="named fid"):
        write_gpkg(small, tmp_path / "a.gpkg", of_zones={"fid": [1, 2]})
    with pytest.raises(NoNetworkError):
        read_streets(tmp_path / "missing.gpkg", Bilingual("", ""))
