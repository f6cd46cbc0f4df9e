"""The entries of a region folder, each read from its own table with whatever is wrong noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from conurb.region import adcode
from conurb.region.declarations import (
    Actor,
    Authority,
    AuthorityKind,
    City,
    County,
    FormerCounty,
    Geometry,
    Place,
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
from conurb.region.positions import Path
from conurb.region.problems import Severity
from conurb.region.tables import Bilingual, Sheet, Table, closest
from conurb.region.workdays import Holiday, YearOfDays

__all__ = [
    "SLUG",
    "SLUG_WANTED",
    "Boundaries",
    "Names",
    "read_actor",
    "read_authorities",
    "read_characters",
    "read_city",
    "read_county",
    "read_place",
    "read_subject",
    "read_year",
]

SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
SLUG_WANTED = (
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


class Names:
    """Names of one kind that must be unique, with the table in which each was declared first."""

    def __init__(self) -> None:
        self._declared: dict[str, tuple[Table, str]] = {}

    def claim(self, table: Table, key: str, name: str) -> None:
        """Take ``name``, the value of ``key``; note a duplicate where it is taken already."""
        if not name:
            return
        if name in self._declared:
            first, key_of_first = self._declared[name]
            table.note("duplicate", key, found=name, first=first.line(key_of_first))
        else:
            self._declared[name] = (table, key)

    def table(self, name: str) -> Table:
        """The table that declares ``name``; KeyError where none does."""
        return self._declared[name][0]


def _code(table: Table, key: str, form: Callable[[str], bool], wanted: tuple[str, str]) -> str:
    code = table.text(key)
    if code and not form(code):
        table.note("bad-form", key, found=code, wanted_zh=wanted[0], wanted_en=wanted[1])
        return ""
    return code


def read_city(table: Table, names: Names) -> City:
    """A [[city]]."""
    city = City(
        code=_code(table, "code", adcode.is_city, _CITY_WANTED),
        slug=table.text("slug", form=SLUG, wanted=SLUG_WANTED),
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


class Boundaries:
    """The boundaries of counties by code, checked as one coverage."""

    def __init__(self, sheet: Sheet, features: list[Table] | None) -> None:
        self._sheet = sheet
        self._read = features is not None
        self._refused: set[str] = set()
        self._by_code: dict[str, _Boundary] = {}
        names = Names()
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

    def _add(self, feature: Table, names: Names) -> None:
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


def read_county(
    table: Table, names: Names, cities: frozenset[str], boundaries: Boundaries
) -> County:
    """A [[county]] with its boundary."""
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


def read_subject(table: Table, names: Names) -> Subject:
    """A [[subject]]."""
    subject = Subject(
        key=table.text("key", form=SLUG, wanted=SLUG_WANTED),
        name=table.name(),
        words=table.texts("words", required=True),
    )
    names.claim(table, "key", subject.key)
    table.finish()
    return subject


def read_authorities(
    table: Table, names: Names, cities: Sequence[City], subjects: set[str]
) -> list[Authority]:
    """The authorities of one [[authority]] table: one a city that it names, or the region's."""
    authorities = list(_Department(table, cities, subjects).authorities())
    for authority in authorities:
        names.claim(table, "key", authority.key)
    return authorities


class _Department:
    """One [[authority]] table: the same department of several cities, or one of the region."""

    def __init__(self, table: Table, cities: Sequence[City], subjects: set[str]) -> None:
        self._table = table
        self._cities = {city.code: city for city in cities}
        self._subjects = subjects
        self._key = table.text("key", form=SLUG, wanted=SLUG_WANTED)
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


def read_actor(table: Table, names: Names) -> Actor:
    """An [[actor]]."""
    actor = Actor(
        key=table.text("key", form=SLUG, wanted=SLUG_WANTED),
        name=table.name(),
        aliases=table.texts("aliases"),
        kind=table.choice("kind", ("state", "province", "city", "firm", "institution"), "province"),
    )
    names.claim(table, "key", actor.key)
    table.finish()
    return actor


def read_place(feature: Table, names: Names, cities: frozenset[str]) -> Place | None:
    """A place of the gazetteer; None where its feature has no properties."""
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
        kind=properties.text("kind", form=SLUG, wanted=SLUG_WANTED),
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


def read_year(table: Table, names: Names) -> YearOfDays:
    """A [[year]] of the calendar."""
    year = table.whole("year")
    names.claim(table, "year", str(year) if year else "")
    declared = YearOfDays(
        year=year,
        source=table.text("source"),
        holidays=tuple(
            holiday for each in table.tables("holiday") if (holiday := _holiday(each, year))
        ),
        workdays=table.days("workdays"),
        foreseen=table.flag("foreseen"),
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


def read_characters(declared: Table, key: str) -> dict[str, str]:
    """A table of characters and their pinyin."""
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
