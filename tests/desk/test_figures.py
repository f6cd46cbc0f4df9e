"""Figures and lights: the same in SQL as by the rules, in queries whose number does not grow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conurb.desk import actions, limits, services
from conurb.desk.actions import daily
from conurb.desk.limits import Facts
from conurb.desk.models import Case
from conurb.desk.queries import figures, queue
from conurb.desk.queries.lights import light_case
from conurb.desk.stages import State
from conurb.region.models import City
from tests.desk.cases import PROOF, days_ago, draft, granted, in_review, refused, submitted
from tests.desk.people import officer_of

pytestmark = pytest.mark.django_db


def test_the_light_in_sql_is_that_of_the_rule(zhou):
    today = date(2026, 3, 10)
    city = City.objects.get(code="430100")
    days = [None, *(today + timedelta(days=offset) for offset in (-3, -1, 0, 1, 2, 9))]
    rows = [
        Case(
            key=f"{number:030x}",
            service="x",
            applicant=zhou,
            accepted_in=city,
            state=state.value,
            due_on=due,
            warn_on=due - timedelta(days=2) if due else None,
        )
        for number, (state, due) in enumerate((s, d) for s in State for d in days)
    ]
    Case.everything.bulk_create(rows)
    lit = dict(Case.everything.annotate(light=light_case(today)).values_list("key", "light"))
    assert lit == {
        row.key: limits.light_on(Facts(State(row.state), row.due_on, row.warn_on), today)
        for row in rows
    }
    assert set(lit.values()) == set(limits.LIGHTS)


def test_what_is_offered_is_counted():
    assert figures.offered_services() == len(services.services())


def test_figures_by_service_authority_city_and_month(zhou):
    submitted(zhou)
    in_review(zhou, now=days_ago(12))
    granted(zhou)
    refused(zhou)
    draft(zhou, "social-insurance-proof", "430100", PROOF)
    (load,) = figures.by_service()
    assert load.key == "social-insurance-proof"
    assert (load.received, load.waiting, load.in_review, load.decided) == (4, 1, 1, 2)
    assert (load.granted, load.late, load.cross_city, load.asked_again) == (1, 1, 4, 0)
    assert load.in_time == 1.0
    assert load.days is not None
    assert [row.key for row in figures.by_authority()] == ["changsha-human-resources"]
    assert [row.key for row in figures.by_city()] == ["430200"]
    assert [row.key for row in figures.by_deciding_city()] == ["430100"]
    months = figures.by_month()
    assert sum(row.received for row in months) == 4
    assert months[-1].key == f"{timezone.localdate():%Y-%m}"
    assert figures.cross_city_cases() == 4
    assert figures.asked_again() == 0


def test_the_number_of_queries_does_not_grow(zhou):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as ran:
            for figure in (figures.by_service, figures.by_authority, figures.by_month):
                figure()
            list(queue.queue(officer_of("social-security", "430100")))
        return len(ran)

    submitted(zhou)
    officer_of("social-security", "430100")
    one = queries()
    for _case in range(5):
        submitted(zhou)
    assert queries() == one


def test_the_queue_has_the_most_urgent_first_and_what_is_in_hand_before(zhou):
    officer = officer_of("social-security", "430100")
    late, fresh = submitted(zhou, now=days_ago(9)), submitted(zhou)
    assert [case.pk for case in queue.queue(officer)] == [late.pk, fresh.pk]
    assert queue.queue(officer)[0].light == "late"
    assert queue.next_case(officer) == late
    mine = actions.claim(officer, fresh)
    assert queue.next_case(officer) == mine
    colleague = officer_of("social-security", "430100", 2)
    assert queue.next_case(colleague) == late
    today = timezone.localdate()
    actions.delegate(officer, colleague, today, today)
    assert queue.next_case(colleague) == mine
    assert queue.next_case(officer_of("housing-fund", "430100")) is None


def test_limits_are_counted_again_when_the_calendar_has_another_year(zhou, monkeypatch):
    from conurb.desk.actions import moving
    from conurb.region.workdays import Calendar

    full = moving.calendar()
    year = timezone.localdate().year
    short = Calendar(tuple(each for each in full.years if each.year < year))
    monkeypatch.setattr(moving, "calendar", lambda: short)
    case = submitted(zhou)
    assert case.due_on is None
    facts = Facts(State(case.state), case.due_on, case.warn_on)
    assert limits.light_on(facts, timezone.localdate()) == "uncounted"
    monkeypatch.setattr(moving, "calendar", lambda: full)
    assert daily.recount() == 1
    case.refresh_from_db()
    assert case.due_on is not None
    assert daily.recount() == 0


def test_what_nobody_needs_is_forgotten(zhou):
    old = draft(zhou, "social-insurance-proof", "430200", PROOF, now=days_ago(200))
    new = draft(zhou, "social-insurance-proof", "430200", PROOF)
    assert daily.forget() == 1
    assert not Case.everything.filter(pk=old.pk).exists()
    assert Case.everything.filter(pk=new.pk).exists()
