"""Tiles judged by others' readers: mapbox-vector-tile and GDAL; and by areas that must be kept."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.atlas import storing, tile_index, tiles
from conurb.atlas.tile_encoding import EXTENT
from conurb.atlas.tiles import FeatureSet, Tile, cut, level, project

CHANGSHA = (112.94, 28.23)


def tile_at(lon: float, lat: float, z: int) -> Tile:
    x, y = project(np.array([[lon, lat]]))[0] * 2**z
    return Tile(z, int(x), int(y))


def mosaic(side: int, *, seed: int = 1, span: float = 0.4) -> tuple[Any, list[str]]:
    """Return side × side quadrangles that cover a square around Changsha, and a class of each."""
    draw = np.random.default_rng(seed)
    x, y = np.meshgrid(*(np.linspace(at - span / 2, at + span / 2, side + 1) for at in CHANGSHA))
    jitter = span / side / 5
    x, y = x + draw.uniform(-jitter, jitter, x.shape), y + draw.uniform(-jitter, jitter, y.shape)
    corners = [(slice(0, -1), slice(0, -1)), (slice(0, -1), slice(1, None))]
    corners += [(slice(1, None), slice(1, None)), (slice(1, None), slice(0, -1))]
    rings = np.stack([np.stack([x[at], y[at]], -1) for at in corners], 2).reshape(-1, 4, 2)
    return shapely.polygons(rings), draw.choice(["01", "07", "14"], side * side).tolist()


def features(shapes: Any, **columns: Sequence[Any]) -> FeatureSet:
    shapes = np.asarray(shapes, dtype=object)
    return FeatureSet.of(shapes, np.arange(len(shapes)), columns, "code")


def read(tile: bytes) -> list[dict[str, Any]]:
    options = {"y_coord_down": True}
    decoded = mapbox_vector_tile.decode(tile, default_options=options) if tile else {}
    return decoded["plots"]["features"] if decoded else []


def cut_at(given: FeatureSet, tile: Tile) -> list[dict[str, Any]]:
    return read(cut(given, level(given, tile.z), tile, "plots"))


def test_a_feature_comes_with_its_number_properties_and_shape() -> None:
    ring = [(112.941, 28.231), (112.943, 28.231), (112.943, 28.233), (112.941, 28.233)]
    hole = [(112.9415, 28.2315), (112.9425, 28.2315), (112.9425, 28.2325)]
    given = FeatureSet.of(
        np.array([shapely.Polygon(ring, [hole])]),
        np.array([712]),
        {"code": ["0701"], "floors": [18], "share": [0.25], "open": [True], "note": [None]},
    )
    tile = tile_at(112.942, 28.232, 14)
    (one,) = cut_at(given, tile)
    assert one["id"] == 712
    assert one["properties"] == {"code": "0701", "floors": 18, "share": 0.25, "open": True}
    world = (given.geometries[0].exterior.coords - np.array(tile.origin)) * (EXTENT / tile.side)
    outer, inner = one["geometry"]["coordinates"]
    assert shapely.hausdorff_distance(shapely.Polygon(outer), shapely.Polygon(world)) <= 1
    # outer rings have a positive area in the grid of the tile, holes a negative one (MVT 4.3.4.4)
    assert surveyor(outer) > 0 > surveyor(inner)


def surveyor(ring: Sequence[Sequence[float]]) -> float:
    x, y = np.array(ring).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    z=st.integers(9, 16),
    east=st.floats(-0.15, 0.15),
    north=st.floats(-0.15, 0.15),
)
def test_what_a_tile_shows_is_what_lies_in_it(seed: int, z: int, east: float, north: float) -> None:
    shapes, codes = mosaic(14, seed=seed)
    given_ = features(shapes, code=codes)
    tile = tile_at(CHANGSHA[0] + east, CHANGSHA[1] + north, z)
    shown = cut_at(given_, tile)
    reach = shapely.box(*tile.reach)
    there = shapely.intersection(given_.geometries, reach)
    unit = tile.side / EXTENT
    visible = {int(row) for row in np.flatnonzero(shapely.area(there) > (40 * unit) ** 2)}
    assert visible <= {one["id"] for one in shown}
    for one in shown:
        shape = shapely.geometry.shape(one["geometry"])
        expected = there[one["id"]].area / unit**2
        # the outline is off by a quarter of a pixel, which is two units, and rounding
        assert abs(shape.area - expected) <= 3 * (there[one["id"]].length / unit + 8)
        assert one["properties"]["code"] == codes[one["id"]]


@pytest.mark.parametrize("z", [2, 4, 6, 7])
def test_small_features_keep_the_area_of_their_class(z: int) -> None:
    shapes, codes = mosaic(60)
    given_ = features(shapes, code=codes)
    drawn = level(given_, z)
    assert (drawn.merged > 0).any()
    pixel = (1 / 2**z / tiles.PIXELS) ** 2
    area: dict[str, float] = defaultdict(float)
    for row, each in zip(drawn.source, shapely.area(drawn.geometries), strict=True):
        area[codes[row]] += each
    for code in set(codes):
        true = given_.areas[np.array(codes) == code].sum()
        assert abs(area[code] - true) <= 0.5 * pixel + 0.01 * true


def test_a_square_says_for_how_many_it_stands() -> None:
    shapes, codes = mosaic(60)
    given_ = features(shapes, code=codes, name=[f"plot {n}" for n in range(len(codes))])
    shown = cut_at(given_, tile_at(*CHANGSHA, 6))
    squares = [one["properties"] for one in shown if tiles.MERGED in one["properties"]]
    assert squares
    assert all(set(each) == {"code", tiles.MERGED} for each in squares)
    assert sum(each[tiles.MERGED] for each in squares) <= len(codes)


def test_a_tile_has_no_more_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "MOST_IN_A_TILE", 500)
    shapes, codes = mosaic(60)
    shown = cut_at(features(shapes, code=codes), tile_at(*CHANGSHA, 9))
    assert 250 < len(shown) < 650


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.floats(112.9, 113.0), st.floats(28.2, 28.26)), min_size=2, max_size=40
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 16),
)
def test_lines_and_points_of_any_shape_can_be_read(
    paths: list[list[tuple[float, float]]], z: int
) -> None:
    shapes = [shapely.LineString(path) for path in paths]
    shapes += [shapely.MultiPoint(path) for path in paths]
    given_ = features(shapes, code=["01"] * len(shapes))
    for one in cut_at(given_, tile_at(112.95, 28.23, z)):
        assert one["geometry"]["type"] in {"Point", "MultiPoint", "LineString", "MultiLineString"}


def test_mixed_and_crossing_shapes_do_not_stop_a_tile() -> None:
    bow = shapely.Polygon([(112.9, 28.2), (113, 28.3), (113, 28.2), (112.9, 28.3)])
    given_ = features(
        [bow, shapely.MultiPolygon([bow, bow]), shapely.Point(112.95, 28.25), shapely.Polygon()],
        code=["01", "07", None, "01"],
    )
    for z in (3, 11, 16):
        cut_at(given_, tile_at(112.94, 28.25, z))


def test_gdal_reads_a_tile(tmp_path: Path) -> None:
    shapes, codes = mosaic(20)
    given_ = features(shapes, code=codes)
    tile = tile_at(*CHANGSHA, 11)
    file = tmp_path / f"{tile.y}.mvt"
    file.write_bytes(cut(given_, level(given_, 11), tile, "plots"))
    options = {"X": str(tile.x), "Y": str(tile.y), "Z": str(tile.z)}
    frame = pyogrio.read_dataframe(file, layer="plots", **options)
    frame = frame.set_crs(3857, allow_override=True).to_crs(4326)
    inside = frame[shapely.contains_properly(shapely.box(*frame.total_bounds), frame.geometry)]
    assert len(inside) > 5
    for row in inside.itertuples():
        assert row.code == codes[row.mvt_id]
        assert shapely.hausdorff_distance(row.geometry, shapes[row.mvt_id]) < 5e-5


@pytest.fixture
def stored(tmp_path: Path) -> tile_index.Source:
    shapes, codes = mosaic(30)
    frame = gpd.GeoDataFrame(
        {"fid": np.arange(1, 901), "code": codes}, geometry=shapes, crs="EPSG:4326"
    )
    sha256, path = storing.write(frame, tmp_path / "layers")
    return tile_index.Source(path, sha256, ("code",), "code")


def test_a_finished_tile_is_kept_on_disk(stored: tile_index.Source, tmp_path: Path) -> None:
    tile = tile_at(*CHANGSHA, 12)
    made = tile_index.tile_of(stored, tile, tmp_path / "tiles")
    assert read_kept(made)
    stored.path.unlink()
    assert tile_index.tile_of(stored, tile, tmp_path / "tiles") == made
    assert tile_index.tile_of(stored, Tile(12, 0, 0), tmp_path / "tiles") == b""


def read_kept(packed: bytes) -> list[dict[str, Any]]:
    features_: list[dict[str, Any]] = mapbox_vector_tile.decode(gzip.decompress(packed))[
        tile_index.LAYER
    ]["features"]
    return features_


def test_memory_holds_what_was_used_last() -> None:
    kept = tile_index.Kept(100)
    made: list[str] = []

    def get(key: str, size: int = 40) -> str:
        return kept.get(key, lambda: made.append(key) or key, lambda _: size)  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        assert get(key) == key
    assert made == ["a", "b", "c", "b"]
    assert kept.size <= 100
    get("large", 1000)
    assert kept.size == 1000
