"""The life of a case: in which states it can be, and which act leads from which to which.

The table is the whole rule: an act that is not in it cannot happen. The procedure of a licence is
by 行政许可法 (Administrative Licence Law, 2019) articles 32 (acceptance, asking once for what is
missing), 42 (limits) and 44 (delivery within ten working days of a grant); reconsideration by
行政复议法 (2023) articles 20 (60 days), 30 (once a decision), 42 (what was decided is carried out
meanwhile), 64 (overturned, and decided anew) and 68 (upheld: the decision stands as it was).
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WAITING = "waiting"  # the applicant has to complete something; the clock stands still
    REVIEW = "review"  # an officer has taken it up
    GRANTED = "granted"
    REFUSED = "refused"
    DELIVERED = "delivered"
    APPEALED = "appealed"
    UPHELD = "upheld"  # the appeal failed; the decision stands
    OVERTURNED = "overturned"  # the appeal succeeded; the case is decided anew
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # not completed within the time given


class Verb(StrEnum):
    """What can be done to a case."""

    SUBMIT = "submit"
    CLAIM = "claim"
    RELEASE = "release"
    ASK = "ask"
    COMPLETE = "complete"
    GRANT = "grant"
    REFUSE = "refuse"
    DELIVER = "deliver"
    WITHDRAW = "withdraw"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    OVERTURN = "overturn"
    REOPEN = "reopen"
    LAPSE = "lapse"


_S, _V = State, Verb
MOVES: dict[tuple[State, Verb], State] = {
    (_S.DRAFT, _V.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _V.CLAIM): _S.REVIEW,
    (_S.SUBMITTED, _V.GRANT): _S.GRANTED,  # an automatic grant; a refusal is always an officer's
    (_S.SUBMITTED, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.REVIEW, _V.RELEASE): _S.SUBMITTED,
    (_S.REVIEW, _V.ASK): _S.WAITING,
    (_S.REVIEW, _V.GRANT): _S.GRANTED,
    (_S.REVIEW, _V.REFUSE): _S.REFUSED,
    (_S.REVIEW, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.WAITING, _V.COMPLETE): _S.REVIEW,
    (_S.WAITING, _V.LAPSE): _S.LAPSED,
    (_S.WAITING, _V.WITHDRAW): _S.WITHDRAWN,
    (_S.GRANTED, _V.DELIVER): _S.DELIVERED,
    (_S.REFUSED, _V.APPEAL): _S.APPEALED,
    (_S.GRANTED, _V.APPEAL): _S.APPEALED,
    (_S.DELIVERED, _V.APPEAL): _S.APPEALED,
    (_S.APPEALED, _V.DELIVER): _S.APPEALED,  # an appeal holds up no delivery
    (_S.APPEALED, _V.UPHOLD): _S.UPHELD,
    (_S.APPEALED, _V.OVERTURN): _S.OVERTURNED,
    (_S.UPHELD, _V.DELIVER): _S.DELIVERED,
    (_S.OVERTURNED, _V.REOPEN): _S.REVIEW,
}

OPEN = frozenset({_S.SUBMITTED, _S.REVIEW, _S.WAITING, _S.APPEALED, _S.OVERTURNED})
"""States in which the case waits for somebody."""

DECIDED = frozenset({_S.GRANTED, _S.REFUSED, _S.DELIVERED, _S.UPHELD})
"""States with a decision that stands."""

CLOCK_RUNS = frozenset({_S.SUBMITTED, _S.REVIEW})
"""States in which the limit counts against the deciding authority."""


class MoveError(ValueError):
    """The case is in a state in which this cannot be done."""

    def __init__(self, state: State, verb: Verb) -> None:
        super().__init__(f"A case that is {state} cannot {verb}.")
        self.state = state
        self.verb = verb


def moved(state: State, verb: Verb) -> State:
    """Return the state that follows; raises MoveError where the act is not possible."""
    try:
        return MOVES[state, verb]
    except KeyError:
        raise MoveError(state, verb) from None


DELIVERABLE = frozenset(state for state, verb in MOVES if verb == _V.DELIVER)
"""States in which a grant may still have to reach the applicant."""


def deliverable(state: State, *, granted: bool, delivered: bool) -> bool:
    """Tell whether something is to be delivered: a grant that stands and has not reached anybody.

    A refusal is told with its reasons when it is made; nothing is issued that could follow it.
    """
    return granted and not delivered and state in DELIVERABLE


def possible(state: State) -> frozenset[Verb]:
    """Return what can be done to a case in this state."""
    return frozenset(verb for (at, verb) in MOVES if at == state)
