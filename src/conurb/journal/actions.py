"""Writing the journal: every use case calls `record` in its own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils import timezone

from conurb.journal.models import Entry, actor_name

if TYPE_CHECKING:
    from conurb.region.models import User


PRIVATE = "申请人"
"""How the journal names whoever acts for himself."""


class ActsFor(Protocol):
    """What the journal needs of an authority."""

    key: str
    name_zh: str


def record(
    actor: User | None,
    verb: str,
    *,
    urn: str,
    name: str,
    authority: ActsFor | None = None,
    at: datetime | None = None,
    private: bool = False,
    **detail: Any,
) -> Entry:
    """Add one entry and return it.

    `verb` is a code such as "task.accept"; `name` is what the object is called now; `authority` is
    for whom the actor acts, by default the actor's own; `at` is when, by default now; `detail` must
    be JSON. `private` is for people who act for themselves: the journal, which the office reads,
    says what was done and not by whom.
    """
    acting = authority or (None if private else getattr(actor, "authority", None))
    return Entry.everything.create(
        at=at or timezone.now(),
        actor=None if private else actor,
        actor_name=PRIVATE if private else actor_name(actor),
        authority_key=acting.key if acting else "",
        authority_name=acting.name_zh if acting else "",
        verb=verb,
        object_urn=urn,
        object_name=name[:300],
        detail=detail,
    )
