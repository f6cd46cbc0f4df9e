"""The page of all findings, the pass from its button, and the lists as files with filters kept."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pyogrio
import pytest
import shapely
from django.test import Client
from django.urls import reverse

from conurb.atlas.actions import finding as actions
from conurb.atlas.models import Finding, FindingRun, LayerVersion
from conurb.region.competence import competent
from conurb.region.models import User
from tests.atlas import layers
from tests.atlas.test_finding_actions import CHANGSHA, HOMES, WORKS, ZHUZHOU, frame

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_PATH = tmp_path


@pytest.fixture
def planner() -> User:
    return User.objects.create_user("planner", authority=competent("spatial-planning", CHANGSHA))


@pytest.fixture
def plans() -> list[LayerVersion]:
    return [
        layers.version(layers.layer(city), frame(plot), state=state)
        for city, plot, state in (
            (CHANGSHA, WORKS, "submitted"),
            (ZHUZHOU, HOMES, "published"),
        )
    ]


def client(username: str) -> Client:
    logged_in = Client()
    logged_in.force_login(User.objects.get(username=username))
    return logged_in


def page(username: str, query: str = "") -> str:
    response = client(username).get(reverse("atlas-findings") + query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_office_runs_all_rules_and_sees_how_far_they_are(
    planner: User, plans: list[LayerVersion], django_capture_on_commit_callbacks: Any
) -> None:
    assert "run-all" in page("office")
    assert "run-all" not in page("planner")
    begun = client("office").post(reverse("atlas-findings-run"))
    assert begun.headers["Location"] == reverse("atlas-findings")
    shown = page("office")
    assert 'data-testid="job"' in shown
    assert 'data-testid="job-cancel"' in shown
    assert "run-all" not in shown
    assert 'data-testid="job"' not in page("planner")

    run = FindingRun.everything.get(version=None)
    assert run.job is not None
    client("office").post(reverse("job-cancel", args=[run.job.key]))
    assert "已取消" in page("planner")

    with django_capture_on_commit_callbacks(execute=True):
        client("office").post(reverse("atlas-findings-run"))
    shown = page("planner")
    assert shown.count('id="finding-') == 2
    assert "已取消" not in shown
    done = FindingRun.everything.get(version=None, state=FindingRun.State.DONE)
    assert done.job is not None
    after = client("office").get(reverse("job", args=[done.job.key]))
    assert after.headers["Location"] == reverse("atlas-findings")


def test_the_page_filters_and_leads_to_the_place_on_the_map(
    planner: User, plans: list[LayerVersion]
) -> None:
    actions.perform(actions.ask(User.objects.get(username="office")))
    shown = page("planner", "?rule=overlap")
    assert shown.count('id="finding-') == 1
    for form in ("gpkg", "geojson", "csv"):
        assert f"file.{form}?rule=overlap" in shown
    for version in plans:
        assert f"version={version.key}" in shown
        assert f"{version.key}:80" in shown
    assert "没有符合条件的问题图斑" in page("planner", "?rule=corridor")
    assert "没有符合条件的问题图斑" in page("planner", "?state=resolved")


def test_a_page_takes_a_flat_number_of_queries(
    planner: User, plans: list[LayerVersion], django_assert_max_num_queries: Any
) -> None:
    actions.perform(actions.ask(User.objects.get(username="office")))
    reader = client("planner")
    with django_assert_max_num_queries(24):
        reader.get(reverse("atlas-findings"))


def test_lists_as_files_say_the_same_and_keep_the_filter(
    planner: User, plans: list[LayerVersion]
) -> None:
    run = actions.perform(actions.ask(User.objects.get(username="office")))
    one = Finding.everything.get(run=run, rule="overlap")
    one.features[0]["name"] = "x"
    one.reason_zh = '=HYPERLINK("http://evil.example")'
    one.save()
    reader = client("planner")

    def got(form: str, query: str = "") -> bytes:
        response = reader.get(reverse("atlas-findings-file", args=[run.key, form]) + query)
        assert response.status_code == 200
        assert "attachment" in response["Content-Disposition"]
        return response.content

    table = list(csv.DictReader(io.StringIO(got("csv").decode("utf-8-sig"))))
    assert [row["rule"] for row in table] == ["facing", "overlap"]
    assert table[1]["cities"] == f"{CHANGSHA} {ZHUZHOU}"
    assert table[1]["reason"].startswith("'=HYPERLINK")
    assert float(table[1]["area_m2"]) == pytest.approx(50 * 200, rel=1e-3)
    only = list(csv.DictReader(io.StringIO(got("csv", "?rule=overlap").decode("utf-8-sig"))))
    assert [row["key"] for row in only] == [one.key]

    areas = pyogrio.read_dataframe(got("gpkg"), layer="areas")
    assert list(areas["key"]) == [row["key"] for row in table]
    assert areas.crs.to_epsg() == 4326
    drawn = areas.geometry.iloc[1]
    assert shapely.equals_exact(shapely.union_all(shapely.get_parts(drawn)), one.shape, 1e-12)
    told = pyogrio.read_dataframe(got("geojson", "?city=430200"))
    assert list(told["rule"]) == ["facing", "overlap"]
    empty = pyogrio.read_dataframe(got("gpkg", "?rule=corridor"), layer="areas")
    assert len(empty) == 0
    assert reader.get(reverse("atlas-findings-file", args=[run.key, "exe"])).status_code == 404


def test_areas_lines_and_points_stand_in_a_table_each(plans: list[LayerVersion]) -> None:
    from conurb.atlas import finding_files

    run = actions.perform(actions.ask(User.objects.get(username="office")))
    facing, overlap = Finding.everything.filter(run=run).order_by("rank", "number")
    facing.geometry = shapely.to_wkb(shapely.LineString([(113, 28), (113.01, 28)]))
    overlap.geometry = shapely.to_wkb(shapely.Point(113, 28))
    written = finding_files.write("gpkg", [facing, overlap])
    assert {name for name, _kind in pyogrio.list_layers(written)} == {"lines", "points"}
    assert list(pyogrio.read_dataframe(written, layer="points")["key"]) == [overlap.key]
