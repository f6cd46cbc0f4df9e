"""What waits for an officer, and for the office: the lists of *my work* and of the digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from conurb.plan.lights import DUE_SOON_WITHIN
from conurb.plan.models import Assignment, Report, Supervision, Task
from conurb.region.models import coordinates

if TYPE_CHECKING:
    from conurb.region.models import User

SHOWN = 20
RECENT = timedelta(days=14)
AT_REST = ("done", "withdrawn")


@dataclass(frozen=True)
class Tasks:
    """The first tasks of a list and how many there are in all."""

    rows: Sequence[Task]
    total: int

    @property
    def hidden(self) -> int:
        """How many more there are than shown."""
        return self.total - len(self.rows)

    def __bool__(self) -> bool:
        return self.total > 0


@dataclass(frozen=True)
class OfficerWork:
    """What waits for the officers of one authority."""

    proposals: Sequence[Assignment]
    overdue: Tasks
    due_soon: Tasks
    silent: Tasks
    help_asked: Sequence[Report]
    cases: Sequence[Supervision]
    supports: Tasks
    reported: Sequence[Report]
    led: int

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing waits and nothing is led or supported."""
        return not (
            self.proposals
            or self.overdue
            or self.due_soon
            or self.silent
            or self.help_asked
            or self.cases
            or self.supports
            or self.reported
            or self.led
        )


@dataclass(frozen=True)
class OfficeWork:
    """What waits for the coordination office."""

    unproposed: Tasks
    returned: Sequence[Assignment]
    unanswered: Sequence[Assignment]
    cases: dict[str, int]
    help_asked: Sequence[Report]

    @property
    def open_cases(self) -> int:
        """How many cases of supervision are open."""
        return sum(self.cases.values())


def officer_work(actor: User, today: date) -> OfficerWork:
    """Return the work of the actor's authority; empty for an actor without one."""
    own = actor.authority_id or 0
    led = led_tasks(actor)
    late = led.filter(late_on__lte=today)
    soon = led.filter(due__gte=today, due__lte=today + DUE_SOON_WITHIN)
    silent = led.filter(silent_on__lte=today).exclude(late_on__lte=today)
    supports = (
        _tasks(actor)
        .exclude(light_base__in=AT_REST)
        .filter(
            pk__in=Assignment.objects.visible_to(actor)
            .filter(authority_id=own, role="support", state="accepted")
            .values("task")
        )
    )
    counts = led.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(late_on__lte=today)),
        soon=Count("pk", filter=Q(due__gte=today, due__lte=today + DUE_SOON_WITHIN)),
        silent=Count(
            "pk", filter=Q(silent_on__lte=today) & (Q(late_on__isnull=True) | Q(late_on__gt=today))
        ),
    )
    return OfficerWork(
        proposals=list(proposals_to(actor)),
        overdue=Tasks(list(late.order_by("due")[:SHOWN]), counts["late"]),
        due_soon=Tasks(list(soon.order_by("due")[:SHOWN]), counts["soon"]),
        silent=Tasks(list(silent.order_by("silent_on")[:SHOWN]), counts["silent"]),
        help_asked=list(help_asked(actor).filter(help_from_id=own)[:SHOWN]),
        cases=list(
            Supervision.objects.visible_to(actor)
            .filter(closed_on__isnull=True, task__lead_id=own)
            .select_related("task")[:SHOWN]
        ),
        supports=Tasks(list(supports[:SHOWN]), supports.count()),
        reported=list(
            Report.objects.visible_to(actor)
            .filter(authority_id=own)
            .select_related("task", "officer")
            .order_by("-created_at")[:8]
        ),
        led=counts["all"],
    )


def office_work(actor: User, today: date) -> OfficeWork:
    """Return what the coordination office has to see to."""
    unproposed = _tasks(actor).filter(lead_state=Task.LeadState.UNPROPOSED, withdrawn_reason="")
    current = Assignment.objects.visible_to(actor).select_related("task", "authority")
    latest_lead = Subquery(
        Assignment.objects.visible_to(actor)
        .filter(task=OuterRef("task"), role="lead")
        .order_by("-proposed_at", "-id")
        .values("pk")[:1]
    )
    return OfficeWork(
        unproposed=Tasks(list(unproposed[:SHOWN]), unproposed.count()),
        returned=list(
            current.filter(
                role="lead",
                state="returned",
                task__lead_state=Task.LeadState.RETURNED,
                task__item__field__plan__is_current=True,
                pk=latest_lead,
            )[:SHOWN]
        ),
        unanswered=list(
            current.filter(
                state="proposed",
                role="lead",
                proposed_at__date__lte=today - timedelta(days=7),
                task__item__field__plan__is_current=True,
            ).order_by("proposed_at")[:SHOWN]
        ),
        cases=dict(
            Supervision.objects.visible_to(actor)
            .filter(closed_on__isnull=True)
            .order_by()
            .values_list("reason")
            .annotate(Count("pk"))
        ),
        help_asked=list(
            help_asked(actor).filter(Q(help_from__isnull=True) | Q(help_from__is_office=True))[
                :SHOWN
            ]
        )
        if coordinates(actor)
        else [],
    )


def led_tasks(actor: User) -> QuerySet[Task]:
    """Return the tasks that the actor's authority leads and that are not at rest."""
    return (
        _tasks(actor)
        .filter(lead_id=actor.authority_id or 0, lead_state=Task.LeadState.ACCEPTED)
        .exclude(light_base__in=AT_REST)
    )


def proposals_to(actor: User) -> QuerySet[Assignment]:
    """Return the proposals that wait for an answer of the actor's authority, oldest first."""
    return (
        Assignment.objects.visible_to(actor)
        .filter(
            authority_id=actor.authority_id or 0,
            state="proposed",
            task__item__field__plan__is_current=True,
            task__withdrawn_reason="",
        )
        .select_related("task", "authority", "asked_by")
        .order_by("role", "proposed_at")
    )


def help_asked(actor: User) -> QuerySet[Report]:
    """Return the latest reports of tasks under way that name an obstacle, the latest first."""
    return (
        Report.objects.visible_to(actor)
        .filter(
            sequence=F("task__report_count"),
            task__item__field__plan__is_current=True,
        )
        .exclude(obstacle="")
        .exclude(task__light_base__in=AT_REST)
        .select_related("task", "authority", "help_from")
        .order_by("-created_at")
    )


def _tasks(actor: User) -> QuerySet[Task]:
    return (
        Task.objects.visible_to(actor)
        .filter(item__field__plan__is_current=True)
        .select_related("lead")
        .order_by("order")
    )
