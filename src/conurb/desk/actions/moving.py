"""How a case moves: its row held, the table of stages asked, its history and the journal written.

Every act of `desk.actions` goes through here, so that the row of a case and the last event of its
history never say different states.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk import limits
from conurb.desk.limits import Stop
from conurb.desk.models import Case, CaseEvent, Delegation
from conurb.desk.queries.calendar import calendar
from conurb.desk.services import Service
from conurb.desk.stages import MoveError, State, Verb, moved
from conurb.journal.actions import record
from conurb.journal.models import actor_name
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User

WORDS_LIMIT = 4000


def locked(case: Case) -> Case:
    """Return the case as it stands, its row held until the transaction ends.

    PostgreSQL holds the row; SQLite has one writer at a time, which took its turn at BEGIN.
    """
    return Case.everything.select_for_update().get(pk=case.pk)


def offered(case: Case) -> Service:
    """Return the service of a case; raises RefusedError where nobody offers it any more."""
    service = case.declared
    if service is None:
        raise RefusedError(
            _("The service “%(slug)s” is no longer offered. Ask the coordination office.")
            % {"slug": case.service}
        )
    return service


def next_state(case: Case, verb: Verb) -> State:
    """Return the state that follows an act; raises RefusedError where it is not possible now."""
    try:
        return moved(State(case.state), verb)
    except MoveError:
        raise RefusedError(
            _("The case is “%(state)s”, in which state this cannot be done. Reload the page.")
            % {"state": case.get_state_display()}
        ) from None


def move(
    actor: User | None,
    case: Case,
    verb: Verb,
    moment: datetime,
    *,
    changed: Iterable[str] = (),
    authority: Authority | None = None,
    zh: str = "",
    en: str = "",
    for_applicant: bool = True,
    **detail: Any,
) -> CaseEvent:
    """Bring a case into the state that follows, with its event and its journal entry.

    `changed` names the fields of the row that the act set; `authority` is for whom the actor acts.
    """
    before, after = case.state, next_state(case, verb)
    case.state = after.value
    return happened(
        actor,
        case,
        verb.value,
        moment,
        changed=("state", *changed),
        before=before,
        authority=authority,
        zh=zh,
        en=en,
        for_applicant=for_applicant,
        **detail,
    )


def happened(
    actor: User | None,
    case: Case,
    verb: str,
    moment: datetime,
    *,
    changed: Iterable[str] = (),
    before: str | None = None,
    authority: Authority | None = None,
    zh: str = "",
    en: str = "",
    for_applicant: bool = True,
    **detail: Any,
) -> CaseEvent:
    """Write down what happened to a case: its row, an event of its history, the journal.

    What an applicant does for himself stands in the journal without his name: the office reads it,
    and has no part in the case.
    """
    case.version += 1
    case.changed_at = moment
    case.save(update_fields=sorted({*changed, "version", "changed_at"}))
    event = CaseEvent.objects.create(
        case=case,
        at=moment,
        verb=verb,
        state_before=case.state if before is None else before,
        state_after=case.state,
        actor=actor,
        actor_name=actor_name(actor),
        authority=authority,
        words_zh=zh,
        words_en=en,
        for_applicant=for_applicant,
        detail=detail,
    )
    record(
        actor,
        f"case.{verb}",
        urn=case.urn,
        name=_named(case),
        authority=authority,
        at=moment,
        private=actor is not None and authority is None and actor.pk == case.applicant_id,
        **detail,
    )
    return event


def _named(case: Case) -> str:
    service = case.declared
    return f"{case.number or ''} {service.name.zh if service else case.service}".strip()


def require_words(words: str, field: str, message: str) -> str:
    """Return the words without blanks around them; refuse none, and too many."""
    said = words.strip()
    if not said:
        raise RefusedError(message, status=422, field=field)
    if len(said) > WORDS_LIMIT:
        raise RefusedError(
            _("At most %(limit)s characters; attach longer texts as a file.")
            % {"limit": WORDS_LIMIT},
            status=422,
            field=field,
        )
    return said


def deciding(case: Case) -> Authority:
    """Return the authority that decides; raises RefusedError for a draft, which has none."""
    if case.authority is None:
        raise RefusedError(_("This application was not submitted yet."))
    return case.authority


def require_case_officer(actor: User, case: Case, moment: datetime) -> Authority:
    """Return the deciding authority; refuse whoever has not this case in hand.

    In hand it has the officer who claimed it, and his deputy while he is absent.
    """
    authority = deciding(case)
    require_officer_of(actor, authority)
    if case.officer_id is None:
        raise RefusedError(_("Nobody has claimed this case yet. Claim it first."))
    if case.officer_id != actor.pk and not stands_in(actor, case.officer_id, moment):
        raise NotCompetentError(
            _("This case is in the hands of %(officer)s.") % {"officer": case.officer}
        )
    return authority


def stands_in(actor: User, officer_id: int, moment: datetime) -> bool:
    """Tell whether somebody is the deputy of an absent officer on the day of a moment."""
    today = timezone.localdate(moment)
    return Delegation.objects.filter(
        absent_id=officer_id,
        deputy_id=actor.pk,
        authority_id=actor.authority_id or 0,
        first_day__lte=today,
        last_day__gte=today,
        ended_at=None,
    ).exists()


def require_applicant(actor: User, case: Case) -> None:
    """Refuse whoever is neither the applicant nor the counter's officer who fills it in."""
    if actor.pk not in {case.applicant_id, case.accepted_by_id}:
        raise NotCompetentError(_("Only the applicant may do this."))


def count_limit(case: Case) -> None:
    """Set until when the case is to be decided, by its limit and the times the clock stood."""
    if case.counts_from is None:
        return
    found = limits.limit_of(calendar(), case.counts_from, case.limit, stops_of(case))
    case.due_on, case.warn_on = found.due_on, found.warn_on


def stops_of(case: Case) -> list[Stop]:
    """Return when the clock of a case stood since its limit began, in days."""
    stops = []
    for stop in case.stops.all():
        ended = timezone.localdate(stop.ended_at) if stop.ended_at else None
        if case.counts_from is None or ended is None or ended > case.counts_from:
            stops.append(Stop(timezone.localdate(stop.began_at), ended))
    return stops


def today_of(moment: datetime) -> date:
    """Return the day of a moment where the region lies."""
    return timezone.localdate(moment)
