"""Every page, in both languages, without a violation that axe can find (WCAG 2.2 AA)."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = f"() => axe.run(document, {{runOnly: {{type: 'tag', values: {TAGS!r}}}}})"

PUBLIC = [
    "/",
    "/plan/",
    "/plan/?q=%E9%AB%98%E9%80%9F&group=field",
    "/plan/?q=nothing-like-this",
    "/plan/2021/2.4/",
    "/plan/2021/9.2/",
    "/map/",
    "/bulletins/",
    "/account/login/",
    "/demo/",
    "/no-such-page/",
]
OFFICE = [
    "/",
    "/plan/",
    "/plan/2021/10.2/",
    "/work/",
    "/supervision/",
    "/import/",
    "/bulletins/",
    "/authorities/",
    "/journal/",
    "/account/",
    "/account/passkeys/",
    "/account/password/",
]


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN)["violations"]
    return [
        f"{page.url}: {each['id']} ({each['help']}): "
        + "; ".join(node["html"][:160] for node in each["nodes"][:4])
        for each in found
    ]


def walk(visitor, paths: list[str]) -> list[str]:
    found: list[str] = []
    for path in paths:
        page = visitor.goto(path)
        page.wait_for_load_state("networkidle")
        found += violations(page)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            found.append(f"{page.url}: the page scrolls sideways by {wide} px")
    found += [f"console: {text}" for text in visitor.complaints if "404" not in text]
    return found


def first_link(visitor, path: str, selector: str) -> str:
    page = visitor.goto(path)
    href = page.locator(selector).first.get_attribute("href")
    assert href, f"{path} has no {selector}"
    return href


def below(path: str) -> str:
    """The selector of links to pages below a path."""
    return f"a[href^='{path}']:not([href='{path}']):not([href*='?'])"


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (375, True)])
def test_public_pages(visit, lang, width, dark):
    visitor = visit(lang=lang, width=width, dark=dark)
    task = first_link(visitor, "/plan/2021/2.4/", "a[href^='/tasks/']")
    assert walk(visitor, [*PUBLIC, task]) == []


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize(("width", "dark"), [(1280, True), (375, False)])
def test_pages_of_the_office(visit, lang, width, dark):
    visitor = visit("office", lang=lang, width=width, dark=dark)
    more = [
        first_link(visitor, "/plan/2021/2.4/", "a[href^='/tasks/']"),
        first_link(visitor, "/supervision/", f"main {below('/supervision/')}"),
        first_link(visitor, "/authorities/", f"main {below('/authorities/')}"),
        first_link(visitor, "/bulletins/", "a[href^='/bulletins/2']"),
    ]
    assert walk(visitor, [*OFFICE, *more]) == []
