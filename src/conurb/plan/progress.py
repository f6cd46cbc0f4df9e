"""The lights of past days, worked out again from what was reported until then.

The due day counts as it stands today: a task that was re-dated is judged by its new day throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from conurb.plan import lights
from conurb.plan.tally import Tally


@dataclass(frozen=True)
class Said:
    """What a report changed: when it was handed in, and the share (0 to 1) of the ladder reached.

    `obstacle_on` is the day the report speaks of, if it names an obstacle.
    """

    on: date
    share: float
    obstacle_on: date | None = None


@dataclass(frozen=True)
class Course:
    """A task through time. `since` is the day its lead took it, or its start; `said` in order."""

    start: date
    due: date | None
    since: date
    said: Sequence[Said] = ()


def month_ends(today: date, months: int) -> tuple[date, ...]:
    """Return the last days of the `months` months before that of `today`, oldest first."""
    ends: list[date] = []
    day = today.replace(day=1) - timedelta(days=1)
    for _ in range(months):
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return tuple(reversed(ends))


def light_then(course: Course, day: date) -> lights.Light:
    """Return the light a task showed at the end of `day`."""
    known = [said for said in course.said if said.on <= day]
    return _light(course, known[-1] if known else None, day)


def tallies(courses: Iterable[Course], days: Sequence[date]) -> tuple[Tally, ...]:
    """Return the number of tasks by light on each of `days`, which are in ascending order."""
    counts: list[dict[lights.Light, int]] = [dict.fromkeys(lights.LIGHTS, 0) for _ in days]
    for course in courses:
        latest: Said | None = None
        at = 0
        for day, count in zip(days, counts, strict=True):
            while at < len(course.said) and course.said[at].on <= day:
                latest = course.said[at]
                at += 1
            count[_light(course, latest, day)] += 1
    return tuple(Tally(count) for count in counts)


def _light(course: Course, latest: Said | None, day: date) -> lights.Light:
    if latest is None and day < course.since:
        # nobody could report yet; only the due day speaks
        return "late" if course.due is not None and course.due < day else "not-begun"
    share = latest.share if latest else 0.0
    facts = lights.Facts(
        withdrawn=False,
        done=share >= 1,
        share=share,
        start=course.start,
        due=course.due,
        last_sign=max(latest.on, course.since) if latest else course.since,
        obstacle_on=latest.obstacle_on if latest else None,
    )
    return lights.light_on(lights.turnings(facts), day)
