"""Packs tell people through the desk's notices: once where asked, mailed after the commit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from conurb.desk.actions import telling
from conurb.desk.actions.notifying import notify, read_about
from conurb.desk.models import Notice
from conurb.region.models import User
from conurb.region.tables import Bilingual
from tests.desk.test_telling import AWAY

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ABOUT = "urn:conurb:430100:joint-review:0123456789abcdef0123456789abcd"
TITLE, WORDS = Bilingual("标题", "Title"), Bilingual("正文", "Words")


@pytest.fixture
def people() -> list[User]:
    return [
        User.objects.create_user(f"told-{name}", full_name=name, email=address)
        for name, address in (("甲", "a@example.org"), ("乙", "b@example.org"), ("丙", ""))
    ]


def test_what_is_told_once_is_not_told_again_but_to_who_came_later(people: list[User]) -> None:
    first = notify(people[:2], ABOUT, TITLE, WORDS, NOW, once="near 2026-03-23")
    again = notify(people, ABOUT, TITLE, WORDS, NOW, once="near 2026-03-23")
    assert [each.to for each in first] == people[:2]
    assert [each.to for each in again] == people[2:]
    assert len(notify(people, ABOUT, TITLE, WORDS, NOW)) == 3
    assert len(notify(people, ABOUT, TITLE, WORDS, NOW, once="near 2026-03-24")) == 3
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.everything.create(
            to=people[0], about=ABOUT, once="near 2026-03-23", title_zh="又", words_zh="又", at=NOW
        )


def test_who_has_an_address_gets_a_mail_with_the_page(
    people: list[User], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        notify(people, ABOUT, TITLE, WORDS, NOW)
    assert {each.to[0] for each in mail.outbox} == {"a@example.org", "b@example.org"}
    page = f"/planning/reviews/{ABOUT.rsplit(':', 1)[1]}/"
    assert all(page in each.body and "Words" in each.body for each in mail.outbox)


def test_a_server_that_is_away_is_asked_once_and_the_rest_is_mailed_later(
    people: list[User], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_BACKEND = AWAY
    with django_capture_on_commit_callbacks(execute=True):
        notify(people, ABOUT, TITLE, WORDS, NOW)
    tries = Notice.everything.order_by("pk").values_list("mail_tries", flat=True)
    assert list(tries) == [1, 0, 0]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert telling.mail_again().sent == 2


def test_they_are_read_with_the_page_that_they_are_about(people: list[User]) -> None:
    notify(people, ABOUT, TITLE, WORDS, NOW)
    assert read_about(people[0], ABOUT) == 1
    assert read_about(people[0], ABOUT) == 0
    assert read_about(people[1], "") == 0
    assert Notice.everything.filter(read_at=None).count() == 2
