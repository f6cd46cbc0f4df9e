"""What somebody may do with a task now: the buttons of the task page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conurb.plan import ladder
from conurb.plan.models import Assignment, Supervision, Task
from conurb.region.models import coordinates, works_for_region

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User


@dataclass(frozen=True)
class Possible:
    """What the actor may do with `task`; `to_answer` are the proposals that wait for an answer."""

    task: Task
    propose: bool
    set_dates: bool
    withdraw: bool
    restore: bool
    report: bool
    report_on_behalf: bool
    ask_support: bool
    end_support: bool
    to_answer: tuple[Assignment, ...]
    supports: tuple[Assignment, ...]
    cases: tuple[Supervision, ...]

    @property
    def anything(self) -> bool:
        """Tell whether there is any button to show."""
        return bool(
            self.propose
            or self.set_dates
            or self.withdraw
            or self.restore
            or self.report
            or self.ask_support
            or self.to_answer
            or self.cases
        )


def actions_for(actor: User | AnonymousUser, task: Task) -> Possible | None:
    """Return what `actor` may do with `task`, None for the public: two queries."""
    if not works_for_region(actor):
        return None
    office = coordinates(actor)
    assignments = list(
        Assignment.objects.visible_to(actor)
        .filter(task=task, state__in=("proposed", "accepted"))
        .select_related("authority__city")
        .order_by("proposed_at", "id")
    )
    own = [a for a in assignments if a.authority_id == actor.authority_id]
    led = task.lead_id is not None and task.lead_state == Task.LeadState.ACCEPTED
    leads = led and task.lead_id == actor.authority_id
    supports = any(a.role == "support" and a.state == "accepted" for a in own)
    is_open = not task.withdrawn_reason
    is_done = ladder.is_last(task.kind, task.stage)
    reports = is_open and not is_done and led
    asked = assignments if office else own
    return Possible(
        task=task,
        propose=office and is_open and not is_done,
        set_dates=office and is_open,
        withdraw=office and is_open,
        restore=office and not is_open,
        report=reports and (leads or supports or office),
        report_on_behalf=office and not leads and not supports,
        ask_support=is_open and (leads or office),
        end_support=is_open and (leads or office),
        to_answer=tuple(a for a in asked if a.state == "proposed") if is_open else (),
        supports=tuple(a for a in assignments if a.role == "support"),
        cases=tuple(
            Supervision.objects.visible_to(actor).filter(task=task, closed_on__isnull=True)
        ),
    )
