"""Which findings of an earlier pass a new one has again.

A finding is the same when its rule and row are, and it lies where the other lay: areas have to
share ground, lines and points at a border to lie within 50 m of each other. Numbers of features
decide nothing, for a new version may number anew. Where several fit, those that share most go
first, each once; what is over on the old side is resolved, on the new side new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.finding import Rule
from conurb.atlas.findings.plane import Numbers, array
from conurb.atlas.findings.sides import Indices

NEAR_DEGREES = 0.00045
"""50 m along a meridian."""


class Placed(Protocol):
    """What matching needs to know of a finding; geometry in degrees."""

    @property
    def rule(self) -> Rule: ...

    @property
    def row(self) -> str: ...

    @property
    def geometry(self) -> BaseGeometry: ...


@dataclass(frozen=True)
class Matched:
    """`earlier[i]` is the place of the earlier finding that new finding i goes on from, or -1."""

    earlier: tuple[int, ...]
    resolved: tuple[int, ...]


def match(before: Sequence[Placed], now: Sequence[Placed]) -> Matched:
    """Return which findings go on and which are resolved; each earlier one is matched once."""
    old, new, shares = _candidates(before, now)
    order = np.lexsort((new, old, -shares))
    earlier = [-1] * len(now)
    taken = [False] * len(before)
    for at in order:
        if earlier[new[at]] < 0 and not taken[old[at]]:
            earlier[new[at]] = int(old[at])
            taken[old[at]] = True
    return Matched(tuple(earlier), tuple(at for at, again in enumerate(taken) if not again))


def _candidates(
    before: Sequence[Placed], now: Sequence[Placed]
) -> tuple[Indices, Indices, Numbers]:
    """Return pairs of places that may be the same, and how much they share (0 to 1)."""
    nothing = np.zeros(0, dtype=np.intp)
    if not before or not now:
        return nothing, nothing, np.zeros(0)
    was = array(each.geometry for each in before)
    is_now = array(each.geometry for each in now)
    new, old = shapely.STRtree(was).query(is_now, predicate="dwithin", distance=NEAR_DEGREES)
    alike = np.array(
        [
            (before[o].rule, before[o].row) == (now[n].rule, now[n].row)
            for o, n in zip(old, new, strict=True)
        ],
        dtype=bool,
    )
    old, new = old[alike], new[alike]
    a, b = was[old], is_now[new]
    areal = (shapely.area(a) > 0) & (shapely.area(b) > 0)
    shares = np.zeros(len(old))
    common = shapely.area(shapely.intersection(a[areal], b[areal]))
    whole = shapely.area(a[areal]) + shapely.area(b[areal]) - common
    shares[areal] = common / whole
    apart = shapely.distance(a[~areal], b[~areal])
    shares[~areal] = 1 - apart / (2 * NEAR_DEGREES)
    some = shares > 0
    return old[some], new[some], shares[some]
