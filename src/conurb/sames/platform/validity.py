"""How long a pass is good: terms, the longest for a purpose, and when it can be renewed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

AHEAD_DAYS = 30
"""How many days ahead of its first day a pass can be applied for."""

RENEW_DAYS = 30
RENEW_SHARE = 0.25
"""A pass can be renewed in the last quarter of its term, at most 30 days before its end."""

Fault = Literal["over", "past", "ahead", "too-long"]


@dataclass(frozen=True)
class Validity:
    """From the first day to the last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it counts."""
        return (self.last - self.first).days + 1


def validity(first: date, days: int) -> Validity:
    """Return the validity of so many days (at least one) from the first."""
    if days < 1:
        raise ValueError(f"a pass is good for at least one day, not {days}")
    return Validity(first, first + timedelta(days=days - 1))


def faults(asked: Validity, longest_days: int, today: date) -> tuple[Fault, ...]:
    """Return what is wrong with a validity: over already, begun, too far ahead, too long.

    One that has begun while an officer had the case can still be granted, for what is left of it.
    """
    found: list[Fault] = []
    if asked.last < today:
        found.append("over")
    elif asked.first < today:
        found.append("past")
    if asked.first > today + timedelta(days=AHEAD_DAYS):
        found.append("ahead")
    if asked.days > longest_days:
        found.append("too-long")
    return tuple(found)


def moments(asked: Validity, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return from when and until when a record of this validity holds: whole days of the region."""
    begin = datetime.combine(asked.first, time.min, zone)
    return begin, datetime.combine(asked.last + timedelta(days=1), time.min, zone)


def renewable_from(current: Validity) -> date:
    """Return the day from which a pass can be renewed."""
    early = min(RENEW_DAYS, max(int(current.days * RENEW_SHARE), 1))
    return current.last - timedelta(days=early - 1)


def can_renew(current: Validity, today: date) -> bool:
    """Tell whether a pass can be renewed today: near its end, and not after it."""
    return renewable_from(current) <= today <= current.last


def renewed(current: Validity, days: int, today: date) -> Validity:
    """Return the validity of the pass that replaces `current` today and runs so many days longer.

    The new one takes over at once, so that the vehicle is never without a pass.
    """
    return Validity(today, max(current.last, today) + timedelta(days=days))
