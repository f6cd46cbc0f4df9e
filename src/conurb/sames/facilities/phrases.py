"""How the journal tells what happened to the network and its appraisals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Detail, Phrase
from conurb.refusal import Words
from conurb.region.models import in_language
from conurb.sames.facilities.steps import STEPS

Remark = tuple[Words, Words]


def _network(detail: Detail) -> list[Remark]:
    return [
        (_("Links"), str(detail.get("links", ""))),
        (_("Projects"), str(detail.get("projects", ""))),
    ]


def _run(detail: Detail) -> list[Remark]:
    words = STEPS.get(detail.get("travel", ""))
    travel = in_language(words.zh, words.en) if words else detail.get("travel", "")
    return [
        (_("Way to travel"), travel),
        (_("Projects"), str(detail.get("projects", ""))),
    ]


PHRASES = {
    "facilities.network": Phrase(_("put in use the network"), _network),
    "appraisal.run": Phrase(_("appraised all projects on"), _run),
}
