"""What a region declares of itself, as plain values: cities, counties, authorities, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from conurb.region.problems import Problem
from conurb.region.tables import Bilingual
from conurb.region.workdays import Calendar

__all__ = [
    "Actor",
    "Authority",
    "AuthorityKind",
    "City",
    "County",
    "Entry",
    "FormerCounty",
    "Geometry",
    "People",
    "Place",
    "Point",
    "Region",
    "Subject",
]

AuthorityKind = Literal["department", "office", "party"]
Point = tuple[float, float]
"""Longitude and latitude in degrees, WGS 84."""
Geometry = Mapping[str, Any]
"""A GeoJSON geometry (RFC 7946), WGS 84."""
Entry = tuple[str, tuple[str, ...], str]
"""A reference, every name it goes by (the first is the one to show), and its kind."""


@dataclass(frozen=True)
class City:
    """A member of the region: a prefecture-level city, by its code (GB/T 2260).

    ``centre`` is where its government sits, ``colour`` the name of the colour it is drawn in,
    ``population`` its residents by the census.
    """

    code: str
    slug: str
    name: Bilingual
    short: Bilingual
    plate: str
    centre: Point
    colour: str
    population: int

    @property
    def ref(self) -> str:
        """The reference by which places and tasks name the city."""
        return f"city/{self.code}"


@dataclass(frozen=True)
class FormerCounty:
    """What a county was called, by which code, until when."""

    name: Bilingual
    code: str
    until: date


@dataclass(frozen=True)
class County:
    """A county, district or county-level city.

    ``population`` is its residents by the census, give or take ``population_accuracy``;
    ``point`` lies inside it, for its label.
    """

    code: str
    city: str
    name: Bilingual
    aliases: tuple[str, ...]
    population: int
    population_accuracy: int
    area_km2: float
    former: tuple[FormerCounty, ...]
    geometry: Geometry
    point: Point

    @property
    def ref(self) -> str:
        """The reference by which places and tasks name the county."""
        return f"county/{self.code}"


@dataclass(frozen=True)
class Subject:
    """A subject of work: what authorities are competent for, and the words that betray it."""

    key: str
    name: Bilingual
    words: tuple[str, ...]


@dataclass(frozen=True)
class Authority:
    """A department of one city, or of the region where ``city`` is None.

    ``key`` is unique in the region ("changsha-development-reform"); ``department`` is what the
    departments of the same kind in all cities share ("development-reform").
    """

    key: str
    department: str
    city: str | None
    name: Bilingual
    short: Bilingual
    aliases: tuple[str, ...]
    generic: tuple[str, ...]
    subjects: tuple[str, ...]
    kind: AuthorityKind

    @property
    def ref(self) -> str:
        """The reference by which actors of tasks name the authority."""
        return f"authority/{self.key}"


@dataclass(frozen=True)
class Actor:
    """Whoever plans name that is no authority of the region: the province, the State, firms."""

    key: str
    name: Bilingual
    aliases: tuple[str, ...]
    kind: str

    @property
    def ref(self) -> str:
        """The reference by which actors of tasks name it."""
        return f"actor/{self.key}"


@dataclass(frozen=True)
class Place:
    """A named place of the gazetteer; ``accuracy_m`` says how far the geometry may be off."""

    ref: str
    name: Bilingual
    aliases: tuple[str, ...]
    kind: str
    cities: tuple[str, ...]
    accuracy_m: int
    schematic: bool
    source: str
    geometry: Geometry
    point: Point


@dataclass(frozen=True)
class People:
    """What the names of invented people are made of: characters and their pinyin."""

    notice: Bilingual
    surnames: Mapping[str, str]
    given: Mapping[str, str]


@dataclass(frozen=True)
class Region:
    """The cities that integrate, and everything declared about them."""

    path: Path
    slug: str
    name: Bilingual
    timezone: ZoneInfo
    office: str
    cities: tuple[City, ...]
    counties: tuple[County, ...]
    subjects: tuple[Subject, ...]
    authorities: tuple[Authority, ...]
    actors: tuple[Actor, ...]
    places: tuple[Place, ...]
    calendar: Calendar
    people: People
    digest: str
    warnings: tuple[Problem, ...] = field(default=())

    @cached_property
    def _cities(self) -> Mapping[str, City]:
        return {city.code: city for city in self.cities}

    @cached_property
    def _authorities(self) -> Mapping[str, Authority]:
        return {authority.key: authority for authority in self.authorities}

    @cached_property
    def _subjects(self) -> Mapping[str, Subject]:
        return {subject.key: subject for subject in self.subjects}

    @property
    def plan_path(self) -> Path | None:
        """The region's plan in Chinese, ``plan.md``, where the folder has one."""
        return _existing(self.path / "plan.md")

    @property
    def plan_en_path(self) -> Path | None:
        """The English version of the plan, ``plan.en.md``, where the folder has one."""
        return _existing(self.path / "plan.en.md")

    def city(self, code: str) -> City:
        """The city with this code; KeyError where the region has none."""
        return self._cities[code]

    def authority(self, key: str) -> Authority:
        """The authority with this key; KeyError where the region has none."""
        return self._authorities[key]

    def subject(self, key: str) -> Subject:
        """The subject of work with this key; KeyError where the region has none."""
        return self._subjects[key]

    def departments(self, department: str) -> tuple[Authority, ...]:
        """The authorities of all cities that are the same department, in the order of cities."""
        return tuple(each for each in self.authorities if each.department == department)

    def competent(self, subject: str, city: str | None = None) -> tuple[Authority, ...]:
        """The authorities competent for a subject of work, in the order they are declared.

        With ``city``, those of that city, and the region's where the city has none.
        """
        able = tuple(each for each in self.authorities if subject in each.subjects)
        if city is None:
            return able
        local = tuple(each for each in able if each.city == city)
        return local or tuple(each for each in able if each.city is None)

    def gazetteer_entries(self) -> list[Entry]:
        """Every place by every name: cities, counties with their former names, places."""
        entries: list[Entry] = []
        for city in self.cities:
            entries.append((city.ref, _names(city.name.zh, city.short.zh), "city"))
        for county in self.counties:
            former = (each.name.zh for each in county.former)
            entries.append((county.ref, _names(county.name.zh, *county.aliases, *former), "county"))
        for place in self.places:
            entries.append((place.ref, _names(place.name.zh, *place.aliases), place.kind))
        return entries

    def actor_entries(self) -> list[Entry]:
        """Every actor by every name: authorities, their generic names, and outside actors.

        Names that fit the same department of every city, as 市发改委, have a reference of their
        own, ``department/<department>``: ``departments()`` says whom it may mean.
        """
        entries: list[Entry] = []
        generic: dict[str, list[str]] = {}
        for each in self.authorities:
            names = _names(each.name.zh, each.short.zh, *each.aliases)
            entries.append((each.ref, names, each.kind))
            generic.setdefault(each.department, []).extend(each.generic)
        for department, names_of_it in generic.items():
            if names_of_it:
                entries.append((f"department/{department}", _names(*names_of_it), "department"))
        for actor in self.actors:
            entries.append((actor.ref, _names(actor.name.zh, *actor.aliases), actor.kind))
        return entries


def _names(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
