"""Downloads hold every feature with its properties, where it is; large ones are made by a job."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from conurb.atlas.actions import deriving
from conurb.atlas.downloading import short_names
from conurb.background.models import Job
from conurb.background.running import carry_out
from tests.atlas.layers import layer
from tests.atlas.serving import plots, served_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_PATH = tmp_path


def got(address: str) -> bytes:
    response = Client().get(address)
    assert response.status_code == 200, response.content[:300]
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4526", "EPSG:4547"])
@pytest.mark.parametrize("form", ["gpkg", "shp", "parquet"])
def test_every_feature_comes_with_its_properties(form: str, crs: str, tmp_path: Path) -> None:
    frame = plots(12)
    version = served_version(frame)
    content = got(f"/atlas/downloads/{version.key}/{form}?crs={crs}")
    file = tmp_path / f"file.{'zip' if form == 'shp' else form}"
    file.write_bytes(content)
    if form == "parquet":
        read = gpd.read_parquet(file)
    else:
        source = f"/vsizip/{file}/layer.shp" if form == "shp" else file
        read = pyogrio.read_dataframe(source, fid_as_index=form == "gpkg").reset_index()
    assert len(read) == 144
    if not (form == "parquet" and crs == "EPSG:4326"):
        assert read.crs.to_epsg() == int(crs.removeprefix("EPSG:"))
    read = read.sort_values("fid").reset_index(drop=True)
    assert read["fid"].tolist() == frame["fid"].tolist()
    assert read["code"].tolist() == frame["code"].tolist()
    assert read["floors"].tolist() == frame["floors"].tolist()
    assert read["name"].isna().sum() == frame["name"].isna().sum()
    expected = frame.set_crs("EPSG:4490", allow_override=True).to_crs(crs)
    apart = shapely.hausdorff_distance(read.geometry.to_numpy(), expected.geometry.to_numpy())
    assert apart.max() < (1e-7 if crs in {"EPSG:4326", "EPSG:4490"} else 0.002)


def test_geojson_follows_its_standard(tmp_path: Path) -> None:
    version = served_version(plots(4))
    file = tmp_path / "file.geojson"
    file.write_bytes(got(f"/atlas/downloads/{version.key}/geojson"))
    read = pyogrio.read_dataframe(file)
    assert len(read) == 16
    assert b'"crs"' not in file.read_bytes()
    assert all(shape.exterior.is_ccw for shape in read.geometry)
    refused = Client().get(f"/atlas/downloads/{version.key}/geojson?crs=EPSG:4547")
    assert refused.status_code == 422


def test_a_shapefile_says_what_its_short_names_stand_for() -> None:
    frame = plots(3).rename(columns={"name": "规划用途名称", "floors": "number_of_floors"})
    version = served_version(frame)
    content = got(f"/atlas/downloads/{version.key}/shp")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {"layer.shp", "layer.dbf", "layer.prj", "layer.cpg", "readme.txt"} <= set(
            packed.namelist()
        )
        readme = packed.read("readme.txt").decode("utf-8-sig")
    assert "field3\t规划用途名称" in readme
    assert "number_of_\tnumber_of_floors" in readme


@given(st.lists(st.text(min_size=1, max_size=30), unique=True, max_size=40))
def test_short_names_are_short_and_different(names: list[str]) -> None:
    short = short_names(names)
    assert list(short) == names
    assert all(len(name.encode()) <= 10 for name in short.values())
    assert len({name.lower() for name in short.values()}) == len(names)


def test_a_large_file_is_made_by_a_job(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(deriving, "AT_ONCE", 3)
    version = served_version(plots(3))
    address = f"/atlas/downloads/{version.key}/gpkg?crs=EPSG:4547"
    client = Client()
    asked = client.get(address)
    assert asked.status_code == 202
    assert Job.everything.count() == 0
    for _again in range(2):
        assert client.post(address).status_code == 302
    job = Job.everything.get()
    if job.state == Job.State.WAITING:
        waiting = client.get(address)
        assert waiting.status_code == 202
        assert waiting["Refresh"]
        carry_out.call(job.key)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.problem_en
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_what_is_not_published_is_not_given_out(state: str) -> None:
    version = served_version(plots(2), state=state)
    for path in ("", "gpkg", "parquet", "geojson"):
        assert Client().get(f"/atlas/downloads/{version.key}/{path}").status_code == 404


def test_the_page_of_a_comparison_tells_what_changed() -> None:
    of = layer()
    before = plots(6)
    after = before.iloc[1:].copy()
    after.loc[after["fid"] == 2, "code"] = "1401"
    old, new = served_version(before, of), served_version(after, of)
    client = Client()
    query = f"before={old.key}"
    page = client.get(f"/atlas/compare/{new.key}/?{query}")
    assert page.status_code == 200
    assert {key: n for key, _, n in page.context["counts"]} == {
        "added": 0,
        "removed": 1,
        "changed": 1,
        "moved": 0,
    }
    cells = page.context["matrix"]
    moved = cells.rows[cells.codes.index("07")][cells.codes.index("14")]
    assert moved == pytest.approx(1.09, rel=0.02)
    # without `before` it is the version before
    assert client.get(f"/atlas/compare/{new.key}/").context["chosen"].before == old
    text = client.get(f"/atlas/compare/{new.key}/changes.geojson?{query}").content
    # a browser reads no NaN
    changes = json.loads(text, parse_constant=pytest.fail)
    assert sorted(one["properties"]["change"] for one in changes["features"]) == [
        "changed",
        "removed",
    ]
    sheet = client.get(f"/atlas/compare/{new.key}/changes.xlsx?{query}")
    assert sheet.content[:2] == b"PK"
    assert client.get(f"/atlas/compare/{new.key}/?{query}&by=fid").status_code == 422
    assert client.get("/atlas/compare/none/").status_code == 404
    turned = client.get(f"/atlas/compare/{new.key}/?before={new.key}&after={old.key}")
    assert turned["Location"] == f"/atlas/compare/{old.key}/?before={new.key}"


def test_a_draft_is_compared_by_its_authority_alone(client_of: Any, actors: Any) -> None:
    of = layer()
    of.authority = actors["officer-changsha"].authority
    of.save()
    old = served_version(plots(3), of)
    new = served_version(plots(3).iloc[1:], of, state="draft")
    query = f"/atlas/compare/{new.key}/?before={old.key}"
    other_way = f"/atlas/compare/{old.key}/?before={new.key}"
    assert client_of("officer-changsha").get(query).status_code == 200
    for role in ("nobody", "officer-zhuzhou"):
        assert client_of(role).get(query).status_code == 404
        assert client_of(role).get(other_way).status_code == 404


def test_a_large_comparison_is_made_by_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deriving, "AT_ONCE", 1)
    of = layer()
    old, new = served_version(plots(3), of), served_version(plots(3).iloc[1:], of)
    address = f"/atlas/compare/{new.key}/?before={old.key}"
    client = Client()
    assert client.get(address).status_code == 202
    assert client.get(address.replace("?", "changes.xlsx?")).status_code == 409
    client.post(address)
    job = Job.everything.get()
    if job.state == Job.State.WAITING:
        carry_out.call(job.key)
    assert client.get(address).status_code == 200
    assert client.get(address).context["classes"][0].count_before == 3
