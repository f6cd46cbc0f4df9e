"""Paths lead where they say, cost what the costs say, and are told as a traveller would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.network import dijkstra
from conurb.network.multimodal import Bilingual, LinkClass, Network, graph_for
from conurb.network.paths import course, legs, path_between, paths_from
from tests.network.test_costs import graphs
from tests.network.test_dead_ends import UNNAMED, link, node


@given(graphs(), st.data())
def test_paths_cost_the_least_and_hold_together(graph, data):
    source = data.draw(st.integers(0, graph.nodes - 1))
    everywhere = np.arange(graph.nodes)
    expected = dijkstra.costs_of(graph, [source], everywhere)[0]
    for target, path in zip(everywhere, paths_from(graph, source, everywhere), strict=True):
        assert path.cost == expected[target]
        single = path_between(graph, source, int(target))
        assert single.cost == path.cost
        np.testing.assert_array_equal(single.arcs, path.arcs)
        if np.isinf(path.cost):
            assert len(path.arcs) == len(path.nodes) == 0
            continue
        assert (path.nodes[0], path.nodes[-1]) == (source, target)
        np.testing.assert_array_equal(graph.tails[path.arcs], path.nodes[:-1])
        np.testing.assert_array_equal(graph.heads[path.arcs], path.nodes[1:])
        np.testing.assert_allclose(np.diff(path.passed), graph.costs[path.arcs], atol=1e-9)
        assert not graph.ends[path.nodes[1:-1]].any()


def network() -> Network:
    """A street of two links and a motorway of one, end to end, the last link drawn backwards."""
    nodes = tuple(node(str(column), column, 0) for column in range(4))
    street = Bilingual("解放路", "Jiefang Road")
    links = [link(nodes, 0, 1), link(nodes, 1, 2), link(nodes, 3, 2, LinkClass.EXPRESSWAY)]
    links = [replace(each, name=street) for each in links[:2]] + [replace(links[2], ref="G4")]
    return Network(UNNAMED, nodes, tuple(links))


def test_legs_join_what_is_one_road():
    there = network()
    base = graph_for(there, "car")
    path = path_between(base.graph, 0, 3)
    street, motorway = legs(there, base, path)
    assert (street.name.en, street.kind, street.links) == (
        "Jiefang Road",
        LinkClass.SECONDARY,
        (0, 1),
    )
    assert (motorway.ref, motorway.kind, motorway.links) == ("G4", LinkClass.EXPRESSWAY, (2,))
    assert street.minutes + motorway.minutes == pytest.approx(path.cost)
    assert street.metres == pytest.approx(sum(each.length_m for each in there.links[:2]))
    points = [each.point for each in there.nodes]
    assert street.course == tuple(points[:3])
    assert motorway.course == tuple(points[2:])
    assert course(there, base, path) == tuple(points)


def test_a_place_is_its_own_path():
    there = network()
    base = graph_for(there, "car")
    path = path_between(base.graph, 2, 2)
    assert (path.cost, path.nodes.tolist(), legs(there, base, path)) == (0.0, [2], [])
