"""The signed records of an adoption, as pages and the document show them."""

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


def adoptions_of(review: Review) -> list[Adoption]:
    """Return the records of a review that the asker was found to see, in the order of cities."""
    return _told([review])


def adoptions_of_file(actor: User | AnonymousUser, digest: str) -> list[Adoption]:
    """Return the adoptions of a file by its SHA-256, the latest first; what the records say counts.

    Of a layer of the whole region each city has a record of its own.
    """
    if not DIGEST.fullmatch(digest):
        return []
    reviews = list(
        Review.objects.visible_to(actor)
        .filter(state__in=_CLOSED, version__sha256=digest)
        .select_related("layer", "city", "authority", "version", "superseded_by")
        .order_by("-closed_at", "-pk")[:MOST]
    )
    return [each for each in _told(reviews) if each.record.public.get("sha256") == digest]


def stands(adoptions: Sequence[Adoption]) -> bool:
    """Tell whether the latest of these adoptions stands: every city's record of it is valid."""
    return bool(adoptions) and all(
        each.card.standing == "valid" for each in adoptions if each.review == adoptions[0].review
    )


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


def _told(reviews: Sequence[Review]) -> list[Adoption]:
    # what an adopted review says is for everybody who sees the review, and the records are of it
    of = Review.records.through.objects.filter(review__in=reviews)
    kept: dict[int, set[int]] = {}
    for review_id, record_id in of.values_list("review_id", "record_id"):
        kept.setdefault(review_id, set()).add(record_id)
    records = list(
        Record.everything.filter(pk__in=set().union(*kept.values()))
        .defer("status_list__bits")
        .select_related("city", "authority__city", "status_list", "signing_key")
        .order_by("city__order", "pk")
    )
    cards = wallet.cards(records)
    return [
        Adoption(review, record, card, wallet.claims(record))
        for review in reviews
        for record, card in zip(records, cards, strict=True)
        if record.pk in kept.get(review.pk, ())
    ]
