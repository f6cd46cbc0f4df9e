"""Due days as an iCalendar (RFC 5545): a day a task, with an identity that never changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from conurb.plan.writers.records import TaskRecord
from conurb.plan.writers.wording import Wording

PRODUCT = "-//Conurb//Plan//ZH"


def write(tasks: Iterable[TaskRecord], words: Wording, *, name: str, written_at: datetime) -> bytes:
    """Return a calendar of the tasks that have a due day; `written_at` is an aware moment in UTC.

    The identity of an event is the URN of its task, so a subscribed calendar moves an event when
    the task is re-dated instead of showing it twice.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for task in tasks:
        if task.due is not None:
            calendar.add_component(_event(task, words, written_at))
    written: bytes = calendar.to_ical()
    return written


def _event(task: TaskRecord, words: Wording, written_at: datetime) -> Event:
    language = words.language
    event = Event()
    event.add("uid", task.urn)
    event.add("dtstamp", written_at)
    event.add("dtstart", task.due)
    event.add("dtend", task.due + timedelta(days=1) if task.due else None)
    event.add("summary", f"{task.number} {task.text.read(language)}")
    event.add("description", _description(task, words))
    event.add("categories", [task.field_name.read(language), words.light_name(task.light)])
    event.add("url", task.address)
    event.add("transp", "TRANSPARENT")
    if task.light == "withdrawn":
        event.add("status", "CANCELLED")
    return event


def _description(task: TaskRecord, words: Wording) -> str:
    language = words.language
    colon = ": " if language == "en" else "："
    stage = task.stage.en if language == "en" else task.stage.zh
    lines = [
        (words.light, words.light_name(task.light)),
        (words.stage, stage),
        (words.lead, task.lead.name.read(language) if task.lead else words.none),
    ]
    if task.due_words:
        lines.append((words.due_words, task.due_words))
    return "\n".join(f"{label}{colon}{value}" for label, value in lines)
