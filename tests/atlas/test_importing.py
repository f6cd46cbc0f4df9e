"""From an uploaded file to a version, through the pages: read, asked, converted, kept."""

from __future__ import annotations

import io

import geopandas as gpd
import openpyxl
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conurb.atlas import coordinates, formats, storing
from conurb.atlas.models import CodeMapping, Layer, LayerImport, LayerVersion, folder
from conurb.background.models import Job
from conurb.journal.models import Entry
from conurb.region.competence import competent
from conurb.region.models import User
from tests.atlas import files
from tests.atlas.layers import layer


@pytest.fixture
def planner(db):
    """A planner of Changsha, and the browser in front of them."""
    return User.objects.create_user("planner", authority=competent("spatial-planning", "430100"))


@pytest.fixture
def browser(planner):
    made = Client(headers={"Accept-Language": "zh-hans"})
    made.force_login(planner, backend="conurb.portal.backends.Backend")
    return made


@pytest.fixture
def send(browser, tmp_path, django_capture_on_commit_callbacks):
    """Return a function that uploads a file for a layer and returns its import, read."""

    def upload(of: Layer, path) -> LayerImport:
        content = path.read_bytes()
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(
                f"/atlas/layers/{of.key}/upload/",
                {"file": SimpleUploadedFile(path.name, content)},
            )
        assert answer.status_code == 302, answer.content.decode()
        return LayerImport.everything.latest("pk")

    return upload


@pytest.fixture
def confirm(browser, django_capture_on_commit_callbacks):
    """Return a function that confirms an import with the answers given."""

    def post(made: LayerImport, **answers):
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(
                f"/atlas/imports/{made.key}/",
                {"do": "confirm", "layer": "0", "shown": "0", "form": "polygon", **answers},
            )
        made.refresh_from_db()
        return answer

    return post


FIELDS = {"field-code": "DM", "field-name": "MC"}


def in_gcj02(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.set_geometry(shapely.transform(frame.geometry.values, coordinates.wgs84_to_gcj02))


def test_a_planner_opens_a_layer_and_stores_a_version_from_gcj02(
    browser, planner, send, confirm, tmp_path
):
    browser.post("/atlas/layers/new/", {"kind": "land-use", "name_zh": "中心城区规划"})
    made = Layer.everything.get()
    assert (made.city_id, made.authority) == ("430100", planner.authority)
    frame = files.plots()
    frame["DM"] = ["R2"] * 11 + ["??"]
    bow = shapely.Polygon([(112.95, 28.3), (112.951, 28.301), (112.951, 28.3), (112.95, 28.301)])
    frame.loc[3, "geometry"] = bow
    importing = send(made, files.shapefile(tmp_path / "规划.zip", in_gcj02(frame)))
    assert importing.state == "asked"
    page = browser.get(f"/atlas/imports/{importing.key}/").content.decode()
    for words in ("GCJ-02", "R2", "地块0", "GBK"):
        assert words in page

    answer = confirm(
        importing,
        crs="gcj02",
        **FIELDS,
        **{"value-0": "R2", "code-0": "0701 城镇住宅用地"},
        note="初稿",
    )
    assert answer.status_code == 302
    assert importing.state == "stored"
    version = importing.version
    assert (version.number, version.state, version.feature_count) == (1, "draft", 12)
    assert version.source_crs == "gcj02"
    assert version.crs_known == "asked"
    assert version.counts == {"read": 12, "kept": 12, "dropped": 0, "repaired": 1, "problems": 1}
    stored = storing.read(version.path)
    assert stored.loc[stored["fid"] == 1].geometry.iloc[0].bounds == pytest.approx(
        frame.geometry.iloc[0].bounds, abs=1e-9
    )
    assert CodeMapping.objects.get().code == "0701"
    verbs = set(Entry.everything.filter(actor=planner).values_list("verb", flat=True))
    assert {"layer.open", "layer.hand-in", "layer.confirm", "layer.store"} <= verbs

    page = browser.get(f"/atlas/versions/{version.key}/").content.decode()
    for words in ("边界自相交", "城镇住宅用地", "中心城区规划", "v1" if False else "版"):
        assert words in page
    page = browser.get(f"/atlas/versions/{version.key}/?list=problems").content.decode()
    assert "“??”不是用地用海分类代码" in page
    sheet = browser.get(f"/atlas/versions/{version.key}/problems.xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.values)
    assert rows[1][0] == 12
    assert "??" in rows[1][3]


def test_the_answers_of_a_city_are_offered_again(browser, send, confirm, tmp_path):
    made = layer()
    frame = files.plots().assign(DM="R2")
    first = send(made, files.gpkg(tmp_path / "a.gpkg", frame))
    confirm(first, crs="EPSG:4490", **FIELDS, **{"value-0": "R2", "code-0": "0701"})
    second = send(made, files.gpkg(tmp_path / "b.gpkg", frame))
    page = browser.get(f"/atlas/imports/{second.key}/").content.decode()
    assert 'value="0701 城镇住宅用地"' in page
    confirm(second, crs="EPSG:4490", **FIELDS, **{"value-0": "R2", "code-0": "0701"})
    assert LayerVersion.everything.filter(layer=made).count() == 2
    assert second.version.number == 2
    assert second.version.sha256 == first.version.sha256


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"crs": "EPSG:4526"}, "很可能是"),
        ({"crs": ""}, "请选择坐标系"),
        ({"crs": "EPSG:4490", "swapped": "1"}, "顺序颠倒"),
        ({"crs": "EPSG:4490", "form": "line"}, "图形类型"),
        ({"crs": "EPSG:4490", "field-code": ""}, "不可缺少"),
        ({"crs": "EPSG:4490", "value-0": "0701", "code-0": "9999"}, "9999"),
    ],
)
def test_answers_that_cannot_be_right_are_refused_with_words(
    send, confirm, tmp_path, change, words
):
    importing = send(layer(), files.gpkg(tmp_path / "a.gpkg", files.plots()))
    answer = confirm(importing, **{**FIELDS, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert importing.state == "asked"
    assert not LayerVersion.everything.exists()


def test_an_empty_layer_is_said_to_be_empty(browser, send, confirm, tmp_path):
    importing = send(layer(), files.gpkg(tmp_path / "a.gpkg", files.plots(0)))
    answer = confirm(importing, crs="EPSG:4490", **FIELDS)
    assert answer.status_code == 422
    assert "没有图形" in answer.content.decode()


def test_a_file_that_cannot_be_read_says_so_and_leaves_nothing(browser, send, tmp_path):
    path = files.shapefile(tmp_path / "a.zip", files.plots(), leave=(".dbf",))
    importing = send(layer(), path)
    assert importing.state == "discarded"
    page = browser.get(f"/atlas/imports/{importing.key}/").content.decode()
    assert "缺少 .dbf" in page
    assert not LayerVersion.everything.exists()


def test_a_file_of_another_kind_is_refused_at_once(browser, tmp_path):
    answer = browser.post(
        f"/atlas/layers/{layer().key}/upload/", {"file": SimpleUploadedFile("a.gif", b"GIF89a")}
    )
    assert answer.status_code == 422
    assert "无法识别文件格式" in answer.content.decode()
    assert not LayerImport.everything.exists()


def test_1_gb_is_refused_before_it_is_read(browser):
    class Untouched(io.RawIOBase):
        def read(self, *_args):
            raise AssertionError("the body was read")

    answer = browser.generic(
        "POST",
        f"/atlas/layers/{layer().key}/upload/",
        b"",
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(1024 * formats.MB),
        **{"wsgi.input": Untouched()},
    )
    assert answer.status_code == 422
    assert "1,024 MB" in answer.content.decode()


def test_a_failed_conversion_keeps_no_rows_and_can_be_tried_again(
    browser, send, confirm, tmp_path, monkeypatch
):
    importing = send(layer(), files.gpkg(tmp_path / "a.gpkg", files.plots()))
    with monkeypatch.context() as broken:
        broken.setattr(storing, "write_table", lambda *_: 1 / 0)
        broken.setattr(storing, "write", lambda *_: 1 / 0)
        confirm(importing, crs="EPSG:4490", **FIELDS)
    assert importing.state == "asked"
    assert Job.everything.get(pk=importing.job_id).state == "failed"
    assert "编号" in browser.get(f"/atlas/imports/{importing.key}/").content.decode()
    assert not LayerVersion.everything.exists()
    assert not list(folder().rglob("*.writing"))
    confirm(importing, crs="EPSG:4490", **FIELDS)
    assert importing.state == "stored"


def test_the_upload_is_for_the_officers_of_the_layer_s_authority(db):
    made = layer()
    other = User.objects.create_user("other", authority=competent("spatial-planning", "430200"))
    stranger = Client()
    stranger.force_login(other, backend="conurb.portal.backends.Backend")
    address = f"/atlas/layers/{made.key}/upload/"
    assert stranger.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert Client(enforce_csrf_checks=True).post(address, {"file": ""}).status_code == 403


def test_publishing_without_review_is_for_other_kinds_than_plans(browser, send, confirm, tmp_path):
    for kind, status in (("land-use", 409), ("other", 302)):
        made = layer(kind=kind, name=kind)
        importing = send(made, files.gpkg(tmp_path / f"{kind}.gpkg", files.plots()))
        confirm(importing, crs="EPSG:4490", **FIELDS)
        answer = browser.post(f"/atlas/versions/{importing.version.key}/publish/")
        assert answer.status_code == status
    assert [v.layer.kind for v in LayerVersion.everything.filter(state="published")] == ["other"]
