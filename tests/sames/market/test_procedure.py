"""The table of moves, and terms in working days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.region.folder import load_region
from conurb.sames.market import declaring, procedure
from conurb.sames.market.procedure import MOVES, Dates, MoveError, State, Verb

REGION = Path(__file__).resolve().parents[3] / "regions" / "changzhutan"
RULES = declaring.read(REGION)
CALENDAR = load_region(REGION).calendar
TERMS = RULES.terms
DAYS = st.dates(date(2024, 1, 1), date(2026, 9, 30))


def test_every_state_is_reached_from_the_first():
    reached, before = {State.INVESTIGATED}, set()
    while reached != before:
        before = set(reached)
        reached |= {after for (at, _verb), after in MOVES.items() if at in reached}
    assert reached == set(State)


def test_a_state_is_open_on_the_list_or_closed():
    parts = (procedure.OPEN, procedure.ON_LIST, procedure.CLOSED)
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(State)


def test_closed_states_end_but_for_false_papers():
    ways = {(at, verb) for (at, verb) in MOVES if at in procedure.CLOSED}
    assert ways == {(State.REMOVED_EARLY, Verb.RESTORE)}


def test_a_matter_can_be_dropped_at_any_time_before_the_decision():
    """Art. 16: with the payment order falls what rests on it, whatever was reached."""
    dropped = {at for (at, verb) in MOVES if verb == Verb.DROP}
    assert dropped == procedure.OPEN - {State.DECIDED}
    assert (State.DECIDED, Verb.REVOKE) in MOVES


def test_nobody_comes_on_the_list_without_notice_and_decision():
    """Whoever is published passed NOTICED and DECIDED, whatever way was taken."""
    for barred in (State.NOTICED, State.DECIDED):
        reached, before = {State.INVESTIGATED}, set()
        while reached != before:
            before = set(reached)
            reached |= {
                after
                for (at, _verb), after in MOVES.items()
                if at in reached and after is not barred
            }
        assert State.PUBLISHED not in reached


@given(st.sampled_from(list(State)), st.sampled_from(list(Verb)))
def test_what_is_not_in_the_table_cannot_happen(state, verb):
    if (state, verb) in MOVES:
        assert verb in procedure.possible(state)
        assert procedure.moved(state, verb) == MOVES[state, verb]
    else:
        assert verb not in procedure.possible(state)
        with pytest.raises(MoveError):
            procedure.moved(state, verb)


@given(DAYS)
def test_an_objection_is_in_time_for_five_working_days(noticed):
    dates = Dates(found_on=noticed, noticed_on=noticed)
    until = procedure.objection_until(dates, CALENDAR, TERMS)
    assert CALENDAR.workdays_between(noticed, until) == TERMS["objection"].days
    assert procedure.may_object(dates, CALENDAR, TERMS, until)
    assert not procedure.may_object(dates, CALENDAR, TERMS, until + timedelta(days=1))


@given(DAYS)
def test_no_decision_while_an_objection_can_be_made(noticed):
    dates = Dates(found_on=noticed, order_due_on=noticed, noticed_on=noticed)
    until = procedure.objection_until(dates, CALENDAR, TERMS)
    for offset in range((until - noticed).days + 1):
        day = noticed + timedelta(days=offset)
        assert not procedure.may_decide(State.NOTICED, dates, CALENDAR, TERMS, day)
    after = until + timedelta(days=1)
    assert procedure.may_decide(State.NOTICED, dates, CALENDAR, TERMS, after)
    # a verified objection uses the right up
    assert procedure.may_decide(State.CONSIDERED, dates, CALENDAR, TERMS, noticed)


@given(DAYS, st.sampled_from([s for s in State if (s, Verb.DECIDE) not in MOVES]))
def test_only_two_states_decide(day, state):
    dates = Dates(found_on=day, order_due_on=day, noticed_on=day - timedelta(days=60))
    assert not procedure.may_decide(state, dates, CALENDAR, TERMS, day)


@given(DAYS)
def test_the_decision_is_due_within_twenty_working_days_and_twenty_more(ended):
    dates = Dates(found_on=ended, order_due_on=ended)
    due = procedure.decision_due(dates, CALENDAR, TERMS)
    extended = procedure.decision_due(replace(dates, extended=True), CALENDAR, TERMS)
    assert CALENDAR.workdays_between(ended, due) == TERMS["decision"].days
    assert CALENDAR.workdays_between(due, extended) == TERMS["extension"].days


@given(DAYS)
def test_a_hearing_is_told_in_time(called):
    earliest = procedure.hearing_earliest(called, CALENDAR, TERMS)
    assert CALENDAR.workdays_between(called, earliest) == TERMS["hearing-notice"].days


@given(DAYS)
def test_taking_down_has_ten_working_days(removed):
    by = procedure.taken_down_by(removed, CALENDAR, TERMS)
    assert CALENDAR.workdays_between(removed, by) == TERMS["taking-down"].days


FULL = Dates(
    found_on=date(2026, 3, 2),
    order_due_on=date(2026, 3, 19),
    noticed_on=date(2026, 3, 20),
    objected_on=date(2026, 3, 23),
    hearing_on=date(2026, 4, 7),
    decided_on=date(2026, 4, 10),
    early_asked_on=date(2026, 10, 12),
    listed_until=date(2029, 4, 10),
)


@pytest.mark.parametrize("state", list(State))
def test_what_comes_next_can_be_done(state):
    """What is required of somebody is a way of the table; closed matters require nothing."""
    step = procedure.next_step(state, FULL, CALENDAR, TERMS)
    if state in procedure.CLOSED:
        assert step is None
        return
    assert (state, step.verb) in MOVES
    assert all([step.words.zh, step.words.en, step.source.zh, step.source.en])


def test_the_steps_of_a_matter_fall_due_in_order():
    due = {
        state: procedure.next_step(state, FULL, CALENDAR, TERMS).due
        for state in (State.OBJECTED, State.CONSIDERED, State.DECIDED, State.EARLY)
    }
    assert due == {
        State.OBJECTED: date(2026, 3, 30),
        State.CONSIDERED: date(2026, 4, 17),
        State.DECIDED: date(2026, 4, 21),
        State.EARLY: date(2026, 11, 2),
    }


@given(DAYS, st.integers(-30, 60))
def test_lights_turn_from_on_course_over_at_risk_to_late(decided, offset):
    dates = Dates(found_on=decided, decided_on=decided)
    step = procedure.next_step(State.DECIDED, dates, CALENDAR, TERMS)
    today = step.due - timedelta(days=offset)
    shown = procedure.light(step, CALENDAR, today)
    left = CALENDAR.workdays_between(today, step.due)
    if today > step.due:
        assert shown == "late"
    else:
        assert shown == ("at-risk" if left <= procedure.SOON else "on-course")


def test_the_end_of_a_listing_is_never_late():
    step = procedure.next_step(State.PUBLISHED, FULL, CALENDAR, TERMS)
    assert procedure.light(step, CALENDAR, date(2029, 5, 1)) == "on-course"
    assert procedure.light(None, CALENDAR, date(2026, 5, 1)) == "done"
