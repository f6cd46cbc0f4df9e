"""Reading and writing signal plans as data: the TOML of a region's folder, and JSON of one shape.

What is wrong is told with file, line and key, as for the rest of the folder. The format stands in
docs/packs/signals.md.
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conurb.network.signals.plans import (
    NONE,
    Both,
    Intersection,
    Order,
    TimingError,
    TimingPlan,
    check,
)
from conurb.region.positions import TomlPositions
from conurb.region.problems import Problem, RegionError
from conurb.region.tables import Bilingual, Sheet, Table

FOLDER = "signals"
DEFAULT_SATURATION = Both(3600.0, 3600.0)


@dataclass(frozen=True)
class Declared:
    """A corridor of the region's folder: its plan, and the file that says so."""

    plan: TimingPlan
    file: str
    text: str


def read_folder(folder: Path, cities: frozenset[str]) -> tuple[Declared, ...]:
    """Return the corridors declared in `signals/` of a region's folder, by file name.

    Raises RegionError with everything that is wrong in any of them.
    """
    found: list[Declared] = []
    problems: list[Problem] = []
    keys: dict[str, str] = {}
    for file in sorted((folder / FOLDER).glob("*.toml")):
        name = f"{FOLDER}/{file.name}"
        text = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
        try:
            plan = read_toml(text, name, cities)
        except RegionError as error:
            problems.extend(error.problems)
            continue
        if plan.key in keys:
            problems.append(
                _problem(
                    name,
                    0,
                    "key",
                    f"“{plan.key}”已在 {keys[plan.key]} 中声明",
                    f"“{plan.key}” is declared in {keys[plan.key]} already",
                )
            )
        keys[plan.key] = name
        found.append(Declared(plan, name, text))
    if problems:
        raise RegionError(problems)
    return tuple(found)


def read_toml(text: str, file: str, cities: frozenset[str] | None = None) -> TimingPlan:
    """Return the plan that a TOML text declares; raises RegionError with all that is wrong."""
    sheet = Sheet(file)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sheet.note("syntax", detail=str(error))
        raise RegionError(sheet.problems) from error
    sheet.positions = TomlPositions(text)
    return _read(values, sheet, cities)


def read_data(values: dict[str, Any], file: str = "plan.json") -> TimingPlan:
    """Return the plan that `data_of` wrote; raises RegionError where it is none."""
    return _read(values, Sheet(file), None)


def data_of(plan: TimingPlan) -> dict[str, Any]:
    """Return the plan as plain data, of the shape of the TOML files."""
    links = [*plan.speeds, None]
    return {
        "key": plan.key,
        **({"road": plan.road} if plan.road else {}),
        "name": _words(plan.name),
        "outbound": _words(plan.ways[0]),
        "inbound": _words(plan.ways[1]),
        **({"source": _words(plan.source)} if plan.source.zh else {}),
        "cycle_s": plan.cycle,
        "yellow_s": plan.yellow,
        "all_red_s": plan.all_red,
        "intersection": [
            {
                "key": at.key,
                "name": _words(at.name),
                **({"city": at.city} if at.city else {}),
                "metres": at.metres,
                **({"position": list(at.position)} if at.position else {}),
                "offset_s": offset,
                "side": at.side,
                "side_left": at.side_left,
                "left": list(at.left),
                "order": at.order.value,
                "orders": [order.value for order in at.orders],
                "queue_s": list(at.queue),
                "flow": list(at.flow),
                "saturation": list(at.saturation),
                **({"speed": list(speed)} if speed else {}),
            }
            for at, offset, speed in zip(plan.intersections, plan.offsets, links, strict=True)
        ],
    }


def json_of(plan: TimingPlan) -> str:
    """Return the plan as JSON, of the shape of the TOML files."""
    return json.dumps(data_of(plan), ensure_ascii=False, indent=2) + "\n"


def _words(words: Bilingual) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


class _Figures(Table):
    """A table whose figures may be zero, or a pair: one for each way."""

    def amount(self, key: str, default: float | None = None) -> float:
        """A number that may be zero; the default where the key is absent."""
        value = self._value(key, (int, float), ("数字", "a number"), required=default is None)
        if value is None:
            return default or 0.0
        if not math.isfinite(value):
            self._wrong(key, ("数字", "a number"), value)
            return default or 0.0
        return float(value)

    def pair(self, key: str, default: Both | None = None) -> Both:
        """Two numbers, outbound and inbound; the default where the key is absent."""
        wanted = ("[去向, 来向] 两个数字", "[outbound, inbound], two numbers")
        value = self._value(key, list, wanted, required=default is None)
        if value is None:
            return default or NONE
        good = len(value) == 2 and all(
            isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each)
            for each in value
        )
        if not good:
            self._wrong(key, wanted, value)
            return default or NONE
        return Both(float(value[0]), float(value[1]))

    def rows(self, key: str) -> list[_Figures]:
        """The tables of an array, as ones with figures."""
        found = self.tables(key, required=True)
        return [_Figures(each.sheet, each._values, each.path) for each in found]


def _read(values: dict[str, Any], sheet: Sheet, cities: frozenset[str] | None) -> TimingPlan:
    table = _Figures(sheet, values)
    rows = table.rows("intersection")
    plan = TimingPlan(
        key=table.text("key"),
        road=table.text("road", required=False),
        name=table.name(),
        ways=(table.name("outbound"), table.name("inbound")),
        source=table.bilingual("source", required=False) or Bilingual("", ""),
        cycle=table.number("cycle_s"),
        yellow=table.amount("yellow_s", 3.0),
        all_red=table.amount("all_red_s", 2.0),
        speeds=tuple(row.pair("speed") for row in rows[:-1]),
        offsets=tuple(row.amount("offset_s") for row in rows),
        intersections=tuple(_intersection(row, cities) for row in rows),
    )
    for row in rows[-1:]:
        row.has("speed")
    for row in rows:
        row.finish()
    table.finish()
    if sheet.problems:
        raise RegionError(sheet.problems)
    try:
        return check(plan)
    except TimingError as error:
        raise RegionError(
            _problem(
                sheet.file,
                rows[each.place - 1].line() if each.place else 0,
                f"intersection[{each.place}]" if each.place else "",
                each.message.zh,
                each.message.en,
            )
            for each in error.problems
        ) from error


def _intersection(row: _Figures, cities: frozenset[str] | None) -> Intersection:
    names = [order.value for order in Order]
    allowed = [name for name in row.texts("orders") if name in names] or names
    at = Intersection(
        key=row.text("key"),
        name=row.name(),
        city=row.text("city", required=cities is not None),
        metres=row.amount("metres"),
        position=row.point("position") if row.has("position") else None,
        side=row.amount("side"),
        side_left=row.amount("side_left", 0.0),
        left=row.pair("left", NONE),
        order=Order(row.choice("order", names, names[0])),
        orders=tuple(Order(name) for name in allowed),
        queue=row.pair("queue_s", NONE),
        flow=row.pair("flow", NONE),
        saturation=row.pair("saturation", DEFAULT_SATURATION),
    )
    if cities is not None and at.city and at.city not in cities:
        row.note("unknown-reference", "city", found=at.city, suggestion_zh="", suggestion_en="")
    return at


def _problem(file: str, line: int, key: str, zh: str, en: str) -> Problem:
    return Problem(file=file, line=line, key=key, code="signal-plan", message_zh=zh, message_en=en)
