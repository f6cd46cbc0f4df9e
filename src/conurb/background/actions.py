"""Asking for work, and not wanting it any more."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conurb.background.models import Job
from conurb.background.running import hand_on
from conurb.background.work import work_of
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import Authority, User


@transaction.atomic
def ask(
    actor: User | None,
    kind: str,
    *,
    about: str = "",
    authority: Authority | None = None,
    **arguments: Any,
) -> Job:
    """Ask for a job and return it; it is done after the transaction, as `running.hand_on` says.

    `arguments` must be JSON. Raises KeyError for a kind that nobody offers.
    """
    work_of(kind)
    job = Job.everything.create(
        key=secrets.token_hex(15),
        kind=kind,
        about=about,
        arguments=arguments,
        asked_by=actor,
        authority=authority or (actor.authority if actor else None),
    )
    hand_on(job.key)
    return job


@transaction.atomic
def cancel(actor: User, job: Job) -> Job:
    """Stop a job: at once where it waits, at its next sign of progress where it runs."""
    held = Job.everything.select_for_update().get(pk=job.pk)
    mine = held.asked_by_id == actor.pk or (
        actor.authority_id is not None and held.authority_id == actor.authority_id
    )
    if not mine and not actor.is_superuser:
        raise NotCompetentError(_("Only who asked for this work may cancel it."))
    if held.is_over:
        raise RefusedError(_("This work has ended already. Reload the page."))
    held.cancel_asked = True
    if held.state == Job.State.WAITING:
        held.state = Job.State.CANCELLED
    held.save(update_fields=["cancel_asked", "state"])
    record(actor, "job.cancel", urn=held.urn, name=work_of(held.kind).name.zh)
    if held.state == Job.State.CANCELLED:
        work_of(held.kind).undo(held)
    return held
