"""Another system hands a layer in, follows it, confirms it, and reads everything back."""

from __future__ import annotations

import io
import json
import secrets

import geopandas as gpd
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from conurb.atlas import coordinates, formats
from conurb.atlas.models import CodeMapping, Finding, FindingRun, Layer, LayerImport, LayerVersion
from conurb.background.models import Job
from conurb.journal.models import Entry
from conurb.plan.actions.keys import create
from conurb.region.competence import competent
from conurb.region.models import Authority, User
from tests.atlas import files
from tests.atlas.layers import layer, version
from tests.atlas.test_finding_actions import HOMES, WORKS, frame


@pytest.fixture
def office(db):
    return User.objects.create_user(
        "office-of-keys", authority=Authority.objects.get(is_office=True)
    )


@pytest.fixture
def caller(office):
    """A function giving a client that acts for the planning authority of a city."""

    def acting(city: str = "430100") -> Client:
        made = create(office, competent("spatial-planning", city), f"GIS {city}")
        return Client(headers={"Authorization": f"Bearer {made.secret}"})

    return acting


@pytest.fixture
def call(django_capture_on_commit_callbacks):
    """Send JSON and let the jobs that it asks for be done; return status and what was answered."""

    def sent(client: Client, method: str, path: str, body=None, **more):
        with django_capture_on_commit_callbacks(execute=True):
            if body is None:
                answer = client.generic(method, f"/api{path}", **more)
            else:
                answer = client.generic(
                    method, f"/api{path}", json.dumps(body), "application/json", **more
                )
        return answer.status_code, answer.json()

    return sent


@pytest.fixture
def hand_in(django_capture_on_commit_callbacks):
    def sent(client: Client, of, path):
        given = {"file": SimpleUploadedFile(path.name, path.read_bytes())}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"/api/atlas/layers/{of.key}/imports", given)
        return answer.status_code, answer.json()

    return sent


def test_a_file_becomes_a_version_and_is_read_back(caller, call, hand_in, tmp_path):
    of, client = layer(), caller()
    frame = files.plots()
    frame["DM"] = ["R2"] * 11 + ["??"]
    bow = shapely.Polygon([(112.95, 28.3), (112.951, 28.301), (112.951, 28.3), (112.95, 28.301)])
    frame.loc[3, "geometry"] = bow
    moved = frame.set_geometry(
        shapely.transform(frame.geometry.values, coordinates.wgs84_to_gcj02)
    ).set_crs(None, allow_override=True)

    status, made = hand_in(client, of, files.gpkg(tmp_path / "规划.gpkg", moved))
    assert (status, made["state"], made["file_name"]) == (201, "reading", "规划.gpkg")
    status, read = call(client, "GET", f"/atlas/imports/{made['key']}")
    assert (read["state"], read["job"]["state"], read["job"]["percent"]) == ("asked", "done", 100)
    (found,) = read["layers"]
    assert found["guessed"] == {"code": "DM", "name": "MC"}
    assert found["values"]["DM"] == {"R2": 11, "??": 1}
    assert not found["crs"]["stated"]

    # a guess is not taken for what the file says: GCJ-02 would pass for WGS 84
    confirm = f"/atlas/imports/{made['key']}/confirm"
    status, refused = call(client, "POST", confirm, {})
    assert (status, refused["errors"][0]["where"]) == (422, ["crs"])
    status, refused = call(client, "POST", confirm, {"crs": "gcj02", "fields": {"klass": "DM"}})
    assert (status, refused["errors"][0]["where"]) == (422, ["fields"])

    answers = {"crs": "gcj02", "codes": {"R2": "0701"}, "note": "初稿"}
    status, _done = call(client, "POST", confirm, answers)
    assert status == 200
    status, stored = call(client, "GET", f"/atlas/imports/{made['key']}")
    assert stored["state"] == "stored"
    status, shown = call(client, "GET", f"/atlas/versions/{stored['version']}")
    assert (shown["number"], shown["state"], shown["note"]) == (1, "draft", "初稿")
    assert shown["counts"] == {"read": 12, "kept": 12, "dropped": 0, "repaired": 1, "problems": 1}
    assert shown["source"]["crs"] == "gcj02"
    assert {one["code"]: one["count"] for one in shown["classes"]} == {"0701": 11, "": 1}
    assert CodeMapping.objects.get().source == "R2"
    verbs = list(
        Entry.everything.filter(object_urn__contains="layer").values_list("verb", flat=True)
    )
    assert {"layer.hand-in", "layer.confirm", "layer.store"} <= set(verbs)

    key = stored["version"]
    status, repairs = call(client, "GET", f"/atlas/versions/{key}/repairs")
    assert (repairs["count"], repairs["kinds"]) == (1, {"self-crossing": 1})
    assert repairs["repairs"][0]["feature"] == 4
    status, problems = call(client, "GET", f"/atlas/versions/{key}/problems?feature=12")
    assert problems["problems"][0]["reason"]["zh"].startswith("“??”不是")
    assert problems["problems"][0]["reason"]["en"].startswith("“??” is no value")
    status, none = call(client, "GET", f"/atlas/versions/{key}/problems?feature=1")
    assert (none["count"], none["problems"]) == (0, [])

    # the key that may see the draft downloads it; nobody else does
    file = client.get(shown["files"][0]["address"])
    drawn = gpd.read_file(io.BytesIO(b"".join(file.streaming_content)))
    assert drawn.total_bounds == pytest.approx(frame.total_bounds, abs=1e-7)
    assert Client().get(shown["files"][0]["address"]).status_code == 404
    forged = {"Authorization": "Bearer cnb_00000000_" + "x" * 43}
    assert Client(headers=forged).get(shown["files"][0]["address"]).status_code == 401
    assert call(caller("430200"), "GET", f"/atlas/versions/{key}")[0] == 404


def test_the_second_file_needs_no_answers_where_it_states_its_system(
    caller, call, hand_in, tmp_path
):
    of, client = layer(), caller()
    for number in (1, 2):
        frame = files.plots(12 - number).assign(DM="R2")
        _, made = hand_in(client, of, files.gpkg(tmp_path / f"{number}.gpkg", frame))
        answers = {"codes": {"R2": "0701"}} if number == 1 else {}
        status, done = call(client, "POST", f"/atlas/imports/{made['key']}/confirm", answers)
        assert status == 200, done
    first, second = LayerVersion.everything.order_by("number")
    assert second.classes["0701"]["count"] == 10

    status, found = call(client, "GET", f"/atlas/versions/{second.key}/comparison?limit=1")
    assert (found["before"], found["unchanged"]) == (first.key, 10)
    assert found["counts"] == {"added": 0, "removed": 1, "changed": 0, "moved": 0}
    assert found["count"] == len(found["changes"]) == 1
    assert found["changes"][0]["class_before"] == "0701"
    assert found["matrix_codes"][-1] == "-"
    lost = found["matrix_hectares"][0][-1] * 10_000
    assert lost == pytest.approx(found["changes"][0]["area_m2"], rel=1e-6)
    status, refused = call(client, "GET", f"/atlas/versions/{second.key}/comparison?by=nothing")
    assert (status, refused["errors"][0]["where"]) == (422, ["by"])
    assert call(client, "GET", f"/atlas/versions/{first.key}/comparison")[0] == 404


def test_large_work_is_asked_for_and_followed(caller, call, monkeypatch):
    from conurb.atlas.actions import deriving
    from tests.atlas.serving import plots, served_version

    of, client = layer(), caller()
    for number in (3, 4):
        made = served_version(plots(number), of)
    monkeypatch.setattr(deriving, "AT_ONCE", 1)
    path = f"/atlas/versions/{made.key}/comparison"
    assert call(client, "GET", path)[0] == 409
    assert call(Client(), "POST", path)[0] == 401
    status, asked = call(client, "POST", path)
    assert (status, asked["job"]["kind"]) == (200, "atlas-compare")
    assert call(client, "GET", f"/jobs/{asked['job']['key']}")[1]["state"] == "done"
    assert call(client, "GET", asked["address"].removeprefix("/api"))[0] == 200
    assert call(client, "POST", path)[1] == {**asked, "ready": True, "job": None}

    wanted = {"format": "gpkg", "crs": "EPSG:4547"}
    status, asked = call(client, "POST", f"/atlas/versions/{made.key}/files", wanted)
    assert (status, asked["ready"]) == (200, False)
    assert asked["job"]["kind"] == "atlas-download"
    assert client.get(asked["address"]).status_code == 200
    for body, where in (
        ({"format": "gpkg", "crs": "EPSG:9999"}, "crs"),
        ({"format": "geojson", "crs": "EPSG:4547"}, "crs"),
    ):
        status, refused = call(client, "POST", f"/atlas/versions/{made.key}/files", body)
        assert (status, refused["errors"][0]["where"]) == (422, [where])


def test_a_job_is_stopped_and_leaves_nothing(caller, hand_in, tmp_path):
    of, client = layer(), caller()
    path = files.gpkg(tmp_path / "a.gpkg", files.plots())
    # without running what was asked for
    given = {"file": SimpleUploadedFile("a.gpkg", path.read_bytes())}
    made = client.post(f"/api/atlas/layers/{of.key}/imports", given).json()
    assert made["job"]["state"] == "waiting"
    stranger = caller("430200")
    job = f"/api/jobs/{made['job']['key']}"
    assert stranger.get(job).status_code == 404
    assert stranger.post(f"{job}/cancel").status_code == 404
    assert client.post(f"{job}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{job}/cancel").status_code == 409
    assert LayerImport.everything.get().state == "discarded"
    assert client.get("/api/atlas/imports?state=discarded").json()["count"] == 1
    assert client.get("/api/atlas/imports?state=stored").json()["imports"] == []
    assert stranger.get("/api/atlas/imports").json()["count"] == 0


def test_files_that_cannot_be_taken_are_refused_with_words(caller, hand_in, tmp_path):
    of, client = layer(), caller()
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a")
    status, refused = hand_in(client, of, path)
    assert (status, refused["errors"][0]["where"]) == (422, ["file"])
    assert "无法识别文件格式" in refused["detail"]
    assert client.post(f"/api/atlas/layers/{of.key}/imports").status_code == 422
    assert hand_in(caller("430200"), of, path)[0] == 404
    assert not LayerImport.everything.exists()

    class Untouched(io.RawIOBase):
        def read(self, *_args):
            raise AssertionError("the body was read")

    for sender in (client, Client()):
        answer = sender.generic(
            "POST",
            f"/api/atlas/layers/{of.key}/imports",
            b"",
            "multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(1024 * formats.MB),
            **{"wsgi.input": Untouched()},
        )
        assert answer.status_code == 422
        assert "1,024 MB" in answer.json()["detail"]


def test_another_authority_s_published_layer_takes_no_file(caller, hand_in, tmp_path):
    of = layer()
    version(of, files.plots().assign(fid=range(12)), state="published")
    path = files.gpkg(tmp_path / "a.gpkg", files.plots())
    assert hand_in(caller("430200"), of, path)[0] == 403


def test_an_old_system_is_refused_whatever_is_chosen(caller, call, hand_in, tmp_path):
    client = caller()
    path = files.gpkg(tmp_path / "a.gpkg", files.plots().to_crs(2383))
    _, made = hand_in(client, layer(), path)
    for answers in ({}, {"crs": "EPSG:4547"}):
        status, refused = call(client, "POST", f"/atlas/imports/{made['key']}/confirm", answers)
        assert status == 422
        assert "Xian 1980" in refused["detail"] or "请选择坐标系" in refused["detail"]


def test_layers_are_listed_to_whom_they_are_shown(caller, call):
    shown, draft = layer("430200", name="已公布"), layer("430200", name="草案")
    version(shown, state="published")
    version(draft)
    _status, found = call(Client(), "GET", "/atlas/layers?city=430200&kind=land-use")
    assert [one["name"]["zh"] for one in found["layers"]] == ["已公布"]
    assert found["layers"][0]["newest"]["state"] == "published"
    assert call(caller("430200"), "GET", "/atlas/layers")[1]["count"] == 2
    assert call(Client(), "GET", f"/atlas/layers/{draft.key}")[0] == 404
    _status, one = call(caller("430200"), "GET", f"/atlas/layers/{draft.key}")
    assert [each["state"] for each in one["versions"]] == ["draft"]
    _status, schema = call(Client(), "GET", "/atlas/schemas/lines")
    assert schema["forms"] == ["line"]
    assert {"code": "greenway", "name": {"zh": "绿道", "en": "Greenway"}} in schema["codes"]
    systems = call(Client(), "GET", "/atlas/coordinate-systems")[1]
    assert "gcj02" in {one["key"] for one in systems}


def test_a_layer_is_opened_filled_and_its_draft_published(caller, call, hand_in, tmp_path):
    client = caller()
    said = {"kind": "protected", "name_zh": "生态红线", "note_zh": "2026年划定"}
    status, made = call(client, "POST", "/atlas/layers", said)
    assert (status, made["name"], made["city"]) == (201, {"zh": "生态红线", "en": ""}, "430100")
    assert (made["authority"], made["is_demo"]) == ("changsha-natural-resources", False)
    assert (made["newest"], made["versions"]) == (None, [])
    # nobody else knows of it before there is something to see
    assert call(caller("430200"), "GET", f"/atlas/layers/{made['key']}")[0] == 404

    drafts = []
    for number in (1, 2):
        frame = files.plots(12 - number).assign(DM="redline")
        _, file = hand_in(
            client, Layer.everything.get(), files.gpkg(tmp_path / f"{number}.gpkg", frame)
        )
        confirm = f"/atlas/imports/{file['key']}/confirm"
        assert call(client, "POST", confirm, {"fields": {"code": "DM"}})[0] == 200
        drafts.append(call(client, "GET", f"/atlas/imports/{file['key']}")[1]["version"])
    first, second = (f"/atlas/versions/{key}" for key in drafts)

    status, given_up = call(client, "POST", f"{first}/withdraw")
    assert (status, given_up["state"]) == (200, "withdrawn")
    status, refused = call(client, "POST", f"{first}/publish")
    assert (status, "草稿" in refused["detail"]) == (409, True)
    status, shown = call(client, "POST", f"{second}/publish")
    assert (status, shown["state"], shown["number"]) == (200, "published", 2)
    assert call(Client(), "GET", second)[1]["published_at"] == shown["published_at"]
    assert call(Client(), "GET", first)[0] == 404
    assert call(client, "POST", f"{second}/withdraw")[0] == 409
    acts = Entry.everything.filter(verb__in=["layer.open", "layer-version.publish"])
    keepers = acts.values_list("authority_key", flat=True)
    assert list(keepers) == ["changsha-natural-resources"] * 2
    # what stands now is compared with what stood, as after the button of the page
    assert Entry.everything.filter(verb="finding.ask").count() == 1


def test_layers_are_opened_and_drafts_decided_on_by_whom_they_belong_to(caller, call):
    client, stranger = caller(), caller("430200")
    said = {"kind": "zones", "name_zh": "分区"}
    assert call(client, "POST", "/atlas/layers", said)[0] == 201
    status, refused = call(client, "POST", "/atlas/layers", said)
    assert (status, refused["errors"][0]["where"]) == (422, ["name_zh"])
    for wrong in ({"name_zh": "  "}, {"kind": "nothing"}, {"name_zh": "a\x00"}, {"city": "430200"}):
        assert call(client, "POST", "/atlas/layers", {**said, **wrong})[0] == 422
    office = User.objects.get(username="office-of-keys")
    police = Authority.objects.get(key="changsha-traffic-police")
    other = Client(headers={"Authorization": f"Bearer {create(office, police, 'x').secret}"})
    status, refused = call(other, "POST", "/atlas/layers", said)
    assert (status, "规划" in refused["detail"]) == (403, True)

    plan = version(layer(name="用地"), files.plots().assign(fid=range(12)))
    status, refused = call(client, "POST", f"/atlas/versions/{plan.key}/publish")
    assert (status, "联合审核" in refused["detail"]) == (409, True)
    for act in ("publish", "withdraw"):
        assert call(stranger, "POST", f"/atlas/versions/{plan.key}/{act}")[0] == 404
    plan = version(layer(name="已报"), state="submitted")
    assert call(stranger, "POST", f"/atlas/versions/{plan.key}/publish")[0] == 403


def test_the_office_has_all_maps_judged_and_officers_read_what_was_found(caller, call, office):
    key = create(office, office.authority, "GIS").secret
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert call(client, "GET", "/atlas/findings")[1]["run"] is None
    status, refused = call(client, "POST", "/atlas/findings")
    assert status == 409, refused

    own, other = (
        version(layer(city), frame(plot), state="submitted")
        for city, plot in (("430100", WORKS), ("430200", HOMES))
    )
    assert call(caller(), "POST", "/atlas/findings")[0] == 403
    status, asked = call(client, "POST", "/atlas/findings")
    assert (status, asked["state"], asked["version"]) == (200, "waiting", None)
    assert set(asked["compared"]) == {own.key, other.key}
    assert asked["job"]["kind"] == "atlas.findings"

    status, done = call(client, "GET", f"/atlas/passes/{asked['key']}")
    assert (done["state"], done["job"]["state"]) == ("done", "done")
    # another authority sees the pass, not the job
    status, seen = call(caller(), "GET", f"/atlas/passes/{asked['key']}")
    assert (status, seen) == (200, {**done, "job": None})
    assert call(Client(), "GET", f"/atlas/passes/{asked['key']}")[0] == 401
    assert call(client, "GET", f"/atlas/passes/{'b' * 30}")[0] == 404

    status, found = call(caller(), "GET", "/atlas/findings?limit=2")
    assert found["run"] == asked["key"]
    assert found["numberMatched"] == sum(done["counts"]["rules"].values()) > 0
    assert found["numberReturned"] == len(found["features"]) <= 2
    # of a version nothing was asked for, so the list of the version is empty
    assert call(client, "GET", f"/atlas/versions/{own.key}/findings")[1]["run"] is None
    status, refused = call(client, "GET", "/atlas/findings?rule=nothing")
    assert (status, refused["errors"][0]["where"]) == (422, ["rule"])


def test_findings_are_paged_and_filters_that_mean_nothing_refused(caller, call):
    made = version(layer(), state="submitted")
    client = caller("430200")
    path = f"/atlas/versions/{made.key}/findings"
    assert call(client, "GET", path)[1]["run"] is None
    run = FindingRun.everything.create(
        key="a" * 30, version=made, state=FindingRun.State.DONE, ended_at=made.created_at
    )
    for number in range(3):
        square = shapely.box(112.9 + number, 28, 112.91 + number, 28.01)
        Finding.everything.create(
            run=run, since=run, key=secrets.token_hex(15), number=number + 1, state="new",
            rule="overlap", severity="high", rank=number, cities=" 430100 430200 ",
            geometry=shapely.to_wkb(square), west=112.9 + number, south=28, east=112.91 + number,
            north=28.01, features=[], reason_zh="重叠", reason_en="overlap", source_zh="",
            source_en="",
        )  # fmt: skip
    status, found = call(client, "GET", f"{path}?limit=1&offset=1")
    assert (found["numberMatched"], found["numberReturned"]) == (3, 1)
    assert found["features"][0]["properties"]["number"] == 2
    assert call(client, "GET", f"{path}?bbox=112,27,113,29")[1]["numberMatched"] == 1
    for asked in ("rule=nothing", "bbox=1,2,3", "state=old"):
        status, refused = call(client, "GET", f"{path}?{asked}")
        assert (status, refused["errors"][0]["where"]) == (422, [asked.split("=")[0]])
    assert call(Client(), "GET", path)[0] == 401
    assert not Job.everything.exists()
