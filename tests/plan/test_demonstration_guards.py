"""Where the demonstration does nothing, what it leaves alone, and that chance has a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from conurb.plan.actions.life import propose_all
from conurb.plan.demonstration import demonstrate, make_people
from conurb.plan.models import Assignment, Report, Task
from conurb.region.folder import load_region
from conurb.region.models import User
from tests.conftest import REGION

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def region():  # type: ignore[no-untyped-def]
    return load_region(REGION)


def invented_once(region: object, seed: int) -> list[tuple[object, ...]]:
    """What a demonstration of a few tasks writes; taken back."""
    with transaction.atomic():
        User.objects.filter(username="office").delete()
        demonstrate(region, seed=seed, now=NOW)  # type: ignore[arg-type]
        rows = Report.everything.order_by("task__order", "sequence")
        made = list(rows.values_list("task__number", "sequence", "stage", "words", "created_at"))
        transaction.set_rollback(True)
    return made


def test_it_is_the_same_for_the_same_seed_and_another_for_another(plan, region):
    Task.everything.filter(order__gt=8000).delete()
    first = invented_once(region, 7)
    assert len(first) > 20
    assert invented_once(region, 7) == first
    assert invented_once(region, 8) != first


def test_a_node_with_a_life_of_its_own_is_left_alone(plan, region, actors):
    propose_all(actors["office"])
    before = Assignment.everything.count()
    assert demonstrate(region, now=NOW).acts == 0
    assert Assignment.everything.count() == before
    assert not Report.everything.exists()


def test_people_of_the_node_keep_their_accounts(region, actors):
    assert make_people(region.people, random.Random(1)) > 100
    office = User.objects.get(username="office")
    assert (office.pk, office.is_demo) == (actors["office"].pk, False)
    assert make_people(region.people, random.Random(1)) == 0


def test_the_command_refuses_outside_a_demonstration(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="demonstration mode"):
        call_command("demonstrate")
    assert not User.objects.filter(is_demo=True).exists()
