"""Closing the supervision of a task as soon as its cause is gone."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from conurb.journal.actions import record
from conurb.plan.causes import Standing, causes
from conurb.plan.models import Report, Supervision, SupervisionStep, Task


def standing_of(task: Task) -> Standing:
    """Return what the causes of supervision depend on, for one task."""
    latest = Report.everything.filter(task=task).order_by("-sequence").first()
    return Standing(
        light_base=task.light_base,
        late_on=task.late_on,
        silent_on=task.silent_on,
        lead_state=task.lead_state,
        has_obstacle=bool(latest and latest.obstacle),
    )


def settle(task: Task, *, now: datetime | None = None) -> list[Supervision]:
    """Close the open cases of `task` whose cause no longer stands; return them.

    To be called in the transaction of the change, after the light was worked out anew.
    """
    open_cases = list(Supervision.everything.filter(task=task, closed_on__isnull=True))
    if not open_cases:
        return []
    moment = now or timezone.now()
    day = timezone.localdate(moment)
    standing = causes(standing_of(task), day)
    gone = [case for case in open_cases if case.reason not in standing]
    for case in gone:
        case.closed_on = day
        case.save(update_fields=["closed_on"])
        SupervisionStep.everything.create(
            supervision=case, action=SupervisionStep.Action.CLOSE, words="", by=None, at=moment
        )
        record(
            None,
            "supervision.settle",
            urn=task.urn,
            name=f"{task.number} {task.text_zh}",
            at=moment,
            cause=case.reason,
        )
    return gone
