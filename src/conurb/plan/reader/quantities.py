"""Figures with their units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .markers import chinese_number

_UNITS = (
    r"个百分点|百分点|平方公里|平方千米|平方米|立方米|公里|千米|公顷|兆瓦时|千瓦时|兆瓦|千瓦"
    r"|MWh?|kWh?|GW|吨标准煤|标准煤|吨|亩|米|km|"
    r"架次|人次|车次|班次|标箱|车位|床位|学位|泊位|元|美元|欧元|%|％|‰|个|条|座|家|项|所|人|名"
    r"|户|辆|台|套|处|张|趟|班|列|架|艘|"
    r"件|次|场|期|批次|例|株|棵|盏|根|对|支|幅|栋|间|口|对|度|小时|分钟|天|个月|倍"
)
_SCALES = {"": 1, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
           "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}  # fmt: skip
_FIGURE = re.compile(
    r"(?<![\dA-Za-z.])(?:(?P<times>\d{1,4})×)?(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?"
    r"|\d{1,15}(?:\.\d{1,6})?)"
    rf"\s?(?P<scale>(?:[百千十]?[万亿]|万亿|百|千)?)余?多?\s?(?P<unit>{_UNITS})(?![月号]份?)"
)
_SPELT = re.compile(
    rf"(?P<value>[两一二三四五六七八九十百]{{1,5}})(?P<scale>[万亿]?)余?(?P<unit>{_UNITS}"
    rf"|大(?=[\u4e00-\u9fff]{{2,4}}工程))"
)
_NOT_COUNTED = re.compile(r"[一](?:[次期度对场批条名家件项个口])")


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit at the characters [start, end)."""

    value: float
    unit: str
    start: int
    end: int


def figures(text: str) -> Iterator[Figure]:
    """All figures with units from left to right; 万 and 亿 are multiplied out, 2×1000 too."""
    found = [*_arabic(text), *_spelt(text)]
    yield from sorted(found, key=lambda figure: figure.start)


def _arabic(text: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(text):
        value = float(found["value"].replace(",", "")) * _SCALES[found["scale"]]
        value *= int(found["times"] or 1)
        yield Figure(_plain(value), _unit(found["unit"]), found.start(), found.end())


def _spelt(text: str) -> Iterator[Figure]:
    for found in _SPELT.finditer(text):
        if (
            _NOT_COUNTED.match(found.group())
            or text[found.start() - 1 : found.start()] in "第每同统某"
        ):
            continue
        value = chinese_number(found["value"].replace("两", "二"))
        if value:
            scaled = value * _SCALES[found["scale"]]
            yield Figure(_plain(scaled), found["unit"], found.start(), found.end())


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _unit(unit: str) -> str:
    return "%" if unit == "％" else unit
