"""Contraction hierarchies: a graph prepared once, so that times from many places come quickly.

R. Geisberger, P. Sanders, D. Schultes, C. Vetter, Exact Routing in Large Road Networks Using
Contraction Hierarchies, Transportation Science 46 (2012). Nodes are taken out one after the other,
the least important first; where a least path led through a node, a shortcut takes its place. Every
least path then has an equal that first climbs in rank and then descends.

Nodes that paths may not lead through (`Graph.ends`) are taken out first and leave no shortcuts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from conurb.network.dijkstra import _pop, _push
from conurb.network.graph import Floats, Graph, Ints

SETTLED_WHEN_RANKING = 40
SETTLED_WHEN_CONTRACTING = 400


@dataclass(frozen=True)
class Hierarchy:
    """A graph with its shortcuts, its nodes renumbered: of two that are joined the higher first.

    `place[v]` is where node v stands. `up_*` holds for each place the arcs to higher places (by
    tail), `down_*` for each place the arcs that come from higher places (by head), both as
    compressed rows. `direct` are the tails, heads and costs of the arcs between two nodes that
    paths may not lead through, by the numbers of the graph.
    """

    place: Ints
    up_indptr: Ints
    up_heads: Ints
    up_costs: Floats
    down_indptr: Ints
    down_tails: Ints
    down_costs: Floats
    direct: tuple[Ints, Ints, Floats]

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.place)

    @cached_property
    def reversed(self) -> Hierarchy:
        """The hierarchy of the reversed graph: what led up comes down."""
        tails, heads, costs = self.direct
        return Hierarchy(
            self.place,
            self.down_indptr,
            self.down_tails,
            self.down_costs,
            self.up_indptr,
            self.up_heads,
            self.up_costs,
            (heads, tails, costs),
        )

    @property
    def arcs(self) -> int:
        """The number of arcs, shortcuts included."""
        return len(self.up_heads) + len(self.down_tails)


def prepare(graph: Graph) -> Hierarchy:
    """Contract a graph. The same graph gives the same hierarchy."""
    tails, heads, costs = graph.tails, graph.heads, graph.costs
    between = graph.ends[tails] & graph.ends[heads]
    direct = (tails[between], heads[between], costs[between])
    kept = ~between
    rank, all_tails, all_heads, all_costs = _contract(
        graph.nodes, tails[kept], heads[kept], costs[kept], graph.ends
    )
    place = _placed(rank, *_lower(rank, all_tails, all_heads))
    tail_at, head_at = place[all_tails], place[all_heads]
    up = head_at < tail_at
    up_indptr, up_heads, up_costs = _rows(graph.nodes, tail_at[up], head_at[up], all_costs[up])
    down_indptr, down_tails, down_costs = _rows(
        graph.nodes, head_at[~up], tail_at[~up], all_costs[~up]
    )
    return Hierarchy(
        place, up_indptr, up_heads, up_costs, down_indptr, down_tails, down_costs, direct
    )


def _lower(rank: Ints, tails: Ints, heads: Ints) -> tuple[Ints, Ints]:
    """Return for each node those of lower rank that it is joined with, as compressed rows."""
    down = rank[tails] > rank[heads]
    upper, lower = np.where(down, tails, heads), np.where(down, heads, tails)
    order = np.lexsort((rank[lower], upper))
    counts = np.bincount(upper, minlength=len(rank))
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32), lower[order].astype(np.int32)


def _rows(nodes: int, rows: Ints, columns: Ints, costs: Floats) -> tuple[Ints, Ints, Floats]:
    order = np.lexsort((columns, rows))
    counts = np.bincount(rows, minlength=nodes)
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return indptr, columns[order].astype(np.int32), costs[order]


@njit(cache=True)
def _placed(rank, indptr, lower):  # type: ignore[no-untyped-def]
    """Return a place for each node, after all that are joined with it and higher.

    Of the many such orders one that goes deep first: what lies near one another is then swept one
    after the other and found in the processor's cache. By rank alone a sweep over 300,000 nodes
    takes several times as long.
    """
    n = len(rank)
    waiting = np.zeros(n, np.int32)
    for each in lower:
        waiting[each] += 1
    by_rank = np.empty(n, np.int32)
    for node in range(n):
        by_rank[rank[node]] = node
    ready = np.empty(n, np.int32)
    count = 0
    for node in by_rank:
        if waiting[node] == 0:
            ready[count] = node
            count += 1
    place = np.empty(n, np.int32)
    placed = 0
    while count:
        count -= 1
        node = ready[count]
        place[node] = placed
        placed += 1
        for at in range(indptr[node], indptr[node + 1]):
            below = lower[at]
            waiting[below] -= 1
            if waiting[below] == 0:
                ready[count] = below
                count += 1
    return place


@njit(cache=True)
def _grown(array, size):  # type: ignore[no-untyped-def]
    larger = np.empty(size, array.dtype)
    larger[: len(array)] = array
    return larger


@njit(cache=True)
def _contract(n, tails_given, heads_given, costs_given, ends):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
    """Return rank by node and the tails, heads, costs of all arcs with their shortcuts.

    Arcs stand in linked lists by tail and by head, from which the arcs of contracted nodes are
    taken as they are met.
    """
    m = len(tails_given)
    capacity = 2 * m + 16
    tail = _grown(tails_given, capacity)
    head = _grown(heads_given, capacity)
    cost = _grown(costs_given, capacity)
    next_out = np.full(capacity, -1, np.int32)
    next_in = np.full(capacity, -1, np.int32)
    first_out = np.full(n, -1, np.int32)
    first_in = np.full(n, -1, np.int32)
    for arc in range(m):
        next_out[arc] = first_out[tail[arc]]
        first_out[tail[arc]] = arc
        next_in[arc] = first_in[head[arc]]
        first_in[head[arc]] = arc

    gone = np.zeros(n, np.bool_)
    depth = np.zeros(n, np.int32)
    removed = np.zeros(n, np.int32)
    rank = np.zeros(n, np.int32)
    placed = 0
    # what a path may not lead through leaves no shortcuts, so it can go at once
    for node in range(n):
        if ends[node]:
            gone[node] = True
            rank[node] = placed
            placed += 1

    label = np.empty(n)
    stamp = np.zeros(n, np.int64)
    now = 0
    keys = np.empty(4096)
    nodes = np.empty(4096, np.int32)
    priority = np.zeros(n)
    heap_keys = np.empty(n + 1)
    heap_nodes = np.empty(n + 1, np.int32)
    heap = 0
    short_tail = np.empty(64, np.int32)
    short_head = np.empty(64, np.int32)
    short_cost = np.empty(64)

    ranking = True  # the first pass over the nodes only ranks them
    order = 0
    node = np.int32(0)  # as the heap holds them
    while True:
        if ranking:
            while order < n and gone[order]:
                order += 1
            if order == n:
                ranking = False
                continue
            node = np.int32(order)
            order += 1
        else:
            if heap == 0:
                break
            node = heap_nodes[0]
            _pop(heap_keys, heap_nodes, heap)
            heap -= 1

        shortcuts = 0
        degree = 0
        limit = SETTLED_WHEN_RANKING if ranking else SETTLED_WHEN_CONTRACTING
        # the dearest way out, beyond which no witness can lie
        dearest = 0.0
        outs = 0
        before = -1
        arc = first_out[node]
        while arc >= 0:
            following = next_out[arc]
            if gone[head[arc]]:
                if before < 0:
                    first_out[node] = following
                else:
                    next_out[before] = following
            else:
                before = arc
                outs += 1
                dearest = max(dearest, cost[arc])
            arc = following
        degree += outs
        before = -1
        into = first_in[node]
        while into >= 0:
            following = next_in[into]
            source = tail[into]
            if gone[source]:
                if before < 0:
                    first_in[node] = following
                else:
                    next_in[before] = following
                into = following
                continue
            before = into
            into_cost = cost[into]
            degree += 1
            # where else can `source` go, without the node
            now += 1
            reach = into_cost + dearest
            stamp[source] = now
            label[source] = 0.0
            keys[0] = 0.0
            nodes[0] = source
            size = 1
            settled = 0
            while size > 0 and settled < limit:
                key = keys[0]
                at = nodes[0]
                _pop(keys, nodes, size)
                size -= 1
                if key > label[at]:
                    continue
                settled += 1
                if key > reach:
                    break
                past = -1
                step = first_out[at]
                while step >= 0:
                    ahead = next_out[step]
                    to = head[step]
                    if gone[to]:
                        if past < 0:
                            first_out[at] = ahead
                        else:
                            next_out[past] = ahead
                        step = ahead
                        continue
                    past = step
                    if to != node:
                        there = key + cost[step]
                        if there <= reach and (stamp[to] != now or there < label[to]):
                            stamp[to] = now
                            label[to] = there
                            if size + 1 >= len(keys):
                                keys = _grown(keys, 2 * len(keys))
                                nodes = _grown(nodes, 2 * len(nodes))
                            _push(keys, nodes, size, there, to)
                            size += 1
                    step = ahead
            arc = first_out[node]
            while arc >= 0:
                target = head[arc]
                if target != source:
                    through = into_cost + cost[arc]
                    if stamp[target] != now or label[target] > through:
                        if shortcuts == len(short_tail):
                            short_tail = _grown(short_tail, 2 * shortcuts)
                            short_head = _grown(short_head, 2 * shortcuts)
                            short_cost = _grown(short_cost, 2 * shortcuts)
                        short_tail[shortcuts] = source
                        short_head[shortcuts] = target
                        short_cost[shortcuts] = through
                        shortcuts += 1
                arc = next_out[arc]
            into = following

        score = 2.0 * shortcuts - degree + removed[node] + depth[node]
        if ranking:
            priority[node] = score
            _push(heap_keys, heap_nodes, heap, score, node)
            heap += 1
            continue
        if heap > 0 and score > heap_keys[0]:
            # others come first by now
            priority[node] = score
            _push(heap_keys, heap_nodes, heap, score, node)
            heap += 1
            continue

        for which in range(shortcuts):
            begin = short_tail[which]
            target = short_head[which]
            arc = first_out[begin]
            while arc >= 0 and head[arc] != target:
                arc = next_out[arc]
            if arc >= 0:
                cost[arc] = min(cost[arc], short_cost[which])
                continue
            if m == capacity:
                capacity *= 2
                tail = _grown(tail, capacity)
                head = _grown(head, capacity)
                cost = _grown(cost, capacity)
                next_out = _grown(next_out, capacity)
                next_in = _grown(next_in, capacity)
            tail[m] = begin
            head[m] = target
            cost[m] = short_cost[which]
            next_out[m] = first_out[begin]
            first_out[begin] = m
            next_in[m] = first_in[target]
            first_in[target] = m
            m += 1
        gone[node] = True
        rank[node] = placed
        placed += 1
        arc = first_out[node]
        while arc >= 0:
            other = head[arc]
            removed[other] += 1
            depth[other] = max(depth[other], depth[node] + 1)
            arc = next_out[arc]
        arc = first_in[node]
        while arc >= 0:
            other = tail[arc]
            removed[other] += 1
            depth[other] = max(depth[other], depth[node] + 1)
            arc = next_in[arc]
    return rank, tail[:m], head[:m], cost[:m]
