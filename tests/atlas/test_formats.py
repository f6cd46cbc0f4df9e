"""Files of layers are read whole, or refused with the reason and what to do."""

from __future__ import annotations

import struct
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely

from conurb.atlas import formats
from conurb.atlas.formats import LayerFileError
from tests.atlas import files


def opened(path, tmp_path):
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    return formats.open_layers(path, work)


def everything(layer):
    batches = list(formats.read(layer, size=5))
    return (
        pd.concat([batch.attributes for batch in batches], ignore_index=True),
        np.concatenate([batch.wkb for batch in batches]),
    )


WRITERS = {
    "gpkg": files.gpkg,
    "geojson": files.geojson,
    "shapefile": files.shapefile,
    "geoparquet": lambda path, frame: frame.to_parquet(path, write_covering_bbox=True),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_gives_the_same_features(tmp_path, kind):
    frame = files.plots()
    path = tmp_path / "upload"
    path = path.with_suffix({"gpkg": ".gpkg", "geojson": ".geojson"}.get(kind, ".bin"))
    WRITERS[kind](path, frame)
    # what it is is told by its content
    path = path.rename(tmp_path / "whatever.xyz")
    (layer,) = opened(path, tmp_path)
    assert (layer.format, layer.count) == (kind, 12)
    assert [f.name for f in layer.fields] == ["DM", "MC", "MJ"]
    attributes, wkb = everything(layer)
    assert attributes["MC"].tolist() == frame["MC"].tolist()
    assert attributes["DM"].tolist() == ["0701"] * 12
    assert attributes["MJ"].tolist() == frame["MJ"].tolist()
    assert shapely.equals_exact(
        shapely.normalize(shapely.from_wkb(wkb)),
        shapely.normalize(frame.geometry.values),
        tolerance=1e-12,
    ).all()


@pytest.mark.parametrize(
    ("encoding", "leave", "known"),
    [
        ("GBK", (), "cpg"),
        ("GBK", (".cpg",), "guess"),
        ("UTF-8", (), "cpg"),
        ("UTF-8", (".cpg",), "guess"),
    ],
)
def test_chinese_texts_of_shapefiles_are_read_with_and_without_cpg(
    tmp_path, encoding, leave, known
):
    path = files.shapefile(tmp_path / "a.zip", files.plots(), encoding=encoding, leave=leave)
    (layer,) = opened(path, tmp_path)
    assert layer.name == "地块"
    assert layer.encoding == ("gb18030" if encoding == "GBK" else "utf-8")
    assert layer.encoding_known in {known, "dbf"}
    assert everything(layer)[0]["MC"].tolist() == files.plots()["MC"].tolist()


def test_chinese_names_of_fields_are_read(tmp_path):
    frame = files.plots().rename(columns={"DM": "用地代码"})
    (layer,) = opened(files.shapefile(tmp_path / "a.zip", frame), tmp_path)
    assert layer.fields[0].name == "用地代码"
    assert everything(layer)[0].columns[0] == "用地代码"


def test_a_geopackage_shows_its_layers_with_geometry(tmp_path):
    path = tmp_path / "a.gpkg"
    files.plots(3).to_file(path, layer="现状", driver="GPKG")
    files.plots(4).to_file(path, layer="规划", driver="GPKG")
    layers = opened(path, tmp_path)
    assert [(layer.name, layer.count) for layer in layers] == [("现状", 3), ("规划", 4)]
    assert len(everything(layers[1])[1]) == 4


def test_names_of_fields_never_collide_with_ours(tmp_path):
    frame = files.plots(2).rename(columns={"DM": "FID", "MC": "bbox", "MJ": "fid_2"})
    (layer,) = opened(files.geojson(tmp_path / "a.geojson", frame), tmp_path)
    assert formats.column_names(layer.fields) == ["FID_2", "bbox_2", "fid_2_2"]
    assert everything(layer)[0].shape == (2, 3)


def refused(path, tmp_path) -> LayerFileError:
    with pytest.raises(LayerFileError) as fault:
        opened(path, tmp_path)
    assert fault.value.message_zh.endswith("。")
    assert fault.value.message_en.endswith(".")
    return fault.value


@pytest.mark.parametrize("part", [".shx", ".dbf", ".shp"])
def test_parts_that_are_missing_are_named(tmp_path, part):
    path = files.shapefile(tmp_path / "a.zip", files.plots(), leave=(part,))
    fault = refused(path, tmp_path)
    assert fault.code == "parts-missing"
    assert part in fault.message_zh
    assert "地块" in fault.message_zh


def test_a_missing_prj_is_no_fault_but_leaves_the_system_open(tmp_path):
    path = files.shapefile(tmp_path / "a.zip", files.plots(), leave=(".prj",))
    assert opened(path, tmp_path)[0].definition == ""


def test_a_file_of_1_gb_is_refused_without_being_read(tmp_path):
    path = tmp_path / "a.gpkg"
    with path.open("wb") as sparse:
        sparse.write(b"SQLite format 3\x00")
        sparse.truncate(1024 * formats.MB)
    fault = refused(path, tmp_path)
    assert fault.code == "too-large"
    assert "1,024 MB" in fault.message_zh
    assert "512 MB" in fault.message_en


def test_zip_bombs_are_refused_by_what_they_say_and_by_what_they_do(tmp_path, monkeypatch):
    honest = files.zipped(tmp_path / "a.zip", {"x.shp": b"\0" * (60 * formats.MB)})
    assert refused(honest, tmp_path).code == "bomb"

    lying = files.zipped(
        tmp_path / "b.zip", {"x.shp": b"\0" * 5_000_000, "x.dbf": b"", "x.shx": b""}
    )
    raw = bytearray(lying.read_bytes())
    entry = raw.find(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    lying.write_bytes(raw)
    assert refused(lying, tmp_path).code in {"bomb", "broken"}

    monkeypatch.setattr(formats, "MAX_PARTS", 10)
    many = files.zipped(tmp_path / "c.zip", {f"{n}.shp": b"" for n in range(11)})
    assert refused(many, tmp_path).code == "bomb"


@pytest.mark.parametrize("name", ["../../etc/x.shp", "/etc/x.shp", "a/../../x.shp", "C:\\x.shp"])
def test_names_that_lead_out_of_the_zip_are_refused(tmp_path, name):
    path = files.zipped(tmp_path / "a.zip", {name: b"x"})
    assert refused(path, tmp_path).code == "path"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"GIF89a", "format"),
        (b'{"hello": 1}', "format"),
        (b"SQLite format 3\x00" + b"\x01" * 5000, "broken"),
        (b"PK\x03\x04" + b"\x01" * 5000, "broken"),
        (b"PAR1" + b"\x01" * 5000, "broken"),
    ],
)
def test_what_is_no_layer_is_refused(tmp_path, content, code):
    path = tmp_path / "upload"
    path.write_bytes(content)
    assert refused(path, tmp_path).code == code


def test_a_broken_shapefile_is_said_to_be_broken(tmp_path):
    path = files.shapefile(tmp_path / "a.zip", files.plots())
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    broken = {
        name: content[:50] if ".shp" in name else content for name, content in members.items()
    }
    path = files.zipped(tmp_path / "b.zip", broken)
    assert refused(path, tmp_path).code == "broken"


def test_parquet_without_geometry_and_too_many_features_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    assert refused(path, tmp_path).code == "not-geoparquet"
    monkeypatch.setattr(formats, "MAX_FEATURES", 10)
    assert refused(files.gpkg(tmp_path / "b.gpkg", files.plots()), tmp_path).code == "too-many"
