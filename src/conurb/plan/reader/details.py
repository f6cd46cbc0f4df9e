"""The tasks of an item with everything that can be told of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from .actors import Party, duty_parties, parties
from .clauses import duties, masked
from .dates import Window, windows
from .gazetteer import Gazetteer
from .kinds import kind_of
from .mapped import Mapped
from .model import Actor, Due, Place, Quantity, Span, Task
from .places import spots
from .quantities import figures
from .tasks import Split, split_tasks

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
        if heading and "。" not in text:
            return ()
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
        for window in windows(masked(words), self.year):
            start, end = split.start + window.at, split.start + window.until
            return Due(window.start, window.end, body.text[start:end], body.span(start, end))
        if notes.due is None:
            return None
        start, end = notes.due.at, notes.due.until
        return Due(notes.due.start, notes.due.end, body.text[start:end], body.span(start, end))


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and inner != outer
