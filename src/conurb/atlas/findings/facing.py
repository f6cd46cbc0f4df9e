"""Land uses that do not go together face each other across a border.

Rule: a plot of one group in one city and a plot of the other group in a neighbouring city lie
nearer to each other than the distance of the table's row. Plots that hang together through such
pairs make one finding; its geometry and area are those of the plots. The table is the region's,
`incompatible.toml`; each row names its source. Both plots are looked for near the common border
only, for within a city its own plan review does this.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from conurb.atlas.findings.borders import Borders, Pair
from conurb.atlas.findings.finding import (
    Bilingual,
    Finding,
    Rule,
    area_words,
    features_of,
    metres_words,
)
from conurb.atlas.findings.pieces import components, union
from conurb.atlas.findings.plane import Numbers, array
from conurb.atlas.findings.rulebook import Incompatible
from conurb.atlas.findings.sides import Indices, Side
from conurb.atlas.findings.wording import Words, plots


def find(
    one: Side,
    other: Side,
    pair: Pair,
    borders: Borders,
    rows: tuple[Incompatible, ...],
    words: Words,
) -> list[Finding]:
    """Return what faces each other at the border of a pair of cities and should not."""
    if not rows:
        return []
    reach = max(row.distance_m for row in rows)
    one, other = (side.only(borders.near(side, pair, reach)) for side in (one, other))
    found: list[Finding] = []
    for row in rows:
        for left, right in ((one, other), (other, one)):
            found += _facing(
                left.only(left.coded(row.one, row.one_unless)),
                right.only(right.coded(row.other, row.other_unless)),
                row,
                borders,
                words,
            )
            if row.one == row.other and row.one_unless == row.other_unless:
                break
    return found


def _facing(
    left: Side, right: Side, row: Incompatible, borders: Borders, words: Words
) -> Iterator[Finding]:
    """Yield the findings with the row's first group on the left side."""
    if not len(left) or not len(right):
        return
    one, other = right.tree.query(left.geometry, predicate="dwithin", distance=row.distance_m)
    apart = shapely.distance(left.geometry[one], right.geometry[other])
    groups = list(components(one, other))
    grounds = array(
        union(np.concatenate([left.geometry[_once(one[at])], right.geometry[_once(other[at])]]))
        for at in groups
    )
    areas = borders.plane.areas(grounds)
    for at, group in enumerate(groups):
        mine, theirs = one[group], other[group]
        yield Finding(
            Rule.FACING,
            row.key,
            row.severity,
            tuple(sorted({left.city, right.city})),
            grounds[at],
            float(areas[at]),
            None,
            tuple(sorted(features_of(left, mine) + features_of(right, theirs))),
            _reason(left, mine, right, theirs, apart[group], float(areas[at]), row, words),
            row.source,
        )


def _once(places: Indices) -> Indices:
    return np.unique(places)


def _reason(
    left: Side,
    mine: Indices,
    right: Side,
    theirs: Indices,
    apart: Numbers,
    area_m2: float,
    row: Incompatible,
    words: Words,
) -> Bilingual:
    a, b = words.city(left.city), words.city(right.city)
    uses, others = words.uses(left.codes[mine]), words.uses(right.codes[theirs])
    many, more = len(_once(mine)), len(_once(theirs))
    nearest, limit = metres_words(float(apart.min())), metres_words(row.distance_m)
    size = area_words(area_m2)
    return Bilingual(
        f"{a.zh}的{uses.zh}（{many} 个图斑）与{b.zh}的{others.zh}（{more} 个图斑）隔市界相对，"
        f"最近处相距 {nearest} 米，小于{row.name.zh}应有的 {limit} 米；"
        f"所涉图斑共 {size.zh}。",
        f"{uses.en} of {a.en} ({plots(many)}) and {others.en} of {b.en} ({plots(more)}) face each "
        f"other across the border, at the nearest {nearest} m apart, less than the {limit} m "
        f"of “{row.name.en}”; the plots have {size.en}.",
    )
