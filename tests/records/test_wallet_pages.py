"""The wallet: one's own records alone, what is shown of them, on paper and as files."""

from __future__ import annotations

import io
import json
import re
from base64 import urlsafe_b64decode
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import segno
import zxingcpp
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from conurb.journal.models import Entry
from conurb.records import compact, presenting, sd_jwt
from conurb.records.actions import looking, standing
from conurb.records.actions.presenting import present
from conurb.records.models import Look, Record
from conurb.records.queries import wallet as queries
from conurb.records.queries.trust import known
from conurb.records.types import Claim, RecordType
from conurb.records.verifying import verify, verify_code
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import User
from conurb.region.tables import Bilingual
from tests.records.shown import CHANGSHA, NUMBER, XIANGTAN, ZHUZHOU, certificate, identified, permit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_noted(settings):
    """What was noted in other tests is no business of these."""
    for file in (Path(settings.DATA_PATH) / "spool").glob("looks*"):
        file.unlink()


@pytest.fixture
def holder(actors):
    return identified(actors["resident"])


@pytest.fixture
def browser(client_of, holder):
    return client_of("resident")


def text(answer):
    return answer.content.decode()


def test_a_validity_that_ends_at_midnight_has_the_day_before_as_its_last():
    midnight = timezone.make_aware(datetime(2026, 9, 4))
    assert Record(valid_until=midnight).last_day == date(2026, 9, 3)
    assert Record(valid_until=midnight + timedelta(hours=1)).last_day == date(2026, 9, 4)
    assert Record(valid_until=None).last_day is None


def code_on(answer):
    """The text of the code on a page, as the picture of it reads."""
    return re.search(r'data-text="([^"]+)"', text(answer))[1].replace("&amp;", "&")


def test_an_empty_wallet_says_what_to_do(browser):
    page = browser.get(reverse("wallet"))
    assert page.status_code == 200
    assert "卡包里还没有电子凭证" in text(page)
    assert reverse("services") in text(page)
    assert "没有已失效的凭证" in text(browser.get(reverse("wallet"), {"show": "ended"}))


def test_the_wallet_tells_state_places_and_what_ends_soon(browser, holder):
    now = timezone.now()
    certificate(holder)
    soon = certificate(holder, plate="湘B0A124", now=now - timedelta(minutes=1), days=300)
    Record.everything.filter(pk=soon.pk).update(
        valid_from=now - timedelta(days=290), valid_until=now + timedelta(days=5, hours=1)
    )
    suspended = certificate(holder, plate="湘B0A125")
    standing.suspend(None, suspended, "年检逾期，正在核查")
    revoked = certificate(holder, plate="湘B0A126")
    standing.revoke(None, revoked, "车辆已报废")
    page = text(browser.get(reverse("wallet")))
    assert page.count('data-testid="card"') == 3
    assert "还剩5天" in page
    assert "年检逾期，正在核查" in page
    assert "湘B0A126" not in page
    ended = text(browser.get(reverse("wallet"), {"show": "ended"}))
    assert ended.count('data-testid="card"') == 1
    assert "车辆已报废" in ended
    cards = {card.title: card for card in queries.cards(list(queries.own(holder)))}
    assert [place.city.code for place in cards["湘B0A123"].places] == [ZHUZHOU, CHANGSHA, XIANGTAN]
    assert cards["湘B0A125"].places == ()
    assert cards["湘B0A124"].soon


def test_the_queries_do_not_grow_with_the_records(browser, holder, django_assert_max_num_queries):
    for number in range(3):
        certificate(holder, plate=f"湘B0A1{number:02}")
    with django_assert_max_num_queries(14) as few:
        browser.get(reverse("wallet"))
    for number in range(12):
        certificate(holder, plate=f"湘B0B1{number:02}", city=(CHANGSHA, XIANGTAN)[number % 2])
    with django_assert_max_num_queries(len(few)):
        assert text(browser.get(reverse("wallet"))).count('data-testid="card"') == 15


def test_a_record_tells_all_its_claims_and_its_history(browser, holder):
    record = certificate(holder)
    standing.suspend(None, record, "年检逾期", code="investigation")
    standing.resume(None, record, "已补检")
    page = text(browser.get(reverse("wallet-record", args=[record.key])))
    for words in ("4302000001", "9800千克", "演示货运有限公司", "正在核查：年检逾期", "已补检"):
        assert words in page
    kinds = [event.kind for event in queries.history(record)]
    assert kinds == ["resume", "suspend", "issue"]
    assert [event.log_index for event in queries.history(record)] == sorted(
        (event.log_index for event in queries.history(record)), reverse=True
    )


@pytest.mark.parametrize(
    "route",
    ["wallet-record", "wallet-show", "wallet-print", "wallet-file", "wallet-json"],
)
def test_nobody_elses_record_is_there(client_of, actors, holder, route):
    """Not for another resident, nor for officers, nor the administrator, who has the register."""
    record = certificate(holder)
    stranger = User.objects.create_user("stranger")
    for browser in (client_of("officer-zhuzhou"), client_of("admin"), client_of("resident")):
        if browser.session.get("_auth_user_id") == str(holder.pk):
            browser.force_login(stranger, backend="conurb.portal.backends.Backend")
        assert browser.get(reverse(route, args=[record.key])).status_code == 404
    assert "湘B0A123" not in text(client_of("admin").get(reverse("wallet")))


def test_what_will_be_seen_is_shown_before_the_code(browser, holder):
    record = permit(holder)
    page = text(browser.get(reverse("wallet-show", args=[record.key])))
    assert "data-text" not in page
    assert 'data-seen="name" hidden' in page
    # an address has no place in codes; it cannot be chosen
    assert "演示路1号" not in page


def test_a_code_holds_exactly_what_was_chosen(browser, holder):
    record = permit(holder)
    address = reverse("wallet-show", args=[record.key])
    answer = browser.post(address, {"claims": ["county"]})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    code = compact.decode(code_on(answer))
    assert code.claims == {2: "天元区"}
    assert code.until - code.made_at == presenting.LIFE_WITH_HELD
    # whoever looks at the screen reads no more than whoever reads the code
    body = re.sub(r"<header.*?</header>", "", text(answer), flags=re.S)
    assert "演示居民" not in body
    accepted = verify_code(code_on(answer), known(), timezone.now())
    assert (accepted.held, accepted.statement.key) == ({"county": "天元区"}, record.key)


def test_a_code_of_public_claims_lasts_like_the_record(holder):
    record = certificate(holder)
    made = present(holder, record)
    code = compact.decode(made.text)
    assert code.claims == {1: "4302000001", 2: "道路普通货物运输", 3: 9800}
    assert code.until == record.valid_until.replace(microsecond=0)
    assert not Entry.everything.filter(verb="record.present").exists()


def test_what_cannot_be_shown_is_refused(browser, holder):
    record = permit(holder)
    address = reverse("wallet-show", args=[record.key])
    for name in ("address", "salts", "<b>"):
        answer = browser.post(address, {"claims": [name]})
        assert answer.status_code == 422
        assert "data-text" not in text(answer)
    assert not Entry.everything.filter(verb="record.present").exists()


@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_what_is_not_valid_is_not_shown(browser, holder, act):
    record = certificate(holder)
    getattr(standing, act)(None, record, "违规")
    for route in ("wallet-show", "wallet-print"):
        assert browser.get(reverse(route, args=[record.key])).status_code == 409
    assert browser.post(reverse("wallet-show", args=[record.key])).status_code == 409
    # the files stay: they prove what once held
    assert browser.get(reverse("wallet-file", args=[record.key])).status_code == 200


def test_only_the_holder_shows_a_record(actors, holder):
    record = certificate(holder)
    for role in ("officer-zhuzhou", "admin"):
        with pytest.raises(NotCompetentError):
            present(actors[role], record)


def test_every_disclosure_is_written_down_for_the_person(browser, holder):
    record = permit(holder)
    browser.post(reverse("wallet-show", args=[record.key]), {"claims": ["name", "county"]})
    entry = Entry.everything.get(verb="record.present")
    assert entry.detail["claims"] == ["name", "county"]
    assert "演示居民" not in json.dumps(entry.detail, ensure_ascii=False) + entry.object_name
    page = text(browser.get(reverse("wallet-looks")))
    assert Look.objects.get().way == "disclosure"
    assert "本人" in page
    history = queries.history(record)
    assert (history[0].kind, history[0].words) == ("present", "姓名、居住县（市、区）")


def test_who_looked_is_told_with_purpose_and_authority(client_of, browser, holder, actors):
    permit(holder)
    officer = client_of("officer-changsha")
    answer = officer.post(
        reverse("check-number"),
        {"type": "residence-permit", "number": NUMBER, "city": CHANGSHA, "purpose": "入学资格审核"},
    )
    assert answer.status_code == 200
    page = text(browser.get(reverse("wallet-looks")))
    assert "入学资格审核" in page
    assert actors["officer-changsha"].authority.name_zh in page
    # the authority answers for its officers; they are not named
    assert "长沙经办人" not in page


def test_nobody_sees_the_looks_at_another(client_of, holder, actors):
    permit(holder)
    present(holder, Record.everything.get(), ["name"])
    looking.gather()
    page = client_of("officer-changsha").get(reverse("wallet-looks"))
    assert page.status_code == 200
    assert "尚未确认您的身份" in text(page)
    assert Look.objects.count() == 1


def test_looks_are_paged(browser, holder, django_assert_max_num_queries):
    subject = queries.handle(queries.Subject("resident", NUMBER), queries.region_secret())
    Look.objects.bulk_create(
        Look(
            key=f"{number:030x}",
            at=timezone.now(),
            subject_handle=subject,
            type="residence-permit",
            in_city=CHANGSHA,
            purpose=f"用途{number}",
            verdict="valid",
            way="api",
        )
        for number in range(60)
    )
    with django_assert_max_num_queries(14):
        first = text(browser.get(reverse("wallet-looks")))
    assert first.count("<time") == 50
    assert "共60次查看" in first
    assert text(browser.get(reverse("wallet-looks"), {"page": 2})).count("<time") == 10


def test_the_paper_has_public_claims_and_a_code_that_reads(browser, holder):
    record = certificate(holder)
    page = text(browser.get(reverse("wallet-print", args=[record.key])))
    assert "演示货运有限公司" not in page
    assert "道路普通货物运输" in page
    shown = presenting.disclosure(
        record.declared, record.public, {}, (), valid_until=None, now=timezone.now()
    )
    drawn = queries.presenting.drawing
    picture, version = drawn(present(holder, record).text)
    assert version <= 13
    assert shown.held == ()
    assert picture.startswith("<svg")
    assert "style=" not in page


def test_a_record_that_is_all_held_is_not_printed(browser, holder):
    record = permit(holder)
    assert reverse("wallet-print", args=[record.key]) not in text(
        browser.get(reverse("wallet-record", args=[record.key]))
    )
    assert browser.get(reverse("wallet-print", args=[record.key])).status_code == 409


def test_the_file_is_the_whole_record_for_another_wallet(browser, holder):
    record = permit(holder)
    answer = browser.get(reverse("wallet-file", args=[record.key]))
    assert answer["Content-Type"] == "application/dc+sd-jwt"
    assert "attachment" in answer["Content-Disposition"]
    accepted = verify(answer.content.decode(), known(), timezone.now())
    assert accepted.held == record.held
    parts = answer.content.decode().split("~")[1:-1]
    names = {json.loads(urlsafe_b64decode(p + "=" * (-len(p) % 4)))[1] for p in parts}
    assert names == set(record.held)
    assert sd_jwt.read(answer.content.decode()).disclosures


def test_the_data_says_what_the_page_says(browser, holder):
    record = certificate(holder)
    said = browser.get(reverse("wallet-json", args=[record.key])).json()
    assert (said["urn"], said["standing"]) == (record.urn, "valid")
    assert said["public"] == record.public
    assert said["held"] == record.held
    assert [place["city"] for place in said["holds_in"]] == [ZHUZHOU, CHANGSHA, XIANGTAN]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_open_in_both_languages(browser, holder, language):
    record = certificate(holder)
    for route, arguments in (
        ("wallet", []),
        ("wallet-looks", []),
        ("wallet-record", [record.key]),
        ("wallet-show", [record.key]),
        ("wallet-print", [record.key]),
    ):
        page = browser.get(reverse(route, args=arguments), {"lang": language})
        assert page.status_code == 200
        assert page["Content-Language"] == language


# —— rules ——————————————————————————————————————————————————————————————————

TYPE = RecordType(
    slug="shown",
    version=1,
    code=900,
    name=Bilingual("证", "Record"),
    summary=Bilingual("证", "Record"),
    subject="resident",
    issuer="freight",
    claims=(
        Claim("a", Bilingual("甲", "A"), {"type": "string"}, public=True, compact=1),
        Claim("b", Bilingual("乙", "B"), {"type": "string"}, public=True),
        Claim("c", Bilingual("丙", "C"), {"type": "string"}, compact=2),
        Claim("d", Bilingual("丁", "D"), {"type": "string"}),
        Claim("e", Bilingual("戊", "E"), {"type": "string"}, required=False, compact=3),
    ),
)
NOW = timezone.now()
PUBLIC = {"a": "1", "b": "2"}
HELD = {"c": "3", "d": "4"}


@given(chosen=st.lists(st.sampled_from("abcdefx"), max_size=5))
def test_a_disclosure_never_holds_more_than_was_chosen(chosen):
    end = NOW + timedelta(days=3)

    def shown():
        return presenting.disclosure(TYPE, PUBLIC, HELD, chosen, valid_until=end, now=NOW)

    if set(chosen) - {"c"}:
        with pytest.raises(presenting.UnknownClaimError):
            shown()
        return
    assert dict(shown().claims) == {"a": "1"} | ({"c": "3"} if chosen else {})
    assert shown().until == (NOW + presenting.LIFE_WITH_HELD if chosen else end)


@given(
    state=st.sampled_from(["valid", "suspended", "revoked", "superseded"]),
    start=st.integers(-5, 5),
    life=st.one_of(st.none(), st.integers(1, 8)),
)
def test_a_standing_agrees_with_the_check(state, start, life):
    """What a page says of a record's state is what a check by the log says of it."""
    from conurb.records import holding

    begin = NOW + timedelta(days=start)
    end = begin + timedelta(days=life) if life else None
    change = {"suspended": "suspend", "revoked": "revoke", "superseded": "supersede"}.get(state)
    long_ago = holding.instant(NOW - timedelta(days=100))
    fact = holding.Fact(
        city=ZHUZHOU,
        issued_at=long_ago,
        valid_from=holding.instant(begin),
        valid_until=holding.instant(end) if end else "",
        kid="x",
        changes=[holding.Change(long_ago, change, "other")] if change else [],
        said=b"{}",
    )
    stands, _why = holding.standing(fact, holding.instant(NOW), {})
    assert presenting.standing(state, begin, end, NOW) == stands


@given(
    text=st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=1, max_size=350)
)
def test_drawn_codes_read(text):
    """Whatever a code says, a scanner of other make reads the same from its picture."""
    picture, version = presenting.drawing("CNB1:" + text)
    assert version <= 14
    assert "<script" not in picture
    raster = io.BytesIO()
    segno.make("CNB1:" + text, error="Q", micro=False, boost_error=False).save(
        raster, kind="png", scale=4, border=4
    )
    found = zxingcpp.read_barcodes(Image.open(raster))
    assert [each.text for each in found] == ["CNB1:" + text]


def test_a_refusal_names_the_field(holder):
    with pytest.raises(RefusedError) as refusal:
        present(holder, permit(holder), ["address"])
    assert (refusal.value.status, refusal.value.field) == (422, "claims")
