"""What differs between two versions of a layer: features, and the ground that changed its class.

Features are matched by an identifying property where both versions have one; else by their shape:
first the same shape, then for areas the pair whose intersection is at least half of their union.
Ground is compared by laying the versions over each other: how many square metres of each class
became which class, or are covered by one version alone. Within a version features are taken not to
overlap; where they do, ground counts once a pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from conurb.atlas.measuring import areas, lengths
from conurb.atlas.schemas import CODE
from conurb.atlas.storing import FID

__all__ = [
    "ADDED",
    "CHANGED",
    "MOVED",
    "NOTHING",
    "REMOVED",
    "Comparison",
    "compare",
    "identifying",
]

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
"""Changes of a feature: new, gone, of other properties, of another shape (and maybe properties)."""

NOTHING = "-"
"""The class of ground that a version does not cover."""

SAME_ENOUGH = 0.5
"""Intersection over union from which two areas are one feature in another shape."""

SMALLEST = 0.5
"""Square metres below which ground that changed is rounding."""

Rows = NDArray[np.int64]
Geometries = NDArray[Any]
SHAPE = "shape"


@dataclass(frozen=True)
class Comparison:
    """The differences: `changes` has a row each, `ground` square metres by class before and after.

    `changes`: change, before and after (fid, or None), class_before, class_after, area in square
    metres (after, or before where it is gone), length in metres, what (properties that differ,
    `shape` first), geometry (after, or before where it is gone). `ground`: before, after, area;
    `totals`: code, then count, area and length before and after. `matched_by` is the identifying
    property or "".
    """

    matched_by: str
    changes: gpd.GeoDataFrame
    unchanged: int
    ground: pd.DataFrame
    totals: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """How many features of each change."""
        numbers = self.changes["change"].value_counts()
        return {change: int(numbers.get(change, 0)) for change in (ADDED, REMOVED, CHANGED, MOVED)}


def identifying(before: pd.DataFrame, after: pd.DataFrame, wanted: str) -> str:
    """Return `wanted` if it tells features apart in both versions, else ""."""
    for frame in (before, after):
        if wanted not in frame.columns or frame[wanted].isna().any():
            return ""
        if frame[wanted].duplicated().any():
            return ""
    return wanted


def compare(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, id_field: str = "") -> Comparison:
    """Compare two versions as `storing.read` gives them, in longitude and latitude.

    `id_field` identifies features where it can (`identifying`).
    """
    matched_by = identifying(before, after, id_field) if id_field else ""
    same = _same_shapes(before.geometry.to_numpy(), after.geometry.to_numpy())
    ground = _ground(before, after, *same)
    if matched_by:
        pairs = _by_value(before[matched_by], after[matched_by])
    else:
        pairs = _by_shape(before, after, same, ground.pairs)
    changes, unchanged = _changes(before, after, *pairs)
    return Comparison(
        matched_by=matched_by,
        changes=changes,
        unchanged=unchanged,
        ground=ground.table,
        totals=_totals(before, after),
    )


def _by_value(before: pd.Series, after: pd.Series) -> tuple[Rows, Rows]:
    at = pd.Series(np.arange(len(after)), index=after.astype(str).to_numpy())
    found = at.reindex(before.astype(str).to_numpy()).to_numpy(dtype=float)
    there = np.flatnonzero(~np.isnan(found))
    return there, found[there].astype(np.int64)


def _same_shapes(before: Geometries, after: Geometries) -> tuple[Rows, Rows]:
    """Pair features of the same shape, wherever its outline begins; each once."""
    old = pd.DataFrame({"key": shapely.to_wkb(shapely.normalize(before))})
    new = pd.DataFrame({"key": shapely.to_wkb(shapely.normalize(after))})
    for frame in (old, new):
        frame["row"] = np.arange(len(frame))
        frame["nth"] = frame.groupby("key").cumcount()
    both = old.merge(new, on=["key", "nth"], suffixes=("_old", "_new"))
    return both["row_old"].to_numpy(np.int64), both["row_new"].to_numpy(np.int64)


@dataclass(frozen=True)
class _Ground:
    """Square metres by class before and after, and the pairs (old, new, area) of other shapes."""

    table: pd.DataFrame
    pairs: tuple[Rows, Rows, NDArray[np.float64]]


def _ground(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, same_old: Rows, same_new: Rows
) -> _Ground:
    """Lay versions over each other; what has the same shape in both is not intersected again."""
    old, new = _areal(before), _areal(after)
    areal = np.isin(same_old, old)
    same_old, same_new = same_old[areal], same_new[areal]
    old, new = np.setdiff1d(old, same_old), np.setdiff1d(new, same_new)
    left, right, shared = _intersections(
        before.geometry.to_numpy(), after.geometry.to_numpy(), old, new
    )
    same_areas = areas(before.geometry.to_numpy()[same_old])
    classes_old, classes_new = _classes(before), _classes(after)
    rows = [
        (classes_old[same_old], classes_new[same_new], same_areas),
        (classes_old[left], classes_new[right], shared),
        _left_over(before, old, left, shared, classes_old, is_old=True),
        _left_over(after, new, right, shared, classes_new, is_old=False),
    ]
    table = pd.DataFrame(
        {
            "before": np.concatenate([row[0] for row in rows]),
            "after": np.concatenate([row[1] for row in rows]),
            "area": np.concatenate([row[2] for row in rows]),
        }
    )
    summed = table.groupby(["before", "after"], as_index=False, sort=True)["area"].sum()
    summed = summed[summed["area"] >= SMALLEST].reset_index(drop=True)
    return _Ground(summed, (left, right, shared))


def _areal(frame: gpd.GeoDataFrame) -> Rows:
    return np.flatnonzero(shapely.get_dimensions(frame.geometry.to_numpy()) == 2)


def _intersections(
    before: Geometries, after: Geometries, old: Rows, new: Rows
) -> tuple[Rows, Rows, NDArray[np.float64]]:
    """Return the pairs of areas that share ground, and how many square metres."""
    if not len(old) or not len(new):
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    tree = shapely.STRtree(after[new])
    left, right = tree.query(before[old], predicate="intersects")
    left, right = old[left], new[right]
    try:
        pieces = shapely.intersection(before[left], after[right])
    except GEOSException:
        pieces = shapely.intersection(
            shapely.make_valid(before[left]), shapely.make_valid(after[right])
        )
    shared = areas(pieces)
    there = shared >= SMALLEST
    return left[there], right[there], shared[there]


def _left_over(
    frame: gpd.GeoDataFrame,
    rows: Rows,
    paired: Rows,
    shared: NDArray[np.float64],
    classes: NDArray[Any],
    *,
    is_old: bool,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """Return the ground of features that the other version does not cover."""
    covered = np.bincount(paired, weights=shared, minlength=len(frame))[rows]
    alone = np.maximum(areas(frame.geometry.to_numpy()[rows]) - covered, 0.0)
    there = alone >= SMALLEST
    of = classes[rows][there]
    nothing = np.full(len(of), NOTHING, dtype=object)
    return (of, nothing, alone[there]) if is_old else (nothing, of, alone[there])


def _classes(frame: gpd.GeoDataFrame) -> NDArray[Any]:
    if CODE not in frame.columns:
        return np.full(len(frame), "", dtype=object)
    classes: NDArray[Any] = frame[CODE].astype(object).where(frame[CODE].notna(), "").to_numpy()
    return classes


def _by_shape(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    same: tuple[Rows, Rows],
    overlaps: tuple[Rows, Rows, NDArray[np.float64]],
) -> tuple[Rows, Rows]:
    """Pair the same shapes, then areas that share most of their ground, the best first."""
    left, right, shared = overlaps
    union = (
        areas(before.geometry.to_numpy()[left]) + areas(after.geometry.to_numpy()[right]) - shared
    )
    alike = shared / np.maximum(union, SMALLEST)
    good = alike >= SAME_ENOUGH
    order = np.argsort(-alike[good], kind="stable")
    best = pd.DataFrame({"old": left[good][order], "new": right[good][order]})
    # of two pairs with a feature in common the better stands first
    best = best[~best["old"].duplicated() & ~best["new"].duplicated()]
    old = np.concatenate([same[0], best["old"].to_numpy(np.int64)])
    new = np.concatenate([same[1], best["new"].to_numpy(np.int64)])
    return old, new


def _changes(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, old: Rows, new: Rows
) -> tuple[gpd.GeoDataFrame, int]:
    moved = ~shapely.equals_exact(
        shapely.normalize(before.geometry.to_numpy()[old]),
        shapely.normalize(after.geometry.to_numpy()[new]),
        tolerance=0,
    )
    what, differs = _what_differs(before.iloc[old], after.iloc[new], moved)
    added = np.setdiff1d(np.arange(len(after)), new)
    removed = np.setdiff1d(np.arange(len(before)), old)
    kind = np.where(moved[differs], MOVED, CHANGED)
    rows = [
        _rows(kind, before.iloc[old[differs]], after.iloc[new[differs]], what),
        _rows(np.full(len(added), ADDED), None, after.iloc[added], [""] * len(added)),
        _rows(np.full(len(removed), REMOVED), before.iloc[removed], None, [""] * len(removed)),
    ]
    table = pd.concat(rows, ignore_index=True)
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=after.crs)
    return frame, int(len(old) - differs.sum())


def _what_differs(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, moved: NDArray[np.bool_]
) -> tuple[list[str], NDArray[np.bool_]]:
    """Return the names of what differs for the pairs that do, and which pairs do."""
    names = [SHAPE]
    columns = [moved]
    shared = [
        name
        for name in after.columns
        if name in before.columns and name not in {FID, after.geometry.name}
    ]
    for name in shared:
        old, new = before[name].to_numpy(dtype=object), after[name].to_numpy(dtype=object)
        none_old, none_new = pd.isna(old), pd.isna(new)
        equal = np.array([a == b for a, b in zip(old, new, strict=True)], dtype=bool)
        columns.append(~((none_old & none_new) | (equal & ~none_old & ~none_new)))
        names.append(name)
    table = np.column_stack(columns)
    differs = np.asarray(table.any(axis=1), dtype=bool)
    what = [", ".join(np.array(names)[row]) for row in table[differs]]
    return what, differs


def _rows(
    change: NDArray[Any],
    before: gpd.GeoDataFrame | None,
    after: gpd.GeoDataFrame | None,
    what: Sequence[str],
) -> pd.DataFrame:
    """Return rows of changes; a feature that was added has no side before, a removed none after."""
    shown: Any = after if after is not None else before
    geometry = shown.geometry.to_numpy()
    nothing = np.full(len(shown), None, dtype=object)
    return pd.DataFrame(
        {
            "change": change,
            "before": nothing if before is None else before[FID].to_numpy(dtype=object),
            "after": nothing if after is None else after[FID].to_numpy(dtype=object),
            "class_before": nothing if before is None else _classes(before),
            "class_after": nothing if after is None else _classes(after),
            "area": areas(geometry),
            "length": lengths(geometry),
            "what": list(what),
            "geometry": geometry,
        }
    )


def _totals(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return count, area and length of each class before and after."""
    sides = []
    for name, frame in (("before", before), ("after", after)):
        geometry = frame.geometry.to_numpy()
        each = pd.DataFrame(
            {
                "code": _classes(frame),
                f"count_{name}": 1,
                f"area_{name}": areas(geometry),
                f"length_{name}": lengths(geometry),
            }
        )
        sides.append(each.groupby("code").sum())
    table = sides[0].join(sides[1], how="outer").fillna(0).reset_index()
    for name in ("count_before", "count_after"):
        table[name] = table[name].astype(int)
    return table.sort_values("code", ignore_index=True)
