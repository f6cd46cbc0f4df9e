"""Invented life of the signals: a green wave that runs, and one that waits for a city.

Made through the real actions by officers of the traffic police, where the region has some; the
same whenever it is made.
"""

from __future__ import annotations

from datetime import datetime

from conurb.region.declarations import Region
from conurb.region.models import User
from conurb.sames.facilities.actions import signals as acts
from conurb.sames.facilities.actions.signals import Asked
from conurb.sames.facilities.signal_models import POLICE, SignalCorridor, SignalVersion

SIGNED = (
    ("tanzhou-avenue", Asked(method="multiband", spread=10.0, tolerance=0.05), None),
    ("furong-avenue", Asked(method="multiband", pattern="morning-peak", spread=10.0), 1),
)
"""Arterials with what is asked for them, and how many cities sign; None for all."""


def demonstrate(_region: Region, _seed: int, _now: datetime) -> int:
    """Find plans for two arterials and let cities sign; return how many acts were made."""
    if SignalVersion.everything.exclude(kind=SignalVersion.Kind.DECLARED).exists():
        return 0
    made = 0
    for slug, asked, signing in SIGNED:
        corridor = SignalCorridor.objects.filter(slug=slug, active=True).first()
        base = acts.current_of(corridor) if corridor is not None else None
        officers = [_officer(city) for city in corridor.cities] if corridor is not None else []
        able = [officer for officer in officers if officer is not None]
        if base is None or not able or len(able) < len(officers):
            continue
        found = acts.search(acts.programme_of(base), asked)
        version = acts.propose(able[0], base, asked, found)
        made += 1
        for officer in able[:signing]:
            acts.sign(officer, version, agreed=True)
            made += 1
    return made


def _officer(city: str) -> User | None:
    people = User.objects.filter(
        authority__city=city, authority__subjects=POLICE, authority__active=True, is_active=True
    )
    return people.order_by("username").first()
