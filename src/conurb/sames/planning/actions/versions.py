"""What a review does with the versions of a layer: submitted, published, withdrawn.

Each changes which versions stand, so that the findings of all maps are looked for anew.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from conurb.atlas.actions import finding
from conurb.atlas.models import LayerVersion
from conurb.refusal import RefusedError

_STATES = LayerVersion.State


def submit(version: LayerVersion, moment: datetime) -> None:
    """Let the neighbours see a draft. RefusedError where the version is no draft."""
    if version.state != _STATES.DRAFT:
        raise RefusedError(
            _("Version %(number)s is no draft any more: it is “%(state)s”.")
            % {"number": version.number, "state": version.get_state_display()},
            status=422,
            field="version",
        )
    version.state, version.submitted_at = _STATES.SUBMITTED, moment
    version.save(update_fields=["state", "submitted_at"])
    finding.ask_after(version, moment)


def publish(version: LayerVersion, moment: datetime) -> None:
    """Let everybody see what was adopted."""
    version.state, version.published_at = _STATES.PUBLISHED, moment
    version.save(update_fields=["state", "published_at"])
    finding.ask_after(version, moment)


def withdraw(version: LayerVersion, moment: datetime) -> None:
    """Take back a version that was submitted and not adopted."""
    if version.state == _STATES.SUBMITTED:
        version.state, version.withdrawn_at = _STATES.WITHDRAWN, moment
        version.save(update_fields=["state", "withdrawn_at"])
        finding.ask_after(version, moment)
