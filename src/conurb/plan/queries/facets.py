"""How many tasks each value of a filter would leave: counted for all filters at once.

A plan can have 50,000 tasks. Without a filter, which is how the page opens, each filter's values
are counted apart: every one of these counts reads an index and nothing else. With filters, one
query groups the tasks by a single number in which field, kind, light and piece of time are packed,
and every filter's counts are sums over these groups. Leads and cities are counted apart: there are
too many leads to pack, and a task has any number of cities.

What was read is kept until the journal has a new entry (`conurb.plan.queries.kept`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

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

from conurb.plan import dues, ladder
from conurb.plan.models import Field, Task
from conurb.plan.queries.kept import KEPT, stamp
from conurb.plan.queries.lights import light_is
from conurb.plan.queries.tasks import (
    URGENCY,
    TaskFilter,
    due_is,
    known_lead,
    matching,
    plan_fields,
    urgency,
)
from conurb.region.models import Authority, works_for_region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

PACKED = ("field", "kind", "light", "due")
LIGHT_BASE, PIECE_BASE = 8, 16
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
    """The values that a packed number stands for."""

    field: str
    kind: str
    light: str
    piece: int


def facets(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> Facets:
    """Count the tasks for every value of every filter; the number of queries is flat."""
    narrowed = asked.only_filter()
    own = getattr(actor, "authority_id", None) if asked.leads else None
    sight = (str(Task.visible(actor)), str(known_lead(actor)), works_for_region(actor), own)
    at = (stamp(), today, sight)
    return KEPT.get(("facets", at, narrowed), lambda: _facets(actor, narrowed, today, at))


def _facets(actor: User | AnonymousUser, asked: TaskFilter, today: date, at: Hashable) -> Facets:
    fields = {row.pk: row.number for row in plan_fields(asked)}
    alone = not (Task.visible(actor) or _other_plans(asked))
    if alone and replace(asked, plan=None) == TaskFilter():
        return _whole(actor, today, fields)
    # what was read for one choice of these filters serves for every other choice of them
    unpacked = replace(asked, fields=(), kinds=(), lights=(), due="")
    packed = KEPT.get(("packed", at, unpacked), lambda: _packed(actor, asked, today, tuple(fields)))
    leads = KEPT.get(
        ("leads", at, replace(asked, leads=())),
        lambda: _leads(actor, matching(actor, asked, today, leave_out=("lead",))),
    )
    cities = KEPT.get(
        ("cities", at, replace(asked, cities=())), lambda: _cities(actor, asked, today, alone)
    )
    return _Count(asked, today, fields).of(packed, leads, cities)


def _whole(actor: User | AnonymousUser, today: date, fields: Mapping[int, str]) -> Facets:
    """Count all tasks there are, each filter from an index of its own; six queries."""
    rows = Task.objects.visible_to(actor).order_by()
    by_field = dict(rows.values_list("item__field_id").annotate(number=Count("pk")))
    kinds = dict(rows.values_list("kind").annotate(number=Count("pk")))
    lights = _lights(rows, today)
    # a name of a window is no name of a column
    windows = {f"due_{at}": due for at, due in enumerate((*dues.WINDOWS, "none"))}
    counted = rows.aggregate(
        **{name: Count("pk", filter=due_is(due, today)) for name, due in windows.items()}
    )
    return Facets(
        sum(kinds.values()),
        {fields[field]: number for field, number in by_field.items()},
        _all_cities(),
        _leads(actor, rows),
        kinds,
        lights,
        {"overdue": lights["late"], **{due: counted[name] for name, due in windows.items()}},
    )


def _lights(rows: QuerySet[Task], today: date) -> Counter[str]:
    counted: Counter[str] = Counter()
    grouped = rows.values_list("light_base").annotate(
        late=Count("pk", filter=light_is("late", today)),
        at_risk=Count("pk", filter=light_is("at-risk", today)),
        number=Count("pk"),
    )
    for base, late, at_risk, number in grouped:
        counted.update({"late": late, "at-risk": at_risk, base: number - late - at_risk})
    return counted


def _leads(actor: User | AnonymousUser, rows: QuerySet[Task]) -> Counter[str]:
    """Count by the key of the lead; "none" where the actor knows of none."""
    keys = dict(Authority.objects.values_list("pk", "key"))
    counted: Counter[str] = Counter()
    grouped = rows.values_list("lead_id").annotate(
        known=Count("pk", filter=known_lead(actor)), number=Count("pk")
    )
    for lead, known, number in grouped:
        counted.update({keys.get(lead, "none"): known})
        counted.update({"none": number - known})
    return +counted


def _packed(
    actor: User | AnonymousUser, asked: TaskFilter, today: date, fields: tuple[int, ...]
) -> dict[int, int]:
    if not fields:
        return {}
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
    cell = (F("item__field_id") * KIND_BASE + kinds) * LIGHT_BASE + urgency(today)
    number = ExpressionWrapper(cell * PIECE_BASE + piece, output_field=BigIntegerField())
    return dict(rows.values_list(number).annotate(tasks=Count("pk")))


def _unpack(code: int, fields: Mapping[int, str]) -> Cell:
    rest, piece = divmod(code, PIECE_BASE)
    rest, light = divmod(rest, LIGHT_BASE)
    field, kind = divmod(rest, KIND_BASE)
    return Cell(fields[field], ladder.KINDS[kind], URGENCY[light], piece)


def _cities(
    actor: User | AnonymousUser, asked: TaskFilter, today: date, alone: bool
) -> Counter[str]:
    if alone and replace(asked, cities=(), plan=None) == TaskFilter():
        return _all_cities()
    tasks = matching(actor, asked, today, leave_out=("city",))
    named = Task.cities.through.objects.filter(task__in=tasks).order_by()
    return Counter(dict(named.values_list("city_id").annotate(number=Count("pk"))))


def _all_cities() -> Counter[str]:
    named = Task.cities.through.objects.order_by()
    return Counter(dict(named.values_list("city_id").annotate(number=Count("pk"))))


def _other_plans(asked: TaskFilter) -> bool:
    """Tell whether there are tasks of plans not asked for; if not, nothing need be left out."""
    return Field.objects.exclude(pk__in=plan_fields(asked)).exists()


class _Count:
    """Adds the packed groups up for each filter, with all filters but that one applied."""

    def __init__(self, asked: TaskFilter, today: date, fields: Mapping[int, str]) -> None:
        self.asked = asked
        self.fields = fields
        self.windows = {due: frozenset(dues.pieces(due, today)) for due in dues.WINDOWS}

    def of(
        self, packed: Mapping[int, int], leads: Mapping[str, int], cities: Mapping[str, int]
    ) -> Facets:
        """Return the counts."""
        counts: dict[str, Counter[str]] = {name: Counter() for name in ("field", "kind", "light")}
        windows: Counter[str] = Counter()
        total = 0
        for code, number in packed.items():
            cell = _unpack(code, self.fields)
            failed = self.fails(cell)
            total += 0 if failed else number
            for name, counter in counts.items():
                if failed <= {name}:
                    counter[getattr(cell, name)] += number
            if failed <= {"due"}:
                windows.update(dict.fromkeys(self.dues_of(cell), number))
        return Facets(
            total, counts["field"], cities, leads, counts["kind"], counts["light"], windows
        )

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
