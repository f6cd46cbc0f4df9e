"""What officers of the deciding authority do: claim, ask, hear others, decide, deliver.

Only officers of the authority that is competent act on a case, one at a time: whoever claimed it,
or his deputy. A refusal is always an officer's and always has reasons (行政许可法 art. 38); a grant
may be by rule. The record that a grant issues is written in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk import limits
from conurb.desk.actions import telling
from conurb.desk.actions.moving import (
    deciding,
    happened,
    locked,
    move,
    next_state,
    offered,
    require_case_officer,
    require_words,
    today_of,
)
from conurb.desk.models import Case, ClockStop, Opinion
from conurb.desk.queries.calendar import calendar
from conurb.desk.services import Decision, Finding, Issue, Service
from conurb.desk.stages import State, Verb
from conurb.records.actions import issuing, standing
from conurb.records.actions.issuing import Draft
from conurb.records.models import Record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User, in_language
from conurb.region.tables import Bilingual

OPINION_DAYS = (1, 30)
MOST_AT_ONCE = 200


@transaction.atomic
def claim(actor: User, case: Case, *, now: datetime | None = None) -> Case:
    """Take up a case that waits for an officer, or one whose decision was overturned.

    Of two officers who claim at once one gets it; the other is told who has it.
    """
    case = locked(case)
    authority = deciding(case)
    require_officer_of(actor, authority)
    if case.officer_id is not None and case.state == State.REVIEW:
        raise RefusedError(
            _("%(officer)s has claimed this case already.") % {"officer": case.officer}
        )
    moment = now or timezone.now()
    verb = Verb.REOPEN if case.state == State.OVERTURNED else Verb.CLAIM
    next_state(case, verb)
    case.officer = actor
    move(actor, case, verb, moment, changed=("officer",), authority=authority, for_applicant=False)
    return case


@transaction.atomic
def release(actor: User, case: Case, *, now: datetime | None = None) -> Case:
    """Put a claimed case back into the queue."""
    case = locked(case)
    moment = now or timezone.now()
    next_state(case, Verb.RELEASE)
    authority = require_case_officer(actor, case, moment)
    case.officer = None
    move(
        actor,
        case,
        Verb.RELEASE,
        moment,
        changed=("officer",),
        authority=authority,
        for_applicant=False,
    )
    return case


@transaction.atomic
def hand_to(actor: User, case: Case, officer: User, *, now: datetime | None = None) -> Case:
    """Hand a claimed case to a colleague of the same authority.

    Its officer does so, or his deputy; where he left the authority, any colleague may.
    """
    case = locked(case)
    moment = now or timezone.now()
    authority = deciding(case)
    require_officer_of(actor, authority)
    if case.state not in {State.REVIEW, State.WAITING}:
        next_state(case, Verb.RELEASE)
    held_by = case.officer
    still_there = held_by is not None and held_by.is_active and held_by.authority_id == authority.pk
    if still_there:
        require_case_officer(actor, case, moment)
    if officer.authority_id != authority.pk or not officer.is_active or officer.is_system:
        raise RefusedError(
            _("A case is handed to an officer of %(authority)s.") % {"authority": authority.short},
            status=422,
            field="officer",
        )
    if officer.pk == case.officer_id:
        raise RefusedError(_("This officer has the case already."), status=422, field="officer")
    case.officer = officer
    happened(
        actor,
        case,
        "hand",
        moment,
        changed=("officer",),
        authority=authority,
        for_applicant=False,
        to=str(officer),
    )
    return case


@transaction.atomic
def ask_for_more(
    actor: User, case: Case, words: str, days: int, *, now: datetime | None = None
) -> Case:
    """Ask the applicant to complete, once and in full; the clock stands until he does.

    `days` are working days, after which the case lapses. Raises RefusedError where it was asked
    before, or later than five working days after the submission (行政许可法 art. 32).
    """
    case = locked(case)
    moment = now or timezone.now()
    next_state(case, Verb.ASK)
    authority = require_case_officer(actor, case, moment)
    said = require_words(words, "words", _("Say what is missing, all of it at once."))
    least, most = limits.COMPLETE_WITHIN
    if not least <= days <= most:
        raise RefusedError(
            _("Give between %(least)s and %(most)s working days.") % {"least": least, "most": most},
            status=422,
            field="days",
        )
    today = today_of(moment)
    asked_before = case.events.filter(verb=Verb.ASK.value).exists()
    handed_in_on = today_of(case.submitted_at) if case.submitted_at else today
    match limits.may_ask(calendar(), handed_in_on, today, asked_before=asked_before):
        case "asked-before":
            raise RefusedError(
                _("The applicant was asked to complete already. What is missing is said once.")
            )
        case "too-late":
            raise RefusedError(
                _(
                    "What is missing is said within five working days of the submission. "
                    "Decide on the case as it stands."
                )
            )
    case.complete_by = limits.day_after(calendar(), today, days)
    if case.complete_by is None:
        # a year that is not declared is not counted in; calendar days are the longer time
        case.complete_by = today + limits.in_calendar_days(days)
    ClockStop.objects.create(case=case, began_at=moment, reason=said[:300])
    move(
        actor,
        case,
        Verb.ASK,
        moment,
        changed=("complete_by",),
        authority=authority,
        zh=said,
        en=said,
        days=days,
        until=case.complete_by.isoformat(),
    )
    telling.tell(case, "asked", moment, words=said)
    return case


@transaction.atomic
def ask_opinion(
    actor: User,
    case: Case,
    authority: Authority,
    question: str,
    days: int,
    *,
    now: datetime | None = None,
) -> Opinion:
    """Ask another authority, of any city, what it thinks; several may be asked at once."""
    case = locked(case)
    moment = now or timezone.now()
    own = require_case_officer(actor, case, moment)
    if case.state != State.REVIEW:
        next_state(case, Verb.ASK)
    said = require_words(question, "question", _("Say what you want to know."))
    least, most = OPINION_DAYS
    if not least <= days <= most:
        raise RefusedError(
            _("Give between %(least)s and %(most)s working days.") % {"least": least, "most": most},
            status=422,
            field="days",
        )
    if authority.pk == own.pk or not authority.active:
        raise RefusedError(
            _("An opinion is asked of another authority that is active."),
            status=422,
            field="authority",
        )
    try:
        with transaction.atomic():
            made = Opinion.objects.create(
                case=case,
                key=secrets.token_hex(15),
                authority=authority,
                question=said,
                asked_at=moment,
                days=days,
                due_on=limits.day_after(calendar(), today_of(moment), days),
            )
    except IntegrityError:
        raise RefusedError(
            _("%(authority)s was asked already and has not answered yet.")
            % {"authority": authority.short},
            field="authority",
        ) from None
    happened(
        actor,
        case,
        "ask-opinion",
        moment,
        authority=own,
        zh=said,
        en=said,
        for_applicant=False,
        asked=authority.key,
    )
    return made


@transaction.atomic
def give_opinion(
    actor: User, opinion: Opinion, answer: str, words: str, *, now: datetime | None = None
) -> Opinion:
    """Say what the asked authority thinks: agrees, agrees with conditions, objects."""
    case = locked(opinion.case)
    opinion = Opinion.objects.select_related("authority").get(pk=opinion.pk)
    require_officer_of(actor, opinion.authority)
    if opinion.answer:
        raise RefusedError(_("This opinion was given already."))
    if case.state not in {State.REVIEW, State.WAITING, State.SUBMITTED}:
        raise RefusedError(_("The case was decided meanwhile; the opinion is no longer needed."))
    if answer not in set(Opinion.Answer.values) - {""}:
        raise RefusedError(
            _("Say whether you agree, agree with conditions, or object."),
            status=422,
            field="answer",
        )
    said = words.strip()
    if answer != Opinion.Answer.AGREES:
        said = require_words(words, "words", _("Say the conditions, or why you object."))
    moment = now or timezone.now()
    opinion.answer, opinion.words = answer, said
    opinion.answered_at, opinion.answered_by = moment, actor
    opinion.save(update_fields=["answer", "words", "answered_at", "answered_by"])
    happened(
        actor,
        case,
        "give-opinion",
        moment,
        authority=opinion.authority,
        zh=said,
        en=said,
        for_applicant=False,
        answer=answer,
    )
    return opinion


@transaction.atomic
def decide(
    actor: User,
    case: Case,
    *,
    granted: bool,
    reasons_zh: str,
    reasons_en: str = "",
    now: datetime | None = None,
) -> Case:
    """Decide, with the reasons that the applicant reads; a grant issues the service's record.

    Raises RefusedError where an asked authority may still answer, or, for a grant, where a blocking
    rule of the service stands against it at this moment.
    """
    case = locked(case)
    moment = now or timezone.now()
    verb = Verb.GRANT if granted else Verb.REFUSE
    if case.state == State.SUBMITTED:
        # the table lets a grant follow a submission, for those by rule; an officer claims first
        raise RefusedError(_("Nobody has claimed this case yet. Claim it first."))
    next_state(case, verb)
    authority = require_case_officer(actor, case, moment)
    zh = require_words(reasons_zh, "reasons_zh", _("Say why it is decided so."))
    _require_heard(case, moment)
    service = offered(case)
    findings: tuple[Finding, ...] = ()
    if granted:
        findings = tuple(service.examine(case.data, moment))
        for finding in findings:
            if finding.blocking and not finding.passed:
                raise RefusedError(
                    _("A rule of the service stands against a grant: %(rule)s")
                    % {"rule": in_language(finding.text.zh, finding.text.en)}
                )
    decision = Decision(granted, Bilingual(zh, reasons_en.strip()), findings)
    return _decided(actor, authority, case, service, decision, moment)


def grant_by_rule(case: Case, decision: Decision, moment: datetime) -> Case:
    """Grant because every rule of the service passes; within the transaction of the submission."""
    if not decision.granted:
        raise ValueError("nothing is refused by rule alone (PIPL art. 24)")
    next_state(case, Verb.GRANT)
    case.automatic = True
    return _decided(None, deciding(case), case, offered(case), decision, moment)


@dataclass
class Bulk:
    """What became of many cases decided at once: those granted, and why others were not."""

    granted: list[Case] = field(default_factory=list)
    refused: list[tuple[Case, str]] = field(default_factory=list)


def grant_many(
    actor: User,
    cases: Sequence[Case],
    *,
    reasons_zh: str,
    reasons_en: str = "",
    now: datetime | None = None,
) -> Bulk:
    """Grant several cases of services that allow it, each in a transaction of its own.

    Only grants: a refusal says why in the one case (行政许可法 art. 38). What nobody claimed yet is
    claimed with it. One that cannot be granted does not hold up the others.
    """
    if len(cases) > MOST_AT_ONCE:
        raise RefusedError(
            _("At most %(count)s cases at once.") % {"count": MOST_AT_ONCE}, status=422
        )
    bulk = Bulk()
    for case in cases:
        try:
            with transaction.atomic():
                bulk.granted.append(_grant_one(actor, case, reasons_zh, reasons_en, now))
        except (RefusedError, NotCompetentError) as refusal:
            bulk.refused.append((case, str(refusal)))
    return bulk


@transaction.atomic
def deliver(actor: User, case: Case, words: str = "", *, now: datetime | None = None) -> Case:
    """Note that what was granted reached the applicant (行政许可法 art. 44: within ten days).

    An appeal does not hold it up (行政复议法 art. 42), and a decision that was upheld is delivered
    like one that nobody contested. Raises RefusedError for a refusal, and for what was delivered.
    """
    case = locked(case)
    moment = now or timezone.now()
    next_state(case, Verb.DELIVER)
    authority = deciding(case)
    require_officer_of(actor, authority)
    if case.outcome != Case.Outcome.GRANTED:
        raise RefusedError(
            _("Nothing was granted in this case, so there is nothing to deliver. Reload the page.")
        )
    if case.delivered_at is not None:
        raise RefusedError(
            _("What was granted was delivered on %(day)s already. Reload the page.")
            % {"day": today_of(case.delivered_at).isoformat()}
        )
    case.delivered_at = moment
    said = words.strip()
    move(
        actor,
        case,
        Verb.DELIVER,
        moment,
        changed=("delivered_at",),
        authority=authority,
        zh=said,
        en=said,
    )
    telling.tell(case, "delivered", moment)
    return case


def forgo(case: Case, reason: str, moment: datetime) -> tuple[str, ...]:
    """Let nothing stand of a decision that was overturned, where none follows it.

    What the case had issued is revoked by the platform, which needs no officer to see that the
    application is over. Returns the fields of the row that it set.
    """
    if not case.outcome:
        return ()
    record = Record.everything.filter(key=case.record_key, state__in=STANDS).first()
    if case.record_key and record is not None:
        standing.revoke(None, record, reason[:500], code="decision", now=moment)
    case.outcome, case.delivered_at = Case.Outcome.NONE, None
    return ("outcome", "delivered_at")


def _grant_one(
    actor: User, case: Case, reasons_zh: str, reasons_en: str, now: datetime | None
) -> Case:
    service = offered(case)
    if not service.bulk:
        raise RefusedError(
            _("“%(service)s” is decided case by case.")
            % {"service": in_language(service.name.zh, service.name.en)}
        )
    if Case.everything.filter(pk=case.pk, state=State.SUBMITTED).exists():
        case = claim(actor, case, now=now)
    return decide(actor, case, granted=True, reasons_zh=reasons_zh, reasons_en=reasons_en, now=now)


def _require_heard(case: Case, moment: datetime) -> None:
    """Let whoever was asked answer first, until the day he was given."""
    today = today_of(moment)
    for opinion in case.opinions.filter(answer="").select_related("authority"):
        if opinion.due_on is None or opinion.due_on >= today:
            raise RefusedError(
                _("%(authority)s was asked for its opinion and has time until %(day)s.")
                % {
                    "authority": opinion.authority.short,
                    "day": opinion.due_on.isoformat() if opinion.due_on else "–",
                }
            )


def _decided(
    actor: User | None,
    authority: Authority,
    case: Case,
    service: Service,
    decision: Decision,
    moment: datetime,
) -> Case:
    case.outcome = Case.Outcome.GRANTED if decision.granted else Case.Outcome.REFUSED
    case.delivered_at = None  # what an overturned decision delivered is not this one's outcome
    case.reasons_zh, case.reasons_en = decision.reasons.zh, decision.reasons.en
    case.decided_at, case.decided_by = moment, actor
    before = Record.everything.filter(key=case.record_key).first() if case.record_key else None
    if decision.granted:
        case.record_key = _issue(actor, authority, case, service, before, moment)
    elif before is not None and before.state in STANDS:
        standing.revoke(actor, before, decision.reasons.zh[:500], now=moment)
    move(
        actor,
        case,
        Verb.GRANT if decision.granted else Verb.REFUSE,
        moment,
        changed=(
            "outcome",
            "reasons_zh",
            "reasons_en",
            "decided_at",
            "decided_by",
            "delivered_at",
            "automatic",
            "record_key",
        ),
        authority=authority,
        zh=decision.reasons.zh,
        en=decision.reasons.en,
        automatic=case.automatic,
        late=_is_late(case, moment),
    )
    service.decided(case, decision, moment)
    telling.tell(case, "granted" if decision.granted else "refused", moment)
    return case


STANDS = (Record.State.VALID, Record.State.SUSPENDED)


def _issue(
    actor: User | None,
    authority: Authority,
    case: Case,
    service: Service,
    before: Record | None,
    moment: datetime,
) -> str:
    """Issue the record of a grant and return its key, "" where the service issues none.

    What it renews is superseded, and so is what the same case issued before it was decided anew.
    """
    issue = service.issue(case, moment)
    if issue is None:
        if before is not None and before.state in STANDS:
            standing.revoke(actor, before, case.reasons_zh[:500], now=moment)
        return ""
    draft = _draft(case, issue)
    renewed = before if before is not None and before.state in STANDS else None
    if renewed is None and issue.supersedes:
        renewed = Record.everything.filter(
            key=issue.supersedes,
            type=issue.type,
            authority=authority,
            subject_number=issue.subject.number,
            state__in=STANDS,
        ).first()
    if renewed is not None:
        return issuing.supersede(actor, renewed, draft, now=moment).key
    return issuing.issue(actor, authority, draft, now=moment).key


def _draft(case: Case, issue: Issue) -> Draft:
    return Draft(
        type=issue.type,
        subject=issue.subject,
        public=issue.public,
        held=issue.held,
        valid_from=issue.valid_from,
        valid_until=issue.valid_until,
        holder=case.applicant,
        case_key=case.key,
    )


def _is_late(case: Case, moment: datetime) -> bool:
    return case.due_on is not None and today_of(moment) > case.due_on


__all__ = [
    "Bulk",
    "ask_for_more",
    "ask_opinion",
    "claim",
    "decide",
    "deliver",
    "forgo",
    "give_opinion",
    "grant_by_rule",
    "grant_many",
    "hand_to",
    "release",
]
