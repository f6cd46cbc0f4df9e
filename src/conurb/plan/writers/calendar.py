"""Due days as an iCalendar (RFC 5545): a day a task, with an identity that never changes.

Written event by event: a plan of 50,000 tasks is sent as it is read. The tests read it back with
the icalendar package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from conurb.plan.writers.records import TaskRecord
from conurb.plan.writers.wording import Wording

PRODUCT = "-//Conurb//Plan//ZH"
LONGEST_LINE = 75  # octets, without the line break (RFC 5545, 3.1)
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def pieces(
    tasks: Iterable[TaskRecord], words: Wording, *, name: str, written_at: datetime
) -> Iterator[bytes]:
    """Yield a calendar of the tasks that have a due day; `written_at` is an aware moment.

    The identity of an event is the URN of its task, so a subscribed calendar moves an event when
    the task is re-dated instead of showing it twice.
    """
    stamp = written_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    yield _lines(
        ("BEGIN", "VCALENDAR"),
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", _text(name)),
    )
    for task in tasks:
        if task.due is not None:
            yield _event(task, task.due, words, stamp)
    yield _lines(("END", "VCALENDAR"))


def _event(task: TaskRecord, due: date, words: Wording, stamp: str) -> bytes:
    language = words.language
    cancelled = (("STATUS", "CANCELLED"),) if task.light == "withdrawn" else ()
    categories = (task.field_name.read(language), words.light_name(task.light))
    return _lines(
        ("BEGIN", "VEVENT"),
        ("UID", task.urn),
        ("DTSTAMP", stamp),
        ("DTSTART;VALUE=DATE", due.strftime("%Y%m%d")),
        ("DTEND;VALUE=DATE", (due + timedelta(days=1)).strftime("%Y%m%d")),
        ("SUMMARY", _text(f"{task.number} {task.text.read(language)}")),
        ("DESCRIPTION", _text(_description(task, words))),
        ("CATEGORIES", ",".join(_text(category) for category in categories)),
        ("URL", task.address),
        ("TRANSP", "TRANSPARENT"),
        *cancelled,
        ("END", "VEVENT"),
    )


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


def _text(value: str) -> str:
    """Write a text as a value (RFC 5545, 3.3.11)."""
    return "".join(c for c in value.translate(ESCAPES) if c >= " ")


def _lines(*lines: tuple[str, str]) -> bytes:
    return b"".join(_folded(f"{name}:{value}".encode()) for name, value in lines)


def _folded(line: bytes) -> bytes:
    """Break a line after at most 75 octets, never inside a character."""
    parts = []
    while len(line) > LONGEST_LINE:
        end = LONGEST_LINE
        while line[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(line[:end])
        line = b" " + line[end:]
    parts.append(line)
    return b"\r\n".join(parts) + b"\r\n"
