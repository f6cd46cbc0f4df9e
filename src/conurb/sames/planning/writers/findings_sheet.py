"""The findings of a review as a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from conurb.journal.sheets import Column, Sheet, Value
from conurb.journal.sheets import write as write_sheets
from conurb.sames.planning.queries.conflicts import Row

SQUARE_METRES_A_HECTARE = 10_000


def write(rows: Sequence[Row], *, title: str) -> bytes:
    """Return a workbook of findings, in the order given; areas in hectares, lengths in metres."""
    columns = [
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
    sheet = Sheet(name=_("Findings"), columns=columns, rows=[_values(row) for row in rows])
    return write_sheets([sheet], title=title, creator="Conurb")


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
