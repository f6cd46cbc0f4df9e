"""The plan as JSON: the shape of the API, and of `plan.json`, written piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from conurb.plan.bulletins import Text
from conurb.plan.ladder import Stage
from conurb.plan.writers.records import FieldRecord, ItemRecord, PlanRecord, TaskRecord

Json = dict[str, Any]


def text_json(text: Text) -> Json:
    """Return {"zh", "en"}; "en" is "" where nobody wrote it."""
    return {"zh": text.zh, "en": text.en}


def stage_json(stage: Stage) -> Json:
    """Return a stage of a ladder; `share` is 0 to 1."""
    return {
        "key": stage.key,
        "name": {"zh": stage.zh, "en": stage.en},
        "share": round(stage.share, 4),
    }


def task_json(task: TaskRecord) -> Json:
    """Return a task in the shape `Task` of the API."""
    return {
        "urn": task.urn,
        "key": task.key,
        "address": task.address,
        "number": task.number,
        "plan": task.plan_year,
        "field": task.field_number,
        "item": task.item_number,
        "text": text_json(task.text),
        "verb": task.verb,
        "object": task.object,
        "kind": task.kind,
        "stage": stage_json(task.stage),
        "light": task.light,
        "start": task.start.isoformat(),
        "due": task.due.isoformat() if task.due else None,
        "due_as_written": task.due_as_written.isoformat() if task.due_as_written else None,
        "due_words": task.due_words,
        "cities": [{"code": city.code, "name": text_json(city.name)} for city in task.cities],
        "places": [{"name": place.name, "ref": place.ref or None} for place in task.places],
        "quantities": [
            {"value": quantity["value"], "unit": quantity["unit"]} for quantity in task.quantities
        ],
        "span": list(task.span),
        "lead": {"key": task.lead.key, "name": text_json(task.lead.name)} if task.lead else None,
        "lead_state": task.lead_state,
        "last_report_at": task.last_report_at.isoformat() if task.last_report_at else None,
        "report_count": task.report_count,
        "withdrawn_reason": task.withdrawn_reason,
    }


def item_json(item: ItemRecord) -> Json:
    """Return an item in the shape `Item` of the API."""
    return {
        "urn": item.urn,
        "address": item.address,
        "number": item.number,
        "field": item.field_number,
        "text": text_json(item.text),
        "span": list(item.span),
        "task_count": item.tasks,
    }


def plan_json(plan: PlanRecord) -> Json:
    """Return what a plan says of itself."""
    return {
        "urn": plan.urn,
        "address": plan.address,
        "year": plan.year,
        "title": text_json(plan.title),
        "is_current": plan.is_current,
        "confirmed_on": plan.confirmed_on.isoformat(),
    }


def pieces(plan: PlanRecord, tasks: Iterable[TaskRecord], *, sparse: bool) -> Iterator[str]:
    """Yield a JSON document: the plan with its fields, items and tasks, an item a piece.

    `tasks` stand in the order of the plan. `sparse` leaves out items without any of them.
    """
    groups = groupby(tasks, key=lambda task: (task.field_number, task.item_number))
    below = _Ahead(groups)
    head = _dump(plan_json(plan))
    yield head[:-1] + ', "fields": ['
    for place, field in enumerate(plan.fields):
        yield (", " if place else "") + _opened(field)
        first = True
        for item in field.items:
            own = below.take((field.number, item.number))
            if sparse and not own:
                continue
            yield ("" if first else ", ") + _dump({**item_json(item), "tasks": own})
            first = False
        yield "]}"
    yield "]}\n"


class _Ahead:
    """Hands out groups of tasks that come in order, each to the item that asks for it."""

    def __init__(self, groups: Iterator[tuple[tuple[str, str], Iterator[TaskRecord]]]) -> None:
        self.groups = groups
        self.waiting: tuple[tuple[str, str], list[Json]] | None = None

    def take(self, key: tuple[str, str]) -> list[Json]:
        if self.waiting is None:
            found = next(self.groups, None)
            if found is None:
                return []
            self.waiting = (found[0], [task_json(task) for task in found[1]])
        if self.waiting[0] != key:
            return []
        own, self.waiting = self.waiting[1], None
        return own


def _opened(field: FieldRecord) -> str:
    head = _dump({"number": field.number, "name": text_json(field.name)})
    return head[:-1] + ', "items": ['


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
