"""The invented matters: every state, once, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from conurb.region.folder import load_region
from conurb.region.numbers import check_firm, check_resident
from conurb.sames.market import demonstration
from conurb.sames.market.procedure import State

REGION = Path(__file__).resolve().parents[3] / "regions" / "changzhutan"
pytestmark = pytest.mark.django_db


def test_every_state_is_shown_and_everything_is_marked():
    from conurb.region.models import Authority, Identity, User
    from conurb.sames.market.models import (
        ArrearsMatter,
        Duty,
        Help,
        Inspector,
        Listing,
        listed_as,
    )

    region = load_region(REGION)
    for authority in Authority.objects.filter(city__isnull=False):
        User.objects.create_user(f"{authority.key}-1", authority=authority, is_demo=True)
    citizen = User.objects.create_user(demonstration.CITIZEN, is_demo=True)
    Identity.everything.create(
        user=citizen,
        number=demonstration.invented_resident("430100", 1990),
        name=f"周某{demonstration.MARK}",
        source=Identity.Source.DEMONSTRATION,
    )
    acts = demonstration.demonstrate(region, 2021, timezone.now())
    assert acts > 300
    assert set(ArrearsMatter.everything.values_list("state", flat=True)) == {
        state.value for state in State
    }
    for matter in ArrearsMatter.everything.prefetch_related("parties"):
        assert demonstration.MARK in matter.firm_name
        check_firm(matter.firm)
        for party in matter.parties.all():
            assert demonstration.MARK in party.name
            assert check_resident(party.number).sequence == 0
    # somebody who can log in is listed and sees it
    states = {each.matter.state for each in listed_as(citizen).select_related("matter")}
    assert states == {State.NOTICED, State.PUBLISHED}
    cities = set(Listing.everything.values_list("city_id", flat=True))
    assert len(cities) == 3
    assert Duty.everything.exclude(answer="").exists()
    assert Duty.everything.filter(answer="", superseded=False).exists()
    assert set(Help.everything.values_list("state", flat=True)) == {"asked", "accepted", "done"}
    assert all(
        demonstration.MARK in name for name in Inspector.objects.values_list("name", flat=True)
    )
    assert demonstration.demonstrate(region, 2021, timezone.now()) == 0
