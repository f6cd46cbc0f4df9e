"""The lights of past days, worked out again from what was reported until then.

The due day counts as it stands today: a task that was re-dated is judged by its new day throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    return _shown(course, known[-1] if known else None, day)


def tallies(courses: Iterable[Course], days: Sequence[date]) -> tuple[Tally, ...]:
    """Return the number of tasks by light on each of `days`, which are in ascending order."""
    counts: list[dict[lights.Light, int]] = [dict.fromkeys(lights.LIGHTS, 0) for _ in days]
    for course in courses:
        for count, light in zip(counts, _lights(course, days), strict=True):
            count[light] += 1
    return tuple(Tally(count) for count in counts)


def _lights(course: Course, days: Sequence[date]) -> Iterator[lights.Light]:
    """Yield the light of each day; the turnings are worked out once between two reports."""
    latest: Said | None = None
    turn: lights.Turnings | None = None
    at = 0
    for day in days:
        while at < len(course.said) and course.said[at].on <= day:
            latest, turn = course.said[at], None
            at += 1
        if latest is None and day < course.since:
            yield _unheard(course, day)
        else:
            turn = turn or _turnings(course, latest)
            yield lights.light_on(turn, day)


def _shown(course: Course, latest: Said | None, day: date) -> lights.Light:
    if latest is None and day < course.since:
        return _unheard(course, day)
    return lights.light_on(_turnings(course, latest), day)


def _unheard(course: Course, day: date) -> lights.Light:
    """Return the light before anybody could report: only the due day speaks."""
    return "late" if course.due is not None and course.due < day else "not-begun"


def _turnings(course: Course, latest: Said | None) -> lights.Turnings:
    share = latest.share if latest else 0.0
    return lights.turnings(
        lights.Facts(
            withdrawn=False,
            done=share >= 1,
            share=share,
            start=course.start,
            due=course.due,
            last_sign=max(latest.on, course.since) if latest else course.since,
            obstacle_on=latest.obstacle_on if latest else None,
        )
    )
