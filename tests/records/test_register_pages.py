"""The register of records: an authority's own, found, filtered, exported; suspended and revoked."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from conurb.journal.models import Entry
from conurb.records import merkle, presenting
from conurb.records.actions import standing
from conurb.records.checking import check
from conurb.records.models import LogEntry, Record
from conurb.records.queries import register as queries
from conurb.records.subjects import parse
from conurb.records.suites import unb64
from conurb.region.competence import competent
from conurb.region.models import User
from tests.records.shown import CHANGSHA, XIANGTAN, ZHUZHOU, certificate, identified, permit

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    """An officer of Zhuzhou's freight authority, which issues the certificates."""
    found = User.objects.filter(authority=competent("freight", ZHUZHOU)).first()
    return found or User.objects.create_user("freight", authority=competent("freight", ZHUZHOU))


@pytest.fixture
def browser(client, officer):
    client.force_login(officer, backend="conurb.portal.backends.Backend")
    return client


def text(answer):
    return answer.content.decode()


def listed(answer):
    """The numbers of the register's rows, in their order."""
    return re.findall(r'<a href="/records/[0-9a-f]{30}/">([^<]+)</a>', text(answer))


def test_an_authority_sees_what_it_issued_and_nothing_else(browser, client_of, actors):
    certificate(plate="湘B0A001")
    certificate(plate="湘A0A001", city=CHANGSHA)
    permit(identified(actors["resident"]))
    assert listed(browser.get(reverse("register"))) == ["湘B0A001"]
    assert len(listed(client_of("admin").get(reverse("register")))) == 3
    assert client_of("resident").get(reverse("register")).status_code == 403


def test_an_officers_own_records_are_not_the_authoritys(browser, officer):
    """What an officer holds as a person lies in the wallet, not in the register."""
    certificate(officer, plate="湘A0A002", city=CHANGSHA)
    assert listed(browser.get(reverse("register"))) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("湘B0A00", ["湘B0A002", "湘B0A001"]),
        ("湘b·0a001", ["湘B0A001"]),
        ("演示", ["湘B0A002", "湘B0A001"]),
        ("没有", []),
        ("%", []),
    ],
)
def test_search(browser, words, found):
    certificate(plate="湘B0A001")
    certificate(plate="湘B0A002")
    assert listed(browser.get(reverse("register"), {"q": words})) == found


def test_search_by_key(browser):
    record = certificate()
    certificate(plate="湘B0A009")
    assert listed(browser.get(reverse("register"), {"q": record.key[:12].upper()})) == ["湘B0A123"]


def test_filters_and_sorting(browser):
    now = timezone.now()
    first = certificate(plate="湘B0A001", days=10)
    second = certificate(plate="湘B0A002", days=300)
    standing.suspend(None, first, "核查")
    get = lambda **query: listed(browser.get(reverse("register"), query))  # noqa: E731
    assert get(state="suspended") == ["湘B0A001"]
    assert get(state="valid") == ["湘B0A002"]
    assert get(state="nonsense") == ["湘B0A002", "湘B0A001"]
    assert get(sort="until") == ["湘B0A001", "湘B0A002"]
    assert get(sort="changed") == ["湘B0A001", "湘B0A002"]
    assert get(type="residence-permit") == []
    standing.resume(None, first, "无误")
    assert get(state="expiring") == ["湘B0A001"]
    assert second.valid_until > now


@pytest.mark.parametrize("state", ["valid", "suspended", "revoked", "superseded"])
@pytest.mark.parametrize("begin", [-5, 2])
@pytest.mark.parametrize("life", [None, 1, 30])
def test_the_database_and_the_rule_say_the_same_of_a_standing(admin_user, state, begin, life):
    """Each record is found under the standing that the rule gives it, and under no other."""
    now = timezone.now()
    start = now + timedelta(days=begin)
    end = start + timedelta(days=life) if life else None
    record = certificate()
    Record.everything.filter(pk=record.pk).update(state=state, valid_from=start, valid_until=end)
    stands = presenting.standing(state, start, end, now)
    found = [
        each
        for each in presenting.STANDING_WORDS
        if queries.select(admin_user, queries.Asked(state=each), now=now).exists()
    ]
    assert found == [stands]


def test_the_queries_do_not_grow_with_the_records(browser, django_assert_max_num_queries):
    for number in range(3):
        certificate(plate=f"湘B0A1{number:02}")
    with django_assert_max_num_queries(16) as few:
        browser.get(reverse("register"))
    for number in range(15):
        certificate(plate=f"湘B0B1{number:02}")
    with django_assert_max_num_queries(len(few)):
        assert len(listed(browser.get(reverse("register")))) == 18


def test_the_register_is_paged(browser, monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    for number in range(5):
        certificate(plate=f"湘B0A1{number:02}")
    assert len(listed(browser.get(reverse("register"), {"page": 3, "sort": "number"}))) == 1


def test_export(browser, actors):
    record = certificate(plate="湘B0A001")
    standing.revoke(None, certificate(plate="湘B0A002"), "=HYPERLINK(1)")
    answer = browser.get(reverse("register-xlsx"), {"sort": "number"})
    assert "attachment" in answer["Content-Disposition"]
    rows = list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert len(rows) == 3
    assert rows[1][0] == record.key
    assert rows[1][3:5] == ("湘B0A001", "有效")
    assert rows[2][4:6] == ("已撤销", "=HYPERLINK(1)")
    assert "核定载质量: 9800千克" in rows[1][11]
    cell = load_workbook(BytesIO(answer.content)).active["F3"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_numbers_of_persons_are_masked_in_lists(client_of, actors):
    permit(identified(actors["resident"]))
    admin = client_of("admin")
    for route in ("register", "register-xlsx"):
        content = admin.get(reverse(route)).content
        if route == "register-xlsx":
            rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
            content = repr(list(rows)).encode()
        assert b"4302**********000X" in content
        assert b"43020219900307000X" not in content


def test_a_record_says_where_it_stands_in_the_log(browser):
    record = certificate()
    page = text(browser.get(reverse("register-record", args=[record.key])))
    proof = re.search(r'href="(/api/[^"]+)"', page)[1].replace("&amp;", "&")
    said = browser.get(proof).json()
    entry = LogEntry.objects.get(log=ZHUZHOU, index=record.log_index)
    assert entry.record_key == record.key
    hashes = [unb64(each) for each in said["hashes"]]
    leaf = merkle.leaf_hash(entry.body.encode())
    assert merkle.included(leaf, record.log_index, said["size"], hashes, unb64(said["root"]))
    assert "演示货运有限公司" in page
    assert record.signing_key.kid in page


@pytest.mark.parametrize("route", ["register-record", "register-change"], ids=["record", "change"])
def test_another_authoritys_record_is_not_there(browser, client_of, route):
    theirs = certificate(city=XIANGTAN, plate="湘C0A001")
    arguments = [theirs.key, "revoke"] if route == "register-change" else [theirs.key]
    assert browser.get(reverse(route, args=arguments)).status_code == 404
    answer = browser.post(reverse(route, args=arguments), {"reason": "x"})
    assert answer.status_code in {404, 405}
    theirs.refresh_from_db()
    assert theirs.state == "valid"


def test_an_administrator_reads_and_does_nothing(client_of):
    record = certificate()
    admin = client_of("admin")
    page = text(admin.get(reverse("register-record", args=[record.key])))
    assert "/revoke/" not in page
    address = reverse("register-change", args=[record.key, "revoke"])
    assert admin.get(address).status_code == 403
    assert admin.post(address, {"reason": "越权", "code": "other"}).status_code == 403
    record.refresh_from_db()
    assert record.state == "valid"


def holds(record, city):
    return check(record.type, parse("vehicle", record.subject_number), city).verdict


def test_suspend_resume_revoke(browser, officer):
    """Each act says before what it will do and where, then does it; checks follow at once."""
    record = certificate()

    def act(name, reason="按规定处理", code="violation"):
        address = reverse("register-change", args=[record.key, name])
        page = text(browser.get(address))
        answer = browser.post(address, {"reason": reason, "code": code})
        assert answer.status_code == 302, text(answer)
        return page

    page = act("suspend")
    for city in ("株洲市", "长沙市", "湘潭市"):
        assert city in page
    assert holds(record, CHANGSHA) == "invalid"
    page = act("resume")
    assert "长沙市" in page
    assert holds(record, CHANGSHA) == "valid"
    act("revoke", "车辆报废", "conditions-ceased")
    assert holds(record, CHANGSHA) == holds(record, ZHUZHOU) == "invalid"
    record.refresh_from_db()
    assert (record.state, record.state_reason) == ("revoked", "车辆报废")
    kinds = LogEntry.objects.filter(record_key=record.key).order_by("index")
    assert [entry.kind for entry in kinds] == ["issue", "suspend", "resume", "revoke"]
    verbs = Entry.everything.filter(object_urn=record.urn, actor=officer).values_list("verb")
    assert {verb for (verb,) in verbs} == {"record.suspend", "record.resume", "record.revoke"}
    assert "车辆报废" in text(browser.get(reverse("register-record", args=[record.key])))


@pytest.mark.parametrize("name", ["suspend", "resume", "revoke"])
def test_without_a_reason_nothing_is_done(browser, name):
    record = certificate()
    if name == "resume":
        standing.suspend(None, record, "核查")
    state = Record.everything.get(pk=record.pk).state
    address = reverse("register-change", args=[record.key, name])
    nothing = [
        {},
        {"reason": "   ", "code": "other"},
        {"reason": "x"},
        {"reason": "x" * 501, "code": "other"},
    ]
    for given in nothing:
        answer = browser.post(address, given)
        assert answer.status_code == 422
    assert Record.everything.get(pk=record.pk).state == state


def test_what_is_not_possible_is_said(browser):
    record = certificate()
    assert browser.get(reverse("register-change", args=[record.key, "resume"])).status_code == 409
    standing.revoke(None, record, "注销")
    for name in ("suspend", "resume", "revoke"):
        address = reverse("register-change", args=[record.key, name])
        assert browser.get(address).status_code == 409
        again = browser.post(address, {"reason": "再次", "code": "other"})
        assert again.status_code == 409
    page = text(browser.get(reverse("register-record", args=[record.key])))
    assert "/revoke/" not in page


def test_empty_registers_say_why(browser):
    assert "本部门尚未签发凭证" in text(browser.get(reverse("register")))
    assert "没有符合条件的凭证" in text(browser.get(reverse("register"), {"q": "没有"}))
