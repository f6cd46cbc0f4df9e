"""Where tasks stand: light with its reasons, ladder, lead and reports, for pages of few tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet

from conurb.plan import ladder, lights
from conurb.plan.climbing import Rung, Said, climb
from conurb.plan.light_reasons import why
from conurb.plan.lights import SILENT_AFTER, Light
from conurb.plan.models import Assignment, Evidence, Report, Task
from conurb.plan.queries.listing import leads
from conurb.region.models import Authority, in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User


@dataclass(frozen=True)
class Standing:
    """A task as `actor` may see it on `day`. Reports come latest first."""

    task: Task
    light: Light
    reasons: Sequence[str]
    rungs: Sequence[Rung]
    lead: Authority | None
    supports: Sequence[Authority]
    reports: Sequence[Report]

    @property
    def redated(self) -> bool:
        """Tell whether the due day is another than the words of the plan gave."""
        return self.task.due != self.task.due_as_written


def with_story(actor: User | AnonymousUser, tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Fetch with the tasks all that `standing` reads; a fixed number of queries."""
    reports = (
        Report.objects.visible_to(actor)
        .select_related("authority", "officer", "help_from", "corrects")
        .prefetch_related(Prefetch("evidence", Evidence.objects.visible_to(actor), to_attr="files"))
        .order_by("-sequence")
    )
    supports = (
        Assignment.objects.visible_to(actor)
        .filter(role="support", state="accepted")
        .select_related("authority")
        .order_by("authority__order")
    )
    return tasks.select_related("item__field__plan", "lead").prefetch_related(
        "places__place",
        "actors__authority",
        "cities",
        Prefetch("reports", reports, to_attr="told"),
        Prefetch("assignments", supports, to_attr="supported"),
    )


def standing(actor: User | AnonymousUser, task: Task, day: date) -> Standing:
    """Return where a task fetched by `with_story` stands."""
    reports: list[Report] = task.told  # type: ignore[attr-defined]
    for report in reports:
        report.task = task
    supported: Iterable[Assignment] = task.supported  # type: ignore[attr-defined]
    said = [Said(report.stage, report.made_on) for report in reversed(reports)]
    facts = _facts(task, reports[0] if reports else None)
    return Standing(
        task=task,
        light=task.light_on(day),
        reasons=[in_language(reason.zh, reason.en) for reason in why(facts, day)],
        rungs=climb(task.kind, task.stage, said),
        lead=leads(actor, task),
        supports=[assignment.authority for assignment in supported],
        reports=reports,
    )


def _facts(task: Task, latest: Report | None) -> lights.Facts:
    """Return the facts of the light from what is stored with the task."""
    silent_on = task.silent_on or task.start + SILENT_AFTER
    return lights.Facts(
        withdrawn=bool(task.withdrawn_reason),
        done=ladder.is_last(task.kind, task.stage),
        share=task.stage_now.share,
        start=task.start,
        due=task.due,
        last_sign=silent_on - SILENT_AFTER,
        obstacle_on=latest.made_on if latest and latest.obstacle else None,
    )
