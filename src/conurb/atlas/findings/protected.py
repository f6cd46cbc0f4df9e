"""Construction is planned in protected ground.

Rule: a plot of a use that the row of the table `protected.toml` refuses shares more ground with
protected ground of the row's classes than its smallest area. One plot in one kind of ground is
one finding, however many pieces the ground is drawn in. Sources are named by the rows:

- 湖南省长株潭生态绿心保护条例 (公告第29号, in force 2024-09-01): the green heart has a core
  (核心保护区), where beside ecological works, farmland works, necessary public facilities, leisure
  that does no harm and houses of villagers nothing may be built, and an area of integrated
  development (融合发展区). Before it, 湖南省长株潭城市群生态绿心地区保护条例 (2012) had zones that
  were prohibited, restricted and controlled (禁止开发区, 限制开发区, 控制建设区); maps still do.
- 基本农田保护条例 (国务院令第257号), 土地管理法 art. 35: permanent basic farmland is not built on.
- 关于加强生态保护红线管理的通知（试行）(自然资发〔2022〕142号): within the ecological redline only
  the limited human activities listed there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.finding import Bilingual, Finding, Rule, area_words, features_of
from conurb.atlas.findings.pieces import boxes_overlap, groups, intersections
from conurb.atlas.findings.plane import Geometries, Numbers, array
from conurb.atlas.findings.rulebook import Protection
from conurb.atlas.findings.sides import Indices, Side
from conurb.atlas.findings.wording import Words


def find(
    plan: Side,
    grounds: Sequence[Side],
    borders: Borders,
    rows: tuple[Protection, ...],
    words: Words,
) -> list[Finding]:
    """Return the plots of one land-use plan that lie in protected ground and may not."""
    found = []
    for row in rows:
        refused = plan.coded(row.refuses, row.unless)
        if not refused.any():
            continue
        plots = plan.only(refused)
        for ground in grounds:
            within = ground.only(ground.coded(row.ground))
            if len(within):
                found += _within(plots, within, row, borders, words)
    return found


def shared_ground(
    plots: Side, grounds: Geometries, tree: shapely.STRtree
) -> tuple[list[tuple[int, Indices]], Geometries]:
    """Return for every plot that shares ground with `grounds` its place and theirs, and the ground.

    `tree` is the index over `grounds`.
    """
    plot, ground = tree.query(plots.geometry, predicate="intersects")
    boxed = boxes_overlap(plots.geometry[plot], grounds[ground])
    plot, ground = plot[boxed], ground[boxed]
    shared = intersections(plots.geometry[plot], grounds[ground])
    some = shapely.area(shared) > 0
    plot, ground, shared = plot[some], ground[some], shared[some]
    owners: list[tuple[int, Indices]] = []
    areas = []
    for group in groups(plot):
        owners.append((int(plot[group[0]]), np.unique(ground[group])))
        first = shared[group[0]]
        areas.append(first if len(group) == 1 else shapely.union_all(shared[group]))
    return owners, array(areas)


def _within(
    plots: Side, ground: Side, row: Protection, borders: Borders, words: Words
) -> list[Finding]:
    owners, shared = shared_ground(plots, ground.geometry, ground.tree)
    areas = borders.plane.areas(shared)
    whole: Numbers = borders.plane.areas(plots.geometry[[plot for plot, _ in owners]])
    found = []
    for at, (plot, pieces) in enumerate(owners):
        if areas[at] < row.smallest_m2:
            continue
        cities = {plots.city, ground.city} - {""}
        found.append(
            Finding(
                Rule.PROTECTED,
                row.key,
                row.severity,
                tuple(sorted(cities)),
                shared[at],
                float(areas[at]),
                None,
                features_of(plots, [plot]) + features_of(ground, pieces),
                _reason(plots, plot, float(areas[at]), float(whole[at]), row, words),
                row.source,
            )
        )
    return found


def _reason(
    plots: Side, plot: int, area_m2: float, whole_m2: float, row: Protection, words: Words
) -> Bilingual:
    city, use = words.city(plots.city), words.use(str(plots.codes[plot]))
    size, share = area_words(area_m2), min(100.0, 100 * area_m2 / whole_m2)
    return Bilingual(
        f"{city.zh}规划的{use.zh}占用{row.name.zh} {size.zh}，为该图斑面积的 {share:.0f}%；"
        f"{row.name.zh}内不得安排此类用地。",
        f"{use.en} planned by {city.en} takes {size.en} of {row.name.en}, {share:.0f} % of the "
        f"plot; this use is not allowed there.",
    )
