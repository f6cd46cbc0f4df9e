"""Who comes on the wage-arrears list, on which grounds, for how long, and who leaves it early.

Source: 拖欠农民工工资失信联合惩戒对象名单管理暂行办法 (人力资源和社会保障部令第45号, in
force 2022-01-01, here "order 45"), on the basis of 保障农民工工资支付条例 art. 48; both were read
in full (docs/packs/market.md says where). Amounts are whole fen. The thresholds are those of the
crime of refusing to pay (刑法 art. 276-1), which the high court of each province sets (法释〔2013〕
3号 art. 3); they come from the region folder.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from conurb.region.tables import Bilingual


class Ground(StrEnum):
    """Why an employer is listed: art. 5, first paragraph, of order 45."""

    AMOUNT = "amount"  # item 1: the arrears reach the threshold of the crime
    INCIDENT = "incident"  # item 2: a mass or extreme incident with serious effect


GROUND_NAMES: dict[Ground, Bilingual] = {
    Ground.AMOUNT: Bilingual(
        "克扣、无故拖欠农民工工资达到认定拒不支付劳动报酬罪数额标准",
        "Wages withheld or in arrears reach the amount of the crime of refusing to pay",
    ),
    Ground.INCIDENT: Bilingual(
        "因拖欠农民工工资违法行为引发群体性事件、极端事件造成严重不良社会影响",
        "The arrears caused a mass or extreme incident with serious effect on society",
    ),
}


class Capacity(StrEnum):
    """In which capacity somebody is listed with the employer (art. 5)."""

    LEGAL = "legal"  # 法定代表人
    PRINCIPAL = "principal"  # 主要负责人
    MANAGER = "manager"  # 直接负责的主管人员
    OTHER = "other"  # 其他直接责任人员


CAPACITY_NAMES: dict[Capacity, Bilingual] = {
    Capacity.LEGAL: Bilingual("法定代表人", "Legal representative"),
    Capacity.PRINCIPAL: Bilingual("主要负责人", "Principal"),
    Capacity.MANAGER: Bilingual("直接负责的主管人员", "Manager directly in charge"),
    Capacity.OTHER: Bilingual("其他直接责任人员", "Other person directly responsible"),
}


@dataclass(frozen=True)
class Thresholds:
    """From which amounts on the arrears are those of the crime, as a high court set it.

    Either wages of one worker over `months` months reach `one_fen`, or those of at least `workers`
    workers reach `several_fen` together.
    """

    months: int
    one_fen: int
    workers: int
    several_fen: int
    source: Bilingual


@dataclass(frozen=True)
class Arrears:
    """What an inspection found: how much, of how many, for how long.

    `worst_fen` is what the one worker to whom most is owed for at least the threshold's months is
    owed, `worst_months` for how many months.
    """

    amount_fen: int
    workers: int
    worst_fen: int = 0
    worst_months: int = 0
    incident: bool = False

    def __post_init__(self) -> None:
        if self.amount_fen < self.worst_fen:
            raise ValueError("one worker cannot be owed more than all together")


@dataclass(frozen=True)
class Assessment:
    """Which grounds there are, and what was compared with what."""

    grounds: tuple[Ground, ...]
    reasons: tuple[Bilingual, ...]

    @property
    def listable(self) -> bool:
        """Whether one ground at least is there."""
        return bool(self.grounds)

    @property
    def code(self) -> str:
        """The grounds as the record names them: amount, incident, both, or ""."""
        return "both" if len(self.grounds) == 2 else (self.grounds[0].value if self.grounds else "")


def grounds_of(code: str) -> tuple[Ground, ...]:
    """Return the grounds that a record names."""
    if code == "both":
        return (Ground.AMOUNT, Ground.INCIDENT)
    return (Ground(code),) if code else ()


def assess(arrears: Arrears, thresholds: Thresholds) -> Assessment:
    """Say which grounds of art. 5 the arrears give, with the comparison that shows it.

    That the payment order's time passed without payment is the procedure's part, not this one's.
    """
    grounds: list[Ground] = []
    reasons = []
    one = arrears.worst_months >= thresholds.months and arrears.worst_fen >= thresholds.one_fen
    several = arrears.workers >= thresholds.workers and (
        arrears.amount_fen >= thresholds.several_fen
    )
    reasons.append(
        Bilingual(
            f"单人最多：{arrears.worst_months}个月、{yuan(arrears.worst_fen)}元（标准："
            f"{thresholds.months}个月以上且{yuan(thresholds.one_fen)}元以上），"
            f"{'达到' if one else '未达到'}",
            f"Most owed to one worker: {yuan(arrears.worst_fen)} yuan over "
            f"{arrears.worst_months} months (threshold: {yuan(thresholds.one_fen)} yuan over "
            f"{thresholds.months} months): {'reached' if one else 'not reached'}",
        )
    )
    reasons.append(
        Bilingual(
            f"合计：{arrears.workers}人、{yuan(arrears.amount_fen)}元（标准："
            f"{thresholds.workers}人以上且{yuan(thresholds.several_fen)}元以上），"
            f"{'达到' if several else '未达到'}",
            f"Together: {yuan(arrears.amount_fen)} yuan to {arrears.workers} workers (threshold: "
            f"{yuan(thresholds.several_fen)} yuan to {thresholds.workers}): "
            f"{'reached' if several else 'not reached'}",
        )
    )
    if one or several:
        grounds.append(Ground.AMOUNT)
    if arrears.incident:
        grounds.append(Ground.INCIDENT)
        reasons.append(GROUND_NAMES[Ground.INCIDENT])
    return Assessment(tuple(grounds), tuple(reasons))


def yuan(fen: int) -> str:
    """Write an amount in yuan: 40,000 or 6,000.50."""
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"


Fault = Literal["nobody", "two-heads"]


HEADS = (Capacity.LEGAL, Capacity.PRINCIPAL)
INDIVIDUAL = "92"
"""How the code of an individual business begins (GB 32100: registering authority, category)."""


def is_employer(firm: str, capacity: Capacity) -> bool:
    """Whether a person listed is the employer itself: who runs an individual business.

    Such a business (个体工商户) is its operator, who answers for its debts (民法典 art. 54, 56) and
    is party in its stead (法释〔2015〕5号 art. 59).
    """
    return firm.startswith(INDIVIDUAL) and capacity in HEADS


def check_parties(capacities: Sequence[Capacity]) -> Fault | None:
    """Say what is wrong with the persons to be listed with the employer; None where nothing is.

    Art. 5 lists the employer *and* its legal representative *or* principal, and whoever else is
    directly responsible: at least one of the first two, and each of them once.
    """
    heads = [each for each in capacities if each in HEADS]
    if not heads:
        return "nobody"
    return "two-heads" if len(set(heads)) != len(heads) else None


def may_be_spared(*, owed_fen: int, paid_fen: int, promised: bool, decided: bool) -> bool:
    """Whether the employer may be left off the list (art. 7).

    It has corrected its violation and promised in writing not to owe wages again, before the
    decision. It is a power of the authority ("可以"), not a right of the employer.
    """
    return not decided and promised and paid_fen >= owed_fen


def last_day(decided_on: date, years: int) -> date:
    """Return the last day on the list: the day of the decision, so many years on (art. 11).

    The first day of a period is not counted and it ends on the day of the same date, or on the last
    day of its month where there is none (民法典 art. 201, 202).
    """
    return months_after(decided_on, years * 12)


def months_after(day: date, months: int) -> date:
    """Return the day so many months later by 民法典 art. 202."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Hindrance(StrEnum):
    """What stands in the way of leaving the list early: art. 12, items 1-3, and art. 13, 1-3."""

    NOT_CORRECTED = "not-corrected"
    TOO_SOON = "too-soon"
    NO_PROMISE = "no-promise"
    RELAPSE = "relapse"
    CRIMINAL = "criminal"
    BARRED = "barred"  # art. 13, item 3


HINDRANCE_NAMES: dict[Hindrance, Bilingual] = {
    Hindrance.NOT_CORRECTED: Bilingual(
        "尚未改正拖欠农民工工资违法行为", "The arrears have not been paid"
    ),
    Hindrance.TOO_SOON: Bilingual(
        "自改正之日起列入名单尚未满规定期限",
        "Not long enough on the list since the arrears were paid",
    ),
    Hindrance.NO_PROMISE: Bilingual(
        "未作出不再拖欠农民工工资的书面信用承诺", "No written promise not to owe wages again"
    ),
    Hindrance.RELAPSE: Bilingual(
        "列入名单期间再次发生拖欠农民工工资违法行为", "Wages were owed again while on the list"
    ),
    Hindrance.CRIMINAL: Bilingual(
        "因涉嫌拒不支付劳动报酬犯罪正在刑事诉讼期间或者已经被追究刑事责任",
        "Prosecuted or convicted for refusing to pay wages",
    ),
    Hindrance.BARRED: Bilingual(
        "具有法律、法规和党中央、国务院政策文件规定的不得提前移出的其他情形",
        "Another case in which laws, regulations or policy documents of the centre rule it out",
    ),
}


@dataclass(frozen=True)
class Conduct:
    """What counts for leaving early: how the employer behaved since it was listed."""

    listed_on: date
    corrected_on: date | None
    promised: bool
    relapsed: bool = False
    criminal: bool = False
    barred: bool = False


def early_from(conduct: Conduct, months: int) -> date | None:
    """Return from which day on early removal may be asked for; None while nothing is corrected.

    The months count on the list from the correction (art. 12, item 2: 自改正之日起被列入满6个月),
    so from the listing where it was corrected before. The order does not say how they are counted;
    they are full on the day of the same date (民法典 art. 202).
    """
    if conduct.corrected_on is None:
        return None
    return months_after(max(conduct.corrected_on, conduct.listed_on), months)


def hindrances(conduct: Conduct, months: int, today: date) -> tuple[Hindrance, ...]:
    """Return everything that stands in the way of early removal; () where nothing does."""
    found = []
    begins = early_from(conduct, months)
    if begins is None:
        found.append(Hindrance.NOT_CORRECTED)
    elif today < begins:
        found.append(Hindrance.TOO_SOON)
    if not conduct.promised:
        found.append(Hindrance.NO_PROMISE)
    if conduct.relapsed:
        found.append(Hindrance.RELAPSE)
    if conduct.criminal:
        found.append(Hindrance.CRIMINAL)
    if conduct.barred:
        found.append(Hindrance.BARRED)
    return tuple(found)


def masked(number: str) -> str:
    """Return a resident number as others may see it: the first and last character of it."""
    return f"{number[:1]}{'*' * (len(number) - 2)}{number[-1:]}" if len(number) > 2 else ""
