"""Offline checks of people, reported by the phone that made them: noted for the person to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.records import scans
from conurb.records.actions.looking import by, note_all
from conurb.records.actions.presenting import SCANNED
from conurb.records.holding import instant
from conurb.records.models import Record
from conurb.records.scans import Refusal, Scan
from conurb.records.subjects import PERSONAL
from conurb.records.types import UnknownTypeError, type_of
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import City, User, works_for_region

DAY = 24 * 3600


@dataclass
class Reported:
    """What became of each scan, by its key; the phone keeps none of them any longer."""

    noted: list[str] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)


def report(actor: User, told: Sequence[Scan], *, now: datetime | None = None) -> Reported:
    """Note scans that an officer's phone made without a network.

    For officers alone: a place in a status list can be guessed, and nobody is to read of looks that
    never were. Whoever reports answers for them. Raises NotCompetentError for others, RefusedError
    429 for more than an officer can have made in a day.
    """
    if not works_for_region(actor):
        raise NotCompetentError(_("Offline checks are reported by officers. Log in as one."))
    moment = now or timezone.now()
    _require_few(actor, len(told), moment)
    places = _records(told)
    cities = set(City.objects.values_list("code", flat=True))
    done = Reported()
    looks = []
    for scan in told:
        record = places.get((scan.city, scan.number, scan.index))
        at = scans.moment_of(scan, moment)
        refusal = _refusal(scan, record, at, cities)
        if refusal is not None:
            done.refused[scan.key] = refusal
        elif record is not None and at is not None:
            looks.append(_look(actor, scan, record, at, moment))
            done.noted.append(scan.key)
    if looks:
        note_all(looks)
    return done


def _refusal(
    scan: Scan, record: Record | None, at: datetime | None, cities: set[str]
) -> Refusal | None:
    if scan.in_city not in cities:
        return "malformed"
    if record is None:
        return "unknown-record"
    if at is None:
        return "too-old"
    if at < record.issued_at - scans.CLOCKS:
        return "before-issue"
    return None if _is_personal(record.type) else "not-personal"


def _look(
    actor: User, scan: Scan, record: Record, at: datetime, received: datetime
) -> dict[str, str]:
    return {
        "key": scans.key_of(actor.pk, scan.key),
        "at": instant(at),
        "received_at": instant(received.astimezone(UTC)),
        "subject_handle": record.subject_handle,
        "type": record.type,
        "record_key": record.key,
        "in_city": scan.in_city,
        "purpose": SCANNED,
        "verdict": scan.verdict,
        "way": "offline",
        **by(actor),
    }


def _records(told: Sequence[Scan]) -> dict[tuple[str, int, int], Record]:
    """Return the records at the places that were scanned, one query a status list."""
    lists = defaultdict(set)
    for scan in told:
        lists[scan.city, scan.number].add(scan.index)
    found = {}
    for (city, number), indices in lists.items():
        rows = Record.everything.filter(
            city_id=city, status_list__number=number, status_index__in=indices
        )
        for row in rows:
            found[city, number, row.status_index] = row
    return found


def _is_personal(slug: str) -> bool:
    try:
        return type_of(slug).subject in PERSONAL
    except UnknownTypeError:
        return False


def _require_few(actor: User, number: int, moment: datetime) -> None:
    name = f"records.scans.{actor.pk}.{timezone.localdate(moment).isoformat()}"
    cache.add(name, 0, DAY)
    try:
        count = cache.incr(name, number)
    except ValueError:  # it was thrown out between the two
        cache.set(name, number, DAY)
        count = number
    if count > scans.MOST_A_DAY:
        raise RefusedError(
            _("More than %(most)s offline checks were reported today. Try again tomorrow.")
            % {"most": scans.MOST_A_DAY},
            status=429,
        )
