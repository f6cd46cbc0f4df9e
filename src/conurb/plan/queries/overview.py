"""What the home page shows of the plan: lights by field, what moved, what is due, progress.

The number of queries does not depend on the number of tasks.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.core.cache import cache
from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from conurb.plan import ladder
from conurb.plan.lights import DUE_SOON_WITHIN, Light
from conurb.plan.models import Assignment, Field, Plan, Report, Task
from conurb.plan.progress import Course, Said, month_ends, tallies
from conurb.plan.queries.lights import light_case, light_is
from conurb.plan.queries.tasks import known_lead, start_of
from conurb.plan.tally import Tally

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

KEPT_FOR = 24 * 3600


@dataclass(frozen=True)
class FieldState:
    """A field of the plan with its tasks by light."""

    field: Field
    tally: Tally


@dataclass(frozen=True)
class Overview:
    """The plan at a glance. `without_owner` counts standing tasks that nobody is known to lead."""

    plan: Plan
    fields: tuple[FieldState, ...]
    tally: Tally
    without_owner: int


@dataclass(frozen=True)
class Moves:
    """What was reported since `since`: the latest reports, and how many there are in all."""

    since: date
    latest: tuple[Report, ...]
    reports: int
    tasks: int
    authorities: int


@dataclass(frozen=True)
class DueGroup:
    """Tasks of a field due from `first` to `last` that show one light; `key` names one of them."""

    field_number: str
    first: date
    last: date
    light: Light
    count: int
    key: str
    number: str


def current_plan() -> Plan | None:
    """Return the plan in force, None on a node that has none yet."""
    return Plan.objects.filter(is_current=True).first()


def tasks_of(actor: User | AnonymousUser, plan: Plan) -> QuerySet[Task]:
    """Return the tasks of `plan` that the actor may see."""
    return Task.objects.visible_to(actor).filter(item__field__plan=plan)


def overview(actor: User | AnonymousUser, plan: Plan, today: date) -> Overview:
    """Return the lights of every field; two queries."""
    unowned = Q(withdrawn_reason="") & ~known_lead(actor)
    rows = (
        tasks_of(actor, plan)
        .order_by()
        .annotate(light_now=light_case(today))
        .values("item__field_id", "light_now")
        .annotate(number=Count("pk"), unowned=Count("pk", filter=unowned))
    )
    by_field: dict[int, list[tuple[Light, int]]] = defaultdict(list)
    without_owner = 0
    for row in rows:
        by_field[row["item__field_id"]].append((cast(Light, row["light_now"]), row["number"]))
        without_owner += row["unowned"]
    fields = tuple(
        FieldState(field, Tally.of(by_field[field.pk])) for field in plan.fields.order_by("order")
    )
    whole = Tally.of(pair for pairs in by_field.values() for pair in pairs)
    return Overview(plan, fields, whole, without_owner)


def moves(actor: User | AnonymousUser, plan: Plan, now: datetime, limit: int) -> Moves:
    """Return what was reported in the seven days before `now`; two queries."""
    week = now - timedelta(days=7)
    reports = Report.objects.visible_to(actor).filter(
        task__item__field__plan=plan, created_at__gt=week, created_at__lte=now
    )
    counted = reports.order_by().aggregate(
        reports=Count("pk"),
        tasks=Count("task", distinct=True),
        authorities=Count("authority", distinct=True),
    )
    latest = reports.select_related("task", "authority").order_by("-created_at", "-id")[:limit]
    return Moves(timezone.localdate(week), tuple(latest), **counted)


def late_tasks(
    actor: User | AnonymousUser, plan: Plan, today: date, limit: int
) -> tuple[Task, ...]:
    """Return the tasks longest overdue."""
    late = tasks_of(actor, plan).filter(light_is("late", today))
    return tuple(late.select_related("lead", "item__field").order_by("late_on", "order")[:limit])


def due_soon(actor: User | AnonymousUser, plan: Plan, today: date, limit: int) -> tuple[Task, ...]:
    """Return the tasks due within the days that count as soon, the nearest first."""
    soon = tasks_of(actor, plan).filter(
        due__gte=today, due__lte=today + DUE_SOON_WITHIN, late_on__isnull=False
    )
    return tuple(soon.select_related("lead", "item__field").order_by("due", "order")[:limit])


def with_known_lead(actor: User | AnonymousUser, tasks: Iterable[Task]) -> frozenset[int]:
    """Return the primary keys of those of `tasks` whose lead the actor may know; one query."""
    keys = [task.pk for task in tasks]
    known = Task.objects.visible_to(actor).filter(known_lead(actor), pk__in=keys)
    return frozenset(known.order_by().values_list("pk", flat=True))


def due_groups(
    actor: User | AnonymousUser,
    plan: Plan,
    today: date,
    window: tuple[date, date],
    *,
    by_month: bool = False,
) -> tuple[DueGroup, ...]:
    """Return what is due within `window` (both ends in it), by day, field and light; one query.

    `by_month` gathers the days of a month, for a plan with more due days than a picture can show.
    """
    rows = (
        tasks_of(actor, plan)
        .filter(due__range=window, withdrawn_reason="")
        .order_by()
        .annotate(light_now=light_case(today), day=TruncMonth("due") if by_month else F("due"))
        .values("item__field__number", "day", "light_now")
        .annotate(tasks=Count("pk"), one=Min("urn"), first=Min("number"))
        .order_by("day", "item__field__number", "light_now")
    )
    return tuple(
        DueGroup(
            row["item__field__number"],
            row["day"],
            _end_of_month(row["day"]) if by_month else row["day"],
            row["light_now"],
            row["tasks"],
            row["one"].rsplit(":", 1)[-1],
            row["first"],
        )
        for row in rows
    )


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def progress(
    actor: User | AnonymousUser, plan: Plan, today: date, months: int
) -> tuple[tuple[date, ...], tuple[Tally, ...]]:
    """Return the ends of the last `months` months and the tasks by light on each.

    What comes in today does not change past months, so they are worked out once a day.
    """
    days = month_ends(today, months)
    before = Report.objects.visible_to(actor).filter(created_at__lt=start_of(today.replace(day=1)))
    key = f"progress:{plan.urn}:{today}:{months}:{before.count()}"
    kept: tuple[Tally, ...] | None = cache.get(key)
    if kept is None:
        kept = tallies(courses(actor, plan), days)
        cache.set(key, kept, KEPT_FOR)
    return days, kept


def courses(actor: User | AnonymousUser, plan: Plan) -> Iterable[Course]:
    """Return every standing task of the plan through time; three queries."""
    standing = tasks_of(actor, plan).filter(withdrawn_reason="").order_by()
    rungs = [(kind, stage) for kind, stages in ladder.LADDERS.items() for stage in stages]
    shares = {(str(kind), stage.key): stage.share for kind, stage in rungs}
    # a task whose kind was changed keeps reports in the words of its former ladder
    former = {stage.key: stage.share for _kind, stage in rungs}
    said: dict[int, list[Said]] = defaultdict(list)
    rows = (
        Report.objects.visible_to(actor)
        .filter(task__item__field__plan=plan)
        .order_by("task_id", "sequence")
        .annotate(kind=F("task__kind"))
        .values_list("task_id", "kind", "stage", "created_at", "made_on", "obstacle")
    )
    zone = timezone.get_current_timezone()
    for task, kind, stage, created_at, made_on, obstacle in rows.iterator(chunk_size=5000):
        share = shares.get((kind, stage), former.get(stage, 0.0))
        on = created_at.astimezone(zone).date()
        said[task].append(Said(on, share, made_on if obstacle else None))
    taken = dict(
        Assignment.objects.visible_to(actor)
        .filter(task__item__field__plan=plan, role="lead", state="accepted")
        .values_list("task_id")
        .annotate(at=Max("answered_at"))
        .order_by()
    )
    for pk, start, due in standing.values_list("pk", "start", "due"):
        at = taken.get(pk)
        since = at.astimezone(zone).date() if at else start
        yield Course(start, due, since, said.get(pk, ()))
