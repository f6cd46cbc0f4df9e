"""What projects change is found without starting over, and is what a full search finds."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network import dijkstra, scenario
from conurb.network.contraction import prepare
from conurb.network.graph import Graph, GraphError, graph_of
from conurb.network.scenario import Appraiser, Arc, Project, changed, combined
from tests.network.test_costs import graphs, grid


@st.composite
def situations(draw: st.DrawFn) -> tuple[Graph, list[Project], list[int], list[int]]:
    """A graph, projects that build, speed up, slow down and close arcs, and some places."""
    graph = draw(graphs(most=10))
    node = st.integers(0, graph.nodes - 1)
    cost = st.one_of(st.integers(0, 12).map(float), st.floats(0.001, 30), st.just(np.inf))
    new = st.builds(Arc, node, node, cost)
    if len(graph.heads):
        there = st.integers(0, len(graph.heads) - 1)
        old = st.builds(
            lambda at, cost: Arc(int(graph.tails[at]), int(graph.heads[at]), cost), there, cost
        )
        new = st.one_of(new, old)
    arcs = st.lists(new, min_size=1, max_size=4, unique_by=lambda arc: (arc.tail, arc.head))
    projects = [
        Project(f"p{at}", tuple(given)) for at, given in enumerate(draw(st.lists(arcs, max_size=3)))
    ]
    some = st.lists(node, min_size=1, max_size=8)
    return graph, projects, draw(some), draw(some)


@pytest.mark.parametrize(("few", "most"), [(0, 1_000), (16, 1_000), (1, 1), (0, 0)])
@settings(max_examples=150)
@given(situation=situations())
def test_every_project_and_all_together_equal_a_full_search(few, most, situation):
    """By opening arcs, by a few searches, by preparing the changed graph."""
    with mock.patch.multiple(scenario, FEW=few, MOST_OPENED=most):
        check(situation)


def check(situation: tuple[Graph, list[Project], list[int], list[int]]) -> None:
    graph, projects, sources, targets = situation
    appraiser = Appraiser(graph, prepare(graph), sources, targets, projects)
    sets = [[project.key] for project in projects] + [[project.key for project in projects]]
    for keys in sets:
        whole = combined("all", [appraiser.projects[key] for key in keys])
        after = changed(graph, whole)
        expected = dijkstra.costs_of(after, sources, np.array(targets))
        np.testing.assert_allclose(appraiser.after(keys), expected, rtol=1e-9, atol=1e-12)
    before = dijkstra.costs_of(graph, sources, np.array(targets))
    np.testing.assert_allclose(appraiser.base, before, rtol=1e-9)


def test_a_town_with_a_bridge_a_bypass_and_a_closed_road():
    graph = grid(30, 11)
    last = graph.nodes - 1
    street = slice(graph.indptr[435], graph.indptr[436])
    closed = tuple(Arc(435, int(head), np.inf) for head in graph.heads[street])
    projects = [
        Project("bridge", (Arc(0, last, 1.0), Arc(last, 0, 1.0))),
        Project("bypass", tuple(Arc(30 * k, 30 * k + 30, 0.1) for k in range(29))),
        Project("closed", closed),
    ]
    places = np.arange(0, graph.nodes, 7)
    appraiser = Appraiser(graph, prepare(graph), places, places, projects, threads=2)
    for keys in (["bridge"], ["bypass"], ["closed"], ["bridge", "bypass", "closed"]):
        after = changed(graph, combined("x", [appraiser.projects[key] for key in keys]))
        expected = dijkstra.costs_of(after, places, places)
        found = appraiser.after(keys)
        np.testing.assert_allclose(found, expected, rtol=1e-9)
        assert (found != appraiser.base).any()


def test_a_road_to_where_no_road_led():
    graph = graph_of(3, [0], [1], [2.0])
    appraiser = Appraiser(graph, prepare(graph), [0], [2], [Project("new", (Arc(1, 2, 3.0),))])
    assert np.isinf(appraiser.base[0, 0])
    assert appraiser.after(["new"])[0, 0] == 5.0


@pytest.mark.parametrize(
    ("arc", "words"),
    [
        (Arc(0, 9, 1.0), "joins a node there is not"),
        (Arc(0, 1, -1.0), "a cost is a number of zero or more"),
        (Arc(0, 1, float("nan")), "a cost is a number of zero or more"),
    ],
)
def test_a_project_that_cannot_be_is_refused(arc, words):
    graph = graph_of(2, [0], [1], [1.0])
    with pytest.raises(GraphError) as refused:
        Appraiser(graph, prepare(graph), [0], [1], [Project("odd", (arc,))])
    assert words in refused.value.message_en


def test_closing_main_roads_prepares_the_graph_once_and_searches_nothing():
    graph = grid(30, 11)
    projects = [
        Project(
            f"street {at}",
            tuple(Arc(30 * at + step, 30 * at + step + 1, cost) for step in range(29)),
        )
        for at, cost in ((5, np.inf), (14, 20.0), (15, np.inf))
    ]
    places = np.arange(0, graph.nodes, 7)
    appraiser = Appraiser(graph, prepare(graph), places, places, projects)
    with (
        mock.patch.object(scenario, "prepare", wraps=prepare) as prepared,
        mock.patch.object(scenario.dijkstra, "costs_of") as searched,
    ):
        found = {project.key: appraiser.after([project.key]).copy() for project in projects}
    assert prepared.call_count == 1
    assert searched.call_count == 0
    for project in projects:
        expected = dijkstra.costs_of(changed(graph, project), places, places)
        np.testing.assert_allclose(found[project.key], expected, rtol=1e-9)
        same = expected == appraiser.base
        assert (found[project.key][same] == appraiser.base[same]).all()
