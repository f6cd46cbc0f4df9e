"""Due dates and windows as the words give them, relative to the plan's year.

The rules and their readings are listed in ``docs/reader.md``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .markers import chinese_number, number_value

_NUMBER = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_YEAR = (
    r"(?:(?P<y>(?:19|20)[0-9]{2}|[二〇零一二三四五六七八九]{4})\s?年度?|(?P<now>本年度?|今年"
    r"|当年|(?<![每全近历往])年(?=[底内末]))|(?P<next>明年|次年)"
    r"|(?P<yy>(?:19|20)[0-9]{2})(?=[底末前]))"
)
_BEFORE = r"(?:之前|以前|前)"
_SEASONS = {"春": (3, 5), "夏": (6, 8), "秋": (9, 11), "冬": (12, 14)}
_TENS = {"上旬": 10, "中旬": 20}


@dataclass(frozen=True, slots=True)
class Window:
    """A due date or window: ISO dates, and the characters [at, end) that say so."""

    start: str | None
    end: str | None
    at: int
    until: int


_Rule = Callable[[re.Match[str], int | None], tuple[date | None, date | None] | None]


def windows(text: str, year: int | None) -> Iterator[Window]:
    """All dates in the text from left to right, without overlap. `year` is the plan's."""
    reached = 0
    for found in _ANY.finditer(text):
        if found.start() < reached:
            continue
        for pattern, rule in _RULES:
            match = pattern.match(text, found.start())
            bounds = rule(match, year) if match is not None else None
            if match is not None and bounds is not None:
                start, end = bounds
                yield Window(_iso(start), _iso(end), match.start(), match.end())
                reached = match.end()
                break


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _year_of(found: re.Match[str], year: int | None) -> int | None:
    groups = found.groupdict()
    words = groups.get("y") or groups.get("yy")
    if words:
        value = int(words) if words.isdecimal() else _spelt_year(words)
        return value if value is None or 1900 <= value <= 2199 else None
    if year is None or not 1900 <= year <= 2190:
        return None
    return year + 1 if groups.get("next") else year


def _spelt_year(words: str) -> int | None:
    digits = words.translate(str.maketrans("〇零一二三四五六七八九", "00123456789"))
    return int(digits) if digits.isdecimal() else None


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _day(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    """2021年6月30日前, 6月30日前: up to and with that day. Without 前: that day."""
    base, month, day = _year_of(found, year), number_value(found["m"]), number_value(found["d"])
    if base is None or not month or not day or month > 12:
        return None
    if day > calendar.monthrange(base, month)[1]:
        return None
    when = date(base, month, day)
    if found["起"]:
        return when, None
    return (None, when) if found["前"] else (when, when)


def _month(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    base, month = _year_of(found, year), number_value(found["m"])
    if base is None or not month or month > 12:
        return None
    first, last = date(base, month, 1), _month_end(base, month)
    if found["起"]:
        return first, None
    if found["旬"] in _TENS:
        return None, date(base, month, _TENS[found["旬"]])
    if found["前"] and not found["末"] and not found["旬"]:
        return None, first - timedelta(days=1)
    open_start = found["旬"] or found["末"] or found["到"]
    return (None, last) if open_start else (first, last)


def _part(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    """Halves, quarters and seasons; with 前, 末 or 内 only the end counts."""
    base = _year_of(found, year)
    if base is None:
        return None
    first, last = _months(found["part"])
    start = date(base, first, 1)
    end = _month_end(base + (last > 12), (last - 1) % 12 + 1)
    return (None, end) if found["前"] or found["到"] else (start, end)


def _months(words: str) -> tuple[int, int]:
    if words[0] in _SEASONS:
        return _SEASONS[words[0]]
    if "半年" in words:
        return (1, 6) if words.startswith("上") else (7, 12)
    quarter = number_value(words.removeprefix("第").removesuffix("季度")) or 1
    return 3 * quarter - 2, 3 * quarter


def _span_of_years(found: re.Match[str], year: int | None) -> tuple[date, date] | None:
    first, last = int(found["a"]), int(found["b"])
    last = last if last > 99 else first // 100 * 100 + last
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last <= 2199 else None


def _whole_year(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    base = _year_of(found, year)
    if base is None:
        return None
    first, last = date(base, 1, 1), date(base, 12, 31)
    if found["起"]:
        return first, None
    if found["初"]:
        return None, date(base, 3, 31)
    if found["前"] and not found["末"]:
        return None, first - timedelta(days=1)
    return (None, last) if found["末"] or found["到"] else (first, last)


def _five_years(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    """十三五 is 2016-2020, 十四五 2021-2025, 十五五 2026-2030."""
    order = chinese_number(found["n"])
    if order is None:
        return None
    first = 1951 + 5 * order
    end = date(first + 4, 12, 31)
    return (None, end) if found["末"] or found["到"] else (date(first, 1, 1), end)


def _within(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    """三年内: the plan's year is the first of the three."""
    count = number_value(found["n"].replace("两", "二"))
    if year is None or not count or count > 50 or not 1900 <= year <= 2140:
        return None
    return None, date(year + count - 1, 12, 31)


# Days by https://www.gov.cn notices of holidays and the lunar calendar of GB/T 33661.
_SPRING_FESTIVALS = {
    2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10),
    2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
_HOLIDAYS = {"国庆": (10, 1), "五一": (5, 1), "劳动": (5, 1), "七一": (7, 1), "建党": (7, 1)}


def _holiday(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    """国庆节前: the day before the holiday begins."""
    base, name = _year_of(found, year), found["feast"]
    if base is None:
        return None
    if name == "元旦":
        return None, date(base - 1 if found["y"] else base, 12, 31)
    day = _SPRING_FESTIVALS.get(base) if name == "春" else _HOLIDAYS[name]
    return None if day is None else (None, date(base, *day) - timedelta(days=1))


def _months_to(found: re.Match[str], year: int | None) -> tuple[date, date] | None:
    """2024年3月至9月."""
    base, first, last = _year_of(found, year), number_value(found["m"]), number_value(found["l"])
    if base is None or not first or not last or not first <= last <= 12:
        return None
    return date(base, first, 1), _month_end(base, last)


def _soon(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    """近期: by the end of the plan's year."""
    return None if year is None or not 1 <= year <= 9999 else (None, date(year, 12, 31))


_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


def _english(found: re.Match[str], year: int | None) -> tuple[date | None, date | None] | None:
    base = int(found["ey"])
    if found["quarter"]:
        quarter = int(found["quarter"])
        return None, _month_end(base, 3 * quarter)
    if not found["month"]:
        return None, date(base, 12, 31)
    month = _ENGLISH_MONTHS.index(found["month"].lower()) + 1
    day = int(found["ed"]) if found["ed"] else calendar.monthrange(base, month)[1]
    if not 1 <= day <= calendar.monthrange(base, month)[1]:
        return None
    return None, date(base, month, day)


_START = r"(?P<到>[到至])?"
_END = rf"(?P<前>{_BEFORE})?(?P<起>起|开始)?"
_YEARS = r"(?P<a>20\d\d)\s?年?\s?[-—–~～至到]{1,2}\s?(?P<b>20\d\d)\s?年(?:期间)?"
_PLAN_PERIOD = (
    rf"{_START}[“\"]?(?P<n>十[一二三四五六七八九])五[”\"]?(?:期间|时期|规划期)?(?P<末>末|期末)?"
)
_EXACT_DAY = rf"(?P<到>[到至于])?{_YEAR}?(?P<m>{_NUMBER})月(?P<d>{_NUMBER})[日号]{_END}"
_SOME_MONTH = (
    rf"{_START}{_YEAR}?(?P<m>{_NUMBER})月(?!\d{{1,2}}[日号])"
    rf"(?:(?P<旬>[上中下]旬)|(?P<末>[底末份]*内|[底末]|份(?!前))|份)?{_END}"
)
_MONTHS = (
    rf"{_YEAR}?(?P<m>{_NUMBER})月?\s?[-—–~～至到]{{1,2}}\s?"
    rf"(?P<l>{_NUMBER})月(?![\d]*[日号])(?:底|份)?"
)
_HOLIDAY = (
    rf"(?:在|于)?{_YEAR}?[“\"]?(?P<feast>国庆|春(?=节)|元旦|五一|劳动(?=节)|七一|建党(?=节))"
    rf"[”\"]?(?:节|黄金周|假期)?{_BEFORE}"
)
_PART_OF_YEAR = (
    rf"{_START}{_YEAR}?(?P<part>[上下]半年|第?[一二三四1-4]季度|[春夏秋冬]季(?:学期)?)"
    rf"(?P<前>末?{_BEFORE}|末|内|以内)?"
)
_SOME_YEAR = rf"{_START}{_YEAR}年?(?:(?P<末>[底末内]|以内)|(?P<初>初))?{_END}"
_YEARS_FROM_NOW = r"(?P<n>[0-9]{1,2}|[一二两三四五六七八九十]{1,2})年(?:之内|以内|内)"
_IN_ENGLISH = (
    r"(?i:by|before|in|until|no later than)\s+(?:the\s+)?(?:end\s+of\s+)?"
    r"(?:(?:(?P<ed>\d{1,2})\s+)?(?P<month>January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\s+|Q(?P<quarter>[1-4])\s+)?(?P<ey>20\d\d)\b"
)

_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = (
    (re.compile(_YEARS), _span_of_years),
    (re.compile(_PLAN_PERIOD), _five_years),
    (re.compile(_MONTHS), _months_to),
    (re.compile(_EXACT_DAY), _day),
    (re.compile(_HOLIDAY), _holiday),
    (re.compile(_SOME_MONTH), _month),
    (re.compile(_PART_OF_YEAR), _part),
    (re.compile(_SOME_YEAR), _whole_year),
    (re.compile(_YEARS_FROM_NOW), _within),
    (re.compile("近期"), _soon),
    (re.compile(_IN_ENGLISH), _english),
)
_ANY = re.compile(
    r"(?<![\d.])(?=(?:[到至于]?(?:(?:19|20)\d\d\s?[年\-—–~～至到]|[二〇零][二〇零一九]..年"
    r"|(?:19|20)\d\d[底末前]|\d{1,2}月|[一二三四五六七八九十]{1,3}月|本年|今年|当年|明年|次年"
    r"|(?<![每全近历往半])年[底内末]"
    r"|[上下]半年|第?[一二三四1-4]季度|[春夏秋冬]季|[“\"]?十[一二三四五六七八九]五[”\"期末时规]"
    r"|\d{1,2}年(?:之|以)?内|[一二两三四五六七八九十]{1,2}年(?:之|以)?内)"
    r"|近期|[“\"]?(?:国庆|春节|元旦|五一|劳动节|七一|建党节)|\d{1,2}[至到—–-]\d{1,2}月"
    r"|(?i:by|before|in|until|no later than)\s))"
)
