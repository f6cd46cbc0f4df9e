"""On the list and off it: publication, correction, early removal, the end, revocation, restoring.

Verbs of the journal: arrears.publish, arrears.correct, arrears.ask-early, arrears.refuse-early,
arrears.grant-early, arrears.end, arrears.revoke, arrears.restore, arrears.conduct, arrears.contest,
arrears.close-review.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.uploads import HandedIn
from conurb.records.actions import issuing, standing
from conurb.records.actions.issuing import Draft
from conurb.records.actions.standing import REASON_LENGTH
from conurb.records.models import Record
from conurb.records.subjects import Subject
from conurb.refusal import RefusedError
from conurb.region.models import Identity, Representation, User, in_language
from conurb.sames.market import letters, listing, procedure
from conurb.sames.market.actions import steps
from conurb.sames.market.actions.deciding import answer_statement, make_statement, pending
from conurb.sames.market.actions.duties import ask_to_lift, ask_to_restrict
from conurb.sames.market.actions.letters import keep_letter
from conurb.sames.market.actions.steps import (
    Doing,
    begin,
    begin_for_firm,
    begin_for_party,
    document_number,
    locked,
    move,
    new_key,
    tell,
)
from conurb.sames.market.models import (
    ArrearsMatter,
    Listing,
    MatterFile,
    Party,
    Review,
    Statement,
)
from conurb.sames.market.procedure import Verb
from conurb.sames.market.queries.declared import day_of, declared
from conurb.sames.market.record_types import FIRM, PERSON


@transaction.atomic
def publish(actor: User, matter: ArrearsMatter, *, now: datetime | None = None) -> Listing:
    """Publish and share the decision (art. 9, 10): records are issued and the effects asked for."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.PUBLISH)
    doing.matter.published_at = doing.moment
    entry = _put_on_list(doing)
    move(doing, Verb.PUBLISH, number=doing.matter.decision_number, for_firm=True)
    return entry


@transaction.atomic
def correct(
    actor: User,
    matter: ArrearsMatter,
    words: str,
    *,
    firm_name: str = "",
    people: Mapping[int, str] | None = None,
    now: datetime | None = None,
) -> Listing:
    """Correct what the list says wrongly: the employer's name, or those of persons (by row).

    The records are superseded by right ones; the term and the effects stay.
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.CORRECT)
    said = steps.require_words(words, "words", _("Say what was wrong."))
    held, entry = doing.matter, _entry(doing.matter)
    renamed = _rename_people(held, people or {})
    name = firm_name.strip()
    if not renamed and name in ("", held.firm_name):
        raise RefusedError(_("Nothing is different."), status=422, field="firm_name")
    held.firm_name = name or held.firm_name
    held.record_key = _superseded(doing, held.record_key, _firm_draft(doing)).key
    for party in renamed:
        party.record_key = _superseded(doing, party.record_key, _person_draft(doing, party)).key
        party.save(update_fields=["record_key"])
    entry.firm_name = held.firm_name
    entry.people = _published_people(held)
    entry.record_key = held.record_key
    entry.corrected_at = doing.moment
    entry.save()
    for statement in pending(held, Statement.Kind.CORRECTION):
        answer_statement(doing, statement, Statement.Outcome.UPHELD, said)
    move(doing, Verb.CORRECT, words=said, for_firm=True)
    return entry


@transaction.atomic
def ask_correction(
    actor: User,
    matter: ArrearsMatter,
    words: str,
    *,
    files: Sequence[HandedIn] = (),
    said_by: str = "",
    now: datetime | None = None,
) -> Statement:
    """Ask to correct what the list says wrongly: the employer, or a person listed for itself.

    A person's own data, by 个人信息保护法 art. 46; what is wrong on the list misleads whoever acts
    on it.
    """
    doing, party = begin_for_party(actor, matter, now)
    steps.require_move(doing, Verb.ASK_CORRECTION)
    if pending(doing.matter, Statement.Kind.CORRECTION).filter(party=party).exists():
        raise RefusedError(_("A request for correction waits for its answer already."))
    said = steps.require_words(words, "words", _("Say what is wrong and what is right."))
    statement = make_statement(doing, Statement.Kind.CORRECTION, said, files, said_by, party=party)
    name = statement.made_by_name
    move(doing, Verb.ASK_CORRECTION, words=said, for_firm=party is None, name=name)
    return statement


@transaction.atomic
def refuse_correction(
    actor: User, matter: ArrearsMatter, reasons: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Tell who asked first for a correction, of those not answered, why nothing is corrected."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.REFUSE_CORRECTION)
    statement = pending(doing.matter, Statement.Kind.CORRECTION).first()
    if statement is None:
        raise RefusedError(_("Nobody waits for a correction."))
    said = steps.require_words(reasons, "words", _("Give the reasons."))
    answer_statement(doing, statement, Statement.Outcome.REJECTED, said)
    for_firm = statement.party is None
    return move(doing, Verb.REFUSE_CORRECTION, words=said, for_firm=for_firm)


@transaction.atomic
def ask_early(
    actor: User,
    matter: ArrearsMatter,
    words: str,
    *,
    promised: bool,
    files: Sequence[HandedIn] = (),
    said_by: str = "",
    now: datetime | None = None,
) -> Statement:
    """Ask to leave the list early (art. 12, 14): in writing, with proof and a promise."""
    doing = begin_for_firm(actor, matter, now)
    steps.require_move(doing, Verb.ASK_EARLY)
    if not promised:
        raise RefusedError(
            _("Early removal needs the written promise not to owe wages again."),
            status=422,
            field="promised",
        )
    if not files:
        raise RefusedError(
            _("Attach proof that the arrears were paid."), status=422, field="attachments"
        )
    begins = listing.early_from(doing.matter.conduct, declared().early_months)
    if begins is not None and doing.today < begins:
        raise RefusedError(
            _("Early removal can be asked for from %(day)s on.") % {"day": begins.isoformat()}
        )
    said = steps.require_words(words, "words", _("Say what was paid, when and to whom."))
    statement = make_statement(doing, Statement.Kind.EARLY, said, files, said_by)
    doing.matter.promised_on = doing.today
    doing.matter.early_asked_on = doing.today
    move(doing, Verb.ASK_EARLY, words=said, for_firm=True, name=statement.made_by_name)
    return statement


@transaction.atomic
def refuse_early(
    actor: User, matter: ArrearsMatter, reasons: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Decide not to remove early, with reasons (art. 14); the name stays on the list."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.REFUSE_EARLY)
    said = steps.require_words(reasons, "words", _("Give the reasons."))
    _answer_early(doing, Statement.Outcome.REJECTED, said)
    keep_letter(doing, MatterFile.Kind.REFUSAL, letters.refusal, reasons=said)
    doing.matter.early_asked_on = None
    return move(doing, Verb.REFUSE_EARLY, words=said, for_firm=True)


@transaction.atomic
def grant_early(
    actor: User, matter: ArrearsMatter, words: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Remove the employer early, and everybody listed with it (art. 14).

    Raises RefusedError naming all that stands in the way (art. 12, 13).
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.GRANT_EARLY)
    found = listing.hindrances(doing.matter.conduct, declared().early_months, doing.today)
    if found:
        names = (listing.HINDRANCE_NAMES[each] for each in found)
        told = "；".join(in_language(name.zh, name.en) for name in names)
        raise RefusedError(
            _("Early removal is not possible: %(hindrances)s") % {"hindrances": told}
        )
    said = steps.require_words(words, "words", _("Say what was verified."))
    _answer_early(doing, Statement.Outcome.UPHELD, said)
    return _take_off(doing, Verb.GRANT_EARLY, said)


@transaction.atomic
def revoke(
    actor: User, matter: ArrearsMatter, reasons: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Revoke the decision: its order fell (art. 16), a review overturned it, or it was wrong."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.REVOKE)
    said = steps.require_words(reasons, "words", _("Give the reasons."))
    return _take_off(doing, Verb.REVOKE, said)


@transaction.atomic
def end(matter: ArrearsMatter, *, now: datetime | None = None) -> ArrearsMatter:
    """Take off a name whose term has ended (art. 11, 17); the platform does it by the rule.

    Art. 17 gives ten working days; here the name is off the list the day after its last one.
    """
    doing = Doing(None, locked(matter), now or timezone.now())
    steps.require_move(doing, Verb.END)
    until = doing.matter.listed_until
    if until is None or doing.today <= until:
        raise RefusedError(_("The term has not ended yet."))
    return _take_off(doing, Verb.END, "列入期限届满")


def end_due(*, now: datetime | None = None) -> list[ArrearsMatter]:
    """Take off every name whose term has ended. To be run daily; again harmless."""
    moment = now or timezone.now()
    due = ArrearsMatter.everything.filter(
        state__in=[state.value for state in procedure.ON_LIST],
        listed_until__lt=day_of(moment),
    )
    return [end(matter, now=moment) for matter in due.order_by("pk")]


@transaction.atomic
def restore(
    actor: User, matter: ArrearsMatter, reasons: str, *, now: datetime | None = None
) -> Listing:
    """Put back who left early by hiding the truth or on false papers, the case being serious.

    The early removal is revoked by a decision that is served, and the term begins anew (art. 15).
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.RESTORE)
    said = steps.require_words(reasons, "words", _("Say which papers were false, and how so."))
    held, removal = doing.matter, doing.matter.removal_number
    held.decision_number = document_number(held.authority, "监复", doing.today)
    held.decided_on, held.decided_at = doing.today, doing.moment
    held.listed_until = listing.last_day(doing.today, declared().years)
    held.published_at = doing.moment
    held.promised_on = held.corrected_on = held.early_asked_on = held.removed_at = None
    held.paid_fen = 0
    entry = _put_on_list(doing)
    keep_letter(doing, MatterFile.Kind.DECISION, letters.restoration, reasons=said, removal=removal)
    move(doing, Verb.RESTORE, words=said, for_firm=True)
    return entry


@transaction.atomic
def note_conduct(
    actor: User,
    matter: ArrearsMatter,
    *,
    relapsed: bool,
    criminal: bool,
    words: str,
    barred: bool = False,
    now: datetime | None = None,
) -> ArrearsMatter:
    """Note what bars early removal: arrears again, prosecution, another case of law (art. 13)."""
    doing = begin(actor, matter, now)
    if not doing.matter.on_list:
        raise RefusedError(_("This is noted of an employer on the list."))
    said = steps.require_words(words, "words", _("Say what it rests on."))
    held = doing.matter
    held.relapsed, held.criminal, held.barred = relapsed, criminal, barred
    return tell(doing, "conduct", words=said)


@transaction.atomic
def contest(
    actor: User,
    matter: ArrearsMatter,
    *,
    kind: str,
    body: str,
    words: str,
    begun_on: date,
    now: datetime | None = None,
) -> Review:
    """Note that the decision is contested (art. 18); it holds until it falls."""
    doing = begin(actor, matter, now)
    if doing.matter.decided_on is None:
        raise RefusedError(_("There is no decision to contest yet."))
    if kind not in Review.Kind.values:
        raise RefusedError(_("Choose how it is contested."), status=422, field="kind")
    steps.require_not_future(begun_on, doing, "begun_on")
    review = Review.objects.create(
        key=new_key(),
        matter=doing.matter,
        kind=kind,
        body=steps.require_words(body, "body", _("Say who decides on it.")),
        words=steps.require_words(words, "words", _("Say what is contested.")),
        begun_on=begun_on,
    )
    tell(doing, "contest", words=f"{review.get_kind_display()} {review.body}", for_firm=True)
    return review


@transaction.atomic
def close_review(
    actor: User,
    review: Review,
    *,
    overturned: bool,
    words: str,
    ended_on: date,
    now: datetime | None = None,
) -> Review:
    """Note how a review ended; a decision that falls is revoked in the same act (art. 16)."""
    doing = begin(actor, review.matter, now)
    review = Review.objects.select_for_update().get(pk=review.pk)
    if review.outcome:
        raise RefusedError(_("This review has ended already."))
    steps.require_not_future(ended_on, doing, "ended_on")
    said = steps.require_words(words, "words", _("Say what was decided."))
    review.outcome = Review.Outcome.OVERTURNED if overturned else Review.Outcome.UPHELD
    review.outcome_words, review.ended_on = said, ended_on
    review.save()
    tell(doing, "close-review", words=said, for_firm=True)
    if overturned and (doing.matter.stage, Verb.REVOKE) in procedure.MOVES:
        _take_off(doing, Verb.REVOKE, said)
    return review


def _put_on_list(doing: Doing) -> Listing:
    held = doing.matter
    authority = held.authority
    held.record_key = issuing.issue(
        doing.actor, authority, _firm_draft(doing), now=doing.moment
    ).key
    for party in held.parties.filter(left_off=False):
        party.record_key = issuing.issue(
            doing.actor, authority, _person_draft(doing, party), now=doing.moment
        ).key
        party.save(update_fields=["record_key"])
    entry = Listing.everything.create(
        key=new_key(),
        matter=held,
        city=held.city,
        authority=authority,
        firm=held.firm,
        firm_name=held.firm_name,
        people=_published_people(held),
        ground=held.ground,
        decision_number=held.decision_number,
        decided_on=_known(held.decided_on),
        until=_known(held.listed_until),
        published_at=doing.moment,
        record_key=held.record_key,
    )
    ask_to_restrict(doing, entry)
    return entry


def _take_off(doing: Doing, verb: Verb, reasons: str) -> ArrearsMatter:
    held = doing.matter
    was_on_list = held.on_list
    held.removed_at, held.removal_reason = doing.moment, reasons
    held.removal_number = document_number(held.authority, "监移", doing.today)
    if was_on_list:
        entry = _entry(held)
        entry.removed_at = doing.moment
        entry.save(update_fields=["removed_at"])
        if verb != Verb.END:  # at its end a record has expired by itself
            _revoke_records(doing, reasons, "term" if verb == Verb.GRANT_EARLY else "decision")
        ask_to_lift(doing, entry)
    keep_letter(doing, MatterFile.Kind.REMOVAL, letters.removal, verb=verb, reasons=reasons)
    return move(doing, verb, words=reasons, for_firm=True)


def _revoke_records(doing: Doing, reasons: str, code: str) -> None:
    held = doing.matter
    keys = [held.record_key, *held.parties.values_list("record_key", flat=True)]
    said = reasons if len(reasons) <= REASON_LENGTH else f"{reasons[: REASON_LENGTH - 1]}…"
    for record in Record.everything.filter(key__in=keys, state=Record.State.VALID):
        standing.revoke(doing.actor, record, said, code=code, now=doing.moment)


def _entry(matter: ArrearsMatter) -> Listing:
    return Listing.everything.select_for_update().get(matter=matter, removed_at=None)


def _superseded(doing: Doing, key: str, draft: Draft) -> Record:
    record = Record.everything.get(key=key)
    return issuing.supersede(doing.actor, record, draft, now=doing.moment)


def _firm_draft(doing: Doing) -> Draft:
    held = doing.matter
    head = held.parties.filter(
        left_off=False, capacity__in=[Party.Capacity.LEGAL, Party.Capacity.PRINCIPAL]
    ).first()
    agent = (
        Representation.everything.filter(firm=held.firm)
        .order_by("-capacity", "pk")
        .select_related("user")
        .first()
    )
    return Draft(
        type=FIRM.slug,
        subject=Subject("firm", held.firm, held.firm_name),
        public={
            "name": held.firm_name,
            "representative": head.name if head else "",
            "ground": held.ground,
            "decision": held.decision_number,
            "decided_on": _known(held.decided_on).isoformat(),
        },
        held={
            "amount_fen": held.amount_fen,
            "workers": held.workers,
            "order_number": held.order_number,
        },
        valid_from=held.decided_at,
        valid_until=_end_of(held.listed_until),
        holder=agent.user if agent else None,
        case_key=held.key,
    )


def _person_draft(doing: Doing, party: Party) -> Draft:
    held = doing.matter
    identity = Identity.everything.filter(number=party.number).select_related("user").first()
    return Draft(
        type=PERSON.slug,
        subject=Subject("resident", party.number, party.name),
        public={
            "firm": held.firm,
            "decision": held.decision_number,
            "decided_on": _known(held.decided_on).isoformat(),
        },
        held={"name": party.name, "capacity": party.capacity},
        valid_from=held.decided_at,
        valid_until=_end_of(held.listed_until),
        holder=identity.user if identity else None,
        case_key=held.key,
    )


def _published_people(matter: ArrearsMatter) -> list[dict[str, str]]:
    return [
        {"name": each.name, "capacity": each.capacity, "masked": each.masked}
        for each in matter.parties.filter(left_off=False)
    ]


def _rename_people(matter: ArrearsMatter, people: Mapping[int, str]) -> list[Party]:
    renamed = []
    for party in matter.parties.filter(pk__in=list(people), left_off=False):
        name = people[party.pk].strip()
        if name and name != party.name:
            party.name = name
            party.save(update_fields=["name"])
            renamed.append(party)
    return renamed


def _answer_early(doing: Doing, outcome: Statement.Outcome, words: str) -> None:
    answer_statement(doing, pending(doing.matter, Statement.Kind.EARLY)[0], outcome, words)


def _known(day: date | None) -> date:
    if day is None:
        raise RefusedError(_("There is no decision yet."))
    return day


def _end_of(day: date | None) -> datetime | None:
    """Return the first moment after a day of law, in the region's zone."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
