"""The tables by which findings are judged, read from the folder `atlas/` of a region.

`border.toml` has the widths and tolerances, the other files one table of rows each. Codes are
prefixes of the national classification (自然资发〔2023〕234号) or of the region's own classes; the
longest prefix that fits a code decides. The format stands in docs/findings.md.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from conurb.atlas.findings.finding import Bilingual, Severity
from conurb.region.positions import TomlPositions
from conurb.region.problems import Problem, RegionError
from conurb.region.tables import Sheet, Table

FILES = (
    "border.toml",
    "incompatible.toml",
    "protected.toml",
    "joining.toml",
    "corridors.toml",
)
RULES_VERSION = "1"
"""Counted up when a rule judges otherwise by the same tables."""


@dataclass(frozen=True)
class Tolerance:
    """How gaps and overlaps are judged: metres and square metres."""

    strip_m: float
    smallest_m2: float
    narrowest_m: float
    high_from_m2: float
    source: Bilingual


@dataclass(frozen=True)
class Incompatible:
    """Two groups of land uses that may not face each other within a distance in metres."""

    key: str
    name: Bilingual
    one: tuple[str, ...]
    one_unless: tuple[str, ...]
    other: tuple[str, ...]
    other_unless: tuple[str, ...]
    distance_m: float
    severity: Severity
    source: Bilingual


@dataclass(frozen=True)
class Protection:
    """What may not be planned in one kind of protected ground."""

    key: str
    name: Bilingual
    ground: tuple[str, ...]
    refuses: tuple[str, ...]
    unless: tuple[str, ...]
    smallest_m2: float
    severity: Severity
    source: Bilingual


@dataclass(frozen=True)
class Joining:
    """How lines of one kind have to meet at a border; classes stand from highest to lowest."""

    key: str
    name: Bilingual
    lines: tuple[str, ...]
    tolerance_m: float
    search_m: float
    classes: tuple[tuple[str, ...], ...]
    severity: Severity
    source: Bilingual


@dataclass(frozen=True)
class Corridor:
    """The ground along lines in which only some uses are allowed.

    Lines are chosen by code and, where `names` is not empty, by name as well; `half_width_m` is
    the distance from the line drawn to the rim from which the law measures the belt of `belt_m`.
    `ground` names classes of a layer of control corridors that count as they are drawn.
    """

    key: str
    name: Bilingual
    lines: tuple[str, ...]
    names: tuple[str, ...]
    ground: tuple[str, ...]
    half_width_m: float
    belt_m: float
    refuses: tuple[str, ...]
    unless: tuple[str, ...]
    smallest_m2: float
    severity: Severity
    source: Bilingual


Row = TypeVar("Row", Incompatible, Protection, Joining, Corridor)


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
    digest = hashlib.sha256("\0".join(files[file] for file in FILES).encode()).hexdigest()
    book = Rulebook(
        digest,
        _tolerance(top["border.toml"]),
        tuple(_rows(top["incompatible.toml"].tables("pair"), _incompatible)),
        tuple(_rows(top["protected.toml"].tables("ground"), _protection)),
        tuple(_rows(top["joining.toml"].tables("line"), _joining)),
        tuple(_rows(top["corridors.toml"].tables("corridor"), _corridor)),
    )
    for table in top.values():
        table.finish()
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


def _rows(tables: Sequence[Table], make: Callable[[Table], Row]) -> Iterator[Row]:
    """Read the rows of a table; a key stands once."""
    first: dict[str, int] = {}
    for table in tables:
        row = make(table)
        if row.key in first:
            table.note("duplicate", "key", found=row.key, first=first[row.key])
        first.setdefault(row.key, table.line("key"))
        yield row


def _tolerance(top: Table) -> Tolerance:
    made = Tolerance(
        top.number("strip_m"),
        top.number("smallest_m2"),
        top.number("narrowest_m"),
        top.number("high_from_m2"),
        top.name("source"),
    )
    top.finish()
    return made


def _severity(row: Table) -> Severity:
    return Severity(row.choice("severity", [each.value for each in Severity], "medium"))


def _incompatible(row: Table) -> Incompatible:
    made = Incompatible(
        row.text("key"),
        row.name(),
        row.texts("one", required=True),
        row.texts("one_unless"),
        row.texts("other", required=True),
        row.texts("other_unless"),
        row.number("distance_m"),
        _severity(row),
        row.name("source"),
    )
    row.finish()
    return made


def _protection(row: Table) -> Protection:
    made = Protection(
        row.text("key"),
        row.name(),
        row.texts("ground", required=True),
        row.texts("refuses", required=True),
        row.texts("unless"),
        row.number("smallest_m2"),
        _severity(row),
        row.name("source"),
    )
    row.finish()
    return made


def _joining(row: Table) -> Joining:
    classes = tuple(tuple(each.split("|")) for each in row.texts("classes"))
    made = Joining(
        row.text("key"),
        row.name(),
        row.texts("lines", required=True),
        row.number("tolerance_m"),
        row.number("search_m"),
        classes,
        _severity(row),
        row.name("source"),
    )
    row.finish()
    return made


def _corridor(row: Table) -> Corridor:
    drawn = row.texts("ground")
    lines = row.texts("lines", required=not drawn)
    made = Corridor(
        row.text("key"),
        row.name(),
        lines,
        row.texts("names"),
        drawn,
        row.number("half_width_m") if lines else 0.0,
        row.number("belt_m") if lines else 0.0,
        row.texts("refuses", required=True),
        row.texts("unless"),
        row.number("smallest_m2"),
        _severity(row),
        row.name("source"),
    )
    row.finish()
    return made
