"""When each stage of a ladder was reached."""

from datetime import date

from conurb.plan.climbing import Said, climb

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))


def days(rungs):
    return {rung.stage.key: rung.on for rung in rungs}


def states(rungs):
    return [rung.state for rung in rungs]


def test_a_task_that_reported_nothing_stands_on_the_ground():
    rungs = climb("plan", "not-begun", [])
    assert states(rungs) == ["current", *["ahead"] * 5]
    assert set(days(rungs).values()) == {None}


def test_a_stage_that_was_leapt_over_is_reached_with_the_one_above():
    rungs = climb("plan", "consulted", [Said("commissioned", JAN), Said("consulted", MAR)])
    assert days(rungs)["commissioned"] == JAN
    assert days(rungs)["drafted"] == days(rungs)["consulted"] == MAR
    assert states(rungs) == ["reached", "reached", "reached", "current", "ahead", "ahead"]


def test_a_stage_lost_and_won_again_is_dated_by_the_second_time():
    said = [Said("drafted", JAN), Said("commissioned", FEB), Said("drafted", APR)]
    rungs = climb("plan", "drafted", said)
    assert days(rungs)["commissioned"] == JAN
    assert days(rungs)["drafted"] == APR


def test_reports_of_another_ladder_and_stages_above_tell_no_day():
    rungs = climb("build", "preliminary", [Said("consulted", JAN), Said("preliminary", FEB)])
    assert days(rungs)["preliminary"] == FEB
    assert days(climb("plan", "drafted", [Said("adopted", JAN)]))["adopted"] is None
