"""Fills a database with a plan of any size, made of the region's own plan over and over.

Everything that makes a row large or a query slow in real life is there: full texts in both
languages, places, cities, leads, answered proposals, reports. It is invented and goes nowhere.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import islice

from django.core.management import call_command
from django.utils import timezone

from conurb.plan import ladder, lights
from conurb.plan.models import Assignment, Field, Item, Plan, Report, Task, TaskPlace
from conurb.region.models import Authority, City, Place, User
from conurb.urn import new_urn

TASKS_PER_ITEM = 3
REPORTS_PER_TASK = 2
BATCH = 2000


@dataclass(frozen=True)
class Sources:
    """What the rows are made of."""

    tasks: list[Task]
    cities: list[City]
    places: list[Place]
    authorities: list[Authority]
    officer: User


def fill(number: int, today: date, seed: int = 1) -> None:
    """Load the region and grow its plan to `number` tasks. The database must be empty."""
    call_command("loadregion", stdout=StringIO(), stderr=StringIO())
    chance = random.Random(seed)
    sources = _sources()
    plan = Plan.objects.get(is_current=True)
    fields = list(plan.fields.all())
    Task.everything.filter(item__field__plan=plan).delete()
    Item.objects.filter(field__plan=plan).delete()
    items = Item.objects.bulk_create(
        _items(fields, -(-number // TASKS_PER_ITEM), sources), batch_size=BATCH
    )
    rows = (_task(items, at, sources, chance, today) for at in range(number))
    while batch := list(islice(rows, BATCH)):
        tasks = Task.everything.bulk_create(batch)
        _surround(tasks, sources, chance)


def _sources() -> Sources:
    authorities = list(Authority.objects.filter(is_office=False))
    officer = User.objects.create(
        username="officer", full_name="Benchmark", authority=authorities[0]
    )
    return Sources(
        list(Task.everything.all()),
        list(City.objects.all()),
        list(Place.objects.all()),
        authorities,
        officer,
    )


def _items(fields: list[Field], number: int, sources: Sources) -> list[Item]:
    made = []
    for at in range(number):
        field = fields[at * len(fields) // number]
        task = sources.tasks[at % len(sources.tasks)]
        made.append(
            Item(
                urn=new_urn("item"),
                field=field,
                number=f"{field.number}.{at + 1}",
                order=at,
                text_zh=task.text_zh * 2,
                text_en=task.text_en * 2,
                span_start=task.span_start,
                span_end=task.span_end,
            )
        )
    return made


def _task(items: list[Item], at: int, sources: Sources, chance: random.Random, today: date) -> Task:
    model = sources.tasks[at % len(sources.tasks)]
    item = items[at // TASKS_PER_ITEM]
    kind = chance.choice(ladder.KINDS)
    stage = chance.choice(ladder.ladder_of(kind))
    start = today - timedelta(days=chance.randrange(30, 900))
    due = None if chance.random() < 0.2 else start + timedelta(days=chance.randrange(200, 1500))
    sign = today - timedelta(days=chance.randrange(0, 120))
    turn = lights.turnings(lights.Facts(False, stage.share == 1, stage.share, start, due, sign))
    lead = None if chance.random() < 0.1 else chance.choice(sources.authorities)
    return Task(
        urn=new_urn("task"),
        item=item,
        number=f"{item.number}-{at % TASKS_PER_ITEM + 1}",
        order=at,
        text_zh=f"{model.text_zh}（{at + 1}）",
        text_en=f"{model.text_en} ({at + 1})",
        span_start=model.span_start,
        span_end=model.span_end,
        verb=model.verb,
        object_words=model.object_words,
        kind=kind,
        stage=stage.key,
        start=start,
        due=due,
        due_as_written=due,
        lead=lead,
        lead_state="accepted" if lead else "unproposed",
        light_base=turn.base,
        at_risk_on=turn.at_risk_on,
        late_on=turn.late_on,
        silent_on=turn.silent_on,
        last_report_at=timezone.make_aware(datetime.combine(sign, time(10))),
        report_count=REPORTS_PER_TASK,
    )


def _surround(tasks: list[Task], sources: Sources, chance: random.Random) -> None:
    """Give the tasks cities, places, answered proposals and reports."""
    concerns = Task.cities.through
    chosen = {task.pk: chance.sample(sources.cities, chance.choice((0, 1, 1, 2))) for task in tasks}
    concerns.objects.bulk_create(
        concerns(task_id=pk, city_id=city.pk) for pk, cities in chosen.items() for city in cities
    )
    TaskPlace.objects.bulk_create(_place(task, chance.choice(sources.places)) for task in tasks)
    Assignment.everything.bulk_create(_accepted(task) for task in tasks if task.lead_id)
    Report.everything.bulk_create(
        _report(task, sequence, sources.officer)
        for task in tasks
        for sequence in range(1, REPORTS_PER_TASK + 1)
    )


def _place(task: Task, place: Place) -> TaskPlace:
    return TaskPlace(
        task=task, name=place.name_zh, span_start=0, span_end=2, place=place, ref=place.ref
    )


def _accepted(task: Task) -> Assignment:
    return Assignment(
        urn=new_urn("assignment"),
        task=task,
        authority_id=task.lead_id,
        role="lead",
        state="accepted",
        reason_zh="性能测试",
        proposed_at=task.last_report_at,
        answered_at=task.last_report_at,
    )


def _report(task: Task, sequence: int, officer: User) -> Report:
    at = task.last_report_at - timedelta(days=30 * (REPORTS_PER_TASK - sequence))
    return Report(
        urn=new_urn("report"),
        task=task,
        sequence=sequence,
        authority_id=task.lead_id or officer.authority_id,
        officer=officer,
        stage=task.stage,
        words="工作按计划推进，已完成阶段性任务。（性能测试）",
        made_on=timezone.localdate(at),
        created_at=at,
    )
