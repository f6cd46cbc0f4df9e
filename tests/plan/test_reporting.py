"""What may be said in a report, and why a task is supervised: the rules with plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.causes import REOPEN_AFTER, Standing, causes, may_reopen
from conurb.plan.ladder import KINDS, ladder_of
from conurb.plan.reporting import WORDS_LIMIT, Fault, Said, TaskThen, faults

TODAY = date(2026, 11, 24)
TASK = TaskThen("build", "designed", date(2026, 1, 1), withdrawn=False)
SAID = Said("started", "已正式开工建设。", TODAY, is_lead=True)


@pytest.mark.parametrize(
    ("task", "said", "fault"),
    [
        (replace(TASK, withdrawn=True), SAID, Fault.WITHDRAWN),
        (replace(TASK, stage="in-use"), SAID, Fault.DONE),
        (TASK, replace(SAID, words="  "), Fault.NO_WORDS),
        (TASK, replace(SAID, words="长" * (WORDS_LIMIT + 1)), Fault.TOO_LONG),
        (TASK, replace(SAID, obstacle="长" * (WORDS_LIMIT + 1)), Fault.TOO_LONG),
        (TASK, replace(SAID, stage="adopted"), Fault.UNKNOWN_STAGE),
        (TASK, replace(SAID, is_lead=False), Fault.NOT_LEAD),
        (TASK, replace(SAID, stage="approved", words="退回了"), Fault.LOWERED_WITHOUT_REASON),
        (TASK, replace(SAID, made_on=TODAY + timedelta(days=1)), Fault.IN_FUTURE),
        (TASK, replace(SAID, made_on=date(2025, 12, 31)), Fault.BEFORE_START),
        (TASK, replace(SAID, asks_help=True), Fault.HELP_WITHOUT_OBSTACLE),
        (
            TASK,
            replace(SAID, asks_help=True, obstacle="缺地", asks_itself=True),
            Fault.HELP_FROM_SELF,
        ),
    ],
)
def test_each_rule_is_named_when_it_is_broken(task: TaskThen, said: Said, fault: Fault) -> None:
    assert faults(task, said, TODAY) == (fault,)


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (TASK, SAID),
        (TASK, replace(SAID, stage="designed", is_lead=False)),
        (TASK, replace(SAID, stage="approved", words="因方案调整，退回立项批复阶段。")),
        (TASK, replace(SAID, stage="in-use")),
        (
            replace(TASK, stage="in-use"),
            replace(SAID, is_correction=True, words="误报竣工，现予更正为开工建设。"),
        ),
        (TASK, replace(SAID, obstacle="征拆滞后", asks_help=True)),
        (replace(TASK, start=date(2027, 1, 1)), SAID),
    ],
)
def test_what_is_in_order_may_be_said(task: TaskThen, said: Said) -> None:
    assert faults(task, said, TODAY) == ()


@given(st.sampled_from(KINDS), st.data())
def test_the_lead_may_report_every_stage_of_a_kind_with_enough_words(kind: str, data) -> None:  # type: ignore[no-untyped-def]
    stages = [stage.key for stage in ladder_of(kind)]
    now = data.draw(st.sampled_from(stages[:-1]))
    then = data.draw(st.sampled_from(stages))
    said = Said(then, "已按计划完成本阶段工作任务。", TODAY, is_lead=True)
    assert faults(TaskThen(kind, now, date(2026, 1, 1), withdrawn=False), said, TODAY) == ()


CALM = Standing(
    "on-course", TODAY + timedelta(days=1), TODAY + timedelta(days=1), "accepted", False
)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (CALM, set()),
        (replace(CALM, late_on=TODAY), {"overdue"}),
        (replace(CALM, late_on=None, silent_on=None), set()),
        (replace(CALM, silent_on=TODAY), {"silent"}),
        (replace(CALM, silent_on=TODAY, lead_state="proposed"), set()),
        (replace(CALM, has_obstacle=True), {"stuck"}),
        (replace(CALM, lead_state="returned"), {"returned"}),
        (
            replace(CALM, late_on=TODAY, silent_on=TODAY, has_obstacle=True),
            {"overdue", "silent", "stuck"},
        ),
        (replace(CALM, light_base="done", late_on=TODAY, has_obstacle=True), set()),
        (replace(CALM, light_base="withdrawn", lead_state="returned"), set()),
    ],
)
def test_causes_of_supervision(standing: Standing, expected: set[str]) -> None:
    assert causes(standing, TODAY) == expected


def test_a_case_closed_by_hand_rests_for_thirty_days() -> None:
    assert may_reopen(None, TODAY)
    assert not may_reopen(TODAY - REOPEN_AFTER + timedelta(days=1), TODAY)
    assert may_reopen(TODAY - REOPEN_AFTER, TODAY)
