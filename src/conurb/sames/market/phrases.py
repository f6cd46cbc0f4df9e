"""How the journal and the pages tell the acts of the pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Address, Detail, Phrase
from conurb.refusal import Words

Remark = tuple[Words, Words]

VERBS: Mapping[str, Promise] = {
    "open": _("Matter opened"),
    "take-up": _("Taken up"),
    "evidence": _("Evidence added"),
    "party": _("Person added"),
    "payment": _("Payment noted"),
    "order": _("Ordered to pay"),
    "settle": _("Paid in time, closed"),
    "find-unpaid": _("Order not obeyed"),
    "drop": _("Closed without listing"),
    "notify": _("Notice served"),
    "object": _("Objection made"),
    "promise": _("Promise made"),
    "answer": _("Objection answered"),
    "call-hearing": _("Hearing called"),
    "hold-hearing": _("Hearing held"),
    "spare": _("Corrected, not listed"),
    "extend": _("Time extended"),
    "decide": _("Decided to list"),
    "publish": _("Published and shared"),
    "correct": _("Entry corrected"),
    "ask-correction": _("Correction asked for"),
    "refuse-correction": _("Correction refused"),
    "conduct": _("Conduct noted"),
    "ask-early": _("Early removal asked for"),
    "refuse-early": _("Early removal refused"),
    "grant-early": _("Removed early"),
    "end": _("Removed at the end"),
    "revoke": _("Decision revoked"),
    "restore": _("Put back on the list"),
    "contest": _("Review noted"),
    "close-review": _("Review ended"),
}


def _number(detail: Detail) -> list[Remark]:
    return [(_("Official document"), str(detail.get("number") or ""))]


def _reason(detail: Detail) -> list[Remark]:
    return [(_("Reason"), str(detail.get("reason") or ""))]


PHRASES: Mapping[str, Phrase] = {
    "arrears.open": Phrase(_("opened the matter of arrears")),
    "arrears.take-up": Phrase(_("took up the matter of arrears")),
    "arrears.evidence": Phrase(_("added evidence to the matter of arrears")),
    "arrears.party": Phrase(_("added a person to the matter of arrears")),
    "arrears.payment": Phrase(_("noted a payment in the matter of arrears")),
    "arrears.order": Phrase(_("ordered to pay in the matter of arrears"), _number),
    "arrears.settle": Phrase(_("closed as paid the matter of arrears")),
    "arrears.find-unpaid": Phrase(_("found the order not obeyed in the matter")),
    "arrears.drop": Phrase(_("closed without listing the matter of arrears")),
    "arrears.notify": Phrase(_("served the notice before listing in the matter"), _number),
    "arrears.object": Phrase(_("objected in the matter of arrears")),
    "arrears.promise": Phrase(_("promised not to owe wages again in the matter")),
    "arrears.answer": Phrase(_("answered the objection in the matter")),
    "arrears.call-hearing": Phrase(_("called a hearing in the matter")),
    "arrears.hold-hearing": Phrase(_("held the hearing in the matter")),
    "arrears.spare": Phrase(_("left off the list the employer of the matter")),
    "arrears.extend": Phrase(_("extended the time for the decision in the matter")),
    "arrears.decide": Phrase(_("decided to list in the matter"), _number),
    "arrears.publish": Phrase(_("published the entry of the matter"), _number),
    "arrears.correct": Phrase(_("corrected the entry of the matter")),
    "arrears.ask-correction": Phrase(_("asked to correct the entry of the matter")),
    "arrears.refuse-correction": Phrase(_("refused to correct the entry of the matter")),
    "arrears.conduct": Phrase(_("noted conduct in the matter")),
    "arrears.ask-early": Phrase(_("asked for early removal in the matter")),
    "arrears.refuse-early": Phrase(_("refused early removal in the matter")),
    "arrears.grant-early": Phrase(_("removed early the entry of the matter")),
    "arrears.end": Phrase(_("took off at its end the entry of the matter")),
    "arrears.revoke": Phrase(_("revoked the decision of the matter")),
    "arrears.restore": Phrase(_("put back on the list the entry of the matter")),
    "arrears.contest": Phrase(_("noted a review of the decision in the matter")),
    "arrears.close-review": Phrase(_("noted how the review ended in the matter")),
    "arrears-duty.confirm": Phrase(_("confirmed the effect on"), _reason),
    "arrears-help.ask": Phrase(_("asked for inspectors"), _reason),
    "arrears-help.accept": Phrase(_("sent inspectors"), _reason),
    "arrears-help.decline": Phrase(_("declined to send inspectors"), _reason),
    "arrears-help.finish": Phrase(_("noted what the inspectors' help brought"), _reason),
    "inspector.add": Phrase(_("put into the pool the inspector")),
    "inspector.retire": Phrase(_("took out of the pool the inspector")),
}


def _page(route: str) -> Any:
    return lambda key: reverse(route, args=[key])


ADDRESSES: Mapping[str, Address] = {
    "arrears": _page("market-matter"),
    "arrears-firm": _page("market-mine-matter"),
    "arrears-person": _page("market-listed"),
    "arrears-duty": _page("market-duty"),
    "arrears-help": _page("market-help"),
}
