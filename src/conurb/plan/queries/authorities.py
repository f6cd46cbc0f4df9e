"""The authorities and their share of the plan. For officers; nothing here is for the public.

The number of queries does not depend on the number of authorities or tasks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

from django.db.models import Count, F, Q, QuerySet

from conurb.plan.lights import Light
from conurb.plan.models import Assignment, Report, Task
from conurb.plan.queries.lights import light_case
from conurb.plan.queries.tasks import start_of, urgency
from conurb.plan.tally import Tally
from conurb.region.models import Authority, City, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

LISTED = 50
LATELY = timedelta(days=30)
HELD = (Assignment.State.PROPOSED, Assignment.State.ACCEPTED)


@dataclass(frozen=True)
class Share:
    """What an authority carries: tasks it leads, by light; how many await its answer; supports."""

    authority: Authority
    led: Tally
    proposed: int
    supported: int


@dataclass(frozen=True)
class CityShares:
    """The authorities of a city, or of the region where `city` is None."""

    city: City | None
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Page:
    """One authority: its tasks, those it was asked to support, its people."""

    share: Share
    led: tuple[Task, ...]
    led_count: int
    supports: tuple[Assignment, ...]
    supports_count: int
    officers: tuple[User, ...]
    reports_lately: int


def _current(actor: User | AnonymousUser) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(item__field__plan__is_current=True)


def by_city(
    actor: User | AnonymousUser, today: date, *, words: str = "", city: str = ""
) -> tuple[CityShares, ...]:
    """Return the authorities whose names or competences hold every word of `words`, by city.

    `city` is an administrative code, "region" for those of the region, "" for all.
    """
    authorities = Authority.objects.filter(active=True).select_related("city")
    if city:
        at = Q(city__isnull=True) if city == "region" else Q(city_id=city)
        authorities = authorities.filter(at)
    for word in words.split():
        named = Q(pk__in=[])
        for column in ("name_zh", "name_en", "short_zh", "short_en"):
            named |= Q(**{f"{column}__icontains": word})
        about = Authority.objects.filter(
            Q(subjects__name_zh__icontains=word) | Q(subjects__name_en__icontains=word)
        )
        authorities = authorities.filter(named | Q(pk__in=about.order_by().values("pk")))
    grouped: dict[City | None, list[Share]] = defaultdict(list)
    ordered = authorities.order_by(F("city__order").asc(nulls_first=True), "order", "key")
    for share in _shares(actor, today, list(ordered)):
        grouped[share.authority.city].append(share)
    return tuple(CityShares(city, tuple(shares)) for city, shares in grouped.items())


def _shares(actor: User | AnonymousUser, today: date, authorities: list[Authority]) -> list[Share]:
    keys = [authority.pk for authority in authorities]
    led: dict[int, list[tuple[Light, int]]] = defaultdict(list)
    proposed: dict[int, int] = defaultdict(int)
    rows = (
        _current(actor)
        .filter(lead__in=keys, lead_state__in=HELD)
        .order_by()
        .annotate(light_now=light_case(today))
        .values("lead_id", "light_now", "lead_state")
        .annotate(number=Count("pk"))
    )
    for row in rows:
        if row["lead_state"] == Task.LeadState.PROPOSED:
            proposed[row["lead_id"]] += row["number"]
        else:
            led[row["lead_id"]].append((cast(Light, row["light_now"]), row["number"]))
    supported = dict(
        _supports(actor)
        .filter(authority__in=keys)
        .order_by()
        .values_list("authority_id")
        .annotate(number=Count("pk"))
    )
    return [
        Share(one, Tally.of(led[one.pk]), proposed[one.pk], supported.get(one.pk, 0))
        for one in authorities
    ]


def _supports(actor: User | AnonymousUser) -> QuerySet[Assignment]:
    return Assignment.objects.visible_to(actor).filter(
        role=Assignment.Role.SUPPORT, state__in=HELD, task__item__field__plan__is_current=True
    )


def page(actor: User | AnonymousUser, authority: Authority, today: date) -> Page:
    """Return the page of one authority: the most urgent tasks first, at most `LISTED` of them."""
    (share,) = _shares(actor, today, [authority])
    led = _current(actor).filter(lead=authority, lead_state__in=HELD)
    supports = _supports(actor).filter(authority=authority)
    lately = Report.objects.visible_to(actor).filter(
        authority=authority, created_at__gte=start_of(today - LATELY)
    )
    return Page(
        share,
        tuple(
            led.annotate(light_now=light_case(today)).order_by(
                urgency(today), F("due").asc(nulls_last=True), "order"
            )[:LISTED]
        ),
        led.count(),
        tuple(
            supports.select_related("task", "task__lead")
            .annotate(light_now=light_case(today, "task__"))
            .order_by("task__order")[:LISTED]
        ),
        supports.count(),
        tuple(authority.officers.filter(is_active=True, is_system=False)),
        lately.count(),
    )
