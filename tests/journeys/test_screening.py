"""A tender office pastes its bidders, decides on hits by keyboard, meets its decision again.

The list is whatever the demonstration holds: the journey reads a name from the published list.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit, Visitor
from tests.journeys.test_accessibility import AXE, LANGUAGES, LOOKS, look

OFFICER = "changsha-public-resources-1"


def a_listed_firm(visitor: Visitor) -> str:
    """Return the name of a firm on the list, by asking the page that publishes it."""
    name = visitor.page.evaluate(
        "async () => (await (await fetch('/api/market/listings')).json()).listings[0].name"
    )
    assert name
    return str(name)


def screen(visitor: Visitor, tender: str, firms: str) -> Page:
    page = visitor.goto("/market/screening/")
    page.fill("#id_tender", tender)
    page.fill("#id_firms", firms)
    page.get_by_test_id("screening-submit").click()
    page.wait_for_url("**/market/screening/*/")
    return page


def mistyped(name: str) -> str:
    """The name with traditional characters and spaces, as people paste it."""
    return " " + name.replace("国", "國").replace("设", "設").replace("有限", "　有限")


def test_screening_and_deciding_by_keyboard(visit: Visit) -> None:
    visitor = visit(OFFICER)
    name = a_listed_firm(visitor)
    tender = "试验段施工招标（演示）"
    page = screen(visitor, tender, f"企业名称\n{mistyped(name)}\n长沙无此单位建设有限公司（演示）")
    expect(visitor.by("asked")).to_have_text("2")
    expect(visitor.by("open")).to_have_text("1")
    hit = visitor.by("hit").first
    expect(hit).to_contain_text(name)
    page.keyboard.press("j")
    expect(hit).to_be_focused()
    page.keyboard.press("d")
    words = hit.get_by_label("理由")
    expect(words).to_be_focused()
    # nothing is kept without a reason
    page.keyboard.press("Enter")
    expect(visitor.by("hit").first.get_by_role("alert")).to_be_visible()
    expect(visitor.by("hit").first.get_by_label("理由")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.type("已核对营业执照（演示）")
    page.keyboard.press("Enter")
    expect(visitor.by("hit").first.get_by_test_id("state")).to_have_text("同一单位")
    expect(visitor.by("open")).to_have_text("0")
    with page.expect_download() as download:
        visitor.by("xlsx").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    # the same pair comes with the decision and who took it
    screen(visitor, "另一项目（演示）", mistyped(name))
    expect(visitor.by("earlier")).to_contain_text("已核对营业执照（演示）")
    expect(visitor.by("hit").first.get_by_test_id("state")).to_have_text("待认定")
    # another office reads that it was decided, not why, and nothing of the tender
    other = visit("zhuzhou-public-resources-1")
    other.goto("/market/screening/")
    expect(other.page.locator("main")).not_to_contain_text(tender)
    screen(other, "第三个项目（演示）", mistyped(name))
    expect(other.by("earlier")).to_contain_text("长沙公共资源交易中心")
    expect(other.by("earlier")).not_to_contain_text("已核对营业执照（演示）")


def test_a_file_is_screened(visit: Visit) -> None:
    visitor = visit(OFFICER, lang="en")
    name = a_listed_firm(visitor)
    page = visitor.goto("/market/screening/")
    page.fill("#id_tender", "文件比对（演示）")
    page.set_input_files(
        "#id_file",
        {
            "name": "投标人.csv",
            "mimeType": "text/csv",
            "buffer": f"名称\n{name}\n".encode("gb18030"),
        },
    )
    page.get_by_test_id("screening-submit").click()
    page.wait_for_url("**/market/screening/*/")
    expect(visitor.by("hits")).to_have_text("1")


@LANGUAGES
def test_pages_without_a_violation(visit: Visit, lang: str) -> None:
    """Axe finds nothing: the form, its errors, a screening with hits, one without."""
    visitor = visit(OFFICER, lang=lang)
    name = a_listed_firm(visitor)
    found: list[str] = []

    def judge() -> None:
        visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
        for width, scheme in LOOKS[lang]:
            found.extend(look(visitor.page, width, scheme))

    visitor.goto("/market/screening/")
    judge()
    visitor.page.get_by_test_id("screening-submit").click()
    expect(visitor.page.get_by_role("alert").first).to_be_visible()
    judge()
    screen(visitor, f"无障碍检查（演示）{lang}", f"{name}\n{name}长沙分公司")
    judge()
    screen(visitor, f"未命中（演示）{lang}", "长沙无此单位建设有限公司（演示）")
    judge()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("username", ["changsha-transport-1"])
def test_others_are_told_whose_page_it_is(visit: Visit, username: str) -> None:
    visitor = visit(username)
    answer = visitor.page.request.get(f"{visitor.node.address}/market/screening/")
    assert answer.status == 403
