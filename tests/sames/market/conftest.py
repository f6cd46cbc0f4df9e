"""People of the wage-arrears list: labour inspections, tender offices, who acts for a firm."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from conurb.region.numbers import firm_check_character, resident_check_digit

PDF = b"%PDF-1.7\n%%EOF\n"


def firm_code(number: int) -> str:
    """A code that no firm has: its organisation part is counted from 9A."""
    stem = f"91430300MA9A{number:05d}"
    return stem + firm_check_character(stem)


def resident_number(year: int, county: str = "430302") -> str:
    """A resident number given to nobody: sequence 000."""
    stem = f"{county}{year}0101000"
    return stem + resident_check_digit(stem)


FIRM = firm_code(1)
FIRM_NAME = "湘潭甲乙丙建筑劳务有限公司（演示）"


@pytest.fixture
def labour(db):
    """An officer of the labour inspection of every city, by the city's slug."""
    from conurb.region.competence import competent
    from conurb.region.models import City, User

    return {
        city.slug: User.objects.create_user(
            f"labour-{city.slug}",
            full_name=f"{city.short_zh}监察员",
            authority=competent("labour", city.code),
        )
        for city in City.objects.all()
    }


@pytest.fixture
def tender(db):
    """An officer of the tender office of every city, by the city's slug."""
    from conurb.region.competence import competent
    from conurb.region.models import City, User

    return {
        city.slug: User.objects.create_user(
            f"tender-{city.slug}", authority=competent("tendering", city.code)
        )
        for city in City.objects.all()
    }


@pytest.fixture
def agent(db):
    """Who acts for the firm."""
    from conurb.region.models import Representation, User

    user = User.objects.create_user("agent", full_name="赵某（演示）")
    Representation.everything.create(
        user=user, firm=FIRM, firm_name=FIRM_NAME, capacity=Representation.Capacity.LEGAL
    )
    return user


@pytest.fixture
def agreements(db):
    """Wage-arrears listings of every city hold in the others, as the region agreed."""
    from conurb.records.models import Agreement

    assert Agreement.objects.filter(type="wage-arrears", closed_at=None).count() == 6
    return Agreement.objects.filter(type="wage-arrears", closed_at=None)


def at(day: date, hour: int = 10) -> datetime:
    """That hour of a day in the region's zone."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


class Story:
    """Drives a matter through the procedure on days that the rules allow."""

    def __init__(self, labour, agent=None, begins: date = date(2026, 3, 2)) -> None:
        self.officer = labour["xiangtan"]
        self.agent = agent
        self.day = begins
        self.matter = None

    def found(self, **changes):
        from conurb.sames.market.actions import inspecting

        given = {
            "firm": FIRM,
            "firm_name": FIRM_NAME,
            "amount_fen": 12_345_600,
            "workers": 23,
            "worst_fen": 1_800_000,
            "worst_months": 4,
            "facts": "2025年9月至12月工资未支付",
            "project": "昭山示范区甲地块项目",
            **changes,
        }
        people = [inspecting.Person("legal", "赵某（演示）", resident_number(1975))]
        self.matter = inspecting.open_matter(
            self.officer, inspecting.Found(**given), people=people, now=at(self.day)
        )
        return self

    def ordered(self):
        from conurb.sames.market.actions import inspecting

        self.found()
        self.day += timedelta(days=7)
        self.matter = inspecting.order(
            self.officer,
            self.matter,
            served_on=self.day,
            pay_until=self.day + timedelta(days=10),
            now=at(self.day),
        )
        return self

    def unpaid(self):
        from conurb.sames.market.actions import inspecting

        self.ordered()
        self.day = self.matter.order_due_on + timedelta(days=1)
        self.matter = inspecting.find_unpaid(
            self.officer, self.matter, "向工人核实，未收到工资", now=at(self.day)
        )
        return self

    def noticed(self):
        from conurb.sames.market.actions import deciding

        self.unpaid()
        self.matter = deciding.notify(
            self.officer, self.matter, served_on=self.day, now=at(self.day, 11)
        )
        return self

    def objected(self, *, asks_hearing: bool = False):
        from conurb.sames.market.actions import deciding

        self.noticed()
        self.day += timedelta(days=1)
        deciding.object_to(
            self.agent,
            self.matter,
            "工程款未到位，并非无故拖欠",
            asks_hearing=asks_hearing,
            now=at(self.day),
        )
        return self.again()

    def hearing(self):
        from conurb.sames.market.actions import deciding

        self.objected(asks_hearing=True)
        deciding.call_hearing(
            self.officer,
            self.matter,
            at=at(self.day + timedelta(days=14), 9),
            place="湘潭市人社局二楼会议室",
            chair="钱某（演示）",
            now=at(self.day, 15),
        )
        return self.again()

    def considered(self):
        from conurb.sames.market.actions import deciding

        self.objected()
        self.day += timedelta(days=2)
        self.matter = deciding.answer_objection(
            self.officer,
            self.matter,
            upheld=False,
            answer="工程款纠纷不影响支付工资的义务",
            now=at(self.day),
        )
        return self

    def decided(self):
        from conurb.sames.market.actions import deciding

        self.considered()
        self.day += timedelta(days=1)
        self.matter = deciding.decide(self.officer, self.matter, now=at(self.day))
        return self

    def published(self):
        from conurb.sames.market.actions import keeping

        self.decided()
        keeping.publish(self.officer, self.matter, now=at(self.day, 14))
        return self.again()

    def early(self):
        from conurb.journal.uploads import HandedIn
        from conurb.sames.market.actions import inspecting, keeping

        self.published()
        self.day += timedelta(days=10)
        inspecting.note_payment(
            self.officer, self.matter, self.matter.amount_fen, self.day, now=at(self.day)
        )
        self.day = date(self.day.year, self.day.month + 6, self.day.day)
        keeping.ask_early(
            self.agent,
            self.matter,
            "工资已全部付清，保证不再拖欠",
            promised=True,
            files=[HandedIn("支付凭证.pdf", PDF)],
            now=at(self.day),
        )
        return self.again()

    def again(self):
        """Read the matter as it is now."""
        self.matter = type(self.matter).everything.get(pk=self.matter.pk)
        return self


@pytest.fixture
def story(labour, agent, agreements):
    """The story of one matter in Xiangtan."""
    return Story(labour, agent)
