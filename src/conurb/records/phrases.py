"""How the journal tells the acts on records."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Detail, Phrase, lead_to, tell
from conurb.records.reasons import REASONS
from conurb.refusal import Words
from conurb.region.models import in_language

Remark = tuple[Words, Words]


def _place(detail: Detail) -> list[Remark]:
    if detail.get("index") is None:
        return []
    return [(_("Log"), f"{detail.get('log')} #{detail.get('index')}")]


def _batch(detail: Detail) -> list[Remark]:
    where = f"{detail.get('log')} #{detail.get('first')}–{detail.get('last')}"
    return [(_("Records"), str(detail.get("number"))), (_("Log"), where)]


def _change(detail: Detail) -> list[Remark]:
    ground = REASONS.get(str(detail.get("code")))
    told = in_language(ground.zh, ground.en) if ground else ""
    return [(_("Ground"), told), (_("Reason"), detail.get("reason", "")), *_place(detail)]


def _cities(detail: Detail) -> list[Remark]:
    return [
        (_("Opened"), "、".join(detail.get("opened", ()))),
        (_("Closed"), "、".join(detail.get("closed", ()))),
    ]


def _key(detail: Detail) -> list[Remark]:
    return [(_("Key"), detail.get("kid", "")), (_("Reason"), detail.get("reason", ""))]


PHRASES = {
    "record.issue": Phrase(_("issued the record"), _place),
    "record.issue-many": Phrase(_("issued a batch of records"), _batch),
    "record.supersede": Phrase(_("issued in the place of an earlier one the record"), _place),
    "record.suspend": Phrase(_("suspended the record"), _change),
    "record.resume": Phrase(_("resumed the record"), _change),
    "record.revoke": Phrase(_("revoked the record"), _change),
    "record.present": Phrase(_("showed, with held claims, the record")),
    "record-type.publish": Phrase(_("published the record type")),
    "agreement.open": Phrase(_("opened the agreement on"), _cities),
    "agreement.change": Phrase(_("changed the agreement on"), _cities),
    "agreement.close": Phrase(_("ended the agreement on"), _cities),
    "signing-key.add": Phrase(_("added the signing key"), _key),
    "signing-key.rotate": Phrase(_("replaced the signing key by"), _key),
    "signing-key.withdraw": Phrase(_("withdrew as compromised the signing key"), _key),
}


def register() -> None:
    """Give the journal the phrases, and the way from a URN to its page."""
    tell(PHRASES)
    lead_to("record", lambda key: reverse("register-record", args=[key]))
    lead_to("agreement", lambda _key: reverse("agreements"))
