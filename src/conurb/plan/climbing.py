"""How a task climbed its ladder: when each stage was reached, from what was reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from conurb.plan.ladder import Stage, UnknownStageError, index_of, ladder_of

State = Literal["reached", "current", "ahead"]


@dataclass(frozen=True)
class Rung:
    """A stage of the ladder: how it stands to the task, and the day it was reached if known."""

    stage: Stage
    state: State
    on: date | None = None


@dataclass(frozen=True)
class Said:
    """What one report said of the stage, and of which day it speaks."""

    stage: str
    on: date


def climb(kind: str, current: str, said: Sequence[Said]) -> tuple[Rung, ...]:
    """Return the rungs of a task of `kind` that stands at stage `current`, lowest first.

    `said` are its reports, oldest first. A stage that was reported lower again is dated by the day
    it was reached for good. Reports of a ladder that the task has left tell nothing.
    """
    at = index_of(kind, current)
    days: dict[int, date] = {}
    before = 0
    for one in said:
        try:
            index = index_of(kind, one.stage)
        except UnknownStageError:
            continue
        for lost in range(index + 1, before + 1):
            days.pop(lost, None)
        for gained in range(before + 1, index + 1):
            days.setdefault(gained, one.on)
        before = index
    return tuple(
        Rung(stage, _state(index, at), days.get(index) if index <= at else None)
        for index, stage in enumerate(ladder_of(kind))
    )


def _state(index: int, at: int) -> State:
    if index == at:
        return "current"
    return "reached" if index < at else "ahead"
