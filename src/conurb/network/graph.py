"""A directed graph with a cost on every arc, as arrays.

Nodes are 0 … n-1; whoever builds a graph keeps their own names beside it. Arcs stand in the
compressed form by tail (CSR): those of node v are `indptr[v]:indptr[v + 1]`. Costs are minutes
unless whoever builds the graph says otherwise; all that counts here is that they add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST = np.iinfo(np.int32).max


class GraphError(ValueError):
    """The arcs do not make a graph; says which, and what is wrong, in both languages."""

    def __init__(self, message_zh: str, message_en: str) -> None:
        self.message_zh = message_zh
        self.message_en = message_en
        super().__init__(message_en)


@dataclass(frozen=True)
class Graph:
    """A directed graph. Make one with `graph_of`, which checks and sorts.

    `indptr` is n+1, `heads` and `costs` are m long; `arcs` says for each arc which of the given
    ones it is (of parallel ones the cheapest). `ends[v]` is True where a path may begin or end at
    v but not lead through it, as at the zones of a planning network.
    """

    indptr: Ints
    heads: Ints
    costs: Floats
    arcs: Ints
    ends: Flags

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.indptr) - 1

    @cached_property
    def tails(self) -> Ints:
        """The tail of every arc."""
        return np.repeat(np.arange(self.nodes, dtype=np.int32), np.diff(self.indptr))

    @cached_property
    def reversed(self) -> Graph:
        """The same graph with every arc turned round."""
        order = np.lexsort((self.tails, self.heads))
        counts = np.bincount(self.heads, minlength=self.nodes)
        return Graph(
            np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
            self.tails[order],
            self.costs[order],
            self.arcs[order],
            self.ends,
        )


def graph_of(
    nodes: int,
    tails: ArrayLike,
    heads: ArrayLike,
    costs: ArrayLike,
    *,
    ends: ArrayLike | None = None,
) -> Graph:
    """Return the graph with these arcs.

    `tails`, `heads` and `costs` are equally long. A cost may be zero, and infinite where the arc is
    closed; arcs that are closed, or lead from a node to itself, are left out, and of parallel arcs
    the cheapest is kept (the first of equals). Raises GraphError for a node that there is not, and
    for a cost that is negative or no number.
    """
    tail = np.asarray(tails, dtype=np.int64).ravel()
    head = np.asarray(heads, dtype=np.int64).ravel()
    cost = np.asarray(costs, dtype=np.float64).ravel()
    if not len(tail) == len(head) == len(cost):
        raise GraphError(
            f"弧的起点、终点、费用个数不一致：{len(tail)}、{len(head)}、{len(cost)}",
            f"tails, heads and costs differ in number: {len(tail)}, {len(head)}, {len(cost)}",
        )
    if nodes < 0 or max(nodes, len(tail)) >= MOST:
        raise GraphError(f"图的规模不受支持：{nodes}", f"a graph of {nodes} nodes is not supported")
    _check_nodes(nodes, tail, head)
    _check_costs(cost)
    flags = np.zeros(nodes, dtype=bool) if ends is None else np.asarray(ends, dtype=bool).copy()
    if flags.shape != (nodes,):
        raise GraphError(
            f"ends 应有 {nodes} 个值，实有 {flags.size} 个",
            f"ends needs {nodes} values, there are {flags.size}",
        )
    kept = np.flatnonzero((tail != head) & np.isfinite(cost))
    order = kept[np.lexsort((kept, cost[kept], head[kept], tail[kept]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    order = order[first]
    counts = np.bincount(tail[order], minlength=nodes)
    return Graph(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        head[order].astype(np.int32),
        cost[order],
        order.astype(np.int32),
        flags,
    )


def some_of(nodes: int, wanted: ArrayLike) -> Ints:
    """Return numbers of nodes as an array; raises GraphError for one that there is not.

    The kernels do not look whether a node is within the graph.
    """
    given = np.asarray(wanted, dtype=np.int64).ravel()
    wrong = given[(given < 0) | (given >= nodes)]
    if len(wrong):
        raise GraphError(
            f"没有结点 {wrong[0]}：共 {nodes} 个结点，编号从 0 起",
            f"there is no node {wrong[0]}: the graph has {nodes}, numbered from 0",
        )
    return np.ascontiguousarray(given, dtype=np.int32)


def _check_nodes(nodes: int, tail: NDArray[np.int64], head: NDArray[np.int64]) -> None:
    wrong = np.flatnonzero((tail < 0) | (tail >= nodes) | (head < 0) | (head >= nodes))
    if len(wrong):
        at = int(wrong[0])
        raise GraphError(
            f"第 {at + 1} 条弧连接不存在的结点：{tail[at]} → {head[at]}（共 {nodes} 个结点）",
            f"arc {at + 1} joins a node that there is not: {tail[at]} → {head[at]} of {nodes}",
        )


def _check_costs(cost: Floats) -> None:
    wrong = np.flatnonzero(np.isnan(cost) | (cost < 0))
    if len(wrong):
        at = int(wrong[0])
        raise GraphError(
            f"第 {at + 1} 条弧的费用为 {cost[at]}，应为不小于 0 的数",
            f"arc {at + 1} costs {cost[at]}; a cost is a number of zero or more",
        )
