"""Every state of a case has its place on the progress line."""

from __future__ import annotations

import pytest

from conurb.desk.stages import OPEN, State, Verb, deliverable, possible
from conurb.desk.steps import STEPS, places
from conurb.desk.templatetags.desk import state_look


@pytest.mark.parametrize("state", [each for each in State if each != State.DRAFT])
def test_steps_before_the_one_it_is_at_are_done_and_those_after_ahead(state: State) -> None:
    standings = [place.standing for place in places(state)]
    assert len(standings) == len(STEPS)
    done = standings.count("done")
    assert standings[:done] == ["done"] * done
    assert standings[done + 1 :] == ["ahead"] * max(len(STEPS) - done - 1, 0)


@pytest.mark.parametrize(
    ("granted", "delivered", "like"),
    [
        (True, False, State.GRANTED),
        (True, True, State.DELIVERED),
        (False, False, State.REFUSED),
    ],
)
def test_a_decision_that_stands_is_where_it_was(granted, delivered, like) -> None:
    assert places(State.UPHELD, granted=granted, delivered=delivered) == places(like)


@pytest.mark.parametrize(
    ("outcome", "look"), [("granted", "done"), ("refused", "late"), ("", "late")]
)
def test_what_was_upheld_is_drawn_as_what_stands(outcome, look) -> None:
    assert state_look(State.UPHELD, outcome) == look
    assert state_look(State.REVIEW, outcome) == "on-course"


def test_no_state_is_a_dead_end_but_those_in_which_all_is_done() -> None:
    ends = {state for state in State if not possible(state)}
    assert ends == {State.WITHDRAWN, State.LAPSED}
    for state in State:
        reached = deliverable(state, granted=True, delivered=False)
        assert reached == (Verb.DELIVER in possible(state))
        assert not deliverable(state, granted=True, delivered=True)
        assert not deliverable(state, granted=False, delivered=False)


def test_a_draft_is_not_on_its_way() -> None:
    assert places(State.DRAFT) == ()


def test_who_has_something_to_do_is_seen() -> None:
    waiting = {state for state in State if any(p.standing == "waiting" for p in places(state))}
    assert waiting == {State.WAITING, State.APPEALED}
    assert waiting <= OPEN
