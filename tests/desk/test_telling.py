"""Notices are kept, mailed after the commit, and never said to be mailed when they were not."""

from __future__ import annotations

import logging

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command

from conurb.desk.actions import daily, telling
from conurb.desk.models import Notice
from conurb.refusal import NotCompetentError
from tests.desk.cases import granted, submitted

pytestmark = pytest.mark.django_db


class Away(EmailBackend):
    """A mail server that drops the line, naming the address as some do."""

    def send_messages(self, messages):
        raise ConnectionRefusedError(f"550 {messages[0].to[0]} unknown")


AWAY = f"{__name__}.Away"


def test_a_notice_is_mailed_once_the_transaction_is_committed(
    zhou, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        submitted(zhou)
    assert mail.outbox == []
    for callback in callbacks:
        callback()
    (sent,) = mail.outbox
    assert sent.to == [zhou.email]
    assert "收件回执" in sent.subject
    notice = Notice.everything.get()
    assert notice.mailed_at is not None
    assert notice.mail_error == ""


def test_a_failure_is_kept_and_tried_again(
    zhou, settings, django_capture_on_commit_callbacks, caplog
):
    settings.EMAIL_BACKEND = AWAY
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        case = submitted(zhou)
    notice = Notice.everything.get()
    assert notice.mailed_at is None
    assert notice.mail_error == "ConnectionRefusedError"
    assert notice.mail_tries == 1
    assert zhou.email not in caplog.text
    assert case.number
    assert telling.mail_again().failed == [str(notice.pk)]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert telling.mail_again().sent == 1
    assert telling.mail_again().sent == 0
    notice.refresh_from_db()
    assert notice.mailed_at is not None
    assert notice.mail_error == ""
    assert len(mail.outbox) == 1


def test_it_is_not_tried_for_ever(zhou, settings):
    settings.EMAIL_BACKEND = AWAY
    submitted(zhou)
    for _day in range(telling.MOST_TRIES + 3):
        telling.mail_again()
    assert Notice.everything.get().mail_tries == telling.MOST_TRIES


def test_who_has_no_address_is_told_on_the_page_alone(zhou, django_capture_on_commit_callbacks):
    for address in ("", "zhou@example.invalid"):
        zhou.email = address
        zhou.save()
        with django_capture_on_commit_callbacks(execute=True):
            submitted(zhou)
    assert mail.outbox == []
    assert Notice.everything.count() == 2
    assert telling.mail_again().sent == 0


def test_a_notice_is_read_by_whom_it_is_for(zhou, owner):
    submitted(zhou)
    notice = Notice.everything.get()
    assert not Notice.objects.visible_to(owner).exists()
    with pytest.raises(NotCompetentError):
        telling.read(owner, notice)
    assert telling.read(zhou, notice).read_at is not None


def test_the_daily_command_says_what_it_did(zhou, settings, capsys):
    granted(zhou)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("deskday")
    said = capsys.readouterr().out
    assert "notices mailed: 2" in said
    assert len(mail.outbox) == 2
    call_command("deskday")
    assert "notices mailed: 0" in capsys.readouterr().out
    assert daily.work().mailed == 0
