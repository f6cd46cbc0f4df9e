"""How many more passes a zone takes: at most its quota on any one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Room:
    """What is left of a quota over some days: on its fullest day `taken` of `quota` are used."""

    quota: int
    taken: int
    fullest: date

    @property
    def left(self) -> int:
        """How many more are possible; never below nothing."""
        return max(self.quota - self.taken, 0)


def room(quota: int, taken: Iterable[tuple[date, date]], first: date, last: date) -> Room:
    """Return what is left of a quota from the first day to the last, both included.

    `taken` are the spans of days of the passes that open the zone, both ends included.
    """
    changes: Counter[date] = Counter()
    for begins, ends in taken:
        begin, end = max(begins, first), min(ends, last)
        if begin <= end:
            changes[begin] += 1
            changes[end + _ONE_DAY] -= 1
    now = most = 0
    fullest = first
    for day in sorted(changes):
        now += changes[day]
        if now > most:
            most, fullest = now, day
    return Room(quota, most, fullest)
