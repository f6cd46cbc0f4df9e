"""Reading and writing signal plans as data: the TOML of a region's folder, and JSON of one shape.

What is wrong is told with file, line and key, as for the rest of the folder. The format stands in
docs/packs/signals.md.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conurb.network.signals.plans import (
    NONE,
    Both,
    Intersection,
    Order,
    TimingPlan,
)
from conurb.network.signals.programmes import (
    ALL_DAY,
    EVEN,
    WHOLE_DAY,
    DayKind,
    DayTable,
    Pattern,
    Period,
    Programme,
    ProgrammeError,
    check_programme,
    clock,
    minute_of,
    plain,
)
from conurb.region.positions import TomlPositions, path_text
from conurb.region.problems import Problem, RegionError
from conurb.region.tables import Bilingual, Sheet, Table

FOLDER = "signals"
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
KEY_WORDS = ("小写字母、数字与连字符", "lower-case letters, digits and hyphens")
HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
HOUR_WORDS = ("“07:30”样式的时刻，至 24:00", "a time as “07:30”, up to 24:00")
DEFAULT_SATURATION = Both(3600.0, 3600.0)


@dataclass(frozen=True)
class Declared:
    """A corridor of the region's folder: its plans, and the file that says so."""

    programme: Programme
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
            programme = read_toml(text, name, cities)
        except RegionError as error:
            problems.extend(error.problems)
            continue
        key = programme.first.key
        if key in keys:
            problems.append(
                _problem(
                    name,
                    0,
                    "key",
                    f"“{key}”已在 {keys[key]} 中声明",
                    f"“{key}” is declared in {keys[key]} already",
                )
            )
        keys[key] = name
        found.append(Declared(programme, name, text))
    if problems:
        raise RegionError(problems)
    return tuple(found)


def read_toml(text: str, file: str, cities: frozenset[str] | None = None) -> Programme:
    """Return the plans that a TOML text declares; raises RegionError with all that is wrong."""
    sheet = Sheet(file)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        sheet.note("syntax", detail=str(error))
        raise RegionError(sheet.problems) from error
    sheet.positions = TomlPositions(text)
    return _read(values, sheet, cities)


def read_data(values: dict[str, Any], file: str = "plan.json") -> Programme:
    """Return the plans that `programme_data` or `data_of` wrote; RegionError where it is none."""
    return _read(values, Sheet(file), None)


def programme_data(programme: Programme) -> dict[str, Any]:
    """Return all plans of an arterial as plain data, of the shape of the TOML files.

    The intersections are those of the first plan; the others say what differs there.
    """
    base = data_of(programme.first)
    if programme.is_plain:
        return base
    rows = base["intersection"]
    return base | {
        "plan": [_pattern_data(each, rows) for each in programme.patterns],
        "day": [
            {
                "kind": table.kind.value,
                **({"fallback": table.fallback} if table.fallback else {}),
                "period": [
                    {"from": clock(each.begins), "to": clock(each.ends), "plan": each.pattern}
                    for each in table.periods
                ],
            }
            for table in programme.days
        ],
    }


def _pattern_data(pattern: Pattern, base: list[dict[str, Any]]) -> dict[str, Any]:
    own = data_of(pattern.plan)
    signals = []
    for row, first in zip(own["intersection"], base, strict=True):
        differs = {key: value for key, value in row.items() if first.get(key) != value}
        if differs:
            signals.append({"at": row["key"], **differs})
    return {
        "key": pattern.key,
        "name": _words(pattern.name),
        "weights": list(pattern.weights),
        **{key: own[key] for key in ("cycle_s", "yellow_s", "all_red_s")},
        **({"signal": signals} if signals else {}),
    }


def data_of(plan: TimingPlan) -> dict[str, Any]:
    """Return one plan as plain data, of the shape of the TOML files of arterials with one."""
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
    """Return one plan as JSON, of the shape of the TOML files."""
    return _json(data_of(plan))


def programme_json(programme: Programme) -> str:
    """Return all plans of an arterial as JSON, of the shape of the TOML files."""
    return _json(programme_data(programme))


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


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

    def rows(self, key: str, *, required: bool = True) -> list[_Figures]:
        """The tables of an array, as ones with figures."""
        found = self.tables(key, required=required)
        return [_Figures(each.sheet, each._values, each.path) for each in found]

    def minute(self, key: str) -> int:
        """A minute of the day, written as "07:30"."""
        return minute_of(self.text(key, form=HOUR, wanted=HOUR_WORDS)) or 0

    def order(self, default: Order) -> Order:
        """The order of left turns."""
        return Order(self.choice("order", [order.value for order in Order], default.value))


def _read(values: dict[str, Any], sheet: Sheet, cities: frozenset[str] | None) -> Programme:
    table = _Figures(sheet, values)
    rows = table.rows("intersection")
    base = TimingPlan(
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
    plans, days = table.rows("plan", required=False), table.rows("day", required=False)
    if plans or days:
        programme = Programme(
            tuple(_pattern(each, base) for each in plans) or (Pattern(ALL_DAY, WHOLE_DAY, base),),
            tuple(_day(each) for each in days),
        )
    else:
        programme = plain(base)
    for each in (*rows, *plans, *days, table):
        each.finish()
    if sheet.problems:
        raise RegionError(sheet.problems)
    try:
        return check_programme(programme)
    except ProgrammeError as error:
        raise RegionError(
            _problem(
                sheet.file,
                sheet.positions.line(fault.path) if fault.path else 0,
                path_text(fault.path),
                fault.message.zh,
                fault.message.en,
            )
            for fault in error.faults
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
        order=row.order(Order(names[0])),
        orders=tuple(Order(name) for name in allowed),
        queue=row.pair("queue_s", NONE),
        flow=row.pair("flow", NONE),
        saturation=row.pair("saturation", DEFAULT_SATURATION),
    )
    if cities is not None and at.city and at.city not in cities:
        row.note("unknown-reference", "city", found=at.city, suggestion_zh="", suggestion_en="")
    return at


def _pattern(table: _Figures, base: TimingPlan) -> Pattern:
    """Read a plan of the day: what it does not say is as the intersections say."""
    key = table.text("key", form=KEY, wanted=KEY_WORDS)
    name, weights = table.name(), table.pair("weights", EVEN)
    intersections = list(base.intersections)
    offsets, speeds = list(base.offsets), list(base.speeds)
    places = {at.key: n for n, at in enumerate(base.intersections)}
    for row in table.rows("signal", required=False):
        at = row.text("at")
        if at in places:
            n = places.pop(at)
            intersections[n] = _differing(row, intersections[n])
            offsets[n] = row.amount("offset_s", offsets[n])
            if n < len(speeds):
                speeds[n] = row.pair("speed", speeds[n])
        elif at:
            row.note("unknown-reference", "at", found=at, suggestion_zh="", suggestion_en="")
        row.finish()
    plan = replace(
        base,
        cycle=table.number("cycle_s") if table.has("cycle_s") else base.cycle,
        yellow=table.amount("yellow_s", base.yellow),
        all_red=table.amount("all_red_s", base.all_red),
        intersections=tuple(intersections),
        offsets=tuple(offsets),
        speeds=tuple(speeds),
    )
    return Pattern(key, name, plan, weights)


def _differing(row: _Figures, at: Intersection) -> Intersection:
    return replace(
        at,
        side=row.amount("side", at.side),
        side_left=row.amount("side_left", at.side_left),
        left=row.pair("left", at.left),
        order=row.order(at.order),
        queue=row.pair("queue_s", at.queue),
        flow=row.pair("flow", at.flow),
        saturation=row.pair("saturation", at.saturation),
    )


def _day(table: _Figures) -> DayTable:
    kinds = [kind.value for kind in DayKind]
    kind = DayKind(table.choice("kind", kinds, kinds[0]))
    periods = []
    for row in table.rows("period", required=False):
        begins, ends, plan = row.minute("from"), row.minute("to"), row.text("plan")
        periods.append(Period(begins, ends, plan))
        row.finish()
    return DayTable(kind, tuple(periods), table.text("fallback", required=False))


def _problem(file: str, line: int, key: str, zh: str, en: str) -> Problem:
    return Problem(file=file, line=line, key=key, code="signal-plan", message_zh=zh, message_en=en)
