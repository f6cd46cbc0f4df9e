"""Findings between two plans of 100,000 plots at a border, beside geopandas' own overlay.

Two plans meet at a border of 100 km, 1 km deep on either side. The plots of each are quadrilaterals
with corners moved at random, so that nothing is axis-parallel; along the border one city's plots
reach over it by up to 150 m, or stay short of it, in stretches, which makes thousands of overlaps
and gaps.

The same question to both, on the same candidates (what lies within the strip along the border):
which ground is planned twice (`overlay(how="intersection")`), and which within the strip by nobody
(`overlay(how="difference")` of the strip with all plots; geopandas is given the strip in squares of
1 km, since in one piece it takes many times as long). `how="symmetric_difference"` of the two plans
answers no question of ours and is measured for comparison only. Areas must be equal. Then
the whole set of findings, with protected ground, corridors, facing uses, lines that join,
components, reasons and features.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from conurb.atlas.findings import gaps, overlaps, passing, rulebook
from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.plane import Plane, array
from conurb.atlas.findings.sides import Side

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_261_126
NORTH, EAST = 3_080_000.0, 420_000.0
LENGTH, DEPTH = 100_000.0, 1_000.0
CODES = np.array(["0101", "0301", "0701", "0804", "0901", "100102", "100103", "1401", "1701"])
SHARES = (0.28, 0.2, 0.2, 0.03, 0.05, 0.06, 0.03, 0.1, 0.05)


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything that a pass is given."""

    sides: list[Side]
    borders: Borders
    book: rulebook.Rulebook

    @cached_property
    def candidates(self) -> tuple[Side, Side]:
        """The plots of both plans within the strip; found before any clock runs."""
        width = self.book.tolerance.strip_m
        one, other = (side for side in self.sides if side.kind == "land-use")
        pair = ("a", "b")
        return (
            one.only(self.borders.near(one, pair, width)),
            other.only(self.borders.near(other, pair, width)),
        )


def make(plots: int) -> Ground:
    """Return two plans of so many plots each, with the ground and the lines beside them."""
    draw = np.random.default_rng(SEED)
    sides = []
    for city, way in (("a", -1.0), ("b", 1.0)):
        areas = _plots(draw, plots, way)
        sides.append(_side(city, "land-use", areas, draw.choice(CODES, len(areas), p=SHARES)))
        roads = [
            shapely.linestrings(
                [(EAST + way * DEPTH, y), (EAST, y + draw.choice([0.0, 0.0, 0.0, 60.0]))]
            )
            for y in NORTH + np.arange(500.0, LENGTH, 500.0)
        ]
        codes = draw.choice(["main-road", "main-road", "secondary-road"], len(roads))
        sides.append(_side(city, "lines", array(roads), codes))
    middles = np.column_stack(
        [
            EAST + draw.uniform(-DEPTH, DEPTH, 60),
            NORTH + draw.uniform(0, LENGTH, 60),
        ]
    )
    reserves = shapely.buffer(shapely.points(middles), draw.uniform(50, 300, 60))
    kinds = draw.choice(["green-heart-core", "ecological-redline", "permanent-farmland"], 60)
    sides.append(_side("", "protected", reserves, kinds))
    west = shapely.box(EAST - DEPTH, NORTH, EAST, NORTH + LENGTH)
    east = shapely.box(EAST, NORTH, EAST + DEPTH, NORTH + LENGTH)
    border = shapely.linestrings([(EAST, NORTH), (EAST, NORTH + LENGTH)])
    borders = Borders(Plane(114), {"a": west, "b": east}, {("a", "b"): border})
    return Ground(sides, borders, rulebook.read(ROOT / "regions" / "changzhutan" / "atlas"))


def _plots(draw: np.random.Generator, number: int, way: float) -> np.ndarray:
    """Return quadrilaterals that tile one side of the border, all corners but the rim's moved."""
    columns = round((number * DEPTH / LENGTH) ** 0.5)
    rows = -(-number // columns)
    step_x, step_y = DEPTH / columns, LENGTH / rows
    x = np.tile(np.arange(columns + 1) * step_x, (rows + 1, 1))
    y = np.tile(np.arange(rows + 1)[:, None] * step_y, (1, columns + 1))
    inner = np.zeros_like(x, dtype=bool)
    inner[1:-1, 1:-1] = True
    x[inner] += draw.uniform(-0.3, 0.3, inner.sum()) * step_x
    y[inner] += draw.uniform(-0.3, 0.3, inner.sum()) * step_y
    if way < 0:
        # x runs away from the border, so that what is below 0 lies beyond it: in stretches of some
        # plots the rim lies on either side
        wander = np.repeat(draw.uniform(-150, 150, rows // 4 + 1), 4)[: rows + 1]
        x[1:-1, 0] += np.clip(wander[1:-1], -150, 0.35 * step_x)

    x, y = EAST + way * x, NORTH + y
    corners = [(x[:-1, :-1], y[:-1, :-1]), (x[:-1, 1:], y[:-1, 1:])]
    corners += [(x[1:, 1:], y[1:, 1:]), (x[1:, :-1], y[1:, :-1])]
    rings = np.stack([np.stack(each, axis=-1) for each in corners], axis=-2)
    made = shapely.polygons(rings.reshape(-1, 4, 2))
    assert shapely.is_valid(made).all()
    return made


def _side(city: str, kind: Any, geometry: np.ndarray, codes: np.ndarray) -> Side:
    number = len(geometry)
    none = np.full(number, "")
    return Side(
        f"{kind} {city}", 1, city, kind, np.arange(number), codes.astype(str), none, geometry, none
    )


def ours_overlaps(ground: Ground) -> float:
    """Square metres planned twice."""
    one, other = ground.candidates
    return float(shapely.area(overlaps.overlapping(one, other).areas).sum())


def ours_uncovered(ground: Ground) -> float:
    """Square metres within the strip that nobody plans."""
    plans = [side for side in ground.sides if side.kind == "land-use"]
    parts, _strip = gaps.uncovered(plans, ground.borders, ground.book.tolerance)
    return float(shapely.area(parts).sum())


def ours_everything(ground: Ground) -> float:
    """How many findings the whole pass makes."""
    return float(len(passing.find(ground.sides, ground.borders, ground.book).findings))


def _frames(ground: Ground) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    one, other = (
        gpd.GeoDataFrame({"code": side.codes}, geometry=side.geometry) for side in ground.candidates
    )
    return one, other


def theirs_overlaps(ground: Ground) -> float:
    """Square metres planned twice, by geopandas."""
    one, other = _frames(ground)
    # what touches in a line only is dropped, and that is what we want
    warnings.simplefilter("ignore")
    return float(gpd.overlay(one, other, how="intersection", keep_geom_type=True).area.sum())


def theirs_uncovered(ground: Ground) -> float:
    """Square metres within the strip that nobody plans, by geopandas."""
    one, other = _frames(ground)
    strip = shapely.intersection(
        ground.borders.strip(("a", "b"), ground.book.tolerance.strip_m),
        shapely.union_all(list(ground.borders.territories.values())),
    )
    west, south, east, north = (round(each) for each in strip.bounds)
    squares = [
        shapely.box(x, y, x + 1000, y + 1000)
        for x in range(west, east, 1000)
        for y in range(south, north, 1000)
    ]
    cut = gpd.GeoDataFrame(geometry=shapely.intersection(squares, strip))
    plots = gpd.GeoDataFrame(geometry=np.concatenate([one.geometry, other.geometry]))
    left = gpd.overlay(cut, plots, how="difference")
    return float(left.area.sum())


def theirs_symmetric(ground: Ground) -> float:
    """Square metres planned once, by geopandas."""
    one, other = _frames(ground)
    both = gpd.overlay(one, other, how="symmetric_difference", keep_geom_type=True)
    return float(both.area.sum())


MEASURED: dict[str, Callable[[Ground], float]] = {
    "ours: overlaps": ours_overlaps,
    "geopandas: overlay intersection": theirs_overlaps,
    "ours: ground that nobody plans": ours_uncovered,
    "geopandas: overlay difference": theirs_uncovered,
    "geopandas: overlay symmetric difference": theirs_symmetric,
    "ours: the whole set of findings": ours_everything,
}


def _measure(name: str, plots: int) -> None:
    """Measure one line of the table in a process of its own, so that its memory is its own."""
    ground = make(plots)
    candidates = sum(map(len, ground.candidates))
    for side in ground.sides:
        # geopandas is given new frames, so our index is built anew as well
        side.__dict__.pop("tree", None)
    before = _memory()
    began = time.perf_counter()
    result = MEASURED[name](ground)
    took = time.perf_counter() - began
    print(json.dumps([took, result, _memory() - before, candidates]))


def run(plots: int = 100_000) -> int:
    """Print the table; return 1 where areas differ or geopandas is quicker."""
    told = {}
    for name in MEASURED:
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.findings", name, str(plots)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        told[name] = json.loads(answer.stdout)
    candidates = told["ours: overlaps"][3]
    print(
        f"Findings: two plans of {plots:,} plots at a border of {LENGTH / 1000:.0f} km, seed {SEED}"
    )
    print(f"{candidates:,} of them within the strip; seconds, in processes of their own")
    print(f"{'':<44}{'seconds':>9}{'peak MB more':>14}{'m² or findings':>20}")
    for name, (took, result, memory, _) in told.items():
        print(f"{name:<44}{took:>9.2f}{memory:>14.0f}{result:>20,.0f}")
    kept = True
    for ours, theirs in (
        ("ours: overlaps", "geopandas: overlay intersection"),
        ("ours: ground that nobody plans", "geopandas: overlay difference"),
    ):
        equal = abs(told[ours][1] - told[theirs][1]) <= 1e-6 * told[theirs][1]
        ratio = told[theirs][0] / told[ours][0]
        print(f"{ours}: {ratio:.1f} times as quick; areas {'equal' if equal else 'DIFFER'}")
        kept &= equal and ratio >= 1
    both = told["geopandas: overlay intersection"][0] + told["geopandas: overlay difference"][0]
    whole = told["ours: the whole set of findings"][0]
    print(f"all six rules take {whole / both:.2f} of the time of geopandas' two overlays alone")
    return 0 if kept else 1


def _memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _measure(sys.argv[1], int(sys.argv[2]))
