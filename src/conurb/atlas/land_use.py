"""The national classification of land and sea use, as codes with names.

Source: 国土空间调查、规划、用途管制用地用海分类指南 (自然资发〔2023〕234号, November 2023): its 24
classes of the first level (two digits) and those of the second (four digits), in `land_use.csv`.
Classes of the third level (six digits) are read as their second. The English names are ours.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from conurb.region.tables import Bilingual

__all__ = ["CLASSES", "by_name", "code_of", "first_level", "name_of"]


def _read() -> dict[str, Bilingual]:
    file = Path(__file__).with_name("land_use.csv")
    with file.open(encoding="utf-8", newline="") as opened:
        return {row["code"]: Bilingual(row["zh"], row["en"]) for row in csv.DictReader(opened)}


CLASSES = _read()
"""Code to names, in the order of the guide."""

_THIRD_LEVEL = re.compile(r"\d{6}")


@cache
def by_name() -> dict[str, str]:
    """Chinese name to code."""
    return {name.zh: code for code, name in CLASSES.items()}


def name_of(code: str) -> Bilingual | None:
    """Return the names of a code; None for what is no code of the guide."""
    return CLASSES.get(code)


def first_level(code: str) -> str:
    """Return the class of the first level to which a code belongs."""
    return code[:2]


def code_of(value: str) -> str | None:
    """Return the code that a value of a file means: the code, a longer one, or the Chinese name.

    None where it is none of the guide. "701" is 0701 whose zero a spreadsheet dropped.
    """
    text = value.strip().removesuffix(".0")
    for candidate in (text, "0" + text if text.isdigit() and len(text) % 2 else text):
        if candidate in CLASSES:
            return candidate
        if _THIRD_LEVEL.fullmatch(candidate) and candidate[:4] in CLASSES:
            return candidate[:4]
    return by_name().get(text)
