"""Working days agree with the notices, which chinesecalendar has copied out independently."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.region.folder import load_region
from conurb.region.workdays import Calendar, CalendarError

CALENDAR = load_region(Path(__file__).parents[2] / "regions" / "changzhutan").calendar
FIRST, LAST = date(2021, 1, 1), date(2026, 12, 31)
days = st.dates(FIRST, LAST)


def test_every_day_of_every_year_agrees_with_an_independent_list():
    span = (LAST - FIRST).days + 1
    disagreeing = [
        day
        for day in (FIRST + timedelta(days=n) for n in range(span))
        if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)
    ]
    assert disagreeing == []


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 2, 10), False),  # 春节
        (date(2024, 2, 18), True),  # a Sunday worked in exchange
        (date(2025, 10, 8), False),  # 国庆节、中秋节
        (date(2025, 10, 11), True),  # a Saturday worked in exchange
        (date(2026, 11, 24), True),
    ],
)
def test_days_of_the_notices(day, works):
    assert CALENDAR.is_workday(day) is works


def test_holidays_are_named():
    holiday = CALENDAR.holiday(date(2025, 10, 6))
    assert holiday is not None
    assert holiday.name.zh == "国庆节、中秋节"
    assert CALENDAR.holiday(date(2025, 10, 9)) is None


@given(st.dates(date(2021, 3, 1), date(2026, 9, 1)), st.integers(1, 60))
def test_counting_forth_and_counting_between_agree(day, n):
    then = CALENDAR.add_workdays(day, n)
    assert CALENDAR.is_workday(then)
    assert CALENDAR.workdays_between(day, then) == n


@given(st.dates(date(2021, 6, 1), date(2026, 9, 1)), st.integers(1, 60))
def test_counting_back_undoes_counting_forth_from_a_working_day(day, n):
    start = CALENDAR.next_workday(day)
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(start, n), -n) == start


@given(days, days)
def test_between_is_antisymmetric(first, second):
    assert CALENDAR.workdays_between(first, second) == -CALENDAR.workdays_between(second, first)


@given(st.dates(FIRST, date(2026, 9, 30)), st.integers(0, 20), st.integers(0, 20))
def test_adding_twice_is_adding_the_sum(day, first, second):
    at_once = CALENDAR.add_workdays(day, first + second)
    assert CALENDAR.add_workdays(CALENDAR.add_workdays(day, first), second) == at_once


def test_no_days_added_leave_the_day_as_it_is():
    saturday = date(2026, 11, 21)
    assert CALENDAR.add_workdays(saturday, 0) == saturday
    assert CALENDAR.next_workday(saturday) == date(2026, 11, 23)


def test_a_limit_over_the_spring_festival_of_2026():
    assert CALENDAR.add_workdays(date(2026, 2, 13), 5) == date(2026, 2, 27)


@pytest.mark.parametrize("ask", [Calendar.is_workday, Calendar.holiday, Calendar.next_workday])
def test_a_year_not_declared_is_refused_never_guessed(ask):
    with pytest.raises(CalendarError) as refused:
        ask(CALENDAR, date(2031, 1, 6))
    assert refused.value.year == 2031
    assert "calendar.toml" in refused.value.message_zh
    assert "the calendar has no year 2031" in refused.value.message_en


def test_a_count_that_runs_out_of_the_declared_years_is_refused():
    with pytest.raises(CalendarError):
        CALENDAR.add_workdays(date(2028, 12, 25), 10)


def test_which_days_are_covered():
    assert CALENDAR.covers(FIRST)
    assert CALENDAR.covers(LAST)
    assert CALENDAR.covers(date(2028, 12, 31))
    assert not CALENDAR.covers(date(2029, 1, 1))


def test_a_year_without_its_notice_is_foreseen_by_the_law():
    assert not CALENDAR.is_foreseen(LAST)
    assert CALENDAR.is_foreseen(date(2027, 1, 4))
    assert CALENDAR.add_workdays(date(2026, 12, 30), 2) == date(2027, 1, 4)
    # 2027-02-06 and 07 are a Saturday and a Sunday of the Spring Festival: two more days off
    assert CALENDAR.add_workdays(date(2027, 2, 4), 1) == date(2027, 2, 11)
    assert CALENDAR.add_workdays(date(2027, 4, 30), 1) == date(2027, 5, 5)


def test_a_holiday_may_begin_in_the_year_before():
    assert not CALENDAR.is_workday(date(2022, 12, 31))
    assert not CALENDAR.is_workday(date(2023, 1, 2))
