"""Writing a name one way: widths, scripts, numerals, brackets and spaces do not tell firms apart.

`fold` gives the one way. It is idempotent: a folded text folds to itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

_TABLES = Path(__file__).parent / "tables"
_NUMERALS = dict(
    zip("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789", strict=True)
)
_BRACKETS = dict.fromkeys("[{<〔【〖《〈「『﹙︵⦅", "(") | dict.fromkeys(
    "]}>〕】〗》〉」』﹚︶⦆", ")"
)
_ORDINARY = re.compile(r"[0-9A-Z()\u4e00-\u9fff]*")
_ORDINAL = re.compile(r"第([0-9]?)十([0-9]?)")
_NUMBERED = re.compile(r"([0-9]?)十([0-9]?)(?=局|公局|建|冶|航)")
_HUNDREDS = re.compile(r"第([0-9])百(?:0?([0-9])?|([0-9])十([0-9]?))(?![0-9十百])")
MOST = 200
"""Longer texts are cut: no firm has such a name."""


def pairs(file: str) -> list[str]:
    """Return the pairs of a table of pairs of characters."""
    lines = (_TABLES / file).read_text(encoding="utf-8").splitlines()
    return [pair for line in lines if not line.startswith("#") for pair in line.split()]


@cache
def _table() -> dict[int, str]:
    simplified = {ord(pair[0]): pair[1] for pair in pairs("traditional.txt")}
    signs = {ord(sign): way for sign, way in (*_NUMERALS.items(), *_BRACKETS.items())}
    return simplified | signs


@cache
def lookalikes() -> frozenset[str]:
    """Return the pairs of characters that look alike, each both ways round, folded.

    Numerals are none of them: 八局 is never a slip of 六局.
    """
    folded = (fold(pair) for pair in pairs("lookalikes.txt"))
    alike = [pair for pair in folded if not any(sign.isdigit() for sign in pair)]
    return frozenset(way for pair in alike for way in (pair, pair[::-1]))


@cache
def partners() -> dict[str, str]:
    """Return for each character those that look like it."""
    found: dict[str, str] = {}
    for pair in lookalikes():
        found[pair[0]] = found.get(pair[0], "") + pair[1]
    return found


def fold(text: str) -> str:
    """Return the text as names are compared: what only differs in writing comes out the same.

    Compatibility forms (full width), traditional characters, Chinese and Arabic numerals, all kinds
    of brackets and the case of letters become one; spaces, punctuation and marks go. Ordinals are
    numbers: 第十二 is 第12.
    """
    text = text[:MOST]
    once = _once(text)
    # what was taken out may have kept two characters from being one; there is an end to it
    while not _ORDINARY.fullmatch(once) and (again := _once(once)) != once:
        once = again
    return once


def _once(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).upper().translate(_table())
    if not _ORDINARY.fullmatch(text):
        text = "".join(c for c in text if c in "()" or unicodedata.category(c)[0] in "LN")
    if "十" in text:
        text = _HUNDREDS.sub(_hundred, text) if "百" in text else text
        text = _ORDINAL.sub(lambda m: f"第{m[1] or 1}{m[2] or 0}", text)
        text = _NUMBERED.sub(lambda m: f"{m[1] or 1}{m[2] or 0}", text)
    return text


def _hundred(found: re.Match[str]) -> str:
    if found[3]:
        return f"第{found[1]}{found[3]}{found[4] or 0}"
    return f"第{found[1]}0{found[2] or 0}"
