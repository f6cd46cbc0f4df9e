"""Figures of item 4.1: what is listed, recognised, confirmed, and who helps whom.

They count rows of all cities and show none, so they are the same for whoever may see them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from conurb.desk.queries.calendar import calendar
from conurb.region.models import Authority, City, in_language
from conurb.sames.market import procedure
from conurb.sames.market.consequences import Standing
from conurb.sames.market.models import (
    LABOUR,
    ArrearsMatter,
    Duty,
    Help,
    Inspector,
    Listing,
    MatterEvent,
)
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.queries.matters import standing_of


def listed_now() -> int:
    """Return how many employers are on the list today."""
    return Listing.everything.filter(removed_at=None, until__gte=timezone.localdate()).count()


def recognised() -> int:
    """Return how many (entry, other city) pairs there are in which an entry on the list holds."""
    today = timezone.localdate()
    pairs = (
        Duty.everything.filter(
            direction=Duty.Direction.IMPOSE,
            listing__removed_at=None,
            listing__until__gte=today,
        )
        .exclude(agreement="")
        .values("listing", "city")
        .distinct()
    )
    return pairs.count()


def confirmations(duties: Iterable[Duty] | None = None) -> Standing:
    """Return how far all duties are confirmed, or these."""
    asked = Duty.everything.only("due_on", "answered_at", "superseded")
    return standing_of(asked if duties is None else duties, timezone.localdate())


def pool() -> int:
    """Return how many inspectors the cities share."""
    return Inspector.objects.filter(active=True).count()


@dataclass(frozen=True)
class CityRow:
    """The figures of one city."""

    city: City
    open: int
    late: int
    listed: int
    removed: int
    spared: int
    owed_fen: int
    standing: Standing
    inspectors: int
    days_given: int
    days_taken: int


def by_city(today: date) -> list[CityRow]:
    """Return a row a city; the number of queries does not grow with the matters."""
    matters = list(
        ArrearsMatter.everything.only(
            "city_id",
            "state",
            "amount_fen",
            "paid_fen",
            "found_on",
            "order_due_on",
            "noticed_on",
            "objected_on",
            "hearing_on",
            "extended",
            "decided_on",
            "early_asked_on",
            "listed_until",
            "removed_at",
        )
    )
    duties = list(Duty.everything.only("city_id", "due_on", "answered_at", "superseded"))
    inspectors = dict(
        Inspector.objects.filter(active=True)
        .values_list("authority__city")
        .annotate(number=Count("pk"))
    )
    given = _days("helper")
    taken = _days("asker")
    terms, days = declared().terms, calendar()
    rows = []
    for city in City.objects.all():
        mine = [each for each in matters if each.city_id == city.pk]
        running = [each for each in mine if each.stage in procedure.OPEN]
        rows.append(
            CityRow(
                city=city,
                open=len(running),
                late=sum(
                    procedure.light(
                        procedure.next_step(each.stage, each.dates, days, terms), days, today
                    )
                    == "late"
                    for each in mine
                ),
                listed=sum(each.stage in procedure.ON_LIST for each in mine),
                removed=sum(each.state in {"removed", "removed-early", "revoked"} for each in mine),
                spared=sum(each.state in {"spared", "settled"} for each in mine),
                owed_fen=sum(each.amount_fen - each.paid_fen for each in mine),
                standing=standing_of((each for each in duties if each.city_id == city.pk), today),
                inspectors=inspectors.get(city.pk, 0),
                days_given=given.get(city.pk, 0),
                days_taken=taken.get(city.pk, 0),
            )
        )
    return rows


def _days(side: str) -> dict[str, int]:
    found = (
        Help.everything.filter(state=Help.State.DONE)
        .values_list(f"{side}__city")
        .annotate(days=Sum("person_days"))
    )
    return {city: days or 0 for city, days in found}


@dataclass(frozen=True)
class EffectRow:
    """How far one effect is given and lifted."""

    name: str
    holds: int
    standing: Standing


def by_effect(today: date) -> list[EffectRow]:
    """Return a row an effect of the region."""
    duties = list(Duty.everything.select_related("listing"))
    rows = []
    for effect in declared().effects:
        mine = [each for each in duties if each.effect == effect.code]
        holds = sum(
            each.direction == Duty.Direction.IMPOSE
            and each.answer != Duty.Answer.NOT_APPLICABLE
            and each.listing.removed_at is None
            and each.listing.until >= today
            for each in mine
        )
        name = in_language(effect.name.zh, effect.name.en)
        rows.append(EffectRow(name, holds, standing_of(mine, today)))
    return rows


def median_days() -> int | None:
    """Return the median of days from arrears found to the decision; None before the first."""
    days = ArrearsMatter.everything.values_list("found_on", "decided_on")
    spans = sorted((decided - found).days for found, decided in days if decided and found)
    return spans[len(spans) // 2] if spans else None


@dataclass(frozen=True)
class Load:
    """The load of one labour inspection."""

    authority: Authority
    open: int
    inspectors: int
    away: int
    acts: int

    @property
    def each(self) -> str:
        """Open matters an inspector at home, to one place."""
        home = self.inspectors - self.away
        return f"{self.open / home:.1f}" if home > 0 else "—"


def loads(today: date) -> list[Load]:
    """Return the load of every labour inspection: who could help, and who needs it."""
    month_ago = timezone.now() - timedelta(days=30)
    open_states = [state.value for state in procedure.OPEN]
    rows = []
    for authority in Authority.objects.filter(
        active=True, subjects=LABOUR, city__isnull=False
    ).select_related("city"):
        away = Inspector.objects.filter(
            authority=authority,
            active=True,
            helps__state=Help.State.ACCEPTED,
            helps__first_day__lte=today,
            helps__last_day__gte=today,
        ).distinct()
        rows.append(
            Load(
                authority=authority,
                open=ArrearsMatter.everything.filter(
                    authority=authority, state__in=open_states
                ).count(),
                inspectors=Inspector.objects.filter(authority=authority, active=True).count(),
                away=away.count(),
                acts=MatterEvent.objects.filter(
                    Q(matter__authority=authority), at__gte=month_ago, actor__isnull=False
                ).count(),
            )
        )
    return rows
