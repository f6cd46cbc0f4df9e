"""Kinds of day, other hours with what they lose, and a whole day as SUMO takes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import accumulate
from xml.etree import ElementTree

import pytest

from conurb.network.signals.declaring import programme_data, read_data
from conurb.network.signals.hours import losses, with_days
from conurb.network.signals.plans import LEAST_GREEN, Both, TimingPlan
from conurb.network.signals.programmes import (
    MINUTES,
    DayKind,
    DayTable,
    Pattern,
    Period,
    Programme,
    ProgrammeError,
    check_programme,
    kind_of,
    minute_of,
)
from conurb.network.signals.simulation import day_of
from conurb.region.tables import Bilingual
from conurb.region.workdays import Calendar, Holiday, YearOfDays
from tests.network.signals.corridors import arterial

NIGHT, PEAK = "night", "peak"
MORNING = Period(7 * 60, 9 * 60, PEAK)
SPRING = Holiday(Bilingual("春节", "Spring Festival"), date(2026, 2, 15), date(2026, 2, 23))
CALENDAR = Calendar((YearOfDays(2026, "notice", (SPRING,), (date(2026, 2, 14),)),))


def pattern(key: str, plan: TimingPlan) -> Pattern:
    return Pattern(key, Bilingual(key, key), plan)


def programme(*more: DayTable) -> Programme:
    left = [Both(0.2, 0.25), Both(0.0, 0.0), Both(0.2, 0.2)]
    base = arterial([300, 400], cycle=70.0, left=left, offsets=[0.0, 20.0, 41.0])
    peak = replace(base, cycle=97.0, offsets=(31.0, 64.0, 5.0))
    days = (
        DayTable(DayKind.WORKDAY, (MORNING,), NIGHT),
        DayTable(DayKind.REST, (), NIGHT),
    )
    return check_programme(Programme((pattern(NIGHT, base), pattern(PEAK, peak)), (*days, *more)))


SATURDAY = DayTable(DayKind.SATURDAY, (Period(9 * 60, 11 * 60, PEAK),), NIGHT)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 13), DayKind.WORKDAY),
        (date(2026, 2, 14), DayKind.MAKE_UP),
        (date(2026, 2, 16), DayKind.HOLIDAY),
        # a Sunday within a holiday
        (date(2026, 2, 22), DayKind.HOLIDAY),
        (date(2026, 3, 7), DayKind.SATURDAY),
        (date(2026, 3, 8), DayKind.SUNDAY),
        # beyond the calendar the weekday counts
        (date(2031, 2, 14), DayKind.WORKDAY),
        (date(2031, 2, 15), DayKind.SATURDAY),
    ],
)
def test_the_calendar_says_what_kind_a_day_is(day: date, kind: DayKind) -> None:
    assert kind_of(day, CALENDAR) == kind


def test_a_kind_of_day_without_a_table_takes_the_general_one() -> None:
    plain, own = programme(), programme(SATURDAY)
    for kind, table in (
        (DayKind.MAKE_UP, DayKind.WORKDAY),
        (DayKind.SATURDAY, DayKind.REST),
        (DayKind.SUNDAY, DayKind.REST),
        (DayKind.HOLIDAY, DayKind.REST),
    ):
        assert plain.table(kind).kind == table
    assert own.table(DayKind.SATURDAY) == SATURDAY
    assert own.in_force(DayKind.SATURDAY, 10 * 60)[0].key == PEAK
    assert own.in_force(DayKind.SUNDAY, 10 * 60)[0].key == NIGHT
    taken = [own.days_of(table) for table in own.tables]
    assert taken == [
        (DayKind.WORKDAY, DayKind.MAKE_UP),
        (DayKind.SUNDAY, DayKind.HOLIDAY),
        (DayKind.SATURDAY,),
    ]
    assert own.minutes_a_week(PEAK) == plain.minutes_a_week(PEAK) + 120
    assert read_data(programme_data(own)) == own


def test_a_kind_of_day_has_at_most_one_table() -> None:
    with pytest.raises(ProgrammeError) as refused:
        check_programme(replace(programme(), days=(*programme().days, SATURDAY, SATURDAY)))
    assert "saturday" in refused.value.faults[0].message.en


@pytest.mark.parametrize(
    ("said", "minute"),
    [("07:30", 450), ("7:30", 450), (" 9\uff1a05 ", 545), ("24:00", MINUTES), ("24:01", None)]
    + [(said, None) for said in ("", "7", "7:5", "07:60", "730", "-1:00", "\u0661:00x")],
)
def test_a_clock_is_read_as_people_write_it(said: str, minute: int | None) -> None:
    assert minute_of(said) == minute


def test_other_hours_tell_what_they_lose() -> None:
    before = programme(SATURDAY)
    workday, rest, saturday = before.tables
    same = with_days(before, before.days)
    assert losses(before, same) == ()
    no_peak = with_days(before, (DayTable(DayKind.WORKDAY, (), NIGHT), rest))
    assert [each.key for each in losses(before, no_peak)] == ["plan/peak", "table/saturday"]
    assert [each.key for each in no_peak.patterns] == [NIGHT]
    only = with_days(before, (DayTable(DayKind.WORKDAY, (), NIGHT), rest, saturday))
    assert [each.key for each in losses(before, only)] == ["runs/workday/peak"]
    later = with_days(before, (replace(workday, periods=(Period(480, 600, PEAK),)), rest, saturday))
    assert losses(before, later) == ()


def states(text: str) -> dict[str, list[str]]:
    """Run a day's file as SUMO would: the state of every signal, once a tenth of a second."""
    root = ElementTree.fromstring(text.encode())
    programs: dict[tuple[str, str], tuple[float, list[tuple[float, str]]]] = {}
    for logic in root.iter("tlLogic"):
        phases = [(float(each.get("duration", "")), each.get("state", "")) for each in logic]
        key = logic.attrib["id"], logic.attrib["programID"]
        programs[key] = float(logic.attrib["offset"]), phases
    found: dict[str, list[str]] = {}
    for waut in root.iter("WAUT"):
        light = waut.attrib["id"]
        switches = [(float(each.attrib["time"]), each.attrib["to"]) for each in waut]
        assert switches == sorted(switches)
        found[light] = list(_states(light, waut.attrib["startProg"], switches, programs))
    joined = [(each.get("wautID"), each.get("junctionID")) for each in root.iter("wautJunction")]
    assert joined == [(light, light) for light in found]
    return found


def _states(
    light: str,
    program: str,
    switches: list[tuple[float, str]],
    programs: dict[tuple[str, str], tuple[float, list[tuple[float, str]]]],
) -> Iterator[str]:
    left = list(switches)
    # around the changes alone: the day is long
    for tenth in range(6 * 36_000, 11 * 36_000):
        at = tenth / 10
        while left and left[0][0] <= at:
            program = left.pop(0)[1]
        offset, phases = programs[light, program]
        within = (at - offset) % sum(seconds for seconds, _state in phases)
        ends = accumulate(seconds for seconds, _state in phases)
        yield next(state for end, (_, state) in zip(ends, phases, strict=True) if within < end)


def test_a_day_goes_to_sumo_with_every_change_and_no_green_cut() -> None:
    day = programme()
    text = day_of(day, DayKind.WORKDAY)
    root = ElementTree.fromstring(text.encode())
    assert [each.tag for each in root] == (
        ["tlLogic"] * len(root.findall("tlLogic")) + ["WAUT", "wautJunction"] * 3
    )
    for change in day.changes(DayKind.WORKDAY):
        for place, shift in enumerate(change.transition.shifts):
            if change.minute:
                waut = root.find(f"WAUT[@id='J{place + 1}']")
                assert waut is not None
                ends = change.minute * 60 + shift.lasts
                assert [each.get("to") for each in waut if float(each.get("time", "")) == ends] == [
                    change.after.key
                ]
    for light, seen in states(text).items():
        for turn in range(len(seen[0])):
            lights = "".join(state[turn] for state in seen).replace("g", "G")
            assert "Gr" not in lights, (light, turn)
            whole = lights.strip("G").replace("r", "y").split("y")
            greens = [len(each) / 10 for each in whole if each]
            assert min(greens) >= LEAST_GREEN - 0.2
