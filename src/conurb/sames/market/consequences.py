"""What the authorities do to whom is on the list, and how they say that they did it.

Order 45 art. 10 shares the list with the authorities, which restrict whoever is on it in the fields
that 保障农民工工资支付条例 art. 48 and the order name: public funds, public procurement, tendering,
loans, market access, tax advantages, awards, travel. Which authority of a city acts on which of
them is declared by the region, and in which cities a listing has which effect by its agreement. In
its own city a listing has them all.

Every effect is a duty of one authority in one city: it gives the restriction effect and confirms
back, and lifts it and confirms again when the name leaves the list (art. 17).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from conurb.region.tables import Bilingual
from conurb.region.workdays import Calendar, CalendarError

Subjects = Literal["firm", "people", "all"]


class Direction(StrEnum):
    """Whether an effect is to be given or lifted."""

    IMPOSE = "impose"
    LIFT = "lift"


class Answer(StrEnum):
    """What an authority confirms."""

    DONE = "done"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Effect:
    """A restriction: its code in agreements, who acts on it, whom it hits, and what is to be done.

    `subject` is the key of the subject of work whose authority acts in each city.
    """

    code: str
    name: Bilingual
    subject: str
    hits: Subjects
    impose: Bilingual
    lift: Bilingual
    source: Bilingual


@dataclass(frozen=True)
class Duty:
    """One effect that holds in one city."""

    city: str
    effect: Effect


def duties(
    effects: Sequence[Effect],
    own_city: str,
    elsewhere: Mapping[str, Iterable[str]],
    *,
    people: bool,
) -> tuple[Duty, ...]:
    """Return the duties of a listing: every effect at home, elsewhere those of the agreements.

    `elsewhere` gives for the code of each other city the codes of the effects agreed on; codes that
    the region does not declare are passed over. Without `people` on the list no effect that hits
    people alone is a duty.
    """
    able = [each for each in effects if people or each.hits != "people"]
    found = [Duty(own_city, each) for each in able]
    for city in sorted(elsewhere):
        agreed = set(elsewhere[city])
        if city != own_city:
            found += [Duty(city, each) for each in able if each.code in agreed]
    return tuple(found)


def due_day(calendar: Calendar, day: date, working_days: int) -> date:
    """Return until when a duty asked for on a day is to be confirmed.

    A name leaves the list whether or not the holidays of a year are known: where they are not,
    Mondays to Fridays count, which ends no later than the true term.
    """
    try:
        return calendar.add_workdays(day, working_days)
    except CalendarError:
        weeks, rest = divmod(working_days, 5)
        due = day + timedelta(weeks=weeks)
        while rest:
            due += timedelta(days=1)
            rest -= due.weekday() < 5
        return due


@dataclass(frozen=True)
class Confirmation:
    """A duty as it stands: whether it was confirmed, and until when it is due."""

    due_on: date
    answered_on: date | None = None


@dataclass(frozen=True)
class Standing:
    """How far the duties of a listing are: counts."""

    asked: int
    answered: int
    in_time: int
    overdue: int

    @property
    def percent_in_time(self) -> int | None:
        """Whole percent of what is answered or overdue that was answered in time."""
        settled = self.answered + self.overdue
        return self.in_time * 100 // settled if settled else None


def standing(confirmations: Iterable[Confirmation], today: date) -> Standing:
    """Count what was confirmed, in time or late, and what is overdue."""
    asked = answered = in_time = overdue = 0
    for each in confirmations:
        asked += 1
        if each.answered_on is not None:
            answered += 1
            in_time += each.answered_on <= each.due_on
        elif today > each.due_on:
            overdue += 1
    return Standing(asked, answered, in_time, overdue)
