"""A network drawn by hand: nodes by name, roads and tracks as the nodes they lead through.

Whoever keeps a region's network writes a road once, as a path; every piece between two of its nodes
becomes a link. Bends between nodes are coordinates. Whatever is wrong is noted with file, line and
key, and drawing goes on, so that all of it is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import shape

from conurb.network.multimodal import (
    MODES_OF,
    UNNAMED,
    ZONE_KINDS,
    Access,
    Line,
    Link,
    LinkClass,
    Mode,
    Network,
    Node,
    Point,
    Service,
    State,
    Station,
    Zone,
)
from conurb.network.zoning import divided
from conurb.region.declarations import County, Region
from conurb.region.tables import Bilingual, Table, closest

__all__ = ["AROUND", "Drawing", "Settings", "length_of", "metres_between", "placed"]

_ELLIPSOID = Geod(ellps="WGS84")
_HOUR = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_NODE_KINDS = ("junction", "interchange", "town", "station", "port", "airport", "border", "site")
WHOLE = 100
"""Per cent: what the shares of the zones of a county add up to."""
BESIDE_DEGREES = 0.01
"""About 1 km."""
_STREET_SPEED = 40.0
_STREET_LANES = 2
AROUND = 1.3
"""How much longer than the straight line a way through streets is; D. J. Levinson,
A. El-Geneidy, The minimum circuity frontier and the journey to work, Regional Science and
Urban Economics 39 (2009), found 1.18 to 1.4."""


def length_of(geometry: Iterable[Point]) -> float:
    """Return the metres along a line of longitudes and latitudes, on the WGS 84 ellipsoid."""
    longitudes, latitudes = zip(*geometry, strict=True)
    return float(_ELLIPSOID.line_length(longitudes, latitudes))


def metres_between(one: Point, other: Point) -> float:
    """Return the metres between two places, on the WGS 84 ellipsoid."""
    return float(_ELLIPSOID.inv(*one, *other)[2])


@dataclass(frozen=True)
class Settings:
    """How drawn lines become lengths and capacities, by class; `other` is any class not named."""

    winding: Mapping[str, float] = field(default_factory=dict)
    capacity_a_lane: Mapping[str, float] = field(default_factory=dict)

    def winds(self, kind: LinkClass) -> float:
        """How much longer a link of a class is than it is drawn."""
        return self.winding.get(kind, self.winding.get("other", 1.0))


def read_settings(table: Table | None) -> Settings:
    """Read the [settings] of a file of roads or tracks."""
    if table is None:
        return Settings()
    settings = Settings(
        _by_class(table, "winding", ("other",)), _by_class(table, "capacity_a_lane", ())
    )
    table.finish()
    return settings


def _by_class(table: Table, name: str, besides: Sequence[str]) -> dict[str, float]:
    """A table of positive numbers by class of link."""
    given = table.table(name, required=False)
    known = [*LinkClass, *besides]
    found = {}
    for key, value in given.items() if given is not None else ():
        if key not in known:
            table.note("unknown-reference", name, found=key, **closest(key, known))
        elif not _is_positive(value):
            table.note("not-positive", name, found=value)
        else:
            found[key] = float(value)
    return found


class Drawing:
    """A network as it is being drawn."""

    def __init__(self, name: Bilingual, counties: Iterable[County] = ()) -> None:
        self._name = name
        self._counties = {county.code: county for county in counties}
        self._nodes: dict[str, Node] = {}
        self._links: dict[str, Link] = {}
        self._stations: dict[str, Station] = {}
        self._lines: dict[str, Line] = {}
        self._zones: list[Zone] = []
        self._lines_of: dict[str, int] = {}
        self._number: dict[str, int] = {}

    @property
    def nodes(self) -> Mapping[str, int]:
        """The number of every node drawn so far, by its key."""
        return self._number

    @property
    def links(self) -> tuple[Link, ...]:
        """The links drawn so far."""
        return tuple(self._links.values())

    @property
    def line_keys(self) -> tuple[str, ...]:
        """The keys of the lines drawn so far, in order."""
        return tuple(self._lines)

    @property
    def station_keys(self) -> tuple[str, ...]:
        """The keys of the stations drawn so far, in order."""
        return tuple(self._stations)

    def network(self) -> Network:
        """Return what has been drawn, every node with the city and county in which it lies."""
        return Network(
            self._name,
            placed(list(self._nodes.values()), list(self._counties.values())),
            tuple(self._links.values()),
            tuple(self._stations.values()),
            tuple(self._lines.values()),
            tuple(self._zones),
            schematic=True,
        )

    def add_node(self, key: str, table: Table, *, default: str = "junction") -> int | None:
        """Draw a node: `at`, and where people know it by name `kind`, `zh` and `en`."""
        at = table.point("at")
        kind = table.choice("kind", _NODE_KINDS, default)
        name = UNNAMED
        if table.has("zh") or table.has("en") or kind != "junction":
            name = Bilingual(table.text("zh"), table.text("en"))
        if key in self._nodes:
            table.note("duplicate", found=key, first=self._lines_of[key])
            return None
        self._number[key] = len(self._nodes)
        self._nodes[key] = Node(key, at[0], at[1], kind, name)
        self._lines_of[key] = table.line()
        return self._number[key]

    def add_nodes(self, table: Table | None) -> None:
        """Draw the nodes of a table [nodes], one a key."""
        for key, each in _named(table):
            self.add_node(key, each)
            each.texts("connect")
            each.finish()

    def add_streets(self, table: Table | None) -> None:
        """Draw the streets by which the nodes of a table are joined to those they `connect` to."""
        for key, each in _named(table):
            self.connect(key, each)

    def add_road(self, table: Table, settings: Settings, *, tracks: bool = False) -> list[int]:
        """Draw a road or track as its path says; return the numbers of its links."""
        key = table.text("key")
        if any(link.road == key for link in self._links.values()):
            table.note("duplicate", "key", found=key, first=table.line())
        return self.add_path(key, table.name(), table, settings, tracks=tracks)

    def add_path(
        self,
        road: str,
        name: Bilingual,
        table: Table,
        settings: Settings,
        *,
        state: State = "existing",
        tracks: bool = False,
    ) -> list[int]:
        """Draw the path of a table as links of a road; return their numbers."""
        kinds = [kind.value for kind in LinkClass]
        kind = LinkClass(table.choice("class", kinds, "railway" if tracks else "secondary"))
        table.text("class")
        speed = table.number("speed")
        lanes = table.whole("lanes", required=False)
        ref = table.text("ref", required=False)
        one_way = table.flag("one_way")
        modes = MODES_OF[kind] - ({Mode.TRUCK} if table.flag("no_trucks") else set())
        table.text("note", required=False)
        capacity = settings.capacity_a_lane.get(kind, 0) * lanes or None
        drawn = []
        for geometry, tail, head in self._pieces(table):
            link = Link(
                key=self._free_key(f"{road}:{tail}:{head}"),
                tail=self._number[tail],
                head=self._number[head],
                kind=kind,
                modes=frozenset(modes),
                length_m=round(length_of(geometry) * settings.winds(kind), 1),
                speed_kmh=speed,
                geometry=geometry,
                both_ways=not one_way,
                capacity=capacity,
                name=name,
                ref=ref,
                road=road,
                state=state,
            )
            drawn.append(self._add_link(link))
        return drawn

    def connect(self, key: str, table: Table, *, state: State = "existing") -> list[int]:
        """Draw a street from a node to each of those its table names under `connect`."""
        drawn = []
        for other in table.texts("connect"):
            if other not in self._number:
                table.note(
                    "unknown-reference", "connect", found=other, **closest(other, self._number)
                )
            elif key in self._number:
                drawn.append(self._add_street(key, other, state))
        return drawn

    def add_station(
        self, key: str, table: Table, *, state: State = "existing"
    ) -> tuple[int | None, list[int]]:
        """Draw a station with its node and streets; return its number and the streets' links."""
        node = self.add_node(key, table, default="station")
        boarding = table.number("boarding")
        if node is None:
            return None, []
        here = self._nodes[key]
        self._stations[key] = Station(key, node, here.name, boarding, (Access(node, 0.0),), state)
        return len(self._stations) - 1, self.connect(key, table, state=state)

    def add_stations(self, table: Table | None) -> None:
        """Draw the stations of a table [stations], one a key."""
        for key, each in _named(table):
            self.add_station(key, each)
            each.finish()

    def add_line(self, table: Table, *, state: State = "existing") -> int:
        """Draw a line of public transport; return its number."""
        modes = [Mode.BUS, Mode.METRO, Mode.INTERCITY, Mode.HIGHSPEED, Mode.RAILWAY]
        key = table.text("key")
        stations = {name: at for at, name in enumerate(self._stations)}
        stops = []
        for stop in table.texts("stops", required=True):
            if stop in stations:
                stops.append(stations[stop])
            else:
                table.note("unknown-reference", "stops", found=stop, **closest(stop, stations))
        if key in self._lines:
            table.note("duplicate", "key", found=key, first=table.line())
        line = Line(
            key=key,
            name=table.name(),
            mode=Mode(table.choice("mode", modes, Mode.BUS)),
            stops=tuple(stops),
            runs=read_runs(table, len(table.texts("stops")) - 1),
            services=read_services(table),
            departures=read_departures(table),
            state=state,
        )
        self._lines[key] = line
        return list(self._lines).index(key)

    def add_zones(self, table: Table | None, region: Region) -> None:
        """Draw the zones of a table [zones] and divide the people of each county among its own.

        A zone whose key is the code of a county is all of it where nothing else is said.
        """
        drawn: dict[str, list[tuple[Table, Zone, int]]] = {}
        for code, each in _named(table):
            county = self._county_of(code, each)
            share = each.whole("share") if each.has("share") else WHOLE
            at = each.point("at")
            zone = Zone(
                code=code,
                city=county.city if county else "",
                name=self._zone_name(each, county),
                lon=at[0],
                lat=at[1],
                population=0.0,
                access=self._doors(each, at),
                county=county.code if county else "",
                kind=each.choice("kind", ZONE_KINDS, "town"),
            )
            each.finish()
            if county is not None:
                self._check_inside(each, at, county)
                drawn.setdefault(county.code, []).append((each, zone, share))
        for county in region.counties:
            parts = drawn.get(county.code)
            if parts is not None:
                self._zones += _peopled(parts, county)
            elif table is not None:
                table.note("missing-key", county.code)

    def _county_of(self, code: str, table: Table) -> County | None:
        """The county of a zone: the one it names, or else whose code it has."""
        found = table.text("county") if table.has("county") else code
        county = self._counties.get(found)
        if county is None:
            table.note("unknown-reference", found=found, **closest(found, self._counties))
        return county

    def _zone_name(self, table: Table, county: County | None) -> Bilingual:
        if county is not None and not (table.has("zh") or table.has("en")):
            return county.name
        return Bilingual(table.text("zh"), table.text("en"))

    def _doors(self, table: Table, at: Point) -> tuple[Access, ...]:
        access = []
        for key in table.texts("access", required=True):
            if key in self._nodes:
                metres = metres_between(at, self._nodes[key].point) * AROUND
                access.append(Access(self._number[key], round(metres, 1)))
            else:
                table.note("unknown-reference", "access", found=key, **closest(key, self._number))
        return tuple(access)

    def _check_inside(self, table: Table, at: Point, county: County) -> None:
        """Note a zone that lies too far outside its county; boundaries are simplified."""
        area = shape(county.geometry)
        if area.distance(shapely.Point(at)) > BESIDE_DEGREES:
            table.note(
                "wrong-type",
                "at",
                wanted_zh=f"{county.name.zh}（{county.code}）境内或其边界 1 公里以内的位置",
                wanted_en=f"a place in {county.name.en} ({county.code}), or within 1 km of it",
                found=list(at),
            )

    def _pieces(self, table: Table) -> Iterable[tuple[tuple[Point, ...], str, str]]:
        """The pieces of a path between nodes: geometry, tail, head."""
        wanted = ("结点与 [经度, 纬度] 的列表", "a list of nodes and [longitude, latitude]")
        given = dict(table.items()).get("path")
        complain = partial(table.note, "wrong-type", "path", wanted_zh=wanted[0])
        if not isinstance(given, list):
            complain(wanted_en=wanted[1], found=given)
            return
        nodes = [step for step in given if isinstance(step, str)]
        if len(nodes) < 2 or not (isinstance(given[0], str) and isinstance(given[-1], str)):
            complain(wanted_en=wanted[1], found=f"{given!r:.50}")
            return
        line: list[Point] = []
        tail = ""
        for step in given:
            if isinstance(step, str):
                node = self._nodes.get(step)
                if node is None:
                    found = closest(step, self._nodes)
                    table.note("unknown-reference", "path", found=step, **found)
                    line, tail = [], ""
                    continue
                if tail:
                    yield (*line, node.point), tail, step
                line, tail = [node.point], step
            elif _is_point(step):
                line.append((float(step[0]), float(step[1])))
            else:
                complain(wanted_en=wanted[1], found=step)

    def _add_street(self, key: str, other: str, state: State) -> int:
        here, there = self._nodes[key], self._nodes[other]
        geometry = (here.point, there.point)
        name = Bilingual(f"{here.name.zh}连接道路", f"Street to {here.name.en}")
        link = Link(
            key=self._free_key(f"street:{key}:{other}"),
            tail=self._number[key],
            head=self._number[other],
            kind=LinkClass.TERTIARY,
            modes=MODES_OF[LinkClass.TERTIARY],
            length_m=round(max(length_of(geometry) * AROUND, 50.0), 1),
            speed_kmh=_STREET_SPEED,
            geometry=geometry,
            capacity=500.0 * _STREET_LANES,
            name=name,
            road=f"street:{key}",
            state=state,
        )
        return self._add_link(link)

    def _add_link(self, link: Link) -> int:
        self._links[link.key] = link
        return len(self._links) - 1

    def _free_key(self, key: str) -> str:
        """The key, with a number behind it where it is taken."""
        number, free = 1, key
        while free in self._links:
            number += 1
            free = f"{key}:{number}"
        return free


def _peopled(parts: Sequence[tuple[Table, Zone, int]], county: County) -> list[Zone]:
    """The zones of a county with its people; notes shares that do not add up."""
    shares = [share for _table, _zone, share in parts]
    if sum(shares) != WHOLE:
        parts[0][0].note(
            "wrong-type",
            "share",
            wanted_zh=f"整数百分比，{county.name.zh}（{county.code}）{len(parts)} 个小区合计 100",
            wanted_en=f"a whole per cent; those of the {len(parts)} zones of {county.name.en} "
            f"({county.code}) add up to 100",
            found=f"{sum(shares)}",
        )
    people = divided(county.population, shares)
    return [
        replace(zone, population=float(number))
        for (_table, zone, _share), number in zip(parts, people, strict=True)
    ]


def placed(nodes: Sequence[Node], counties: Sequence[County]) -> tuple[Node, ...]:
    """Return nodes, each with the city and county in which it lies."""
    found = list(nodes)
    if not counties or not found:
        return tuple(found)
    points = shapely.points(np.array([node.point for node in found]))
    areas = shapely.STRtree([shape(county.geometry) for county in counties])
    for node, area in zip(*areas.query(points, predicate="within").tolist(), strict=True):
        county = counties[area]
        found[node] = replace(found[node], city=county.city, county=county.code)
    return tuple(found)


def read_services(table: Table) -> tuple[Service, ...]:
    """Read the hours and headways of a line: [["06:30", "09:00", 10], …]."""
    wanted = ('[["起", "止", 间隔分钟], …]', '[["from", "until", minutes], …]')
    services = []
    for given in dict(table.items()).get("services", ()):
        service = _service(given)
        if service is None:
            table.note(
                "wrong-type", "services", wanted_zh=wanted[0], wanted_en=wanted[1], found=given
            )
        else:
            services.append(service)
    return tuple(services)


def read_departures(table: Table) -> tuple[float, ...]:
    """Read when a line of a timetable leaves its first stop: ["08:00", …]."""
    found = [(each, _HOUR.fullmatch(each)) for each in table.texts("departures")]
    for given, hour in found:
        if hour is None:
            table.note("bad-form", "departures", found=given, wanted_zh="08:00", wanted_en="08:00")
    return tuple(int(hour[1]) * 60.0 + int(hour[2]) for _, hour in found if hour is not None)


def read_runs(table: Table, number: int) -> tuple[float, ...]:
    """Read the minutes between stops, of which there must be `number`."""
    given = dict(table.items()).get("runs")
    if (
        not isinstance(given, list)
        or len(given) != number
        or not all(_is_positive(each) for each in given)
    ):
        table.note(
            "wrong-type",
            "runs",
            wanted_zh=f"{number} 个大于零的分钟数",
            wanted_en=f"{number} numbers of minutes above zero",
            found=given,
        )
        return ()
    return tuple(float(each) for each in given)


def _service(given: Any) -> Service | None:
    if not isinstance(given, list) or len(given) != 3:
        return None
    hours = [_HOUR.fullmatch(each) if isinstance(each, str) else None for each in given[:2]]
    if hours[0] is None or hours[1] is None or not _is_positive(given[2]):
        return None
    begins, ends = (int(hour[1]) * 60 + int(hour[2]) for hour in hours if hour is not None)
    return Service(begins, ends, float(given[2])) if begins < ends else None


def _named(table: Table | None) -> Iterable[tuple[str, Table]]:
    """The tables of a table whose keys are free."""
    for key, value in table.items() if table is not None else ():
        if table is not None and isinstance(value, dict):
            yield key, Table(table.sheet, value, table.at(key))
        elif table is not None:
            table.note("wrong-type", key, wanted_zh="表", wanted_en="a table", found=value)


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_point(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int | float) for each in value)
        and abs(value[0]) <= 180
        and abs(value[1]) <= 90
    )
