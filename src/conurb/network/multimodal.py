"""A network that people and goods move over: streets, tracks, stations, lines, and zones of people.

`graph_for` turns it into the graph of one way to travel at one time of day, in minutes. The nodes
of that graph are, in this order: every node of the network (so node i of the network is node i of
every graph, whether or not the way to travel reaches it); every zone; and for public transport
what it needs besides. What is planned has its nodes but no open arcs, so a project that opens it
changes arcs and never numbers.

Waiting is half a headway and capped, as people who know a timetable come in time for it; boarding,
riding and changing cost minutes as in H. Spiess, M. Florian, Optimal strategies, Transportation
Research B 23 (1989), but a traveller waits for one line, not for whichever comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

import numpy as np

from conurb.network.graph import Floats, Graph, Ints, graph_of
from conurb.region.tables import Bilingual

Point = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""

UNNAMED = Bilingual("", "")

ZONE_KINDS = ("centre", "quarter", "new-town", "town", "park", "station", "port", "airport")
"""What a zone is, by what most of it is used for."""


class Mode(StrEnum):
    """By what one moves over a link or a line."""

    CAR = "car"
    TRUCK = "truck"
    WALK = "walk"
    BUS = "bus"
    METRO = "metro"
    INTERCITY = "intercity"
    HIGHSPEED = "highspeed"
    RAILWAY = "railway"


class LinkClass(StrEnum):
    """What a link is: of the roads from the fastest to the slowest, then the tracks."""

    EXPRESSWAY = "expressway"
    TRUNK = "trunk"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"
    LOCAL = "local"
    RAMP = "ramp"
    PATH = "path"
    HIGHSPEED = "highspeed"
    INTERCITY = "intercity"
    RAILWAY = "railway"
    METRO = "metro"


TRACKS = frozenset({LinkClass.HIGHSPEED, LinkClass.INTERCITY, LinkClass.RAILWAY, LinkClass.METRO})

State = Literal["existing", "planned"]
Travel = Literal["car", "truck", "walk", "transit"]
"""How one travels: what a graph is made for."""

TRAVELS: tuple[Travel, ...] = ("car", "truck", "walk", "transit")

MODES_OF: dict[LinkClass, frozenset[Mode]] = {
    LinkClass.EXPRESSWAY: frozenset({Mode.CAR, Mode.TRUCK}),
    LinkClass.RAMP: frozenset({Mode.CAR, Mode.TRUCK}),
    LinkClass.PATH: frozenset({Mode.WALK}),
    LinkClass.HIGHSPEED: frozenset({Mode.HIGHSPEED}),
    LinkClass.INTERCITY: frozenset({Mode.INTERCITY}),
    LinkClass.RAILWAY: frozenset({Mode.RAILWAY}),
    LinkClass.METRO: frozenset({Mode.METRO}),
    **dict.fromkeys(
        (
            LinkClass.TRUNK,
            LinkClass.PRIMARY,
            LinkClass.SECONDARY,
            LinkClass.TERTIARY,
            LinkClass.LOCAL,
        ),
        frozenset({Mode.CAR, Mode.TRUCK, Mode.WALK, Mode.BUS}),
    ),
}
"""By what one moves over a link of a class where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Node:
    """A place where links meet. `city` and `county` are codes of GB/T 2260, "" where unknown."""

    key: str
    lon: float
    lat: float
    kind: str = "junction"
    name: Bilingual = UNNAMED
    city: str = ""
    county: str = ""

    @property
    def point(self) -> Point:
        """Its longitude and latitude."""
        return (self.lon, self.lat)


@dataclass(frozen=True, slots=True)
class Link:
    """A road or track from one node to another, by their numbers.

    `speed_kmh` is the posted or design speed, `capacity` vehicles an hour and direction where it
    is known. `geometry` runs from tail to head, both ends included. `ref` is the number of the
    road (G4, S21), `road` the key of the road it is a piece of.
    """

    key: str
    tail: int
    head: int
    kind: LinkClass
    modes: frozenset[Mode]
    length_m: float
    speed_kmh: float
    geometry: tuple[Point, ...]
    both_ways: bool = True
    capacity: float | None = None
    name: Bilingual = UNNAMED
    ref: str = ""
    road: str = ""
    state: State = "existing"


@dataclass(frozen=True, slots=True)
class Access:
    """The way between a zone or a station and a node of the streets, in metres."""

    node: int
    metres: float


@dataclass(frozen=True, slots=True)
class Station:
    """A place where lines stop. `boarding` is the minutes from its door to the train."""

    key: str
    node: int
    name: Bilingual
    boarding: float
    access: tuple[Access, ...]
    state: State = "existing"


@dataclass(frozen=True, slots=True)
class Service:
    """A headway in minutes that holds from one minute of the day until before another."""

    begins: float
    ends: float
    headway: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of public transport and its stations, by number, in order.

    `runs` holds the minutes from each stop to the next, standing included, one fewer than stops.
    Either `services` say how often it runs, or `departures` when it leaves its first stop, in
    minutes of the day. A line `both_ways` runs back over the same stops as often.
    """

    key: str
    name: Bilingual
    mode: Mode
    stops: tuple[int, ...]
    runs: tuple[float, ...]
    services: tuple[Service, ...] = ()
    departures: tuple[float, ...] = ()
    both_ways: bool = True
    state: State = "existing"

    def headway(self, at: float) -> float | None:
        """Return the minutes between runs around a minute of the day; None where none runs.

        Of a timetable it is an hour over the departures from half an hour before to half an hour
        after.
        """
        for service in self.services:
            if service.begins <= at < service.ends:
                return service.headway
        near = sum(1 for departure in self.departures if -30 <= departure - at < 30)
        return 60 / near if near else None


@dataclass(frozen=True, slots=True)
class Zone:
    """Where people live, as one point: a quarter, a town, a park, or a county at its main town.

    `county` is the code of the county it lies in, "" where the network knows none; `kind` one of
    ZONE_KINDS.
    """

    code: str
    city: str
    name: Bilingual
    lon: float
    lat: float
    population: float
    access: tuple[Access, ...] = ()
    county: str = ""
    kind: str = "town"


@dataclass(frozen=True)
class Network:
    """A whole network. `schematic` where its courses are drawn, not surveyed."""

    name: Bilingual
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    stations: tuple[Station, ...] = ()
    lines: tuple[Line, ...] = ()
    zones: tuple[Zone, ...] = ()
    schematic: bool = False

    @cached_property
    def node_at(self) -> dict[str, int]:
        """The number of every node, by its key."""
        return {node.key: at for at, node in enumerate(self.nodes)}

    @cached_property
    def link_at(self) -> dict[str, int]:
        """The number of every link, by its key."""
        return {link.key: at for at, link in enumerate(self.links)}

    @cached_property
    def line_at(self) -> dict[str, int]:
        """The number of every line, by its key."""
        return {line.key: at for at, line in enumerate(self.lines)}

    @cached_property
    def station_at(self) -> dict[str, int]:
        """The number of every station, by its key."""
        return {station.key: at for at, station in enumerate(self.stations)}

    @cached_property
    def zone_at(self) -> dict[str, int]:
        """The number of every zone, by its code."""
        return {zone.code: at for at, zone in enumerate(self.zones)}

    @cached_property
    def zones_of(self) -> dict[str, tuple[int, ...]]:
        """The numbers of the zones of every county, by its code; those with most people first."""
        order = sorted(range(len(self.zones)), key=lambda at: -self.zones[at].population)
        found: dict[str, list[int]] = {}
        for at in order:
            found.setdefault(self.zones[at].county, []).append(at)
        return {county: tuple(zones) for county, zones in found.items()}

    @cached_property
    def positions(self) -> Floats:
        """Longitude and latitude of every node: an array (nodes, 2)."""
        return np.array([node.point for node in self.nodes], dtype=float).reshape(-1, 2)

    @property
    def population(self) -> Floats:
        """The people of every zone."""
        return np.array([zone.population for zone in self.zones], dtype=float)


@dataclass(frozen=True)
class Pace:
    """How fast one gets on. Assumed for this region, to be calibrated with counts where there are.

    `driven` is the share of the posted speed that a car keeps between 9:30 and 16:30, waiting at
    signals included, `at_peak` the same from 7:30 to 9:00 and from 17:00 to 18:30, `at_night` from
    22:00 to 6:00. `truck_share` and `truck_most` slow trucks. Speeds are km/h, times minutes.
    """

    driven: dict[LinkClass, float]
    at_peak: dict[LinkClass, float]
    at_night: dict[LinkClass, float]
    truck_share: float = 0.85
    truck_most: float = 80.0
    walk: float = 4.8
    bus: float = 18.0
    bus_wait: float = 6.0
    access_car: float = 25.0
    parking: float = 2.0
    longest_wait: float = 15.0
    change: float = 5.0

    def share(self, kind: LinkClass, at: float) -> float:
        """Return the share of the posted speed that a car keeps at a minute of the day."""
        if 450 <= at < 540 or 1020 <= at < 1110:
            return self.at_peak[kind]
        if at >= 1320 or at < 360:
            return self.at_night[kind]
        return self.driven[kind]


def _by_class(*shares: float) -> dict[LinkClass, float]:
    return dict(zip((kind for kind in LinkClass if kind not in TRACKS), shares, strict=True))


PACE = Pace(
    #                 expressway trunk primary secondary tertiary local ramp path
    driven=_by_class(0.92, 0.76, 0.68, 0.74, 0.74, 0.75, 0.80, 0.50),
    at_peak=_by_class(0.80, 0.55, 0.48, 0.58, 0.60, 0.64, 0.65, 0.50),
    at_night=_by_class(0.95, 0.88, 0.82, 0.82, 0.80, 0.80, 0.90, 0.50),
)
"""Off-peak, an urban main street posted at 60 km/h is driven at 41, as maps' traffic reports of
provincial capitals have it (25 to 30 at the peak)."""

NOON = 600.0
"""10:00, when nothing is at its peak: the time of day where none is asked for."""


@dataclass(frozen=True)
class Arcs:
    """The arcs of a way to travel: tails, heads, minutes (inf where closed), and what they are of.

    `links` and `lines` are numbers of the network's links and lines, -1 for an arc that is of none.
    """

    nodes: int
    tails: Ints
    heads: Ints
    minutes: Floats
    links: Ints
    lines: Ints


@dataclass(frozen=True)
class ModeGraph:
    """The graph of one way to travel at one time of day, and how it lies on its network.

    `graph` has the network's nodes first; `zones` holds the graph's node of every zone, which no
    path leads through. `arcs.links[graph.arcs[a]]` is the link that arc a of the graph leads over.
    """

    travel: Travel
    at: float
    graph: Graph
    arcs: Arcs
    zones: Ints

    def link_of(self, arc: int) -> int:
        """Return the number of the link that an arc of the graph leads over, -1 for none."""
        return int(self.arcs.links[self.graph.arcs[arc]])

    def line_of(self, arc: int) -> int:
        """Return the number of the line that an arc of the graph rides on, -1 for none."""
        return int(self.arcs.lines[self.graph.arcs[arc]])


def graph_for(
    network: Network, travel: Travel, at: float = NOON, *, pace: Pace = PACE
) -> ModeGraph:
    """Return the graph of a way to travel at a minute of the day (0 to 1440), in minutes."""
    arcs = arcs_for(network, travel, at, pace=pace)
    zones = np.arange(len(network.nodes), len(network.nodes) + len(network.zones), dtype=np.int32)
    ends = np.zeros(arcs.nodes, dtype=bool)
    ends[zones] = True
    graph = graph_of(arcs.nodes, arcs.tails, arcs.heads, arcs.minutes, ends=ends)
    return ModeGraph(travel, at, graph, arcs, zones)


def arcs_for(network: Network, travel: Travel, at: float = NOON, *, pace: Pace = PACE) -> Arcs:
    """Return the arcs of a way to travel, closed ones included; see `graph_for`."""
    laying = _Laying(network, at, pace)
    if travel == "transit":
        laying.streets(Mode.WALK, lambda _link: pace.walk)
        laying.doors(pace.walk, 0.0)
        laying.buses()
        laying.rides()
    elif travel == "walk":
        laying.streets(Mode.WALK, lambda _link: pace.walk)
        laying.doors(pace.walk, 0.0)
    else:
        mode = Mode(travel)
        laying.streets(mode, lambda link: driven_speed(link, mode, at, pace))
        laying.doors(pace.access_car, pace.parking)
    return laying.arcs()


def driven_speed(link: Link, mode: Mode, at: float, pace: Pace = PACE) -> float:
    """Return the km/h at which a car or a truck gets on over a link at a minute of the day."""
    speed = link.speed_kmh * (1.0 if link.kind in TRACKS else pace.share(link.kind, at))
    if mode is Mode.TRUCK:
        return min(pace.truck_most, speed * pace.truck_share)
    return speed


def minutes_of(metres: float, speed_kmh: float) -> float:
    """Return how long a way takes; inf at no speed."""
    return metres * 0.06 / speed_kmh if speed_kmh > 0 else float("inf")


_Speed = Callable[[Link], float]


class _Laying:
    """The arcs of one way to travel, laid one by one."""

    def __init__(self, network: Network, at: float, pace: Pace) -> None:
        self._network = network
        self._at = at
        self._pace = pace
        self._rows: list[tuple[int, int, float, int, int]] = []
        self._zones = len(network.nodes)
        self._nodes = self._zones + len(network.zones)

    def arcs(self) -> Arcs:
        """Return what has been laid."""
        columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * 5
        tails, heads, minutes, links, lines = columns
        return Arcs(
            self._nodes,
            np.array(tails, dtype=np.int32),
            np.array(heads, dtype=np.int32),
            np.array(minutes, dtype=np.float64),
            np.array(links, dtype=np.int32),
            np.array(lines, dtype=np.int32),
        )

    def streets(self, mode: Mode, speed: _Speed) -> None:
        """Lay the links of a mode, each at its speed."""
        for number, link in enumerate(self._network.links):
            if mode not in link.modes:
                continue
            minutes = float("inf")
            if link.state == "existing":
                minutes = minutes_of(link.length_m, speed(link))
            self._lay(link.tail, link.head, minutes, link=number)
            # one walks both ways along a one-way street
            if link.both_ways or mode is Mode.WALK:
                self._lay(link.head, link.tail, minutes, link=number)

    def doors(self, speed: float, extra: float) -> None:
        """Lay the ways between zones and streets at a speed, with minutes besides."""
        for at, zone in enumerate(self._network.zones):
            for access in zone.access:
                minutes = minutes_of(access.metres, speed) + extra
                self._lay(self._zones + at, access.node, minutes)
                self._lay(access.node, self._zones + at, minutes)

    def buses(self) -> None:
        """Lay the local buses: unnamed, on every street that bears them, waited for once.

        They have nodes of their own, one a node of the network; to board costs the wait.
        """
        first = self._nodes
        self._nodes += len(self._network.nodes)
        pace = self._pace
        served = set()
        for number, link in enumerate(self._network.links):
            if Mode.BUS not in link.modes:
                continue
            served |= {link.tail, link.head}
            minutes = float("inf")
            if link.state == "existing":
                # out of town a bus keeps up with cars between its stops
                speed = max(pace.bus, 0.7 * driven_speed(link, Mode.CAR, self._at, pace))
                minutes = minutes_of(link.length_m, speed)
            self._lay(first + link.tail, first + link.head, minutes, link=number)
            if link.both_ways:
                self._lay(first + link.head, first + link.tail, minutes, link=number)
        for node in sorted(served):
            self._lay(node, first + node, pace.bus_wait)
            self._lay(first + node, node, 0.0)
        for at, zone in enumerate(self._network.zones):
            for access in zone.access:
                minutes = minutes_of(access.metres, pace.bus)
                self._lay(self._zones + at, first + access.node, minutes + pace.bus_wait)
                self._lay(first + access.node, self._zones + at, minutes)

    def rides(self) -> None:
        """Lay stations and lines: in at the door, wait, ride, and out or on to another line."""
        network, pace = self._network, self._pace
        doors = self._nodes
        exits = doors + len(network.stations)
        self._nodes = exits + len(network.stations)
        for at, station in enumerate(network.stations):
            for access in station.access:
                minutes = minutes_of(access.metres, pace.walk)
                self._lay(access.node, doors + at, minutes)
                self._lay(exits + at, access.node, minutes)
            self._lay(exits + at, doors + at, pace.change)
        for number, line in enumerate(network.lines):
            headway = line.headway(self._at) if line.state == "existing" else None
            self._ride(number, line.stops, line.runs, headway, doors, exits)
            if line.both_ways:
                self._ride(number, line.stops[::-1], line.runs[::-1], headway, doors, exits)

    def _ride(
        self,
        number: int,
        stops: Sequence[int],
        runs: Sequence[float],
        headway: float | None,
        doors: int,
        exits: int,
    ) -> None:
        first = self._nodes
        self._nodes += len(stops)
        running = headway is not None
        wait = min(headway / 2, self._pace.longest_wait) if headway is not None else 0.0
        for at, stop in enumerate(stops):
            boarding = wait + self._network.stations[stop].boarding if running else float("inf")
            self._lay(doors + stop, first + at, boarding, line=number)
            self._lay(first + at, exits + stop, 0.0 if running else float("inf"), line=number)
        for at, minutes in enumerate(runs):
            ride = minutes if running else float("inf")
            self._lay(first + at, first + at + 1, ride, line=number)

    def _lay(self, tail: int, head: int, minutes: float, *, link: int = -1, line: int = -1) -> None:
        self._rows.append((tail, head, minutes, link, line))
