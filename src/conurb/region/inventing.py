"""Inventing people and their days for a demonstration; nobody made here exists, and all say so."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from conurb.region.declarations import People
from conurb.region.workdays import Calendar

PASSWORD = "demo"  # noqa: S105 - set in demonstration mode alone, where anybody may log in anyway
MARK = "（演示）"
MARK_EN = " (Demonstration)"
LOGIN_ADDRESS = "{username}@example.invalid"


def demonstration_password() -> str:
    """Return the password of invented people as it is kept: none outside demonstration mode."""
    return make_password(PASSWORD if settings.DEMO else None)


def invented_names(source: People, chance: random.Random) -> Iterator[str]:
    """Yield names of nobody: a surname and two characters, no name twice while there are more."""
    names = [
        surname + first + second
        for surname in source.surnames
        for first in source.given
        for second in source.given
        if first != second
    ]
    chance.shuffle(names)
    yield from names
    for number in count(1):
        yield f"{names[number % len(names)]}{number}"


class WorkingHours:
    """Puts acts into office hours of working days, never after now."""

    def __init__(self, calendar: Calendar, chance: random.Random, now: datetime) -> None:
        self.calendar = calendar
        self.chance = chance
        self.now = now

    def moment(self, day: date) -> datetime:
        """Return a moment of `day`, or of the last working day before it, that is not to come."""
        today = timezone.localdate(self.now)
        day = self.workday(min(day, today))
        clock = time(self.chance.randint(8, 17), self.chance.randint(0, 59))
        made = timezone.make_aware(datetime.combine(day, clock))
        if made <= self.now:
            return made
        # early in the morning of today, what would happen later today happened just now
        return self.now - timedelta(minutes=self.chance.randint(1, 50))

    def workday(self, day: date) -> date:
        """Return `day`, or the last working day before it."""
        while not self.works(day):
            day -= timedelta(days=1)
        return day

    def works(self, day: date) -> bool:
        """Tell whether offices work; by the week where the calendar does not know the year."""
        return self.calendar.is_workday(day) if self.calendar.covers(day) else day.weekday() < 5
