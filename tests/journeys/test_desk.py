"""Applying where one is, deciding where the competence is, and everything in between."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import REGION, ROOT, Node, Visit, Visitor
from tests.journeys.test_accessibility import LANGUAGES, walk

OFFICER = "changsha-human-resources-1"
COUNTER = "xiangtan-data-1"
PROOF = "社会保险参保证明"

# Somebody whose identity was verified, with a firm, as a login provider would make him.
PERSON = """
import sys, django
django.setup()
from conurb.region.models import City, Identity, Representation, User
from conurb.region.numbers import firm_check_character, resident_check_digit
name, serial = sys.argv[1], int(sys.argv[2])
stem = f"430211{19500101 + serial}000"
firm = f"91430200MA4LTEX{serial:02d}"
user = User.objects.filter(username=name).first() or User.objects.create_user(name, password="demo")
Identity.everything.update_or_create(user=user, defaults={
    "number": stem + resident_check_digit(stem), "name": f"居民{serial}（演示）",
    "phone": "13800000000", "home": City.objects.get(code="430200"), "source": "demonstration"})
Representation.everything.get_or_create(user=user, firm=firm + firm_check_character(firm),
    defaults={"firm_name": f"株洲示范企业{serial}（演示）", "capacity": "legal"})
"""


@pytest.fixture
def person(node: Node) -> Callable[[int], str]:
    """Return a function that makes a resident known to the node; it gives his user name."""

    def make(serial: int) -> str:
        given = {"CONURB_REGION": str(REGION), "CONURB_DATA": str(node.data)}
        name = f"journey-{serial}"
        subprocess.run(
            [sys.executable, "-c", PERSON, name, str(serial)],
            env={**os.environ, **given, "DJANGO_SETTINGS_MODULE": "conurb.config.settings"},
            cwd=ROOT,
            check=True,
        )
        return name

    return make


def fill_proof(page: Page, months: str = "60") -> None:
    """Fill in the form of a proof of social insurance, insured in Changsha."""
    form = page.get_by_test_id("fill-form")
    form.locator("[name=insured_in]").select_option("430100")
    form.locator("[name=purpose]").select_option("school")
    form.locator("[name=insurance]").select_option("employee-pension")
    form.locator("[name=months]").fill(months)
    form.locator("[name=paid_until]").fill("2026-10-31")


def begin_proof(resident: Visitor, city: str) -> Page:
    """Begin an application for a proof of social insurance in a city; the form is open then."""
    page = resident.goto("/services/social-insurance-proof/")
    resident.by("apply").click()
    page.locator(f"input[name=city][value='{city}']").check()
    resident.by("apply-form").locator("button[type=submit]").click()
    page.wait_for_url("**/fill/")
    return page


def hand_in(resident: Visitor, city: str = "430300") -> tuple[str, str, str]:
    """Hand in such an application; return its address, number and code."""
    page = begin_proof(resident, city)
    fill_proof(page)
    resident.by("next").click()
    page.wait_for_url("**/review/")
    page.locator("#true").check()
    resident.by("submit").click()
    page.wait_for_url("**/receipt/?new=1")
    number = resident.by("number").inner_text()
    code = resident.by("code").inner_text()
    return re.sub(r"receipt/.*", "", page.url), number, code


def decide(officer: Visitor, outcome: str, reasons: str) -> None:
    """Decide on the case that is open, beginning with a phrase."""
    form = officer.by("decide")
    form.locator(f"input[name=decide-outcome][value={outcome}]").check()
    phrases = form.locator(f"[data-shown-with='decide-outcome={outcome}'] [data-insert]")
    phrases.first.click()
    box = form.locator("[name=decide-reasons_zh]")
    expect(box).not_to_have_value("")
    box.fill(reasons)
    officer.by("decide-submit").click()
    officer.page.wait_for_load_state()


def case_of(officer: Visitor, number: str) -> Page:
    """Find a case in the queue by its number, and claim it."""
    page = officer.goto(f"/desk/?show=all&q={number}")
    officer.by("queue").locator("tbody a").first.click()
    officer.by("claim").click()
    expect(officer.by("acts")).to_be_visible()
    return page


def test_handed_in_in_one_city_decided_in_another_and_followed_by_anybody(
    visit: Visit, person: Callable[[int], str]
) -> None:
    resident = visit(person(1))
    page = resident.goto("/services/")
    page.locator("main input[name=q]").fill("我要开社保证明")
    page.locator("main input[name=q]").press("Enter")
    expect(resident.by("services").locator("li").first).to_contain_text(PROOF)
    address, number, code = hand_in(resident, "430300")
    assert number.startswith("430300-"), "handed in in Xiangtan"

    officer = visit(OFFICER)
    shown = case_of(officer, number)
    expect(shown.locator("main")).to_contain_text("湘潭")
    decide(officer, "granted", "缴费记录经核查一致。")
    expect(officer.by("state")).to_have_text("准予")

    # whoever scans the receipt: the code stands behind the #, the page reads it there
    anybody = visit()
    anybody.goto(f"/follow/?number={number}#{code}")
    expect(anybody.by("followed")).to_contain_text("准予")
    expect(anybody.by("followed")).not_to_contain_text("居民1")
    assert code not in anybody.page.url

    page = resident.goto(address)
    expect(resident.by("decision")).to_contain_text("缴费记录经核查一致。")
    resident.by("to-wallet").click()
    expect(page.locator("main")).to_contain_text("社会保险")


def test_what_is_asked_for_is_completed(visit: Visit, person: Callable[[int], str]) -> None:
    resident = visit(person(2), lang="en")
    address, number, _code = hand_in(resident, "430200")
    officer = visit(OFFICER, lang="en")
    case_of(officer, number)
    officer.by("open-ask").click()
    form = officer.by("ask")
    form.locator("[data-insert]").first.click()
    form.locator("[name=ask-words]").fill("累计月数与记录不一致，请更正。")
    form.locator("button[type=submit]").click()
    expect(officer.by("state")).to_have_text("To be completed")

    page = resident.goto(address)
    expect(resident.by("todo")).to_contain_text("累计月数与记录不一致")
    resident.by("complete").click()
    form = resident.by("complete-form")
    form.locator("[name=months]").fill("72")
    expect(resident.by("saved")).to_contain_text("Saved at")
    form.locator("[name=words]").fill("Corrected.")
    resident.by("act-submit").click()
    expect(resident.by("state")).to_have_text("Under review")
    expect(page.locator("main")).to_contain_text("72")


def test_a_refusal_is_appealed(visit: Visit, person: Callable[[int], str]) -> None:
    resident = visit(person(3))
    address, number, _code = hand_in(resident)
    officer = visit(OFFICER)
    case_of(officer, number)
    decide(officer, "refused", "累计缴费不足。")
    resident.goto(address)
    expect(resident.by("decision")).to_contain_text("累计缴费不足。")
    resident.by("appeal").click()
    expect(resident.by("act-form")).to_contain_text("60日内答复")
    resident.by("act-submit").click()
    expect(resident.by("act-form").get_by_role("alert")).to_be_visible()
    resident.page.locator("[name=grounds]").fill("记录遗漏了一年。")
    resident.by("act-submit").click()
    expect(resident.by("state")).to_have_text("复核中")
    expect(resident.by("appeal-state")).to_contain_text("记录遗漏了一年。")


def test_leaving_half_way_loses_nothing_and_two_windows_are_told(
    visit: Visit, person: Callable[[int], str]
) -> None:
    resident = visit(person(4))
    page = begin_proof(resident, "430100")
    address = page.url
    number = page.locator("[data-field=number]")
    expect(number).to_contain_text("无需重复填报")
    fill_proof(page)
    page.locator("[name=employer]").fill("示例公司（演示）")
    expect(resident.by("saved")).to_contain_text("已于")
    expect(page.locator("#findings")).not_to_contain_text("需要填写")
    # typed and left at once: the browser sends it on leaving
    page.locator("[name=employer]").fill("另一公司（演示）")
    page.goto(resident.node.address + "/cases/")
    page.goto(address)
    expect(page.locator("[name=employer]")).to_have_value("另一公司（演示）")

    other = resident.context.new_page()
    other.goto(address)
    other.locator("[name=months]").fill("61")
    expect(other.get_by_test_id("saved")).to_contain_text("已于")
    expect(other.locator("#version")).not_to_have_value(page.locator("#version").input_value())
    page.locator("[name=months]").fill("62")
    expect(resident.by("saved")).to_contain_text("载入较新版本")
    page.reload()
    expect(page.locator("[name=months]")).to_have_value("61")

    page.locator("[name=months]").fill("-1")
    resident.by("next").click()
    expect(resident.by("summary")).to_contain_text("累计缴费月数")
    page.locator("#summary a").first.click()
    expect(page.locator("[name=months]")).to_be_focused()


def test_the_officer_works_by_keyboard(visit: Visit, person: Callable[[int], str]) -> None:
    resident = visit(person(5))
    for _ in range(3):
        hand_in(resident)
    officer = visit(OFFICER)
    page = officer.goto("/desk/")
    rows = officer.by("queue").locator("tbody tr")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    page.keyboard.press("x")
    expect(rows.nth(0).locator("input[type=checkbox]")).to_be_checked()
    expect(officer.by("bulk")).to_contain_text("(1)")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cases/**")
    page.keyboard.press("u")
    page.wait_for_url("**/desk/")
    page.keyboard.press("n")
    page.wait_for_url("**/desk/cases/**")
    expect(officer.by("decide")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.press("n")
    expect(officer.by("release")).to_be_visible()


def test_many_are_granted_together(visit: Visit, person: Callable[[int], str]) -> None:
    resident = visit(person(6), lang="en")
    numbers = [hand_in(resident)[1] for _ in range(2)]
    officer = visit(OFFICER, lang="en")
    page = officer.goto("/desk/?q=居民6")
    page.locator("[data-choose-all]").check()
    officer.by("bulk").click()
    for number in numbers:
        expect(officer.by("bulk-form")).to_contain_text(number)
    officer.by("confirm-bulk").click()
    expect(page.locator("main")).to_contain_text("2 cases were granted.")


def test_at_the_counter_somebody_is_served(visit: Visit, person: Callable[[int], str]) -> None:
    visit(person(7))
    clerk = visit(COUNTER)
    page = clerk.goto("/desk/counter/")
    form = clerk.by("counter-form")
    form.locator("[name=number]").fill("430211195001080001")
    form.locator("[name=name]").fill("居民7（演示）")
    form.locator("[name=service]").select_option("social-insurance-proof")
    clerk.by("begin").click()
    expect(form.get_by_role("alert").first).to_be_visible()
    form.locator("[name=number]").fill(number_of(7))
    clerk.by("begin").click()
    page.wait_for_url("**/fill/")
    fill_proof(page)
    clerk.by("next").click()
    page.locator("#true").check()
    clerk.by("submit").click()
    expect(clerk.by("receipt")).to_contain_text("居民7")
    expect(clerk.by("number")).to_contain_text("430300-")
    expect(clerk.by("code")).to_be_visible()


def number_of(serial: int) -> str:
    """The resident number of the person of this serial."""
    from conurb.region.numbers import resident_check_digit

    stem = f"430211{19500101 + serial}000"
    return stem + resident_check_digit(stem)


@LANGUAGES
def test_pages_of_an_applicant_without_a_violation(
    visit: Visit, person: Callable[[int], str], lang: str
) -> None:
    resident = visit(person(8 if lang == "en" else 9), lang=lang)
    address, _number, _code = hand_in(resident)
    case = address.removeprefix(resident.node.address)
    permit = resident.goto("/services/residence-permit/apply/")
    resident.by("apply-form").locator("button[type=submit]").click()
    permit.wait_for_url("**/fill/")
    form = permit.url.removeprefix(resident.node.address)
    walk(
        resident,
        [
            "/services/",
            "/services/?q=zzz",
            "/services/?event=school&for=resident",
            "/services/residence-permit/",
            "/services/residence-permit/apply/",
            form,
            f"{form}?check=1",
            form.replace("/fill/", "/materials/"),
            f"{case}receipt/",
            f"{case}withdraw/",
            case,
            "/cases/",
            "/cases/?show=done",
            "/notices/",
            "/follow/",
        ],
        lang,
    )


@LANGUAGES
def test_pages_of_the_desk_without_a_violation(
    visit: Visit, person: Callable[[int], str], lang: str
) -> None:
    resident = visit(person(10 if lang == "en" else 11), lang=lang)
    _address, number, _code = hand_in(resident)
    officer = visit(OFFICER, lang=lang)
    case = case_of(officer, number).url.removeprefix(officer.node.address)
    walk(
        officer,
        [
            "/desk/",
            "/desk/?q=zzz",
            "/desk/?show=mine",
            case,
            "/desk/figures/",
            "/desk/absence/",
        ],
        lang,
    )
    clerk = visit(COUNTER, lang=lang)
    walk(clerk, ["/desk/counter/"], lang)
