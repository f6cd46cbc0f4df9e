"""The office checks a document in the browser: linked words, decisions, edits, two at once.

The draft is put away at the end, so that the plan of the node stays what it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.test_accessibility import AXE, LOOKS, look
from tests.plan.import_plans import DIRTY, NEXT, long_plan


def hand_in(page: Page, folder: Path, name: str, text: str) -> str:
    """Hand a document in and return the address of its draft."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    page.get_by_test_id("upload-input").set_input_files(file)
    page.get_by_test_id("upload-submit").click()
    page.wait_for_url("**/import/*/")
    return page.url


def put_away(page: Page, address: str) -> None:
    page.goto(address + "discard/")
    page.get_by_test_id("discard-final").click()
    page.wait_for_url("**/import/")


def settle(page: Page) -> None:
    """Wait until the form of a task stands in the page and listens to what is typed."""
    page.get_by_test_id("task-text").wait_for()
    busy = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    page.wait_for_function("busy => !document.querySelector(busy)", arg=busy)


def test_a_draft_is_checked_and_nothing_typed_is_lost(visit: Visit, tmp_path: Path) -> None:
    office = visit("office")
    page = office.goto("/import/")
    address = hand_in(page, tmp_path, "checking.txt", DIRTY)
    summary = page.get_by_test_id("summary")

    card = page.locator(".import-task").first
    card.locator(".import-words").hover()
    span = card.get_attribute("data-span")
    expect(page.locator(f'.m-task[data-span="{span}"]')).to_have_class("m m-task is-lit")
    page.locator(f'.m-task[data-span="{span}"]').hover()
    expect(card).to_have_class("import-task is-lit")

    if page.locator("#repairs:not([open])").count():
        page.locator("#repairs > summary").click()
    page.get_by_test_id("repair-reject-1").click()
    expect(page.get_by_test_id("repair-reject-1")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("repair-reject-1")).to_be_focused()
    page.get_by_test_id("repair-accept-1").click()
    expect(page.get_by_test_id("repair-accept-1")).to_have_attribute("aria-pressed", "true")

    page.get_by_test_id("task-edit-1").click()
    words = page.get_by_test_id("task-text")
    settle(page)
    words.fill("推进两河口交通规划编制和道路统筹建设")
    expect(summary).to_contain_text("人工修改 1 处")
    page.goto(address)
    expect(page.locator(".import-words").first).to_have_text("推进两河口交通规划编制和道路统筹建设")

    page.get_by_test_id("task-edit-1").click()
    settle(page)
    page.evaluate(
        """() => {
          const area = document.querySelector("[data-testid=task-text]");
          area.focus();
          area.setSelectionRange(11, 11);
        }"""
    )
    page.get_by_role("button", name="在光标处拆分").click()
    expect(page.locator(".import-words").nth(0)).to_have_text("推进两河口交通规划编制")
    expect(page.locator(".import-words").nth(1)).to_have_text("和道路统筹建设")
    page.get_by_test_id("undo").click()
    expect(page.locator(".import-words").nth(0)).to_have_text(
        "推进两河口交通规划编制和道路统筹建设"
    )
    assert office.complaints == []
    put_away(page, address)


def test_two_at_one_draft_are_told(visit: Visit, tmp_path: Path) -> None:
    page = visit("office").goto("/import/")
    address = hand_in(page, tmp_path, "two.txt", DIRTY + "\n(5)推进图书通借。\n")
    other = visit("office").page
    other.goto(address)
    page.get_by_test_id("task-delete-1").click()
    expect(page.get_by_test_id("summary")).to_contain_text("人工修改 1 处")
    other.get_by_test_id("task-edit-2").click()
    settle(other)
    other.get_by_test_id("task-text").fill("另一人的话")
    expect(other.get_by_test_id("refusal")).to_be_visible()
    expect(other.locator("#sent-words")).to_have_value("另一人的话")
    put_away(page, address)


def test_a_long_document_opens_part_by_part(visit: Visit, tmp_path: Path) -> None:
    office = visit("office")
    page = office.goto("/import/")
    address = hand_in(page, tmp_path, "long.txt", long_plan(300))
    expect(page.locator(".import-task")).to_have_count(0)
    page.locator("#section-3 > summary").click()
    expect(page.locator("#section-3 .import-task").first).to_be_visible()
    page.locator("#section-3 .import-task button[value=delete]").first.click()
    expect(page.locator("#section-3 .import-task.is-deleted")).to_have_count(1)
    page.get_by_test_id("undo").click()
    expect(page.locator("#section-3 .import-task").first).to_be_visible()
    expect(page.locator("#section-3 .import-task.is-deleted")).to_have_count(0)
    assert office.complaints == []
    put_away(page, address)


@pytest.mark.parametrize("lang", list(LOOKS))
def test_the_pages_of_a_draft_have_no_violation(visit: Visit, tmp_path: Path, lang: str) -> None:
    office = visit("office", lang=lang)
    page = office.goto("/import/")
    address = hand_in(page, tmp_path, f"looks-{lang}.txt", f"{NEXT}\n{lang}\n")
    found: list[str] = []
    for part in ("", "confirm/", "discard/"):
        page.goto(address + part)
        if not part:
            page.get_by_test_id("task-edit-1").click()
            page.get_by_test_id("task-text").wait_for()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for width, scheme in LOOKS[lang]:
            found += look(page, width, scheme)
    put_away(page, address)
    assert found == []
