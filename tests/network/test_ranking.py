"""An order follows its rule, and what it owes to the rule is told truly."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from conurb.network import ranking
from conurb.network.appraisal import Appraisal, CentreLink, Evenness, Reach, ZoneGains
from conurb.network.ranking import CRITERIA, Rule, by_cost, rank


def appraisal(
    key: str,
    time: float,
    jobs: float,
    hospitals: float,
    even: float,
    centres: float,
    **more: object,
) -> Appraisal:
    """An appraisal with these gains."""
    none = np.zeros(0)
    given_figures: dict[str, object] = {
        "key": key,
        "keys": (key,),
        "item": "",
        "cost": None,
        "minutes_before": 60.0,
        "minutes_saved": 0.0,
        "hours_saved": time,
        "joined": 0.0,
        "cut": 0.0,
        "reach": (
            Reach("jobs", 45.0, 100.0, 100.0 + jobs),
            Reach("hospitals", 45.0, 3.0, 3.0 + hospitals),
        ),
        "evenness": (Evenness("jobs", 45.0, 0.5, 0.5 - even),),
        "counties": (),
        "centres": (
            CentreLink("A", "B", 60.0, 60.0 - centres),
            CentreLink("A", "C", np.inf, 70.0),
        ),
        "cost_per_hour": None,
        "zones": ZoneGains(none, none, none, none),
    }
    return Appraisal(**{**given_figures, **more})  # type: ignore[arg-type]


gain = st.integers(-20, 100).map(float)
lists = st.lists(st.tuples(gain, gain, gain, st.integers(-40, 40), gain), min_size=1, max_size=7)


def made(rows: list[tuple[float, ...]]) -> list[Appraisal]:
    return [appraisal(f"p{at}", *row[:3], row[3] / 100, row[4]) for at, row in enumerate(rows)]


def test_the_best_on_everything_is_first_whatever_counts():
    projects = [
        appraisal("small", 10, 1, 0, 0.01, 2),
        appraisal("great", 100, 9, 1, 0.02, 9),
        appraisal("harm", -5, -1, 0, 0.0, 0),
    ]
    found = rank(projects)
    assert [each.key for each in found.placed] == ["great", "small", "harm"]
    assert found.placed[0].score == pytest.approx(1.0)
    assert (found.of("great").best, found.of("great").worst) == (1, 1)
    assert found.of("small").shares == pytest.approx(
        {"time": 0.1, "jobs": 1 / 9, "hospitals": 0, "evenness": 0.5, "centres": 2 / 9}
    )
    # ten tenths among five criteria: 14! / (10! 4!)
    assert found.weightings == 1001
    assert found.tau_mean > 0.9


def test_one_value_against_another():
    projects = [appraisal("quick", 100, 0, 0, 0, 0), appraisal("fair", 0, 100, 0, 0, 0)]
    found = rank(projects, Rule({"time": 1.0}, steps=4))
    assert [each.key for each in found.placed] == ["quick", "fair"]
    assert found.tau_least == -1.0
    assert found.of("fair").best == 1
    assert found.of("fair").worst == 2
    assert found.of("fair").among_first == {5: 1.0, 10: 1.0}
    assert rank(projects, Rule({"jobs": 3.0})).placed[0].key == "fair"


@given(lists)
def test_places_and_agreement_are_those_of_the_definitions(rows):
    projects = made(rows)
    rule = Rule(steps=3)
    found = rank(projects, rule)
    shares = ranking.shares_of(ranking.gains(projects, rule.limit))
    mixes = [mix for mix in itertools.product(range(4), repeat=5) if sum(mix) == 3]
    assert found.weightings == len(mixes)
    orders = np.round([shares @ (np.array(mix) / 3) for mix in mixes], 9)
    places = np.array([[1 + (row > score).sum() for score in row] for row in orders])
    for at, project in enumerate(projects):
        placed = found.of(project.key)
        assert placed.best == places[:, at].min()
        assert placed.worst == places[:, at].max()
        assert placed.among_first[5] == pytest.approx((places[:, at] <= 5).mean())
        assert placed.score == pytest.approx(shares[at] @ rule.shares)
    if len(projects) == 1:
        return
    taus = [kendalltau(np.round(shares @ rule.shares, 9), order).statistic for order in orders]
    taus = [tau for tau in taus if not np.isnan(tau)]
    if taus:
        assert found.tau_mean == pytest.approx(np.mean(taus), abs=1e-6)
        assert found.tau_least == pytest.approx(min(taus), abs=1e-6)


@given(lists, st.randoms())
def test_the_order_of_the_list_does_not_matter(rows, chance):
    projects = made(rows)
    mixed = list(projects)
    chance.shuffle(mixed)
    assert rank(projects, Rule(steps=2)) == rank(mixed, Rule(steps=2))


def test_equals_share_a_place():
    found = rank([appraisal(key, 5, 0, 0, 0, 0) for key in "ba"] + [appraisal("c", 1, 0, 0, 0, 0)])
    assert [(each.key, each.place) for each in found.placed] == [("a", 1), ("b", 1), ("c", 3)]


def test_an_empty_list_and_one_without_gains():
    assert rank([]).placed == ()
    found = rank([appraisal("a", 0, 0, 0, 0, 0), appraisal("b", 0, 0, 0, 1e-17, 0)])
    assert {each.place for each in found.placed} == {1}
    assert (found.tau_mean, found.tau_least) == (1.0, 1.0)


def test_the_cheapest_hour_comes_first():
    dear = appraisal("dear", 1, 0, 0, 0, 0, cost_per_hour=900)
    cheap = appraisal("cheap", 1, 0, 0, 0, 0, cost_per_hour=100)
    unknown = appraisal("unknown", 1, 0, 0, 0, 0)
    assert [each.key for each in by_cost([dear, unknown, cheap])] == ["cheap", "dear"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": {"time": -1.0}},
        {"weights": {"time": 0.0}},
        {"weights": {"noise": 1}},
        {"steps": 0},
    ],
)
def test_a_rule_that_says_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=r"weights|steps"):
        Rule(**wrong)


def test_default_weights_are_all_of_the_criteria():
    assert set(Rule().weights) == set(CRITERIA)
    assert sum(Rule().weights.values()) == pytest.approx(1.0)
