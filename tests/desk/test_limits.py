"""Limits in working days, with clock stops, judged by a count of one day after the other."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.desk import limits
from conurb.desk.limits import Facts, Stop, day_after, light_on, limit_of, may_ask
from conurb.desk.stages import CLOCK_RUNS, OPEN, State
from conurb.region.folder import load_region
from tests.conftest import REGION

CALENDAR = load_region(REGION).calendar
DAYS = st.dates(date(2024, 1, 1), date(2026, 6, 30))


def test_the_day_of_the_event_is_not_counted():
    # Friday 30 January 2026; the next working day is Monday
    assert limit_of(CALENDAR, date(2026, 1, 30), 1).due_on == date(2026, 2, 2)


def test_holidays_and_make_up_days_are_as_the_state_council_says():
    # National Day 2025: 1 to 8 October off, Sunday 28 September and Saturday 11 October worked
    assert limit_of(CALENDAR, date(2025, 9, 26), 1).due_on == date(2025, 9, 28)
    assert limit_of(CALENDAR, date(2025, 9, 30), 1).due_on == date(2025, 10, 9)
    assert limit_of(CALENDAR, date(2025, 9, 30), 3).due_on == date(2025, 10, 11)


def test_it_is_due_soon_two_working_days_before_the_end():
    found = limit_of(CALENDAR, date(2026, 1, 5), 10)
    assert (found.warn_on, found.due_on) == (date(2026, 1, 15), date(2026, 1, 19))
    assert limit_of(CALENDAR, date(2026, 1, 5), 1).warn_on == date(2026, 1, 6)


def test_a_stop_moves_the_end():
    # stopped on Wednesday, running again on the Wednesday after: five working days lost
    start = date(2026, 1, 5)
    stop = Stop(date(2026, 1, 7), date(2026, 1, 14))
    assert limit_of(CALENDAR, start, 5).due_on == date(2026, 1, 12)
    assert limit_of(CALENDAR, start, 5, [stop]).due_on == date(2026, 1, 19)


def test_what_stands_still_has_no_end():
    assert limit_of(CALENDAR, date(2026, 1, 5), 5, [Stop(date(2026, 1, 6))]).due_on is None


def test_a_year_that_is_not_declared_is_not_guessed():
    last = date(CALENDAR.years[-1].year, 12, 20)
    assert limit_of(CALENDAR, last, 30) == limits.NOT_COUNTED
    assert day_after(CALENDAR, last, 30) is None
    assert limits.working_days_used(CALENDAR, last, last + timedelta(days=60)) is None


def test_no_limit_is_shorter_than_a_day():
    with pytest.raises(ValueError, match="at least one"):
        limit_of(CALENDAR, date(2026, 1, 5), 0)


@given(
    DAYS,
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), max_size=3),
)
def test_the_limit_holds_as_many_working_days_as_promised(start, days, pauses):
    stops = [
        Stop(start + timedelta(days=begin), start + timedelta(days=begin + length))
        for begin, length in pauses
    ]
    found = limit_of(CALENDAR, start, days, stops)
    assert found.due_on is not None
    assert found.due_on > start
    assert found.warn_on is not None
    assert found.warn_on <= found.due_on
    assert CALENDAR.is_workday(found.due_on)
    assert limits.working_days_used(CALENDAR, start, found.due_on, stops) == days
    before = found.due_on - timedelta(days=1)
    assert limits.working_days_used(CALENDAR, start, before, stops) == days - 1


@given(DAYS, st.integers(1, 40), st.integers(0, 30), st.integers(0, 40))
def test_a_stop_never_brings_the_end_forward(start, days, begin, length):
    stop = Stop(start + timedelta(days=begin), start + timedelta(days=begin + length))
    plain, paused = limit_of(CALENDAR, start, days), limit_of(CALENDAR, start, days, [stop])
    assert plain.due_on is not None
    assert paused.due_on is not None
    assert paused.due_on >= plain.due_on


@given(DAYS, st.integers(1, 90))
def test_calendar_days_hold_the_working_days(start, days):
    end = start + limits.in_calendar_days(days)
    assert CALENDAR.workdays_between(start, end) >= days


def test_what_is_missing_is_said_within_five_working_days_and_once():
    monday = date(2026, 1, 5)
    assert may_ask(CALENDAR, monday, date(2026, 1, 12), asked_before=False) is None
    assert may_ask(CALENDAR, monday, date(2026, 1, 13), asked_before=False) == "too-late"
    assert may_ask(CALENDAR, monday, monday, asked_before=True) == "asked-before"


@given(st.sampled_from(State), st.none() | DAYS, st.integers(0, 3), DAYS)
def test_every_case_has_one_light(state, due, before, today):
    warn = due - timedelta(days=before) if due else None
    light = light_on(Facts(state, due, warn), today)
    assert (light == "closed") == (state not in OPEN)
    if state in CLOCK_RUNS and due is not None:
        assert (light == "late") == (today > due)
    assert light in limits.LIGHT_NAMES
