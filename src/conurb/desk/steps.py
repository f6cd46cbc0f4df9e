"""Where a case stands, in the few steps that an applicant thinks in, and what he has to do now.

A case has twelve states and an applicant four questions: has it come in, is it looked at, is it
decided, have I got it. The state gives the step it is at and how that step is going.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from conurb.desk.stages import State

Standing = Literal["done", "now", "waiting", "bad", "ahead"]
Step = Literal["in", "review", "decided", "delivered"]
STEPS: tuple[Step, ...] = ("in", "review", "decided", "delivered")

STEP_NAMES: Mapping[Step, tuple[str, str]] = {
    "in": ("已提交", "Handed in"),
    "review": ("审查", "Reviewed"),
    "decided": ("决定", "Decided"),
    "delivered": ("送达", "Delivered"),
}

_AT: Mapping[State, tuple[int, Standing]] = {
    State.SUBMITTED: (1, "now"),
    State.REVIEW: (1, "now"),
    State.WAITING: (1, "waiting"),
    State.GRANTED: (3, "now"),
    State.REFUSED: (2, "bad"),
    State.DELIVERED: (4, "done"),
    State.APPEALED: (2, "waiting"),
    State.UPHELD: (2, "bad"),
    State.OVERTURNED: (1, "now"),
    State.WITHDRAWN: (1, "bad"),
    State.LAPSED: (1, "bad"),
}


@dataclass(frozen=True)
class Place:
    """A step and how it stands: done, going on, waiting for the applicant, ended badly, ahead."""

    step: Step
    standing: Standing


def places(state: State, *, granted: bool = False, delivered: bool = False) -> tuple[Place, ...]:
    """Return the steps of a case in order; none for a draft, which is not on its way yet.

    A grant that was appealed against and stands is where it was before the appeal.
    """
    if state not in _AT:
        return ()
    if state == State.UPHELD and granted:
        state = State.DELIVERED if delivered else State.GRANTED
    at, standing = _AT[state]
    return tuple(
        Place(step, "done" if index < at else standing if index == at else "ahead")
        for index, step in enumerate(STEPS)
    )
