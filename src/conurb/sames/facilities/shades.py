"""How minutes become shades of a map: classes with whole bounds that a reader can keep in mind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

Shade = int
"""0 to 7; drawn as --ramp-n or --gain-n (facilities.css), on paper as below."""

MINUTES = (15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 120.0)
"""Upper bounds of the shades of a time; what takes longer has the last."""
SAVED = (-0.05, 0.05, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Upper bounds of the shades of minutes saved: a loss, nothing, then ever more."""

TRIP = (-0.01, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0)
"""The same of minutes saved on an average trip, of which a project changes few."""

RAMP = ("#fff7ec", "#fee8c8", "#fdd49e", "#fdbb84", "#fc8d59", "#e0603d", "#b93326", "#7f1414")
GAIN = ("#e8a29a", "#f3f4f6", "#e0f0e3", "#bfe3c7", "#92cfa1", "#5cb377", "#2c8f52", "#0f5f33")


@dataclass(frozen=True)
class Class:
    """A shade and the values that have it: above `least` up to `most`; None is without a bound."""

    shade: Shade
    least: float | None
    most: float | None


def shade_of(value: float, bounds: Sequence[float]) -> Shade:
    """Return the shade of a value; that of the longest for what cannot be reached at all."""
    return bisect_left(bounds, value) if isfinite(value) else len(bounds)


def shaded(values: Mapping[str, float], bounds: Sequence[float]) -> dict[str, Shade]:
    """Return the shade of every value, by its key."""
    return {key: shade_of(value, bounds) for key, value in values.items()}


def classes(shades: Sequence[Shade], bounds: Sequence[float]) -> list[Class]:
    """Return the classes from the lowest to the highest shade that there is, for a legend."""
    if not shades:
        return []
    first, last = min(shades), max(shades)
    return [
        Class(
            shade,
            bounds[shade - 1] if shade else None,
            bounds[shade] if shade < len(bounds) else None,
        )
        for shade in range(first, last + 1)
    ]
