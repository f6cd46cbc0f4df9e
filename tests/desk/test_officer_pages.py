"""The officer's desk: queue, acts on a case, letters, many at once, absence, counter, figures."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook

from conurb.desk import actions
from conurb.desk.actions.counter import person_at_counter
from conurb.desk.models import Case, Delegation
from conurb.desk.queries import pages_desk
from conurb.desk.stages import State
from conurb.records.actions import looking
from conurb.records.models import Look
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority, Identity, User
from tests.desk.cases import (
    PERMIT,
    PROOF,
    days_ago,
    draft,
    granted,
    in_review,
    refused,
    submitted,
)
from tests.desk.people import make_resident, officer_of, resident_number

pytestmark = pytest.mark.django_db
BACKEND = "conurb.portal.backends.Backend"


def browser(user, lang: str = "zh-hans") -> Client:
    client = Client()
    client.cookies["conurb_language"] = lang
    client.force_login(user, BACKEND)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def officer(db) -> User:
    """An officer of the authority that decides on proofs of social insurance in Changsha."""
    return officer_of("social-security", "430100")


# the queue


def test_the_queue_is_sorted_by_due_day_and_lit(zhou, officer):
    old, new = submitted(zhou, now=days_ago(20)), submitted(zhou)
    page = text_of(browser(officer).get("/desk/"))
    assert page.index(old.number) < page.index(new.number)
    row = page.split(old.number)[-1].split("</tr>")[0]
    assert "light-late" in row
    late = text_of(browser(officer).get("/desk/?light=late"))
    assert old.number in late
    assert new.number not in late
    back = text_of(browser(officer).get("/desk/?sort=-due"))
    assert back.index(new.number) < back.index(old.number)


def test_the_filters_find_by_number_name_service_and_city(zhou, officer):
    case = submitted(zhou)
    client = browser(officer)
    for query in (
        f"q={case.number}",
        "q=周甲",
        "q=参保",
        "service=social-insurance-proof",
        "city=430200",
    ):
        assert case.number in text_of(client.get(f"/desk/?{query}")), query
    for query in ("q=某某", "service=truck-pass", "city=430100", "light=late"):
        shown = text_of(client.get(f"/desk/?{query}"))
        assert case.number not in shown, query
        assert "没有符合条件的办件" in shown


def test_other_authorities_have_nothing_of_it(zhou):
    case = submitted(zhou)
    for subject, city in (("social-security", "430200"), ("household-registration", "430100")):
        client = browser(officer_of(subject, city))
        assert case.number not in text_of(client.get("/desk/?show=all"))
        assert client.get(f"/desk/cases/{case.key}/").status_code == 404
        assert client.post(f"/desk/cases/{case.key}/claim/").status_code == 404


def test_taking_the_next_one_takes_the_most_urgent(zhou, officer):
    new, old = submitted(zhou), submitted(zhou, now=days_ago(9))
    client = browser(officer)
    assert client.post("/desk/next/").headers["Location"] == f"/desk/cases/{old.key}/"
    assert client.post("/desk/next/").headers["Location"] == f"/desk/cases/{new.key}/"
    assert client.post("/desk/next/").headers["Location"] == "/desk/"
    assert set(Case.everything.values_list("officer", flat=True)) == {officer.pk}


def test_next_goes_on_where_a_colleague_was_quicker(zhou, officer, monkeypatch):
    first, second = submitted(zhou, now=days_ago(9)), submitted(zhou)
    stale = list(pages_desk.next_ones(officer))
    actions.claim(officer_of("social-security", "430100", 2), first)
    monkeypatch.setattr(pages_desk, "next_ones", lambda _actor: stale)
    answer = browser(officer).post("/desk/next/")
    assert answer.headers["Location"] == f"/desk/cases/{second.key}/"


def test_the_parts_of_the_queue_count_and_show_what_belongs_to_them(zhou, officer):
    submitted(zhou)
    mine, _ = in_review(zhou)
    asked, _ = in_review(zhou)
    actions.ask_for_more(officer, asked, "缺少明细", 10)
    tabs = {tab.key: tab.count for tab in pages_desk.tabs(officer, "waiting")}
    assert tabs == {
        "waiting": 1,
        "mine": 1,
        "applicant": 1,
        "opinions": 0,
        "appeals": 0,
        "deliver": 0,
        "all": 3,
    }
    client = browser(officer)
    assert mine.number in text_of(client.get("/desk/?show=mine"))
    assert asked.number in text_of(client.get("/desk/?show=applicant"))


@pytest.mark.parametrize("path", ["/desk/?show=all", "/desk/figures/", "/desk/queue.xlsx?show=all"])
def test_the_number_of_queries_does_not_grow_with_the_cases(zhou, officer, path):
    client = browser(officer)

    def count() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    in_review(zhou)
    granted(zhou)
    few = count()
    for _ in range(5):
        in_review(zhou)
        granted(zhou)
        submitted(zhou)
    assert count() == few


def test_the_export_holds_what_the_filter_shows(zhou, officer):
    case = submitted(zhou, now=days_ago(20))
    content = browser(officer).get("/desk/queue.xlsx?show=all&light=late").content
    rows = list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [case.number]
    assert rows[1][2] == "周甲"
    assert rows[1][9] < 0


# one case


def test_a_case_is_claimed_released_and_handed_over(zhou, officer):
    case = submitted(zhou)
    other = officer_of("social-security", "430100", 2)
    client, path = browser(officer), f"/desk/cases/{case.key}/"
    assert 'data-testid="claim"' in text_of(client.get(path))
    assert client.post(f"{path}claim/").status_code == 302
    assert browser(other).post(f"{path}claim/").status_code == 409
    assert client.post(f"{path}release/").status_code == 302
    client.post(f"{path}claim/")
    wrong = client.post(f"{path}hand/", {"hand-officer": "nobody"})
    assert wrong.status_code == 422
    assert client.post(f"{path}hand/", {"hand-officer": other.username}).status_code == 302
    case.refresh_from_db()
    assert case.officer_id == other.pk
    # whose case it is not, gets no forms
    assert 'data-testid="decide"' not in text_of(client.get(path))
    assert client.post(f"{path}decide/", GRANT).status_code == 403


GRANT = {"decide-outcome": "granted", "decide-reasons_zh": "经核查属实。"}


def test_deciding_needs_reasons_and_tells_the_applicant(zhou, officer):
    case, _ = in_review(zhou)
    client, path = browser(officer), f"/desk/cases/{case.key}/decide/"
    empty = client.post(path, {"decide-outcome": "refused", "decide-reasons_zh": " "})
    assert empty.status_code == 422
    assert 'role="alert"' in text_of(empty)
    assert client.post(path, GRANT).status_code == 302
    case.refresh_from_db()
    assert case.state == State.GRANTED
    assert case.notices.filter(to=zhou).count() == 2
    delivered = f"/desk/cases/{case.key}/deliver/"
    assert client.post(delivered, {"deliver-words": "电子送达"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.DELIVERED


def test_asking_the_applicant_and_another_authority(zhou, officer):
    case, _ = in_review(zhou)
    client, path = browser(officer), f"/desk/cases/{case.key}/"
    other = Authority.objects.get(key="changsha-public-security")
    asked = {
        "opinion-authority": other.key,
        "opinion-question": "是否在长居住？",
        "opinion-days": 5,
    }
    assert client.post(f"{path}ask-opinion/", asked).status_code == 302
    # nobody decides while the other may still answer
    waits = client.post(f"{path}decide/", GRANT)
    assert waits.status_code == 409
    assert other.short_zh in text_of(waits)
    neighbour = browser(officer_of("household-registration", "430100"))
    assert case.number in text_of(neighbour.get("/desk/?show=opinions"))
    objecting = {"give-answer": "objects", "give-words": ""}
    assert neighbour.post(f"{path}opinion/", objecting).status_code == 422
    given = {"give-answer": "agrees", "give-words": ""}
    assert neighbour.post(f"{path}opinion/", given).status_code == 302
    assert "同意" in text_of(client.get(path))
    missing = {"ask-words": "请补明细。", "ask-days": 200}
    assert client.post(f"{path}ask/", missing).status_code == 422
    assert client.post(f"{path}ask/", {**missing, "ask-days": 10}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.WAITING


def test_an_appeal_is_decided_by_whom_it_is_put_to(zhou, officer):
    case, _ = refused(zhou)
    appeal = actions.appeal(zhou, case, "记录有误")
    hearing = User.objects.create_user("judge", full_name="复议员", authority=appeal.authority)
    client, path = browser(hearing), f"/desk/cases/{case.key}/appeal/"
    assert case.number in text_of(client.get("/desk/?show=appeals"))
    if appeal.authority_id != officer.authority_id:
        words = {"appeal-upheld": "no", "appeal-reasons": "应当复核"}
        assert browser(officer).post(path, words).status_code == 409
    assert client.post(path, {"appeal-upheld": "no", "appeal-reasons": ""}).status_code == 422
    done = client.post(path, {"appeal-upheld": "no", "appeal-reasons": "记录应当重核"})
    assert done.status_code == 302
    case.refresh_from_db()
    assert case.state == State.OVERTURNED
    assert case.number in text_of(browser(officer).get("/desk/"))


def test_what_was_upheld_waits_in_the_queue_until_it_is_delivered(zhou, officer):
    case, _ = granted(zhou)
    appeal = actions.appeal(zhou, case, "月数有误")
    judge = officer_of("reconsideration", "430100")
    actions.decide_appeal(judge, appeal, upheld=True, reasons="事实清楚")
    client, path = browser(officer), f"/desk/cases/{case.key}/"
    assert case.number in text_of(client.get("/desk/?show=deliver"))
    assert 'data-testid="deliver"' in text_of(client.get(path))
    assert 'data-testid="deliver"' not in text_of(browser(judge).get(path))
    applicant = text_of(browser(zhou).get(f"/cases/{case.key}/"))
    assert "送达" in applicant
    assert 'data-testid="appeal"' not in applicant
    assert client.post(f"{path}deliver/", {"deliver-words": "窗口领取"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.DELIVERED
    assert case.number not in text_of(client.get("/desk/?show=deliver"))
    # a second window is told
    assert client.post(f"{path}deliver/", {"deliver-words": ""}).status_code == 409


def test_records_are_checked_for_the_case_and_the_look_is_noted(zhou, officer):
    proof, _ = granted(zhou)
    permit = draft(zhou, "residence-permit", "430200", PERMIT, files=("residence",))
    case = actions.submit(zhou, permit).case
    police = officer_of("household-registration", "430100")
    looking.gather()
    before = Look.objects.filter(way="desk").count()
    shown = browser(police).post(f"/desk/cases/{case.key}/records/", headers={"HX-Request": "true"})
    assert "在本市有效" in text_of(shown)
    looking.gather()
    looks = Look.objects.filter(way="desk")
    assert looks.count() == before + 1
    newest = looks.order_by("-pk").first()
    assert case.number in newest.purpose
    assert newest.record_key == proof.record_key
    page = text_of(browser(police).get(f"/desk/cases/{case.key}/"))
    assert "社会保险参保" in page


# letters


def paragraphs(answer) -> list[str]:
    return [each.text for each in Document(io.BytesIO(answer.content)).paragraphs if each.text]


def test_letters_are_what_an_office_would_send(zhou, officer):
    case, _ = refused(zhou)
    client = browser(officer)
    words = paragraphs(client.get(f"/cases/{case.key}/letters/decision.docx"))
    assert words[0] == case.authority.name_zh
    assert case.number in words[1]
    assert f"〔{timezone.localdate().year}〕" in words[1]
    assert words[2].startswith("不予")
    assert words[3] == "周甲："
    assert "不属实" in words
    assert any("60日内向长沙市人民政府申请行政复议" in line for line in words)
    today = timezone.localdate()
    assert f"{today.year}年{today.month}月{today.day}日" in words
    accepted = paragraphs(client.get(f"/cases/{case.key}/letters/acceptance.docx"))
    assert accepted[2] == "受理通知书"
    english = paragraphs(browser(officer, "en").get(f"/cases/{case.key}/letters/decision.docx"))
    assert english[2] == "Decision: not granted"


def test_a_licence_is_called_one_and_what_is_missing_is_listed(zhou, owner):
    firm = owner.represents.get().firm
    data = {"county": "430302", "address": "雨湖路1号", "kind": "restaurant", "area": 60}
    service = Case(service="food-licence").declared
    data["kind"] = service.form().fields["kind"].choices[1][0]
    files = tuple(each.key for each in service.materials)
    begun = draft(owner, "food-licence", "430100", data, files=files, firm=firm)
    case = actions.submit(owner, begun).case
    clerk = officer_of("market-regulation", "430300")
    case = actions.ask_for_more(
        clerk, actions.claim(clerk, case), "缺布局图签章。\n缺健康证明。", 10
    )
    words = paragraphs(browser(clerk).get(f"/cases/{case.key}/letters/completion.docx"))
    assert words[2] == "补正材料通知书"
    assert "缺布局图签章。" in words
    assert "缺健康证明。" in words
    case = actions.complete(owner, case)
    case = actions.decide(clerk, case, granted=True, reasons_zh="符合条件。")
    words = paragraphs(browser(clerk).get(f"/cases/{case.key}/letters/decision.docx"))
    assert words[2] == "准予行政许可决定书"
    assert any("行政许可法》第三十八条第一款" in line for line in words)


# many at once


def test_many_are_granted_together_after_they_were_listed(zhou, officer):
    cases = [submitted(zhou) for _ in range(3)]
    client = browser(officer)
    assert client.post("/desk/bulk/", {}).status_code == 422
    keys = [case.key for case in cases]
    listed = text_of(client.post("/desk/bulk/", {"case": keys}))
    assert all(case.number in listed for case in cases)
    assert Case.everything.filter(state=State.SUBMITTED).count() == 3
    sure = {"case": keys, "confirm": "1", "reasons_zh": ""}
    assert client.post("/desk/bulk/", sure).status_code == 422
    answer = client.post("/desk/bulk/", {**sure, "reasons_zh": "属实。"}, follow=True)
    assert "已准予3件" in text_of(answer)
    assert Case.everything.filter(state=State.GRANTED).count() == 3


def test_what_is_decided_case_by_case_is_left_out_and_said(zhou):
    permit = draft(zhou, "residence-permit", "430200", PERMIT, files=("residence", "ground"))
    case = actions.submit(zhou, permit).case
    police = browser(officer_of("household-registration", "430100"))
    assert 'data-testid="bulk"' not in text_of(police.get("/desk/"))
    sure = {"case": [case.key], "confirm": "1", "reasons_zh": "属实。"}
    answer = police.post("/desk/bulk/", sure, follow=True)
    assert case.number in text_of(answer)
    case.refresh_from_db()
    assert case.state == State.SUBMITTED


# absence


def test_a_deputy_finds_and_decides_the_cases_of_the_absent(zhou, officer):
    case, _ = in_review(zhou)
    deputy = officer_of("social-security", "430100", 2)
    today = timezone.localdate()
    form = {
        "deputy": deputy.username,
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=3)).isoformat(),
    }
    client = browser(officer)
    backwards = {**form, "last_day": (today - timedelta(days=1)).isoformat()}
    assert client.post("/desk/absence/", backwards).status_code == 422
    assert client.post("/desk/absence/", form).status_code == 302
    assert case.number in text_of(browser(deputy).get("/desk/?show=mine"))
    page = text_of(browser(deputy).get(f"/desk/cases/{case.key}/"))
    assert "外出，由您代理" in page
    assert browser(deputy).post(f"/desk/cases/{case.key}/decide/", GRANT).status_code == 302
    delegation = Delegation.objects.get()
    assert browser(deputy).post(f"/desk/absence/{delegation.key}/end/").status_code == 403
    assert client.post(f"/desk/absence/{delegation.key}/end/").status_code == 302


# the counter


def test_at_the_counter_one_is_known_by_the_card(zhou):
    clerk = officer_of("government-services", "430300")
    client = browser(clerk)
    form = {"number": zhou.identity.number, "name": "周甲", "service": "social-insurance-proof"}
    for wrong, field in (
        ({**form, "number": "430211199001010001"}, "number"),
        ({**form, "name": "周乙"}, "name"),
        ({**form, "service": ""}, "service"),
    ):
        answer = client.post("/desk/counter/", wrong)
        assert answer.status_code == 422, field
        assert "text-danger" in text_of(answer)
    client.post("/desk/counter/", form)
    case = Case.everything.get()
    assert (case.applicant, case.accepted_by, case.accepted_in_id) == (zhou, clerk, "430300")
    fill = {**case.data, **PROOF, "version": case.version}
    client.post(f"/cases/{case.key}/fill/", fill)
    answer = client.post(f"/cases/{case.key}/review/", {"true": "on"}, follow=True)
    case.refresh_from_db()
    assert case.number in text_of(answer)
    assert 'data-testid="code"' in text_of(answer)
    assert case.number in text_of(client.get("/desk/counter/"))
    # the applicant follows it as his own, and reads where it was taken in, not by whom
    own = text_of(browser(zhou).get(f"/cases/{case.key}/"))
    assert "服务窗口" in own
    assert str(clerk) not in own


def test_whoever_is_new_at_the_counter_is_registered_once(db):
    clerk = officer_of("government-services", "430300")
    number = resident_number("430302", "19790708")
    new = person_at_counter(clerk, number.lower(), "  新 来 ")
    assert person_at_counter(clerk, number, "新 来") == new
    assert Identity.everything.get(user=new).source == Identity.Source.COUNTER
    assert not new.has_usable_password()
    with pytest.raises(RefusedError):
        person_at_counter(clerk, number, "别人")


def test_nobody_but_a_counter_serves_others_and_nobody_himself(zhou, officer):
    with pytest.raises(NotCompetentError):
        person_at_counter(officer, zhou.identity.number, "周甲")
    assert browser(officer).get("/desk/counter/").status_code == 403
    clerk = officer_of("government-services", "430300")
    me = make_resident("me", "430302", "19700101", "窗口员")
    Identity.everything.filter(user=me).update(user=clerk)
    with pytest.raises(NotCompetentError):
        person_at_counter(clerk, resident_number("430302", "19700101"), "窗口员")


# figures


def test_the_figures_count_what_runs_and_what_was_late(zhou, officer):
    submitted(zhou, now=days_ago(20))
    submitted(zhou)
    granted(zhou)
    page = text_of(browser(officer).get("/desk/figures/"))
    assert "在办办件（按经办人）" in page
    from conurb.desk.queries.pages_figures import figures

    found = figures(officer, timezone.localdate())
    assert (found.running, found.late, found.decided, found.on_time) == (2, 1, 1, "100 %")
    assert sum(number for _name, number in found.by_city) == 3
    assert sum(found.by_month.series[0].values) == 1


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_empty_pages_say_what_to_do(officer, actors, lang):
    for path in ("/desk/", "/desk/?show=mine", "/desk/figures/", "/desk/absence/"):
        shown = text_of(browser(officer, lang).get(path))
        assert "<h1" in shown
        assert len(shown) > 2000
    assert browser(actors["admin"], lang).get("/desk/").status_code == 200
