"""Closing the supervision of a task as soon as its cause is gone."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, QuerySet
from django.utils import timezone

from conurb.journal.actions import record
from conurb.plan.causes import Standing, causes
from conurb.plan.models import Report, Supervision, SupervisionStep, Task


def settle(task: Task, *, now: datetime | None = None) -> list[Supervision]:
    """Close the open cases of `task` whose cause no longer stands; return them.

    To be called in the transaction of the change, after the light was worked out anew.
    """
    cases = list(_open_cases().filter(task=task))
    for case in cases:
        # what stands is the task as it was just changed, not as it was read with the case
        case.task = task
    return _close_settled(cases, now or timezone.now()) if cases else []


def settle_all(*, now: datetime | None = None) -> list[Supervision]:
    """Close every open case whose cause no longer stands; return them."""
    return _close_settled(list(_open_cases().select_related("task")), now or timezone.now())


def _open_cases() -> QuerySet[Supervision]:
    return Supervision.everything.filter(closed_on__isnull=True)


def _close_settled(cases: list[Supervision], moment: datetime) -> list[Supervision]:
    day = timezone.localdate(moment)
    stuck = _stuck({case.task_id for case in cases})
    gone = [case for case in cases if case.reason not in causes(_standing(case.task, stuck), day)]
    for case in gone:
        _close(case, moment)
    return gone


def _stuck(tasks: set[int]) -> set[int]:
    """Return which of the tasks named an obstacle in their latest report."""
    latest = Report.everything.filter(task__in=tasks, sequence=F("task__report_count"))
    return set(latest.exclude(obstacle="").values_list("task_id", flat=True))


def _standing(task: Task, stuck: set[int]) -> Standing:
    return Standing(
        light_base=task.light_base,
        late_on=task.late_on,
        silent_on=task.silent_on,
        lead_state=task.lead_state,
        has_obstacle=task.pk in stuck,
    )


def _close(case: Supervision, moment: datetime) -> None:
    case.closed_on = timezone.localdate(moment)
    case.save(update_fields=["closed_on"])
    SupervisionStep.everything.create(
        supervision=case, action=SupervisionStep.Action.CLOSE, words="", by=None, at=moment
    )
    record(
        None,
        "supervision.settle",
        urn=case.task.urn,
        name=f"{case.task.number} {case.task.text_zh}",
        at=moment,
        cause=case.reason,
    )
