"""Delay and stops by the model of platoons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conurb.network.signals.bandwidth import Wish, optimise
from conurb.network.signals.delays import costs_of, settle
from conurb.network.signals.plans import Both
from tests.network.signals.corridors import arterial


def test_at_the_first_signal_the_delay_is_websters() -> None:
    plan = arterial([400], cycle=90, flow=Both(900.0, 700.0))
    costs = costs_of(plan)
    assert costs is not None
    first = next(each for each in costs.approaches if each.place == 0 and each.way == "outbound")
    green, flow, saturation = (90 * 0.6 - 5) / 90, 900 / 3600, 3600 / 3600
    load = flow / (saturation * green)
    uniform = 90 * (1 - green) ** 2 / (2 * (1 - green * load))
    random = load**2 / (2 * flow * (1 - load))
    assert first.saturation == pytest.approx(load)
    assert first.delay == pytest.approx(uniform + random, rel=0.02)


def test_a_wave_lowers_delay_and_stops_where_its_platoons_arrive_in_green() -> None:
    plan = arterial([300, 300, 300], cycle=60)
    against, along = (
        costs_of(plan.with_offsets(offsets)) for offsets in ((0, 0, 0, 0), (0, 30, 0, 30))
    )
    assert against is not None
    assert along is not None
    assert along.hours < 0.6 * against.hours
    assert sum(along.stops.values()) < sum(against.stops.values())


def test_settling_never_costs_drivers_more_and_keeps_what_it_is_told_to() -> None:
    plan = arterial([410, 230, 370, 550, 330], cycle=70)
    found = optimise(plan, Wish()).plan
    before, after = costs_of(found), costs_of(settle(found))
    assert before is not None
    assert after is not None
    assert after.index <= before.index + 1e-9
    assert settle(found, lambda _plan: False).offsets == found.offsets


def test_a_signal_that_is_too_full_is_named() -> None:
    plan = arterial([400], flow=Both(2500.0, 500.0))
    costs = costs_of(plan)
    assert costs is not None
    assert {(each.place, each.way) for each in costs.full} == {(0, "outbound"), (1, "outbound")}
    assert all(each.delay < 1000 for each in costs.approaches)


def test_without_flows_nothing_is_estimated() -> None:
    plan = arterial([400], flow=Both(0.0, 0.0))
    assert costs_of(plan) is None
    assert settle(plan) == plan
    assert replace(plan, cycle=70.0).cycle == 70
