"""The pages, as planners and the public see them."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from docx import Document

from conurb.atlas.models import Layer
from conurb.journal.models import Entry
from conurb.region.models import User
from conurb.sames.planning.models import LibraryPlan, Review
from conurb.sames.planning.queries import conflicts
from tests.atlas import layers
from tests.sames.planning.makers import (
    CHANGSHA,
    FACTORY,
    HOMES,
    PARK,
    XIANGTAN,
    ZHUZHOU,
    draft,
    frame,
    neighbour_plan,
    planner,
    renewed,
    submitted,
)

pytestmark = pytest.mark.django_db

Commits = Any


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    return django_capture_on_commit_callbacks


def browser(user: User | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.cookies["conurb_language"] = "en"
    if user is not None:
        client.force_login(user, backend="conurb.portal.backends.Backend")
    return client


def test_a_review_from_submission_to_adoption_by_its_pages(commits: Commits) -> None:
    neighbour_plan(HOMES)
    version = draft(FACTORY)
    ours, theirs = browser(planner(CHANGSHA)), browser(planner(ZHUZHOU))
    page = ours.get("/planning/reviews/new/", {"version": version.key})
    assert page.status_code == 200
    with commits(execute=True):
        answer = ours.post(
            "/planning/reviews/new/", {"version": version.pk, "title": "接边审核", "words": ""}
        )
    review = Review.everything.get()
    assert answer["Location"] == f"/planning/reviews/{review.key}/"

    address = f"/planning/reviews/{review.key}/"
    page = theirs.get(address).content.decode()
    assert "Your authority is asked to answer by" in page
    assert "Incompatible uses face each other" in page
    drawn = theirs.get(f"{address}map.geojson").json()["features"]
    assert {each["properties"]["what"] for each in drawn} == {"finding"}
    key = drawn[0]["properties"]["key"]
    answer = theirs.post(f"{address}comment/", {"words": "对着住宅", "finding": key})
    assert answer.status_code == 302
    answer = theirs.post(f"{address}do/object/", {"words": "请改", "round_read": 1})
    assert answer.status_code == 302

    corrected = draft(PARK, of=review.layer)
    with commits(execute=True):
        answer = ours.post(f"{address}do/resubmit/", {"version": corrected.pk, "words": ""})
    assert answer.status_code == 409, "findings are worked out first"
    answer = ours.post(f"{address}do/resubmit/", {"version": corrected.pk, "words": "改为公园"})
    assert answer.status_code == 302
    assert "resolved" in theirs.get(address).content.decode()
    stale = theirs.post(f"{address}do/sign/", {"round_read": 1, "sure": "on"})
    assert stale.status_code == 409
    unsure = theirs.post(f"{address}do/sign/", {"round_read": 2})
    assert unsure.status_code == 422
    for signer in (theirs, browser(planner(XIANGTAN))):
        assert signer.post(f"{address}do/sign/", {"round_read": 2, "sure": "on"}).status_code == 302
    review.refresh_from_db()
    assert review.state == Review.State.ADOPTED
    public = browser().get("/planning/").content.decode()
    assert "接边审核" in public
    assert address not in public


def test_the_findings_table_filters_and_comes_as_a_workbook(commits: Commits) -> None:
    neighbour_plan(HOMES)
    review = renewed(commits, submitted(commits, FACTORY), PARK)
    client = browser(planner(ZHUZHOU))
    address = f"/planning/reviews/{review.key}/findings"
    page = client.get(f"{address}/", {"standing": "resolved", "rule": "facing"})
    assert page.status_code == 200
    assert "planning-tag-resolved" in page.content.decode()
    book = client.get(f"{address}.xlsx", {"standing": "resolved"})
    sheet = openpyxl.load_workbook(BytesIO(book.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    told = conflicts.listed(planner(ZHUZHOU), review, conflicts.FindingFilter(standing="resolved"))
    assert len(rows) == 1 + len(told)


def test_the_record_holds_parties_hashes_findings_remarks_and_pictures(commits: Commits) -> None:
    neighbour_plan(HOMES)
    review = submitted(commits, FACTORY)
    client = browser(planner(ZHUZHOU))
    client.post(
        f"/planning/reviews/{review.key}/comment/",
        {"words": "越界之处", "longitude": "113.01", "latitude": "28.01"},
    )
    client.post(
        f"/planning/reviews/{review.key}/do/object/", {"words": "理由在此", "round_read": 1}
    )
    answer = client.get(f"/planning/reviews/{review.key}/record.docx")
    assert answer["Content-Disposition"].startswith("attachment")
    document = Document(BytesIO(answer.content))
    text = "\n".join(each.text for each in document.paragraphs)
    cells = "\n".join(
        cell.text for table in document.tables for row in table.rows for cell in row.cells
    )
    assert review.version.sha256 in cells
    assert "理由在此" in cells
    assert "越界之处" in text
    assert len(document.inline_shapes) >= 2
    shown = {each._inline.docPr.get("descr") for each in document.inline_shapes}
    assert all(shown), "every picture is told in words"


def test_strangers_see_no_review_and_no_remark(commits: Commits, client_of: Any) -> None:
    review = submitted(commits, FACTORY)
    for role in ("nobody", "resident"):
        answer = client_of(role).get(f"/planning/reviews/{review.key}/")
        assert answer.status_code in (302, 403)
        assert review.title not in client_of(role).get("/planning/").content.decode()


def test_zones_of_a_day_for_everybody(commits: Commits) -> None:
    from conurb.sames.planning.actions import reviews

    layer = layers.layer(CHANGSHA, kind=Layer.Kind.ZONES, name="分区")
    version = layers.version(layer, frame(("core", -900, 0, -500, 400)))
    review = reviews.submit(
        planner(CHANGSHA), version, title="划定片区", effective_on=date(2026, 1, 5)
    )
    for city in (ZHUZHOU, XIANGTAN):
        review = reviews.sign(planner(city), review, round_read=1)
    client = browser()
    assert client.get("/planning/zones.geojson").json()["features"][0]["properties"]["km2"] > 0
    assert client.get("/planning/zones.geojson?on=2020-01-01").json()["features"] == []
    assert "划定片区" in client.get("/planning/zones/").content.decode()
    assert client.get("/planning/zones/?on=2020-02-31").status_code == 200


def test_the_library_as_tree_list_and_filtered(client_of: Any) -> None:
    page = client_of("nobody").get("/planning/plans/").content.decode()
    assert re.search(r'planning-depth-2"><a[^>]+changsha-spatial', page)
    listed = client_of("nobody").get("/planning/plans/?view=list&kind=detailed").content.decode()
    assert "changsha-demo-community" in listed
    assert "changsha-spatial/" not in listed
    tree = client_of("nobody").get("/planning/plans/?kind=detailed").content.decode()
    assert 'class="planning-leads"' in tree
    assert client_of("nobody").get("/planning/plans/no-such-plan/").status_code == 404


def test_an_entry_is_edited_by_its_authority_and_the_journal_keeps_what_it_was() -> None:
    plan = LibraryPlan.objects.get(key="changsha-spatial")
    layer = layers.layer(CHANGSHA)
    mine = {
        "kind": "master", "level": "city", "state": "approved", "from_year": 2021,
        "until_year": 2035, "above": plan.above_id, "layers": [layer.pk], "basis": "批复（演示）",
    }  # fmt: skip
    address = f"/planning/plans/{plan.key}/"
    assert browser(planner(ZHUZHOU)).post(f"{address}edit/", mine).status_code == 403
    client = browser(planner(CHANGSHA))
    assert client.get(f"{address}edit/").status_code == 200
    assert client.post(f"{address}edit/", {**mine, "basis": ""}).status_code == 422
    assert client.post(f"{address}edit/", {**mine, "from_year": 2036}).status_code == 422
    assert client.post(f"{address}edit/", mine).status_code == 302
    plan.refresh_from_db()
    assert plan.state == "approved"
    entry = Entry.everything.get(verb="library-plan.edit")
    assert entry.detail["changes"]["state"] == ["unknown", "approved"]
    back = client.post(f"{address}edit/", {**mine, "state": "drafted"})
    assert back.status_code == 422, "an approval is not undone by hand"
    lower = LibraryPlan.objects.get(key="changsha-demo-community")
    ring = client.post(f"{address}edit/", {**mine, "above": lower.pk})
    assert ring.status_code == 422
    judged = client.post(f"{address}judge/", {"verdict": "conforms", "reason": "第三章"})
    assert judged.status_code == 302
    assert "第三章" in browser().get(address).content.decode()
