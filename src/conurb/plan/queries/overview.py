"""What the home page shows of the plan: lights by field, what moved, what is due, progress.

The number of queries does not depend on the number of tasks.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from conurb.journal.models import Entry
from conurb.plan import ladder
from conurb.plan.lights import DUE_SOON_WITHIN, LIGHTS, Light
from conurb.plan.models import Assignment, Field, Item, Plan, Report, Task
from conurb.plan.progress import Course, Said, month_ends, tallies
from conurb.plan.queries.kept import KEPT, KEPT_SECONDS, stamp
from conurb.plan.queries.lights import light_case, light_is
from conurb.plan.queries.tasks import known_lead, start_of
from conurb.plan.tally import Tally
from conurb.region.models import works_for_region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

KEPT_FOR = 24 * 3600  # seconds
FRESH = timedelta(minutes=1)


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


def _in_plan(plan: Plan, item: str) -> Exists:
    """Return the condition that the item at `item` is of `plan`, for the first rows of an order.

    As a join, SQLite walks the whole plan item by item and sorts it for these few.
    """
    return Exists(Item.objects.filter(pk=OuterRef(item), field__plan=plan))


def overview(actor: User | AnonymousUser, plan: Plan, today: date) -> Overview:
    """Return the lights of every field; three queries, two where nothing changed since the last."""
    counted = KEPT.get(
        ("overview", _sight(actor, plan, today)), lambda: _counted(actor, plan, today)
    )
    tallies_of = {field: tally for field, tally, _unowned in counted}
    fields = tuple(
        FieldState(field, tallies_of.get(field.pk, Tally.of(())))
        for field in plan.fields.order_by("order")
    )
    whole = Tally.of(pair for tally in tallies_of.values() for pair in tally.counts.items())
    return Overview(plan, fields, whole, sum(unowned for _field, _tally, unowned in counted))


def _sight(actor: User | AnonymousUser, plan: Plan, today: date) -> Hashable:
    """Return what counts of the plan's tasks depend on."""
    return stamp(), str(Task.visible(actor)), works_for_region(actor), plan.pk, today


def _counted(
    actor: User | AnonymousUser, plan: Plan, today: date
) -> tuple[tuple[int, Tally, int], ...]:
    """Return, for each field that has tasks, its key, tasks by light, and tasks nobody leads.

    One row a field, each light a column: to group by a light worked out, SQLite sorts all tasks.
    """
    lights = {f"light{at}": light_is(light, today) for at, light in enumerate(LIGHTS)}
    unowned = ~Q(light_base="withdrawn") & ~known_lead(actor)
    rows = (
        tasks_of(actor, plan)
        .order_by()
        .values_list("item__field_id")
        .annotate(
            **{name: Count("pk", filter=condition) for name, condition in lights.items()},
            unowned=Count("pk", filter=unowned),
        )
    )
    return tuple(
        (field, Tally(dict(zip(LIGHTS, counts, strict=True))), without)
        for field, *counts, without in rows
    )


def moves(actor: User | AnonymousUser, plan: Plan, now: datetime, limit: int) -> Moves:
    """Return what was reported in the seven days before `now`; two queries."""
    week = now - timedelta(days=7)
    tasks = Task.objects.visible_to(actor).filter(_in_plan(plan, "item_id"))
    reports = Report.objects.visible_to(actor).filter(
        Exists(tasks.order_by().filter(pk=OuterRef("task_id"))),
        created_at__gt=week,
        created_at__lte=now,
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
    late = Task.objects.visible_to(actor).filter(light_is("late", today), _in_plan(plan, "item_id"))
    return tuple(late.select_related("lead", "item__field").order_by("late_on", "order")[:limit])


def due_soon(actor: User | AnonymousUser, plan: Plan, today: date, limit: int) -> tuple[Task, ...]:
    """Return the tasks due within the days that count as soon, the nearest first."""
    soon = Task.objects.visible_to(actor).filter(
        _in_plan(plan, "item_id"),
        due__gte=today,
        due__lte=today + DUE_SOON_WITHIN,
        late_on__isnull=False,
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
    """Return what is due within `window` (both ends in it), by day, field and light; two queries.

    `by_month` gathers the days of a month, for a plan with more due days than a picture can show.
    """
    return KEPT.get(
        ("dues", _sight(actor, plan, today), window, by_month),
        lambda: tuple(_due_groups(actor, plan, today, window, by_month)),
    )


def _due_groups(
    actor: User | AnonymousUser,
    plan: Plan,
    today: date,
    window: tuple[date, date],
    by_month: bool,
) -> Iterator[DueGroup]:
    rows = list(
        tasks_of(actor, plan)
        .filter(~Q(light_base="withdrawn"), due__range=window)
        .order_by()
        .annotate(
            light_now=light_case(today), day=_first_of_month(window) if by_month else F("due")
        )
        .values("item__field__number", "day", "light_now")
        .annotate(tasks=Count("pk"), one=Min("pk"))
        .order_by("day", "item__field__number", "light_now")
    )
    named = Task.objects.visible_to(actor).filter(pk__in=[row["one"] for row in rows])
    names = {pk: (urn, number) for pk, urn, number in named.values_list("pk", "urn", "number")}
    for row in rows:
        urn, number = names[row["one"]]
        yield DueGroup(
            row["item__field__number"],
            row["day"],
            _end_of_month(row["day"]) if by_month else row["day"],
            row["light_now"],
            row["tasks"],
            urn.rsplit(":", 1)[-1],
            number,
        )


def _first_of_month(window: tuple[date, date]) -> Case:
    """Return the expression for the first day of the month of a due day within `window`.

    Compared with the months of the window: what truncates a day on SQLite is far slower.
    """
    first, last = (day.replace(day=1) for day in window)
    months = [first]
    while months[-1] < last:
        months.append(_end_of_month(months[-1]) + timedelta(days=1))
    return Case(
        *(When(due__lt=after, then=Value(month)) for month, after in pairwise(months)),
        default=Value(months[-1]),
        output_field=DateField(),
    )


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def progress(
    actor: User | AnonymousUser, plan: Plan, today: date, months: int
) -> tuple[tuple[date, ...], tuple[Tally, ...]]:
    """Return the ends of the last `months` months and the tasks by light on each.

    What is reported this month does not change the months before, but a new due day, lead or task
    does: past months are worked out again after any entry of the journal but a report.
    """
    days = month_ends(today, months)
    before = Report.objects.visible_to(actor).filter(created_at__lt=start_of(today.replace(day=1)))
    latest = _latest_change()
    change = latest[0] if latest else 0
    key = f"progress:{plan.urn}:{days[-1]}:{months}:{change}:{before.count()}"
    kept: tuple[Tally, ...] | None = cache.get(key)
    if kept is None:
        kept = tallies(courses(actor, plan), days)
        cache.set(key, kept, _keep_for(latest))
    return days, kept


def _latest_change() -> tuple[int, datetime] | None:
    """Return key and time of the latest entry of the journal that is no report."""
    changes = Entry.everything.exclude(verb="task.report").order_by("-pk")
    return changes.values_list("pk", "at").first()


def _keep_for(latest: tuple[int, datetime] | None) -> int:
    """Return for how many seconds figures hold that were read just after the entry `latest`.

    PostgreSQL may commit an older entry after it, but not for long.
    """
    fresh = latest is not None and timezone.now() - latest[1] < FRESH
    return KEPT_SECONDS if fresh else KEPT_FOR


def courses(actor: User | AnonymousUser, plan: Plan) -> Iterable[Course]:
    """Return every standing task of the plan through time; three queries."""
    standing = tasks_of(actor, plan).filter(withdrawn_reason="").order_by()
    tasks = {row[0]: row for row in standing.values_list("pk", "kind", "start", "due")}
    said = _said(actor, {pk: kind for pk, kind, _start, _due in tasks.values()})
    zone = timezone.get_current_timezone()
    taken = dict(
        Assignment.objects.visible_to(actor)
        .filter(task__item__field__plan=plan, role="lead", state="accepted")
        .values_list("task_id")
        .annotate(at=Max("answered_at"))
        .order_by()
    )
    for pk, _kind, start, due in tasks.values():
        at = taken.get(pk)
        since = at.astimezone(zone).date() if at else start
        yield Course(start, due, since, said.get(pk, ()))


def _said(actor: User | AnonymousUser, kinds: Mapping[int, str]) -> Mapping[int, list[Said]]:
    """Return what was reported on each of the tasks of these kinds, in order; one query.

    Reports of other plans' tasks are read and left out: they are few, and a join costs as much.
    """
    rungs = [(kind, stage) for kind, stages in ladder.LADDERS.items() for stage in stages]
    shares = {(str(kind), stage.key): stage.share for kind, stage in rungs}
    # a task whose kind was changed keeps reports in the words of its former ladder
    former = {stage.key: stage.share for _kind, stage in rungs}
    said: dict[int, list[Said]] = defaultdict(list)
    rows = (
        Report.objects.visible_to(actor)
        .order_by("task_id", "sequence")
        .annotate(stuck_on=Case(When(~Q(obstacle=""), then=F("made_on"))))
        .values_list("task_id", "stage", "created_at", "stuck_on")
    )
    zone = timezone.get_current_timezone()
    for task, stage, created_at, stuck_on in rows.iterator(chunk_size=5000):
        kind = kinds.get(task)
        if kind is not None:
            share = shares.get((kind, stage), former.get(stage, 0.0))
            on = created_at.astimezone(zone).date()
            said[task].append(Said(on, share, stuck_on))
    return said
