"""Least costs by the hierarchy are those of Dijkstra's algorithm, ours and scipy's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra as scipy_dijkstra

from conurb.network import dijkstra, sweeping
from conurb.network.contraction import prepare
from conurb.network.graph import Graph, GraphError, graph_of
from conurb.network.tntp import read_network

TNTP = Path(__file__).resolve().parents[3] / "shared" / "data" / "tntp"


@st.composite
def graphs(draw: st.DrawFn, most: int = 14, ends: bool = True) -> Graph:
    """A small graph with every oddity: islands, parallel arcs, loops, zero costs, ends."""
    nodes = draw(st.integers(1, most))
    node = st.integers(0, nodes - 1)
    cost = st.one_of(st.integers(0, 9).map(float), st.floats(0.001, 50), st.just(np.inf))
    arcs = draw(st.lists(st.tuples(node, node, cost), max_size=4 * nodes))
    flags = draw(st.lists(st.booleans(), min_size=nodes, max_size=nodes)) if ends else None
    tails, heads, costs = zip(*arcs, strict=True) if arcs else ((), (), ())
    return graph_of(nodes, tails, heads, costs, ends=flags)


def by_hand(graph: Graph) -> np.ndarray:
    """All least costs by relaxing every arc until nothing changes (Bellman and Ford)."""
    found = np.full((graph.nodes, graph.nodes), np.inf)
    np.fill_diagonal(found, 0.0)
    for source in range(graph.nodes):
        for _round in range(graph.nodes):
            for tail, head, cost in zip(graph.tails, graph.heads, graph.costs, strict=True):
                if not graph.ends[tail] or tail == source:
                    found[source, head] = min(found[source, head], found[source, tail] + cost)
    return found


@given(graphs())
def test_all_ways_of_searching_agree(graph):
    expected = by_hand(graph)
    everywhere = np.arange(graph.nodes)
    np.testing.assert_allclose(
        dijkstra.costs_of(graph, everywhere, everywhere), expected, rtol=1e-12
    )
    hierarchy = prepare(graph)
    np.testing.assert_allclose(sweeping.costs(hierarchy, everywhere), expected, rtol=1e-9)
    back = sweeping.costs(hierarchy.reversed, everywhere, threads=2)
    np.testing.assert_allclose(back, expected.T, rtol=1e-9)


@given(graphs(), st.data())
def test_some_sources_and_targets_are_cut_from_all(graph, data):
    some = st.lists(st.integers(0, graph.nodes - 1), max_size=20)
    sources, targets = data.draw(some), data.draw(some)
    hierarchy = prepare(graph)
    whole = sweeping.costs(hierarchy, np.arange(graph.nodes))
    found = sweeping.costs(hierarchy, sources, targets)
    assert found.shape == (len(sources), len(targets))
    np.testing.assert_array_equal(found, whole[np.ix_(sources, targets)])
    for part, rows in sweeping.in_parts(hierarchy, sources, targets, rows=3):
        np.testing.assert_array_equal(rows, found[part])


@given(graphs(), st.data())
def test_a_path_costs_what_it_should(graph, data):
    node = st.integers(0, graph.nodes - 1)
    source, target = data.draw(node), data.draw(node)
    cost, arcs = dijkstra.path(graph, source, target)
    assert cost == pytest.approx(by_hand(graph)[source, target])
    if not np.isfinite(cost):
        assert len(arcs) == 0
        return
    at = source
    for arc in arcs:
        assert graph.tails[arc] == at
        assert at == source or not graph.ends[at]
        at = int(graph.heads[arc])
    assert at == target
    assert float(graph.costs[arcs].sum()) == pytest.approx(cost)


def grid(side: int, seed: int) -> Graph:
    """A town: streets both ways in a square, some of them missing, some fast."""
    chance = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    pairs = [(node[:, :-1].ravel(), node[:, 1:].ravel()), (node[:-1].ravel(), node[1:].ravel())]
    tails = np.concatenate([tail for tail, _ in pairs])
    heads = np.concatenate([head for _, head in pairs])
    kept = chance.random(len(tails)) > 0.1
    tails, heads = tails[kept], heads[kept]
    costs = chance.uniform(0.5, 2.0, len(tails)) * np.where(chance.random(len(tails)) < 0.1, 0.2, 1)
    return graph_of(
        side * side,
        np.concatenate([tails, heads]),
        np.concatenate([heads, tails]),
        np.concatenate([costs, costs]),
    )


def test_a_town_agrees_with_scipy():
    graph = grid(40, 5)
    sources = np.arange(0, graph.nodes, 17)
    matrix = csr_matrix((graph.costs, graph.heads, graph.indptr), shape=(graph.nodes,) * 2)
    expected = scipy_dijkstra(matrix, indices=sources)
    np.testing.assert_allclose(sweeping.costs(prepare(graph), sources), expected, rtol=1e-9)


@pytest.mark.skipif(not TNTP.is_dir(), reason="the public networks are not beside the project")
@pytest.mark.parametrize(
    ("name", "nodes", "links", "zones"),
    [("SiouxFalls", 24, 76, 24), ("Anaheim", 416, 914, 38), ("Sydney", 33113, 75379, 3264)],
)
def test_public_networks(name, nodes, links, zones):
    network = read_network((TNTP / f"{name}_net.tntp").read_text(encoding="utf-8"))
    assert (network.nodes, len(network.tails), network.zones) == (nodes, links, zones)
    graph = network.graph()
    sources = np.arange(0, nodes, max(1, nodes // 12))
    hierarchy = prepare(graph)
    expected = dijkstra.costs_of(graph, sources, np.arange(nodes))
    np.testing.assert_allclose(sweeping.costs(hierarchy, sources), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("arcs", "words"),
    [
        (([0], [5], [1.0]), "arc 1 joins a node"),
        (([0, 1], [1, -1], [1.0, 1.0]), "arc 2 joins a node"),
        (([0], [1], [-0.5]), "arc 1 costs -0.5"),
        (([0], [1], [np.nan]), "arc 1 costs nan"),
        (([0, 1], [1], [1.0]), "differ in number"),
    ],
)
def test_what_is_no_graph_is_refused(arcs, words):
    with pytest.raises(GraphError) as refused:
        graph_of(3, *arcs)
    assert words in refused.value.message_en
    assert refused.value.message_zh


HEADER = "<NUMBER OF NODES> 2\n<FIRST THRU NODE> 1\n<NUMBER OF LINKS> {links}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER.format(links=2) + "1 2 100 1 1 0.15 4 ;", "announces 2 links and has 1"),
        (HEADER.format(links=1) + "1 2 100 1", "line 4 is no link"),
        (HEADER.format(links=1) + "1 zwei 100 1 1 0.15 4", "line 4 is no link"),
        ("1 2 100 1 1 0.15 4", "no <NUMBER OF NODES>"),
    ],
)
def test_a_file_that_is_no_network_is_refused(text, words):
    with pytest.raises(GraphError) as refused:
        read_network(text)
    assert words in refused.value.message_en


@pytest.mark.parametrize("node", [-1, 3, 2**40])
def test_a_node_that_there_is_not_is_refused_by_every_search(node):
    # the kernels would read memory that is not theirs
    graph = graph_of(3, [0, 1], [1, 2], [1.0, 1.0])
    hierarchy = prepare(graph)
    for search in (
        lambda: dijkstra.costs_from(graph, node),
        lambda: dijkstra.costs_of(graph, [0], np.array([node])),
        lambda: dijkstra.costs_of(graph, [node], np.array([0])),
        lambda: dijkstra.path(graph, 0, node),
        lambda: sweeping.costs(hierarchy, [node]),
        lambda: sweeping.costs(hierarchy, [0], [node]),
        lambda: next(sweeping.in_parts(hierarchy, [node])),
    ):
        with pytest.raises(GraphError, match="there is no node"):
            search()


def test_graphs_of_nothing_and_of_one_node():
    empty = prepare(graph_of(0, [], [], []))
    assert sweeping.costs(empty, []).shape == (0, 0)
    one = graph_of(1, [0, 0], [0, 0], [0.0, 5.0])
    assert dijkstra.costs_from(one, 0).tolist() == [0.0]
    assert sweeping.costs(prepare(one), [0]).tolist() == [[0.0]]
