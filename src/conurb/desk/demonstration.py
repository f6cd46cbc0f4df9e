"""An invented life for the desk: residents, firms, what they hold as records, and their cases.

Everything goes through the real actions, each at its own past moment. It is the same for the same
seed and moment. All of it is invented and says so: people are marked `is_demo`, names and words end
in （演示）, resident numbers have the sequence 000, which is given to nobody, plates begin with YS.
The wording is in demonstration.toml.

It is made in two steps, each whole or not at all: people with their records, then cases. The second
finds the records of the first in the index of checks, which follows a commit.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from conurb.desk.actions import absence, appealing, applying, daily, deciding, moving
from conurb.desk.models import Appeal, Case
from conurb.desk.queries import held
from conurb.desk.services import Service, service_of
from conurb.desk.stages import State
from conurb.journal.uploads import HandedIn
from conurb.records import types as record_types
from conurb.records.actions import issuing
from conurb.records.actions.issuing import Draft
from conurb.records.models import Record
from conurb.records.subjects import Subject
from conurb.region.competence import competent
from conurb.region.declarations import Region
from conurb.region.inventing import (
    LOGIN_ADDRESS,
    MARK,
    MARK_EN,
    WorkingHours,
    demonstration_password,
    invented_names,
)
from conurb.region.models import (
    Authority,
    City,
    County,
    Identity,
    Representation,
    User,
)
from conurb.region.numbers import firm_check_character, resident_check_digit

WORDS = Path(__file__).with_name("demonstration.toml")
RESIDENTS = 8
"""Invented citizens beside the resident whom everybody may log in as."""

Fate = Literal[
    "delivered", "granted", "refused", "asked", "completed", "submitted", "review", "late",
    "withdrawn", "lapsed", "appealed", "upheld", "contested", "overturned", "reopened", "draft",
]  # fmt: skip

# how many cases end so; together about sixty
FATES: Mapping[Fate, int] = {
    "delivered": 20,
    "granted": 7,
    "refused": 4,
    "asked": 3,
    "completed": 2,
    "submitted": 7,
    "review": 5,
    "late": 3,
    "withdrawn": 2,
    "lapsed": 2,
    "appealed": 1,
    "upheld": 1,
    "contested": 1,
    "overturned": 1,
    "reopened": 1,
    "draft": 2,
}

Act = Callable[[datetime], object]


def demonstrate(region: Region, seed: int, now: datetime) -> int:
    """Fill a desk that has no cases with invented ones; returns how many acts that took.

    People are made in any case, each once.
    """
    chance = random.Random(seed)  # noqa: S311 - invention, not secrecy
    with transaction.atomic():
        people = make_people(region, chance, now)
        acts = issue_records(people, now)
    if Case.everything.exists():
        return acts
    with transaction.atomic():
        return acts + _Script(region, people, chance, now).play()


@dataclass(frozen=True)
class People:
    """Who applies: residents, drivers, and owners of firms."""

    residents: tuple[User, ...]
    drivers: tuple[User, ...]
    owners: tuple[User, ...]

    @property
    def everybody(self) -> tuple[User, ...]:
        """All of them."""
        return (*self.residents, *self.drivers, *self.owners)


def make_people(region: Region, chance: random.Random, now: datetime) -> People:
    """Make residents, drivers and owners in every city, with identity and firms; each once."""
    cities = list(City.objects.all())
    names = invented_names(region.people, random.Random(chance.random()))  # noqa: S311
    serial = iter(range(1, 1000))
    password = demonstration_password()

    def person(username: str, city: City) -> User:
        number, name = next(serial), next(names)
        return _person(username, password, city, number, name + MARK, now)

    residents = [person("resident", cities[0])]
    residents += [
        person(f"citizen-{number}", cities[number % len(cities)])
        for number in range(2, RESIDENTS + 1)
    ]
    drivers = [person(f"driver-{city.slug}", city) for city in cities]
    owners = [person(f"owner-{city.slug}", city) for city in cities]
    for place, owner in enumerate(owners, start=1):
        _represents(owner, cities[place - 1], place, now)
    return People(tuple(residents), tuple(drivers), tuple(owners))


def _person(
    username: str, password: str, city: City, serial: int, name: str, now: datetime
) -> User:
    user, _made = User.objects.get_or_create(
        username=username,
        defaults={
            "full_name": name,
            "email": LOGIN_ADDRESS.format(username=username),
            "password": password,
            "is_demo": True,
        },
    )
    if user.is_demo:
        Identity.everything.get_or_create(
            user=user,
            defaults={
                "number": resident_number(city, serial),
                "name": str(user),
                "phone": f"1380000{serial:04d}",
                "home": city,
                "source": Identity.Source.DEMONSTRATION,
                "verified_at": now - timedelta(days=400),
            },
        )
    return user


def _represents(owner: User, city: City, serial: int, now: datetime) -> None:
    Representation.everything.get_or_create(
        user=owner,
        defaults={
            "firm": firm_number(city, serial),
            "firm_name": f"{city.name_zh}演示商贸有限公司{MARK}",
            "capacity": Representation.Capacity.LEGAL,
            "verified_at": now - timedelta(days=400),
        },
    )


def resident_number(city: City, serial: int) -> str:
    """Return a well-formed number of nobody: the sequence is 000, the birthdays differ."""
    born = date(1970, 1, 1) + timedelta(days=397 * serial)
    county = city.counties.order_by("code").values_list("code", flat=True)[0]
    stem = f"{county}{born:%Y%m%d}000"
    return stem + resident_check_digit(stem)


def firm_number(city: City, serial: int) -> str:
    """Return a well-formed code of an invented firm."""
    stem = f"91{city.code}MA4YAN{serial:03d}"
    return stem + firm_check_character(stem)


# what they hold already


def issue_records(people: People, now: datetime) -> int:
    """Let the cities' authorities issue what the people hold already; returns how many records."""
    if Record.everything.filter(holder__is_demo=True).exists():
        return 0
    drafts = [
        *(_permit(user, now) for user in people.residents[::2]),
        *(_vehicle(user, place, now) for place, user in enumerate(people.drivers, start=1)),
        *(_licence(user, now) for user in people.owners),
    ]
    known = {each.slug: each for each in record_types.types()}
    issued = 0
    for city, at, draft in sorted(drafts, key=lambda row: row[1]):
        if draft.type not in known:
            continue
        authority = competent(known[draft.type].issuer, city)
        issuing.issue(_officers(authority)[0], authority, draft, now=at)
        issued += 1
    return issued


Dated = tuple[str, datetime, Draft]


def _permit(user: User, now: datetime) -> Dated:
    identity = user.identity
    county = _county_of(identity.home_id)
    at = now - timedelta(days=120 + identity.pk % 90)
    return (
        county.city_id,
        at,
        Draft(
            type="residence-permit",
            subject=Subject("resident", identity.number, identity.name),
            public={},
            held={
                "name": identity.name,
                "county": county.name_zh,
                "address": f"{county.name_zh}演示路{identity.pk % 99 + 1}号{MARK}",
                "endorsed_on": timezone.localdate(at).isoformat(),
            },
            holder=user,
        ),
    )


def _vehicle(user: User, place: int, now: datetime) -> Dated:
    identity = user.identity
    home = City.objects.get(code=identity.home_id)
    at = now - timedelta(days=300 + place)
    registered = timezone.localdate(at)
    vin = f"LYS{place:014d}"
    return (
        home.code,
        at,
        Draft(
            type="vehicle-licence",
            subject=Subject("vehicle", f"{home.plate}YS80{place}"),
            public={
                "vehicle_type": "轻型厢式货车",
                "use": "货运",
                "total_mass_kg": 4495,
                "registered_on": registered.isoformat(),
                "inspected_until": (registered + timedelta(days=730)).isoformat(),
            },
            held={"owner": identity.name, "vin": vin},
            holder=user,
        ),
    )


def _licence(user: User, now: datetime) -> Dated:
    firm = user.represents.get()
    county = _county_of(user.identity.home_id)
    at = now - timedelta(days=360)
    return (
        county.city_id,
        at,
        Draft(
            type="business-licence",
            subject=Subject("firm", firm.firm, firm.firm_name),
            public={
                "name": firm.firm_name,
                "kind": "有限责任公司",
                "representative": user.identity.name,
                "address": f"{county.name_zh}演示大道1号{MARK}",
                "established_on": (timezone.localdate(at) - timedelta(days=900)).isoformat(),
                "scope": "日用百货、预包装食品销售；道路货物运输（演示）",
            },
            holder=user,
        ),
    )


def _county_of(city: str | None) -> County:
    return County.objects.filter(city_id=city).defer("boundary").order_by("code")[0]


def _officers(authority: Authority) -> list[User]:
    found = User.objects.filter(authority=authority, is_active=True, is_system=False)
    return list(found.select_related("authority").order_by("username"))


# what they apply for

Filled = dict[str, Any]


class _Filling:
    """Fills in the forms of the region's services as their applicants would."""

    def __init__(self, chance: random.Random, cities: list[City]) -> None:
        self.chance = chance
        self.cities = cities
        self.counties = list(County.objects.defer("boundary").order_by("code"))

    def data(self, slug: str, day: date) -> Filled:
        """Return what is filled in beside what the platform knows."""
        city = self.chance.choice(self.cities)
        county = self.chance.choice([each for each in self.counties if each.city_id == city.code])
        other = self.chance.choice([each for each in self.cities if each != city])
        past = (day - timedelta(days=self.chance.randint(200, 2000))).isoformat()
        address = f"{county.name_zh}演示路{self.chance.randint(1, 200)}号{MARK}"
        employer = f"{city.name_zh}演示科技有限公司{MARK}"
        forms: dict[str, Filled] = {
            "social-insurance-proof": {
                "insured_in": city.code,
                "purpose": self.chance.choice(["school", "housing", "work"]),
                "insurance": "employee-pension",
                "employer": employer,
                "months": self.chance.randint(6, 240),
                "paid_until": day.replace(day=1).isoformat(),
                "running": True,
            },
            "pension-transfer": {
                "new_city": city.code,
                "old_city": other.name_zh,
                "since": day.replace(day=1).isoformat(),
            },
            "medical-insurance-transfer": {
                "new_city": city.code,
                "old_city": other.name_zh,
                "kind": "employee",
            },
            "housing-fund-proof": {
                "fund_in": city.code,
                "employer": employer,
                "opened_on": past,
                "months": self.chance.randint(6, 180),
                "base": self.chance.randrange(4000, 20000, 100),
                "balance": self.chance.randrange(8000, 260000, 10),
                "loans": 0,
            },
            "housing-fund-transfer": {
                "new_city": city.code,
                "old_city": other.name_zh,
                "account": f"YS{self.chance.randrange(10**8):08d}",
            },
            "residence-permit": {
                "county": county.code,
                "address": address,
                "since": past,
                "ground": self.chance.choice(["work", "dwelling"]),
            },
            "household-move": {
                "to_county": county.code,
                "address": address,
                "from_county": self.chance.choice(self.counties).code,
                "reason": "dwelling",
            },
            "marriage-record": {
                "registered_in": city.code,
                "registered_on": past,
                "kind": "marriage",
            },
            "school-enrolment": {
                "county": county.code,
                "child_name": f"演示儿童{MARK}",
                "child_number": resident_number(city, 135),
                "grade": self.chance.choice(["1", "7"]),
            },
            "firm-change": {
                "county": county.code,
                "address": address,
                "representative": f"演示人{MARK}",
                "kind": "有限责任公司",
                "established_on": past,
                "business": "日用百货、预包装食品销售（演示）",
            },
            "food-licence": {
                "county": county.code,
                "address": address,
                "kind": "sale",
                "area": self.chance.randint(40, 800),
            },
        }
        return forms[slug]

    def slugs(self, *, firm: bool) -> list[str]:
        """Return the services that a resident, or a firm, of the demonstration applies for."""
        wanted = (
            ["firm-change", "food-licence"]
            if firm
            else [
                *["social-insurance-proof"] * 3,
                *["housing-fund-proof"] * 2,
                "pension-transfer",
                "medical-insurance-transfer",
                "housing-fund-transfer",
                "residence-permit",
                "household-move",
                "marriage-record",
                *["school-enrolment"] * 2,
            ]
        )
        return [slug for slug in wanted if service_of(slug) is not None]


class _Script:
    """Decides what becomes of every case, and plays all of it in the order of time."""

    def __init__(
        self, region: Region, people: People, chance: random.Random, now: datetime
    ) -> None:
        self.region = region
        self.people = people
        self.chance = chance
        self.now = now
        self.today = timezone.localdate(now)
        self.clock = WorkingHours(region.calendar, chance, now)
        self.cities = list(City.objects.all())
        self.filling = _Filling(chance, self.cities)
        self.officers: dict[int, list[User]] = {}
        self.acts: list[tuple[datetime, int, Act]] = []

    def play(self) -> int:
        """Write the script, play it, and return how many acts it had."""
        fates: list[Fate] = [fate for fate, count in FATES.items() for _ in range(count)]
        self.chance.shuffle(fates)
        for number, fate in enumerate(fates):
            self.write(number, fate)
        self.lapse()
        for moment, _order, act in sorted(self.acts, key=lambda row: row[:2]):
            act(moment)
        self.be_absent()
        return len(self.acts)

    def write(self, number: int, fate: Fate) -> None:
        """Write the acts of a case according to its fate."""
        firm = number % 6 == 5
        slugs = self.filling.slugs(firm=firm)
        if not slugs:
            return
        applicants = self.people.owners if firm else (*self.people.residents, *self.people.drivers)
        slug = self.chance.choice(slugs)
        service = service_of(slug)
        if service is None:
            return
        part = _Part(self, service, self.chance.choice(applicants), firm=firm)
        part.begin(self.day_of(fate, service))
        part.go(fate)

    def day_of(self, fate: Fate, service: Service) -> date:
        """Return the day on which a case with this fate was handed in."""
        match fate:
            case "submitted" | "draft":
                return self.days_ago(0, 2)
            case "review" | "completed" | "asked":
                return self.workdays_ago(3)
            case "late":
                return self.workdays_ago(service.limit + self.chance.randint(2, 6))
            case "appealed" | "overturned" | "reopened":
                return self.days_ago(14, 35)
            case "lapsed":
                return self.days_ago(60, 150)
            case _:
                return self.days_ago(20, 240)

    def days_ago(self, least: int, most: int) -> date:
        """Return a day so many days ago."""
        return self.today - timedelta(days=self.chance.randint(least, most))

    def workdays_ago(self, count: int) -> date:
        """Return the day so many working days ago; by the week where a year is not declared."""
        day = self.today
        while count:
            day -= timedelta(days=1)
            count -= self.clock.works(day)
        return day

    def add(self, day: date, act: Act, *, after: datetime | None = None) -> datetime:
        """Let something happen in the working hours of a day, after what happened before."""
        moment = self.clock.moment(day)
        if after is not None and moment <= after:
            moment = min(after + timedelta(minutes=11), self.now)
        self.acts.append((moment, len(self.acts), act))
        return moment

    def lapse(self) -> None:
        """Let the daily work run now and then, as it does on a node in use."""
        for week in range(35, -1, -1):
            self.add(self.today - timedelta(days=7 * week), daily.lapse_overdue)

    def officer_of(self, authority: Authority, *, not_: User | None = None) -> User:
        """Return an officer of an authority, mostly the same one, never `not_`."""
        if authority.pk not in self.officers:
            self.officers[authority.pk] = _officers(authority)
        there = [each for each in self.officers[authority.pk] if each != not_]
        return there[0 if self.chance.random() < 0.7 else -1]

    def be_absent(self) -> None:
        """Let one officer with cases in hand be away this week."""
        case = Case.everything.filter(state=State.REVIEW).select_related("authority").first()
        if case is None or case.officer is None or case.authority is None:
            return
        absent = User.objects.select_related("authority").get(pk=case.officer.pk)
        deputy = self.officer_of(case.authority, not_=absent)
        until = self.today + timedelta(days=4)
        absence.delegate(absent, deputy, self.today, until, now=self.now)

    def said(self, name: str) -> tuple[str, str]:
        """Draw words from demonstration.toml, marked as invented."""
        drawn = self.chance.choice(self.words[name])
        return drawn[0] + MARK, (drawn[1] + MARK_EN) if len(drawn) > 1 else ""

    @cached_property
    def words(self) -> dict[str, list[list[str]]]:
        """The file, read once."""
        return tomllib.loads(WORDS.read_text(encoding="utf-8"))


@dataclass
class _Part:
    """The acts of one case."""

    script: _Script
    service: Service
    applicant: User
    firm: bool
    key: int = 0
    last: datetime | None = None
    officer: User | None = field(default=None)

    def add(self, day: date, act: Act) -> date:
        """Let something happen to the case, after whatever happened to it before."""
        self.last = self.script.add(day, act, after=self.last)
        return timezone.localdate(self.last)

    def after(self, least: int, most: int) -> date:
        """Return a day so many days after what happened last, not later than today."""
        before = self.script.today if self.last is None else timezone.localdate(self.last)
        day = before + timedelta(days=self.script.chance.randint(least, most))
        return min(day, self.script.today)

    def case(self) -> Case:
        """Return the case as it stands at this point of the play."""
        return Case.everything.select_related("authority").get(pk=self.key)

    @property
    def in_hand(self) -> User:
        """The officer who has the case in hand; LookupError before anybody claimed it."""
        if self.officer is None:
            raise LookupError("nobody claimed this case yet")
        return self.officer

    def begin(self, day: date) -> None:
        """Somebody fills in a draft, in whichever city he happens to be."""
        city = self.script.chance.choice(self.script.cities)
        data = self.script.filling.data(self.service.slug, day)
        code = self.applicant.represents.get().firm if self.firm else ""

        def act(moment: datetime) -> None:
            case = applying.start(self.applicant, self.service, city, firm=code, now=moment)
            filled = {**data, **{k: v for k, v in case.data.items() if v not in (None, "")}}
            case = applying.save_draft(
                self.applicant, case, filled, version=case.version, now=moment
            )
            self.key = case.pk
            self.hand_in_files(case, moment)

        self.add(day, act)

    def hand_in_files(self, case: Case, moment: datetime) -> None:
        """Hand in a file for each material that no record spares."""
        spared = held.offers_of(case, self.service, moment).materials
        for material in self.service.materials:
            if material.required and material.key not in spared:
                text = f"{material.name.zh}{MARK}\n本文件为演示用，内容虚构。\n"
                file = HandedIn(f"{material.name.zh[:20]}{MARK}.txt", text.encode())
                applying.attach(self.applicant, case, material.key, file, now=moment)

    def go(self, fate: Fate) -> None:
        """Let what the fate says become of it."""
        if fate == "draft":
            return
        self.add(self.after(0, 0), lambda at: applying.submit(self.applicant, self.case(), now=at))
        if fate == "submitted" or (fate == "late" and self.script.chance.random() < 0.5):
            return
        if fate == "withdrawn":
            self.add(self.after(0, 2), self.withdraw)
            return
        self.add(self.after(0, 1), self.claim)
        steps: Mapping[Fate, tuple[Callable[[], None], ...]] = {
            "review": (self.perhaps_hear,),
            "late": (),
            "asked": (self.ask,),
            "completed": (self.ask, self.complete),
            "lapsed": (self.ask,),
            "granted": (self.grant,),
            "delivered": (self.grant, self.deliver),
            "refused": (self.refuse,),
            "appealed": (self.refuse, self.appeal),
            "upheld": (self.refuse, self.appeal, self.uphold),
            "contested": (self.grant, self.appeal, self.uphold, self.deliver),
            "overturned": (self.refuse, self.appeal, self.overturn),
            "reopened": (self.refuse, self.appeal, self.overturn, self.reopen, self.grant),
        }
        for step in steps[fate]:
            step()

    # each of these writes one act into the script

    def perhaps_hear(self) -> None:
        """Some cases are put to the same department of another city."""
        if self.script.chance.random() < 0.7:
            self.add(self.after(0, 0), self.hear)

    def ask(self) -> None:
        """The officer says what is missing."""
        self.add(self.after(0, 1), self._ask)

    def complete(self) -> None:
        """The applicant completes."""
        self.add(
            self.after(1, 2), lambda at: applying.complete(self.applicant, self.case(), now=at)
        )

    def grant(self) -> None:
        """The officer grants, mostly within the limit."""
        days = max(1, round(self.service.limit * self.script.chance.choice([0.3, 0.6, 0.9, 1.6])))
        self.add(self.after(0, days), lambda at: self._decide(at, granted=True))

    def refuse(self) -> None:
        """The officer refuses."""
        self.add(self.after(0, 2), lambda at: self._decide(at, granted=False))

    def deliver(self) -> None:
        """The outcome reaches the applicant."""
        self.add(self.after(0, 3), self._deliver)

    def appeal(self) -> None:
        """The applicant appeals."""
        self.add(self.after(1, 3), self._appeal)

    def uphold(self) -> None:
        """The decision stands."""
        self.add(self.after(2, 6), lambda at: self._judge(at, upheld=True))

    def overturn(self) -> None:
        """The decision does not stand."""
        self.add(self.after(1, 3), lambda at: self._judge(at, upheld=False))

    def reopen(self) -> None:
        """An officer takes it up anew."""
        self.add(self.after(0, 1), self.claim)

    # what happens when it is played

    def claim(self, moment: datetime) -> None:
        """An officer of the deciding authority takes the case."""
        case = self.case()
        self.officer = self.script.officer_of(moving.deciding(case))
        deciding.claim(self.officer, case, now=moment)

    def withdraw(self, moment: datetime) -> None:
        """The applicant takes it back."""
        words = self.script.said("withdrawing")[0]
        applying.withdraw(self.applicant, self.case(), words, now=moment)

    def hear(self, moment: datetime) -> None:
        """The officer asks the same department of another city; it may have answered."""
        case = self.case()
        others = Authority.objects.filter(
            subjects=self.service.competence, active=True, city__isnull=False
        ).exclude(key=moving.deciding(case).key)
        other = self.script.chance.choice(list(others.order_by("key")))
        question = self.script.said("question")[0]
        opinion = deciding.ask_opinion(self.in_hand, case, other, question, 5, now=moment)
        draw = self.script.chance.random()
        if draw < 0.6:
            answer = "agrees" if draw < 0.4 else "conditions"
            words = self.script.said(answer)[0]
            officer = self.script.officer_of(other)
            deciding.give_opinion(officer, opinion, answer, words, now=moment)

    def _ask(self, moment: datetime) -> None:
        words = self.script.said("asking")[0]
        deciding.ask_for_more(self.in_hand, self.case(), words, 10, now=moment)

    def _decide(self, moment: datetime, *, granted: bool) -> None:
        zh, en = self.script.said("granted" if granted else "refused")
        deciding.decide(
            self.in_hand, self.case(), granted=granted, reasons_zh=zh, reasons_en=en, now=moment
        )

    def _deliver(self, moment: datetime) -> None:
        words = self.script.said("delivered")[0]
        deciding.deliver(self.in_hand, self.case(), words, now=moment)

    def _appeal(self, moment: datetime) -> None:
        words = self.script.said("grounds")[0]
        appealing.appeal(self.applicant, self.case(), words, now=moment)

    def _judge(self, moment: datetime, *, upheld: bool) -> None:
        appeal = Appeal.objects.select_related("authority", "case").get(
            case_id=self.key, decided_at=None
        )
        judge = self.script.officer_of(appeal.authority, not_=self.officer)
        words = self.script.said("upheld" if upheld else "overturned")[0]
        appealing.decide_appeal(judge, appeal, upheld=upheld, reasons=words, now=moment)
