"""Files of layers: the same bytes for the same features, and rectangles read without the rest."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from conurb.atlas import storing
from conurb.atlas.places import path_of


def squares(count: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Little squares strewn over the three cities."""
    chance = np.random.default_rng(seed)
    x, y = chance.uniform(112.0, 114.0, count), chance.uniform(27.0, 29.0, count)
    return gpd.GeoDataFrame(
        {
            "fid": np.arange(1, count + 1),
            "code": chance.choice(["0701", "1001", None], count),
            "height": chance.uniform(0, 100, count),
            "day": pd.Timestamp("2026-01-01"),
        },
        geometry=shapely.box(x, y, x + 0.001, y + 0.001),
        crs="EPSG:4490",
    )


def test_the_same_features_give_the_same_file_in_whatever_order_they_come(tmp_path):
    frame = squares(5000)
    first = storing.write(frame, tmp_path)
    again = storing.write(frame.sample(frac=1, random_state=3), tmp_path)
    assert first == again
    assert first[1] == path_of(tmp_path, first[0])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [first[1]]


def test_what_is_read_is_what_was_written(tmp_path):
    frame = squares(3000)
    _, path = storing.write(frame, tmp_path)
    read = storing.read(path).sort_values("fid").reset_index(drop=True)
    assert list(read.columns) == ["fid", "code", "height", "day", "geometry"]
    assert (read.geometry.values == frame.geometry.values).all()
    assert read["code"].fillna("").tolist() == frame["code"].fillna("").tolist()
    assert read["height"].tolist() == frame["height"].tolist()


def test_a_rectangle_gives_exactly_what_meets_it_from_few_row_groups(tmp_path, monkeypatch):
    frame = squares(60_000)
    _, path = storing.write(frame, tmp_path)
    bbox = (112.8, 28.1, 112.9, 28.2)
    touched = []
    whole = pq.ParquetFile.read_row_groups
    monkeypatch.setattr(
        pq.ParquetFile,
        "read_row_groups",
        lambda self, groups, **kw: touched.extend(groups) or whole(self, groups, **kw),
    )
    read = storing.read(path, bbox, columns=["code"])
    expected = frame[shapely.intersects(frame.geometry.values, shapely.box(*bbox))]
    assert sorted(read["fid"]) == expected["fid"].tolist()
    assert list(read.columns) == ["fid", "code", "geometry"]
    assert 0 < len(touched) <= 4
    assert pq.read_metadata(path).num_row_groups == 15


def test_features_by_number(tmp_path):
    frame = squares(20_000)
    _, path = storing.write(frame, tmp_path)
    found = storing.feature(path, 12_345)
    assert found is not None
    assert found.geometry.iloc[0] == frame.geometry.iloc[12_344]
    assert storing.feature(path, 20_001) is None
    assert sorted(storing.read(path, fids=[7, 9, 30_000])["fid"]) == [7, 9]
    assert sorted(storing.identifiers(path)) == frame["fid"].tolist()


def test_nothing_is_read_as_nothing(tmp_path):
    _, path = storing.write(squares(0), tmp_path)
    assert len(storing.read(path)) == len(storing.read(path, (0, 0, 1, 1))) == 0
    assert storing.feature(path, 1) is None


def test_other_programs_read_the_file(tmp_path):
    frame = squares(100)
    _, path = storing.write(frame, tmp_path)
    theirs = gpd.read_parquet(path, bbox=(112.0, 27.0, 113.0, 28.0))
    assert sorted(theirs["fid"]) == sorted(storing.read(path, (112.0, 27.0, 113.0, 28.0))["fid"])
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["geometry_types"] == ["Polygon"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda f: f.drop(columns="fid"),
        lambda f: f.assign(fid=1),
        lambda f: f.set_geometry(shapely.transform(f.geometry.values, lambda xy: xy * 1000)),
        lambda f: f.set_geometry([shapely.Point(), *f.geometry.values[1:]]),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(tmp_path, spoil):
    with pytest.raises(ValueError, match=r"fid|distinct|empty|longitude"):
        storing.write(spoil(squares(10)), tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
