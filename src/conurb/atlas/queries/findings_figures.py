"""Figures of the last pass over all maps, as the pass counted them: no finding is read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from conurb.atlas.findings.naming import Rule
from conurb.atlas.models import FindingRun


@dataclass(frozen=True)
class Standing:
    """How many findings of some rules stand, and when that was worked out."""

    number: int
    as_of: datetime


def standing(rules: Collection[Rule] = tuple(Rule)) -> Standing | None:
    """Return how many findings of these rules stand; None before the first pass over all maps."""
    done = FindingRun.everything.filter(version=None, state=FindingRun.State.DONE)
    last = done.order_by("-ended_at", "-id").first()
    if last is None or last.ended_at is None:
        return None
    counted = last.counts.get("rules", {})
    return Standing(sum(counted.get(rule.value, 0) for rule in rules), last.ended_at)
