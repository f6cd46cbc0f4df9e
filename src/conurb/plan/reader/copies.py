"""Passages printed twice in a row, as when a page was scanned or pasted twice."""

from __future__ import annotations

from collections.abc import Iterator

from .ledger import Ledger
from .mapped import Edit, Mapped

_GRAM = 12  # characters that must recur before a copy is suspected
_SHORTEST = 12  # words in a copy
_LONGEST = 6000
_WHY = ("同一段文字连续重复印出，只保留一处", "the same passage is printed twice in a row")


def strike_copies(mapped: Mapped, ledger: Ledger) -> Mapped:
    """The text with every immediate repetition of a passage left out, where decided so."""
    edits: list[Edit] = []
    for start, end in repetitions(mapped.text):
        if ledger.propose("text-repeated", mapped.span(start, end), "", _WHY, 0.93):
            edits.append(Edit(start, end, ""))
    return mapped.edited(edits) if edits else mapped


def repetitions(text: str) -> Iterator[tuple[int, int]]:
    """Second halves of passages ``ww``: ordered, without overlap. Linear in the text.

    Positions whose following characters last occurred the same distance ago are counted; where
    the count reaches the distance, the passage is a repetition. White space is compared too, so
    that only true copies count.
    """
    last: dict[str, int] = {}
    period = run = reached = 0
    for at in range(len(text) - _GRAM + 1):
        gram = text[at : at + _GRAM]
        before = last.get(gram)
        last[gram] = at
        distance = at - before if before is not None else 0
        if distance and distance == period:
            run += 1
        else:
            period, run = distance, 1 if distance else 0
        if not period or run + _GRAM - 1 != period:
            continue
        start = at - run + 1
        end = start + period
        if _SHORTEST <= period <= _LONGEST and start >= reached and _wordy(text[start:end]):
            yield start, end
            reached = end
            period = run = 0


def _wordy(words: str) -> bool:
    return len({char for char in words if char.isalpha()}) >= 6
