"""Keeping a task's stored light in step with the task."""

from __future__ import annotations

from django.utils import timezone

from conurb.plan import ladder, lights
from conurb.plan.models import Report, Task

LIT_FIELDS = ("light_base", "at_risk_on", "late_on", "silent_on")


def facts_of(task: Task, latest: Report | None) -> lights.Facts:
    """Return what the light of `task` depends on; `latest` is its latest report, if any.

    A task without a report is expected to say something from the day it was given to its lead, or
    from its start where it has none yet.
    """
    given = (
        task.assignments(manager="everything")
        .filter(role="lead", state="accepted")
        .order_by("-answered_at")
        .values_list("answered_at", flat=True)
        .first()
    )
    since = timezone.localdate(given) if given else task.start
    sign = timezone.localdate(latest.created_at) if latest else since
    return lights.Facts(
        withdrawn=bool(task.withdrawn_reason),
        done=ladder.is_last(task.kind, task.stage),
        share=task.stage_now.share,
        start=task.start,
        due=task.due,
        last_sign=max(sign, since),
        obstacle_on=latest.made_on if latest and latest.obstacle else None,
    )


def refresh_light(task: Task) -> Task:
    """Work out the task's light anew and save it; to be called in the transaction of the change."""
    latest = Report.everything.filter(task=task).order_by("-sequence").first()
    turn = lights.turnings(facts_of(task, latest))
    task.light_base = turn.base
    task.at_risk_on = turn.at_risk_on
    task.late_on = turn.late_on
    task.silent_on = turn.silent_on
    task.save(update_fields=LIT_FIELDS)
    return task
