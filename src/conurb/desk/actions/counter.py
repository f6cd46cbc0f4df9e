"""The counter: an officer there knows a person by the card that the person shows."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.actions.applying import COUNTER
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import City, Identity, User, in_language, works_for_region
from conurb.region.numbers import NumberError, check_resident
from conurb.urn import new_urn


def counter_city(actor: User) -> City | None:
    """Return the city whose counter this officer keeps; None for anybody else."""
    authority = actor.authority
    if not works_for_region(actor) or authority is None or authority.city is None:
        return None
    return authority.city if authority.subjects.filter(key=COUNTER).exists() else None


@transaction.atomic
def person_at_counter(actor: User, number: str, name: str, *, now: datetime | None = None) -> User:
    """Return whose card an officer at a counter was shown; who is new is registered.

    The number is checked by GB 11643, and the name must be that of the number where it is known.
    The journal says that somebody was served, not who: the case says that to whom it concerns.
    """
    city = counter_city(actor)
    if city is None:
        raise NotCompetentError(_("This page is for the officers of the service counters."))
    moment = now or timezone.now()
    try:
        checked = check_resident(number, timezone.localdate(moment)).text
    except NumberError as fault:
        said = in_language(fault.message_zh, fault.message_en)
        raise RefusedError(said, status=422, field="number") from fault
    given = " ".join(name.split())
    known = Identity.everything.select_related("user").filter(number=checked).first()
    if known is None:
        return _registered(actor, city, checked, given, moment)
    if known.name.removesuffix("（演示）") != given.removesuffix("（演示）"):
        raise RefusedError(
            _("Number and name do not belong together. Look at the card again."),
            status=422,
            field="name",
        )
    if known.user_id == actor.pk:
        raise NotCompetentError(_("Nobody serves himself at the counter."))
    return known.user


def _registered(actor: User, city: City, number: str, name: str, moment: datetime) -> User:
    user = User(username=f"counter-{secrets.token_hex(8)}", full_name=name)
    user.set_unusable_password()
    user.save()
    Identity.everything.create(
        user=user, number=number, name=name, source=Identity.Source.COUNTER, verified_at=moment
    )
    record(actor, "desk.register", urn=new_urn("person", city.code), name=city.name_zh, at=moment)
    return user
