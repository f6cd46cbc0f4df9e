"""The monthly bulletin (工作通报), composed from the reports.

A report belongs to the month of the day it speaks of; if it was recorded only after the bulletin of
that month was issued, it belongs to the first month after it whose bulletin was not issued by then.
So every report stands in exactly one bulletin, and none is lost.

What stands in a bulletin follows from the reports up to its month: a task moved when the last of
the month's reports names a higher stage than the last report before them; it was done when it
thereby reached the last stage of its ladder; its light is that of `conurb.plan.lights` on the
bulletin's day. A task of several cities counts in each of them, so the cities do not add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from conurb.plan import ladder
from conurb.plan.lights import LIGHT_NAMES, LIGHTS, Facts, Light, light_on, turnings


@dataclass(frozen=True)
class Text:
    """A text in Chinese, and in English where somebody wrote it."""

    zh: str
    en: str = ""

    def read(self, language: str) -> str:
        """Return the text in a language ("zh-hans", "en"); Chinese where English is missing."""
        return (self.en or self.zh) if language.startswith("en") else self.zh


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month a day is in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Month:
        """The month after."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def previous(self) -> Month:
        """The month before."""
        return Month.of(self.first - timedelta(days=1))


@dataclass(frozen=True)
class ReportFacts:
    """A report: the stage it names, its words, and when it was recorded (an aware moment)."""

    stage: str
    words: Text
    made_on: date
    recorded_at: datetime
    recorded_on: date
    obstacle: str = ""
    help_from: Text | None = None


@dataclass(frozen=True)
class TaskFacts:
    """A task with its history.

    `reports` stand in order; `redated` holds the days on which the due day was changed and what it
    was before, in order; `given_on` is the day its lead accepted it; `cities` are codes.
    """

    key: str
    number: str
    field_number: str
    text: Text
    kind: str
    start: date
    cities: tuple[str, ...] = ()
    lead: Text | None = None
    given_on: date | None = None
    due: date | None = None
    redated: tuple[tuple[date, date | None], ...] = ()
    withdrawn_on: date | None = None
    reports: tuple[ReportFacts, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a task stood on the bulletin's day, and what the month's reports did to it."""

    task: TaskFacts
    light: Light
    stage: ladder.Stage
    due: date | None
    heard: tuple[ReportFacts, ...]
    latest: ReportFacts | None
    moved: bool
    completed: bool


@dataclass(frozen=True)
class Figures:
    """Counts of tasks; `reports` counts the month's reports."""

    tasks: int
    lights: dict[Light, int]
    moved: int
    completed: int
    reports: int

    def of(self, light: Light) -> int:
        """Return how many show this light."""
        return self.lights.get(light, 0)


@dataclass(frozen=True)
class Row:
    """The figures of one field (key is its number) or one city (key is its code)."""

    key: str
    name: Text
    figures: Figures


@dataclass(frozen=True)
class Progress:
    """What a task's last report of the month says."""

    key: str
    number: str
    task: Text
    lead: Text | None
    words: Text
    stage: Text
    reported_on: date
    moved: bool
    completed: bool


@dataclass(frozen=True)
class FieldProgress:
    """The progress of one field: those that moved first."""

    number: str
    name: Text
    entries: tuple[Progress, ...]

    @property
    def moved(self) -> tuple[Progress, ...]:
        """Those that climbed a stage or more."""
        return tuple(entry for entry in self.entries if entry.moved)

    @property
    def unmoved(self) -> tuple[Progress, ...]:
        """Those that reported at an unchanged stage."""
        return tuple(entry for entry in self.entries if not entry.moved)


@dataclass(frozen=True)
class Stuck:
    """A task that is late, or whose latest report names an obstacle, or both."""

    key: str
    number: str
    task: Text
    lead: Text | None
    due: date | None
    days_late: int
    blocked: bool
    obstacle: str = ""
    help_from: Text | None = None


@dataclass(frozen=True)
class Coming:
    """A task due next month."""

    key: str
    number: str
    task: Text
    lead: Text | None
    due: date
    stage: Text


@dataclass(frozen=True)
class Content:
    """A whole bulletin. `number` and `issued_on` are known once it is issued."""

    year: int
    month: int
    as_of: date
    region: Text
    office: Text
    total: Figures
    fields: tuple[Row, ...]
    cities: tuple[Row, ...]
    progress: tuple[FieldProgress, ...]
    stuck: tuple[Stuck, ...]
    coming: tuple[Coming, ...]
    unowned: int
    number: int | None = None
    issued_on: date | None = None
    plan_year: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON, as kept with an issued bulletin."""
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Content:
        """Return the content that `to_json` gave; raises ValueError for anything else."""
        return _ADAPTER.validate_python(kept)

    def for_public(self) -> Content:
        """Leave out what only officers read: the words of obstacles and whose help is needed."""
        return replace(
            self, stuck=tuple(replace(s, obstacle="", help_from=None) for s in self.stuck)
        )


_ADAPTER: TypeAdapter[Content] = TypeAdapter(Content)


@dataclass(frozen=True)
class Frame:
    """What a bulletin is about: the region, who issues it, its fields and cities in order."""

    region: Text
    office: Text
    plan_year: int
    fields: tuple[tuple[str, Text], ...]
    cities: tuple[tuple[str, Text], ...]


REGION_WIDE = Text("区域整体（未指明城市）", "Whole region (no city named)")


def month_of(report: ReportFacts, issued: Mapping[Month, datetime]) -> Month:
    """Return the month whose bulletin tells this report. `issued` says when bulletins went out."""
    month = Month.of(report.made_on)
    while month in issued and report.recorded_at > issued[month]:
        month = month.next
    return month


def compose(
    frame: Frame,
    month: Month,
    as_of: date,
    tasks: Iterable[TaskFacts],
    issued: Mapping[Month, datetime],
) -> Content:
    """Compose the bulletin of a month as it stands on the day `as_of`.

    `issued` holds when bulletins of other months went out; the month's own must not be in it.
    """
    stands = [standing(task, month, as_of, issued) for task in tasks]
    return Content(
        year=month.year,
        month=month.month,
        as_of=as_of,
        region=frame.region,
        office=frame.office,
        plan_year=frame.plan_year,
        total=figures(stands),
        fields=tuple(
            Row(number, name, figures([s for s in stands if s.task.field_number == number]))
            for number, name in frame.fields
        ),
        cities=tuple(_by_city(frame, stands)),
        progress=tuple(_progress(frame, stands)),
        stuck=_stuck(stands, as_of),
        coming=_coming(stands, month.next),
        unowned=sum(1 for s in stands if _is_unowned(s, as_of)),
    )


def standing(
    task: TaskFacts, month: Month, as_of: date, issued: Mapping[Month, datetime]
) -> Standing:
    """Return where a task stands at the end of a month and what the month did to it."""
    months = [(month_of(report, issued), report) for report in task.reports]
    known = [report for told, report in months if told <= month]
    heard = tuple(report for told, report in months if told == month)
    earlier = [report for told, report in months if told < month]
    stage = _stage(task.kind, known[-1].stage if known else ladder.NOT_BEGUN.key)
    before = _stage(task.kind, earlier[-1].stage if earlier else ladder.NOT_BEGUN.key)
    due = _due_on(task, as_of)
    latest = known[-1] if known else None
    since = task.given_on if task.given_on and task.given_on <= as_of else task.start
    facts = Facts(
        withdrawn=task.withdrawn_on is not None and task.withdrawn_on <= as_of,
        done=stage.share >= 1,
        share=stage.share,
        start=task.start,
        due=due,
        last_sign=max(latest.recorded_on, since) if latest else since,
        obstacle_on=latest.made_on if latest and latest.obstacle else None,
    )
    return Standing(
        task=task,
        light=light_on(turnings(facts), as_of),
        stage=stage,
        due=due,
        heard=heard,
        latest=latest,
        moved=bool(heard) and stage.share > before.share,
        completed=bool(heard) and stage.share >= 1 > before.share,
    )


def figures(stands: Sequence[Standing]) -> Figures:
    """Count some tasks."""
    return Figures(
        tasks=len(stands),
        lights={light: sum(1 for s in stands if s.light == light) for light in LIGHTS},
        moved=sum(1 for s in stands if s.moved),
        completed=sum(1 for s in stands if s.completed),
        reports=sum(len(s.heard) for s in stands),
    )


def summary(content: Content, language: str) -> str:
    """Return the sentence or two that say how the plan stands."""
    total = content.total
    spoken = [light for light in _SPOKEN if total.of(light)]
    if language.startswith("en"):
        lights = ", ".join(f"{total.of(light)} {LIGHT_NAMES[light][1].lower()}" for light in spoken)
        lights = f": {lights}" if lights else ""
        unowned = (
            f" {content.unowned} have not been accepted by a lead authority."
            if content.unowned
            else ""
        )
        return (
            f"On {content.as_of.day} {content.as_of:%B %Y} the plan holds {total.tasks} "
            f"tasks{lights}. "
            f"In the month {total.reports} progress reports came in; {total.moved} tasks moved up "
            f"a stage, and {total.completed} of them were completed.{unowned}"
        )
    lights = "，".join(f"{LIGHT_NAMES[light][0]}{total.of(light)}项" for light in spoken)
    lights = f"，其中{lights}" if lights else ""
    unowned = f"尚有{content.unowned}项未明确牵头单位。" if content.unowned else ""
    day = content.as_of
    return (
        f"截至{day.year}年{day.month}月{day.day}日，任务清单共{total.tasks}项任务{lights}。"
        f"本月收到进展报告{total.reports}份，{total.moved}项任务阶段取得进展，"
        f"其中{total.completed}项办结。{unowned}"
    )


_SPOKEN: tuple[Light, ...] = ("done", "on-course", "at-risk", "late", "not-begun", "withdrawn")


def _stage(kind: str, key: str) -> ladder.Stage:
    """The stage of this key; of another ladder where the task's kind was changed since."""
    try:
        return ladder.stage_of(kind, key)
    except ladder.UnknownStageError:
        elsewhere = (s for rungs in ladder.LADDERS.values() for s in rungs if s.key == key)
        return next(elsewhere)


def _is_unowned(stand: Standing, day: date) -> bool:
    given = stand.task.given_on
    return stand.light not in {"done", "withdrawn"} and (given is None or given > day)


def _due_on(task: TaskFacts, day: date) -> date | None:
    later = (before for changed, before in task.redated if changed > day)
    return next(later, task.due)


def _by_city(frame: Frame, stands: Sequence[Standing]) -> Iterator[Row]:
    for code, name in frame.cities:
        yield Row(code, name, figures([s for s in stands if code in s.task.cities]))
    nowhere = [s for s in stands if not s.task.cities]
    if nowhere:
        yield Row("region", REGION_WIDE, figures(nowhere))


def _progress(frame: Frame, stands: Sequence[Standing]) -> Iterator[FieldProgress]:
    for number, name in frame.fields:
        told = [s for s in stands if s.task.field_number == number and s.heard]
        if told:
            told.sort(key=lambda s: (not s.completed, not s.moved))
            yield FieldProgress(number, name, tuple(_entry(s) for s in told))


def _entry(stand: Standing) -> Progress:
    last = stand.heard[-1]
    return Progress(
        key=stand.task.key,
        number=stand.task.number,
        task=stand.task.text,
        lead=stand.task.lead,
        words=last.words,
        stage=Text(stand.stage.zh, stand.stage.en),
        reported_on=last.made_on,
        moved=stand.moved,
        completed=stand.completed,
    )


def _stuck(stands: Sequence[Standing], as_of: date) -> tuple[Stuck, ...]:
    rows = []
    for stand in stands:
        if stand.light in {"done", "withdrawn"}:
            continue
        late = (as_of - stand.due).days if stand.light == "late" and stand.due else 0
        said = stand.latest if stand.latest and stand.latest.obstacle else None
        if late or said:
            rows.append(
                Stuck(
                    key=stand.task.key,
                    number=stand.task.number,
                    task=stand.task.text,
                    lead=stand.task.lead,
                    due=stand.due,
                    days_late=late,
                    blocked=said is not None,
                    obstacle=said.obstacle if said else "",
                    help_from=said.help_from if said else None,
                )
            )
    rows.sort(key=lambda row: -row.days_late)
    return tuple(rows)


def _coming(stands: Sequence[Standing], month: Month) -> tuple[Coming, ...]:
    rows = [
        Coming(
            key=s.task.key,
            number=s.task.number,
            task=s.task.text,
            lead=s.task.lead,
            due=s.due,
            stage=Text(s.stage.zh, s.stage.en),
        )
        for s in stands
        if s.due is not None
        and month.first <= s.due <= month.last
        and s.light not in {"done", "withdrawn"}
    ]
    rows.sort(key=lambda row: row.due)
    return tuple(rows)
