"""What people hand in without meaning harm, and with: no crash, no silent loss, a clear message.

Every case here once ended in a crash, an unclear message, or lost something without a word.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from conurb.atlas import converting, dbase, downloading, formats, previewing, schemas, storing
from conurb.atlas.formats import LayerFileError
from conurb.atlas.reference_systems import LONLAT
from conurb.atlas.wkb_depth import is_too_deep
from tests.atlas import files

OTHER = schemas.SCHEMAS["other"]
SQUARE = shapely.geometry.mapping(shapely.box(112.93, 28.2, 112.931, 28.201))


def looked(path, tmp_path):
    """Open and look as the job does; what is found must be JSON that PostgreSQL takes."""
    work = tmp_path / "work"
    work.mkdir()
    layers = formats.open_layers(path, work)
    found = [previewing.look(layer, OTHER, files.HOME, {}) for layer in layers]
    assert "\\u0000" not in json.dumps(found, allow_nan=False)
    return layers, found


def converted(layer, **given):
    answers = {"crs": "EPSG:4490", "form": "polygon", "fields": {}, "codes": {}, **given}
    return converting.convert(layer, OTHER, converting.Answers(**answers), files.HOME)


def refused(path, tmp_path) -> LayerFileError:
    with pytest.raises(LayerFileError) as fault:
        looked(path, tmp_path)
    assert fault.value.message_zh.endswith("。")
    assert fault.value.message_en.endswith(".")
    return fault.value


def parts(frame=None, encoding="UTF-8", **changed) -> dict[str, bytes]:
    """The files of a Shapefile named x, some of them changed: {"dbf": bytes}."""
    with tempfile.TemporaryDirectory() as folder:
        (files.plots(4) if frame is None else frame).to_file(f"{folder}/x.shp", encoding=encoding)
        made = {each.name: each.read_bytes() for each in Path(folder).iterdir()}
    return {**made, **{f"x.{ending}": content for ending, content in changed.items()}}


# ———————————————————————————— Zips ————————————————————————————


@pytest.mark.parametrize("inner", ["规划.gpkg", "规划.geojson", "inner/规划.zip", "规划.parquet"])
def test_a_zip_of_something_else_says_what_to_hand_in(tmp_path, inner):
    fault = refused(files.zipped(tmp_path / "a.zip", {inner: b"x", "readme.txt": b""}), tmp_path)
    assert fault.code == "packed"
    assert inner in fault.message_zh


def test_a_zip_with_a_file_twice_is_refused_rather_than_guessed_at(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts().items():
            package.writestr(name, content)
        package.writestr("X.DBF", b"other")
    assert refused(path, tmp_path).code == "twice"


def test_odd_entries_names_in_capitals_and_tables_beside_do_no_harm(tmp_path):
    made = {name.upper() if "dbf" in name else name: content for name, content in parts().items()}
    made |= {".": b"", "x.shp.xml": b"<a/>", "codes.dbf": made["X.DBF"], "__MACOSX/._x.shp": b"m"}
    layers, found = looked(files.zipped(tmp_path / "a.zip", made), tmp_path)
    assert [layer.count for layer in layers] == [4]
    assert found[0]["rows"][0][1] == "地块0"


def test_parts_of_two_layers_are_not_joined_and_no_row_is_lost(tmp_path):
    for name, table in (("few", parts(files.plots(2))), ("many", parts(files.plots(9)))):
        (tmp_path / name).mkdir()
        path = files.zipped(tmp_path / f"{name}.zip", parts(dbf=table["x.dbf"]))
        fault = refused(path, tmp_path / name)
        assert fault.code == "parts-differ"
        assert "4 个图形" in fault.message_zh


@pytest.mark.parametrize(
    ("part", "keeps"), [("dbf", slice(-100)), ("dbf", slice(0)), ("shp", slice(300))]
)
def test_a_shapefile_cut_off_is_broken_not_smaller(tmp_path, part, keeps):
    whole = parts()[f"x.{part}"]
    path = files.zipped(tmp_path / "a.zip", parts(**{part: whole[keeps]}))
    assert refused(path, tmp_path).code == "broken"


@pytest.mark.parametrize(
    ("really", "stated", "read_as"),
    [
        ("GBK", b"UTF-8", "gb18030"),
        ("UTF-8", b"GBK", "utf-8"),
        ("GBK", b"ISO-8859-1", "gb18030"),
        ("GBK", b"\xff\xfe\x00?", "gb18030"),
        ("UTF-8", b"65001", "utf-8"),
    ],
)
def test_a_cpg_that_lies_is_not_believed(tmp_path, really, stated, read_as):
    frame = files.plots(4).rename(columns={"DM": "用地代码"})
    layers, found = looked(
        files.zipped(tmp_path / "a.zip", parts(frame, really, cpg=stated)), tmp_path
    )
    assert layers[0].encoding == read_as
    # GDAL cuts a name of four characters to ten bytes of UTF-8
    assert layers[0].fields[0].name in {"用地代码", "用地代"}
    assert found[0]["rows"][2][1] == "地块2"


def test_half_a_character_at_the_end_of_a_field_does_not_change_the_encoding():
    cut = "湖南省长沙市岳麓区".encode()[:-1]
    table = dbase.Table(1, 1, 0, (cut, "地块".encode()))
    assert dbase.encoding_of(table, "") == ("utf-8", "guess")
    assert dbase.decode(cut, "utf-8") == "湖南省长沙市岳麓"
    # the two bytes of 联通 in GBK are valid UTF-8: too little to go by
    assert dbase.encoding_of(dbase.Table(1, 1, 0, ("联通".encode("gbk"),)), "gb18030") == (
        "gb18030",
        "cpg",
    )


# ———————————————————————————— GeoJSON ————————————————————————————


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "a.geojson"
    path.write_bytes(text.encode(encoding))
    return path


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def test_geojson_in_gbk_is_read_and_said_to_be_gbk(tmp_path):
    text = collection(files.feature(SQUARE, 名称="湘江新区"))
    layers, found = looked(written(tmp_path, text, "gbk"), tmp_path)
    assert (layers[0].encoding, found[0]["rows"]) == ("gb18030", [["湘江新区"]])


def test_geojson_in_no_encoding_known_is_refused(tmp_path):
    text = collection(files.feature(SQUARE, 名称="X")).encode().replace(b"X", b"\xff\xff")
    path = tmp_path / "a.geojson"
    path.write_bytes(text)
    assert refused(path, tmp_path).code == "encoding"


def test_dates_stay_as_they_were_written(tmp_path):
    written_as = ["2024-02-30", "2024-03-01T08:00:00+08:00", "2024-03-01T08:00:00"]
    path = written(tmp_path, collection(*(files.feature(SQUARE, at=text) for text in written_as)))
    layers, _found = looked(path, tmp_path)
    assert converted(layers[0]).frame["at"].tolist() == written_as


@pytest.mark.parametrize("depth", [2_000, 500_000])
def test_json_nested_without_end_is_refused_and_the_place_is_told(tmp_path, depth):
    text = collection(files.feature(SQUARE, a=1)).replace(
        '"a": 1', f'"a": {"[" * depth}{"]" * depth}'
    )
    fault = refused(written(tmp_path, text), tmp_path)
    assert fault.code == "broken"
    assert "line 1, character" in fault.message_zh


def test_names_of_fields_that_cannot_be_seen_get_one(tmp_path):
    path = written(tmp_path, collection(files.feature(SQUARE, **{"": 1, " ": 2, "名" * 300: 3})))
    layers, found = looked(path, tmp_path)
    names = [field["name"] for field in found[0]["fields"]]
    assert names[:2] == ["field", "field_2"]
    assert len(names[2]) < 300
    assert converted(layers[0]).frame["field_2"].tolist() == [2]


def test_features_beyond_longitude_and_latitude_are_listed_as_left_out(tmp_path):
    points = [[112.9 + n / 1000, 28.2] for n in range(30)]
    points += [[38500000, 3120000], [180.0000001, 0], [500, 100]]
    path = written(
        tmp_path,
        collection(*(files.feature({"type": "Point", "coordinates": each}) for each in points)),
    )
    layers, _found = looked(path, tmp_path)
    made = converted(layers[0], form="point")
    assert made.counts["dropped"] == 3
    assert made.repairs["repair"].tolist() == ["beyond"] * 3
    storing.write(made.frame, tmp_path / "kept")


def test_the_ends_of_longitude_and_latitude_are_taken(tmp_path):
    points = [[112.9 + n / 1000, 28.2] for n in range(30)] + [[180, 90], [-180, -90]]
    path = written(
        tmp_path,
        collection(*(files.feature({"type": "Point", "coordinates": each}) for each in points)),
    )
    layers, _found = looked(path, tmp_path)
    made = converted(layers[0], form="point")
    assert made.counts == {"read": 32, "kept": 32, "dropped": 0, "repaired": 0, "problems": 2}
    storing.write(made.frame, tmp_path / "kept")


# ———————————————————————————— GeoPackage ————————————————————————————


def test_a_geopackage_of_pictures_or_tables_has_no_layer(tmp_path):
    path = files.gpkg(tmp_path / "a.gpkg", files.plots(2), "a")
    with sqlite3.connect(path) as opened:
        opened.execute("update gpkg_contents set data_type = 'tiles'")
        opened.execute("delete from gpkg_geometry_columns")
    assert refused(path, tmp_path).code == "no-layer"


def test_texts_that_are_no_utf8_and_geometries_that_are_none_are_marked(tmp_path):
    path = files.gpkg(tmp_path / "a.gpkg", files.plots(4), "a")
    with sqlite3.connect(path) as opened:
        triggers = opened.execute("select name from sqlite_master where type = 'trigger'")
        for (name,) in triggers.fetchall():
            opened.execute(f'drop trigger "{name}"')
        opened.execute("update a set MC = x'ff41' where DM is not null and MJ = 0")
        opened.execute("update a set geom = x'00' where MJ = 1.5")
    layers, _found = looked(path, tmp_path)
    made = converted(layers[0])
    assert made.frame.set_index("fid").loc[1, "MC"] == "\ufffdA"
    assert made.repairs[["fid", "repair"]].to_numpy().tolist() == [[2, "missing"]]


# ———————————————————————————— GeoParquet ————————————————————————————


def parquet(tmp_path, table=None, *, geo=None, **columns):
    """A GeoParquet file with more columns, or another table, or metadata of one's own."""
    source = tmp_path / "source.parquet"
    files.plots(4).to_parquet(source)
    plain = pq.read_table(source)
    made = plain if table is None else table(plain)
    for name, values in columns.items():
        made = made.append_column(name, values)
    said = plain.schema.metadata[b"geo"] if geo is None else json.dumps(geo).encode()
    path = tmp_path / "a.parquet"
    pq.write_table(made.replace_schema_metadata({b"geo": said}), path)
    return path


@pytest.mark.parametrize(
    "geo",
    [
        [],
        {"primary_column": "geometry", "columns": {"geometry": "x"}},
        {"primary_column": 5, "columns": {}},
    ],
)
def test_metadata_that_are_not_as_they_should_be_are_refused(tmp_path, geo):
    assert refused(parquet(tmp_path, geo=geo), tmp_path).code in {"broken", "not-geoparquet"}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (lambda t: t.drop_columns(["geometry"]), "geometry-column"),
        (lambda t: t.set_column(3, "geometry", pa.array(["POINT(1 2)"] * 4)), "geometry-column"),
        (lambda t: t.rename_columns(["a", "a", "MJ", "geometry"]), "fields-twice"),
    ],
)
def test_columns_that_are_not_as_the_file_says_are_refused(tmp_path, table, code):
    assert refused(parquet(tmp_path, table), tmp_path).code == code


def test_kinds_that_other_formats_do_not_know_are_kept_in_their_way(tmp_path):
    path = parquet(
        tmp_path,
        nul=pa.array(["a\0b", "\0", None, "c"]),
        large=pa.array([2**64 - 1] * 4, pa.uint64()),
        money=pa.array([None, 1, 2, 3], pa.decimal128(12, 2)),
        number=pa.array([10**29] * 4, pa.decimal128(38, 0)),
        lasts=pa.array([90] * 4, pa.duration("s")),
        time=pa.array([1] * 4, pa.time64("us")),
        far=pa.array([253402300800000000 * 2] * 4, pa.timestamp("us")),
        half=pa.array(np.array([1, 2, 3, 4], np.float16)),
        none=pa.nulls(4),
        chosen=pa.array(["a", "b", None, "a"]).dictionary_encode(),
        zone=pa.array([pd.Timestamp("2024-01-01", tz="Asia/Shanghai")] * 4),
        odd=pa.array([float("nan"), float("inf"), 1.0, None]),
    )
    layers, _found = looked(path, tmp_path)
    made = converted(layers[0])
    first = made.frame.iloc[0]
    assert (first["nul"], first["large"], first["lasts"]) == ("ab", str(2**64 - 1), "0:01:30")
    assert first["number"] == "1" + "0" * 29
    # whatever was taken in can be given out
    _, kept = storing.write(made.frame, tmp_path / "kept")
    for form in downloading.FORMATS.values():
        target = tmp_path / f"out{form.ending}"
        downloading.write(kept, target, form, LONLAT)
        if form.key != "shp":
            read = gpd.read_parquet if form.key == "parquet" else gpd.read_file
            assert len(read(target)) == 4


def collections_within_each_other(depth: int) -> bytes:
    return struct.pack("<BII", 1, 7, 1) * depth + struct.pack("<BIdd", 1, 1, 112.9, 28.2)


def test_collections_nested_without_end_do_not_end_the_process(tmp_path):
    def table(plain):
        wkb = [collections_within_each_other(20_000), *plain.column("geometry").to_pylist()[1:]]
        return plain.set_column(3, "geometry", pa.array(wkb, pa.binary()))

    layers, found = looked(parquet(tmp_path, table), tmp_path)
    assert found[0]["missing"] == 1
    made = converted(layers[0])
    assert made.repairs[["fid", "repair"]].to_numpy().tolist() == [[1, "unreadable"]]


def test_how_deep_collections_are_is_told_whatever_they_hold():
    inner = shapely.GeometryCollection(
        [
            shapely.Point(1, 2),
            shapely.LineString([(1, 2, 3), (4, 5, 6)]),
            shapely.box(0, 0, 1, 1).difference(shapely.box(0.2, 0.2, 0.4, 0.4)),
            shapely.MultiPoint([(1, 2), (3, 4)]),
        ]
    )
    outer = inner
    for _time in range(10):
        outer = shapely.GeometryCollection([shapely.Point(0, 0), outer])
    for order, flavor in ((0, "iso"), (1, "iso"), (1, "extended")):
        wkb = shapely.to_wkb(
            outer, byte_order=order, flavor=flavor, include_srid=flavor == "extended"
        )
        assert not is_too_deep(wkb)
        # ten and the innermost, and the points of the MultiPoint within it
        assert is_too_deep(wkb, 12)
        assert not is_too_deep(wkb, 13)
        assert not any(is_too_deep(wkb[:length], 12) for length in range(0, 200, 7))
    assert is_too_deep(collections_within_each_other(33))


# ———————————————————————————— Systems ————————————————————————————


@pytest.mark.parametrize(
    ("code", "stated", "likely"),
    [
        (4526, None, "EPSG:4526"),
        (4526, 4547, "EPSG:4526"),
        (4526, 4490, "EPSG:4526"),
        (4498, None, "EPSG:4498"),
        (4547, 4526, "EPSG:4547"),
    ],
)
def test_the_number_of_a_zone_before_the_easting_is_seen(tmp_path, code, stated, likely):
    frame = files.plots(4).to_crs(code).set_crs(stated, allow_override=True)
    layers, found = looked(files.gpkg(tmp_path / "a.gpkg", frame), tmp_path)
    crs = found[0]["crs"]
    assert crs["guesses"][0]["key"] == likely
    if stated is not None:
        assert crs["problem"]["code"] == "other-system"
        assert "38" in crs["problem"]["zh"] or likely == "EPSG:4547"
    made = converted(layers[0], crs=likely)
    assert made.frame.total_bounds == pytest.approx(files.plots(4).total_bounds, abs=1e-8)


def test_an_old_system_is_not_offered_as_if_it_were_the_new_one(tmp_path):
    frame = files.plots(4).to_crs(2383)
    _layers, found = looked(files.gpkg(tmp_path / "a.gpkg", frame), tmp_path)
    assert (found[0]["crs"]["key"], found[0]["crs"]["problem"]["code"]) == ("", "crs-old")


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "EPSG:4490"])
def test_what_lies_outside_china_is_refused_whatever_is_chosen(tmp_path, crs):
    frame = files.plots(4)
    away = frame.set_geometry(shapely.transform(frame.geometry.values, lambda xy: xy - [70, 20]))
    layers, found = looked(files.gpkg(tmp_path / "a.gpkg", away), tmp_path)
    assert found[0]["crs"]["problem"]["code"] == "outside"
    with pytest.raises(converting.coordinates.CoordinatesError, match="outside the region"):
        converted(layers[0], crs=crs)


def test_across_the_antimeridian_is_outside(tmp_path):
    ring = [[179, 28], [-179, 28], [-179, 29], [179, 29], [179, 28]]
    path = written(tmp_path, collection(files.feature({"type": "Polygon", "coordinates": [ring]})))
    _layers, found = looked(path, tmp_path)
    assert found[0]["crs"]["problem"]["code"] == "outside"
