"""The applicant's pages: finding, filling in, handing in, following, as a browser asks for them."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from conurb.desk import actions
from conurb.desk.models import Case, Notice
from conurb.desk.queries.pages_notices import unread
from conurb.desk.services import services
from conurb.desk.stages import State
from conurb.records.models import Record
from tests.desk.cases import PDF, PERMIT, PROOF, draft, granted, in_review, refused, submitted
from tests.desk.people import officer_of

pytestmark = pytest.mark.django_db
BACKEND = "conurb.portal.backends.Backend"


def browser(user=None, lang: str = "zh-hans") -> Client:
    client = Client()
    client.cookies["conurb_language"] = lang
    if user is not None:
        client.force_login(user, BACKEND)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def count_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


# finding a service


def test_services_are_found_by_part_of_a_word_by_event_audience_and_item():
    client = browser()
    assert text_of(client.get("/services/")).count('class="desk-service-name"') == len(services())
    for query in ("q=参保证明", "q=保证", "q=我要开社保证明"):
        assert "/services/social-insurance-proof/" in text_of(client.get(f"/services/?{query}"))
    for field, value in (("event", "birth"), ("for", "firm"), ("item", "10.1")):
        shown = text_of(client.get(f"/services/?{field}={value}"))
        slugs = set(re.findall(r'href="/services/([a-z-]+)/"', shown))
        wanted = {
            each.slug
            for each in services()
            if value in {*each.life_events, *each.audiences, each.item}
        }
        assert slugs == wanted, field


def test_what_is_not_found_says_what_to_do():
    shown = text_of(browser(lang="en").get("/services/?q=zzzz"))
    assert "No service is called that" in shown
    assert "Show all services" in shown


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize("slug", sorted(each.slug for each in services()))
def test_every_service_has_its_guide(slug, lang):
    service = next(each for each in services() if each.slug == slug)
    shown = text_of(browser(lang=lang).get(f"/services/{slug}/"))
    assert (service.name.zh if lang == "zh-hans" else service.name.en).replace(
        "'", "&#x27;"
    ) in shown
    assert f">{service.limit} <small>" in shown
    assert f">{service.statutory} <small>" in shown
    for material in service.materials:
        assert escape(material.name.get(lang)) in shown
    # every city says who decides there
    assert shown.count("desk-decider-city") == 3


def test_a_service_that_is_not_there(client):
    answer = client.get("/services/nothing/")
    assert answer.status_code == 404


# filling in


def test_a_draft_begins_in_any_city_with_what_is_known(zhou):
    client = browser(zhou)
    for city in ("430100", "430200", "430300"):
        answer = client.post("/services/residence-permit/apply/", {"party": "", "city": city})
        case = Case.everything.latest("pk")
        assert answer.headers["Location"] == f"/cases/{case.key}/fill/"
        assert case.accepted_in_id == city
    shown = text_of(client.get(f"/cases/{case.key}/fill/"))
    assert "取自您的实名信息，无需重复填报" in shown
    assert 'name="number" value="' in shown
    assert f'type="text" name="number" value="{zhou.identity.number}"' not in shown
    # whoever began is led back to it
    assert f"/cases/{case.key}/fill/" in text_of(client.get("/services/residence-permit/"))


def test_one_applies_for_a_firm_one_represents_and_for_no_other(owner):
    client = browser(owner)
    firm = owner.represents.get().firm
    form = text_of(client.get("/services/food-licence/apply/"))
    assert "湘潭测试贸易有限公司" in form
    client.post("/services/food-licence/apply/", {"party": firm, "city": "430100"})
    assert Case.everything.latest("pk").firm == firm
    other = "91430100MA4LTEX990"
    answer = client.post("/services/food-licence/apply/", {"party": other, "city": "430100"})
    assert answer.status_code == 422
    assert Case.everything.count() == 1


def test_what_is_typed_is_saved_as_one_goes_and_two_windows_are_told(zhou):
    case = draft(zhou, "residence-permit", "430200", {})
    client, path = browser(zhou), f"/cases/{case.key}/save/"
    answer = client.post(path, {"version": case.version, "address": "测试"})
    assert answer.status_code == 200
    assert "保存" in text_of(answer)
    assert f'id="version" value="{case.version + 1}"' in text_of(answer)
    assert Case.everything.get(pk=case.pk).data["address"] == "测试"
    late = client.post(path, {"version": case.version, "address": "另一窗口"})
    assert late.status_code == 409
    assert "载入较新版本" in text_of(late)
    assert Case.everything.get(pk=case.pk).data["address"] == "测试"
    # what was cut off on its way is not taken for a draft that was emptied
    assert client.post(path, {}).status_code == 422
    assert Case.everything.get(pk=case.pk).data["address"] == "测试"


def test_what_is_wrong_is_said_on_top_and_beside_the_field_and_kept(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", {})
    client, path = browser(zhou), f"/cases/{case.key}/fill/"
    wrong = {**case.data, **PROOF, "months": "五", "version": case.version}
    answer = client.post(path, wrong)
    shown = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#id_months"' in shown
    assert 'id="id_months_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert Case.everything.get(pk=case.pk).data["months"] == "五"
    right = {**wrong, "months": 60, "version": case.version + 1}
    assert client.post(path, right).headers["Location"] == f"/cases/{case.key}/review/"


def test_files_are_handed_in_judged_and_taken_out(zhou):
    case = draft(zhou, "residence-permit", "430200", PERMIT)
    client, page = browser(zhou), f"/cases/{case.key}/materials/"
    good = SimpleUploadedFile("合同.pdf", PDF)
    assert client.post(f"{page}residence/", {"file": good}).status_code == 302
    assert "合同.pdf" in text_of(client.get(page))
    for name, content in (("x.exe", b"MZ"), ("x.pdf", b"MZ"), ("x.png", b"")):
        answer = client.post(f"{page}ground/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422, name
        assert 'role="alert"' in text_of(answer)
    assert (
        client.post(f"{page}nothing/", {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code
        == 422
    )
    file = case.files.get()
    served = client.get(f"/case-files/{file.key}/")
    assert served.content == PDF
    assert served.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "attachment" in served.headers["Content-Disposition"]
    assert client.post(f"/case-files/{file.key}/remove/").status_code == 302
    assert client.get(f"/case-files/{file.key}/").status_code == 404


def test_submitting_gives_a_receipt_with_number_code_and_qr_once(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", PROOF)
    client, review = browser(zhou), f"/cases/{case.key}/review/"
    assert client.post(review, {}).status_code == 422
    answer = client.post(review, {"true": "on"})
    case.refresh_from_db()
    assert case.state == State.SUBMITTED
    receipt = text_of(client.get(answer.headers["Location"]))
    code = re.search(r'data-testid="code">([^<]+)<', receipt)[1]
    assert case.number in receipt
    assert "<svg" in receipt.split("desk-receipt-qr")[1]
    # another session of the same person has the number, but not the code
    elsewhere = text_of(browser(zhou).get(f"/cases/{case.key}/receipt/"))
    assert case.number in elsewhere
    assert code not in elsewhere
    followed = browser().post("/follow/", {"number": case.number, "code": code})
    assert followed.status_code == 200
    assert "社会保险参保证明" in text_of(followed)
    for word in ("周甲", zhou.identity.number, "长沙测试有限公司"):
        assert word not in text_of(followed)


def test_an_unfinished_draft_cannot_be_reviewed(zhou):
    case = draft(zhou, "social-insurance-proof", "430200", {})
    answer = browser(zhou).get(f"/cases/{case.key}/review/")
    assert answer.headers["Location"] == f"/cases/{case.key}/fill/?check=1"
    assert 'id="summary"' in text_of(browser(zhou).get(answer.headers["Location"]))


def test_what_a_record_says_is_not_asked_again(zhou):
    granted(zhou)
    assert Record.everything.filter(holder=zhou, type="social-insurance-proof").exists()
    case = draft(zhou, "residence-permit", "430300", PERMIT)
    shown = text_of(browser(zhou).get(f"/cases/{case.key}/materials/"))
    assert "免提交" in shown
    assert "社会保险参保" in shown
    benefit = draft(zhou, "unemployment-benefit", "430100", {})
    filled = text_of(browser(zhou).get(f"/cases/{benefit.key}/fill/"))
    assert "取自您的社会保险参保" in filled
    guide = text_of(browser(zhou).get("/services/residence-permit/"))
    assert "免提交：您已有电子凭证" in guide


def test_a_number_that_was_not_given_or_a_wrong_code_shows_nothing(zhou):
    case = submitted(zhou)
    client = browser()
    for number, code, status in (
        (case.number, "AAAA-BBBB-CCCC", 404),
        ("430200-20260101-000001-1", "AAAA-BBBB-CCCC", 422),
        ("nonsense", "x", 422),
    ):
        answer = client.post("/follow/", {"number": number, "code": code})
        assert answer.status_code == status
        assert 'data-testid="followed"' not in text_of(answer)


def test_the_number_of_a_scanned_receipt_is_filled_in():
    shown = text_of(browser().get("/follow/?number=430200-20261126-000017-3"))
    assert 'value="430200-20261126-000017-3"' in shown


# my cases


def test_the_state_of_a_case_is_seen_at_a_glance(zhou):
    case, officer = in_review(zhou)
    actions.ask_for_more(officer, case, "请补缴费明细。", 10)
    client = browser(zhou)
    shown = text_of(client.get("/cases/"))
    assert "待补正" in shown
    assert f"/cases/{case.key}/complete/" in shown
    page = text_of(client.get(f"/cases/{case.key}/"))
    assert "请补缴费明细。" in page
    assert "长沙市人社局正在等待您补正" in page
    # the applicant reads the authority, not who its officer is
    assert str(officer) not in page


def test_what_was_asked_is_completed_and_the_officer_has_it_again(zhou):
    case, officer = in_review(zhou)
    actions.ask_for_more(officer, case, "累计月数有误。", 10)
    client, path = browser(zhou), f"/cases/{case.key}/complete/"
    assert "累计月数有误。" in text_of(client.get(path))
    case.refresh_from_db()
    bad = client.post(path, {**case.data, "months": "x"})
    assert bad.status_code == 422
    assert client.post(path, {**case.data, "months": 90, "words": "已改"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.REVIEW
    assert case.data["months"] == 90
    assert client.get(path).status_code == 409


def test_withdrawing_and_appealing_ask_for_a_reason_and_state_the_term(zhou):
    case = submitted(zhou)
    client = browser(zhou)
    assert client.post(f"/cases/{case.key}/withdraw/", {"reason": " "}).status_code == 422
    assert client.post(f"/cases/{case.key}/withdraw/", {"reason": "不办了"}).status_code == 302
    assert "已撤回" in text_of(client.get(f"/cases/{case.key}/"))
    decided, officer = refused(zhou)
    page = text_of(client.get(f"/cases/{decided.key}/appeal/"))
    assert "60日内答复" in page
    assert client.post(f"/cases/{decided.key}/appeal/", {"grounds": "记录有误"}).status_code == 302
    shown = text_of(client.get(f"/cases/{decided.key}/"))
    assert "记录有误" in shown
    assert str(officer) not in shown
    assert client.get(f"/cases/{decided.key}/appeal/").status_code == 409


def test_a_granted_case_leads_to_its_record_and_its_letter(zhou):
    case, _officer = granted(zhou)
    client = browser(zhou)
    shown = text_of(client.get(f"/cases/{case.key}/"))
    assert f"/wallet/{case.record_key}/" in shown
    letter = client.get(f"/cases/{case.key}/letters/decision.docx")
    assert letter.content.startswith(b"PK")
    assert client.get(f"/cases/{case.key}/letters/completion.docx").status_code == 404


def test_notices_are_counted_until_they_are_seen(zhou):
    case = submitted(zhou)
    client = browser(zhou)
    assert unread(zhou) == 1
    page = text_of(client.get(f"/cases/{case.key}/"))
    assert unread(zhou) == 1
    assert f'hx-post="/cases/{case.key}/seen/"' in page
    client.post(f"/cases/{case.key}/seen/")
    assert unread(zhou) == 0
    Notice.everything.update(read_at=None)
    assert "未读" in text_of(client.get("/notices/"))
    client.post("/notices/read/")
    assert unread(zhou) == 0
    assert unread(officer_of("social-security", "430100")) == 0


def test_nobody_else_s_case_is_there(zhou, owner):
    case = submitted(zhou)
    begun = draft(zhou, "residence-permit", "430200", PERMIT, files=("residence",))
    stranger = browser(owner)
    file = begun.files.get()
    for path in (
        f"/cases/{case.key}/",
        f"/cases/{case.key}/receipt/",
        f"/cases/{case.key}/letters/acceptance.docx",
        f"/cases/{begun.key}/fill/",
        f"/cases/{begun.key}/review/",
        f"/case-files/{file.key}/",
        "/cases/0123456789abcdef/",
        "/cases/none/",
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.post(f"/case-files/{file.key}/remove/").status_code == 404
    assert stranger.post(f"/cases/{begun.key}/save/", {"version": 1}).status_code == 404


@pytest.mark.parametrize("path", ["/cases/", "/notices/"])
def test_the_number_of_queries_does_not_grow_with_the_cases(zhou, path):
    client = browser(zhou)
    submitted(zhou)
    few = count_of(client, path)
    for _ in range(6):
        submitted(zhou)
        draft(zhou, "residence-permit", "430200", {})
    assert count_of(client, path) == few


def test_empty_pages_say_what_to_do(zhou):
    client = browser(zhou, "en")
    assert "Find a service" in text_of(client.get("/cases/"))
    assert "No notices yet" in text_of(client.get("/notices/"))
