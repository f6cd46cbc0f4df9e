"""Counting lights, and the bar they make."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conurb.plan.lights import LIGHTS
from conurb.plan.tally import DRAWN, Tally

COUNTS = st.dictionaries(st.sampled_from(LIGHTS), st.integers(0, 60_000))


def test_withdrawn_tasks_are_no_part_of_the_whole():
    tally = Tally({"done": 3, "late": 1, "withdrawn": 5})
    assert (tally.total, tally.done, tally.late, tally.done_percent) == (4, 3, 1, 75)


def test_a_light_may_come_in_several_pairs():
    assert Tally.of([("late", 2), ("done", 1), ("late", 3)]).late == 5


def test_the_bar_of_nothing_is_empty():
    assert Tally({}).segments == ()
    assert Tally({"withdrawn": 2}).done_percent == 0


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS)
def test_the_bar_is_filled_without_gap_or_overlap(counts):
    tally = Tally(counts)
    end = 0.0
    for piece in tally.segments:
        assert piece.x == pytest.approx(end, abs=0.01)
        assert piece.count == tally.count(piece.light)
        end = piece.x + piece.width
    assert end == (pytest.approx(100, abs=0.01) if tally.total else 0)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COUNTS)
def test_only_all_done_is_a_hundred_percent(counts):
    tally = Tally(counts)
    assert (tally.done_percent == 100) == (0 < tally.total == tally.done)
    assert set(DRAWN) | {"withdrawn"} == set(LIGHTS)
