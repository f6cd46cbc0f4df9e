"""Grounds, persons, terms on the list and early removal, as plain values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.region.tables import Bilingual
from conurb.sames.market import listing
from conurb.sames.market.listing import (
    Arrears,
    Capacity,
    Conduct,
    Ground,
    Hindrance,
    Thresholds,
)

HUNAN = Thresholds(3, 600_000, 10, 4_000_000, Bilingual("湖南高院", "Hunan High Court"))


@pytest.mark.parametrize(
    ("arrears", "code"),
    [
        # one worker, three months, 6,000 yuan: the edge itself counts
        (Arrears(600_000, 1, 600_000, 3), "amount"),
        (Arrears(599_999, 1, 599_999, 3), ""),
        (Arrears(600_000, 1, 600_000, 2), ""),
        # ten workers, 40,000 yuan together
        (Arrears(4_000_000, 10), "amount"),
        (Arrears(3_999_999, 10), ""),
        (Arrears(9_000_000, 9), ""),
        # an incident needs no amount
        (Arrears(100, 1, incident=True), "incident"),
        (Arrears(4_000_000, 10, incident=True), "both"),
    ],
)
def test_the_thresholds_of_hunan(arrears, code):
    assert listing.assess(arrears, HUNAN).code == code


def test_an_assessment_says_what_was_compared():
    told = [reason.zh for reason in listing.assess(Arrears(4_000_000, 10), HUNAN).reasons]
    assert told == [
        "单人最多：0个月、0元（标准：3个月以上且6,000元以上），未达到",
        "合计：10人、40,000元（标准：10人以上且40,000元以上），达到",
    ]


def test_nobody_is_owed_more_than_all_together():
    with pytest.raises(ValueError, match="more than all"):
        Arrears(100, 1, worst_fen=101)


@given(
    amount=st.integers(1, 10**9),
    more=st.integers(0, 10**9),
    workers=st.integers(1, 500),
    others=st.integers(0, 500),
    months=st.integers(0, 24),
)
def test_more_arrears_never_take_a_ground_away(amount, more, workers, others, months):
    less = listing.assess(Arrears(amount, workers, amount, months), HUNAN)
    worse = listing.assess(
        Arrears(amount + more, workers + others, amount, months, incident=True), HUNAN
    )
    assert set(less.grounds) <= set(worse.grounds)
    assert Ground.INCIDENT in worse.grounds


@pytest.mark.parametrize("code", ["amount", "incident", "both"])
def test_the_code_of_grounds_reads_back(code):
    grounds = listing.grounds_of(code)
    assert listing.Assessment(grounds, ()).code == code


@pytest.mark.parametrize(
    ("capacities", "fault"),
    [
        ([Capacity.LEGAL], None),
        ([Capacity.PRINCIPAL, Capacity.MANAGER], None),
        ([Capacity.LEGAL, Capacity.PRINCIPAL], None),
        ([Capacity.MANAGER, Capacity.OTHER], "nobody"),
        ([], "nobody"),
        ([Capacity.LEGAL, Capacity.LEGAL], "two-heads"),
    ],
)
def test_who_is_listed_with_the_employer(capacities, fault):
    assert listing.check_parties(capacities) == fault


@pytest.mark.parametrize(
    ("paid", "promised", "decided", "spared"),
    [
        (100, True, False, True),
        (99, True, False, False),
        (100, False, False, False),
        (100, True, True, False),
    ],
)
def test_sparing_needs_payment_and_promise_before_the_decision(paid, promised, decided, spared):
    assert (
        listing.may_be_spared(owed_fen=100, paid_fen=paid, promised=promised, decided=decided)
        is spared
    )


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (date(2023, 4, 10), date(2026, 4, 10)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2021, 2, 28), date(2024, 2, 28)),
    ],
)
def test_three_years_end_on_the_same_date(begins, ends):
    assert listing.last_day(begins, 3) == ends


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(0, 60))
def test_months_later_is_the_same_date_or_the_last_of_its_month(day, months):
    later = listing.months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (
        later.day < day.day and (later + timedelta(days=1)).month != later.month
    )


LISTED = date(2026, 4, 1)


def test_early_removal_needs_everything_at_once():
    conduct = Conduct(LISTED, corrected_on=date(2026, 5, 31), promised=True)
    assert listing.early_from(conduct, 6) == date(2026, 11, 30)
    assert listing.hindrances(conduct, 6, date(2026, 11, 29)) == (Hindrance.TOO_SOON,)
    assert listing.hindrances(conduct, 6, date(2026, 11, 30)) == ()


def test_what_was_corrected_before_counts_from_the_listing():
    conduct = Conduct(LISTED, corrected_on=date(2026, 1, 1), promised=True)
    assert listing.early_from(conduct, 6) == date(2026, 10, 1)


def test_everything_in_the_way_is_named():
    conduct = Conduct(
        LISTED, corrected_on=None, promised=False, relapsed=True, criminal=True, barred=True
    )
    assert listing.hindrances(conduct, 6, LISTED) == (
        Hindrance.NOT_CORRECTED,
        Hindrance.NO_PROMISE,
        Hindrance.RELAPSE,
        Hindrance.CRIMINAL,
        Hindrance.BARRED,
    )
    assert set(listing.HINDRANCE_NAMES) == set(Hindrance)


@given(
    corrected=st.integers(-400, 400),
    later=st.integers(0, 1000),
    months=st.integers(1, 24),
)
def test_time_alone_never_brings_a_hindrance_back(corrected, later, months):
    conduct = Conduct(LISTED, LISTED + timedelta(days=corrected), promised=True)
    begins = listing.early_from(conduct, months)
    assert listing.hindrances(conduct, months, begins) == ()
    assert listing.hindrances(conduct, months, begins + timedelta(days=later)) == ()
    assert listing.hindrances(conduct, months, begins - timedelta(days=1)) == (Hindrance.TOO_SOON,)


@given(st.text(st.characters(categories=["Nd", "Lu"]), min_size=3, max_size=18))
def test_a_masked_number_shows_its_ends_alone(number):
    shown = listing.masked(number)
    assert len(shown) == len(number)
    assert (shown[0], shown[-1]) == (number[0], number[-1])
    assert set(shown[1:-1]) == {"*"}


@pytest.mark.parametrize(
    ("fen", "text"), [(4_000_000, "40,000"), (600_050, "6,000.50"), (5, "0.05"), (0, "0")]
)
def test_amounts_are_written_in_yuan(fen, text):
    assert listing.yuan(fen) == text
