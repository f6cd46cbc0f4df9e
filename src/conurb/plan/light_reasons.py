"""Why a task shows its light, in words: the rule of `conurb.plan.lights` told for one task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from conurb.plan.lights import SILENT_AFTER, Facts, behind_on, light_on, turnings


@dataclass(frozen=True)
class Reason:
    """A sentence in Chinese and in English."""

    zh: str
    en: str


def why(facts: Facts, day: date) -> tuple[Reason, ...]:
    """Return why a task with these facts shows the light it shows on `day`, at least one reason."""
    light = light_on(turnings(facts), day)
    if light == "withdrawn":
        return (Reason("统筹机构已撤销此任务", "The coordination office withdrew this task"),)
    if light == "done":
        return (Reason("已到达末级阶段", "It reached the last stage of its ladder"),)
    if light == "late" and facts.due is not None:
        days = (day - facts.due).days
        late = Reason(f"已超过完成时限{days}天", f"Its due day passed {_days(days)} ago")
        return (late, *_risks(facts, day))
    if light == "at-risk":
        return _risks(facts, day)
    return (_calm(facts),)


def _risks(facts: Facts, day: date) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if facts.obstacle_on is not None and facts.obstacle_on <= day:
        reasons.append(Reason("最近一次报告提出需协调事项", "The latest report names an obstacle"))
    if facts.due is not None and behind_on(facts.start, facts.due, facts.share) <= day <= facts.due:
        reasons.append(
            Reason(
                f"阶段滞后：时间已过{_passed(facts, day)}%，进度为{round(facts.share * 100)}%",
                f"Its stage lags: {_passed(facts, day)}% of its time has passed, "
                f"{round(facts.share * 100)}% of its stages",
            )
        )
    silent = (day - facts.last_sign).days
    if facts.last_sign + SILENT_AFTER <= day:
        reasons.append(Reason(f"已{silent}天无报告", f"No report for {_days(silent)}"))
    return tuple(reasons)


def _calm(facts: Facts) -> Reason:
    expected = facts.last_sign + SILENT_AFTER
    if facts.share == 0:
        return Reason(
            f"尚未到达第一个阶段；{_zh(expected)}前应有报告",
            f"It has not reached its first stage; a report is expected before {expected}",
        )
    return Reason(
        f"阶段与时序相符；下一次报告不晚于{_zh(expected)}",
        f"Its stage keeps pace with its time; the next report is expected before {expected}",
    )


def _passed(facts: Facts, day: date) -> int:
    length = (facts.due - facts.start).days if facts.due else 0
    return min(100, round(100 * (day - facts.start).days / length)) if length > 0 else 100


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
