"""An item of a plan with its source words, its tasks and what was reported of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.db.models.functions import Substr

from conurb.journal.models import Entry
from conurb.plan.marking import Mark
from conurb.plan.models import Assignment, Item, Plan, Report, Supervision, SupervisionStep, Task
from conurb.plan.queries.standing import Standing, standing, with_story

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

TIMELINE = 10
JOURNAL = 8


@dataclass(frozen=True)
class Source:
    """The published words of a document from `span` on, with the words of the tasks marked."""

    text: str
    span: tuple[int, int]
    marks: Sequence[Mark]

    @property
    def window(self) -> tuple[int, int]:
        """The whole of the text."""
        return 0, len(self.text)


@dataclass(frozen=True)
class ItemPage:
    """What the page of an item shows. `timeline` is the latest reports of all its tasks."""

    plan: Plan
    item: Item
    source: Source
    standings: Sequence[Standing]
    timeline: Sequence[Report]
    earlier: int
    previous: Item | None
    following: Item | None
    former: Item | None
    later: Item | None
    has_places: bool


def find_item(year: int, number: str) -> Item | None:
    """Return the item of this number in the plan of a year, in the latest if there are several."""
    found = Item.objects.filter(field__plan__year=year, number=number)
    return (
        found.select_related("field__plan", "follows__field__plan")
        .order_by("-field__plan__is_current", "-field__plan__pk")
        .first()
    )


def item_page(actor: User | AnonymousUser, item: Item, today: date) -> ItemPage:
    """Gather the page; a fixed number of queries."""
    plan = item.field.plan
    tasks = with_story(actor, Task.objects.visible_to(actor).filter(item=item)).order_by("order")
    standings = [standing(actor, task, today) for task in tasks]
    reports = sorted(
        (report for each in standings for report in each.reports),
        key=lambda report: (report.created_at, report.pk),
        reverse=True,
    )
    others = Item.objects.filter(field__plan=plan).select_related("field__plan")
    return ItemPage(
        plan=plan,
        item=item,
        source=source_of(plan, (item.span_start, item.span_end), [s.task for s in standings]),
        standings=standings,
        timeline=reports[:TIMELINE],
        earlier=max(0, len(reports) - TIMELINE),
        previous=others.filter(order__lt=item.order).order_by("-order").first(),
        following=others.filter(order__gt=item.order).order_by("order").first(),
        former=item.follows,
        later=Item.objects.filter(follows=item).select_related("field__plan").first(),
        has_places=any(place.ref for each in standings for place in each.task.places.all()),
    )


def source_of(plan: Plan, span: tuple[int, int], tasks: Sequence[Task]) -> Source:
    """Return the words as published, cut out of the document in the database.

    The published words of a confirmed plan are public, unlike the rest of its import.
    """
    start, end = span
    cut = Substr("document__text", start + 1, max(end - start, 0))
    text = Plan.objects.filter(pk=plan.pk).values_list(cut, flat=True).get() if end > start else ""
    marks = [
        Mark(
            (task.span_start - start, task.span_end - start), "task", note=task.number, key=task.key
        )
        for task in tasks
        if start <= task.span_start < task.span_end <= end
    ]
    return Source(text, span, marks)


def same_words(source: str, text: str) -> bool:
    """Tell whether a text reads as published, line breaks, spaces and the number before aside."""
    return "".join(text.split()) in "".join(source.split())


@dataclass(frozen=True)
class TaskPage:
    """What the page of a task shows; what the asker may not see is empty."""

    standing: Standing
    source: Source
    assignments: Sequence[Assignment]
    supervisions: Sequence[Supervision]
    journal: Sequence[Entry]
    siblings: Sequence[Task]


def find_task(actor: User | AnonymousUser, key: str) -> Task | None:
    """Return the task with this key in its address, ready for `task_page`."""
    tasks = Task.objects.visible_to(actor).filter(urn=f"urn:conurb:region:task:{key}")
    return with_story(actor, tasks).first()


def task_page(actor: User | AnonymousUser, task: Task, today: date) -> TaskPage:
    """Gather the page; a fixed number of queries."""
    item = task.item
    steps = SupervisionStep.objects.visible_to(actor).select_related("by").order_by("at", "pk")
    cases = Supervision.objects.visible_to(actor).filter(task=task).order_by("-opened_on", "-pk")
    assignments = (
        Assignment.objects.visible_to(actor)
        .filter(task=task)
        .select_related("authority", "asked_by")
        .order_by("-proposed_at", "-pk")
    )
    siblings = Task.objects.visible_to(actor).filter(item=item).order_by("order")
    return TaskPage(
        standing=standing(actor, task, today),
        source=source_of(item.field.plan, (item.span_start, item.span_end), [task]),
        assignments=list(assignments),
        supervisions=list(cases.prefetch_related(Prefetch("steps", steps, to_attr="taken"))),
        journal=list(Entry.objects.visible_to(actor).filter(object_urn=task.urn)[:JOURNAL]),
        siblings=list(siblings),
    )
