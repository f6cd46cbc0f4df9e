"""The queue as a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.queries.pages_desk import Row
from conurb.journal.sheets import Column, Sheet, Value, write

MOST_ROWS = 20_000


def queue(rows: Sequence[Row], *, title: str) -> bytes:
    """Return a workbook of cases, in the order given."""
    columns = [
        Column(_("Case number"), 28),
        Column(_("Service"), 28, wraps=True),
        Column(_("Applicant"), 24, wraps=True),
        Column(_("Handed in in"), 12),
        Column(_("Handed in on"), 12),
        Column(_("State"), 14),
        Column(_("Officer"), 16),
        Column(_("Light"), 14),
        Column(_("Due day"), 12),
        Column(_("Working days left"), 12),
        Column(_("Decided on"), 12),
    ]
    sheet = Sheet(name=title[:31], columns=columns, rows=[_values(row) for row in rows])
    return write([sheet], title=title, creator="Conurb")


def _values(row: Row) -> list[Value]:
    case = row.case
    return [
        case.number or "",
        case.service_name,
        case.applicant_name,
        case.accepted_in.short,
        timezone.localdate(case.submitted_at) if case.submitted_at else None,
        str(case.get_state_display()),
        str(case.officer) if case.officer else "",
        row.light_name,
        row.due_on,
        row.days_left,
        timezone.localdate(case.decided_at) if case.decided_at else None,
    ]
