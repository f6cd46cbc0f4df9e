"""The light of a task: a stated rule over its state, stage, dates and reports.

The first that applies:

1. withdrawn: the office withdrew the task, with a reason.
2. done: the task reached the last stage of its ladder.
3. late: its due day has passed.
4. at risk, from the earliest of these days on:
   the day its latest report named an obstacle;
   the day its stage fell more than a quarter of its time behind the ladder's even pace;
   the 60th day without a report.
5. not begun: no stage reached.
6. on course.

The rule is split in two, so that a list of 50,000 tasks can be filtered by light in the database:
`turnings` depends on the task alone and is stored with it whenever the task changes; `light_on`
adds the day. `conurb.plan.queries.lights.light_case` is the same second half in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Light = Literal["not-begun", "on-course", "at-risk", "late", "done", "withdrawn"]
LIGHTS: tuple[Light, ...] = get_args(Light)

LIGHT_NAMES: dict[Light, tuple[str, str]] = {
    "not-begun": ("未启动", "Not begun"),
    "on-course": ("正常推进", "On course"),
    "at-risk": ("存在风险", "At risk"),
    "late": ("已逾期", "Late"),
    "done": ("已完成", "Done"),
    "withdrawn": ("已撤销", "Withdrawn"),
}

SILENT_AFTER = timedelta(days=60)
DUE_SOON_WITHIN = timedelta(days=30)
BEHIND_BY = 0.25


@dataclass(frozen=True)
class Facts:
    """What the light depends on.

    `share` is that of the stage reached (0 to 1); `start` and `due` bound the task's time, `due`
    may be unknown; `last_sign` is the day of the latest report, or since when one could be
    expected; `obstacle_on` is the day of the latest report if that report names an obstacle.
    """

    withdrawn: bool
    done: bool
    share: float
    start: date
    due: date | None
    last_sign: date
    obstacle_on: date | None = None


@dataclass(frozen=True)
class Turnings:
    """The light at rest, and the days on which it turns; None where it never does."""

    base: Light
    at_risk_on: date | None
    late_on: date | None
    silent_on: date | None


def turnings(facts: Facts) -> Turnings:
    """Return when the light of a task with these facts turns if nothing more is reported."""
    if facts.withdrawn:
        return Turnings("withdrawn", None, None, None)
    if facts.done:
        return Turnings("done", None, None, None)
    silent_on = facts.last_sign + SILENT_AFTER
    days = [silent_on]
    if facts.obstacle_on is not None:
        days.append(facts.obstacle_on)
    if facts.due is not None:
        days.append(behind_on(facts.start, facts.due, facts.share))
    return Turnings(
        base="not-begun" if facts.share == 0 else "on-course",
        at_risk_on=min(days),
        late_on=None if facts.due is None else facts.due + timedelta(days=1),
        silent_on=silent_on,
    )


def behind_on(start: date, due: date, share: float) -> date:
    """Return the day on which a stage of this share is more than a quarter of the time behind."""
    length = max((due - start).days, 0)
    return min(start, due) + timedelta(days=int(length * min(share + BEHIND_BY, 1.0)) + 1)


def light_on(turn: Turnings, day: date) -> Light:
    """Return the light on `day`."""
    if turn.late_on is not None and turn.late_on <= day:
        return "late"
    if turn.at_risk_on is not None and turn.at_risk_on <= day:
        return "at-risk"
    return turn.base
