"""Work that is done again and again without anybody asking: the workers see to it.

Any number of workers may look; should two ask at the same moment, the work is done twice, so it
must be harmless when repeated.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from conurb.background.actions import ask
from conurb.background.models import Job

__all__ = ["ask_for_what_is_due", "repeat"]

_every: dict[str, timedelta] = {}


def repeat(kind: str, every: timedelta) -> None:
    """Let work of a kind be done as often; done by a module when it starts."""
    _every[kind] = every


def ask_for_what_is_due(now: datetime | None = None) -> list[Job]:
    """Ask for every kind that was not asked for since its time; return the jobs."""
    moment = now or timezone.now()
    asked = []
    for kind, every in _every.items():
        if not Job.everything.filter(kind=kind, asked_at__gt=moment - every).exists():
            asked.append(ask(None, kind))
    return asked
