"""Workload and delay of an authority: who has how much, what is late, how long things take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate, TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.limits import LIGHT_NAMES, Light
from conurb.desk.models import Case
from conurb.desk.queries import figures as loads
from conurb.desk.queries.figures import Load
from conurb.desk.queries.lights import light_case
from conurb.desk.queries.pages_desk import own
from conurb.desk.services import services
from conurb.desk.stages import CLOCK_RUNS
from conurb.journal.charts import Chart, Series
from conurb.region.models import City, User, in_language

MONTHS = 12
RUNS = [state.value for state in CLOCK_RUNS]
# lights of cases in the colours of the lights of tasks, which charts know
COLOURS: tuple[tuple[Light, str], ...] = (
    ("late", "late"),
    ("due-soon", "at-risk"),
    ("on-course", "on-course"),
)


@dataclass(frozen=True)
class ServiceFigures:
    """How one service fares: its load, its name, and the limit it promises."""

    name: str
    load: Load
    limit: int

    @property
    def percent(self) -> str:
        """The share decided on time, never rounded up to all."""
        share = self.load.in_time
        return "—" if share is None else f"{int(share * 100)} %"


@dataclass(frozen=True)
class Figures:
    """What the page of figures shows, of what came in during the last twelve months."""

    running: int
    late: int
    due_soon: int
    decided: int
    on_time: str
    cross_city: int
    reused: int
    asked_again: int
    by_officer: Chart
    by_month: Chart
    by_city: Sequence[tuple[str, int]]
    services: Sequence[ServiceFigures]


def figures(actor: User, today: date) -> Figures:
    """Return the figures of the actor's authority; the number of queries never grows."""
    ours = own(actor).filter(authority=actor.authority)
    since = _months_on(today, 1 - MONTHS)
    start = timezone.make_aware(datetime.combine(since, time.min))
    recent = ours.filter(submitted_at__gte=start)
    by_service = loads.by_service(recent, today)
    by_city = {load.key: load.received for load in loads.by_city(recent, today)}
    now = ours.filter(state__in=RUNS).annotate(light=light_case(today))
    lit = now.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(light="late")),
        soon=Count("pk", filter=Q(light="due-soon")),
    )
    decided = sum(load.decided for load in by_service)
    late = sum(load.decided_late for load in by_service)
    names = {each.slug: each for each in services()}
    return Figures(
        running=lit["all"],
        late=lit["late"],
        due_soon=lit["soon"],
        decided=decided,
        on_time=f"{(decided - late) * 100 // decided} %" if decided else "—",
        cross_city=sum(load.cross_city for load in by_service),
        reused=sum(load.reused for load in by_service),
        asked_again=sum(load.asked_again for load in by_service),
        by_officer=_by_officer(now),
        by_month=_by_month(ours.filter(decided_at__gte=start), since),
        by_city=[(city.name, by_city.get(city.code, 0)) for city in City.objects.all()],
        services=[
            ServiceFigures(
                name=in_language(known.name.zh, known.name.en) if known else load.key,
                load=load,
                limit=known.limit if known else 0,
            )
            for load in sorted(by_service, key=lambda load: -load.received)
            for known in [names.get(load.key)]
        ],
    )


def _by_officer(running: QuerySet[Case]) -> Chart:
    rows = list(
        running.order_by()
        .values("officer__full_name", "officer__username")
        .annotate(
            late=Count("pk", filter=Q(light="late")),
            soon=Count("pk", filter=Q(light="due-soon")),
            fine=Count("pk", filter=Q(light="on-course")),
        )
        .order_by(F("officer__full_name").asc(nulls_first=True), "officer__username")
    )
    counted = dict(
        zip((light for light, _colour in COLOURS), ("late", "soon", "fine"), strict=True)
    )
    return Chart(
        key="officers",
        shape="bars",
        title=_("Running cases by officer"),
        categories=[
            row["officer__full_name"] or row["officer__username"] or _("nobody yet") for row in rows
        ],
        series=[
            Series(
                in_language(*LIGHT_NAMES[light]),
                [row[counted[light]] for row in rows],
                light=colour,
            )
            for light, colour in COLOURS
        ],
        urls=[
            reverse("desk") + ("?show=all" if row["officer__username"] else "?show=waiting")
            for row in rows
        ],
    )


def _by_month(decided: QuerySet[Case], since: date) -> Chart:
    on_time = Q(due_on__isnull=True) | Q(decided_on__lte=F("due_on"))
    rows = {
        timezone.localdate(row["month"]).replace(day=1): row
        for row in decided.order_by()
        .annotate(decided_on=TruncDate("decided_at"), month=TruncMonth("decided_at"))
        .values("month")
        .annotate(number=Count("pk"), punctual=Count("pk", filter=on_time))
    }
    months = [_months_on(since, offset) for offset in range(MONTHS)]
    punctual = [rows[month]["punctual"] if month in rows else 0 for month in months]
    every = [rows[month]["number"] if month in rows else 0 for month in months]
    late = [number - fine for number, fine in zip(every, punctual, strict=True)]
    return Chart(
        key="months",
        shape="bars",
        title=_("Decided by month"),
        categories=[f"{month:%Y-%m}" for month in months],
        series=[
            Series(_("On time"), punctual, light="done"),
            Series(_("Late"), late, light="late"),
        ],
    )


def _months_on(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
