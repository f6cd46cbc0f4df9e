"""Tables of tasks, one a row, read as numbered lines with their duties in brackets.

A table of Word is spread while its text is taken out (`docx`). One of Markdown stands in the text
and is spread here, each character keeping its place in the document (GitHub Flavored Markdown
Spec, 4.10: a line of headings, a line of dashes, lines of cells).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .ledger import Ledger
from .mapped import Mapped

_COLUMNS = (
    ("number", re.compile(r"^(?:序号|编号|序|No\.?|#)$", re.IGNORECASE)),
    ("support", re.compile(r"配合|协办|参与单位|协同|support", re.IGNORECASE)),
    ("lead", re.compile(r"牵头|责任|主办|承办|负责|lead|owner|responsible", re.IGNORECASE)),
    ("due", re.compile(r"时限|时间|期限|节点|进度|due|deadline", re.IGNORECASE)),
    ("field", re.compile(r"领域|类别|板块|方面|大类|专题|类型|field|area", re.IGNORECASE)),
    ("task", re.compile(r"任务|事项|内容|举措|措施|项目|工作|目标|task|action", re.IGNORECASE)),
)
AS_ABOVE = "\x00"  # a cell merged with the one above it
DUTIES = (("lead", "牵头单位："), ("support", "配合单位："), ("due", "完成时限："))

_ROW = re.compile(r"^[ \t]*\|(?P<cells>.*)\|[ \t]*$", re.MULTILINE)
_CELL = re.compile(r"(?:\\.|[^|\\])*")
_DASHES = re.compile(r"\s*:?-+:?\s*")
_WHY = ("表格的表头", "the headings of a table")


def columns_of(header: Sequence[str]) -> dict[int, str]:
    """What the columns of a table hold, by their headings: number, field, task, lead, …"""
    columns: dict[int, str] = {}
    for at, cell in enumerate(header):
        name = next(
            (name for name, words in _COLUMNS if len(cell) <= 24 and words.search(cell)), None
        )
        if name is not None and name not in columns.values():
            columns[at] = name
    return columns


def task_lines(rows: list[list[str]], columns: dict[int, str]) -> Iterator[str]:
    """Each row as “1. task（牵头单位：甲；完成时限：乙）”, under its field's heading."""
    heading = ""
    count = 0
    above: dict[str, str] = {}
    for row in rows:
        cells = {name: row[at] for at, name in columns.items() if at < len(row)}
        cells = {
            name: above.get(name, "") if words == AS_ABOVE else words
            for name, words in cells.items()
        }
        above = cells
        if cells.get("field") and cells["field"] != heading:
            heading = cells["field"]
            count = 0
            yield f"## {heading}"
        if not cells.get("task"):
            continue
        count += 1
        duties = "；".join(f"{title}{cells[name]}" for name, title in DUTIES if cells.get(name))
        task = cells["task"].rstrip("。；;")
        number = cells.get("number", "")
        shown = number if number.isdigit() and "field" not in columns.values() else str(count)
        yield f"{shown}. {task}" + (f"（{duties}）。" if duties else "。")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table and its cells, without the white space around them."""

    line: tuple[int, int]
    cells: tuple[tuple[int, int], ...]


def spread_tables(mapped: Mapped, ledger: Ledger) -> Mapped:
    """The text with every Markdown table of tasks as numbered lines; other tables as they are."""
    parts: list[Mapped] = []
    reached = 0
    for rows in _tables(mapped.text):
        columns = columns_of([mapped.text[start:end] for start, end in rows[0].cells])
        if "task" not in columns.values() or not _in_order(columns):
            continue
        begin, end = rows[0].line[0], rows[-1].line[1]
        parts += [mapped.part(reached, begin), *_spread(mapped, rows[2:], columns)]
        ledger.drop("table-head", mapped.span(begin, rows[1].line[1]), _WHY)
        reached = end
    if not parts:
        return mapped
    return Mapped.joined([*parts, mapped.part(reached, len(mapped.text))])


def _tables(text: str) -> Iterator[list[_Row]]:
    block: list[_Row] = []
    for found in _ROW.finditer(text):
        row = _Row(found.span(), tuple(_cells(text, *found.span("cells"))))
        if block and text[block[-1].line[1] : row.line[0]].strip(" \t") != "\n":
            yield from _whole(text, block)
            block = []
        block.append(row)
    yield from _whole(text, block)


def _whole(text: str, block: list[_Row]) -> Iterator[list[_Row]]:
    if len(block) > 2 and all(_DASHES.fullmatch(text, *cell) for cell in block[1].cells):
        yield block


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    while at <= end:
        cell = _CELL.match(text, at, end)
        first, last = (cell.start(), cell.end()) if cell else (at, at)
        at = last + 1
        while first < last and text[first].isspace():
            first += 1
        while last > first and text[last - 1].isspace():
            last -= 1
        yield first, last


def _in_order(columns: dict[int, str]) -> bool:
    """Duties stand behind their task, so that the words keep the order of the document."""
    places = {name: at for at, name in columns.items()}
    return all(places["task"] < places[name] for name, _ in DUTIES if name in places)


def _spread(mapped: Mapped, rows: Sequence[_Row], columns: dict[int, str]) -> Iterator[Mapped]:
    heading, count = "", 0
    for row in rows:
        cells = {
            name: row.cells[at]
            for at, name in columns.items()
            if at < len(row.cells) and row.cells[at][0] < row.cells[at][1]
        }
        opened = row.line[0]
        if "field" in cells:
            start, end = cells["field"]
            if mapped.text[start:end] != heading:
                heading, count = mapped.text[start:end], 0
                yield _said(mapped, "## ", row.line[0], start)
                yield mapped.part(start, end)
                yield _said(mapped, "\n", end, end)
                opened = end
        if "task" not in cells:
            continue
        count += 1
        start, end = cells["task"]
        printed = mapped.text[slice(*cells["number"])] if "number" in cells else ""
        shown = printed if printed.isdigit() and "field" not in columns.values() else str(count)
        yield _said(mapped, f"{shown}. ", opened, start)
        while end > start and mapped.text[end - 1] in "。；;":
            end -= 1
        yield mapped.part(start, end)
        opening = "（"
        for at in sorted(columns):
            title = dict(DUTIES).get(columns[at], "")
            if title and columns[at] in cells:
                begin, after = cells[columns[at]]
                yield _said(mapped, opening + title, end, begin)
                yield mapped.part(begin, after)
                opening, end = "；", after
        yield _said(mapped, "。" if opening == "（" else "）。", end, row.line[1])
        yield _said(mapped, "\n", row.line[1], row.line[1])


def _said(mapped: Mapped, words: str, start: int, end: int) -> Mapped:
    """Words that stand for the characters [start, end) between two cells."""
    origin = mapped.span(start, max(start, end))
    return Mapped(words, [origin[0]] * len(words), [origin[1]] * len(words))
