"""The queue of an authority: what waits for an officer, and which case is the next."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from conurb.desk.models import Case, Delegation
from conurb.desk.queries.lights import SOONEST_FIRST, light_case
from conurb.desk.stages import State
from conurb.region.models import User


def queue(actor: User) -> QuerySet[Case]:
    """Return the cases of the actor's authority that nobody has in hand, the most urgent first.

    Each has its `light` of today.
    """
    waiting = Q(authority_id=actor.authority_id or 0) & Q(
        state__in=[State.SUBMITTED.value, State.OVERTURNED.value]
    )
    return (
        Case.objects.visible_to(actor)
        .filter(waiting)
        .annotate(light=light_case(timezone.localdate()))
        .order_by(*SOONEST_FIRST)
    )


def in_hand(actor: User) -> QuerySet[Case]:
    """Return the cases that the actor has in hand, or an absent colleague whose deputy he is."""
    today = timezone.localdate()
    absent = Delegation.objects.filter(
        deputy=actor,
        authority_id=actor.authority_id or 0,
        first_day__lte=today,
        last_day__gte=today,
        ended_at=None,
    )
    mine = Q(officer_id=actor.pk) | Q(officer_id__in=absent.values("absent"))
    return (
        Case.objects.visible_to(actor)
        .filter(mine, authority_id=actor.authority_id or 0, state=State.REVIEW.value)
        .annotate(light=light_case(today))
        .order_by(*SOONEST_FIRST)
    )


def next_case(actor: User) -> Case | None:
    """Return what the actor takes up next: what he has in hand, else what waits longest."""
    return in_hand(actor).first() or queue(actor).first()
