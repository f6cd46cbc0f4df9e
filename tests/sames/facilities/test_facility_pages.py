"""Pages and files of projects on the database: runs are kept, told to be stale, and given out."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from itertools import pairwise

import docx
import openpyxl
import pyogrio
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from conurb.journal.models import Entry
from conurb.plan.measures import NoFigureError
from conurb.refusal import NotCompetentError
from conurb.region.folder import load_region
from conurb.region.models import User
from conurb.sames.facilities.actions import appraising, loading
from conurb.sames.facilities.models import NetworkState, Run
from conurb.sames.facilities.queries import figures, runs, showing
from conurb.sames.facilities.queries import network as networks
from tests.conftest import REGION

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "zh-hans"})


def test_loading_the_same_network_again_changes_nothing():
    before = list(Run.everything.values_list("pk", flat=True))
    loading.load_and_appraise(load_region(REGION))
    assert NetworkState.objects.count() == 1
    assert list(Run.everything.values_list("pk", flat=True)) == before
    assert {run.travel for run in Run.everything.all()} == {"car", "transit", "truck"}
    assert Entry.everything.filter(verb="appraisal.run").count() == len(before)


def test_other_people_make_another_state_and_the_last_figures_are_told_to_be_stale(browser):
    region = load_region(REGION)
    counties = [replace(each, population=each.population + 1000) for each in region.counties]
    state = loading.load(replace(region, counties=tuple(counties)))
    assert state is not None
    assert appraising.stale(state) == ["car", "transit", "truck"]
    page = browser.get(reverse("facilities")).content.decode()
    assert 'data-testid="stale"' in page
    with pytest.raises(NoFigureError):
        figures.between_centres("car")
    made = appraising.appraise_what_is_stale(None)
    assert {run.network_id for run in made} == {state.pk}
    assert appraising.stale(state) == []
    assert 'data-testid="stale"' not in browser.get(reverse("facilities")).content.decode()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_run_can_neither_be_changed_nor_deleted(change):
    rows = Run.everything.all()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(seconds=1.0) if change == "update" else rows.delete()


def test_only_transport_and_the_office_have_projects_appraised():
    for name, may in (
        ("officer-changsha", True),
        ("office", True),
        ("admin", True),
        ("resident", False),
    ):
        actor = User.objects.get(username=name)
        assert appraising.may_appraise(actor) is may
    with pytest.raises(NotCompetentError):
        appraising.ask(User.objects.get(username="resident"))


def test_the_list_is_narrowed_and_sorted(browser):
    address = reverse("facilities")
    page = browser.get(address, {"item": "2.8"}).content.decode()
    assert "riverside" in page
    assert 'data-project="south-ring"' not in page
    page = browser.get(address, {"sort": "hours", "travel": "car"}).content.decode()
    assert page.index('data-project="south-ring"') < page.index('data-project="riverside"')
    nothing = browser.get(address, {"q": "没有这样的项目"}).content.decode()
    assert "没有符合条件的项目" in nothing
    # whatever an address says, the page answers
    odd = {"travel": "boat", "sort": "x", "stage": "y", "city": "z" * 50, "item": "2.2'"}
    assert browser.get(address, odd).status_code == 200


def test_a_project_is_bound_to_its_item_and_task(browser, plan):
    page = browser.get(reverse("facilities-project", args=["riverside"])).content.decode()
    assert reverse("item", args=[plan.year, "2.8"]) in page
    assert "株洲滨江路与湘潭滨江路连通工程" in page
    assert browser.get(reverse("facilities-project", args=["no-such"])).status_code == 404


def test_two_are_compared_and_several_appraised_together(browser):
    two = {"project": ["south-ring", "riverside"], "travel": "car"}
    page = browser.get(reverse("facilities-compare"), two)
    assert page.status_code == 200
    assert len(page.context["lines"]) >= 6
    for wrong in (["south-ring"], ["south-ring", "riverside", "zhushao"], []):
        answer = browser.get(reverse("facilities-compare"), {"project": wrong})
        assert answer.status_code == 302
    page = browser.get(reverse("facilities-together"), two)
    whole, singly = page.context["whole"], page.context["singly"]
    assert page.context["more"] == pytest.approx(whole["hours"] - singly["hours"])
    assert whole["hours"] > 0


def test_dead_ends_and_bottlenecks_are_given_as_workbooks_with_what_they_rest_on(browser):
    for name, page in (
        ("dead-ends", "facilities-dead-ends"),
        ("bottlenecks", "facilities-bottlenecks"),
    ):
        shown = browser.get(reverse(page))
        assert reverse(f"facilities-{name}-xlsx") in shown.content.decode()
        answer = browser.get(reverse(f"facilities-{name}-xlsx"))
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        words = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
        told = shown.context["rows"] if name == "dead-ends" else shown.context["peak"]["rows"]
        roads = {each.road if name == "dead-ends" else each.name for each in told}
        assert roads <= set(words)
        assert any("示意数据" in each for each in words)


def test_a_numbered_road_is_not_told_twice(browser):
    page = browser.get(reverse("facilities-dead-ends"))
    roads = {each.road for each in page.context["rows"]}
    assert "X016 县道（浏阳）" in roads
    assert not any("X016 X016" in road for road in roads)


def test_minutes_between_centres_that_stay_are_told_once():
    assert str(showing.Cell(62.2, 61.9)) == "62"
    assert str(showing.Cell(62.2, 60.1)) == "62 → 60"
    assert str(showing.Cell(None, 60.1)) == "– → 60"


def test_a_page_in_english_has_no_chinese_marks(browser):
    english = {"lang": "en"}
    page = browser.get(reverse("facilities"), english)
    assert "Zhuzhou, Xiangtan" in page.content.decode()
    answer = browser.get(reverse("facilities-project-docx", args=["south-ring"]), english)
    document = docx.Document(io.BytesIO(answer.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    written = "".join([paragraph.text for paragraph in document.paragraphs] + cells)
    assert not set(written) & set("、，（）")


def test_alone_a_project_is_worth_what_the_run_says():
    state = networks.in_use()
    result = runs.result_of(Run.everything.filter(travel="car").first())
    assert result is not None
    kept = result.worth("south-ring")
    assert kept is not None
    assert runs.together(state, "car", ("south-ring",)).hours_saved == pytest.approx(
        kept.hours_saved
    )


def test_one_project_is_a_document_with_its_map(browser):
    answer = browser.get(reverse("facilities-project-docx", args=["south-ring"]))
    document = docx.Document(io.BytesIO(answer.content))
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "南环线" in words
    assert "清单依据" in words
    assert len(document.inline_shapes) == 1


def test_the_whole_list_is_given_in_every_form(browser, tmp_path):
    answer = browser.get(reverse("facilities-list", args=["zip"]), {"travel": "transit"})
    files = zipfile.ZipFile(io.BytesIO(answer.content))
    by_form = {name.rsplit(".", 1)[1]: name for name in files.namelist()}
    assert set(by_form) == {"docx", "xlsx", "gpkg", "csv"}
    projects = len(networks.network_of(networks.in_use()).projects)

    sheet = openpyxl.load_workbook(io.BytesIO(files.read(by_form["xlsx"]))).worksheets[0]
    assert sum(1 for row in sheet.iter_rows(min_row=2) if row[3].value) == projects
    table = files.read(by_form["csv"]).decode("utf-8-sig").splitlines()
    assert len(table) == projects + 1
    geopackage = tmp_path / "projects.gpkg"
    geopackage.write_bytes(files.read(by_form["gpkg"]))
    read = pyogrio.read_dataframe(geopackage)
    assert read.crs.to_epsg() == 4326
    assert len(read) >= projects - 1
    assert set(read.geom_type) == {"MultiLineString"}
    document = docx.Document(io.BytesIO(files.read(by_form["docx"])))
    assert len(document.inline_shapes) == projects
    assert browser.get(reverse("facilities-list", args=["exe"])).status_code == 404


def test_map_data_is_fetched_once(browser):
    for route in ("facilities-network-geojson", "facilities-projects-geojson"):
        first = browser.get(reverse(route))
        assert first.json()["features"]
        again = browser.get(reverse(route), headers={"if-none-match": first.headers["ETag"]})
        assert again.status_code == 304


def test_a_longer_time_reaches_more_and_wrong_places_are_told(browser):
    address = reverse("facilities-network")
    found = browser.get(address, {"zone": "furong-wuyi"}).context["reached"]
    assert dict(found.counties)["芙蓉区"] == 100
    assert browser.get(address, {"county": "430102"}).context["reached"].title == "自马王堆出发"
    bands = found.bands
    for less, more in pairwise(bands):
        assert less.km2 < more.km2
        assert less.people <= more.people
    place = browser.get(address, {"at": "112.98,28.19", "travel": "transit"})
    assert place.context["reached"].bands[0].km2 > 0
    for wrong in (
        {"at": "here"},
        {"at": "nan,28"},
        {"at": "100,10"},
        {"county": "999999"},
        {"zone": "no"},
    ):
        answer = browser.get(address, wrong)
        assert answer.status_code == 422
        assert answer.context["wrong"]


def test_dead_ends_say_which_project_heals_them(browser):
    rows = browser.get(reverse("facilities-dead-ends")).context["rows"]
    assert rows
    assert [each.detour for each in rows] == sorted((each.detour for each in rows), reverse=True)
    assert any(healing.url.endswith("/riverside/") for each in rows for healing in each.healing)


def test_measures_read_the_last_runs():
    begun = figures.begun("2.2")
    assert begun.target is not None
    assert 0 <= begun.value <= begun.target
    assert figures.between_centres("car").value > 20
    assert figures.dead_ends_healed().value >= 1
    with pytest.raises(NoFigureError):
        figures.begun("9.9")


def test_lost_figures_are_told_and_can_be_made_again(browser, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    runs._read.cache_clear()
    answer = browser.get(reverse("facilities-project", args=["riverside"]))
    assert answer.status_code == 200
    assert "尚未评估" in answer.content.decode()
    runs._read.cache_clear()
