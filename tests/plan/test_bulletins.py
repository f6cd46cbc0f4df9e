"""The rules by which a bulletin is composed from reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.bulletins import Content, Month, Text, compose, month_of, standing, summary
from tests.plan.bulletin_cases import FRAME, task, told

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
END = date(2026, 10, 31)


def october(*tasks):
    return compose(FRAME, OCTOBER, END, tasks, {})


def test_months_follow_each_other():
    assert Month(2026, 12).next == Month(2027, 1)
    assert Month(2026, 1).previous == Month(2025, 12)
    assert Month(2024, 2).last == date(2024, 2, 29)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_day_lies_in_its_month(day):
    month = Month.of(day)
    assert month.first <= day <= month.last
    assert month.next.previous == month


def test_a_task_that_climbs_moved():
    content = october(task("1.1-1", told("drafted", date(2026, 10, 5))))
    assert content.total.moved == 1
    assert content.total.completed == 0
    (field,) = content.progress
    assert (field.number, field.entries[0].stage.zh) == ("1", "形成草案")


def test_a_report_without_a_higher_stage_did_not_move_the_task():
    content = october(
        task("1.1-1", told("drafted", date(2026, 9, 5)), told("drafted", date(2026, 10, 5)))
    )
    assert content.total.moved == 0
    assert content.total.reports == 1
    assert not content.progress[0].entries[0].moved


def test_the_last_stage_completes_a_task_once():
    climbing = task(
        "1.1-1", told("submitted", date(2026, 9, 5)), told("adopted", date(2026, 10, 5))
    )
    content = october(climbing)
    assert content.total.completed == 1
    assert content.total.of("done") == 1
    later = compose(FRAME, NOVEMBER, NOVEMBER.last, [climbing], {})
    assert (later.total.completed, later.total.of("done")) == (0, 1)


def test_the_light_is_that_of_the_bulletins_day_and_not_of_today():
    overdue_later = task("1.1-1", told("adopted", date(2026, 11, 5)), due=date(2026, 10, 15))
    content = october(overdue_later)
    assert content.total.of("late") == 1
    assert content.stuck[0].days_late == 16


def test_a_due_day_changed_afterwards_does_not_change_the_past():
    moved_out = task(
        "1.1-1", due=date(2027, 1, 1), redated=((date(2026, 11, 3), date(2026, 10, 15)),)
    )
    assert october(moved_out).total.of("late") == 1
    assert compose(FRAME, NOVEMBER, NOVEMBER.last, [moved_out], {}).total.of("late") == 0


def test_a_task_withdrawn_afterwards_was_not_withdrawn_then():
    gone = task("1.1-1", withdrawn_on=date(2026, 11, 3))
    assert october(gone).total.of("withdrawn") == 0
    assert compose(FRAME, NOVEMBER, NOVEMBER.last, [gone], {}).total.of("withdrawn") == 1


def test_an_obstacle_stands_until_a_report_without_one():
    blocked = told("drafted", date(2026, 9, 20), obstacle="用地指标未落实", help_from=Text("省厅"))
    open_one = task("1.1-1", blocked)
    solved = task("1.1-2", blocked, told("drafted", date(2026, 10, 9)))
    (row,) = october(open_one, solved).stuck
    assert (row.number, row.obstacle, row.blocked) == ("1.1-1", "用地指标未落实", True)


def test_what_only_officers_read_is_left_out_for_the_public():
    content = october(
        task("1.1-1", told("drafted", date(2026, 10, 2), obstacle="秘", help_from=Text("省厅")))
    )
    (row,) = content.for_public().stuck
    assert (row.obstacle, row.help_from) == ("", None)
    assert row.blocked, "that something needs coordination is public, what it is is not"


def test_next_month_lists_what_falls_due_and_is_not_done():
    due = date(2026, 11, 20)
    content = october(
        task("1.1-1", due=due),
        task("1.1-2", told("adopted", date(2026, 5, 1)), due=due),
        task("1.1-3", due=date(2026, 12, 1)),
    )
    assert [row.number for row in content.coming] == ["1.1-1"]


def test_a_task_counts_in_each_of_its_cities_and_one_without_in_the_region():
    content = october(
        task("1.1-1", cities=("430100", "430200")), task("1.1-2", cities=("430100",)), task("2.1-1")
    )
    assert [(row.key, row.figures.tasks) for row in content.cities] == [
        ("430100", 2),
        ("430200", 1),
        ("region", 1),
    ]
    assert content.total.tasks == 3


def test_a_report_recorded_after_the_issue_is_told_in_the_next_bulletin():
    late = told("drafted", date(2026, 10, 30), recorded_on=date(2026, 11, 9))
    issued = {OCTOBER: datetime(2026, 11, 3, tzinfo=UTC)}
    assert month_of(late, {}) == OCTOBER
    assert month_of(late, issued) == NOVEMBER
    early = replace(late, recorded_at=datetime(2026, 11, 2, tzinfo=UTC))
    assert month_of(early, issued) == OCTOBER


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(min_value=0, max_value=90)
        ),
        max_size=12,
    ),
    st.sets(st.integers(min_value=1, max_value=12)),
)
def test_every_report_is_told_exactly_once(reports, issued_months):
    facts = [
        told("drafted", day, recorded_on=date.fromordinal(day.toordinal() + delay))
        for day, delay in reports
    ]
    issued = {Month(2026, m): datetime(2026, m, 28, tzinfo=UTC) for m in issued_months}
    one = task("1.1-1", *facts)
    months = [Month(2026, m) for m in range(1, 13)] + [Month(2027, m) for m in range(1, 13)]
    heard = [len(standing(one, month, month.last, issued).heard) for month in months]
    assert sum(heard) == len(facts)


def test_what_is_kept_is_what_was_composed():
    content = october(
        task(
            "1.1-1",
            told("drafted", date(2026, 10, 5), obstacle="缺资金"),
            lead=Text("长沙市发改委"),
            due=date(2026, 10, 10),
        ),
        task("2.1-1", due=date(2026, 11, 1)),
    )
    assert Content.from_json(content.to_json()) == content


def test_what_was_not_kept_by_us_is_refused():
    with pytest.raises(ValueError, match="as_of"):
        Content.from_json({"year": 2026, "month": 10})


def test_the_summary_says_the_figures_in_both_languages():
    content = october(
        task("1.1-1", told("adopted", date(2026, 10, 5))), task("1.1-2", due=date(2026, 10, 1))
    )
    zh, en = summary(content, "zh-hans"), summary(content, "en")
    assert "共2项任务" in zh
    assert "已完成1项" in zh
    assert "已逾期1项" in zh
    assert "其中1项办结" in zh
    assert "2 tasks" in en
    assert "1 late" in en
