"""Sheets as offices expect them: a formatted head, filters, frozen panes, real dates, totals.

A text that begins like a formula is marked as text, so that opening a file never runs what somebody
typed into a report (OWASP: CSV injection).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter

Value = str | int | float | date | None
A4 = 9  # ECMA-376 part 1, 18.3.1.63
LONGEST = 32_767  # characters in a cell, by the format
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff\ufffe\uffff]")
FONT = "宋体"
LINE_HEIGHT = 16  # points
MOST_LINES = 20
RISKY = ("=", "+", "-", "@", "\t", "\r")
LINE = Side(style="thin", color="BFC5CC")
GRID = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)


@dataclass(frozen=True)
class Column:
    """A column: its head, its width in characters, and whether long texts wrap."""

    head: str
    width: float
    wraps: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: rows under columns; `sums` names the columns (0, 1, …) totalled in a last row."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    sums: Sequence[int] = ()
    total: str = ""
    notes: Sequence[str] = ()


def write(sheets: Sequence[Sheet], *, title: str, creator: str) -> bytes:
    """Return a workbook; rows are written as they come and not held in memory."""
    book = Workbook(write_only=True)
    book.properties.title = FORBIDDEN.sub("", title)
    book.properties.creator = FORBIDDEN.sub("", creator)
    styles = _Styles.named_in(book)
    for sheet in sheets:
        _write_sheet(book, sheet, styles)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True)
class _Styles:
    """The names of the styles, kept once in the workbook."""

    head: str = "conurb head"
    text: str = "conurb text"
    wrapped: str = "conurb wrapped"
    day: str = "conurb day"
    total: str = "conurb total"
    worked_out: dict[tuple[str, bool], Any] = field(default_factory=dict)

    @classmethod
    def named_in(cls, book: Workbook) -> _Styles:
        names = cls()
        top = Alignment(vertical="top")
        wrapped = Alignment(vertical="top", wrap_text=True)
        middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        grey, blue = PatternFill("solid", "EEF0F3"), PatternFill("solid", "1F4E79")
        for style in (
            NamedStyle(
                names.head,
                Font(FONT, 11, bold=True, color="FFFFFF"),
                fill=blue,
                border=GRID,
                alignment=middle,
            ),
            NamedStyle(names.text, Font(FONT, 11), border=GRID, alignment=top),
            NamedStyle(names.wrapped, Font(FONT, 11), border=GRID, alignment=wrapped),
            NamedStyle(
                names.day,
                Font(FONT, 11),
                border=GRID,
                alignment=top,
                number_format="yyyy-mm-dd",
            ),
            NamedStyle(
                names.total, Font(FONT, 11, bold=True), fill=grey, border=GRID, alignment=top
            ),
        ):
            book.add_named_style(style)
        return names

    def dress(self, cell: Any, style: str, *, quoted: bool = False) -> None:
        """Give a cell a named style; working it out for every cell takes most of the time."""
        found = self.worked_out.get((style, quoted))
        if found is None:
            cell.style = style
            cell.quotePrefix = quoted
            self.worked_out[style, quoted] = copy(cell._style)
        else:
            cell._style = found


def _write_sheet(book: Workbook, sheet: Sheet, styles: _Styles) -> None:
    page: Any = book.create_sheet(sheet.name)
    page.freeze_panes = "C2" if len(sheet.columns) > 6 else "A2"
    page.sheet_view.zoomScale = 100
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for place, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width
    page.row_dimensions[1].height = 30
    page.append([_cell(page, column.head, styles.head, styles) for column in sheet.columns])
    last = 1
    for row in sheet.rows:
        last += 1
        page.row_dimensions[last].height = LINE_HEIGHT * _lines(row, sheet.columns)
        page.append(
            [
                _cell(page, value, _style(value, column, styles), styles)
                for value, column in zip(row, sheet.columns, strict=True)
            ]
        )
        # what is written is not kept in memory
        del page.row_dimensions[last]
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{last}"
    if sheet.sums:
        page.append(_totals(page, sheet, last, styles))
    for note in sheet.notes:
        page.append([_cell(page, note, "Normal", styles)])


def _lines(row: Sequence[Value], columns: Sequence[Column]) -> int:
    """How many lines the longest wrapping text takes; a Chinese character is two letters wide."""
    most = 1
    for value, column in zip(row, columns, strict=True):
        if column.wraps and isinstance(value, str):
            width = max(column.width - 2, 4)
            parts = (sum(1 + (c > "\u2e80") for c in part) for part in value.split("\n"))
            most = max(most, sum(max(1, ceil(part / width)) for part in parts))
    return min(most, MOST_LINES)


def _style(value: Value, column: Column, styles: _Styles) -> str:
    if isinstance(value, date):
        return styles.day
    return styles.wrapped if column.wraps else styles.text


def _totals(page: Any, sheet: Sheet, last: int, styles: _Styles) -> list[Any]:
    """A row of formulas; an empty sheet totals 0 rather than its own head."""
    cells = [_cell(page, sheet.total, styles.total, styles)]
    for place in range(1, len(sheet.columns)):
        letter = get_column_letter(place + 1)
        cell = WriteOnlyCell(page)
        if place in sheet.sums:
            cell.value = f"=SUM({letter}2:{letter}{last})" if last > 1 else 0
        styles.dress(cell, styles.total)
        cells.append(cell)
    return cells


def _cell(page: Any, value: Value, style: str, styles: _Styles) -> Any:
    cell = WriteOnlyCell(page)
    if not isinstance(value, str):
        cell.value = value.date() if isinstance(value, datetime) else value
        styles.dress(cell, style)
        return cell
    value = FORBIDDEN.sub("", value)[:LONGEST]
    cell.value = value
    cell.data_type = "s"
    # the apostrophe that a person would type: the text stays one when edited or saved as CSV
    styles.dress(cell, style, quoted=value.startswith(RISKY))
    return cell
