"""What may be said in a report: the rules, without a database.

1. A task that is withdrawn takes no report. A task that is done takes none but a correction.
2. Only the lead moves the stage; a supporting authority reports words alone.
3. The stage may go down, and then the words must say why: at least ten characters of them.
4. The day a report speaks of lies between the start of the task and today.
5. Help is asked only for an obstacle, and from another authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from conurb.plan import ladder

REASON_LENGTH = 10
WORDS_LIMIT = 4000


class Fault(StrEnum):
    """A rule that a report breaks."""

    WITHDRAWN = "withdrawn"
    DONE = "done"
    NO_WORDS = "no-words"
    TOO_LONG = "too-long"
    UNKNOWN_STAGE = "unknown-stage"
    NOT_LEAD = "not-lead"
    LOWERED_WITHOUT_REASON = "lowered-without-reason"
    IN_FUTURE = "in-future"
    BEFORE_START = "before-start"
    HELP_WITHOUT_OBSTACLE = "help-without-obstacle"
    HELP_FROM_SELF = "help-from-self"


FAULTY_FIELD = {
    Fault.NO_WORDS: "words",
    Fault.TOO_LONG: "words",
    Fault.UNKNOWN_STAGE: "stage",
    Fault.NOT_LEAD: "stage",
    Fault.LOWERED_WITHOUT_REASON: "words",
    Fault.IN_FUTURE: "made_on",
    Fault.BEFORE_START: "made_on",
    Fault.HELP_WITHOUT_OBSTACLE: "obstacle",
    Fault.HELP_FROM_SELF: "help_from",
}


@dataclass(frozen=True)
class TaskThen:
    """The task as the report meets it."""

    kind: str
    stage: str
    start: date
    withdrawn: bool


@dataclass(frozen=True)
class Said:
    """What a report says; `is_lead` tells whether the reporting authority leads the task."""

    stage: str
    words: str
    made_on: date
    is_lead: bool
    obstacle: str = ""
    asks_help: bool = False
    asks_itself: bool = False
    is_correction: bool = False


def faults(task: TaskThen, said: Said, today: date) -> tuple[Fault, ...]:
    """Return the rules that the report breaks, the weightiest first; () where it may stand."""
    if task.withdrawn:
        return (Fault.WITHDRAWN,)
    if ladder.is_last(task.kind, task.stage) and not said.is_correction:
        return (Fault.DONE,)
    found: list[Fault] = []
    if not said.words.strip():
        found.append(Fault.NO_WORDS)
    if max(len(said.words), len(said.obstacle)) > WORDS_LIMIT:
        found.append(Fault.TOO_LONG)
    found += _stage_faults(task, said)
    if said.made_on > today:
        found.append(Fault.IN_FUTURE)
    elif said.made_on < task.start and said.made_on < today:
        found.append(Fault.BEFORE_START)
    if said.asks_help and not said.obstacle.strip():
        found.append(Fault.HELP_WITHOUT_OBSTACLE)
    if said.asks_itself:
        found.append(Fault.HELP_FROM_SELF)
    return tuple(found)


def _stage_faults(task: TaskThen, said: Said) -> list[Fault]:
    if said.stage not in {stage.key for stage in ladder.ladder_of(task.kind)}:
        return [Fault.UNKNOWN_STAGE]
    if said.stage != task.stage and not said.is_lead:
        return [Fault.NOT_LEAD]
    lowered = ladder.index_of(task.kind, said.stage) < ladder.index_of(task.kind, task.stage)
    if lowered and len(said.words.strip()) < REASON_LENGTH:
        return [Fault.LOWERED_WITHOUT_REASON]
    return []
