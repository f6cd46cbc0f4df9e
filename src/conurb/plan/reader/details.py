"""The tasks of an item with everything that can be told of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from .actors import Party, duty_parties, parties
from .boilerplate import is_headinglike
from .clauses import duties, masked
from .dates import Window, windows
from .gazetteer import Gazetteer
from .kinds import kind_of
from .mapped import Mapped
from .model import Actor, Due, Place, Quantity, Span, Task
from .places import spots
from .quantities import figures
from .tasks import Split, split_tasks

# Headings of the part of a plan that says why and what for.
_GUIDANCE = re.compile(
    r"\s*(?:总体(?:要求|思路|目标|考虑)|指导思想|基本原则|(?:发展|工作|主要|行动|阶段)目标"
    r"|发展(?:基础|形势|背景)|编制(?:依据|背景))\s*(?:[。：:\n]|$)"
)
_QUOTED_PERIOD = re.compile(r"[“\"]十[一二三四五六七八九]五[”\"](?=期间|时期|规划期|期?末)")
_MOST_PARTIES = 60  # in the notes of one item


@dataclass(frozen=True, slots=True)
class _Notes:
    """What the notes of an item say of all its tasks."""

    parties: tuple[Party, ...]
    due: Window | None


@dataclass(frozen=True, slots=True)
class Details:
    """Reads the tasks of one document's items: its gazetteer and its year."""

    gazetteer: Gazetteer
    year: int | None

    def tasks(self, body: Mapped, heading: bool = False) -> tuple[Task, ...]:
        """The tasks of an item; a heading that only has items under it has none."""
        text = body.text
        if (heading and "。" not in text) or _GUIDANCE.match(text):
            return ()
        body = _without_heading(body)
        text = body.text
        notes = self._notes(text)
        return tuple(self._task(body, split, notes) for split in split_tasks(text))

    def _notes(self, text: str) -> _Notes:
        found = tuple(islice(duty_parties(text, self.gazetteer), _MOST_PARTIES))
        for start, end in duties(text):
            for window in windows(text[start:end], self.year):
                moved = Window(window.start, window.end, window.at + start, window.until + start)
                return _Notes(found, moved)
        return _Notes(found, None)

    def _task(self, body: Mapped, split: Split, notes: _Notes) -> Task:
        words = body.text[split.start : split.end]
        actors = self._actors(body, split, words, notes)
        return Task(
            text=" ".join(split.text.split("\n")),
            span=body.span(split.start, split.end),
            verb=split.verb,
            kind=kind_of(split.verb, split.object, split.text),
            object=split.object,
            places=self._places(body, split, words, actors),
            actors=actors,
            due=self._due(body, split, words, notes),
            quantities=tuple(
                Quantity(
                    figure.value,
                    figure.unit,
                    body.span(split.start + figure.start, split.start + figure.end),
                )
                for figure in figures(words)
            ),
        )

    def _places(
        self, body: Mapped, split: Split, words: str, actors: tuple[Actor, ...]
    ) -> tuple[Place, ...]:
        """The places; 湖南省 in the name of an authority is none."""
        found = (
            Place(
                words[spot.start : spot.end],
                body.span(split.start + spot.start, split.start + spot.end),
                spot.ref,
            )
            for spot in spots(words, self.gazetteer)
        )
        return tuple(
            place for place in found if not any(_within(place.span, actor.span) for actor in actors)
        )

    def _actors(self, body: Mapped, split: Split, words: str, notes: _Notes) -> tuple[Actor, ...]:
        actors = [
            Actor(
                words[one.start : one.end],
                body.span(split.start + one.start, split.start + one.end),
                one.role,
                one.ref,
            )
            for one in parties(words, self.gazetteer)
        ]
        actors += [
            Actor(body.text[one.start : one.end], body.span(one.start, one.end), one.role, one.ref)
            for one in notes.parties
        ]
        return tuple(dict.fromkeys(actors))

    def _due(self, body: Mapped, split: Split, words: str, notes: _Notes) -> Due | None:
        for begin, text in (
            (split.start, words),
            (split.shared[0], body.text[slice(*split.shared)]),
        ):
            for window in windows(_dated(text), self.year):
                start, end = begin + window.at, begin + window.until
                return Due(window.start, window.end, body.text[start:end], body.span(start, end))
        if notes.due is None:
            return None
        start, end = notes.due.at, notes.due.until
        return Due(notes.due.start, notes.due.end, body.text[start:end], body.span(start, end))


def _dated(text: str) -> str:
    """The text without what stands in brackets and quotation marks, but with “十四五”期间."""
    mask = masked(text)
    for found in _QUOTED_PERIOD.finditer(text):
        mask = mask[: found.start()] + found.group() + mask[found.end() :]
    return mask


def _without_heading(body: Mapped) -> Mapped:
    """The paragraphs under the heading of an item, without the heading."""
    head, stop, after = body.text.partition("\n")
    words = "".join(after[end:start] for end, start in _outside(after))
    if not stop or not is_headinglike(head) or "。" not in words:
        return body
    return body.part(len(head) + 1, len(body.text))


def _outside(text: str) -> list[tuple[int, int]]:
    """The parts of a text that are no notes on duties."""
    bounds = sorted(duties(text))
    ends = [0, *(end for _, end in bounds)]
    return list(zip(ends, [*(start for start, _ in bounds), len(text)], strict=True))


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and inner != outer
