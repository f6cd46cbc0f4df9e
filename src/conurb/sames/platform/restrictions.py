"""Where and when which goods vehicles are restricted, and what of it a route meets.

A zone is an area, or a road drawn as a narrow area. Its rules say whom they bind (class of mass,
energy, emission stage), on which days and in which hours, and how a pass opens them: by a rule, by
an officer's decision, or never. Days are told apart as offices tell them: a Saturday worked in
exchange for a holiday is a working day. All hours are clock hours of the region; a rule's hours
begin and end on the same day, an applicant's may run over midnight.

What is published and what is a default of the region file stands with each rule's `source`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, Protocol

from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from conurb.region.tables import Bilingual
from conurb.sames.platform.vehicles import Body, Energy, Group, Mass, Vehicle

Days = Literal["every", "workdays", "days-off"]
DayClass = Literal["workday", "day-off"]
Opened = Literal["rule", "officer", "never"]
Kind = Literal["area", "road"]

DAYS: tuple[Days, ...] = ("every", "workdays", "days-off")
OPENED: tuple[Opened, ...] = ("rule", "officer", "never")
KINDS: tuple[Kind, ...] = ("area", "road")
DAY_WORDS: dict[Days, Bilingual] = {
    "every": Bilingual("每日", "every day"),
    "workdays": Bilingual("工作日（含调休上班日）", "working days (make-up days included)"),
    "days-off": Bilingual("休息日和节假日", "days off"),
}

DAY = 24 * 60
LEAST_METRES: dict[Kind, float] = {"area": 50.0, "road": 400.0}
"""A route that touches an area's edge or crosses over a road does not use it."""

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_ONE_DAY = timedelta(days=1)
_METRES_A_DEGREE = 111_320.0


class HoursError(ValueError):
    """Not a span of hours such as 07:00-22:00."""


@dataclass(frozen=True, order=True)
class Span:
    """Minutes of a day, from `begin` until before `end`: 0 <= begin < end <= 1440."""

    begin: int
    end: int

    def __str__(self) -> str:
        return f"{clock(self.begin)}–{clock(self.end)}"

    def meets(self, other: Span) -> Span | None:
        """Return what two spans have in common."""
        begin, end = max(self.begin, other.begin), min(self.end, other.end)
        return Span(begin, end) if begin < end else None


@dataclass(frozen=True)
class Hours:
    """The hours somebody asks for: from a minute to a minute, over midnight where it ends earlier.

    Equal ends mean the whole day.
    """

    begin: int
    end: int

    def __str__(self) -> str:
        return f"{clock(self.begin)}–{clock(self.end)}"

    @property
    def today(self) -> Span | None:
        """The part on the day on which it begins."""
        end = self.end if self.end > self.begin else DAY
        return Span(self.begin, end) if self.begin < end else None

    @property
    def tomorrow(self) -> Span | None:
        """The part after midnight."""
        return Span(0, self.end) if self.end <= self.begin and self.end > 0 else None


class Calendar(Protocol):
    """What tells working days; `region.workdays.Calendar` does."""

    def covers(self, day: date, /) -> bool: ...

    def is_workday(self, day: date, /) -> bool: ...


@dataclass(frozen=True)
class Rule:
    """Whom a zone restricts, when, and what opens it. `stage_min` and `purposes` are for "rule"."""

    mass: frozenset[Mass]
    hours: tuple[Span, ...]
    opened: Opened
    source: str
    days: Days = "every"
    energies: frozenset[Group] = frozenset()
    fuels: frozenset[Energy] = frozenset()
    stage_max: int | None = None
    stage_min: int | None = None
    purposes: frozenset[str] = frozenset()

    def binds(self, vehicle: Vehicle) -> bool:
        """Tell whether the rule is about this vehicle."""
        return (
            vehicle.mass in self.mass
            and (not self.energies or vehicle.group in self.energies)
            and (not self.fuels or vehicle.energy in self.fuels)
            and (self.stage_max is None or vehicle.stage <= self.stage_max)
        )

    def opens_for(self, vehicle: Vehicle, purpose: str) -> bool:
        """Tell whether a pass opens it by the rule alone."""
        return (
            self.opened == "rule"
            and purpose in self.purposes
            and (self.stage_min is None or vehicle.stage >= self.stage_min)
        )


@dataclass(frozen=True)
class Exemption:
    """Vehicles that what a pass can open does not bind, but in some hours on some days."""

    key: str
    name: Bilingual
    mass: frozenset[Mass]
    energies: frozenset[Group]
    bodies: frozenset[Body]
    source: str
    longest_m: float | None = None
    heaviest_kg: int | None = None
    but_days: Days = "every"
    but_hours: tuple[Span, ...] = ()

    def covers(self, vehicle: Vehicle) -> bool:
        """Tell whether the vehicle is among them."""
        return (
            vehicle.mass in self.mass
            and vehicle.group in self.energies
            and vehicle.body in self.bodies
            and (self.longest_m is None or vehicle.length_m <= self.longest_m)
            and (self.heaviest_kg is None or vehicle.mass_kg <= self.heaviest_kg)
        )


@dataclass(frozen=True)
class Zone:
    """A restricted zone of a city; `shape` in degrees, WGS 84; `quota` passes a day, None without.

    `code` stands on the pass and on the map.
    """

    code: str
    city: str
    name: Bilingual
    bounds: Bilingual
    kind: Kind
    shape: BaseGeometry = field(repr=False, compare=False)
    rules: tuple[Rule, ...]
    quota: int | None = None


@dataclass(frozen=True)
class Asked:
    """When a vehicle is to drive: on which days from the first to the last, in which hours."""

    first: date
    last: date
    days: Days
    hours: Hours


@dataclass(frozen=True)
class Meeting:
    """A rule of a zone that binds the vehicle on its route in the hours asked for."""

    zone: Zone
    rule: Rule
    spans: tuple[Span, ...]
    metres: float


def parse_span(text: str) -> Span:
    """Return the span in a text such as "07:00-22:00"; raises HoursError."""
    begin, dash, end = text.partition("-")
    if not dash:
        raise HoursError(text)
    span = Span(minute(begin), minute(end))
    if span.begin >= span.end:
        raise HoursError(text)
    return span


def minute(text: str) -> int:
    """Return the minute of the day of "07:30"; 1440 for "24:00"; raises HoursError."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise HoursError(text)
    at = int(found[1]) * 60 + int(found[2])
    if at > DAY:
        raise HoursError(text)
    return at


def clock(at: int) -> str:
    """Write a minute of the day as 07:30."""
    return f"{at // 60:02d}:{at % 60:02d}"


def classes_of(day: date, calendar: Calendar) -> frozenset[DayClass]:
    """Return what a day is. In a year whose holidays are not announced yet it may be either."""
    if not calendar.covers(day):
        return frozenset({"workday", "day-off"})
    return frozenset({"workday" if calendar.is_workday(day) else "day-off"})


def admits(days: Days, day: DayClass) -> bool:
    """Tell whether a day of this class is among the days meant."""
    return days == "every" or (days == "workdays") == (day == "workday")


def pieces(asked: Asked, calendar: Calendar) -> frozenset[tuple[DayClass, Span]]:
    """Return the hours asked for as spans of working days and of days off.

    The part after midnight belongs to the day that it falls on.
    """
    found: set[tuple[DayClass, Span]] = set()
    day = asked.first
    while day <= asked.last:
        if any(admits(asked.days, each) for each in classes_of(day, calendar)):
            if asked.hours.today is not None:
                found |= {
                    (each, asked.hours.today)
                    for each in classes_of(day, calendar)
                    if admits(asked.days, each)
                }
            if asked.hours.tomorrow is not None:
                found |= {
                    (each, asked.hours.tomorrow) for each in classes_of(day + _ONE_DAY, calendar)
                }
        day += _ONE_DAY
    return frozenset(found)


def binding_spans(
    rule: Rule,
    vehicle: Vehicle,
    exemptions: Sequence[Exemption],
    times: Iterable[tuple[DayClass, Span]],
) -> tuple[Span, ...]:
    """Return when within the times a rule binds a vehicle, in the order of the clock."""
    if not rule.binds(vehicle):
        return ()
    lifted = [each for each in exemptions if rule.opened != "never" and each.covers(vehicle)]
    found: set[Span] = set()
    for day, span in times:
        if not admits(rule.days, day):
            continue
        bound = [met for hours in rule.hours if (met := hours.meets(span))]
        for exemption in lifted:
            still = exemption.but_hours if admits(exemption.but_days, day) else ()
            bound = [met for each in bound for but in still if (met := each.meets(but))]
        found.update(bound)
    return tuple(sorted(found))


def meetings(
    zones: Sequence[Zone],
    exemptions: Sequence[Exemption],
    vehicle: Vehicle,
    route: BaseGeometry,
    times: Iterable[tuple[DayClass, Span]],
) -> tuple[Meeting, ...]:
    """Return every rule that binds the vehicle on the route at these times, in the zones' order."""
    listed = tuple(times)
    found = []
    for zone in zones:
        metres = metres_within(route, zone.shape)
        if metres < LEAST_METRES[zone.kind]:
            continue
        for rule in zone.rules:
            spans = binding_spans(rule, vehicle, exemptions, listed)
            if spans:
                found.append(Meeting(zone, rule, spans, metres))
    return tuple(found)


def route_of(lines: Iterable[Sequence[tuple[float, float]]]) -> MultiLineString:
    """Return the route of several lines of longitudes and latitudes; those too short are left."""
    return MultiLineString([LineString(line) for line in lines if len(set(line)) > 1])


def metres_within(route: BaseGeometry, shape: BaseGeometry) -> float:
    """Return how many metres of a route lie in a shape, true to a few in a thousand."""
    if route.is_empty or not route.intersects(shape):
        return 0.0
    return metres(route.intersection(shape))


def metres(geometry: BaseGeometry) -> float:
    """Return the length of the lines in a geometry given in degrees.

    The earth counts as a sphere cut at the middle latitude: at the size of a city that is true to
    a few in a thousand, and a thousand times quicker than geodesics.
    """
    total = 0.0
    for part in getattr(geometry, "geoms", [geometry]):
        if part.geom_type != "LineString":
            continue
        for (x0, y0), (x1, y1) in pairwise(part.coords):
            wide = (x1 - x0) * math.cos(math.radians((y0 + y1) / 2))
            total += math.hypot(wide, y1 - y0) * _METRES_A_DEGREE
    return total
