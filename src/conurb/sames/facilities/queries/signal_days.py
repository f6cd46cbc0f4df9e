"""Which signal plan runs at the moment, and what the page says of the day's tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from conurb.desk.queries.calendar import calendar
from conurb.network.signals.programmes import (
    MINUTES,
    DayKind,
    Pattern,
    Period,
    Programme,
    clock,
)
from conurb.network.signals.sheets import KIND_WORDS
from conurb.region.models import in_language

SATURDAY = 5
MARKS = range(0, 25, 3)
COLOURS = 8
LEAST_NAMED = 9.0
"""How much of the day, in percent, a piece of the strip takes for its name to fit."""


@dataclass(frozen=True)
class Now:
    """The plan that runs at a moment; `slot` is from when to when it does on that day."""

    kind: DayKind
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
    """A kind of day as a strip; `now` is the moment in percent of the day, where it is today."""

    kind: DayKind
    name: str
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


def kind_of(day: date) -> DayKind:
    """Return the kind of a day by the region's calendar; by its weekday beyond the calendar."""
    known = calendar()
    works = known.is_workday(day) if known.covers(day) else day.weekday() < SATURDAY
    return DayKind.WORKDAY if works else DayKind.REST


def now_of(programme: Programme, at: datetime | None = None) -> Now:
    """Return the plan that runs at a moment, by the region's clock and calendar."""
    local = timezone.localtime(at)
    kind, minute = kind_of(local.date()), local.hour * 60 + local.minute
    pattern, slot = programme.in_force(kind, minute)
    return Now(kind, minute, pattern, slot)


def strips_of(programme: Programme, now: Now) -> tuple[Strip, ...]:
    """Return both kinds of day as strips."""
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
            kind=kind,
            name=kind_name(kind),
            pieces=tuple(piece(slot) for slot in programme.table(kind).slots),
            now=now.minute / MINUTES * 100 if kind == now.kind else None,
        )
        for kind in DayKind
    )


def marks() -> list[tuple[float, str]]:
    """Return the hours below the strips, with where they stand in percent."""
    return [(hour / 24 * 100, str(hour)) for hour in MARKS]


def changes_of(programme: Programme) -> list[ChangeRow]:
    """Return every change of plan on both kinds of day."""
    return [
        ChangeRow(
            kind=kind_name(kind),
            at=clock(change.minute),
            before=name_of(change.before),
            after=name_of(change.after),
            minutes=change.transition.lasts / 60,
            cycles=change.transition.cycles,
            longer=change.transition.longer,
            shorter=change.transition.shorter,
        )
        for kind in DayKind
        for change in programme.changes(kind)
    ]


def kind_name(kind: DayKind) -> str:
    """Return a kind of day in the language of the moment."""
    words = KIND_WORDS[kind]
    return in_language(words.zh, words.en)


def name_of(pattern: Pattern) -> str:
    """Return what a plan is called, in the language of the moment."""
    return in_language(pattern.name.zh, pattern.name.en)
