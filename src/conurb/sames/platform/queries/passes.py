"""Passes as pages show them: to officers of the traffic police, and to holders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils import timezone

from conurb.records import presenting
from conurb.records.models import Record
from conurb.records.presenting import Reading, Standing
from conurb.region.models import City, User
from conurb.region.numbers import NumberError, check_plate
from conurb.sames.platform import points, validity
from conurb.sames.platform.models import Pass, PassZone, Violation, is_police
from conurb.sames.platform.points import Standing as Warned
from conurb.sames.platform.queries.rules import declared, points_of
from conurb.sames.platform.restrictions import Zone
from conurb.sames.platform.validity import Validity

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

STATES = ("valid", "not-yet", "suspended", "revoked", "superseded", "expired")


@dataclass(frozen=True)
class Asked:
    """What the list of passes is narrowed to."""

    plate: str = ""
    city: str = ""
    state: str = ""
    due: bool = False

    @classmethod
    def of(cls, params: QueryDict) -> Asked:
        """Read it from an address; a value that cannot be is left out."""
        state = params.get("state", "")
        return cls(
            plate=params.get("plate", "").strip()[:12],
            city=params.get("city", "")[:6],
            state=state if state in STATES else "",
            due=params.get("due") == "1",
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves passes out."""
        return bool(self.plate or self.city or self.state or self.due)


@dataclass(frozen=True)
class Shown:
    """A pass with how it stands now, and the points of its vehicle."""

    of: Pass
    standing: Standing
    zones: tuple[str, ...]
    points: int
    warned: Warned
    renewable: bool


@dataclass(frozen=True)
class Detail:
    """A pass with all that its page shows. `readings` are the claims that the actor may see."""

    shown: Shown
    zones: tuple[Zone, ...]
    readings: tuple[Reading, ...]
    violations: Sequence[Violation]
    history: Sequence[Pass]
    may_note: bool
    may_withdraw: bool
    is_holder: bool


def listed(actor: User | AnonymousUser, asked: Asked, now: datetime) -> QuerySet[Pass]:
    """Return the passes that the actor sees, narrowed; the points of each vehicle with it."""
    today = timezone.localdate(now)
    rows = Pass.objects.visible_to(actor).filter(_state(asked.state, today))
    if asked.city:
        rows = rows.filter(city=asked.city)
    if asked.plate:
        rows = rows.filter(plate__contains=_plate(asked.plate))
    if asked.due:
        rows = rows.filter(
            plate__in=due_plates(now), record__state=Record.State.VALID, last_day__gte=today
        )
    return rows.select_related("record", "city", "applied_in").prefetch_related(
        Prefetch("zones", PassZone.objects.order_by("zone"))
    )


def due_plates(now: datetime) -> list[str]:
    """Return the plates of vehicles at the limit of points whose pass still stands."""
    limits = declared().thresholds
    sums = _sums(now, limits.window_days)
    standing = Pass.everything.filter(
        plate__in=[plate for plate, total in sums.items() if total >= limits.withdraw_at],
        record__state=Record.State.VALID,
        last_day__gte=timezone.localdate(now),
    )
    return sorted(set(standing.values_list("plate", flat=True)))


def show(passes: Sequence[Pass], now: datetime) -> list[Shown]:
    """Return passes with how they stand; one query for the points of all."""
    limits = declared().thresholds
    sums = _sums(now, limits.window_days, {each.plate for each in passes})
    return [_shown(each, sums.get(each.plate, 0), now) for each in passes]


def detail(actor: User, of: Pass, now: datetime) -> Detail:
    """Return everything about a pass that the actor was found to see."""
    record = Record.objects.visible_to(actor).filter(pk=of.record_id).first()
    zone = timezone.get_default_timezone()
    readings = presenting.readings(
        of.record.declared, of.record.public, record.held if record else {}, zone
    )
    stands = of.record.state in {Record.State.VALID, Record.State.SUSPENDED}
    return Detail(
        shown=_shown(of, points_of(of.plate, now), now),
        zones=tuple(
            declared().zone_by_code[each.zone_id]
            for each in of.zones.all()
            if each.zone_id in declared().zone_by_code
        ),
        readings=readings,
        violations=list(
            Violation.objects.visible_to(actor)
            .filter(plate=of.plate)
            .select_related("authority", "officer", "annulment__officer", "of")
        ),
        history=list(
            Pass.objects.visible_to(actor)
            .filter(plate=of.plate)
            .select_related("record", "city")
            .exclude(pk=of.pk)
        ),
        may_note=is_police(actor),
        may_withdraw=stands and actor.authority_id == of.record.authority_id,
        is_holder=of.holder_id == actor.pk,
    )


def holders(actor: User, now: datetime) -> list[Shown]:
    """Return the passes of their holder, those that stand first."""
    rows = list(
        Pass.objects.visible_to(actor)
        .filter(holder=actor)
        .select_related("record", "city", "applied_in")
        .prefetch_related("zones")
    )
    shown = show(rows, now)
    return sorted(shown, key=lambda each: STATES.index(each.standing))


def cities() -> list[City]:
    """Return the cities to choose from."""
    return list(City.objects.all())


def _shown(of: Pass, counted: int, now: datetime) -> Shown:
    stands = presenting.standing(of.record.state, of.record.valid_from, of.record.valid_until, now)
    return Shown(
        of=of,
        standing=stands,
        zones=tuple(each.zone_id for each in of.zones.all()),
        points=counted,
        warned=points.standing(counted, declared().thresholds),
        renewable=stands == "valid"
        and validity.can_renew(Validity(of.first_day, of.last_day), timezone.localdate(now)),
    )


def _sums(now: datetime, window_days: int, plates: set[str] | None = None) -> dict[str, int]:
    """Return the points that count now, by plate; `plates` None asks for all."""
    since = now - timedelta(days=window_days)
    rows = Violation.everything.filter(at__gt=since, at__lte=now, annulment=None)
    if plates is not None:
        rows = rows.filter(plate__in=plates)
    summed = rows.order_by().values_list("plate").annotate(total=Sum("points"))
    return {plate: total or 0 for plate, total in summed}


def _plate(text: str) -> str:
    """Return a plate as the standard writes it, or what was typed of one."""
    try:
        return check_plate(text).text
    except NumberError:
        return "".join(text.split()).upper().replace("·", "")


def _state(state: str, today: date) -> Q:
    record = Record.State
    match state:
        case "valid":
            return Q(record__state=record.VALID, first_day__lte=today, last_day__gte=today)
        case "not-yet":
            return Q(record__state=record.VALID, first_day__gt=today)
        case "expired":
            return Q(record__state__in=(record.VALID, record.SUSPENDED), last_day__lt=today)
        case "suspended":
            return Q(record__state=record.SUSPENDED, last_day__gte=today)
        case "revoked" | "superseded":
            return Q(record__state=state)
    return Q()
