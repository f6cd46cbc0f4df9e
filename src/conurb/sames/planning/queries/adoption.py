"""The signed record of an adoption, as pages and the document show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from conurb.records import presenting
from conurb.records.actions.presenting import code_of
from conurb.records.models import Record
from conurb.records.presenting import Reading
from conurb.records.queries import wallet
from conurb.records.queries.wallet import Card
from conurb.sames.planning.models import Review

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

DIGEST = re.compile(r"[0-9a-f]{64}")
"""A SHA-256 (FIPS 180-4) in lower-case hexadecimal."""
MOST = 10
_CLOSED = (Review.State.ADOPTED, Review.State.SUPERSEDED)


@dataclass(frozen=True)
class Adoption:
    """An adoption with its record: how that stands, where it holds, what it says."""

    review: Review
    record: Record
    card: Card
    claims: Sequence[Reading]


def adoption_of(review: Review) -> Adoption | None:
    """Return the record of an adoption that the asker was found to see; None without one."""
    found = _records([review])
    return _told(review, found[0]) if found else None


def adoptions_of_file(actor: User | AnonymousUser, digest: str) -> list[Adoption]:
    """Return the adoptions of a file by its SHA-256, the latest first; what the records say counts.

    Two at most for one file as a rule: adopted, superseded by another, and adopted again.
    """
    if not DIGEST.fullmatch(digest):
        return []
    reviews = list(
        Review.objects.visible_to(actor)
        .filter(state__in=_CLOSED, version__sha256=digest)
        .select_related("layer", "city", "authority", "version", "superseded_by")
        .order_by("-closed_at", "-pk")[:MOST]
    )
    by_pk = {each.pk: each for each in _records(reviews)}
    return [
        _told(each, by_pk[each.record_id])
        for each in reviews
        if each.record_id in by_pk and by_pk[each.record_id].public.get("sha256") == digest
    ]


def code(adoption: Adoption, now: datetime) -> str:
    """Return the text of a QR code of the record, good as long as it; "" where none can be drawn.

    A record that is not valid has no code, and a node draws codes only for the cities whose keys it
    keeps.
    """
    if adoption.card.standing != "valid":
        return ""
    record = adoption.record
    shown = presenting.disclosure(
        record.declared, record.public, {}, (), valid_until=record.valid_until, now=now
    )
    try:
        return code_of(record, shown, now=now)
    except LookupError:
        return ""


def _records(reviews: Sequence[Review]) -> list[Record]:
    # what an adopted review says is for everybody who sees the review, and the record is of it
    keys = [each.record_id for each in reviews if each.record_id is not None]
    found = Record.everything.filter(pk__in=keys).defer("status_list__bits")
    return list(found.select_related("city", "authority__city", "status_list", "signing_key"))


def _told(review: Review, record: Record) -> Adoption:
    (card,) = wallet.cards([record])
    return Adoption(review, record, card, wallet.claims(record))
