"""The digest: who gets it, when, once, and what becomes of a mail that is not taken."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.utils import timezone

from conurb.plan.actions import life, supervising
from conurb.plan.actions.digest import send_digests, send_reminders
from conurb.plan.models import Digest, Supervision, Task
from conurb.region.folder import load_region
from tests.conftest import REGION

TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


class Unwilling(EmailBackend):
    """A mail server that drops the line on one address."""

    def send_messages(self, messages):  # type: ignore[no-untyped-def]
        if any("changsha" in message.to[0] for message in messages):
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(messages)


@pytest.fixture(scope="module")
def calendar():  # type: ignore[no-untyped-def]
    return load_region(REGION).calendar


@pytest.fixture
def people(actors):  # type: ignore[no-untyped-def]
    """Two officers with an address, and the office."""
    for role in ("officer-changsha", "officer-zhuzhou", "office"):
        actors[role].email = f"{role}@example.invalid"
        actors[role].save()
    return actors


@pytest.fixture
def waiting(plan, people):  # type: ignore[no-untyped-def]
    """A proposal to Zhuzhou, an overdue task of Changsha."""
    first, second = Task.everything.filter(item__field__plan=plan, kind="build", due=None)[:2]
    life.propose_lead(people["office"], first, people["officer-zhuzhou"].authority, "属其事权")
    then = TUESDAY - timedelta(days=30)
    asked = life.propose_lead(
        people["office"], second, people["officer-changsha"].authority, "属其事权", now=then
    )
    life.accept(people["officer-changsha"], asked, now=then)
    today = timezone.localdate(TUESDAY)
    life.set_dates(
        people["office"], second, today - timedelta(days=2), "明确时限",
        start=today - timedelta(days=30), now=then,
    )  # fmt: skip
    return first, second


def body_to(role: str) -> str:
    return next(str(sent.body) for sent in mail.outbox if sent.to == [f"{role}@example.invalid"])


def test_everybody_for_whom_something_waits_gets_one(waiting, calendar, settings):
    settings.SITE_ADDRESS = "https://plan.example"
    delivery = send_digests(calendar, now=TUESDAY)
    assert delivery.sent == len(mail.outbox) == 3
    proposed, overdue = waiting
    assert f"https://plan.example/tasks/{proposed.key}/" in body_to("officer-zhuzhou")
    assert "待答复" in body_to("officer-zhuzhou")
    assert overdue.text_zh in body_to("officer-changsha")
    assert "已逾期" in body_to("officer-changsha")
    assert overdue.text_zh not in body_to("officer-zhuzhou")


def test_nobody_gets_it_twice_a_day(waiting, calendar):
    send_digests(calendar, now=TUESDAY)
    again = send_digests(calendar, now=TUESDAY + timedelta(hours=3))
    assert (again.sent, len(mail.outbox)) == (0, 3)
    tomorrow = send_digests(calendar, now=TUESDAY + timedelta(days=1))
    assert tomorrow.sent == 3


def test_no_digest_on_a_day_off(waiting, calendar):
    delivery = send_digests(calendar, now=SATURDAY)
    assert not delivery.is_workday
    assert mail.outbox == []
    assert not Digest.objects.exists()


def test_one_failure_does_not_lose_the_others_and_is_tried_again(waiting, calendar, settings):
    settings.EMAIL_BACKEND = "tests.plan.test_digest.Unwilling"
    delivery = send_digests(calendar, now=TUESDAY)
    assert delivery.sent == 2
    assert delivery.failed == ["officer-changsha"]
    assert not Digest.objects.filter(user__username="officer-changsha").exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    again = send_digests(calendar, now=TUESDAY + timedelta(minutes=5))
    assert (again.sent, again.failed) == (1, [])


def test_who_has_no_address_is_named(waiting, calendar, people):
    people["officer-zhuzhou"].email = ""
    people["officer-zhuzhou"].save()
    assert send_digests(calendar, now=TUESDAY).without_address == ["officer-zhuzhou"]


def test_the_number_of_queries_does_not_grow_with_the_people(
    waiting, calendar, people, django_assert_max_num_queries
):
    from conurb.plan.queries.digest import letters

    with django_assert_max_num_queries(6):
        found = letters(date(2026, 11, 24))
    assert {letter.user.username for letter in found} == {
        "officer-changsha",
        "officer-zhuzhou",
        "office",
    }


def test_reminders_go_to_the_officers_of_the_lead_in_one_mail(waiting, people):
    supervising.open_due_supervisions(now=TUESDAY)
    cases = Supervision.everything.filter(task=waiting[1]).select_related("task")
    steps = supervising.remind_all(people["office"], cases, "请一周内反馈", now=TUESDAY)
    delivery = send_reminders(steps)
    assert (delivery.sent, len(mail.outbox)) == (1, 1)
    assert "请一周内反馈" in body_to("officer-changsha")


def test_a_reminder_that_is_not_taken_is_told(waiting, people, settings):
    settings.EMAIL_BACKEND = "tests.plan.test_digest.Unwilling"
    case = supervising.open_due_supervisions(now=TUESDAY)[0]
    delivery = send_reminders([supervising.remind(people["office"], case, now=TUESDAY)])
    assert delivery.failed == ["officer-changsha"]
    assert case.steps.count() == 1


def test_the_command_opens_supervision_and_says_how_many(waiting, capsys):
    call_command("senddigest")
    told = capsys.readouterr().out
    assert "supervision opened:" in told
    assert "digest" in told
    assert Supervision.everything.filter(task=waiting[1], reason="overdue").exists()
