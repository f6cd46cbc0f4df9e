"""The words of the files that leave the platform, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from conurb.plan.bulletins import Content, Stuck
from conurb.plan.lights import LIGHT_NAMES, Light

Language = Literal["zh-hans", "en"]
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Wording:
    """Labels in one language. Where a text takes values they stand in braces by name."""

    language: Language
    number: str
    plan: str
    field: str
    item: str
    task: str
    kind: str
    stage: str
    light: str
    lead: str
    lead_state: str
    city: str
    cities: str
    places: str
    start: str
    due: str
    due_words: str
    last_report: str
    reports: str
    withdrawn: str
    address: str
    tasks: str
    moved: str
    completed: str
    total: str
    reason: str
    obstacle: str
    help_from: str
    words: str
    reported_on: str
    region_wide: str
    none: str
    overview: str
    by_field: str
    by_city: str
    progress: str
    stuck: str
    coming: str
    cities_note: str
    no_progress: str
    no_stuck: str
    no_coming: str
    others: str
    source: str
    draft: str
    notice: str
    page: str
    comma: str

    def light_name(self, light: Light) -> str:
        """Return what a light is called."""
        return LIGHT_NAMES[light][1 if self.language == "en" else 0]

    def day(self, day: date | None) -> str:
        """Write a day: 2026年11月24日, 24 November 2026; nothing for None."""
        if day is None:
            return ""
        if self.language == "en":
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        return f"{day.year}年{day.month}月{day.day}日"

    def month(self, year: int, month: int) -> str:
        """Write a month."""
        if self.language == "en":
            return f"{MONTHS[month - 1]} {year}"
        return f"{year}年{month}月"

    def masthead(self, content: Content) -> str:
        """Return the name of the paper."""
        region = content.region.read(self.language)
        return (
            f"{region} Integration Bulletin" if self.language == "en" else f"{region}一体化工作通报"
        )

    def issue(self, content: Content) -> str:
        """Return the number of the issue, as 2026年第3期."""
        if content.number is None or content.issued_on is None:
            return self.draft
        if self.language == "en":
            return f"No. {content.number} of {content.issued_on.year}"
        return f"{content.issued_on.year}年第{content.number}期"

    def title(self, content: Content) -> str:
        """Return the title of the bulletin."""
        month = self.month(content.year, content.month)
        if self.language == "en":
            return f"Progress of the plan in {month}"
        return f"关于{month}份任务清单推进情况的通报"

    def why_stuck(self, row: Stuck) -> str:
        """Say why a task is among the stuck ones."""
        said = []
        if row.days_late:
            said.append(
                f"{row.days_late} days late" if self.language == "en" else f"逾期{row.days_late}天"
            )
        if row.blocked:
            said.append("needs coordination" if self.language == "en" else "需协调")
        return self.comma.join(said)


ZH = Wording(
    language="zh-hans",
    number="编号",
    plan="任务清单",
    field="领域",
    item="条目",
    task="任务",
    kind="任务类型",
    stage="当前阶段",
    light="亮灯状态",
    lead="牵头单位",
    lead_state="认领情况",
    city="市",
    cities="涉及城市",
    places="涉及地点",
    start="起算日期",
    due="完成时限",
    due_words="时限原文",
    last_report="最近报告",
    reports="报告份数",
    withdrawn="撤销原因",
    address="页面地址",
    tasks="任务数",
    moved="本月进展",
    completed="本月办结",
    total="合计",
    reason="情形",
    obstacle="存在问题及需协调事项",
    help_from="请求协调单位",
    words="进展情况",
    reported_on="报告日期",
    region_wide="区域整体",
    none="无",
    overview="总体情况",
    by_field="各领域推进情况",
    by_city="各市推进情况",
    progress="主要进展",
    stuck="存在问题和需协调事项",
    coming="下月到期任务",
    cities_note="注：一项任务涉及多市的，在各市分别统计，各市之和大于任务总数。",
    no_progress="本月未收到进展报告。",
    no_stuck="截至目前，无逾期任务，各单位未提出需协调事项。",
    no_coming="下月无到期任务。",
    others="另有{count}项任务报告了进展、阶段未变：{numbers}。",
    source="本通报依据各单位进展报告汇编，数据截至{day}。",
    draft="草稿",
    notice="印发",
    page="— {page} —",
    comma="，",
)

EN = Wording(
    language="en",
    number="No.",
    plan="Plan",
    field="Field",
    item="Item",
    task="Task",
    kind="Kind",
    stage="Stage",
    light="Light",
    lead="Lead authority",
    lead_state="Assignment",
    city="City",
    cities="Cities",
    places="Places",
    start="Counted from",
    due="Due",
    due_words="Due, as written",
    last_report="Latest report",
    reports="Reports",
    withdrawn="Why withdrawn",
    address="Page",
    tasks="Tasks",
    moved="Moved",
    completed="Ended",
    total="Total",
    reason="State",
    obstacle="Obstacle",
    help_from="Help asked of",
    words="Progress",
    reported_on="Reported on",
    region_wide="Whole region",
    none="None",
    overview="Overview",
    by_field="By field",
    by_city="By city",
    progress="What was done",
    stuck="What is stuck",
    coming="Due next month",
    cities_note=(
        "A task of several cities counts in each of them; the cities add up to more than the plan."
    ),
    no_progress="No progress report came in this month.",
    no_stuck="No task is late, and no authority named an obstacle.",
    no_coming="No task is due next month.",
    others="Another {count} tasks reported progress at an unchanged stage: {numbers}.",
    source="Compiled from the authorities' progress reports as of {day}.",
    draft="Draft",
    notice="Issued",
    page="{page}",
    comma=", ",
)


def wording(language: str) -> Wording:
    """Return the words of a language; Chinese for any but English."""
    return EN if language.startswith("en") else ZH
