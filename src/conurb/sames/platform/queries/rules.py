"""The rules in force, and what is on record for an application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.records.models import Record
from conurb.refusal import RefusedError
from conurb.sames.platform import application, points
from conurb.sames.platform.application import Data, IncompleteError
from conurb.sames.platform.declared import Declared, Texts, read
from conurb.sames.platform.granting import Facts, OtherPass
from conurb.sames.platform.models import Pass, PassZone, RuleSet, Violation
from conurb.sames.platform.points import Mark
from conurb.sames.platform.validity import Validity

STANDS = (Record.State.VALID, Record.State.SUSPENDED)


def in_force() -> RuleSet:
    """Return the rules in force, without their texts; raises RefusedError where there are none."""
    newest = RuleSet.objects.only("pk", "digest", "loaded_at").first()
    if newest is None:
        raise RefusedError(
            _(
                "The region declares no rules for freight vehicle passes. "
                "Add platform.toml to its folder (see docs/packs/platform.md)."
            )
        )
    return newest


def declared() -> Declared:
    """Return everything declared, as it is in force; read once a state and process."""
    newest = in_force()
    return _read(newest.pk, newest.digest)


@lru_cache(maxsize=4)
def _read(pk: int, _digest: str) -> Declared:
    kept = RuleSet.objects.get(pk=pk)
    return read(Texts(kept.toml, kept.zones, kept.corridors, kept.days, kept.outlines))


class Taken(Mapping[str, Sequence[tuple[date, date]]]):
    """The days for which a zone is opened by passes that stand, read when a zone is asked for."""

    def __init__(self, since: date, without: str) -> None:
        self._since, self._without = since, without

    def __getitem__(self, code: str) -> Sequence[tuple[date, date]]:
        rows = PassZone.objects.filter(
            zone_id=code, last_day__gte=self._since, of__record__state__in=STANDS
        ).exclude(of__key=self._without)
        return list(rows.values_list("first_day", "last_day"))

    def __iter__(self) -> Iterator[str]:
        return iter(declared().zone_by_code)

    def __len__(self) -> int:
        return len(declared().zone_by_code)


def facts_for(data: Data, at: datetime) -> Facts:
    """Return what is on record for an application at a moment."""
    today = timezone.localdate(at)
    renews = str(data.get("renews") or "")
    try:
        plate, _class = application.read_plate(data)
    except IncompleteError:
        return Facts(today, Taken(today, renews))
    current = None
    if renews:
        current = Pass.everything.filter(key=renews, record__state__in=STANDS).first()
    return Facts(
        today=today,
        taken=Taken(today, renews),
        points=points_of(plate, at),
        withdrawn_on=withdrawn_on(plate),
        others=tuple(
            other_pass(each)
            for each in Pass.everything.filter(
                plate=plate, last_day__gte=today, record__state__in=STANDS
            ).prefetch_related("zones")
        ),
        renewing=other_pass(current) if current is not None else None,
        renewing_plate=current.plate if current is not None else "",
        renewing_city=current.city_id if current is not None else "",
    )


def other_pass(of: Pass) -> OtherPass:
    """Return a pass as the rules see it."""
    zones = frozenset(each.zone_id for each in of.zones.all())
    return OtherPass(of.key, zones, Validity(of.first_day, of.last_day))


def marks_of(plate: str) -> list[Mark]:
    """Return the violations of a vehicle as the rules see them."""
    rows = Violation.everything.filter(plate=plate).select_related("annulment")
    return [Mark(each.at, each.points, hasattr(each, "annulment")) for each in rows]


def points_of(plate: str, at: datetime) -> int:
    """Return the points that count against a vehicle at a moment."""
    return points.total(marks_of(plate), declared().thresholds.window_days, at)


def withdrawn_on(plate: str) -> date | None:
    """Return when a pass of the vehicle was last withdrawn for what was done with it."""
    last = (
        Pass.everything.filter(plate=plate, withdrawal__ground__in=("points", "deception"))
        .order_by("-withdrawal__at")
        .values_list("withdrawal__at", flat=True)
        .first()
    )
    return timezone.localdate(last) if last is not None else None
