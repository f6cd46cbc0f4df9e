"""Screening as tender offices do it: the list that holds, hits, decisions, pages, API."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from conurb.journal.models import Entry as JournalEntry
from conurb.records.actions import standing
from conurb.records.actions.issuing import Draft, issue
from conurb.records.models import Agreement, Record
from conurb.records.subjects import Subject
from conurb.refusal import NotCompetentError, RefusedError
from conurb.sames.market.actions import screening
from conurb.sames.market.queries import screening as queries
from conurb.sames.market.screening import Asked
from conurb.sames.market.screening_models import ScreeningHit, ScreeningRun
from tests.sames.market.conftest import firm_code

pytestmark = pytest.mark.django_db
NAME = "湘潭恒通达远建筑劳务有限公司"
OTHER = "株洲盛华装饰工程有限公司"
TENDER = "芙蓉路改造工程施工招标"


def listed(officer, name: str, code: str, **claims) -> Record:
    """Put a firm on the list of the officer's city."""
    public = {
        "name": name,
        "ground": "amount",
        "decision": "试列〔2026〕1号",
        "decided_on": "2026-05-06",
        **claims,
    }
    held = {"amount_fen": 100, "workers": 1, "order_number": "试"}
    return issue(
        officer, officer.authority, Draft("wage-arrears", Subject("firm", code, name), public, held)
    )


@pytest.fixture
def on_list(labour, agreements):
    """One firm listed by Xiangtan, one by Zhuzhou."""
    return (
        listed(labour["xiangtan"], NAME, firm_code(1)),
        listed(labour["zhuzhou"], OTHER, firm_code(2)),
    )


def screened(actor, *names: str, **changes) -> ScreeningRun:
    asked = [Asked(name, "", line) for line, name in enumerate(names, start=1)]
    return screening.screen(actor, asked, **{"tender": TENDER, **changes})


def hits_of(run) -> list[ScreeningHit]:
    return list(ScreeningHit.everything.filter(run=run))


def test_a_tender_office_finds_what_another_city_listed(on_list, tender):
    run = screened(tender["changsha"], "恒通达远（湘潭）建筑劳务公司", "长沙无名建设有限公司")
    (hit,) = hits_of(run)
    assert (run.asked, run.met, run.hit_count, run.list_size) == (2, 1, 1, 2)
    assert run.checkpoints.keys() >= {"430200", "430300"}
    assert hit.listed_name == NAME
    assert hit.listed_code == firm_code(1)
    assert hit.listed_city == "430300"
    assert hit.agreement
    assert hit.state == "open"
    assert hit.line == 1
    assert {one["part"] for one in hit.reasons} >= {"place", "core", "trade", "form"}
    assert hit.effect_names
    entry = JournalEntry.everything.get(verb="screening.run")
    assert entry.detail["hits"] == 1
    assert NAME not in json.dumps(entry.detail, ensure_ascii=False)


def test_the_own_city_needs_no_agreement(on_list, tender):
    (hit,) = hits_of(screened(tender["xiangtan"], NAME))
    assert hit.agreement == ""
    assert {one["code"] for one in hit.effects} >= {"tendering"}


def test_without_an_agreement_only_the_own_list_holds(on_list, tender):
    from conurb.records import index

    Agreement.objects.filter(type="wage-arrears").delete()
    index.refresh()
    assert screened(tender["changsha"], NAME).list_size == 0
    assert screened(tender["xiangtan"], NAME).hit_count == 1


def test_an_entry_removed_is_gone_at_once(on_list, tender, labour):
    before = screened(tender["changsha"], NAME)
    standing.revoke(labour["xiangtan"], on_list[0], "已付清，提前移出")
    after = screened(tender["changsha"], NAME)
    assert (before.hit_count, after.hit_count) == (1, 0)
    assert after.list_size == 1
    assert after.list_digest != before.list_digest
    assert queries.still_listed("430100", [on_list[0].key, on_list[1].key]) == {on_list[1].key}


def test_an_entry_ends_with_its_term(labour, tender, agreements):
    now = timezone.now()
    officer = labour["xiangtan"]
    issue(
        officer,
        officer.authority,
        Draft(
            "wage-arrears",
            Subject("firm", firm_code(3), NAME),
            {"name": NAME, "ground": "amount", "decision": "试", "decided_on": "2026-05-06"},
            {"amount_fen": 1, "workers": 1, "order_number": "试"},
            valid_until=now + timedelta(days=30),
        ),
        now=now,
    )
    assert screened(tender["changsha"], NAME, now=now + timedelta(days=29)).hit_count == 1
    assert screened(tender["changsha"], NAME, now=now + timedelta(days=31)).hit_count == 0


def test_the_list_is_taken_apart_once_a_version(on_list, tender, labour):
    first = queries.held_list("430100")
    assert queries.held_list("430100").firms is first.firms
    # what else is logged changes the position, not the list
    listed(labour["changsha"], "长沙第三方建设有限公司", firm_code(5))
    second = queries.held_list("430100")
    assert second.firms is not first.firms
    assert second.digest != first.digest
    assert queries.held_list("430200").digest == second.digest


def test_former_names_are_claims_of_the_record(labour, tender, agreements):
    listed(labour["xiangtan"], NAME, firm_code(1), former_names=["湘潭旧名劳务有限公司"])
    (hit,) = hits_of(screened(tender["changsha"], "湘潭旧名劳务有限公司"))
    assert (hit.way, hit.listed_as) == ("former", "湘潭旧名劳务有限公司")


def test_a_decision_is_kept_and_journalled(on_list, tender):
    officer = tender["changsha"]
    (hit,) = hits_of(screened(officer, NAME))
    decided = screening.decide(officer, hit, "same", "  已核对营业执照 ")
    assert (decided.state, decided.words, decided.decided_by) == ("same", "已核对营业执照", officer)
    again = screening.decide(officer, hit, "other", "复核后更正")
    assert again.state == "other"
    entries = JournalEntry.everything.filter(verb="screening.decide").order_by("id")
    assert [(one.detail["before"], one.detail["after"]) for one in entries] == [
        ("open", "same"),
        ("same", "other"),
    ]


def test_the_same_pair_comes_with_the_last_decision(on_list, tender):
    changsha, zhuzhou = tender["changsha"], tender["zhuzhou"]
    (first,) = hits_of(screened(changsha, NAME))
    screening.decide(changsha, first, "same", "已核对")
    (second,) = hits_of(screened(changsha, "湘潭 恒通达远建築勞務有限公司"))
    assert second.earlier == first
    assert second.state == "open"
    (elsewhere,) = hits_of(screened(zhuzhou, NAME))
    assert elsewhere.earlier == first
    screening.decide(zhuzhou, elsewhere, "other", "同名不同单位")
    (third,) = hits_of(screened(changsha, NAME))
    assert third.earlier == elsewhere
    # another way to write it down that is not the same text is another pair
    (fourth,) = hits_of(screened(changsha, "湘潭恒通达远劳务有限公司"))
    assert fourth.earlier is None


@pytest.mark.parametrize(("state", "words"), [("same", " "), ("", "理由"), ("open", "理由")])
def test_a_decision_says_what_and_why(on_list, tender, state, words):
    (hit,) = hits_of(screened(tender["changsha"], NAME))
    with pytest.raises(RefusedError) as refused:
        screening.decide(tender["changsha"], hit, state, words)
    assert refused.value.status == 422
    hit.refresh_from_db()
    assert hit.state == "open"


def test_who_may_screen(on_list, tender, labour, actors):
    assert screened(labour["changsha"], NAME).hit_count == 1
    for role in ("resident", "officer-changsha", "office", "admin"):
        with pytest.raises(NotCompetentError):
            screened(actors[role], NAME)
    assert not queries.may_screen(actors["nobody"])


def test_only_the_authority_that_asked_decides(on_list, tender, actors):
    (hit,) = hits_of(screened(tender["changsha"], NAME))
    for stranger in (tender["zhuzhou"], actors["office"], actors["admin"], actors["resident"]):
        with pytest.raises(NotCompetentError):
            screening.decide(stranger, hit, "same", "越权")
    visible = ScreeningHit.objects.visible_to
    assert visible(tender["changsha"]).exists()
    assert visible(actors["admin"]).exists()
    for stranger in (tender["zhuzhou"], actors["office"], actors["resident"], actors["nobody"]):
        assert not visible(stranger).exists()
        assert not ScreeningRun.objects.visible_to(stranger).exists()


def test_what_is_asked_has_a_measure(on_list, tender, monkeypatch):
    officer = tender["changsha"]
    for asked, changes in [
        ([], {}),
        ([Asked("某公司")], {"tender": " "}),
        ([Asked("某公司")], {"threshold": 0.1}),
    ]:
        with pytest.raises(RefusedError) as refused:
            screening.screen(officer, asked, **{"tender": TENDER, **changes})
        assert refused.value.status == 422
    with pytest.raises(RefusedError):
        screening.screen(officer, [Asked("某公司")] * 10_001, tender=TENDER)
    monkeypatch.setattr(screening, "PER_HOUR", 3)
    screened(officer, "甲公司", "乙公司")
    with pytest.raises(RefusedError) as refused:
        screened(officer, "丙公司", "丁公司")
    assert refused.value.status == 429
    # an hour later it may again, and other authorities may now
    screened(tender["zhuzhou"], "丙公司", "丁公司")
    screened(officer, "丙公司", "丁公司", now=timezone.now() + timedelta(minutes=61))


def test_queries_do_not_grow_with_the_firms(on_list, tender, django_assert_max_num_queries):
    officer = tender["changsha"]
    queries.held_list("430100")
    with django_assert_max_num_queries(16):
        screened(officer, *[f"长沙某{at}建设有限公司" for at in range(500)], NAME)


# ——— the pages ———


@pytest.fixture
def page(tender):
    def browser(slug: str = "changsha") -> Client:
        client = Client()
        client.force_login(tender[slug], backend="conurb.portal.backends.Backend")
        return client

    return browser


def test_the_page_screens_what_is_pasted(on_list, page):
    client = page()
    answer = client.post(
        reverse("market-screening"),
        {"tender": TENDER, "firms": f"名称\n{NAME}\n长沙无名建设有限公司", "threshold": "0.8"},
    )
    run = ScreeningRun.everything.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("market-screening-run", args=[run.key])
    shown = client.get(answer["Location"]).content.decode()
    assert NAME in shown
    assert "待认定" in shown
    assert "依互认协议在本市有效" in shown
    assert TENDER in client.get(reverse("market-screening")).content.decode()


def test_the_page_takes_a_file(on_list, page):
    file = io.BytesIO(f"企业名称,统一社会信用代码\n,{firm_code(2)}\n".encode("gb18030"))
    file.name = "投标人.csv"
    page().post(reverse("market-screening"), {"tender": TENDER, "file": file, "threshold": "0.8"})
    run = ScreeningRun.everything.get()
    assert (run.source, run.filename, run.hit_count) == ("file", "投标人.csv", 1)


@pytest.mark.parametrize(
    "given_form",
    [
        {"tender": TENDER, "firms": "", "threshold": "0.8"},
        {"tender": "", "firms": NAME, "threshold": "0.8"},
        {"tender": TENDER, "firms": "序号\n1\n2", "threshold": "0.8"},
        {"tender": TENDER, "firms": NAME, "threshold": "0.1"},
    ],
)
def test_the_page_says_what_lacks(on_list, page, given_form):
    answer = page().post(reverse("market-screening"), given_form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not ScreeningRun.everything.exists()


def test_deciding_on_the_page(on_list, page, tender):
    run = screened(tender["changsha"], NAME)
    (hit,) = hits_of(run)
    client = page()
    address = reverse("market-screening-decide", args=[hit.key])
    lacking = client.post(address, {"state": "same", "words": ""}, headers={"HX-Request": "true"})
    assert lacking.status_code == 422
    assert 'role="alert"' in lacking.content.decode()
    done = client.post(
        address, {"state": "other", "words": "地址不同"}, headers={"HX-Request": "true"}
    )
    assert done.status_code == 200
    shown = done.content.decode()
    assert "不是同一单位" in shown
    assert 'hx-swap-oob="true"' in shown
    plain = client.post(address, {"state": "same", "words": "更正"})
    assert plain.status_code == 302
    assert plain["Location"].endswith(f"#hit-{hit.key}")
    filtered = client.get(reverse("market-screening-run", args=[run.key]), {"state": "open"})
    assert hit.key not in filtered.content.decode()


def test_what_another_authority_decided_is_shown_without_its_words(on_list, page, tender):
    (first,) = hits_of(screened(tender["zhuzhou"], NAME))
    screening.decide(tender["zhuzhou"], first, "other", "内部核查材料")
    run = screened(tender["changsha"], NAME)
    shown = page().get(reverse("market-screening-run", args=[run.key])).content.decode()
    assert "株洲市公共资源交易中心" in shown
    assert "内部核查材料" not in shown


def test_removed_since_is_said(on_list, page, tender, labour):
    run = screened(tender["changsha"], NAME)
    standing.revoke(labour["xiangtan"], on_list[0], "移出")
    shown = page().get(reverse("market-screening-run", args=[run.key])).content.decode()
    assert "已移出名单" in shown


def test_the_export(on_list, page, tender):
    run = screened(tender["changsha"], NAME, "=1+1有限公司")
    answer = page().get(reverse("market-screening-xlsx", args=[run.key]))
    book = load_workbook(io.BytesIO(answer.content))
    hits, asked = book.worksheets
    assert [cell.value for cell in hits[2]][:5] == [1, NAME, None, NAME, firm_code(1)]
    assert [[cell.value for cell in row] for row in asked.iter_rows(min_row=2, max_row=3)] == [
        [1, NAME, None, "待认定"],
        [2, "=1+1有限公司", None, "未命中"],
    ]
    assert asked["B3"].data_type == "s"


def test_pages_are_for_their_authority(on_list, page, tender, client_of):
    run = screened(tender["changsha"], NAME)
    (hit,) = hits_of(run)
    stranger = page("zhuzhou")
    for name, key in (("run", run.key), ("xlsx", run.key)):
        address = reverse(f"market-screening-{name}", args=[key])
        assert stranger.get(address).status_code == 404
        assert client_of("officer-changsha").get(address).status_code == 403
        assert client_of("resident").get(address).status_code == 403
        assert client_of("nobody").get(address).status_code == 302
    answer = stranger.post(
        reverse("market-screening-decide", args=[hit.key]), {"state": "same", "words": "越权"}
    )
    assert answer.status_code == 404


# ——— the API ———


@pytest.fixture
def key_of(tender, actors):
    """Return a function that gives the header of a key of a city's tender office."""
    from conurb.plan.actions import keys

    def header(slug: str) -> dict[str, str]:
        made = keys.create(actors["office"], tender[slug].authority, "交易系统")
        cache.clear()
        return {"Authorization": f"Bearer {made.secret}"}

    return header


def call(header, body, path="/api/market/screenings"):
    return Client().post(path, json.dumps(body), content_type="application/json", headers=header)


def test_a_system_screens_by_its_key(on_list, key_of, tender):
    header = key_of("changsha")
    body = {
        "tender": TENDER,
        "firms": [{"name": NAME}, {"code": firm_code(2)}, {"name": "无名公司"}],
    }
    answer = call(header, body)
    assert answer.status_code == 201
    said = answer.json()
    assert (said["asked"], said["met"], said["against"]["size"]) == (3, 2, 2)
    by_name, by_code = said["hits"]
    assert (by_name["line"], by_name["score"], by_name["way"]) == (1, 1.0, "name")
    assert by_name["reasons"][0]["words"]["en"]
    assert (by_code["line"], by_code["way"], by_code["name"]) == (2, "code", OTHER)
    run = ScreeningRun.everything.get()
    assert run.source == "api"
    (hit, _other) = hits_of(run)
    screening.decide(tender["changsha"], hit, "same", "已核对")
    later = Client().get(f"/api/market/screenings/{run.key}", headers=header)
    assert later.json()["hits"][0]["state"] == "same"
    assert (
        Client().get(f"/api/market/screenings/{run.key}", headers=key_of("zhuzhou")).status_code
        == 404
    )


@pytest.mark.parametrize(
    "body",
    [
        {"tender": TENDER, "firms": []},
        {"tender": TENDER, "firms": [{"name": "甲"}] * 1001},
        {"tender": "", "firms": [{"name": "甲"}]},
        {"tender": TENDER, "firms": [{"name": "甲" * 201}]},
        {"tender": TENDER, "threshold": 0.2, "firms": [{"name": "甲"}]},
    ],
)
def test_what_the_api_refuses(on_list, key_of, body):
    answer = call(key_of("changsha"), body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert not ScreeningRun.everything.exists()


def test_the_api_limits_how_much_is_asked(on_list, key_of, monkeypatch):
    monkeypatch.setattr(screening, "PER_HOUR", 1)
    header = key_of("changsha")
    body = {"tender": TENDER, "firms": [{"name": "甲公司"}]}
    assert call(header, body).status_code == 201
    assert call(header, body).status_code == 429
