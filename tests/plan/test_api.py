"""The API: who sees what, what a key may do, filters, pages, problems, caching."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conurb.journal.models import Entry
from conurb.plan.actions import keys, life
from conurb.plan.actions.importing import Upload, keep_document
from conurb.plan.measures import Carrier, Figure, Measure, NoFigureError, only
from conurb.plan.models import Assignment, Plan, Report, Task
from conurb.region.keys import user_of
from conurb.region.models import ApiKey, Authority
from conurb.urn import new_urn

pytestmark = pytest.mark.django_db


@pytest.fixture
def road(actors) -> Authority:
    """The authority of the officer of Changsha."""
    return actors["officer-changsha"].authority


@pytest.fixture
def key(actors, road) -> keys.NewKey:
    return keys.create(actors["office"], road, "交通综合业务平台")


@pytest.fixture
def bearer(key) -> dict[str, str]:
    return {"Authorization": f"Bearer {key.secret}"}


@pytest.fixture
def led(plan, actors, road) -> Task:
    """A task that the authority of Changsha's officer has accepted to lead."""
    task = Task.everything.get(number="1.1-1")
    proposal = life.propose_lead(actors["office"], task, road, "职责所在")
    life.accept(actors["officer-changsha"], proposal)
    task.refresh_from_db()
    return task


def get(path: str, **headers: str):
    return Client().get(path, headers=headers)


def post(path: str, body: object, **headers: str):
    return Client().post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_the_plan_is_public(plan):
    whole = get("/api/plans/2021").json()
    assert [len(field["items"]) for field in whole["fields"]] == [6, 9, 3, 1, 4, 6, 6, 1, 5, 8]
    assert whole["title"]["zh"] == plan.title_zh
    tasks = [t for field in whole["fields"] for item in field["items"] for t in item["tasks"]]
    assert len(tasks) == Task.everything.count()
    assert all(task["lead_state"] is None for task in tasks)


def test_a_plan_that_another_of_its_year_replaced_is_not_mixed_with_it(plan):
    Plan.objects.filter(pk=plan.pk).update(is_current=False)
    upload = Upload("new.md", "text/markdown", b"new")
    Plan.objects.create(
        urn=new_urn("plan"),
        title_zh="新清单",
        year=plan.year,
        document=keep_document(None, upload, {"text": "", "fields": []}, plan.year),
        confirmed_on=plan.confirmed_on,
        follows=plan,
    )
    assert Task.everything.filter(item__field__plan=plan).exists()
    assert get("/api/plans/2021").json()["fields"] == []
    assert get("/api/tasks?plan=2021").json()["count"] == 0


def test_fields_count_their_lights(plan):
    fields = get("/api/fields").json()
    assert len(fields) == 10
    for field in fields:
        assert sum(field["lights"].values()) == field["task_count"]


def test_an_item_has_the_words_it_comes_from(plan):
    item = get("/api/items/2021/6.1").json()
    start, end = item["span"]
    assert item["source"] == plan.document.text[start:end]
    assert item["carriers"] == []
    assert [task["item"] for task in item["tasks"]] == ["6.1"] * len(item["tasks"])


def test_a_carrier_shows_its_figure_or_says_why_there_is_none(plan):
    def read() -> Figure:
        return Figure(12, "处", "places", datetime(2026, 11, 1, 4, tzinfo=UTC), target=20)

    def nothing() -> Figure:
        raise NoFigureError("尚无数据", "no data yet")

    measures = (
        Measure("a", "指标甲", "Measure A", "1.1", read),
        Measure("b", "指标乙", "Measure B", "1.1", nothing),
    )
    with only(Carrier("toy", "玩具", "Toy", "/toy/", ("1.1",), measures)):
        (carrier,) = get("/api/measures").json()
        assert get("/api/items/2021/1.1").json()["carriers"] == [carrier]
        assert get("/api/items/2021/1.2").json()["carriers"] == []
    figured, empty = carrier["measures"]
    assert (figured["figure"]["value"], figured["figure"]["target"]) == (12, 20)
    assert empty["figure"] is None
    assert empty["why_none"] == {"zh": "尚无数据", "en": "no data yet"}


def test_pages_of_tasks_follow_each_other_and_lose_none(plan):
    address, keys_seen = "/api/tasks?limit=50&kind=build&kind=study", []
    while address:
        page = get(address).json()
        keys_seen += [task["key"] for task in page["tasks"]]
        address = page["next"]
    expected = Task.everything.filter(kind__in=["build", "study"]).order_by("order", "pk")
    assert keys_seen == [task.key for task in expected]
    assert page["previous"] is not None


def test_the_filters_are_those_of_the_plan_page(plan):
    found = get("/api/tasks?field=2&q=高速公路&city=430100").json()
    assert 0 < found["count"] < Task.everything.count()
    assert {task["field"] for task in found["tasks"]} == {"2"}


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/api/tasks?feild=2", ["query", "feild"]),
        ("/api/tasks?kind=road", ["query", "kind", "0"]),
        ("/api/tasks?limit=0", ["query", "limit"]),
        ("/api/tasks?from=2026-13-01", ["query", "from"]),
        ("/api/tasks?from=20260101", ["query", "from"]),
        ("/api/plans?year=2021", ["query", "year"]),
        ("/api/tasks/xyz", ["path", "key"]),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(plan, address, where):
    answer = get(address)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["detail"]
    assert problem["errors"][0]["where"] == where


def test_days_that_contradict_each_other_are_refused(plan):
    answer = get("/api/tasks?from=2026-02-01&to=2026-01-01&lang=en")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "The first day lies after the last day."


@pytest.mark.parametrize(
    "address",
    ["/api/plans/1999", "/api/items/2021/99.9", f"/api/tasks/{'0' * 30}", "/api/nowhere/at/all"],
)
def test_what_is_not_there_is_a_problem_in_json(plan, address):
    answer = get(address)
    assert answer.status_code == 404
    assert set(answer.json()) == {"detail"}


def test_another_method_is_a_problem_in_json_and_says_which_there_are(plan):
    answer = Client().delete("/api/plans")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"
    assert set(answer.json()) == {"detail"}


def test_problems_are_told_in_the_language_asked_for(plan):
    assert get("/api/plans/1999?lang=en").json()["detail"] == "There is no plan of this year."
    assert "规划清单" in get("/api/plans/1999").json()["detail"]


def test_an_answer_that_did_not_change_is_not_sent_again(plan):
    first = get("/api/tasks?limit=1")
    again = get("/api/tasks?limit=1", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Authorization" in again.headers["Vary"]
    other = get("/api/tasks?limit=2", **{"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_the_head_of_an_answer_has_its_length_and_no_body(plan):
    answer = Client().head("/api/plans")
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) == len(get("/api/plans").content)


@pytest.mark.parametrize("address", ["/api/authorities", "/api/journal"])
def test_what_is_for_officers_needs_a_key(plan, address, bearer, client_of):
    nobody = get(address)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    assert client_of("resident").get(address).status_code == 403
    assert get(address, **bearer).status_code == 200
    assert client_of("office").get(address).status_code == 200


def test_the_journal_of_a_key_is_its_authoritys_own(led, bearer, road, client_of):
    own = get("/api/journal", **bearer).json()
    assert own["count"] > 0
    assert {entry["authority"]["key"] for entry in own["entries"]} == {road.key}
    everybody = client_of("office").get("/api/journal").json()
    assert everybody["count"] > own["count"]
    accepted = client_of("office").get("/api/journal?act=task.accept").json()
    assert {entry["act"] for entry in accepted["entries"]} == {"task.accept"}


@pytest.mark.parametrize("secret", ["", "x", "cnb_00000000_" + "a" * 43, "Basic abc"])
def test_a_wrong_key_is_refused_even_where_none_is_needed(plan, secret):
    assert get("/api/plans", Authorization=f"Bearer {secret}").status_code == 401


def test_a_key_whose_secret_was_altered_opens_nothing(key):
    altered = key.secret[:-1] + ("A" if key.secret[-1] != "A" else "B")
    assert get("/api/plans", Authorization=f"Bearer {altered}").status_code == 401


def test_a_revoked_key_opens_nothing(key, bearer, actors):
    assert get("/api/plans", **bearer).status_code == 200
    keys.revoke(actors["office"], key.key)
    assert get("/api/plans", **bearer).status_code == 401
    assert not ApiKey.everything.get(pk=key.key.pk).user.is_active


def test_when_a_key_was_last_used_is_noted_to_the_minute(key):
    now = timezone.now()
    assert user_of(key.secret, now=now) is not None
    user_of(key.secret, now=now + timedelta(seconds=30))
    assert ApiKey.everything.get(pk=key.key.pk).last_used_at == now
    later = now + timedelta(seconds=61)
    user_of(key.secret, now=later)
    assert ApiKey.everything.get(pk=key.key.pk).last_used_at == later


def test_the_public_learns_of_a_lead_once_it_has_accepted(plan, actors, road, bearer):
    task = Task.everything.get(number="1.1-1")
    proposal = life.propose_lead(actors["office"], task, road, "内部理由")
    address = f"/api/tasks/{task.key}"
    assert get(address).json()["lead"] is None
    assert get(address).json()["assignments"] == []
    candid = get(address, **bearer).json()
    assert (candid["lead"]["key"], candid["lead_state"]) == (road.key, "proposed")
    assert candid["assignments"][0]["reason"]["zh"] == "内部理由"
    life.accept(actors["officer-changsha"], proposal)
    public = get(address).json()
    assert public["lead"]["key"] == road.key
    assert public["assignments"][0]["reason"] is None
    assert "内部理由" not in get(address).content.decode()


def test_a_system_reports_and_the_journal_names_it(led, bearer, road):
    answer = post(
        f"/api/tasks/{led.key}/reports",
        {"words": "方案已形成初稿。", "stage": led.ladder[1].key, "obstacle": "缺少用地指标"},
        **bearer,
    )
    assert answer.status_code == 201
    made = answer.json()
    assert (made["sequence"], made["stage"]["key"]) == (1, led.ladder[1].key)
    assert made["officer"] == "交通综合业务平台"
    led.refresh_from_db()
    assert led.stage == led.ladder[1].key
    entry = Entry.everything.filter(verb="task.report").latest("pk")
    assert (entry.actor_name, entry.authority_key) == ("交通综合业务平台", road.key)


def test_obstacles_and_officers_are_not_public(led, bearer):
    post(
        f"/api/tasks/{led.key}/reports", {"words": "推进中。", "obstacle": "缺少用地指标"}, **bearer
    )
    (public,) = get(f"/api/tasks/{led.key}/reports").json()["reports"]
    assert (public["obstacle"], public["officer"], public["evidence"]) == (None, None, None)
    (candid,) = get(f"/api/tasks/{led.key}/reports", **bearer).json()["reports"]
    assert candid["obstacle"] == "缺少用地指标"


def test_a_report_needs_the_lead_or_a_supporter(led, actors):
    other = keys.create(actors["office"], actors["officer-xiangtan"].authority, "湘潭平台")
    answer = post(
        f"/api/tasks/{led.key}/reports", {"words": "x"}, Authorization=f"Bearer {other.secret}"
    )
    assert answer.status_code == 403
    assert Report.everything.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"words": ""}, "words"),
        ({"words": "进展", "stage": "nowhere"}, "stage"),
        ({"words": "进展", "made_on": "2999-01-01"}, "made_on"),
        ({"words": "进展", "help_from": "no-such-authority"}, "help_from"),
        ({"words": "进展", "corrects": "0" * 30}, "corrects"),
        ({"words": "进展", "stages": "x"}, "stages"),
        ({"words": "进\x00展"}, "words"),
    ],
)
def test_a_report_that_cannot_be_names_the_field(led, bearer, body, field):
    answer = post(f"/api/tasks/{led.key}/reports", body, **bearer)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"][-1] == field
    assert Report.everything.count() == 0


def test_a_body_that_is_no_json_is_a_problem(led, bearer):
    answer = Client().post(
        f"/api/tasks/{led.key}/reports",
        "{words:",
        content_type="application/json",
        headers=bearer,
    )
    assert answer.status_code == 400
    assert set(answer.json()) == {"detail"}


def test_a_proposal_is_accepted_or_returned_once(plan, actors, road, bearer):
    office = actors["office"]
    first, second = Task.everything.all()[:2]
    taken = life.propose_lead(office, first, road, "职责所在")
    refused = life.propose_lead(office, second, road, "职责所在")
    accepted = post(f"/api/assignments/{taken.key}/accept", None, **bearer)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert post(f"/api/assignments/{taken.key}/accept", None, **bearer).status_code == 409
    returned = post(f"/api/assignments/{refused.key}/return", {"reason": "非我局职责"}, **bearer)
    assert (returned.json()["state"], returned.json()["answer"]) == ("returned", "非我局职责")
    assert Assignment.everything.get(pk=refused.pk).state == "returned"


def test_another_authoritys_proposal_is_not_ones_to_answer(plan, actors, bearer):
    other = actors["officer-zhuzhou"].authority
    proposal = life.propose_lead(actors["office"], Task.everything.first(), other, "职责所在")
    assert post(f"/api/assignments/{proposal.key}/accept", None, **bearer).status_code == 403


def test_a_session_writes_only_with_its_csrf_token(led, client_of, actors):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(actors["officer-changsha"], backend="conurb.portal.backends.Backend")
    address = f"/api/tasks/{led.key}/reports"
    body = json.dumps({"words": "推进中。"})
    refused = browser.post(address, body, content_type="application/json")
    assert refused.status_code == 403
    assert Report.everything.count() == 0
    browser.cookies["csrftoken"] = "a" * 32
    token = {"X-CSRFToken": "a" * 32}
    made = browser.post(address, body, content_type="application/json", headers=token)
    assert made.status_code == 201


def test_an_officers_list_of_its_own_tasks(led, bearer):
    own = get("/api/tasks?lead=mine", **bearer).json()
    assert [task["key"] for task in own["tasks"]] == [led.key]
    assert get("/api/tasks?lead=mine").json()["count"] == 0


@pytest.mark.parametrize("address", ["/api/tasks?limit=%s", "/api/plans/2021?lang=en#%s"])
def test_the_number_of_queries_does_not_grow(plan, django_assert_max_num_queries, address):
    for limit in (1, 200):
        with django_assert_max_num_queries(10):
            get(address % limit)


def test_the_documentation_runs_under_the_strict_policy_but_for_its_own_styles(client):
    policy = client.get("/api/docs").headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
    others = client.get("/api/plans/1999").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in others


def test_the_root_leads_to_the_documentation(client):
    assert client.get("/api/").headers["Location"] == "/api/docs"
