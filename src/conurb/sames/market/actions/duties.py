"""What the authorities are asked to do about a listing, and what they confirm.

Verbs of the journal: arrears-duty.confirm.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.queries.calendar import calendar
from conurb.journal.actions import record
from conurb.records.models import Agreement
from conurb.refusal import RefusedError
from conurb.region.competence import competent, require_officer_of
from conurb.region.models import User
from conurb.sames.market import consequences
from conurb.sames.market.actions.steps import WORDS_LIMIT, Doing, new_key
from conurb.sames.market.models import Duty, Listing
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.record_types import FIRM, PERSON


def ask_to_restrict(doing: Doing, entry: Listing) -> list[Duty]:
    """Ask the authorities of every city in which the listing holds to give its effects."""
    rules = declared()
    agreed = agreements_for(entry, doing)
    elsewhere: dict[str, list[str]] = {}
    for city, code in agreed:
        elsewhere.setdefault(city, []).append(code)
    wanted = consequences.duties(rules.effects, entry.city_id, elsewhere, people=bool(entry.people))
    due = consequences.due_day(calendar(), doing.today, rules.terms["confirmation"].days)
    return Duty.everything.bulk_create(
        Duty(
            key=new_key(),
            listing=entry,
            city_id=each.city,
            authority=competent(each.effect.subject, each.city),
            effect=each.effect.code,
            name_zh=each.effect.name.zh,
            name_en=each.effect.name.en,
            task_zh=each.effect.impose.zh,
            task_en=each.effect.impose.en,
            direction=Duty.Direction.IMPOSE,
            agreement=agreed.get((each.city, each.effect.code), ""),
            asked_at=doing.moment,
            due_on=due,
        )
        for each in wanted
    )


def ask_to_lift(doing: Doing, entry: Listing) -> list[Duty]:
    """Ask whoever gave effect to the listing, or did not say, to lift it and confirm (art. 17)."""
    rules = declared()
    due = consequences.due_day(calendar(), doing.today, rules.terms["taking-down"].days)
    given = Duty.everything.select_for_update().filter(
        listing=entry, direction=Duty.Direction.IMPOSE
    )
    to_lift = [each for each in given if each.answer != Duty.Answer.NOT_APPLICABLE]
    given.filter(answer=Duty.Answer.NONE).update(superseded=True)
    made = []
    for each in to_lift:
        effect = rules.effect(each.effect)
        made.append(
            Duty(
                key=new_key(),
                listing=entry,
                city_id=each.city_id,
                authority_id=each.authority_id,
                effect=each.effect,
                name_zh=each.name_zh,
                name_en=each.name_en,
                task_zh=effect.lift.zh if effect else f"解除：{each.name_zh}",
                task_en=effect.lift.en if effect else f"Lift: {each.name_en}",
                direction=Duty.Direction.LIFT,
                agreement=each.agreement,
                asked_at=doing.moment,
                due_on=due,
            )
        )
    return Duty.everything.bulk_create(made)


@transaction.atomic
def confirm(
    actor: User, duty: Duty, answer: str, words: str = "", *, now: datetime | None = None
) -> Duty:
    """Confirm that a duty was done, or say why it does not apply here.

    Raises NotCompetentError for officers of other authorities, RefusedError where it was confirmed
    already or fell away with the removal.
    """
    require_officer_of(actor, duty.authority)
    duty = (
        Duty.everything.select_for_update(of=("self",))
        .select_related("authority", "listing__matter")
        .get(pk=duty.pk)
    )
    if answer not in (Duty.Answer.DONE, Duty.Answer.NOT_APPLICABLE):
        raise RefusedError(_("Choose what you confirm."), status=422, field="answer")
    if duty.answer:
        raise RefusedError(_("This was confirmed already."))
    if duty.superseded:
        raise RefusedError(
            _("The name has left the list; confirm that the effect was lifted instead.")
        )
    said = words.strip()
    if answer == Duty.Answer.NOT_APPLICABLE and not said:
        raise RefusedError(_("Say why it does not apply."), status=422, field="words")
    if len(said) > WORDS_LIMIT:
        raise RefusedError(
            _("At most %(limit)s characters; attach longer texts as a file.")
            % {"limit": WORDS_LIMIT},
            status=422,
            field="words",
        )
    duty.answer, duty.words = answer, said
    duty.answered_at, duty.answered_by = now or timezone.now(), actor
    duty.save(update_fields=["answer", "words", "answered_at", "answered_by"])
    record(
        actor,
        "arrears-duty.confirm",
        urn=duty.urn,
        name=f"{duty.listing.firm_name} {duty.name_zh}",
        authority=duty.authority,
        at=duty.answered_at,
        effect=duty.effect,
        direction=duty.direction,
        answer=answer,
        reason=said,
    )
    return duty


def agreements_for(entry: Listing, doing: Doing) -> dict[tuple[str, str], str]:
    """Return the key of the agreement by (code of a city, code of an effect) that holds today."""
    types = [FIRM.slug, PERSON.slug] if entry.people else [FIRM.slug]
    holds = Agreement.objects.filter(
        Q(holds_until=None) | Q(holds_until__gte=doing.today),
        type__in=types,
        from_city=entry.city_id,
        closed_at=None,
        holds_from__lte=doing.today,
    )
    return {
        (each.in_city_id, effect["code"]): each.key
        for each in holds.order_by("-type", "holds_from")
        for effect in each.effects
    }
