"""Marks laid over a text, as nested elements: spans that cross are cut so that they nest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Span = tuple[int, int]


@dataclass(frozen=True)
class Mark:
    """A stretch of a text that means something: `name` says what, `note` explains it.

    `key` names it where the stretch that is marked is not the span it stands for.
    """

    span: Span
    name: str
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class Node:
    """A step through a marked text: a mark opens or closes, or words follow.

    `is_start` is False where a mark that was cut goes on.
    """

    step: Literal["open", "close", "words"]
    words: str = ""
    mark: Mark | None = None
    is_start: bool = True


def weave(text: str, window: Span, marks: Iterable[Mark]) -> Iterator[Node]:
    """Walk through text[window] with the marks that overlap it, outermost first.

    A mark that crosses the end of an enclosing one is closed there and opened again after it, so
    the steps always nest. Marks are cut at the window; marks without a character are left out.
    """
    start, end = window
    inside = sorted(
        (mark for mark in marks if _cut(mark.span, window)[0] < _cut(mark.span, window)[1]),
        key=lambda mark: (max(mark.span[0], start), -mark.span[1]),
    )
    bounds = sorted({start, end} | {b for mark in inside for b in _cut(mark.span, window)})
    opened: list[Mark] = []
    at = 0
    for here, there in pairwise(bounds):
        yield from _close(opened, here)
        while at < len(inside) and max(inside[at].span[0], start) <= here:
            opened.append(inside[at])
            yield Node("open", mark=inside[at])
            at += 1
        yield Node("words", text[here:there])
    while opened:
        yield Node("close", mark=opened.pop())


def _close(opened: list[Mark], here: int) -> Iterator[Node]:
    """Close the marks that end here, and open again those that were closed with them."""
    ended = [place for place, mark in enumerate(opened) if mark.span[1] <= here]
    if not ended:
        return
    above = opened[ended[0] :]
    for mark in reversed(above):
        yield Node("close", mark=mark)
    del opened[ended[0] :]
    for mark in above:
        if mark.span[1] > here:
            opened.append(mark)
            yield Node("open", mark=mark, is_start=False)


def _cut(span: Span, window: Span) -> Span:
    return (max(span[0], window[0]), min(span[1], window[1]))
