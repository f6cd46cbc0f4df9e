"""A firm is listed in Xiangtan, the tender office in Changsha acts on it, and everything lifts."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.test_accessibility import AXE, look

INSPECTION = "xiangtan-human-resources-1"
TENDER_OFFICE = "changsha-public-resources-1"


def matter_in(page: Page, address: str, state: str) -> str:
    """Return the address of the first matter of the queue that is in a state."""
    page.goto(f"{address}/market/matters/?stage=open")
    row = page.get_by_test_id("matters").locator("tbody tr").filter(has_text=state).first
    return str(row.get_by_role("link").first.get_attribute("href"))


def do(visitor, act: str, **given: str) -> None:
    """Choose an act on the page of a matter, fill its form and carry it out."""
    visitor.by(f"act-{act}").click()
    for name, value in given.items():
        visitor.page.fill(f"[name={name}]", value)
    visitor.by("act-submit").click()
    expect(visitor.page.get_by_role("status").last).to_contain_text("已办理")


def test_listed_after_notice_and_hearing_then_lifted(visit):
    inspection, tender, public = visit(INSPECTION), visit(TENDER_OFFICE), visit()
    address = inspection.node.address

    # notice and hearing are behind it; the inspection decides and publishes
    matter = matter_in(inspection.page, address, "异议已核实")
    inspection.goto(matter)
    expect(inspection.page.get_by_text("列入事先告知书", exact=False).first).to_be_visible()
    code = inspection.page.locator("dd.code-text").first.inner_text()
    name = inspection.page.locator("h1").inner_text()
    do(inspection, "decide")
    expect(inspection.by("state")).to_have_text("已作出列入决定")
    with inspection.page.expect_download() as download:
        inspection.page.get_by_role("link", name=re.compile("列入决定书（")).click()
    assert download.value.suggested_filename.endswith(".docx")
    do(inspection, "publish")
    expect(inspection.by("state")).to_have_text("在册")

    # everybody finds it; nobody sees a whole resident number
    public.goto("/market/list/")
    public.by("list-search").fill(code)
    public.by("list-search").press("Enter")
    public.page.wait_for_url(lambda url: "q=" in url)
    public.by("list").get_by_role("link", name=name).click()
    expect(public.by("entry-code")).to_have_text(code)
    assert not re.search(r"\d{17}[\dX]", public.page.locator("main").inner_text().replace(code, ""))
    entry = public.page.url

    # the tender office of Changsha sees by which agreement it holds there, and confirms
    tender.goto(entry)
    expect(tender.page.get_by_text("依互认协议").first).to_be_visible()
    tender.by("own-duty").filter(has_text="招标投标").click()
    tender.page.select_option("[name=answer]", "done")
    tender.page.fill("[name=words]", "已在交易系统标注（演示）")
    tender.by("confirm").click()
    expect(tender.page.get_by_role("status").last).to_contain_text("已回复")
    inspection.goto(matter)
    expect(inspection.by("confirmed")).to_contain_text("1／24")

    # the decision falls: the name is gone at once, and what was given is lifted
    do(inspection, "revoke", words="责令限期支付文书被依法撤销（演示）")
    expect(inspection.by("state")).to_have_text("列入决定已撤销")
    assert public.page.goto(entry).status == 404
    public.goto(f"/market/list/?q={code}")
    expect(public.by("list-empty")).to_be_visible()
    tender.goto(f"/market/duties/?q={code}")
    row = tender.by("duties").locator("tbody tr").filter(has_text=name)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("解除惩戒")
    row.get_by_role("link").click()
    tender.page.select_option("[name=answer]", "done")
    tender.by("confirm").click()
    expect(tender.page.get_by_role("status").last).to_contain_text("已回复")


def test_the_employer_objects_in_time(visit):
    employer = visit("resident")
    employer.goto("/market/mine/")
    employer.by("mine").filter(has_text="已告知").first.click()
    expect(employer.by("objection-until")).to_be_visible()
    employer.by("act-object").click()
    employer.page.fill("[name=words]", "金额有误，请核对考勤表（演示）")
    employer.page.check("[name=asks_hearing]")
    employer.by("act-submit").click()
    expect(employer.by("state")).to_have_text("已提出异议")
    expect(employer.page.get_by_text("要求听证").first).to_be_visible()


def test_a_person_listed_reads_what_it_entails_and_asks_for_a_correction(visit):
    """Somebody who does not act for the employer, on a phone."""
    person = visit("citizen-8", width=375)
    person.goto("/market/mine/")
    person.by("listed").filter(has_text="在册").first.click()
    expect(person.by("entails")).to_contain_text("交通出行")
    expect(person.by("entails")).not_to_contain_text("招标投标")
    expect(person.by("rights")).to_contain_text("复议、诉讼")
    person.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert not look(person.page, 375, "light")
    person.by("act-correct").click()
    person.page.fill("[name=words]", "责任身份有误，应为主要负责人（演示）")
    person.by("act-submit").click()
    expect(person.page.get_by_text("更正申请").first).to_be_visible()
    expect(person.by("act-correct")).to_have_count(0)
