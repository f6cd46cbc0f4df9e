"""market.toml of a region: read whole, or refused with everything that is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conurb.region.folder import load_region
from conurb.region.problems import RegionError
from conurb.sames.market import declaring

REGION = Path(__file__).resolve().parents[3] / "regions" / "changzhutan"


@pytest.fixture
def folder(tmp_path):
    shutil.copy(REGION / "market.toml", tmp_path)
    return tmp_path


def change(folder: Path, before: str, after: str) -> None:
    file = folder / "market.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_the_region_declares_its_rules():
    rules = declaring.read(REGION)
    assert (rules.thresholds.one_fen, rules.thresholds.several_fen) == (600_000, 4_000_000)
    assert (rules.years, rules.early_months) == (3, 6)
    assert [each.code for each in rules.effects] == [
        "public-funds",
        "procurement",
        "tendering",
        "loans",
        "market-access",
        "tax",
        "awards",
        "travel",
    ]


def test_the_terms_are_those_of_order_45():
    """As its text says (https://www.mohrss.gov.cn/xxgk2020/gzk/gz/202112/t20211229_431810.html)."""
    terms = declaring.read(REGION).terms
    told = {code: (terms[code].days, terms[code].source.zh) for code in terms}
    order = "人社部令第45号第{}条"
    assert {code: told[code] for code in told if told[code][1].startswith("人社部令")} == {
        "objection": (5, order.format("六")),
        "verification": (5, order.format("六")),
        "decision": (20, order.format("八")),
        "extension": (20, order.format("八")),
        "early-removal": (15, order.format("十四")),
        "taking-down": (10, order.format("十七")),
    }
    assert told["hearing-notice"][0] == 7
    assert all(terms[code].seen for code in terms)


def test_every_effect_has_an_authority_in_every_city():
    region = load_region(REGION)
    rules = declaring.read(REGION)
    for effect in rules.effects:
        for city in region.cities:
            assert region.competent(effect.subject, city.code), (effect.code, city.code)
    assert set(rules.offices) == {city.code for city in region.cities}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("days = 5", "days = 0", "greater than zero"),
        ('code = "objection"', 'code = "protest"', "protest"),
        ("months = 3", "month = 3", "month"),
        ('hits = "people"', 'hits = "dogs"', "dogs"),
        ("[thresholds]", "[thresholds", "syntax"),
    ],
)
def test_what_is_wrong_is_told(folder, before, after, told):
    change(folder, before, after)
    with pytest.raises(RegionError) as caught:
        declaring.read(folder)
    assert told in str(caught.value)
    assert all(problem.file == "market.toml" for problem in caught.value.problems)


def test_a_term_that_is_missing_is_told(folder):
    change(folder, 'code = "verification"', 'code = "objection"')
    with pytest.raises(RegionError, match="verification"):
        declaring.read(folder)


def test_a_region_without_the_file_is_told_so(tmp_path):
    with pytest.raises(RegionError, match=r"market\.toml"):
        declaring.read(tmp_path)
