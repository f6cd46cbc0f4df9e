"""Duties: what holds for whom, and what waits to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from conurb.region.models import User
from conurb.sames.market.models import Duty
from conurb.sames.market.queries.published import LONGEST

PER_PAGE = 30
STATES = ("open", "overdue", "done", "holds")


@dataclass(frozen=True)
class DutyFilter:
    """What was asked: waiting, overdue, confirmed, or what holds now; words; an effect."""

    state: str = "open"
    words: str = ""
    effect: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> DutyFilter:
        """Read a query string leniently."""
        state, page = query.get("state", "open"), query.get("page", "")
        return cls(
            state=state if state in STATES else "open",
            words=query.get("q", "").strip()[:LONGEST],
            effect=query.get("effect", "").strip()[:40],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )


def own(actor: User) -> QuerySet[Duty]:
    """Return the duties of the actor's authority; an administrator sees those of all."""
    found = Duty.objects.visible_to(actor).select_related("city", "authority", "listing__city")
    return found if actor.is_superuser else found.filter(authority=actor.authority)


def duties(actor: User, asked: DutyFilter, today: date) -> Page[Duty]:
    """Return a page of the duties asked for."""
    found = own(actor).filter(_in_state(asked.state, today))
    if asked.effect:
        found = found.filter(effect=asked.effect)
    if asked.words:
        code = "".join(asked.words.split()).upper()
        found = found.filter(
            Q(listing__firm_name__icontains=asked.words) | Q(listing__firm__startswith=code)
        )
    order = ("-answered_at", "-pk") if asked.state == "done" else ("due_on", "pk")
    return Paginator(found.order_by(*order), PER_PAGE).get_page(asked.page)


def counts(actor: User, today: date) -> dict[str, int]:
    """Return how many duties there are in each state."""
    return {state: own(actor).filter(_in_state(state, today)).count() for state in STATES}


def duty_of(actor: User, key: str) -> Duty | None:
    """Return a duty by its key, None where it is not for this person to see."""
    found = Duty.objects.visible_to(actor).filter(key=key)
    return found.select_related("city", "authority", "listing__city", "listing__authority").first()


def effects_of(actor: User) -> list[tuple[str, str]]:
    """Return the effects that the actor's authority acts on: code and name."""
    seen = {duty.effect: duty.name for duty in own(actor).order_by("effect", "pk")}
    return sorted(seen.items())


def _in_state(state: str, today: date) -> Q:
    waiting = Q(answer="", superseded=False)
    match state:
        case "overdue":
            return waiting & Q(due_on__lt=today)
        case "done":
            return ~Q(answer="")
        case "holds":
            return Q(
                direction=Duty.Direction.IMPOSE,
                listing__removed_at=None,
                listing__until__gte=today,
            ) & ~Q(answer=Duty.Answer.NOT_APPLICABLE)
        case _:
            return waiting
