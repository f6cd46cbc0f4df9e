"""The reader: a plan document becomes fields, items and tasks, each with its place in the text.

Pure: no Django, no network, no language model. See ``docs/reader.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

from .decode import text_of
from .errors import DocumentError
from .gazetteer import Gazetteer
from .model import (
    Actor,
    Dropped,
    Due,
    Field,
    Item,
    Place,
    Quantity,
    Reading,
    Repair,
    Task,
    uncovered,
)
from .outline import render_text
from .read import read_text, year_in_name

__all__ = [
    "Actor",
    "DocumentError",
    "Dropped",
    "Due",
    "Field",
    "Gazetteer",
    "Item",
    "Place",
    "Quantity",
    "Reading",
    "Repair",
    "Task",
    "read_document",
    "read_text",
    "render_text",
    "reread",
    "uncovered",
]


def read_document(
    data: bytes,
    filename: str,
    *,
    gazetteer: Gazetteer | None = None,
    year: int | None = None,
) -> Reading:
    """Read a txt, md, docx or pdf file; raises :class:`DocumentError` where it cannot be read.

    The year is the one given, else the text's, else the one year that the file's name holds.
    """
    text = text_of(data, filename)
    reading = read_text(text, gazetteer=gazetteer, year=year)
    named = year_in_name(filename) if reading.year is None else None
    return reading if named is None else read_text(text, gazetteer=gazetteer, year=named)


def reread(
    reading: Reading | str,
    decisions: Mapping[str, bool],
    *,
    gazetteer: Gazetteer | None = None,
    year: int | None = None,
) -> Reading:
    """Read the same text again with a person's decisions on its repairs: ``{id: apply}``.

    Repairs without a decision are applied as the reader proposes. A decision on one repair may
    make others appear or vanish, since later stages read what the earlier ones leave.
    """
    text = reading if isinstance(reading, str) else reading.text
    return read_text(text, gazetteer=gazetteer, year=year, decisions=decisions)
