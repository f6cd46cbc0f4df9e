"""The map of layers: chosen by keyboard, asked by click, sent on by its address.

The layers are whatever the demonstration publishes.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit, Visitor
from tests.journeys.test_accessibility import AXE, LANGUAGES, LOOKS, look

DRAWN = "[data-atlas-map][data-map-ready='1']"


def open_map(visitor: Visitor, more: str = "") -> Page:
    page = visitor.goto(f"/atlas/map/{more}")
    expect(page.locator(DRAWN)).to_be_visible()
    return page


def wait_until_drawn(page: Page) -> None:
    page.wait_for_function(
        "() => document.querySelector('[data-atlas-map]').conurbMap.areTilesLoaded()"
    )


def test_layers_are_chosen_by_keyboard_and_the_address_keeps_them(visit: Visit) -> None:
    visitor = visit()
    page = open_map(visitor)
    boxes = page.locator("[data-atlas-toggle]")
    first = boxes.first
    expect(first).to_be_checked()
    first.focus()
    page.keyboard.press("Space")
    expect(first).not_to_be_checked()
    page.keyboard.press("Space")
    line = page.locator("[data-atlas-layer]").first
    expect(line).to_have_attribute("data-shown", "1")
    expect(line.locator(".atlas-legend li").first).to_be_visible()
    slider = line.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    key = line.get_attribute("data-atlas-layer")
    page.wait_for_url(re.compile(f"{key}:10"))
    # whoever opens the address sees the same
    other = visit(lang="en")
    again = open_map(other, page.url[page.url.index("#") :])
    expect(again.locator(f"[data-atlas-layer='{key}'] input[type=range]")).to_have_value("10")


def test_a_click_says_what_stands_there(visit: Visit) -> None:
    visitor = visit()
    page = open_map(visitor)
    page.locator("[data-atlas-zoom]").last.click()
    page.wait_for_timeout(600)
    wait_until_drawn(page)
    spot = page.evaluate(
        """() => {
          const map = document.querySelector('[data-atlas-map]').conurbMap;
          const [hit] = map.queryRenderedFeatures({ layers: map.getStyle().layers
            .filter(({ source, id }) => source && source === id).map(({ id }) => id) });
          const first = (part) => (typeof part[0] === 'number' ? part : first(part[0]));
          const at = map.project(first(hit.geometry.coordinates));
          return [at.x, at.y];
        }"""
    )
    shown = page.locator("[data-atlas-map]")
    box = shown.bounding_box()
    assert box is not None
    sides = (box["width"], box["height"])
    x, y = (min(max(at, 8), side - 8) for at, side in zip(spot, sides, strict=True))
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator(".atlas-popup section").first).to_be_visible()


def test_a_layer_is_read_compared_and_downloaded(visit: Visit) -> None:
    visitor = visit()
    page = visitor.goto("/atlas/ogc/collections?f=html")
    page.locator("tbody a").first.click()
    expect(page.locator("[data-atlas-version][data-map-ready='1']")).to_be_visible()
    page.locator("a[href*='/atlas/downloads/']").click()
    with page.expect_download() as waiting:
        visitor.by("download-gpkg").click()
    assert waiting.value.suggested_filename.endswith(".gpkg")


@LANGUAGES
def test_pages_without_a_violation(visit: Visit, lang: str) -> None:
    """Axe finds nothing on the map, with its list open, and on the pages around the features."""
    visitor = visit(lang=lang)
    found: list[str] = []

    def judge() -> None:
        visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
        for width, scheme in LOOKS[lang]:
            found.extend(look(visitor.page, width, scheme))

    page = open_map(visitor)
    expect(page.locator("[data-atlas-layer][data-shown]").first).to_be_visible()
    judge()
    page.set_viewport_size({"width": 375, "height": 900})
    page.locator("[data-atlas-sheet]").click()
    expect(page.locator("#atlas-list")).to_be_visible()
    judge()
    visitor.goto("/atlas/ogc/?f=html")
    judge()
    visitor.goto("/atlas/ogc/collections?f=html").locator("tbody a").first.click()
    judge()
    page.locator("a[href*='/items']").click()
    judge()
    page.locator("tbody a").first.click()
    judge()
    assert found == []
