"""Grants by rule: in the moment of the submission, with reasons; never a refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django import forms

from conurb.desk import actions, services
from conurb.desk.actions import deciding
from conurb.desk.models import Case, CaseEvent
from conurb.desk.services import Decision, Finding, Issue, Service
from conurb.desk.stages import State
from conurb.records.models import Record
from conurb.records.subjects import Subject
from conurb.refusal import RefusedError
from conurb.region.models import City
from conurb.region.tables import Bilingual
from tests.desk.people import officer_of

pytestmark = pytest.mark.django_db

YES = Bilingual("各项规则均符合", "Every rule passes")


class Form(forms.Form):
    months = forms.IntegerField()
    note = forms.CharField(required=False)


class ByRule(Service):
    """Grants by rule who has paid for a year; who has paid for less than none cannot apply."""

    slug = "by-rule"
    name = Bilingual("按规则办理", "By rule")
    summary = name
    audiences = ("resident",)
    subject_kind = "resident"
    competence = "social-security"
    limit = 5
    statutory = 10
    form = Form
    issues = "social-insurance-proof"
    opinion = True

    def decides_in(self, data):
        return "430300"

    def subject_of(self, data):
        return Subject("resident", self.number)

    def examine(self, data, at):
        paid = data["months"] >= 12
        found = [Finding("year", paid, YES if paid else Bilingual("不足一年", "Under a year"))]
        if data["months"] < 0:
            text = Bilingual("月数不得为负", "No less than none")
            found.append(Finding("sign", False, text, blocking=True, field="months"))
        return found

    def automatic(self, data, findings, at):
        granted = all(finding.passed for finding in findings)
        return Decision(granted, YES, tuple(findings)) if self.opinion else None

    def issue(self, case, at):
        return Issue(
            type="social-insurance-proof",
            subject=self.subject_of(case.data),
            public={},
            held={
                "name": case.applicant_name,
                "insurance": "employee-pension",
                "months": case.data["months"],
                "running": True,
                "paid_until": "2026-10-31",
            },
            valid_until=at + timedelta(days=30),
        )

    def decided(self, case, decision, at):
        self.told = (case.key, decision.granted)


@pytest.fixture
def by_rule(zhou):
    service = ByRule()
    service.number = zhou.identity.number
    with services.only([service]):
        yield service


def handed_in(person, service, months) -> Case:
    case = actions.start(person, service, City.objects.get(code="430100"))
    case = actions.save_draft(person, case, {"months": months}, version=case.version)
    return actions.submit(person, case).case


def test_where_every_rule_passes_it_is_granted_at_once(zhou, by_rule):
    case = handed_in(zhou, by_rule, 24)
    assert case.state == State.GRANTED
    assert case.automatic
    assert case.decided_by is None
    assert case.reasons_zh == YES.zh
    record = Record.everything.get(key=case.record_key)
    assert record.case_key == case.key
    assert record.city_id == "430300"
    events = list(CaseEvent.objects.filter(case=case))
    assert [event.verb for event in events] == ["submit", "grant"]
    assert events[-1].actor is None
    assert by_rule.told == (case.key, True)
    assert case.findings[0]["passed"]


def test_what_a_rule_does_not_grant_waits_for_an_officer(zhou, by_rule):
    case = handed_in(zhou, by_rule, 3)
    assert case.state == State.SUBMITTED
    assert not case.automatic
    officer = officer_of("social-security", "430300")
    case = actions.decide(officer, actions.claim(officer, case), granted=True, reasons_zh="特批")
    assert case.state == State.GRANTED
    assert by_rule.told == (case.key, True)


def test_what_a_blocking_rule_forbids_is_not_handed_in(zhou, by_rule):
    with pytest.raises(RefusedError) as told:
        handed_in(zhou, by_rule, -1)
    assert told.value.field == "months"
    assert not Case.everything.exclude(state=State.DRAFT).exists()


def test_a_blocking_rule_stands_against_a_later_grant_not_a_refusal(zhou, by_rule, monkeypatch):
    case = handed_in(zhou, by_rule, 3)
    officer = officer_of("social-security", "430300")
    case = actions.claim(officer, case)
    text = Bilingual("名额已满", "The quota is used up")
    monkeypatch.setattr(
        ByRule, "examine", lambda self, data, at: [Finding("quota", False, text, blocking=True)]
    )
    with pytest.raises(RefusedError):
        actions.decide(officer, case, granted=True, reasons_zh="准予")
    assert (
        actions.decide(officer, case, granted=False, reasons_zh="名额已满").state == State.REFUSED
    )


def test_nothing_is_refused_by_rule_alone(zhou, by_rule):
    by_rule.opinion = False
    case = handed_in(zhou, by_rule, 3)
    with pytest.raises(ValueError, match="PIPL"):
        deciding.grant_by_rule(case, Decision(False, YES), case.submitted_at)


def test_a_failure_in_issuing_leaves_no_trace(zhou, by_rule, monkeypatch):
    """The record, the state and the number stand or fall together."""
    monkeypatch.setattr(
        ByRule,
        "issue",
        lambda self, case, at: Issue("vehicle-licence", Subject("vehicle", "x"), {}),
    )
    with pytest.raises(RefusedError):
        handed_in(zhou, by_rule, 24)
    assert set(Case.everything.values_list("state", flat=True)) == {State.DRAFT.value}
    assert not CaseEvent.objects.exists()
