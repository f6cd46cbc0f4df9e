"""Why the office supervises a task: a stated rule over what is stored with it.

- overdue: its due day has passed;
- silent: it has a lead, and 60 days went by without a report;
- stuck: its latest report names an obstacle;
- returned: the authority it was put to returned it.

A task that is done or withdrawn gives no cause. A case that the office closed by hand while its
cause stood is not opened again before 30 days have passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Cause = Literal["overdue", "silent", "stuck", "returned"]
CAUSES: tuple[Cause, ...] = get_args(Cause)

REOPEN_AFTER = timedelta(days=30)
_AT_REST = ("done", "withdrawn")


@dataclass(frozen=True)
class Standing:
    """What the causes depend on: the stored light and its days, the lead, the latest report."""

    light_base: str
    late_on: date | None
    silent_on: date | None
    lead_state: str
    has_obstacle: bool


def causes(standing: Standing, day: date) -> frozenset[Cause]:
    """Return the causes that stand on `day`."""
    if standing.light_base in _AT_REST:
        return frozenset()
    found: set[Cause] = set()
    if standing.late_on is not None and standing.late_on <= day:
        found.add("overdue")
    accepted = standing.lead_state == "accepted"
    if accepted and standing.silent_on is not None and standing.silent_on <= day:
        found.add("silent")
    if standing.has_obstacle:
        found.add("stuck")
    if standing.lead_state == "returned":
        found.add("returned")
    return frozenset(found)


def may_reopen(closed_on: date | None, day: date) -> bool:
    """Tell whether a case last closed by hand on `closed_on` may be opened again on `day`."""
    return closed_on is None or day >= closed_on + REOPEN_AFTER
