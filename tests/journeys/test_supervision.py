"""The office works its list off: reminds by mail, meets, re-dates, closes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit, Visitor


def open_case(office: Visitor, reason: str) -> str:
    """The address of the first open case of a reason."""
    page = office.goto(f"/supervision/?reason={reason}")
    href = page.locator("main table a[href^='/supervision/']").first.get_attribute("href")
    assert href
    return href


def act(office: Visitor, name: str, **values: str) -> None:
    form = office.by(f"case-{name}")
    for field, value in values.items():
        form.locator(f"[name={name}-{field}]").fill(value)
    form.get_by_role("button").click()
    office.page.wait_for_load_state()


@pytest.mark.parametrize(
    ("lang", "reminder", "closed"),
    [("zh-hans", "请于三日内说明（甲）", "日办结"), ("en", "请于三日内说明（乙）", "Closed on")],
)
def test_a_late_task_is_worked_off(visit: Visit, lang: str, reminder: str, closed: str) -> None:
    office = visit("office", lang=lang)
    page = office.goto("/supervision/")
    office.by("refresh").click()
    page.wait_for_load_state()
    case = open_case(office, "overdue")
    office.goto(case)
    task = page.locator("main a[href^='/tasks/']").first.get_attribute("href") or ""
    steps = office.by("steps")

    act(office, "remind", words=reminder)
    expect(steps).to_contain_text(reminder)
    mails = office.node.log.read_text(encoding="utf-8")
    assert reminder in mails, "the mail is printed where no mail server is set"
    assert "@example.invalid" in mails
    assert task in mails, "the mail leads to the task"

    meets_on = (date.today() + timedelta(days=5)).isoformat()
    act(office, "meet", meets_on=meets_on, words="约谈分管负责人")
    expect(steps).to_contain_text("约谈分管负责人")

    act(office, "redate", due=date.today().isoformat(), reason="")
    expect(office.by("case-redate").get_by_role("alert").first).to_be_visible()

    due = date.today() + timedelta(days=120)
    act(office, "redate", due=due.isoformat(), reason="征地滞后，顺延四个月")
    expect(steps).to_contain_text("征地滞后，顺延四个月")
    expect(page.get_by_text(closed).first).to_be_visible()
    expect(office.by("case-remind")).to_have_count(0)
    office.goto(task)
    expect(office.by("light").first).not_to_contain_class("light-late")

    stuck = open_case(office, "stuck")
    office.goto(stuck)
    act(office, "close", words="已由专题会议协调解决")
    expect(steps).to_contain_text("已由专题会议协调解决")
    office.goto("/journal/?verb=supervision.close")
    expect(page.locator("main")).to_contain_text("已由专题会议协调解决")


def test_the_lead_reads_its_case_and_nobody_else(visit: Visit) -> None:
    office = visit("office")
    case = open_case(office, "silent")
    office.goto(case)
    task = office.page.locator("main a[href^='/tasks/']").first.get_attribute("href") or ""
    key = task.strip("/").split("/")[-1]
    asked = office.page.request.get(f"{office.node.address}/api/tasks/{key}")
    lead = asked.json()["lead"]["key"]
    officer = visit(f"{lead}-1")
    officer.goto(task)
    officer.page.locator(f"a[href='{case}']").first.click()
    expect(officer.by("steps")).to_be_visible()
    expect(officer.by("case-remind")).to_have_count(0)
    other = "xiangtan-ecology-1" if lead != "xiangtan-ecology" else "zhuzhou-ecology-1"
    stranger = visit(other)
    answer = stranger.page.goto(office.node.address + case)
    assert answer is not None
    assert answer.status == 404


def test_many_are_reminded_at_once(visit: Visit) -> None:
    office = visit("office", lang="en")
    page = office.goto("/supervision/?reason=silent")
    boxes = page.locator("input[name=case]:not([disabled])")
    for box in boxes.all()[:2]:
        box.check()
    office.by("remind-all").click()
    expect(page.get_by_text("reminders are noted")).to_be_visible()
