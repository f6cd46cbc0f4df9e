"""The plan that is current beside the document that shall follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from conurb.plan import ladder
from conurb.plan.actions.importing import Heirs
from conurb.plan.carrying import Carrying, ItemOf, Statement, compare, statements
from conurb.plan.models import Item, Plan, Task


@dataclass(frozen=True)
class Succession:
    """What becomes of each item and task of `plan`, and their rows by name (URN).

    Tasks that were withdrawn are left aside: what comes again is a new task.
    """

    plan: Plan
    carrying: Carrying
    items: Mapping[str, Item]
    tasks: Mapping[str, Task]

    def heirs(self) -> Heirs:
        """What lives on. A task that is done stays where it was done; its words make a new one."""
        items = {new: self.items[old] for new, old in self.carrying.old_item_of.items()}
        tasks = {
            new: self.tasks[old]
            for new, old in self.carrying.old_task_of.items()
            if not is_done(self.tasks[old])
        }
        return Heirs(items, tasks)

    def ended(self) -> list[Task]:
        """The tasks that end because the new document does not have them, unless they are done."""
        gone = [self.tasks[each.key] for each in self.carrying.gone_tasks]
        return [task for task in gone if not is_done(task)]


def is_done(task: Task) -> bool:
    """Tell whether a task has climbed its whole ladder."""
    return ladder.is_last(task.kind, task.stage)


def succession(reading: Mapping[str, Any], tasks: QuerySet[Task]) -> Succession | None:
    """Compare the current plan with a reading (JSON); None where there is no plan yet.

    `tasks` are those the asker may read. Three queries, however many tasks.
    """
    plan = Plan.objects.filter(is_current=True).first()
    if plan is None:
        return None
    live = tasks.filter(withdrawn_reason="").select_related("lead").order_by("order")
    items = list(
        Item.objects.filter(field__plan=plan)
        .order_by("order")
        .prefetch_related(Prefetch("tasks", live, to_attr="live_tasks"))
    )
    before = [
        ItemOf(
            Statement(item.urn, item.number, item.text_zh),
            tuple(Statement(task.urn, task.number, task.text_zh) for task in _live(item)),
        )
        for item in items
    ]
    return Succession(
        plan,
        compare(before, statements(reading)),
        {item.urn: item for item in items},
        {task.urn: task for item in items for task in _live(item)},
    )


def _live(item: Item) -> list[Task]:
    live: list[Task] = item.live_tasks  # type: ignore[attr-defined]
    return live
