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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from conurb.region import adcode
from conurb.region.declarations import (
    Actor,
    Authority,
    AuthorityKind,
    City,
    County,
    Entry,
    FormerCounty,
    Geometry,
    People,
    Place,
    Region,
    Subject,
)
from conurb.region.geography import (
    AREAS,
    PLACES,
    area_km2,
    check_coverage,
    label_point,
    read_geometry,
)
from conurb.region.positions import JsonPositions, Path, TomlPositions
from conurb.region.problems import Problem, RegionError, Severity, problem, render_problems
from conurb.region.tables import Bilingual, Sheet, Table, closest
from conurb.region.workdays import Calendar, Holiday, YearOfDays

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

_SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SLUG_WANTED = (
    "小写字母、数字和连字符，字母开头",
    "lower-case letters, digits and hyphens, a letter first",
)
_REF = re.compile(r"[a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
_REF_WANTED = ("“种类/名称”，如 road/furong-avenue", "“kind/name”, as in road/furong-avenue")
_PLATE = re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]")
_PLATE_WANTED = ("省简称加发牌机关代号，如 湘A（GA 36）", "as in 湘A (GA 36)")
_COLOUR = re.compile(r"[a-z]+")
_COLOUR_WANTED = ("颜色名，如 blue", "the name of a colour, as blue")
_CITY_WANTED = ("六位地级行政区划代码（GB/T 2260）", "a prefecture-level code of GB/T 2260")
_COUNTY_WANTED = ("六位县级行政区划代码（GB/T 2260）", "a county-level code of GB/T 2260")
_LARGEST_AREA_DIFFERENCE = 0.1
_NO_DAY = date.min


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


@dataclass
class _Names:
    """Names that must be unique, with the line in which each was first declared."""

    first: dict[str, int]

    def claim(self, table: Table, key: str, name: str) -> None:
        if not name:
            return
        if name in self.first:
            table.note("duplicate", key, found=name, first=self.first[name])
        else:
            self.first[name] = table.line(key)


class _Reading:
    """One reading of a folder: its sheets, and what has been found in them so far."""

    def __init__(self, folder: FilePath) -> None:
        self._folder = folder
        self._sheets: dict[str, Sheet] = {}

    def problems(self) -> Iterable[Problem]:
        """Whatever has been found wrong."""
        return (each for sheet in self._sheets.values() for each in sheet.problems)

    def region(self) -> Region | None:
        """The region as far as it can be read; None where its own table is missing."""
        declared = self._toml(_REGION)
        boundaries = _Boundaries(self._sheet(_COUNTIES), self._geojson(_COUNTIES))
        features = self._geojson(_PLACES)
        calendar = self._calendar(self._toml(_CALENDAR))
        people = self._people(self._toml(_PEOPLE))
        if declared is None:
            return None
        cities = [_city(table, self._unique("city")) for table in self._required(declared, "city")]
        codes = frozenset(city.code for city in cities)
        counties = self._counties(declared, codes, boundaries)
        self._check_population(declared, cities, counties)
        subjects = [_subject(t, self._unique("subject")) for t in declared.tables("subject")]
        self._check_words(declared, subjects)
        authorities = self._authorities(declared, cities, subjects)
        actors = [_actor(t, self._unique("actor")) for t in declared.tables("actor")]
        places = self._places(features, codes)
        head = declared.table("region")
        self._check_cover(declared, cities, subjects, authorities)
        declared.finish()
        if head is None:
            return None
        region = Region(
            path=self._folder,
            slug=head.text("slug", form=_SLUG, wanted=_SLUG_WANTED),
            name=head.name(),
            timezone=_timezone(head),
            office=_office(head, authorities),
            cities=tuple(cities),
            counties=tuple(counties),
            subjects=tuple(subjects),
            authorities=tuple(authorities),
            actors=tuple(actors),
            places=tuple(places),
            calendar=calendar,
            people=people,
            digest=_digest(self._folder),
        )
        head.finish()
        self._check_names(declared, region)
        return _with_warnings(region, self.problems())

    @cached_property
    def _claims(self) -> dict[str, _Names]:
        return {}

    def _unique(self, what: str) -> _Names:
        return self._claims.setdefault(what, _Names({}))

    def _required(self, declared: Table, key: str) -> list[Table]:
        return declared.tables(key, required=True)

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
        tables = self._required(declared, "year")
        years = [_year(table, self._unique("year")) for table in tables]
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
            surnames=_characters(declared, "surnames"),
            given=_characters(declared, "given"),
        )
        declared.finish()
        return people

    def _counties(
        self, declared: Table, cities: frozenset[str], boundaries: _Boundaries
    ) -> list[County]:
        names = self._unique("county")
        tables = self._required(declared, "county")
        counties = [_county(table, names, cities, boundaries) for table in tables]
        boundaries.check_all_used(county.code for county in counties)
        return counties

    def _check_population(
        self, declared: Table, cities: Sequence[City], counties: Sequence[County]
    ) -> None:
        for position, city in enumerate(cities):
            total = sum(county.population for county in counties if county.city == city.code)
            if total and city.population and total != city.population:
                declared.note(
                    "population-sum",
                    "city",
                    position,
                    "population",
                    found=city.population,
                    total=total,
                )

    def _authorities(
        self, declared: Table, cities: Sequence[City], subjects: Sequence[Subject]
    ) -> list[Authority]:
        keys = {subject.key for subject in subjects}
        by_city: dict[str | None, list[Authority]] = {None: []}
        by_city.update({city.code: [] for city in cities})
        for table in self._required(declared, "authority"):
            for authority in _Department(table, cities, keys).authorities():
                self._unique("authority").claim(table, "key", authority.key)
                by_city[authority.city].append(authority)
        return [each for group in by_city.values() for each in group]

    def _places(self, features: list[Table] | None, cities: frozenset[str]) -> list[Place]:
        places = (_place(feature, self._unique("place"), cities) for feature in features or ())
        return [place for place in places if place is not None]

    def _check_cover(
        self,
        declared: Table,
        cities: Sequence[City],
        subjects: Sequence[Subject],
        authorities: Sequence[Authority],
    ) -> None:
        covered = {(each.city, key) for each in authorities for key in each.subjects}
        for position, subject in enumerate(subjects):
            for city in cities:
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

    def _check_words(self, declared: Table, subjects: Sequence[Subject]) -> None:
        holder: dict[str, str] = {}
        for position, subject in enumerate(subjects):
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

    def _check_names(self, declared: Table, region: Region) -> None:
        holder: dict[str, str] = {}
        for ref, names, _ in region.gazetteer_entries():
            for name in names:
                first = holder.setdefault(name, ref)
                if first != ref:
                    sheet, path = self._declared_at(declared, region, ref)
                    sheet.note(
                        "name-twice",
                        path,
                        line=sheet.positions.line_of_value(path, name),
                        found=name,
                        first=first,
                        second=ref,
                        severity=Severity.WARNING,
                    )

    def _declared_at(self, declared: Table, region: Region, ref: str) -> tuple[Sheet, Path]:
        for key, group in (("city", region.cities), ("county", region.counties)):
            for position, each in enumerate(cast("Sequence[City | County]", group)):
                if each.ref == ref:
                    return declared.sheet, (key, position)
        refs = [place.ref for place in region.places]
        return self._sheet(_PLACES), ("features", refs.index(ref))


def _with_warnings(region: Region, problems: Iterable[Problem]) -> Region:
    return replace(region, warnings=tuple(sorted(problems)))


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


def _code(table: Table, key: str, form: Callable[[str], bool], wanted: tuple[str, str]) -> str:
    code = table.text(key)
    if code and not form(code):
        table.note("bad-form", key, found=code, wanted_zh=wanted[0], wanted_en=wanted[1])
        return ""
    return code


def _city(table: Table, names: _Names) -> City:
    city = City(
        code=_code(table, "code", adcode.is_city, _CITY_WANTED),
        slug=table.text("slug", form=_SLUG, wanted=_SLUG_WANTED),
        name=table.name(),
        short=table.name("short"),
        plate=table.text("plate", form=_PLATE, wanted=_PLATE_WANTED),
        centre=table.point("centre"),
        colour=table.text("colour", form=_COLOUR, wanted=_COLOUR_WANTED),
        population=table.whole("population"),
    )
    names.claim(table, "code", city.code)
    names.claim(table, "slug", city.slug)
    table.finish()
    return city


@dataclass
class _Boundary:
    path: Path
    geometry: BaseGeometry


class _Boundaries:
    """The boundaries of counties by code, checked as one coverage."""

    def __init__(self, sheet: Sheet, features: list[Table] | None) -> None:
        self._sheet = sheet
        self._read = features is not None
        self._refused: set[str] = set()
        self._by_code: dict[str, _Boundary] = {}
        names = _Names({})
        for feature in features or ():
            self._add(feature, names)
        boundaries = list(self._by_code.values())
        check_coverage(
            sheet,
            [each.geometry for each in boundaries],
            [each.path for each in boundaries],
            list(self._by_code),
        )

    def of(self, table: Table, code: str, name: str) -> BaseGeometry | None:
        """The boundary of a county; None, with a problem noted, where there is none."""
        if not self._read or not code or code in self._refused:
            return None
        boundary = self._by_code.get(code)
        if boundary is None:
            table.note("boundary-missing", "code", found=code, name=name)
            return None
        return boundary.geometry

    def check_all_used(self, codes: Iterable[str]) -> None:
        """Note every boundary that belongs to no declared county."""
        for code in self._by_code.keys() - set(codes):
            self._sheet.note("boundary-unknown", self._by_code[code].path, found=code)

    def _add(self, feature: Table, names: _Names) -> None:
        properties = _feature_properties(feature)
        if properties is None:
            return
        code = properties.text("code")
        properties.finish()
        names.claim(properties, "code", code)
        geometry = read_geometry(feature.sheet, feature.path, _geometry_of(feature), AREAS)
        if geometry is None:
            self._refused.add(code)
        elif code and code not in self._by_code:
            self._by_code[code] = _Boundary(feature.path, geometry)


def _feature_properties(feature: Table) -> Table | None:
    feature.choice("type", ["Feature"], "Feature")
    return feature.table("properties")


def _geometry_of(feature: Table) -> object:
    return dict(feature.items()).get("geometry")


def _county(table: Table, names: _Names, cities: frozenset[str], boundaries: _Boundaries) -> County:
    code = _code(table, "code", adcode.is_county, _COUNTY_WANTED)
    city = table.text("city")
    name = table.name()
    names.claim(table, "code", code)
    if city and city not in cities:
        table.note("unknown-reference", "city", found=city, **closest(city, cities))
    elif code and city and adcode.city_of(code) != city:
        table.note("county-outside-city", "code", found=code, city=city)
    boundary = boundaries.of(table, code, name.zh)
    county = County(
        code=code,
        city=city,
        name=name,
        aliases=table.texts("aliases"),
        population=table.whole("population"),
        population_accuracy=table.whole("population_accuracy", required=False),
        area_km2=table.number("area_km2"),
        former=tuple(_former(each) for each in table.tables("former")),
        geometry=_plain(boundary),
        point=label_point(boundary) if boundary is not None else (0.0, 0.0),
    )
    table.finish()
    _check_area(table, county, boundary)
    return county


def _check_area(table: Table, county: County, boundary: BaseGeometry | None) -> None:
    if boundary is None or not county.area_km2:
        return
    measured = area_km2(boundary)
    if abs(measured - county.area_km2) > _LARGEST_AREA_DIFFERENCE * county.area_km2:
        table.note(
            "area-mismatch",
            "area_km2",
            found=f"{county.area_km2:g}",
            measured=f"{measured:.1f}",
            severity=Severity.WARNING,
        )


def _former(table: Table) -> FormerCounty:
    until = table.day("until")
    former = FormerCounty(
        name=table.name(),
        code=_code(table, "code", adcode.is_county, _COUNTY_WANTED),
        until=until or _NO_DAY,
    )
    table.finish()
    return former


def _subject(table: Table, names: _Names) -> Subject:
    subject = Subject(
        key=table.text("key", form=_SLUG, wanted=_SLUG_WANTED),
        name=table.name(),
        words=table.texts("words", required=True),
    )
    names.claim(table, "key", subject.key)
    table.finish()
    return subject


class _Department:
    """One [[authority]] table: the same department of several cities, or one of the region."""

    def __init__(self, table: Table, cities: Sequence[City], subjects: set[str]) -> None:
        self._table = table
        self._cities = {city.code: city for city in cities}
        self._subjects = subjects
        self._key = table.text("key", form=_SLUG, wanted=_SLUG_WANTED)
        self._kind = cast(
            "AuthorityKind", table.choice("kind", ("department", "office", "party"), "department")
        )
        self._name = table.name()
        self._short = table.name("short") if table.has("short") else self._name
        self._aliases = table.texts("aliases")
        self._competences = self._known_subjects(table)
        self._own_cities = table.texts("cities")
        self._overrides = self._read_overrides()
        table.finish()

    def authorities(self) -> Iterable[Authority]:
        """One authority a city named, or the one of the region where none is named."""
        if not self._own_cities:
            yield self._authority(None)
        for code in self._own_cities:
            if code in self._cities:
                yield self._authority(self._cities[code])
            else:
                self._table.note(
                    "unknown-reference", "cities", found=code, **closest(code, self._cities)
                )

    def _authority(self, city: City | None) -> Authority:
        own = self._overrides.get(city.code if city else "", {})
        name = own.get("name", self._name)
        short = own.get("short", own.get("name", self._short))
        aliases = own.get("aliases", self._aliases)
        templates = (name.zh, short.zh, *aliases)
        return Authority(
            key=f"{city.slug}-{self._key}" if city else self._key,
            department=self._key,
            city=city.code if city else None,
            name=_filled(name, city),
            short=_filled(short, city),
            aliases=tuple(_fill(each, city.name.zh if city else "") for each in aliases),
            generic=tuple(_fill(each, "市") for each in templates if "{city}" in each),
            subjects=own.get("subjects", self._competences),
            kind=self._kind,
        )

    def _known_subjects(self, table: Table) -> tuple[str, ...]:
        keys = table.texts("subjects")
        for key in keys:
            if key not in self._subjects:
                path = table.at("subjects")
                line = table.sheet.positions.line_of_value(path, key)
                suggestion = closest(key, self._subjects)
                table.note("unknown-reference", "subjects", found=key, line=line, **suggestion)
        return keys

    def _read_overrides(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for table in self._table.tables("except"):
            city = table.text("city")
            if city and city not in self._own_cities:
                suggestion = closest(city, self._own_cities)
                table.note("unknown-reference", "city", found=city, **suggestion)
            own: dict[str, Any] = {}
            for key in ("name", "short"):
                if table.has(key):
                    own[key] = table.name(key)
            if table.has("aliases"):
                own["aliases"] = table.texts("aliases")
            if table.has("subjects"):
                own["subjects"] = self._known_subjects(table)
            table.finish()
            found[city] = own
        return found


def _fill(text: str, city: str) -> str:
    return text.replace("{city}", city)


def _filled(name: Bilingual, city: City | None) -> Bilingual:
    if city is None:
        return name
    return Bilingual(_fill(name.zh, city.name.zh), _fill(name.en, city.short.en))


def _actor(table: Table, names: _Names) -> Actor:
    actor = Actor(
        key=table.text("key", form=_SLUG, wanted=_SLUG_WANTED),
        name=table.name(),
        aliases=table.texts("aliases"),
        kind=table.choice("kind", ("state", "province", "city", "firm", "institution"), "province"),
    )
    names.claim(table, "key", actor.key)
    table.finish()
    return actor


def _place(feature: Table, names: _Names, cities: frozenset[str]) -> Place | None:
    properties = _feature_properties(feature)
    geometry = read_geometry(feature.sheet, feature.path, _geometry_of(feature), PLACES)
    if properties is None:
        return None
    ref = properties.text("ref", form=_REF, wanted=_REF_WANTED)
    name = Bilingual(*(_spoken(properties, language) for language in ("zh", "en")))
    place_cities = properties.texts("cities")
    place = Place(
        ref=ref,
        name=name,
        aliases=properties.texts("aliases"),
        kind=properties.text("kind", form=_SLUG, wanted=_SLUG_WANTED),
        cities=place_cities,
        accuracy_m=properties.whole("accuracy_m"),
        schematic=properties.flag("schematic"),
        source=properties.text("source"),
        geometry=_plain(geometry),
        point=label_point(geometry) if geometry is not None else (0.0, 0.0),
    )
    names.claim(properties, "ref", ref)
    for code in place_cities:
        if code not in cities:
            properties.note("unknown-reference", "cities", found=code, **closest(code, cities))
    properties.finish()
    return place


def _spoken(properties: Table, language: str) -> str:
    if properties.has(language):
        return properties.text(language)
    properties.text(language, required=False)
    zh, en = {"zh": ("中文名", "Chinese name"), "en": ("英文名", "English name")}[language]
    properties.note("missing-translation", language, language_zh=zh, language_en=en)
    return ""


def _year(table: Table, names: _Names) -> YearOfDays:
    year = table.whole("year")
    names.claim(table, "year", str(year) if year else "")
    declared = YearOfDays(
        year=year,
        source=table.text("source"),
        holidays=tuple(
            holiday for each in table.tables("holiday") if (holiday := _holiday(each, year))
        ),
        workdays=table.days("workdays"),
    )
    table.finish()
    _check_workdays(table, declared)
    return declared


def _holiday(table: Table, year: int) -> Holiday | None:
    name, first, last = table.name(), table.day("first"), table.day("last")
    table.finish()
    if first is None or last is None:
        return None
    if last < first:
        table.note("span-backwards", "last", found=f"{first} – {last}")
        return None
    if last.year != year:
        table.note("outside-year", "last", found=last, year=year)
    return Holiday(name, first, last)


def _check_workdays(table: Table, declared: YearOfDays) -> None:
    off = {day for holiday in declared.holidays for day in holiday.days()}
    for day in declared.workdays:
        if day.year != declared.year:
            table.note("outside-year", "workdays", found=day, year=declared.year)
        if day.weekday() < 5:
            table.note("not-a-weekend", "workdays", found=day)
        if day in off:
            table.note("holiday-and-workday", "workdays", found=day)


def _characters(declared: Table, key: str) -> dict[str, str]:
    table = declared.table(key)
    if table is None:
        return {}
    found = {}
    for character, pinyin in table.items():
        if isinstance(pinyin, str) and pinyin.isascii() and pinyin.isalpha():
            found[character] = pinyin
        else:
            wanted = ("拼音（无声调字母）", "pinyin in plain letters")
            table.note(
                "bad-form", character, found=pinyin, wanted_zh=wanted[0], wanted_en=wanted[1]
            )
    return found


def _plain(geometry: BaseGeometry | None) -> Geometry:
    return cast("Geometry", mapping(geometry)) if geometry is not None else {}
