"""Issuing: who may, what, for how long; and that all of it stands or falls together."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from conurb.journal.models import Entry
from conurb.records import index
from conurb.records.actions import issuing
from conurb.records.actions.issuing import Draft, issue, issue_many, supersede
from conurb.records.actions.standing import revoke
from conurb.records.models import LogEntry, Record, StatusList
from conurb.records.sd_jwt import digest, disclosure
from conurb.records.subjects import Subject
from conurb.records.suites import unb64
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent
from conurb.region.models import Authority, User
from tests.records.shown import NUMBER

TYPE = "road-transport-certificate"
PUBLIC = {"number": "演示0001", "scope": "道路普通货物运输", "load_kg": 9800}
HELD = {"holder": "演示货运有限公司"}
PERMIT = {
    "name": "演示居民",
    "county": "天元区",
    "address": "演示路1号",
    "endorsed_on": "2026-03-01",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def transport() -> Authority:
    return competent("freight", "430200")


@pytest.fixture
def officer(transport) -> User:
    return User.objects.create_user("issuer", full_name="签发员", authority=transport)


def draft(plate: str = "湘B00001", **changes) -> Draft:
    whole = {"type": TYPE, "subject": Subject("vehicle", plate), "public": PUBLIC, "held": HELD}
    return Draft(**(whole | changes))


def payload(token: str) -> dict:
    return json.loads(unb64(token.split(".")[1]))


def test_what_is_issued_is_signed_logged_kept_and_told(transport, officer):
    record = issue(officer, transport, draft())
    assert record.city_id == "430200"
    said = payload(record.token)
    assert said["number"] == PUBLIC["number"]
    assert said["status"]["status_list"]["idx"] == record.status_index
    entry = LogEntry.objects.get(log="430200", index=record.log_index)
    assert (entry.kind, entry.record_key) == ("issue", record.key)
    assert json.loads(entry.body)["token"] == record.token
    told = Entry.everything.get(verb="record.issue", object_urn=record.urn)
    assert (told.actor, told.authority_key) == (officer, transport.key)
    with index.local().reading() as snapshot:
        assert snapshot.subject_of(record.key) == (TYPE, "湘B00001")


def test_held_claims_leave_the_city_as_digests_only(transport):
    record = issue(None, transport, draft())
    body = LogEntry.objects.get(log="430200", index=record.log_index).body
    for text in (record.token, body, json.dumps(payload(record.token), ensure_ascii=False)):
        assert HELD["holder"] not in text
    (hidden,) = payload(record.token)["_sd"]
    assert hidden == digest(disclosure(record.salts["holder"], "holder", HELD["holder"]))


def test_a_person_stands_in_no_log_by_number_or_name():
    police = competent("household-registration", "430200")
    subject = Subject("resident", NUMBER, "演示居民")
    record = issue(None, police, Draft("residence-permit", subject, {}, PERMIT))
    told = Entry.everything.get(object_urn=record.urn)
    body = LogEntry.objects.get(log="430200", index=record.log_index).body
    for text in (body, json.dumps(payload(record.token)), told.object_name, str(told.detail)):
        assert NUMBER not in text
        assert "演示居民" not in text
        assert NUMBER[6:14] not in text


def test_only_officers_of_a_competent_authority_issue(transport, officer, actors):
    with pytest.raises(NotCompetentError):
        issue(actors["officer-changsha"], transport, draft())
    with pytest.raises(NotCompetentError):
        issue(actors["office"], transport, draft())
    with pytest.raises(NotCompetentError):
        issue(actors["resident"], transport, draft())
    stranger = competent("labour", "430200")
    with pytest.raises(RefusedError, match="道路运输证"):
        issue(None, stranger, draft())
    office = Authority.objects.get(is_office=True)
    with pytest.raises(RefusedError):
        issue(actors["office"], office, draft())
    assert not Record.everything.exists()


def test_an_authority_that_is_gone_issues_nothing(transport):
    transport.active = False
    transport.save()
    with pytest.raises(RefusedError):
        issue(None, transport, draft())


@pytest.mark.parametrize(
    ("public", "held", "field", "zh", "en"),
    [
        ({"number": "1"}, HELD, "scope", "“经营范围”未填写", "“Scope” is missing"),
        (
            {**PUBLIC, "load_kg": "many"},
            HELD,
            "load_kg",
            "“核定载质量”应为整数",
            "“Permitted load” must be a whole number",
        ),
        (
            {**PUBLIC, "load_kg": -1},
            HELD,
            "load_kg",
            "“核定载质量”不得小于 0",
            "“Permitted load” must be at least 0",
        ),
        (
            {**PUBLIC, "scope": "道" * 201},
            HELD,
            "scope",
            "“经营范围”最多 200 个字符",
            "“Scope” must have at most 200 characters",
        ),
        (
            {**PUBLIC, "holder": "某"},
            {},
            "holder",
            "“业户名称”属于非公开内容，不得公开填写",
            "“Operator” is a held claim: it must not be given as a public one",
        ),
    ],
)
def test_a_claim_that_does_not_fit_is_named_in_both_languages(
    transport, public, held, field, zh, en
):
    for language, words in (("zh-hans", zh), ("en", en)):
        with override(language), pytest.raises(RefusedError) as refused:
            issue(None, transport, draft(public=public, held=held))
        assert (str(refused.value), refused.value.field) == (words, field)
        assert refused.value.status == 422


def test_a_claim_that_the_type_does_not_have_is_refused(transport):
    with pytest.raises(RefusedError) as refused:
        issue(None, transport, draft(public={**PUBLIC, "colour": "red"}))
    assert refused.value.field == "colour"


def test_a_day_must_be_a_day():
    police = competent("household-registration", "430200")
    wrong = {**PERMIT, "endorsed_on": "2026-02-30"}
    with pytest.raises(RefusedError, match="日期"):
        issue(None, police, Draft("residence-permit", Subject("resident", NUMBER), {}, wrong))


def test_a_number_is_put_right_or_refused(transport):
    assert issue(None, transport, draft("湘b 00001")).subject_number == "湘B00001"
    with pytest.raises(RefusedError) as refused:
        issue(None, transport, draft("湘B1"))
    assert refused.value.field == "subject"
    with pytest.raises(RefusedError):
        issue(None, transport, draft(subject=Subject("resident", NUMBER)))


def test_the_validity_is_what_the_type_allows():
    police = competent("household-registration", "430200")

    def permit(**validity) -> Record:
        subject = Subject("resident", NUMBER)
        return issue(None, police, Draft("residence-permit", subject, {}, PERMIT, **validity))

    now = timezone.now().replace(microsecond=0)
    allowed = permit(valid_from=now)
    assert allowed.valid_until == now + timedelta(days=366)
    assert permit(
        valid_from=now, valid_until=now + timedelta(days=1, microseconds=7)
    ).valid_until == (now + timedelta(days=1))
    with pytest.raises(RefusedError, match="366"):
        permit(valid_from=now, valid_until=now + timedelta(days=368))
    with pytest.raises(RefusedError):
        permit(valid_from=now, valid_until=now)


def test_a_record_without_end_has_none(transport):
    record = issue(None, transport, draft())
    assert record.valid_until is None
    assert "exp" not in payload(record.token)


def test_many_are_issued_with_one_entry_in_the_journal(transport, officer):
    records = issue_many(officer, transport, [draft(f"湘B0000{n}") for n in range(5)])
    assert [r.subject_number for r in records] == [f"湘B0000{n}" for n in range(5)]
    assert [r.log_index for r in records] == list(range(5))
    assert len({r.status_index for r in records}) == 5
    told = Entry.everything.get(verb="record.issue-many")
    assert (told.detail["number"], told.detail["first"], told.detail["last"]) == (5, 0, 4)
    assert {r.pk for r in records} == set(Record.everything.values_list("pk", flat=True))


def test_of_many_all_or_none_is_issued(transport):
    drafts = [draft(), draft(public={}), draft("湘B00002")]
    with pytest.raises(RefusedError):
        issue_many(None, transport, drafts)
    assert not Record.everything.exists()
    assert not LogEntry.objects.filter(log="430200").exists()


def test_too_many_at_once_are_refused(transport, monkeypatch):
    monkeypatch.setattr(issuing, "MOST_AT_ONCE", 2)
    with pytest.raises(RefusedError, match="2"):
        issue_many(None, transport, [draft()] * 3)
    assert issue_many(None, transport, []) == []


def test_a_full_status_list_is_followed_by_another(transport, monkeypatch):
    monkeypatch.setattr(StatusList, "SIZE", 8)
    records = issue_many(None, transport, [draft()] * 20)
    places = {(r.status_list.number, r.status_index) for r in records}
    assert places == {(n // 8, n % 8) for n in range(20)}
    assert issue(None, transport, draft()).status_index == 4
    used = StatusList.objects.filter(city="430200").order_by("number")
    assert list(used.values_list("used", flat=True)) == [8, 8, 5]


def test_the_number_of_queries_does_not_grow_with_the_records(
    transport, django_assert_max_num_queries
):
    issue_many(None, transport, [draft()])
    with django_assert_max_num_queries(40):
        issue_many(None, transport, [draft()] * 300)


def test_one_in_the_place_of_another(transport, officer):
    old = issue(officer, transport, draft())
    new = supersede(officer, old, draft(public={**PUBLIC, "load_kg": 12000}))
    old.refresh_from_db()
    assert (old.state, new.state, new.supersedes_id) == ("superseded", "valid", old.pk)
    kinds = LogEntry.objects.filter(log="430200").order_by("index").values_list("kind", flat=True)
    assert list(kinds) == ["issue", "issue", "supersede"]
    assert json.loads(LogEntry.objects.get(log="430200", index=2).body)["by"] == new.key


def test_only_what_still_stands_is_superseded_and_by_its_like(transport):
    old = issue(None, transport, draft())
    with pytest.raises(RefusedError):
        supersede(None, old, draft("湘B00002"))
    with pytest.raises(RefusedError):
        supersede(
            None,
            old,
            Draft("residence-permit", Subject("resident", NUMBER), {}, PERMIT),
        )
    revoke(None, old, "演示")
    with pytest.raises(RefusedError):
        supersede(None, old, draft())
    assert Record.everything.count() == 1
