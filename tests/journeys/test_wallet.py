"""A resident with a phone: chooses what to show, shows it, prints it; an officer revokes it."""

from __future__ import annotations

import io
import json

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.journeys.conftest import Node, Visit
from tests.journeys.showing import ask
from tests.journeys.test_accessibility import LANGUAGES, walk

DOTS = 150 / 72
"""Pixels a point at 150 dots an inch."""


@pytest.fixture(scope="module")
def made(node: Node) -> dict[str, str]:
    found: dict[str, str] = ask(node.data, "wallet")
    return found


def read(picture: Image.Image) -> str:
    """The text of the one code in a picture, as a scanner of other make reads it."""
    (found,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found.text


def seen(locator: Locator) -> Image.Image:
    return Image.open(io.BytesIO(locator.screenshot()))


@LANGUAGES
def test_pages_are_accessible(visit: Visit, made: dict[str, str], lang: str) -> None:
    visitor = visit(made["holder"], lang=lang)
    paths = [
        "/wallet/",
        "/wallet/?show=ended",
        "/wallet/looks/",
        f"/wallet/{made['permit']}/",
        f"/wallet/{made['permit']}/show/",
        f"/wallet/{made['suspended']}/",
        f"/wallet/{made['other']}/paper/",
    ]
    walk(visitor, paths, lang)


@LANGUAGES
def test_pages_of_the_register_are_accessible(
    visit: Visit, made: dict[str, str], lang: str
) -> None:
    visitor = visit(made["officer"], lang=lang)
    paths = [
        "/records/",
        "/records/?q=nothing-like-this",
        f"/records/{made['suspended']}/",
        f"/records/{made['other']}/revoke/",
        f"/records/{made['suspended']}/resume/",
    ]
    walk(visitor, paths, lang)


def test_what_is_chosen_is_what_the_inspector_reads(visit: Visit, made: dict[str, str]) -> None:
    """The preview follows the choice; the code on the screen reads; the person finds it noted."""
    visitor = visit(made["holder"], width=375)
    page = visitor.goto(f"/wallet/{made['permit']}/show/")
    name = visitor.by("seen").get_by_text("演示居民")
    expect(name).to_be_hidden()
    page.get_by_label("姓名").check()
    expect(name).to_be_visible()
    page.get_by_label("居住县").check()
    page.get_by_label("姓名").uncheck()
    expect(name).to_be_hidden()
    visitor.by("draw").click()
    text = read(seen(visitor.by("stage")))
    assert text == visitor.by("code").get_attribute("data-text")
    expect(page.locator("main")).not_to_contain_text("演示居民")
    inspector = visit()
    there = inspector.goto("/check/")
    expect(inspector.by("ready")).to_be_visible()
    inspector.by("city").select_option("430100")
    there.locator("details:has([data-testid=text]) summary").click()
    inspector.by("text").fill(text)
    inspector.by("check-text").click()
    card = inspector.by("verdict")
    expect(card).to_have_attribute("data-verdict", "valid")
    expect(card).to_contain_text("天元区")
    expect(card).not_to_contain_text("演示居民")
    visitor.goto("/wallet/looks/")
    looks = visitor.by("looks")
    expect(looks).to_contain_text("本人出示")
    expect(looks).to_contain_text("核验您出示的二维码")
    # the code is over after its minutes, and says so
    visitor.page.clock.install()
    visitor.goto(f"/wallet/{made['permit']}/show/")
    page.get_by_label("居住县").check()
    visitor.by("draw").click()
    expect(visitor.by("code")).to_be_visible()
    page.clock.fast_forward("06:00")
    expect(visitor.by("code")).to_be_hidden()
    expect(visitor.by("stage")).to_contain_text("此码已失效")


def test_a_printed_record_reads_from_the_paper(visit: Visit, made: dict[str, str]) -> None:
    """A4 at 150 dots an inch; the code is of version 13 or smaller at ECC Q, and verifies."""
    visitor = visit(made["holder"])
    page = visitor.goto(f"/wallet/{made['other']}/paper/")
    paper = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(paper) == 1
    assert [round(side) for side in paper[0].get_size()] == [595, 842]
    text = read(paper[0].render(scale=DOTS).to_pil())
    assert segno.make(text, error="Q", micro=False, boost_error=False).version <= 13
    words = paper[0].get_textpage().get_text_range()
    assert "湘B0A603" in words
    assert "演示货运有限公司" not in words
    inspector = visit()
    there = inspector.goto("/check/")
    expect(inspector.by("ready")).to_be_visible()
    there.locator("details:has([data-testid=text]) summary").click()
    inspector.by("text").fill(text)
    inspector.by("check-text").click()
    expect(inspector.by("verdict")).to_have_attribute("data-verdict", "valid")


def test_full_screen_and_files(visit: Visit, made: dict[str, str]) -> None:
    visitor = visit(made["holder"], width=375)
    page = visitor.goto(f"/wallet/{made['other']}/show/")
    visitor.by("draw").click()
    page.get_by_role("button", name="全屏显示").click()
    page.wait_for_function("document.fullscreenElement !== null")
    assert read(seen(visitor.by("stage"))).startswith("CNB1:")
    page.evaluate("document.exitFullscreen()")
    visitor.goto(f"/wallet/{made['permit']}/")
    with page.expect_download() as going:
        page.locator("a[href$='.sd-jwt']").click()
    assert going.value.path().read_text().count("~") == 5
    with page.expect_download() as going:
        page.locator("a[href$='.json']").click()
    assert json.loads(going.value.path().read_text())["held"]["county"] == "天元区"


def test_an_officer_finds_suspends_and_revokes(visit: Visit, made: dict[str, str]) -> None:
    """By keyboard and words alone: search, see what will happen, give the reason."""
    visitor = visit(made["officer"])
    page = visitor.goto("/records/")
    page.keyboard.press("/")
    page.locator("#g-q").fill("湘b0a603")
    page.keyboard.press("Enter")
    found = visitor.by("register").get_by_role("link", name="湘B0A603")
    expect(found.first).to_be_visible()
    visitor.by("register").locator(f"a[href$='/{made['other']}/']").click()
    page.get_by_role("link", name="暂停").click()
    for city in ("株洲市", "长沙市", "湘潭市"):
        expect(visitor.by("places")).to_contain_text(city)
    visitor.by("act-submit").click()
    expect(page.locator("[role=alert]").first).to_be_visible()
    page.select_option("[name=code]", "investigation")
    page.fill("[name=reason]", "正在核查（演示）")
    visitor.by("act-submit").click()
    expect(visitor.by("standing")).to_contain_text("暂停使用")
    page.get_by_role("link", name="撤销").click()
    page.select_option("[name=code]", "violation")
    page.fill("[name=reason]", "严重违规（演示）")
    visitor.by("act-submit").click()
    expect(visitor.by("standing")).to_contain_text("已撤销")
    expect(visitor.by("history")).to_contain_text("违反规定：严重违规（演示）")
    # the holder reads the reason, and can show it no more
    holder = visit(made["holder"])
    there = holder.goto(f"/wallet/{made['other']}/")
    expect(there.locator("main")).to_contain_text("严重违规（演示）")
    expect(there.get_by_role("link", name="出示二维码")).to_have_count(0)
