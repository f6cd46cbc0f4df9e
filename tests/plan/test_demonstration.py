"""The invented life: whole, the same every time, labelled, and only where there is none."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from conurb.journal.models import Entry
from conurb.plan.demonstration import MARK, Made, demonstrate
from conurb.plan.models import Evidence, Report, Supervision, SupervisionStep, Task
from conurb.region.folder import load_region
from conurb.region.models import Authority, User
from tests.conftest import REGION

# within the transaction of `life`; the mark makes pytest-django set the database up
pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TODAY = timezone.localdate(NOW)


@pytest.fixture(scope="module")
def region():  # type: ignore[no-untyped-def]
    return load_region(REGION)


@pytest.fixture(scope="module")
def life(django_db_setup, django_db_blocker, region):  # type: ignore[no-untyped-def]
    """The node after the demonstration, once for all tests here; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        # the people of the shared fixtures make way for the invented ones
        User.objects.filter(username__in=["office", "admin", "resident"]).delete()
        yield demonstrate(region, seed=2021, now=NOW)
        transaction.set_rollback(True)


def fingerprint() -> list[tuple[object, ...]]:
    rows = Report.everything.order_by("task__order", "sequence")
    return list(rows.values_list("task__number", "sequence", "stage", "words", "created_at"))


def test_every_light_and_every_state_is_shown(life):
    tasks = list(Task.everything.all())
    lights = Counter(task.light_on(TODAY) for task in tasks)
    share = {light: number / len(tasks) for light, number in lights.items()}
    assert 0.18 < share["done"] < 0.35
    assert 0.25 < share["on-course"] < 0.5
    assert 0.05 < share["at-risk"] < 0.2
    assert 0.04 < share["late"] < 0.15
    assert 0.05 < share["not-begun"] < 0.25
    assert share["withdrawn"] > 0
    assert {task.lead_state for task in tasks} == {"unproposed", "proposed", "accepted", "returned"}
    leads = {task.lead.city_id for task in tasks if task.lead}
    assert len(leads) >= 3


def test_the_last_weeks_are_lively_and_nothing_is_to_come(life):
    made = Report.everything.filter(created_at__gt=NOW - timedelta(days=7)).count()
    assert made >= 8
    assert Report.everything.filter(created_at__gt=NOW - timedelta(days=21)).count() >= 25
    assert not Report.everything.filter(created_at__gt=NOW).exists()
    assert not Entry.everything.filter(at__gt=NOW, verb__startswith="task.").exists()
    months = {(row.created_at.year, row.created_at.month) for row in Report.everything.all()}
    assert len(months) >= 13


def test_supervision_is_at_different_steps(life):
    open_cases = Supervision.everything.filter(closed_on=None)
    assert set(open_cases.values_list("reason", flat=True)) == {
        "overdue",
        "silent",
        "stuck",
        "returned",
    }
    actions = set(SupervisionStep.everything.values_list("action", flat=True))
    assert actions == {"remind", "meet", "redate", "close"}
    assert Supervision.everything.exclude(closed_on=None).exists()


def test_tasks_dated_years_ago_were_done_in_time(life):
    dated = [task for task in Task.everything.exclude(due_as_written=None) if task.due.year == 2021]
    assert dated
    assert {task.light_on(TODAY) for task in dated} == {"done"}
    assert all(timezone.localdate(task.last_report_at) <= task.due for task in dated)


def test_all_of_it_is_labelled(life):
    assert all(MARK in words for words in Report.everything.values_list("words", flat=True))
    assert all(words for words in Report.everything.values_list("words_en", flat=True))
    assert all(MARK in name for name in Evidence.everything.values_list("filename", flat=True))
    people = User.objects.filter(is_demo=True)
    assert people.count() == 2 * Authority.objects.filter(active=True).count() + 2
    assert all(MARK in person.full_name for person in people)
    assert all(person.email.endswith("@example.invalid") for person in people)


def test_reports_are_numbered_in_the_order_of_time(life):
    last: dict[int, Report] = {}
    for report in Report.everything.order_by("task", "sequence"):
        before = last.get(report.task_id)
        assert report.sequence == (before.sequence + 1 if before else 1)
        assert before is None or before.created_at <= report.created_at
        last[report.task_id] = report


def test_nothing_is_reported_on_a_day_off(life, region):
    days = {timezone.localdate(at) for at in Report.everything.values_list("created_at", flat=True)}
    assert all(region.calendar.is_workday(day) for day in days)


def test_it_is_made_once(life, region):
    before = fingerprint()
    assert demonstrate(region, seed=2021, now=NOW) == Made(people=0, acts=0)
    assert fingerprint() == before
