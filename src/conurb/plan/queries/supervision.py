"""The office's list of cases, filtered and counted, and one case with all that was done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from conurb.plan.models import Report, Supervision, SupervisionStep
from conurb.region.models import City

if TYPE_CHECKING:
    from django.http import QueryDict

    from conurb.region.models import User

STATES: Final = ("open", "closed", "all")
STEPS: Final = ("none", "remind", "meet", "redate")
AGES: Final = {"week": (0, 7), "month": (8, 30), "older": (31, 100_000)}
PAGE_SIZE = 50


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are asked for; "" does not narrow. Unknown values narrow nothing."""

    state: str = "open"
    reason: str = ""
    city: str = ""
    step: str = ""
    age: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: QueryDict) -> CaseFilter:
        """Read the filter from an address."""
        page = query.get("page", "1")
        city = query.get("city", "")
        return cls(
            state=_one_of(query.get("state", ""), STATES) or "open",
            reason=_one_of(query.get("reason", ""), Supervision.Reason.values),
            city=city if city == "region" or re.fullmatch(r"\d{6}", city) else "",
            step=_one_of(query.get("step", ""), STEPS),
            age=_one_of(query.get("age", ""), list(AGES)),
            page=max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
        )

    def address(self, page: int) -> str:
        """Return the query of another page of the same list."""
        wanted = {
            "state": self.state,
            "reason": self.reason,
            "city": self.city,
            "step": self.step,
            "age": self.age,
            "page": str(page),
        }
        return "?" + urlencode({name: value for name, value in wanted.items() if value})


@dataclass(frozen=True)
class Case:
    """A case as the list shows it."""

    supervision: Supervision
    age: int
    last_step: SupervisionStep | None
    steps: int


@dataclass(frozen=True)
class Cases:
    """A page of the list, with the numbers over all that the filter lets through."""

    rows: Sequence[Case]
    total: int
    page: int
    pages: int
    by_reason: dict[str, int]
    by_age: dict[str, int]
    oldest: int
    untouched: int


def cases(actor: User, asked: CaseFilter, today: date) -> Cases:
    """Return a page of cases: five queries, however many there are."""
    visible = Supervision.objects.visible_to(actor)
    found = _narrowed(visible, asked, today)
    numbers = found.order_by().aggregate(
        total=Count("pk"),
        untouched=Count("pk", filter=Q(acted=False)),
        **{
            f"age_{name}": Count(
                "pk",
                filter=Q(
                    opened_on__lte=today - timedelta(days=low),
                    opened_on__gt=today - timedelta(days=min(high, 3650) + 1),
                ),
            )
            for name, (low, high) in AGES.items()
        },
    )
    oldest = found.order_by("opened_on").values_list("opened_on", flat=True).first()
    pages = max(1, -(-numbers["total"] // PAGE_SIZE))
    page = min(asked.page, pages)
    start = (page - 1) * PAGE_SIZE
    rows = (
        found.select_related("task__lead__city", "task__item")
        .prefetch_related(_steps(actor))
        .order_by("closed_on", "opened_on", "id")[start : start + PAGE_SIZE]
    )
    return Cases(
        rows=[_case(row, today) for row in rows],
        total=numbers["total"],
        page=page,
        pages=pages,
        by_reason=dict(
            _narrowed(visible, asked, today, leave_out="reason")
            .order_by()
            .values_list("reason")
            .annotate(Count("pk"))
        ),
        by_age={name: numbers[f"age_{name}"] for name in AGES},
        oldest=(today - oldest).days if oldest else 0,
        untouched=numbers["untouched"],
    )


def case_with_steps(actor: User, urn: str) -> Supervision | None:
    """Return one case with its steps, None where the actor may see none of this name."""
    return (
        Supervision.objects.visible_to(actor)
        .filter(urn=urn)
        .select_related("task__lead__city", "task__item__field__plan")
        .prefetch_related(_steps(actor))
        .first()
    )


def latest_reports(actor: User, case: Supervision) -> list[Report]:
    """Return the last reports of the task of a case."""
    reports = Report.objects.visible_to(actor).filter(task_id=case.task_id)
    return list(reports.select_related("authority", "officer", "help_from", "task")[:3])


def cities() -> list[City]:
    """Return the cities to filter by."""
    return list(City.objects.all())


def _narrowed(
    visible: QuerySet[Supervision], asked: CaseFilter, today: date, leave_out: str = ""
) -> QuerySet[Supervision]:
    last_action = Subquery(
        SupervisionStep.everything.filter(supervision=OuterRef("pk"))
        .exclude(action=SupervisionStep.Action.CLOSE)
        .order_by("-at", "-id")
        .values("action")[:1]
    )
    found = visible.annotate(last_action=last_action).annotate(acted=Q(last_action__isnull=False))
    if asked.state != "all":
        found = found.filter(closed_on__isnull=asked.state == "open")
    if asked.reason and leave_out != "reason":
        found = found.filter(reason=asked.reason)
    if asked.city == "region":
        found = found.filter(task__lead__city__isnull=True)
    elif asked.city:
        found = found.filter(task__lead__city=asked.city)
    if asked.step == "none":
        found = found.filter(last_action__isnull=True)
    elif asked.step:
        found = found.filter(last_action=asked.step)
    if asked.age:
        low, high = AGES[asked.age]
        found = found.filter(
            opened_on__lte=today - timedelta(days=low),
            opened_on__gt=today - timedelta(days=min(high, 3650) + 1),
        )
    return found


def _steps(actor: User) -> Prefetch[str]:
    steps = SupervisionStep.objects.visible_to(actor).select_related("by").order_by("at", "id")
    return Prefetch("steps", steps)


def _case(row: Supervision, today: date) -> Case:
    steps = list(row.steps.all())
    age = ((row.closed_on or today) - row.opened_on).days
    return Case(row, age, steps[-1] if steps else None, len(steps))


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""
