"""The letters of the procedure: what they say, in the Chinese of an office.

What a decision has to say stands in order 45, art. 8: grounds, basis, the restrictions, how the
list is left early, and the remedies (art. 18); a notice tells grounds, basis, rights and that of
art. 7 (art. 6). Letters are official documents and have one language. How they are laid out is
`writers.letter`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conurb.sames.market import listing
from conurb.sames.market.declaring import Declared
from conurb.sames.market.listing import Arrears, yuan
from conurb.sames.market.procedure import Verb

LIST = "拖欠农民工工资失信联合惩戒对象名单"
ORDER = "《拖欠农民工工资失信联合惩戒对象名单管理暂行办法》（人力资源和社会保障部令第45号）"
REGULATION = "《保障农民工工资支付条例》"


@dataclass(frozen=True)
class Facts:
    """What letters tell of a matter."""

    authority: str
    number: str
    firm: str
    firm_name: str
    address: str
    people: tuple[tuple[str, str], ...]
    arrears: Arrears
    incident_words: str
    facts: str
    project: str
    ground: str
    order_number: str
    order_served_on: date | None
    order_due_on: date | None
    notice_number: str
    noticed_on: date | None
    decision_number: str
    decided_on: date | None
    listed_until: date | None
    removal_number: str
    corrected_on: date | None


@dataclass(frozen=True)
class Hearing:
    """When and where a hearing is, and who chairs it; the moment is aware, in the region's zone."""

    at: datetime
    place: str
    chair: str


@dataclass(frozen=True)
class Letter:
    """A letter: `subject` is the last line of its title, `paragraphs` follow the addressee."""

    authority: str
    subject: str
    number: str
    addressee: str
    paragraphs: tuple[str, ...]
    day: date


def notice(facts: Facts, rules: Declared, day: date) -> Letter:
    """The notice before listing (列入事先告知书)."""
    terms = rules.terms
    return Letter(
        facts.authority,
        "列入事先告知书",
        facts.notice_number,
        _addressee(facts),
        (
            _found(facts),
            _ordered(facts),
            (
                f"上述行为符合{ORDER}第五条规定的情形：{_grounds(facts)}。本机关拟将你单位及"
                f"{_people(facts)}列入{LIST}。"
            ),
            (
                f"你单位及上述人员自收到本告知书之日起{terms['objection'].days}个工作日内，可以向本机关"
                f"提出异议，说明理由并提供证据；本机关自收到异议之日起{terms['verification'].days}个"
                "工作日内予以核实并告知结果。需要当面陈述的，可以一并提出听证要求。逾期未提出的，"
                "本机关将依法作出决定。"
            ),
            (
                "在本机关作出列入决定前，你单位已经改正拖欠农民工工资违法行为，且作出不再拖欠农民工"
                "工资书面信用承诺的，依照该办法第七条，可以不予列入。"
            ),
        ),
        day,
    )


def hearing(facts: Facts, _rules: Declared, day: date, *, hearing: Hearing) -> Letter:
    """The notice of a hearing (听证通知书)."""
    at = hearing.at
    return Letter(
        facts.authority,
        "听证通知书",
        facts.notice_number,
        _addressee(facts),
        (
            (
                f"你单位对本机关{facts.notice_number}告知书提出异议并要求听证。本机关决定举行听证，"
                "现将有关事项通知如下："
            ),
            f"时间：{at.year}年{at.month}月{at.day}日{at:%H:%M}",
            f"地点：{hearing.place}",
            f"主持人：{hearing.chair}",
            (
                "你单位可以亲自参加，也可以委托一至二人代理。认为主持人与本案有直接利害关系的，有权"
                "申请回避。无正当理由不出席的，视为放弃听证权利。"
            ),
        ),
        day,
    )


def decision(facts: Facts, rules: Declared, day: date) -> Letter:
    """The decision to list (列入决定书), with all that art. 8 asks of it."""
    until = chinese_day(facts.listed_until)
    restrictions = "、".join(effect.name.zh for effect in rules.effects)
    return Letter(
        facts.authority,
        "列入决定书",
        facts.decision_number,
        _addressee(facts),
        (
            _found(facts),
            _ordered(facts),
            (
                f"{chinese_day(facts.noticed_on)}，本机关向你单位送达{facts.notice_number}告知书，告知"
                "拟列入的事由、依据和依法享有的权利，并对期间提出的意见进行了核实。"
            ),
            (
                f"本机关认为，你单位的行为属于{_grounds(facts)}的情形。依据{REGULATION}第四十八条、"
                f"{ORDER}第五条、第八条，决定将你单位（统一社会信用代码：{facts.firm}）及"
                f"{_people(facts)}列入{LIST}，期限{_figure(rules.years)}年，自本决定作出之日起至{until}止。"
            ),
            f"列入期间，相关部门依法在{restrictions}等方面对你单位及上述人员予以限制。",
            (
                f"已经改正违法行为、自改正之日起列入名单满{rules.early_months}个月、作出不再拖欠农民工"
                "工资书面信用承诺的，可以向本机关提交书面申请、改正证据和信用承诺，申请提前移出；"
                f"本机关自收到申请之日起{rules.terms['early-removal'].days}个工作日内作出决定。"
            ),
            _remedies("本决定"),
        ),
        day,
    )


def refusal(facts: Facts, _rules: Declared, day: date, *, reasons: str) -> Letter:
    """The decision not to remove early (不予提前移出决定书)."""
    return Letter(
        facts.authority,
        "不予提前移出决定书",
        facts.decision_number,
        _addressee(facts),
        (
            f"你单位申请提前移出{LIST}。经核实：{_stop(reasons)}",
            (
                f"依据{ORDER}第十二条至第十四条，本机关决定不予提前移出。条件具备后，你单位可以再次"
                "申请。"
            ),
            _remedies("本决定"),
        ),
        day,
    )


def removal(facts: Facts, _rules: Declared, day: date, *, verb: Verb, reasons: str) -> Letter:
    """The decision to remove, early, at the end or because the listing falls (移出决定书)."""
    why, article = {
        Verb.GRANT_EARLY: ("你单位已经改正违法行为并符合提前移出条件", "第十四条"),
        Verb.END: ("列入期限已经届满", "第十一条、第十七条"),
    }.get(verb, ("列入决定依法应予撤销", "第十六条、第十七条"))
    subject = "撤销列入决定书" if verb == Verb.REVOKE else "移出决定书"
    return Letter(
        facts.authority,
        subject,
        facts.removal_number,
        _addressee(facts),
        (
            (
                f"{chinese_day(facts.decided_on)}，本机关以{facts.decision_number}决定将你单位及"
                f"{_people(facts)}列入{LIST}。"
            ),
            (
                f"经核实，{why}：{_stop(reasons)}依据{ORDER}{article}，本机关决定将你单位及上述人员"
                "移出名单，自本决定作出之日起停止公开，并告知相关部门终止联合惩戒措施。"
            ),
            *(
                (
                    (
                        "申请移出时故意隐瞒真实情况、提供虚假资料，情节严重的，本机关将撤销本决定，"
                        "恢复列入状态，列入的起止时间重新计算。"
                    ),
                )
                if verb == Verb.GRANT_EARLY
                else ()
            ),
        ),
        day,
    )


def restoration(facts: Facts, rules: Declared, day: date, *, reasons: str, removal: str) -> Letter:
    """The decision that revokes an early removal (撤销提前移出决定书), to be contested as any."""
    until = chinese_day(facts.listed_until)
    return Letter(
        facts.authority,
        "撤销提前移出决定书",
        facts.decision_number,
        _addressee(facts),
        (
            f"本机关曾以{removal}决定准予你单位及{_people(facts)}提前移出{LIST}。",
            (
                f"经查，你单位申请提前移出时故意隐瞒真实情况、提供虚假资料，情节严重：{_stop(reasons)}"
                f"依据{ORDER}第十五条，本机关决定撤销上述提前移出决定，恢复你单位及上述人员的列入状态。"
                f"列入的起止时间重新计算，期限{_figure(rules.years)}年，自本决定作出之日起至{until}止。"
            ),
            _remedies("本决定"),
        ),
        day,
    )


def chinese_day(day: date | None) -> str:
    """Write a day as documents do: 2026年11月24日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _addressee(facts: Facts) -> str:
    return f"{facts.firm_name}："


def _found(facts: Facts) -> str:
    place = f"在{facts.project}" if facts.project else ""
    arrears = facts.arrears
    return (
        f"经查，你单位{place}拖欠{arrears.workers}名农民工工资共计{yuan(arrears.amount_fen)}元。"
        f"{_stop(facts.facts)}"
    )


def _ordered(facts: Facts) -> str:
    return (
        f"{chinese_day(facts.order_served_on)}，本机关以{facts.order_number}责令你单位于"
        f"{chinese_day(facts.order_due_on)}前支付，期满你单位仍未足额支付。"
    )


def _grounds(facts: Facts) -> str:
    return "；".join(listing.GROUND_NAMES[each].zh for each in listing.grounds_of(facts.ground))


def _people(facts: Facts) -> str:
    named: Sequence[str] = [
        f"{listing.CAPACITY_NAMES[listing.Capacity(capacity)].zh}{name}"
        for name, capacity in facts.people
    ]
    return "、".join(named)


def _remedies(what: str) -> str:
    return (
        f"如不服{what}，可以自收到之日起六十日内依法申请行政复议，或者在六个月内依法提起行政"
        f"诉讼。复议、诉讼期间{what}不停止执行，法律另有规定的除外。"
    )


def _stop(words: str) -> str:
    text = words.strip()
    return text if text.endswith(("。", "！", "？")) else f"{text}。"


def _figure(number: int) -> str:
    return "零一二三四五六七八九十"[number] if 0 <= number <= 10 else str(number)
