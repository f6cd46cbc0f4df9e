"""Suspending, resuming, revoking: the row, the log, the status list and checks agree."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from conurb.journal.models import Entry
from conurb.records import status_lists
from conurb.records.actions.standing import resume, revoke, suspend
from conurb.records.checking import check
from conurb.records.models import LogEntry, Record, StatusList
from conurb.records.subjects import Subject
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import User
from tests.records.shown import ZHUZHOU, certificate

pytestmark = pytest.mark.django_db
TYPE = "road-transport-certificate"


@pytest.fixture
def record() -> Record:
    return certificate()


def bits(record: Record) -> int:
    held = StatusList.objects.get(pk=record.status_list_id)
    return status_lists.get(held.bits, record.status_index)


def verdict(record: Record) -> tuple[str, str]:
    answer = check(TYPE, Subject("vehicle", record.subject_number), ZHUZHOU)
    return answer.verdict, answer.reason


def test_each_change_reaches_row_log_list_and_check(record):
    assert (bits(record), verdict(record)) == (0, ("valid", "own"))
    record = suspend(None, record, "正在核查", code="investigation")
    assert (record.state, bits(record), verdict(record)) == (
        "suspended",
        2,
        ("invalid", "suspended"),
    )
    record = resume(None, record, "核查完毕")
    assert (record.state, bits(record), verdict(record)) == ("valid", 0, ("valid", "own"))
    record = revoke(None, record, "多次违规通行", code="violation")
    assert (record.state, bits(record), verdict(record)) == ("revoked", 1, ("invalid", "revoked"))
    kinds = LogEntry.objects.filter(log=ZHUZHOU).order_by("index").values_list("kind", flat=True)
    assert list(kinds) == ["issue", "suspend", "resume", "revoke"]


def test_the_code_is_in_the_log_and_the_words_stay_in_the_city(record):
    revoke(None, record, "车主张某屡次违规", code="violation")
    body = LogEntry.objects.filter(log=ZHUZHOU).order_by("-index")[0].body
    assert json.loads(body)["reason"] == "violation"
    assert "张某" not in body
    record.refresh_from_db()
    assert record.state_reason == "车主张某屡次违规"
    assert Entry.everything.get(verb="record.revoke").detail["reason"] == "车主张某屡次违规"


def test_others_in_the_same_list_keep_their_status(record):
    neighbours = [certificate(plate=f"湘B0000{n}") for n in range(9)]
    for each in neighbours[::2]:
        revoke(None, each, "演示")
    assert [bits(each) for each in neighbours] == [1, 0, 1, 0, 1, 0, 1, 0, 1]
    assert bits(record) == 0


def test_what_ended_stays_as_it_is(record):
    with pytest.raises(RefusedError):
        resume(None, record, "演示")
    record = revoke(None, record, "演示")
    for act in (suspend, resume, revoke):
        with pytest.raises(RefusedError):
            act(None, record, "演示")
    assert LogEntry.objects.filter(log=ZHUZHOU).count() == 2


def test_a_stale_copy_of_the_row_does_not_help(record):
    copy = Record.everything.get(pk=record.pk)
    revoke(None, record, "演示")
    with pytest.raises(RefusedError):
        suspend(None, copy, "演示")


def test_only_officers_of_the_issuing_authority(record, actors):
    for role in ("officer-changsha", "office", "admin", "resident"):
        with pytest.raises(NotCompetentError):
            revoke(actors[role], record, "演示")
    officer = User.objects.create_user("issuer", authority=record.authority)
    assert revoke(officer, record, "演示").state == "revoked"
    assert Entry.everything.get(verb="record.revoke").actor == officer


@pytest.mark.parametrize("reason", ["", "  ", "字" * 501])
def test_a_reason_is_given(record, reason):
    with pytest.raises(RefusedError) as refused:
        revoke(None, record, reason)
    assert refused.value.field == "reason"


def test_a_code_is_one_of_those_there_are(record):
    with pytest.raises(RefusedError) as refused:
        revoke(None, record, "演示", code="because")
    assert refused.value.field == "code"


def test_the_changes_of_a_record_stay_in_their_order(record):
    later = suspend(None, record, "演示")
    earlier = resume(None, later, "演示", now=later.state_at - timedelta(hours=1))
    assert earlier.state_at == later.state_at


def test_a_check_as_of_before_says_what_was(record):
    start = timezone.now() - timedelta(days=10)
    old = certificate(plate="湘B00009", now=start)
    revoke(None, old, "演示", now=start + timedelta(days=5))
    subject = Subject("vehicle", "湘B00009")
    told = [
        check(TYPE, subject, ZHUZHOU, start + timedelta(days=day)).reason
        for day in (-1, 1, 4.9, 5, 9)
    ]
    assert told == ["no-record", "own", "own", "revoked", "revoked"]


def test_expiry_is_read_from_the_record():
    start = timezone.now() - timedelta(days=400)
    certificate(plate="湘B00008", now=start)
    assert check(TYPE, Subject("vehicle", "湘B00008"), ZHUZHOU).reason == "expired"
