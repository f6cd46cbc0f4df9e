"""A driver gets a pass in Zhuzhou; an inspector in Changsha checks it, with and without a network.

The route first meets what no pass opens, which the map shows; put right, the pass is granted as
soon as it is handed in. Withdrawn by the issuing authority, it is refused by the next check.
"""

from __future__ import annotations

import random
import re
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit, Visitor

# along the bridge that is closed to every truck, then back to the shopping district
ACROSS_THE_RIVER = ((112.945, 28.193), (112.98, 28.196))
# one that has no pass yet, also where the journey is tried once more on the same node
PLATE = f"湘BYT{random.randrange(100, 999)}"


def test_a_pass_from_application_to_withdrawal(visit: Visit, tmp_path: Path) -> None:
    driver = visit("driver-zhuzhou")
    begin(driver, "430200")
    fill_in(driver.page)
    expect(driver.page.locator("[data-map-ready='1']")).to_be_visible()
    conflict_shows_on_the_map(driver.page)
    correct_the_route(driver.page)
    submit(driver.page)

    text, picture = draw_the_code(driver, tmp_path)
    assert text.startswith("CNB1:")

    inspector = visit("changsha-traffic-police-1")
    page = inspector.goto("/check/")
    expect(inspector.by("ready")).to_be_visible()
    page.select_option("[data-testid=city]", "430100")
    inspector.by("picture").set_input_files(picture)
    expect_verdict(inspector, "valid")
    expect(inspector.by("result")).to_contain_text("A1")

    inspector.context.set_offline(True)
    page.reload()
    expect(inspector.by("state")).to_have_attribute("data-state", "offline")
    page.select_option("[data-testid=city]", "430100")
    paste(page, text)
    expect_verdict(inspector, "valid")
    inspector.context.set_offline(False)

    withdraw(visit)

    page.goto(inspector.node.address + "/platform/check/")
    page.fill("#id_plate", PLATE)
    page.press("#id_plate", "Enter")
    expect(inspector.by("answer")).to_have_class(re.compile("pass-answer-invalid"))

    page = inspector.goto("/check/")
    expect(inspector.by("state")).to_have_attribute("data-state", "online")
    paste(page, text)
    expect_verdict(inspector, "invalid")


def test_the_holder_reads_points_and_an_officer_annuls_them(visit: Visit) -> None:
    officer = visit("xiangtan-traffic-police-1")
    page = officer.goto("/platform/passes/?state=valid&city=430300")
    page.get_by_test_id("passes").locator("tbody a").first.click()
    address = page.url
    before = points(page)
    officer.by("note").click()
    page.select_option("[name=kind]", "hours")
    page.fill("[name=place]", "芙蓉大道口（演示）")
    officer.by("act-submit").click()
    expect(officer.by("violations")).to_contain_text("芙蓉大道口（演示）")
    assert points(page) == before + 2

    page.locator("[data-testid=violations] a").first.click()
    page.fill("[name=reason]", "号牌识别有误（演示）")
    officer.by("act-submit").click()
    page.wait_for_url(address)
    expect(officer.by("violations")).to_contain_text("号牌识别有误（演示）")
    assert points(page) == before


def test_everybody_sees_the_zones_and_when_they_are_closed(visit: Visit) -> None:
    somebody = visit(lang="en")
    page = somebody.goto("/platform/")
    expect(page.locator("[data-map-ready='1']")).to_be_visible()
    shown = page.locator("[data-zone-map]")
    expect(shown).to_have_attribute("data-shown", re.compile("A1:officer.*B1:rule"))
    page.locator("[name=hour]").fill("46")  # 23:00
    expect(shown).to_have_attribute("data-shown", re.compile("^(?!.*A1:).*A5:never"))
    page.locator("[name=hour]").fill("16")  # 08:00
    page.select_option("[name=mass]", "light")
    expect(shown).to_have_attribute("data-shown", re.compile("A1:rule.*A6:never"))


def begin(driver: Visitor, city: str) -> None:
    page = driver.goto("/services/truck-pass/")
    page.goto(driver.node.address + "/services/truck-pass/apply/")
    page.check(f"[name=city][value='{city}']")
    page.locator("[data-testid=apply-form] button[type=submit]").click()
    page.wait_for_url(re.compile("/fill/"))


def fill_in(page: Page) -> None:
    page.fill("[name=plate]", PLATE)
    page.select_option("[name=body]", "box")
    page.select_option("[name=energy]", "diesel")
    page.select_option("[name=stage]", "6")
    page.fill("[name=mass_kg]", "4300")
    page.fill("[name=length_m]", "5.9")
    page.fill("[name=owner_name]", "株洲甲乙配送有限公司（演示）")
    page.fill("[name=owner_number]", "91430200MADEM0001J")
    page.select_option("[name=purpose]", "express")
    page.fill("[name=cargo]", "快件")
    page.select_option("[name=destination]", "430100")
    page.fill("[name=from_time]", "09:00")
    page.fill("[name=until_time]", "16:00")
    page.select_option("[name=days]", "every")
    page.select_option("[name=term]", "month")
    page.fill("[name=first_day]", date.today().isoformat())
    page.check("[name=corridors][value=K2]")


def conflict_shows_on_the_map(page: Page) -> None:
    draw(page, ACROSS_THE_RIVER)
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-verdict", "never")
    expect(verdict).to_contain_text("过江桥隧和高架")
    expect(page.locator("[data-zone-map]")).to_have_attribute("data-shown", re.compile("A5:never"))


def correct_the_route(page: Page) -> None:
    page.locator("[data-draw-clear]").click()
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_have_attribute("data-verdict", "rule")
    expect(page.locator("[data-zone-map]")).to_have_attribute("data-shown", "A1:rule")


def draw(page: Page, line: tuple[tuple[float, float], ...]) -> None:
    """Click a line into the map, near enough that a pixel is some metres."""
    page.locator("[data-draw-start]").click()
    shown = page.locator("[data-zone-map]")
    shown.scroll_into_view_if_needed()
    shown.evaluate("(host, at) => host.conurbMap.jumpTo({ center: at, zoom: 12 })", list(line[0]))
    for at in line:
        spot = shown.evaluate("(host, at) => host.conurbMap.project(at)", list(at))
        shown.click(position={"x": spot["x"], "y": spot["y"]})
    page.locator("[data-draw-start]").click()


def submit(page: Page) -> None:
    page.get_by_test_id("next").click()
    page.wait_for_url(re.compile("/materials/"))
    page.get_by_test_id("next").click()
    page.wait_for_url(re.compile("/review/"))
    page.check("[name=true]")
    page.get_by_test_id("submit").click()
    page.wait_for_url(re.compile("/receipt/"))
    expect(page.get_by_test_id("automatic")).to_be_visible()


def draw_the_code(driver: Visitor, folder: Path) -> tuple[str, Path]:
    page = driver.goto("/platform/mine/")
    mine = page.get_by_test_id("my-pass").filter(has_text=PLATE).first
    expect(mine).to_contain_text("A1")
    mine.locator("a[href^='/wallet/']").click()
    page.wait_for_url(re.compile("/show/"))
    driver.by("draw").click()
    code = driver.by("code")
    expect(code).to_be_visible()
    picture = folder / "code.png"
    code.screenshot(path=picture)
    return code.get_attribute("data-text") or "", picture


def paste(page: Page, text: str) -> None:
    details = page.locator("details:has([data-testid=text])")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    page.get_by_test_id("text").fill(text)
    page.get_by_test_id("check-text").click()


def expect_verdict(inspector: Visitor, verdict: str) -> None:
    expect(inspector.by("verdict").first).to_have_attribute("data-verdict", verdict)


def withdraw(visit: Visit) -> None:
    officer = visit("changsha-traffic-police-2")
    page = officer.goto(f"/platform/passes/?plate={PLATE}")
    page.get_by_test_id("passes").locator("tbody a").first.click()
    officer.by("withdraw").click()
    page.select_option("[name=ground]", "deception")
    page.fill("[name=reason]", "所填车辆资料与行驶证不符（演示）")
    officer.by("act-submit").click()
    expect(officer.by("standing").first).to_contain_text("已撤销")


def points(page: Page) -> int:
    return int(page.get_by_test_id("points").first.inner_text().split("/")[0])
