"""The bands: what they are, and that no plan has wider ones than the optimiser's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network.signals.bands import bands_of
from conurb.network.signals.bandwidth import Wish, optimise, weights_of, width_of
from conurb.network.signals.plans import WAYS, Both, Order, TimingError, TimingPlan
from tests.network.signals.corridors import arterial, arterials

MAXBAND = Wish(method="maxband", whole=False)


def seconds_that_pass(plan: TimingPlan, way: str) -> int:
    """Drive a car off at every half second of the cycle; count the longest run that meets green."""
    last = len(plan.intersections) - 1
    places = range(last + 1) if way == "outbound" else range(last, -1, -1)
    passed = []
    for half in range(int(plan.cycle * 2)):
        at, good, before = half / 2 + 0.25, True, None
        for place in places:
            if before is not None:
                at += plan.travel(min(before, place), way)  # type: ignore[arg-type]
            green = plan.green(place, way)  # type: ignore[arg-type]
            queue = plan.intersections[place].queue.of(way)  # type: ignore[arg-type]
            since = (at - plan.offsets[place] - green.begins) % plan.cycle
            good &= queue < since < green.lasts
            before = place
        passed.append(good)
    if all(passed):
        return len(passed)
    longest = run = 0
    for good in passed * 2:
        run = run + 1 if good else 0
        longest = max(longest, run)
    return longest


@given(
    arterials(4),
    st.lists(st.integers(0, 59), min_size=4, max_size=4),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
)
@settings(max_examples=30, deadline=None)
def test_a_band_is_when_cars_that_are_driven_one_by_one_meet_no_red(
    plan: TimingPlan, offsets: list[int], queue: tuple[int, int]
) -> None:
    plan = replace(
        plan.with_offsets(tuple(map(float, offsets))),
        intersections=tuple(
            replace(at, queue=Both(*map(float, queue))) for at in plan.intersections
        ),
    )
    bands = bands_of(plan)
    for way in WAYS:
        assert bands.through[way].lasts * 2 == pytest.approx(seconds_that_pass(plan, way), abs=1e-6)


def test_a_band_on_an_ideal_spacing_is_the_whole_green_both_ways() -> None:
    # half a cycle from signal to signal: every other one turns green half a cycle later
    plan = arterial([300, 300, 300], offsets=[0, 30, 0, 30])
    bands = bands_of(plan)
    for way in WAYS:
        assert bands.through[way].lasts == pytest.approx(60 * 0.6 - 5)
        assert bands.share(way) == pytest.approx(31 / 60)
    assert optimise(plan, MAXBAND).objective == pytest.approx(31 / 60)


def both_ways(plan: TimingPlan, wish: Wish) -> float:
    """The width of a plan that has a band each way; of others none, as the program wants both."""
    bands = bands_of(plan)
    if not all(bands.through[way].lasts > 0 for way in WAYS):
        return 0.0
    return width_of(plan, wish, bands)


@given(arterials(2))
@settings(max_examples=8, deadline=None)
def test_no_offset_and_no_order_of_two_signals_has_wider_bands(plan: TimingPlan) -> None:
    found = optimise(plan, MAXBAND)
    best = 0.0
    for first, second in product(Order, Order):
        ordered = replace(
            plan,
            intersections=(
                replace(plan.intersections[0], order=first),
                replace(plan.intersections[1], order=second),
            ),
        )
        for half in range(120):
            best = max(best, both_ways(ordered.with_offsets((0.0, half / 2)), MAXBAND))
    assert found.objective == pytest.approx(best, abs=1e-6)
    assert width_of(found.plan, MAXBAND) == pytest.approx(found.objective, abs=1e-6)


@given(arterials(3))
@settings(max_examples=4, deadline=None)
def test_no_offsets_of_three_signals_have_wider_bands(plan: TimingPlan) -> None:
    wish = replace(MAXBAND, orders=False)
    found = optimise(plan, wish)
    best = max(
        both_ways(plan.with_offsets((0.0, float(a), float(b))), wish)
        for a, b in product(range(0, 60, 2), range(0, 60, 2))
    )
    assert best <= found.objective + 1e-6
    assert found.objective <= best + 2.0 / 60
    assert width_of(found.plan, wish) == pytest.approx(found.objective, abs=1e-6)
    assert [at.order for at in found.plan.intersections] == [at.order for at in plan.intersections]


@given(arterials(5), st.sampled_from(["maxband", "multiband"]))
@settings(max_examples=20, deadline=None)
def test_a_plan_has_the_bands_that_the_optimiser_promises(plan: TimingPlan, method: str) -> None:
    wish = Wish(method=method, cycles=(50.0, 80.0), tolerance=0.1, whole=False)  # type: ignore[arg-type]
    found = optimise(plan, wish)
    reached = width_of(found.plan, wish)
    assert reached >= found.objective - 1e-6
    assert found.objective <= found.bound + 1e-9
    if method == "maxband":
        assert reached == pytest.approx(found.objective, abs=1e-6)
    assert 50 - 1e-6 <= found.plan.cycle <= 80 + 1e-6
    for before, after in zip(plan.speeds, found.plan.speeds, strict=True):
        for way in WAYS:
            assert after.of(way) == pytest.approx(before.of(way), rel=0.1 + 1e-6)
    for one, two in zip(found.plan.speeds, found.plan.speeds[1:], strict=False):
        for way in WAYS:
            # a limit on 1/v: near v it is one on v, to the second order
            assert abs(one.of(way) - two.of(way)) <= wish.change * 1.25


@given(arterials(2))
@settings(max_examples=10, deadline=None)
def test_on_one_link_multiband_is_maxband(plan: TimingPlan) -> None:
    even = Wish(method="multiband", whole=False, power=0.0)
    assert optimise(plan, even).objective == pytest.approx(
        optimise(plan, MAXBAND).objective, abs=1e-6
    )


def test_multiband_gives_the_wider_band_to_the_fuller_links() -> None:
    plan = arterial([410, 230, 370, 550], cycle=70, flow=Both(1200.0, 150.0))
    wish = Wish(method="multiband", power=2.0)
    weights = weights_of(plan, wish)
    assert sum(sum(weight) for weight in weights) == pytest.approx(1)
    assert all(weight.outbound > weight.inbound for weight in weights)
    links = optimise(plan, wish).bands.links
    for wide, narrow in zip(links["outbound"], links["inbound"], strict=True):
        assert wide.lasts >= narrow.lasts


def test_the_weights_of_the_ways_shift_maxband() -> None:
    plan = arterial([410, 230, 370, 550], cycle=70)
    even = optimise(plan, MAXBAND).bands
    tilted = optimise(plan, replace(MAXBAND, weights=Both(3.0, 1.0))).bands
    assert tilted.through["outbound"].lasts > even.through["outbound"].lasts
    assert tilted.through["inbound"].lasts >= tilted.through["outbound"].lasts / 3 - 1e-6


def test_whole_seconds_cost_at_most_their_rounding() -> None:
    plan = arterial([410, 230, 370, 550, 330], cycle=70)
    free = optimise(plan, Wish(method="maxband", cycles=(60, 90), whole=False))
    found = optimise(plan, Wish(method="maxband", cycles=(60, 90)))
    assert found.plan.cycle == round(found.plan.cycle)
    assert all(offset == round(offset) for offset in found.plan.offsets)
    assert found.bound >= free.objective - 1e-6
    lost = sum(found.bands.through[way].lasts for way in WAYS) / 2
    assert lost >= found.objective * found.plan.cycle - 1.0


def test_the_gap_is_told_and_a_search_can_be_stopped() -> None:
    plan = arterial([410, 230, 370, 550, 330, 490, 610, 270, 450, 390, 530], cycle=70)
    heard: list[float] = []

    def progress(gap: float) -> bool:
        heard.append(gap)
        return False

    # stopped before anything was found it says so; else it tells how far off it may be
    with suppress(TimingError):
        assert optimise(plan, Wish(cycles=(60, 90), tolerance=0.1), progress).gap > 0
    assert heard


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(cycles=(90, 60)), "周期范围"),
        (Wish(cycles=(30, 31)), "过短"),
        (Wish(weights=Both(0.0, 1.0)), "方向权重"),
        (Wish(tolerance=0.9), "车速浮动"),
    ],
)
def test_a_wish_that_cannot_be_met_says_why(wish: Wish, words: str) -> None:
    plan = arterial([400], side=[0.7, 0.7])
    with pytest.raises(TimingError) as refused:
        optimise(plan, wish)
    assert words in refused.value.problems[0].message.zh
