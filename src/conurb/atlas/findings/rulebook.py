"""The tables by which findings are judged, read from the folder `atlas/` of a region.

`border.toml` has the widths and tolerances, the other files one table of rows each. Codes are
prefixes of the national classification (自然资发〔2023〕234号) or of the region's own classes; the
longest prefix that fits a code decides. The format stands in docs/findings.md.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

from conurb.atlas.findings.finding import Bilingual, Severity
from conurb.region.positions import TomlPositions
from conurb.region.problems import Problem, RegionError
from conurb.region.tables import Sheet, Table

RULES_VERSION = "1"
"""Counted up when a rule judges otherwise by the same tables."""


def _severity(row: Table, key: str) -> Severity:
    return Severity(row.choice(key, [each.value for each in Severity], "medium"))


def _grades(row: Table, key: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(each.split("|")) for each in row.texts(key))


def _codes_unless_drawn(row: Table, key: str) -> tuple[str, ...]:
    return row.texts(key, required=not row.has("ground"))


def _number_with_lines(row: Table, key: str) -> float:
    return row.number(key) if row.has("lines") else 0.0


# A type of a column is what it holds and how it is read: Annotated[type, (table, key) -> value].
Text = Annotated[str, Table.text]
Words = Annotated[Bilingual, Table.name]
Number = Annotated[float, Table.number]
Codes = Annotated[tuple[str, ...], partial(Table.texts, required=True)]
SomeCodes = Annotated[tuple[str, ...], Table.texts]
LineCodes = Annotated[tuple[str, ...], _codes_unless_drawn]
LineNumber = Annotated[float, _number_with_lines]
Grades = Annotated[tuple[tuple[str, ...], ...], _grades]
Weight = Annotated[Severity, _severity]


@dataclass(frozen=True)
class Tolerance:
    """How gaps and overlaps are judged: metres and square metres."""

    strip_m: Number
    smallest_m2: Number
    narrowest_m: Number
    high_from_m2: Number
    source: Words


@dataclass(frozen=True)
class Row:
    """What every row of a table has."""

    key: Text
    name: Words
    severity: Weight
    source: Words


@dataclass(frozen=True)
class Incompatible(Row):
    """Two groups of land uses that may not face each other within a distance in metres."""

    one: Codes
    one_unless: SomeCodes
    other: Codes
    other_unless: SomeCodes
    distance_m: Number


@dataclass(frozen=True)
class Protection(Row):
    """What may not be planned in one kind of protected ground."""

    ground: Codes
    refuses: Codes
    unless: SomeCodes
    smallest_m2: Number


@dataclass(frozen=True)
class Joining(Row):
    """How lines of one kind have to meet at a border; classes stand from highest to lowest."""

    lines: Codes
    tolerance_m: Number
    search_m: Number
    classes: Grades


@dataclass(frozen=True)
class Corridor(Row):
    """The ground along lines in which only some uses are allowed.

    Lines are chosen by code and, where `names` is not empty, by name as well; `half_width_m` is
    the distance from the line drawn to the rim from which the law measures the belt of `belt_m`.
    `ground` names classes of a layer of control corridors that count as they are drawn.
    """

    lines: LineCodes
    names: SomeCodes
    ground: SomeCodes
    half_width_m: LineNumber
    belt_m: LineNumber
    refuses: Codes
    unless: SomeCodes
    smallest_m2: Number


@dataclass(frozen=True)
class Rulebook:
    """All tables in one state; `digest` names it."""

    digest: str
    tolerance: Tolerance
    incompatible: tuple[Incompatible, ...]
    protected: tuple[Protection, ...]
    joining: tuple[Joining, ...]
    corridors: tuple[Corridor, ...]

    @property
    def version(self) -> str:
        """The name of the rules for people: that of the program and the start of the digest."""
        return f"{RULES_VERSION}-{self.digest[:8]}"


TOLERANCES = "border.toml"
_TABLES: Mapping[str, tuple[str, str, type[Row]]] = {
    "incompatible": ("incompatible.toml", "pair", Incompatible),
    "protected": ("protected.toml", "ground", Protection),
    "joining": ("joining.toml", "line", Joining),
    "corridors": ("corridors.toml", "corridor", Corridor),
}
"""Field of the rulebook to the file, the name of its rows, and what a row holds."""
FILES = (TOLERANCES, *(file for file, _called, _kind in _TABLES.values()))


def texts(folder: Path) -> dict[str, str]:
    """Return the files of a region's folder `atlas/`.

    Raises RegionError where one is missing or no UTF-8.
    """
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for file in FILES:
        sheet = Sheet(f"{folder.name}/{file}")
        try:
            found[file] = (folder / file).read_text(encoding="utf-8")
        except FileNotFoundError:
            sheet.note("file-missing")
        except UnicodeDecodeError as error:
            sheet.note("not-utf8", offset=error.start)
        problems += sheet.problems
    if problems:
        raise RegionError(problems)
    return found


def read(folder: Path) -> Rulebook:
    """Return the tables of a folder. Raises RegionError with everything that is wrong."""
    return parse(texts(folder), folder.name)


def parse(files: Mapping[str, str], folder: str = "atlas") -> Rulebook:
    """Return the tables that these texts declare. Raises RegionError."""
    sheets = {file: Sheet(f"{folder}/{file}") for file in FILES}
    top = {file: _top(sheets[file], files[file]) for file in FILES}
    tables: dict[str, Any] = {}
    for field, (file, called, kind) in _TABLES.items():
        tables[field] = tuple(_rows(kind, top[file].tables(called)))
        top[file].finish()
    digest = hashlib.sha256("\0".join(files[file] for file in FILES).encode()).hexdigest()
    book = Rulebook(digest, _read(Tolerance, top[TOLERANCES]), **tables)
    problems = [each for sheet in sheets.values() for each in sheet.problems]
    if problems:
        raise RegionError(problems)
    return book


def _top(sheet: Sheet, text: str) -> Table:
    sheet.positions = TomlPositions(text)
    values: dict[str, Any] = {}
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sheet.note("syntax", detail=str(error))
    return Table(sheet, values)


Kind = TypeVar("Kind")
RowKind = TypeVar("RowKind", bound=Row)


def _read(kind: type[Kind], table: Table) -> Kind:
    """Read what a kind declares: every field under its name, by the reader of its type."""
    columns = get_type_hints(kind, include_extras=True)
    made = kind(**{name: column.__metadata__[0](table, name) for name, column in columns.items()})
    table.finish()
    return made


def _rows(kind: type[RowKind], tables: Sequence[Table]) -> Iterator[RowKind]:
    """Read the rows of a table; a key stands once."""
    first: dict[str, int] = {}
    for table in tables:
        row = _read(kind, table)
        if row.key in first:
            table.note("duplicate", "key", found=row.key, first=first[row.key])
        first.setdefault(row.key, table.line("key"))
        yield row
