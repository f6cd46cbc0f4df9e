"""Screening many firms against a list: by code, and by name through a deletion dictionary.

A list of firms is taken apart once (`ScreeningList`) and asked as often as one likes. What is asked
is found without looking at the whole list: names that are one slip apart have a form in common from
which one character was taken out (symmetric delete, W. Garbe 2012), so each name lies in the index
under the hashes of all such forms, of its core and of its whole body. The few names that share a
hash are compared part by part (`matching`). The index is three arrays: sorted hashes, and for each
the place of its name. Python's hashes differ between processes, so it is never stored.

Codes (GB 32100) are certain: an equal one is the firm, another valid one is another firm even where
the names are alike, and one that fails its check may be a slip of one that is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from conurb.region.numbers import NumberError, check_firm
from conurb.sames.market.company_names import CompanyName, parse
from conurb.sames.market.company_places import Gazetteer
from conurb.sames.market.matching import SHORTEST, THRESHOLD, WORD, Finding, Verdict, compare
from conurb.sames.market.reasons import Reason, about_code, about_name, explain
from conurb.sames.market.writing import fold, partners

CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MISTYPED = 0.9
"""What a code is worth that is one slip away from a listed one, without a name."""
CONTRADICTED = 0.85
"""What is left where a name and a code contradict each other; a clerk has to look."""
WHOLE = 0.99
"""From here on two names count as the same in full."""
_CHUNK = 2000


class Way(StrEnum):
    """How a hit was found."""

    CODE = "code"
    CODE_SLIP = "code-slip"
    NAME = "name"
    FORMER = "former"


@dataclass(frozen=True, slots=True)
class Entry:
    """A firm on the list: its own key there, name, code ("" where none is known), former names."""

    key: str
    name: str
    code: str = ""
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A firm that is asked about: a name, a code or both; `line` is where it stood."""

    name: str = ""
    code: str = ""
    line: int = 0


class Hit(NamedTuple):
    """A likeness of what was asked to an entry: places in the list, no words yet."""

    entry: int
    score: float
    way: Way
    row: int
    findings: tuple[Finding, ...]
    code_state: str
    name_state: str


@dataclass(frozen=True)
class Explained:
    """A hit as people read it."""

    entry: Entry
    score: float
    way: Way
    name: str
    reasons: tuple[Reason, ...]


class ScreeningList:
    """A list of firms, ready to be asked.

    `rows` counts names, former ones included. Building takes about 35 µs and 2 kB a name.
    """

    def __init__(self, entries: Iterable[Entry], gazetteer: Gazetteer) -> None:
        self.entries = tuple(entries)
        self._gazetteer = gazetteer
        self._names: list[CompanyName] = []
        self._owner: list[int] = []
        self._codes: dict[str, list[int]] = {}
        for place, entry in enumerate(self.entries):
            if entry.code:
                self._codes.setdefault(entry.code, []).append(place)
            for name in dict.fromkeys((entry.name, *entry.former)):
                self._names.append(parse(name, gazetteer))
                self._owner.append(place)
        self._hashes, self._at = self._index()

    @property
    def rows(self) -> int:
        """How many names the list has."""
        return len(self._names)

    def screen(self, asked: Sequence[Asked], threshold: float = THRESHOLD) -> list[list[Hit]]:
        """Return the hits of each firm asked about, the likeliest first, one an entry at most."""
        found: list[list[Hit]] = []
        for start in range(0, len(asked), _CHUNK):
            chunk = asked[start : start + _CHUNK]
            names = [parse(each.name, self._gazetteer) for each in chunk]
            for each, name, rows in zip(chunk, names, self._candidates(names), strict=True):
                hits = self._hits(each, name, rows, threshold)
                found.append(sorted(hits.values(), key=lambda hit: (-hit.score, hit.entry)))
        return found

    def explain(self, asked: Asked, hit: Hit) -> Explained:
        """Return a hit in words."""
        entry = self.entries[hit.entry]
        listed = self._names[hit.row] if hit.row >= 0 else None
        reasons: list[Reason] = []
        if hit.code_state:
            reasons.append(about_code(hit.code_state, asked.code, entry.code))
        if hit.way == Way.FORMER and listed is not None:
            reasons.append(about_name("former", asked.name, listed.text))
        if hit.name_state:
            reasons.append(about_name(hit.name_state, asked.name, entry.name))
        elif listed is not None:
            reasons += explain(hit.findings, parse(asked.name, self._gazetteer), listed)
        name = listed.text if listed is not None else entry.name
        return Explained(entry, hit.score, hit.way, name, tuple(reasons))

    def _hits(
        self, asked: Asked, name: CompanyName, rows: Sequence[int], threshold: float
    ) -> dict[int, Hit]:
        """Return the hits by entry."""
        code = "".join(fold(asked.code).split()) if asked.code else ""
        valid = bool(code) and _is_valid(code)
        best = self._by_name(name, rows)
        hits: dict[int, Hit] = {}
        for entry, (row, verdict) in best.items():
            score, state = verdict.score, ""
            listed_code = self.entries[entry].code
            if valid and listed_code and listed_code != code:
                if score < WHOLE:
                    continue
                score, state = CONTRADICTED, "other"
            if score >= threshold:
                way = Way.NAME if self._is_current(entry, row) else Way.FORMER
                hits[entry] = Hit(entry, score, way, row, verdict.findings, state, "")
        if code:
            for entry in self._codes.get(code, ()):
                hits[entry] = self._by_code(entry, name, Way.CODE)
            if not valid:
                for entry in self._near_codes(code):
                    hit = self._by_code(entry, name, Way.CODE_SLIP)
                    if hit.score >= threshold:
                        hits[entry] = hit
        return hits

    def _by_name(self, name: CompanyName, rows: Sequence[int]) -> dict[int, tuple[int, Verdict]]:
        best: dict[int, tuple[int, Verdict]] = {}
        numbers, places, names = name.numbers, name.places, self._names
        alone = len(places) == 1
        for row in rows:
            listed = names[row]
            # most of what shares a key is told apart by these two, which cost next to nothing
            if listed.numbers != numbers or (
                alone and len(listed.places) == 1 and listed.places != places
            ):
                continue
            verdict = compare(name, listed)
            entry = self._owner[row]
            if entry not in best or verdict.score > best[entry][1].score:
                best[entry] = (row, verdict)
        return best

    def _is_current(self, entry: int, row: int) -> bool:
        return self._names[row].text == self.entries[entry].name

    def _by_code(self, entry: int, name: CompanyName, way: Way) -> Hit:
        """Return the hit of an entry whose code agrees, or nearly; the name, if any, is judged."""
        state = "same" if way == Way.CODE else "slip"
        if not name.folded:
            score = 1.0 if way == Way.CODE else MISTYPED
            return Hit(entry, score, way, -1, (), state, "")
        rows = list(self._rows_of(entry))
        row, verdict = max(
            ((row, compare(name, self._names[row])) for row in rows), key=lambda each: each[1].score
        )
        agrees = verdict.score >= THRESHOLD
        score = 1.0 if way == Way.CODE else max(0.97, verdict.score) if agrees else CONTRADICTED
        return Hit(entry, score, way, row, verdict.findings, state, "" if agrees else "other")

    def _rows_of(self, entry: int) -> Iterator[int]:
        # the names of an entry stand together, in the order of the entries
        row = int(np.searchsorted(self._owners, entry))
        while row < len(self._owner) and self._owner[row] == entry:
            yield row
            row += 1

    def _near_codes(self, code: str) -> set[int]:
        """Return the entries whose codes are one slip away."""
        return {entry for near in _one_slip(code) for entry in self._codes.get(near, ())}

    def _index(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        self._owners = np.array(self._owner, dtype=np.int32)
        hashes: list[int] = []
        counts = np.empty(len(self._names), dtype=np.int32)
        for row, name in enumerate(self._names):
            before = len(hashes)
            hashes += {hash(key) for key in _listed_keys(name)}
            counts[row] = len(hashes) - before
        keys = np.array(hashes, dtype=np.int64)
        at = np.repeat(np.arange(len(self._names), dtype=np.int32), counts)
        order = np.argsort(keys, kind="stable")
        return keys[order], at[order]

    def _candidates(self, names: Sequence[CompanyName]) -> list[list[int]]:
        """Return for each name the rows that share a key with it."""
        keys = [[hash(key) for key in _asked_keys(name)] for name in names]
        counts = [len(each) for each in keys]
        flat = np.fromiter(chain.from_iterable(keys), dtype=np.int64, count=sum(counts))
        found: list[list[int]] = [[] for _name in names]
        if not len(self._hashes):
            return found
        low = np.searchsorted(self._hashes, flat)
        met = np.flatnonzero(self._hashes[np.minimum(low, len(self._hashes) - 1)] == flat)
        high = np.searchsorted(self._hashes, flat[met], side="right")
        whose = np.repeat(np.arange(len(names)), counts)[met]
        for of, begin, end in zip(whose.tolist(), low[met].tolist(), high.tolist(), strict=True):
            found[of] += self._at[begin:end].tolist()
        return [sorted(set(rows)) for rows in found]


def _without_one(text: str) -> Iterator[str]:
    return (text[:at] + text[at + 1 :] for at in range(len(text)))


def _listed_keys(name: CompanyName) -> Iterator[str]:
    """Yield the keys under which a listed name lies; the first sign tells the kind of key."""
    core = name.core
    yield "=" + core
    if len(core) >= WORD:
        yield from ("-" + each for each in _without_one(core))
    if name.trades:
        yield from ("<" + core[:size] for size in _shorter_cores(core))
    else:
        yield ">" + core
    for body in _bodies(name):
        yield "+" + body
        yield from ("~" + each for each in _without_one(body))


def _asked_keys(name: CompanyName) -> Iterator[str]:
    """Yield the keys under which a name is looked for."""
    core = name.core
    if not core:
        return
    yield "=" + core
    for each in _like(core):
        yield "=" + each
    if len(core) >= WORD:
        yield "-" + core
        for each in _without_one(core):
            yield "=" + each
            yield "-" + each
    if name.trades:
        for size in _shorter_cores(core):
            yield ">" + core[:size]
    else:
        yield "<" + core
    for body in _bodies(name):
        yield "+" + body
        yield "~" + body
        for each in _without_one(body):
            yield "+" + each
            yield "~" + each


def _bodies(name: CompanyName) -> list[str]:
    """Return the body of a name, and its stem, since a slip may be at a bracket."""
    return [body for body in {name.body, name.stem} if len(body) >= SHORTEST]


def _like(core: str) -> Iterator[str]:
    """Yield what a core may have been before a slip that `matching` forgives in any core."""
    alike = partners()
    for at, sign in enumerate(core):
        for other in alike.get(sign, ""):
            yield core[:at] + other + core[at + 1 :]
        yield core[:at] + sign + core[at:]
        after = core[at + 1 : at + 2]
        if after == sign:
            yield core[:at] + core[at + 1 :]
        elif after:
            yield core[:at] + after + sign + core[at + 2 :]


def _shorter_cores(core: str) -> range:
    """Return the lengths of a core without an unknown trade of 2 to 4 characters at its end."""
    return range(max(2, len(core) - WORD), len(core) - 1)


def _is_valid(code: str) -> bool:
    try:
        check_firm(code)
    except NumberError:
        return False
    return True


def _one_slip(code: str) -> Iterator[str]:
    """Yield every code of 18 characters that is one slip away from `code`."""
    match len(code):
        case 18:
            for at, old in enumerate(code):
                yield from (
                    code[:at] + new + code[at + 1 :] for new in CODE_CHARACTERS if new != old
                )
            yield from (code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(17))
        case 17:
            for at in range(18):
                yield from (code[:at] + new + code[at:] for new in CODE_CHARACTERS)
        case 19:
            yield from _without_one(code)
