"""Which authority a task is proposed to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.proposing import Competent, SubjectWords, propose, subjects_in

ROAD = SubjectWords("road", "公路", "roads", ("公路", "大道", "道路"))
SCHOOL = SubjectWords("school", "教育", "schools", ("学校", "小学"))
EXPRESS = SubjectWords("expressway", "高速公路", "expressways", ("高速公路",))
SUBJECTS = (ROAD, SCHOOL, EXPRESS)
CITIES = ("A", "B", "C")
NAMES = {"A": ("甲市", "A-town"), "B": ("乙市", "B-town"), "C": ("丙市", "C-town")}
OFFICE = Competent("office", "", frozenset(), is_office=True)
AUTHORITIES = (
    OFFICE,
    Competent("a-roads", "A", frozenset({"road", "expressway"})),
    Competent("b-roads", "B", frozenset({"road", "expressway"})),
    Competent("b-everything", "B", frozenset({"road", "school", "expressway"})),
    Competent("c-schools", "C", frozenset({"school"})),
)


def proposal(text, *cities, authorities=AUTHORITIES):
    return propose(text, cities, SUBJECTS, authorities, CITIES, NAMES)


def test_the_city_of_the_place_leads_and_the_reason_says_so():
    made = proposal("拓宽乙市环城大道", "B")
    assert (made.lead, made.supports, made.subject) == ("b-roads", (), "road")
    assert "大道" in made.reason_zh
    assert "乙市" in made.reason_zh
    assert "B-town" in made.reason_en


def test_of_two_cities_the_first_named_leads_and_the_other_supports():
    made = proposal("甲乙两市大道对接", "B", "A")
    assert (made.lead, made.supports) == ("b-roads", ("a-roads",))


def test_without_a_city_the_first_of_the_region_leads_and_the_others_support():
    made = proposal("三市道路互联互通")
    assert (made.lead, made.supports) == ("a-roads", ("b-roads",))


def test_an_authority_of_the_region_leads_before_a_city():
    regional = Competent("region-roads", "", frozenset({"road"}))
    made = proposal("三市道路互联互通", authorities=(*AUTHORITIES, regional))
    assert made.lead == "region-roads"
    assert made.supports == ("a-roads", "b-roads")


def test_a_longer_word_takes_the_shorter_one_inside_it():
    assert subjects_in("修编高速公路规划", SUBJECTS) == {"expressway": ("高速公路",)}


def test_the_narrower_authority_is_preferred():
    assert proposal("乙市大道", "B").lead == "b-roads"


def test_where_the_city_has_no_such_authority_another_leads():
    made = proposal("丙市大道", "C")
    assert made.lead == "a-roads"
    assert "无对应部门" in made.reason_zh


def test_without_a_subject_the_office_keeps_it():
    made = proposal("探索新模式", "A")
    assert made.lead == "office"
    assert "人工指定" in made.reason_zh


def test_a_region_without_an_office_is_told_so():
    with pytest.raises(ValueError, match=r"region\.toml"):
        proposal("大道", authorities=AUTHORITIES[1:])


@given(
    st.text("公路大道学校小高速市一二", max_size=30),
    st.lists(st.sampled_from(CITIES), unique=True, max_size=3),
)
def test_there_is_always_one_lead_who_does_not_support_himself(text, cities):
    made = proposal(text, *cities)
    keys = {authority.key for authority in AUTHORITIES}
    assert made.lead in keys
    assert made.lead not in made.supports
    assert set(made.supports) <= keys
    assert made.reason_zh
    assert made.reason_en
