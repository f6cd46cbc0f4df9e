"""From the notice to the decision: notice, objection, hearing, sparing, deciding.

Verbs of the journal: arrears.notify, arrears.object, arrears.promise, arrears.call-hearing,
arrears.hold-hearing, arrears.answer, arrears.spare, arrears.extend, arrears.decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.queries.calendar import calendar
from conurb.journal.uploads import HandedIn
from conurb.refusal import RefusedError
from conurb.region.models import User
from conurb.sames.market import letters, listing, procedure
from conurb.sames.market.actions import steps
from conurb.sames.market.actions.letters import keep_letter
from conurb.sames.market.actions.steps import (
    Doing,
    begin,
    begin_for_firm,
    begin_for_party,
    document_number,
    move,
    new_key,
    speaks_for_employer,
    tell,
)
from conurb.sames.market.actions.telling import tell_person
from conurb.sames.market.models import ArrearsMatter, Hearing, MatterFile, Party, Statement
from conurb.sames.market.procedure import State, Verb
from conurb.sames.market.queries.declared import day_of, declared

EXTENDABLE = frozenset(
    {State.UNPAID, State.NOTICED, State.OBJECTED, State.HEARING, State.CONSIDERED}
)


@transaction.atomic
def notify(
    actor: User, matter: ArrearsMatter, *, served_on: date, now: datetime | None = None
) -> ArrearsMatter:
    """Serve the notice before listing on the parties (art. 6); from now on the employer reads here.

    Raises RefusedError where there is no ground, or nobody to be listed with the employer.
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.NOTIFY)
    _require_served(doing, served_on)
    ground = _require_ground(doing.matter)
    _require_parties(doing.matter)
    held = doing.matter
    held.ground = ground
    held.notice_number = document_number(held.authority, "监告", doing.today)
    held.noticed_on = served_on
    keep_letter(doing, MatterFile.Kind.NOTICE, letters.notice)
    return move(doing, Verb.NOTIFY, number=held.notice_number, for_firm=True)


@transaction.atomic
def object_to(
    actor: User,
    matter: ArrearsMatter,
    words: str,
    *,
    asks_hearing: bool = False,
    files: Sequence[HandedIn] = (),
    said_by: str = "",
    now: datetime | None = None,
) -> Statement:
    """Object to the notice within its time (art. 6): the employer or a person listed, each once.

    An officer may take it down; `said_by` then names who said it.
    """
    doing, party = begin_for_party(actor, matter, now)
    steps.require_move(doing, Verb.OBJECT)
    if objected(doing.matter, party, actor):
        raise RefusedError(_("You have objected already; the inspection answers it."))
    if not procedure.may_object(doing.matter.dates, calendar(), declared().terms, doing.today):
        raise RefusedError(_("The time for objections has passed."))
    said = steps.require_words(words, "words", _("Say what you object to and why."))
    statement = make_statement(
        doing,
        Statement.Kind.OBJECTION,
        said,
        files,
        said_by,
        asks_hearing=asks_hearing,
        party=party,
    )
    if doing.matter.stage not in (State.OBJECTED, State.HEARING):
        doing.matter.objected_on = doing.today  # the first one sets the time for the answers
    move(doing, Verb.OBJECT, words=said, for_firm=party is None, name=statement.made_by_name)
    return statement


def objected(matter: ArrearsMatter, party: Party | None, actor: User) -> bool:
    """Tell whether who speaks has objected: a person for itself, or one for the employer.

    An officer takes down what comes on paper from any of them.
    """
    if party is None and not speaks_for_employer(actor, matter):
        return False
    said = matter.statements.filter(kind=Statement.Kind.OBJECTION, party=party)
    return (said if party is not None else said.filter(taken_down_by=None)).exists()


@transaction.atomic
def promise(
    actor: User,
    matter: ArrearsMatter,
    words: str,
    *,
    files: Sequence[HandedIn] = (),
    said_by: str = "",
    now: datetime | None = None,
) -> Statement:
    """Promise in writing not to owe wages again, with proof of payment, before the decision."""
    doing = begin_for_firm(actor, matter, now)
    if (doing.matter.stage, Verb.SPARE) not in procedure.MOVES:
        raise RefusedError(_("A promise counts before the decision only."))
    said = steps.require_words(words, "words", _("Write the promise."))
    statement = make_statement(doing, Statement.Kind.PROMISE, said, files, said_by)
    doing.matter.promised_on = doing.today
    tell(doing, "promise", words=said, for_firm=True, name=statement.made_by_name)
    return statement


@transaction.atomic
def call_hearing(
    actor: User,
    matter: ArrearsMatter,
    *,
    at: datetime,
    place: str,
    chair: str,
    now: datetime | None = None,
) -> Hearing:
    """Call a hearing of the parties; they are told in time (行政处罚法 art. 64)."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.CALL_HEARING)
    earliest = procedure.hearing_earliest(doing.today, calendar(), declared().terms)
    if day_of(at) < earliest:
        raise RefusedError(
            _(
                "The parties have to be told in time: a hearing called today is on %(day)s at the "
                "earliest."
            )
            % {"day": earliest.isoformat()},
            status=422,
            field="at",
        )
    hearing = Hearing.objects.create(
        matter=doing.matter,
        called_at=doing.moment,
        at=at,
        place=steps.require_words(place, "place", _("Say where the hearing is.")),
        chair=steps.require_words(chair, "chair", _("Say who chairs the hearing.")),
    )
    doing.matter.hearing_on = day_of(at)
    keep_letter(doing, MatterFile.Kind.HEARING, letters.hearing, hearing=hearing)
    local = timezone.localtime(at)
    move(doing, Verb.CALL_HEARING, words=f"{local:%Y-%m-%d %H:%M} {hearing.place}", for_firm=True)
    return hearing


@transaction.atomic
def hold_hearing(
    actor: User,
    matter: ArrearsMatter,
    minutes: str,
    *,
    upheld: bool,
    answer: str,
    now: datetime | None = None,
) -> ArrearsMatter:
    """Keep the minutes of the hearing, and answer the objection by what it brought."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.HOLD_HEARING)
    hearing = doing.matter.hearings.filter(held_at=None).latest("called_at")
    if doing.moment < hearing.at:
        raise RefusedError(_("The hearing has not begun yet."))
    hearing.minutes = steps.require_words(minutes, "minutes", _("Keep the minutes."))
    hearing.held_at = doing.moment
    hearing.save(update_fields=["minutes", "held_at"])
    waiting = list(pending(doing.matter, Statement.Kind.OBJECTION))
    for statement in waiting:
        _answer(doing, statement, upheld=upheld, answer=answer)
    of_firm = any(statement.party is None for statement in waiting)
    return move(doing, Verb.HOLD_HEARING, words=answer.strip(), for_firm=of_firm)


@transaction.atomic
def answer_objection(
    actor: User, matter: ArrearsMatter, *, upheld: bool, answer: str, now: datetime | None = None
) -> ArrearsMatter:
    """Tell who objected first, of those not answered, what the verification brought (art. 6).

    The matter goes on when everybody who objected has an answer.
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.ANSWER)
    waiting = list(pending(doing.matter, Statement.Kind.OBJECTION))
    _answer(doing, waiting[0], upheld=upheld, answer=answer)
    said, for_firm = answer.strip(), waiting[0].party is None
    if len(waiting) > 1:
        return tell(doing, Verb.ANSWER.value, words=said, for_firm=for_firm)
    return move(doing, Verb.ANSWER, words=said, for_firm=for_firm)


def pending(matter: ArrearsMatter, kind: Statement.Kind) -> QuerySet[Statement]:
    """Return what was said and not answered yet, the earliest first."""
    return matter.statements.filter(kind=kind, outcome=Statement.Outcome.NONE).select_related(
        "party"
    )


@transaction.atomic
def spare(
    actor: User, matter: ArrearsMatter, words: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Leave the employer off the list: corrected and promised before the decision (art. 7)."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.SPARE)
    held = doing.matter
    if not listing.may_be_spared(
        owed_fen=held.amount_fen,
        paid_fen=held.paid_fen,
        promised=held.promised_on is not None,
        decided=held.decided_on is not None,
    ):
        raise RefusedError(
            _(
                "An employer is spared who has paid everything and promised in writing: note both "
                "first."
            )
        )
    said = steps.require_words(words, "words", _("Say why the employer is spared."))
    return move(doing, Verb.SPARE, words=said, for_firm=held.noticed_on is not None)


@transaction.atomic
def extend(
    actor: User, matter: ArrearsMatter, words: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Extend the time for a decision on a complex matter, the head having approved (art. 8)."""
    doing = begin(actor, matter, now)
    if doing.matter.stage not in EXTENDABLE:
        raise RefusedError(_("There is no time for a decision to extend now."))
    if doing.matter.extended:
        raise RefusedError(_("The time for the decision was extended once already."))
    due = procedure.decision_due(doing.matter.dates, calendar(), declared().terms)
    if due is not None and doing.today > due:
        raise RefusedError(_("The time for the decision has passed; it cannot be extended."))
    said = steps.require_words(words, "words", _("Say why, and who approved it."))
    doing.matter.extended = True
    return tell(doing, "extend", words=said, for_firm=True)


@transaction.atomic
def decide(actor: User, matter: ArrearsMatter, *, now: datetime | None = None) -> ArrearsMatter:
    """Decide to list (art. 8); the decision says what art. 8 asks of it.

    Raises RefusedError before the time for objections has passed, or where no ground is left.
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.DECIDE)
    held, rules = doing.matter, declared()
    if not procedure.may_decide(held.stage, held.dates, calendar(), rules.terms, doing.today):
        raise RefusedError(_("The time for objections has not passed yet."))
    if held.statements.filter(
        kind=Statement.Kind.OBJECTION, outcome=Statement.Outcome.UPHELD, party=None
    ).exists():
        raise RefusedError(_("The objection was accepted: close the matter instead."))
    held.ground = _require_ground(held)
    _require_parties(held)
    held.decision_number = document_number(held.authority, "监列", doing.today)
    held.decided_on = doing.today
    held.decided_at = doing.moment
    held.listed_until = listing.last_day(doing.today, rules.years)
    keep_letter(doing, MatterFile.Kind.DECISION, letters.decision)
    return move(doing, Verb.DECIDE, number=held.decision_number, for_firm=True)


def _require_served(doing: Doing, served_on: date) -> None:
    steps.require_not_future(served_on, doing, "served_on")
    due = doing.matter.order_due_on
    if due is not None and served_on <= due:
        raise RefusedError(
            _("The notice is served after the time of the payment order has passed."),
            status=422,
            field="served_on",
        )


def _require_ground(matter: ArrearsMatter) -> str:
    found = listing.assess(matter.arrears, declared().thresholds)
    if not found.listable:
        raise RefusedError(
            _("The arrears reach no threshold and caused no incident: there is no ground to list.")
        )
    return found.code


def _require_parties(matter: ArrearsMatter) -> None:
    capacities = [listing.Capacity(each.capacity) for each in matter.parties.filter(left_off=False)]
    fault = listing.check_parties(capacities)
    if fault == "nobody":
        raise RefusedError(
            _("Add the legal representative or principal, who is listed with the employer.")
        )
    if fault == "two-heads":
        raise RefusedError(_("An employer has one legal representative and one principal."))


def make_statement(
    doing: Doing,
    kind: Statement.Kind,
    words: str,
    files: Sequence[HandedIn],
    said_by: str,
    *,
    asks_hearing: bool = False,
    party: Party | None = None,
) -> Statement:
    """Keep what a party says, under its name; an officer who takes it down is named too."""
    actor = doing.actor
    own = party is not None or (actor is not None and speaks_for_employer(actor, doing.matter))
    name = str(actor) if own else (said_by.strip() or doing.matter.firm_name)
    if party is not None:
        name = party.name
    statement = Statement.objects.create(
        key=new_key(),
        matter=doing.matter,
        party=party,
        kind=kind,
        words=words,
        asks_hearing=asks_hearing,
        made_at=doing.moment,
        made_by=actor if own else None,
        made_by_name=name[:120],
        taken_down_by=None if own else actor,
    )
    steps.keep(doing, files, MatterFile.Kind.FIRM, statement=statement, for_firm=party is None)
    return statement


def answer_statement(
    doing: Doing, statement: Statement, outcome: Statement.Outcome, words: str
) -> None:
    """Answer what a party said; a person who said it for itself is told at once."""
    statement.outcome, statement.answer, statement.answered_at = outcome, words, doing.moment
    statement.save(update_fields=["outcome", "answer", "answered_at"])
    if statement.party is not None:
        tell_person(statement.party, statement.kind, doing.moment, words)


def _answer(doing: Doing, statement: Statement, *, upheld: bool, answer: str) -> None:
    said = steps.require_words(answer, "answer", _("Tell the parties the result and why."))
    outcome = Statement.Outcome.UPHELD if upheld else Statement.Outcome.REJECTED
    answer_statement(doing, statement, outcome, said)
    if upheld and statement.party is not None:
        # a person is heard for itself: that it is not listed does not spare the employer
        statement.party.left_off = True
        statement.party.save(update_fields=["left_off"])
