"""The procedure of a joint review: no way to adoption but by every signature on what is adopted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.region.tables import Bilingual
from conurb.region.workdays import Calendar, Holiday, YearOfDays
from conurb.sames.planning import reviewing
from conurb.sames.planning.reviewing import (
    MOVES,
    STANDS,
    WHO,
    Act,
    Change,
    NotPossibleError,
    Review,
    Stand,
    State,
)

DAY = date(2026, 3, 2)
MAY = Holiday(Bilingual("劳动节", "Labour Day"), date(2026, 5, 1), date(2026, 5, 5))
CALENDAR = Calendar((YearOfDays(2026, "", (MAY,), (date(2026, 4, 26),)),))
NAMES = ("zhuzhou", "xiangtan", "loudi")


@st.composite
def deeds(draw: st.DrawFn) -> tuple[str, str, frozenset[str], str]:
    """An act with whatever it may be given, possible or not."""
    act = draw(st.sampled_from(["sign", "object", "take-back", "resubmit", "withdraw", "lapse"]))
    return (
        act,
        draw(st.sampled_from([*NAMES, "stranger"])),
        draw(st.frozensets(st.sampled_from(NAMES))),
        draw(st.sampled_from(["the road ends at the border", " "])),
    )


def do(review: Review, deed: tuple[str, str, frozenset[str], str], today: date) -> Review:
    act, who, touched, reason = deed
    match act:
        case "sign":
            return reviewing.sign(review, who)
        case "object":
            return reviewing.object_to(review, who, reason)
        case "take-back":
            return reviewing.take_back(review, who)
        case "resubmit":
            return reviewing.resubmit(review, touched, today + timedelta(days=21))
        case "withdraw":
            return reviewing.withdraw(review)
        case _:
            return reviewing.lapse(review, today)


@given(st.lists(deeds(), max_size=25), st.sampled_from(NAMES), st.sampled_from(["late", "consent"]))
def test_adopted_only_when_every_party_stands_signed_on_the_current_version(steps, first, silence):
    parties = NAMES[: NAMES.index(first) + 1]
    review = reviewing.begin(parties, DAY, silence=silence)
    said: dict[str, str] = {}
    for number, deed in enumerate(steps):
        today = DAY + timedelta(days=number)
        before = review
        try:
            review = do(review, deed, today)
        except NotPossibleError:
            assert review is before
            continue
        act, who, touched, _reason = deed
        assert before.state is State.OPEN, "what is closed never changes"
        if act == "resubmit":
            assert review.round == before.round + 1
            said = {k: v for k, v in said.items() if v == "sign" and k not in touched}
        elif act == "lapse":
            assert silence == "consent"
            said |= {each.authority: "sign" for each in reviewing.late(before, today)}
        elif act != "withdraw":
            said[who] = act
        if review.state is State.ADOPTED:
            # told apart from the procedure's own books: what each party said last still holds
            assert set(said) == set(parties)
            assert set(said.values()) == {"sign"}
            assert all(each.signed == review.round for each in review.parties)
        elif review.state is State.OPEN:
            assert not review.is_agreed
    assert {each.authority for each in review.parties} == set(parties)


@given(st.lists(deeds(), max_size=12), st.integers(1, 400))
def test_silence_alone_never_changes_a_review_that_does_not_declare_it_consent(steps, days):
    review = reviewing.begin(NAMES, DAY)
    for deed in steps:
        try:
            review = do(review, deed, DAY)
        except NotPossibleError:
            continue
    later = DAY + timedelta(days=days)
    with pytest.raises(NotPossibleError, match="due"):
        reviewing.lapse(review, later)
    for each in reviewing.late(review, later):
        assert each.stand is Stand.ASKED
        assert each.due_on < later


def test_a_party_changes_its_mind_until_the_review_is_closed():
    review = reviewing.begin(NAMES[:2], DAY)
    review = reviewing.sign(review, "zhuzhou")
    review = reviewing.object_to(review, "zhuzhou", "plot 7 faces a kiln")
    assert review.party("zhuzhou").signed is None
    review = reviewing.take_back(review, "zhuzhou")
    assert review.party("zhuzhou").stand is Stand.ASKED
    review = reviewing.sign(reviewing.sign(review, "zhuzhou"), "xiangtan")
    assert review.state is State.ADOPTED
    with pytest.raises(NotPossibleError, match="state"):
        reviewing.object_to(review, "zhuzhou", "too late")
    assert reviewing.supersede(review).state is State.SUPERSEDED
    with pytest.raises(NotPossibleError, match="state"):
        reviewing.withdraw(review)


def test_a_new_version_asks_again_who_objected_and_whom_it_touches():
    review = reviewing.begin(NAMES, DAY)
    review = reviewing.sign(review, "zhuzhou")
    review = reviewing.sign(review, "xiangtan")
    review = reviewing.object_to(review, "loudi", "an overlap of 3 ha")
    after = reviewing.resubmit(review, ["xiangtan"], DAY + timedelta(days=30))
    assert after.party("zhuzhou").stand is Stand.SIGNED
    assert after.party("zhuzhou").signed == 2
    assert after.party("xiangtan").stand is Stand.ASKED
    assert after.party("loudi").stand is Stand.ASKED
    assert after.party("loudi").due_on == DAY + timedelta(days=30)
    adopted = reviewing.sign(reviewing.sign(after, "xiangtan"), "loudi")
    assert adopted.state is State.ADOPTED


def test_an_objection_needs_a_reason_and_a_review_somebody_to_ask():
    with pytest.raises(NotPossibleError, match="reason"):
        reviewing.object_to(reviewing.begin(NAMES, DAY), "loudi", "  ")
    with pytest.raises(NotPossibleError, match="party"):
        reviewing.begin((), DAY)


def test_what_touches_a_signature():
    assert not reviewing.touches(Change(None, 0), 1000)
    assert not reviewing.touches(Change(1000.1, 0), 1000)
    assert reviewing.touches(Change(1000.0, 0), 1000)
    assert reviewing.touches(Change(None, 1), 1000)


def test_the_tables_know_every_act_and_state():
    assert set(WHO) == set(Act)
    assert {state for state, _act in MOVES} | set(MOVES.values()) == set(State)
    assert {stand for stand, _act in STANDS} | set(STANDS.values()) == set(Stand)
    assert {act for _stand, act in STANDS} <= {act for _state, act in MOVES}


@given(st.integers(1, 40), st.integers(-3, 70))
def test_a_limit_is_near_on_the_working_day_before_and_on_the_day_itself(limit, days):
    calendar = CALENDAR
    due_on = reviewing.due_day(calendar, DAY, limit)
    review = reviewing.object_to(reviewing.begin(NAMES[:2], due_on), "zhuzhou", "the road ends")
    today = DAY + timedelta(days=days)
    told = [each.authority for each in reviewing.near(review, calendar, today)]
    between = [
        day
        for day in (today + timedelta(days=n) for n in range(1, 60))
        if day <= due_on and calendar.is_workday(day)
    ]
    # who has answered is not reminded; nor is anybody on a day with more than one working day left
    assert told == (["xiangtan"] if today <= due_on and len(between) <= 1 else [])
    assert not set(told) & {each.authority for each in reviewing.late(review, today)}
    assert reviewing.near(reviewing.withdraw(review), calendar, today) == ()
