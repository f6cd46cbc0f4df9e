"""The procedure from arrears found to a name off the list: states, moves, terms, what comes next.

The table of moves is the whole rule: an act that is not in it cannot happen. Source: order 45 (see
`listing`), art. 5 to 18, articles given at each term. Where the region file marks a term `seen =
false`, its text was not before the author; a city checks it before it relies on it.

A matter can be dropped at any time before the decision: its ground may fall with the payment order
(art. 16 says so of decisions, and holds all the more before one), or by what is found.

The hearing is no part of order 45, whose art. 6 knows objections; an authority may hold one where a
party asks for it, on the terms of 行政处罚法 art. 64 (told seven days before; working days by art.
85). Terms are working days, counted from the day
after the event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from conurb.region.tables import Bilingual
from conurb.region.workdays import Calendar, CalendarError


class State(StrEnum):
    """Where a matter stands."""

    INVESTIGATED = "investigated"  # arrears found
    ORDERED = "ordered"  # a payment order with a time limit was served
    UNPAID = "unpaid"  # the time passed without payment
    NOTICED = "noticed"  # the notice before listing was served
    OBJECTED = "objected"
    HEARING = "hearing"  # a hearing was called
    CONSIDERED = "considered"  # the objection was verified, or heard
    DECIDED = "decided"  # the decision to list was made and served
    PUBLISHED = "published"  # on the list: published, shared, the effects hold
    EARLY = "early"  # on the list; early removal was asked for
    REMOVED = "removed"  # the term ended
    REMOVED_EARLY = "removed-early"
    REVOKED = "revoked"  # the decision was revoked
    SETTLED = "settled"  # paid within the time of the order
    SPARED = "spared"  # corrected and promised before the decision
    DROPPED = "dropped"  # no ground


class Verb(StrEnum):
    """What can be done to a matter."""

    ORDER = "order"
    SETTLE = "settle"
    FIND_UNPAID = "find-unpaid"
    DROP = "drop"
    NOTIFY = "notify"
    OBJECT = "object"
    CALL_HEARING = "call-hearing"
    HOLD_HEARING = "hold-hearing"
    ANSWER = "answer"
    SPARE = "spare"
    DECIDE = "decide"
    PUBLISH = "publish"
    CORRECT = "correct"
    ASK_CORRECTION = "ask-correction"
    REFUSE_CORRECTION = "refuse-correction"
    ASK_EARLY = "ask-early"
    GRANT_EARLY = "grant-early"
    REFUSE_EARLY = "refuse-early"
    END = "end"
    REVOKE = "revoke"
    RESTORE = "restore"


_S, _V = State, Verb
MOVES: dict[tuple[State, Verb], State] = {
    (_S.INVESTIGATED, _V.ORDER): _S.ORDERED,
    (_S.INVESTIGATED, _V.DROP): _S.DROPPED,
    (_S.ORDERED, _V.SETTLE): _S.SETTLED,
    (_S.ORDERED, _V.FIND_UNPAID): _S.UNPAID,
    (_S.ORDERED, _V.DROP): _S.DROPPED,
    (_S.UNPAID, _V.NOTIFY): _S.NOTICED,
    (_S.UNPAID, _V.SPARE): _S.SPARED,
    (_S.UNPAID, _V.DROP): _S.DROPPED,
    (_S.NOTICED, _V.OBJECT): _S.OBJECTED,
    (_S.NOTICED, _V.SPARE): _S.SPARED,
    (_S.NOTICED, _V.DECIDE): _S.DECIDED,
    (_S.NOTICED, _V.DROP): _S.DROPPED,
    # each party objects for itself, also after another did and was answered
    (_S.OBJECTED, _V.OBJECT): _S.OBJECTED,
    (_S.HEARING, _V.OBJECT): _S.HEARING,
    (_S.CONSIDERED, _V.OBJECT): _S.OBJECTED,
    (_S.OBJECTED, _V.ANSWER): _S.CONSIDERED,
    (_S.OBJECTED, _V.CALL_HEARING): _S.HEARING,
    (_S.OBJECTED, _V.SPARE): _S.SPARED,
    (_S.OBJECTED, _V.DROP): _S.DROPPED,
    (_S.HEARING, _V.HOLD_HEARING): _S.CONSIDERED,
    (_S.HEARING, _V.SPARE): _S.SPARED,
    (_S.HEARING, _V.DROP): _S.DROPPED,
    (_S.CONSIDERED, _V.DECIDE): _S.DECIDED,
    (_S.CONSIDERED, _V.DROP): _S.DROPPED,
    (_S.CONSIDERED, _V.SPARE): _S.SPARED,
    (_S.DECIDED, _V.PUBLISH): _S.PUBLISHED,
    (_S.DECIDED, _V.REVOKE): _S.REVOKED,
    (_S.PUBLISHED, _V.CORRECT): _S.PUBLISHED,
    (_S.PUBLISHED, _V.ASK_CORRECTION): _S.PUBLISHED,
    (_S.PUBLISHED, _V.REFUSE_CORRECTION): _S.PUBLISHED,
    (_S.EARLY, _V.CORRECT): _S.EARLY,
    (_S.EARLY, _V.ASK_CORRECTION): _S.EARLY,
    (_S.EARLY, _V.REFUSE_CORRECTION): _S.EARLY,
    (_S.PUBLISHED, _V.ASK_EARLY): _S.EARLY,
    (_S.PUBLISHED, _V.END): _S.REMOVED,
    (_S.PUBLISHED, _V.REVOKE): _S.REVOKED,
    (_S.EARLY, _V.GRANT_EARLY): _S.REMOVED_EARLY,
    (_S.EARLY, _V.REFUSE_EARLY): _S.PUBLISHED,
    (_S.EARLY, _V.END): _S.REMOVED,
    (_S.EARLY, _V.REVOKE): _S.REVOKED,
    (_S.REMOVED_EARLY, _V.RESTORE): _S.PUBLISHED,  # art. 15: the term begins anew
}

ON_LIST = frozenset({_S.PUBLISHED, _S.EARLY})
"""States in which the name is on the list."""

CLOSED = frozenset({_S.SETTLED, _S.SPARED, _S.DROPPED, _S.REMOVED, _S.REMOVED_EARLY, _S.REVOKED})
"""States in which nobody has to do anything more about the listing."""

OPEN = frozenset(State) - CLOSED - ON_LIST
"""States of a matter that is still to be decided, or published."""

BY_FIRM = frozenset({_V.OBJECT, _V.ASK_EARLY, _V.ASK_CORRECTION})
"""What the employer does; all else is the authority's."""


class MoveError(ValueError):
    """The matter is in a state in which this cannot be done."""

    def __init__(self, state: State, verb: Verb) -> None:
        super().__init__(f"A matter that is {state} cannot {verb}.")
        self.state = state
        self.verb = verb


def moved(state: State, verb: Verb) -> State:
    """Return the state that follows; raises MoveError where the act is not possible."""
    try:
        return MOVES[state, verb]
    except KeyError:
        raise MoveError(state, verb) from None


def possible(state: State) -> tuple[Verb, ...]:
    """Return what can be done to a matter in this state, in the order of the table."""
    return tuple(verb for (at, verb) in MOVES if at == state)


TermCode = Literal[
    "objection",
    "verification",
    "decision",
    "extension",
    "early-removal",
    "taking-down",
    "publication",
    "hearing-notice",
    "confirmation",
]


@dataclass(frozen=True)
class Term:
    """A time within which something has to be done, in working days, and where it stands.

    `seen` says whether the text of the source was before the author of the region file.
    """

    code: TermCode
    days: int
    name: Bilingual
    source: Bilingual
    seen: bool


Terms = Mapping[str, Term]


@dataclass(frozen=True)
class Dates:
    """What happened when, as far as it did; days in the region's zone."""

    found_on: date
    order_due_on: date | None = None
    noticed_on: date | None = None
    objected_on: date | None = None
    hearing_on: date | None = None
    extended: bool = False
    decided_on: date | None = None
    early_asked_on: date | None = None
    listed_until: date | None = None
    removed_on: date | None = None


Who = Literal["authority", "firm", "time"]


@dataclass(frozen=True)
class Next:
    """What the procedure requires next: of whom, until when, by which article.

    `from_day` is the first day on which the act is possible, where a time has to pass before;
    `due` the last on which it is in time, where there is one.
    """

    verb: Verb
    who: Who
    words: Bilingual
    source: Bilingual
    due: date | None = None
    from_day: date | None = None


def objection_until(dates: Dates, calendar: Calendar, terms: Terms) -> date | None:
    """Return the last day for an objection: working days from the notice's service (art. 6)."""
    if dates.noticed_on is None:
        return None
    return calendar.add_workdays(dates.noticed_on, terms["objection"].days)


def decision_due(dates: Dates, calendar: Calendar, terms: Terms) -> date | None:
    """Return the last day for the decision: from the end of the payment order's time (art. 8).

    Extended once where the head of the authority approved it, the matter being complex.
    """
    if dates.order_due_on is None:
        return None
    days = terms["decision"].days + (terms["extension"].days if dates.extended else 0)
    return calendar.add_workdays(dates.order_due_on, days)


def may_decide(state: State, dates: Dates, calendar: Calendar, terms: Terms, today: date) -> bool:
    """Whether the decision may be made today.

    Not before the time for objections has passed (art. 6), unless an objection was made and
    verified, which uses the right up.
    """
    if (state, Verb.DECIDE) not in MOVES:
        return False
    if state == State.CONSIDERED:
        return True
    until = objection_until(dates, calendar, terms)
    return until is not None and today > until


def may_object(dates: Dates, calendar: Calendar, terms: Terms, today: date) -> bool:
    """Whether an objection is in time today (art. 6)."""
    until = objection_until(dates, calendar, terms)
    return until is not None and today <= until


def hearing_earliest(called_on: date, calendar: Calendar, terms: Terms) -> date:
    """Return the earliest day of a hearing: so many working days' notice (行政处罚法 art. 64)."""
    return calendar.add_workdays(called_on, terms["hearing-notice"].days)


def next_step(state: State, dates: Dates, calendar: Calendar, terms: Terms) -> Next | None:
    """Return what the procedure requires next; None where it requires nothing.

    Without a day where the holidays of the year in which it would fall are not known yet.
    """
    asked = _REQUIRED.get(state)
    if asked is None:
        return None
    try:
        due, first = asked.when(dates, calendar, terms)
    except CalendarError:
        due = first = None
    source = terms[asked.term].source if asked.term else asked.source
    return Next(asked.verb, asked.who, asked.words, source, due, first)


def taken_down_by(removed_on: date, calendar: Calendar, terms: Terms) -> date:
    """Return until when every page that carries the name has to take it down (art. 17)."""
    return calendar.add_workdays(removed_on, terms["taking-down"].days)


Light = Literal["late", "at-risk", "on-course", "not-begun", "done"]
SOON = 3
"""Within so many working days of its end a term is shown as at risk."""


def light(step: Next | None, calendar: Calendar, today: date) -> Light:
    """Return the light of a matter: how its next term stands today.

    Only what somebody has to do can be late; the end of the listing merely comes.
    """
    if step is None:
        return "done"
    if step.who == "time" or step.due is None:
        return "on-course"
    if step.who == "firm":
        return "on-course" if today <= step.due else "at-risk"
    if today > step.due:
        return "late"
    return "at-risk" if _workdays_left(calendar, today, step.due) <= SOON else "on-course"


def _workdays_left(calendar: Calendar, today: date, due: date) -> int:
    try:
        return calendar.workdays_between(today, due)
    except CalendarError:
        return (due - today).days


def _after(day: date | None, code: TermCode, calendar: Calendar, terms: Terms) -> date | None:
    return calendar.add_workdays(day, terms[code].days) if day is not None else None


When = Callable[[Dates, Calendar, Terms], tuple[date | None, date | None]]
"""Until when something is due, and from when it is possible."""


@dataclass(frozen=True)
class _Required:
    """What a state requires; `term` names the term whose source it cites, else `source` is it."""

    verb: Verb
    who: Who
    words: Bilingual
    when: When
    term: TermCode | None = None
    source: Bilingual = field(default_factory=lambda: Bilingual("", ""))


def _within(attribute: str, code: TermCode) -> When:
    """A term counted from a day of the matter."""

    def when(dates: Dates, calendar: Calendar, terms: Terms) -> tuple[date | None, date | None]:
        return _after(getattr(dates, attribute), code, calendar, terms), None

    return when


def _on(attribute: str) -> When:
    """A day of the matter, not before and not after it."""

    def when(dates: Dates, _calendar: Calendar, _terms: Terms) -> tuple[date | None, date | None]:
        day = getattr(dates, attribute)
        return day, day

    return when


def _decision(dates: Dates, calendar: Calendar, terms: Terms) -> tuple[date | None, date | None]:
    return decision_due(dates, calendar, terms), None


def _decision_after_objections(
    dates: Dates, calendar: Calendar, terms: Terms
) -> tuple[date | None, date | None]:
    until = objection_until(dates, calendar, terms)
    first = until + timedelta(days=1) if until else None
    return decision_due(dates, calendar, terms), first


def _any_time(_dates: Dates, _calendar: Calendar, _terms: Terms) -> tuple[date | None, date | None]:
    return None, None


_DECIDE = Bilingual(
    "异议期满或异议核实后，作出列入决定，或者不予列入",
    "After the time for objections, or their verification: decide to list, or not to",
)

_REQUIRED: dict[State, _Required] = {
    _S.INVESTIGATED: _Required(
        _V.ORDER,
        "authority",
        Bilingual(
            "责令用人单位限期支付，或者终止办理",
            "Order the employer to pay in time, or drop the matter",
        ),
        _any_time,
        source=Bilingual("保障农民工工资支付条例", "Wage payment regulation"),
    ),
    _S.ORDERED: _Required(
        _V.FIND_UNPAID,
        "firm",
        Bilingual(
            "用人单位应在限期内支付；期满核实是否支付",
            "The employer pays in time; afterwards it is verified whether it did",
        ),
        _on("order_due_on"),
        source=Bilingual("人社部令第45号第五条", "Order 45, art. 5"),
    ),
    _S.UNPAID: _Required(
        _V.NOTIFY,
        "authority",
        Bilingual(
            "列入决定前，将事由、依据和权利告知当事人",
            "Before the decision, tell the parties the grounds, the basis and their rights",
        ),
        _decision,
        source=Bilingual("人社部令第45号第六条", "Order 45, art. 6"),
    ),
    _S.NOTICED: _Required(_V.DECIDE, "authority", _DECIDE, _decision_after_objections, "decision"),
    _S.OBJECTED: _Required(
        _V.ANSWER,
        "authority",
        Bilingual(
            "核实当事人的异议并告知结果，或者举行听证",
            "Verify the objection and tell the result, or hold a hearing",
        ),
        _within("objected_on", "verification"),
        "verification",
    ),
    _S.HEARING: _Required(
        _V.HOLD_HEARING,
        "authority",
        Bilingual("举行听证并制作笔录", "Hold the hearing and keep its minutes"),
        _on("hearing_on"),
        "hearing-notice",
    ),
    _S.CONSIDERED: _Required(_V.DECIDE, "authority", _DECIDE, _decision, "decision"),
    _S.DECIDED: _Required(
        _V.PUBLISH,
        "authority",
        Bilingual(
            "公开名单并共享至信用信息共享平台，交相关部门实施惩戒",
            "Publish and share the entry; the authorities concerned give it effect",
        ),
        _within("decided_on", "publication"),
        "publication",
    ),
    _S.PUBLISHED: _Required(
        _V.END,
        "time",
        Bilingual("期限届满，移出名单", "The term ends; the entry leaves the list"),
        _on("listed_until"),
        source=Bilingual("人社部令第45号第十一条", "Order 45, art. 11"),
    ),
    _S.EARLY: _Required(
        _V.GRANT_EARLY,
        "authority",
        Bilingual(
            "核实提前移出申请，决定是否准予",
            "Verify the request for early removal and decide on it",
        ),
        _within("early_asked_on", "early-removal"),
        "early-removal",
    ),
}
