"""What changes to a graph do to its least costs, without starting over.

A project changes few arcs. Whatever becomes cheaper is found from the costs to and from the ends of
the changed arcs alone: the least way from s to t either stays as it is, or takes changed arcs, and
between them runs as it ran before. Whatever becomes dearer can only touch pairs whose least ways
used it; those are searched anew. Both give exactly what a full recomputation gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from conurb.network import dijkstra, sweeping
from conurb.network.contraction import Hierarchy, prepare
from conurb.network.graph import Flags, Floats, Graph, GraphError, Ints, graph_of

SLACK = 1e-12
"""Relative room for rounding when it is asked whether a least way uses an arc."""

MANY = 200
"""With more searches than this to be made anew, the changed graph is prepared instead."""


@dataclass(frozen=True)
class Arc:
    """An arc from one node to another and what it costs after the change; inf closes it."""

    tail: int
    head: int
    cost: float


@dataclass(frozen=True)
class Project:
    """A set of arcs that are built, mended, slowed or closed together."""

    key: str
    arcs: tuple[Arc, ...]


def combined(key: str, projects: Iterable[Project]) -> Project:
    """Return several projects as one; of arcs that several change the cheapest stands."""
    least: dict[tuple[int, int], float] = {}
    for project in projects:
        for arc in project.arcs:
            ends = (arc.tail, arc.head)
            least[ends] = min(arc.cost, least.get(ends, np.inf))
    return Project(key, tuple(Arc(tail, head, cost) for (tail, head), cost in least.items()))


def changed(graph: Graph, project: Project) -> Graph:
    """Return the graph as the project leaves it."""
    replaced = {(arc.tail, arc.head): arc.cost for arc in project.arcs}
    tails, heads, costs = graph.tails, graph.heads, graph.costs.copy()
    code = tails.astype(np.int64) * graph.nodes + heads
    costs[np.isin(code, [tail * graph.nodes + head for tail, head in replaced])] = np.inf
    return graph_of(
        graph.nodes,
        np.concatenate([tails, [arc[0] for arc in replaced]]),
        np.concatenate([heads, [arc[1] for arc in replaced]]),
        np.concatenate([costs, list(replaced.values())]),
        ends=graph.ends,
    )


class Appraiser:
    """The least costs between places before and after projects, from one preparation.

    `sources` and `targets` are nodes; `base` is the array (sources, targets) of costs before. What
    leads to and from the ends of all projects' arcs is computed once, when the appraiser is made.
    Raises GraphError for a project that names a node that there is not, or a cost that is none.
    """

    def __init__(
        self,
        graph: Graph,
        hierarchy: Hierarchy,
        sources: Sequence[int] | Ints,
        targets: Sequence[int] | Ints,
        projects: Sequence[Project],
        *,
        threads: int = 1,
    ) -> None:
        self.graph = graph
        self.sources = np.ascontiguousarray(sources, dtype=np.int32)
        self.targets = np.ascontiguousarray(targets, dtype=np.int32)
        self._threads = threads
        self.projects = {project.key: project for project in projects}
        for project in projects:
            _check(graph, project)
        ends = {node for each in projects for arc in each.arcs for node in (arc.tail, arc.head)}
        self.ends = np.array(sorted(ends), dtype=np.int32)
        self._at = {int(node): at for at, node in enumerate(self.ends)}
        self.base = sweeping.costs(hierarchy, self.sources, self.targets, threads=threads)
        self._to = sweeping.costs(hierarchy.reversed, self.ends, self.sources, threads=threads).T
        self._from = sweeping.costs(hierarchy, self.ends, self.targets, threads=threads)
        self._between = sweeping.costs(hierarchy, self.ends, self.ends, threads=threads)

    @cached_property
    def _present(self) -> dict[tuple[int, int], float]:
        """What the arcs that projects change cost before."""
        asked = {(arc.tail, arc.head) for each in self.projects.values() for arc in each.arcs}
        found = {}
        for tail, head in asked:
            row = slice(self.graph.indptr[tail], self.graph.indptr[tail + 1])
            at = np.flatnonzero(self.graph.heads[row] == head)
            found[tail, head] = float(self.graph.costs[row][at[0]]) if len(at) else np.inf
        return found

    def after(self, keys: Sequence[str], out: Floats | None = None) -> Floats:
        """Return the array (sources, targets) of least costs once these projects are done.

        Several are taken as one, see `combined`. What does not change is the base's to the last
        bit. `out` is filled and returned where it is given.
        KeyError for a project that was not given.
        """
        project = combined("+".join(keys), [self.projects[key] for key in keys])
        better, worse = self._sorted(project)
        found = np.empty_like(self.base) if out is None else out
        found[:] = self.base
        untouched = np.zeros(len(self.sources), dtype=bool)
        if worse and better:
            self._both_ways(project, better, worse, found)
        elif worse:
            self._worsen(project, worse, found)
        elif better:
            self._improve(better, untouched, self._from, self._between, found)
        if worse:
            _settle(found, self.base, SLACK)
        return found

    def _sorted(self, project: Project) -> tuple[list[Arc], list[Arc]]:
        """Return the arcs that become cheaper, and those that become dearer."""
        better, worse = [], []
        for arc in project.arcs:
            now = self._present[arc.tail, arc.head]
            if arc.cost < now:
                better.append(arc)
            elif arc.cost > now:
                worse.append(arc)
        return better, worse

    def _worsen(self, project: Project, worse: list[Arc], found: Floats) -> None:
        """Search anew the pairs whose least way may lead over the worse arcs, and no other."""
        rows = np.zeros(len(self.sources), dtype=bool)
        columns = np.zeros(len(self.targets), dtype=bool)
        for arc in worse:
            to_tail = self._to[:, self._at[arc.tail]] + self._present[arc.tail, arc.head]
            _mark(self.base, to_tail, self._from[self._at[arc.head]], SLACK, rows, columns)
        origins, destinations = np.flatnonzero(rows), np.flatnonzero(columns)
        if not len(origins):
            return
        graph = changed(self.graph, project)
        if min(len(origins), len(destinations)) > MANY:
            self._start_over(graph, found)
        elif len(origins) <= len(destinations):
            found[origins] = dijkstra.costs_of(graph, self.sources[origins], self.targets)
        else:
            back = dijkstra.costs_of(graph.reversed, self.targets[destinations], self.sources)
            found[:, destinations] = back.T

    def _both_ways(
        self, project: Project, better: list[Arc], worse: list[Arc], found: Floats
    ) -> None:
        """Search anew from sources that a worse arc touches; improve what all others find."""
        touched = np.zeros(len(self.sources), dtype=bool)
        ends_touched = np.zeros(len(self.ends), dtype=bool)
        for arc in worse:
            tail, head = self._at[arc.tail], self._at[arc.head]
            cost = self._present[arc.tail, arc.head]
            touched |= _uses(self._to[:, tail], cost, self._to[:, head])
            ends_touched |= _uses(self._between[:, tail], cost, self._between[:, head])
        anew, ends_anew = np.flatnonzero(touched), np.flatnonzero(ends_touched)
        if len(anew) + len(ends_anew) > MANY:
            self._start_over(changed(self.graph, project), found)
            return
        below, between = self._from, self._between
        if len(ends_anew):
            below, between = below.copy(), between.copy()
            slowed = changed(self.graph, Project(project.key, tuple(worse)))
            both = np.concatenate([self.targets, self.ends])
            costs = dijkstra.costs_of(slowed, self.ends[ends_anew], both)
            below[ends_anew] = costs[:, : len(self.targets)]
            between[ends_anew] = costs[:, len(self.targets) :]
        self._improve(better, touched, below, between, found)
        if len(anew):
            graph = changed(self.graph, project)
            found[anew] = dijkstra.costs_of(graph, self.sources[anew], self.targets)

    def _start_over(self, graph: Graph, found: Floats) -> None:
        """Prepare the changed graph: with much to search anew that is the shorter way."""
        sweeping.costs(prepare(graph), self.sources, self.targets, threads=self._threads, out=found)

    def _improve(
        self,
        better: list[Arc],
        touched: Flags,
        below: Floats,
        between: Floats,
        found: Floats,
    ) -> None:
        """Lower `found` by ways over the better arcs, in rows that are not touched."""
        tails = np.array([self._at[arc.tail] for arc in better])
        heads = np.array([self._at[arc.head] for arc in better])
        costs = np.array([arc.cost for arc in better])
        # from the head of one better arc over others to the head of another
        onward = self._through(between[np.ix_(heads, tails)], heads, tails) + costs
        np.fill_diagonal(onward, 0.0)
        for middle in range(len(better)):
            np.minimum(onward, onward[:, [middle]] + onward[[middle], :], out=onward)
        reach = self._to[:, tails].copy()
        closed = self.graph.ends[self.ends[tails]]
        reach[:, closed] = np.where(
            self.sources[:, None] == self.ends[tails][closed][None, :], reach[:, closed], np.inf
        )
        arrive = _least_sums(reach + costs, onward)
        leave = below[heads].copy()
        closed_heads = self.graph.ends[self.ends[heads]]
        leave[closed_heads] = np.where(
            self.ends[heads][closed_heads][:, None] == self.targets[None, :],
            leave[closed_heads],
            np.inf,
        )
        # an arc that brings a source to its head no sooner brings it nowhere sooner
        arrive[arrive >= self._to[:, heads]] = np.inf
        arrive[touched] = np.inf
        _lower(found, arrive, leave)

    def _through(self, costs: Floats, heads: Ints, tails: Ints) -> Floats:
        """Close the ways over nodes that paths may not lead through."""
        closed = self.graph.ends[self.ends[heads]][:, None] | self.graph.ends[self.ends[tails]]
        costs = costs.copy()
        costs[closed] = np.inf
        return costs


def _check(graph: Graph, project: Project) -> None:
    for arc in project.arcs:
        if not (0 <= arc.tail < graph.nodes and 0 <= arc.head < graph.nodes):
            raise GraphError(
                f"项目“{project.key}”的弧 {arc.tail} → {arc.head} 连接不存在的结点",
                f"project {project.key}: arc {arc.tail} → {arc.head} joins a node there is not",
            )
        if not arc.cost >= 0:
            raise GraphError(
                f"项目“{project.key}”的弧 {arc.tail} → {arc.head} 的费用应为不小于 0 的数",
                f"project {project.key}: arc {arc.tail} → {arc.head} costs {arc.cost}; "
                "a cost is a number of zero or more",
            )


def _uses(to_tail: Floats, cost: float, to_head: Floats) -> Flags:
    """Whether a least way to the head may lead over the arc."""
    if not np.isfinite(cost):
        return np.zeros(len(to_tail), dtype=bool)
    over = to_tail + cost
    return np.isfinite(over) & (over <= to_head * (1 + SLACK) + SLACK)


def _least_sums(left: Floats, right: Floats) -> Floats:
    """The product of two matrices in which sums are taken and the least of them kept."""
    found = np.full((len(left), right.shape[1]), np.inf)
    for middle in range(left.shape[1]):
        np.minimum(found, left[:, [middle]] + right[[middle], :], out=found)
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _mark(base, reach, leave, slack, rows, columns):  # type: ignore[no-untyped-def]
    """Mark the rows and columns of pairs of which reach[s] + leave[t] is the least cost."""
    for row in range(base.shape[0]):
        begin = reach[row]
        if begin == np.inf:
            continue
        for column in range(base.shape[1]):
            over = begin + leave[column]
            if over != np.inf and over <= base[row, column] * (1 + slack) + slack:
                rows[row] = True
                columns[column] = True


@njit(cache=True, nogil=True, error_model="numpy")
def _settle(found, base, slack):  # type: ignore[no-untyped-def]
    """Give back to the base what was searched anew and differs from it by rounding only."""
    for row in range(found.shape[0]):
        for column in range(found.shape[1]):
            before = base[row, column]
            if before != np.inf and abs(found[row, column] - before) <= slack * (1.0 + before):
                found[row, column] = before


@njit(cache=True, nogil=True, error_model="numpy")
def _lower(found, arrive, leave):  # type: ignore[no-untyped-def]
    """Lower each found[s, t] to arrive[s, a] + leave[a, t] where that is less."""
    for row in range(found.shape[0]):
        for arc in range(arrive.shape[1]):
            begin = arrive[row, arc]
            if begin == np.inf:
                continue
            for column in range(found.shape[1]):
                there = begin + leave[arc, column]
                here = found[row, column]
                found[row, column] = there if there < here else here
