"""Notices about what is no case: a pack tells officers, or anybody, through the desk's notices.

They stand in the same list as those of cases and are mailed the same way, see `telling`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from conurb.desk.actions.telling import mail, reachable
from conurb.desk.models import Notice
from conurb.region.models import User
from conurb.region.tables import Bilingual


@transaction.atomic
def notify(
    people: Iterable[User],
    about: str,
    title: Bilingual,
    words: Bilingual,
    moment: datetime,
    *,
    once: str = "",
) -> list[Notice]:
    """Tell people of something that is no case; mailed once the transaction is committed.

    `about` is its URN. With `once`, who was told under this name about it before is left out.
    Returns the notices that were made.
    """
    told = set[int]()
    if once:
        before = Notice.everything.filter(about=about, once=once)
        told = set(before.values_list("to_id", flat=True))
    made = [
        Notice.everything.create(
            about=about,
            once=once,
            to=person,
            title_zh=title.zh[:200],
            title_en=title.en[:300],
            words_zh=words.zh,
            words_en=words.en,
            at=moment,
        )
        for person in people
        if person.pk not in told
    ]
    keys = [each.pk for each in made if reachable(each.to)]
    if keys:
        transaction.on_commit(lambda: mail(keys, hurried=True), robust=True)
    return made


@transaction.atomic
def read_about(actor: User, about: str, *, now: datetime | None = None) -> int:
    """Note that somebody has seen the page of what notices are about; returns of how many."""
    unread = Notice.everything.filter(to=actor, about=about, read_at=None).exclude(about="")
    return unread.update(read_at=now or timezone.now())
