"""Coordinate systems: published points, exact inverses, and systems told apart."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import Geod

from conurb.atlas import coordinates as c
from conurb.atlas import measuring

REGION = c.with_margin((111.9, 26.1, 114.3, 28.7))
CHANGSHA = np.array([[112.9334, 28.2318], [112.98, 28.19], [113.05, 28.25]])

points = arrays(float, st.tuples(st.integers(1, 20), st.just(2)), elements=st.floats(0, 1)).map(
    lambda unit: unit * (55, 45) + (76, 4)
)


@given(points)
def test_gcj02_and_bd09_round_trips_are_exact(lonlat):
    for there, back in ((c.wgs84_to_gcj02, c.gcj02_to_wgs84), (c.wgs84_to_bd09, c.bd09_to_wgs84)):
        assert np.abs(back(there(lonlat)) - lonlat).max() < 1e-9
        assert np.abs(there(back(lonlat)) - lonlat).max() < 1e-9


@given(
    st.lists(
        st.tuples(st.floats(112, 114), st.floats(27, 29), st.floats(0.0001, 0.05)),
        min_size=1,
        max_size=8,
    )
)
def test_polygons_come_back_from_gcj02(circles):
    given_ones = np.array([shapely.Point(x, y).buffer(r, 4) for x, y, r in circles])
    shifted = shapely.transform(given_ones, c.wgs84_to_gcj02)
    back = c.convert(shifted, c.GCJ02)
    moved = shapely.get_coordinates(back) - shapely.get_coordinates(given_ones)
    assert np.abs(moved).max() < 1e-9
    again = shapely.transform(back, c.wgs84_to_gcj02)
    assert np.abs(shapely.get_coordinates(again) - shapely.get_coordinates(shifted)).max() < 1e-9


def test_gcj02_is_what_the_maps_show():
    """Tian'anmen by the two well-known pairs that implementations are compared with."""
    wgs, gcj = np.array([[116.391305, 39.907353]]), np.array([[116.397547, 39.908755]])
    assert np.abs(c.wgs84_to_gcj02(wgs) - gcj).max() < 2e-5
    assert (c.wgs84_to_gcj02(np.array([[-0.1, 51.5]])) == [[-0.1, 51.5]]).all()


@pytest.mark.parametrize("key", [key for key in c.SYSTEMS if key.startswith("EPSG:4")])
def test_every_zone_is_what_its_name_says(key):
    crs = pyproj.CRS(key)
    assert "2000" in crs.name or key == c.WGS84
    if crs.is_projected:
        middle = next(
            p.value
            for p in crs.coordinate_operation.params
            if p.name == "Longitude of natural origin"
        )
        easting = next(
            p.value for p in crs.coordinate_operation.params if p.name == "False easting"
        )
        assert f"{middle:g}°" in c.SYSTEMS[key].label.zh
        assert ("含带号" in c.SYSTEMS[key].label.zh.replace("不含带号", "")) == (easting > 1e6)
        back = c.convert(np.array([shapely.Point(easting, 3.1e6)]), key)
        assert back[0].x == pytest.approx(middle, abs=1e-9)


@pytest.mark.parametrize(
    ("definition", "key"),
    [
        ("EPSG:4526", "EPSG:4526"),
        ("OGC:CRS84", "EPSG:4326"),
        (pyproj.CRS("EPSG:4526").to_wkt("WKT1_ESRI"), "EPSG:4526"),
        (pyproj.CRS("EPSG:4547").to_wkt("WKT1_ESRI"), "EPSG:4547"),
        (pyproj.CRS("EPSG:4490").to_wkt("WKT1_ESRI"), "EPSG:4490"),
        (pyproj.CRS("EPSG:32649").to_json(), "EPSG:32649"),
    ],
)
def test_definitions_are_read(definition, key):
    assert c.read_definition(definition).key == key


@pytest.mark.parametrize(
    ("definition", "code"),
    [("no such thing", "crs-unreadable"), ("EPSG:2382", "crs-old"), ("EPSG:2437", "crs-old"),
     ("EPSG:27700", "crs-foreign")],
)  # fmt: skip
def test_definitions_that_cannot_be_used_are_refused_with_words(definition, code):
    with pytest.raises(c.CoordinatesError) as refused:
        c.read_definition(definition)
    assert refused.value.code == code


def projected(key: str) -> np.ndarray:
    return np.column_stack(
        pyproj.Transformer.from_crs("EPSG:4490", key, always_xy=True).transform(*CHANGSHA.T)
    )


@pytest.mark.parametrize("key", ["EPSG:4526", "EPSG:4525", "EPSG:4547", "EPSG:4546", "EPSG:3857"])
def test_the_likely_system_is_named(key):
    xy = projected(key)
    wrong = c.suspect(xy, c.CGCS2000, REGION)
    assert wrong is not None
    assert wrong.code == "other-system"
    assert key in {found.key for found in c.likely(xy, REGION)}
    assert c.suspect(xy, key, REGION) is None
    assert c.convert(shapely.points(xy), key)[0].x == pytest.approx(112.9334, abs=1e-8)


def test_swapped_coordinates_are_seen_in_degrees_and_in_metres():
    for xy, key in ((CHANGSHA, c.CGCS2000), (projected("EPSG:4526"), "EPSG:4526")):
        wrong = c.suspect(xy[:, ::-1], key, REGION)
        assert wrong is not None
        assert wrong.code == "swapped"


def test_what_lies_elsewhere_is_said():
    wrong = c.suspect(np.array([[2.35, 48.85]]), c.WGS84, REGION)
    assert wrong is not None
    assert wrong.code == "outside"
    assert "48.85" in wrong.message_zh


def test_areas_and_lengths_agree_with_geodesics():
    geod = Geod(a=measuring.A, f=measuring.F)
    x, y = np.meshgrid(np.arange(112, 114, 0.31), np.arange(26.2, 29, 0.37))
    for size in (0.0001, 0.01, 0.09):
        squares = shapely.box(x, y, x + size, y + size).ravel()
        geodesic = [abs(geod.geometry_area_perimeter(square)[0]) for square in squares]
        assert measuring.areas(squares) == pytest.approx(geodesic, rel=1e-6)
    lines = shapely.linestrings([[[x, y], [x + 0.05, y + 0.06]] for x, y in CHANGSHA])
    both = np.array([*lines, shapely.MultiLineString([*lines]), shapely.Point(0, 0)])
    geodesic = [geod.geometry_length(line) for line in lines]
    assert measuring.lengths(both) == pytest.approx([*geodesic, sum(geodesic), 0], rel=1e-6)
    assert (measuring.areas(np.array([lines[0]])) == 0).all()
