"""Whether a pass is granted: rule by rule, on the region's own zones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.sames.platform.granting import Facts, OtherPass, deciding_city, judge, reasons
from conurb.sames.platform.validity import Validity
from tests.sames.platform.conftest import TODAY, application

FACTS = Facts(TODAY)
RIVER = "[[112.94,28.1925],[112.98,28.196]]"
AROUND = {"corridors": ["K8"], "destination": "430200"}


def failing(judged):
    return [(each.rule, each.blocking) for each in judged.results if not each.passed]


def test_food_to_the_centre_of_zhuzhou_is_granted_by_rule(rules, data):
    judged = judge(data, rules, FACTS)
    assert judged.granted
    assert [zone.code for zone in judged.opened] == ["B1"]
    assert judged.cities == ("430200",)
    said = reasons(judged.results)
    assert "株洲中心城区" in said.zh
    assert "Centre of Zhuzhou" in said.en


def test_a_bridge_closed_to_all_stands_in_the_way_and_is_named(rules):
    judged = judge(application(corridors=["K2"], drawn=RIVER, destination="430100"), rules, FACTS)
    closed = [each for each in judged.results if each.zone == "A5"]
    assert closed
    assert closed[0].blocking
    assert not closed[0].passed
    assert "凭通行证也不得通行" in closed[0].text.zh
    assert not judged.possible
    assert not judged.granted


def test_at_night_no_pass_is_needed(rules):
    judged = judge(application(from_time="22:30", until_time="05:00"), rules, FACTS)
    assert failing(judged) == [("needed", True)]


def test_outside_every_zone_no_pass_is_needed(rules):
    assert failing(judge(application(**AROUND), rules, FACTS)) == [("needed", True)]


def test_a_new_energy_van_needs_none_but_in_the_rush_hour(rules):
    van = {
        "plate": "湘BF00001",
        "energy": "electric",
        "stage": "",
        "mass_kg": 3000,
        "length_m": 5,
        "body": "box",
        "corridors": ["K2"],
        "destination": "430100",
        "purpose": "express",
    }
    judged = judge(application(**van), rules, FACTS)
    assert failing(judged) == [("needed", True)]
    assert "不受限行" in judged.results[-2].text.zh or any(
        "不受限行" in each.text.zh for each in judged.results
    )
    rush = judge(application(**van, from_time="08:00"), rules, FACTS)
    assert rush.granted
    assert [zone.code for zone in rush.opened] == ["A1"]


@pytest.mark.parametrize(
    ("changes", "rule", "blocking"),
    [
        ({"purpose": "dangerous"}, "purpose", True),
        ({"purpose": "construction"}, "restriction", False),
        ({"stage": "4"}, "restriction", False),
        ({"plate": "湘BF00001"}, "vehicle", True),
        ({"first_day": (TODAY + timedelta(days=31)).isoformat()}, "validity", True),
        ({"purpose": "construction", "term": "year"}, "validity", True),
        ({"destination": "430300"}, "route", True),
        ({"plate": "湘B"}, "complete", True),
        ({"corridors": [], "drawn": ""}, "complete", True),
        ({"drawn": "[[1,2],[3"}, "complete", True),
        ({"renews": "00"}, "renewal", True),
    ],
)
def test_what_does_not_pass(rules, changes, rule, blocking):
    judged = judge(application(**changes), rules, FACTS)
    assert (rule, blocking) in failing(judged)
    assert not judged.granted
    assert judged.possible is not blocking


def test_a_day_that_is_past_begins_with_the_decision(rules):
    begun = judge(application(first_day=(TODAY - timedelta(days=3)).isoformat()), rules, FACTS)
    assert begun.granted
    assert any("自决定之日起" in each.text.zh for each in begun.results)
    over = judge(application(first_day=(TODAY - timedelta(days=60)).isoformat()), rules, FACTS)
    assert ("validity", True) in failing(over)


def test_dangerous_goods_are_led_to_their_own_procedure(rules):
    (only,) = judge(application(purpose="dangerous", plate=""), rules, FACTS).results
    assert "危险化学品运输车辆通行许可" in only.text.zh
    assert "第四十九条" in only.source
    assert only.field == "purpose"


def test_an_old_diesel_is_kept_out_of_xiangtan(rules):
    old = application(corridors=["K7"], destination="430300", stage="3")
    judged = judge(old, rules, FACTS)
    assert any(each.zone == "C5" and each.blocking for each in judged.results)


def test_a_full_zone_is_for_an_officer(rules, data):
    quota = rules.zone_by_code["B1"].quota
    full = Facts(TODAY, {"B1": [(TODAY, TODAY)] * quota})
    assert failing(judge(data, rules, full)) == [("quota", False)]
    nearly = Facts(TODAY, {"B1": [(TODAY, TODAY)] * (quota - 1)})
    assert judge(data, rules, nearly).granted


def test_points_at_the_limit_are_for_an_officer(rules, data):
    limit = rules.thresholds.withdraw_at
    assert failing(judge(data, rules, Facts(TODAY, points=limit))) == [("points", False)]
    assert judge(data, rules, Facts(TODAY, points=limit - 1)).granted


def test_after_a_withdrawal_an_officer_decides_for_a_time(rules, data):
    lately = Facts(TODAY, withdrawn_on=TODAY - timedelta(days=10))
    assert failing(judge(data, rules, lately)) == [("withdrawn", False)]
    long_ago = TODAY - timedelta(days=rules.thresholds.no_rule_days)
    assert judge(data, rules, Facts(TODAY, withdrawn_on=long_ago)).granted


def test_a_second_pass_for_the_same_zone_is_for_an_officer(rules, data):
    other = OtherPass("aa", frozenset({"B1"}), Validity(TODAY, TODAY + timedelta(days=5)))
    assert failing(judge(data, rules, Facts(TODAY, others=(other,)))) == [("twice", False)]
    elsewhere = OtherPass("aa", frozenset({"A1"}), other.validity)
    assert judge(data, rules, Facts(TODAY, others=(elsewhere,))).granted


def test_a_renewal_runs_on_from_the_old_pass(rules):
    current = OtherPass("aa", frozenset({"B1"}), Validity(TODAY - timedelta(days=28), TODAY))
    facts = Facts(
        TODAY,
        others=(current,),
        renewing=current,
        renewing_plate="湘BYS001",
        renewing_city="430200",
    )
    judged = judge(application(renews="aa"), rules, facts)
    assert judged.granted
    assert judged.application is not None
    assert judged.application.validity == Validity(TODAY, TODAY + timedelta(days=31))


@pytest.mark.parametrize("changes", [{"renewing_plate": "湘BYS002"}, {"renewing_city": "430100"}])
def test_a_renewal_is_of_the_same_vehicle_by_the_same_city(rules, changes):
    current = OtherPass("aa", frozenset({"B1"}), Validity(TODAY - timedelta(days=28), TODAY))
    values = {"renewing_plate": "湘BYS001", "renewing_city": "430200", **changes}
    judged = judge(application(renews="aa"), rules, Facts(TODAY, renewing=current, **values))
    assert ("renewal", True) in failing(judged)


def test_a_pass_is_not_renewed_long_before_its_end(rules):
    current = OtherPass("aa", frozenset({"B1"}), Validity(TODAY, TODAY + timedelta(days=90)))
    facts = Facts(TODAY, renewing=current, renewing_plate="湘BYS001", renewing_city="430200")
    assert ("renewal", True) in failing(judge(application(renews="aa"), rules, facts))


def test_the_city_that_decides_follows_from_the_route(rules):
    assert deciding_city(application(), rules) == "430200"
    three = application(corridors=["K2", "K3", "K7"], destination="430300")
    assert deciding_city(three, rules) == "430300"
    # the destination needs no pass: the city in whose zones the route runs longest decides
    through = application(corridors=["K2", "K4"], destination="430200")
    assert deciding_city(through, rules) == "430100"
    assert deciding_city({"destination": "430300"}, rules) == "430300"


@settings(max_examples=60)
@given(
    corridors=st.lists(st.sampled_from([f"K{n}" for n in range(1, 9)]), min_size=1),
    destination=st.sampled_from(["430100", "430200", "430300"]),
    mass=st.integers(1000, 30_000),
    stage=st.sampled_from(["3", "4", "5", "6"]),
    purpose=st.sampled_from(["livelihood", "express", "construction", "other"]),
    begin=st.integers(0, 23),
    end=st.integers(0, 23),
    points=st.integers(0, 20),
)
def test_what_is_granted_is_open_in_every_hour_asked_for(
    rules, corridors, destination, mass, stage, purpose, begin, end, points
):
    data = application(
        corridors=corridors,
        destination=destination,
        mass_kg=mass,
        stage=stage,
        purpose=purpose,
        from_time=f"{begin:02d}:00",
        until_time=f"{end:02d}:00",
        term="week",
    )
    judged = judge(data, rules, Facts(TODAY, points=points))
    if judged.granted:
        assert judged.opened
        assert points < rules.thresholds.withdraw_at
        assert all(met.rule.opened == "rule" for met in judged.met)
        assert all(purpose in met.rule.purposes for met in judged.met)
    assert judged.granted <= judged.possible
    # what decides is one of the cities, whatever was asked
    assert deciding_city(data, rules) in rules.outlines
    # the same question has the same answer
    assert judge(data, rules, Facts(TODAY, points=points)) == judged
