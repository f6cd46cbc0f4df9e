"""How the journal tells what happened to passes."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Address, Detail, Phrase
from conurb.refusal import Words
from conurb.region.models import in_language

Remark = tuple[Words, Words]


def _reason(detail: Detail) -> list[Remark]:
    return [(_("Reason"), detail.get("reason", ""))]


def _granted(detail: Detail) -> list[Remark]:
    return [(_("Decided"), _("by rule") if detail.get("automatic") else _("by an officer"))]


def _violation(detail: Detail) -> list[Remark]:
    kind = in_language(detail.get("kind_zh", ""), detail.get("kind_en", ""))
    return [
        (_("Violation"), kind or detail.get("kind", "")),
        (_("Points"), f"{detail.get('points', '')} → {detail.get('total', '')}"),
    ]


PHRASES = {
    "platform.rules": Phrase(_("put in force the rules of freight vehicle passes")),
    "pass.grant": Phrase(_("granted the freight vehicle pass of"), _granted),
    "pass.violation": Phrase(_("noted a violation by"), _violation),
    "pass.annul": Phrase(_("annulled a violation by"), _reason),
    "pass.withdraw": Phrase(_("withdrew the freight vehicle pass of"), _reason),
}
ADDRESSES: dict[str, Address] = {"pass": lambda key: reverse("platform-pass", args=[key])}
