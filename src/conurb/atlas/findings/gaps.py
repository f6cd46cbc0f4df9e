"""Ground at a common border that no city plans.

Rule: within the strip along the common borders, each connected piece of ground that no land-use
plan covers and that lies between the plans of two or more cities is a finding, unless it is a
sliver (as for overlaps; see there for the sources). A piece that reaches the rim of the strip is
where a plan does not come as far as the border at all; it is no gap between plans, and is counted
as a stretch that could not be judged. Borders of three cities are judged in one: a piece at the
point where they meet is found once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.finding import (
    Bilingual,
    Finding,
    Rule,
    area_words,
    features_of,
    metres_words,
)
from conurb.atlas.findings.overlaps import Slivers, severity, sort_out
from conurb.atlas.findings.pieces import GRID, mean_widths, union
from conurb.atlas.findings.plane import Geometries, array
from conurb.atlas.findings.rulebook import Tolerance
from conurb.atlas.findings.sides import Side
from conurb.atlas.findings.wording import Words

_TOUCHES = 0.01
"""Metres within which a piece counts as touching a plan or the rim of the strip."""


@dataclass(frozen=True)
class Unjudged:
    """Pieces of the strip that a plan does not reach, and the length of border within them."""

    number: int = 0
    border_m: float = 0.0


def uncovered(
    sides: Sequence[Side], borders: Borders, tolerance: Tolerance
) -> tuple[Geometries, BaseGeometry]:
    """Return the connected pieces of the strip that no side covers, and the strip itself."""
    cities = {side.city for side in sides}
    pairs = [pair for pair in borders.lines if set(pair) <= cities]
    strip = shapely.union_all([borders.strip(pair, tolerance.strip_m) for pair in pairs])
    ground = shapely.intersection(
        strip, shapely.union_all([borders.territories[city] for city in sorted(cities)])
    )
    covers = []
    for side in sides:
        places = [borders.near(side, pair, tolerance.strip_m) for pair in pairs]
        covers.append(union(side.geometry[np.unique(np.concatenate(places))]))
    # on a grid, so that no hair between two plans leads from a gap to the rim of the strip
    left = shapely.difference(ground, shapely.union_all(covers), grid_size=GRID)
    parts = shapely.get_parts(left)
    return parts[shapely.get_type_id(parts) == 3], strip


def find(
    sides: Sequence[Side], borders: Borders, tolerance: Tolerance, words: Words
) -> tuple[list[Finding], Slivers, Unjudged]:
    """Return the gaps between the land-use plans of neighbouring cities."""
    cities = {side.city for side in sides}
    if not any(set(pair) <= cities for pair in borders.lines):
        return [], Slivers(), Unjudged()
    parts, strip = uncovered(sides, borders, tolerance)
    if not len(parts):
        return [], Slivers(), Unjudged()
    rim = shapely.boundary(strip)
    shapely.prepare(rim)
    open_ = shapely.dwithin(parts, rim, _TOUCHES)
    unjudged = _unjudged(parts[open_], borders)
    parts = parts[~open_]
    areas = borders.plane.areas(parts)
    reported, slivers = sort_out(parts, areas, tolerance)
    parts, areas = parts[reported], areas[reported]
    beside = [_beside(side, parts) for side in sides]
    found = []
    for at, part in enumerate(parts):
        touching = [
            (side, near[1][near[0] == at]) for side, near in zip(sides, beside, strict=True)
        ]
        touching = [(side, places) for side, places in touching if len(places)]
        known = tuple(sorted({side.city for side, _ in touching}))
        if len(known) < 2:
            # a hole within one city's plan is that city's own matter
            continue
        features = [each for side, places in touching for each in features_of(side, places)]
        width = float(mean_widths(array([part]))[0])
        found.append(
            Finding(
                Rule.GAP,
                "",
                severity(float(areas[at]), tolerance),
                known,
                part,
                float(areas[at]),
                None,
                tuple(sorted(features)),
                _reason(known, float(areas[at]), width, words),
                tolerance.source,
            )
        )
    return found, slivers, unjudged


def _beside(side: Side, parts: Geometries) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs: place of a part, place of a feature of the side that touches it."""
    if not len(side) or not len(parts):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    asked, found = side.tree.query(parts, predicate="dwithin", distance=_TOUCHES)
    return asked, found


def _unjudged(parts: Geometries, borders: Borders) -> Unjudged:
    if not len(parts):
        return Unjudged()
    length = sum(
        float(shapely.length(shapely.intersection(parts, line)).sum())
        for line in borders.lines.values()
    )
    return Unjudged(len(parts), length)


def _reason(cities: Sequence[str], area_m2: float, width_m: float, words: Words) -> Bilingual:
    named = [words.city(city) for city in cities]
    size, wide = area_words(area_m2), metres_words(width_m)
    return Bilingual(
        f"{'、'.join(name.zh for name in named)}的规划图在交界处之间留有空隙 {size.zh}，"
        f"平均宽 {wide} 米，没有任何一方的规划覆盖。",
        f"Between the plans of {' and '.join(name.en for name in named)} {size.en} of ground at "
        f"the border is covered by neither; it is {wide} m wide on average.",
    )
