"""Colours of classes on maps, and the legend of a version.

Hues follow the convention of Chinese planning maps (CJJ/T 97-2003 and its successor for territorial
plans, 市级国土空间总体规划制图规范): fields pale yellow, housing yellow, public buildings magenta,
commerce red, industry brown, storage violet, transport grey, utilities teal, green space green,
water blue. The exact values are ours: they must be told apart on a screen, light and dark, with
other layers shining through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conurb.atlas import land_use, schemas
from conurb.region.tables import Bilingual

__all__ = ["Entry", "colour_of", "legend"]

LAND_USE = {
    "01": "#f5e79a",
    "02": "#c8dd7a",
    "03": "#5fa55a",
    "04": "#a9d66b",
    "05": "#69c3a4",
    "06": "#cfc48a",
    "07": "#f7c948",
    "08": "#e86bb5",
    "09": "#e0393e",
    "10": "#a9744f",
    "11": "#8a6cc4",
    "12": "#9aa3ad",
    "13": "#2a7f94",
    "14": "#2fb457",
    "15": "#7d8a57",
    "16": "#d7dbe0",
    "17": "#4a9fd8",
    "18": "#8fcdea",
    "19": "#b89a86",
    "20": "#7fa0bb",
    "21": "#f29e9e",
    "22": "#6d7a8c",
    "23": "#d0bfae",
    "24": "#b5d9e6",
}
"""By the class of the first level, in the order of the guide."""

OTHERS = {
    "green-heart-core": "#0f5c3f",
    "green-heart-integrated": "#8cc63f",
    "green-heart-prohibited": "#1f7a3a",
    "green-heart-restricted": "#57ab5a",
    "green-heart-controlled": "#a8d08d",
    "ecological-redline": "#c0392b",
    "permanent-farmland": "#d9b310",
    "expressway": "#e0393e",
    "national-road": "#e2711d",
    "provincial-road": "#c99700",
    "urban-expressway": "#b5478f",
    "main-road": "#8f6b4f",
    "secondary-road": "#8a939e",
    "local-road": "#aab2bb",
    "high-speed-rail": "#3b4cc0",
    "intercity-rail": "#6a5acd",
    "railway": "#5c6773",
    "metro": "#008b8b",
    "river": "#2f86c9",
    "greenway": "#2fa84f",
    "road-corridor": "#e2711d",
    "rail-corridor": "#6a5acd",
    "core": "#c0392b",
    "planning": "#e08e1b",
    "extension": "#4a86c9",
    "pilot": "#8a4fbf",
}
"""By the class of the other kinds."""

PALETTE = ("#4a86c9", "#e08e1b", "#57ab5a", "#b5478f", "#8f6b4f", "#2a9d8f", "#c0392b", "#6a5acd")
"""For classes that nothing declares, in turn."""

UNKNOWN = "#8a939e"


@dataclass(frozen=True)
class Entry:
    """A line of a legend: the codes that it stands for, its name, its colour.

    `count` is of features, `area` in square metres, `length` in metres; `code` is "" for features
    without a class.
    """

    code: str
    codes: tuple[str, ...]
    name: Bilingual
    colour: str
    count: int
    area: float
    length: float


def colour_of(kind: str, code: str) -> str:
    """Return the colour of a class as #rrggbb; grey for what has no declared class."""
    if kind == "land-use":
        return LAND_USE.get(land_use.first_level(code), UNKNOWN)
    return OTHERS.get(code, UNKNOWN)


def legend(kind: str, classes: Mapping[str, Mapping[str, Any]]) -> list[Entry]:
    """Return the legend of a version: land uses by their first level, others class by class.

    `classes` are the version's: code to count, area (square metres) and length (metres).
    """
    groups: dict[str, list[str]] = {}
    for code in classes:
        group = land_use.first_level(code) if kind == "land-use" else code
        groups.setdefault(group, []).append(code)
    order = {code: place for place, code in enumerate(schemas.SCHEMAS[kind].codes)}
    last = len(order)
    sorted_groups = sorted(groups, key=lambda code: (code == "", order.get(code, last), code))
    return [
        Entry(
            code=group,
            codes=tuple(sorted(groups[group])),
            name=_name(kind, group),
            colour=_colour(kind, group, place),
            count=sum(int(classes[code].get("count", 0)) for code in groups[group]),
            area=sum(float(classes[code].get("area", 0)) for code in groups[group]),
            length=sum(float(classes[code].get("length", 0)) for code in groups[group]),
        )
        for place, group in enumerate(sorted_groups)
    ]


def _name(kind: str, code: str) -> Bilingual:
    if code == "":
        return Bilingual("未分类", "Without a class")
    return schemas.SCHEMAS[kind].codes.get(code) or Bilingual(code, code)


def _colour(kind: str, code: str, place: int) -> str:
    if code and not schemas.SCHEMAS[kind].has_codes:
        return PALETTE[place % len(PALETTE)]
    return colour_of(kind, code)
