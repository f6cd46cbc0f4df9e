"""The plan as it leaves the platform: for the API and the files in JSON, xlsx, iCalendar, GeoJSON.

A number of queries that does not grow with the number of rows, except that a long list is read in
chunks of 2,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from conurb.plan.bulletins import Text
from conurb.plan.ladder import KIND_NAMES
from conurb.plan.models import Item, Plan, Task, TaskPlace
from conurb.plan.writers.records import (
    AuthorityRecord,
    CityRecord,
    FieldRecord,
    ItemRecord,
    PlaceRecord,
    PlanRecord,
    TaskRecord,
)
from conurb.region.models import City, County, User, works_for_region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Actor = User | AnonymousUser

CHUNK = 2000


def address(route: str, *args: object) -> str:
    """Return the full address of a page."""
    return settings.SITE_ADDRESS + reverse(route, args=args)


@dataclass(frozen=True)
class Marks:
    """Where counties and cities are drawn when a task names them: a point inside."""

    points: dict[str, dict[str, Any]]

    @classmethod
    def load(cls) -> Marks:
        """Read them; two queries."""
        rows = [
            *((f"county/{c}", x, y) for c, x, y in _points(County.objects.all())),
            *((f"city/{c}", x, y) for c, x, y in _points(City.objects.all())),
        ]
        return cls({ref: {"type": "Point", "coordinates": [x, y]} for ref, x, y in rows})


def _points(rows: QuerySet[County] | QuerySet[City]) -> list[tuple[str, float, float]]:
    return list(rows.order_by().values_list("code", "longitude", "latitude"))


def records(actor: Actor, tasks: QuerySet[Task]) -> Iterator[TaskRecord]:
    """Yield what `actor` may know of these tasks, in their order.

    `tasks` comes from `conurb.plan.queries.tasks.select` and is read chunk by chunk.
    """
    writer = Recorder(works_for_region(actor), Marks.load())
    rows = tasks.select_related("item__field__plan", "lead").prefetch_related(
        "cities", Prefetch("places", TaskPlace.objects.select_related("place"))
    )
    for task in rows.iterator(chunk_size=CHUNK):
        yield writer.record(task)


@dataclass(frozen=True)
class Recorder:
    """Turns rows into records. `candid` tells who is asked to lead before it has accepted."""

    candid: bool
    marks: Marks

    def record(self, task: Task) -> TaskRecord:
        """Return the record of one task with its relations at hand."""
        field = task.item.field
        shown = task.lead is not None and (
            self.candid or task.lead_state == Task.LeadState.ACCEPTED
        )
        return TaskRecord(
            urn=task.urn,
            key=task.key,
            address=address("task", task.key),
            number=task.number,
            plan_year=field.plan.year,
            field_number=field.number,
            field_name=Text(field.name_zh, field.name_en),
            item_number=task.item.number,
            text=Text(task.text_zh, task.text_en),
            verb=task.verb,
            object=task.object_words,
            kind=task.kind,
            kind_name=Text(*KIND_NAMES[task.kind]),  # type: ignore[index]
            stage=task.stage_now,
            light=task.light,
            start=task.start,
            due=task.due,
            due_as_written=task.due_as_written,
            due_words=task.due_words,
            cities=tuple(CityRecord(c.code, Text(c.name_zh, c.name_en)) for c in task.cities.all()),
            places=tuple(self._place(place) for place in task.places.all()),
            quantities=tuple(task.quantities),
            span=(task.span_start, task.span_end),
            lead=AuthorityRecord(task.lead.key, Text(task.lead.name_zh, task.lead.name_en))
            if shown and task.lead
            else None,
            lead_state=task.lead_state if self.candid else None,
            last_report_at=_in_zone(task.last_report_at),
            report_count=task.report_count,
            withdrawn_reason=task.withdrawn_reason,
        )

    def _place(self, named: TaskPlace) -> PlaceRecord:
        known = named.place.geometry if named.place else self.marks.points.get(named.ref)
        return PlaceRecord(named.name, named.ref, known)


def _in_zone(moment: datetime | None) -> datetime | None:
    """The moment to the second, in the region's zone, so that its date is the region's."""
    return timezone.localtime(moment).replace(microsecond=0) if moment else None


def urns(kind: str, key: str) -> list[str]:
    """Return the names that a thing of this kind may have whose opaque part is `key`.

    The address leaves out the scope, which is the region's or a city's; asked for whole names, the
    database answers from the index.
    """
    scopes = ["region", *City.objects.order_by().values_list("code", flat=True)]
    return [f"urn:conurb:{scope}:{kind}:{key}" for scope in scopes]


def plans() -> QuerySet[Plan]:
    """Return all plans, the newest first, with the numbers of their items and tasks."""
    return Plan.objects.annotate(
        item_count=Count("fields__items", distinct=True),
        task_count=Count("fields__items__tasks", distinct=True),
    ).order_by("-year", "-pk")


def plan_of(year: int | None = None) -> Plan | None:
    """Return the current plan, or the latest of a year; None where there is none."""
    rows = Plan.objects.filter(is_current=True) if year is None else Plan.objects.filter(year=year)
    return rows.order_by("-pk").first()


def plan_address(plan: Plan) -> str:
    """Return the address of a plan's page."""
    return address("plan") if plan.is_current else f"{address('plan')}?plan={plan.year}"


def of_plan(tasks: QuerySet[Task], year: int | None) -> QuerySet[Task]:
    """Keep the tasks of one plan: of two of the same year, the later took the other's place."""
    plan = plan_of(year)
    return tasks.filter(item__field__plan=plan) if plan else tasks.none()


def items_of(plan: Plan) -> QuerySet[Item]:
    """Return the items of a plan, in order, with the number of their tasks."""
    rows = Item.objects.filter(field__plan=plan).select_related("field")
    return rows.annotate(task_count=Count("tasks")).order_by("order")


def item_record(item: Item, year: int) -> ItemRecord:
    """Return the record of an item that `items_of` gave."""
    return ItemRecord(
        urn=item.urn,
        address=address("item", year, item.number),
        number=item.number,
        field_number=item.field.number,
        text=Text(item.text_zh, item.text_en),
        span=(item.span_start, item.span_end),
        tasks=item.task_count,  # type: ignore[attr-defined]
    )


def plan_record(plan: Plan) -> PlanRecord:
    """Return a plan with its fields and items; three queries, whatever its size."""
    below: dict[int, list[ItemRecord]] = {}
    for item in items_of(plan):
        below.setdefault(item.field_id, []).append(item_record(item, plan.year))
    return PlanRecord(
        urn=plan.urn,
        address=plan_address(plan),
        year=plan.year,
        title=Text(plan.title_zh, plan.title_en),
        is_current=plan.is_current,
        confirmed_on=plan.confirmed_on,
        fields=tuple(
            FieldRecord(
                field.number, Text(field.name_zh, field.name_en), tuple(below.get(field.pk, ()))
            )
            for field in plan.fields.order_by("order")
        ),
    )
