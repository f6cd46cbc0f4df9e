"""Findings for a review: begun in the background, asked for before a new version is submitted."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from conurb.atlas.actions import finding
from conurb.atlas.findings.sides import KINDS
from conurb.atlas.models import Finding, FindingRun, LayerVersion
from conurb.refusal import RefusedError
from conurb.region.models import User

_OVER = (FindingRun.State.FAILED, FindingRun.State.CANCELLED)


def look(actor: User, version: LayerVersion, *, now: datetime | None = None) -> FindingRun | None:
    """Begin to look for the findings of a version, unless that was done or is under way.

    None for maps of a kind that no rule speaks of.
    """
    if version.layer.kind not in KINDS:
        return None
    begun = (
        FindingRun.everything.filter(version=version)
        .exclude(state__in=_OVER)
        .order_by("-asked_at", "-id")
        .first()
    )
    return begun or finding.ask(actor, version, now)


def require_findings(actor: User, version: LayerVersion, *, now: datetime | None = None) -> None:
    """Refuse while the findings of a version are not there; begins to look for them."""
    run = look(actor, version, now=now)
    if run is not None:
        run.refresh_from_db()
        if run.state != FindingRun.State.DONE:
            raise RefusedError(
                _(
                    "The findings of version %(number)s are being worked out, which decides whose "
                    "signature stands. Submit it again in a moment."
                )
                % {"number": version.number}
            )


def new_by_city(before: LayerVersion, after: LayerVersion) -> dict[str, int]:
    """Return for every city how many findings name it that the version before did not have.

    A finding keeps its key from pass to pass, however often a version is looked at.
    """
    known = set(_standing(before).values_list("key", flat=True))
    found: Counter[str] = Counter()
    for key, codes in _standing(after).values_list("key", "cities"):
        if key not in known:
            found.update(codes.split())
    return dict(found)


def _standing(version: LayerVersion) -> QuerySet[Finding]:
    run = (
        FindingRun.everything.filter(version=version, state=FindingRun.State.DONE)
        .order_by("-ended_at", "-id")
        .first()
    )
    return Finding.everything.filter(run=run).exclude(state=Finding.State.RESOLVED)
