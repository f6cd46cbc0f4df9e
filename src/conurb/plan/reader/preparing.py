"""What is known of a document before the walk: its lines, its scheme of numbers, its habits."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from .boilerplate import ends_sentence, is_page_mark, is_titlelike
from .ledger import Ledger
from .mapped import Mapped
from .markers import Marker, broken_marker_at, marker_at
from .paragraphs import Page, Paragraph, Range, paragraphs_of, words_of
from .scheme import scheme_of

_ANNEX = re.compile(r"附(?:件|表)\s*[0-9一二三四五六七八九十]*\s*[:：]\s*\S.{0,40}")
_COPY_LENGTH = 12  # shorter paragraphs may well stand twice in a plan by right


class Preparation(Page):
    """Clears the lines of page marks and copies, then looks how the document is numbered.

    `scheme` is empty where it is not numbered at all; what follows it is known only otherwise:
    `usual` (how numbered lines are set), `loose_rate` (the share of lines without a number),
    `items_end` (items end with a stop), `heads` (lines printed again on every page), `continuous`
    (levels that count on through outer headings), `following` (the next numbers after each line).
    """

    def __init__(self, mapped: Mapped, ledger: Ledger) -> None:
        super().__init__(mapped, ledger)
        self.paragraphs = paragraphs_of(self.text)
        self.title: Range | None = None
        for paragraph in self.paragraphs:
            paragraph.marker = marker_at(self.text, paragraph.start, paragraph.end)
        self._drop_page_marks()
        self._take_hash_title()
        self.scheme = scheme_of([p.marker for p in self.paragraphs if p.marker is not None])
        self._add_plain_level()
        self._place_markers()
        self._head_annexes()
        self._drop_copies()
        if self.scheme:
            self.usual = self._usual_signature()
            self.loose_rate = self._loose_rate()
            self.items_end = self._items_end()
            self.heads = self._running_heads()
            self.continuous = self._counting_on()
            self.following = self._following()

    def _drop_page_marks(self) -> None:
        kept: list[Paragraph] = []
        for paragraph in self.paragraphs:
            line = self.words(paragraph)
            if is_page_mark(line):
                self.drop(
                    "page", paragraph.start, paragraph.end, ("页码或分隔线", "page number or rule")
                )
            else:
                kept.append(paragraph)
        self.paragraphs = kept

    def _take_hash_title(self) -> None:
        tops = [p for p in self.paragraphs if p.marker is not None and p.marker.family == "h1"]
        others = any(p.marker is not None and p.marker.family != "h1" for p in self.paragraphs)
        if len(tops) != 1 or not others:
            return
        top = tops[0]
        if not any(p.marker is not None and p.start < top.start for p in self.paragraphs):
            self.title = (top.start, top.end)
            self.paragraphs.remove(top)

    def _add_plain_level(self) -> None:
        """Headings without numbers: the outermost numbers begin again after short lines."""
        if not self.scheme:
            return
        outer = self.scheme[0]
        heads: list[Paragraph] = []
        last: Paragraph | None = None
        restarts = 0
        for paragraph in self.paragraphs:
            marker = paragraph.marker
            if marker is not None and marker.family == outer:
                first = marker.value == 1 or (
                    marker.value is None and last is not None and last.marker is None
                )
                if first and last is not None and last.marker is None and self.headinglike(last):
                    heads.append(last)
                restarts += marker.value == 1
            last = paragraph
        enough = 2 if outer != "bullet" else 1
        if len(heads) >= enough and (outer == "bullet" or restarts >= 2):
            self.scheme = ("plain", *self.scheme)
            for head in heads[1:] if self._is_title(heads[0]) else heads:
                head.marker = Marker("plain", None, head.start, head.start)

    def _is_title(self, paragraph: Paragraph) -> bool:
        return (
            self.title is None
            and paragraph is self.paragraphs[0]
            and is_titlelike(self.words(paragraph))
        )

    def _place_markers(self) -> None:
        """Give each marked paragraph its level; mend markers that lost a bracket."""
        levels = {family: level for level, family in enumerate(self.scheme)}
        for paragraph in self.paragraphs:
            marker = paragraph.marker
            if marker is not None and marker.family in levels:
                paragraph.level = levels[marker.family]
                continue
            paragraph.marker = None
            for family in ("paren", "cnparen"):
                if family in levels:
                    broken = broken_marker_at(self.text, paragraph.start, paragraph.end, family)
                    if broken is not None:
                        paragraph.marker, paragraph.level = broken, levels[family]
                        break

    def _head_annexes(self) -> None:
        """An annex whose numbers begin at one is a heading like the outermost of the document."""
        if len(self.scheme) < 2:
            return
        for annex, first in pairwise(self.paragraphs):
            begins = first.marker is not None and first.marker.value == 1 and bool(first.level)
            if annex.marker is None and begins and _ANNEX.fullmatch(self.words(annex)):
                annex.marker = Marker(self.scheme[0], None, annex.start, annex.start)
                annex.level = 0

    def _drop_copies(self) -> None:
        """Of paragraphs printed twice, keep the one that fits its neighbours' numbers best."""
        fits = self._fits()
        doomed: dict[int, int] = {}
        for indexes in self._alike(whole=True).values():
            best = max(indexes, key=lambda index: (fits[index], -index))
            for index in indexes:
                if index != best and (fits[index] < 2 or self._same_number(index, best)):
                    doomed[index] = self.paragraphs[index].end
        for indexes in self._alike(whole=False).values():
            kept = [index for index in indexes if index not in doomed]
            best = max(kept, key=lambda index: (fits[index], -index), default=-1)
            for index in kept:
                if index != best and fits[index] < 2 and self._same_number(index, best):
                    doomed[index] = self._common_end(index, best)
        self.paragraphs = list(self._without_copies(doomed))

    def _alike(self, whole: bool) -> dict[str, list[int]]:
        """Paragraphs with the same words, or with the same first words: text → indexes."""
        groups: dict[str, list[int]] = defaultdict(list)
        for index, paragraph in enumerate(self.paragraphs):
            marker = paragraph.marker
            start = paragraph.start if marker is None else marker.body
            if not whole:
                body = words_of(self.text[start : min(paragraph.end, start + 3 * _COPY_LENGTH)])
                if marker is not None and len(body) >= _COPY_LENGTH:
                    groups[body[:_COPY_LENGTH]].append(index)
                continue
            body = words_of(self.text[start : paragraph.end])
            if marker is None:
                if len(body) >= _COPY_LENGTH and not self.headinglike(paragraph):
                    groups[body].append(index)
            elif len(body) >= _COPY_LENGTH:
                groups[body].append(index)
            elif len(body) >= 2 and marker.value is not None and paragraph.level == 0:
                groups[f"{marker.value}:{body}"].append(index)
        return {body: indexes for body, indexes in groups.items() if len(indexes) > 1}

    def _same_number(self, one: int, other: int) -> bool:
        first, second = self.paragraphs[one].marker, self.paragraphs[other].marker
        if first is None or second is None:
            return first is second
        return first.value == second.value

    def _common_end(self, index: int, best: int) -> int:
        """Where the words that a paragraph shares with its better copy end."""
        one, other = self.paragraphs[index], self.paragraphs[best]
        if one.marker is None or other.marker is None:
            return one.end
        at, with_ = one.marker.body, other.marker.body
        while at < one.end and with_ < other.end and self.text[at] == self.text[with_]:
            at, with_ = at + 1, with_ + 1
        return at

    def _without_copies(self, doomed: dict[int, int]) -> Iterator[Paragraph]:
        before = ""
        for index, paragraph in enumerate(self.paragraphs):
            end = doomed.get(index)
            if end is None or not self._strike_copy(paragraph, end):
                yield paragraph
                before = words_of(
                    self.text[max(paragraph.start, paragraph.end - 200) : paragraph.end]
                )
                continue
            rest = Paragraph(end, paragraph.end, (False, False))
            words = words_of(self.words(rest))
            if not words or before.endswith(words):
                self._strike_copy(rest, rest.end)
            else:
                yield rest

    def _strike_copy(self, paragraph: Paragraph, end: int) -> bool:
        if paragraph.start >= end:
            return True
        why = ("与另一处文字相同，系重复印出，只保留一处", "printed twice; only one copy is kept")
        return self.propose("item-duplicated", paragraph.start, end, "", why, 0.95)

    def _fits(self) -> list[int]:
        """How many of the two neighbours' numbers agree with each paragraph's."""
        before = self._neighbours(range(len(self.paragraphs)))
        after = self._neighbours(range(len(self.paragraphs) - 1, -1, -1))
        return [
            self._fit(index, before[index], after[index]) for index in range(len(self.paragraphs))
        ]

    def _neighbours(self, order: range) -> list[Paragraph | None]:
        """For each paragraph the last numbered one met before it in this order."""
        result: list[Paragraph | None] = [None] * len(self.paragraphs)
        last: Paragraph | None = None
        for index in order:
            result[index] = last
            if self.paragraphs[index].level is not None:
                last = self.paragraphs[index]
        return result

    def _fit(self, index: int, before: Paragraph | None, after: Paragraph | None) -> int:
        here = self.paragraphs[index]
        marker, level = here.marker, here.level
        if marker is None:
            previous = self.paragraphs[index - 1] if index else None
            return 2 * (previous is not None and not ends_sentence(self.words(previous)))
        if level is None or marker.value is None:
            return 0
        return _follows(before, level, marker.value) + _precedes(after, level, marker.value)

    def _counting_on(self) -> frozenset[int]:
        """Inner levels whose numbers run through the whole document, as articles do."""
        values: dict[int, list[int]] = defaultdict(list)
        outer: Counter[int] = Counter()
        for paragraph in self.paragraphs:
            if paragraph.level is None or paragraph.marker is None:
                continue
            for level in range(paragraph.level + 1, len(self.scheme)):
                outer[level] += 1
            if paragraph.marker.value is not None:
                values[paragraph.level].append(paragraph.marker.value)
        return frozenset(
            level
            for level, numbers in values.items()
            if outer[level] > 1
            and len(numbers) > 3
            and numbers.count(1) == 1
            and sum(b == a + 1 for a, b in pairwise(numbers)) >= 0.8 * (len(numbers) - 1)
        )

    def _usual_signature(self) -> tuple[bool, bool]:
        counts = Counter(p.signature for p in self.paragraphs if p.marker is not None)
        return counts.most_common(1)[0][0] if counts else (False, False)

    def _loose_rate(self) -> float:
        """The share of finished paragraphs that no number begins: high where items run on."""
        seen = loose = 0
        before: Paragraph | None = None
        for paragraph in self.paragraphs:
            inside = before is not None and before.level is not None
            finished = before is not None and ends_sentence(self.words(before))
            if inside or before is None:
                seen += 1
                if paragraph.marker is None and finished and not self.headinglike(paragraph):
                    loose += 1
            before = paragraph
        return loose / max(seen, 1)

    def _following(self) -> list[list[tuple[int, int | None]]]:
        """For each paragraph the next two marked ones after it: (level, value)."""
        coming: list[tuple[int, int | None]] = []
        result: list[list[tuple[int, int | None]]] = []
        for paragraph in reversed(self.paragraphs):
            result.append(coming[:12])
            if paragraph.level is not None and paragraph.marker is not None:
                coming = [(paragraph.level, paragraph.marker.value), *coming[:11]]
        result.reverse()
        return result

    def _items_end(self) -> bool:
        """Items of this document end with a full stop as a rule."""
        deepest = len(self.scheme) - 1
        lines = [paragraph for paragraph in self.paragraphs if paragraph.level == deepest]
        finished = sum(ends_sentence(self.words(paragraph)) for paragraph in lines)
        return bool(lines) and finished >= 0.6 * len(lines)

    def _running_heads(self) -> set[str]:
        """The title lines, which web pages and prints repeat."""
        heads: set[str] = set()
        for paragraph in self.paragraphs[:8]:
            if paragraph.marker is not None:
                break
            heads.add(words_of(self.words(paragraph)))
        if self.title is not None:
            heads.add(words_of(self.text[self.title[0] : self.title[1]].lstrip("#")))
        return {head for head in heads if len(head) >= 4}


def _follows(before: Paragraph | None, level: int, value: int) -> bool:
    """The number before lets this one come."""
    if before is None or before.marker is None or before.level is None or before.level < level:
        return value == 1
    return before.level > level or before.marker.value == value - 1


def _precedes(after: Paragraph | None, level: int, value: int) -> bool:
    """The number after lets this one stand before it."""
    if after is None or after.marker is None or after.level is None or after.level < level:
        return True
    return after.marker.value == (value + 1 if after.level == level else 1)
