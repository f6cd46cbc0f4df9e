"""One page of the list of tasks, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _

from conurb.plan.lights import LIGHT_NAMES, Light
from conurb.plan.models import Task
from conurb.plan.queries.tasks import PAGE_SIZE, SEVERAL, TaskFilter, group_city, select
from conurb.region.models import Authority, City, in_language, works_for_region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User


@dataclass(frozen=True)
class Row:
    """A task in the list; `lead` is who leads it, as far as the asker may know."""

    task: Task
    light: Light
    lead: Authority | None
    group: str


@dataclass(frozen=True)
class Group:
    """Rows that follow each other under one heading; `key` is the value of the address."""

    key: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Listing:
    """A page of rows. `page` counts from 1 to `pages`; `total` is the number of all rows."""

    groups: Sequence[Group]
    page: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The place of the first row of the page, from 1; 0 in an empty list."""
        return (self.page - 1) * PAGE_SIZE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """The place of the last row of the page."""
        return min(self.page * PAGE_SIZE, self.total)


def listing(actor: User | AnonymousUser, asked: TaskFilter, today: date, total: int) -> Listing:
    """Return the page asked for, the last one where there are not so many; two queries.

    `total` is the number of tasks that the filter leaves. The keys of the page come first and its
    rows after, so that sorting never carries the texts of 50,000 tasks along.
    """
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(asked.page, pages)
    first = (page - 1) * PAGE_SIZE
    chosen = select(actor, asked, today)
    keys = list(chosen.values_list("pk", flat=True)[first : first + PAGE_SIZE])
    names = _GroupNames(asked.group)
    rows = [names.row(actor, task) for task in _tasks(actor, asked, today, keys)]
    groups = [
        Group(key, names.name(key, found[0]), found)
        for key, found in ((key, list(run)) for key, run in groupby(rows, lambda row: row.group))
    ]
    return Listing(groups, page, pages, total)


def _tasks(
    actor: User | AnonymousUser, asked: TaskFilter, today: date, keys: Sequence[int]
) -> Sequence[Task]:
    tasks = select(actor, TaskFilter(plan=asked.plan), today).filter(pk__in=keys)
    if asked.group == "city":
        tasks = tasks.annotate(group_city=group_city())
    found = {task.pk: task for task in tasks.select_related("item__field__plan", "lead__city")}
    return [found[key] for key in keys if key in found]


def leads(actor: User | AnonymousUser, task: Task) -> Authority | None:
    """Return who leads the task, as far as `actor` may know: the public, once it has accepted."""
    known = {"proposed", "accepted"} if works_for_region(actor) else {"accepted"}
    return task.lead if task.lead_state in known else None


class _GroupNames:
    """Says in which group a row stands and what the group is called."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.cities = {c.code: c.name for c in City.objects.all()} if group == "city" else {}

    def row(self, actor: User | AnonymousUser, task: Task) -> Row:
        light = cast(Light, task.light_now)  # type: ignore[attr-defined]
        lead = leads(actor, task)
        keys = {
            "": "",
            "field": task.item.field.number,
            "lead": lead.key if lead else "none",
            "light": light,
            "city": getattr(task, "group_city", None) or "none",
        }
        return Row(task, light, lead, keys[self.group])

    def name(self, key: str, row: Row) -> str:
        if self.group == "field":
            return str(row.task.item.field)
        if self.group == "light":
            return in_language(*LIGHT_NAMES[row.light])
        if self.group == "lead":
            return row.lead.name if row.lead else _("Nobody leads it yet")
        if self.group == "city":
            other = {"none": _("No city named"), SEVERAL: _("Several cities")}
            return other.get(key) or self.cities.get(key, key)
        return ""
