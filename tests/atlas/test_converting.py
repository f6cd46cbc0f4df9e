"""From files to features of a version: what was guessed, what was confirmed, what came out."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from conurb.atlas import coordinates, formats, previewing
from conurb.atlas.converting import Answers, EmptyLayerError, convert
from conurb.atlas.schemas import SCHEMAS
from tests.atlas import files

LAND_USE = SCHEMAS["land-use"]


def only_layer(path, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    (layer,) = formats.open_layers(path, work)
    return layer


def looked(path, tmp_path, before=None):
    layer = only_layer(path, tmp_path)
    found = previewing.look(layer, LAND_USE, files.HOME, before or {})
    json.dumps(found, allow_nan=False)
    return layer, found


def test_a_city_s_shapefile_in_gauss_krueger_with_codes_of_its_own(tmp_path):
    frame = files.plots().to_crs("EPSG:4526")
    frame["DM"] = ["R2"] * 8 + ["M1"] * 3 + ["??"]
    path = files.shapefile(tmp_path / "a.zip", frame)
    layer, found = looked(path, tmp_path, {"R2": "0701"})
    assert found["crs"]["key"] == "EPSG:4526"
    assert found["crs"]["stated"]
    assert found["crs"]["problem"] is None
    assert found["guessed"] == {"code": "DM", "name": "MC"}
    assert found["values"]["DM"] == {"R2": 8, "M1": 3, "??": 1}
    assert found["codes"]["DM"] == {"R2": "0701", "M1": None, "??": None}
    assert len(found["rows"]) == 12

    ticks = []
    made = convert(
        layer,
        LAND_USE,
        Answers("EPSG:4526", "polygon", found["guessed"], {"R2": "0701", "M1": "1001"}),
        files.HOME,
        ticks.append,
    )
    assert sum(ticks) == 12
    original = files.plots().geometry.values
    assert shapely.hausdorff_distance(made.frame.geometry.values, original).max() < 1e-9
    assert {code: row["count"] for code, row in made.classes.items()} == {
        "0701": 8,
        "1001": 3,
        "": 1,
    }
    assert made.classes["1001"]["area"] == pytest.approx(3 * 10_900, rel=0.01)
    assert made.problems[["fid", "problem", "value"]].values.tolist() == [
        [12, "code-unknown", "??"]
    ]
    assert made.counts == {"read": 12, "kept": 12, "dropped": 0, "repaired": 0, "problems": 1}


def test_gcj02_is_never_guessed_but_converted_exactly(tmp_path):
    frame = files.plots()
    moved = frame.set_geometry(shapely.transform(frame.geometry.values, coordinates.wgs84_to_gcj02))
    layer, found = looked(files.geojson(tmp_path / "a.geojson", moved), tmp_path)
    assert found["crs"]["key"] == "EPSG:4326"
    made = convert(layer, LAND_USE, Answers("gcj02", "polygon", found["guessed"], {}), files.HOME)
    off = shapely.get_coordinates(made.frame.geometry.values) - shapely.get_coordinates(
        frame.geometry.values
    )
    assert np.abs(off).max() < 1e-9


def test_a_missing_system_is_guessed_and_a_wrong_one_is_named(tmp_path):
    frame = files.plots().to_crs("EPSG:4526")
    path = files.shapefile(tmp_path / "a.zip", frame, leave=(".prj",))
    _, found = looked(path, tmp_path)
    assert not found["crs"]["stated"]
    assert found["crs"]["key"] == "EPSG:4526"

    (tmp_path / "second").mkdir()
    wrong = files.gpkg(tmp_path / "b.gpkg", frame.set_crs("EPSG:4490", allow_override=True))
    _, found = looked(wrong, tmp_path / "second")
    assert found["crs"]["problem"]["code"] == "other-system"
    assert "114°" in found["crs"]["problem"]["zh"]


def test_swapped_coordinates_are_seen_and_set_right(tmp_path):
    frame = files.plots()
    swapped = frame.set_geometry(shapely.transform(frame.geometry.values, lambda xy: xy[:, ::-1]))
    layer, found = looked(files.geojson(tmp_path / "a.geojson", swapped), tmp_path)
    assert found["crs"]["problem"]["code"] == "swapped"
    answers = Answers("EPSG:4326", "polygon", {}, {}, swapped=True)
    made = convert(layer, LAND_USE, answers, files.HOME)
    assert made.frame.total_bounds == pytest.approx(frame.total_bounds)
    with pytest.raises(coordinates.CoordinatesError, match="outside the region"):
        convert(layer, LAND_USE, Answers("EPSG:4326", "polygon", {}, {}), files.HOME)


def test_mixed_and_bad_features_add_up(tmp_path):
    x, y = 112.93, 28.2
    square = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y + 0.001], [x, y]]
    bow = [[x, y], [x + 0.001, y + 0.001], [x + 0.001, y], [x, y + 0.001], [x, y]]
    path = files.geojson(
        tmp_path / "a.geojson",
        [
            files.feature({"type": "Polygon", "coordinates": [square]}, code="0701"),
            files.feature({"type": "Polygon", "coordinates": [bow]}, code="0701"),
            files.feature({"type": "LineString", "coordinates": square[:2]}, code="0701"),
            files.feature(None, code="0701"),
            files.feature({"type": "Polygon", "coordinates": [[[*p, 40] for p in square]]}),
            files.feature({"type": "Polygon", "coordinates": [[[p[0] + 9, p[1]] for p in square]]}),
        ],
    )
    layer, found = looked(path, tmp_path)
    assert found["forms"] == {"polygon": 4, "line": 1}
    assert (found["missing"], found["high"]) == (1, 1)
    made = convert(
        layer, LAND_USE, Answers("EPSG:4326", "polygon", found["guessed"], {}), files.HOME
    )
    assert made.counts == {"read": 6, "kept": 4, "dropped": 2, "repaired": 2, "problems": 2}
    assert made.frame["fid"].tolist() == [1, 2, 5, 6]
    assert dict(zip(made.repairs["fid"], made.repairs["repair"], strict=True)) == {
        2: "self-crossing", 3: "other-form", 4: "missing", 5: "flattened"
    }  # fmt: skip
    assert made.problems[["fid", "problem"]].values.tolist() == [
        [5, "code-missing"], [6, "code-missing"], [6, "outside"]
    ]  # fmt: skip


def test_an_empty_layer_is_an_answer_not_a_crash(tmp_path):
    layer, found = looked(files.gpkg(tmp_path / "a.gpkg", files.plots(0)), tmp_path)
    assert (found["count"], found["form"], found["bounds"]) == (0, "", [])
    with pytest.raises(EmptyLayerError):
        convert(layer, LAND_USE, Answers("EPSG:4490", "polygon", {}, {}), files.HOME)
