"""Working days as the State Council sets them: weekends, holidays, make-up working days.

The General Office of the State Council announces each year's holidays, and the Saturdays and
Sundays worked in exchange, in a notice near the end of the year before; a year without its notice
cannot be counted, and is never guessed. Limits in working days begin with the working day after
the event, as in art. 82 and 85 of 行政许可法.

A year whose notice is still to come may be declared as foreseen, with the days off that the law
itself gives (全国年节及纪念日放假办法, State Council order 795 of 2024, art. 2 and 6: the holidays,
and a day off for each that falls on a weekend). Limits that run into it can then be counted, and
are to be shown as foreseen, since the notice may still move days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from conurb.region.tables import Bilingual

__all__ = ["Calendar", "CalendarError", "Holiday", "YearOfDays"]

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarError(LookupError):
    """A day lies in a year whose holidays the region has not declared."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.message_zh = (
            f"工作日历没有 {year} 年，请按国务院办公厅当年放假通知在 calendar.toml 中补上"
        )
        self.message_en = (
            f"the calendar has no year {year}: add it to calendar.toml from the holiday notice "
            f"of the State Council for that year"
        )
        super().__init__(self.message_en)


@dataclass(frozen=True)
class Holiday:
    """A holiday, from ``first`` to ``last``, both included, weekends in it included."""

    name: Bilingual
    first: date
    last: date

    def days(self) -> Iterator[date]:
        """The days of the holiday in order."""
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


@dataclass(frozen=True)
class YearOfDays:
    """The notice of one year: its number, its holidays, and the weekend days worked instead.

    ``foreseen`` where there is no notice yet and the holidays are those of the law alone.
    """

    year: int
    source: str
    holidays: tuple[Holiday, ...]
    workdays: tuple[date, ...]
    foreseen: bool = False


@dataclass(frozen=True)
class Calendar:
    """The working days of the years that have been declared."""

    years: tuple[YearOfDays, ...]
    _off: Mapping[date, Holiday] = field(init=False, repr=False, compare=False)
    _make_up: frozenset[date] = field(init=False, repr=False, compare=False)
    _covered: frozenset[int] = field(init=False, repr=False, compare=False)
    _foreseen: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        holidays = (holiday for year in self.years for holiday in year.holidays)
        off = {day: holiday for holiday in holidays for day in holiday.days()}
        make_up = frozenset(day for year in self.years for day in year.workdays)
        object.__setattr__(self, "_off", MappingProxyType(off))
        object.__setattr__(self, "_make_up", make_up)
        object.__setattr__(self, "_covered", frozenset(year.year for year in self.years))
        foreseen = frozenset(year.year for year in self.years if year.foreseen)
        object.__setattr__(self, "_foreseen", foreseen)

    def covers(self, day: date) -> bool:
        """Whether the year of ``day`` has been declared."""
        return day.year in self._covered

    def is_foreseen(self, day: date) -> bool:
        """Whether the year of ``day`` is known by the law only, its notice still to come."""
        return day.year in self._foreseen

    def holiday(self, day: date) -> Holiday | None:
        """The holiday that ``day`` belongs to, if any. Raises CalendarError as is_workday."""
        self._must_cover(day)
        return self._off.get(day)

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``; CalendarError where its year is not declared."""
        self._must_cover(day)
        if day in self._make_up:
            return True
        return day not in self._off and day.weekday() < _SATURDAY

    def add_workdays(self, day: date, n: int) -> date:
        """The n-th working day after ``day`` (before it where n < 0).

        The day itself is not counted, and with n = 0 it is returned as it is, working or not.
        CalendarError where the count runs into a year that is not declared.
        """
        step = _ONE_DAY if n > 0 else -_ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """The number of working days after ``start`` up to and including ``end``.

        Negative where ``end`` is before ``start``, so that
        ``workdays_between(a, add_workdays(a, n)) == n`` for n > 0, and
        ``workdays_between(a, b) == -workdays_between(b, a)``.
        """
        if end < start:
            return -self.workdays_between(end, start)
        span = (end - start).days
        return sum(self.is_workday(start + timedelta(days=offset + 1)) for offset in range(span))

    def next_workday(self, day: date) -> date:
        """``day`` where offices work on it, else the first working day after it.

        A limit that ends on a day off ends on the next working day (民法典 art. 203).
        """
        return day if self.is_workday(day) else self.add_workdays(day, 1)

    def _must_cover(self, day: date) -> None:
        if not self.covers(day):
            raise CalendarError(day.year)
