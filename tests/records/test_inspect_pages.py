"""The inspector's page without a script: what is open to whom, checks by number, the worker."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conurb.records import compact, holding, verifying
from conurb.records.actions import keys, looking, standing
from conurb.records.actions.presenting import present
from conurb.records.models import Look, Record
from conurb.records.types import types
from conurb.records.views import inspecting
from tests.records.shown import CHANGSHA, NUMBER, XIANGTAN, ZHUZHOU, certificate, identified, permit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_noted(settings):
    looking.gather()


def text(answer):
    return answer.content.decode()


def asked(browser, **values):
    given = {"type": "road-transport-certificate", "number": "湘B0A123", "city": CHANGSHA}
    return browser.post(reverse("check-number"), given | values)


def verdict(answer):
    found = re.search(r'data-verdict="(\w+)" data-reason="([\w-]+)"', text(answer))
    return found.groups() if found else None


def offered(browser):
    return set(re.findall(r'<option value="([a-z-]+)"', text(browser.get(reverse("check")))))


def test_anybody_opens_it_and_checks_what_is_open_to_all():
    open_types = {each.slug for each in types() if each.open_to_all and each.subject != "resident"}
    assert open_types
    assert offered(Client()) == open_types


@pytest.mark.parametrize("role", ["nobody", "resident"])
def test_what_is_not_open_to_all_is_for_officers(client_of, role):
    certificate()
    answer = asked(client_of(role))
    assert answer.status_code == 422
    assert verdict(answer) is None
    assert "road-transport-certificate" not in offered(client_of(role))


def test_an_officer_checks_any_type(client_of):
    assert offered(client_of("officer-changsha")) == {each.slug for each in types()}


def test_a_check_by_number_says_what_holds_here_and_why(client_of):
    certificate()
    officer = client_of("officer-changsha")
    answer = asked(officer)
    assert verdict(answer) == ("valid", "agreement")
    for words in ("有效", "4302000001", "道路普通货物运输", "株洲市 → 长沙市", "湘B0A123"):
        assert words in text(answer)
    # what is held is for the holder to show
    assert "演示货运有限公司" not in text(answer)
    assert verdict(asked(officer, city=ZHUZHOU)) == ("valid", "own")
    assert verdict(asked(officer, number="湘 b·0a123 ")) == ("valid", "agreement")
    assert verdict(asked(officer, number="湘B0A999")) == ("unknown", "no-record")


def test_a_revocation_is_seen_by_the_next_check(client_of):
    record = certificate()
    officer = client_of("officer-changsha")
    assert verdict(asked(officer))[0] == "valid"
    standing.revoke(None, record, "报废")
    assert verdict(asked(officer)) == ("invalid", "revoked")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"number": "湘B"}, "号牌"),
        ({"number": ""}, "必填"),
        ({"city": "110000"}, "110000"),
        ({"type": "nothing"}, "nothing"),
        ({"type": "residence-permit", "number": NUMBER}, "请填写核验个人的用途"),
        ({"type": "residence-permit", "number": "430202199003070001", "purpose": "核"}, "校验"),
    ],
)
def test_what_cannot_be_checked_is_said_at_its_field(client_of, values, words):
    answer = asked(client_of("officer-changsha"), **values)
    assert answer.status_code == 422
    assert words in text(answer)
    assert verdict(answer) is None


def test_a_check_of_a_person_is_written_down_with_its_purpose(client_of, actors):
    permit(identified(actors["resident"]))
    officer = client_of("officer-changsha")
    given = {"type": "residence-permit", "number": NUMBER, "purpose": "入学资格审核"}
    answer = asked(officer, **given)
    assert verdict(answer) == ("valid", "agreement")
    assert "演示居民" not in text(answer)
    before = Look.objects.count()
    looking.gather()
    look = Look.objects.latest("pk")
    assert Look.objects.count() == before + 1
    assert (look.purpose, look.way, look.verdict) == ("入学资格审核", "page", "valid")
    assert look.authority_key == actors["officer-changsha"].authority.key
    assert NUMBER not in json.dumps(list(Look.objects.values()), default=str)


def test_a_check_of_a_vehicle_is_nobodys_look(client_of):
    certificate()
    asked(client_of("officer-changsha"))
    assert looking.gather() == 0


def test_where_a_list_is_of_offenders_valid_is_no_green_matter():
    adverse = [each for each in types() if each.extra.get("adverse")]
    for each in adverse:
        assert inspecting.look_of("valid", each) == "adverse"
        assert inspecting.look_of("unknown", each) == "absent"
        assert inspecting.look_of("stale", each) == "stale"
    plain = next(each for each in types() if not each.extra.get("adverse"))
    assert inspecting.look_of("valid", plain) == "valid"


# —— codes, confirmed by the logs ———————————————————————————————————————————


def confirmed(browser, code, city=CHANGSHA):
    return browser.post(reverse("check-code"), {"text": code, "city": city}).json()


def test_the_logs_confirm_a_genuine_code(client_of, actors):
    holder = identified(actors["resident"])
    code = present(holder, certificate(holder)).text
    assert confirmed(Client(), code) == {"accepted": True, "reason": ""}
    assert looking.gather() == 0


def test_a_code_that_a_stolen_key_signed_is_found_out(actors):
    """Its signature is good and no list speaks against it; the log has another record there."""
    holder = identified(actors["resident"])
    record = certificate(holder)
    record.public = {**record.public, "load_kg": 99000}
    from conurb.records import presenting
    from conurb.records.actions.presenting import code_of

    shown = presenting.disclosure(
        record.declared, record.public, {}, (), valid_until=record.valid_until, now=timezone.now()
    )
    assert confirmed(Client(), code_of(record, shown)) == {
        "accepted": False,
        "reason": "not-logged",
    }


@pytest.mark.parametrize("code", ["", "CNB1:", "x" * 5000, "CNB1:ABC"])
def test_nonsense_is_refused_with_a_reason_that_the_page_has_words_for(code):
    answer = confirmed(Client(), code)
    assert answer["accepted"] is False
    assert f"reason-{answer['reason']}" in inspecting._words()


def test_a_scan_of_a_person_is_written_down(client_of, actors):
    holder = identified(actors["resident"])
    code = present(holder, permit(holder), ["name"]).text
    looking.gather()
    assert confirmed(client_of("officer-changsha"), code)["accepted"]
    looking.gather()
    look = Look.objects.latest("pk")
    assert look.authority_key == actors["officer-changsha"].authority.key
    page = text(client_of("resident").get(reverse("wallet-looks")))
    assert "核验您出示的二维码" in page
    # whoever checks without login is written down as such
    confirmed(Client(), code)
    assert "未登录人员" in text(client_of("resident").get(reverse("wallet-looks")))


def end(record: Record, fate: str) -> None:
    if fate == "revoked":
        standing.revoke(None, record, "迁出")
    elif fate == "suspended":
        standing.suspend(None, record, "核查")


@pytest.mark.parametrize(
    ("fate", "reason", "verdict"),
    [
        ("revoked", "revoked", "invalid"),
        ("suspended", "suspended", "invalid"),
        ("expired", "expired", "invalid"),
        ("elsewhere", "", "invalid"),
        ("good", "", "valid"),
    ],
)
def test_a_scan_is_written_down_with_what_came_out(
    client_of, actors, monkeypatch, fate, reason, verdict
):
    """Somebody looked, whether or not what was shown stands in the city asked about."""
    holder = identified(actors["resident"])
    record = permit(holder)
    code = present(holder, record, ["name"]).text
    end(record, fate)
    if fate == "expired":
        later = timezone.now() + timedelta(minutes=6)
        monkeypatch.setattr(inspecting.timezone, "now", lambda: later)
    looking.gather()
    before = Look.objects.count()
    city = "110000" if fate == "elsewhere" else CHANGSHA
    assert confirmed(client_of("officer-changsha"), code, city)["reason"] == reason
    looking.gather()
    look = Look.objects.latest("pk")
    assert Look.objects.count() == before + 1
    assert (look.verdict, look.record_key) == (verdict, record.key)
    assert look.subject_handle == record.subject_handle
    assert look.purpose == "核验当面出示的二维码"
    assert look.in_city == ("" if fate == "elsewhere" else CHANGSHA)
    assert look.authority_key == actors["officer-changsha"].authority.key


def forged(code: str) -> str:
    """The same code with a bit of its signature changed."""
    said = compact.unbase45(code.removeprefix(compact.PREFIX))
    return compact.PREFIX + compact.base45(said[:-1] + bytes([said[-1] ^ 1]))


@pytest.mark.parametrize("fate", ["good", "revoked", "suspended"])
def test_a_forged_code_writes_nothing_about_anybody(client_of, actors, fate):
    holder = identified(actors["resident"])
    record = permit(holder)
    code = present(holder, record, ["name"]).text
    end(record, fate)
    looking.gather()
    officer = client_of("officer-changsha")
    assert confirmed(officer, forged(code)) == {"accepted": False, "reason": "bad-signature"}
    key = record.signing_key
    keys.withdraw(None, key.kid, compromised_from=key.active_from, reason="失窃")
    assert confirmed(officer, code) == {"accepted": False, "reason": "key-withdrawn"}
    assert looking.gather() == 0


# —— what works without a network —————————————————————————————————————————————


def test_the_worker_keeps_everything_that_the_page_needs():
    worker = Client().get(reverse("check-worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    kept = json.loads(re.match(r"const KEPT=(\[.*?\]),STATE", text(worker))[1])
    for language in ("zh-hans", "en"):
        address = f"{reverse('check')}?lang={language}"
        assert address in kept
        page = text(Client().get(address))
        wanted = {
            each.partition("#")[0] for each in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        }
        assert wanted <= set(kept), wanted - set(kept)
    assert reverse("check-lists") in kept
    served = [address for address in kept if not address.startswith("/static/")]
    assert [Client().get(address).status_code for address in served] == [200] * len(served)


def test_the_worker_is_new_when_what_it_keeps_is(monkeypatch):
    before = inspecting._kept()
    assert inspecting._kept() == before
    monkeypatch.setattr(inspecting, "_built", lambda name: name.encode())
    assert inspecting._kept()[1] != before[1]


def test_the_kept_page_names_nobody(client_of):
    """The worker fetches the page without a cookie; so fetched it is as anybody sees it."""
    anybody = text(Client().get(reverse("check")))
    assert "经办人" not in re.sub(r"经办人(请?登录|登录后)", "", anybody)


def test_every_reason_has_words_in_both_languages():
    from django.utils.translation import override

    reasons = {*holding.REASON_WORDS, *verifying.WORDS, *inspecting.OFFLINE_REASONS}
    for language in ("zh-hans", "en"):
        with override(language):
            words = inspecting._words()
            assert all(words[f"reason-{reason}"] for reason in reasons)
            assert all(words[f"verdict-{look}"] for look in inspecting.LOOKS)


def test_the_page_can_say_all_that_its_script_can_ask_for():
    """Each word that the bundle's source names stands in the page."""
    from pathlib import Path

    root = Path(__file__).resolve().parents[2] / "frontend" / "src"
    words = inspecting._words()
    source = (root / "inspect.js").read_text("utf-8")
    named = set(re.findall(r'(?:word|say)\("([a-z-]+)"\)', source))
    named |= {f"reason-{code}" for code in re.findall(r'reason: "([a-z-]+)"', source)}
    judged = (root / "checking" / "verdict.js").read_text("utf-8")
    named |= {
        f"reason-{code}"
        for code in re.findall(r'reason: "([a-z-]+)"|told\("\w+", "([a-z-]+)"\)', judged)
        for code in code
        if code
    }
    assert len(named) > 20
    assert named <= set(words), named - set(words)


def test_without_a_key_there_are_no_lists(monkeypatch):
    from conurb.records.queries import offline

    def none(*_args):
        raise LookupError("no key")

    monkeypatch.setattr(offline, "lists", none)
    assert Client().get(reverse("check-lists")).status_code == 503


def test_an_expired_record_is_told_as_such(client_of):
    record = certificate(now=timezone.now() - timedelta(seconds=1), days=1)
    assert Record.everything.get(pk=record.pk).valid_until
    assert verdict(asked(client_of("officer-xiangtan"), city=XIANGTAN))[0] == "valid"
    keys.ensure_keys()
