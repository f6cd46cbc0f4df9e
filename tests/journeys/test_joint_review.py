"""A planner of Changsha hands in a map in GCJ-02, the neighbours review it, all sign.

The file has a ring that crosses itself and a works that lies 60 m into Zhuzhou. The repair is
listed, the conflict shows on the neighbour's map, the corrected version is adopted, and the record
comes as a document.
"""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from docx import Document
from playwright.sync_api import Page, expect
from shapely.geometry import shape

from conurb.atlas.coordinates import wgs84_to_gcj02
from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.plane import array
from tests.journeys.conftest import REGION, Visit, Visitor
from tests.journeys.test_accessibility import AXE, violations

LAYER = "演示边界地块"
TITLE = "边界地块联合审核（演示）"
BORDER = ("430100", "430200")


def test_a_map_from_a_file_to_adoption(visit: Visit, tmp_path: Path) -> None:
    planner = visit("changsha-natural-resources-1")
    open_layer(planner)
    store(planner, tmp_path / "first.geojson", map_of(60))
    expect(planner.by("repaired")).not_to_have_text("0")
    expect(planner.by("repairs")).to_be_visible()

    planner.by("submit-review").click()
    planner.page.fill("[name=title]", TITLE)
    planner.by("submit").click()
    expect(planner.by("state")).to_have_class("planning-state planning-state-open")
    address = planner.page.url

    neighbour = visit("zhuzhou-natural-resources-1")
    page = neighbour.goto("/notices/")
    expect(neighbour.by("notices")).to_contain_text(f"请审核：{TITLE}")
    page = neighbour.goto("/work/")
    neighbour.by("work-joint-reviews").get_by_text(TITLE).click()
    wait_for_findings(page)
    assert axe(page) == []
    show_a_conflict(page)
    remark_on_the_map(neighbour)
    act(neighbour, "object", "地块越过市界六十米，请退回。")
    expect(party(neighbour, "zhuzhou")).to_have_attribute("data-stand", "objected")

    store(planner, tmp_path / "second.geojson", map_of(-80), layer=LAYER)
    planner.goto(address)
    resubmit(planner)
    expect(party(planner, "zhuzhou")).to_have_attribute("data-stand", "asked")

    for name in ("zhuzhou", "xiangtan"):
        signer = visit(f"{name}-natural-resources-1")
        signer.goto(address)
        act(signer, "sign")
    planner.goto(address)
    expect(planner.by("state")).to_have_class("planning-state planning-state-adopted")

    expect(planner.by("adoption").get_by_test_id("standing")).to_have_class(
        "standing standing-valid"
    )
    expect(planner.by("code").locator("svg")).to_be_visible()
    assert axe(planner.page) == []
    public = visit()
    public.goto(planner.by("to-verify").get_attribute("href") or "")
    expect(public.by("verdict")).to_contain_text("结果有效")

    with planner.page.expect_download() as download:
        planner.by("record").click()
    document = Document(BytesIO(Path(download.value.path()).read_bytes()))
    assert any(TITLE in each.text for each in document.paragraphs)
    assert len(document.inline_shapes) >= 2  # the map and the code of the record


def test_reviews_on_a_phone_in_the_dark(visit: Visit) -> None:
    officer = visit("xiangtan-natural-resources-1", width=375, dark=True, lang="en")
    for path in ("/planning/", "/planning/reviews/", "/planning/zones/", "/planning/plans/"):
        page = officer.goto(path)
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page = officer.goto("/planning/reviews/")
    page.get_by_test_id("reviews").locator("tbody a").first.click()
    expect(page.locator("[data-planning-map][data-map-ready='1']")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def map_of(into: float) -> dict[str, Any]:
    """A works that reaches so many metres into Zhuzhou, and a ring that crosses itself.

    In GCJ-02, as a map drawn on a commercial one would be.
    """
    counties = json.loads((REGION / "counties.geojson").read_text(encoding="utf-8"))["features"]
    codes = np.array([each["properties"]["code"][:4] + "00" for each in counties])
    borders = Borders.of(array(shape(each["geometry"]) for each in counties), codes)
    middle = shapely.line_interpolate_point(borders.lines[BORDER], 0.5, normalized=True)
    ours = shapely.intersection(
        borders.territories["430100"].buffer(into, quad_segs=2), middle.buffer(500, quad_segs=2)
    )
    works = max(shapely.get_parts(ours), key=lambda part: part.area)
    x, y = works.representative_point().coords[0]
    bow = [(x, y), (x + 60, y + 80), (x + 60, y), (x, y + 80), (x, y)]
    features = []
    for code, ring in (("1001", works.exterior.coords), ("1401", bow)):
        lonlat = shapely.get_coordinates(borders.plane.to_degrees(shapely.Polygon(ring)))
        around = wgs84_to_gcj02(lonlat).round(7).tolist()
        features.append(
            {
                "type": "Feature",
                "properties": {"code": code, "name": "演示地块"},
                "geometry": {"type": "Polygon", "coordinates": [around]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def open_layer(planner: Visitor) -> None:
    page = planner.goto("/atlas/layers/new/")
    page.select_option("[name=kind]", "land-use")
    page.fill("[name=name_zh]", LAYER)
    planner.by("layer-open").click()


def store(planner: Visitor, file: Path, content: Any, *, layer: str = "") -> None:
    """Hand a file in, say that it is in GCJ-02, and wait until it is a version."""
    file.write_text(json.dumps(content), encoding="utf-8")
    page = planner.page
    if layer:
        planner.goto("/atlas/")
        page.get_by_text(layer).first.click()
    if page.get_by_test_id("upload-input").count() == 0:
        page.locator("a[href$='/upload/']").first.click()
    planner.by("upload-input").set_input_files(file)
    planner.by("upload-submit").click()
    expect(planner.by("crs")).to_be_visible(timeout=60_000)
    planner.by("crs").select_option("gcj02")
    planner.by("import-confirm").click()
    page.wait_for_url("**/atlas/versions/**", timeout=60_000)


def axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return violations(page)


def wait_for_findings(page: Page) -> None:
    """Findings are worked out in the background; load the page until they are there."""
    for _time in range(40):
        expect(page.locator("[data-planning-map][data-map-ready='1']")).to_be_visible()
        if page.locator("[data-planning-map]").get_attribute("data-findings") != "0":
            return
        page.wait_for_timeout(1_500)
        page.reload()
    raise AssertionError("no findings after a minute")


def show_a_conflict(page: Page) -> None:
    row = page.locator("tr[data-finding]").filter(has=page.locator("[data-rule=overlap]")).first
    key = row.get_attribute("data-finding")
    row.locator("[data-show-finding]").click()
    expect(page.locator("[data-planning-map]")).to_have_attribute("data-shown", str(key))
    expect(page.locator(".maplibregl-popup")).to_be_visible()


def remark_on_the_map(neighbour: Visitor) -> None:
    """Pin a remark with the keyboard alone: the middle of the map is taken."""
    page = neighbour.page
    neighbour.by("pin").press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("[data-pinned-to]")).to_be_visible()
    page.keyboard.type("此处越过市界")
    neighbour.by("comment-submit").click()
    expect(neighbour.by("threads")).to_contain_text("此处越过市界")


def act(visitor: Visitor, slug: str, words: str = "") -> None:
    visitor.by(f"act-{slug}").click()
    if words:
        visitor.page.fill("[name=words]", words)
    if slug == "sign":
        visitor.page.check("[name=sure]")
    visitor.by("act-submit").click()
    expect(visitor.by("parties")).to_be_visible()


def resubmit(planner: Visitor) -> None:
    """Submit the corrected version; the first time its findings may still be worked out."""
    page = planner.page
    planner.by("act-resubmit").click()
    for _time in range(40):
        page.locator("[name=version]").select_option(index=1)
        planner.by("act-submit").click()
        page.wait_for_load_state()
        if page.get_by_test_id("parties").count():
            return
        page.wait_for_timeout(1_500)
    raise AssertionError("the findings were not worked out in a minute")


def party(visitor: Visitor, city: str) -> Any:
    return visitor.page.locator(f"[data-party={city}]")
