"""The invented passes: made through the real actions, the same for the same seed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from conurb.desk.models import Case
from conurb.sames.platform.demonstration import MARK, demonstrate
from conurb.sames.platform.models import Pass, PassCheck, Violation, Withdrawal

CITIES = {"430100", "430200", "430300"}


@pytest.fixture
def people(db):
    """The officers of the traffic police, and a driver of every city."""
    from conurb.region.models import Authority, City, User

    for city in City.objects.all():
        User.objects.create_user(f"driver-{city.slug}", full_name=f"司机{MARK}", is_demo=True)
        police = Authority.objects.get(city=city, subjects="traffic-police")
        User.objects.create_user(f"{police.key}-1", authority=police, is_demo=True)


def life() -> list[tuple[object, ...]]:
    return list(
        Pass.everything.order_by("issued_at", "pk").values_list(
            "plate", "city", "applied_in", "automatic", "first_day", "last_day", "hours"
        )
    )


def test_there_is_life_and_it_says_what_it_is(people, region):
    from conurb.records.models import Record

    now = timezone.now()
    made = demonstrate(region, 2021, now)
    assert made > 80
    assert Pass.everything.count() > 25
    assert set(Pass.everything.values_list("city", flat=True)) == CITIES
    assert Pass.everything.filter(automatic=True).exists()
    assert Pass.everything.filter(automatic=False).exists()
    assert Violation.everything.exists()
    assert Withdrawal.objects.count() == 1
    assert PassCheck.everything.filter(verdict="valid").exists()
    owners = Record.everything.filter(type="truck-pass").values_list("held__owner", flat=True)
    assert all(str(owner).endswith(MARK) for owner in owners)
    assert not Pass.everything.filter(issued_at__gt=now).exists()
    for state in ("submitted", "review"):
        waiting = Case.everything.filter(service="truck-pass", state=state)
        assert set(waiting.values_list("authority__city_id", flat=True)) == CITIES
    assert demonstrate(region, 2021, now) == 0


def test_without_people_nothing_is_invented(db, region):
    assert demonstrate(region, 2021, timezone.now()) == 0
    assert not Pass.everything.exists()
