"""The invented life of the desk: in every state, marked as invented, the same for the same seed."""

from __future__ import annotations

import random
import re

import pytest
from django.db import transaction
from django.utils import timezone

from conurb.desk.demonstration import FATES, demonstrate
from conurb.desk.models import Case, CaseEvent, Delegation, Opinion
from conurb.desk.stages import State
from conurb.plan.demonstration import make_people
from conurb.records import index
from conurb.records.models import Record
from conurb.region.folder import load_region
from conurb.region.inventing import MARK
from conurb.region.models import Identity, Representation, User
from tests.conftest import REGION

pytestmark = pytest.mark.django_db


@pytest.fixture
def region(index_at_once):
    found = load_region(REGION)
    User.objects.filter(username__in=["resident", "office", "admin"]).delete()
    make_people(found.people, random.Random(1))
    return found


@pytest.mark.slow
def test_the_invented_life_of_the_desk(region):
    now = timezone.now()
    told = []
    for _time in range(2):
        with transaction.atomic():
            acts = demonstrate(region, 2021, now)
            told.append((acts, summary()))
            check(now)
            assert demonstrate(region, 2021, now) == 0
            transaction.set_rollback(True)
        index.rebuild()
    assert told[0] == told[1]


def summary() -> list[tuple[object, ...]]:
    """What does not depend on chance beyond the seed."""
    rows = Case.everything.order_by("pk").select_related("authority", "applicant")
    return [
        (
            case.service,
            case.state,
            case.number,
            case.applicant.username,
            case.authority.key if case.authority else "",
            case.submitted_at,
            case.decided_at,
            case.reasons_zh,
        )
        for case in rows
    ]


def check(now) -> None:
    """Look at what one run made."""
    assert Case.everything.count() == sum(FATES.values())
    assert set(Case.everything.values_list("state", flat=True)) == {state.value for state in State}
    assert not CaseEvent.objects.filter(at__gt=now).exists()
    people = User.objects.filter(identity__source=Identity.Source.DEMONSTRATION)
    assert people.count() >= 14
    for user in people.select_related("identity"):
        assert user.is_demo
        assert user.full_name.endswith(MARK)
        assert user.email.endswith(".invalid")
        assert re.fullmatch(r"\d{14}000[\dX]", user.identity.number)
    assert Representation.everything.filter(firm_name__contains=MARK).count() == 3
    assert all(reason.endswith(MARK) for reason in reasons())
    assert Record.everything.filter(case_key="").count() >= 9
    granted = Case.everything.filter(state__in=[State.GRANTED, State.DELIVERED]).exclude(
        record_key=""
    )
    assert granted.count() > 5
    assert Case.everything.filter(reused_count__gt=0).exists()
    assert Opinion.objects.exists()
    assert Delegation.objects.count() == 1
    today = timezone.localdate(now)
    assert Case.everything.filter(
        state__in=[State.SUBMITTED, State.REVIEW], due_on__lt=today
    ).exists()


def reasons() -> list[str]:
    """The reasons of every decision."""
    decided = Case.everything.exclude(reasons_zh="")
    return list(decided.values_list("reasons_zh", flat=True))
