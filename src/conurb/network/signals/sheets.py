"""Signal plans as tables that people fill in: Excel workbooks and CSV, written and read again.

A workbook is one plan of an arterial: a sheet for the plan as a whole and one with a row for each
intersection. When each plan runs stands in a third one, to be read; tables of the day are changed
in the JSON. What is wrong in a workbook that comes back is told by sheet, row and column.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Font

from conurb.network.signals.plans import (
    Both,
    Intersection,
    Order,
    TimingPlan,
)
from conurb.network.signals.programmes import (
    KIND_WORDS,
    Fault,
    Pattern,
    Programme,
    ProgrammeError,
    check_programme,
)
from conurb.region.tables import Bilingual

PLAN_SHEET = Bilingual("方案", "Plan")
ROWS_SHEET = Bilingual("路口", "Intersections")
DAY_SHEET = Bilingual("时段表", "Day tables")
MOST_ROWS = 200
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ORDER_WORDS = {
    Order.LEAD_LAG: Bilingual("前置 / 后置", "leads / lags"),
    Order.LAG_LEAD: Bilingual("后置 / 前置", "lags / leads"),
    Order.LEAD_LEAD: Bilingual("前置 / 前置", "leads / leads"),
    Order.LAG_LAG: Bilingual("后置 / 后置", "lags / lags"),
}
CYCLE = Bilingual("周期（秒）", "Cycle (s)")
YELLOW = Bilingual("黄灯（秒）", "Yellow (s)")
ALL_RED = Bilingual("全红（秒）", "All red (s)")
NAME = Bilingual("干道", "Arterial")
PATTERN = Bilingual("方案编号", "Plan key")
PATTERN_NAMES = {PATTERN.zh, PATTERN.en}


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in a workbook; `row` counts as Excel does, 0 for the sheet as a whole."""

    sheet: str
    row: int
    column: str
    message: Bilingual


class SheetError(ValueError):
    """The workbook cannot be used; `problems` says everything that is wrong."""

    def __init__(self, problems: list[RowProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.sheet} {p.row}: {p.message.en}" for p in problems))


@dataclass(frozen=True)
class Column:
    """A column of the table of intersections, and how its value is found in a plan."""

    key: str
    name: Bilingual
    value: Callable[[TimingPlan, int], Any]


def _at(get: Callable[[Intersection], Any]) -> Callable[[TimingPlan, int], Any]:
    return lambda plan, place: get(plan.intersections[place])


def _speed(way: int) -> Callable[[TimingPlan, int], Any]:
    def value(plan: TimingPlan, place: int) -> Any:
        return round(tuple(plan.speeds[place])[way], 1) if place < len(plan.speeds) else None

    return value


def _percent(get: Callable[[Intersection], float]) -> Callable[[TimingPlan, int], Any]:
    return lambda plan, place: round(get(plan.intersections[place]) * 100, 2)


COLUMNS = (
    Column("key", Bilingual("编号", "No."), _at(lambda at: at.key)),
    Column("name", Bilingual("路口名称", "Intersection"), _at(lambda at: at.name.zh)),
    Column("english", Bilingual("英文名称", "Name in English"), _at(lambda at: at.name.en)),
    Column("city", Bilingual("所属市代码", "City code"), _at(lambda at: at.city)),
    Column("metres", Bilingual("距起点（米）", "From the start (m)"), _at(lambda at: at.metres)),
    Column("offset", Bilingual("相位差（秒）", "Offset (s)"), lambda plan, n: plan.offsets[n]),
    Column(
        "side", Bilingual("横向直行绿信比（%）", "Crossing split (%)"), _percent(lambda a: a.side)
    ),
    Column(
        "side_left",
        Bilingual("横向左转绿信比（%）", "Crossing left split (%)"),
        _percent(lambda at: at.side_left),
    ),
    Column(
        "left_out",
        Bilingual("去向左转绿信比（%）", "Outbound left split (%)"),
        _percent(lambda at: at.left.outbound),
    ),
    Column(
        "left_in",
        Bilingual("来向左转绿信比（%）", "Inbound left split (%)"),
        _percent(lambda at: at.left.inbound),
    ),
    Column("order", Bilingual("左转顺序", "Order of left turns"), _at(lambda at: at.order.value)),
    Column(
        "queue_out",
        Bilingual("去向排队（秒）", "Outbound queue (s)"),
        _at(lambda a: a.queue.outbound),
    ),
    Column(
        "queue_in", Bilingual("来向排队（秒）", "Inbound queue (s)"), _at(lambda a: a.queue.inbound)
    ),
    Column(
        "flow_out",
        Bilingual("去向流量（辆/时）", "Outbound flow (veh/h)"),
        _at(lambda a: a.flow.outbound),
    ),
    Column(
        "flow_in",
        Bilingual("来向流量（辆/时）", "Inbound flow (veh/h)"),
        _at(lambda a: a.flow.inbound),
    ),
    Column(
        "saturation_out",
        Bilingual("去向饱和流量（辆/时）", "Outbound saturation (veh/h)"),
        _at(lambda at: at.saturation.outbound),
    ),
    Column(
        "saturation_in",
        Bilingual("来向饱和流量（辆/时）", "Inbound saturation (veh/h)"),
        _at(lambda at: at.saturation.inbound),
    ),
    Column("speed_out", Bilingual("去向车速（公里/时）", "Outbound speed (km/h)"), _speed(0)),
    Column("speed_in", Bilingual("来向车速（公里/时）", "Inbound speed (km/h)"), _speed(1)),
)
OPTIONAL = frozenset(
    {"english", "side_left", "left_out", "left_in", "order", "queue_out", "queue_in"}
)


def workbook_of(programme: Programme, pattern: Pattern, language: str = "zh") -> bytes:
    """Return one plan of an arterial as an Excel workbook that `read_workbook` takes again."""
    plan = pattern.plan
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    whole = book.create_sheet(PLAN_SHEET.get(language))
    for row in (
        (NAME, plan.name.get(language)),
        (Bilingual("方案", "Plan"), pattern.name.get(language)),
        (PATTERN, pattern.key),
        (CYCLE, plan.cycle),
        (YELLOW, plan.yellow),
        (ALL_RED, plan.all_red),
        (Bilingual("去向", "Outbound"), plan.ways[0].get(language)),
        (Bilingual("来向", "Inbound"), plan.ways[1].get(language)),
        (Bilingual("说明", "Note"), plan.source.get(language)),
    ):
        whole.append([row[0].get(language), row[1]])
    whole.column_dimensions["A"].width = 14
    whole.column_dimensions["B"].width = 60
    sheet = book.create_sheet(ROWS_SHEET.get(language))
    sheet.append([column.name.get(language) for column in COLUMNS])
    for place in range(len(plan.intersections)):
        sheet.append([column.value(plan, place) for column in COLUMNS])
    days = book.create_sheet(DAY_SHEET.get(language))
    for line in _days(programme, language):
        days.append(line)
    for row_of_cells in (*whole.iter_rows(), *sheet.iter_rows(), *days.iter_rows()):
        for cell in row_of_cells:
            if isinstance(cell.value, str):
                # a name that begins with "=" stays a name
                cell.data_type = "s"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[cell.column_letter].width = 14
    sheet.freeze_panes = "C2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _days(programme: Programme, language: str) -> Iterator[list[str]]:
    """Yield the rows that say when each plan runs."""
    heads = (
        Bilingual("日类型", "Kind of day"),
        Bilingual("时段", "Hours"),
        Bilingual("方案", "Plan"),
        PATTERN,
    )
    yield [head.get(language) for head in heads]
    names = {each.key: each.name.get(language) for each in programme.patterns}
    for table in programme.tables:
        kind = KIND_WORDS[table.kind].get(language)
        for slot in table.slots:
            yield [kind, slot.hours, names[slot.pattern], slot.pattern]


def csv_of(plan: TimingPlan, language: str = "zh") -> str:
    """Return the intersections as CSV, with the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([CYCLE.get(language), *(column.name.get(language) for column in COLUMNS)])
    for place in range(len(plan.intersections)):
        writer.writerow([plan.cycle, *(_plain(column.value(plan, place)) for column in COLUMNS)])
    return "\ufeff" + out.getvalue()


def _plain(value: Any) -> Any:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def read_workbook(content: bytes, programme: Programme) -> Programme:
    """Return the programme with the plan that a workbook holds in the place of its own.

    Names, ways and positions of intersections that the arterial knows stay; cities must be its
    own. Raises SheetError with every problem found.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = {sheet.title: sheet for sheet in book.worksheets}
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError) as error:
        raise SheetError(
            [_problem("", 0, "", "不是 Excel 工作簿（.xlsx）", "this is no Excel workbook (.xlsx)")]
        ) from error
    whole = _named(sheets, PLAN_SHEET)
    rows = _named(sheets, ROWS_SHEET)
    pattern = _pattern_of(whole, programme)
    reading = _Reading(pattern.plan)
    cycle, yellow, all_red = reading.whole(whole)
    intersections, speeds, offsets, numbers = reading.rows(rows)
    if reading.problems:
        raise SheetError(reading.problems)
    plan = replace(
        pattern.plan,
        cycle=cycle,
        yellow=yellow,
        all_red=all_red,
        intersections=tuple(intersections),
        speeds=tuple(speeds[:-1]),
        offsets=tuple(offsets),
    )
    try:
        return check_programme(programme.with_pattern(replace(pattern, plan=plan)))
    except ProgrammeError as error:
        raise SheetError(
            [_placed(fault, whole.title, rows.title, numbers) for fault in error.faults]
        ) from error


def _placed(fault: Fault, whole: str, rows: str, numbers: list[int]) -> RowProblem:
    """Say by row where a fault of the plan lies."""
    place = fault.path[-1] if "intersection" in fault.path else None
    if isinstance(place, int) and place < len(numbers):
        return RowProblem(rows, numbers[place], "", fault.message)
    return RowProblem(whole, 0, "", fault.message)


def _pattern_of(sheet: Any, programme: Programme) -> Pattern:
    """Return the plan of the arterial for which a workbook was written."""
    said = next(
        (
            str(row[1]).strip()
            for row in sheet.iter_rows(max_row=50, max_col=2, values_only=True)
            if len(row) > 1 and row[1] is not None and str(row[0]).strip() in PATTERN_NAMES
        ),
        "",
    )
    found = programme.pattern(said)
    if found is None and not said and len(programme.patterns) == 1:
        found = programme.patterns[0]
    if found is None:
        keys = "、".join(each.key for each in programme.patterns)
        raise SheetError(
            [
                _problem(
                    sheet.title,
                    0,
                    PATTERN.zh,
                    f"“方案编号”应为 {keys} 之一",
                    f"“Plan key” must be one of {keys}",
                )
            ]
        )
    return found


def _named(sheets: dict[str, Any], name: Bilingual) -> Any:
    for title in (name.zh, name.en):
        if title in sheets:
            return sheets[title]
    raise SheetError(
        [
            _problem(
                "",
                0,
                "",
                f"缺少工作表“{name.zh}”。请在导出的工作簿上修改",
                f"the sheet “{name.en}” is missing: change an exported workbook",
            )
        ]
    )


def _problem(sheet: str, row: int, column: str, zh: str, en: str) -> RowProblem:
    return RowProblem(sheet, row, column, Bilingual(zh, en))


class _Reading:
    """One reading of a workbook, and what was found wrong in it."""

    def __init__(self, base: TimingPlan) -> None:
        self.base = base
        self.known = {at.key: at for at in base.intersections}
        self.problems: list[RowProblem] = []

    def whole(self, sheet: Any) -> tuple[float, float, float]:
        """Return cycle, yellow and all-red."""
        found: dict[str, tuple[int, Any]] = {}
        for number, row in enumerate(sheet.iter_rows(max_row=50, max_col=2, values_only=True), 1):
            if row and row[0] is not None:
                found[str(row[0]).strip()] = (number, row[1] if len(row) > 1 else None)
        values = []
        for name in (CYCLE, YELLOW, ALL_RED):
            number, value = found.get(name.zh) or found.get(name.en) or (0, None)
            values.append(self._number(sheet.title, number, name, value))
        return values[0], values[1], values[2]

    def rows(self, sheet: Any) -> tuple[list[Intersection], list[Both], list[float], list[int]]:
        """Return intersections, speeds to the next one, offsets, and their rows."""
        intersections: list[Intersection] = []
        speeds: list[tuple[_Row, int]] = []
        offsets: list[float] = []
        numbers: list[int] = []
        places: dict[str, int] = {}
        last: int | None = None
        for number, row in self._filled(sheet):
            if not places:
                places = self._header(sheet.title, row)
                if not places:
                    break
                continue
            if len(numbers) >= MOST_ROWS:
                self._say(
                    sheet.title, number, "", f"最多 {MOST_ROWS} 个路口", f"at most {MOST_ROWS} rows"
                )
                break
            cell = _Row(self, sheet.title, number, row, places)
            intersections.append(cell.intersection())
            offsets.append(cell.number("offset"))
            speeds.append((cell, number))
            numbers.append(number)
            last = number
        read = [cell.pair("speed") if number != last else Both(0.0, 0.0) for cell, number in speeds]
        return intersections, read, offsets, numbers

    def _filled(self, sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
        for number, row in enumerate(
            sheet.iter_rows(max_row=MOST_ROWS + 50, max_col=60, values_only=True), 1
        ):
            if any(value not in (None, "") for value in row):
                yield number, row

    def _header(self, title: str, row: tuple[Any, ...]) -> dict[str, int]:
        said = {str(value).strip(): place for place, value in enumerate(row) if value is not None}
        found = {}
        for column in COLUMNS:
            for name in (column.name.zh, column.name.en):
                if name in said:
                    found[column.key] = said[name]
            if column.key not in found and column.key not in OPTIONAL:
                zh, en = column.name.zh, column.name.en
                self._say(title, 1, zh, f"缺少列“{zh}”", f"the column “{en}” is missing")
        return {} if self.problems else found

    def _number(self, title: str, row: int, name: Bilingual, value: Any) -> float:
        if isinstance(value, str):
            try:
                value = float(value.strip())
            except ValueError:
                value = math.nan if value.strip() else None
        if value is None:
            self._say(title, row, name.zh, f"请填写“{name.zh}”", f"fill in “{name.en}”")
            return 0.0
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            self._say(title, row, name.zh, f"“{name.zh}”应为数字", f"“{name.en}” must be a number")
            return 0.0
        return float(value)

    def _say(self, sheet: str, row: int, column: str, zh: str, en: str) -> None:
        self.problems.append(_problem(sheet, row, column, zh, en))


class _Row:
    """One row of the sheet of intersections."""

    def __init__(
        self,
        reading: _Reading,
        title: str,
        number: int,
        row: tuple[Any, ...],
        places: dict[str, int],
    ) -> None:
        self.reading, self.title, self.row_number = reading, title, number
        self.row, self.places = row, places

    def raw(self, key: str) -> Any:
        """The value of a cell; None where the column is absent."""
        place = self.places.get(key)
        return self.row[place] if place is not None and place < len(self.row) else None

    def text(self, key: str) -> str:
        """The words of a cell."""
        value = self.raw(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()

    def number(self, key: str) -> float:
        """The number in a cell; where an optional one is empty, 0."""
        value = self.raw(key)
        if key in OPTIONAL and value in (None, ""):
            return 0.0
        return self.reading._number(self.title, self.row_number, _name(key), value)

    def pair(self, key: str) -> Both:
        """Both ways of a figure."""
        return Both(self.number(f"{key}_out"), self.number(f"{key}_in"))

    def intersection(self) -> Intersection:
        """The intersection that the row tells of."""
        key = self.text("key")
        known = self.reading.known.get(key)
        name = self.text("name")
        if not key or not name:
            self._say("name", "请填写编号与路口名称", "fill in number and name")
        city = self.text("city")
        if city not in {at.city for at in self.reading.known.values()}:
            self._say(
                "city",
                f"“{city}”不是本干道沿线城市的代码",
                f"“{city}” is not the code of a city along this arterial",
            )
        left = self.pair("left")
        return Intersection(
            key=key,
            name=Bilingual(name, self.text("english") or (known.name.en if known else name)),
            city=city,
            metres=self.number("metres"),
            position=known.position if known else None,
            side=self.number("side") / 100,
            side_left=self.number("side_left") / 100,
            left=Both(left.outbound / 100, left.inbound / 100),
            order=self.order(),
            orders=known.orders if known else tuple(Order),
            queue=self.pair("queue"),
            flow=self.pair("flow"),
            saturation=self.pair("saturation"),
        )

    def order(self) -> Order:
        """The order of left turns, by its code or its words."""
        said = self.text("order")
        for order, words in ORDER_WORDS.items():
            if said in {order.value, words.zh, words.en}:
                return order
        if said:
            codes = "、".join(order.value for order in Order)
            self._say("order", f"左转顺序应为 {codes} 之一", f"the order must be one of {codes}")
        return Order.LEAD_LAG

    def _say(self, key: str, zh: str, en: str) -> None:
        self.reading._say(self.title, self.row_number, _name(key).zh, zh, en)


def _name(key: str) -> Bilingual:
    return next(column.name for column in COLUMNS if column.key == key)
