"""Agreements as people read them: a matrix of cities a type, its terms, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from django.db.models import Q, QuerySet
from django.utils import timezone

from conurb.records.models import Agreement
from conurb.records.types import RecordType, types
from conurb.region.models import City, in_language

What = Literal["opened", "changed", "ended"]


@dataclass(frozen=True)
class Terms:
    """What one or more pairs of cities agreed in the same words; `mark` refers to it."""

    mark: str
    effects: tuple[str, ...]
    basis: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Cell:
    """What becomes of records of one city in another; `own` where it is the same city."""

    own: bool
    terms: Terms | None


@dataclass(frozen=True)
class Row:
    """An issuing city, with one cell for each city in which its records may hold."""

    city: City
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Change:
    """One change of an agreement: when the node took it on, between which cities, and how."""

    at: datetime
    what: What
    pairs: tuple[tuple[City, City], ...]
    before: Terms | None
    after: Terms | None

    @property
    def gone(self) -> tuple[str, ...]:
        """Effects that ended by it."""
        kept = self.after.effects if self.after else ()
        return tuple(e for e in (self.before.effects if self.before else ()) if e not in kept)

    @property
    def come(self) -> tuple[str, ...]:
        """Effects that began by it."""
        had = self.before.effects if self.before else ()
        return tuple(e for e in (self.after.effects if self.after else ()) if e not in had)


@dataclass(frozen=True)
class OfType:
    """All about one type: who holds what where, in which words, and how it came to be."""

    slug: str
    name: str
    summary: str
    rows: tuple[Row, ...]
    terms: tuple[Terms, ...]
    changes: tuple[Change, ...] = field(default=())


def chosen(*, type_slug: str = "", city: str = "", history: bool = False) -> QuerySet[Agreement]:
    """Return the agreements of a type, that a city issues or recognises by; with those that ended
    where `history` is asked for.
    """
    rows = Agreement.objects.select_related("from_city", "in_city")
    if type_slug:
        rows = rows.filter(type=type_slug)
    if city:
        rows = rows.filter(Q(from_city=city) | Q(in_city=city))
    if not history:
        rows = rows.filter(closed_at=None)
    return rows.order_by("type", "from_city__order", "in_city__order", "opened_at", "pk")


def overview(
    cities: Sequence[City],
    *,
    type_slug: str = "",
    city: str = "",
    history: bool = False,
    on: date | None = None,
) -> list[OfType]:
    """Return the agreements by type, in the order of the types' names: those of now, or those that
    were or will be in force on a day; with changes where `history` is asked for.
    """
    declared = {each.slug: each for each in types()}
    by_type: dict[str, list[Agreement]] = {}
    for row in chosen(type_slug=type_slug, city=city, history=history or on is not None):
        by_type.setdefault(row.type, []).append(row)
    found = [
        _of_type(slug, declared.get(slug), rows, cities, history=history, on=on)
        for slug, rows in by_type.items()
    ]
    return sorted(found, key=lambda each: each.name)


def standing(rows: Iterable[Agreement], on: date | None) -> Iterator[Agreement]:
    """Yield the agreements that stand now, or that were or will be in force at the end of a day.

    As for a check: a row that replaces another counts from when it was opened, the first of its
    kind from the day that it names.
    """
    first: set[tuple[str, str, str, str]] = set()
    for row in rows:
        of = (row.key, row.type, row.from_city_id, row.in_city_id)
        replaces = of in first
        first.add(of)
        if on is None:
            if row.closed_at is None:
                yield row
            continue
        begun = row.holds_from <= on and not (replaces and timezone.localdate(row.opened_at) > on)
        closed = row.closed_at is not None and timezone.localdate(row.closed_at) <= on
        ended = row.holds_until is not None and row.holds_until < on
        if begun and not closed and not ended:
            yield row


def _of_type(
    slug: str,
    declared: RecordType | None,
    rows: Sequence[Agreement],
    cities: Sequence[City],
    *,
    history: bool,
    on: date | None,
) -> OfType:
    agreed_by = {(row.from_city_id, row.in_city_id): row for row in standing(rows, on)}
    marks: dict[tuple[object, ...], Terms] = {}
    for row in agreed_by.values():
        marks.setdefault(_content(row), _terms(row, chr(ord("A") + len(marks) % 26)))
    table = []
    for source in cities:
        cells = []
        for target in cities:
            agreed = agreed_by.get((source.code, target.code))
            cells.append(
                Cell(source.code == target.code, marks[_content(agreed)] if agreed else None)
            )
        table.append(Row(source, tuple(cells)))
    return OfType(
        slug=slug,
        name=in_language(declared.name.zh, declared.name.en) if declared else slug,
        summary=in_language(declared.summary.zh, declared.summary.en) if declared else "",
        rows=tuple(table),
        terms=tuple(marks.values()),
        changes=tuple(_changes(rows)) if history else (),
    )


def _content(row: Agreement) -> tuple[object, ...]:
    effects = tuple((each["code"], each["zh"], each["en"]) for each in row.effects)
    return (effects, row.basis_zh, row.basis_en, row.holds_from, row.holds_until)


def _terms(row: Agreement, mark: str = "") -> Terms:
    effects = tuple(in_language(each["zh"], each["en"]) for each in row.effects)
    return Terms(mark, effects, row.basis, row.holds_from, row.holds_until)


def _changes(rows: Iterable[Agreement]) -> list[Change]:
    """Tell openings, changes and endings, the latest first; pairs that changed alike as one."""
    ended = {(r.key, r.from_city_id, r.in_city_id, r.closed_at): r for r in rows if r.closed_at}
    together: dict[tuple[object, ...], Change] = {}

    def add(at: datetime, before: Agreement | None, after: Agreement | None) -> None:
        told = after or before
        if told is None:
            return
        what: What = "opened" if before is None else "ended" if after is None else "changed"
        alike = (
            at,
            what,
            _content(before) if before else None,
            _content(after) if after else None,
        )
        pair = (told.from_city, told.in_city)
        known = together.get(alike)
        pairs = (*known.pairs, pair) if known else (pair,)
        together[alike] = Change(
            at, what, pairs, _terms(before) if before else None, _terms(after) if after else None
        )

    for row in rows:
        place = (row.key, row.from_city_id, row.in_city_id, row.opened_at)
        add(row.opened_at, ended.pop(place, None), row)
    for row in ended.values():
        if row.closed_at:
            add(row.closed_at, row, None)
    return sorted(together.values(), key=lambda change: change.at, reverse=True)
