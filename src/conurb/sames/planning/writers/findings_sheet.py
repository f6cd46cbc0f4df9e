"""The findings of a review as a workbook, and as plain text."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from django.utils.translation import gettext as _

from conurb.journal.sheets import Column, Sheet, Value
from conurb.journal.sheets import write as write_sheets
from conurb.sames.planning.queries.conflicts import Row

SQUARE_METRES_A_HECTARE = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(rows: Sequence[Row], *, title: str) -> bytes:
    """Return a workbook of findings, in the order given; areas in hectares, lengths in metres."""
    sheet = Sheet(name=_("Findings"), columns=_columns(), rows=[_values(row) for row in rows])
    return write_sheets([sheet], title=title, creator="Conurb")


def write_csv(rows: Sequence[Row]) -> bytes:
    """Return the same table as CSV (RFC 4180) in UTF-8 with a mark, as spreadsheets want it.

    A text that a spreadsheet would take for a formula is quoted with an apostrophe (OWASP, CSV
    injection).
    """
    out = StringIO()
    lines = csv.writer(out)
    lines.writerow(column.head for column in _columns())
    lines.writerows([_plain(value) for value in _values(row)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(value: Value) -> Value:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _columns() -> list[Column]:
    return [
        Column(_("Rule"), 20),
        Column(_("Weight"), 8),
        Column(_("Standing"), 10),
        Column(_("Cities"), 14),
        Column(_("What is wrong"), 60, wraps=True),
        Column(_("Area in ha"), 12),
        Column(_("Length in m"), 12),
        Column(_("By which regulation"), 40, wraps=True),
        Column(_("Longitude of the middle"), 14),
        Column(_("Latitude of the middle"), 14),
        Column(_("Key of the finding"), 34),
    ]


def _values(row: Row) -> list[Value]:
    west, south, east, north = row.bounds
    return [
        row.rule_name,
        row.severity_name,
        row.standing_name,
        row.cities,
        row.reason,
        None if row.area_m2 is None else round(row.area_m2 / SQUARE_METRES_A_HECTARE, 4),
        None if row.length_m is None else round(row.length_m, 1),
        row.source,
        round((west + east) / 2, 6),
        round((south + north) / 2, 6),
        row.key,
    ]
