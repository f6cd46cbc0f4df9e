"""Surveyed streets take the place of drawn ones; stations, zones and projects stand on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conurb.network import dijkstra
from conurb.network.checking import check, components
from conurb.network.exporting import NoNetworkError, write_gpkg
from conurb.network.multimodal import TRACKS, LinkClass, Network, graph_for
from conurb.network.projects import on_graph
from conurb.network.region_network import load_network
from conurb.network.replacing import on_streets
from tests.network.test_region_network import declared, region  # noqa: F401


@pytest.fixture(scope="module")
def surveyed(declared) -> Network:  # noqa: F811
    """The drawn roads, shifted by some 300 m and cut out of the rest, as a survey may have them."""
    drawn = declared.network
    roads = [
        link
        for link in drawn.links
        if link.kind not in TRACKS
        and link.state == "existing"
        and not link.road.startswith("street:")
    ]
    used = sorted({node for link in roads for node in (link.tail, link.head)})
    number = {node: at for at, node in enumerate(used)}

    def shifted(point):
        return (point[0] + 0.002, point[1] + 0.002)

    nodes = []
    for at, node in enumerate(used):
        lon, lat = shifted(drawn.nodes[node].point)
        nodes.append(replace(drawn.nodes[node], key=f"osm:{at}", lon=lon, lat=lat, county=""))
    links = tuple(
        replace(
            link,
            tail=number[link.tail],
            head=number[link.head],
            geometry=tuple(shifted(point) for point in link.geometry),
        )
        for link in roads
    )
    return Network(drawn.name, tuple(nodes), links)


def test_projects_stations_and_zones_find_their_places(declared, region, surveyed):  # noqa: F811
    moved = on_streets(declared, surveyed, region.counties)
    network = moved.network
    # these three lie further from any drawn road than one walks; surveyed streets reach them
    far = {"st-shaoshan-south", "st-jiulangshan", "st-chaling-south"}
    assert {problem.where for problem in moved.problems} == far
    assert not [each for each in check(network) if each.severity == "error"]
    assert (components(network) >= 0).sum() >= len(surveyed.nodes)
    assert [zone.code for zone in network.zones] == [z.code for z in declared.network.zones]
    assert all(zone.access for zone in network.zones)
    assert {each.key for each in network.stations if len(each.access) == 1} == far
    assert network.nodes[0].county, "nodes are given their counties"
    graphs = {travel: graph_for(network, travel, 480) for travel in ("car", "transit")}
    for before, after in zip(declared.projects, moved.projects, strict=True):
        assert len(after.opens) == len(before.opens), after.key
        assert len(after.changes) >= len(before.changes), after.key
        changed = [on_graph(network, after, graph).arcs for graph in graphs.values()]
        assert any(changed), after.key


def test_times_stay_about_the_same(declared, region, surveyed):  # noqa: F811
    moved = on_streets(declared, surveyed, region.counties)
    times = []
    for network in (declared.network, moved.network):
        graph = graph_for(network, "car")
        times.append(dijkstra.costs_of(graph.graph, graph.zones, graph.zones))
    away = times[0] > 15
    ratios = times[1][away] / times[0][away]
    assert 0.85 < np.median(ratios) < 1.1
    assert np.isfinite(times[1]).all()


def test_what_finds_no_place_is_told(declared, region, surveyed):  # noqa: F811
    named = tuple(
        replace(link, name=replace(link.name, zh="无名路"), ref="")
        for link in surveyed.links
        if link.kind is not LinkClass.METRO
    )
    moved = on_streets(declared, replace(surveyed, links=named), region.counties)
    told = {problem.where for problem in moved.problems}
    assert "dongzhu-bottlenecks" in told
    far = replace(
        declared.network,
        zones=tuple(replace(zone, lon=100.0) for zone in declared.network.zones),
    )
    moved = on_streets(replace(declared, network=far), surveyed, region.counties)
    assert {zone.code for zone in far.zones} <= {problem.where for problem in moved.problems}


def test_a_file_of_streets_is_loaded_with_the_region(region, surveyed, tmp_path):  # noqa: F811
    file = tmp_path / "streets.gpkg"
    write_gpkg(surveyed, file)
    loaded = load_network(region, tmp_path)
    assert loaded is not None
    assert not loaded.network.schematic
    assert loaded.network.nodes[0].key == "osm:0"
    file.write_bytes(b"nothing")
    with pytest.raises(NoNetworkError):
        load_network(region, tmp_path)
