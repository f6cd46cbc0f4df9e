"""Following a case by its receipt: state alone, wrong tries alike and few."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conurb.desk import actions, numbers
from conurb.desk.models import WrongTry
from conurb.desk.queries import following
from conurb.desk.stages import State
from conurb.refusal import RefusedError
from tests.desk.cases import PROOF, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(zhou):
    return actions.submit(zhou, draft(zhou, "social-insurance-proof", "430200", PROOF))


def refusal(number: str, code: str, source: str = "1.2.3.4", **more) -> RefusedError:
    with pytest.raises(RefusedError) as told:
        following.follow(number, code, source=source, **more)
    return told.value


def test_who_holds_the_receipt_reads_where_the_case_stands(receipt, zhou):
    found = following.follow(
        receipt.case.number, numbers.shown_code(receipt.code).lower(), source="1.2.3.4"
    )
    assert found.state == State.SUBMITTED
    assert found.service.zh == "社会保险参保证明"
    assert found.due_on == receipt.case.due_on
    said = repr(found)
    for secret in ("周甲", zhou.identity.number, "长沙测试有限公司", receipt.code):
        assert secret not in said
    assert not WrongTry.objects.exists()


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(receipt):
    wrong_code = refusal(receipt.case.number, "0" * 12)
    nobody = numbers.compose("430100", timezone.localdate(), 999)
    wrong_number = refusal(nobody, receipt.code)
    assert str(wrong_code) == str(wrong_number)
    assert (wrong_code.status, wrong_number.status) == (404, 404)


def test_what_is_no_number_is_said_with_its_field(receipt):
    told = refusal("123", receipt.code)
    assert (told.status, told.field) == (422, "number")


def test_too_many_tries_are_turned_away_for_a_while_and_others_are_not(receipt):
    now = timezone.now()
    for _try in range(following.MOST_FOR_NUMBER):
        assert refusal(receipt.case.number, "0" * 12, now=now).status == 404
    assert refusal(receipt.case.number, "0" * 12, now=now).status == 429
    assert refusal(receipt.case.number, receipt.code, now=now).status == 429
    # who holds the receipt comes from elsewhere and is not shut out
    assert following.follow(receipt.case.number, receipt.code, source="5.6.7.8", now=now)
    later = now + following.WINDOW + timedelta(seconds=1)
    assert following.follow(receipt.case.number, receipt.code, source="1.2.3.4", now=later)


def test_who_tries_number_after_number_is_turned_away(receipt, monkeypatch):
    monkeypatch.setattr(following, "MOST_IN_ALL", 8)
    now = timezone.now()
    for sequence in range(1, 9):
        number = numbers.compose("430100", timezone.localdate(), sequence)
        assert refusal(number, receipt.code, now=now).status == 404
    assert refusal(receipt.case.number, receipt.code, now=now).status == 429


def test_addresses_are_not_kept(receipt):
    refusal(receipt.case.number, "0" * 12, source="203.0.113.77")
    kept = str(list(WrongTry.objects.values()))
    assert "203.0.113.77" not in kept
    assert receipt.case.number not in kept


def test_a_draft_cannot_be_followed(zhou):
    draft(zhou, "social-insurance-proof", "430200", PROOF)
    nobody = numbers.compose("430200", timezone.localdate(), 1)
    assert refusal(nobody, "0" * 12).status == 404


def test_the_receipts_address_leads_to_the_page(receipt):
    made = following.address(receipt.case.number, receipt.code)
    path, _sep, code = made.partition("#")
    assert code == receipt.code
    assert receipt.case.number in path
