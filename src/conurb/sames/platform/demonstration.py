"""Invented passes, checks and violations, made through the real actions; nobody in them exists.

Plates carry YS (演示), firms and people end in （演示）. It is the same for the
same seed and moment. The people who apply are those that the desk's demonstration makes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from conurb.desk.actions import applying, deciding
from conurb.desk.models import Case
from conurb.desk.services import service_of
from conurb.desk.stages import State
from conurb.region.declarations import Region
from conurb.region.models import City, User
from conurb.region.numbers import firm_check_character
from conurb.sames.platform.actions import passes as acts
from conurb.sames.platform.models import Pass, RuleSet
from conurb.sames.platform.record_type import SLUG

MARK = "（演示）"
APPLICATIONS = 42
CHECKS = 60
SPAN = timedelta(days=300)

Data = dict[str, Any]


@dataclass(frozen=True)
class Errand:
    """A kind of trip, by which applications are invented."""

    destination: str
    corridors: tuple[str, ...]
    purpose: str
    body: str
    energy: str
    stage: str
    mass_kg: int
    length_m: str
    hours: tuple[str, str]
    term: str
    cargo: str
    drawn: str = ""


ERRANDS = (
    Errand("430200", ("K5",), "livelihood", "refrigerated", "diesel", "6", 9_000, "7.2",
           ("09:00", "16:00"), "quarter", "冷鲜果蔬"),
    Errand("430100", ("K2",), "express", "box", "petrol", "6", 3_500, "5.3",
           ("09:00", "17:00"), "year", "快件"),
    Errand("430300", ("K7",), "livelihood", "box", "diesel", "6", 8_500, "7.0",
           ("09:30", "16:30"), "quarter", "粮油副食"),
    Errand("430100", ("K4",), "express", "box", "diesel", "5", 4_400, "5.9",
           ("10:00", "16:00"), "month", "快件",
           "[[113.01,28.108],[112.997,28.118],[112.985,28.126]]"),
    Errand("430300", ("K2", "K3", "K7"), "livelihood", "box", "diesel", "6", 4_300, "5.9",
           ("09:00", "16:00"), "month", "日用百货"),
    Errand("430200", ("K5", "K6"), "express", "closed", "gas", "5", 7_000, "6.4",
           ("09:00", "16:00"), "year", "邮件"),
    Errand("430100", ("K2",), "construction", "dump", "diesel", "5", 16_000, "8.6",
           ("10:00", "16:00"), "week", "管线材料"),
    Errand("430300", ("K7",), "construction", "mixer", "diesel", "4", 25_000, "9.2",
           ("09:00", "15:00"), "week", "商品混凝土"),
    Errand("430200", ("K5",), "other", "flatbed", "diesel", "5", 11_000, "8.0",
           ("10:00", "15:00"), "single", "展会器材"),
)  # fmt: skip
BY_RULE = 6
"""So many of them are granted by rule, the others an officer decides."""

PLACES = {
    "430100": ("人民路车站路口", "芙蓉路五一大道口", "湘府路韶山路口"),
    "430200": ("红旗路芦淞路口", "建设路响石广场", "泰山路珠江路口"),
    "430300": ("芙蓉大道湘潭大道口", "书院路岳塘路口", "韶山路建设路口"),
}
GRANTED = "已核对运输合同和车辆资料，准予在所列区域和时段通行。"
GRANTED_EN = "Contract and vehicle were looked over; the pass is granted for the zones and hours."
REFUSED = "车辆排放标准不符合所申请区域的限行通告，不予核发。请更换符合排放标准的车辆后重新申请。"
REFUSED_EN = "The vehicle does not meet the emission rule of the zone. Apply with one that does."
WITHDRAWN = "一年内积分达到12分，经核实，撤销通行证。"


def demonstrate(region: Region, seed: int, now: datetime) -> int:
    """Fill an empty pack; returns how many acts it made, 0 where there is life or nobody."""
    drivers = list(
        User.objects.filter(is_demo=True, username__startswith="driver-").order_by("username")
    )
    if not drivers or Pass.everything.exists() or not RuleSet.objects.exists():
        return 0
    script = _Script(drivers, random.Random(seed), now)  # noqa: S311
    with transaction.atomic():
        made = sum(1 for _act in script.play())
    # what was issued can be checked once it is committed
    with transaction.atomic():
        return made + sum(1 for _act in script.checks())


class _Script:
    """What happens, in the order of time."""

    def __init__(self, drivers: list[User], chance: random.Random, now: datetime) -> None:
        self.drivers = drivers
        self.chance = chance
        self.now = now
        self.cities = {city.pk: city for city in City.objects.all()}
        self.officers: dict[str, User] = {}
        police = User.objects.filter(
            is_demo=True, authority__subjects="traffic-police", authority__city__isnull=False
        )
        for officer in police.select_related("authority").order_by("username"):
            city = officer.authority.city_id if officer.authority else None
            self.officers.setdefault(city or "", officer)

    def play(self) -> Iterator[str]:
        """Let people apply, officers decide, and some misuse it; yields what each act was."""
        for number, at in enumerate(self._moments(APPLICATIONS), start=1):
            yield from self._application(number, at)
        yield from self._waiting()
        yield from self._misuse()

    def _moments(self, number: int) -> list[datetime]:
        """Return working hours of the last months, in order, the last ones lately."""
        chosen = []
        for place in range(number):
            back = SPAN * (1 - (place + self.chance.random()) / (number + 1))
            day = timezone.localdate(self.now - back)
            clock = time(self.chance.randint(8, 16), self.chance.randint(0, 59))
            at = timezone.make_aware(datetime.combine(day, clock))
            chosen.append(min(at, self.now - timedelta(hours=2)))
        return sorted(chosen)

    def _waiting(self) -> Iterator[str]:
        """Let every city's police find new applications on the desk, each with one in hand."""
        by_officer = ERRANDS[BY_RULE:]
        for place in range(2 * len(by_officer)):
            at = self.now - timedelta(hours=3 + 7 * (2 * len(by_officer) - place))
            case = self._submitted(APPLICATIONS + 1 + place, by_officer[place // 2], at)
            yield "submit"
            city = case.authority.city_id if case and case.authority else None
            officer = self.officers.get(city or "")
            if case is not None and officer is not None and place % 2 == 0:
                deciding.claim(officer, case, now=at + timedelta(hours=2))
                yield "claim"

    def _application(self, number: int, at: datetime) -> Iterator[str]:
        errand = ERRANDS[number % BY_RULE if number % 4 else BY_RULE + number // 4 % 3]
        case = self._submitted(number, errand, at)
        yield "submit"
        if case and case.state == State.SUBMITTED:
            yield from self._decide(case, errand, at)

    def _submitted(self, number: int, errand: Errand, at: datetime) -> Case | None:
        driver = self.drivers[number % len(self.drivers)]
        handed_in = self.cities[self.chance.choice(list(self.cities))]
        service = service_of(SLUG)
        if service is None:
            return None
        case = applying.start(driver, service, handed_in, now=at)
        data = self._data(errand, number, at)
        case = applying.save_draft(driver, case, data, version=case.version, now=at)
        return applying.submit(driver, case, now=at + timedelta(minutes=4)).case

    def _decide(self, case: Case, errand: Errand, at: datetime) -> Iterator[str]:
        city = case.authority.city_id if case.authority else None
        officer = self.officers.get(city or "")
        if officer is None:
            return
        deciding.claim(officer, case, now=at + timedelta(hours=2))
        granted = errand.stage != "4"
        deciding.decide(
            officer,
            case,
            granted=granted,
            reasons_zh=GRANTED if granted else REFUSED,
            reasons_en=GRANTED_EN if granted else REFUSED_EN,
            now=at + timedelta(hours=self.chance.randint(3, 7)),
        )
        yield "decide"

    def _data(self, errand: Errand, number: int, at: datetime) -> Data:
        city = self.chance.choice(list(self.cities.values()))
        plate = f"{city.plate}YS{number:03d}"
        firm = f"91{city.pk}MADEM{number:04d}"
        return {
            "plate": plate,
            "body": errand.body,
            "energy": errand.energy,
            "stage": errand.stage,
            "mass_kg": errand.mass_kg + self.chance.randint(-9, 9) * 10,
            "length_m": errand.length_m,
            "owner_name": f"{city.short_zh}第{number}配送有限公司{MARK}",
            "owner_number": firm + firm_check_character(firm),
            "driver_name": f"驾驶人{number}{MARK}",
            "purpose": errand.purpose,
            "cargo": errand.cargo,
            "destination": errand.destination,
            "corridors": list(errand.corridors),
            "drawn": errand.drawn,
            "from_time": errand.hours[0],
            "until_time": errand.hours[1],
            "days": self.chance.choice(("every", "every", "workdays")),
            "term": errand.term,
            "first_day": timezone.localdate(at).isoformat(),
        }

    def _misuse(self) -> Iterator[str]:
        """Let some passes be misused; one of them so often that it is withdrawn, one is due."""
        since = self.now - timedelta(days=28)
        rows = list(
            Pass.everything.filter(issued_at__lt=since, last_day__gt=timezone.localdate(self.now))
            .select_related("record__authority")
            .order_by("issued_at")
        )
        plots = (
            ("overload", "zone", "zone", "withdraw"),
            ("purpose", "overload"),
            ("hours",),
            ("zone", "cargo"),
            ("hours", "hours", "zone"),
        )
        for of, plot in zip(rows, plots, strict=False):
            yield from self._violations(of, plot)

    def _violations(self, of: Pass, plot: tuple[str, ...]) -> Iterator[str]:
        at = self.now - timedelta(days=20)
        for place, kind in enumerate(plot):
            moment = at + timedelta(days=4 * place, minutes=self.chance.randint(0, 300))
            if kind == "withdraw":
                officer = self.officers.get(of.city_id)
                if officer is not None:
                    acts.withdraw(officer, of, "points", WITHDRAWN, now=moment)
                    yield kind
                continue
            city = self.chance.choice(of.cities)
            where = self.chance.choice(PLACES.get(city, ("城区道路",)))
            officer = self.officers.get(city)
            if officer is not None:
                acts.note_violation(officer, of, kind, place=where, at=moment, now=moment)
                yield kind

    def checks(self) -> Iterator[str]:
        """Let vehicles be checked in the streets, most of them where their passes lead."""
        rows = list(Pass.everything.order_by("issued_at"))
        for at in self._moments(CHECKS) if rows else ():
            before = [each for each in rows if each.issued_at < at <= self._end(each)]
            of = self.chance.choice(before or rows)
            city = self.chance.choice((of.cities * 2) + list(self.cities))
            officer = self.officers.get(city)
            if officer is not None:
                acts.check(officer, of.plate, now=max(at, of.issued_at + timedelta(hours=1)))
                yield "check"

    def _end(self, of: Pass) -> datetime:
        return timezone.make_aware(datetime.combine(of.last_day, time.max))
