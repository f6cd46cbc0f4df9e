"""A graph like the roads of a metropolitan region, of any size, the same for the same seed.

Blocks of 150 m in a square, bent a little. Every tenth street is an arterial, every sixtieth a
motorway, which streets pass without meeting it and only arterials reach. Of the other streets three
tenths are missing, one in ten is one-way. Rivers run across, with bridges for arterials and
motorways only. What is not joined both ways to the greatest part is left out. The mean number of
streets that meet at a node is about three, as in towns of OpenStreetMap (G. Boeing, OSMnx,
Computers, Environment and Urban Systems 65, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from conurb.network.graph import Floats, Graph, Ints, graph_of

BLOCK = 150.0
ARTERIAL, MOTORWAY, RIVER = 10, 60, 130
SPEEDS = np.array([30.0, 50.0, 100.0])
"""Kilometres an hour of streets, arterials and motorways."""


@dataclass(frozen=True)
class Town:
    """A graph in minutes, with the place of every node in metres."""

    graph: Graph
    x: Floats
    y: Floats


def town(nodes: int, seed: int) -> Town:
    """Return a town with at least `nodes` nodes, and about as many."""
    side = round((nodes * 1.06) ** 0.5)
    while True:
        made = _town(side, seed)
        if made.graph.nodes >= nodes:
            return made
        side += max(1, round(side * 0.005))


def _town(side: int, seed: int) -> Town:
    chance = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    row, column = np.divmod(np.arange(side * side), side)
    x = (column + chance.uniform(-0.3, 0.3, side * side)) * BLOCK
    y = (row + chance.uniform(-0.3, 0.3, side * side)) * BLOCK
    tails, heads, kinds = [], [], []
    for across in (False, True):
        tail = (at[:, :-1] if across else at[:-1]).ravel()
        head = (at[:, 1:] if across else at[1:]).ravel()
        line = row[tail] if across else column[tail]
        along = column[tail] if across else row[tail]
        kind = np.where(line % MOTORWAY == 0, 2, np.where(line % ARTERIAL == 0, 1, 0))
        meets_motorway = ((along % MOTORWAY) == 0) | ((along + 1) % MOTORWAY == 0)
        crosses_river = (along % RIVER == RIVER // 2) & (not across)
        kept = (kind > 0) | (chance.random(len(tail)) > 0.3)
        kept &= (kind > 0) | ~(meets_motorway | crosses_river)
        tails.append(tail[kept])
        heads.append(head[kept])
        kinds.append(kind[kept])
    tail, head, kind = map(np.concatenate, (tails, heads, kinds))
    metres = np.hypot(x[tail] - x[head], y[tail] - y[head]) * chance.uniform(1.0, 1.3, len(tail))
    minutes = metres / 1000 / (SPEEDS[kind] * chance.uniform(0.8, 1.0, len(tail))) * 60
    both = (kind > 0) | (chance.random(len(tail)) > 0.1)
    all_tails = np.concatenate([tail, head[both]])
    all_heads = np.concatenate([head, tail[both]])
    costs = np.concatenate([minutes, minutes[both]])
    return _greatest_part(side * side, all_tails, all_heads, costs, x, y)


def _greatest_part(
    nodes: int, tails: Ints, heads: Ints, costs: Floats, x: Floats, y: Floats
) -> Town:
    matrix = csr_matrix((costs, (tails, heads)), shape=(nodes, nodes))
    _, label = connected_components(matrix, directed=True, connection="strong")
    inside = label == np.argmax(np.bincount(label))
    number = np.cumsum(inside) - 1
    kept = inside[tails] & inside[heads]
    graph = graph_of(int(inside.sum()), number[tails[kept]], number[heads[kept]], costs[kept])
    return Town(graph, x[inside], y[inside])


def stretches(
    made: Town, number: int, length: int, chance: np.random.Generator
) -> list[list[tuple[int, int, float]]]:
    """Return stretches of arterials or motorways: their arcs both ways, (tail, head, cost).

    Each is `length` links long.
    """
    graph = made.graph
    speed = _metres(made) / graph.costs * 60 / 1000
    arterial = speed > SPEEDS[0]
    found = []
    while len(found) < number:
        arc = int(chance.choice(np.flatnonzero(arterial)))
        tail, head = int(graph.tails[arc]), int(graph.heads[arc])
        stretch = {(tail, head): float(graph.costs[arc])}
        while len(stretch) < length:
            row = np.arange(graph.indptr[head], graph.indptr[head + 1])
            row = row[arterial[row] & (graph.heads[row] != tail)]
            if not len(row):
                break
            tail, head, arc = head, int(graph.heads[row[0]]), int(row[0])
            if (tail, head) in stretch:
                break
            stretch[tail, head] = float(graph.costs[arc])
        if len(stretch) == length:
            both = [(tail, head, cost) for (tail, head), cost in stretch.items()]
            found.append(both + [(head, tail, cost) for tail, head, cost in both])
    return found


def _metres(made: Town) -> Floats:
    tails, heads = made.graph.tails, made.graph.heads
    return np.hypot(made.x[tails] - made.x[heads], made.y[tails] - made.y[heads])
