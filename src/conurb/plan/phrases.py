"""How the journal tells the acts on the plan."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Detail, Phrase, lead_to, tell
from conurb.plan import ladder
from conurb.plan.models import Supervision
from conurb.refusal import Words
from conurb.region.models import in_language

Remark = tuple[Words, Words]
STAGES = {stage.key: stage for rungs in ladder.LADDERS.values() for stage in rungs}


def _reason(detail: Detail) -> list[Remark]:
    return [(_("Reason"), detail.get("reason", "")), *_on_behalf(detail)]


def _on_behalf(detail: Detail) -> list[Remark]:
    return [(_("Note"), _("entered by the coordination office"))] if detail.get("on_behalf") else []


def _stage_name(kind: Any, key: Any) -> str:
    rungs = {stage.key: stage for stage in ladder.LADDERS.get(kind, ())}
    stage = rungs.get(str(key)) or STAGES.get(str(key))
    return in_language(stage.zh, stage.en) if stage else str(key)


def _stages(detail: Detail) -> list[Remark]:
    before, after = detail.get("from"), detail.get("to")
    kind = detail.get("kind")
    moved = f"{_stage_name(kind, before)} → {_stage_name(kind, after)}" if before != after else ""
    files = str(detail["files"]) if detail.get("files") else ""
    return [(_("Stage"), moved), (_("Files"), files), *_on_behalf(detail)]


def _dates(detail: Detail) -> list[Remark]:
    old, new = detail.get("old_due") or "–", detail.get("new_due") or "–"
    return [(_("Due"), f"{old} → {new}"), *_reason(detail)]


def _cause(detail: Detail) -> list[Remark]:
    causes = dict(Supervision.Reason.choices)
    return [
        (_("Cause"), causes.get(detail.get("cause", ""), "")),
        (_("Note"), detail.get("words", "")),
    ]


PHRASES = {
    "plan.adopt": Phrase(_("made the current plan of")),
    "document.upload": Phrase(_("handed in the document")),
    "document.decide": Phrase(_("decided on repairs of the document")),
    "document.edit": Phrase(_("edited the reading of the document")),
    "document.undo": Phrase(_("took back an edit of the document")),
    "document.discard": Phrase(_("discarded the document")),
    "document.reopen": Phrase(_("took up again the document")),
    "task.propose": Phrase(_("proposed a lead for the task"), _reason),
    "task.accept": Phrase(_("accepted the task"), _reason),
    "task.return": Phrase(_("returned the task"), _reason),
    "task.end-lead": Phrase(_("ended the lead of the task"), _reason),
    "task.ask-support": Phrase(_("asked for support with the task"), _reason),
    "task.accept-support": Phrase(_("agreed to support the task"), _reason),
    "task.return-support": Phrase(_("declined to support the task"), _reason),
    "task.end-support": Phrase(_("ended the support of the task"), _reason),
    "task.report": Phrase(_("reported on the task"), _stages),
    "task.redate": Phrase(_("re-dated the task"), _dates),
    "task.withdraw": Phrase(_("withdrew the task"), _reason),
    "task.restore": Phrase(_("restored the task"), _reason),
    "supervision.open": Phrase(_("opened the supervision of the task"), _cause),
    "supervision.remind": Phrase(_("sent a reminder about the task"), _cause),
    "supervision.meet": Phrase(_("called a meeting on the task"), _cause),
    "supervision.redate": Phrase(_("re-dated under supervision the task"), _cause),
    "supervision.close": Phrase(_("closed the supervision of the task"), _cause),
    "supervision.settle": Phrase(_("found settled the cause to supervise the task"), _cause),
    "bulletin.write": Phrase(_("edited the bulletin")),
    "bulletin.issue": Phrase(_("issued the bulletin")),
    "key.create": Phrase(_("created the API key")),
    "key.revoke": Phrase(_("revoked the API key")),
    "officer.open": Phrase(_("opened the account of the officer")),
    "officer.renew": Phrase(_("renewed the password of the officer")),
    "officer.close": Phrase(_("closed the account of the officer")),
}


def register() -> None:
    """Give the journal the plan's phrases, and the way from a URN to its page."""
    tell(PHRASES)
    lead_to("task", lambda key: reverse("task", args=[key]))
    lead_to("document", lambda key: reverse("import", args=[key]))
    lead_to("plan", lambda _key: reverse("plan"))
