"""Numbers at the head of a paragraph: 第一章, 一、, （一）, 1、, 1., (1), ①, 1.1, bullets, ``#``.

A *family* is one way of numbering. Which family stands at which depth differs from document to
document and is found out in :mod:`conurb.plan.reader.scheme`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

CN = "〇零一二三四五六七八九十百"
_CN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0}
_ROMAN = {"I": 1, "V": 5, "X": 10}

# Words that count or measure: a bare figure before one of them is a quantity, not a number.
COUNTERS = (
    "年月日时分秒个条项家所座万亿千百十米公吨元号期批级类次名人户亩平度届款天周岁倍处部套台辆"
    "+~/%％‰℃.-"
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A number found at `start`; the words it numbers begin at `body`.

    `value` is None for bullets and unnumbered headings; `whole` is False where a bracket or stop
    that belongs to the number is missing.
    """

    family: str
    value: int | None
    start: int
    body: int
    whole: bool = True


# Outer families first: this order decides only where the document itself does not.
RANK = (
    "plain", "h1", "h2", "h3", "h4", "h5", "h6", "en-part", "en-chapter", "chapter", "en-section",
    "section", "roman", "cn", "en-article", "article", "cnparen", "multi1", "num", "multi2",
    "multi3", "multi4", "paren", "half", "circled", "alpha", "alphaparen", "bullet",
)  # fmt: skip

_D = r"[0-9０-９](?:[ \u3000]?[0-9０-９]){0,2}"
_OPEN, _CLOSE = r"[(（\[【〔]", r"[)）\]】〕]"
_S = r"[ \t\u3000\xa0]*"

# 1.2公路 is a number with its words, 1.2公里 a length.
_MEASURED = (
    r"[ \t]?(?:[万亿%％‰℃]|公[里顷斤]|平方|千[瓦米伏]|元|吨|米(?!粉)|倍|亩)"
    r"|[年月日时分秒届款天岁户套辆+~/.-]|个|条(?![件例])|项(?!目)|家(?!庭)|人(?![才民口大社])"
    r"|级(?!别)|类(?!别)|次(?!级)|批(?!发)"
)
_MULTI = (
    r"(?P<n>\d{1,2}(?:[.．]\d{1,2}){1,3})(?:[、.．](?!\d)|(?![\d%]))"
    rf"(?!(?:{_MEASURED})){_S}"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (family, re.compile(source))
    for family, source in (
        ("heading", r"(?P<hashes>#{1,6})[ \t\u3000]+"),
        ("chapter", rf"第{_S}(?P<n>[{CN}]+|{_D}){_S}(?:[章编篇]|部分){_S}[、:：]?{_S}"),
        ("section", rf"第{_S}(?P<n>[{CN}]+|{_D}){_S}节{_S}[、:：]?{_S}"),
        ("article", rf"第{_S}(?P<n>[{CN}]+|{_D}){_S}条{_S}[、:：]?{_S}"),
        ("en-part", r"(?i:part)\s+(?P<n>\d{1,2}|[IVX]{1,5})\b[.:]?[ \t]*"),
        ("en-chapter", r"(?i:chapter)\s+(?P<n>\d{1,2}|[IVX]{1,5})\b[.:]?[ \t]*"),
        ("en-section", r"(?i:section)\s+(?P<n>\d{1,2}|[IVX]{1,5})\b[.:]?[ \t]*"),
        ("en-article", r"(?i:article)\s+(?P<n>\d{1,3}|[IVX]{1,5})\b[.:]?[ \t]*"),
        ("cnparen", rf"{_OPEN}{_S}(?P<n>[{CN}]{{1,4}}){_S}{_CLOSE}{_S}[、.．]?{_S}"),
        ("cn", rf"(?P<n>[{CN}]{{1,4}}){_S}[、.．]{_S}"),
        ("paren", rf"{_OPEN}{_S}(?P<n>{_D}){_S}{_CLOSE}{_S}[、.．]?{_S}"),
        ("half", rf"(?P<n>{_D}){_S}[)）】]{_S}[、.．]?{_S}"),
        ("multi", _MULTI),
        ("num", rf"(?P<n>{_D}){_S}(?:、|[.．](?!\d)|[.．](?=(?:19|20)\d\d年)|[,，](?!\d)){_S}"),
        ("circled", rf"(?P<n>[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿]){_S}"),
        ("roman", r"(?P<n>[IVX]{1,5})[.、)]\s*(?=\S)"),
        ("alphaparen", rf"{_OPEN}(?P<n>[a-z]){_CLOSE}{_S}"),
        ("alpha", rf"(?P<n>[A-Za-z])[.)、]{_S}(?=\S)"),
        ("bullet", r"(?:[-*+–—][ \t\u3000]+|[•·●○■□◆◇▪▶➢✓⚫])[ \t\u3000]*"),
    )
)  # fmt: skip

_BROKEN_PAREN = re.compile(rf"{_OPEN}{_S}(?P<n>[0-9０-９lIO]{{1,3}}){_S}{_CLOSE}?{_S}[、.．]?{_S}")
_BROKEN_CNPAREN = re.compile(
    rf"(?:{_OPEN}{_S}(?P<n>[{CN}]{{1,3}}){_S}{_CLOSE}?|(?P<m>[{CN}]{{1,3}}){_S}{_CLOSE}){_S}"
)
_BARE = re.compile(rf"(?P<n>{_D})(?![0-9０-９]){_S}(?=[^\s{COUNTERS}0-9])")
_BARE_CN = re.compile(rf"(?P<n>[{CN}]{{1,3}})[ \t\u3000]+")


def chinese_number(words: str) -> int | None:
    """十二 → 12; None where the characters do not make a number."""
    total = 0
    digit: int | None = None
    for char in words:
        if char in _CN_DIGITS:
            digit = _CN_DIGITS[char] if digit is None else digit * 10 + _CN_DIGITS[char]
        elif char in "十百":
            total += (1 if digit is None else digit) * (10 if char == "十" else 100)
            digit = None
        else:
            return None
    return total + (digit or 0)


def _roman_number(words: str) -> int:
    values = [_ROMAN[char] for char in words]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in pairs)


def number_value(words: str) -> int | None:
    """The value of a number in Arabic, full-width, Chinese, circled, Roman or letter form."""
    compact = "".join(words.split())
    if compact and all(char in "IVX" for char in compact):
        return _roman_number(compact)
    if compact.isascii() and len(compact) == 1 and compact.isalpha():
        return ord(compact.lower()) - ord("a") + 1
    plain = unicodedata.normalize("NFKC", compact).translate(str.maketrans("lIO", "110", "()."))
    if plain.isdecimal():
        return int(plain)
    return chinese_number(plain) if plain else None


def marker_at(text: str, start: int, end: int) -> Marker | None:
    """The complete marker with which the paragraph [start, end) begins, if any."""
    for family, pattern in _PATTERNS:
        found = pattern.match(text, start, end)
        if found is None or found.end() == start:
            continue
        if family == "heading":
            return _heading(text, found, end)
        if family == "bullet":
            return Marker(family, None, start, found.end())
        words = found["n"]
        if family == "multi":
            parts = re.split("[.．]", words)
            return Marker(f"multi{len(parts)}", int(parts[-1]), start, found.end())
        value = number_value(words)
        if value is not None:
            return Marker(family, value, start, found.end())
    return None


def _heading(text: str, found: re.Match[str], end: int) -> Marker:
    inner = marker_at(text, found.end(), end)
    family = f"h{len(found['hashes'])}"
    if inner is None or inner.family.startswith("h") or inner.family == "bullet":
        return Marker(family, None, found.start(), found.end())
    return Marker(family, inner.value, found.start(), inner.body)


def broken_marker_at(text: str, start: int, end: int, family: str) -> Marker | None:
    """A marker of `family` that lost a bracket, as "1)" or "(1" for "(1)", if one is there."""
    patterns: tuple[re.Pattern[str], ...]
    if family == "paren":
        patterns = (_BROKEN_PAREN, dict(_PATTERNS)["half"])
    elif family == "cnparen":
        patterns = (_BROKEN_CNPAREN,)
    else:
        return None
    for pattern in patterns:
        found = pattern.match(text, start, end)
        if found is not None:
            words = found.groupdict().get("m") or found["n"]
            value = number_value(words)
            if value is not None:
                return Marker(family, value, start, found.end(), whole=False)
    return None


def bare_marker_at(text: str, start: int, end: int, family: str) -> Marker | None:
    """A figure with nothing around it that could be the number of a paragraph."""
    pattern = _BARE_CN if family in ("cn", "cnparen") else _BARE
    found = pattern.match(text, start, end)
    if found is None:
        return None
    value = number_value(found["n"])
    return None if value is None else Marker(family, value, start, found.end(), whole=False)
