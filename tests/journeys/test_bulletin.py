"""A month's bulletin: composed from the reports, introduced, sent out as a document and a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.journeys.conftest import Visit, Visitor

INTRODUCTIONS = {
    "zh-hans": ("本月，三市聚焦交通互联，各项任务有序推进（演示）。", "introduction_zh"),
    "en": ("This month the three cities kept to connecting roads.", "introduction_en"),
}
HEADINGS = {"zh-hans": "总体情况", "en": "Overview"}


def fetched(visitor: Visitor, testid: str) -> Path:
    """Click a download and return the file."""
    with visitor.page.expect_download() as download:
        visitor.by(testid).click()
    return download.value.path()


def words_of(path: Path) -> str:
    """All words of a docx: paragraphs and tables."""
    document = Document(str(path))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_write_issue_and_send(visit: Visit, lang: str, tmp_path: Path) -> None:
    words, field = INTRODUCTIONS[lang]
    office = visit("office", lang=lang)
    page = office.goto("/bulletins/")
    # the current month is left to be written; the one before it is sent out
    office.by("bulletins").locator("a.btn-primary").nth(1).click()
    page.wait_for_url("**/bulletins/*/*/")
    address = page.url.removeprefix(office.node.address)

    page.fill(f"textarea[name={field}]", words)
    office.by("introduction-save").click()
    expect(office.by("bulletin")).to_contain_text(words)
    expect(office.by("bulletin")).to_contain_text(HEADINGS[lang])

    public = visit(lang=lang)
    answer = public.page.goto(office.node.address + address)
    assert answer is not None
    assert answer.status == 404, "a draft is the office's alone"

    office.by("issue").click()
    office.by("issue-confirm").click()
    page.wait_for_url(f"**{address}")
    expect(page.locator("textarea")).to_have_count(0)

    public.goto(address)
    expect(public.by("bulletin")).to_contain_text(words)
    shown = public.by("bulletin").locator("tfoot").first.inner_text().split()
    said = words_of(fetched(public, f"docx-{lang}"))
    assert words in said
    assert HEADINGS[lang] in said
    assert public.by("bulletin").locator("#bulletin-title").inner_text() in said

    table = tmp_path / "bulletin.xlsx"
    table.write_bytes(fetched(public, f"xlsx-{lang}").read_bytes())
    workbook = load_workbook(table)
    sheet = workbook.worksheets[0]
    assert len(workbook.worksheets) >= 2
    assert sheet.freeze_panes
    values = {cell.value for each in workbook.worksheets for row in each for cell in row}
    numbers = [word for word in shown if word.isdigit()]
    assert numbers, "the page shows totals"
    assert any(isinstance(value, int) for value in values)
    formulas = [value for value in values if isinstance(value, str) and value.startswith("=")]
    assert all(formula.startswith(("=SUM", "=IF", "=COUNT", "=SUBTOTAL")) for formula in formulas)
