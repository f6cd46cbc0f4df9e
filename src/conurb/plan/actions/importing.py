"""A reading that a person confirmed becomes the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal import files
from conurb.journal.actions import record
from conurb.plan import ladder
from conurb.plan.actions.lighting import LIT_FIELDS, facts_of, refresh_light
from conurb.plan.carrying import plain
from conurb.plan.english import EnglishPlan
from conurb.plan.lights import turnings
from conurb.plan.models import Document, Field, Item, Plan, Task, TaskActor, TaskPlace
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority, City, County, Place, RegionState, User, coordinates
from conurb.urn import new_urn

Json = Mapping[str, Any]

# what a task that lives on takes from the words of the next plan
_RESTATED = (
    "item",
    "number",
    "order",
    "text_zh",
    "span_start",
    "span_end",
    "verb",
    "object_words",
    "kind",
    "quantities",
)


@dataclass(frozen=True)
class Upload:
    """A file as it was handed in."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Heirs:
    """What of the former plan lives on in the next.

    `items` and `tasks` give the rows of the former plan by the keys that
    `conurb.plan.carrying.statements` gives the new items and tasks.
    """

    items: Mapping[str, Item] = field(default_factory=dict)
    tasks: Mapping[str, Task] = field(default_factory=dict)


def require_office(actor: User | None) -> None:
    """Refuse whoever does not run the plan. None is the platform itself at start-up."""
    if actor is not None and not coordinates(actor):
        raise NotCompetentError(_("Only the coordination office imports plans."))


@transaction.atomic
def keep_document(
    actor: User | None,
    upload: Upload,
    reading: Json,
    year: int,
    *,
    now: datetime | None = None,
) -> Document:
    """Keep a file and what was read in it as a draft. `reading` has the reader's JSON shape."""
    require_office(actor)
    stored = files.store(upload.content)
    moment = now or timezone.now()
    document = Document.everything.create(
        urn=new_urn("document"),
        filename=upload.filename,
        media_type=upload.media_type,
        sha256=stored.sha256,
        size=stored.size,
        year=year,
        text=reading["text"],
        reading=dict(reading),
        created_by=actor,
        created_at=moment,
        changed_at=moment,
    )
    record(actor, "document.upload", urn=document.urn, name=document.filename, at=moment)
    return document


@transaction.atomic
def adopt(
    actor: User | None,
    document: Document,
    reading: Json,
    *,
    english: EnglishPlan | None = None,
    heirs: Heirs | None = None,
    now: datetime | None = None,
) -> Plan:
    """Make the reading of a draft document the current plan and return it.

    Raises RefusedError if the document is no draft or the reading holds no item. `english` gives
    the English texts by number, task by task. `heirs` names what of the former plan lives on: its
    items are followed, its tasks move over as they are, with owner, stage and reports.
    """
    require_office(actor)
    # whatever plan stands, two people cannot put another in its place at once
    RegionState.objects.select_for_update().first()
    document = Document.everything.select_for_update().get(pk=document.pk)
    if document.state != Document.State.DRAFT:
        raise RefusedError(_("This document is not a draft any more; it was dealt with already."))
    if not any(field["items"] for field in reading["fields"]):
        raise RefusedError(_("No item was found in this document, so there is no plan to adopt."))
    moment = now or timezone.now()
    former = Plan.objects.filter(is_current=True).first()
    Plan.objects.filter(is_current=True).update(is_current=False)
    plan = Plan.objects.create(
        urn=new_urn("plan"),
        title_zh=_within(reading["title"], 300),
        title_en=english.title if english else "",
        year=document.year,
        document=document,
        confirmed_on=timezone.localdate(moment),
        follows=former,
    )
    Writer(plan, english, heirs).write(reading["fields"])
    document.state = Document.State.CONFIRMED
    document.reading = dict(reading)
    document.changed_at = moment
    document.save(update_fields=["state", "reading", "changed_at"])
    record(actor, "plan.adopt", urn=plan.urn, name=plan.title_zh, at=moment, year=plan.year)
    return plan


class Writer:
    """Writes the fields, items and tasks of a reading under a plan, in a few bulk statements."""

    def __init__(self, plan: Plan, english: EnglishPlan | None, heirs: Heirs | None = None) -> None:
        self.plan = plan
        self.english = english
        self.heirs = heirs or Heirs()
        self.place_cities: dict[str, list[str]] = {}
        for ref, city in Place.objects.values_list("ref", "cities"):
            self.place_cities.setdefault(ref, [])
            if city:
                self.place_cities[ref].append(city)
        self.known_places = set(self.place_cities)
        for code, city in County.objects.values_list("code", "city"):
            self.place_cities[f"county/{code}"] = [city]
        for code in City.objects.values_list("code", flat=True):
            self.place_cities[f"city/{code}"] = [code]
        self.authorities = {
            f"authority/{key}": (pk, city)
            for pk, key, city in Authority.objects.values_list("pk", "key", "city")
        }

    def write(self, fields: Iterable[Json]) -> None:
        """Create everything below the plan."""
        made: list[tuple[Task, Json]] = []
        order = 0
        for place, each in enumerate(fields):
            row = self._field(each, place)
            for item in each["items"]:
                order += 1
                written = self._item(row, item, order)
                texts = self._english_tasks(item)
                for index, reading in enumerate(item["tasks"]):
                    task = self.task(written, reading, index, order, texts[index])
                    former = self.heirs.tasks.get(f"{order}-{index + 1}")
                    if former is None:
                        made.append((task, reading))
                    else:
                        self.move(former, task, reading)
        self.create_tasks(made)

    def _field(self, field: Json, order: int) -> Field:
        return Field.objects.create(
            plan=self.plan,
            number=field["number"],
            order=order,
            name_zh=_within(field["name"], 200),
            name_en=(self.english.fields.get(field["number"], "") if self.english else ""),
            span_start=field["span"][0],
            span_end=field["span"][1],
        )

    def _item(self, field: Field, item: Json, order: int) -> Item:
        english = self.english.items.get(item["number"]) if self.english else None
        former = self.heirs.items.get(str(order))
        return Item.objects.create(
            urn=new_urn("item"),
            field=field,
            number=item["number"],
            order=order,
            text_zh=item["text"],
            text_en=english.text if english else _english_kept(former, item["text"]),
            span_start=item["span"][0],
            span_end=item["span"][1],
            follows=former,
        )

    def _english_tasks(self, item: Json) -> list[str]:
        english = self.english.items.get(item["number"]) if self.english else None
        if english is None or len(english.tasks) != len(item["tasks"]):
            return [""] * len(item["tasks"])
        return list(english.tasks)

    def task(self, item: Item, task: Json, index: int, order: int, english: str) -> Task:
        """Return the task, not yet saved, with its light at rest."""
        due: Json = task["due"] or {}
        starts = date.fromisoformat(due["from"]) if due.get("from") else date(self.plan.year, 1, 1)
        ends = date.fromisoformat(due["to"]) if due.get("to") else None
        span = due.get("span") or (None, None)
        return Task(
            urn=new_urn("task"),
            item=item,
            number=f"{item.number}-{index + 1}",
            order=order * 1000 + index,
            text_zh=task["text"],
            text_en=english,
            span_start=task["span"][0],
            span_end=task["span"][1],
            verb=task["verb"][:40],
            object_words=_within(task["object"], 500),
            kind=task["kind"],
            quantities=list(task["quantities"]),
            start=starts,
            due=ends,
            due_as_written=ends,
            due_words=_within(due.get("words") or "", 100),
            due_span_start=span[0],
            due_span_end=span[1],
        )

    def move(self, former: Task, new: Task, reading: Json) -> Task:
        """Let a task of the former plan live on in the place and with the words of `new`.

        It keeps its name, owner, reports and beginning, and its stage: that of the same share where
        the kind has changed. A due date that the new words give replaces the old one.
        """
        if former.kind != new.kind:
            former.stage = ladder.nearest(new.kind, former.stage_now.share).key
        former.text_en = new.text_en or _english_kept(former, new.text_zh)
        for name in _RESTATED:
            setattr(former, name, getattr(new, name))
        if new.due is not None:
            former.due = former.due_as_written = new.due
            former.due_words = new.due_words
        former.due_span_start, former.due_span_end = new.due_span_start, new.due_span_end
        former.save()
        former.places.all().delete()
        former.actors.all().delete()
        former.cities.clear()
        self._write_details([(former, reading)])
        return refresh_light(former)

    def create_tasks(self, tasks: list[tuple[Task, Json]]) -> None:
        """Save the tasks with their places, actors and cities, and light them."""
        Task.everything.bulk_create([task for task, _reading in tasks])
        self._write_details(tasks)
        for task, _reading in tasks:
            turn = turnings(facts_of(task, None))
            task.light_base, task.at_risk_on = turn.base, turn.at_risk_on
            task.late_on, task.silent_on = turn.late_on, turn.silent_on
        Task.everything.bulk_update([task for task, _reading in tasks], LIT_FIELDS, batch_size=200)

    def _write_details(self, tasks: list[tuple[Task, Json]]) -> None:
        """Save the places, actors and cities that the words of tasks name."""
        TaskPlace.objects.bulk_create(
            TaskPlace(
                task=task,
                name=_within(place["name"], 200),
                span_start=place["span"][0],
                span_end=place["span"][1],
                place_id=place["ref"] if place["ref"] in self.known_places else None,
                ref=place["ref"] or "",
            )
            for task, reading in tasks
            for place in reading["places"]
        )
        TaskActor.objects.bulk_create(
            TaskActor(
                task=task,
                name=_within(actor["name"], 200),
                role=actor["role"],
                span_start=actor["span"][0],
                span_end=actor["span"][1],
                authority_id=self.authorities.get(actor.get("ref") or "", (None, None))[0],
            )
            for task, reading in tasks
            for actor in reading["actors"]
        )
        concerns = Task.cities.through
        concerns.objects.bulk_create(
            concerns(task_id=task.pk, city_id=code)
            for task, reading in tasks
            for code in self.cities_of(reading)
        )

    def cities_of(self, task: Json) -> list[str]:
        """Return the codes of the cities that a task names, through its places and actors."""
        codes = [code for p in task["places"] for code in self.place_cities.get(p["ref"] or "", ())]
        codes += [
            city
            for actor in task["actors"]
            if (city := self.authorities.get(actor.get("ref") or "", (None, None))[1])
        ]
        return list(dict.fromkeys(codes))


def _within(words: str, length: int) -> str:
    """Cut words that a column cannot hold, visibly."""
    return words if len(words) <= length else words[: length - 1] + "…"


def _english_kept(former: Item | Task | None, text_zh: str) -> str:
    """The English of the former plan, as long as the Chinese says the same."""
    if former is None or plain(former.text_zh) != plain(text_zh):
        return ""
    return former.text_en
