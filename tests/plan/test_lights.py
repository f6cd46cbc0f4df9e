"""The rule of lights, and its twin in SQL."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conurb.plan import ladder, lights
from conurb.plan.models import Task
from conurb.plan.queries.lights import light_case, light_is

START = date(2021, 1, 1)
DUE = date(2021, 12, 31)


def facts(**changes):
    base = {
        "withdrawn": False,
        "done": False,
        "share": 0.5,
        "start": START,
        "due": DUE,
        "last_sign": date(2021, 6, 1),
        "obstacle_on": None,
    }
    return lights.Facts(**(base | changes))


@pytest.mark.parametrize(
    ("changes", "day", "light"),
    [
        ({}, date(2021, 6, 2), "on-course"),
        ({"share": 0.0}, date(2021, 1, 20), "not-begun"),
        ({}, date(2021, 7, 30), "on-course"),
        ({}, date(2021, 7, 31), "at-risk"),
        ({"last_sign": date(2021, 12, 1)}, date(2021, 12, 31), "at-risk"),
        ({"last_sign": date(2021, 12, 1)}, date(2022, 1, 1), "late"),
        ({"obstacle_on": date(2021, 6, 1)}, date(2021, 6, 1), "at-risk"),
        ({"due": None}, date(2021, 7, 30), "on-course"),
        ({"due": None}, date(2021, 7, 31), "at-risk"),
        ({"done": True}, date(2030, 1, 1), "done"),
        ({"done": True, "withdrawn": True}, date(2030, 1, 1), "withdrawn"),
    ],
)
def test_the_rule_on_stated_cases(changes, day, light):
    assert lights.light_on(lights.turnings(facts(**changes)), day) == light


def test_even_pace_is_never_behind():
    for share in (0.0, 0.2, 0.5, 0.75):
        on_pace = START + (DUE - START) * share
        assert lights.behind_on(START, DUE, share) > on_pace


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
any_facts = st.builds(
    lights.Facts,
    withdrawn=st.booleans(),
    done=st.booleans(),
    share=st.sampled_from([s.share for k in ladder.KINDS for s in ladder.ladder_of(k)]),
    start=days,
    due=st.none() | days,
    last_sign=days,
    obstacle_on=st.none() | days,
)
RANK = {"not-begun": 0, "on-course": 0, "at-risk": 1, "late": 2, "done": 3, "withdrawn": 3}


@given(any_facts, days, st.integers(0, 900))
def test_without_a_report_a_light_only_gets_worse(given_facts, day, later):
    turn = lights.turnings(given_facts)
    before = RANK[lights.light_on(turn, day)]
    after = RANK[lights.light_on(turn, day + timedelta(days=later))]
    assert before <= after


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(any_facts, days)
def test_sql_says_the_same(plan, given_facts, day):
    task = Task.everything.filter(item__field__plan=plan).first()
    turn = lights.turnings(given_facts)
    task.light_base, task.at_risk_on, task.late_on = turn.base, turn.at_risk_on, turn.late_on
    task.save()
    light = lights.light_on(turn, day)
    row = Task.everything.annotate(light_now=light_case(day)).get(pk=task.pk)
    assert row.light_now == light
    by_condition = [
        name for name in lights.LIGHTS if Task.everything.filter(Q(pk=task.pk), light_is(name, day))
    ]
    assert by_condition == [light]
