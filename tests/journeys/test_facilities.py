"""A transport planner ranks the projects of the plan, compares two on the map and prints one.

The printed page is one page of paper; the whole list goes home as a file. What axe finds on these
pages is in test_accessibility.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pdfplumber
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit

ONE, OTHER = "south-ring", "riverside"


def ready(page: Page) -> None:
    """Wait until every map that is near the screen is drawn."""
    for host in page.locator("[data-network-map]").all():
        host.scroll_into_view_if_needed()
        expect(host).to_have_attribute("data-map-ready", "1")


def test_a_planner_ranks_compares_and_prints(visit: Visit, tmp_path: Path) -> None:
    planner = visit("changsha-transport-1")
    page = planner.goto("/facilities/")
    ready(page)
    ranking = planner.by("ranking")
    first = ranking.locator("tbody tr").first
    expect(first).to_contain_text("1")

    # by hours a day, then only item 2.8
    ranking.get_by_role("link", name="每日节省小时").click()
    page.wait_for_url(re.compile("sort=hours"))
    page.select_option("[name=item]", "2.8")
    page.wait_for_url(re.compile("item=2.8"))
    expect(planner.by("ranking").locator("tbody tr")).to_have_count(1)

    page = planner.goto("/facilities/")
    ready(page)
    for key in (ONE, OTHER):
        page.check(f"[name=project][value={key}]")
    # they stand out on the map, in the order of the list
    both = re.compile(f"^({ONE} {OTHER}|{OTHER} {ONE})$")
    expect(page.locator("[data-network-map]")).to_have_attribute("data-marked", both)
    planner.by("compare").click()
    page.wait_for_url(re.compile("/compare/"))
    ready(page)
    expect(planner.by("compared")).to_contain_text("南环线")
    changes = page.locator("[data-views=change]")
    expect(changes).to_have_count(2)
    page.locator("label[for=view-change-after]").click()
    for at in range(2):
        expect(changes.nth(at)).to_have_attribute("data-shown", "after")
    expect(page.locator("[data-legend=after]")).to_be_visible()
    expect(page.locator("[data-legend=trips]")).to_be_hidden()

    page.get_by_role("link", name="两项组合实施").click()
    expect(planner.by("synergy")).to_contain_text("2 个项目")

    page = planner.goto(f"/facilities/projects/{ONE}/")
    ready(page)
    # on paper stands a picture of the map: a map of another width would be empty
    colours = page.evaluate(
        """() => {
          dispatchEvent(new Event("beforeprint"));
          const picture = document.querySelector(".network-paper");
          const { width, height } = picture;
          const { data } = picture.getContext("2d").getImageData(0, 0, width, height);
          dispatchEvent(new Event("afterprint"));
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert colours > 20
    expect(page.locator(".network-paper")).to_have_count(0)
    paper = tmp_path / "project.pdf"
    page.pdf(path=paper, prefer_css_page_size=True)
    with pdfplumber.open(paper) as printed:
        assert len(printed.pages) == 1
        words = printed.pages[0].extract_text()
    assert "南环线" in words.replace(" ", "")

    with page.expect_download() as given:
        planner.by("docx").click()
    assert given.value.suggested_filename.endswith(".docx")


def test_a_click_on_the_map_tells_how_far_one_gets(visit: Visit) -> None:
    somebody = visit(lang="en")
    page = somebody.goto("/facilities/network/")
    ready(page)
    host = page.locator("#network-map")
    host.scroll_into_view_if_needed()
    spot = host.evaluate("(one) => one.conurbMap.project([112.985, 28.19])")
    host.click(position={"x": spot["x"], "y": spot["y"]})
    expect(somebody.by("reached")).to_contain_text("60 min")
    expect(host).to_have_attribute("data-bands-shown", re.compile("[2-9]"))
    page.select_option("#reach-zone", "hetang-xianyu")
    expect(somebody.by("reached")).to_contain_text("Xianyu")


def test_a_resident_is_not_offered_to_appraise_and_a_dead_end_leads_to_its_project(
    visit: Visit,
) -> None:
    somebody = visit("resident")
    page = somebody.goto("/facilities/dead-ends/")
    ready(page)
    assert somebody.by("appraise").count() == 0
    page.locator("[data-testid=dead-ends] a[href*='/facilities/projects/']").first.click()
    expect(somebody.by("figures")).to_be_visible()


def test_on_a_phone_the_list_is_put_in_order_and_a_project_found_on_the_map(visit: Visit) -> None:
    somebody = visit(width=375)
    page = somebody.goto("/facilities/")
    page.select_option("[name=sort]", "hours")
    page.wait_for_url(re.compile("sort=hours"))
    # the map stands below the list and is not drawn before somebody asks for it
    page.locator("[data-show-on-map]").first.click()
    ready(page)
    expect(page.locator(".maplibregl-popup")).to_be_visible()
