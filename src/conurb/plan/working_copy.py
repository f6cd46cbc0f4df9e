"""What a person makes of a reading before it becomes the plan: edits, laid over the reading.

The reading itself is never changed. Edits are kept in the order in which they were made and laid
over it anew each time, so that the last can be undone and a decision on a repair, which makes the
reader read again, does not cost them. An edit names its task by the span of its words:

1. the task with exactly this span;
2. else the task of the item around it whose span overlaps it most, if they share at least 60 % of
   the words they cover together;
3. else the edit does not fit: it is listed with what it says, and fits again when the reading does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any, Literal, cast, get_args

from conurb.plan.reader import Due, Field, Gazetteer, Item, Place, Reading, Repair, Task
from conurb.plan.reader.kinds import kind_of
from conurb.plan.reader.model import Kind, Span
from conurb.plan.reader.tasks import split_tasks

Op = Literal["change", "split", "merge", "delete", "restore", "add", "title"]
OPS: tuple[Op, ...] = get_args(Op)
Origin = Literal["read", "split", "merged", "added"]

LEAST_OVERLAP = 0.6
LEAST_SURE = 0.8
STOPS = "。；;，,、 \t\r\n"
YEAR = re.compile(r"(?<!\d)(?:19[5-9]|20\d)\d(?!\d)")
BREAK_AFTER = re.compile(r"[，,；;。、]+")
BREAK_BEFORE = re.compile(r"(?<=[^\s，,；;。、])(?=以及|并|和|及|与)")


class EditError(ValueError):
    """An edit cannot be laid over the reading; `code` says why.

    task-gone, item-gone, no-next, at-edge, no-words, deleted.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Edit:
    """One change by a person.

    `target` is the id of a task, of an item for "add", "" for "title". `says` depends on `op`:
    change {text, verb, kind, object, due: {from, to} or null, places: [{name, ref}]} (any of
    them), split {cut, first, second} with `cut` an offset in the document, add {text, verb, kind,
    object, due, places}, title {title}. `was` holds the words of the task as they were.
    """

    serial: int
    op: Op
    target: str = ""
    says: Mapping[str, Any] = field(default_factory=dict)
    was: str = ""
    by: str = ""
    at: str = ""

    def to_json(self) -> dict[str, Any]:
        """The edit as it is kept with the document."""
        return {
            "serial": self.serial,
            "op": self.op,
            "target": self.target,
            "says": dict(self.says),
            "was": self.was,
            "by": self.by,
            "at": self.at,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Edit:
        """The inverse of :meth:`to_json`."""
        return cls(**{**data, "says": dict(data["says"])})


@dataclass(frozen=True)
class DraftTask:
    """A task as it stands after the edits; `changed` names what a person wrote otherwise."""

    id: str
    task: Task
    origin: Origin = "read"
    changed: frozenset[str] = frozenset()
    deleted: bool = False


@dataclass(frozen=True)
class DraftItem:
    """An item of the reading with its tasks as they stand after the edits."""

    item: Item
    tasks: tuple[DraftTask, ...]

    @property
    def id(self) -> str:
        """Names the item by its span."""
        return span_id(self.item.span)

    @property
    def kept(self) -> tuple[DraftTask, ...]:
        """The tasks that will enter the plan."""
        return tuple(task for task in self.tasks if not task.deleted)


@dataclass(frozen=True)
class DraftField:
    """A field of the reading with its items as they stand after the edits."""

    field: Field
    items: tuple[DraftItem, ...]


@dataclass(frozen=True)
class Unfit:
    """An edit that finds no place in the reading as it is now, and why (see EditError)."""

    edit: Edit
    code: str


@dataclass(frozen=True)
class WorkingCopy:
    """A reading with the edits laid over it."""

    reading: Reading
    title: str
    fields: tuple[DraftField, ...]
    unfit: tuple[Unfit, ...] = ()

    @property
    def items(self) -> Iterator[DraftItem]:
        """All items in the order of the document."""
        for each in self.fields:
            yield from each.items

    @property
    def task_count(self) -> int:
        """How many tasks will enter the plan."""
        return sum(len(item.kept) for item in self.items)

    def find(self, task_id: str) -> tuple[DraftItem, DraftTask]:
        """Return a task and its item. Raises KeyError where there is none of this id."""
        for item in self.items:
            for task in item.tasks:
                if task.id == task_id:
                    return item, task
        raise KeyError(task_id)

    def find_item(self, item_id: str) -> DraftItem:
        """Return an item. Raises KeyError where there is none of this id."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def confirmed(self) -> Reading:
        """Return the reading that shall become the plan: as edited, without what was deleted."""
        fields = tuple(
            replace(
                each.field,
                items=tuple(
                    replace(item.item, tasks=tuple(task.task for task in item.kept))
                    for item in each.items
                ),
            )
            for each in self.fields
        )
        return replace(self.reading, title=self.title, fields=fields)


def year_in(title: str) -> int | None:
    """Return the year that a title names, None where it names none."""
    found = YEAR.search(title)
    return int(found.group()) if found else None


def span_id(span: Span) -> str:
    """Name a task or an item by the span of its words, "120-164"."""
    return f"{span[0]}-{span[1]}"


def lay_over(reading: Reading, edits: Sequence[Edit]) -> WorkingCopy:
    """Lay the edits over the reading, one after the other."""
    bench = _Bench(reading)
    unfit: list[Unfit] = []
    for edit in edits:
        try:
            bench.apply(edit)
        except EditError as error:
            unfit.append(Unfit(edit, error.code))
    return bench.finished(tuple(unfit))


def try_edit(reading: Reading, edits: Sequence[Edit], edit: Edit) -> WorkingCopy:
    """Lay the edits over the reading and one more. Raises EditError where that one does not fit."""
    bench = _Bench(reading)
    unfit: list[Unfit] = []
    for earlier in edits:
        try:
            bench.apply(earlier)
        except EditError as error:
            unfit.append(Unfit(earlier, error.code))
    bench.apply(edit)
    return bench.finished(tuple(unfit))


class _Bench:
    """The lists on which the edits work."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.title = reading.title
        self.items = list(reading.items)
        self.tasks = [
            [DraftTask(span_id(task.span), task) for task in item.tasks] for item in self.items
        ]
        # deeper items stand after their parent, so the last that starts before a word is its item
        self.starts = [item.span[0] for item in self.items]

    def finished(self, unfit: tuple[Unfit, ...]) -> WorkingCopy:
        drafts = iter(
            [
                DraftItem(item, tuple(tasks))
                for item, tasks in zip(self.items, self.tasks, strict=True)
            ]
        )
        fields = tuple(
            DraftField(each, tuple(next(drafts) for _ in each.items))
            for each in self.reading.fields
        )
        return WorkingCopy(self.reading, self.title, fields, unfit)

    def apply(self, edit: Edit) -> None:
        """Raises EditError where the edit does not fit."""
        if edit.op == "title":
            self.title = str(edit.says["title"])
        elif edit.op == "add":
            self._add(edit)
        else:
            row, place = self._locate(edit.target)
            getattr(self, f"_{edit.op}")(self.tasks[row], place, edit)

    def _locate(self, target: str) -> tuple[int, int]:
        span = _span_of(target)
        row = bisect_right(self.starts, span[0]) - 1
        if row < 0:
            raise EditError("task-gone")
        tasks = self.tasks[row]
        for place, task in enumerate(tasks):
            if task.id == target:
                return row, place
        if "+" in target:
            raise EditError("task-gone")
        best = max(
            (
                (_overlap(task.task.span, span), place)
                for place, task in enumerate(tasks)
                if task.origin != "added"
            ),
            default=(0.0, -1),
        )
        if best[0] < LEAST_OVERLAP:
            raise EditError("task-gone")
        return row, best[1]

    def _change(self, tasks: list[DraftTask], place: int, edit: Edit) -> None:
        old = tasks[place]
        says = edit.says
        task = replace(
            old.task,
            text=says.get("text", old.task.text),
            verb=says.get("verb", old.task.verb),
            kind=says.get("kind", old.task.kind),
            object=says.get("object", old.task.object),
            due=_due(says["due"], old.task) if "due" in says else old.task.due,
            places=self._places(says["places"], old.task) if "places" in says else old.task.places,
        )
        tasks[place] = replace(old, task=task, changed=old.changed | frozenset(says))

    def _places(self, says: Sequence[Mapping[str, Any]], task: Task) -> tuple[Place, ...]:
        """Places by name: where the document names them, else where the task stands."""
        known = {place.name: place for place in task.places}
        return tuple(
            known.get(place["name"])
            or Place(
                place["name"],
                _place_of(place["name"], task.span, self.reading.text),
                place["ref"],
            )
            for place in says
        )

    def _split(self, tasks: list[DraftTask], place: int, edit: Edit) -> None:
        old = tasks[place]
        if old.deleted:
            raise EditError("deleted")
        start, end = old.task.span
        cut = int(edit.says["cut"])
        if not start < cut < end:
            raise EditError("at-edge")
        halves = [
            _part(old.task, (start, cut), str(edit.says["first"])),
            _part(old.task, (cut, end), str(edit.says["second"])),
        ]
        tasks[place : place + 1] = [
            DraftTask(span_id(half.span), half, "split", frozenset({"text"})) for half in halves
        ]

    def _merge(self, tasks: list[DraftTask], place: int, _edit: Edit) -> None:
        follower = next_kept(tasks, place)
        if follower is None or tasks[place].deleted:
            raise EditError("no-next")
        first, second = tasks[place].task, tasks[follower].task
        span = (min(first.span[0], second.span[0]), max(first.span[1], second.span[1]))
        merged = replace(
            first,
            text=joined(first.text, second.text),
            span=span,
            places=first.places + second.places,
            actors=first.actors + second.actors,
            due=first.due or second.due,
            quantities=first.quantities + second.quantities,
        )
        del tasks[follower]
        tasks[place] = DraftTask(span_id(span), merged, "merged", frozenset({"text"}))

    def _delete(self, tasks: list[DraftTask], place: int, _edit: Edit) -> None:
        tasks[place] = replace(tasks[place], deleted=True)

    def _restore(self, tasks: list[DraftTask], place: int, _edit: Edit) -> None:
        tasks[place] = replace(tasks[place], deleted=False)

    def _add(self, edit: Edit) -> None:
        span = _span_of(edit.target)
        row = bisect_right(self.starts, span[0]) - 1
        if row < 0 or _overlap(self.items[row].span, span) < LEAST_OVERLAP:
            raise EditError("item-gone")
        says = edit.says
        item = self.items[row]
        heard = _heard(str(says["text"]))
        task = Task(
            text=str(says["text"]),
            span=_place_of(str(says["text"]), item.span, self.reading.text),
            verb=str(says.get("verb") or heard[0]),
            kind=cast("Kind", says["kind"]),
            object=str(says.get("object") or heard[1]),
        )
        task = replace(
            task,
            due=_due(says.get("due"), task),
            places=self._places(says.get("places", ()), task),
        )
        self.tasks[row].append(
            DraftTask(f"{item.span[0]}+{edit.serial}", task, "added", frozenset({"text"}))
        )


def next_kept(tasks: Sequence[DraftTask], place: int) -> int | None:
    """Return where the next task stands that is not deleted; None after the last."""
    rest = range(place + 1, len(tasks))
    return next((other for other in rest if not tasks[other].deleted), None)


def joined(first: str, second: str) -> str:
    """Join the words of two tasks into one sentence."""
    if first.isascii() and second.isascii():
        return f"{first.rstrip(' .;,')}; {second.lstrip()}"
    return f"{first.rstrip(STOPS)}；{second.lstrip(STOPS)}"


def breaks(text: str) -> list[int]:
    """Return where a task may sensibly be split, as offsets in its words, in order."""
    places = {found.end() for found in BREAK_AFTER.finditer(text)}
    places |= {found.start() for found in BREAK_BEFORE.finditer(text)}
    return sorted(place for place in places if is_inside(text, place))


def is_inside(text: str, place: int) -> bool:
    """Tell whether words stand on both sides of this place."""
    return bool(text[:place].strip(STOPS)) and bool(text[place:].strip(STOPS))


def split_at(document: str, task: Task, text: str, place: int) -> dict[str, Any]:
    """Return what a split says that cuts `text`, the task's words, before offset `place`.

    The words of a task may differ from those of the document (repaired, or with the verb of the
    clause before), so the cut in the document is where its words match the second half best.
    Raises EditError "no-words" where one side would be empty.
    """
    if not is_inside(text, place):
        raise EditError("no-words")
    start, end = task.span
    words = document[start:end]
    cut = start + _matching_place(words, text, place)
    cut = min(max(cut, start + 1), end - 1)
    if not start < cut < end:
        raise EditError("at-edge")
    return {"cut": cut, "first": text[:place].strip(STOPS), "second": text[place:].strip(STOPS)}


def places_in(text: str, task: Task, gazetteer: Gazetteer) -> list[dict[str, str | None]]:
    """Return the places of a task whose words are now `text`, as an edit says them.

    Those that it still names, and those that the gazetteer knows.
    """
    found: dict[str, str | None] = {
        place.name: place.ref for place in task.places if place.name in text
    }
    for start, end, ref in gazetteer.find_places(text):
        name = text[start:end]
        if not any(name in known for known in found):
            found[name] = ref
    return [{"name": name, "ref": ref} for name, ref in found.items()]


def _matching_place(words: str, text: str, place: int) -> int:
    for block in SequenceMatcher(None, words, text, autojunk=False).get_matching_blocks():
        if block.size and block.b + block.size > place:
            return block.a + max(place - block.b, 0)
    return len(words)


def _span_of(target: str) -> Span:
    start, _, end = target.replace("+", "-").partition("-")
    if not (start.isdecimal() and end.isdecimal()):
        raise EditError("task-gone")
    return (int(start), int(end))


def _overlap(one: Span, other: Span) -> float:
    """The part of what two spans cover together that both cover, 0 to 1."""
    both = min(one[1], other[1]) - max(one[0], other[0])
    return max(both, 0) / max(max(one[1], other[1]) - min(one[0], other[0]), 1)


def _due(says: Mapping[str, Any] | None, task: Task) -> Due | None:
    """The window a person gave, with the document's words for it where it had some."""
    if not says or not (says.get("from") or says.get("to")):
        return None
    words, span = (task.due.words, task.due.span) if task.due else ("", (task.span[0],) * 2)
    return Due(says.get("from") or None, says.get("to") or None, words, span)


def _part(task: Task, span: Span, text: str) -> Task:
    """One half of a task that is split: what is named in its words stays with them.

    Its action and kind are read anew; a half without a verb keeps the kind.
    """

    def inside(piece: Any) -> bool:
        return bool(span[0] <= piece.span[0] < span[1])

    verb, thing = _heard(text)
    return replace(
        task,
        text=text,
        span=span,
        verb=verb,
        kind=kind_of(verb, thing, text) if verb else task.kind,
        object=thing,
        places=tuple(filter(inside, task.places)),
        actors=tuple(filter(inside, task.actors)),
        due=task.due if task.due is not None and inside(task.due) else None,
        quantities=tuple(filter(inside, task.quantities)),
    )


def _heard(text: str) -> tuple[str, str]:
    """The verb and the object that the reader hears in the words of a task."""
    first = next(iter(split_tasks(text)), None)
    return (first.verb, first.object) if first else ("", text)


def _place_of(text: str, item: Span, document: str) -> Span:
    """Where an added task's words stand in the item; the whole item where they do not."""
    at = document.find(text, *item)
    return (at, at + len(text)) if at >= 0 else item


@dataclass(frozen=True)
class Checks:
    """What a person should look at before confirming. None of it forbids to confirm."""

    empty_items: tuple[DraftItem, ...]
    repeated_numbers: tuple[str, ...]
    undecided: tuple[Repair, ...]
    unfit: tuple[Unfit, ...]

    @property
    def count(self) -> int:
        """How many points there are."""
        return sum(map(len, (self.empty_items, self.repeated_numbers, self.undecided, self.unfit)))


def check(copy: WorkingCopy, decisions: Mapping[str, bool]) -> Checks:
    """Look for items without tasks, repeated numbers, undecided doubts and edits without a place.

    An item that is only the heading of deeper items needs no task.
    """
    numbers = [item.item.number for item in copy.items]
    parents = {number.rpartition(".")[0] for number in numbers}
    seen: set[str] = set()
    repeated = [n for n in numbers if n in seen or seen.add(n)]  # type: ignore[func-returns-value]
    return Checks(
        tuple(i for i in copy.items if not i.kept and i.item.number not in parents),
        tuple(dict.fromkeys(repeated)),
        undecided(copy.reading.repairs, decisions),
        copy.unfit,
    )


def undecided(repairs: Sequence[Repair], decisions: Mapping[str, bool]) -> tuple[Repair, ...]:
    """Return the doubtful repairs on which nobody has decided."""
    return tuple(r for r in repairs if r.sure < LEAST_SURE and r.id not in decisions)


def in_order_of_doubt(repairs: Sequence[Repair]) -> list[Repair]:
    """Return the repairs to be looked at first, the doubtful ones, then the sure ones."""
    return sorted(repairs, key=lambda repair: (repair.sure >= LEAST_SURE, repair.span))
