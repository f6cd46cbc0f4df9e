"""The windows of time by which people ask when a task is due.

The windows overlap (what is due within 30 days is mostly due this quarter too), so days are cut
into pieces at every first day of a window and every first day after one. A due day lies in exactly
one piece, and a window is a run of pieces: counting the pieces once counts every window.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from typing import Literal, get_args

from conurb.plan.lights import DUE_SOON_WITHIN

Due = Literal["overdue", "30-days", "quarter", "year", "none"]
DUES: tuple[Due, ...] = get_args(Due)
WINDOWS: tuple[Due, ...] = ("30-days", "quarter", "year")

# what counts as overdue or due soon is not finished yet
UNFINISHED: frozenset[Due] = frozenset({"overdue", "30-days"})


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the quarter of `day`."""
    month = 3 * ((day.month - 1) // 3) + 1
    following = date(day.year + 1, 1, 1) if month == 10 else date(day.year, month + 3, 1)
    return date(day.year, month, 1), following - timedelta(days=1)


def window(due: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a window; raises KeyError for one without bounds."""
    return {
        "30-days": (today, today + DUE_SOON_WITHIN),
        "quarter": quarter_of(today),
        "year": (date(today.year, 1, 1), date(today.year, 12, 31)),
    }[due]


def borders(today: date) -> tuple[date, ...]:
    """Return the first days of the pieces, ascending; before the first lies piece 0."""
    windows = [window(due, today) for due in WINDOWS]
    days = {first for first, _last in windows} | {last + timedelta(1) for _first, last in windows}
    return tuple(sorted(days))


def pieces(due: str, today: date) -> range:
    """Return the pieces that a window is made of."""
    first, last = window(due, today)
    cuts = borders(today)
    return range(bisect_right(cuts, first), bisect_right(cuts, last) + 1)
