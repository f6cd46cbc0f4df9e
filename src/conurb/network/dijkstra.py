"""Shortest paths by Dijkstra's algorithm, for graphs that change too often to be prepared.

E. W. Dijkstra, A note on two problems in connexion with graphs, Numerische Mathematik 1 (1959);
with a binary heap of (cost, node) in which overtaken entries stay and are skipped.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit

from conurb.network.graph import Floats, Graph, Ints, some_of


def costs_from(graph: Graph, source: int) -> Floats:
    """Return the least cost from `source` to every node, n long; infinite where there is no way.

    Raises GraphError for a node that there is not, as all here do.
    """
    some_of(graph.nodes, source)
    found, _ = _search(
        graph.indptr, graph.heads, graph.costs, graph.ends, np.int32(source), np.int32(-1)
    )
    return found


def costs_of(graph: Graph, sources: Sequence[int] | Ints, targets: Ints) -> Floats:
    """Return the least costs from sources to targets: an array (sources, targets)."""
    some_of(graph.nodes, sources)
    some_of(graph.nodes, targets)
    found = np.empty((len(sources), len(targets)))
    for row, source in enumerate(sources):
        found[row] = costs_from(graph, int(source))[targets]
    return found


def path(graph: Graph, source: int, target: int) -> tuple[float, Ints]:
    """Return the least cost from one node to another, and the arcs of such a path in order.

    The arcs are places in `graph.heads`; (inf, no arcs) where there is no way. Of several paths of
    equal cost it is always the same one that is returned.
    """
    some_of(graph.nodes, (source, target))
    found, came = _search(
        graph.indptr, graph.heads, graph.costs, graph.ends, np.int32(source), np.int32(target)
    )
    arcs: list[int] = []
    node = target
    if np.isfinite(found[target]):
        tails = graph.tails
        while node != source:
            arc = int(came[node])
            arcs.append(arc)
            node = int(tails[arc])
    return float(found[target]), np.array(arcs[::-1], dtype=np.int32)


@njit(cache=True, nogil=True)
def _push(keys, nodes, size, key, node):  # type: ignore[no-untyped-def]
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at] = keys[above]
        nodes[at] = nodes[above]
        at = above
    keys[at] = key
    nodes[at] = node


@njit(cache=True, nogil=True)
def _pop(keys, nodes, size):  # type: ignore[no-untyped-def]
    """Take the least entry off a heap of `size`; what is left has one less."""
    last = size - 1
    key = keys[last]
    node = nodes[last]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= last:
            break
        if below + 1 < last and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at] = keys[below]
        nodes[at] = nodes[below]
        at = below
    keys[at] = key
    nodes[at] = node


@njit(cache=True, nogil=True)
def _search(indptr, heads, costs, ends, source, target):  # type: ignore[no-untyped-def]
    n = len(indptr) - 1
    found = np.full(n, np.inf)
    came = np.full(n, -1, np.int32)
    keys = np.empty(len(heads) + 1)
    nodes = np.empty(len(heads) + 1, np.int32)
    found[source] = 0.0
    keys[0] = 0.0
    nodes[0] = source
    size = 1
    while size:
        key = keys[0]
        node = nodes[0]
        _pop(keys, nodes, size)
        size -= 1
        if key > found[node]:
            continue
        if node == target:
            break
        if ends[node] and node != source:
            continue
        for arc in range(indptr[node], indptr[node + 1]):
            head = heads[arc]
            cost = key + costs[arc]
            if cost < found[head]:
                found[head] = cost
                came[head] = arc
                _push(keys, nodes, size, cost, head)
                size += 1
    return found, came
