"""What a county has is divided among its zones so that the parts add up to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conurb.network.zoning import awarded, divided


@given(st.integers(0, 3_000_000), st.lists(st.integers(0, 100), min_size=1, max_size=20))
def test_parts_add_up_and_none_is_off_by_one_or_more(total, shares):
    parts = divided(total, shares)
    whole = sum(shares)
    assert sum(parts) == (total if whole else 0)
    if whole:
        assert all(
            abs(part - total * share / whole) < 1 for part, share in zip(parts, shares, strict=True)
        )


def test_what_is_left_goes_to_the_largest_remainders_then_to_the_first():
    assert divided(100, [1, 1, 1]) == [34, 33, 33]
    assert divided(10, [15, 15, 70]) == [2, 1, 7]
    assert divided(7, [0, 100]) == [0, 7]


@given(st.integers(0, 30), st.lists(st.floats(0, 1e6), min_size=1, max_size=10))
def test_hospitals_are_awarded_whole_and_more_to_whom_has_more(seats, weights):
    found = awarded(seats, weights)
    assert sum(found) == (seats if any(weight > 0 for weight in weights) else 0)
    for one, own in zip(weights, found, strict=True):
        for other, theirs in zip(weights, found, strict=True):
            assert one <= other or own >= theirs


def test_highest_averages():
    # 53:24:23 of 7 by Sainte-Laguë
    assert awarded(7, [53.0, 24.0, 23.0]) == [3, 2, 2]
    assert awarded(2, [1.0, 1.0, 0.0]) == [1, 1, 0]
