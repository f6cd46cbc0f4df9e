"""Where roads stop at the border of two cities, or change class across it, and what that costs.

A road stops at a node where no other road leads straight on (within `turn` degrees) and the way it
was going nears the other city. It counts as a dead end of the border where the node lies within
`within` metres of that city and

- nothing at all leads on from it, and across the border, at most `gap` metres away, lies any node
  of a road; or
- one can turn off, but a road that stops on the other side lies at most `gap` metres away.

What joining would remove is the minutes between the two sides as things are, less those over a
straight road times `winding`, at the speed of the slower of the two roads. The other side is the
nearest that joining would bring nearer, of those that stop too before those that go by; where there
is none, nothing is lost and it is no dead end. Two that are one another's other side are told once.
Both definitions and limits are this project's own; on a network whose courses are not surveyed the
figures are no better than its drawing, and the limits want to be wide.

A road changes class at the border where a link that crosses it and the link straight on from it
(each the other's straight on, at first choice of the same road) are of different classes; what that
costs is the minutes that the lower of the two takes longer than at the pace of the higher.

A project heals a dead end at which the road no longer stops once it is done; and whatever it takes
at least `healed` of the loss from, it alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import shapely

from conurb.network.contraction import prepare
from conurb.network.graph import Floats
from conurb.network.multimodal import (
    NOON,
    PACE,
    TRACKS,
    Link,
    LinkClass,
    Mode,
    Network,
    Pace,
    driven_speed,
    graph_for,
    minutes_of,
)
from conurb.network.projects import NetworkProject, on_graph
from conurb.network.scenario import Appraiser

CLASSES: tuple[LinkClass, ...] = tuple(
    kind for kind in LinkClass if kind not in TRACKS and kind is not LinkClass.PATH
)
"""The classes of roads, the highest first, but for ramps, which have no rank."""

DESTINATIONS = frozenset({"station", "port", "airport", "border"})
"""Kinds of nodes at which a road may stop: one wants to get there, or the network ends there."""

METRES_A_DEGREE = 111_195.0
"""Along a meridian of a sphere of 6,371 km; good to half a percent over a region."""


@dataclass(frozen=True)
class Limits:
    """The distances and shares of the definitions; see the module."""

    within: float = 3_000.0
    gap: float = 8_000.0
    turn: float = 60.0
    winding: float = 1.2
    healed: float = 0.5


LIMITS = Limits()


@dataclass(frozen=True)
class DeadEnd:
    """A road that stops at `node`, and what lies across the border. Distances in metres.

    `link` is the road's last link, `other_node` the other side, where `other_link` stops too, or
    -1 where the road over there goes by. `minutes_now` are the mean of both directions, infinite
    where one of them has no way. `healed_by` are keys of projects.
    """

    node: int
    link: int
    city: str
    other_node: int
    other_link: int
    other_city: str
    to_border: float
    gap: float
    minutes_now: float
    minutes_joined: float
    healed_by: tuple[str, ...] = ()

    @property
    def detour(self) -> float:
        """The minutes that joining both sides would remove."""
        return self.minutes_now - self.minutes_joined


@dataclass(frozen=True)
class ClassChange:
    """A road that is of a lower class on one side: `link`, which `other_link` leads on to.

    `city` is that of the lower side. `minutes_now` are those of the lower stretch, `minutes_level`
    those at the speed of the higher class.
    """

    node: int
    link: int
    city: str
    other_link: int
    other_city: str
    minutes_now: float
    minutes_level: float
    healed_by: tuple[str, ...] = ()

    @property
    def loss(self) -> float:
        """The minutes that the lower class costs."""
        return self.minutes_now - self.minutes_level


@dataclass(frozen=True)
class Borders:
    """What is found at the borders, the greatest loss first."""

    dead_ends: tuple[DeadEnd, ...]
    class_changes: tuple[ClassChange, ...]

    @property
    def left(self) -> tuple[DeadEnd, ...]:
        """The dead ends that no project heals."""
        return tuple(each for each in self.dead_ends if not each.healed_by)


def find(
    network: Network,
    cities: Mapping[str, shapely.Geometry],
    projects: Sequence[NetworkProject] = (),
    *,
    limits: Limits = LIMITS,
    at: float = NOON,
    pace: Pace = PACE,
) -> Borders:
    """Return the dead ends and changes of class at the borders of these cities.

    `cities` are areas in degrees by the codes that nodes name. Nodes of no city are left out, and
    DESTINATIONS. Only what is open counts as a road.
    """
    roads = _Roads(network, cities, limits, at, pace)
    stops = list(roads.stops())
    measured = _Measured(network, projects, at, pace)
    found = _paired(roads, stops, measured)
    changes = list(roads.class_changes())
    heals = measured.heals(
        chain(
            ((each.node, each.other_node, each.detour) for each in found),
            ((*_ends(network, each.link), each.loss) for each in changes),
        ),
        limits.healed,
    )
    led_on = [list(roads.led_on(projects, each)) for each in found]
    found = [
        replace(each, healed_by=tuple(sorted({*next(heals), *keys})))
        for each, keys in zip(found, led_on, strict=True)
    ]
    changes = [replace(each, healed_by=next(heals)) for each in changes]
    return Borders(
        tuple(sorted(found, key=lambda each: (-each.detour, each.node, each.other_node))),
        tuple(sorted(changes, key=lambda each: (-each.loss, each.link))),
    )


@dataclass(frozen=True)
class _Stop:
    """A road that stops near a city; `final` where nothing at all leads on."""

    node: int
    link: int
    city: str
    other_city: str
    to_border: float
    final: bool


class _Roads:
    """The open roads of a network, in metres around its middle."""

    def __init__(
        self,
        network: Network,
        cities: Mapping[str, shapely.Geometry],
        limits: Limits,
        at: float,
        pace: Pace,
    ) -> None:
        self.network = network
        self.limits = limits
        self._at, self._pace = at, pace
        middle = network.positions.mean(axis=0) if network.nodes else np.zeros(2)
        self._scale = METRES_A_DEGREE * np.array([np.cos(np.radians(middle[1])), 1.0])
        self.positions = network.positions * self._scale
        self._areas = {
            code: shapely.transform(area, lambda points: points * self._scale)
            for code, area in cities.items()
        }
        self.links: dict[int, list[int]] = defaultdict(list)
        for number, link in enumerate(network.links):
            if _is_road(link):
                self.links[link.tail].append(number)
                self.links[link.head].append(number)

    def speed(self, link: int) -> float:
        """Return the km/h of a car over a link."""
        return driven_speed(self.network.links[link], Mode.CAR, self._at, self._pace)

    def stops(self) -> Iterator[_Stop]:
        """Yield every road that stops within reach of another city."""
        for other, area in self._areas.items():
            nodes = np.array(
                [
                    node
                    for node in self.links
                    if self._city(node) not in ("", other) and not self._is_destination(node)
                ],
                dtype=np.int64,
            )
            if not len(nodes):
                continue
            points = shapely.points(self.positions[nodes])
            shapely.prepare(area)
            near = shapely.dwithin(area, points, self.limits.within)
            far = shapely.distance(area, points[near])
            for node, away in zip(nodes[near].tolist(), far.tolist(), strict=True):
                for link in self.links[node]:
                    if not self._leads_on(link, node) and self._nears(link, node, area, away):
                        final = all(
                            _other(self.network, each, node) == _other(self.network, link, node)
                            for each in self.links[node]
                        )
                        yield _Stop(node, link, self._city(node), other, away, final)

    def class_changes(self) -> Iterator[ClassChange]:
        """Yield every road that changes class at a border, once for each end of the crossing."""
        for number, link in enumerate(self.network.links):
            cities = self._city(link.tail), self._city(link.head)
            if not _is_road(link) or _rank(link) is None or "" in cities or cities[0] == cities[1]:
                continue
            for node, city, other in ((link.tail, *cities), (link.head, *cities[::-1])):
                onward = self._straight_on(number, node)
                if onward is None or self._straight_on(onward, node) != number:
                    continue
                if self._is_destination(_other(self.network, onward, node)):
                    continue
                here, crossing = self.network.links[onward], link
                if _rank(here) == _rank(crossing) or _rank(here) is None:
                    continue
                lower, higher = (onward, number) if _below(here, crossing) else (number, onward)
                metres = self.network.links[lower].length_m
                now = minutes_of(metres, self.speed(lower))
                level = minutes_of(metres, self.speed(higher))
                if now > level:
                    low, high = (city, other) if lower == onward else (other, city)
                    yield ClassChange(node, lower, low, higher, high, now, level)

    def led_on(self, projects: Sequence[NetworkProject], found: DeadEnd) -> Iterator[str]:
        """Yield which projects open a road that leads on from where one stops."""
        for project in projects:
            opened = [each for each in project.opens if found.node in _ends(self.network, each)]
            if opened and self._leads_on(found.link, found.node, opened):
                yield project.key

    def near(self, node: int, nodes: Iterable[int]) -> Iterator[tuple[int, float]]:
        """Yield which of some nodes lie at most `gap` metres from a node, and how far."""
        each = np.fromiter(nodes, dtype=np.int64)
        away = np.hypot(*(self.positions[each] - self.positions[node]).T)
        for at in np.flatnonzero(away <= self.limits.gap):
            yield int(each[at]), float(away[at])

    def _city(self, node: int) -> str:
        return self.network.nodes[node].city

    def of_city(self, city: str) -> list[int]:
        """Return the nodes of a city that a road leads to."""
        return [
            node
            for node in self.links
            if self._city(node) == city and not self._is_destination(node)
        ]

    def _is_destination(self, node: int) -> bool:
        return self.network.nodes[node].kind in DESTINATIONS

    def _heading(self, link: int, node: int, *, into: bool) -> Floats:
        """The direction, of length one, in which a link comes into a node or leaves it."""
        line = self.network.links[link].geometry
        if self.network.links[link].tail == node:
            end, before = line[0], line[1]
        else:
            end, before = line[-1], line[-2]
        step = (np.array(end) - np.array(before)) * self._scale
        size = np.hypot(*step)
        step = step / size if size > 0 else step
        return step if into else -step

    def _turns(
        self, link: int, node: int, opened: Sequence[int] = ()
    ) -> Iterator[tuple[float, int]]:
        """Yield the other links at a node with the degrees by which one turns into them."""
        into = self._heading(link, node, into=True)
        come_from = _other(self.network, link, node)
        for each in (*self.links[node], *opened):
            if each != link and _other(self.network, each, node) != come_from:
                away = self._heading(each, node, into=False)
                yield float(np.degrees(np.arccos(np.clip(into @ away, -1, 1)))), each

    def _leads_on(self, link: int, node: int, opened: Sequence[int] = ()) -> bool:
        return any(turn <= self.limits.turn for turn, _ in self._turns(link, node, opened))

    def _straight_on(self, link: int, node: int) -> int | None:
        """The link that leads on most nearly straight, of the same road where one does."""
        own = self.network.links[link]
        ahead = [(turn, each) for turn, each in self._turns(link, node) if turn <= self.limits.turn]
        same = [
            (turn, each)
            for turn, each in ahead
            if own.road and self.network.links[each].road == own.road
        ]
        best = min(same or ahead, default=None)
        return None if best is None else best[1]

    def _nears(self, link: int, node: int, area: shapely.Geometry, away: float) -> bool:
        """Whether going on from a node a little would lead nearer to an area."""
        step = min(max(away, 1.0), 100.0)
        ahead = self.positions[node] + step * self._heading(link, node, into=True)
        return bool(shapely.distance(area, shapely.points(ahead)) < max(away, 1e-9))


class _Measured:
    """Minutes by car between nodes, as things are and after each project."""

    def __init__(
        self, network: Network, projects: Sequence[NetworkProject], at: float, pace: Pace
    ) -> None:
        base = graph_for(network, "car", at, pace=pace)
        self._graph = base.graph
        self._hierarchy = prepare(base.graph)
        self._projects = [on_graph(network, project, base, pace=pace) for project in projects]

    def between(self, pairs: Sequence[tuple[int, int]]) -> Floats:
        """Return the minutes between the nodes of each pair, the mean of both directions."""
        return next(self._all(pairs, ()))[1]

    def heals(
        self, losses: Iterable[tuple[int, int, float]], share: float
    ) -> Iterator[tuple[str, ...]]:
        """Yield for each pair of nodes with a loss in minutes which projects take it away."""
        pairs = list(losses)
        keys = [project.key for project in self._projects]
        healed: list[list[str]] = [[] for _ in pairs]
        ends = [(tail, head) for tail, head, _ in pairs]
        before: Floats | None = None
        for key, minutes in self._all(ends, keys) if pairs else ():
            if before is None:
                before = minutes
                continue
            for at, (_, _, loss) in enumerate(pairs):
                if np.isfinite(minutes[at]) and (
                    np.isinf(loss) or before[at] - minutes[at] >= share * loss
                ):
                    healed[at].append(key)
        return iter([tuple(each) for each in healed])

    def _all(
        self, pairs: Sequence[tuple[int, int]], keys: Sequence[str]
    ) -> Iterator[tuple[str, Floats]]:
        nodes = sorted({node for pair in pairs for node in pair})
        at = {node: number for number, node in enumerate(nodes)}
        tails = [at[tail] for tail, _ in pairs]
        heads = [at[head] for _, head in pairs]
        appraiser = Appraiser(
            self._graph, self._hierarchy, nodes, nodes, self._projects if keys else ()
        )
        yield "", (appraiser.base[tails, heads] + appraiser.base[heads, tails]) / 2
        for key in keys:
            after = appraiser.after([key])
            yield key, (after[tails, heads] + after[heads, tails]) / 2


def _paired(roads: _Roads, stops: list[_Stop], measured: _Measured) -> list[DeadEnd]:
    """Find for each stop its other side; each pair once."""
    stopping = {(stop.node, stop.other_city): stop for stop in stops}
    found: list[DeadEnd] = []
    for stop in stops:
        for node, gap in roads.near(stop.node, roads.of_city(stop.other_city)):
            there = stopping.get((node, stop.city))
            if there is None and not stop.final:
                continue
            other = there.link if there else max(roads.links[node], key=roads.speed)
            speed = min(roads.speed(stop.link), roads.speed(other))
            found.append(
                DeadEnd(
                    node=stop.node,
                    link=stop.link,
                    city=stop.city,
                    other_node=node,
                    other_link=there.link if there else -1,
                    other_city=stop.other_city,
                    to_border=stop.to_border,
                    gap=gap,
                    minutes_now=0.0,
                    minutes_joined=minutes_of(gap * roads.limits.winding, speed),
                )
            )
    if not found:
        return []
    minutes = measured.between([(each.node, each.other_node) for each in found])
    found = [
        replace(each, minutes_now=float(now))
        for each, now in zip(found, minutes, strict=True)
        if now > each.minutes_joined
    ]
    best: dict[tuple[int, str], DeadEnd] = {}
    for each in sorted(found, key=lambda each: (each.other_link < 0, each.gap, each.other_node)):
        best.setdefault((each.node, each.other_city), each)
    once: dict[frozenset[int], DeadEnd] = {}
    for each in sorted(best.values(), key=lambda each: each.node):
        once.setdefault(frozenset((each.node, each.other_node)), each)
    return list(once.values())


def _is_road(link: Link) -> bool:
    return (
        link.state == "existing"
        and link.kind not in TRACKS
        and link.kind is not LinkClass.PATH
        and Mode.CAR in link.modes
        and len(link.geometry) > 1
    )


def _rank(link: Link) -> int | None:
    return None if link.kind is LinkClass.RAMP else CLASSES.index(link.kind)


def _below(link: Link, other: Link) -> bool:
    rank, above = _rank(link), _rank(other)
    return rank is not None and above is not None and rank > above


def _other(network: Network, link: int, node: int) -> int:
    """The end of a link that is not this node."""
    tail, head = network.links[link].tail, network.links[link].head
    return head if tail == node else tail


def _ends(network: Network, link: int) -> tuple[int, int]:
    return network.links[link].tail, network.links[link].head
