"""The ways themselves: which arcs, links and lines a least path takes, and where it runs.

One search from a node serves all targets (E. W. Dijkstra, see `dijkstra`). Of several paths of
equal cost it is always the same one that is returned, and paths from one node form a tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from conurb.network.dijkstra import _search
from conurb.network.graph import Floats, Graph, Ints
from conurb.network.multimodal import LinkClass, Mode, ModeGraph, Network, Point
from conurb.region.tables import Bilingual

WALKED = Bilingual("", "")


@dataclass(frozen=True, eq=False)
class Path:
    """A least path: its cost, and its arcs and nodes in order; no arcs where there is no way.

    `arcs` are places in `graph.heads`, `nodes` one more than arcs, `passed` the cost at each node.
    A path from a node to itself is that node alone; where there is no way, `nodes` is empty.
    """

    cost: float
    arcs: Ints
    nodes: Ints
    passed: Floats


@dataclass(frozen=True)
class Leg:
    """A stretch of a path over one road, or on one line: what a traveller would call a leg.

    `kind` is the class of a road, the mode of a line, None of the way to and from streets and
    stations, and of waiting. `metres` is along the drawn course; of a line it is 0, since lines
    have stops and no course. `course` is longitudes and latitudes in order.
    """

    name: Bilingual
    ref: str
    kind: LinkClass | Mode | None
    minutes: float
    metres: float
    links: tuple[int, ...]
    course: tuple[Point, ...]


def paths_from(graph: Graph, source: int, targets: Sequence[int] | Ints) -> list[Path]:
    """Return a least path from one node to each target."""
    found, came = _search(
        graph.indptr, graph.heads, graph.costs, graph.ends, np.int32(source), np.int32(-1)
    )
    return [_path(graph, found, came, source, int(target)) for target in targets]


def path_between(graph: Graph, source: int, target: int) -> Path:
    """Return a least path from one node to another; the search ends at the target."""
    found, came = _search(
        graph.indptr, graph.heads, graph.costs, graph.ends, np.int32(source), np.int32(target)
    )
    return _path(graph, found, came, source, target)


def legs(network: Network, base: ModeGraph, path: Path) -> list[Leg]:
    """Return the legs of a path on the graph of a way to travel (`base.graph`)."""
    found: list[Leg] = []
    for leg in _steps(network, base, path):
        if found and _one(found[-1], leg):
            found[-1] = _joined(found[-1], leg)
        else:
            found.append(leg)
    return found


def course(network: Network, base: ModeGraph, path: Path) -> tuple[Point, ...]:
    """Return where a path runs, as far as nodes and links of the network have a place."""
    points: list[Point] = []
    for leg in _steps(network, base, path):
        points += [point for point in leg.course if not points or point != points[-1]]
    return tuple(points)


def _path(graph: Graph, found: Floats, came: Ints, source: int, target: int) -> Path:
    if not np.isfinite(found[target]):
        return Path(float("inf"), np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))
    arcs = _unpack(came, graph.tails, source, target)
    nodes = np.concatenate([[source], graph.heads[arcs]]).astype(np.int32)
    return Path(float(found[target]), arcs, nodes, found[nodes])


def _steps(network: Network, base: ModeGraph, path: Path) -> Iterator[Leg]:
    minutes = np.diff(path.passed)
    for at, arc in enumerate(path.arcs.tolist()):
        spent = float(minutes[at])
        tail, head = int(path.nodes[at]), int(path.nodes[at + 1])
        link, line = base.link_of(arc), base.line_of(arc)
        if line >= 0:
            ridden = network.lines[line]
            yield Leg(ridden.name, "", ridden.mode, spent, 0.0, (), _places(network, tail, head))
        elif link >= 0:
            road = network.links[link]
            run = road.geometry if road.tail == tail else road.geometry[::-1]
            yield Leg(road.name, road.ref, road.kind, spent, road.length_m, (link,), run)
        else:
            yield Leg(WALKED, "", None, spent, 0.0, (), _places(network, tail, head))


def _places(network: Network, *nodes: int) -> tuple[Point, ...]:
    """Where nodes lie; what a graph needs besides those of the network has no place of its own."""
    return tuple(network.nodes[node].point for node in nodes if node < len(network.nodes))


def _one(leg: Leg, following: Leg) -> bool:
    """Whether two steps are of one leg: the same road or line, whatever its class."""
    named = (leg.name, leg.ref) != (WALKED, "") or leg.kind is following.kind
    return named and (leg.name, leg.ref) == (following.name, following.ref)


def _joined(leg: Leg, following: Leg) -> Leg:
    ahead = following.course
    return Leg(
        leg.name,
        leg.ref,
        leg.kind,
        leg.minutes + following.minutes,
        leg.metres + following.metres,
        leg.links + following.links,
        leg.course + (ahead[1:] if leg.course[-1:] == ahead[:1] else ahead),
    )


@njit(cache=True, nogil=True)
def _unpack(came, tails, source, target):  # type: ignore[no-untyped-def]
    """Return the arcs that led from the source to the target, in order."""
    count = 0
    node = target
    while node != source:
        node = tails[came[node]]
        count += 1
    arcs = np.empty(count, np.int32)
    node = target
    while node != source:
        count -= 1
        arcs[count] = came[node]
        node = tails[came[node]]
    return arcs
