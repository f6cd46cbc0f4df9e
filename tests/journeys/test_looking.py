"""What anybody does who only looks: home to task, search, filters, map, language, keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

ENGLISH = re.compile(r"[A-Za-z]{4,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_from_home_to_a_task(visit: Visit, lang: str) -> None:
    """Home, a field, one of its items, a task of it: each is one click further."""
    visitor = visit(lang=lang)
    page = visitor.goto("/")
    page.locator("main a[href*='field=2']").first.click()
    page.wait_for_url("**/plan/*")
    page.locator("main a[href^='/plan/2021/2.']").first.click()
    page.wait_for_url("**/plan/2021/2.*/")
    page.locator("main a[href^='/tasks/']").first.click()
    page.wait_for_url("**/tasks/*/")
    words = CHINESE if lang == "zh-hans" else ENGLISH
    assert words.search(page.locator("h1").inner_text())
    expect(visitor.by("light").first).to_be_visible()


@pytest.mark.parametrize(("lang", "word"), [("zh-hans", "轨道"), ("en", "rail")])
def test_search_and_filter(visit: Visit, lang: str, word: str) -> None:
    """A part of a word finds tasks; a filter narrows them; the address keeps both."""
    visitor = visit(lang=lang)
    page = visitor.goto("/")
    page.locator("header [data-search]").fill(word)
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/?*q=*")
    found = page.locator("main a[href^='/tasks/']")
    expect(found.first).to_be_visible()
    assert word in page.locator("main").inner_text().lower()
    many = found.count()
    page.goto(f"{page.url}&light=done")
    assert found.count() < many
    visitor.goto("/plan/?q=qqqqqq")
    expect(page.locator("main .empty, main .empty-title").first).to_be_visible()
    expect(found).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_map(visit: Visit, lang: str) -> None:
    """The map is drawn with no other server; a task of its list opens its mark."""
    visitor = visit(lang=lang)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    page = visitor.goto("/map/")
    canvas = page.locator("canvas.maplibregl-canvas")
    expect(canvas).to_be_visible()
    expect(canvas).to_have_attribute("aria-label", re.compile("."))
    page.wait_for_load_state("networkidle")
    drawn = page.evaluate(
        """() => { const it = document.querySelector('canvas.maplibregl-canvas');
                   return it.width > 300 && it.height > 200; }"""
    )
    assert drawn
    row = page.locator(".map-list li").first
    task = row.locator("a[href^='/tasks/']").get_attribute("href")
    row.locator("[data-map-show]").click()
    popup = page.locator(".maplibregl-popup")
    expect(popup).to_be_visible()
    popup.locator("a").first.click()
    page.wait_for_url("**/tasks/*/")
    assert page.url.endswith(task or "nowhere")
    elsewhere = [
        url for url in asked if not url.startswith((visitor.node.address, "blob:", "data:"))
    ]
    assert elsewhere == []


def test_filters_of_the_map(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/map/")
    many = page.locator(".map-list li").count()
    page.select_option("#map-city", index=1)
    page.wait_for_url("**/map/?*city=*")
    assert page.locator(".map-list li").count() < many


def test_language_and_theme_stay(visit: Visit) -> None:
    """Language and light or dark hold on the next page and on the next visit."""
    visitor = visit()
    page = visitor.goto("/plan/?q=%E8%BD%A8%E9%81%93")
    page.locator("header button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "q=" in page.url
    before = page.locator("html").get_attribute("data-bs-theme")
    page.locator("[data-theme-toggle]").click()
    after = "dark" if before == "light" else "light"
    expect(page.locator("html")).to_have_attribute("data-bs-theme", after)
    second = visitor.context.new_page()
    second.goto(f"{visitor.node.address}/bulletins/")
    expect(second.locator("html")).to_have_attribute("lang", "en")
    expect(second.locator("html")).to_have_attribute("data-bs-theme", after)


def test_with_the_keyboard_alone(visit: Visit) -> None:
    """Skip link, "/" to search, Enter, Tab to the first task, Enter opens it."""
    visitor = visit(lang="en")
    page = visitor.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("header [data-search]")).to_be_focused()
    page.keyboard.type("rail")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plan/?*q=rail*")
    page.locator("#content").focus()
    for _step in range(120):
        page.keyboard.press("Tab")
        at = page.evaluate("document.activeElement.getAttribute('href') || ''")
        if at.startswith("/tasks/"):
            break
    assert at.startswith("/tasks/"), "the keyboard reaches a task"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{at}")


@pytest.mark.parametrize("username", ["resident", "changsha-transport-1", "office", "admin"])
def test_one_click_makes_one_anybody(visit: Visit, username: str) -> None:
    visitor = visit()
    page = visitor.goto("/demo/")
    visitor.by(f"login-{username}").first.click()
    page.wait_for_url(lambda url: "/demo/" not in url)
    visitor.goto("/account/")
    expect(page.locator("main")).to_contain_text(username)


def test_without_javascript(visit: Visit, chromium, node) -> None:  # type: ignore[no-untyped-def]
    """The lists, the search and the forms work where no script runs."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{node.address}/plan/?q=%E8%BD%A8%E9%81%93")
    assert page.locator("main a[href^='/tasks/']").count() > 0
    page.goto(f"{node.address}/account/login/")
    page.fill("input[name=login]", "office")
    page.fill("input[name=password]", "demo")
    page.locator("main button[type=submit]").first.click()
    page.goto(f"{node.address}/work/")
    assert page.locator("h1").count() == 1
    assert "/account/login" not in page.url
    context.close()
