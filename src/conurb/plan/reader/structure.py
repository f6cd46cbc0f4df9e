"""Cuts a document into title, headings and items, however badly it is numbered.

The walk goes once through the paragraphs. A paragraph opens a piece (a heading or an item) when
it begins with a number of the document's scheme; numbers without brackets, numbers in the middle
of a line and paragraphs whose number is gone are recognised from what number is due next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from .boilerplate import (
    ends_sentence,
    has_han,
    is_boilerplate,
    is_headinglike,
    is_recommendation,
    is_titlelike,
)
from .ledger import Ledger
from .mapped import Mapped
from .markers import Marker, bare_marker_at, broken_marker_at, marker_at
from .paragraphs import Page, Paragraph, Range, words_of
from .preparing import Preparation

_FIRST = re.compile(r"[(（]\s*[1一]\s*[)）]|[(（]\s*[1一](?=[^\d\s])|(?<=\s)[1一]\s*[)）]")
_AFTER_STOP = re.compile(r"[。；;！？!?：:]\s*[”’）)」』]?\s*")

_WHOLE_TITLE = 14  # characters of a line that is likely only the end of a title
_ABOVE_TITLE = re.compile(r"[:：>》〕号\d]|文件$|通知$|政府$|办公室$|委员会$|[局厅委部]$|公开|发布")


@dataclass(slots=True)
class Piece:
    """A heading or an item while it is being put together."""

    level: int
    number: int
    start: int
    parts: list[Range] = field(default_factory=list)
    loose: list[Paragraph] = field(default_factory=list)
    children: list[Piece] = field(default_factory=list)
    printed: bool = True

    @property
    def end(self) -> int:
        """The end of its last words."""
        return self.parts[-1][1] if self.parts else self.start


@dataclass(slots=True)
class Outline:
    """What the document was cut into: level 0 are fields (or items where `flat`)."""

    title: Range | None
    pieces: list[Piece]
    flat: bool


def outline_of(mapped: Mapped, ledger: Ledger) -> Outline:
    """Cut the document; everything repaired or left out is entered in the ledger."""
    return _Walk(mapped, ledger).run()


class _Walk(Page):
    """One pass over one document."""

    def __init__(self, mapped: Mapped, ledger: Ledger) -> None:
        super().__init__(mapped, ledger)
        self.known = Preparation(mapped, ledger)
        self.paragraphs = self.known.paragraphs
        self.scheme = self.known.scheme
        self.title = self.known.title
        self.roots: list[Piece] = []
        self.stack: list[Piece] = []
        self.preamble: list[Paragraph] = []
        self.running: Counter[int] = Counter()
        self.tail_from: int | None = None

    def run(self) -> Outline:
        if not self.scheme:
            return self._unnumbered()
        for index, paragraph in enumerate(self.paragraphs):
            self._take(index, paragraph)
        self._settle_all(final=True)
        self._take_title()
        return self._outline()

    # ---- the walk ----------------------------------------------------------------------------

    def _take(self, index: int, paragraph: Paragraph) -> None:
        if self._is_furniture(paragraph):
            return
        marker, level = paragraph.marker, paragraph.level
        if marker is None or level is None or not self._acceptable(index, marker, level):
            marker, level = self._bare(index, paragraph)
        if marker is not None and level is not None:
            self._open(index, paragraph.start, marker, level)
            self._fill(index, marker.body, paragraph.end)
        else:
            self._unmarked(index, paragraph)

    def _is_furniture(self, paragraph: Paragraph) -> bool:
        if paragraph.start >= self._furniture_from() and self.headinglike(paragraph):
            why = ("文末推荐阅读等附带文字", "recommendations after the plan")
            self.drop("boilerplate", paragraph.start, paragraph.end, why)
            return True
        if paragraph.marker is None and is_boilerplate(self.words(paragraph)):
            why = ("网页附带文字，不属于规划", "web page furniture, no part of the plan")
            self.drop("boilerplate", paragraph.start, paragraph.end, why)
            return True
        return False

    def _furniture_from(self) -> int:
        """Where the recommendations of a web page begin, if no number follows them."""
        if self.tail_from is None:
            self.tail_from = len(self.text)
            for paragraph in reversed(self.paragraphs):
                if paragraph.marker is not None and paragraph.marker.family != "bullet":
                    break
                if is_recommendation(self.words(paragraph)):
                    self.tail_from = paragraph.start
        return self.tail_from

    def _due(self, level: int) -> int:
        """The number due next at a level, where the walk stands."""
        siblings = self._siblings(level)
        return siblings[-1].number + 1 if siblings else 1

    def _siblings(self, level: int) -> list[Piece]:
        """What stands under the innermost open piece outside this level."""
        for piece in reversed(self.stack):
            if piece.level < level:
                return piece.children
        return self.roots

    def _expected(self, level: int) -> int:
        """The number due next as it should be printed: articles count on through chapters."""
        return self.running[level] + 1 if level in self.known.continuous else self._due(level)

    def _next(self, index: int, level: int) -> int | None:
        """The number printed next at this level before an outer heading; 0 for none."""
        for after, value in self.known.following[index]:
            if after < level:
                return 0
            if after == level:
                return value
        return 0

    def _complete(self) -> bool:
        """What was read so far is finished, so that something new may begin."""
        if not self.stack:
            return True
        piece = self.stack[-1]
        last = piece.loose[-1] if piece.loose else None
        words = self.words(last) if last is not None else self._body(piece)
        return ends_sentence(words) or not words.strip() or self._heading_piece(piece)

    def _heading_piece(self, piece: Piece) -> bool:
        """A heading is finished without a stop; an item is where items have none as a rule."""
        if piece.level == len(self.scheme) - 1 and self.known.items_end:
            return False
        return len(piece.parts) <= 1 and is_headinglike(self._body(piece))

    def _acceptable(self, index: int, marker: Marker, level: int) -> bool:
        """Numbers in the middle of a wrapped sentence are no beginnings."""
        if marker.value is None or self._complete():
            return True
        if marker.value == self._expected(level) or marker.value == 1:
            return True
        return marker.family not in ("num", "multi2", "cn", "half")

    def _bare(self, index: int, paragraph: Paragraph) -> tuple[Marker | None, int | None]:
        """A number of which only the figure is left, taken where exactly it is due."""
        if not self._complete():
            return None, None
        for level in range(len(self.scheme) - 1, -1, -1):
            family = self.scheme[level]
            if family in ("plain", "bullet") or (level > 0 and not self.stack):
                continue
            marker = bare_marker_at(self.text, paragraph.start, paragraph.end, family)
            if marker is None:
                continue
            due, coming = self._expected(level), self._next(index, level)
            rest = self.text[marker.body : paragraph.end]
            heading = is_headinglike(rest)
            if level == 0 and len(self.scheme) > 1 and not heading:
                continue
            restarts = bool(self.known.following[index]) and self.known.following[index][0] == (
                level + 1,
                1,
            )
            if marker.value == due and (level > 0 or restarts or len(self.scheme) == 1):
                return marker, level
            if coming == due + 1 and not heading and level > 0:
                return marker, level
        return None, None

    def _open(self, index: int, start: int, marker: Marker, level: int) -> None:
        """Begin a piece at its marker."""
        if level > 0 and not self.stack:
            self._adopt_heading(self._heading_before(), 0, start)
        due = self._expected(level)
        if self._again(index, marker, level, due):
            self._restart(level)
            due = 1
        if marker.value is not None and marker.value > due:
            self._promote(level, marker.value - due)
            due = self._expected(level)
        number = self._number(index, start, marker, level, due)
        if not marker.whole:
            self.propose(
                "bracket-unbalanced",
                start,
                max(marker.body, start + 1),
                self._print(marker.family, number),
                ("编号缺少括号或标点", "a bracket or stop of the number is missing"),
                0.95,
            )
        self.running[level] = number
        self._push(
            Piece(level, self._due(level) if level in self.known.continuous else number, start)
        )

    def _heading_before(self) -> Paragraph | None:
        loose = self.stack[-1].loose if self.stack else self.preamble
        enough = 1 if self.stack or self.title is not None else 2
        if len(loose) >= enough and self.headinglike(loose[-1]):
            return loose.pop()
        return None

    def _adopt_heading(self, heading: Paragraph | None, level: int, start: int) -> None:
        if heading is None:
            self._push(Piece(level, self._due(level), start, printed=False))
            return
        number = self._due(level)
        self._push(Piece(level, number, heading.start))
        self._add_part(heading.start, heading.end)
        self._report_lost(level, number, heading.start, heading.end)

    def _report_lost(self, level: int, number: int, start: int, end: int) -> bool:
        if self.scheme[level] in ("plain", "bullet") or self.scheme[level].startswith("h"):
            return True
        read = self._print(self.scheme[level], number)
        return self.propose(
            "number-missing",
            start,
            start + 1,
            read + self.text[start : start + 1],
            (f"此处应有编号“{read}”，原文缺失", f"the number {read} is due here and is missing"),
            0.9,
        )

    def _again(self, index: int, marker: Marker, level: int, due: int) -> bool:
        """The numbers begin again, so an outer heading must have gone before."""
        if level == 0 or marker.value != 1 or due <= 1:
            return False
        coming = self._next(index, level)
        if coming == 2:
            return True
        return coming == 0 and self._lost_heading(level) is not None

    def _lost_heading(self, level: int) -> Range | None:
        piece = self.stack[-1] if self.stack else None
        if piece is None:
            return None
        if piece.loose:
            last = piece.loose[-1]
            return (last.start, last.end) if self.headinglike(last) else None
        tail = self._tail(piece)
        if tail is not None and is_headinglike(self.text[tail[0] : tail[1]]):
            return tail
        return None

    def _tail(self, piece: Piece) -> Range | None:
        """The words after the last full stop of a piece."""
        if not piece.parts:
            return None
        start, end = piece.parts[-1]
        last = max(self.text.rfind(stop, start, end) for stop in "。；;！？!?")
        if last < 0:
            return None
        after = last + 1
        while after < end and (self.text[after].isspace() or self.text[after] in "”’）)」』"):
            after += 1
        return (after, end) if after < end else None

    def _restart(self, level: int) -> None:
        """Open the outer heading whose number is lost, in front of numbers that begin again."""
        heading = self._lost_heading(level)
        piece = self.stack[-1]
        if heading is None:
            self._pop_to(level - 1)
            end = piece.end
            self._push(Piece(level - 1, self._due(level - 1), end, printed=False))
            return
        if piece.loose:
            piece.loose.pop()
        else:
            start, _ = piece.parts[-1]
            piece.parts[-1] = (start, self.trimmed(start, heading[0]))
        self._pop_to(level - 1)
        number = self._due(level - 1)
        bare = bare_marker_at(self.text, heading[0], heading[1], self.scheme[level - 1])
        self._push(Piece(level - 1, number, heading[0]))
        self._add_part(bare.body if bare is not None else heading[0], heading[1])
        self._report_lost(level - 1, number, *heading)

    def _promote(self, level: int, wanted: int) -> None:
        """Paragraphs that lost their number: as many as the numbers printed leave room for."""
        if not self.stack or level in self.known.continuous:
            return
        piece = self.stack[-1]
        fit = [p for p in piece.loose if self.sentence(p)]
        if not fit or piece.level != level:
            return
        for paragraph in fit[-wanted:]:
            at = piece.loose.index(paragraph)
            after = piece.loose[at + 1 :]
            del piece.loose[at:]
            number = self._due(level)
            if not self._report_lost(level, number, paragraph.start, paragraph.end):
                piece.loose.extend([paragraph, *after])
                continue
            self._push(Piece(level, number, paragraph.start))
            self._add_part(paragraph.start, paragraph.end)
            piece = self.stack[-1]
            piece.loose.extend(after)

    def _number(self, index: int, start: int, marker: Marker, level: int, due: int) -> int:
        """The number to give: the one printed where it is right, else the one due."""
        printed = marker.value
        if printed is None or printed == due:
            return due
        coming = self._next(index, level)
        if printed > due and coming == printed + 1:
            return printed
        read = self._print(marker.family, due)
        sure = 0.95 if coming == due + 1 or printed <= due or printed > due + 9 else 0.85
        why = (
            f"编号应为“{read}”，原文与前后编号不连续",
            f"the number should be {read}: the one printed does not follow from its neighbours",
        )
        body = max(start + 1, self.trimmed(start, marker.body))
        applied = self.propose("number-wrong", start, body, read, why, sure)
        return due if applied or printed < due else printed

    def _print(self, family: str, number: int) -> str:
        if family in ("paren", "half"):
            return f"({number})"
        if family in ("cn", "cnparen"):
            words = _chinese(number)
            return f"{words}、" if family == "cn" else f"（{words}）"
        return f"{number}、" if family == "num" and has_han(self.text[:400]) else f"{number}."

    # ---- filling pieces ----------------------------------------------------------------------

    def _fill(self, index: int, start: int, end: int) -> None:
        """The words after a number, cut where another number of the scheme hides in them."""
        while True:
            inner = self._inner(index, start, end)
            if inner is None:
                self._add_part(start, end)
                return
            marker, level, copied = inner
            self._add_part(start, self.trimmed(start, marker.start))
            if copied:
                return
            self._open(index, marker.start, marker, level)
            start = marker.body

    def _inner(self, index: int, start: int, end: int) -> tuple[Marker, int, bool] | None:
        """The first number hidden in a paragraph, its level, and whether a mere copy follows."""
        for at in self._openings(start, end):
            marker = marker_at(self.text, at, end)
            if marker is not None and marker.family in self.scheme and marker.value is not None:
                level = self.scheme.index(marker.family)
            else:
                marker, level = self._inner_bare(at, end)
            if marker is None or marker.value is None or marker.body >= end:
                continue
            verdict = self._hidden(index, start, end, marker, level)
            if verdict is not None:
                return marker, level, verdict
        return None

    def _inner_bare(self, at: int, end: int) -> tuple[Marker | None, int]:
        for family in ("paren", "cnparen"):
            if family in self.scheme:
                broken = broken_marker_at(self.text, at, end, family)
                if broken is None and family == "paren":
                    broken = bare_marker_at(self.text, at, end, family)
                if broken is not None:
                    return broken, self.scheme.index(family)
        return None, 0

    def _openings(self, start: int, end: int) -> Iterator[int]:
        """Where a hidden number may stand: after a stop, or anywhere in a short heading."""
        for stop in _AFTER_STOP.finditer(self.text, start, end):
            yield stop.end()
        first = _FIRST.search(self.text, start, min(end, start + 45))
        if first is not None and first.start() > start:
            yield first.start()

    def _hidden(self, index: int, start: int, end: int, marker: Marker, level: int) -> bool | None:
        """None: no number of an item. True: a copy of the next item. False: an item run in."""
        if level > 0 and not self.stack:
            return None
        before = self.text[max(start, marker.start - 60) : marker.start].rstrip()
        if self.stack and level > self.stack[-1].level:
            begins = marker.value == 1 and (is_headinglike(before) or not before)
            return self._run_in(marker, level, False) if begins else None
        stops = "。；;！？!?”）)：:" if marker.whole else "。；;！？!?"
        if not before.endswith(tuple(stops)):
            return None
        due, coming = self._expected(level), self._next(index, level)
        if marker.value == due and coming == due:
            copied = self._is_copy(marker.body, end, index, level)
            return self._run_in(marker, level, True, end) if copied else None
        if level == 0 and len(self.scheme) > 1 and not self._heading_follows(marker, end):
            return None
        in_turn = marker.value == due and (marker.whole or coming in (0, due + 1))
        fills = marker.whole and coming == due + 1 and marker.family in ("paren", "cnparen")
        # the last of a list, one number too high: the words before it are finished
        fills |= marker.value == due + 1 and marker.whole and coming == 0 and level > 0
        return self._run_in(marker, level, False) if in_turn or fills else None

    def _is_copy(self, start: int, end: int, index: int, level: int) -> bool:
        """The words to the end of the paragraph are those that the next item begins with."""
        following = self._next_body(index, level)
        if end - start > 2 * len(following) + 200:
            return False
        tail = words_of(self.text[start:end])
        return len(tail) >= 8 and following.startswith(tail)

    def _heading_follows(self, marker: Marker, end: int) -> bool:
        rest = self.text[marker.body : min(end, marker.body + 120)]
        opening = re.search(r"[(（]\s*[1一]\s*[)）]", rest)
        return is_headinglike(rest[: opening.start()] if opening is not None else rest)

    def _run_in(self, marker: Marker, level: int, copied: bool, end: int = 0) -> bool | None:
        read = self._print(marker.family, self._due(level))
        if copied:
            why = (
                f"下一条（{read}）的文字误接在本条之后，系重复",
                f"the next item ({read}) was printed at the end of this one, a copy",
            )
            applied = self.propose("item-duplicated", marker.start, end, "", why, 0.97)
            return True if applied else None
        why = (
            f"“{read}”应另起一条，原文误接在前文之后",
            f"{read} begins a new entry here; it was run into the one before",
        )
        words_end = max(marker.start + 1, self.trimmed(marker.start, marker.body))
        read = "\n" + self.text[marker.start : words_end]
        sure = 0.93 if marker.whole else 0.85
        applied = self.propose("item-run-in", marker.start, words_end, read, why, sure)
        return False if applied else None

    def _next_body(self, index: int, level: int) -> str:
        for paragraph in islice(self.paragraphs, index + 1, index + 40):
            if paragraph.level == level and paragraph.marker is not None:
                return words_of(self.text[paragraph.marker.body : paragraph.end])
        return ""

    def _unmarked(self, index: int, paragraph: Paragraph) -> None:
        """A paragraph without a number: the rest of a sentence, or left for later."""
        if not self.stack:
            self._preface(index, paragraph)
            return
        if self._is_running_head(paragraph):
            why = ("重复印出的标题或页眉", "a title or page header printed again")
            self.drop("title-copy", paragraph.start, paragraph.end, why)
            return
        piece = self.stack[-1]
        if piece.loose or (self._complete() and not self._torn_heading(index, piece, paragraph)):
            self._loosen(index, piece, paragraph)
        elif self._lost_heading_here(index, paragraph):
            piece.loose.append(paragraph)
        else:
            self._join(piece, index, paragraph)

    def _torn_heading(self, index: int, piece: Piece, paragraph: Paragraph) -> bool:
        """A heading broken over two lines: the first item comes right after."""
        coming = self.known.following[index][:1]
        return (
            self._heading_piece(piece)
            and not ends_sentence(self._body(piece))
            and not piece.children
            and self.headinglike(paragraph)
            and coming == [(piece.level + 1, 1)]
            and len(self._body(piece)) + paragraph.end - paragraph.start <= 24
            and has_han(self.words(paragraph))
        )

    def _lost_heading_here(self, index: int, paragraph: Paragraph) -> bool:
        level = self.stack[-1].level
        coming = self.known.following[index][:1]
        return level > 0 and coming == [(level, 1)] and self.headinglike(paragraph)

    def _preface(self, index: int, paragraph: Paragraph) -> None:
        for at in self._openings(paragraph.start, paragraph.end):
            marker = marker_at(self.text, at, paragraph.end)
            if marker is None or marker.value != 1 or marker.family != self.scheme[0]:
                continue
            if self._next(index, 0) in (0, 2) and self._heading_follows(marker, paragraph.end):
                before = Paragraph(paragraph.start, self.trimmed(paragraph.start, at), (True, True))
                self.preamble.append(before)
                if self._run_in(marker, 0, False) is not None:
                    self._open(index, at, marker, 0)
                    self._fill(index, marker.body, paragraph.end)
                    return
                self.preamble.pop()
        self.preamble.append(paragraph)

    def _loosen(self, index: int, piece: Piece, paragraph: Paragraph) -> None:
        """Keep a finished-looking paragraph apart until it is known what it is."""
        start = paragraph.start
        inner = self._inner(index, start, paragraph.end) if len(self.stack) else None
        if inner is None:
            piece.loose.append(paragraph)
            return
        marker, level, copied = inner
        end = self.trimmed(start, marker.start)
        if end > start:
            piece.loose.append(Paragraph(start, end, paragraph.signature))
        if not copied:
            self._open(index, marker.start, marker, level)
            self._fill(index, marker.body, paragraph.end)

    def _join(self, piece: Piece, index: int, paragraph: Paragraph) -> None:
        """The line was broken in mid-sentence."""
        if piece.parts:
            before = piece.parts[-1][1]
            why = ("句子在此处被断行，前后应连读", "the line was broken in mid-sentence")
            read = _glue(self.text[before - 1 : before], self.text[paragraph.start])
            applied = self.propose("line-broken", before, paragraph.start, read, why, 0.95)
            if not applied:
                piece.loose.append(paragraph)
                return
        self._fill(index, paragraph.start, paragraph.end)

    def _add_part(self, start: int, end: int) -> None:
        end = self.trimmed(start, end)
        if start < end:
            self.stack[-1].parts.append((start, end))

    def _push(self, piece: Piece) -> None:
        self._pop_to(piece.level)
        self._here().append(piece)
        self.stack.append(piece)

    def _here(self) -> list[Piece]:
        """The list that the next piece, or a sibling of the last one closed, goes into."""
        return self.stack[-1].children if self.stack else self.roots

    def _pop_to(self, level: int) -> None:
        """Close every piece at this level or inside it."""
        while self.stack and self.stack[-1].level >= level:
            piece = self.stack.pop()
            self._settle(piece, closing=piece.level > level)

    # ---- paragraphs left over ----------------------------------------------------------------

    def _settle_all(self, final: bool) -> None:
        if final and self.stack:
            self._cut_epilogue(self.stack[-1])
        while self.stack:
            self._settle(self.stack.pop(), closing=True)

    def _cut_epilogue(self, piece: Piece) -> None:
        """Short lines after the last item are no part of it."""
        while piece.loose and self.headinglike(piece.loose[-1]) and self.known.items_end:
            last = piece.loose.pop()
            why = ("文末附带文字，不属于规划", "words after the end of the plan")
            self.drop("epilogue", last.start, last.end, why)
        tail = self._tail(piece)
        if piece.loose or tail is None or not self.known.items_end:
            return
        if self.headinglike(Paragraph(*tail, (True, True))):
            start, _ = piece.parts[-1]
            piece.parts[-1] = (start, self.trimmed(start, tail[0]))
            why = (
                "文末附带文字，误接在最后一条之后",
                "words after the end, run into the last item",
            )
            self.drop("epilogue", *tail, why)

    def _settle(self, piece: Piece, closing: bool) -> None:
        """Decide what the loose paragraphs of a finished piece are.

        Only the last of a list can have lost siblings that leave no gap in the numbers.
        """
        loose, piece.loose = piece.loose, []
        leaf = closing and not piece.children
        for paragraph in loose:
            if leaf and piece.level > 0 and self._lost_item(piece, paragraph):
                self._append_sibling(piece, paragraph)
            else:
                holder = self._last_sibling(piece)
                holder.parts.append((paragraph.start, paragraph.end))

    def _last_sibling(self, piece: Piece) -> Piece:
        siblings = self._here()
        return siblings[-1] if siblings and siblings[-1].level == piece.level else piece

    def _append_sibling(self, piece: Piece, paragraph: Paragraph) -> None:
        siblings = self._here()
        number = siblings[-1].number + 1
        if self._report_lost(piece.level, number, paragraph.start, paragraph.end):
            new = Piece(piece.level, number, paragraph.start)
            new.parts.append((paragraph.start, paragraph.end))
            siblings.append(new)
        else:
            siblings[-1].parts.append((paragraph.start, paragraph.end))

    def _lost_item(self, piece: Piece, paragraph: Paragraph) -> bool:
        """A paragraph set like the numbered ones, in a document that numbers all of them."""
        return (
            self.known.loose_rate <= 0.08
            and len(self.paragraphs) >= 8
            and piece.level == len(self.scheme) - 1
            and paragraph.signature == self.known.usual
            and self.sentence(paragraph)
            and paragraph.end - paragraph.start >= 10
        )

    def _is_running_head(self, paragraph: Paragraph) -> bool:
        if paragraph.end - paragraph.start > 80:
            return False
        return words_of(self.words(paragraph)) in self.known.heads

    # ---- the result --------------------------------------------------------------------------

    def _take_title(self) -> None:
        if self.title is None:
            heads = [p for p in self.preamble if is_titlelike(self.words(p))]
            # the notice that a plan comes with is not the plan
            heads = [p for p in heads if not self.words(p).endswith("的通知")] or heads
            heads = heads or [p for p in self.preamble if self.headinglike(p)]
            if heads:
                self.title = (self._first_title_line(heads[0]), heads[0].end)
        for paragraph in self.preamble:
            if self.title is not None and self.title[0] <= paragraph.start < self.title[1]:
                continue
            why = ("正文之前的文字，不含任务", "words before the plan begins")
            self.drop("preamble", paragraph.start, paragraph.end, why)

    def _first_title_line(self, last: Paragraph) -> int:
        """A title printed over two lines, of which the second alone says too little."""
        at = self.preamble.index(last)
        before = self.preamble[at - 1] if at else None
        words = self.words(last)
        if before is None or len(words) > _WHOLE_TITLE or not has_han(words):
            return last.start
        above = self.words(before)
        spare = is_headinglike(above) and not is_titlelike(above) and not _ABOVE_TITLE.search(above)
        return before.start if spare else last.start

    def _outline(self) -> Outline:
        flat = len(self.scheme) == 1 and not self._headings_only()
        return Outline(self.title, self.roots, flat)

    def _headings_only(self) -> bool:
        """One level of numbers, and they number headings with paragraphs under them."""
        if self.scheme[0] == "plain":
            return True
        heads = [p for p in self.roots if len(p.parts) > 1 and self._headinglike_range(p.parts[0])]
        return len(heads) >= max(1, len(self.roots) * 0.6)

    def _unnumbered(self) -> Outline:
        """No numbers at all: short lines are headings, the others are items."""
        self.scheme = ("plain", "plain")
        root: Piece | None = None
        lines = [p for p in self.paragraphs if not self._is_furniture(p)]
        if self.title is None and len(lines) > 1 and self.headinglike(lines[0]):
            self.title = (lines[0].start, lines[0].end)
            lines = lines[1:]
        for paragraph in lines:
            if self.headinglike(paragraph):
                root = Piece(0, len(self.roots) + 1, paragraph.start)
                root.parts.append((paragraph.start, paragraph.end))
                self.roots.append(root)
                continue
            if root is None:
                root = Piece(0, 1, paragraph.start, printed=False)
                self.roots.append(root)
            item = Piece(1, len(root.children) + 1, paragraph.start)
            item.parts.append((paragraph.start, paragraph.end))
            root.children.append(item)
        return Outline(self.title, self.roots, flat=False)

    # ---- small change ------------------------------------------------------------------------

    def _body(self, piece: Piece) -> str:
        if not piece.parts:
            return ""
        start, end = piece.parts[-1]
        return self.text[start:end]

    def _headinglike_range(self, part: Range) -> bool:
        return is_headinglike(self.text[part[0] : part[1]])


def _glue(before: str, after: str) -> str:
    """A space between Latin words; none inside a figure."""
    latin = before.isascii() and after.isascii()
    return " " if latin and not (before.isdigit() and after.isdigit()) else ""


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
