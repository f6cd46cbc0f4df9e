"""From a document to the plan: read, checked, edited, left and taken up again, confirmed.

The first journey takes the real document, which stands outside the project; the others take
documents invented for it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import ROOT, Node, Visit, Visitor

REAL = ROOT.parent / "shared" / "source" / "2021-ten-sames.txt"
HERE = Path(__file__).parent


def hand_in(office: Visitor, file: Path) -> str:
    """Hand a document in and return the address of its draft."""
    page = office.goto("/import/")
    office.by("upload-input").set_input_files(file)
    office.by("upload-submit").click()
    page.wait_for_url(re.compile(r"/import/[0-9a-f]+/$"))
    return page.url


def confirm(office: Visitor) -> None:
    office.by("confirm").first.click()
    office.page.wait_for_url("**/confirm/")
    office.by("confirm-final").click()
    office.page.wait_for_url("**/plan/**")


def answer(office: Visitor, which: str) -> str:
    """Accept or reject the first repair that nobody has decided; return the button's name."""
    open_ones = office.page.locator("li.import-repair:not(:has([aria-pressed=true]))")
    button = open_ones.first.locator(f"[data-testid^=repair-{which}-]")
    name = button.get_attribute("data-testid") or ""
    button.click()
    expect(office.by(name)).to_have_attribute("aria-pressed", "true")
    return name


def tasks_of(page_part: Locator) -> Locator:
    return page_part.locator("li.import-task")


def open_repairs(office: Visitor) -> None:
    repairs = office.page.locator("#repairs")
    if not repairs.evaluate("it => it.open"):
        repairs.locator("summary").click()


@pytest.mark.skipif(not REAL.exists(), reason=f"the real document is not at {REAL}")
def test_the_real_document_becomes_the_plan(visit: Visit, empty_node: Node) -> None:
    office = visit("office", at=empty_node)
    page = office.goto("/")
    assert page.locator("main a[href='/import/']").count() > 0, "an empty node says what to do"
    draft = hand_in(office, REAL)

    open_repairs(office)
    accepted = answer(office, "accept")
    open_repairs(office)
    rejected = answer(office, "reject")

    # a kind is set at once; words are kept when they change
    row = page.locator(".import-row", has=page.locator("li.import-task")).first
    first = tasks_of(row).first
    task = first.get_attribute("id") or ""
    first.locator("[data-testid^=task-edit-]").click()
    office.by("task-text").fill("编制长株潭国土空间规划，统一三市规划底图")
    office.by("task-save").click()
    edited = page.locator(f"#{task}")
    expect(edited).to_contain_text("统一三市规划底图")

    # split a task and there is one more
    before = tasks_of(row).count()
    edited.locator("[data-testid^=task-edit-]").click()
    office.by("task-split").click()
    expect(tasks_of(row)).to_have_count(before + 1)

    # leave half-way; somebody else of the office goes on from the list
    office.goto("/plan/")
    second = visit("office", at=empty_node)
    second.goto("/import/")
    second.page.locator("main tbody a.btn-primary").first.click()
    second.page.wait_for_url(draft)
    expect(second.by(accepted)).to_have_attribute("aria-pressed", "true")
    expect(second.by(rejected)).to_have_attribute("aria-pressed", "true")
    expect(second.page.locator("main")).to_contain_text("统一三市规划底图")

    # two at one draft: the one who is late is told, and nothing is lost
    office.goto(draft)
    title = second.page.locator("#heading input[name=title]")
    title.fill("长株潭一体化十同任务清单（2021年）")
    second.page.locator("#heading button[type=submit]").click()
    second.page.wait_for_load_state("networkidle")
    office.page.locator("#heading input[name=title]").fill("另一个标题")
    office.page.locator("#heading button[type=submit]").click()
    expect(office.page.locator("#notice, main [role=alert]").first).to_contain_text("统筹员")

    confirm(second)
    plan = empty_plan(second)
    assert [len(field["items"]) for field in plan["fields"]] == [6, 9, 3, 1, 4, 6, 6, 1, 5, 8]
    words = [task["text"]["zh"] for task in plan["fields"][0]["items"][0]["tasks"]]
    assert any("统一三市规划底图" in text for text in words)
    second.goto("/plan/2021/2.4/")
    assert second.page.locator("main a[href^='/tasks/']").count() > 0


def empty_plan(office: Visitor) -> dict:
    """The current plan, as the API tells it."""
    api = f"{office.node.address}/api"
    plans = office.page.request.get(f"{api}/plans").json()
    (year,) = [plan["year"] for plan in plans if plan["is_current"]]
    return office.page.request.get(f"{api}/plans/{year}").json()


def test_next_years_document(visit: Visit, empty_node: Node) -> None:
    """What is carried over, changed, new and gone is shown before, and so it becomes."""
    office = visit("office", lang="en", at=empty_node)
    page = office.page
    draft = hand_in(office, HERE / "this_year.txt")
    office.by("upload-error")
    open_repairs(office)
    answer(office, "accept")
    confirm(office)
    first = empty_plan(office)
    assert first["year"] == 2031
    kept = {
        task["text"]["zh"]: task["urn"]
        for field in first["fields"]
        for item in field["items"]
        for task in item["tasks"]
    }

    hand_in(office, HERE / "next_year.md")
    office.by("confirm").first.click()
    fates = office.by("fates")
    expect(fates).to_be_visible()
    for fate, items in (("carried", 4), ("changed", 2), ("new", 1), ("gone", 2)):
        expect(fates.locator(f".fate-{fate}").first).to_contain_text(f"{items} item")
    expect(page.locator("#fate-new")).to_contain_text("新建三江数据中心")
    expect(page.locator("#fate-gone")).to_contain_text("三江人才交流大会")
    assert page.locator("#fate-changed ins").count() > 0
    office.by("confirm-final").click()
    page.wait_for_url("**/plan/**")

    second = empty_plan(office)
    assert second["year"] == 2032
    tasks = {
        task["text"]["zh"]: task["urn"]
        for field in second["fields"]
        for item in field["items"]
        for task in item["tasks"]
    }
    same = "加快建设云麓大桥"
    assert tasks[same] == kept[same], "a task that is carried over keeps its name"
    assert "举办三江人才交流大会" not in tasks
    office.goto(f"/tasks/{kept['举办三江人才交流大会'].rsplit(':', 1)[-1]}/")
    expect(office.by("light").first).to_contain_class("light-withdrawn")

    # a document that was confirmed is not confirmed twice
    office.goto(draft)
    expect(office.by("confirm")).to_have_count(0)


@pytest.mark.parametrize(("lang", "words"), [("zh-hans", "不支持"), ("en", "not supported")])
def test_what_cannot_be_read_is_said(
    visit: Visit, empty_node: Node, tmp_path: Path, lang: str, words: str
) -> None:
    office = visit("office", lang=lang, at=empty_node)
    file = tmp_path / "清单.xlsx"
    file.write_bytes(b"PK\x03\x04")
    office.goto("/import/")
    office.by("upload-input").set_input_files(file)
    office.by("upload-submit").click()
    expect(office.by("upload-error")).to_contain_text(words)


def test_a_draft_is_put_away_and_taken_up(visit: Visit, empty_node: Node, tmp_path: Path) -> None:
    """The same file twice is noticed; a draft is discarded with a question, and comes back."""
    office = visit("office", lang="en", at=empty_node)
    page = office.page
    file = tmp_path / "年度清单.md"
    text = (HERE / "next_year.md").read_text(encoding="utf-8").replace("2032", "2033")
    file.write_text(text, encoding="utf-8")
    draft = hand_in(office, file)
    office.goto("/import/")
    office.by("upload-input").set_input_files(file)
    office.by("upload-submit").click()
    office.by("open-existing").click()
    page.wait_for_url(draft)
    page.goto(f"{draft}discard/")
    page.locator("main button[type=submit]").last.click()
    page.wait_for_url("**/import/")
    page.locator("main tbody tr", has_text="年度清单.md").locator("button").first.click()
    page.wait_for_url(draft)
    expect(office.by("confirm").first).to_be_visible()
