"""What a project changes in a graph is what the graph of the finished network has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.network import dijkstra
from conurb.network.contraction import prepare
from conurb.network.multimodal import TRAVELS, Mode, Network, Service, graph_for
from conurb.network.projects import LineChange, LinkChange, NetworkProject, applied, on_graph
from conurb.network.scenario import Appraiser
from conurb.region.tables import Bilingual
from tests.network.test_multimodal import link, small  # noqa: F401

NAME = Bilingual("项目", "Project")


def project(key: str = "p", **given) -> NetworkProject:
    return NetworkProject(key, NAME, "road", ("2.2",), "", "study", True, NAME, **given)


def costs(network: Network, travel, at: float = 600.0) -> np.ndarray:
    graph = graph_for(network, travel, at)
    return dijkstra.costs_of(graph.graph, graph.zones, graph.zones)


@pytest.mark.parametrize(
    "change",
    [
        {"opens": (3,)},
        {"changes": (LinkChange(0, speed_kmh=90.0),)},
        {"changes": (LinkChange(0, speed_kmh=20.0),)},
        {"changes": (LinkChange(2, closed=True), LinkChange(4, speed_kmh=100.0)), "opens": (3,)},
        {"line_changes": (LineChange(0, services=(Service(360, 1320, 4),)),)},
        {"line_changes": (LineChange(0, runs=(3.0,)),), "opens": (3,)},
    ],
)
def test_the_appraiser_finds_what_the_finished_network_costs(small, change):  # noqa: F811
    built = project(**change)
    for travel in TRAVELS:
        base = graph_for(small, travel)
        appraiser = Appraiser(
            base.graph,
            prepare(base.graph),
            base.zones,
            base.zones,
            [on_graph(small, built, base)],
        )
        np.testing.assert_allclose(
            appraiser.after(["p"]), costs(applied(small, [built]), travel), rtol=1e-9
        )


def test_a_slower_road_beside_a_faster_one_changes_nothing(small):  # noqa: F811
    beside = link("beside", 0, 1, length_m=9000.0, state="planned")
    network = replace(small, links=(*small.links, beside))
    built = project(opens=(6,))
    assert on_graph(network, built, graph_for(network, "car")).arcs == ()


def test_a_project_of_roads_leaves_what_does_not_use_them(small):  # noqa: F811
    built = project(opens=(3,))
    assert on_graph(small, built, graph_for(small, "car")).arcs
    assert not on_graph(small, built, graph_for(small, "walk")).arcs, "no walking on expressways"


@given(speeds=st.lists(st.floats(5, 120), min_size=1, max_size=3))
def test_of_several_projects_on_a_link_the_fastest_stands(speeds):
    network = Network(NAME, (), (link("a", 0, 1, speed_kmh=60.0),))
    projects = [
        project(str(at), changes=(LinkChange(0, speed_kmh=speed),))
        for at, speed in enumerate(speeds)
    ]
    together = applied(network, projects).links[0]
    assert together.speed_kmh == max(speeds) or 60.0 in speeds
    assert Mode.CAR in together.modes
