"""Quotas by day, points in their window, validity and renewal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.sames.platform.points import Mark, Thresholds, standing, total
from conurb.sames.platform.quotas import room
from conurb.sames.platform.validity import (
    AHEAD_DAYS,
    Validity,
    can_renew,
    faults,
    moments,
    renewable_from,
    renewed,
    validity,
)
from conurb.sames.platform.withdrawing import GROUNDS, may_withdraw

START = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
days = st.integers(-20, 40).map(lambda n: START + timedelta(days=n))
day_spans = st.tuples(days, days).map(lambda pair: tuple(sorted(pair)))


@given(st.lists(day_spans, max_size=12), day_spans, st.integers(0, 8))
def test_room_is_what_counting_day_by_day_finds(taken, asked, quota):
    first, last = asked
    counts = {
        first + timedelta(days=n): sum(a <= first + timedelta(days=n) <= b for a, b in taken)
        for n in range((last - first).days + 1)
    }
    found = room(quota, taken, first, last)
    assert found.taken == max(counts.values())
    assert counts[found.fullest] == found.taken
    assert found.left == max(quota - found.taken, 0)


@given(st.lists(day_spans, max_size=8), day_spans, day_spans)
def test_one_more_pass_never_makes_room(taken, more, asked):
    before = room(5, taken, *asked)
    after = room(5, [*taken, more], *asked)
    assert after.left <= before.left


marks = st.lists(
    st.builds(
        Mark,
        st.integers(-400, 10).map(lambda n: NOW + timedelta(days=n)),
        st.integers(1, 12),
        st.booleans(),
    ),
    max_size=10,
)


@given(marks)
def test_points_count_within_the_window_only(given_marks):
    counted = total(given_marks, 365, NOW)
    assert counted == sum(
        m.points
        for m in given_marks
        if not m.annulled and timedelta() <= NOW - m.at < timedelta(days=365)
    )


def test_points_run_out_after_a_year_to_the_second():
    mark = Mark(NOW, 6)
    assert total([mark], 365, NOW + timedelta(days=365, seconds=-1)) == 6
    assert total([mark], 365, NOW + timedelta(days=365)) == 0


@given(st.integers(0, 40), st.integers(1, 20), st.integers(0, 20))
def test_more_points_never_stand_better(counted, warn, further):
    limits = Thresholds(365, warn, warn + further, 180)
    order = ["clear", "warned", "due"]
    assert order.index(standing(counted, limits)) <= order.index(standing(counted + 1, limits))


def test_thresholds_that_cannot_be():
    with pytest.raises(ValueError, match="warning"):
        Thresholds(365, 12, 6, 180)


def test_points_alone_withdraw_only_at_the_limit():
    assert not may_withdraw(GROUNDS["points"], "warned")
    assert may_withdraw(GROUNDS["points"], "due")
    assert may_withdraw(GROUNDS["deception"], "clear")


@pytest.mark.parametrize(
    ("first", "length", "expected"),
    [
        (0, 31, ()),
        (-1, 31, ("past",)),
        (-40, 31, ("over",)),
        (AHEAD_DAYS, 31, ()),
        (AHEAD_DAYS + 1, 31, ("ahead",)),
        (0, 32, ("too-long",)),
    ],
)
def test_faults_of_a_validity(first, length, expected):
    asked = validity(START + timedelta(days=first), length)
    assert faults(asked, 31, START) == expected


def test_a_pass_ends_with_its_last_day_in_the_region():
    from zoneinfo import ZoneInfo

    begin, end = moments(validity(START, 1), ZoneInfo("Asia/Shanghai"))
    assert (begin.isoformat(), end.isoformat()) == (
        "2026-03-02T00:00:00+08:00",
        "2026-03-03T00:00:00+08:00",
    )


@given(st.integers(1, 366), st.integers(1, 366), st.integers(0, 400))
def test_a_renewal_leaves_no_day_without_a_pass(length, more, later):
    current = validity(START, length)
    today = START + timedelta(days=later)
    if can_renew(current, today):
        assert renewable_from(current) <= today <= current.last
        new = renewed(current, more, today)
        assert new.first == today
        assert new.last == current.last + timedelta(days=more)
    else:
        assert today < renewable_from(current) or today > current.last


def test_no_pass_of_no_days():
    with pytest.raises(ValueError, match="at least one day"):
        validity(START, 0)
    assert Validity(START, START).days == 1
