"""What the import page shows of a draft: its document beside what was read in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from conurb.plan.marking import Mark
from conurb.plan.models import Document
from conurb.plan.reader import Dropped, Reading, Repair, Task
from conurb.plan.reader.model import Span
from conurb.plan.working_copy import (
    LEAST_SURE,
    Checks,
    DraftField,
    DraftItem,
    DraftTask,
    Edit,
    WorkingCopy,
    check,
    in_order_of_doubt,
    lay_over,
    next_kept,
    span_id,
)
from conurb.region.models import in_language

# above this many items the fields are shut and each is loaded when it is opened
OPEN_UP_TO = 150
SECTION_ITEMS = 60
REPAIRS_A_PAGE = 60
CONTEXT = 12


@dataclass(frozen=True)
class RepairLine:
    """A repair in the list. `place` counts from 1, the doubtful first."""

    place: int
    repair: Repair
    decision: bool | None
    before: str
    after: str

    @property
    def is_sure(self) -> bool:
        """Whether the reader applies it unasked."""
        return self.repair.sure >= LEAST_SURE

    @property
    def percent(self) -> int:
        """How sure the reader is, in per cent."""
        return round(self.repair.sure * 100)

    @property
    def why(self) -> str:
        """The reason in the language of the moment."""
        return in_language(self.repair.why, self.repair.why_en)

    @property
    def span(self) -> str:
        """The name that its words have in the document."""
        return span_id(self.repair.span)


@dataclass(frozen=True)
class TaskLine:
    """A task of the result. `place` counts all tasks of the document from 1."""

    place: int
    number: str
    draft: DraftTask
    has_next: bool

    @property
    def task(self) -> Task:
        """The task as it stands after the edits."""
        return self.draft.task

    @property
    def span(self) -> str:
        """The name that its words have in the document."""
        return span_id(self.draft.task.span)


@dataclass(frozen=True)
class Row:
    """A stretch of the document, and the item or heading that was read in it."""

    window: Span
    marks: tuple[Mark, ...]
    item: DraftItem | None = None
    tasks: tuple[TaskLine, ...] = ()
    heading: DraftField | None = None

    @property
    def id(self) -> int:
        """Names the row on the page."""
        return self.window[0]

    @property
    def span(self) -> str:
        """The name that the item's words have in the document."""
        return span_id(self.item.item.span) if self.item else ""


@dataclass(frozen=True)
class Section:
    """A field, or a part of a long one. `number` counts the sections of the page from 1."""

    number: int
    field: DraftField
    items: tuple[DraftItem, ...]
    window: Span
    heads: bool
    """Whether the heading of the field stands in this section."""

    @property
    def task_count(self) -> int:
        """How many tasks it will bring into the plan."""
        return sum(len(item.kept) for item in self.items)

    @property
    def span(self) -> str:
        """The name that the field's heading has in the document."""
        return span_id(self.field.field.span)


class DraftPage:
    """A draft as the import page shows it. Nothing is worked out before it is asked for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.reading = Reading.from_json(document.reading)
        is_draft = document.state != Document.State.CONFIRMED
        # the reading of a confirmed document holds the edits already
        self.edits = [Edit.from_json(edit) for edit in document.edits] if is_draft else []
        self.copy: WorkingCopy = lay_over(self.reading, self.edits)

    @property
    def is_open(self) -> bool:
        """Whether it can be changed."""
        return self.document.state == Document.State.DRAFT

    @cached_property
    def checks(self) -> Checks:
        """What to look at before confirming."""
        return check(self.copy, self.document.decisions)

    @cached_property
    def is_long(self) -> bool:
        """Whether the fields are loaded one by one."""
        return len(self._items) > OPEN_UP_TO

    @property
    def item_count(self) -> int:
        """How many items were read."""
        return len(self._items)

    @property
    def last_edit(self) -> Edit | None:
        """The edit that "undo" takes back."""
        return self.edits[-1] if self.edits else None

    @cached_property
    def repairs(self) -> list[RepairLine]:
        """All repairs, the doubtful first."""
        text, decisions = self.reading.text, self.document.decisions
        return [
            RepairLine(
                place,
                repair,
                decisions.get(repair.id),
                _one_line(text[max(repair.span[0] - CONTEXT, 0) : repair.span[0]]),
                _one_line(text[repair.span[1] : repair.span[1] + CONTEXT]),
            )
            for place, repair in enumerate(in_order_of_doubt(self.reading.repairs), start=1)
        ]

    @property
    def sure_open(self) -> int:
        """How many sure repairs nobody has decided."""
        return sum(line.is_sure and line.decision is None for line in self.repairs)

    @property
    def dropped(self) -> list[Dropped]:
        """The pieces that are no part of the plan, without mere white space."""
        return [piece for piece in self.reading.dropped if piece.code != "blank"]

    @cached_property
    def sections(self) -> list[Section]:
        """The fields in order, long ones in parts; together they show the document from its first
        character to its last."""
        parts = list(self._parts())
        starts = [self._start(field, items, heads) for field, items, heads in parts]
        reached = 0
        windows: list[Span] = []
        for place in range(len(parts)):
            following = starts[place + 1] if place + 1 < len(parts) else len(self.reading.text)
            end = max(following, reached)
            windows.append((reached, end))
            reached = end
        return [
            Section(number, field, items, window, heads)
            for number, ((field, items, heads), window) in enumerate(
                zip(parts, windows, strict=True), start=1
            )
        ]

    def section(self, number: int) -> Section | None:
        """Return a section by its number; None where there is none."""
        return self.sections[number - 1] if 0 < number <= len(self.sections) else None

    def rows(self, section: Section) -> list[Row]:
        """Return a section as rows: document at the left, result at the right."""
        starts = [item.item.span[0] for item in section.items]
        rows = []
        start = section.window[0]
        first = starts[0] if starts else section.window[1]
        if section.heads or start < first:
            end = min(max(first, start), section.window[1])
            heading = section.field if section.heads else None
            rows.append(Row((start, end), self._marks((start, end), heading), heading=heading))
            start = end
        for place, item in enumerate(section.items):
            last = place + 1 == len(section.items)
            end = section.window[1] if last else max(starts[place + 1], start)
            rows.append(self._row(item, (start, end)))
            start = end
        return rows

    def row(self, item_id: str) -> Row | None:
        """Return the row of one item; None where there is no such item."""
        for section in self.sections:
            if any(item.id == item_id for item in section.items):
                return next(
                    row for row in self.rows(section) if row.item and row.item.id == item_id
                )
        return None

    def section_of(self, place: int) -> int:
        """Return the number of the section that shows this character of the document."""
        ends = [section.window[1] for section in self.sections]
        return min(bisect_left(ends, place + 1) + 1, max(len(ends), 1))

    @cached_property
    def _items(self) -> list[DraftItem]:
        return list(self.copy.items)

    @cached_property
    def _places(self) -> dict[str, int]:
        """How many tasks stand before each item."""
        places: dict[str, int] = {}
        count = 0
        for item in self._items:
            places[item.id] = count
            count += len(item.tasks)
        return places

    def _parts(self) -> Iterator[tuple[DraftField, tuple[DraftItem, ...], bool]]:
        for field in self.copy.fields:
            yield field, field.items[:SECTION_ITEMS], True
            for at in range(SECTION_ITEMS, len(field.items), SECTION_ITEMS):
                yield field, field.items[at : at + SECTION_ITEMS], False

    @staticmethod
    def _start(field: DraftField, items: Sequence[DraftItem], heads: bool) -> int:
        return field.field.span[0] if heads else items[0].item.span[0]

    def _row(self, item: DraftItem, window: Span) -> Row:
        lines = tuple(self._lines(item))
        marks = (Mark(item.item.span, "item"), *_task_marks(item, lines))
        return Row(window, (*marks, *self._marks(window)), item, lines)

    def _lines(self, item: DraftItem) -> Iterator[TaskLine]:
        kept = 0
        for place, draft in enumerate(item.tasks):
            kept += not draft.deleted
            number = "" if draft.deleted else f"{item.item.number}-{kept}"
            yield TaskLine(
                self._places[item.id] + place + 1,
                number,
                draft,
                not draft.deleted and next_kept(item.tasks, place) is not None,
            )

    def _marks(self, window: Span, heading: DraftField | None = None) -> tuple[Mark, ...]:
        marks: list[Mark] = []
        if heading is not None:
            marks.append(Mark(heading.field.span, "field"))
        if self.reading.title_span is not None:
            marks.append(Mark(self.reading.title_span, "title"))
        marks += [mark for mark in self._faults if _overlap(mark.span, window)]
        return tuple(marks)

    @cached_property
    def _faults(self) -> list[Mark]:
        """The marks of repairs and dropped pieces."""
        repairs = [
            Mark(
                _visible(repair),
                "repair" if repair.applied else "doubt",
                in_language(repair.why, repair.why_en),
                span_id(repair.span),
            )
            for repair in self.reading.repairs
        ]
        return repairs + [
            Mark(piece.span, "dropped", in_language(piece.why, piece.why_en))
            for piece in self.dropped
        ]


def _task_marks(item: DraftItem, lines: Sequence[TaskLine]) -> Iterator[Mark]:
    for line in lines:
        # a task that a person added may have no words of its own in the document
        has_words = line.draft.origin != "added" or line.task.span != item.item.span
        if line.draft.deleted or not has_words:
            continue
        yield Mark(line.task.span, "task", line.number)
        if line.task.due is not None:
            yield Mark(line.task.due.span, "due")
        yield from (Mark(place.span, "place") for place in line.task.places)
        yield from (Mark(actor.span, "actor") for actor in line.task.actors)
        yield from (Mark(quantity.span, "quantity") for quantity in line.task.quantities)


def _visible(repair: Repair) -> Span:
    """The words to be marked: where something is missing, the character before the gap."""
    start, end = repair.span
    return repair.span if start < end else (max(start - 1, 0), max(start, 1))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and one[1] > other[0]


def _one_line(words: str) -> str:
    return " ".join(words.split())
