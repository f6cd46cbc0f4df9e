"""Invented matters in every state of the procedure, made by the real actions at past moments.

Firms are obviously invented and marked （演示）, their persons have resident numbers that were
given to nobody (sequence 000). Nothing is made where there are matters already.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from conurb.desk.queries.calendar import calendar
from conurb.journal.uploads import HandedIn
from conurb.region.competence import competent
from conurb.region.declarations import Region
from conurb.region.models import City, Identity, Representation, User
from conurb.region.numbers import firm_check_character, resident_check_digit
from conurb.sames.market.actions import deciding, duties, helping, inspecting, keeping
from conurb.sames.market.models import ArrearsMatter, Duty, Inspector
from conurb.sames.market.queries.declared import declared

MARK = "（演示）"
PDF = b"%PDF-1.7\n%\xe6\xbc\x94\xe7\xa4\xba\n%%EOF\n"
WORDS_OF_NAMES = (
    "甲乙丙",
    "丁戊己",
    "庚辛壬",
    "子丑寅",
    "卯辰巳",
    "午未申",
    "酉戌亥",
    "天干",
    "地支",
)
TRADES = ("建筑劳务", "装饰工程", "市政工程", "园林绿化", "物业服务", "制衣")
SITES = ("一号样板地块", "二号样板地块", "三号样板厂区", "四号样板园区")
SURNAMES = ("赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈")
CONFIRMED = 80
"""Of every hundred duties that are due, so many were confirmed."""
ELSEWHERE = 8
"""Of every hundred effects, so many do not apply to a firm in a city."""

# how far each invented matter of a city got, and how many days ago it began
FATES: tuple[tuple[str, int], ...] = (
    ("investigated", 3),
    ("ordered", 8),
    ("unpaid", 18),
    ("noticed", 16),
    ("objected", 27),
    ("hearing", 24),
    ("considered", 34),
    ("decided", 26),
    ("published", 60),
    ("published", 130),
    ("published", 320),
    ("published", 500),
    ("early", 225),
    ("removed-early", 420),
    ("removed", 1180),
    ("revoked", 200),
    ("settled", 90),
    ("spared", 75),
    ("dropped", 110),
)
CITIZEN = "citizen-8"
"""Of the desk's invented citizens, the one who is listed with employers it does not act for."""
SEEN_BY_CITIZEN = frozenset({FATES.index(("noticed", 16)), FATES.index(("published", 60))})
FEWER = frozenset({"hearing", "considered", "early", "removed", "revoked", "settled", "dropped"})
"""Fates that only the last city shows, so that a node starts in a few seconds."""


@transaction.atomic
def demonstrate(region: Region, seed: int, now: datetime) -> int:
    """Fill an empty pack with invented life; return how many acts were made."""
    if ArrearsMatter.everything.exists():
        return 0
    chance = random.Random(seed)  # noqa: S311 - invention, not secrecy
    tellings = [
        _Telling(city, _officer(city), chance, now, at)
        for at, city in enumerate(City.objects.all())
    ]
    acts = sum(_pool(each) for each in tellings)
    for telling in tellings:
        for number, (fate, days_ago) in enumerate(FATES):
            if telling is tellings[-1] or fate not in FEWER:
                telling.tell(fate, days_ago, number)
        acts += telling.acts
    acts += _help(tellings)
    acts += _confirm(chance, now, Duty.everything.filter(direction=Duty.Direction.LIFT))
    _represent()
    return acts


def _officer(city: City) -> User:
    """Return an officer of the city's labour inspection; the plan's demonstration made two."""
    authority = competent("labour", city.pk)
    found = User.objects.filter(authority=authority, is_system=False).order_by("pk").first()
    return found or User.objects.create_user(
        f"{authority.key}-demo", authority=authority, is_demo=True, full_name=f"监察员{MARK}"
    )


def _represent() -> None:
    """Let the demonstration's resident act for the firm whose matter is at the notice."""
    resident = User.objects.filter(username="resident", is_demo=True).first()
    matter = ArrearsMatter.everything.filter(state="noticed").order_by("-city_id", "pk").first()
    listed = ArrearsMatter.everything.filter(state="published").order_by("-city_id", "pk").first()
    for each in (matter, listed):
        if resident is not None and each is not None:
            Representation.everything.get_or_create(
                user=resident,
                firm=each.firm,
                defaults={
                    "firm_name": each.firm_name,
                    "capacity": Representation.Capacity.LEGAL,
                },
            )


@dataclass
class _Telling:
    """Tells the matters of one city."""

    city: City
    officer: User
    chance: random.Random
    now: datetime
    at: int
    acts: int = 0
    day: date = field(default_factory=date.today)
    matter: ArrearsMatter | None = None

    def tell(self, fate: str, days_ago: int, number: int) -> None:
        """Make one matter and bring it as far as its fate."""
        today = timezone.localtime(self.now).date()
        self.day = _workday(today - timedelta(days=days_ago))
        self._open(number, incident=fate == "revoked")
        for act in _WAYS[fate]:
            act(self)
            self.acts += 1

    def moment(self, hour: int = 10) -> datetime:
        """Return an hour of the day that the telling has come to, never after now."""
        return min(timezone.make_aware(datetime.combine(self.day, time(hour))), self.now)

    def on(self, days: int) -> None:
        """Go on by some days, to a working day, never past today."""
        today = timezone.localtime(self.now).date()
        self.day = min(_workday(self.day + timedelta(days=days)), today)

    def known(self) -> ArrearsMatter:
        """Return the matter as it is now."""
        assert self.matter is not None  # noqa: S101 - opened first
        self.matter = ArrearsMatter.everything.get(pk=self.matter.pk)
        return self.matter

    def _open(self, number: int, *, incident: bool) -> None:
        chance = self.chance
        word = WORDS_OF_NAMES[(number + self.at * 3) % len(WORDS_OF_NAMES)]
        trade = TRADES[(number + self.at) % len(TRADES)]
        workers = chance.randint(11, 60)
        worst = chance.randint(90, 240) * 10_000
        found = inspecting.Found(
            firm=invented_firm(self.city.pk, 100 * self.at + number),
            firm_name=f"{self.city.short_zh}{word}{trade}有限公司{MARK}",
            amount_fen=worst + workers * chance.randint(40, 120) * 10_000,
            workers=workers,
            worst_fen=worst,
            worst_months=chance.randint(3, 6),
            facts=f"工资表、考勤表和工人陈述相互印证，欠付{chance.randint(3, 6)}个月工资{MARK}",
            project=f"{SITES[number % len(SITES)]}{MARK}",
            address=f"{self.city.name_zh}样板路{number + 1}号{MARK}",
            incident_words=f"数十名工人聚集讨薪，影响交通{MARK}" if incident else "",
        )
        person = inspecting.Person("legal" if number % 3 else "principal", *self._head(number))
        self.matter = inspecting.open_matter(
            self.officer,
            found,
            people=[person],
            files=[HandedIn(f"工资表{MARK}.pdf", PDF)],
            now=self.moment(9),
        )

    def _head(self, number: int) -> tuple[str, str]:
        """Return the name and number of the person to be listed with the employer.

        In two matters somebody who can log in, so that the page for persons listed is seen.
        """
        if self.at == 0 and number in SEEN_BY_CITIZEN:
            citizen = Identity.everything.filter(user__username=CITIZEN, user__is_demo=True).first()
            if citizen is not None:
                return citizen.name, citizen.number
        surname = SURNAMES[number % len(SURNAMES)]
        return f"{surname}某{MARK}", invented_resident(self.city.pk, 1960 + number)


def invented_firm(city: str, number: int) -> str:
    """Return a code with a good check character that no registry gave out (MA9… and zeros)."""
    stem = f"91{city}MA9Y{number:05d}"
    return stem + firm_check_character(stem)


def invented_resident(city: str, year: int) -> str:
    """Return a number with a good check digit, of sequence 000, which is given to nobody."""
    stem = f"{city[:4]}02{year}0101000"
    return stem + resident_check_digit(stem)


def _workday(day: date) -> date:
    """Return the day, or the first working day after it."""
    return calendar().next_workday(day)


def _order(telling: _Telling) -> None:
    telling.on(2)
    inspecting.order(
        telling.officer,
        telling.known(),
        served_on=telling.day,
        pay_until=telling.day + timedelta(days=7),
        now=telling.moment(),
    )


def _pay(telling: _Telling) -> None:
    telling.on(3)
    matter = telling.known()
    inspecting.note_payment(
        telling.officer,
        matter,
        matter.amount_fen,
        telling.day,
        f"银行代发凭证已核对{MARK}",
        now=telling.moment(),
    )


def _settle(telling: _Telling) -> None:
    inspecting.settle(telling.officer, telling.known(), now=telling.moment(15))


def _unpaid(telling: _Telling) -> None:
    due = telling.known().order_due_on or telling.day
    telling.day = _workday(due + timedelta(days=1))
    inspecting.find_unpaid(
        telling.officer, telling.known(), f"电话核实工人，未收到工资{MARK}", now=telling.moment()
    )


def _notice(telling: _Telling) -> None:
    deciding.notify(telling.officer, telling.known(), served_on=telling.day, now=telling.moment(14))


def _object(telling: _Telling) -> None:
    telling.on(2)
    deciding.object_to(
        telling.officer,
        telling.known(),
        f"工程款尚未结清，请求核减金额{MARK}",
        asks_hearing=True,
        said_by=f"代理人{MARK}",
        now=telling.moment(),
    )


def _call(telling: _Telling) -> None:
    telling.on(1)
    day = calendar().add_workdays(telling.day, declared().terms["hearing-notice"].days + 1)
    deciding.call_hearing(
        telling.officer,
        telling.known(),
        at=timezone.make_aware(datetime.combine(day, time(9, 30))),
        place=f"{telling.city.short_zh}市人社局二楼听证室{MARK}",
        chair=f"钱某{MARK}",
        now=telling.moment(16),
    )


def _hold(telling: _Telling) -> None:
    telling.day = telling.known().hearing_on or telling.day
    deciding.hold_hearing(
        telling.officer,
        telling.known(),
        f"双方到场陈述，出示工资表和考勤表{MARK}",
        upheld=False,
        answer=f"听证认定拖欠事实成立{MARK}",
        now=telling.moment(16),
    )


def _answer(telling: _Telling) -> None:
    telling.on(3)
    deciding.answer_objection(
        telling.officer,
        telling.known(),
        upheld=False,
        answer=f"工程款纠纷不影响支付工资的义务，金额经复核无误{MARK}",
        now=telling.moment(),
    )


def _accept(telling: _Telling) -> None:
    telling.on(3)
    deciding.answer_objection(
        telling.officer,
        telling.known(),
        upheld=True,
        answer=f"经核实，欠薪已在限期内由总包单位代付{MARK}",
        now=telling.moment(),
    )


def _drop(telling: _Telling) -> None:
    inspecting.drop(
        telling.officer, telling.known(), f"异议成立，不予列入{MARK}", now=telling.moment(16)
    )


def _promise(telling: _Telling) -> None:
    deciding.promise(
        telling.officer,
        telling.known(),
        f"保证按月足额支付工资，不再拖欠{MARK}",
        files=[HandedIn(f"承诺书{MARK}.pdf", PDF)],
        said_by=f"法定代表人{MARK}",
        now=telling.moment(14),
    )


def _spare(telling: _Telling) -> None:
    deciding.spare(
        telling.officer, telling.known(), f"已付清并作出书面承诺{MARK}", now=telling.moment(16)
    )


def _decide(telling: _Telling) -> None:
    telling.on(1)
    deciding.decide(telling.officer, telling.known(), now=telling.moment())


def _publish(telling: _Telling) -> None:
    entry = keeping.publish(telling.officer, telling.known(), now=telling.moment(15))
    telling.acts += _confirm(telling.chance, telling.now, entry.duties.all())


def _ask_early(telling: _Telling) -> None:
    begins = telling.known().corrected_on or telling.day
    month = begins.month + declared().early_months
    later = date(begins.year + (month - 1) // 12, (month - 1) % 12 + 1, min(begins.day, 28))
    telling.day = _workday(later + timedelta(days=4))
    keeping.ask_early(
        telling.officer,
        telling.known(),
        f"工资已全部付清，申请提前移出{MARK}",
        promised=True,
        files=[HandedIn(f"支付凭证{MARK}.pdf", PDF)],
        said_by=f"法定代表人{MARK}",
        now=telling.moment(),
    )


def _grant_early(telling: _Telling) -> None:
    telling.on(8)
    keeping.grant_early(
        telling.officer,
        telling.known(),
        f"支付凭证已核对，工人确认收到{MARK}",
        now=telling.moment(),
    )


def _end(telling: _Telling) -> None:
    until = telling.known().listed_until or telling.day
    telling.day = until + timedelta(days=1)
    keeping.end(telling.known(), now=telling.moment(1))


def _revoke(telling: _Telling) -> None:
    telling.on(40)
    review = keeping.contest(
        telling.officer,
        telling.known(),
        kind="reconsideration",
        body=f"{telling.city.name_zh}人民政府{MARK}",
        words=f"认为认定人数有误{MARK}",
        begun_on=telling.day,
        now=telling.moment(),
    )
    telling.on(30)
    keeping.close_review(
        telling.officer,
        review,
        overturned=True,
        words=f"复议决定撤销列入决定{MARK}",
        ended_on=telling.day,
        now=telling.moment(),
    )


Tell = Callable[[_Telling], None]
_TO_NOTICE: tuple[Tell, ...] = (_order, _unpaid, _notice)
_TO_LIST: tuple[Tell, ...] = (*_TO_NOTICE, _object, _answer, _decide, _publish)
_WAYS: dict[str, tuple[Tell, ...]] = {
    "investigated": (),
    "ordered": (_order,),
    "unpaid": (_order, _unpaid),
    "noticed": _TO_NOTICE,
    "objected": (*_TO_NOTICE, _object),
    "hearing": (*_TO_NOTICE, _object, _call),
    "considered": (*_TO_NOTICE, _object, _call, _hold),
    "decided": (*_TO_NOTICE, _object, _answer, _decide),
    "published": _TO_LIST,
    "early": (*_TO_LIST, _pay, _ask_early),
    "removed-early": (*_TO_LIST, _pay, _ask_early, _grant_early),
    "removed": (*_TO_LIST, _end),
    "revoked": (*_TO_LIST, _revoke),
    "settled": (_order, _pay, _settle),
    "spared": (*_TO_NOTICE, _pay, _promise, _spare),
    "dropped": (*_TO_NOTICE, _object, _accept, _drop),
}


def _pool(telling: _Telling) -> int:
    """Put three to five inspectors of a city into the pool."""
    number = telling.chance.randint(3, 5)
    skills = ("建筑工地", "工资支付审计", "集体争议", "电子取证", "制造业")
    for at in range(number):
        helping.add_inspector(
            telling.officer,
            f"{SURNAMES[at]}监察{MARK}",
            f"演示-{telling.city.pk}-{at + 1:03d}",
            skills=skills[at],
            is_demo=True,
            now=telling.now - timedelta(days=400),
        )
    return number


def _help(tellings: list[_Telling]) -> int:
    """Let each city ask its neighbour for help: one done, one sent, one still asked."""
    acts = 0
    for at, telling in enumerate(tellings):
        helper = tellings[(at + 1) % len(tellings)]
        authority = helper.officer.authority
        matter = ArrearsMatter.everything.filter(city=telling.city, state="investigated").first()
        if authority is None or authority == telling.officer.authority:
            continue
        for days_ago, matters_to, state in ((50, None, "done"), (2, matter, "accepted")):
            asked_at = telling.now - timedelta(days=days_ago)
            first = timezone.localtime(asked_at).date() + timedelta(days=1)
            asked = helping.ask(
                telling.officer,
                authority,
                words=f"年底清欠，请派员协助核查工资台账{MARK}",
                number=1,
                first_day=first,
                last_day=first + timedelta(days=4),
                matter=matters_to,
                now=asked_at,
            )
            acts += 1
            if state == "accepted" and at == 0:
                continue  # still waits for its answer
            pool = Inspector.objects.filter(authority=authority).order_by("pk")
            inspector = pool[0 if state == "done" else 1]
            helping.accept(
                helper.officer, asked, [inspector], f"同意{MARK}", now=asked_at + timedelta(hours=5)
            )
            acts += 1
            if state == "done":
                helping.finish(
                    telling.officer,
                    asked,
                    f"核查两处工地，形成核查笔录{MARK}",
                    5,
                    now=asked_at + timedelta(days=6),
                )
                acts += 1
    return acts


def _confirm(chance: random.Random, now: datetime, asked: QuerySet[Duty]) -> int:
    """Let most authorities confirm most of what they were asked, most of them in time."""
    waiting = list(
        asked.filter(answer="", superseded=False).select_related("authority").order_by("pk")
    )
    officers = {
        officer.authority_id: officer
        for officer in User.objects.filter(
            authority__in={duty.authority_id for duty in waiting}, is_system=False
        )
        .select_related("authority")
        .order_by("-pk")
    }
    acts = 0
    for duty in waiting:
        officer = officers.get(duty.authority_id)
        answered_at = duty.asked_at + timedelta(days=chance.choice((1, 2, 2, 3, 4, 9)), hours=2)
        confirmed = chance.randrange(100) < CONFIRMED
        if officer is None or answered_at > now or not confirmed:
            continue
        applies = duty.direction == Duty.Direction.LIFT or chance.randrange(100) >= ELSEWHERE
        duties.confirm(
            officer,
            duty,
            "done" if applies else "not-applicable",
            f"已在业务系统中标注{MARK}" if applies else f"该单位在本市无相关业务{MARK}",
            now=answered_at,
        )
        acts += 1
    return acts
