"""A region is a folder of plain files: this reads one whole and says all that is wrong with it.

``region.toml`` names the cities, counties, subjects of work and authorities; ``counties.geojson``
holds the boundaries, ``places.geojson`` the gazetteer, ``calendar.toml`` the working days and
``people.toml`` the syllables of invented names. The format is told in ``docs/region.md``.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conurb.region.declarations import (
    Actor,
    Authority,
    City,
    County,
    Entry,
    FormerCounty,
    People,
    Place,
    Region,
    Subject,
)
from conurb.region.entries import (
    SLUG,
    SLUG_WANTED,
    Boundaries,
    Names,
    read_actor,
    read_authorities,
    read_characters,
    read_city,
    read_county,
    read_place,
    read_subject,
    read_year,
)
from conurb.region.positions import JsonPositions, TomlPositions
from conurb.region.problems import Problem, RegionError, Severity, problem, render_problems
from conurb.region.tables import Bilingual, Sheet, Table, closest
from conurb.region.workdays import Calendar

__all__ = [
    "Actor",
    "Authority",
    "Bilingual",
    "Calendar",
    "City",
    "County",
    "Entry",
    "FormerCounty",
    "People",
    "Place",
    "Problem",
    "Region",
    "RegionError",
    "Severity",
    "Subject",
    "check_region",
    "load_region",
    "render_problems",
]

_REGION, _COUNTIES, _PLACES = "region.toml", "counties.geojson", "places.geojson"
_CALENDAR, _PEOPLE = "calendar.toml", "people.toml"
_FILES = (_REGION, _COUNTIES, _PLACES, _CALENDAR, _PEOPLE)
_OPTIONAL = ("plan.md", "plan.en.md")


def load_region(path: FilePath) -> Region:
    """The region declared in the folder ``path``.

    Raises RegionError with every problem of every file where one of them is an error; warnings
    come with the region.
    """
    region, problems = _read(FilePath(path))
    if region is None:
        raise RegionError(problems)
    return region


def check_region(path: FilePath) -> tuple[Problem, ...]:
    """Every problem of the folder ``path``, errors and warnings, in the order of the files."""
    _, problems = _read(FilePath(path))
    return problems


def _read(folder: FilePath) -> tuple[Region | None, tuple[Problem, ...]]:
    if not folder.is_dir():
        return None, (problem("folder-missing", file=str(folder), path=folder),)
    reading = _Reading(folder)
    region = reading.region()
    problems = tuple(sorted(reading.problems()))
    if region is None or any(each.severity is Severity.ERROR for each in problems):
        return None, problems
    return region, problems


def _digest(folder: FilePath) -> str:
    digest = hashlib.sha256()
    for name in (*_FILES, *_OPTIONAL):
        file = folder / name
        if file.is_file():
            digest.update(f"{name}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class _Entries:
    """What region.toml and places.geojson list."""

    cities: tuple[City, ...]
    counties: tuple[County, ...]
    subjects: tuple[Subject, ...]
    authorities: tuple[Authority, ...]
    actors: tuple[Actor, ...]
    places: tuple[Place, ...]


class _Reading:
    """One reading of a folder: its sheets, and what has been found in them so far."""

    def __init__(self, folder: FilePath) -> None:
        self._folder = folder
        self._sheets: dict[str, Sheet] = {}
        self._names: defaultdict[str, Names] = defaultdict(Names)

    def problems(self) -> Iterable[Problem]:
        """Whatever has been found wrong."""
        return (each for sheet in self._sheets.values() for each in sheet.problems)

    def region(self) -> Region | None:
        """The region as far as it can be read; None where its own tables are missing."""
        declared = self._toml(_REGION)
        boundaries = Boundaries(self._sheet(_COUNTIES), self._geojson(_COUNTIES))
        features = self._geojson(_PLACES)
        calendar = self._calendar(self._toml(_CALENDAR))
        people = self._people(self._toml(_PEOPLE))
        if declared is None:
            return None
        entries = self._entries(declared, boundaries, features or [])
        self._check(declared, entries)
        head = declared.table("region")
        declared.finish()
        if head is None:
            return None
        region = _assembled(self._folder, head, entries, calendar, people)
        self._check_names(region)
        return replace(region, warnings=tuple(sorted(self.problems())))

    def _entries(
        self, declared: Table, boundaries: Boundaries, features: Sequence[Table]
    ) -> _Entries:
        cities = [
            read_city(table, self._names["city"])
            for table in declared.tables("city", required=True)
        ]
        codes = frozenset(city.code for city in cities)
        counties = [
            read_county(table, self._names["county"], codes, boundaries)
            for table in declared.tables("county", required=True)
        ]
        boundaries.check_all_used(county.code for county in counties)
        subjects = [read_subject(t, self._names["subject"]) for t in declared.tables("subject")]
        places = [read_place(feature, self._names["place"], codes) for feature in features]
        return _Entries(
            cities=tuple(cities),
            counties=tuple(counties),
            subjects=tuple(subjects),
            authorities=self._authorities(declared, cities, subjects),
            actors=tuple(read_actor(t, self._names["actor"]) for t in declared.tables("actor")),
            places=tuple(place for place in places if place is not None),
        )

    def _authorities(
        self, declared: Table, cities: Sequence[City], subjects: Sequence[Subject]
    ) -> tuple[Authority, ...]:
        keys = {subject.key for subject in subjects}
        authorities = [
            authority
            for table in declared.tables("authority", required=True)
            for authority in read_authorities(table, self._names["authority"], cities, keys)
        ]
        order = [None, *(city.code for city in cities)]
        return tuple(sorted(authorities, key=lambda authority: order.index(authority.city)))

    def _check(self, declared: Table, entries: _Entries) -> None:
        self._check_population(declared, entries)
        self._check_words(declared, entries)
        self._check_cover(declared, entries)

    def _sheet(self, name: str) -> Sheet:
        return self._sheets.setdefault(name, Sheet(name))

    def _text(self, name: str) -> str | None:
        sheet = self._sheet(name)
        file = self._folder / name
        if not file.is_file():
            sheet.note("file-missing")
            return None
        try:
            return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            sheet.note("not-utf8", offset=error.start)
            return None

    def _toml(self, name: str) -> Table | None:
        text = self._text(name)
        if text is None:
            return None
        sheet = self._sheet(name)
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            end_of_text = text.count("\n") + 1
            line = int(at.group(1)) if at else end_of_text
            sheet.note("syntax", line=line, detail=str(error))
            return None
        sheet.positions = TomlPositions(text)
        return Table(sheet, values)

    def _geojson(self, name: str) -> list[Table] | None:
        text = self._text(name)
        if text is None:
            return None
        sheet = self._sheet(name)
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            sheet.note("syntax", line=error.lineno, detail=error.msg)
            return None
        if not isinstance(values, dict):
            sheet.note("wrong-type", wanted_zh="表", wanted_en="a table", found=type(values))
            return None
        sheet.positions = JsonPositions(text)
        return Table(sheet, values).tables("features", required=True)

    def _calendar(self, declared: Table | None) -> Calendar:
        if declared is None:
            return Calendar(())
        tables = declared.tables("year", required=True)
        years = [read_year(table, self._names["year"]) for table in tables]
        declared.finish()
        numbers = sorted(year.year for year in years if year.year)
        for before, after in pairwise(numbers):
            for missing in range(before + 1, after):
                declared.note("year-gap", "year", found=missing)
        return Calendar(tuple(sorted(years, key=lambda year: year.year)))

    def _people(self, declared: Table | None) -> People:
        if declared is None:
            return People(Bilingual("", ""), {}, {})
        people = People(
            notice=declared.name("notice"),
            surnames=read_characters(declared, "surnames"),
            given=read_characters(declared, "given"),
        )
        declared.finish()
        return people

    def _check_population(self, declared: Table, entries: _Entries) -> None:
        for position, city in enumerate(entries.cities):
            of_city = (county for county in entries.counties if county.city == city.code)
            total = sum(county.population for county in of_city)
            if total and city.population and total != city.population:
                path = ("city", position, "population")
                declared.note("population-sum", *path, found=city.population, total=total)

    def _check_cover(self, declared: Table, entries: _Entries) -> None:
        covered = {(each.city, key) for each in entries.authorities for key in each.subjects}
        for position, subject in enumerate(entries.subjects):
            for city in entries.cities:
                if covered.isdisjoint({(city.code, subject.key), (None, subject.key)}):
                    declared.note(
                        "subject-uncovered",
                        "subject",
                        position,
                        "key",
                        city=city.name.zh,
                        found=subject.key,
                        severity=Severity.WARNING,
                    )

    def _check_words(self, declared: Table, entries: _Entries) -> None:
        holder: dict[str, str] = {}
        for position, subject in enumerate(entries.subjects):
            for word in subject.words:
                first = holder.setdefault(word, subject.key)
                if first != subject.key:
                    path = declared.at("subject", position, "words")
                    declared.sheet.note(
                        "word-twice",
                        path,
                        line=declared.sheet.positions.line_of_value(path, word),
                        found=word,
                        first=first,
                        second=subject.key,
                        severity=Severity.WARNING,
                    )

    def _check_names(self, region: Region) -> None:
        holder: dict[str, str] = {}
        for ref, names, _ in region.gazetteer_entries():
            for name in names:
                first = holder.setdefault(name, ref)
                if first != ref:
                    table = self._table_of(ref)
                    table.sheet.note(
                        "name-twice",
                        table.path,
                        line=table.sheet.positions.line_of_value(table.path, name),
                        found=name,
                        first=first,
                        second=ref,
                        severity=Severity.WARNING,
                    )

    def _table_of(self, ref: str) -> Table:
        kind, _, code = ref.partition("/")
        if kind in {"city", "county"}:
            return self._names[kind].table(code)
        return self._names["place"].table(ref)


def _assembled(
    folder: FilePath, head: Table, entries: _Entries, calendar: Calendar, people: People
) -> Region:
    region = Region(
        path=folder,
        slug=head.text("slug", form=SLUG, wanted=SLUG_WANTED),
        name=head.name(),
        timezone=_timezone(head),
        office=_office(head, entries.authorities),
        cities=entries.cities,
        counties=entries.counties,
        subjects=entries.subjects,
        authorities=entries.authorities,
        actors=entries.actors,
        places=entries.places,
        calendar=calendar,
        people=people,
        digest=_digest(folder),
    )
    head.finish()
    return region


def _timezone(head: Table) -> ZoneInfo:
    name = head.text("timezone")
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        head.note("unknown-timezone", "timezone", found=name)
        return ZoneInfo("UTC")


def _office(head: Table, authorities: Sequence[Authority]) -> str:
    key = head.text("office")
    keys = [each.key for each in authorities if each.city is None]
    if key and key not in keys:
        head.note("unknown-reference", "office", found=key, **closest(key, keys))
    return key
