"""Notices: what an applicant is told is kept with the case and mailed after the commit.

A notice counts as mailed when the mail server took it; a failure stands with the notice and is
tried again by the daily command, so that nobody reads "sent" where nothing was.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from conurb.desk.letters import Facts, Kind, letter
from conurb.desk.models import Case, Notice
from conurb.desk.stages import State, deliverable
from conurb.refusal import NotCompetentError
from conurb.region.models import RegionState, User
from conurb.region.tables import Bilingual

log = logging.getLogger("conurb.desk")

# what a mail server that is away, refuses or drops the line makes Python raise
MAIL_FAULTS = (OSError,)
TIMEOUT = 5
MOST_TRIES = 30
# RFC 2606: an address in .invalid reaches nobody; those of invented people end so
UNREACHABLE = ".invalid"


def tell(
    case: Case, kind: Kind, moment: datetime, *, words: str = "", organ: bool = False
) -> Notice | None:
    """Keep a notice for the applicant and mail it once the transaction is committed.

    Returns None where there is nobody to tell.
    """
    if case.applicant is None:
        return None
    said = letter(kind, facts_of(case, moment, words=words, organ=organ))
    notice = Notice.everything.create(
        case=case,
        to=case.applicant,
        title_zh=said.title.zh[:200],
        title_en=said.title.en[:300],
        words_zh=said.words.zh,
        words_en=said.words.en,
        at=moment,
    )
    if reachable(case.applicant):
        key = notice.pk
        transaction.on_commit(lambda: mail([key]), robust=True)
    return notice


def facts_of(case: Case, moment: datetime, *, words: str = "", organ: bool = False) -> Facts:
    """Return what letters say of a case; `organ` whether an organ for reconsideration speaks."""
    service = case.declared
    authority = case.authority
    city = authority.city if authority and authority.city else case.accepted_in
    return Facts(
        number=case.number or "",
        service=service.name if service else Bilingual(case.service, case.service),
        authority=Bilingual(authority.name_zh, authority.name_en)
        if authority
        else Bilingual("", ""),
        city=Bilingual(city.name_zh, city.name_en),
        day=timezone.localdate(moment),
        limit=case.limit,
        due_on=case.due_on,
        until=case.complete_by,
        reasons=Bilingual(case.reasons_zh, case.reasons_en),
        words=words,
        automatic=case.automatic,
        organ=organ,
        to_deliver=deliverable(
            State(case.state),
            granted=case.outcome == Case.Outcome.GRANTED,
            delivered=case.delivered_at is not None,
        ),
    )


def reachable(user: User) -> bool:
    """Tell whether a mail can reach somebody."""
    return bool(user.email) and not user.email.endswith(UNREACHABLE)


@transaction.atomic
def read(actor: User, notice: Notice, *, now: datetime | None = None) -> Notice:
    """Note that its addressee has read a notice."""
    notice = Notice.everything.select_for_update().get(pk=notice.pk)
    if notice.to_id != actor.pk:
        raise NotCompetentError("")
    if notice.read_at is None:
        notice.read_at = now or timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


@dataclass
class Mailed:
    """What became of a run: how many notices the server took, and how many it did not."""

    sent: int = 0
    failed: list[str] = field(default_factory=list)


def mail_again(*, now: datetime | None = None) -> Mailed:
    """Mail what was not taken yet: what failed, and what a crash left between commit and mail."""
    waiting = (
        Notice.everything.filter(mailed_at=None, mail_tries__lt=MOST_TRIES)
        .exclude(to__email="")
        .exclude(to__email__endswith=UNREACHABLE)
        .order_by("at")
    )
    return mail(list(waiting.values_list("pk", flat=True)), now=now)


def mail(keys: list[int], *, now: datetime | None = None, hurried: bool = False) -> Mailed:
    """Mail notices, each at most once: the row is held while the server is spoken to.

    Who is `hurried`, since somebody waits for a page, gives up with the first failure and leaves
    the rest to the daily command.
    """
    told = Mailed()
    connection = get_connection(timeout=TIMEOUT)
    for key in keys:
        if hurried and told.failed:
            break
        with transaction.atomic():
            notice = (
                Notice.everything.select_for_update(of=("self",))
                .select_related("to", "case")
                .get(pk=key)
            )
            if notice.mailed_at is None:
                _mail(notice, connection, told, now or timezone.now())
    return told


def _mail(notice: Notice, connection: BaseEmailBackend, told: Mailed, moment: datetime) -> None:
    state = RegionState.objects.first()
    site = state.name_zh if state else "Conurb"
    page = settings.SITE_ADDRESS + (notice.address if notice.about else "")
    body = f"{notice.words_zh}\n\n{notice.words_en}\n\n{page}\n"
    notice.mail_tries += 1
    try:
        EmailMessage(
            f"【{site}】{notice.title_zh}", body, to=[notice.to.email], connection=connection
        ).send()
    except MAIL_FAULTS as fault:
        # the class of the fault alone: a server's answer may name the address
        log.warning("Notice %s was not mailed: %s", notice.pk, type(fault).__name__)
        notice.mail_error = type(fault).__name__
        told.failed.append(str(notice.pk))
    else:
        notice.mailed_at, notice.mail_error = moment, ""
        told.sent += 1
    notice.save(update_fields=["mail_tries", "mail_error", "mailed_at"])
