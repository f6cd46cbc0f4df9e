"""Cutting many geometries with many others, and putting together what belongs together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.plane import Geometries
from conurb.atlas.findings.sides import Indices, Mask

GRID = 0.0001
"""Metres within which vertices are one: the topological tolerance of the databases of territorial
spatial plans (0.0001 m, as in TD/T 1016 on databases of land surveys)."""

_THREADS = min(4, os.cpu_count() or 1)
_CHUNK = 4_096


def intersections(one: Geometries, other: Geometries) -> Geometries:
    """Return the area common to each two geometries of arrays of equal length.

    Lines and points in which areas only touch are left out. The work is shared between threads:
    GEOS runs without the interpreter's lock.
    """
    starts = range(0, len(one), _CHUNK)
    if len(starts) > 1 and _THREADS > 1:
        with ThreadPoolExecutor(_THREADS) as pool:
            cut = pool.map(
                lambda at: shapely.intersection(one[at : at + _CHUNK], other[at : at + _CHUNK]),
                starts,
            )
            made = np.concatenate(list(cut))
    else:
        made = shapely.intersection(one, other)
    return areas_of(made)


def areas_of(geometries: Geometries) -> Geometries:
    """Return the geometries with everything but areas taken out of collections."""
    kinds = shapely.get_type_id(geometries)
    mixed = np.flatnonzero(kinds == 7)
    others = np.flatnonzero((kinds >= 0) & (kinds != 3) & (kinds != 6) & (kinds != 7))
    kept = geometries.copy()
    kept[others] = shapely.Polygon()
    for at in mixed:
        parts = shapely.get_parts(geometries[at])
        kinds_within = shapely.get_type_id(parts)
        kept[at] = shapely.union_all(parts[(kinds_within == 3) | (kinds_within == 6)])
    return kept


def boxes_overlap(one: Geometries, other: Geometries) -> Mask:
    """Tell of each two geometries whether their boxes have more than a rim in common.

    Neighbours in a plan mostly touch; this sorts most of them out before anything is cut.
    """
    a, b = shapely.bounds(one), shapely.bounds(other)
    wide = np.minimum(a[:, 2], b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    high = np.minimum(a[:, 3], b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    return np.asarray((wide > GRID) & (high > GRID))


def union(areas: Geometries) -> BaseGeometry:
    """Return the union of areas.

    Where they form a coverage (a plan without overlaps, neighbours sharing their vertices) this
    takes a tenth of the time: the result counts when it is valid and its area is the sum.
    """
    if not len(areas):
        return shapely.Polygon()
    quick: BaseGeometry | None
    try:
        quick = shapely.coverage_union_all(areas)
    except shapely.GEOSException:
        quick = None
    total = float(shapely.area(areas).sum())
    if quick is not None and abs(quick.area - total) <= 1e-9 * total and quick.is_valid:
        return quick
    return shapely.union_all(areas)


def merged(areas: Geometries) -> tuple[Geometries, Indices, Indices]:
    """Return the connected parts of the union of areas, and which area lies in which part.

    The second and the third value are pairs: place of an area, place of a part. Areas that touch
    in a point only stay apart.
    """
    parts = shapely.get_parts(shapely.union_all(areas, grid_size=GRID))
    parts = parts[shapely.get_type_id(parts) == 3]
    single, owner = shapely.get_parts(areas, return_index=True)
    if not len(parts) or not len(single):
        nothing = np.zeros(0, dtype=np.intp)
        return parts, nothing, nothing
    # what the grid swallowed lies in no part
    within, part = shapely.STRtree(parts).query(
        shapely.point_on_surface(single), predicate="dwithin", distance=10 * GRID
    )
    pairs = np.unique(np.column_stack([owner[within], part]), axis=0)
    return parts, pairs[:, 0], pairs[:, 1]


def mean_widths(areas: Geometries) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return twice the area over the outline, in metres: the width where an area is a ribbon."""
    outline = shapely.length(areas)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(outline > 0, 2 * shapely.area(areas) / outline, 0.0)
    return np.asarray(width, dtype=np.float64)


def components(one: Indices, other: Indices) -> Iterator[Indices]:
    """Yield the connected groups of a list of pairs, each as places in that list, in order."""
    if not len(one):
        return
    left, one_at = np.unique(one, return_inverse=True)
    right, other_at = np.unique(other, return_inverse=True)
    size = len(left) + len(right)
    links = coo_array((np.ones(len(one)), (one_at, other_at + len(left))), shape=(size, size))
    labels = connected_components(links, directed=False)[1][one_at]
    yield from groups(labels)


def groups(labels: Indices) -> Iterator[Indices]:
    """Yield the places that bear the same label, group by group in the order of the labels."""
    order = np.argsort(labels, kind="stable")
    edges = np.flatnonzero(np.diff(labels[order])) + 1
    yield from np.split(order, edges) if len(order) else ()
