"""How the journal tells the acts on cases."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from conurb.desk.models import Opinion
from conurb.journal.phrases import Detail, Phrase, lead_to, tell
from conurb.refusal import Words

Remark = tuple[Words, Words]


def _submission(detail: Detail) -> list[Remark]:
    return [
        (_("Taken from records"), _count(detail.get("reused"))),
        (_("Asked again"), _count(detail.get("asked_again"))),
    ]


def _count(number: Any) -> str:
    return "" if number is None else str(number)


def _until(detail: Detail) -> list[Remark]:
    return [(_("Until"), str(detail.get("until", "")))]


def _decision(detail: Detail) -> list[Remark]:
    return [
        (_("Note"), _("by rule") if detail.get("automatic") else ""),
        (_("Limit"), _("exceeded") if detail.get("late") else ""),
    ]


def _answer(detail: Detail) -> list[Remark]:
    answers = dict(Opinion.Answer.choices)
    return [(_("Answer"), answers.get(detail.get("answer", ""), ""))]


def _officer(detail: Detail) -> list[Remark]:
    return [(_("Officer"), str(detail.get("to", "")))]


def _days(detail: Detail) -> list[Remark]:
    return [(_("Days"), f"{detail.get('first_day', '')} – {detail.get('last_day', '')}")]


PHRASES = {
    "case.submit": Phrase(_("submitted the case"), _submission),
    "case.claim": Phrase(_("claimed the case")),
    "case.release": Phrase(_("released the case")),
    "case.reopen": Phrase(_("took up anew the case")),
    "case.hand": Phrase(_("handed to a colleague the case"), _officer),
    "case.ask": Phrase(_("asked the applicant to complete the case"), _until),
    "case.complete": Phrase(_("completed the case")),
    "case.ask-opinion": Phrase(_("asked another authority about the case")),
    "case.give-opinion": Phrase(_("gave an opinion on the case"), _answer),
    "case.grant": Phrase(_("granted the case"), _decision),
    "case.refuse": Phrase(_("did not grant the case"), _decision),
    "case.deliver": Phrase(_("delivered the outcome of the case")),
    "case.withdraw": Phrase(_("withdrew the case")),
    "case.lapse": Phrase(_("let lapse, as it was not completed in time, the case"), _until),
    "case.appeal": Phrase(_("appealed against the decision on the case")),
    "case.uphold": Phrase(_("upheld the decision on the case")),
    "case.overturn": Phrase(_("overturned the decision on the case")),
    "desk.register": Phrase(_("registered a person at the counter of")),
    "desk.delegate": Phrase(_("named as deputy"), _days),
    "desk.end-delegation": Phrase(_("ended the deputyship of"), _days),
}


def register() -> None:
    """Give the journal the phrases of the desk, and the way from a URN to its page."""
    tell(PHRASES)
    lead_to("case", _page)


def _page(key: str) -> str:
    try:
        return reverse("case", args=[key])
    except NoReverseMatch:
        return ""
