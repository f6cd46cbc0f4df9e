"""Which signal plan an arterial runs when: several plans, and a table for each kind of day.

As controllers keep it (NTCIP 1202: patterns, day plans, a schedule): a pattern is a plan with a
name of its own; a day table says from when to when which pattern runs; what it leaves open is the
stated fallback's. What kind a day is says the calendar of working days. Working days and days off
have a table each; make-up working days, Saturdays, Sundays and public holidays may have one of
their own, and else take the one of those two that is theirs. A day ends at midnight. Times are
minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from conurb.network.signals.plans import Both, TimingError, TimingPlan, check
from conurb.network.signals.transitions import DAY, Transition, transition
from conurb.region.positions import Path
from conurb.region.tables import Bilingual
from conurb.region.workdays import Calendar

MINUTES = 24 * 60
MOST_PATTERNS = 16
EVEN = Both(1.0, 1.0)
HOUR = re.compile(r"(\d{1,2})[:\uff1a]([0-5]\d)")
ALL_DAY = "all-day"
WHOLE_DAY = Bilingual("全天", "All day")


class DayKind(StrEnum):
    """The kinds of day that may have a table each; `REST` stands for every day off."""

    WORKDAY = "workday"
    MAKE_UP = "make-up-workday"
    REST = "rest-day"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


GENERAL = {
    DayKind.MAKE_UP: DayKind.WORKDAY,
    DayKind.SATURDAY: DayKind.REST,
    DayKind.SUNDAY: DayKind.REST,
    DayKind.HOLIDAY: DayKind.REST,
}
"""Whose table a kind of day takes that has none of its own; the two on the right have one."""
NEEDED = tuple(kind for kind in DayKind if kind not in GENERAL)
KIND_WORDS = {
    DayKind.WORKDAY: Bilingual("工作日", "Working day"),
    DayKind.MAKE_UP: Bilingual("调休上班日", "Make-up working day"),
    DayKind.REST: Bilingual("休息日", "Day off"),
    DayKind.SATURDAY: Bilingual("星期六", "Saturday"),
    DayKind.SUNDAY: Bilingual("星期日", "Sunday"),
    DayKind.HOLIDAY: Bilingual("节假日", "Public holiday"),
}
WEEK = {DayKind.WORKDAY: 5, DayKind.SATURDAY: 1, DayKind.SUNDAY: 1}
"""The days of an ordinary week."""
WEEKEND = {5: DayKind.SATURDAY, 6: DayKind.SUNDAY}


def kind_of(day: date, calendar: Calendar) -> DayKind:
    """Return what kind a day is by the calendar, and by its weekday beyond the calendar's years.

    A weekend within a holiday is a holiday, as the notice has it.
    """
    weekend = WEEKEND.get(day.weekday())
    if calendar.covers(day):
        if calendar.is_workday(day):
            return DayKind.MAKE_UP if weekend else DayKind.WORKDAY
        if calendar.holiday(day) is not None:
            return DayKind.HOLIDAY
    return weekend or DayKind.WORKDAY


@dataclass(frozen=True)
class Pattern:
    """A plan as day tables name it; `weights` say how much each way counts in its green wave."""

    key: str
    name: Bilingual
    plan: TimingPlan
    weights: Both = EVEN


@dataclass(frozen=True)
class Period:
    """From minute to minute of the day one pattern runs; the end is left out."""

    begins: int
    ends: int
    pattern: str

    @property
    def hours(self) -> str:
        """The period as a clock says it."""
        return f"{clock(self.begins)}–{clock(self.ends)}"


@dataclass(frozen=True)
class DayTable:
    """What runs on one kind of day; `fallback` is the pattern of all times in no period."""

    kind: DayKind
    periods: tuple[Period, ...]
    fallback: str = ""

    @cached_property
    def slots(self) -> tuple[Period, ...]:
        """The whole day in order, gaps filled; neighbours with one pattern are one."""
        filled: list[Period] = []

        def add(begins: int, ends: int, pattern: str) -> None:
            if filled and filled[-1].pattern == pattern:
                filled[-1] = replace(filled[-1], ends=ends)
            elif begins < ends:
                filled.append(Period(begins, ends, pattern))

        at = 0
        for period in sorted(self.periods, key=lambda each: each.begins):
            if at < period.begins:
                add(at, period.begins, self.fallback)
            add(period.begins, period.ends, period.pattern)
            at = period.ends
        if at < MINUTES:
            add(at, MINUTES, self.fallback)
        return tuple(filled)

    def at(self, minute: int) -> Period:
        """Return the slot in which a minute of the day lies."""
        return next(slot for slot in self.slots if slot.begins <= minute < slot.ends)


@dataclass(frozen=True)
class Change:
    """Another plan, or the same one anew at midnight: when, from, to, and how."""

    minute: int
    before: Pattern
    after: Pattern
    transition: Transition


@dataclass(frozen=True)
class Programme:
    """All plans of an arterial and when each runs; make sure of it with `check_programme`."""

    patterns: tuple[Pattern, ...]
    days: tuple[DayTable, ...]

    @property
    def first(self) -> TimingPlan:
        """The plan of the first pattern; names, ways and intersections are the same in all."""
        return self.patterns[0].plan

    @property
    def is_plain(self) -> bool:
        """Whether one plan runs at all times."""
        return self == plain(self.first)

    def pattern(self, key: str) -> Pattern | None:
        """Return a pattern by its key."""
        return next((each for each in self.patterns if each.key == key), None)

    @property
    def tables(self) -> tuple[DayTable, ...]:
        """The tables in the order of the kinds of day."""
        order = list(DayKind)
        return tuple(sorted(self.days, key=lambda each: order.index(each.kind)))

    def table(self, kind: DayKind) -> DayTable:
        """Return the table that a kind of day takes: its own, else that of `GENERAL`."""
        own = {each.kind: each for each in self.days}
        return own.get(kind) or own[GENERAL[kind]]

    def days_of(self, table: DayTable) -> tuple[DayKind, ...]:
        """Return the kinds of day that take a table."""
        return tuple(
            kind for kind in DayKind if kind != DayKind.REST and self.table(kind).kind == table.kind
        )

    def in_force(self, kind: DayKind, minute: int) -> tuple[Pattern, Period]:
        """Return the pattern that runs at a minute of a kind of day, and from when to when."""
        slot = self.table(kind).at(minute)
        found = self.pattern(slot.pattern)
        assert found is not None  # noqa: S101 - check_programme has seen to it
        return found, slot

    def slots_of(self, key: str, kind: DayKind) -> tuple[Period, ...]:
        """Return when a pattern runs on a kind of day."""
        return tuple(slot for slot in self.table(kind).slots if slot.pattern == key)

    def minutes_a_week(self, key: str) -> int:
        """Return how long a pattern runs in a week of five working days and a weekend."""
        return sum(
            (slot.ends - slot.begins) * days
            for kind, days in WEEK.items()
            for slot in self.slots_of(key, kind)
        )

    def changes(self, kind: DayKind) -> tuple[Change, ...]:
        """Return every change of plan on a kind of day, midnight after a day alike too.

        Where the same plan goes on at midnight in step, there is none.
        """
        slots = self.table(kind).slots
        known = {each.key: each for each in self.patterns}
        night = _change(known[slots[-1].pattern], known[slots[0].pattern], 0)
        same = night.before.key == night.after.key and night.transition.in_step
        inner = [_change(known[a.pattern], known[b.pattern], b.begins) for a, b in pairwise(slots)]
        return tuple(inner if same else [night, *inner])

    def with_pattern(self, changed: Pattern) -> Programme:
        """Return the programme with one pattern in the place of that of the same key."""
        return replace(
            self,
            patterns=tuple(changed if each.key == changed.key else each for each in self.patterns),
        )


def _change(before: Pattern, after: Pattern, minute: int) -> Change:
    second = minute * 60 or DAY
    return Change(minute, before, after, transition(before.plan, after.plan, second))


def plain(plan: TimingPlan) -> Programme:
    """Return the programme of an arterial that runs one plan at all times."""
    return Programme(
        (Pattern(ALL_DAY, WHOLE_DAY, plan),),
        tuple(DayTable(kind, (Period(0, MINUTES, ALL_DAY),)) for kind in NEEDED),
    )


def minute_of(said: str) -> int | None:
    """Return the minute of the day that a clock says as 07:30, to 24:00; None where it says none.

    A zero may be left out in front, and the colon may be that of a Chinese keyboard.
    """
    found = HOUR.fullmatch(said.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else MINUTES + 1
    return minute if minute <= MINUTES else None


def clock(minute: int) -> str:
    """Return a minute of the day as a clock says it; the end of the day is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a programme; `path` is where, as in the files: ("day", 0, "period", 2)."""

    path: Path
    message: Bilingual


class ProgrammeError(ValueError):
    """The programme cannot be used; `faults` says everything that is wrong, in both languages."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message.en for fault in faults))


def check_programme(programme: Programme) -> Programme:
    """Return the programme where nothing is wrong; raises ProgrammeError with all that is."""
    faults = (*_pattern_faults(programme), *_day_faults(programme))
    if not faults:
        faults = tuple(_short_slots(programme))
    if faults:
        raise ProgrammeError(faults)
    return programme


def _pattern_faults(programme: Programme) -> Iterator[Fault]:
    patterns = programme.patterns
    if not patterns:
        yield _fault((), "至少要有一个配时方案", "at least one plan is needed")
        return
    if len(patterns) > MOST_PATTERNS:
        yield _fault(
            ("plan",),
            f"最多 {MOST_PATTERNS} 个配时方案，现有 {len(patterns)} 个",
            f"at most {MOST_PATTERNS} plans, not {len(patterns)}",
        )
    keys: set[str] = set()
    shape = _shape(programme.first)
    several = len(patterns) > 1 or not programme.is_plain
    for n, each in enumerate(patterns):
        path: Path = ("plan", n) if several else ()
        if each.key in keys:
            yield _fault(
                path, f"方案编号“{each.key}”重复", f"the plan “{each.key}” stands there already"
            )
        keys.add(each.key)
        if not min(each.weights) > 0:
            yield _fault(path, "方向权重应大于 0", "weights of the ways are greater than zero")
        if _shape(each.plan) != shape:
            yield _fault(
                path,
                "各方案的路口须相同（编号、所属市、距离）",
                "all plans have the same intersections: keys, cities and distances",
            )
        try:
            check(each.plan)
        except TimingError as error:
            for problem in error.problems:
                place: Path = ("intersection", problem.place - 1) if problem.place else ()
                yield Fault((*path, *place), problem.message)


def _shape(plan: TimingPlan) -> list[tuple[str, str, float]]:
    return [(at.key, at.city, at.metres) for at in plan.intersections]


def _day_faults(programme: Programme) -> Iterator[Fault]:
    kinds = [table.kind for table in programme.days]
    for kind in DayKind:
        if kinds.count(kind) > 1 or (kind in NEEDED and kind not in kinds):
            yield _fault(
                ("day",),
                f"“{kind}”应有且只有一张时段表",
                f"“{kind}” has one table of the day, no more and no less",
            )
    known = {each.key for each in programme.patterns}
    used: set[str] = set()
    for n, table in enumerate(programme.days):
        used |= {period.pattern for period in table.periods} | {table.fallback}
        yield from _table_faults(n, table, known)
    for n, each in enumerate(programme.patterns):
        if each.key not in used:
            yield _fault(
                ("plan", n),
                f"方案“{each.key}”不在任何时段内使用。请在时段表中使用或删去",
                f"the plan “{each.key}” runs at no time: use it in a day's table or leave it out",
            )


def _table_faults(n: int, table: DayTable, known: set[str]) -> Iterator[Fault]:
    if table.fallback and table.fallback not in known:
        yield _unknown(("day", n, "fallback"), table.fallback, known)
    sound = True
    for m, period in enumerate(table.periods):
        path: Path = ("day", n, "period", m)
        if period.pattern not in known:
            yield _unknown(path, period.pattern, known)
        if not 0 <= period.begins < period.ends <= MINUTES:
            sound = False
            yield _fault(
                path,
                f"{period.hours} 不是一天之内的时段：起应早于止，跨零点的请在 24:00 分开",
                f"{period.hours} is no period of one day: it begins before it ends; part at 24:00 "
                "what runs over midnight",
            )
    if not sound:
        return
    order = sorted(range(len(table.periods)), key=lambda m: table.periods[m].begins)
    at = 0
    for m in order:
        period = table.periods[m]
        if period.begins < at:
            yield _fault(
                ("day", n, "period", m),
                f"{period.hours} 与前一时段重叠（前一时段至 {clock(at)}）",
                f"{period.hours} overlaps the one before it, which ends at {clock(at)}",
            )
        elif period.begins > at and not table.fallback:
            yield _gap(n, at, period.begins)
        at = max(at, period.ends)
    if at < MINUTES and not table.fallback:
        yield _gap(n, at, MINUTES)


def _gap(n: int, begins: int, ends: int) -> Fault:
    hours = f"{clock(begins)}–{clock(ends)}"
    return _fault(
        ("day", n),
        f"{hours} 没有方案。请补上时段，或指定其余时间的方案（fallback）",
        f"no plan runs {hours}: add a period, or name the plan of all other times (fallback)",
    )


def _unknown(path: Path, key: str, known: set[str]) -> Fault:
    names = "、".join(sorted(known))
    return _fault(
        path,
        f"没有编号为“{key}”的方案（现有：{names}）",
        f"there is no plan “{key}” (there are: {', '.join(sorted(known))})",
    )


def _short_slots(programme: Programme) -> Iterator[Fault]:
    """A period must be longer than it takes to come into step with its plan."""
    for n, table in enumerate(programme.days):
        changes = {change.minute: change for change in programme.changes(table.kind)}
        for slot in table.slots:
            change = changes.get(slot.begins)
            seconds = (slot.ends - slot.begins) * 60
            if change is not None and change.transition.lasts >= seconds:
                took = change.transition.lasts / 60
                yield _fault(
                    ("day", n),
                    f"{slot.hours} 过短：过渡到该方案最长需 {took:.1f} 分钟",
                    f"{slot.hours} is too short: coming into step takes up to {took:.1f} min",
                )


def _fault(path: Path, zh: str, en: str) -> Fault:
    return Fault(path, Bilingual(zh, en))
