"""What an inspector's phone keeps, to check without a network.

    {"content": "<JSON>", "seal": "<JWT>"}

`seal` (typ conurb-lists+jwt) says when the lists were put together and their SHA-256; it is signed
by the region's key, on a node without it by a city's. The content has

    trust       entries: every leaf of the region's log; checkpoints: the notes that carry trust
                from the region's first key to the present one, the last over all entries
    status      {city, number, token}: every status list, freshly signed by its city
    types       {code, slug, version, name, subject, stale_after, adverse, claims}
    agreements  {key, type, from, in, start, end, effects}: those in force now or later
    cities      {code, name}
    zone        in which moments are told

and nothing about any subject. A browser verifies all of it again (`frontend/src/checking`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from conurb.records import sd_jwt, status_lists
from conurb.records.actions.keys import Signer, hosted, signer
from conurb.records.keys import MissingKeyError
from conurb.records.models import (
    REGION_LOG,
    Agreement,
    Checkpoint,
    LogEntry,
    LogHead,
    StatusList,
)
from conurb.records.statement import issuer_address, status_address
from conurb.records.types import Claim, RecordType, types
from conurb.region.models import City

SEAL = "conurb-lists+jwt"
TTL = 24 * 3600
"""Seconds after which a status list should be fetched again; ten times as long it may count."""

KEPT_FOR = timedelta(minutes=5)
"""How long one worker answers with the same lists while nothing changed."""

SCHEMA_WORDS = ("format", "x-words", "x-unit", "items")
"""What of a claim's schema says how its value reads; see `records.presenting`."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists as sent, plain and packed, and the name of their state for `If-None-Match`."""

    body: bytes
    packed: bytes
    etag: str


_kept: dict[str, tuple[datetime, tuple[Any, ...], Lists]] = {}


def lists(now: datetime | None = None) -> Lists:
    """Return the lists of this moment, made anew when a log or an agreement changed.

    Raises LookupError where this node has no key to sign them with.
    """
    moment = now or timezone.now()
    state = _state(moment)
    kept = _kept.get("lists")
    if kept is not None and kept[1] == state and timedelta(0) <= moment - kept[0] < KEPT_FOR:
        return kept[2]
    made = _make(moment)
    _kept["lists"] = (moment, state, made)
    return made


def sealer() -> Signer:
    """Return the key that vouches for the lists: the region's, else that of a city of this node."""
    for owner in (REGION_LOG, *hosted()):
        try:
            return signer(owner)
        except (LookupError, MissingKeyError):
            continue
    raise LookupError(
        "This node has no signing key. Start it with `conurb serve`, which makes one."
    )


def _state(moment: datetime) -> tuple[Any, ...]:
    """What changes whenever the lists do; two queries."""
    heads = tuple(
        (log, size, bytes(frontier))
        for log, size, frontier in LogHead.objects.order_by("log").values_list(
            "log", "size", "frontier"
        )
    )
    agreements = tuple(
        Agreement.objects.order_by("pk").values_list("pk", "closed_at", "holds_until")
    )
    return (timezone.localdate(moment), heads, agreements, types())


def _make(moment: datetime) -> Lists:
    document = {
        "trust": _trust(),
        "status": _status(moment),
        "types": [_type(each) for each in types()],
        "agreements": _agreements(moment),
        "cities": [
            {"code": city.code, "name": {"zh": city.name_zh, "en": city.name_en}}
            for city in City.objects.all()
        ],
        "zone": settings.TIME_ZONE,
    }
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    seal = sd_jwt.sign(sealer(), SEAL, {"iat": int(moment.timestamp()), "sha256": digest})
    body = json.dumps({"content": content, "seal": seal}, ensure_ascii=False).encode()
    packed = gzip.compress(body, 6, mtime=0)
    return Lists(body, packed, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _trust() -> dict[str, list[str]]:
    entries = list(
        LogEntry.objects.filter(log=REGION_LOG)
        .order_by("index")
        .values_list("index", "kind", "body")
    )
    # the head that was signed when a key of the region came in, by the key before it
    sizes = {
        index + 1
        for index, kind, body in entries
        if kind == "add" and json.loads(body)["owner"] == REGION_LOG
    }
    notes = dict(
        Checkpoint.objects.filter(log=REGION_LOG).order_by("size").values_list("size", "note")
    )
    wanted = sorted({min((each for each in notes if each >= size), default=0) for size in sizes})
    last = max(notes, default=0)
    return {
        "entries": [body for _index, _kind, body in entries],
        "checkpoints": [notes[size] for size in sorted({*wanted, last}) if size],
    }


def _status(moment: datetime) -> list[dict[str, Any]]:
    site, issued = settings.SITE_ADDRESS, int(moment.timestamp())
    signers: dict[str, Signer] = {}
    signed = []
    for found in StatusList.objects.order_by("city_id", "number").iterator(chunk_size=8):
        code = found.city_id
        if code not in signers:
            try:
                signers[code] = signer(code)
            except (LookupError, MissingKeyError):
                continue  # another node signs for the city
        token = status_lists.token(
            signers[code],
            found.bits,
            uri=status_address(site, code, found.number),
            issuer=issuer_address(site, code),
            issued=issued,
            ttl=TTL,
        )
        signed.append({"city": code, "number": found.number, "token": token})
    return signed


def _type(each: RecordType) -> dict[str, Any]:
    return {
        "code": each.code,
        "slug": each.slug,
        "version": each.version,
        "name": {"zh": each.name.zh, "en": each.name.en},
        "summary": {"zh": each.summary.zh, "en": each.summary.en},
        "subject": each.subject,
        "stale_after": int(each.stale_after.total_seconds()),
        "adverse": bool(each.extra.get("adverse")),
        "claims": [_claim(claim) for claim in each.claims if claim.compact is not None],
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "label": claim.compact,
        "name": {"zh": claim.label.zh, "en": claim.label.en},
        "held": not claim.public,
        "schema": _reading(claim.schema),
    }


def _reading(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a schema that says how a value reads."""
    kept = {name: schema[name] for name in SCHEMA_WORDS if name in schema}
    if isinstance(kept.get("items"), Mapping):
        kept["items"] = _reading(kept["items"])
    return kept


def _agreements(moment: datetime) -> list[dict[str, Any]]:
    today = timezone.localdate(moment)
    rows = Agreement.objects.filter(
        Q(closed_at=None) | Q(closed_at__gt=moment),
        Q(holds_until=None) | Q(holds_until__gte=today),
        opened_at__lte=moment,
    ).order_by("type", "from_city", "in_city", "holds_from")
    return [
        {
            "key": row.key,
            "type": row.type,
            "from": row.from_city_id,
            "in": row.in_city_id,
            "start": _midnight(row.holds_from),
            "end": _midnight(row.holds_until + timedelta(days=1)) if row.holds_until else None,
            "effects": row.effects,
        }
        for row in rows
    ]


def _midnight(day: date) -> str:
    return timezone.make_aware(datetime.combine(day, time.min)).isoformat()
