"""The form in which officers change when plans run: tables of the day, row by row.

Every button sends the whole form, so that nothing typed is lost and no script is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from conurb.network.signals.hours import Loss
from conurb.network.signals.programmes import (
    GENERAL,
    NEEDED,
    DayKind,
    DayTable,
    Fault,
    Period,
    Programme,
    clock,
    minute_of,
)
from conurb.sames.facilities.queries.signal_days import kind_name
from conurb.sames.facilities.queries.signals import said

MOST_ROWS = 48
"""The most periods of a table: two an hour."""


@dataclass
class Line:
    """A period as it was typed, and what is wrong with it; `fresh` where it was just added."""

    begins: str = ""
    ends: str = ""
    plan: str = ""
    fresh: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not self.begins and not self.ends


@dataclass
class Sheet:
    """The table of a kind of day; `lines` is None where it takes that of a general kind."""

    kind: DayKind
    lines: list[Line] | None
    fallback: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the kind of day is called."""
        return kind_name(self.kind)

    @property
    def general(self) -> str:
        """Whose table it takes that has none of its own; "" for those that must have one."""
        return kind_name(GENERAL[self.kind]) if self.kind in GENERAL else ""


class HoursDraft:
    """Hours as an officer is changing them: what stands in the form, and what is wrong with it."""

    def __init__(self, programme: Programme, base: str, sheets: list[Sheet]) -> None:
        self.programme, self.base, self.sheets = programme, base, sheets
        self.problems: list[str] = []
        self.losses: tuple[Loss, ...] = ()
        self.confirmed: frozenset[str] = frozenset()
        self.changed: DayKind | None = None

    @classmethod
    def of(cls, programme: Programme, base: str) -> HoursDraft:
        """Return the hours in force."""
        own = {table.kind: table for table in programme.days}
        return cls(programme, base, [_sheet(kind, own.get(kind)) for kind in DayKind])

    @classmethod
    def read(cls, given: QueryDict, programme: Programme) -> HoursDraft:
        """Return what a form says."""
        own = set(given.getlist("own"))
        draft = cls(programme, given.get("base", ""), [])
        draft.confirmed = frozenset(given.getlist("confirmed"))
        for kind in DayKind:
            lines = None
            if kind in own or kind in NEEDED:
                columns = (given.getlist(f"{kind}-{name}") for name in ("from", "to", "plan"))
                rows = list(zip(*columns, strict=False))[:MOST_ROWS]
                lines = [Line(begins.strip(), ends.strip(), plan) for begins, ends, plan in rows]
            draft.sheets.append(Sheet(kind, lines, given.get(f"{kind}-fallback", "")))
        return draft

    def edit(self, asked: str) -> None:
        """Do what a button asks: add:KIND, remove:KIND:ROW, own:KIND or drop:KIND.

        What names no table or row is left alone.
        """
        what, _colon, rest = asked.partition(":")
        kind, _colon, row = rest.partition(":")
        sheet = next((each for each in self.sheets if each.kind == kind), None)
        if sheet is None:
            return
        self.changed = sheet.kind
        if what == "own" and sheet.lines is None:
            general = next(each for each in self.sheets if each.kind == GENERAL[sheet.kind])
            copied = [Line(each.begins, each.ends, each.plan) for each in general.lines or ()]
            sheet.lines, sheet.fallback = copied, general.fallback
        elif what == "drop" and sheet.kind in GENERAL:
            sheet.lines = None
        elif what == "add" and sheet.lines is not None and len(sheet.lines) < MOST_ROWS:
            sheet.lines.append(Line(plan=self.programme.patterns[0].key, fresh=True))
        elif what == "remove" and sheet.lines and row.isdecimal() and int(row) < len(sheet.lines):
            del sheet.lines[int(row)]

    def days(self) -> tuple[DayTable, ...] | None:
        """Return the tables; None where a time cannot be read, which its line then says.

        Lines in which nothing was typed are left out.
        """
        tables, sound = [], True
        for sheet in self.sheets:
            if sheet.lines is None:
                continue
            sheet.lines = [line for line in sheet.lines if not line.empty]
            periods = []
            for line in sheet.lines:
                begins, ends = minute_of(line.begins), minute_of(line.ends)
                if begins is None or ends is None:
                    line.problems.append(_("Write both times as 07:30, up to 24:00."))
                    sound = False
                    continue
                line.begins, line.ends = clock(begins), clock(ends)
                periods.append(Period(begins, ends, line.plan))
            tables.append(DayTable(sheet.kind, tuple(periods), sheet.fallback))
        return tuple(tables) if sound else None

    def tell(self, faults: tuple[Fault, ...]) -> None:
        """Put each fault of the tables that `days` returned where it lies."""
        own = [sheet for sheet in self.sheets if sheet.lines is not None]
        for fault in faults:
            message = said(fault.message)
            match fault.path:
                case ("day", int(n), "period", int(m)):
                    (own[n].lines or [])[m].problems.append(message)
                case ("day", int(n), *_rest):
                    own[n].problems.append(message)
                case _:
                    self.problems.append(message)

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """Everything that is wrong: the table, the row where it lies in one, the words."""
        found = [("", "", each) for each in self.problems]
        for sheet in self.sheets:
            found += [(sheet.name, "", each) for each in sheet.problems]
            for number, line in enumerate(sheet.lines or (), 1):
                place = _("row %(number)s") % {"number": number}
                found += [(sheet.name, place, each) for each in line.problems]
        return found


def _sheet(kind: DayKind, table: DayTable | None) -> Sheet:
    if table is None:
        return Sheet(kind, None)
    lines = [Line(clock(each.begins), clock(each.ends), each.pattern) for each in table.periods]
    return Sheet(kind, lines, table.fallback)
