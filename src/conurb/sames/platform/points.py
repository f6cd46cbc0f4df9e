"""Points on a vehicle's passes: what a violation costs, and what follows from their sum.

The points are the cities' own agreement on how passes are used (a default of the region file);
they have nothing to do with the points on a driver's licence. They stay with the vehicle, so that
a renewal does not wipe them out. Reaching the threshold withdraws nothing by itself: an officer
decides (个人信息保护法 art. 24; a benefit is not taken away by a machine).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Standing = Literal["clear", "warned", "due"]
"""Nothing to do, the holder is warned, an officer has to decide on withdrawal."""


@dataclass(frozen=True)
class Thresholds:
    """When to warn and when to decide on withdrawal, in points within a window of days.

    For `no_rule_days` after a withdrawal no pass is granted by rule.
    """

    window_days: int
    warn_at: int
    withdraw_at: int
    no_rule_days: int

    def __post_init__(self) -> None:
        if not 0 < self.warn_at <= self.withdraw_at:
            raise ValueError("the warning comes before the withdrawal, both above nothing")


@dataclass(frozen=True)
class Mark:
    """One violation: when it was and how many points it cost; one that was annulled costs none."""

    at: datetime
    points: int
    annulled: bool = False


def total(marks: Iterable[Mark], window_days: int, now: datetime) -> int:
    """Return the points that count now: not annulled, not in the future, within the window."""
    since = now - timedelta(days=window_days)
    return sum(each.points for each in marks if not each.annulled and since < each.at <= now)


def standing(points: int, thresholds: Thresholds) -> Standing:
    """Return what follows from a sum of points."""
    if points >= thresholds.withdraw_at:
        return "due"
    return "warned" if points >= thresholds.warn_at else "clear"
