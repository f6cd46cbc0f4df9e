"""Who has to do what about a listing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from conurb.region.folder import load_region
from conurb.region.tables import Bilingual
from conurb.sames.market import consequences
from conurb.sames.market.consequences import Confirmation, Effect

REGION = Path(__file__).resolve().parents[3] / "regions" / "changzhutan"
WORDS = Bilingual("措施", "measure")


def effect(code: str, hits: str = "firm") -> Effect:
    return Effect(code, WORDS, "finance", hits, WORDS, WORDS, WORDS)  # type: ignore[arg-type]


EFFECTS = (effect("tendering"), effect("tax"), effect("travel", "people"), effect("loans", "all"))
CODES = [each.code for each in EFFECTS]


def test_at_home_every_effect_holds_and_elsewhere_what_was_agreed():
    found = consequences.duties(
        EFFECTS, "430300", {"430100": ["tendering", "travel"], "430200": []}, people=True
    )
    assert [(duty.city, duty.effect.code) for duty in found] == [
        ("430300", "tendering"),
        ("430300", "tax"),
        ("430300", "travel"),
        ("430300", "loans"),
        ("430100", "tendering"),
        ("430100", "travel"),
    ]


def test_an_agreement_with_oneself_or_on_what_is_not_declared_adds_nothing():
    found = consequences.duties(
        EFFECTS, "430300", {"430300": CODES, "430100": ["jail"]}, people=True
    )
    assert len(found) == len(EFFECTS)


def test_without_people_no_effect_that_hits_people_alone():
    found = consequences.duties(EFFECTS, "430300", {}, people=False)
    assert [duty.effect.code for duty in found] == ["tendering", "tax", "loans"]


@given(
    st.dictionaries(
        st.sampled_from(["430100", "430200", "430300"]), st.lists(st.sampled_from([*CODES, "x"]))
    ),
    st.booleans(),
)
def test_no_effect_twice_in_a_city(elsewhere, people):
    found = consequences.duties(EFFECTS, "430300", elsewhere, people=people)
    pairs = [(duty.city, duty.effect.code) for duty in found]
    assert len(pairs) == len(set(pairs))


TODAY = date(2026, 5, 8)
CONFIRMATIONS = st.builds(
    Confirmation,
    due_on=st.dates(TODAY - timedelta(days=20), TODAY + timedelta(days=20)),
    answered_on=st.none() | st.dates(TODAY - timedelta(days=20), TODAY),
)


@given(st.lists(CONFIRMATIONS))
def test_counts_add_up(given_ones):
    found = consequences.standing(given_ones, TODAY)
    waiting = [c for c in given_ones if c.answered_on is None and c.due_on >= TODAY]
    assert found.answered + found.overdue + len(waiting) == found.asked == len(given_ones)
    assert found.in_time <= found.answered
    if found.percent_in_time is None:
        assert found.answered == found.overdue == 0
    else:
        assert 0 <= found.percent_in_time <= 100


def test_late_and_missing_answers_lower_the_share():
    found = consequences.standing(
        [
            Confirmation(TODAY, TODAY),
            Confirmation(TODAY - timedelta(days=2), TODAY),
            Confirmation(TODAY - timedelta(days=1)),
            Confirmation(TODAY),
        ],
        TODAY,
    )
    assert (found.answered, found.in_time, found.overdue) == (2, 1, 1)
    assert found.percent_in_time == 33


def test_a_duty_falls_due_even_where_no_holidays_are_known():
    calendar = load_region(REGION).calendar
    friday = date(2026, 5, 8)
    assert consequences.due_day(calendar, friday, 5) == calendar.add_workdays(friday, 5)
    # 2040 is declared nowhere: 5 January is a Thursday
    assert consequences.due_day(calendar, date(2040, 1, 5), 3) == date(2040, 1, 10)
    assert consequences.due_day(calendar, date(2040, 1, 5), 10) == date(2040, 1, 19)
