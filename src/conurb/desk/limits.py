"""Limits in working days, the times in which they stand still, and the light of a case.

A limit counts working days and begins with the one after the day on which the application came in
(行政许可法 2019, art. 82: limits are in working days, holidays left out; 民法典 art. 201: the first
day is not counted). Asking the applicant to complete stops the clock for as long as that takes.
(By law the limit of art. 42 begins with the acceptance, which is when the application is complete;
counting from the day it was handed in, and only stopping the clock, is stricter on the authority.)
What is missing is said once and in full within five days, else the application counts as accepted
as it came in (art. 32 para. 1 no. 4).

A limit that runs into a year whose holidays the State Council has not announced is not guessed: it
is None until the calendar has that year, and the case shows so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from conurb.desk.stages import CLOCK_RUNS, OPEN, State
from conurb.region.workdays import Calendar, CalendarError

__all__ = [
    "APPEAL_DECIDED_IN",
    "APPEAL_WITHIN",
    "ASK_WITHIN",
    "COMPLETE_WITHIN",
    "DELIVER_WITHIN",
    "LIGHTS",
    "LIGHT_NAMES",
    "WARN_BEFORE",
    "Facts",
    "Light",
    "Limit",
    "Stop",
    "day_after",
    "in_calendar_days",
    "light_on",
    "limit_of",
    "may_ask",
    "working_days_used",
]

ASK_WITHIN = 5
"""Working days within which what is missing is said (行政许可法 art. 32)."""

COMPLETE_WITHIN = (5, 60)
"""The least and most working days given to complete; a default of the platform, not of the law."""

DELIVER_WITHIN = 10
"""Working days from the decision to the delivery (行政许可法 art. 44)."""

APPEAL_WITHIN = timedelta(days=60)
"""Calendar days from the decision in which it can be appealed (行政复议法 2023, art. 20)."""

APPEAL_DECIDED_IN = timedelta(days=60)
"""Calendar days in which an appeal is decided (行政复议法 2023, art. 62)."""

WARN_BEFORE = 2
"""Working days before the last one, from which on a case is due soon; a default of the platform."""

Light = Literal["on-course", "due-soon", "late", "stopped", "uncounted", "closed"]
LIGHTS: tuple[Light, ...] = get_args(Light)

LIGHT_NAMES: dict[Light, tuple[str, str]] = {
    "on-course": ("正常", "On course"),
    "due-soon": ("即将到期", "Due soon"),
    "late": ("已超期", "Late"),
    "stopped": ("暂停计时", "Clock stopped"),
    "uncounted": ("期限待核定", "Limit not yet counted"),
    "closed": ("已办结", "Closed"),
}


@dataclass(frozen=True)
class Stop:
    """The clock stood still from `began` on, and runs again from `ended` on; None is still."""

    began: date
    ended: date | None = None


@dataclass(frozen=True)
class Limit:
    """The last working day of a limit, and the day from which on it is due soon."""

    due_on: date | None
    warn_on: date | None


NOT_COUNTED = Limit(None, None)


def limit_of(
    calendar: Calendar, counts_from: date, working_days: int, stops: Iterable[Stop] = ()
) -> Limit:
    """Return when a limit of so many working days ends.

    `counts_from` is the day of the event and is not counted. A working day on which the clock stood
    is not counted either: the day on which it stopped is not, the day on which it runs again is.
    A stop without an end makes the limit open, so that it is not counted; so does a year that the
    calendar does not have.
    """
    if working_days < 1:
        raise ValueError(f"a limit is at least one working day, not {working_days}")
    pauses = tuple(stops)
    if any(pause.ended is None for pause in pauses):
        return NOT_COUNTED
    last = None
    recent: list[date] = []
    day, counted = counts_from, 0
    try:
        while counted < working_days:
            day += timedelta(days=1)
            if calendar.is_workday(day) and not _stands(day, pauses):
                counted += 1
                recent.append(day)
        last = day
    except CalendarError:
        return NOT_COUNTED
    return Limit(last, recent[max(0, len(recent) - 1 - WARN_BEFORE)])


def _stands(day: date, pauses: tuple[Stop, ...]) -> bool:
    return any(
        pause.began <= day and (pause.ended is None or day < pause.ended) for pause in pauses
    )


def working_days_used(
    calendar: Calendar, counts_from: date, until: date, stops: Iterable[Stop] = ()
) -> int | None:
    """Return how many working days of the limit are over on `until`, that day included.

    None where the calendar does not have a year in between.
    """
    pauses = tuple(stops)
    try:
        return sum(
            calendar.is_workday(day) and not _stands(day, pauses)
            for offset in range(max(0, (until - counts_from).days))
            for day in [counts_from + timedelta(days=offset + 1)]
        )
    except CalendarError:
        return None


def day_after(calendar: Calendar, day: date, working_days: int) -> date | None:
    """Return the n-th working day after `day`; None where the calendar does not have its year."""
    try:
        return calendar.add_workdays(day, working_days)
    except CalendarError:
        return None


AskFault = Literal["asked-before", "too-late"]


def may_ask(
    calendar: Calendar, counts_from: date, today: date, *, asked_before: bool
) -> AskFault | None:
    """Return why the applicant can no longer be asked to complete; None where he can.

    What is missing is said once and in full, within five working days (行政许可法 art. 32). Where
    the calendar cannot count them it is not held against the officer.
    """
    if asked_before:
        return "asked-before"
    last = day_after(calendar, counts_from, ASK_WITHIN)
    return "too-late" if last is not None and today > last else None


@dataclass(frozen=True)
class Facts:
    """What the light of a case depends on."""

    state: State
    due_on: date | None
    warn_on: date | None


def light_on(facts: Facts, today: date) -> Light:
    """Return the light of a case on a day; `queries.queue.light_case` is the same in SQL."""
    if facts.state not in OPEN:
        return "closed"
    if facts.state not in CLOCK_RUNS:
        return "stopped"
    if facts.due_on is None or facts.warn_on is None:
        return "uncounted"
    if today > facts.due_on:
        return "late"
    return "due-soon" if today >= facts.warn_on else "on-course"


def in_calendar_days(working_days: int) -> timedelta:
    """Return a span that holds at least so many working days, whatever the holidays of the year.

    Twice as many, and two weeks for the longest run of days off that a year has had.
    """
    return timedelta(days=2 * working_days + 14)
