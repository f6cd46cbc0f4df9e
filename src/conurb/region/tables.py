"""Reading declared values: each is asked for by name and type, and all that is wrong is noted.

A value that is missing or wrong is noted as a problem and read as an empty one, so that the
whole folder is read before anything is reported; what nobody asked for is an unknown key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from conurb.region.positions import Path, path_text
from conurb.region.problems import Problem, Severity, problem

__all__ = ["Bilingual", "Sheet", "Table", "closest"]


@dataclass(frozen=True)
class Bilingual:
    """What people read, in Chinese and in English."""

    zh: str
    en: str

    def get(self, language: str | None) -> str:
        """The Chinese words where ``language`` starts with "zh" or is absent, else the English."""
        return self.zh if not language or language.startswith("zh") else self.en

    def __str__(self) -> str:
        return self.zh


class Positions(Protocol):
    """Where the values of a file stand."""

    def line(self, path: Path, /) -> int: ...

    def line_of_value(self, path: Path, value: str, /) -> int: ...


class NoPositions:
    """The positions of a file that could not be read."""

    def line(self, _path: Path, /) -> int:
        """0: the file as a whole."""
        return 0

    def line_of_value(self, _path: Path, _value: str, /) -> int:
        """0: the file as a whole."""
        return 0


@dataclass
class Sheet:
    """One file being read, and what was found wrong in it."""

    file: str
    positions: Positions = field(default_factory=NoPositions)
    problems: list[Problem] = field(default_factory=list)

    def note(
        self,
        code: str,
        path: Path = (),
        *,
        severity: Severity = Severity.ERROR,
        line: int | None = None,
        **details: object,
    ) -> None:
        """Note the problem ``code`` at ``path``."""
        place = self.positions.line(path) if line is None else line
        self.problems.append(
            problem(
                code,
                file=self.file,
                line=place,
                key=path_text(path),
                severity=severity,
                **details,
            )
        )


def closest(name: str, names: Iterable[str]) -> dict[str, str]:
    """What ``name`` may have been meant to be, as the two halves of a message."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    if not found:
        return {"suggestion_zh": "", "suggestion_en": ""}
    return {
        "suggestion_zh": f"，是否应为“{found[0]}”",
        "suggestion_en": f" (did you mean “{found[0]}”?)",
    }


class Table:
    """A table of a sheet, whose values are asked for one by one."""

    def __init__(self, sheet: Sheet, values: Mapping[str, Any], path: Path = ()) -> None:
        self.sheet = sheet
        self.path = path
        self._values = values
        self._asked: set[str] = set()

    def at(self, *names: str | int) -> Path:
        """The path of a value of this table."""
        return (*self.path, *names)

    def line(self, *names: str | int) -> int:
        """The line of this table, or of one of its values."""
        return self.sheet.positions.line(self.at(*names))

    def note(self, code: str, *names: str | int, **details: Any) -> None:
        """Note a problem with a value of this table."""
        self.sheet.note(code, self.at(*names), **details)

    def has(self, key: str) -> bool:
        """Whether the table declares ``key``."""
        return key in self._values

    def text(
        self,
        key: str,
        *,
        required: bool = True,
        form: re.Pattern[str] | None = None,
        wanted: tuple[str, str] = ("", ""),
    ) -> str:
        """A text that is not blank; "" where it is missing or wrong."""
        value = self._value(key, str, ("文字", "a text"), required=required)
        if value is None:
            return ""
        if not value.strip():
            self.note("missing-key", key)
            return ""
        if form is not None and not form.fullmatch(value):
            self.note("bad-form", key, found=value, wanted_zh=wanted[0], wanted_en=wanted[1])
            return ""
        return str(value)

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        """One of ``choices``; ``default`` where the key is absent."""
        names = list(choices)
        value = self.text(key, required=False) or default
        if value not in names:
            wanted = " / ".join(names)
            self.note("bad-form", key, found=value, wanted_zh=wanted, wanted_en=wanted)
            return default
        return value

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts that are not blank; () where it is missing or wrong."""
        wanted = ("文字列表", "a list of texts")
        values = self._value(key, list, wanted, required=required)
        if values is None:
            return ()
        if not all(isinstance(value, str) and value.strip() for value in values):
            self._wrong(key, wanted, values)
            return ()
        return tuple(values)

    def days(self, key: str) -> tuple[date, ...]:
        """A list of dates; () where it is missing or wrong."""
        wanted = ("日期列表", "a list of dates")
        values = self._value(key, list, wanted, required=False)
        if values is None:
            return ()
        if not all(_is_day(value) for value in values):
            self._wrong(key, wanted, values)
            return ()
        return tuple(values)

    def day(self, key: str) -> date | None:
        """A date written without quotes, as in ``2021-01-01``."""
        wanted = ("日期（如 2021-01-01，不加引号）", "a date (as 2021-01-01, without quotes)")
        value = self._value(key, object, wanted)
        if value is None:
            return None
        if not _is_day(value):
            self._wrong(key, wanted, value)
            return None
        return value  # type: ignore[no-any-return]

    def flag(self, key: str) -> bool:
        """true or false; False where the key is absent or wrong."""
        wanted = ("true 或 false", "true or false")
        value = self._value(key, object, wanted, required=False)
        if value is not None and not isinstance(value, bool):
            self._wrong(key, wanted, value)
        return value is True

    def whole(self, key: str, *, required: bool = True) -> int:
        """A whole number above zero; 0 where it is missing or wrong."""
        value = self._value(key, int, ("整数", "a whole number"), required=required)
        return int(self._positive(key, value))

    def number(self, key: str) -> float:
        """A number above zero; 0.0 where it is missing or wrong."""
        value = self._value(key, (int, float), ("数字", "a number"))
        return float(self._positive(key, value))

    def point(self, key: str) -> tuple[float, float]:
        """Longitude and latitude in degrees, WGS 84; (0, 0) where missing or wrong."""
        wanted = ("[经度, 纬度]", "[longitude, latitude]")
        value = self._value(key, list, wanted)
        if value is None:
            return (0.0, 0.0)
        if len(value) != 2 or not all(_is_number(each) for each in value):
            self._wrong(key, wanted, value)
            return (0.0, 0.0)
        longitude, latitude = float(value[0]), float(value[1])
        if abs(longitude) > 180 or abs(latitude) > 90:
            self.note("out-of-range", key, found=[longitude, latitude])
        return (longitude, latitude)

    def bilingual(self, key: str, *, required: bool = True) -> Bilingual | None:
        """A table with ``zh`` and ``en``; None where it is absent and not required."""
        wanted = ("{ zh = …, en = … }", "{ zh = …, en = … }")
        value = self._value(key, dict, wanted, required=required)
        if value is None:
            return Bilingual("", "") if required else None
        table = Table(self.sheet, value, self.at(key))
        words = {language: table._language(language) for language in ("zh", "en")}
        table.finish()
        return Bilingual(**words)

    def name(self, key: str = "name") -> Bilingual:
        """The two names under ``key``; blank where they are missing or wrong."""
        return self.bilingual(key) or Bilingual("", "")

    def table(self, key: str, *, required: bool = True) -> Table | None:
        """A table of this one; None where it is missing or wrong."""
        value = self._value(key, dict, ("表", "a table"), required=required)
        return None if value is None else Table(self.sheet, value, self.at(key))

    def tables(self, key: str, *, required: bool = False) -> list[Table]:
        """The tables of an array ``[[key]]``; [] where there are none."""
        self._asked.add(key)
        if key not in self._values:
            if required:
                self.note("missing-table", key)
            return []
        values = self._values[key]
        if not isinstance(values, list) or not all(isinstance(each, dict) for each in values):
            self._wrong(key, (f"[[{key}]] 表", f"tables [[{key}]]"), values)
            return []
        return [Table(self.sheet, each, self.at(key, n)) for n, each in enumerate(values)]

    def items(self) -> Iterator[tuple[str, Any]]:
        """All keys and values, for tables whose keys are free."""
        self._asked.update(self._values)
        yield from self._values.items()

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                unasked = [name for name in self._asked if name not in self._values]
                self.note("unknown-key", key, **closest(key, unasked or self._asked))

    def _language(self, language: str) -> str:
        self._asked.add(language)
        value = self._values.get(language)
        if isinstance(value, str) and value.strip():
            return value
        names = {"zh": ("中文", "Chinese"), "en": ("英文", "English")}[language]
        line = self.line(language)
        self.sheet.note(
            "missing-translation", self.path, line=line, language_zh=names[0], language_en=names[1]
        )
        return ""

    def _value(
        self,
        key: str,
        kind: type | tuple[type, ...],
        wanted: tuple[str, str],
        *,
        required: bool = True,
    ) -> Any:
        self._asked.add(key)
        if key not in self._values:
            if required:
                self.note("missing-key", key)
            return None
        value = self._values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not object):
            self._wrong(key, wanted, value)
            return None
        return value

    def _positive(self, key: str, value: float | None) -> float:
        if value is None:
            return 0
        if value <= 0:
            self.note("not-positive", key, found=value)
            return 0
        return value

    def _wrong(self, key: str, wanted: tuple[str, str], value: object) -> None:
        found = repr(value)
        shown = found if len(found) <= 60 else f"{found[:57]}…"
        self.note("wrong-type", key, wanted_zh=wanted[0], wanted_en=wanted[1], found=shown)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
