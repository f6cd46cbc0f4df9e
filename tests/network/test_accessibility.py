"""Accessibility on values worked out by hand, and what must hold of it in any case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from conurb.network import accessibility

COSTS = np.array([[0.0, 20.0, 50.0], [20.0, 0.0, np.inf]])
JOBS = np.array([100.0, 10.0, 1.0])

few = arrays(np.float64, st.integers(1, 8), elements=st.floats(0, 1e6))


def test_opportunities_within_a_time():
    assert accessibility.within(COSTS, JOBS, 20).tolist() == [110.0, 110.0]
    assert accessibility.within(COSTS, JOBS, 19.9).tolist() == [100.0, 10.0]
    assert accessibility.within(COSTS, JOBS, 60).tolist() == [111.0, 110.0]


def test_gravity():
    found = accessibility.by_gravity(COSTS, JOBS, np.log(2) / 10)
    assert found == pytest.approx([100 + 10 / 4 + 1 / 32, 100 / 4 + 10])
    with pytest.raises(ValueError, match="decay is 0"):
        accessibility.by_gravity(COSTS, JOBS, 0)


def test_means_leave_out_what_cannot_be_reached():
    assert accessibility.mean_cost(COSTS, np.array([1.0, 1.0, 2.0])) == pytest.approx([30.0, 10.0])
    nowhere = accessibility.mean_cost(np.full((1, 2), np.inf), np.ones(2))
    assert np.isnan(nowhere).all()
    people = np.array([3.0, 1.0])
    found = accessibility.people_weighted(COSTS, people, np.ones(3))
    assert found == pytest.approx((3 * (0 + 20 + 50) + (20 + 0)) / (3 * 3 + 2))
    assert np.isnan(accessibility.people_weighted(COSTS, people, np.zeros(3)))


def test_gini_of_known_spreads():
    assert accessibility.gini(np.array([5.0, 5.0, 5.0]), np.ones(3)) == pytest.approx(0)
    assert accessibility.gini(np.array([0.0, 0.0, 0.0, 8.0]), np.ones(4)) == pytest.approx(0.75)
    # a place with three people counts as three places with one
    once = accessibility.gini(np.array([1.0, 4.0]), np.array([3.0, 1.0]))
    assert once == pytest.approx(accessibility.gini(np.array([1.0, 1.0, 1.0, 4.0]), np.ones(4)))
    assert accessibility.gini(np.zeros(2), np.ones(2)) == 0
    with pytest.raises(ValueError, match="zero or more"):
        accessibility.gini(np.array([-1.0]), np.ones(1))


@given(few)
def test_gini_lies_between_even_and_not_at_all(values):
    people = np.ones(len(values))
    found = accessibility.gini(values, people)
    assert -1e-9 <= found <= 1
    assert accessibility.gini(values * 3, people) == pytest.approx(found, abs=1e-9)


@given(few, st.floats(0, 100), st.floats(0, 100))
def test_more_time_never_reaches_less(jobs, one, other):
    costs = np.linspace(0, 100, len(jobs))[None, :]
    near, far = sorted((one, other))
    assert accessibility.within(costs, jobs, near)[0] <= accessibility.within(costs, jobs, far)[
        0
    ] * (1 + 1e-12)
