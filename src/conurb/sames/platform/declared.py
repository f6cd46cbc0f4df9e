"""What a region's folder declares for the passes: `platform.toml` and two files of geometry.

The texts themselves are kept in the database (see `models.RuleSet`) and read again from there, so
that every process of a node judges by the same rules and a decision can name those it was made by.
Every rule names its source: published, asked for by a ministry's guidance, or a default.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Literal, TypeVar

import shapely
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

from conurb.region.declarations import Region
from conurb.region.geography import AREAS, read_geometry
from conurb.region.positions import JsonPositions, TomlPositions
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual, Sheet, Table, closest
from conurb.sames.platform.points import Thresholds
from conurb.sames.platform.record_type import PURPOSES
from conurb.sames.platform.restrictions import (
    DAYS,
    KINDS,
    OPENED,
    Exemption,
    HoursError,
    Rule,
    Span,
    Zone,
    parse_span,
)
from conurb.sames.platform.vehicles import BODIES, ENERGIES, GROUPS, MASSES

Status = Literal["published", "guidance", "default"]
STATUSES: tuple[Status, ...] = ("published", "guidance", "default")
TOML = "platform.toml"
ZONES = "platform/zones.geojson"
CORRIDORS = "platform/corridors.geojson"

_OUTLINE_TOLERANCE = 0.001
_HOURS_WANTED = ("时段，如 07:00-22:00", "hours, as 07:00-22:00")
T = TypeVar("T", bound=str)


@dataclass(frozen=True)
class Source:
    """Where a rule stands, and how sure that is."""

    key: str
    status: Status
    title: Bilingual
    url: str
    note: Bilingual


@dataclass(frozen=True)
class Corridor:
    """A road recommended to trucks, to choose instead of drawing; schematic."""

    code: str
    name: Bilingual
    line: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Purpose:
    """What a truck is on the road for; `elsewhere` leads to another procedure."""

    key: str
    name: Bilingual
    longest_days: int
    source: str
    elsewhere: Bilingual | None = None


@dataclass(frozen=True)
class Term:
    """How long a pass may be asked for."""

    key: str
    name: Bilingual
    days: int


@dataclass(frozen=True)
class ViolationKind:
    """A way of misusing a pass, and what it costs."""

    key: str
    name: Bilingual
    points: int


@dataclass(frozen=True)
class Texts:
    """The files as they are kept: three texts, the working days, the cities' outlines (JSON)."""

    toml: str
    zones: str
    corridors: str
    days: str
    outlines: str

    @property
    def digest(self) -> str:
        """The name of this state of the rules: SHA-256 over all of it, hexadecimal."""
        whole = "\0".join((self.toml, self.zones, self.corridors, self.days, self.outlines))
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True)
class WorkingDays:
    """The working days of the years declared, as `restrictions.Calendar` asks for them."""

    years: frozenset[int]
    off: frozenset[date]
    made_up: frozenset[date]

    def covers(self, day: date) -> bool:
        """Whether the year of the day is declared."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether offices work on the day."""
        return day in self.made_up or (day not in self.off and day.weekday() < 5)


@dataclass(frozen=True)
class Declared:
    """Everything declared for the passes, in one state."""

    digest: str
    sources: Mapping[str, Source]
    zones: tuple[Zone, ...]
    exemptions: tuple[Exemption, ...]
    corridors: Mapping[str, Corridor]
    purposes: Mapping[str, Purpose]
    terms: Mapping[str, Term]
    thresholds: Thresholds
    points_source: str
    quota_source: str
    violations: Mapping[str, ViolationKind]
    calendar: WorkingDays
    outlines: Mapping[str, BaseGeometry] = field(repr=False)

    @cached_property
    def zone_by_code(self) -> Mapping[str, Zone]:
        """The zones by the codes on the passes."""
        return {zone.code: zone for zone in self.zones}

    def cities_of(self, route: BaseGeometry) -> tuple[str, ...]:
        """Return the codes of the cities that a route passes through."""
        return tuple(code for code, outline in self.outlines.items() if outline.intersects(route))


def texts_of(region: Region) -> Texts | None:
    """Return the region's files for the passes; None where it declares none."""
    folder = FilePath(region.path)
    if not (folder / TOML).is_file():
        return None
    toml, zones, corridors = (_text(folder, name) for name in (TOML, ZONES, CORRIDORS))
    years = region.calendar.years
    days = {
        "years": [year.year for year in years],
        "off": [day.isoformat() for year in years for h in year.holidays for day in h.days()],
        "made_up": [day.isoformat() for year in years for day in year.workdays],
    }
    outlines = {
        city.code: json.loads(
            shapely.to_geojson(
                shapely.set_precision(
                    shapely.union_all(
                        [shape(c.geometry) for c in region.counties if c.city == city.code]
                    ).simplify(_OUTLINE_TOLERANCE),
                    1e-5,
                )
            )
        )
        for city in region.cities
    }
    return Texts(toml, zones, corridors, json.dumps(days), json.dumps(outlines))


def read(texts: Texts) -> Declared:
    """Return what the texts declare; raises RegionError with everything that is wrong."""
    reading = _Reading(texts)
    declared = reading.declared()
    problems = [each for sheet in reading.sheets for each in sheet.problems]
    if declared is None or problems:
        raise RegionError(problems)
    return declared


def _text(folder: FilePath, name: str) -> str:
    file = folder / name
    if not file.is_file():
        sheet = Sheet(name)
        sheet.note("file-missing")
        raise RegionError(sheet.problems)
    return file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")


class _Reading:
    """One reading of the texts: the sheets, and what was found wrong in them."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.main = Sheet(TOML, TomlPositions(texts.toml))
        self.zones = Sheet(ZONES)
        self.corridors = Sheet(CORRIDORS)
        self.sheets = (self.main, self.zones, self.corridors)
        self.outlines = {
            code: shape(geometry) for code, geometry in json.loads(texts.outlines).items()
        }
        self.sources: dict[str, Source] = {}
        self.purposes: dict[str, Purpose] = {}

    def declared(self) -> Declared | None:
        """Everything, as far as it can be read; None where a file is no TOML or JSON."""
        try:
            table = Table(self.main, tomllib.loads(self.texts.toml))
        except tomllib.TOMLDecodeError as error:
            self.main.note("syntax", detail=str(error))
            return None
        shapes = self._shapes(self.zones, self.texts.zones, AREAS)
        lines = self._shapes(self.corridors, self.texts.corridors, ("LineString",))
        if shapes is None or lines is None:
            return None
        self.sources = _by_key(self._source(each) for each in table.tables("source"))
        self.purposes = _by_key(self._purpose(each) for each in table.tables("purpose"))
        days = json.loads(self.texts.days)
        thresholds, points_source = self._points(table)
        read_corridors = [self._corridor(each, lines) for each in table.tables("corridor")]
        declared = Declared(
            digest=self.texts.digest,
            sources=self.sources,
            zones=tuple(self._zone(each, shapes) for each in table.tables("zone")),
            exemptions=tuple(self._exemption(each) for each in table.tables("exemption")),
            corridors={each.code: each for each in read_corridors},
            purposes=self.purposes,
            terms=_by_key(self._term(each) for each in table.tables("term")),
            thresholds=thresholds,
            points_source=points_source,
            quota_source=self._named(table, "quota_source", self.sources),
            violations=_by_key(self._violation(each) for each in table.tables("violation")),
            calendar=WorkingDays(
                frozenset(days["years"]),
                frozenset(date.fromisoformat(day) for day in days["off"]),
                frozenset(date.fromisoformat(day) for day in days["made_up"]),
            ),
            outlines=self.outlines,
        )
        table.finish()
        return declared

    def _shapes(
        self, sheet: Sheet, text: str, kinds: Collection[str]
    ) -> dict[str, BaseGeometry] | None:
        try:
            features = json.loads(text)["features"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            sheet.note("syntax", detail=str(error))
            return None
        sheet.positions = JsonPositions(text)
        found = {}
        for place, feature in enumerate(features):
            geometry = read_geometry(sheet, ("features", place), feature.get("geometry"), kinds)
            if geometry is not None:
                found[str(feature.get("properties", {}).get("code"))] = geometry
        return found

    def _source(self, table: Table) -> Source:
        source = Source(
            key=table.text("key"),
            status=self._one_of(table, "status", STATUSES, "default"),
            title=table.name("title"),
            url=table.text("url", required=False),
            note=table.bilingual("note", required=False) or Bilingual("", ""),
        )
        table.finish()
        return source

    def _purpose(self, table: Table) -> Purpose:
        elsewhere = table.has("elsewhere")
        # what a pass can be for stands in its record type, which a region does not change
        purpose = Purpose(
            key=table.text("key")
            if elsewhere
            else self._one_of(table, "key", tuple(PURPOSES), "other"),
            name=table.name(),
            longest_days=table.whole("longest_days", required=not elsewhere),
            source=self._named(table, "source", self.sources),
            elsewhere=table.bilingual("elsewhere", required=False),
        )
        table.finish()
        return purpose

    def _term(self, table: Table) -> Term:
        term = Term(table.text("key"), table.name(), table.whole("days"))
        table.finish()
        return term

    def _violation(self, table: Table) -> ViolationKind:
        kind = ViolationKind(table.text("key"), table.name(), table.whole("points"))
        table.finish()
        return kind

    def _points(self, table: Table) -> tuple[Thresholds, str]:
        inner = table.table("points")
        if inner is None:
            return Thresholds(1, 1, 1, 1), ""
        numbers = [
            inner.whole(key) for key in ("window_days", "warn_at", "withdraw_at", "no_rule_days")
        ]
        source = self._named(inner, "source", self.sources)
        inner.finish()
        if not 0 < numbers[1] <= numbers[2]:
            wanted = ("不大于 withdraw_at", "at most withdraw_at")
            inner.note(
                "bad-form", "warn_at", found=numbers[1], wanted_zh=wanted[0], wanted_en=wanted[1]
            )
            return Thresholds(1, 1, 1, 1), source
        return Thresholds(*numbers), source

    def _zone(self, table: Table, shapes: Mapping[str, BaseGeometry]) -> Zone:
        code = table.text("code")
        zone = Zone(
            code=code,
            city=self._named(table, "city", self.outlines),
            name=table.name(),
            bounds=table.name("bounds"),
            kind=self._one_of(table, "kind", KINDS, "area"),
            shape=self._shape_of(table, code, shapes),
            rules=tuple(self._rule(each) for each in table.tables("rule", required=True)),
            quota=table.whole("quota", required=False) or None,
        )
        table.finish()
        return zone

    def _rule(self, table: Table) -> Rule:
        rule = Rule(
            mass=self._some_of(table, "mass", MASSES),
            hours=self._spans(table, "hours"),
            opened=self._one_of(table, "opened", OPENED, "officer"),
            source=self._named(table, "source", self.sources),
            days=self._one_of(table, "days", DAYS, "every"),
            energies=self._some_of(table, "energies", GROUPS),
            fuels=self._some_of(table, "fuels", ENERGIES),
            stage_max=table.whole("stage_max", required=False) or None,
            stage_min=table.whole("stage_min", required=False) or None,
            purposes=self._some_of(table, "purposes", tuple(self.purposes)),
        )
        table.finish()
        return rule

    def _exemption(self, table: Table) -> Exemption:
        exemption = Exemption(
            key=table.text("key"),
            name=table.name(),
            mass=self._some_of(table, "mass", MASSES),
            energies=self._some_of(table, "energies", GROUPS),
            bodies=self._some_of(table, "bodies", BODIES),
            source=self._named(table, "source", self.sources),
            longest_m=table.number("longest_m") if table.has("longest_m") else None,
            heaviest_kg=table.whole("heaviest_kg", required=False) or None,
            but_days=self._one_of(table, "but_days", DAYS, "every"),
            but_hours=self._spans(table, "but_hours"),
        )
        table.finish()
        return exemption

    def _corridor(self, table: Table, lines: Mapping[str, BaseGeometry]) -> Corridor:
        code = table.text("code")
        line = lines.get(code)
        if line is None:
            table.note("unknown-reference", "code", found=code, **closest(code, lines))
        corridor = Corridor(
            code,
            table.name(),
            tuple((float(x), float(y)) for x, y in line.coords) if line is not None else (),
        )
        table.finish()
        return corridor

    def _shape_of(
        self, table: Table, code: str, shapes: Mapping[str, BaseGeometry]
    ) -> BaseGeometry:
        found = shapes.get(code)
        if found is None:
            table.note("unknown-reference", "code", found=code, **closest(code, shapes))
            return MultiPolygon()
        shapely.prepare(found)
        return found

    def _spans(self, table: Table, key: str) -> tuple[Span, ...]:
        found = []
        for text in table.texts(key):
            try:
                found.append(parse_span(text))
            except HoursError:
                wanted = {"wanted_zh": _HOURS_WANTED[0], "wanted_en": _HOURS_WANTED[1]}
                table.note("bad-form", key, found=text, **wanted)
        return tuple(found)

    def _one_of(self, table: Table, key: str, choices: tuple[T, ...], default: T) -> T:
        chosen = table.choice(key, choices, default)
        return next(each for each in choices if each == chosen)

    def _some_of(self, table: Table, key: str, choices: tuple[T, ...]) -> frozenset[T]:
        given = table.texts(key)
        for text in given:
            if text not in choices:
                table.note("unknown-reference", key, found=text, **closest(text, choices))
        return frozenset(each for each in choices if each in given)

    def _named(self, table: Table, key: str, known: Mapping[str, Any]) -> str:
        name = table.text(key)
        if name and name not in known:
            table.note("unknown-reference", key, found=name, **closest(name, known))
        return name


def _by_key(values: Iterable[Any]) -> dict[str, Any]:
    return {value.key: value for value in values}
