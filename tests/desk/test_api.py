"""The desk's API: what is public, what is whose, and the receipt."""

from __future__ import annotations

import json

import pytest

from conurb.desk import actions
from conurb.desk.services import services
from conurb.plan.actions import keys
from conurb.region.models import User
from tests.desk.cases import PROOF, draft, granted, in_review, submitted
from tests.desk.people import officer_of

pytestmark = pytest.mark.django_db


def logged_in(client, person: User):
    client.force_login(person, backend="conurb.portal.backends.Backend")
    return client


def test_services_are_listed_and_found_by_words_events_and_audience(client):
    every = client.get("/api/services").json()
    assert [each["slug"] for each in every] == [each.slug for each in services()]
    found = client.get("/api/services", {"q": "公积金"}).json()
    assert {each["slug"] for each in found} >= {"housing-fund-proof", "housing-fund-transfer"}
    firms = client.get("/api/services", {"audience": "firm"}).json()
    assert all("firm" in each["audiences"] for each in firms)
    school = client.get("/api/services", {"life_event": "school"}).json()
    assert "school-enrolment" in {each["slug"] for each in school}
    assert client.get("/api/services", {"audiense": "firm"}).status_code == 422


def test_a_service_says_its_form_materials_and_differences(client):
    said = client.get("/api/services/school-enrolment").json()
    fields = {each["name"]: each for each in said["fields"]}
    assert fields["child_number"]["label"] == {
        "zh": "儿童公民身份号码",
        "en": "The child's resident number",
    }
    assert fields["grade"]["choices"] == ["1", "7", "other"]
    assert "430104" in fields["county"]["choices"]
    assert said["materials"][0]["spared_by"] == ["residence-permit"]
    assert [each["city"] for each in said["differences"]] == ["430100", "430200", "430300"]
    permit = client.get("/api/services/firm-change").json()
    spared = {each["name"]: each["spared_by"] for each in permit["fields"]}
    assert spared["address"] == "business-licence"
    assert client.get("/api/services/nothing").status_code == 404


def test_people_see_their_own_cases_and_officers_those_of_their_authority(client, zhou, owner):
    mine, officer = in_review(zhou)
    waiting = draft(zhou, "social-insurance-proof", "430200", PROOF)
    other = submitted(owner)
    listed = logged_in(client, zhou).get("/api/cases").json()
    assert {each["key"] for each in listed["cases"]} == {mine.key, waiting.key}
    assert client.get("/api/cases", {"state": "review"}).json()["count"] == 1
    assert client.get(f"/api/cases/{other.key}").status_code == 404
    listed = logged_in(client, officer).get("/api/cases").json()
    assert {each["key"] for each in listed["cases"]} == {mine.key, other.key}
    elsewhere = officer_of("social-security", "430300")
    assert logged_in(client, elsewhere).get("/api/cases").json()["count"] == 0


def test_an_applicant_reads_the_steps_that_are_for_him(client, zhou):
    case, officer = granted(zhou)
    own = logged_in(client, zhou).get(f"/api/cases/{case.key}").json()
    assert [each["verb"] for each in own["events"]] == ["submit", "grant"]
    assert own["data"]["months"] == 86
    assert own["record"] == case.record_key
    all_of_it = logged_in(client, officer).get(f"/api/cases/{case.key}").json()
    assert [each["verb"] for each in all_of_it["events"]] == ["submit", "claim", "grant"]


def test_a_key_is_its_authority(client, zhou):
    case = submitted(zhou)
    office = User.objects.get(username="office")
    for city, outcome in (("430100", 200), ("430300", 404)):
        made = keys.create(office, officer_of("social-security", city).authority, "系统")
        headers = {"Authorization": f"Bearer {made.secret}"}
        assert client.get(f"/api/cases/{case.key}", headers=headers).status_code == outcome


def test_who_holds_the_receipt_follows_the_case(client, zhou):
    done = actions.submit(zhou, draft(zhou, "social-insurance-proof", "430200", PROOF))

    def follow(**body: str):
        return client.post("/api/follow", json.dumps(body), content_type="application/json")

    said = follow(number=done.case.number, code=done.code)
    assert said.status_code == 200
    assert said.json()["state"] == "submitted"
    assert "周甲" not in said.content.decode()
    assert follow(number=done.case.number, code="0" * 12).status_code == 404
    assert follow(number="1", code=done.code).status_code == 422
    for _try in range(4):
        follow(number=done.case.number, code="0" * 12)
    assert follow(number=done.case.number, code=done.code).status_code == 429


def test_figures_are_public_and_name_nobody(client, zhou):
    granted(zhou)
    said = client.get("/api/desk/figures")
    figures = said.json()
    assert figures["cross_city_cases"] == 1
    assert figures["offered_services"] == len(services())
    assert figures["by_service"][0]["decided"] == 1
    assert "周甲" not in said.content.decode()
