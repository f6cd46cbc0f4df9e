"""What changes to a graph do to its least costs, without starting over.

A project changes few arcs. Whatever becomes cheaper is found from the costs to and from the ends of
the changed arcs alone: the least way from s to t either stays as it is, or takes changed arcs, and
between them runs as it ran before.

What becomes dearer is turned into the same: take out of the graph all arcs that any project makes
dearer, and prepare what is left once. In it every project only opens arcs, its own at their new
costs, those that it leaves alone at their present ones. Where few places are concerned, they are
searched anew instead. All give exactly what a full recomputation gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from conurb.network import dijkstra, sweeping
from conurb.network.contraction import Hierarchy, prepare
from conurb.network.graph import Floats, Graph, GraphError, Ints, graph_of

SLACK = 1e-12
"""Relative room for rounding when it is asked whether a least way uses an arc."""

FEW = 16
"""So many searches at most are made anew where arcs become dearer, before the graph without all
such arcs is prepared."""

MOST_OPENED = 1_000
"""With more arcs than this to be opened, the changed graph is prepared instead: to open k of them
takes about k³ steps, and k for every pair of places."""


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


@dataclass(frozen=True, eq=False)
class _Laid:
    """Least costs in a graph: from sources to targets, and to, from and between the arcs' ends."""

    base: Floats
    to: Floats
    below: Floats
    between: Floats


class Appraiser:
    """The least costs between places before and after projects, from one preparation.

    `sources` and `targets` are nodes; `base` is the array (sources, targets) of costs before. What
    leads to and from the ends of all projects' arcs is computed once, when the appraiser is made;
    the same without all that any project makes dearer, once that is needed.
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
        self._laid = self._lay(hierarchy)

    @property
    def base(self) -> Floats:
        """The least costs before any project: (sources, targets)."""
        return self._laid.base

    def _lay(self, hierarchy: Hierarchy) -> _Laid:
        sources, targets, ends, threads = self.sources, self.targets, self.ends, self._threads
        return _Laid(
            base=sweeping.costs(hierarchy, sources, targets, threads=threads),
            to=sweeping.costs(hierarchy.reversed, ends, sources, threads=threads).T,
            below=sweeping.costs(hierarchy, ends, targets, threads=threads),
            between=sweeping.costs(hierarchy, ends, ends, threads=threads),
        )

    @cached_property
    def _worsened(self) -> dict[tuple[int, int], float]:
        """The arcs that any project makes dearer, and what they cost before."""
        return {
            (arc.tail, arc.head): self._present[arc.tail, arc.head]
            for project in self.projects.values()
            for arc in project.arcs
            if arc.cost > self._present[arc.tail, arc.head]
        }

    @cached_property
    def _without(self) -> _Laid:
        """The least costs without any arc that a project makes dearer."""
        closed = tuple(Arc(tail, head, np.inf) for tail, head in self._worsened)
        return self._lay(prepare(changed(self.graph, Project("", closed))))

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
        if not worse:
            self._open(better, self._laid, found)
        else:
            if better or not self._searched(project, worse, found):
                self._reopen(project, found)
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

    def _searched(self, project: Project, worse: list[Arc], found: Floats) -> bool:
        """Search anew the pairs whose least way may lead over the worse arcs.

        Returns False, and does nothing, where that takes more than a few searches.
        """
        rows = np.zeros(len(self.sources), dtype=bool)
        columns = np.zeros(len(self.targets), dtype=bool)
        for arc in worse:
            to_tail = self._laid.to[:, self._at[arc.tail]] + self._present[arc.tail, arc.head]
            below = self._laid.below[self._at[arc.head]]
            _mark(self.base, to_tail, below, SLACK, rows, columns)
            if min(rows.sum(), columns.sum()) > FEW:
                return False
        origins, destinations = np.flatnonzero(rows), np.flatnonzero(columns)
        if not len(origins):
            return True
        graph = changed(self.graph, project)
        if len(origins) <= len(destinations):
            found[origins] = dijkstra.costs_of(graph, self.sources[origins], self.targets)
        else:
            back = dijkstra.costs_of(graph.reversed, self.targets[destinations], self.sources)
            found[:, destinations] = back.T
        return True

    def _reopen(self, project: Project, found: Floats) -> None:
        """Fill `found` from the graph without the worse arcs, opening what there is after."""
        after = dict(self._worsened)
        after.update({(arc.tail, arc.head): arc.cost for arc in project.arcs})
        opened = [Arc(tail, head, cost) for (tail, head), cost in after.items() if cost < np.inf]
        if len(opened) > MOST_OPENED:
            hierarchy = prepare(changed(self.graph, project))
            sweeping.costs(hierarchy, self.sources, self.targets, threads=self._threads, out=found)
            return
        found[:] = self._without.base
        self._open(opened, self._without, found)

    def _open(self, arcs: list[Arc], laid: _Laid, found: Floats) -> None:
        """Lower `found`, which is as it was laid, by ways over arcs that are opened in it."""
        if not arcs:
            return
        tails = np.array([self._at[arc.tail] for arc in arcs])
        heads = np.array([self._at[arc.head] for arc in arcs])
        costs = np.array([arc.cost for arc in arcs])
        # from the head of one opened arc over others to the head of another
        onward = self._through(laid.between[np.ix_(heads, tails)], heads, tails) + costs
        np.fill_diagonal(onward, 0.0)
        for middle in range(len(arcs)):
            np.minimum(onward, onward[:, [middle]] + onward[[middle], :], out=onward)
        reach = laid.to[:, tails].copy()
        closed = self.graph.ends[self.ends[tails]]
        reach[:, closed] = np.where(
            self.sources[:, None] == self.ends[tails][closed][None, :], reach[:, closed], np.inf
        )
        arrive = _least_sums(reach + costs, onward)
        leave = laid.below[heads].copy()
        closed_heads = self.graph.ends[self.ends[heads]]
        leave[closed_heads] = np.where(
            self.ends[heads][closed_heads][:, None] == self.targets[None, :],
            leave[closed_heads],
            np.inf,
        )
        # an arc that brings a source to its head no sooner brings it nowhere sooner
        arrive[arrive >= laid.to[:, heads]] = np.inf
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
