"""Differences of versions: every feature and every square metre is accounted for."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.atlas.comparing import (
    ADDED,
    CHANGED,
    MOVED,
    NOTHING,
    REMOVED,
    compare,
    identifying,
)
from conurb.atlas.measuring import areas

STEP = 0.01


def frame(*cells: tuple[int, int, str], **columns: list[Any]) -> gpd.GeoDataFrame:
    """Squares of a grid near Changsha, each (column, row, class)."""
    shapes = [
        shapely.box(112.9 + x * STEP, 28 + y * STEP, 112.9 + (x + 1) * STEP, 28 + (y + 1) * STEP)
        for x, y, _ in cells
    ]
    facts = {"fid": np.arange(1, len(cells) + 1), "code": [code for *_, code in cells], **columns}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs="EPSG:4326")


def test_features_are_added_removed_and_changed() -> None:
    before = frame((0, 0, "0101"), (1, 0, "0101"), (2, 0, "0701"))
    after = frame((0, 0, "0701"), (2, 0, "0701"), (3, 0, "1401"))
    found = compare(before, after)
    assert found.counts == {ADDED: 1, REMOVED: 1, CHANGED: 1, MOVED: 0}
    assert found.unchanged == 1
    changed = found.changes[found.changes["change"] == CHANGED].iloc[0]
    assert (changed["before"], changed["after"], changed["what"]) == (1, 1, "code")
    assert (changed["class_before"], changed["class_after"]) == ("0101", "0701")


def test_the_matrix_says_what_became_of_the_ground() -> None:
    before = frame((0, 0, "0101"), (1, 0, "0101"))
    after = frame((0, 0, "0701"), (2, 0, "1401"))
    ground = {
        (row.before, row.after): row.area for row in compare(before, after).ground.itertuples()
    }
    one = areas(before.geometry.to_numpy()[:1])[0]
    assert set(ground) == {("0101", "0701"), ("0101", NOTHING), (NOTHING, "1401")}
    assert ground["0101", "0701"] == pytest.approx(one)
    assert one == pytest.approx(1.09e6, rel=0.01)


def test_a_feature_whose_outline_moved_is_the_same_feature() -> None:
    before = frame((0, 0, "0101"))
    after = before.copy()
    after["geometry"] = shapely.affinity.translate(before.geometry.iloc[0], STEP / 5, 0)
    found = compare(before, after)
    assert found.counts == {ADDED: 0, REMOVED: 0, CHANGED: 0, MOVED: 1}
    far = before.copy()
    far["geometry"] = shapely.affinity.translate(before.geometry.iloc[0], STEP / 2, 0)
    assert compare(before, far).counts == {ADDED: 1, REMOVED: 1, CHANGED: 0, MOVED: 0}


def test_an_outline_that_begins_elsewhere_is_the_same() -> None:
    before = frame((0, 0, "0101"))
    ring = list(before.geometry.iloc[0].exterior.coords)[:-1]
    after = before.copy()
    after["geometry"] = shapely.Polygon([*ring[2:], *ring[:2]][::-1])
    assert compare(before, after).unchanged == 1


def test_a_declared_number_identifies_features_wherever_they_went() -> None:
    before = frame((0, 0, "0101"), (1, 0, "0701"), plot=["A", "B"])
    after = frame((5, 5, "0101"), (1, 0, "0701"), plot=["A", "C"])
    found = compare(before, after, "plot")
    assert found.matched_by == "plot"
    assert found.counts == {ADDED: 1, REMOVED: 1, CHANGED: 0, MOVED: 1}
    doubled = frame((0, 0, "0101"), (1, 0, "0701"), plot=["A", "A"])
    assert identifying(before, doubled, "plot") == ""
    assert compare(before, doubled, "plot").matched_by == ""


def test_empty_and_missing_values_are_no_change() -> None:
    before = frame((0, 0, "0101"), name=[None])
    after = frame((0, 0, "0101"), name=[float("nan")])
    assert compare(before, after).unchanged == 1
    nothing = before.iloc[:0]
    assert compare(nothing, before).counts[ADDED] == 1
    assert compare(before, nothing).counts[REMOVED] == 1
    assert compare(nothing, nothing).unchanged == 0


def test_lines_are_compared_by_class_and_length() -> None:
    line = shapely.LineString([(112.9, 28), (113.0, 28)])
    before = gpd.GeoDataFrame({"fid": [1], "code": ["metro"]}, geometry=[line], crs=4326)
    after = gpd.GeoDataFrame({"fid": [1], "code": ["railway"]}, geometry=[line], crs=4326)
    found = compare(before, after)
    assert found.counts[CHANGED] == 1
    assert found.ground.empty
    assert found.totals.set_index("code").loc["metro", "length_before"] == pytest.approx(
        9_836, rel=0.01
    )


cells = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(["0101", "0701", "1401"])),
    max_size=20,
    unique_by=lambda cell: cell[:2],
)


@settings(max_examples=60, deadline=None)
@given(cells, cells, st.floats(0, 0.9))
def test_nothing_is_lost(old: Any, new: Any, shift: float) -> None:
    before, after = frame(*old), frame(*new)
    after["geometry"] = [
        shapely.affinity.translate(shape, shift * STEP, 0) for shape in after.geometry
    ]
    found = compare(before, after)
    counts = found.counts
    both = found.unchanged + counts[CHANGED] + counts[MOVED]
    assert both + counts[REMOVED] == len(before)
    assert both + counts[ADDED] == len(after)
    for side, given_ in (("before", before), ("after", after)):
        summed = found.ground[found.ground[side] != NOTHING].groupby(side)["area"].sum()
        sizes = areas(given_.geometry.to_numpy())
        for code in set(given_["code"]):
            true = sizes[(given_["code"] == code).to_numpy()].sum()
            assert summed[code] == pytest.approx(true, rel=1e-6, abs=20)
            total = found.totals.set_index("code").loc[code, f"area_{side}"]
            assert total == pytest.approx(true)
