"""Finding a service by the words people use for it.

Chinese is written without spaces and people type any part of a word, so a term is looked for as it
stands anywhere in what is said of a service; where it is not there whole, its pairs of characters
are, and half of them must be. Words that only say that one wants something (我要, 办理, apply) are
left out. Every term must be found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_ASKING = re.compile(
    r"我要|我想|怎么|如何|哪里|在线|网上|申请办理|办理|申请|申办|申领|请问|"
    r"\b(?:how|to|i|want|apply|for|a|an|the|get|do|my)\b"
)
_PUNCTUATION = re.compile(r"[\s,.;:!?，。；：！？、“”‘’（）()《》〈〉·/\\-]+")
_HAN = re.compile(r"[\u3400-\u9fff]{2,}")
WEIGHTS = (8, 5, 3, 1)
"""Of the name, the words, the events and audiences, and the summary."""
ENOUGH = 0.5


@dataclass(frozen=True)
class Entry:
    """What is said of a service, in both languages, by how much it says: see WEIGHTS."""

    key: str
    name: str
    words: str
    about: str
    summary: str

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """The texts in the order of their weights."""
        return (self.name, self.words, self.about, self.summary)


def normalised(text: str) -> str:
    """Return a text as it is compared: one width, small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def terms(query: str) -> tuple[str, ...]:
    """Return what a query asks for, without the words of asking; all of it where only those are."""
    plain = normalised(query)
    asked = tuple(filter(None, _PUNCTUATION.split(_ASKING.sub(" ", plain))))
    return asked or tuple(filter(None, _PUNCTUATION.split(plain)))


def score(entry: Entry, wanted: Sequence[str]) -> float:
    """Return how well an entry answers the terms, 0 where it does not answer one of them."""
    texts = [normalised(text) for text in entry.texts]
    total = 0.0
    for term in wanted:
        where = zip(WEIGHTS, texts, strict=True)
        whole = next((weight for weight, text in where if term in text), 0)
        found = whole or _share_of_pairs(term, " ".join(texts))
        if not found:
            return 0.0
        total += found
    return total


def search(query: str, entries: Iterable[Entry]) -> list[str]:
    """Return the keys of the entries that answer, the best first; all where nothing is asked."""
    kept = list(entries)
    wanted = terms(query)
    if not wanted:
        return [entry.key for entry in kept]
    scored = [(score(entry, wanted), entry.key) for entry in kept]
    return [key for points, key in sorted(scored, key=lambda each: -each[0]) if points]


def _share_of_pairs(term: str, text: str) -> float:
    """Return which share of the pairs of a Chinese term a text holds, 0 where it is too small."""
    if not _HAN.fullmatch(term) or len(term) < 3:
        return 0.0
    pairs = [term[at : at + 2] for at in range(len(term) - 1)]
    share = sum(pair in text for pair in pairs) / len(pairs)
    return share if share >= ENOUGH else 0.0
