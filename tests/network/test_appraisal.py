"""Every figure of an appraisal is what the definitions say, computed the long way."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network import dijkstra
from conurb.network.accessibility import gini, people_weighted, within
from conurb.network.appraisal import Appraising, Concluding, appraise
from conurb.network.contraction import prepare
from conurb.network.graph import GraphError, graph_of
from conurb.network.measuring import Measuring, joined
from conurb.network.scenario import Arc, Project, changed, combined
from conurb.network.study import Assumptions, Candidate, Centre, Study, Zones
from tests.network.test_costs import grid
from tests.network.test_scenario import situations

LIMITS = (5.0, 10.0, 20.0)


def numbers(value: object) -> list[float]:
    """All numbers of an appraisal, in order; nan for what is none."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for each in value for number in numbers(each)]
    if value is None or isinstance(value, int | float):
        return [float("nan") if value is None else float(value)]
    return []


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """Studies of small graphs with every oddity; of projects that build, slow down and close."""
    graph, projects, nodes, centres = draw(situations())
    number = len(nodes)
    amounts = st.lists(st.integers(0, 50).map(float), min_size=number, max_size=number)
    people = np.array(draw(amounts))
    people[draw(st.integers(0, number - 1))] += 1.0
    return Study(
        graph,
        Zones(
            tuple(f"z{at}" for at in range(number)),
            np.array(nodes),
            tuple(f"c{at % 3}" for at in range(number)),
            people,
            np.array(draw(amounts)),
            np.array(draw(amounts)),
        ),
        tuple(Centre(f"city {at}", node) for at, node in enumerate(centres[:3])),
        tuple(Candidate(project, 10**11) for project in projects),
        Assumptions(limits=LIMITS),
    )


def minutes(study: Study, keys: list[str]) -> np.ndarray:
    """Minutes between all places by searching the changed graph from scratch."""
    whole = combined("all", [study.candidate[key].project for key in keys])
    return dijkstra.costs_of(changed(study.graph, whole), study.places, study.places)


@settings(max_examples=150)
@given(studies())
def test_figures_equal_their_definitions_on_a_recomputed_matrix(study):
    appraising = Appraising(study)
    zones = study.zones
    number = len(zones.names)
    elsewhere = ~np.eye(number, dtype=bool)
    before = minutes(study, [])[:number, :number]
    weights = np.outer(zones.people, zones.people)
    keys = list(study.candidate)
    for asked in [[key] for key in keys] + ([keys] if keys else []):
        full = minutes(study, asked)
        after = full[:number, :number]
        found = appraising.together(asked)
        both = elsewhere & np.isfinite(before) & np.isfinite(after)
        saved = np.where(both, before, 0.0) - np.where(both, after, 0.0)
        if weights[both].sum() > 0:
            mean = (weights * saved)[both].sum() / weights[both].sum()
            assert found.minutes_saved == pytest.approx(mean, rel=1e-9, abs=1e-9)
        trips = np.where(elsewhere, weights * np.exp(-study.assumptions.decay * before), 0.0)
        if trips.sum() > 0:
            trips *= study.assumptions.trips_a_person * zones.people.sum() / trips.sum()
            hours = (trips * saved).sum() / 60
            assert found.hours_saved == pytest.approx(hours, rel=1e-9, abs=1e-9)
            assert sum(each.hours_saved for each in found.counties) == pytest.approx(
                hours, rel=1e-9, abs=1e-9
            )
        for kind in ("jobs", "hospitals"):
            for limit in LIMITS:
                # a time that is the limit but for rounding may count on either side of it
                if (np.abs(full - limit) < 1e-9).any() or (np.abs(before - limit) < 1e-9).any():
                    continue
                had = within(before, getattr(zones, kind), limit)
                have = within(after, getattr(zones, kind), limit)
                reach, even = found.reached(kind, limit), found.even(kind, limit)
                assert reach.before == pytest.approx(np.average(had, weights=zones.people))
                assert reach.after == pytest.approx(np.average(have, weights=zones.people))
                assert even.before == pytest.approx(gini(had, zones.people), abs=1e-9)
                assert even.after == pytest.approx(gini(have, zones.people), abs=1e-9)
        first = elsewhere & np.isinf(before) & np.isfinite(after)
        last = elsewhere & np.isfinite(before) & np.isinf(after)
        whole = (weights * elsewhere).sum()
        assert found.joined * whole == pytest.approx((weights * first).sum())
        assert found.cut * whole == pytest.approx((weights * last).sum())
        for link in found.centres:
            there = [
                number + [centre.city for centre in study.centres].index(city)
                for city in (link.origin, link.destination)
            ]
            np.testing.assert_allclose(link.after, full[there[0], there[1]], rtol=1e-9)
        json.dumps(found.as_json(), allow_nan=False)


@settings(max_examples=60)
@given(studies(), st.integers(1, 5))
def test_parts_put_together_are_the_whole(study, size):
    hierarchy = prepare(study.graph)
    number = len(study.places)
    parts = [
        Measuring(study, hierarchy, slice(at, min(at + size, number)))
        for at in range(0, number, size)
    ]
    apart = Concluding(study, joined([part.before() for part in parts]))
    whole = Appraising(study, hierarchy)
    for key in study.candidate:
        found = apart.appraisal([key], joined([part.change([key]) for part in parts]))
        expected = whole.together([key])
        np.testing.assert_allclose(
            numbers(found.as_json()), numbers(expected.as_json()), rtol=1e-9, atol=1e-9
        )


def town(*projects: Project, cost: int | None = 10**11) -> Study:
    """Two villages of 1,000 and 3,000 people, ten minutes apart over a pass, with one hospital."""
    graph = graph_of(3, [0, 1, 1, 2], [1, 0, 2, 1], [5.0] * 4)
    zones = Zones(
        ("upper", "lower"),
        np.array([0, 2]),
        ("A", "B"),
        np.array([1000.0, 3000.0]),
        np.array([0.0, 2000.0]),
        np.array([0.0, 1.0]),
    )
    return Study(
        graph,
        zones,
        (Centre("A", 0), Centre("B", 2)),
        tuple(Candidate(project, cost, "2.1") for project in projects),
        Assumptions(limits=LIMITS[:1], years=1, discount=0.0, days_a_year=300),
    )


TUNNEL = Project("tunnel", (Arc(0, 2, 4.0), Arc(2, 0, 4.0)))


def test_a_tunnel_between_two_villages_by_hand():
    (found,) = appraise(town(TUNNEL))
    assert (found.key, found.keys, found.item) == ("tunnel", ("tunnel",), "2.1")
    assert (found.minutes_before, found.minutes_saved) == (10.0, 6.0)
    # 4,000 people make 2,000 trips a day and save six minutes on each
    assert found.hours_saved == pytest.approx(200)
    assert found.cost_per_hour == -(-(10**11) // (200 * 300))
    jobs = found.reached("jobs", 5.0)
    assert (jobs.before, jobs.after) == (1500.0, 2000.0)
    assert found.even("jobs", 5.0).before == pytest.approx(0.25)
    assert found.even("jobs", 5.0).after == pytest.approx(0.0)
    upper, lower = found.counties
    assert (upper.county, upper.people, upper.minutes_saved) == ("A", 1000.0, 6.0)
    assert upper.hours_saved == pytest.approx(lower.hours_saved)
    assert [(reach.kind, reach.gain) for reach in upper.reach] == [("jobs", 2000), ("hospitals", 1)]
    assert [(link.before, link.after) for link in found.centres] == [(10.0, 4.0)] * 2
    np.testing.assert_array_equal(found.zones.minutes_saved, [6.0, 6.0])
    with pytest.raises(KeyError):
        found.reached("jobs", 45.0)


def test_a_closed_pass_is_told_as_cut_and_saves_nothing():
    closed = Project("closed", (Arc(1, 2, np.inf),))
    (found,) = appraise(town(closed))
    assert found.cut == pytest.approx(0.5)
    assert found.hours_saved == 0.0
    assert found.cost_per_hour is None
    assert found.reached("hospitals", 5.0).gain == 0
    assert np.isinf(found.centres[0].after)
    assert json.loads(json.dumps(found.as_json()))["centres"][0]["after"] is None


def test_halves_of_a_bridge_need_one_another():
    halves = Project("left", (Arc(0, 1, 1.0),)), Project("right", (Arc(1, 2, 1.0),))
    appraising = Appraising(town(*halves, TUNNEL))
    # either half alone saves four minutes of ten; together they save eight, no more and no less
    assert appraising.synergy(["left", "right"]).more == pytest.approx(0.0)
    # beside the tunnel, which saves six, halves are worth nothing singly and two minutes together
    both = appraising.synergy(["left", "tunnel"])
    assert both.more == pytest.approx(-both.singly + appraising.hours_saved(["tunnel"]))
    assert appraising.synergies(["left", "right", "tunnel"])[0].keys == ("left", "right")
    steps = appraising.best_together(3)
    assert steps[0].keys == ("tunnel",)
    assert [step.together for step in steps] == sorted(step.together for step in steps)
    assert appraising.together(["left", "right"]).cost == 2 * 10**11


def test_cost_per_hour_is_told_where_cost_is_known():
    (found,) = appraise(town(TUNNEL, cost=None))
    assert found.cost is None
    assert found.cost_per_hour is None
    # 8 % over 20 years is 10.185 % a year
    assert Assumptions().annuity == pytest.approx(0.101852, abs=1e-6)


def test_means_agree_with_accessibility():
    graph = grid(12, 4)
    nodes = np.arange(0, graph.nodes, 9)
    people = np.linspace(0, 100, len(nodes))
    zones = Zones(
        tuple(map(str, nodes)), nodes, ("A",) * len(nodes), people, people[::-1], people % 2
    )
    project = Project("road", (Arc(0, graph.nodes - 1, 0.5),))
    (found,) = appraise(Study(graph, zones, (), (Candidate(project),)))
    base = dijkstra.costs_of(graph, nodes, nodes)
    np.fill_diagonal(base, np.inf)
    assert found.minutes_before == pytest.approx(people_weighted(base, people, people))
    assert found.centres == ()


@pytest.mark.parametrize(
    ("changed_zones", "words"),
    [
        ({"people": np.array([1.0])}, "there are 2 zones and 1 values of people"),
        ({"jobs": np.array([1.0, -3.0])}, "zone lower has jobs = -3.0"),
        ({"people": np.array([np.nan, 1.0])}, "zone upper has people = nan"),
        ({"people": np.zeros(2)}, "no zone has people"),
        ({"nodes": np.array([0, 7])}, "lower lies at node 7, of 3"),
    ],
)
def test_studies_that_cannot_be_are_refused(changed_zones, words):
    study = town()
    given_zones = {**study.zones.__dict__, **changed_zones}
    with pytest.raises(GraphError) as refused:
        Study(study.graph, Zones(**given_zones), (), ())
    assert words in refused.value.message_en
    assert refused.value.message_zh


def test_a_project_given_twice_is_refused():
    with pytest.raises(GraphError, match="tunnel is given twice"):
        town(TUNNEL, TUNNEL)
