"""Public transport from GTFS: stops, routes, trips and when they run on one day.

gtfs.org/documentation/schedule/reference. Trips of a route that call at the same stops in the same
order become one line; it leaves as its trips do, or as often as frequencies.txt says, and takes as
long between stops as the middle one of its trips. What cannot be used is told with file and line,
and passed over.
"""

from __future__ import annotations

import csv
import io
import math
import re
import statistics
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from conurb.network.checking import Problem
from conurb.network.drawing import AROUND, metres_between
from conurb.network.exporting import NoNetworkError
from conurb.network.multimodal import (
    Access,
    Line,
    Link,
    LinkClass,
    Mode,
    Network,
    Node,
    Service,
    Station,
)
from conurb.region.tables import Bilingual

__all__ = ["Feed", "Limits", "Stop", "Transfer", "read_gtfs", "with_feed"]

Row = Mapping[str, str]

_NEEDED = {
    "stops.txt": ("stop_id",),
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "stop_id", "stop_sequence"),
}
_TIME = re.compile(r"\s*(\d{1,3}):([0-5]\d):([0-5]\d)\s*")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MODES = {
    0: Mode.METRO,
    1: Mode.METRO,
    2: Mode.RAILWAY,
    3: Mode.BUS,
    4: Mode.BUS,
    5: Mode.METRO,
    6: Mode.METRO,
    7: Mode.METRO,
    11: Mode.BUS,
    12: Mode.METRO,
    101: Mode.HIGHSPEED,
    106: Mode.INTERCITY,
    109: Mode.INTERCITY,
}
_HUNDREDS = {1: Mode.RAILWAY, 2: Mode.BUS, 4: Mode.METRO, 7: Mode.BUS, 8: Mode.BUS, 9: Mode.METRO}
_BOARDING = {Mode.BUS: 0.5, Mode.METRO: 3.0, Mode.INTERCITY: 6.0}
_LONGEST_BOARDING = 10.0
_WALK_M_A_SECOND = 4.8 / 3.6
_MOST_PROBLEMS_A_FILE = 200
_LONGEST = 3660
"""Days of a calendar that are looked at, where no day is asked for."""
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,  # packed in a way that Python does not know
    OSError,
    UnicodeDecodeError,
    csv.Error,
)


@dataclass(frozen=True)
class Limits:
    """How much of a file is read, so that a zip bomb ends in a message: bytes, rows."""

    unpacked: int = 2_000_000_000
    rows: int = 20_000_000
    ratio: int = 200


@dataclass(frozen=True)
class Stop:
    """A stop, or the station its platforms belong to."""

    key: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class Transfer:
    """A way between two stops that the feed gives, and the minutes it takes at least."""

    one: int
    other: int
    minutes: float


@dataclass(frozen=True)
class Feed:
    """A feed on one day. Lines name stops by their number in `stops`."""

    day: date
    stops: tuple[Stop, ...]
    lines: tuple[Line, ...]
    transfers: tuple[Transfer, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class _Trip:
    route: str
    service: str
    at: int
    calls: list[tuple[int, str, float, float]] = field(default_factory=list)
    """Sequence, stop, arrival, departure, in minutes of the day; NaN where none is given."""


def read_gtfs(file: Path, *, day: date | None = None, limits: Limits | None = None) -> Feed:
    """Return what a feed runs on a day, by default the day of its calendar with most trips.

    Raises NoNetworkError for a file that is no feed, holds too much, or runs nothing on that day.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            return _Reading(packed, limits or Limits()).feed(day)
    except _UNREADABLE as error:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 不能作为 GTFS 读取（应为 zip，内为 UTF-8 的 txt 表）：{error}",
                f"{file.name} cannot be read as GTFS (a zip of txt tables in UTF-8): {error}",
            )
        ) from error


def with_feed(network: Network, feed: Feed, *, reach: float = 1500.0) -> Network:
    """Return a network with a feed's stops and lines, each stop joined to the nearest street.

    A stop from which no street is within `reach` metres keeps what transfers lead to it.
    """
    walkable = sorted(
        {
            node
            for link in network.links
            if Mode.WALK in link.modes
            for node in (link.tail, link.head)
        }
    )
    tree = cKDTree(_flat(network.positions[walkable], network.positions)) if walkable else None
    first, first_station = len(network.nodes), len(network.stations)
    modes: defaultdict[int, set[Mode]] = defaultdict(set)
    for line in feed.lines:
        for number in line.stops:
            modes[number].add(line.mode)
    nodes, stations = list(network.nodes), list(network.stations)
    for at, stop in enumerate(feed.stops):
        name = Bilingual(stop.name, stop.name)
        nodes.append(Node(f"stop:{stop.key}", stop.lon, stop.lat, "station", name))
        access = [Access(first + at, 0.0)]
        if tree is not None:
            place = _flat(np.array([[stop.lon, stop.lat]]), network.positions)[0]
            nearest = walkable[int(tree.query(place)[1])]
            metres = metres_between((stop.lon, stop.lat), network.nodes[nearest].point) * AROUND
            if metres <= reach:
                access.append(Access(nearest, round(metres, 1)))
        boarding = min((_BOARDING.get(mode, _LONGEST_BOARDING) for mode in modes[at]), default=0.5)
        stations.append(Station(f"stop:{stop.key}", first + at, name, boarding, tuple(access)))
    lines = [
        replace(line, stops=tuple(stop + first_station for stop in line.stops))
        for line in feed.lines
    ]
    return replace(
        network,
        nodes=tuple(nodes),
        links=(*network.links, *_transfer_links(nodes, first, feed.transfers)),
        stations=tuple(stations),
        lines=(*network.lines, *lines),
    )


class _Reading:
    """One feed being read."""

    def __init__(self, packed: zipfile.ZipFile, limits: Limits) -> None:
        self._packed = packed
        self._limits = limits
        self._problems: list[Problem] = []
        self._told: defaultdict[str, int] = defaultdict(int)
        self._unused: set[str] = set()
        """Trips that are told not to be usable, so that nothing more need be said of them."""
        self._names = _members(packed, limits)

    def feed(self, day: date | None) -> Feed:
        """Return the feed on a day."""
        for name in _NEEDED:
            if name not in self._names:
                raise NoNetworkError(Bilingual(f"GTFS 缺少 {name}", f"the GTFS has no {name}"))
        stops, station_of = self._stops()
        modes = self._modes()
        trips = self._trips(modes)
        self._calls(trips, station_of)
        running = self._running(trips, day)
        day = day or _busiest(running, trips)
        services = running.get(day, frozenset()) if day is not None else frozenset()
        if day is None or not services:
            raise NoNetworkError(
                Bilingual(
                    f"GTFS 日历中{'没有任何运营日' if day is None else f' {day} 不运营'}",
                    f"nothing runs on {day or 'any day'} by the calendar of the GTFS",
                )
            )
        chosen = {key: trip for key, trip in trips.items() if trip.service in services}
        keys = [stop.key for stop in stops]
        lines = self._lines(chosen, modes, {key: at for at, key in enumerate(keys)})
        if not lines:
            raise NoNetworkError(
                Bilingual(f"GTFS 在 {day} 没有可用的车次", f"no usable trip runs on {day}")
            )
        transfers = self._transfers(station_of, {key: at for at, key in enumerate(keys)})
        return Feed(day, stops, tuple(lines), tuple(transfers), tuple(self._problems))

    def _stops(self) -> tuple[tuple[Stop, ...], dict[str, str]]:
        """The stations that trips call at, and of every stop its station."""
        found: dict[str, Stop] = {}
        parent: dict[str, str] = {}
        at: dict[str, int] = {}
        for line, row in self._rows("stops.txt"):
            key = row["stop_id"]
            if row.get("location_type") in {"2", "3", "4"}:
                continue
            if key in found:
                self._tell("stops.txt", line, f"站点 {key} 重复", f"stop {key} is there twice")
                continue
            place = _number(row.get("stop_lon")), _number(row.get("stop_lat"))
            at[key], up = line, row.get("parent_station", "").strip()
            if math.isnan(sum(place)) and up:
                parent[key] = up  # it is where its station is, if that is known
                continue
            if not (abs(place[0]) <= 180 and abs(place[1]) <= 90):
                self._tell(
                    "stops.txt",
                    line,
                    f"站点 {key} 的经纬度缺失或超出范围",
                    f"stop {key} has no longitude and latitude, or they are out of range",
                )
                continue
            parent[key] = up
            found[key] = Stop(key, row.get("stop_name", "") or key, *place)
        station_of = self._station_of(found, parent, at)
        used = dict.fromkeys(station_of.values())
        return tuple(found[key] for key in used), station_of

    def _station_of(
        self, found: Mapping[str, Stop], parent: Mapping[str, str], at: Mapping[str, int]
    ) -> dict[str, str]:
        """Of every stop its station, itself where it has none."""
        station_of = {}
        for key, up in parent.items():
            if up in found:
                station_of[key] = up
            elif key not in found:
                self._tell(
                    "stops.txt",
                    at[key],
                    f"站点 {key} 及其上级车站 {up} 均无经纬度",
                    f"neither stop {key} nor its station {up} has longitude and latitude",
                )
            else:
                station_of[key] = key
                if up:
                    self._tell(
                        "stops.txt",
                        at[key],
                        f"站点 {key} 的上级车站 {up} 不存在，按单独的站点计",
                        f"stop {key}: there is no station {up}; taken as a stop of its own",
                    )
        return station_of

    def _modes(self) -> dict[str, tuple[Mode, str]]:
        """By what the routes run, and what they are called."""
        modes = {}
        for line, row in self._rows("routes.txt"):
            mode = _mode(row["route_type"])
            if mode is None:
                self._tell(
                    "routes.txt",
                    line,
                    f"线路类型 {row['route_type']} 不受支持",
                    f"route type {row['route_type']} is not supported",
                )
                continue
            name = row.get("route_short_name") or row.get("route_long_name") or row["route_id"]
            modes[row["route_id"]] = (mode, name)
        return modes

    def _trips(self, modes: Mapping[str, object]) -> dict[str, _Trip]:
        trips: dict[str, _Trip] = {}
        for line, row in self._rows("trips.txt"):
            key = row["trip_id"]
            if row["route_id"] not in modes:
                self._unused.add(key)
                self._tell(
                    "trips.txt",
                    line,
                    f"车次 {key} 的线路 {row['route_id']} 不存在或不受支持",
                    f"trip {key}: there is no usable route {row['route_id']}",
                )
            elif key in trips:
                self._tell("trips.txt", line, f"车次 {key} 重复", f"trip {key} is there twice")
            else:
                trips[key] = _Trip(row["route_id"], row["service_id"], line)
        return trips

    def _calls(self, trips: Mapping[str, _Trip], station_of: Mapping[str, str]) -> None:
        """Read where and when trips call; trips that cannot be used are left without calls."""
        for line, row in self._rows("stop_times.txt"):
            if row["trip_id"] in self._unused:
                continue
            trip = trips.get(row["trip_id"])
            stop = station_of.get(row["stop_id"])
            sequence = row["stop_sequence"].strip()
            if trip is None or stop is None or not sequence.isdecimal():
                self._tell(
                    "stop_times.txt",
                    line,
                    f"车次 {row['trip_id']}、站点 {row['stop_id']} 或顺序 {sequence} 无效",
                    f"no such trip {row['trip_id']}, stop {row['stop_id']} or order {sequence}",
                )
                continue
            times = [row.get(key, "") for key in ("arrival_time", "departure_time")]
            minutes = [_minutes(text) for text in times]
            wrong = [
                text
                for text, at in zip(times, minutes, strict=True)
                if text.strip() and math.isnan(at)
            ]
            if wrong:
                self._tell(
                    "stop_times.txt",
                    line,
                    f"时刻“{wrong[0]}”无效，应为 HH:MM:SS",
                    f"“{wrong[0]}” is no time; it must be HH:MM:SS",
                )
            arrival, departure = minutes
            arrival = departure if math.isnan(arrival) else arrival
            departure = arrival if math.isnan(departure) else departure
            trip.calls.append((int(sequence), stop, arrival, departure))

    def _running(
        self, trips: Mapping[str, _Trip], wanted: date | None
    ) -> dict[date, frozenset[str]]:
        """Which services run on which day, or on the one that is wanted."""
        used = {trip.service for trip in trips.values()}
        running: defaultdict[date, set[str]] = defaultdict(set)
        named: set[str] = set()
        for line, row in self._rows("calendar.txt", ("service_id", "start_date", "end_date")):
            named.add(row["service_id"])
            begin, end = _day(row["start_date"]), _day(row["end_date"])
            if begin is None or end is None or end < begin:
                self._tell("calendar.txt", line, "起止日期无效", "its dates are not valid")
                continue
            if wanted is not None:
                begin, end = max(begin, wanted), min(end, wanted)
            elif (end - begin).days > _LONGEST:
                end = begin + timedelta(days=_LONGEST)
                self._tell(
                    "calendar.txt",
                    line,
                    f"日期跨度过长，默认运营日只在 {end} 及以前选取",
                    f"it runs very long: a day up to {end} is chosen where none is asked for",
                )
            for after in range((end - begin).days + 1):
                day = begin + timedelta(days=after)
                if row.get(_WEEKDAYS[day.weekday()]) == "1" and row["service_id"] in used:
                    running[day].add(row["service_id"])
        for line, row in self._rows("calendar_dates.txt", ("service_id", "date", "exception_type")):
            named.add(row["service_id"])
            when = _day(row["date"])
            if when is None or row["exception_type"] not in {"1", "2"}:
                self._tell(
                    "calendar_dates.txt", line, "日期或类型无效", "its date or type is wrong"
                )
            elif row["exception_type"] == "1" and row["service_id"] in used:
                running[when].add(row["service_id"])
            else:
                running[when].discard(row["service_id"])
        for service in sorted(used - named):
            trip = next(trip for trip in trips.values() if trip.service == service)
            self._tell(
                "trips.txt",
                trip.at,
                f"运营计划 {service} 不在日历中，其车次从不运行",
                f"service {service} is in no calendar: its trips never run",
            )
        return {day: frozenset(services) for day, services in running.items() if services}

    def _lines(
        self,
        trips: Mapping[str, _Trip],
        modes: Mapping[str, tuple[Mode, str]],
        number: Mapping[str, int],
    ) -> list[Line]:
        """Trips of a route that call at the same stops, as one line."""
        often = self._frequencies(trips)
        patterns: defaultdict[tuple[str, tuple[str, ...], bool], list[str]] = defaultdict(list)
        timed = {}
        for key, trip in trips.items():
            calls = self._timed(key, trip)
            if calls is not None:
                timed[key] = calls
                stops = tuple(stop for stop, _, _ in calls)
                patterns[trip.route, stops, key in often].append(key)
        lines: list[Line] = []
        for (route, stops, by_frequency), keys in patterns.items():
            runs = [[there[1] - here[1] for here, there in pairwise(timed[key])] for key in keys]
            mode, name = modes[route]
            last = len(lines) + 1
            lines.append(
                Line(
                    key=f"gtfs:{route}:{last}",
                    name=Bilingual(name, name),
                    mode=mode,
                    stops=tuple(number[stop] for stop in stops),
                    runs=tuple(
                        max(statistics.median(of_all), 0.0) for of_all in zip(*runs, strict=True)
                    ),
                    services=tuple(
                        sorted(
                            (each for key in keys for each in often.get(key, ())),
                            key=lambda each: each.begins,
                        )
                    ),
                    departures=()
                    if by_frequency
                    else tuple(sorted(timed[key][0][1] for key in keys)),
                    both_ways=False,
                )
            )
        return lines

    def _timed(self, key: str, trip: _Trip) -> list[tuple[str, float, float]] | None:
        """The calls of a trip in order, all with times; None, and told, where it has none."""
        calls = sorted(trip.calls)
        twice = [one[0] for one, other in pairwise(calls) if one[0] == other[0]]
        if twice:
            self._tell(
                "trips.txt",
                trip.at,
                f"车次 {key} 的停站顺序 {twice[0]} 重复，不予采用",
                f"trip {key} has two calls numbered {twice[0]}; it is left out",
            )
            return None
        times = np.array([(arrival, departure) for _, _, arrival, departure in calls])
        if len(calls) < 2 or np.isnan(times[[0, -1]]).any():
            self._tell(
                "trips.txt",
                trip.at,
                f"车次 {key} 的停站不足两个，或首末站没有时刻",
                f"trip {key} calls at fewer than two stops, or has no time at its first or last",
            )
            return None
        order = np.arange(len(calls))
        known = ~np.isnan(times[:, 0])
        for column in (0, 1):
            times[:, column] = np.interp(order, order[known], times[known, column])
        if (np.diff(times.ravel()) < 0).any():
            self._tell(
                "trips.txt",
                trip.at,
                f"车次 {key} 的时刻倒退",
                f"trip {key} arrives before it leaves",
            )
            return None
        return [
            (stop, float(at[1]), float(at[0]))
            for (_, stop, _, _), at in zip(calls, times, strict=True)
        ]

    def _frequencies(self, trips: Mapping[str, _Trip]) -> dict[str, list[Service]]:
        often: defaultdict[str, list[Service]] = defaultdict(list)
        needed = ("trip_id", "start_time", "end_time", "headway_secs")
        for line, row in self._rows("frequencies.txt", needed):
            begin, end = _minutes(row["start_time"]), _minutes(row["end_time"])
            headway = _number(row["headway_secs"]) / 60
            if not (begin < end and headway > 0):
                self._tell(
                    "frequencies.txt",
                    line,
                    "起止时刻或间隔无效，间隔须大于 0",
                    "its hours or headway are wrong; a headway is above zero",
                )
            elif row["trip_id"] in trips:
                often[row["trip_id"]].append(Service(begin, end, headway))
        return often

    def _transfers(
        self, station_of: Mapping[str, str], number: Mapping[str, int]
    ) -> Iterator[Transfer]:
        for line, row in self._rows("transfers.txt", ("from_stop_id", "to_stop_id")):
            ends = [station_of.get(row[key], "") for key in ("from_stop_id", "to_stop_id")]
            if not all(ends):
                self._tell("transfers.txt", line, "站点不存在", "there is no such stop")
            elif ends[0] != ends[1] and row.get("transfer_type", "") in {"", "0", "1", "2"}:
                seconds = _number(row.get("min_transfer_time") or "0")
                minutes = max(seconds, 0.0) / 60 if math.isfinite(seconds) else 0.0
                yield Transfer(number[ends[0]], number[ends[1]], minutes)

    def _rows(self, name: str, needed: Sequence[str] | None = None) -> Iterator[tuple[int, Row]]:
        """The rows of a table with their line; none where the feed has no such table."""
        member = self._names.get(name)
        if member is None:
            return
        with self._packed.open(member) as opened:
            # a member is read no further than the size its directory gives, which was checked
            text = io.TextIOWrapper(opened, encoding="utf-8-sig", newline="")
            rows = csv.DictReader(text, restval="")
            columns = [column.strip() for column in rows.fieldnames or ()]
            rows.fieldnames = columns
            for column in needed or _NEEDED.get(name, ()):
                if column not in columns:
                    raise NoNetworkError(
                        Bilingual(f"{name} 缺少列 {column}", f"{name} has no column {column}")
                    )
            for count, row in enumerate(rows):
                if count >= self._limits.rows:
                    raise NoNetworkError(
                        Bilingual(
                            f"{name} 超过 {self._limits.rows} 行",
                            f"{name} has more than {self._limits.rows} rows",
                        )
                    )
                yield rows.line_num, row

    def _tell(self, name: str, line: int, zh: str, en: str) -> None:
        """Note a fault; after many in one file, only that there are more."""
        self._told[name] += 1
        if self._told[name] > _MOST_PROBLEMS_A_FILE:
            return
        if self._told[name] == _MOST_PROBLEMS_A_FILE:
            zh, en = "其后的问题不再逐条列出", "what is wrong further down is not listed"
        where = f"{name}:{line}"
        self._problems.append(Problem(where, "gtfs", Bilingual(zh, en), None, "warning"))


def _members(packed: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    """The tables of a feed by name; refuses what unpacks to too much."""
    found = {}
    total = 0
    for member in packed.infolist():
        name = member.filename.rsplit("/", 1)[-1].lower()
        if not name.endswith(".txt") or member.flag_bits & 1:
            continue
        total += member.file_size
        swollen = member.file_size > max(member.compress_size, 10_000) * limits.ratio
        if total > limits.unpacked or swollen:
            raise NoNetworkError(
                Bilingual(
                    f"{member.filename} 解压后过大（{member.file_size} 字节），拒绝读取",
                    f"{member.filename} unpacks to too much ({member.file_size} bytes)",
                )
            )
        found[name] = member
    return found


def _transfer_links(
    nodes: Sequence[Node], first: int, transfers: Iterable[Transfer]
) -> Iterator[Link]:
    for at, transfer in enumerate(transfers):
        one, other = first + transfer.one, first + transfer.other
        geometry = (nodes[one].point, nodes[other].point)
        straight = metres_between(*geometry)
        # as long as it takes to walk, so that walking it costs the minutes the feed asks for
        yield Link(
            key=f"transfer:{at}",
            tail=one,
            head=other,
            kind=LinkClass.PATH,
            modes=frozenset({Mode.WALK}),
            length_m=max(straight, transfer.minutes * 60 * _WALK_M_A_SECOND, 1.0),
            speed_kmh=4.8,
            geometry=geometry,
            name=Bilingual("换乘", "Transfer"),
            road="street:transfer",
        )


def _flat(places: np.ndarray, around: np.ndarray) -> np.ndarray:
    """Degrees scaled so that both axes are about equally long."""
    latitude = float(around[:, 1].mean()) if len(around) else 0.0
    return places * np.array([math.cos(math.radians(latitude)), 1.0])


def _busiest(running: Mapping[date, frozenset[str]], trips: Mapping[str, _Trip]) -> date | None:
    number: defaultdict[str, int] = defaultdict(int)
    for trip in trips.values():
        number[trip.service] += 1
    return max(
        sorted(running),
        key=lambda day: sum(number[service] for service in running[day]),
        default=None,
    )


def _mode(given: str) -> Mode | None:
    if not given.strip().isdecimal():
        return None
    number = int(given)
    return _MODES.get(number) or (_HUNDREDS.get(number // 100) if number >= 100 else None)


def _minutes(text: str) -> float:
    found = _TIME.fullmatch(text)
    if found is None:
        return math.nan
    return int(found[1]) * 60 + int(found[2]) + int(found[3]) / 60


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
