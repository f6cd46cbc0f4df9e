"""An adoption as signed records, issued in the transaction that adopts.

Records are issued by cities. So the city of the submitting authority signs the adoption of its own
layer, and of a layer of the whole region every city signs one, each by the authority that signed in
the review. They stand in the cities' logs; an adoption of a later version supersedes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.records.actions import issuing
from conurb.records.actions.issuing import Draft
from conurb.records.models import Record
from conurb.records.subjects import Subject
from conurb.refusal import RefusedError
from conurb.region.models import Authority
from conurb.region.tables import Bilingual
from conurb.sames.planning.models import Party, Review
from conurb.sames.planning.record_type import SLUG

_STANDING = frozenset({Record.State.VALID, Record.State.SUSPENDED})


def issue(review: Review, superseded: Sequence[Review], moment: datetime) -> list[Record]:
    """Issue the records of an adoption and keep them with the review; `superseded` are earlier.

    All are issued or none. Raises RefusedError where this node does not keep the key of a city that
    has to sign, or its authority is no longer competent.
    """
    draft = Draft(SLUG, Subject("layer", review.layer.key, review.layer.name_zh), said(review))
    earlier = {
        record.authority_id: record
        for each in superseded
        for record in each.records(manager="everything").order_by("pk")
        if record.state in _STANDING
    }
    made = [
        _issue(review, authority, draft, earlier.get(authority.pk), moment)
        for authority in signers(review)
    ]
    review.records(manager="everything").set(made)
    return made


def signers(review: Review) -> list[Authority]:
    """Return the authorities that issue a record of an adoption, in the order of their cities."""
    if review.city_id is not None:
        return [review.authority]
    found = [each.authority for each in review.parties.select_related("authority__city")]
    if review.authority.city_id is not None:
        # who submits is not asked: it signs by submitting
        found.append(review.authority)
    return sorted(found, key=lambda each: each.city.order if each.city else 0)


def _issue(
    review: Review,
    authority: Authority,
    draft: Draft,
    earlier: Record | None,
    moment: datetime,
) -> Record:
    try:
        if earlier is not None:
            return issuing.supersede(None, earlier, draft, now=moment)
        return issuing.issue(None, authority, draft, now=moment)
    except LookupError as fault:
        city = {"city": authority.city.short if authority.city else ""}
        if review.city_id is None:
            raise RefusedError(
                _(
                    "The adoption cannot be signed: this node does not keep the key of %(city)s. A "
                    "layer of the whole region is adopted on a node that keeps the keys of all its "
                    "cities."
                )
                % city
            ) from fault
        raise RefusedError(
            _(
                "The adoption cannot be signed: this node does not keep the key of %(city)s. Sign "
                "on the node of that city."
            )
            % city
        ) from fault


def said(review: Review) -> dict[str, Any]:
    """Return the claims of the record, as the review stands when all have signed."""
    layer, version = review.layer, review.version
    parties = review.parties.select_related("authority__city", "city")
    claims: dict[str, Any] = {
        "name": layer.name_zh,
        "kind": layer.kind,
        "version": version.number,
        "sha256": version.sha256,
        "review": review.number,
        "adopted_on": _day(review.closed_at),
        "effective_on": str(review.effective_on),
        "signatures": [_signature(each) for each in parties],
    }
    plan = layer.plans.order_by("order", "key").first()
    if plan is not None:
        claims |= {"plan": plan.name_zh, "plan_level": plan.level}
    if layer.is_demo:
        claims["invented"] = True
    return claims


def _signature(party: Party) -> dict[str, Any]:
    authority, day = party.authority, _day(party.answered_at)
    how = (
        Bilingual("逾期视为同意", "by silence") if party.by_silence else Bilingual("签署", "signed")
    )
    return {
        "city": party.city_id,
        "authority": authority.key,
        "on": day,
        "round": party.round,
        "by_silence": party.by_silence,
        "zh": f"{authority.name_zh}（{day}{how.zh}）",
        "en": f"{authority.name_en or authority.name_zh} ({how.en} {day})",
    }


def _day(moment: datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""
