"""A task goes from nobody's to done: proposed, accepted, reported with evidence, stuck, done."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit, Visitor


def light(visitor: Visitor, name: str) -> None:
    """The task page shows this light."""
    expect(visitor.by("light").first).to_contain_class(f"light-{name}")


def unowned_task(office: Visitor) -> str:
    """The address of a task that nobody leads."""
    page = office.goto("/plan/?lead=none")
    href = page.locator("main a[href^='/tasks/']").first.get_attribute("href")
    assert href
    return href


def submit(visitor: Visitor, task: str) -> None:
    """Send the form of an act; it leads back to the task."""
    visitor.by("act-submit").click()
    visitor.page.wait_for_url(f"**{task}")


def report(officer: Visitor, task: str, words: str, *, rung: int, obstacle: str = "") -> None:
    """Report a stage by its rung; -1 is the last."""
    officer.goto(task)
    officer.by("report").click()
    page = officer.page
    rungs = page.locator("select[name=stage] option").count()
    page.select_option("select[name=stage]", index=rung % rungs)
    page.fill("textarea[name=words]", words)
    if obstacle:
        page.fill("textarea[name=obstacle]", obstacle)


@pytest.mark.parametrize(
    ("lang", "done"), [("zh-hans", "工程已竣工验收。"), ("en", "The work was taken over.")]
)
def test_from_nobodys_task_to_done(visit: Visit, tmp_path: Path, lang: str, done: str) -> None:
    office = visit("office", lang=lang)
    task = unowned_task(office)
    office.goto(task)
    office.by("propose").click()
    authority = office.page.locator("select[name=authority]").input_value()
    assert authority, "the form opens with what the competences propose"
    assert office.page.locator("textarea[name=reason]").input_value()
    submit(office, task)
    office.by("dates").click()
    office.page.fill("input[name=due]", (date.today() + timedelta(days=300)).isoformat())
    office.page.fill("input[name=start]", (date.today() - timedelta(days=3)).isoformat())
    office.page.fill("textarea[name=reason]", "演示：重新排定工期")
    submit(office, task)

    officer = visit(f"{authority}-1", lang=lang)
    page = officer.goto("/work/")
    proposed = officer.by("work-proposals").locator(f"a[href^='{task}']").first
    expect(proposed).to_be_visible()
    officer.goto(task)
    officer.by("accept").click()
    page.wait_for_url(f"**{task}")
    light(officer, "not-begun")

    evidence = tmp_path / "会议纪要.pdf"
    evidence.write_bytes(page.pdf())
    report(officer, task, "已组建专班并完成现场踏勘。", rung=1)
    page.set_input_files("input[name=files]", evidence)
    submit(officer, task)
    light(officer, "on-course")
    with page.expect_download() as download:
        page.get_by_role("link", name="会议纪要.pdf").click()
    assert download.value.suggested_filename == "会议纪要.pdf"
    assert download.value.path().read_bytes() == evidence.read_bytes()

    report(officer, task, "管线迁改受阻。", rung=1, obstacle="桥下管线产权未明")
    submit(officer, task)
    light(officer, "at-risk")

    public = visit(lang=lang)
    public.goto(task)
    light(public, "at-risk")
    expect(public.page.get_by_text("已组建专班并完成现场踏勘。")).to_be_visible()
    expect(public.page.get_by_text("桥下管线产权未明")).to_have_count(0)
    expect(public.page.get_by_text("会议纪要.pdf")).to_have_count(0)

    report(officer, task, done, rung=-1)
    submit(officer, task)
    light(officer, "done")
    expect(officer.by("report")).to_have_count(0)


def test_what_a_report_lacks_is_said_in_the_form(visit: Visit, tmp_path: Path) -> None:
    """A file that is none is refused with its reason; what was written stays in the form."""
    officer = visit("changsha-transport-1")
    task = officer.goto("/plan/?lead=mine&light=on-course").locator("main a[href^='/tasks/']").first
    address = task.get_attribute("href") or ""
    report(officer, address, "桩基完成过半，因设计变更退回初设阶段。", rung=1)
    macro = tmp_path / "统计.docm"
    macro.write_bytes(b"PK\x03\x04")
    officer.page.set_input_files("input[name=files]", macro)
    officer.by("act-submit").click()
    expect(officer.page.get_by_text("不在允许范围内")).to_be_visible()
    assert officer.page.locator("textarea[name=words]").input_value().startswith("桩基完成过半")


def test_an_authority_returns_what_is_not_its_own(visit: Visit) -> None:
    """The office sees the reason and proposes another authority."""
    office = visit("office")
    task = unowned_task(office)
    office.goto(task)
    office.by("propose").click()
    office.page.select_option("select[name=authority]", "zhuzhou-transport")
    office.page.fill("textarea[name=reason]", "主管公路")
    submit(office, task)
    officer = visit("zhuzhou-transport-1")
    officer.goto(task)
    officer.by("return").click()
    officer.page.fill("textarea[name=reason]", "本项属住建部门职责")
    submit(officer, task)
    office.goto("/work/")
    expect(office.by("work-proposals")).to_have_count(0)
    expect(office.by("office-returned").locator(f"a[href^='{task}']").first).to_be_visible()
    office.goto(task)
    expect(office.page.get_by_text("本项属住建部门职责").first).to_be_visible()
    expect(office.by("propose")).to_be_visible()
