"""A reading as plain text, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from .model import Item, Reading, Task

Language = Literal["zh", "en"]

_KIND_NAMES: dict[str, dict[str, str]] = {
    "zh": {
        "study": "研究论证",
        "plan": "规划编制",
        "build": "工程建设",
        "petition": "争取支持",
        "institute": "机制建立",
        "operate": "运行推进",
        "serve": "服务提供",
    },
    "en": {kind: kind for kind in (
        "study", "plan", "build", "petition", "institute", "operate", "serve"
    )},
}  # fmt: skip
_WORDS = {
    "zh": {
        "untitled": "（未见标题）",
        "count": "{fields} 个领域，{items} 个条目，{tasks} 项任务",
        "repairs": "修复 {applied} 处，待确认 {open} 处：",
        "dropped": "略去 {count} 处：",
        "applied": "已修复",
        "open": "待确认",
        "nothing": "（删去）",
    },
    "en": {
        "untitled": "(no title found)",
        "count": "{fields} fields, {items} items, {tasks} tasks",
        "repairs": "{applied} repairs applied, {open} to confirm:",
        "dropped": "{count} pieces dropped:",
        "applied": "applied",
        "open": "to confirm",
        "nothing": "(left out)",
    },
}


def render_text(reading: Reading, language: Language = "zh") -> str:
    """The outline of a reading: fields, items, tasks with kind and due date, then repairs."""
    return "\n".join(_lines(reading, language)) + "\n"


def _lines(reading: Reading, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    year = f"  [{reading.year}]" if reading.year else ""
    yield (reading.title or words["untitled"]) + year
    items = list(reading.items)
    tasks = sum(len(item.tasks) for item in items)
    yield words["count"].format(fields=len(reading.fields), items=len(items), tasks=tasks)
    for field in reading.fields:
        yield ""
        yield f"{field.number}  {field.name}"
        for item in field.items:
            yield from _item_lines(item, language)
    yield from _repair_lines(reading, language)
    yield from _dropped_lines(reading, language)


def _item_lines(item: Item, language: Language) -> Iterator[str]:
    indent = "  " * item.number.count(".")
    flat = " ".join(item.text.split())
    yield f"{indent}{item.number}  {flat}"
    for task in item.tasks:
        yield f"{indent}    - {_task_line(task, language)}"


def _task_line(task: Task, language: Language) -> str:
    due = f"  ({task.due.start or ''}–{task.due.end or ''})" if task.due else ""
    flat = " ".join(task.text.split())
    return f"[{_KIND_NAMES[language][task.kind]}] {flat}{due}"


def _repair_lines(reading: Reading, language: Language) -> Iterator[str]:
    if not reading.repairs:
        return
    words = _WORDS[language]
    applied = sum(repair.applied for repair in reading.repairs)
    yield ""
    yield words["repairs"].format(applied=applied, open=len(reading.repairs) - applied)
    for repair in reading.repairs:
        state = words["applied"] if repair.applied else words["open"]
        read = _short(repair.read) if repair.read else words["nothing"]
        why = repair.why if language == "zh" else repair.why_en
        place = f"{repair.span[0]}-{repair.span[1]}"
        yield f"  {place}  {_short(repair.found)} → {read}  [{state} {repair.sure:.2f}] {why}"


def _dropped_lines(reading: Reading, language: Language) -> Iterator[str]:
    pieces = [piece for piece in reading.dropped if piece.code != "blank"]
    if not pieces:
        return
    yield ""
    yield _WORDS[language]["dropped"].format(count=len(pieces))
    for piece in pieces:
        why = piece.why if language == "zh" else piece.why_en
        yield f"  {piece.span[0]}-{piece.span[1]}  {_short(piece.text)}  {why}"


def _short(words: str) -> str:
    flat = words.replace("\n", "⏎").strip(" ")
    return f"“{flat}”" if len(flat) <= 24 else f"“{flat[:14]}…{flat[-8:]}”"
