"""Figures of the desk: how much waits, how late it is, how often something was asked again.

They count and name nobody, so they are of all cases, whoever asks; which of them a page shows to
whom is the page's to decide. The number of queries does not grow with the cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from conurb.desk.models import Case
from conurb.desk.queries.lights import light_case
from conurb.desk.services import services
from conurb.desk.stages import State

WAITS = [State.SUBMITTED.value, State.OVERTURNED.value]


def offered_services() -> int:
    """How many services can be applied for in any of the cities."""
    return len(services())


def handed_in() -> QuerySet[Case]:
    """Return every case that was handed in."""
    return Case.everything.exclude(state=State.DRAFT.value)


def cross_city_cases() -> int:
    """How many cases were handed in in another city than the one that decides."""
    return (
        handed_in()
        .filter(authority__city__isnull=False)
        .exclude(authority__city_id=F("accepted_in_id"))
        .count()
    )


def asked_again() -> int:
    """How often an applicant handed in what a record of the region says already."""
    return int(handed_in().aggregate(total=Sum("asked_again"))["total"] or 0)


@dataclass(frozen=True)
class Load:
    """The work of one service, authority, city or month.

    `days` is the mean time from hand-in to decision in calendar days, clock stops in; None where
    nothing was decided. `late` counts open cases beyond their limit, `decided_late` decided ones.
    """

    key: str
    received: int
    waiting: int
    in_review: int
    with_applicant: int
    late: int
    due_soon: int
    decided: int
    decided_late: int
    automatic: int
    granted: int
    cross_city: int
    reused: int
    asked_again: int
    days: float | None

    @property
    def open(self) -> int:
        """How many are not decided."""
        return self.waiting + self.in_review + self.with_applicant

    @property
    def in_time(self) -> float | None:
        """The share of decided cases that were decided within their limit."""
        return 1 - self.decided_late / self.decided if self.decided else None


def by_service(rows: QuerySet[Case] | None = None, today: date | None = None) -> list[Load]:
    """Return the load of every service that has cases, by its slug."""
    return _loads(rows, "service", today)


def by_authority(rows: QuerySet[Case] | None = None, today: date | None = None) -> list[Load]:
    """Return the load of every authority that has cases, by its key."""
    return _loads(rows, "authority__key", today)


def by_city(rows: QuerySet[Case] | None = None, today: date | None = None) -> list[Load]:
    """Return the load by the city that took the cases in."""
    return _loads(rows, "accepted_in_id", today)


def by_deciding_city(rows: QuerySet[Case] | None = None, today: date | None = None) -> list[Load]:
    """Return the load by the city whose authority decides; "" for the region's authorities."""
    return _loads(rows, "authority__city_id", today)


def by_month(
    rows: QuerySet[Case] | None = None, today: date | None = None, *, months: int = 12
) -> list[Load]:
    """Return the load by the month in which cases came in, the latest months in order."""
    day = today or timezone.localdate()
    first = _months_before(day, months - 1)
    chosen = handed_in() if rows is None else rows
    recent = chosen.filter(submitted_at__date__gte=first).annotate(month=TruncMonth("submitted_at"))
    return _loads(recent, "month", day)


def _loads(rows: QuerySet[Case] | None, group: str, today: date | None) -> list[Load]:
    day = today or timezone.localdate()
    chosen = handed_in() if rows is None else rows
    found = (
        chosen.order_by()
        .annotate(light=light_case(day), decided_day=TruncDate("decided_at"))
        .values(group)
        .annotate(**_counts())
        .order_by(group)
    )
    return [_load(row, group) for row in found]


def _counts() -> dict[str, Any]:
    decided = Q(decided_at__isnull=False)
    return {
        "received": Count("pk"),
        "waiting": Count("pk", filter=Q(state__in=WAITS)),
        "in_review": Count("pk", filter=Q(state=State.REVIEW.value)),
        "with_applicant": Count("pk", filter=Q(state=State.WAITING.value)),
        "late": Count("pk", filter=Q(light="late")),
        "due_soon": Count("pk", filter=Q(light="due-soon")),
        "decided": Count("pk", filter=decided),
        "decided_late": Count("pk", filter=decided & Q(decided_day__gt=F("due_on"))),
        "automatic": Count("pk", filter=Q(automatic=True)),
        "granted": Count("pk", filter=Q(outcome=Case.Outcome.GRANTED)),
        "cross_city": Count(
            "pk",
            filter=Q(authority__city__isnull=False) & ~Q(authority__city_id=F("accepted_in_id")),
        ),
        "again": Sum("asked_again"),
        "spared": Sum("reused_count"),
        "mean": Avg(
            ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField()),
            filter=decided,
        ),
    }


def _load(row: dict[str, Any], group: str) -> Load:
    key, mean = row[group], row["mean"]
    return Load(
        key=f"{timezone.localtime(key):%Y-%m}" if hasattr(key, "year") else str(key or ""),
        received=row["received"],
        waiting=row["waiting"],
        in_review=row["in_review"],
        with_applicant=row["with_applicant"],
        late=row["late"],
        due_soon=row["due_soon"],
        decided=row["decided"],
        decided_late=row["decided_late"],
        automatic=row["automatic"],
        granted=row["granted"],
        cross_city=row["cross_city"],
        reused=row["spared"] or 0,
        asked_again=row["again"] or 0,
        days=round(mean / timedelta(days=1), 1) if mean is not None else None,
    )


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
