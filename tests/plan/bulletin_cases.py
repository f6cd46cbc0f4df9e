"""A small plan in plain values, from which the tests of bulletins compose."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from conurb.plan.bulletins import Frame, ReportFacts, TaskFacts, Text

FRAME = Frame(
    region=Text("长株潭", "Chang-Zhu-Tan"),
    office=Text("长株潭一体化发展事务中心", "Integration Office"),
    plan_year=2021,
    fields=(("1", Text("规划同图", "One planning map")), ("2", Text("设施同网", "One network"))),
    cities=(("430100", Text("长沙市", "Changsha")), ("430200", Text("株洲市", "Zhuzhou"))),
)


def told(stage: str, day: date, **more: Any) -> ReportFacts:
    """A report recorded on the day it speaks of, unless said otherwise."""
    recorded_on = more.pop("recorded_on", day)
    return ReportFacts(
        stage=stage,
        words=more.pop("words", Text(f"已到{stage}阶段。", f"Reached {stage}.")),
        made_on=day,
        recorded_at=datetime(recorded_on.year, recorded_on.month, recorded_on.day, 4, tzinfo=UTC),
        recorded_on=recorded_on,
        **more,
    )


def task(number: str, *reports: ReportFacts, **more: Any) -> TaskFacts:
    """A plan task of field 1, begun with the year 2026."""
    return TaskFacts(
        **{
            "key": number,
            "number": number,
            "field_number": number[0],
            "text": Text(f"任务{number}。", f"Task {number}"),
            "kind": "plan",
            "start": date(2026, 1, 1),
            "reports": reports,
            **more,
        }
    )
