"""Everything that changes a case; see the modules for each act's rules."""

from conurb.desk.actions.absence import delegate, end_delegation
from conurb.desk.actions.appealing import appeal, decide_appeal, hearing_authority
from conurb.desk.actions.applying import (
    Submitted,
    attach,
    complete,
    detach,
    discard,
    save_draft,
    start,
    submit,
    withdraw,
)
from conurb.desk.actions.daily import lapse_overdue
from conurb.desk.actions.deciding import (
    Bulk,
    ask_for_more,
    ask_opinion,
    claim,
    decide,
    deliver,
    give_opinion,
    grant_many,
    hand_to,
    release,
)

__all__ = [
    "Bulk",
    "Submitted",
    "appeal",
    "ask_for_more",
    "ask_opinion",
    "attach",
    "claim",
    "complete",
    "decide",
    "decide_appeal",
    "delegate",
    "deliver",
    "detach",
    "discard",
    "end_delegation",
    "give_opinion",
    "grant_many",
    "hand_to",
    "hearing_authority",
    "lapse_overdue",
    "release",
    "save_draft",
    "start",
    "submit",
    "withdraw",
]
