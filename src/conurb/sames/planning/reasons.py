"""Why the procedure refuses an act, in words for the person who asked for it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conurb.refusal import RefusedError
from conurb.sames.planning.reviewing import NotPossibleError

WHY: dict[str, Promise] = {
    "state": _("This review is closed; submit the layer again to open another."),
    "stand": _("Your authority has given this answer already."),
    "party": _("There is no authority to ask: no neighbouring city has one for spatial planning."),
    "reason": _("Say what you object to and what would settle it."),
    "version": _("The version on which you answer is no longer the current one; read the new one."),
    "due": _("Silence does not count as consent in this review."),
}
FIELDS = {"reason": "words"}


def refusal(fault: NotPossibleError) -> RefusedError:
    """Return what a person is told of an act that the procedure does not know here."""
    field = FIELDS.get(fault.why, "")
    return RefusedError(WHY[fault.why], status=422 if field else 409, field=field)
