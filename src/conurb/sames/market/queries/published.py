"""The published list: for everybody, and only what is on it now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone

from conurb.region.models import User
from conurb.sames.market.models import Duty, Listing

PER_PAGE = 30
LONGEST = 80  # characters of a search


@dataclass(frozen=True)
class ListFilter:
    """What was asked of the list: words or a code, the city that listed, a page."""

    words: str = ""
    city: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> ListFilter:
        """Read a query string leniently."""
        page = query.get("page", "")
        return cls(
            words=query.get("q", "").strip()[:LONGEST],
            city=query.get("city", "").strip()[:6],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )


def on_list(actor: User | AnonymousUser, asked: ListFilter) -> QuerySet[Listing]:
    """Return what is on the list now, the latest first."""
    found = (
        Listing.objects.visible_to(actor)
        .filter(removed_at=None, until__gte=timezone.localdate())
        .select_related("city", "authority")
    )
    if asked.city:
        found = found.filter(city_id=asked.city)
    if asked.words:
        code = "".join(asked.words.split()).upper()
        found = found.filter(Q(firm_name__icontains=asked.words) | Q(firm__startswith=code))
    return found.order_by("-decided_on", "-pk")


def page_of(actor: User | AnonymousUser, asked: ListFilter) -> Page[Listing]:
    """Return a page of the list."""
    return Paginator(on_list(actor, asked), PER_PAGE).get_page(asked.page)


def entry_of(actor: User | AnonymousUser, key: str) -> Listing | None:
    """Return an entry by its key, None where it is not for this person to see."""
    found = Listing.objects.visible_to(actor).filter(key=key)
    return found.select_related("city", "authority", "matter").first()


@dataclass(frozen=True)
class Holding:
    """The effects of an entry in one city, and by which agreement."""

    city: str
    effects: tuple[str, ...]
    agreement: str


def holds_where(entry: Listing, effects: Collection[str] | None = None) -> list[Holding]:
    """Return where an entry has which effects, as they were asked for when it was published.

    Of `effects` alone where they are given, by their codes.
    """
    # what was asked for is as public as the entry; who confirmed it is not, and is not shown
    asked = (
        Duty.everything.filter(listing=entry, direction=Duty.Direction.IMPOSE)
        .select_related("city")
        .order_by("city__order", "pk")
    )
    if effects is not None:
        asked = asked.filter(effect__in=effects)
    cities: dict[str, list[Duty]] = {}
    for duty in asked:
        cities.setdefault(duty.city.name, []).append(duty)
    return [
        Holding(city, tuple(each.name for each in duties), duties[0].agreement)
        for city, duties in cities.items()
    ]
