"""Traffic police search for a green wave; both cities sign, and it is what the arterial runs."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from tests.journeys.conftest import Visit

ARTERIAL = "/facilities/signals/dongzhu-road/"


def test_a_green_wave_from_search_to_force(visit: Visit, tmp_path: Path) -> None:
    changsha = visit("changsha-traffic-police-1")
    page = changsha.goto(ARTERIAL)
    page.locator("[data-testid=search] input[value=maxband]").check()
    changsha.by("search-submit").click()
    page.wait_for_url(re.compile(r"/signals/dongzhu-road/\?version="), timeout=90_000)
    expect(page.locator("[data-signal-diagram=other]")).to_be_visible()
    expect(page.locator("[data-signal-diagram=current]")).to_be_hidden()
    page.locator("[data-show=current]").click()
    expect(page.locator("[data-signal-diagram=current]")).to_be_visible()
    page.locator("[data-show=other]").click()
    page.locator("[data-signal-zoom] [data-by='1']").click()
    wide = page.locator("[data-signal-diagram=other] .signal-sheet")
    expect(wide).to_have_attribute("data-zoom", "1.5")
    # the middle of a wave's box may lie beside it; so the event is given, not the mouse moved
    wave = page.locator("[data-signal-diagram=other] .wave-through.outbound").nth(1)
    wave.dispatch_event("pointerover", {"bubbles": True})
    expect(page.locator("[data-signal-words]")).to_contain_text("南行贯通绿波")

    changsha.by("signal-files").click()
    with page.expect_download() as started:
        page.get_by_text("Excel").first.click()
    file = tmp_path / "plan.xlsx"
    started.value.save_as(file)
    assert openpyxl.load_workbook(file)["路口"].max_row == 10

    changsha.by("sign").click()
    expect(changsha.by("signing")).to_contain_text("尚未签署")

    zhuzhou = visit("zhuzhou-traffic-police-1", lang="en", dark=True)
    page = zhuzhou.goto(ARTERIAL)
    zhuzhou.by("sign").click()
    expect(page.locator("h2.page-title, .page-title").first).to_contain_text("In force now")
    anybody = visit(width=375)
    anybody.goto("/facilities/signals/")
    expect(anybody.by("corridors")).to_contain_text("沿线各市已共同签署")

    page = anybody.goto("/facilities/signals/tanzhou-avenue/")
    expect(anybody.by("day").locator(".signal-now")).to_have_count(2)
    anybody.by("plans").get_by_role("link", name="晚高峰").click()
    page.wait_for_url(re.compile(r"plan=evening-peak"))
    expect(page.locator("#diagram-title")).to_contain_text("晚高峰")
    # on a phone the pieces of the strip are reached as well as the table
    anybody.by("day").get_by_role("link", name="夜间 22:30–24:00").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"plan=night"))
    expect(page.locator("#rows-title")).to_contain_text("夜间")
    anybody.by("changes").click()
    expect(anybody.by("day")).to_contain_text("完成同步不超过")
