"""The pages, as planners and the public see them."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.test import Client
from docx import Document

from conurb.atlas.models import Layer
from conurb.desk.queries.pages_notices import unread
from conurb.journal.models import Entry
from conurb.records.actions import standing
from conurb.region.models import User
from conurb.sames.planning.models import LibraryPlan, Party, Review
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
    plain = client.get(f"{address}.csv", {"standing": "resolved", "sort": "size"})
    lines = list(csv.reader(StringIO(plain.content.decode("utf-8-sig"))))
    assert len(lines) == 1 + len(told)
    assert {line[-1] for line in lines[1:]} == {row.key for row in told}
    by_size = conflicts.listed(
        planner(ZHUZHOU), review, conflicts.FindingFilter(standing="resolved", sort="size")
    )
    assert [row.key for row in by_size] == [line[-1] for line in lines[1:]]
    areas = [row.area_m2 or 0 for row in by_size]
    assert areas == sorted(areas, reverse=True)


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


def test_an_adoption_is_shown_with_its_record_and_any_file_is_verified(commits: Commits) -> None:
    review = submitted(commits, PARK)
    address = f"/planning/reviews/{review.key}/"
    for city in (ZHUZHOU, XIANGTAN):
        browser(planner(city)).post(f"{address}do/sign/", {"round_read": 1, "sure": "on"})
    review.refresh_from_db()
    record = review.records.get()
    page = browser(planner(ZHUZHOU)).get(address).content.decode()
    assert record.urn in page
    assert 'data-testid="code"' in page
    assert f"/planning/verify/?sha256={review.version.sha256}" in page
    assert f"/records/{record.key}/" not in page
    own = browser(planner(CHANGSHA))
    assert f"/records/{record.key}/" in own.get(address).content.decode()
    document = Document(BytesIO(own.get(f"{address}record.docx").content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert record.urn in cells
    shown = {each._inline.docPr.get("descr") for each in document.inline_shapes}
    assert "QR code of the record" in shown

    public = browser()
    with review.version.path.open("rb") as file:
        answer = public.post("/planning/verify/", {"file": file})
    assert answer["Location"].endswith(review.version.sha256)
    told = public.get(answer["Location"]).content.decode()
    assert "the adoption stands" in told
    assert record.urn in told
    other = public.post("/planning/verify/", {"file": BytesIO(b"another")})
    assert "No adoption names this file" in public.get(other["Location"]).content.decode()
    assert public.post("/planning/verify/", {"sha256": "abc"}).status_code == 422
    assert public.post("/planning/verify/", {}).status_code == 422
    standing.revoke(planner(CHANGSHA), record, "签署有误", code="error")
    told = public.get("/planning/verify/", {"sha256": review.version.sha256}).content.decode()
    assert "does not stand any more" in told
    assert 'data-testid="code"' not in own.get(address).content.decode()


def test_a_review_waits_on_my_work_with_its_light(commits: Commits) -> None:
    review = submitted(commits, FACTORY)
    address = f"/planning/reviews/{review.key}/"
    ours, theirs = browser(planner(CHANGSHA)), browser(planner(ZHUZHOU))

    def waits(client: Client) -> tuple[str, str]:
        """The light and the words of the review on the page."""
        page = client.get("/work/").content.decode()
        found = re.search(
            r'<span class="light light-([a-z-]+)">([^<]+)</span>\s*<a [^>]+' + address, page
        )
        return (found[1], found[2]) if found else ("", "")

    assert waits(theirs) == ("on-course", "to be answered")
    assert waits(ours) == ("on-course", "under review")
    Party.objects.filter(city=ZHUZHOU).update(due_on=date(2026, 1, 5))
    assert waits(theirs) == ("late", "late")
    assert waits(ours) == ("late", "a party is late")
    theirs.post(f"{address}do/object/", {"words": "请改", "round_read": 1})
    assert waits(theirs) == ("", "")
    assert waits(ours) == ("at-risk", "objected to")
    stranger = User.objects.get(username="officer-zhuzhou")
    assert waits(browser(stranger)) == ("", "")


def test_notices_lead_to_the_review_and_are_read_with_it(commits: Commits) -> None:
    client, _another = browser(planner(ZHUZHOU)), planner(XIANGTAN)
    review = submitted(commits, FACTORY)
    listed = client.get("/notices/").content.decode()
    assert f'href="/planning/reviews/{review.key}/"' in listed
    assert "To be reviewed" in listed
    page = client.get(f"/planning/reviews/{review.key}/").content.decode()
    assert 'hx-post="/notices/seen/"' in page
    assert client.post("/notices/seen/", {"about": review.urn}).status_code == 200
    assert unread(planner(ZHUZHOU)) == 0
    assert unread(planner(XIANGTAN)) == 1
    again = client.get(f"/planning/reviews/{review.key}/").content.decode()
    assert "/notices/seen/" not in again


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
