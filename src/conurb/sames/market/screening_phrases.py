"""How the journal tells screenings and the decisions on what they found."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Address, Detail, Phrase
from conurb.refusal import Words
from conurb.sames.market.screening_models import ScreeningHit

Remark = tuple[Words, Words]


def _counts(detail: Detail) -> list[Remark]:
    return [
        (_("Firms"), str(detail.get("asked", ""))),
        (_("Hits"), str(detail.get("hits", ""))),
        (_("Version of the list"), str(detail.get("list", ""))),
    ]


def _decision(detail: Detail) -> list[Remark]:
    states = dict(ScreeningHit.State.choices)
    return [
        (_("Tender or matter"), detail.get("tender", "")),
        (_("Decision"), states.get(detail.get("after", ""), "")),
        (_("Reason"), detail.get("words", "")),
    ]


PHRASES = {
    "screening.run": Phrase(_("screened against the wage-arrears list for"), _counts),
    "screening.decide": Phrase(_("decided on the hit"), _decision),
}
ADDRESSES: dict[str, Address] = {
    "screening": lambda key: reverse("market-screening-run", args=[key]),
}
