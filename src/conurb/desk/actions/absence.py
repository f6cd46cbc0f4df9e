"""Absent officers: whoever is away names a deputy of the same authority for a time."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.models import Delegation
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority, User, works_for_region


@transaction.atomic
def delegate(
    actor: User, deputy: User, first_day: date, last_day: date, *, now: datetime | None = None
) -> Delegation:
    """Let a colleague act on one's cases from a day to a day, both included."""
    authority = _own_authority(actor)
    moment = now or timezone.now()
    if deputy.authority_id != authority.pk or not deputy.is_active or deputy.is_system:
        raise RefusedError(
            _("The deputy is an officer of %(authority)s.") % {"authority": authority.short},
            status=422,
            field="deputy",
        )
    if deputy.pk == actor.pk:
        raise RefusedError(_("Nobody is his own deputy."), status=422, field="deputy")
    if last_day < first_day or last_day < timezone.localdate(moment):
        raise RefusedError(
            _("The absence ends before it begins, or is over."), status=422, field="last_day"
        )
    # the row of the absent officer keeps two entries made at once apart
    User.objects.select_for_update().get(pk=actor.pk)
    overlapping = Delegation.objects.filter(
        absent=actor, ended_at=None, first_day__lte=last_day, last_day__gte=first_day
    )
    if overlapping.exists():
        raise RefusedError(
            _("There is a deputy for some of these days already. End that first."),
            status=409,
            field="first_day",
        )
    made = Delegation.objects.create(
        authority=authority,
        key=secrets.token_hex(15),
        absent=actor,
        deputy=deputy,
        first_day=first_day,
        last_day=last_day,
    )
    _write(actor, "desk.delegate", made, moment)
    return made


@transaction.atomic
def end_delegation(
    actor: User, delegation: Delegation, *, now: datetime | None = None
) -> Delegation:
    """Act again oneself; by the one who was absent."""
    delegation = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if delegation.absent_id != actor.pk:
        raise NotCompetentError(_("Only who was absent takes his cases back."))
    moment = now or timezone.now()
    if delegation.ended_at is None:
        delegation.ended_at = moment
        delegation.save(update_fields=["ended_at"])
        _write(actor, "desk.end-delegation", delegation, moment)
    return delegation


def _own_authority(actor: User) -> Authority:
    if not works_for_region(actor) or actor.authority is None:
        raise NotCompetentError(_("Only officers name deputies."))
    return actor.authority


def _write(actor: User, verb: str, delegation: Delegation, moment: datetime) -> None:
    record(
        actor,
        verb,
        urn=f"urn:conurb:region:delegation:{delegation.key}",
        name=str(delegation.deputy),
        at=moment,
        first_day=delegation.first_day.isoformat(),
        last_day=delegation.last_day.isoformat(),
    )
