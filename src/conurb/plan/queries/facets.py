"""How many tasks each value of a filter would leave: counted for all filters in one reading.

A plan can have 50,000 tasks. One query brings a single number a task, in which its field, kind,
light, piece of time and lead are packed; grouping them in SQL would sort all rows first, which
costs SQLite more than counting here. Cities are counted apart: a task has any number of them.

What was read is kept in this process until the journal has a new entry, half a minute at most:
every change stands in the journal, but PostgreSQL may commit two entries in the other order.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connections
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    QuerySet,
    Value,
    When,
)

from conurb.journal.models import Entry
from conurb.plan import dues, ladder
from conurb.plan.models import Field, Task
from conurb.plan.queries.tasks import (
    URGENCY,
    TaskFilter,
    known_lead,
    matching,
    plan_fields,
    urgency,
)
from conurb.region.models import Authority, works_for_region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

T = TypeVar("T")

KEPT_SECONDS = 30
PACKED = ("field", "kind", "light", "due", "lead")
LIGHT_BASE, PIECE_BASE, LEAD_BASE = 8, 16, 1 << 20
NO_DUE = PIECE_BASE - 1
KIND_BASE = 8


@dataclass(frozen=True)
class Facets:
    """Number of tasks for each value, as if only the other filters held; `total` with all.

    `lights` has the same basis as `total` but for the filter of lights. Keys are those of the
    address; "none" counts tasks without lead, city or due day.
    """

    total: int
    fields: Mapping[str, int]
    cities: Mapping[str, int]
    leads: Mapping[str, int]
    kinds: Mapping[str, int]
    lights: Mapping[str, int]
    dues: Mapping[str, int]


@dataclass(frozen=True)
class Cell:
    """The values that a packed number stands for, without the lead."""

    field: str
    kind: str
    light: str
    piece: int


def facets(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> Facets:
    """Count the tasks for every value of every filter; at most six queries."""
    narrowed = asked.only_filter()
    own = getattr(actor, "authority_id", None) if asked.leads else None
    sight = (str(Task.visible(actor)), str(known_lead(actor)), works_for_region(actor), own)
    stamp = (_stamp(), today, sight)
    return KEPT.get(("facets", stamp, narrowed), lambda: _facets(actor, narrowed, today, stamp))


def _facets(actor: User | AnonymousUser, asked: TaskFilter, today: date, stamp: Hashable) -> Facets:
    fields = {row.pk: row.number for row in plan_fields(asked)}
    authorities = dict(Authority.objects.values_list("pk", "key"))
    # what was read for one choice of these filters serves for every other choice of them
    unpacked = replace(asked, fields=(), kinds=(), lights=(), due="", leads=())
    packed = KEPT.get(
        ("packed", stamp, unpacked), lambda: _packed(actor, asked, today, tuple(fields))
    )
    cities = KEPT.get(
        ("cities", stamp, replace(asked, cities=())), lambda: _cities(actor, asked, today)
    )
    return _Count(actor, asked, today, fields, authorities).of(packed, cities)


class Kept:
    """The latest counts of this process by what they depend on; the oldest go first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._counts: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """Return what is kept under `key`; count and keep it where nothing is."""
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                kept: T = self._counts[key]
                return kept
        counted = count()
        with self._lock:
            self._counts[key] = counted
            while len(self._counts) > self.size:
                self._counts.popitem(last=False)
        return counted

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._counts.clear()


KEPT = Kept(24)


def _stamp() -> Hashable:
    """Return a value that changes with the tasks: which journal entry is the latest.

    Nothing of the entry is shown, so it is asked for without regard to who may read it.
    """
    latest = Entry.everything.order_by("-pk").values_list("pk", "at", "object_urn").first()
    return latest, int(monotonic() // KEPT_SECONDS)


def _packed(
    actor: User | AnonymousUser, asked: TaskFilter, today: date, fields: tuple[int, ...]
) -> Counter[int]:
    if not fields:
        return Counter()
    rows = matching(actor, asked, today, leave_out=PACKED).filter(item__field_id__in=fields)
    kinds = Case(
        *(When(kind=kind, then=Value(at)) for at, kind in enumerate(ladder.KINDS)),
        output_field=IntegerField(),
    )
    cuts = enumerate(dues.borders(today))
    piece = Case(
        When(due__isnull=True, then=Value(NO_DUE)),
        *(When(due__lt=day, then=Value(at)) for at, day in cuts),
        default=Value(len(dues.borders(today))),
        output_field=IntegerField(),
    )
    lead = Case(
        When(known_lead(actor), then=F("lead_id")),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    cell = (F("item__field_id") * KIND_BASE + kinds) * LIGHT_BASE + urgency(today)
    number = ExpressionWrapper(
        (cell * PIECE_BASE + piece) * LEAD_BASE + lead, output_field=BigIntegerField()
    )
    return _count(rows.values_list(number, flat=True))


def _count(rows: QuerySet[Task, int]) -> Counter[int]:
    """Count single numbers straight from the cursor; the ORM's iteration costs as much again."""
    statement, values = rows.query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(statement, values)
        return Counter(number for (number,) in cursor.fetchall())


def _unpack(code: int, fields: Mapping[int, str]) -> Cell:
    rest, piece = divmod(code, PIECE_BASE)
    rest, light = divmod(rest, LIGHT_BASE)
    field, kind = divmod(rest, KIND_BASE)
    return Cell(fields[field], ladder.KINDS[kind], URGENCY[light], piece)


def _cities(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> Counter[str]:
    named = Task.cities.through.objects.order_by()
    narrows = replace(asked.only_filter(), cities=(), plan=None) != TaskFilter()
    if narrows or Task.visible(actor) or _other_plans(asked):
        tasks = matching(actor, asked, today, leave_out=("city",))
        named = named.filter(task__in=tasks)
    return Counter(dict(named.values_list("city_id").annotate(number=Count("pk"))))


def _other_plans(asked: TaskFilter) -> bool:
    """Tell whether there are tasks of plans not asked for; if not, nothing need be left out."""
    return Field.objects.exclude(pk__in=plan_fields(asked)).exists()


class _Count:
    """Adds the packed numbers up for each filter, with all filters but that one applied."""

    def __init__(
        self,
        actor: User | AnonymousUser,
        asked: TaskFilter,
        today: date,
        fields: Mapping[int, str],
        authorities: Mapping[int, str],
    ) -> None:
        self.asked = asked
        self.fields = fields
        self.authorities = {0: "none", **authorities}
        self.wanted_leads = self._wanted_leads(actor)
        self.windows = {due: frozenset(dues.pieces(due, today)) for due in dues.WINDOWS}

    def _wanted_leads(self, actor: User | AnonymousUser) -> frozenset[int] | None:
        if not self.asked.leads:
            return None
        own = getattr(actor, "authority_id", None)
        wanted = {pk for pk, key in self.authorities.items() if key in self.asked.leads}
        return frozenset(wanted | ({own} if own and "mine" in self.asked.leads else set()))

    def of(self, packed: Counter[int], cities: Mapping[str, int]) -> Facets:
        """Return the counts."""
        cells = {code: _unpack(code, self.fields) for code in {n // LEAD_BASE for n in packed}}
        full = frozenset(code for code, cell in cells.items() if not self.fails(cell))
        led: Counter[int] = Counter()
        with_lead: Counter[int] = Counter()
        wanted = self.wanted_leads
        for number, count in packed.items():
            code, lead = divmod(number, LEAD_BASE)
            if code in full:
                led[lead] += count
            if wanted is None or lead in wanted:
                with_lead[code] += count
        return self._sum(cells, with_lead, led, cities)

    def fails(self, cell: Cell) -> set[str]:
        """Return the filters that leave this cell out."""
        asked = self.asked
        failed: set[str] = set()
        if asked.fields and cell.field not in asked.fields:
            failed.add("field")
        if asked.kinds and cell.kind not in asked.kinds:
            failed.add("kind")
        if asked.lights and cell.light not in asked.lights:
            failed.add("light")
        if asked.due and asked.due not in self.dues_of(cell):
            failed.add("due")
        return failed

    def dues_of(self, cell: Cell) -> list[str]:
        """Return the windows in which this cell is due."""
        unfinished = cell.light not in {"done", "withdrawn"}
        found = ["overdue"] if cell.light == "late" else []
        found += ["none"] if cell.piece == NO_DUE else []
        return found + [
            due
            for due, run in self.windows.items()
            if cell.piece in run and (unfinished or due not in dues.UNFINISHED)
        ]

    def _sum(
        self,
        cells: Mapping[int, Cell],
        numbers: Mapping[int, int],
        led: Mapping[int, int],
        cities: Mapping[str, int],
    ) -> Facets:
        counts: dict[str, Counter[str]] = {name: Counter() for name in ("field", "kind", "light")}
        windows: Counter[str] = Counter()
        total = 0
        for code, number in numbers.items():
            cell = cells[code]
            failed = self.fails(cell)
            total += 0 if failed else number
            for name, counter in counts.items():
                if failed <= {name}:
                    counter[getattr(cell, name)] += number
            if failed <= {"due"}:
                windows.update(dict.fromkeys(self.dues_of(cell), number))
        leads = {self.authorities[lead]: number for lead, number in led.items()}
        return Facets(
            total, counts["field"], cities, leads, counts["kind"], counts["light"], windows
        )
