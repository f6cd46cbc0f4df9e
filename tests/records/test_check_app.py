"""Checks over HTTP: before Django and in it, the same answers to the same questions."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from conurb.plan.actions import keys
from conurb.records import check_app, holding
from conurb.records.actions.issuing import Draft, issue
from conurb.records.actions.looking import gather
from conurb.records.models import Look
from conurb.records.subjects import Subject
from conurb.region.competence import competent
from conurb.region.numbers import firm_check_character
from tests.records.shown import CHANGSHA, NUMBER, ZHUZHOU, certificate

pytestmark = pytest.mark.django_db
TYPE = "road-transport-certificate"
FIRM = "91430200000000001"
FIRM += firm_check_character(FIRM)
PERMIT = {"name": "某", "county": "某", "address": "某", "endorsed_on": "2026-01-01"}


@pytest.fixture
def secret(actors) -> str:
    return keys.create(actors["office"], competent("freight", CHANGSHA), "核验系统").secret


def not_django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("418 Not Django", [])
    return [b"django"]


class Answer:
    """What an application answered: status, headers, body."""

    def __init__(self, environ: dict[str, Any]) -> None:
        body = check_app.mount(not_django)(environ, self._start)
        self.content = b"".join(body)

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.status, self.headers = int(status[:3]), dict(headers)

    @property
    def said(self) -> Any:
        return json.loads(self.content)


def raw(
    path: str,
    *,
    method: str = "GET",
    key: str = "",
    body: bytes | None = None,
    **query: str,
) -> Answer:
    """Ask the application that stands before Django, as a server would."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": urlencode(query),
        "wsgi.input": io.BytesIO(body or b""),
        "CONTENT_LENGTH": str(len(body or b"")),
    }
    if key:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return Answer(environ)


def post(slug: str, said: Any, *, key: str = "", **query: str) -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return raw(f"/api/check/{slug}", method="POST", key=key, body=body, **query)


def test_all_else_is_django_s():
    assert raw("/api/checks").content == b"django"
    assert raw("/").status == 418


def test_a_record_that_holds(secret):
    record = certificate()
    said = raw(f"/api/check/{TYPE}/湘B0A123", key=secret, city=CHANGSHA).said
    assert (said["verdict"], said["reason"]) == ("valid", "agreement")
    assert (said["type"], said["subject"], said["city"]) == (TYPE, "湘B0A123", CHANGSHA)
    (found,) = said["found"]
    assert (found["key"], found["city"], found["holds"]) == (record.key, ZHUZHOU, True)
    assert found["public"] == record.public
    assert found["effects"][0]["code"] == "submit-once"
    assert said["words"]["zh"].startswith("有效")


def test_a_number_is_read_as_people_write_it(secret):
    certificate()
    assert raw(f"/api/check/{TYPE}/湘b 0a123", key=secret, city=ZHUZHOU).said["verdict"] == "valid"


def test_as_of_a_moment(secret):
    certificate()
    answer = raw(
        f"/api/check/{TYPE}/湘B0A123", key=secret, city=ZHUZHOU, at="2020-01-31T08:00:00+08:00"
    ).said
    assert (answer["verdict"], answer["at"]) == ("unknown", "2020-01-31T00:00:00.000000Z")


def test_without_a_key_only_what_is_open_to_all():
    licence = {
        "name": "演示商贸有限公司",
        "kind": "有限责任公司",
        "representative": "某",
        "address": "演示路",
        "established_on": "2020-01-01",
        "scope": "百货零售",
    }
    issue(
        None,
        competent("market-regulation", ZHUZHOU),
        Draft("business-licence", Subject("firm", FIRM), licence),
    )
    assert raw(f"/api/check/business-licence/{FIRM}", city=CHANGSHA).said["verdict"] == "valid"
    refused = raw(f"/api/check/{TYPE}/湘B0A123", city=CHANGSHA)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Conurb"')
    # who has no key learns nothing of which types there are
    assert raw("/api/check/no-such-type/1", city=CHANGSHA).content == refused.content


def test_a_key_that_is_sent_must_be_good(secret, actors):
    asked = {"city": CHANGSHA}
    forged = "cnb_00000000_" + "x" * 43
    assert raw(f"/api/check/business-licence/{FIRM}", key=forged, **asked).status == 401
    assert raw(f"/api/check/{TYPE}/湘B0A123", key=secret, **asked).status == 200
    (key,) = actors["office"].__class__.objects.get(full_name="核验系统").authority.api_keys.all()
    keys.revoke(actors["office"], key)
    assert raw(f"/api/check/{TYPE}/湘B0A123", key=secret, **asked).status == 401


@pytest.mark.parametrize(
    ("slug", "number", "query", "status", "where"),
    [
        ("no-such-type", "1", {"city": CHANGSHA}, 404, None),
        (TYPE, "湘B1", {"city": CHANGSHA}, 422, ["path", "subject"]),
        (TYPE, "湘B0A123", {}, 422, ["query", "city"]),
        (TYPE, "湘B0A123", {"city": "110000"}, 422, ["query", "city"]),
        (TYPE, "湘B0A123", {"city": CHANGSHA, "at": "today"}, 422, ["query", "at"]),
        (TYPE, "湘B0A123", {"city": CHANGSHA, "at": "2026-01-31T08:00"}, 422, ["query", "at"]),
        (TYPE, "湘B0A123", {"city": CHANGSHA, "at": "2026-01-31"}, 422, ["query", "at"]),
        (TYPE, "湘B0A123", {"city": CHANGSHA, "cities": "1"}, 422, ["query", "cities"]),
        ("residence-permit", NUMBER, {"city": CHANGSHA}, 422, ["query", "purpose"]),
        ("residence-permit", "43020219900307", {"city": CHANGSHA, "purpose": "核对"}, 422, None),
    ],
)
def test_what_is_wrong_is_said_where(secret, slug, number, query, status, where):
    for language in ("zh-hans", "en"):
        answer = raw(f"/api/check/{slug}/{number}", key=secret, lang=language, **query)
        assert answer.status == status
        assert ("。" in answer.said["detail"]) == (language != "en")
        if where:
            assert [each["where"] for each in answer.said["errors"]] == [where]


def test_the_message_of_a_wrong_number_is_the_standard_s(secret):
    wrong = NUMBER[:-1] + "1"
    answer = raw(f"/api/check/residence-permit/{wrong}", key=secret, city=CHANGSHA, purpose="核对")
    assert "校验位不符" in answer.said["detail"]


def test_methods():
    assert raw(f"/api/check/{TYPE}", city=CHANGSHA).status == 405
    refused = raw(f"/api/check/{TYPE}/湘B0A123", method="DELETE")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD")
    head = raw(f"/api/check/business-licence/{FIRM}", method="HEAD", city=CHANGSHA)
    assert (head.status, head.content) == (200, b"")
    assert int(head.headers["Content-Length"]) > 100


def test_many_at_once(secret):
    certificate(plate="湘B00001")
    said = post(TYPE, {"city": CHANGSHA, "subjects": ["湘B00002", "湘B00001"]}, key=secret).said
    assert [each["verdict"] for each in said["answers"]] == ["unknown", "valid"]
    assert [each["subject"] for each in said["answers"]] == ["湘B00002", "湘B00001"]
    one = raw(f"/api/check/{TYPE}/湘B00001", key=secret, city=CHANGSHA, at=said["at"]).said
    assert {**said["answers"][1], "type": TYPE, "city": CHANGSHA, "at": said["at"]} == one


@pytest.mark.parametrize(
    ("said", "status", "where"),
    [
        ({"city": CHANGSHA, "subjects": []}, 422, ["body", "subjects"]),
        ({"city": CHANGSHA}, 422, ["body", "subjects"]),
        ({"city": CHANGSHA, "subjects": "湘B00001"}, 422, ["body", "subjects"]),
        ({"city": CHANGSHA, "subjects": ["湘B00001", 7]}, 422, ["body", "subjects", "1"]),
        ({"city": CHANGSHA, "subjects": ["湘B00001", "湘B1"]}, 422, ["body", "subjects", "1"]),
        ({"subjects": ["湘B00001"]}, 422, ["body", "city"]),
        ({"city": CHANGSHA, "subjects": ["湘B00001"], "at": 5}, 422, ["body", "at"]),
        ({"city": CHANGSHA, "subjects": ["湘B00001"], "who": "me"}, 422, ["body", "who"]),
        ([1], 422, ["body"]),
        (b"{", 422, ["body"]),
        (b"\xff", 422, ["body"]),
        (b"[" * 100_000, 422, ["body"]),
        ({"city": CHANGSHA, "subjects": ["湘B00001"] * 1001}, 422, ["body", "subjects"]),
        (b" " * (check_app.LARGEST_BODY + 1), 413, None),
    ],
)
def test_what_is_wrong_with_a_batch_is_said_where(secret, said, status, where):
    answer = post(TYPE, said, key=secret)
    assert answer.status == status
    assert [each["where"] for each in answer.said.get("errors", [])] == ([where] if where else [])


def test_no_more_than_the_limit_is_read(secret):
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= check_app.LARGEST_BODY + 1
            return b" " * size

    for length in ("99999999999", "", None):
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/check/{TYPE}",
            "wsgi.input": Endless(),
            "CONTENT_LENGTH": length,
            "HTTP_AUTHORIZATION": f"Bearer {secret}",
        }
        assert Answer(environ).status == 413


def test_a_check_of_a_person_is_noted_for_the_person(secret):
    person = Subject("resident", NUMBER)
    police = competent("household-registration", ZHUZHOU)
    record = issue(None, police, Draft("residence-permit", person, {}, PERMIT))
    gather()
    asked = {"city": CHANGSHA, "subjects": [NUMBER], "purpose": "公积金异地贷款审核"}
    assert post("residence-permit", asked, key=secret).said["answers"][0]["verdict"] == "valid"
    raw(f"/api/check/{TYPE}/湘B00001", key=secret, city=CHANGSHA)
    assert gather() == 1
    look = Look.objects.get(record_key=record.key)
    assert (look.authority_key, look.actor_name, look.purpose, look.way, look.verdict) == (
        "changsha-transport",
        "核验系统",
        "公积金异地贷款审核",
        "api",
        "valid",
    )
    assert look.subject_handle == record.subject_handle


def test_what_cannot_be_noted_is_not_answered(secret, monkeypatch):
    def full(*_args: Any) -> int:
        raise OSError("disk full")

    monkeypatch.setattr("conurb.records.actions.looking.os.write", full)
    with pytest.raises(OSError, match="disk full"):
        raw(f"/api/check/residence-permit/{NUMBER}", key=secret, city=CHANGSHA, purpose="核对")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/api/check/{TYPE}/湘B0A123?city={CHANGSHA}", None),
        (f"/api/check/{TYPE}/湘B0A123?city={CHANGSHA}&lang=en", None),
        (f"/api/check/{TYPE}/湘B1?city={CHANGSHA}", None),
        (f"/api/check/{TYPE}/湘B1?city={CHANGSHA}&lang=en", None),
        (f"/api/check/{TYPE}/湘B0A123", None),
        (f"/api/check/no-such-type/1?city={CHANGSHA}", None),
        (f"/api/check/{TYPE}/湘B0A123?city={CHANGSHA}&x=1", None),
        (f"/api/check/{TYPE}", {"city": CHANGSHA, "subjects": ["湘B0A123", "湘B00001"]}),
        (f"/api/check/{TYPE}", {"city": CHANGSHA, "subjects": ["湘B0A123", "x"]}),
        (f"/api/check/{TYPE}", {"city": CHANGSHA, "subjects": ["湘B0A123"] * 1001}),
        (f"/api/check/{TYPE}", {"subjects": []}),
    ],
)
@pytest.mark.parametrize("with_key", [True, False])
def test_django_says_the_same_byte_by_byte(secret, monkeypatch, path, said, with_key):
    certificate()
    monkeypatch.setattr(holding, "now", lambda: "2031-01-01T00:00:00.000000Z")
    place, _mark, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "POST" if said else "GET",
        "PATH_INFO": place.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "wsgi.input": io.BytesIO(json.dumps(said).encode()),
        "CONTENT_LENGTH": str(len(json.dumps(said))),
    }
    headers = {"Authorization": f"Bearer {secret}"} if with_key else {}
    if with_key:
        environ["HTTP_AUTHORIZATION"] = headers["Authorization"]
    client = Client(headers=headers)
    address = quote(place) + (f"?{query}" if query else "")
    theirs = (
        client.post(address, json.dumps(said), content_type="application/json")
        if said
        else client.get(address)
    )
    ours = Answer(environ)
    assert (theirs.status_code, theirs.content) == (ours.status, ours.content)


def test_no_statement_reaches_the_database(secret, django_assert_num_queries):
    certificate()
    with django_assert_num_queries(0):
        assert raw(f"/api/check/{TYPE}/湘B0A123", key=secret, city=CHANGSHA).status == 200
        asked = {"city": CHANGSHA, "subjects": [NUMBER], "purpose": "核对"}
        assert post("residence-permit", asked, key=secret).status == 200
