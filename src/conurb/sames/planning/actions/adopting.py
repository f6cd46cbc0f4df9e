"""An adoption as a signed record, issued in the transaction that adopts.

The city of the submitting authority signs it and has it in its log; an adoption of a later version
supersedes the record of the earlier one.
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
from conurb.region.tables import Bilingual
from conurb.sames.planning.models import Party, Review
from conurb.sames.planning.record_type import SLUG

_STANDING = frozenset({Record.State.VALID, Record.State.SUSPENDED})


def issue(review: Review, superseded: Sequence[Review], moment: datetime) -> Record | None:
    """Issue the record of an adoption and keep it with the review; `superseded` are earlier ones.

    None for a layer of the whole region: records are issued by cities. Raises RefusedError where
    this node does not keep the key of the submitting city, or its authority is no longer competent.
    """
    if review.city_id is None:
        return None
    draft = Draft(SLUG, Subject("layer", review.layer.key, review.layer.name_zh), said(review))
    earlier = [each.record for each in superseded if each.record is not None]
    standing = [
        each
        for each in earlier
        if each.state in _STANDING and each.authority_id == review.authority_id
    ]
    try:
        if standing:
            made = issuing.supersede(None, standing[-1], draft, now=moment)
        else:
            made = issuing.issue(None, review.authority, draft, now=moment)
    except LookupError as fault:
        raise RefusedError(
            _(
                "The adoption cannot be signed: this node does not keep the key of %(city)s. Sign "
                "on the node of that city."
            )
            % {"city": review.authority.city.short if review.authority.city else ""}
        ) from fault
    review.record = made
    review.save(update_fields=["record"])
    return made


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
