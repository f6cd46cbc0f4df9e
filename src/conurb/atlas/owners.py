"""Which authorities keep layers of which kind: by their subjects of work.

A layer belongs to the authority that is responsible for what it shows; others see it and review it.
"""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["KEEPERS", "kinds_of"]

_LINES = (
    "road",
    "urban-road-works",
    "expressway",
    "rail-transit",
    "railway",
    "water",
    "parks",
    "port",
)
_PLANNERS = ("spatial-planning",)

KEEPERS: dict[str, tuple[str, ...]] = {
    "land-use": _PLANNERS,
    "protected": (*_PLANNERS, "land", "forestry", "ecology"),
    "lines": (*_PLANNERS, *_LINES),
    "corridors": (*_PLANNERS, "road", "urban-road-works", "expressway", "rail-transit", "railway"),
    "zones": (*_PLANNERS, "plan-coordination", "new-areas"),
    "other": (*_PLANNERS, "plan-coordination", "land", "surveying", "forestry", "ecology", *_LINES),
}
"""Kind of layer to subjects of work; an authority with any of them may keep such a layer."""


def kinds_of(subjects: Collection[str]) -> list[str]:
    """Return the kinds of layers that an authority with these subjects keeps, in their order."""
    return [kind for kind, able in KEEPERS.items() if not set(able).isdisjoint(subjects)]
