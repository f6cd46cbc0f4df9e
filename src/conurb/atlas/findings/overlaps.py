"""Two cities plan the same ground.

Rule: where land-use plans of neighbouring cities overlap at their common border, each connected
piece is a finding, unless it is a sliver (smaller than the smallest area mapped, or narrower on
average than the narrowest width); slivers are counted. Plans must join without overlap: the
planning data are to have right topology, 无压盖和空隙 (no overlap and no gap), a rule of the
databases of territorial spatial plans; smallest area: TD/T 1055-2019, 200 m² for built-up land.
Only features that reach into the strip along the border are looked at; an overlap is reported
whole, also where it runs out of the strip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conurb.atlas.findings.borders import Borders, Pair
from conurb.atlas.findings.finding import (
    Bilingual,
    Finding,
    Rule,
    Severity,
    area_words,
    features_of,
)
from conurb.atlas.findings.pieces import GRID, boxes_overlap, intersections, mean_widths, merged
from conurb.atlas.findings.plane import Geometries, Numbers
from conurb.atlas.findings.rulebook import Tolerance
from conurb.atlas.findings.sides import Indices, Mask, Side
from conurb.atlas.findings.wording import Words, plots


@dataclass(frozen=True)
class Slivers:
    """What was too small or too narrow to be reported."""

    number: int = 0
    area_m2: float = 0.0

    def __add__(self, other: Slivers) -> Slivers:
        return Slivers(self.number + other.number, self.area_m2 + other.area_m2)


@dataclass(frozen=True, eq=False)
class Overlapping:
    """Areas common to two sides: `areas[i]` is common to features `one[i]` and `other[i]`."""

    one: Indices
    other: Indices
    areas: Geometries


def overlapping(one: Side, other: Side) -> Overlapping:
    """Return every piece of ground that a feature of one side shares with one of the other.

    Borders that are one but have other vertices on either side share hairs; those narrower than
    vertices may lie apart are left out.
    """
    # the tree is built over the larger side and asked by the smaller one
    if len(one) <= len(other):
        asked, found = other.tree.query(one.geometry, predicate="intersects")
    else:
        found, asked = one.tree.query(other.geometry, predicate="intersects")
    boxed = boxes_overlap(one.geometry[asked], other.geometry[found])
    asked, found = asked[boxed], found[boxed]
    areas = intersections(one.geometry[asked], other.geometry[found])
    some = mean_widths(areas) > GRID
    return Overlapping(asked[some], found[some], areas[some])


def find(
    one: Side, other: Side, pair: Pair, borders: Borders, tolerance: Tolerance, words: Words
) -> tuple[list[Finding], Slivers]:
    """Return the overlaps of two land-use plans at the border of a pair of cities."""
    width = tolerance.strip_m
    one = one.only(borders.near(one, pair, width))
    other = other.only(borders.near(other, pair, width))
    shared = overlapping(one, other)
    if not len(shared.areas):
        return [], Slivers()
    parts, piece, part = merged(shared.areas)
    areas = borders.plane.areas(parts)
    reported, slivers = sort_out(parts, areas, tolerance)
    found = []
    for at in np.flatnonzero(reported):
        pieces = piece[part == at]
        mine, theirs = shared.one[pieces], shared.other[pieces]
        found.append(
            Finding(
                Rule.OVERLAP,
                "",
                severity(float(areas[at]), tolerance),
                tuple(sorted({one.city, other.city})),
                parts[at],
                float(areas[at]),
                None,
                tuple(sorted(features_of(one, mine) + features_of(other, theirs))),
                _reason(one, mine, other, theirs, float(areas[at]), words),
                tolerance.source,
            )
        )
    return found, slivers


def sort_out(parts: Geometries, areas: Numbers, tolerance: Tolerance) -> tuple[Mask, Slivers]:
    """Tell which parts are to be reported, and count the others."""
    reported = (areas >= tolerance.smallest_m2) & (mean_widths(parts) >= tolerance.narrowest_m)
    return reported, Slivers(int((~reported).sum()), float(areas[~reported].sum()))


def severity(area_m2: float, tolerance: Tolerance) -> Severity:
    """Return how much hangs on a gap or an overlap: large ones are high."""
    return Severity.HIGH if area_m2 >= tolerance.high_from_m2 else Severity.MEDIUM


def _reason(
    one: Side,
    mine: Indices,
    other: Side,
    theirs: Indices,
    area_m2: float,
    words: Words,
) -> Bilingual:
    sides: Sequence[tuple[Side, Indices]] = sorted(
        ((one, mine), (other, theirs)), key=lambda each: each[0].city
    )
    said = [
        (words.city(side.city), words.uses(side.codes[at]), len(set(at.tolist())))
        for side, at in sides
    ]
    size = area_words(area_m2)
    (a, a_uses, a_many), (b, b_uses, b_many) = said
    return Bilingual(
        f"{a.zh}与{b.zh}的规划图在交界处重叠 {size.zh}：{a.zh}规划为{a_uses.zh}"
        f"（{a_many} 个图斑），{b.zh}规划为{b_uses.zh}（{b_many} 个图斑）。",
        f"The plans of {a.en} and {b.en} overlap at their border by {size.en}: {a.en} plans "
        f"{a_uses.en} ({plots(a_many)}), {b.en} plans {b_uses.en} ({plots(b_many)}).",
    )
