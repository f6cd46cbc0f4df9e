"""Labour inspections help each other with inspectors: the pool, asking, accepting, done.

Verbs of the journal: arrears-help.ask, arrears-help.accept, arrears-help.decline,
arrears-help.finish, inspector.add, inspector.retire.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User
from conurb.sames.market.actions.steps import new_key, require_words
from conurb.sames.market.models import (
    LABOUR,
    ArrearsMatter,
    Help,
    Inspector,
    inspects_labour,
)


@transaction.atomic
def add_inspector(
    actor: User,
    name: str,
    card: str,
    *,
    skills: str = "",
    is_demo: bool = False,
    now: datetime | None = None,
) -> Inspector:
    """Put an inspector of the actor's authority into the pool, by the number of the card."""
    authority = _inspection_of(actor)
    number = require_words(card, "card", _("Give the number of the inspector's card."))
    if Inspector.objects.filter(card=number).exists():
        raise RefusedError(_("This card stands in the pool already."), status=422, field="card")
    inspector = Inspector.objects.create(
        key=new_key(),
        authority=authority,
        name=require_words(name, "name", _("Name the inspector.")),
        card=number,
        skills=skills.strip(),
        is_demo=is_demo,
    )
    _journal(actor, "inspector.add", inspector, authority, now)
    return inspector


@transaction.atomic
def retire_inspector(
    actor: User, inspector: Inspector, *, now: datetime | None = None
) -> Inspector:
    """Take an inspector out of the pool."""
    require_officer_of(actor, inspector.authority)
    inspector.active = False
    inspector.save(update_fields=["active"])
    _journal(actor, "inspector.retire", inspector, inspector.authority, now)
    return inspector


@transaction.atomic
def ask(
    actor: User,
    helper: Authority,
    *,
    words: str,
    number: int,
    first_day: date,
    last_day: date,
    matter: ArrearsMatter | None = None,
    now: datetime | None = None,
) -> Help:
    """Ask another city's labour inspection for inspectors for some days."""
    asker = _inspection_of(actor)
    if matter is not None and matter.authority_id != asker.pk:
        raise NotCompetentError(_("Help is asked for with a matter of one's own."))
    if helper.pk == asker.pk or not helper.subjects.filter(pk=LABOUR).exists():
        raise RefusedError(
            _("Choose the labour inspection of another city."), status=422, field="helper"
        )
    if last_day < first_day:
        raise RefusedError(_("The last day is before the first."), status=422, field="last_day")
    if number < 1:
        raise RefusedError(_("Ask for one inspector at least."), status=422, field="number")
    asked = Help.everything.create(
        key=new_key(),
        asker=asker,
        helper=helper,
        matter=matter,
        words=require_words(words, "words", _("Say what help is needed for.")),
        number_wanted=number,
        first_day=first_day,
        last_day=last_day,
        asked_at=now or timezone.now(),
    )
    _write(actor, "ask", asked, asker, asked.asked_at, asked.words)
    return asked


@transaction.atomic
def accept(
    actor: User,
    asked: Help,
    inspectors: Sequence[Inspector],
    words: str = "",
    *,
    now: datetime | None = None,
) -> Help:
    """Send inspectors of one's own; nobody is sent to two places at once."""
    asked = _held(asked, Help.State.ASKED)
    require_officer_of(actor, asked.helper)
    if not inspectors:
        raise RefusedError(_("Choose who is sent."), status=422, field="inspectors")
    for each in inspectors:
        if each.authority_id != asked.helper_id or not each.active:
            raise RefusedError(
                _("%(name)s is not in your part of the pool.") % {"name": each.name},
                status=422,
                field="inspectors",
            )
        if _away(each, asked):
            raise RefusedError(
                _("%(name)s is away on these days already.") % {"name": each.name},
                status=422,
                field="inspectors",
            )
    asked.inspectors.set(inspectors)
    return _answered(actor, asked, Help.State.ACCEPTED, "accept", words, now)


@transaction.atomic
def decline(actor: User, asked: Help, words: str, *, now: datetime | None = None) -> Help:
    """Decline, with the reason."""
    asked = _held(asked, Help.State.ASKED)
    require_officer_of(actor, asked.helper)
    said = require_words(words, "words", _("Say why not."))
    return _answered(actor, asked, Help.State.DECLINED, "decline", said, now)


@transaction.atomic
def finish(
    actor: User,
    asked: Help,
    result: str,
    person_days: int,
    *,
    now: datetime | None = None,
) -> Help:
    """Note what the help brought, and the days of work that it took; who asked does this."""
    asked = _held(asked, Help.State.ACCEPTED)
    require_officer_of(actor, asked.asker)
    asked.result = require_words(result, "result", _("Say what the help brought."))
    if person_days < 1:
        raise RefusedError(_("Give the days of work."), status=422, field="person_days")
    asked.person_days = person_days
    asked.state = Help.State.DONE
    asked.done_at = now or timezone.now()
    asked.save()
    _write(actor, "finish", asked, asked.asker, asked.done_at, asked.result)
    return asked


def _inspection_of(actor: User) -> Authority:
    if actor.authority is None or not inspects_labour(actor):
        raise NotCompetentError(_("This is for the officers of a labour inspection to do."))
    return actor.authority


def _held(asked: Help, state: Help.State) -> Help:
    held = (
        Help.everything.select_for_update(of=("self",))
        .select_related("asker", "helper")
        .get(pk=asked.pk)
    )
    if held.state != state:
        raise RefusedError(
            _("The request is “%(state)s” now.") % {"state": held.get_state_display()}
        )
    return held


def _away(inspector: Inspector, asked: Help) -> bool:
    return (
        Help.everything.filter(
            inspectors=inspector,
            state=Help.State.ACCEPTED,
            first_day__lte=asked.last_day,
            last_day__gte=asked.first_day,
        )
        .exclude(pk=asked.pk)
        .exists()
    )


def _answered(
    actor: User, asked: Help, state: Help.State, verb: str, words: str, now: datetime | None
) -> Help:
    asked.state, asked.answer = state, words.strip()
    asked.answered_at = now or timezone.now()
    asked.save()
    _write(actor, verb, asked, asked.helper, asked.answered_at, asked.answer)
    return asked


def _write(
    actor: User, verb: str, asked: Help, authority: Authority, at: datetime, words: str
) -> None:
    name = f"{asked.asker.short_zh} ← {asked.helper.short_zh}"
    record(
        actor,
        f"arrears-help.{verb}",
        urn=asked.urn,
        name=name,
        authority=authority,
        at=at,
        reason=words,
    )


def _journal(
    actor: User, verb: str, inspector: Inspector, authority: Authority, now: datetime | None
) -> None:
    record(
        actor,
        verb,
        urn=f"urn:conurb:{authority.city_id}:inspector:{inspector.key}",
        name=inspector.name,
        authority=authority,
        at=now or timezone.now(),
    )
