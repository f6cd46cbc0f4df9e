"""The joint review of a version of a layer, from submission to adoption, as a table of acts.

The plan asks for the cities' spatial plans to be "coordinated, joined without gaps and reviewed
jointly" (十同任务清单 2021, item 1.1), and leaves the procedure to the cities. What is here follows
what they are bound by when they ask each other: an authority that is asked for its opinion answers
within a limit in working days and gives reasons where it does not agree (城乡规划法 2019, art. 26;
行政许可法 2019, art. 82 for how days are counted). The rules that are the region's own to choose
are declared in planning.toml: the limit, whether silence is consent, how near a border counts.

A version is submitted and every party is asked. A party signs, or objects with a reason, and may
change its mind as long as the review is open. A new version opens a new round:

- who objected or has not answered is asked again, with a new limit;
- who had signed is asked again where the new version *touches* it (see `touches`): within the
  declared distance of its border something was added, removed or changed, or a finding that names
  its city is new. Otherwise its signature stands on the new version, and that is written down.

It is adopted in the moment in which every party's signature stands on the current version, and in
no other way. Silence makes a party late, and nothing else, unless the region declares it consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from conurb.region.workdays import Calendar

Silence = Literal["late", "consent"]


class State(StrEnum):
    """Where a review stands; what is not open never changes, but that a later one supersedes it."""

    OPEN = "open"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Stand(StrEnum):
    """What a party has said of the current version."""

    ASKED = "asked"
    SIGNED = "signed"
    OBJECTED = "objected"


class Act(StrEnum):
    """What happens to a review. `CARRY`, `ADOPT`, `SUPERSEDE` and `LAPSE` follow from rules."""

    SUBMIT = "submit"
    SIGN = "sign"
    OBJECT = "object"
    TAKE_BACK = "take-back"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    COMMENT = "comment"
    CARRY = "carry"
    LAPSE = "lapse"
    ADOPT = "adopt"
    SUPERSEDE = "supersede"


WHO: Mapping[Act, Literal["submitter", "party", "either", "rule"]] = {
    Act.SUBMIT: "submitter",
    Act.SIGN: "party",
    Act.OBJECT: "party",
    Act.TAKE_BACK: "party",
    Act.RESUBMIT: "submitter",
    Act.WITHDRAW: "submitter",
    Act.COMMENT: "either",
    Act.CARRY: "rule",
    Act.LAPSE: "rule",
    Act.ADOPT: "rule",
    Act.SUPERSEDE: "rule",
}

MOVES: Mapping[tuple[State, Act], State] = {
    (State.OPEN, Act.SIGN): State.OPEN,
    (State.OPEN, Act.OBJECT): State.OPEN,
    (State.OPEN, Act.TAKE_BACK): State.OPEN,
    (State.OPEN, Act.LAPSE): State.OPEN,
    (State.OPEN, Act.RESUBMIT): State.OPEN,
    (State.OPEN, Act.CARRY): State.OPEN,
    (State.OPEN, Act.COMMENT): State.OPEN,
    (State.OPEN, Act.WITHDRAW): State.WITHDRAWN,
    (State.OPEN, Act.ADOPT): State.ADOPTED,
    (State.ADOPTED, Act.SUPERSEDE): State.SUPERSEDED,
}
"""Every act that a state allows, and the state after it. What is not here is refused."""

STANDS: Mapping[tuple[Stand, Act], Stand] = {
    (Stand.ASKED, Act.SIGN): Stand.SIGNED,
    (Stand.ASKED, Act.OBJECT): Stand.OBJECTED,
    (Stand.ASKED, Act.LAPSE): Stand.SIGNED,
    (Stand.OBJECTED, Act.SIGN): Stand.SIGNED,
    (Stand.OBJECTED, Act.OBJECT): Stand.OBJECTED,
    (Stand.OBJECTED, Act.TAKE_BACK): Stand.ASKED,
    (Stand.SIGNED, Act.OBJECT): Stand.OBJECTED,
    (Stand.SIGNED, Act.TAKE_BACK): Stand.ASKED,
}
"""What an act makes of a party's stand; an objection may be worded anew."""


class NotPossibleError(Exception):
    """The procedure does not know this act here. `why` says which rule forbids it."""

    def __init__(self, why: Literal["state", "stand", "party", "reason", "version", "due"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Party:
    """An authority that is asked: since which round its stand holds, and until when it is asked.

    `signed` is the number of the version on which its signature stands, None without one.
    """

    authority: str
    stand: Stand
    round: int
    due_on: date
    signed: int | None = None


@dataclass(frozen=True)
class Review:
    """A review as it stands: round n is about the n-th version that was submitted to it."""

    state: State
    round: int
    parties: tuple[Party, ...]
    silence: Silence = "late"

    def party(self, authority: str) -> Party:
        """Return a party; NotPossibleError where the authority is none."""
        for each in self.parties:
            if each.authority == authority:
                return each
        raise NotPossibleError("party")

    @property
    def is_agreed(self) -> bool:
        """Whether every party's signature stands on the current version."""
        return all(
            each.stand is Stand.SIGNED and each.signed == self.round for each in self.parties
        )


def begin(parties: Iterable[str], due_on: date, *, silence: Silence = "late") -> Review:
    """Submit a first version. NotPossibleError where there is nobody to ask."""
    asked = tuple(Party(each, Stand.ASKED, 1, due_on) for each in parties)
    if not asked:
        raise NotPossibleError("party")
    return Review(State.OPEN, 1, asked, silence)


def sign(review: Review, authority: str) -> Review:
    """Sign the current version; the last signature adopts it."""
    return _adopted_if_agreed(_said(review, Act.SIGN, authority))


def object_to(review: Review, authority: str, reason: str) -> Review:
    """Object to the current version, or word the objection anew."""
    if not reason.strip():
        raise NotPossibleError("reason")
    return _said(review, Act.OBJECT, authority)


def take_back(review: Review, authority: str) -> Review:
    """Take back a signature or an objection; the party is asked again, its limit as it was."""
    return _said(review, Act.TAKE_BACK, authority)


def lapse(review: Review, today: date) -> Review:
    """Count as consent the silence of every party whose limit has ended.

    NotPossibleError where the region has not declared silence to be consent.
    """
    if review.silence != "consent":
        raise NotPossibleError("due")
    _allowed(review, Act.LAPSE)
    for each in late(review, today):
        review = _said(review, Act.LAPSE, each.authority)
    return _adopted_if_agreed(review)


def resubmit(review: Review, touched: Iterable[str], due_on: date) -> Review:
    """Open a round with a new version; `touched` are the parties whom it concerns anew."""
    _allowed(review, Act.RESUBMIT)
    now, anew = review.round + 1, frozenset(touched)
    parties = tuple(
        replace(each, signed=now)
        if each.stand is Stand.SIGNED and each.authority not in anew
        else Party(each.authority, Stand.ASKED, now, due_on)
        for each in review.parties
    )
    if all(each.signed == now for each in parties):
        # nobody objected and nobody is touched: there is nothing left to ask
        return _adopted_if_agreed(replace(review, round=now, parties=parties))
    return replace(review, round=now, parties=parties)


def withdraw(review: Review) -> Review:
    """End the review without a result."""
    return replace(review, state=_allowed(review, Act.WITHDRAW))


def supersede(review: Review) -> Review:
    """A later version of the same layer was adopted."""
    return replace(review, state=_allowed(review, Act.SUPERSEDE))


def may_comment(review: Review) -> bool:
    """Whether comments are still taken: as long as the review is open."""
    return (review.state, Act.COMMENT) in MOVES


def late(review: Review, today: date) -> tuple[Party, ...]:
    """Return the parties that are asked and whose limit has ended."""
    if review.state is not State.OPEN:
        return ()
    return tuple(
        each for each in review.parties if each.stand is Stand.ASKED and each.due_on < today
    )


def near(review: Review, calendar: Calendar, today: date) -> tuple[Party, ...]:
    """Return the parties that are asked and have to answer today or by the next working day.

    CalendarError where the calendar does not reach their limit.
    """
    if review.state is not State.OPEN:
        return ()
    return tuple(
        each
        for each in review.parties
        if each.stand is Stand.ASKED
        and each.due_on >= today
        and days_left(calendar, today, each.due_on) <= 1
    )


def acts_of_party(review: Review, authority: str) -> tuple[Act, ...]:
    """Return what a party can do now, the nearest first."""
    if review.state is not State.OPEN:
        return ()
    stand = review.party(authority).stand
    able = (Act.SIGN, Act.OBJECT, Act.TAKE_BACK)
    return tuple(act for act in able if (stand, act) in STANDS)


def acts_of_submitter(review: Review) -> tuple[Act, ...]:
    """Return what the submitter can do now."""
    able = (Act.RESUBMIT, Act.WITHDRAW)
    return tuple(act for act in able if (review.state, act) in MOVES)


def due_day(calendar: Calendar, asked_on: date, working_days: int) -> date:
    """Return the last day to answer: `working_days` after the day on which it was asked."""
    return calendar.add_workdays(asked_on, working_days)


def days_left(calendar: Calendar, today: date, due_on: date) -> int:
    """Return the working days left to answer, today not counted; negative when it is late."""
    return calendar.workdays_between(today, due_on)


@dataclass(frozen=True)
class Change:
    """What a new version brings for one party.

    `distance_m` is how near its border the nearest feature that was added, removed or changed lies
    (None: nothing changed); `new_findings` how many findings naming its city were not there before.
    """

    distance_m: float | None
    new_findings: int


def touches(change: Change, within_m: float) -> bool:
    """Whether a new version touches a party, so that its signature does not stand."""
    near = change.distance_m is not None and change.distance_m <= within_m
    return near or change.new_findings > 0


def _allowed(review: Review, act: Act) -> State:
    after = MOVES.get((review.state, act))
    if after is None:
        raise NotPossibleError("state")
    return after


def _said(review: Review, act: Act, authority: str) -> Review:
    _allowed(review, act)
    before = review.party(authority)
    after = STANDS.get((before.stand, act))
    if after is None:
        raise NotPossibleError("stand")
    said = replace(
        before,
        stand=after,
        round=review.round,
        signed=review.round if after is Stand.SIGNED else None,
    )
    return replace(
        review,
        parties=tuple(said if each.authority == authority else each for each in review.parties),
    )


def _adopted_if_agreed(review: Review) -> Review:
    return replace(review, state=_allowed(review, Act.ADOPT)) if review.is_agreed else review
