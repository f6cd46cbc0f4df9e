"""Several plans a day: which runs when, what is refused, and how one goes over into the next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network.signals.declaring import programme_data, read_data, read_toml
from conurb.network.signals.plans import Both, TimingPlan
from conurb.network.signals.programmes import (
    MINUTES,
    DayKind,
    DayTable,
    Pattern,
    Period,
    Programme,
    ProgrammeError,
    check_programme,
    plain,
)
from conurb.network.signals.transitions import DAY, SHARE, least_cycle_at, transition
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual
from tests.network.signals.corridors import arterial, arterials

NIGHT, PEAK = "night", "peak"
EVENING = Period(22 * 60, MINUTES, NIGHT)


def pattern(key: str, plan: TimingPlan, weights: Both = Both(1.0, 1.0)) -> Pattern:  # noqa: B008
    return Pattern(key, Bilingual(key, key), plan, weights)


def programme(*periods: Period, fallback: str = "", rest: DayTable | None = None) -> Programme:
    base = arterial([300, 400])
    other = replace(base, cycle=70.0, offsets=(10.0, 20.0, 30.0))
    return Programme(
        (pattern(NIGHT, base), pattern(PEAK, other, Both(2.0, 1.0))),
        (
            DayTable(DayKind.WORKDAY, periods, fallback),
            rest or DayTable(DayKind.REST, (), NIGHT),
        ),
    )


GOOD = programme(Period(7 * 60, 9 * 60, PEAK), fallback=NIGHT)


def test_a_day_is_filled_by_its_fallback() -> None:
    slots = check_programme(GOOD).table(DayKind.WORKDAY).slots
    assert [(slot.hours, slot.pattern) for slot in slots] == [
        ("00:00–07:00", NIGHT),
        ("07:00–09:00", PEAK),
        ("09:00–24:00", NIGHT),
    ]
    for minute, key in ((419, NIGHT), (420, PEAK), (539, PEAK), (540, NIGHT)):
        assert GOOD.in_force(DayKind.WORKDAY, minute)[0].key == key
    assert GOOD.minutes_a_week(PEAK) == 5 * 120
    assert sum(GOOD.minutes_a_week(each.key) for each in GOOD.patterns) == 7 * MINUTES


@given(
    st.lists(
        st.tuples(st.integers(0, MINUTES - 1), st.integers(1, 400), st.sampled_from([NIGHT, PEAK])),
        max_size=6,
    ),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_what_is_accepted_has_one_plan_at_every_minute(
    given_periods: list[tuple[int, int, str]], filled: bool
) -> None:
    periods = tuple(Period(a, a + lasts, key) for a, lasts, key in given_periods)
    tried = programme(*periods, fallback=NIGHT if filled else "")
    at = [
        sum(period.begins <= minute < period.ends for period in periods)
        for minute in range(MINUTES)
    ]
    sound = max(at) <= 1 and (filled or min(at) == 1)
    sound = sound and all(period.ends <= MINUTES for period in periods)
    try:
        check_programme(tried)
    except ProgrammeError as error:
        said = " ".join(fault.message.en for fault in error.faults)
        assert not sound or "too short" in said or "runs at no time" in said, said
        return
    assert sound
    for minute in range(0, MINUTES, 7):
        named = [period for period in periods if period.begins <= minute < period.ends]
        runs = tried.in_force(DayKind.WORKDAY, minute)[0].key
        assert runs == (named[0].pattern if named else NIGHT)


@pytest.mark.parametrize(
    ("tried", "path", "words"),
    [
        (
            programme(EVENING, fallback=PEAK, rest=DayTable(DayKind.REST, ())),
            ("day", 1),
            "没有方案",
        ),
        (
            programme(Period(0, 600, PEAK), Period(540, MINUTES, NIGHT)),
            ("day", 0, "period", 1),
            "重叠",
        ),
        (programme(Period(0, 600, PEAK), Period(660, MINUTES, NIGHT)), ("day", 0), "10:00–11:00"),
        (programme(Period(1320, 360, PEAK), fallback=NIGHT), ("day", 0, "period", 0), "跨零点"),
        (programme(Period(0, 600, "noon"), fallback=PEAK), ("day", 0, "period", 0), "noon"),
        (programme(EVENING, fallback="noon"), ("day", 0, "fallback"), "noon"),
        (programme(fallback=NIGHT), ("plan", 1), "不在任何时段"),
        (programme(Period(420, 422, PEAK), fallback=NIGHT), ("day", 0), "过短"),
        (replace(GOOD, days=GOOD.days[:1]), ("day",), "rest-day"),
        (replace(GOOD, days=(*GOOD.days, GOOD.days[0])), ("day",), "workday"),
        (replace(GOOD, patterns=()), (), "至少"),
        (replace(GOOD, patterns=(*GOOD.patterns, GOOD.patterns[0])), ("plan", 2), "重复"),
        (
            GOOD.with_pattern(pattern(PEAK, GOOD.patterns[1].plan, Both(1.0, 0.0))),
            ("plan", 1),
            "权重",
        ),
        (GOOD.with_pattern(pattern(PEAK, arterial([300, 500]))), ("plan", 1), "路口须相同"),
        (
            GOOD.with_pattern(pattern(PEAK, replace(GOOD.first, offsets=(0.0, 0.0, 99.0)))),
            ("plan", 1, "intersection", 2),
            "相位差",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tried: Programme, path: tuple[str | int, ...], words: str
) -> None:
    with pytest.raises(ProgrammeError) as refused:
        check_programme(tried)
    found = [(fault.path, fault.message.zh) for fault in refused.value.faults]
    assert any(at == path and words in said for at, said in found), found


def test_a_programme_comes_back_from_data() -> None:
    assert read_data(programme_data(GOOD)) == GOOD
    only = plain(GOOD.first)
    assert read_data(programme_data(only)) == only
    assert "plan" not in programme_data(only)


TOML = """key = "t"
name = { zh = "测试路", en = "Test Road" }
outbound = { zh = "东行", en = "Eastbound" }
inbound = { zh = "西行", en = "Westbound" }
cycle_s = 60
[[intersection]]
key = "1"
name = { zh = "甲", en = "A" }
city = "430100"
metres = 0
offset_s = 0
side = 0.4
flow = [500, 400]
speed = [40, 40]
[[intersection]]
key = "2"
name = { zh = "乙", en = "B" }
city = "430100"
metres = 300
offset_s = 30
side = 0.4
[[plan]]
key = "off-peak"
name = { zh = "平峰", en = "Off-peak" }
[[plan]]
key = "peak"
name = { zh = "高峰", en = "Peak" }
cycle_s = 90
weights = [2, 1]
signal = [
  { at = "1", flow = [900, 700], speed = [30, 35] },
  { at = "2", offset_s = 45, side = 0.3 },
]
[[day]]
kind = "workday"
fallback = "off-peak"
period = [ { from = "07:00", to = "09:30", plan = "peak" } ]
[[day]]
kind = "rest-day"
fallback = "off-peak"
"""


def test_a_plan_says_only_what_differs() -> None:
    read = read_toml(TOML, "signals/t.toml", frozenset({"430100"}))
    calm, peak = read.patterns
    assert calm.plan.cycle == 60
    assert calm.plan.intersections[0].flow == Both(500.0, 400.0)
    assert (peak.plan.cycle, peak.weights) == (90, Both(2.0, 1.0))
    assert peak.plan.offsets == (0.0, 45.0)
    assert peak.plan.speeds == (Both(30.0, 35.0),)
    assert peak.plan.intersections[0].flow == Both(900.0, 700.0)
    assert [at.side for at in peak.plan.intersections] == [0.4, 0.3]
    assert read.in_force(DayKind.WORKDAY, 9 * 60 + 29)[0] is peak


@pytest.mark.parametrize(
    ("change", "key", "line"),
    [
        (('from = "07:00"', 'from = "7"'), "day[1].period[1].from", 37),
        (('to = "09:30"', 'to = "24:30"'), "day[1].period[1].to", 37),
        (('plan = "peak" }', 'plan = "noon" }'), "day[1].period[1]", 37),
        (('{ at = "2"', '{ at = "9"'), "plan[2].signal[2].at", 30),
        (("offset_s = 45", "offset_s = 95"), "plan[2].intersection[2]", 25),
        (('key = "peak"', 'key = "Peak hour"'), "plan[2].key", 26),
        (("weights = [2, 1]", "weights = [2]"), "plan[2].weights", 29),
        (('fallback = "off-peak"\nperiod', "period"), "day[1]", 34),
    ],
)
def test_a_wrong_table_is_told_by_line_and_key(
    change: tuple[str, str], key: str, line: int
) -> None:
    with pytest.raises(RegionError) as refused:
        read_toml(TOML.replace(*change, 1), "signals/t.toml", frozenset({"430100"}))
    found = {problem.key: problem.line for problem in refused.value.problems}
    assert found.get(key) == line, found


@given(
    arterials(3),
    st.integers(50, 140),
    st.lists(st.integers(0, 139), min_size=6, max_size=6),
    st.integers(1, 24 * 60),
)
@settings(max_examples=60, deadline=None)
def test_every_signal_comes_into_step_and_no_cycle_is_bent_too_far(
    before: TimingPlan, cycle: int, drawn: list[int], minute: int
) -> None:
    before = before.with_offsets(tuple(float(each) for each in drawn[:3]))
    after = replace(before, cycle=float(cycle)).with_offsets(tuple(float(d) for d in drawn[3:]))
    second = minute * 60
    clock = second % DAY
    for shift in transition(before, after, second).shifts:
        # the old cycle runs to its end
        ended = (second + shift.begins - before.offsets[shift.place]) / before.cycle
        assert ended == pytest.approx(round(ended), abs=1e-6)
        assert 0 <= shift.begins < before.cycle
        # then whole cycles, each bent alike, until one begins where the new offset says
        met = clock + shift.begins + shift.cycles * after.cycle + shift.seconds
        turns = (met - after.offsets[shift.place]) / after.cycle
        assert turns == pytest.approx(round(turns), abs=1e-6)
        assert shift.lasts == pytest.approx(met - clock)
        if shift.cycles:
            bent = shift.seconds / shift.cycles
            assert abs(bent) <= SHARE * after.cycle + 1e-6
            if bent < 0:
                least = least_cycle_at(after, after.intersections[shift.place])
                assert after.cycle + bent >= least - 1e-6
        assert shift.lasts <= before.cycle + 6 * after.cycle


def test_nothing_changes_at_midnight_where_the_cycle_divides_the_day() -> None:
    one = plain(arterial([300], cycle=90.0, offsets=[0.0, 20.0]))
    assert one.changes(DayKind.WORKDAY) == ()
    odd = plain(arterial([300], cycle=70.0, offsets=[0.0, 20.0]))
    (night,) = odd.changes(DayKind.WORKDAY)
    assert night.minute == 0
    assert not night.transition.in_step
