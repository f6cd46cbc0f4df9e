"""Appeals against a decision: made by the applicant, heard by another than who decided.

By 行政复议法 (2023) art. 24 the people's government of the same level hears appeals against its
departments, through its organ for reconsideration (art. 4; in cities the bureau of justice). Where
the region declares an authority that is competent for the subject of work `reconsideration` in the
city of the deciding authority, or for the region, it hears the appeal here. Where none is declared,
what this platform offers is a re-examination within the deciding authority, by an officer other
than the one who decided: an authority may revoke what it decided wrongly (行政许可法 art. 69, which
also lets interested people ask for it), and whoever decided does not judge himself. The
re-examination takes nothing away: the letters of refusal say that reconsideration by the city's
government within 60 days (行政复议法 art. 20) and a suit within six months (行政诉讼法 art. 46)
stay open. The coordination office hears nothing: it is no government and superior to nobody.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk import limits
from conurb.desk.actions import telling
from conurb.desk.actions.moving import (
    count_limit,
    deciding,
    locked,
    move,
    next_state,
    require_applicant,
    require_words,
    today_of,
)
from conurb.desk.models import Appeal, Case
from conurb.desk.stages import Verb
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User

RECONSIDERATION = "reconsideration"


@transaction.atomic
def appeal(actor: User, case: Case, grounds: str, *, now: datetime | None = None) -> Appeal:
    """Ask that a decision be looked at again, within 60 days of it; once a decision (art. 30)."""
    case = locked(case)
    require_applicant(actor, case)
    next_state(case, Verb.APPEAL)
    said = require_words(grounds, "grounds", _("Say why the decision is wrong."))
    moment = now or timezone.now()
    today = today_of(moment)
    if case.decided_at and case.appeals.filter(made_at__gte=case.decided_at).exists():
        raise RefusedError(
            _(
                "This decision was appealed against already, which can be done once. "
                "You may sue before the court."
            )
        )
    if case.decided_at and today > today_of(case.decided_at) + limits.APPEAL_WITHIN:
        raise RefusedError(
            _("A decision is appealed within %(days)s days. This one is of %(day)s.")
            % {
                "days": limits.APPEAL_WITHIN.days,
                "day": today_of(case.decided_at).isoformat(),
            }
        )
    hearing = hearing_authority(case)
    made = Appeal.objects.create(
        case=case,
        key=secrets.token_hex(15),
        authority=hearing,
        grounds=said,
        made_at=moment,
        due_on=today + limits.APPEAL_DECIDED_IN,
    )
    move(actor, case, Verb.APPEAL, moment, zh=said, en=said, heard_by=hearing.key)
    telling.tell(case, "appealed", moment)
    return made


@transaction.atomic
def decide_appeal(
    actor: User, appeal: Appeal, *, upheld: bool, reasons: str, now: datetime | None = None
) -> Case:
    """Let the decision stand, or overturn it: the authority then decides anew.

    By an officer of the authority that hears it, who has not taken the decision himself.
    """
    case = locked(appeal.case)
    appeal = Appeal.objects.select_related("authority").get(pk=appeal.pk)
    require_officer_of(actor, appeal.authority)
    verb = Verb.UPHOLD if upheld else Verb.OVERTURN
    next_state(case, verb)
    if appeal.decided_at is not None:
        raise RefusedError(_("This appeal was decided already."))
    if actor.pk in {case.decided_by_id, case.applicant_id}:
        raise NotCompetentError(_("Nobody judges his own decision. A colleague has to."))
    said = require_words(reasons, "reasons", _("Say why it is decided so."))
    moment = now or timezone.now()
    appeal.upheld, appeal.reasons = upheld, said
    appeal.decided_at, appeal.decided_by = moment, actor
    appeal.save(update_fields=["upheld", "reasons", "decided_at", "decided_by"])
    changed: tuple[str, ...] = ()
    if not upheld:
        # decided anew within the whole limit, by whoever claims it; the old stops are over
        case.officer = None
        case.counts_from = today_of(moment)
        count_limit(case)
        changed = ("officer", "counts_from", "due_on", "warn_on")
    move(
        actor,
        case,
        verb,
        moment,
        changed=changed,
        authority=appeal.authority,
        zh=said,
        en=said,
    )
    organ = appeal.authority_id != case.authority_id
    telling.tell(case, "upheld" if upheld else "overturned", moment, words=said, organ=organ)
    return case


def hearing_authority(case: Case) -> Authority:
    """Return who hears appeals against decisions of the authority of a case."""
    decider = deciding(case)
    able = Authority.objects.filter(active=True, subjects=RECONSIDERATION).order_by("order", "key")
    superior = able.filter(city_id=decider.city_id).first() or able.filter(city=None).first()
    return superior or decider
