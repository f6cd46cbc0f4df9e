"""Plans: what is refused, and that stages never give green to those who would meet."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network.signals.plans import (
    Both,
    Movement,
    Order,
    TimingError,
    TimingPlan,
    check,
    least_cycle,
)
from conurb.network.signals.simulation import additional, plain_network, turns_at
from tests.network.signals.corridors import arterial, arterials

MEET = [
    (Movement.OUTBOUND, Movement.INBOUND_LEFT),
    (Movement.INBOUND, Movement.OUTBOUND_LEFT),
    *[
        (along, across)
        for along in (
            Movement.OUTBOUND,
            Movement.INBOUND,
            Movement.OUTBOUND_LEFT,
            Movement.INBOUND_LEFT,
        )
        for across in (Movement.SIDE, Movement.SIDE_LEFT)
    ],
    (Movement.SIDE, Movement.SIDE_LEFT),
]


@given(arterials(2), st.sampled_from(list(Order)))
@settings(max_examples=30, deadline=None)
def test_stages_fill_the_cycle_and_never_let_two_meet(plan: TimingPlan, order: Order) -> None:
    plan = replace(plan, intersections=tuple(replace(at, order=order) for at in plan.intersections))
    for place in range(2):
        stages = plan.stages(place)
        assert sum(stage.lasts for stage in stages) == pytest.approx(plan.cycle)
        assert stages[0].begins == 0
        for stage in stages:
            for one, other in MEET:
                assert not {one, other} <= stage.movements
        for movement, span in plan.spans(place).items():
            whole = sum(stage.lasts for stage in stages if movement in stage.movements)
            assert whole == pytest.approx(span.lasts + plan.clearance)


@given(arterials(3), st.sampled_from(list(Order)))
@settings(max_examples=25, deadline=None)
def test_the_simulator_gets_lights_that_last_a_cycle_and_yellow_before_red(
    plan: TimingPlan, order: Order
) -> None:
    plan = replace(plan, intersections=tuple(replace(at, order=order) for at in plan.intersections))
    logics = list(ElementTree.fromstring(additional(plan)).iter("tlLogic"))
    assert [logic.attrib["id"] for logic in logics] == ["J1", "J2", "J3"]
    for place, logic in enumerate(logics):
        phases = list(logic.iter("phase"))
        assert all(float(phase.attrib["duration"]) > 0 for phase in phases)
        seconds = sum(float(phase.attrib["duration"]) for phase in phases)
        assert seconds == pytest.approx(plan.cycle, abs=0.01)
        states = [phase.attrib["state"] for phase in phases]
        assert {len(state) for state in states} == {len(turns_at(plan, place))}
        for before, after in zip(states, states[1:] + states[:1], strict=True):
            assert all(b != "r" or a not in "Gg" for a, b in zip(before, after, strict=True))
        for index, turn in enumerate(turns_at(plan, place)):
            greens = [
                float(phase.attrib["duration"])
                for phase in phases
                if phase.attrib["state"][index] in "Gg"
            ]
            assert sum(greens) == pytest.approx(plan.spans(place)[turn.movement].lasts, abs=0.01)
            for phase in phases:
                on = {
                    each.movement
                    for each, letter in zip(
                        turns_at(plan, place), phase.attrib["state"], strict=True
                    )
                    if letter != "r"
                }
                assert not any({one, other} <= on for one, other in MEET)
    files = plain_network(plan)
    for text in files.values():
        ElementTree.fromstring(text)
    joined = ElementTree.fromstring(files["corridor.tll.xml"]).findall("connection")
    assert len(joined) == sum(len(turns_at(plan, place)) for place in range(3))


def broken(**changes: object) -> TimingPlan:
    plan = arterial([300, 400])
    first = replace(plan.intersections[0], **changes)  # type: ignore[arg-type]
    return replace(plan, intersections=(first, *plan.intersections[1:]))


@pytest.mark.parametrize(
    ("plan", "place", "words"),
    [
        (replace(arterial([300]), intersections=()), 0, "两个路口"),
        (replace(arterial([300]), cycle=20.0), 0, "周期"),
        (replace(arterial([300]), cycle=float("nan")), 0, "周期"),
        (replace(arterial([300]), yellow=2.0), 0, "黄灯"),
        (replace(arterial([300]), speeds=()), 0, "车速"),
        (replace(arterial([300]), offsets=(0.0, 60.0)), 2, "相位差"),
        (replace(arterial([300]), speeds=(Both(36.0, 5.0),)), 1, "车速"),
        (broken(metres=300.0), 2, "行驶顺序"),
        (broken(key="2"), 2, "重复"),
        (broken(side=0.95), 1, "绿灯"),
        (broken(side=-0.1), 1, "绿信比"),
        (broken(orders=(Order.LAG_LAG,)), 1, "左转"),
        (broken(queue=Both(40.0, 0.0)), 1, "排队"),
        (broken(flow=Both(-1.0, 0.0)), 1, "流量"),
        (broken(saturation=Both(0.0, 1.0)), 1, "饱和流量"),
    ],
)
def test_a_wrong_plan_is_refused_with_place_and_reason(
    plan: TimingPlan, place: int, words: str
) -> None:
    with pytest.raises(TimingError) as refused:
        check(plan)
    found = [(each.place, each.message.zh) for each in refused.value.problems]
    assert any(each == place and words in said for each, said in found), found


def test_the_least_cycle_holds_every_green() -> None:
    plan = arterial([300], cycle=120, side=[0.15, 0.3])
    assert least_cycle(plan) == pytest.approx(10 / 0.15)
    check(replace(plan, cycle=least_cycle(plan) + 1e-6))
    with pytest.raises(TimingError):
        check(replace(plan, cycle=least_cycle(plan) - 1))
