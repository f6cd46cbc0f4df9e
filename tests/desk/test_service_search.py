"""Services are found by the words people use, in any part of a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.desk.life_events import LIFE_EVENTS, life_event
from conurb.desk.service_search import Entry, score, search, terms

PASS = Entry(
    "truck-pass",
    "货运车辆通行证 Freight vehicle pass",
    "货车 闯禁 入城证 truck pass",
    "开车运货 Driving and haulage 驾驶人 Drivers",
    "货车进入限行区域",
)
SCHOOL = Entry(
    "school",
    "随迁子女义务教育入学登记 School enrolment",
    "上学 转学 学位",
    "上学 Going to school",
    "在三市居住的外来人员子女申请就读",
)
PERMIT = Entry("permit", "居住证申领 Residence permit", "暂住证", "迁移 Moving", "居住半年以上")
EVERY = (PASS, SCHOOL, PERMIT)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("通行证", "truck-pass"),
        ("行证", "truck-pass"),
        ("我要办货车通行证", "truck-pass"),
        ("怎么办理入城证？", "truck-pass"),
        ("ＴＲＵＣＫ ｐａｓｓ", "truck-pass"),
        ("How do I get a residence permit", "permit"),
        ("入学", "school"),
        ("子女 学位", "school"),
        ("开车", "truck-pass"),
        ("居住证", "permit"),
    ],
)
def test_a_service_is_found_by(query: str, first: str) -> None:
    assert search(query, EVERY)[0] == first


@pytest.mark.parametrize("query", ["婚姻登记", "zzz", "通行证 婚姻"])
def test_what_no_service_is_called_finds_none(query: str) -> None:
    assert search(query, EVERY) == []


def test_the_name_counts_more_than_the_summary() -> None:
    named = Entry("a", "居住登记", "", "", "")
    told = Entry("b", "登记", "", "", "需要居住登记")
    assert search("居住登记", [told, named]) == ["a", "b"]


@pytest.mark.parametrize("query", ["", "   ", "，。？"])
def test_who_asks_for_nothing_sees_all(query: str) -> None:
    assert search(query, EVERY) == [each.key for each in EVERY]


def test_words_of_asking_alone_are_looked_for_as_they_stand() -> None:
    assert terms("我要申请") == ("我要申请",)


@given(st.sampled_from(EVERY), st.data())
def test_any_part_of_a_name_finds_its_service(entry: Entry, data: st.DataObject) -> None:
    name = entry.name.partition(" ")[0]
    start = data.draw(st.integers(0, len(name) - 2))
    end = data.draw(st.integers(start + 2, len(name)))
    assert score(entry, (name[start:end],)) > 0


@given(st.text(max_size=60))
def test_whatever_is_typed_is_answered_with_services_of_the_list(query: str) -> None:
    found = search(query, EVERY)
    assert len(set(found)) == len(found)
    assert set(found) <= {each.key for each in EVERY}


def test_an_event_that_is_not_on_the_list_goes_by_its_key() -> None:
    assert life_event("moon").name.zh == "moon"
    assert len({each.key for each in LIFE_EVENTS}) == len(LIFE_EVENTS)
