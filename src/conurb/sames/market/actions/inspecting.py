"""The matter before the notice: arrears found, the order to pay, whether it was obeyed.

Verbs of the journal: arrears.open, arrears.evidence, arrears.party, arrears.payment, arrears.order,
arrears.settle, arrears.find-unpaid, arrears.drop, arrears.take-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.uploads import HandedIn
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import User, in_language
from conurb.region.numbers import NumberError, check_firm, check_resident
from conurb.sames.market import procedure
from conurb.sames.market.actions import steps
from conurb.sames.market.actions.steps import begin, document_number, move, new_key, tell
from conurb.sames.market.models import (
    ArrearsMatter,
    MatterFile,
    Party,
    Statement,
    inspects_labour,
)
from conurb.sames.market.procedure import Verb
from conurb.sames.market.queries.declared import day_of


@dataclass(frozen=True)
class Found:
    """What an inspection found. Amounts are fen; `worst_…` is the one worker owed most."""

    firm: str
    firm_name: str
    amount_fen: int
    workers: int
    facts: str
    worst_fen: int = 0
    worst_months: int = 0
    incident_words: str = ""
    address: str = ""
    project: str = ""


@dataclass(frozen=True)
class Person:
    """A person to be listed with the employer."""

    capacity: str
    name: str
    number: str


@transaction.atomic
def open_matter(
    actor: User,
    found: Found,
    *,
    people: Sequence[Person] = (),
    files: Sequence[HandedIn] = (),
    now: datetime | None = None,
) -> ArrearsMatter:
    """Open the matter of an employer at the actor's inspection.

    Raises NotCompetentError for officers of other authorities, RefusedError for a number that no
    firm can have, for amounts that contradict each other, and where the inspection has an open
    matter of the firm already.
    """
    authority = actor.authority
    if authority is None or authority.city is None or not inspects_labour(actor):
        raise NotCompetentError(_("This is for the officers of a labour inspection to do."))
    require_officer_of(actor, authority)
    moment = now or timezone.now()
    firm = _firm(found.firm)
    _check_amounts(found)
    closed = [state.value for state in procedure.CLOSED]
    running = ArrearsMatter.everything.filter(authority=authority, firm=firm).exclude(
        state__in=closed
    )
    other = running.first()
    if other is not None:
        raise RefusedError(
            _("%(firm)s has an open matter here already: %(number)s. Add to it.")
            % {"firm": other.firm_name, "number": other.number},
            field="firm",
        )
    matter = ArrearsMatter(
        key=new_key(),
        number=document_number(authority, "监案", day_of(moment)),
        city=authority.city,
        authority=authority,
        officer=actor,
        firm=firm,
        firm_name=steps.require_words(found.firm_name, "firm_name", _("Name the employer.")),
        address=found.address.strip(),
        project=found.project.strip(),
        amount_fen=found.amount_fen,
        workers=found.workers,
        worst_fen=found.worst_fen,
        worst_months=found.worst_months,
        incident=bool(found.incident_words.strip()),
        incident_words=found.incident_words.strip(),
        facts=steps.require_words(found.facts, "facts", _("Say what was found.")),
        found_on=day_of(moment),
        version=0,
    )
    matter.save()
    doing = steps.Doing(actor, matter, moment)
    for person in people:
        _add_party(matter, person)
    steps.keep(doing, files, MatterFile.Kind.EVIDENCE)
    return tell(doing, "open", before="", words=matter.facts)


@transaction.atomic
def take_up(actor: User, matter: ArrearsMatter, *, now: datetime | None = None) -> ArrearsMatter:
    """Make the actor the officer who leads the matter."""
    doing = begin(actor, matter, now)
    doing.matter.officer = actor
    return tell(doing, "take-up")


@transaction.atomic
def add_evidence(
    actor: User,
    matter: ArrearsMatter,
    files: Sequence[HandedIn],
    *,
    for_firm: bool = False,
    now: datetime | None = None,
) -> list[MatterFile]:
    """Add evidence; `for_firm` lets the employer read it once it has the notice."""
    doing = begin(actor, matter, now)
    if not files:
        raise RefusedError(_("Choose at least one file."), status=422, field="attachments")
    kept = steps.keep(doing, files, MatterFile.Kind.EVIDENCE, for_firm=for_firm)
    tell(doing, "evidence")
    return kept


@transaction.atomic
def add_party(
    actor: User, matter: ArrearsMatter, person: Person, *, now: datetime | None = None
) -> Party:
    """Add a person who is to be listed with the employer, before the notice is served."""
    doing = begin(actor, matter, now)
    if doing.matter.noticed_on is not None:
        raise RefusedError(
            _("The notice was served. Whoever is to be listed has to have had it first.")
        )
    party = _add_party(doing.matter, person)
    tell(doing, "party", words=f"{party.name} {party.get_capacity_display()}")
    return party


@transaction.atomic
def note_payment(
    actor: User,
    matter: ArrearsMatter,
    paid_fen: int,
    on: date,
    words: str = "",
    *,
    now: datetime | None = None,
) -> ArrearsMatter:
    """Note how much was paid altogether (fen), as verified; in full means corrected on that day."""
    doing = begin(actor, matter, now)
    if doing.matter.stage in procedure.CLOSED:
        raise RefusedError(_("The matter is closed."))
    steps.require_not_future(on, doing, "on")
    if not 0 <= paid_fen <= doing.matter.amount_fen:
        raise RefusedError(
            _("What was paid lies between nothing and the %(owed)s yuan owed.")
            % {"owed": doing.matter.owed_yuan},
            status=422,
            field="paid",
        )
    doing.matter.paid_fen = paid_fen
    doing.matter.corrected_on = on if paid_fen == doing.matter.amount_fen else None
    return tell(doing, "payment", words=words.strip(), for_firm=True)


@transaction.atomic
def order(
    actor: User,
    matter: ArrearsMatter,
    *,
    served_on: date,
    pay_until: date,
    number: str = "",
    now: datetime | None = None,
) -> ArrearsMatter:
    """Note the payment order that was served, and until when it gave time (order 45, art. 5)."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.ORDER)
    steps.require_not_future(served_on, doing, "served_on")
    if pay_until <= served_on:
        raise RefusedError(
            _("The time to pay ends after the order was served."), status=422, field="pay_until"
        )
    doing.matter.order_number = number.strip() or document_number(
        doing.matter.authority, "监令", doing.today
    )
    doing.matter.order_served_on = served_on
    doing.matter.order_due_on = pay_until
    return move(doing, Verb.ORDER, number=doing.matter.order_number)


@transaction.atomic
def settle(actor: User, matter: ArrearsMatter, *, now: datetime | None = None) -> ArrearsMatter:
    """Close the matter: everything was paid within the time of the order."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.SETTLE)
    paid_on, due = doing.matter.corrected_on, doing.matter.order_due_on
    if paid_on is None or due is None or paid_on > due:
        raise RefusedError(_("Note first that everything was paid within the time of the order."))
    return move(doing, Verb.SETTLE)


@transaction.atomic
def find_unpaid(
    actor: User, matter: ArrearsMatter, words: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Find that the time of the order passed and the arrears were not paid in full."""
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.FIND_UNPAID)
    due = doing.matter.order_due_on
    if due is None or doing.today <= due:
        raise RefusedError(_("The time of the order has not passed yet."))
    paid_on = doing.matter.corrected_on
    if paid_on is not None and paid_on <= due:
        raise RefusedError(_("Everything was paid within the time of the order."))
    said = steps.require_words(words, "words", _("Say how it was verified."))
    return move(doing, Verb.FIND_UNPAID, words=said)


@transaction.atomic
def drop(
    actor: User, matter: ArrearsMatter, words: str, *, now: datetime | None = None
) -> ArrearsMatter:
    """Close the matter without listing: there is no ground, or none is left.

    An objection that waits for its answer has it with this (art. 6).
    """
    doing = begin(actor, matter, now)
    steps.require_move(doing, Verb.DROP)
    said = steps.require_words(words, "words", _("Say why the employer is not listed."))
    doing.matter.statements.filter(
        kind=Statement.Kind.OBJECTION, outcome=Statement.Outcome.NONE
    ).update(outcome=Statement.Outcome.UPHELD, answer=said, answered_at=doing.moment)
    return move(doing, Verb.DROP, words=said, for_firm=doing.matter.noticed_on is not None)


def _firm(text: str) -> str:
    try:
        return check_firm(text)
    except NumberError as error:
        message = in_language(error.message_zh, error.message_en)
        raise RefusedError(message, status=422, field="firm") from error


def _check_amounts(found: Found) -> None:
    if found.amount_fen <= 0 or found.workers <= 0:
        raise RefusedError(
            _("Arrears are owed to somebody: give amount and number of workers."),
            status=422,
            field="amount",
        )
    if found.worst_fen > found.amount_fen:
        raise RefusedError(
            _("One worker cannot be owed more than all together."), status=422, field="worst"
        )


def _add_party(matter: ArrearsMatter, person: Person) -> Party:
    try:
        number = check_resident(person.number).text
    except NumberError as error:
        message = in_language(error.message_zh, error.message_en)
        raise RefusedError(message, status=422, field="number") from error
    if person.capacity not in Party.Capacity.values:
        raise RefusedError(_("Choose a capacity."), status=422, field="capacity")
    if matter.parties.filter(number=number).exists():
        raise RefusedError(
            _("This person stands in the matter already."), status=422, field="number"
        )
    name = steps.require_words(person.name, "name", _("Name the person."))
    return matter.parties.create(capacity=person.capacity, name=name, number=number)
