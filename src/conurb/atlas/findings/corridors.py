"""Plots in the control corridors of trunk roads and rail that their use does not fit.

Rule: a plot of a use that the row of `corridors.toml` refuses shares more ground with a corridor
than the row's smallest area. A corridor is the ground within half the width of the road or the
track plus the belt on each side of a line of the row, cut square at the line's ends, or what a
layer of control corridors draws; where such a corridor lists the uses it allows, these count in
place of the row's. One plot in the corridors of one row is one finding. Sources:

- 公路安全保护条例 (国务院令第593号) art. 11: belt from the outer edge of the road's land, at least
  20 m (national road), 15 m (provincial), 10 m (county), 5 m (township), 30 m (expressway), in
  which nothing is built but what protects the road (art. 13).
- 铁路安全管理条例 (国务院令第639号) art. 27: from the foot of the bank, 10 m in cities for fast
  lines and 8 m for others; 12 and 10 m at the edge of cities; 15 and 12 m in villages; 20 and
  15 m elsewhere.
- CJJ/T 202-2013 on protecting the structures of urban rail: 50 m beside stations and tunnels below
  ground, 30 m beside tracks on the ground or elevated.
- Item 2.4 of the plan, 三干一轨: Furong Avenue, Tanzhou Avenue, Dongzhu Road and the western ring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.finding import (
    Bilingual,
    Finding,
    Rule,
    area_words,
    features_of,
    metres_words,
)
from conurb.atlas.findings.protected import shared_ground
from conurb.atlas.findings.rulebook import Corridor
from conurb.atlas.findings.sides import Indices, Side
from conurb.atlas.findings.wording import Words


def find(
    plan: Side,
    lines: Sequence[Side],
    borders: Borders,
    rows: tuple[Corridor, ...],
    words: Words,
) -> list[Finding]:
    """Return the plots of one land-use plan that do not fit the corridor they lie in."""
    found = []
    for row in rows:
        for side in lines:
            for listed, along in _by_allowed(_chosen(side, row)):
                refused = ~plan.coded(listed) if listed else plan.coded(row.refuses, row.unless)
                if refused.any():
                    found += _along(plan.only(refused), along, row, borders, words)
    return found


def _by_allowed(side: Side) -> Iterator[tuple[tuple[str, ...], Side]]:
    """Yield the corridors of a side by the uses that they allow; () where the table decides."""
    for text in np.unique(side.allowed):
        yield tuple(text.split()), side.only(side.allowed == text)


def _chosen(side: Side, row: Corridor) -> Side:
    if side.kind == "corridors":
        return side.only(side.coded(row.ground))
    keep = side.coded(row.lines)
    if row.names:
        keep &= np.isin([_bare(str(name)) for name in side.names], row.names)
    return side.only(keep)


def _bare(name: str) -> str:
    """Return a name without what stands in brackets behind it: 芙蓉大道（长沙段） is 芙蓉大道."""
    return re.split(r"[（(]", name, maxsplit=1)[0].strip()


def _along(plots: Side, side: Side, row: Corridor, borders: Borders, words: Words) -> list[Finding]:
    ground = side.geometry
    if side.kind == "lines":
        reach = row.half_width_m + row.belt_m
        ground = shapely.buffer(side.geometry, reach, cap_style="flat")
    owners, shared = shared_ground(plots, ground, shapely.STRtree(ground))
    areas = borders.plane.areas(shared)
    found = []
    for at, (plot, corridors) in enumerate(owners):
        if areas[at] < row.smallest_m2:
            continue
        found.append(
            Finding(
                Rule.CORRIDOR,
                row.key,
                row.severity,
                tuple(sorted({plots.city, side.city} - {""})),
                shared[at],
                float(areas[at]),
                None,
                features_of(plots, [plot]) + features_of(side, corridors),
                _reason(plots, plot, side, corridors, float(areas[at]), row, words),
                row.source,
            )
        )
    return found


def _reason(
    plots: Side,
    plot: int,
    side: Side,
    corridors: Indices,
    area_m2: float,
    row: Corridor,
    words: Words,
) -> Bilingual:
    city, use = words.city(plots.city), words.use(str(plots.codes[plot]))
    named = sorted({name for name in side.names[corridors] if name})
    whose = Bilingual(f"“{'、'.join(named)}”的" if named else "", ", ".join(named))
    size = area_words(area_m2)
    belt = f"（线外 {metres_words(row.belt_m)} 米）" if side.kind == "lines" else ""
    belt_en = f" ({metres_words(row.belt_m)} m beside it)" if side.kind == "lines" else ""
    along = f" of {whose.en}" if whose.en else ""
    return Bilingual(
        f"{city.zh}规划的{use.zh}有 {size.zh} 位于{whose.zh}{row.name.zh}{belt}内，"
        f"不属于该范围允许的用途。",
        f"{size.en} of {use.en} planned by {city.en} lie within the {row.name.en}{along}{belt_en}; "
        f"this use is not allowed there.",
    )
