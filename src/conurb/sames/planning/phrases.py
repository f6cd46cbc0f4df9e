"""How the journal tells what happened in reviews and in the library of plans."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Address, Detail, Phrase
from conurb.refusal import Words

Remark = tuple[Words, Words]
FIELDS: Mapping[str, Words] = {
    "kind": _("Kind of plan"),
    "level": _("Level"),
    "state": _("State"),
    "period": _("Period"),
    "basis": _("Document that says so"),
    "above": _("Plan above"),
    "layers": _("Layers"),
    "note_zh": _("Note in Chinese"),
    "note_en": _("Note in English"),
}
"""What the fields of an entry of the library are called."""


def _reason(detail: Detail) -> list[Remark]:
    return [(_("Opinion or note"), detail["reason"])] if detail.get("reason") else []


def _version(detail: Detail) -> list[Remark]:
    told: list[Remark] = [(_("Version"), str(detail.get("version", "")))]
    told.append(("SHA-256", str(detail.get("sha256", ""))[:16]))
    return told + _reason(detail)


def _changes(detail: Detail) -> list[Remark]:
    return [
        (FIELDS.get(name, name), f"{before or '—'} → {after or '—'}")
        for name, (before, after) in detail.get("changes", {}).items()
    ]


PHRASES = {
    "joint-review.submit": Phrase(_("submitted to joint review"), _version),
    "joint-review.resubmit": Phrase(_("submitted a new version to"), _version),
    "joint-review.sign": Phrase(_("signed in"), _reason),
    "joint-review.object": Phrase(_("objected in"), _reason),
    "joint-review.take-back": Phrase(_("took its answer back in"), _reason),
    "joint-review.withdraw": Phrase(_("withdrew from review"), _reason),
    "joint-review.comment": Phrase(_("remarked in"), _reason),
    "joint-review.resolve": Phrase(_("resolved a remark in"), _reason),
    "joint-review.reopen": Phrase(_("opened a remark again in"), _reason),
    "joint-review.carry": Phrase(_("has signed an earlier version, which stands, in")),
    "joint-review.lapse": Phrase(_("did not answer in time, which counts as consent, in")),
    "joint-review.adopt": Phrase(_("noted that all have signed"), _version),
    "joint-review.supersede": Phrase(_("noted that a later adoption supersedes"), _reason),
    "library-plan.load": Phrase(_("brought plans into the library from")),
    "library-plan.edit": Phrase(_("changed the entry of the library"), _changes),
    "library-plan.judge": Phrase(_("judged the conformity of"), _reason),
}
ADDRESSES: dict[str, Address] = {
    "joint-review": lambda key: reverse("planning-review", args=[key]),
    "library-plan": lambda key: reverse("planning-plan", args=[key]),
}
