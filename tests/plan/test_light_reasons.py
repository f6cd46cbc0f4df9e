"""Why a light shows: the reasons name what the rule of lights found."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.light_reasons import why
from conurb.plan.lights import Facts, light_on, turnings

DAY = date(2026, 11, 24)
CALM = Facts(
    withdrawn=False,
    done=False,
    share=0.5,
    start=date(2026, 1, 1),
    due=date(2027, 12, 31),
    last_sign=date(2026, 11, 10),
)


def zh(facts: Facts, day: date = DAY) -> str:
    return "；".join(reason.zh for reason in why(facts, day))


def test_a_silent_task_says_for_how_many_days():
    assert zh(replace(CALM, last_sign=DAY - timedelta(days=60))) == "已60天无报告"
    assert "已60天" not in zh(replace(CALM, last_sign=DAY - timedelta(days=59)))


def test_a_late_task_says_how_late_it_is_and_what_else_is_wrong():
    late = replace(CALM, due=DAY - timedelta(days=1), obstacle_on=DAY - timedelta(days=5))
    assert [reason.en for reason in why(late, DAY)] == [
        "Its due day passed 1 day ago",
        "The latest report names an obstacle",
    ]


def test_a_task_behind_its_pace_says_both_shares():
    behind = replace(CALM, share=0.2, due=date(2026, 12, 31))
    assert "时间已过90%" in zh(behind)
    assert "进度为20%" in zh(behind)


def test_done_and_withdrawn_say_so():
    assert zh(replace(CALM, done=True)) == "已到达末级阶段"
    assert zh(replace(CALM, withdrawn=True, done=True)) == "统筹机构已撤销此任务"


def test_a_calm_task_says_when_a_report_is_expected():
    assert "2027年1月9日" in zh(CALM)
    assert "尚未到达第一个阶段" in zh(replace(CALM, share=0.0, due=None))


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(
    st.builds(
        Facts,
        withdrawn=st.booleans(),
        done=st.booleans(),
        share=st.floats(0, 1),
        start=days,
        due=st.none() | days,
        last_sign=days,
        obstacle_on=st.none() | days,
    ),
    days,
)
def test_every_light_has_a_reason_in_both_languages(facts, day):
    reasons = why(facts, day)
    assert reasons
    assert all(reason.zh and reason.en for reason in reasons)
    silent = any("无报告" in reason.zh for reason in reasons)
    if silent:
        assert light_on(turnings(facts), day) in {"at-risk", "late"}
