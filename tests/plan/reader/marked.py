"""Readings by hand of the documents beside this file, and how far the reader agrees with them.

A reading by hand (`NAME.gold`) quotes the document: `= 1.2 words the item begins with`, then one
line a task, `- words | kind | from..to | place;place | actor:role`; `! code words` is a repair.
`*` stands for a detail that is not judged. White space does not count where words are looked up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from conurb.plan.reader import Reading, Task
from conurb.plan.reader.model import Span

UNJUDGED = "*"


@dataclass
class MarkedTask:
    words: str
    kind: str
    due: str
    places: str
    actors: str
    span: Span = (0, 0)


@dataclass
class MarkedItem:
    number: str
    words: str
    tasks: list[MarkedTask] = field(default_factory=list)
    start: int = 0


@dataclass
class Marked:
    """One reading by hand: heads (title, year, fields), items in order, repairs expected."""

    heads: dict[str, str]
    items: list[MarkedItem]
    repairs: list[tuple[str, str]]

    @property
    def tasks(self) -> list[MarkedTask]:
        return [task for item in self.items for task in item.tasks]


@dataclass
class Score:
    """Hits, what was found, and what was wanted."""

    hits: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.found + self.wanted) if self.found + self.wanted else 1.0

    def count(self, found: Iterable[Hashable], wanted: Iterable[Hashable]) -> None:
        ours, theirs = Counter(found), Counter(wanted)
        self.hits += (ours & theirs).total()
        self.found += ours.total()
        self.wanted += theirs.total()


@dataclass
class Agreement:
    """How far a reading agrees with the reading by hand; `notes` says where it does not."""

    items: Score = field(default_factory=Score)
    tasks: Score = field(default_factory=Score)
    kinds: Score = field(default_factory=Score)
    dues: Score = field(default_factory=Score)
    places: Score = field(default_factory=Score)
    actors: Score = field(default_factory=Score)
    notes: list[str] = field(default_factory=list)


def read_marked(path: Path) -> Marked:
    """The reading by hand in a `.gold` file; ValueError for a line of no known shape."""
    marked = Marked({}, [], [])
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "=":
            number, _, words = rest.partition(" ")
            marked.items.append(MarkedItem(number, words))
        elif mark == "-":
            parts = [part.strip() for part in rest.split("|")]
            words, kind, due, places, actors = (parts + [""] * 5)[:5]
            marked.items[-1].tasks.append(MarkedTask(words, kind, due, places, actors))
        elif mark == "!":
            code, _, words = rest.partition(" ")
            marked.repairs.append((code, words))
        elif mark.endswith(":"):
            marked.heads[mark[:-1]] = rest
        else:
            raise ValueError(f"{path.name}: no known shape: {line}")
    return marked


def place(marked: Marked, text: str) -> None:
    """Find every quoted word in the document, in order; ValueError for one that is not there."""
    solid = [at for at, character in enumerate(text) if not character.isspace()]
    packed = "".join(text[at] for at in solid)
    at = 0

    def find(words: str) -> Span:
        nonlocal at
        wanted = "".join(words.replace("\\n", "").split())
        start = packed.find(wanted, at)
        if start < 0:
            raise ValueError(f"not in the document after {at}: {words}")
        at = start + len(wanted)
        return (solid[start], solid[at - 1] + 1)

    for item in marked.items:
        if item.words:
            before = at
            item.start = find(item.words)[0]
            at = before
        for task in item.tasks:
            task.span = find(task.words)
        if not item.words and item.tasks:
            item.start = item.tasks[0].span[0]


def overlap(one: Span, other: Span) -> float:
    shared = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return shared / max(1, max(one[1], other[1]) - min(one[0], other[0]))


def due_of(task: Task) -> str:
    return f"{task.due.start or ''}..{task.due.end or ''}" if task.due else ""


def agreement(reading: Reading, marked: Marked) -> Agreement:
    """Items agree when number and beginning do, tasks when they overlap by half or more."""
    result = Agreement()
    _judge_items(result, reading, marked)
    found = [task for one in reading.fields for item in one.items for task in item.tasks]
    pairs = _matched(found, marked.tasks)
    result.tasks = Score(len(pairs), len(found), len(marked.tasks))
    for task, wanted in pairs:
        _judge_task(result, task, wanted)
    ours, theirs = {id(task) for task, _ in pairs}, {id(wanted) for _, wanted in pairs}
    result.notes += [f"task too much: {t.text}" for t in found if id(t) not in ours]
    result.notes += [f"task missed: {t.words}" for t in marked.tasks if id(t) not in theirs]
    return result


def _judge_items(result: Agreement, reading: Reading, marked: Marked) -> None:
    items = [item for one in reading.fields for item in one.items]
    hits = 0
    for wanted in marked.items:
        fits = any(
            item.number == wanted.number and item.span[0] <= wanted.start < item.span[1]
            for item in items
        )
        hits += fits
        if not fits:
            words = wanted.words or wanted.tasks[0].words
            result.notes.append(f"item missed: {wanted.number} {words}")
    result.items = Score(hits, len(items), len(marked.items))
    if len(items) != len(marked.items):
        result.notes.append("items read: " + " ".join(item.number for item in items))


def _matched(found: list[Task], wanted: list[MarkedTask]) -> list[tuple[Task, MarkedTask]]:
    pairs = sorted(
        (
            (overlap(ours.span, theirs.span), i, j)
            for i, ours in enumerate(found)
            for j, theirs in enumerate(wanted)
            if overlap(ours.span, theirs.span) >= 0.5
        ),
        reverse=True,
    )
    used_found: set[int] = set()
    used_wanted: set[int] = set()
    matches = []
    for _, i, j in pairs:
        if i not in used_found and j not in used_wanted:
            used_found.add(i)
            used_wanted.add(j)
            matches.append((found[i], wanted[j]))
    return matches


def _judge_task(result: Agreement, task: Task, wanted: MarkedTask) -> None:
    judged: list[tuple[str, Score, list[str], str]] = [
        ("kind", result.kinds, [task.kind], wanted.kind),
        ("due", result.dues, [due_of(task)] if task.due else [], wanted.due),
        ("places", result.places, [one.name for one in task.places], wanted.places),
        (
            "actors",
            result.actors,
            [f"{one.name}:{one.role}" for one in task.actors],
            wanted.actors,
        ),
    ]
    for name, score, found, words in judged:
        if words == UNJUDGED:
            continue
        expected = [part for part in words.split(";") if part]
        score.count(found, expected)
        if Counter(found) != Counter(expected):
            result.notes.append(f"{name} of {wanted.words[:24]}: read {found}, wanted {expected}")
