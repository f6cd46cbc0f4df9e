"""Letters say what the law asks of them, in both languages, with nothing left to fill in."""

from __future__ import annotations

from datetime import date

import pytest

from conurb.desk.letters import ASKING, KINDS, REASONS, Facts, letter
from conurb.region.tables import Bilingual

FACTS = Facts(
    number="430200-20261126-000017-3",
    service=Bilingual("居住证申领", "Residence permit"),
    authority=Bilingual("长沙市公安局", "Changsha Public Security Bureau"),
    city=Bilingual("长沙市", "Changsha"),
    day=date(2026, 11, 26),
    limit=10,
    due_on=date(2026, 12, 10),
    until=date(2026, 12, 15),
    reasons=Bilingual("材料齐全", "complete"),
    words="缺身份证复印件",
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_filled_in(kind):
    made = letter(kind, FACTS)
    for text in (made.title.zh, made.title.en, made.words.zh, made.words.en):
        assert text
        assert "{" not in text
        assert "None" not in text
    assert FACTS.number in made.words.zh
    assert FACTS.number in made.words.en
    assert "居住证申领" in made.title.zh


def test_a_notice_of_what_is_missing_names_it_and_by_when():
    words = letter("asked", FACTS).words
    assert "缺身份证复印件" in words.zh
    assert "2026年12月15日" in words.zh
    assert "2026-12-15" in words.en


@pytest.mark.parametrize("kind", ["refused", "upheld"])
def test_who_is_refused_reads_how_to_contest_it(kind):
    words = letter(kind, FACTS).words
    for said in ("60日", "长沙市人民政府", "行政复议", "6个月", "行政诉讼"):
        assert said in words.zh


def test_who_lost_a_reconsideration_reads_that_only_the_court_is_left():
    from dataclasses import replace

    words = letter("upheld", replace(FACTS, organ=True)).words
    assert "15日内" in words.zh
    assert "行政诉讼" in words.zh
    assert "60日" not in words.zh
    assert "within 15 days" in words.en
    kept = letter("upheld", replace(FACTS, organ=True, to_deliver=True)).words
    assert "长沙市公安局依法送达" in kept.zh
    assert "delivers it" in kept.en


def test_a_grant_by_rule_says_so():
    from dataclasses import replace

    made = letter("granted", replace(FACTS, automatic=True))
    assert "按规则自动核查" in made.words.zh
    assert "by rule" in made.words.en


def test_phrases_are_in_both_languages():
    keys = [phrase.key for phrase in (*REASONS, *ASKING)]
    assert len(keys) == len(set(keys))
    assert all(phrase.text.zh and phrase.text.en for phrase in (*REASONS, *ASKING))
