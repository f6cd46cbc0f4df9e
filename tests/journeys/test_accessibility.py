"""Every page, for everybody, in both languages, without a violation that axe can find.

The rules are those of WCAG 2.2 AA. Each page is judged wide and on a phone, light and dark.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit, Visitor

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = f"""async () => {{
  const found = await axe.run(document, {{
    runOnly: {{type: 'tag', values: {TAGS!r}}}, resultTypes: ['violations'],
  }});
  return found.violations.map((each) => [each.id, each.help, each.nodes.map((n) => n.html)]);
}}"""
# in Chinese wide and light, on the phone dark; in English the other way round
LOOKS = {
    "zh-hans": [(1280, "light"), (375, "dark")],
    "en": [(1280, "dark"), (375, "light")],
}
PLAN = "?q=%E9%AB%98%E9%80%9F&group=field"

PUBLIC = [
    "/",
    "/plan/",
    f"/plan/{PLAN}",
    "/plan/?q=nothing-like-this",
    "/plan/?group=light&light=late",
    "/plan/2021/2.4/",
    "/plan/2021/9.2/",
    "/map/",
    "/map/?q=nothing-like-this",
    "/bulletins/",
    "/account/login/",
    "/demo/",
    "/no-such-page/",
]
OFFICER = [
    "/",
    "/work/",
    "/plan/?lead=mine",
    "/authorities/",
    "/authorities/changsha-transport/",
    "/authorities/changsha-transport/keys/",
    "/journal/",
    "/account/",
]
OFFICE = [
    "/",
    "/plan/2021/10.2/",
    "/work/",
    "/supervision/",
    "/import/",
    "/bulletins/",
    "/authorities/?q=nothing-like-this",
    "/authorities/zhuzhou-transport/keys/",
    "/journal/?who=nothing-like-this",
    "/account/",
    "/account/passkeys/",
    "/account/password/",
    "/account/logout/",
]


def violations(page: Page) -> list[str]:
    width = page.evaluate("window.innerWidth")
    return [
        f"{page.url} at {width} px: {rule} ({words}): {' … '.join(nodes[:3])[:400]}"
        for rule, words, nodes in page.evaluate(RUN)
    ]


def look(page: Page, width: int, scheme: str) -> list[str]:
    """Judge the page at a width, light or dark."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function("it => document.documentElement.dataset.bsTheme === it", arg=scheme)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"{page.url}: at {width} px the page scrolls sideways by {wide} px")
    return found


def walk(visitor: Visitor, paths: list[str], lang: str) -> None:
    """Judge every page in both looks of a language; fail with all that was found."""
    found: list[str] = []
    for path in paths:
        page = visitor.goto(path)
        if page.locator("[data-worker], [data-chart]").count():
            page.wait_for_load_state("networkidle")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for width, scheme in LOOKS[lang]:
            found += look(page, width, scheme)
    assert not found, "\n".join(found)


def first_link(visitor: Visitor, path: str, selector: str) -> str:
    page = visitor.goto(path)
    href = page.locator(selector).first.get_attribute("href")
    assert href, f"{path} has no {selector}"
    return href


def below(path: str) -> str:
    """The selector of links to pages below a path."""
    return f"main a[href^='{path}']:not([href='{path}']):not([href*='?'])"


def acts_on(visitor: Visitor, task: str) -> list[str]:
    """The forms of acts that a task page offers."""
    page = visitor.goto(task)
    links = page.locator(f"[data-testid=task-actions] a[href^='{task}']")
    return [link.get_attribute("href") or "" for link in links.all()]


LANGUAGES = pytest.mark.parametrize("lang", ["zh-hans", "en"])


@LANGUAGES
def test_public_pages(visit: Visit, lang: str) -> None:
    visitor = visit(lang=lang)
    more = [
        first_link(visitor, "/plan/2021/2.4/", "a[href^='/tasks/']"),
        first_link(visitor, "/plan/?light=done", "main a[href^='/tasks/']"),
    ]
    walk(visitor, [*PUBLIC, *more], lang)


@LANGUAGES
def test_the_menu_of_a_phone(visit: Visit, lang: str) -> None:
    """The menu that a phone folds away is judged unfolded."""
    visitor = visit("office", lang=lang, width=375)
    page = visitor.goto("/")
    page.locator(".navbar-toggler").click()
    page.locator("#menu.show").wait_for()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert violations(page) == []


@LANGUAGES
def test_pages_of_an_officer(visit: Visit, lang: str) -> None:
    visitor = visit("changsha-transport-1", lang=lang)
    task = first_link(visitor, "/plan/?lead=mine", "main a[href^='/tasks/']")
    walk(visitor, [*OFFICER, task, *acts_on(visitor, task)], lang)


@LANGUAGES
def test_pages_of_the_office(visit: Visit, lang: str) -> None:
    visitor = visit("office", lang=lang)
    case = first_link(visitor, "/supervision/", below("/supervision/"))
    task = first_link(visitor, case, "main a[href^='/tasks/']")
    month = first_link(visitor, "/bulletins/", below("/bulletins/"))
    more = [
        task,
        *acts_on(visitor, task),
        case,
        first_link(visitor, "/authorities/", below("/authorities/")),
        month,
    ]
    walk(visitor, [*OFFICE, *more], lang)


@LANGUAGES
def test_pages_of_an_import(visit: Visit, empty_node, lang: str) -> None:
    """A draft with repairs, its task form, its confirmation, discarding it; an empty node."""
    visitor = visit("office", lang=lang, at=empty_node)
    page = visitor.goto("/import/")
    visitor.by("upload-input").set_input_files(
        {
            "name": f"清单-{lang}.txt",
            "mimeType": "text/plain",
            "buffer": f"{(Path(__file__).parent / 'next_year.md').read_text('utf-8')}\n".encode()
            + lang.encode(),
        }
    )
    visitor.by("upload-submit").click()
    page.wait_for_url("**/import/*/")
    draft = page.url
    task = page.locator("[data-testid^=task-edit-]").first.get_attribute("href") or ""
    paths = [draft, task, f"{draft}confirm/", f"{draft}discard/"]
    walk(visitor, [*paths, "/import/", "/"], lang)


@LANGUAGES
def test_pages_of_joint_planning(visit: Visit, lang: str) -> None:
    """An open review with its acts and findings, an adopted one with its record, zones, plans."""
    walk(visit(lang=lang), ["/planning/", "/planning/verify/", "/planning/zones/"], lang)
    visitor = visit("xiangtan-natural-resources-1", lang=lang)
    review, plan = "[data-testid=reviews] tbody a", below("/planning/plans/")
    open_one = first_link(visitor, "/planning/reviews/?state=open", review)
    adopted = first_link(visitor, "/planning/reviews/?state=adopted", review)
    verified = first_link(visitor, adopted, "[data-testid=to-verify]")
    paths = [
        "/planning/",
        "/planning/reviews/",
        "/planning/reviews/?mine=1",
        "/planning/reviews/new/",
        open_one,
        f"{open_one}findings/",
        f"{open_one}do/object/",
        adopted,
        verified,
        f"/planning/verify/?sha256={'0' * 64}",
        "/planning/zones/",
        "/planning/plans/",
        first_link(visitor, "/planning/plans/", plan),
        "/notices/",
        "/work/",
    ]
    walk(visitor, paths, lang)


def handed_in(visitor: Visitor, upload: str, name: str, content: str) -> str:
    """Hand a file of a layer in; return the page of its import once it is read."""
    page = visitor.goto(upload)
    file = {"name": name, "mimeType": "application/geo+json", "buffer": content.encode()}
    visitor.by("upload-input").set_input_files(file)
    visitor.by("upload-submit").click()
    page.wait_for_url("**/atlas/imports/*/")
    page.locator("[data-testid=import-form], [data-testid=import-problem]").first.wait_for()
    return page.url


@LANGUAGES
def test_pages_of_layers(visit: Visit, lang: str) -> None:
    """Catalogue, a layer, its version and files, a comparison, findings, the steps of an import."""
    visitor = visit("changsha-natural-resources-1", lang=lang)
    versions = "main a[href^='/atlas/versions/']"
    layers = "[data-testid=layers] tbody a"
    layer = first_link(visitor, "/atlas/?city=430100&kind=land-use", layers)
    version = first_link(visitor, layer, versions)
    key = version.split("/")[3]
    lines = first_link(visitor, "/atlas/?kind=lines", layers)
    # mixed forms, coordinates swapped, a code of no classification: the page that asks says it all
    swapped = [[[28.2, 112.9], [28.21, 112.9], [28.21, 112.91], [28.2, 112.9]]]
    features = [
        {"type": "Feature", "properties": {"DM": code, "MC": "地块"}, "geometry": geometry}
        for code, geometry in (
            ("0701", {"type": "Polygon", "coordinates": swapped}),
            ("R2", {"type": "Polygon", "coordinates": swapped}),
            ("R2", {"type": "Point", "coordinates": [28.2, 112.9]}),
        )
    ]
    upload = f"{layer}upload/"
    content = json.dumps({"type": "FeatureCollection", "features": features})
    asked = handed_in(visitor, upload, f"{lang}.geojson", content)
    broken = handed_in(visitor, upload, f"{lang}-broken.geojson", content[:-9])
    paths = [
        "/atlas/",
        "/atlas/?q=nothing-like-this",
        layer,
        version,
        f"{version}?list=problems",
        first_link(visitor, lines, versions),
        f"/atlas/downloads/{key}/",
        f"/atlas/compare/{key}/",
        "/atlas/findings/",
        "/atlas/layers/new/",
        upload,
        asked,
        broken,
    ]
    walk(visitor, paths, lang)


@LANGUAGES
def test_pages_of_the_network(visit: Visit, lang: str) -> None:
    """The ranking, projects alone, compared and together, borders, bottlenecks, green waves."""
    one, other = "south-ring", "riverside"
    visitor = visit("changsha-transport-1", lang=lang)
    corridor = first_link(visitor, "/facilities/signals/", below("/facilities/signals/"))
    plans = visitor.goto(corridor).locator("main a[href^='/facilities/signal-plans/']")
    plan = [plans.first.get_attribute("href") or ""] if plans.count() else []
    paths = [
        "/facilities/",
        f"/facilities/projects/{one}/",
        f"/facilities/compare/?project={one}&project={other}",
        f"/facilities/together/?project={one}&project={other}",
        "/facilities/dead-ends/",
        "/facilities/bottlenecks/",
        "/facilities/network/?county=430202",
        "/facilities/signals/",
        corridor,
        *plan,
    ]
    walk(visitor, paths, lang)
    walk(visit("changsha-traffic-police-1", lang=lang), [f"{corridor}hours/"], lang)
