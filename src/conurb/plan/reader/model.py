"""What a plan document was read into: plain values, and their JSON.

A span is ``(start, end)``, half open, counted in code points of the decoded text
(:attr:`Reading.text`). Every ``text`` holds the words as repaired; every span points at the
words as they stand in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Span = tuple[int, int]
Kind = Literal["study", "plan", "build", "petition", "institute", "operate", "serve"]
Role = Literal["lead", "support"]

KINDS: tuple[Kind, ...] = ("study", "plan", "build", "petition", "institute", "operate", "serve")


@dataclass(frozen=True, slots=True)
class Place:
    """A place named in a task; `ref` is the gazetteer's, or None where it knows no such name."""

    name: str
    span: Span
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """An authority, firm or body named in a task, and whether it leads or supports."""

    name: str
    span: Span
    role: Role
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The window in which a task shall be done: ISO dates, either end may be open (None)."""

    start: str | None
    end: str | None
    words: str
    span: Span


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure with its unit as written, e.g. 2000 兆瓦; 万 and 亿 are multiplied out."""

    value: float
    unit: str
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    """One action on one object. `text` can be read on its own, `span` covers its own words."""

    text: str
    span: Span
    verb: str
    kind: Kind
    object: str
    places: tuple[Place, ...] = ()
    actors: tuple[Actor, ...] = ()
    due: Due | None = None
    quantities: tuple[Quantity, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A numbered entry, "2.4", or deeper, "2.4.1". `span` runs from its number to its end."""

    number: str
    text: str
    span: Span
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A chapter of the plan. `span` is its heading; empty where the document prints none."""

    number: str
    name: str
    span: Span
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """One place where the document is read otherwise than it is printed.

    `id` is stable for one text, so that a decision on it can be given back to
    :func:`conurb.plan.reader.reread`. `sure` is between 0 and 1; below 0.8 a repair is put to
    the person and `applied` is False unless decided otherwise.
    """

    id: str
    code: str
    span: Span
    found: str
    read: str
    why: str
    why_en: str
    sure: float
    applied: bool


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of the document that is no part of the plan. Code "blank" is mere white space."""

    code: str
    span: Span
    text: str
    why: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole document as read. `text` is the decoded (or extracted) text the spans point into."""

    title: str
    year: int | None
    text: str
    fields: tuple[Field, ...]
    repairs: tuple[Repair, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    title_span: Span | None = None

    @property
    def items(self) -> Iterator[Item]:
        """All items in the order of the document."""
        for field in self.fields:
            yield from field.items

    def to_json(self) -> dict[str, Any]:
        """The reading in the shape that issue and API promise; plain JSON types only."""
        return {
            "title": self.title,
            "year": self.year,
            "title_span": None if self.title_span is None else list(self.title_span),
            "fields": [_field_json(field) for field in self.fields],
            "repairs": [_repair_json(repair) for repair in self.repairs],
            "dropped": [_dropped_json(piece) for piece in self.dropped],
            "text": self.text,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reading:
        """The inverse of :meth:`to_json`."""
        title_span = data.get("title_span")
        return cls(
            title=data["title"],
            year=data["year"],
            text=data["text"],
            fields=tuple(_field(field) for field in data["fields"]),
            repairs=tuple(_repair(repair) for repair in data["repairs"]),
            dropped=tuple(_dropped(piece) for piece in data["dropped"]),
            title_span=None if title_span is None else _span(title_span),
        )


def uncovered(reading: Reading) -> list[Span]:
    """Spans of the text that no item, heading, repair or dropped piece accounts for."""
    spans = [item.span for item in reading.items]
    spans += [field.span for field in reading.fields]
    spans += [repair.span for repair in reading.repairs]
    spans += [piece.span for piece in reading.dropped]
    if reading.title_span is not None:
        spans.append(reading.title_span)
    gaps: list[Span] = []
    reached = 0
    for start, end in sorted(spans):
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, end)
    if reached < len(reading.text):
        gaps.append((reached, len(reading.text)))
    return gaps


def _span(pair: Any) -> Span:
    start, end = pair
    return (int(start), int(end))


def _field_json(field: Field) -> dict[str, Any]:
    return {
        "number": field.number,
        "name": field.name,
        "span": list(field.span),
        "items": [_item_json(item) for item in field.items],
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "number": item.number,
        "text": item.text,
        "span": list(item.span),
        "tasks": [_task_json(task) for task in item.tasks],
    }


def _task_json(task: Task) -> dict[str, Any]:
    return {
        "text": task.text,
        "span": list(task.span),
        "verb": task.verb,
        "kind": task.kind,
        "object": task.object,
        "places": [
            {"name": place.name, "span": list(place.span), "ref": place.ref}
            for place in task.places
        ],
        "actors": [
            {"name": actor.name, "span": list(actor.span), "role": actor.role, "ref": actor.ref}
            for actor in task.actors
        ],
        "due": None if task.due is None else _due_json(task.due),
        "quantities": [
            {"value": quantity.value, "unit": quantity.unit, "span": list(quantity.span)}
            for quantity in task.quantities
        ],
    }


def _due_json(due: Due) -> dict[str, Any]:
    return {"from": due.start, "to": due.end, "words": due.words, "span": list(due.span)}


def _repair_json(repair: Repair) -> dict[str, Any]:
    return {
        "id": repair.id,
        "code": repair.code,
        "span": list(repair.span),
        "found": repair.found,
        "read": repair.read,
        "why": repair.why,
        "why_en": repair.why_en,
        "sure": repair.sure,
        "applied": repair.applied,
    }


def _dropped_json(piece: Dropped) -> dict[str, Any]:
    return {
        "code": piece.code,
        "span": list(piece.span),
        "text": piece.text,
        "why": piece.why,
        "why_en": piece.why_en,
    }


def _field(data: Mapping[str, Any]) -> Field:
    items = tuple(_item(item) for item in data["items"])
    return Field(data["number"], data["name"], _span(data["span"]), items)


def _item(data: Mapping[str, Any]) -> Item:
    tasks = tuple(_task(task) for task in data["tasks"])
    return Item(data["number"], data["text"], _span(data["span"]), tasks)


def _task(data: Mapping[str, Any]) -> Task:
    due = data["due"]
    return Task(
        text=data["text"],
        span=_span(data["span"]),
        verb=data["verb"],
        kind=data["kind"],
        object=data["object"],
        places=tuple(
            Place(place["name"], _span(place["span"]), place["ref"]) for place in data["places"]
        ),
        actors=tuple(
            Actor(actor["name"], _span(actor["span"]), actor["role"], actor.get("ref"))
            for actor in data["actors"]
        ),
        due=None if due is None else Due(due["from"], due["to"], due["words"], _span(due["span"])),
        quantities=tuple(
            Quantity(quantity["value"], quantity["unit"], _span(quantity["span"]))
            for quantity in data["quantities"]
        ),
    )


def _repair(data: Mapping[str, Any]) -> Repair:
    return Repair(
        id=data["id"],
        code=data["code"],
        span=_span(data["span"]),
        found=data["found"],
        read=data["read"],
        why=data["why"],
        why_en=data["why_en"],
        sure=data["sure"],
        applied=data["applied"],
    )


def _dropped(data: Mapping[str, Any]) -> Dropped:
    return Dropped(data["code"], _span(data["span"]), data["text"], data["why"], data["why_en"])
