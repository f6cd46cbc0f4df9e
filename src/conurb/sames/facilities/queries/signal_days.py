"""Which signal plan runs at the moment, and what the page says of the day's tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.queries.calendar import calendar
from conurb.network.signals.programmes import (
    KIND_WORDS,
    MINUTES,
    DayKind,
    DayTable,
    Pattern,
    Period,
    Programme,
    clock,
    kind_of,
)
from conurb.region.models import in_language

MARKS = range(0, 25, 3)
COLOURS = 8
LEAST_NAMED = 9.0
"""How much of the day, in percent, a piece of the strip takes for its name to fit."""


@dataclass(frozen=True)
class Now:
    """The plan that runs at a moment; `slot` is from when to when it does on that day.

    `kind` is what kind of day it is, `table` that of the table which such a day takes.
    """

    kind: DayKind
    table: DayKind
    minute: int
    pattern: Pattern
    slot: Period

    @property
    def until(self) -> str:
        """When it ends, as a clock says it."""
        return clock(self.slot.ends)


@dataclass(frozen=True)
class Piece:
    """A slot on the strip of a day, in percent of it."""

    left: float
    width: float
    number: int
    key: str
    name: str
    hours: str
    colour: int
    named: bool


@dataclass(frozen=True)
class Strip:
    """A table of the day as a strip; `days` says which other kinds of day take it, "" for none.

    `now` is the moment in percent of the day, where the table is today's.
    """

    kind: DayKind
    name: str
    days: str
    pieces: tuple[Piece, ...]
    now: float | None


@dataclass(frozen=True)
class ChangeRow:
    """A change of plan: when, between which, and how long coming into step takes at most."""

    kind: str
    at: str
    before: str
    after: str
    minutes: float
    cycles: int
    longer: int
    shorter: int


def now_of(programme: Programme, at: datetime | None = None) -> Now:
    """Return the plan that runs at a moment, by the region's clock and calendar."""
    local = timezone.localtime(at)
    kind, minute = kind_of(local.date(), calendar()), local.hour * 60 + local.minute
    pattern, slot = programme.in_force(kind, minute)
    return Now(kind, programme.table(kind).kind, minute, pattern, slot)


def strips_of(programme: Programme, now: Now) -> tuple[Strip, ...]:
    """Return the tables of the day as strips."""
    places = {each.key: n for n, each in enumerate(programme.patterns)}

    def piece(slot: Period) -> Piece:
        n = places[slot.pattern]
        width = (slot.ends - slot.begins) / MINUTES * 100
        return Piece(
            left=slot.begins / MINUTES * 100,
            width=width,
            number=n + 1,
            key=slot.pattern,
            name=name_of(programme.patterns[n]),
            hours=slot.hours,
            colour=n % COLOURS,
            named=width >= LEAST_NAMED,
        )

    return tuple(
        Strip(
            kind=table.kind,
            name=kind_name(table.kind),
            days=days_of(programme, table),
            pieces=tuple(piece(slot) for slot in table.slots),
            now=now.minute / MINUTES * 100 if table.kind == now.table else None,
        )
        for table in programme.tables
    )


def days_of(programme: Programme, table: DayTable) -> str:
    """Return the kinds of day that take a table which is not their own; "" where none does."""
    kinds = [kind_name(kind) for kind in programme.days_of(table) if kind != table.kind]
    if not kinds:
        return ""
    days = in_language("、", ", ").join(kinds)
    return _("%(days)s: as %(table)s") % {"days": days, "table": kind_name(table.kind)}


def marks() -> list[tuple[float, str]]:
    """Return the hours below the strips, with where they stand in percent."""
    return [(hour / 24 * 100, str(hour)) for hour in MARKS]


def changes_of(programme: Programme) -> list[ChangeRow]:
    """Return every change of plan in each table of the day."""
    return [
        ChangeRow(
            kind=kind_name(table.kind),
            at=clock(change.minute),
            before=name_of(change.before),
            after=name_of(change.after),
            minutes=change.transition.lasts / 60,
            cycles=change.transition.cycles,
            longer=change.transition.longer,
            shorter=change.transition.shorter,
        )
        for table in programme.tables
        for change in programme.changes(table.kind)
    ]


def day_words(now: Now) -> str:
    """Return what kind of day it is, and whose table it takes where it has none of its own."""
    kind = kind_name(now.kind)
    if now.kind == now.table:
        return kind
    return _("%(kind)s, as %(table)s") % {"kind": kind, "table": kind_name(now.table)}


def kind_name(kind: DayKind) -> str:
    """Return a kind of day in the language of the moment."""
    words = KIND_WORDS[kind]
    return in_language(words.zh, words.en)


def name_of(pattern: Pattern) -> str:
    """Return what a plan is called, in the language of the moment."""
    return in_language(pattern.name.zh, pattern.name.en)
