"""Repairs inside the words of a heading or an item.

Each rule looks for one kind of slip, proves it from a word list or from the rest of the document,
and says how sure it is. What cannot be proved is put to the person or left as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from .gazetteer import any_of
from .ledger import Ledger
from .lexicon import LOST_YI, PHRASES, WORDS, YI_WORDS, Slip, gaps, slips
from .mapped import Edit, Mapped
from .verbs import ACTIONS

_HAN = r"[\u4e00-\u9fff]"
_DASH = re.compile(rf"(?<![-－‐–—―])[-－‐–—―](?={_HAN})(?![-－‐–—―])")
_SPACE = re.compile(rf"(?<={_HAN})[ \t\u3000\xa0\u2002\u2003]+(?={_HAN})")
_YEAR_SPACE = re.compile(
    r"(?<!\d)(?=[\d \u3000]{5,7}年)(?:2[ \u3000]*0|1[ \u3000]*9)[ \u3000]*\d[ \u3000]*\d(?=年)"
)
_COMMA = re.compile(rf"(?<={_HAN})[,，、.。;；](?={_HAN})")
_TIMES = re.compile(
    r"(?<![A-Za-z\d])(?P<a>\d{1,3})\s*[xX*＊]\s*(?P<b>\d{1,6})(?=\s*(?:MW|kW|万|千瓦|兆瓦|米|m"
    r"|吨|台|个|条|kV|千伏|公里))"
)
_STOPS = re.compile(r"([，,、。；;：:])[ \u3000]*(?:\1[ \u3000]*)+|[，,、；;][ \u3000]*([。])")
_TWICE = re.compile(rf"(?P<word>{_HAN}{{3,11}})(?P<copy>(?P=word))")
_MOST_BRACKETS = 20  # pointed out in one item; beyond, it is no prose
_PROVED = 0.9  # headings are spaced out on purpose, so there only proved slips count
_LIST_END = "局委厅办府部会司校院市县区"
_LOST = tuple((re.compile(pattern), read) for pattern, read in LOST_YI)
_RULED = re.compile(
    r"(?:依托|依据|建立|建成|形成|构建|实行|执行|搭建|打造|制定|按照|建设|完善|采用|使用|健全|实施)$"
)
_OPEN = {"(": ")", "（": "）", "《": "》", "“": "”"}
_CLOSE = {close: open_ for open_, close in _OPEN.items()}
_ALIKE = {"（": "(", "）": ")"}

_KNOWN = WORDS | PHRASES | {word for word in ACTIONS if len(word) > 1}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Read the characters [start, end) as `read`, for a reason in Chinese and English."""

    start: int
    end: int
    read: str
    code: str
    why: tuple[str, str]
    sure: float


@cache
def _slip_table() -> tuple[dict[str, Slip], re.Pattern[str]]:
    table: dict[str, Slip] = dict(gaps())
    table.update(slips())
    return table, any_of(table)


class Mender:
    """Mends the words of one document; what the whole document proves is counted once."""

    def __init__(self, text: str, ledger: Ledger) -> None:
        self.text = text
        self.ledger = ledger
        self._pairs: Counter[str] | None = None
        self._counts: dict[str, int] = {}
        self._rules: tuple[Callable[[str], Iterator[Proposal]], ...] = (
            self._dashes,
            self._years,
            self._times,
            self._slips,
            self._lost_yi,
            self._commas,
            self._spaces,
            self._stops,
            self._twice,
        )

    def mended(self, part: Mapped, heading: bool = False) -> Mapped:
        """The part as it is to be read; every repair is entered in the ledger."""
        proposals = sorted(
            (
                proposal
                for rule in self._rules
                for proposal in rule(part.text)
                if not heading or proposal.code != "stray-space" or proposal.sure > _PROVED
            ),
            key=lambda proposal: (proposal.start, -proposal.sure, proposal.end),
        )
        if not heading:
            self._brackets(part)
        edits: list[Edit] = []
        reached = 0
        for proposal in proposals:
            if proposal.start < reached:
                continue
            reached = proposal.end
            span = part.span(proposal.start, proposal.end)
            if self.ledger.propose(proposal.code, span, proposal.read, proposal.why, proposal.sure):
                edits.append(Edit(proposal.start, proposal.end, proposal.read))
        return part.edited(edits) if edits else part

    # ---- what the document proves ------------------------------------------------------------

    def _pair(self, pair: str) -> int:
        """How often two characters stand side by side in the document."""
        if self._pairs is None:
            self._pairs = Counter(map("".join, zip(self.text, self.text[1:], strict=False)))
        return self._pairs[pair]

    def _count(self, word: str) -> int:
        if word not in self._counts:
            self._counts[word] = self.text.count(word)
        return self._counts[word]

    # ---- rules -------------------------------------------------------------------------------

    def _dashes(self, text: str) -> Iterator[Proposal]:
        """A dash for 一: 运营-体化, -批项目."""
        for found in _DASH.finditer(text):
            at = found.start()
            word = _word_around(text, at)
            beside = text[at - 1 : at] + "一" + text[at + 1 : at + 2]
            if word is not None:
                why = (
                    f"“{word}”中的“一”误作短横",
                    f"a dash stands for 一 in {word}",
                )
                yield Proposal(at, at + 1, "一", "dash-for-yi", why, 0.95)
            elif len(beside) == 3 and self._count(beside):
                why = (
                    f"文中他处作“{beside}”，此处“一”误作短横",
                    f"a dash stands for 一: elsewhere the document has {beside}",
                )
                yield Proposal(at, at + 1, "一", "dash-for-yi", why, 0.9)

    def _years(self, text: str) -> Iterator[Proposal]:
        for found in _YEAR_SPACE.finditer(text):
            read = "".join(found.group().split())
            if read != found.group():
                why = ("年份数字中间多出空格", "a space inside the figures of a year")
                yield Proposal(found.start(), found.end(), read, "stray-space", why, 0.95)

    def _times(self, text: str) -> Iterator[Proposal]:
        for found in _TIMES.finditer(text):
            read = f"{found['a']}×{found['b']}"
            why = ("乘号误作字母或星号", "a letter or asterisk stands for the times sign")
            yield Proposal(found.start(), found.end(), read, "lookalike", why, 0.95)

    def _slips(self, text: str) -> Iterator[Proposal]:
        table, pattern = _slip_table()
        for found in pattern.finditer(text):
            wrong = found.group()
            slip = table[wrong]
            if _spans_words(text, found.start(), found.end()):
                continue
            right, as_printed = self._count(slip.read), self._count(wrong)
            if len(wrong) < len(slip.read) and _stands_alone(wrong):
                continue
            sure = slip.sure + (0.05 if right else 0.0) - (0.15 if as_printed > 1 > right else 0.0)
            if len(wrong) < len(slip.read):
                code, zh, en = "char-missing", "缺字", "a character is missing"
            else:
                code, zh, en = "lookalike", "形近或音近字误", "a character was taken for one alike"
            proof = f"，文中他处作“{slip.read}”" if right else ""
            why = (f"“{slip.read}”之{zh}{proof}", f"{en}: {slip.read} is meant")
            yield Proposal(found.start(), found.end(), slip.read, code, why, min(sure, 0.97))

    def _lost_yi(self, text: str) -> Iterator[Proposal]:
        """A lost 一: 依托统的平台."""
        for pattern, read in _LOST:
            for found in pattern.finditer(text):
                if text[found.start() - 1 : found.start()] in ("-", "—", "－"):
                    continue
                ruled = _RULED.search(text, max(0, found.start() - 4), found.start()) is not None
                if read == "统一的" and not ruled:
                    continue  # 在统的方面
                sure = 0.9 if self._count(read.removesuffix("的")) else 0.8
                why = (f"“{read}”缺“一”字", f"the character 一 of {read} is missing")
                yield Proposal(found.start(), found.end(), read, "char-missing", why, sure)

    def _commas(self, text: str) -> Iterator[Proposal]:
        """A stop inside a word: 个,人业务."""
        for found in _COMMA.finditer(text):
            at = found.start()
            word = text[at - 1] + text[at + 1]
            if word not in _KNOWN and self._pair(word) < 3:
                continue
            before, after = text[max(0, at - 2) : at], text[at + 1 : at + 3]
            if self._is_word(before) or self._is_word(after):
                continue
            why = (f"“{word}”一词中间多出标点", f"a stray stop inside the word {word}")
            sure = 0.9 if word in _KNOWN else 0.7
            yield Proposal(at, at + 1, "", "stray-comma", why, sure)

    def _is_word(self, pair: str) -> bool:
        return len(pair) == 2 and (pair in _KNOWN or self._pair(pair) > 1)

    def _spaces(self, text: str) -> Iterator[Proposal]:
        for found in _SPACE.finditer(text):
            start, end = found.span()
            word = text[start - 1] + text[end]
            proved = word in _KNOWN or self._pair(word) > 0
            if proved:
                why = (f"“{word}”中间多出空格", f"a stray space inside {word}")
                yield Proposal(start, end, "", "stray-space", why, 0.95)
            elif text[start - 1] not in _LIST_END:
                why = ("汉字之间多出空格", "a stray space between Chinese characters")
                yield Proposal(
                    start, end, "", "stray-space", why, 0.82 if end - start == 1 else 0.6
                )

    def _stops(self, text: str) -> Iterator[Proposal]:
        for found in _STOPS.finditer(text):
            read = found[2] or found[1]
            why = ("标点重复", "a stop is printed twice")
            yield Proposal(found.start(), found.end(), read, "punctuation-repeated", why, 0.9)

    def _twice(self, text: str) -> Iterator[Proposal]:
        for found in _TWICE.finditer(text):
            start, end = found.span("copy")
            why = (f"“{found['word']}”重复", f"{found['word']} is printed twice")
            sure = 0.85 if len(found["word"]) > 3 else 0.7
            yield Proposal(start, end, "", "text-repeated", why, sure)

    def _brackets(self, part: Mapped) -> None:
        """Brackets without a partner are only pointed out: where the other belongs is not known."""
        open_at: list[tuple[str, int]] = []
        lonely: list[int] = []
        for at, char in enumerate(part.text):
            if char in _OPEN:
                open_at.append((char, at))
            elif char in _CLOSE:
                if open_at and _same(open_at[-1][0], _CLOSE[char]):
                    open_at.pop()
                else:
                    lonely.append(at)
        why = ("括号或引号不成对，请核对", "a bracket or quotation mark has no partner")
        lonely += [at for _, at in open_at]
        for at in lonely[:_MOST_BRACKETS]:
            span = part.span(at, at + 1)
            self.ledger.propose("bracket-unbalanced", span, "", why, 0.5)


def _stands_alone(words: str) -> bool:
    """规划要, 资共享: a word and the edge of its neighbour prove no gap; 互互通 does."""
    return len(set(words)) == len(words) and (words[:2] in _KNOWN or words[-2:] in _KNOWN)


def _same(one: str, other: str) -> bool:
    return _ALIKE.get(one, one) == _ALIKE.get(other, other)


def _word_around(text: str, at: int) -> str | None:
    """The longest word with 一 that stands here when the sign at `at` is read as 一."""
    for word in _BY_LENGTH:
        place = word.index("一")
        start = at - place
        if start < 0:
            continue
        if text[start:at] == word[:place] and text.startswith(word[place + 1 :], at + 1):
            return word
    return None


_BY_LENGTH = sorted(YI_WORDS, key=len, reverse=True)


def _spans_words(text: str, start: int, end: int) -> bool:
    """The supposed slip is the end of one known word and the beginning of the next."""
    if end - start > 3:
        return text[max(0, start - 1) : start + 1] in WORDS and text[end - 1 : end + 1] in WORDS
    return text[max(0, start - 1) : start + 1] in _KNOWN or text[end - 1 : end + 1] in _KNOWN
