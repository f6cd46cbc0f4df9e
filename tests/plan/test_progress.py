"""Working out the lights of past days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conurb.plan.lights import LIGHTS
from conurb.plan.progress import Course, Said, light_then, month_ends, tallies

START, DUE = date(2025, 1, 1), date(2025, 12, 31)
TAKEN = date(2025, 2, 1)


def test_month_ends_cross_the_year_and_leap_days():
    assert month_ends(date(2024, 3, 31), 4) == (
        date(2023, 11, 30),
        date(2023, 12, 31),
        date(2024, 1, 31),
        date(2024, 2, 29),
    )


def test_a_task_climbs_and_is_judged_by_what_was_known_then():
    course = Course(
        START,
        DUE,
        TAKEN,
        (
            Said(date(2025, 3, 1), 0.4),
            Said(date(2025, 4, 10), 0.4, obstacle_on=date(2025, 4, 8)),
            Said(date(2025, 5, 1), 0.6),
            Said(date(2025, 6, 1), 1.0),
        ),
    )
    assert light_then(course, date(2025, 1, 15)) == "not-begun"
    assert light_then(course, date(2025, 2, 28)) == "not-begun"
    assert light_then(course, date(2025, 3, 31)) == "on-course"
    assert light_then(course, date(2025, 4, 9)) == "on-course"
    assert light_then(course, date(2025, 4, 30)) == "at-risk"
    assert light_then(course, date(2025, 5, 31)) == "on-course"
    assert light_then(course, date(2026, 6, 1)) == "done"


def test_silence_and_the_due_day_show_without_any_report():
    silent = Course(START, None, TAKEN)
    assert light_then(silent, TAKEN + timedelta(days=59)) == "not-begun"
    assert light_then(silent, TAKEN + timedelta(days=60)) == "at-risk"
    unowned = Course(START, date(2025, 1, 20), date(2025, 6, 1))
    assert light_then(unowned, date(2025, 1, 20)) == "not-begun"
    assert light_then(unowned, date(2025, 1, 21)) == "late"


DAYS = st.dates(date(2024, 6, 1), date(2026, 6, 1))
SAID = st.builds(Said, DAYS, st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]), st.one_of(st.none(), DAYS))
COURSES = st.builds(
    Course,
    DAYS,
    st.one_of(st.none(), DAYS),
    DAYS,
    st.lists(SAID, max_size=5).map(lambda said: tuple(sorted(said, key=lambda one: one.on))),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(COURSES, max_size=6), st.lists(DAYS, max_size=6, unique=True).map(sorted))
def test_tallies_count_each_course_once_a_day_as_one_by_one(courses, days):
    for day, tally in zip(days, tallies(courses, days), strict=True):
        expected = dict.fromkeys(LIGHTS, 0)
        for course in courses:
            expected[light_then(course, day)] += 1
        assert dict(tally.counts) == expected
