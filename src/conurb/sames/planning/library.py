"""The library of plans: kinds, levels, the life of a plan, and what conforms to what.

Three kinds and five levels are those of the national system of territorial spatial planning
(中共中央、国务院关于建立国土空间规划体系并监督实施的若干意见, 中发〔2019〕18号: master plans,
detailed plans and related special plans; national to township); outlines of development,
implementation plans and changes of boundaries stand beside them, because the region's list asks for
those too. A lower plan obeys the plan above it, a detailed and a special plan the master plan
(ibid., part 4; 城乡规划法 2019, art. 19 and 20).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["master", "detailed", "special", "outline", "implementation", "boundary"]
Level = Literal["national", "provincial", "city", "county", "township"]
PlanState = Literal[
    "unknown", "to-draw-up", "drafted", "reviewed", "approved", "in-force", "superseded"
]
Verdict = Literal["conforms", "departs", "open"]

KINDS: tuple[Kind, ...] = (
    "master",
    "detailed",
    "special",
    "outline",
    "implementation",
    "boundary",
)
LEVELS: tuple[Level, ...] = ("national", "provincial", "city", "county", "township")
STATES: tuple[PlanState, ...] = (
    "unknown",
    "to-draw-up",
    "drafted",
    "reviewed",
    "approved",
    "in-force",
    "superseded",
)
VERDICTS: tuple[Verdict, ...] = ("conforms", "departs", "open")

FOLLOWS: Mapping[PlanState, frozenset[PlanState]] = {
    # what is not known may turn out to be anything
    "unknown": frozenset(STATES) - {"unknown"},
    "to-draw-up": frozenset({"drafted"}),
    "drafted": frozenset({"reviewed", "to-draw-up"}),
    "reviewed": frozenset({"approved", "drafted"}),
    "approved": frozenset({"in-force", "superseded"}),
    "in-force": frozenset({"superseded"}),
    "superseded": frozenset(),
}
"""Which state a plan may take after another; a review may send a draft back, an approval not."""


def may_follow(before: PlanState, after: PlanState) -> bool:
    """Whether a plan in one state may be set to another."""
    return before == after or after in FOLLOWS[before]


def period_is_sound(first: int | None, last: int | None) -> bool:
    """Whether the years of a plan's period stand in order."""
    return first is None or last is None or first <= last


@dataclass(frozen=True)
class Branch:
    """A plan in the tree with the depth at which it stands; 0 for plans with none above."""

    key: str
    depth: int


def tree(above: Mapping[str, str | None], order: Sequence[str]) -> list[Branch]:
    """Return plans as a tree, each under the plan above it, siblings in the order given.

    `above` maps a plan to the plan above it; one that is not there counts as none. Whatever lies
    on a ring, which the actions refuse, still appears once.
    """
    below: dict[str | None, list[str]] = {}
    for key in order:
        parent = above.get(key)
        below.setdefault(parent if parent in above else None, []).append(key)
    found: list[Branch] = []
    seen: set[str] = set()

    def walk(key: str, depth: int) -> None:
        if key in seen:
            return
        seen.add(key)
        found.append(Branch(key, depth))
        for child in below.get(key, ()):
            walk(child, depth + 1)

    for key in (*below.get(None, ()), *order):
        walk(key, 0)
    return found


def makes_ring(above: Mapping[str, str | None], key: str, parent: str) -> bool:
    """Whether putting `key` under `parent` would put it under itself."""
    here: str | None = parent
    seen: set[str] = set()
    while here is not None and here not in seen:
        if here == key:
            return True
        seen.add(here)
        here = above.get(here)
    return False


def with_ancestors(above: Mapping[str, str | None], keys: Iterable[str]) -> set[str]:
    """Return plans with every plan above them, so that what a filter finds hangs in the tree."""
    found: set[str] = set()
    for key in keys:
        here: str | None = key
        while here is not None and here not in found:
            found.add(here)
            here = above.get(here)
    return found
