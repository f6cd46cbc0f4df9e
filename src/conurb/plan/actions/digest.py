"""Mail: one digest a person a working day, and the office's reminders.

A digest counts as sent when the mail server took it: only then its row is written, so that a
failure is tried again by the next run, and a second run sends nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conurb.plan.models import Digest, SupervisionStep
from conurb.plan.queries.digest import Letter, letters
from conurb.region.models import RegionState, User
from conurb.region.workdays import Calendar

log = logging.getLogger("conurb.digest")

# what a mail server that is away, refuses or drops the line makes Python raise
MAIL_FAULTS = (OSError,)
TIMEOUT = 10
SATURDAY = 5


@dataclass
class Delivery:
    """What became of a run: how many mails were sent, failed, and whom no address is known of."""

    sent: int = 0
    failed: list[str] = field(default_factory=list)
    without_address: list[str] = field(default_factory=list)
    is_workday: bool = True


def send_digests(calendar: Calendar, *, now: datetime | None = None) -> Delivery:
    """Send everybody for whom something waits the digest of today, if today is a working day."""
    moment = now or timezone.now()
    day = timezone.localdate(moment)
    if not _is_workday(calendar, day):
        return Delivery(is_workday=False)
    delivery = Delivery()
    connection = get_connection(timeout=TIMEOUT)
    for letter in letters(day):
        if not letter.user.email:
            delivery.without_address.append(letter.user.username)
            continue
        _send_once(letter, day, moment, connection, delivery)
    return delivery


def _is_workday(calendar: Calendar, day: date) -> bool:
    if calendar.covers(day):
        return calendar.is_workday(day)
    log.warning("calendar.toml has no year %s; its weekdays are taken for working days.", day.year)
    return day.weekday() < SATURDAY


def send_reminders(steps: Sequence[SupervisionStep]) -> Delivery:
    """Mail reminders to the officers of the leads: one mail a person, all its tasks in it."""
    delivery = Delivery()
    connection = get_connection(timeout=TIMEOUT)
    by_authority: dict[int, list[SupervisionStep]] = {}
    for step in steps:
        if step.supervision.task.lead_id is not None:
            by_authority.setdefault(step.supervision.task.lead_id, []).append(step)
    officers = User.objects.filter(
        authority_id__in=by_authority, is_active=True, is_system=False
    ).order_by("username")
    reached: set[int] = set()
    for officer in officers:
        if not officer.email:
            continue
        reached.add(officer.authority_id or 0)
        mail = _reminder(officer, by_authority[officer.authority_id or 0])
        _try(mail, connection, delivery, officer.username)
    for authority_id, reminded in by_authority.items():
        if authority_id not in reached:
            lead = reminded[0].supervision.task.lead
            delivery.without_address.append(lead.short if lead else "")
    return delivery


def _send_once(
    letter: Letter,
    day: date,
    moment: datetime,
    connection: BaseEmailBackend,
    delivery: Delivery,
) -> None:
    try:
        with transaction.atomic():
            # the row is claimed first: of two runs at once the second waits here, then gives way
            Digest.objects.create(user=letter.user, day=day, sent_at=moment)
            _mail(letter, day, connection).send()
    except IntegrityError:
        return
    except MAIL_FAULTS as fault:
        log.warning("The digest for %s was not sent: %s", letter.user.username, fault)
        delivery.failed.append(letter.user.username)
        return
    delivery.sent += 1


def _mail(letter: Letter, day: date, connection: BaseEmailBackend) -> EmailMessage:
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("%(region)s: %(count)s matters wait for you, %(day)s") % {
            "region": _region_name(),
            "count": letter.count,
            "day": day.isoformat(),
        }
        body = render_to_string("plan/mail/digest.txt", _context(letter=letter, day=day))
    return EmailMessage(subject, body, to=[letter.user.email], connection=connection)


def _reminder(officer: User, steps: Iterable[SupervisionStep]) -> EmailMessage:
    steps = list(steps)
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("%(region)s: reminder of %(count)s tasks") % {
            "region": _region_name(),
            "count": len(steps),
        }
        body = render_to_string("plan/mail/reminder.txt", _context(officer=officer, steps=steps))
    return EmailMessage(subject, body, to=[officer.email])


def _try(
    mail: EmailMessage, connection: BaseEmailBackend, delivery: Delivery, username: str
) -> None:
    mail.connection = connection
    try:
        mail.send()
    except MAIL_FAULTS as fault:
        log.warning("The reminder for %s was not sent: %s", username, fault)
        delivery.failed.append(username)
    else:
        delivery.sent += 1


def _context(**more: object) -> dict[str, object]:
    return {"site": settings.SITE_ADDRESS, "region_name": _region_name(), **more}


def _region_name() -> str:
    state = RegionState.objects.first()
    return state.name if state else "Conurb"
