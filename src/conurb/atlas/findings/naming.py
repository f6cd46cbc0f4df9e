"""The names of the rules and how much hangs on them; loaded where no geometry is needed."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """Which rule a finding breaks; the module of the same meaning says how it is judged."""

    OVERLAP = "overlap"
    GAP = "gap"
    FACING = "facing"
    PROTECTED = "protected"
    JOINING = "joining"
    CORRIDOR = "corridor"


class Severity(StrEnum):
    """How much hangs on it: high is against the law as it stands."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
