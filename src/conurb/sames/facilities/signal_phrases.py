"""How the journal tells what happened to signal plans."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Address, Detail, Phrase
from conurb.refusal import Words

Remark = tuple[Words, Words]


def _number(detail: Detail) -> list[Remark]:
    remarks: list[Remark] = [(_("Version"), str(detail.get("number", "")))]
    if detail.get("reason"):
        remarks.append((_("Reason"), detail["reason"]))
    return remarks


SIGNAL_PHRASES = {
    "signals.declare": Phrase(_("brought in the signal plan of"), _number),
    "signals.optimise": Phrase(_("had a green wave searched for")),
    "signals.propose": Phrase(_("proposed a signal plan for"), _number),
    "signals.upload": Phrase(_("handed in a signal plan for"), _number),
    "signals.hours": Phrase(_("proposed other hours for the signal plans of"), _number),
    "signals.sign": Phrase(_("signed the signal plan of"), _number),
    "signals.refuse": Phrase(_("refused the signal plan of"), _number),
    "signals.adopt": Phrase(_("put in force the signal plan of"), _number),
}


SIGNAL_ADDRESSES: dict[str, Address] = {
    "signal-plan": lambda key: reverse("signals-version", args=[key])
}
