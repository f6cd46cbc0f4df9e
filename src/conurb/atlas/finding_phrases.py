"""How the journal tells the acts on findings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Detail, Phrase, tell
from conurb.refusal import Words

Remark = tuple[Words, Words]


def _done(detail: Detail) -> list[Remark]:
    return [
        (_("New"), str(detail.get("new", 0))),
        (_("Going on"), str(detail.get("going_on", 0))),
        (_("Resolved"), str(detail.get("resolved", 0))),
        (_("Rules"), str(detail.get("rules", ""))),
    ]


def _asked(detail: Detail) -> list[Remark]:
    if "after" not in detail:
        return []
    return [(_("By itself, because of a change of"), str(detail["after"]))]


PHRASES = {
    "finding.ask": Phrase(_("asked for the findings of"), _asked),
    "finding.done": Phrase(_("worked out the findings of"), _done),
}


def register() -> None:
    """Give the journal the phrases."""
    tell(PHRASES)
