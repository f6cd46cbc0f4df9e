"""The invented life of the pack: made once, by the real actions, on whatever layers there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from conurb.records.auditing import audit
from conurb.records.queries.auditing import Tables
from conurb.records.types import type_of
from conurb.region.folder import load_region
from conurb.region.models import User
from conurb.sames.planning.actions import reviews
from conurb.sames.planning.demonstration import demonstrate
from conurb.sames.planning.models import Judgement, Party, Review
from tests.atlas import layers
from tests.conftest import REGION
from tests.sames.planning.makers import (
    CHANGSHA,
    FACTORY,
    FAR,
    HOMES,
    PARK,
    XIANGTAN,
    ZHUZHOU,
    frame,
    planner,
)

pytestmark = pytest.mark.django_db


def test_it_shows_every_way_a_review_goes_and_runs_once(settings: Any) -> None:
    for city, plots in ((CHANGSHA, (FACTORY, FAR)), (ZHUZHOU, (HOMES,)), (XIANGTAN, (PARK,))):
        User.objects.filter(pk=planner(city).pk).update(is_demo=True)
        layer = layers.layer(city, name=f"演示{city}")
        type(layer).everything.filter(pk=layer.pk).update(is_demo=True)
        layers.version(layer, frame(*plots, FAR), state="published", is_demo=True)
    region, now = load_region(REGION), timezone.now()
    assert demonstrate(region, 2021, now) > 10
    states = set(Review.everything.values_list("state", flat=True))
    assert {Review.State.OPEN, Review.State.ADOPTED, Review.State.SUPERSEDED} <= states
    assert Party.objects.filter(stand=Party.Stand.OBJECTED).exists()
    assert Party.objects.filter(
        review__state=Review.State.OPEN, due_on__lt=timezone.localdate(now)
    ).exists()
    assert Judgement.objects.exists()
    closed = Review.everything.filter(state__in=[Review.State.ADOPTED, Review.State.SUPERSEDED])
    assert not closed.filter(records=None).exists()
    assert all(report.sound for report in audit(Tables(), type_of=type_of))
    assert demonstrate(region, 2021, now) == 0
    assert reviews.lapse_all(now) == 0


def test_without_planners_nothing_happens() -> None:
    assert demonstrate(load_region(REGION), 2021, timezone.now()) == 0
    assert not Review.everything.exists()
