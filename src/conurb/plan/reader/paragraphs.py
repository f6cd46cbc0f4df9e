"""The lines of a document as the reader walks through them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .boilerplate import ends_sentence, is_headinglike
from .ledger import Ledger
from .mapped import Mapped
from .markers import Marker

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_FRAGMENT = re.compile(r"[(（]?\s*\d{0,3}|第\s*[0-9一二三四五六七八九十]*")
_NOT_WORDS = re.compile(r"[\W_]+")

Range = tuple[int, int]


@dataclass(slots=True)
class Paragraph:
    """One line with words on it: [start, end) without the white space around."""

    start: int
    end: int
    signature: tuple[bool, bool]  # a blank line before it; indented
    marker: Marker | None = None
    level: int | None = None


def paragraphs_of(text: str) -> list[Paragraph]:
    """The lines with words on them. A line that is nothing but half a number joins the next."""
    found: list[Paragraph] = []
    reached = 0
    pending: tuple[int, tuple[bool, bool]] | None = None
    for line in _LINE.finditer(text):
        start, end = line.start(), line.end()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        before = text[reached:start]
        signature = (before.count("\n") > 1, start > line.start())
        if pending is not None:
            start, signature = pending
            pending = None
        if end - start <= 6 and _FRAGMENT.fullmatch(text, start, end):
            pending = (start, signature)
        else:
            found.append(Paragraph(start, end, signature))
        reached = line.end()
    if pending is not None:
        found.append(Paragraph(pending[0], len(text.rstrip()), pending[1]))
    return found


def words_of(text: str) -> str:
    """The text without white space and punctuation, to compare what may be copies."""
    return _NOT_WORDS.sub("", text)


class Page:
    """A document and the ledger of what is repaired in it and left out of it."""

    def __init__(self, mapped: Mapped, ledger: Ledger) -> None:
        self.mapped = mapped
        self.text = mapped.text
        self.ledger = ledger

    def words(self, paragraph: Paragraph) -> str:
        """The words of a paragraph."""
        return self.text[paragraph.start : paragraph.end]

    def headinglike(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph reads like a heading."""
        return is_headinglike(self.words(paragraph))

    def sentence(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph is a finished sentence."""
        return ends_sentence(self.words(paragraph)) and not self.headinglike(paragraph)

    def trimmed(self, start: int, end: int) -> int:
        """The end of [start, end) without the white space at its end."""
        while end > start and self.text[end - 1].isspace():
            end -= 1
        return end

    def propose(
        self, code: str, start: int, end: int, read: str, why: tuple[str, str], sure: float
    ) -> bool:
        """Enter a repair; return whether it is applied."""
        return self.ledger.propose(code, self.mapped.span(start, end), read, why, sure)

    def drop(self, code: str, start: int, end: int, why: tuple[str, str]) -> None:
        """Enter words that are left out."""
        self.ledger.drop(code, self.mapped.span(start, end), why)
