"""Where and when a truck is restricted: by class, energy, stage, day and hour."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from conurb.region.tables import Bilingual
from conurb.sames.platform.declared import WorkingDays
from conurb.sames.platform.restrictions import (
    DAY,
    Asked,
    Exemption,
    Hours,
    HoursError,
    Rule,
    Span,
    Zone,
    binding_spans,
    classes_of,
    clock,
    meetings,
    metres,
    minute,
    parse_span,
    pieces,
    route_of,
)
from conurb.sames.platform.vehicles import MASSES, Vehicle, mass_class

ANYBODY = frozenset(MASSES)
NAME = Bilingual("区", "zone")
MONDAY = date(2026, 3, 2)
# the Sunday worked in exchange for the Spring Festival of 2026, and a day off in the week
MADE_UP, HOLIDAY = date(2026, 2, 28), date(2026, 2, 17)
CALENDAR = WorkingDays(frozenset({2026}), frozenset({HOLIDAY}), frozenset({MADE_UP}))

spans = st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).filter(lambda p: p[0] < p[1])
hours = st.builds(Hours, st.integers(0, DAY - 1), st.integers(0, DAY))


def truck(**changes: object) -> Vehicle:
    values = {
        "plate": "湘BYS001",
        "plate_class": "ordinary",
        "body": "box",
        "mass_kg": 9000,
        "length_m": 7.0,
        "energy": "diesel",
        "stage": 5,
        **changes,
    }
    return Vehicle(**values)  # type: ignore[arg-type]


def rule(**changes: object) -> Rule:
    values = {
        "mass": ANYBODY,
        "hours": (Span(420, 1320),),
        "opened": "officer",
        "source": "default",
        **changes,
    }
    return Rule(**values)  # type: ignore[arg-type]


def asked(
    first: date = MONDAY, days: int = 1, on: str = "every", when: Hours | None = None
) -> Asked:
    return Asked(first, first + timedelta(days=days - 1), on, when or Hours(540, 960))


@pytest.mark.parametrize(
    ("kg", "m", "mass"),
    [
        (1800, 3.5, "micro"),
        (1800, 3.6, "light"),
        (1801, 3.5, "light"),
        (4499, 5.99, "light"),
        (4500, 5.0, "medium"),
        (3000, 6.0, "medium"),
        (11_999, 9.0, "medium"),
        (12_000, 5.0, "heavy"),
    ],
)
def test_mass_classes_by_ga_802(kg, m, mass):
    assert mass_class(kg, m) == mass


@given(st.integers(100, 60_000), st.integers(100, 60_000), st.floats(2, 20))
def test_more_mass_never_makes_a_lighter_class(one, other, length):
    low, high = sorted((one, other))
    assert MASSES.index(mass_class(low, length)) <= MASSES.index(mass_class(high, length))


@pytest.mark.parametrize("text", ["7:00-22:00", "22:00-07:00", "07:00", "07:00-24:30", ""])
def test_hours_that_are_none(text):
    with pytest.raises(HoursError):
        parse_span(text)


@given(st.integers(0, DAY))
def test_a_minute_is_read_as_it_is_written(at):
    assert minute(clock(at)) == at


@given(spans, spans)
def test_what_two_spans_share_lies_in_both(one, other):
    first, second = Span(*one), Span(*other)
    shared = first.meets(second)
    minutes = set(range(*one)) & set(range(*other))
    assert (set() if shared is None else set(range(shared.begin, shared.end))) == minutes


@given(hours)
def test_hours_over_midnight_are_cut_there(when):
    parts = [part for part in (when.today, when.tomorrow) if part]
    length = sum(part.end - part.begin for part in parts)
    expected = when.end - when.begin if when.end > when.begin else DAY - when.begin + when.end
    assert length == expected


def test_a_saturday_worked_is_a_working_day():
    assert classes_of(MADE_UP, CALENDAR) == {"workday"}
    assert classes_of(MADE_UP - timedelta(days=7), CALENDAR) == {"day-off"}
    assert classes_of(HOLIDAY, CALENDAR) == {"day-off"}


def test_a_year_without_its_notice_may_be_either():
    assert classes_of(date(2030, 1, 1), CALENDAR) == {"workday", "day-off"}


def test_a_rule_of_working_days_binds_on_a_made_up_one():
    on_workdays = rule(days="workdays")
    on_saturday = pieces(asked(MADE_UP), CALENDAR)
    assert binding_spans(on_workdays, truck(), (), on_saturday) == (Span(540, 960),)
    before = pieces(asked(MADE_UP - timedelta(days=7)), CALENDAR)
    assert binding_spans(on_workdays, truck(), (), before) == ()


def test_what_is_asked_for_days_off_meets_no_rule_of_working_days():
    times = pieces(asked(days=31, on="days-off"), CALENDAR)
    assert times
    assert binding_spans(rule(days="workdays"), truck(), (), times) == ()


def test_the_part_after_midnight_belongs_to_the_next_day():
    friday = MONDAY + timedelta(days=4)
    times = pieces(asked(friday, when=Hours(1320, 360)), CALENDAR)
    assert times == {("workday", Span(1320, 1440)), ("day-off", Span(0, 360))}


@pytest.mark.parametrize(
    ("changes", "vehicle", "binds"),
    [
        ({"mass": frozenset({"heavy"})}, {}, False),
        ({"mass": frozenset({"medium"})}, {}, True),
        ({"energies": frozenset({"new"})}, {}, False),
        ({"energies": frozenset({"fuel"})}, {}, True),
        ({"fuels": frozenset({"diesel"}), "stage_max": 4}, {"stage": 4}, True),
        ({"fuels": frozenset({"diesel"}), "stage_max": 4}, {"stage": 5}, False),
        ({"fuels": frozenset({"diesel"})}, {"energy": "gas"}, False),
    ],
)
def test_whom_a_rule_binds(changes, vehicle, binds):
    assert rule(**changes).binds(truck(**vehicle)) is binds


EXEMPT = Exemption(
    key="new",
    name=NAME,
    mass=frozenset({"light"}),
    energies=frozenset({"new"}),
    bodies=frozenset({"box"}),
    source="default",
    but_days="workdays",
    but_hours=(Span(420, 540), Span(1020, 1140)),
)
VAN = {"mass_kg": 3000, "length_m": 5.0, "energy": "electric", "plate_class": "new-energy"}


def test_an_exempt_van_is_bound_in_the_rush_hours_of_working_days_only():
    whole = Hours(0, DAY)
    bound = binding_spans(rule(), truck(**VAN), (EXEMPT,), pieces(asked(when=whole), CALENDAR))
    assert bound == (Span(420, 540), Span(1020, 1140))
    sunday = pieces(asked(MONDAY - timedelta(days=1), when=whole), CALENDAR)
    assert binding_spans(rule(), truck(**VAN), (EXEMPT,), sunday) == ()


def test_no_exemption_lifts_what_no_pass_opens():
    never = rule(opened="never")
    times = pieces(asked(), CALENDAR)
    assert binding_spans(never, truck(**VAN), (EXEMPT,), times) == (Span(540, 960),)


@given(hours, st.sampled_from(["every", "workdays", "days-off"]), st.integers(1, 20))
def test_more_days_never_meet_less(when, on, days):
    short = pieces(asked(days=days, on=on, when=when), CALENDAR)
    long = pieces(asked(days=days + 5, on=on, when=when), CALENDAR)
    assert short <= long
    found = binding_spans(rule(), truck(), (), short)
    assert set(found) <= set(binding_spans(rule(), truck(), (), long))


@given(hours, st.sampled_from(["every", "workdays", "days-off"]))
def test_exemptions_only_ever_lift(when, on):
    times = pieces(asked(days=9, on=on, when=when), CALENDAR)

    def total(found: tuple[Span, ...]) -> int:
        return len({m for span in found for m in range(span.begin, span.end)})

    free = binding_spans(rule(), truck(**VAN), (EXEMPT,), times)
    assert total(free) <= total(binding_spans(rule(), truck(**VAN), (), times))


ZONE = Zone("A1", "430100", NAME, NAME, "area", box(112.97, 28.18, 113.0, 28.2), (rule(),), 10)
BRIDGE = Zone("A5", "430100", NAME, NAME, "road", box(112.95, 28.19, 112.97, 28.1935), (rule(),))
TIMES = pieces(asked(), CALENDAR)


def test_a_route_past_a_zone_does_not_meet_it():
    past = route_of([[(112.9, 28.17), (113.1, 28.17)]])
    assert meetings((ZONE,), (), truck(), past, TIMES) == ()
    through = route_of([[(112.9, 28.19), (113.1, 28.19)]])
    (met,) = meetings((ZONE,), (), truck(), through, TIMES)
    assert met.zone.code == "A1"
    assert 2900 < met.metres < 2990


def test_crossing_over_a_road_is_not_using_it():
    across = route_of([[(112.96, 28.1), (112.96, 28.3)]])
    along = route_of([[(112.94, 28.191), (112.98, 28.191)]])
    assert meetings((BRIDGE,), (), truck(), across, TIMES) == ()
    assert len(meetings((BRIDGE,), (), truck(), along, TIMES)) == 1


@given(st.lists(st.tuples(st.floats(112.8, 113.2), st.floats(28.0, 28.3)), min_size=2, max_size=8))
def test_the_length_of_a_route_does_not_depend_on_its_direction(points):
    there, back = route_of([points]), route_of([points[::-1]])
    assert metres(there) == pytest.approx(metres(back))
    codes = [m.zone.code for m in meetings((ZONE, BRIDGE), (), truck(), there, TIMES)]
    assert codes == [m.zone.code for m in meetings((ZONE, BRIDGE), (), truck(), back, TIMES)]


def test_metres_agree_with_the_ellipsoid():
    from pyproj import Geod

    line = [(112.9, 27.8), (113.1, 28.3)]
    (length,) = [Geod(ellps="WGS84").line_length(*zip(*line, strict=True))]
    assert metres(route_of([line])) == pytest.approx(length, rel=0.01)
