"""What stands in the sheets: the plan's tasks, and a month's bulletin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from conurb.plan.bulletins import Content, Row, Text
from conurb.plan.lights import Light
from conurb.plan.writers.records import TaskRecord
from conurb.plan.writers.wording import Wording
from conurb.plan.writers.xlsx import Column, Sheet, Value

LIGHTS: tuple[Light, ...] = ("done", "on-course", "at-risk", "late", "not-begun", "withdrawn")


def task_sheet(
    tasks: Iterable[TaskRecord], words: Wording, *, lead_states: Mapping[str, str] | None
) -> Sheet:
    """Return the sheet of tasks, a row a task. `lead_states` names assignments, for officers."""
    columns = [
        Column(words.number, 10),
        Column(words.field, 14),
        Column(words.task, 60, wraps=True),
        Column(words.kind, 11),
        Column(words.stage, 13),
        Column(words.light, 11),
        Column(words.due, 12),
        Column(words.lead, 28, wraps=True),
        *([Column(words.lead_state, 11)] if lead_states is not None else []),
        Column(words.cities, 18, wraps=True),
        Column(words.places, 30, wraps=True),
        Column(words.due_words, 16, wraps=True),
        Column(words.start, 12),
        Column(words.last_report, 12),
        Column(words.reports, 9),
        Column(words.withdrawn, 24, wraps=True),
        Column(words.address, 40),
    ]
    return Sheet(words.plan, columns, _task_rows(tasks, words, lead_states))


def _task_rows(
    tasks: Iterable[TaskRecord], words: Wording, lead_states: Mapping[str, str] | None
) -> Iterator[Sequence[Value]]:
    language, comma = words.language, words.comma
    for task in tasks:
        state = task.lead_state or ""
        yield [
            task.number,
            task.field_name.read(language),
            task.text.read(language),
            task.kind_name.read(language),
            task.stage.en if language == "en" else task.stage.zh,
            words.light_name(task.light),
            task.due,
            task.lead.name.read(language) if task.lead else None,
            *([lead_states.get(state, state)] if lead_states is not None else []),
            comma.join(city.name.read(language) for city in task.cities),
            comma.join(dict.fromkeys(place.name for place in task.places)),
            task.due_words or None,
            task.start,
            task.last_report_at.date() if task.last_report_at else None,
            task.report_count,
            task.withdrawn_reason or None,
            task.address,
        ]


def bulletin_sheets(content: Content, introduction: Text, words: Wording) -> list[Sheet]:
    """Return a bulletin as sheets: figures by field and city, what was done, is stuck, is due."""
    language = words.language
    notes = [words.source.format(day=words.day(content.as_of))]
    said = introduction.read(language)
    return [
        _figures(words, words.by_field, words.field, content.fields, notes=[*notes, said]),
        _figures(words, words.by_city, words.city, content.cities, notes=[words.cities_note]),
        _progress(content, words),
        _stuck(content, words),
        _coming(content, words),
    ]


def _figures(
    words: Wording, name: str, label: str, rows: Sequence[Row], *, notes: Sequence[str]
) -> Sheet:
    lights = [Column(words.light_name(light), 11) for light in LIGHTS]
    columns = [
        Column(label, 26),
        Column(words.tasks, 10),
        *lights,
        Column(words.moved, 12),
        Column(words.completed, 12),
        Column(words.reports, 12),
    ]
    lines: list[list[Value]] = [
        [
            row.name.read(words.language),
            row.figures.tasks,
            *(row.figures.of(light) for light in LIGHTS),
            row.figures.moved,
            row.figures.completed,
            row.figures.reports,
        ]
        for row in rows
    ]
    adds_up = name == words.by_field
    return Sheet(
        name,
        columns,
        lines,
        sums=range(1, len(columns)) if adds_up else (),
        total=words.total,
        notes=[note for note in notes if note],
    )


def _progress(content: Content, words: Wording) -> Sheet:
    language = words.language
    columns = [
        Column(words.number, 10),
        Column(words.field, 14),
        Column(words.task, 50, wraps=True),
        Column(words.lead, 24, wraps=True),
        Column(words.stage, 13),
        Column(words.moved, 11),
        Column(words.completed, 11),
        Column(words.reported_on, 12),
        Column(words.words, 60, wraps=True),
    ]
    mark = "yes" if language == "en" else "是"
    rows: list[list[Value]] = [
        [
            entry.number,
            field.name.read(language),
            entry.task.read(language),
            entry.lead.read(language) if entry.lead else None,
            entry.stage.read(language),
            mark if entry.moved else None,
            mark if entry.completed else None,
            entry.reported_on,
            entry.words.read(language),
        ]
        for field in content.progress
        for entry in field.entries
    ]
    return Sheet(words.progress, columns, rows)


def _stuck(content: Content, words: Wording) -> Sheet:
    language = words.language
    candid = any(row.obstacle for row in content.stuck)
    columns = [
        Column(words.number, 10),
        Column(words.task, 50, wraps=True),
        Column(words.lead, 24, wraps=True),
        Column(words.due, 12),
        Column(words.reason, 18, wraps=True),
    ]
    if candid:
        columns += [
            Column(words.obstacle, 50, wraps=True),
            Column(words.help_from, 24, wraps=True),
        ]
    rows: list[list[Value]] = []
    for row in content.stuck:
        line: list[Value] = [
            row.number,
            row.task.read(language),
            row.lead.read(language) if row.lead else None,
            row.due,
            words.why_stuck(row),
        ]
        if candid:
            helper = row.help_from.read(language) if row.help_from else None
            line += [row.obstacle or None, helper]
        rows.append(line)
    return Sheet(words.stuck, columns, rows)


def _coming(content: Content, words: Wording) -> Sheet:
    language = words.language
    columns = [
        Column(words.number, 10),
        Column(words.task, 60, wraps=True),
        Column(words.lead, 28, wraps=True),
        Column(words.due, 12),
        Column(words.stage, 13),
    ]
    rows: list[list[Value]] = [
        [
            row.number,
            row.task.read(language),
            row.lead.read(language) if row.lead else None,
            row.due,
            row.stage.read(language),
        ]
        for row in content.coming
    ]
    return Sheet(words.coming, columns, rows)
