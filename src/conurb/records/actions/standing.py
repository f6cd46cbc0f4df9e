"""Suspending, resuming and revoking records. Expiry needs no act: it is read from the record.

The log and the status list carry a code (`records.reasons`); the words of the reason stay in the
city. Codes in the journal: record.suspend, record.resume, record.revoke.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record as write
from conurb.records import index, status_lists
from conurb.records.actions.issuing import name_of, set_status
from conurb.records.actions.logs import NewEntry, append
from conurb.records.models import Record
from conurb.records.reasons import REASONS
from conurb.refusal import RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import User

REASON_LENGTH = 500


@transaction.atomic
def suspend(
    actor: User | None,
    record: Record,
    reason: str,
    *,
    code: str = "other",
    now: datetime | None = None,
) -> Record:
    """Let a valid record hold nowhere until it is resumed."""
    moment, locked = _locked(actor, record, now)
    if locked.state != Record.State.VALID:
        raise RefusedError(_("Only a valid record can be suspended."))
    return _change(actor, locked, Record.State.SUSPENDED, "suspend", reason, code, moment)


@transaction.atomic
def resume(
    actor: User | None,
    record: Record,
    reason: str,
    *,
    code: str = "other",
    now: datetime | None = None,
) -> Record:
    """Let a suspended record hold again."""
    moment, locked = _locked(actor, record, now)
    if locked.state != Record.State.SUSPENDED:
        raise RefusedError(_("Only a suspended record can be resumed."))
    return _change(actor, locked, Record.State.VALID, "resume", reason, code, moment)


@transaction.atomic
def revoke(
    actor: User | None,
    record: Record,
    reason: str,
    *,
    code: str = "other",
    now: datetime | None = None,
) -> Record:
    """End a record for good, with the reason; the next check in any city finds it revoked."""
    moment, locked = _locked(actor, record, now)
    if locked.state not in {Record.State.VALID, Record.State.SUSPENDED}:
        raise RefusedError(_("This record ended already."))
    return _change(actor, locked, Record.State.REVOKED, "revoke", reason, code, moment)


def _locked(actor: User | None, record: Record, now: datetime | None) -> tuple[datetime, Record]:
    locked = (
        Record.everything.select_for_update(of=("self",))
        .select_related("authority", "status_list")
        .defer("status_list__bits")
        .get(pk=record.pk)
    )
    if actor is not None:
        require_officer_of(actor, locked.authority)
    # the clocks of two processes may differ; the changes of a record stay in their order
    return max(now or timezone.now(), locked.state_at), locked


def _change(
    actor: User | None,
    record: Record,
    state: Record.State,
    kind: str,
    reason: str,
    code: str,
    moment: datetime,
) -> Record:
    words = reason.strip()
    if not words or len(words) > REASON_LENGTH:
        raise RefusedError(
            _("Give the reason, in at most %(limit)s characters.") % {"limit": REASON_LENGTH},
            status=422,
            field="reason",
        )
    if code not in REASONS:
        raise RefusedError(
            _("There is no such reason. There are: %(codes)s.") % {"codes": ", ".join(REASONS)},
            status=422,
            field="code",
        )
    record.state, record.state_at, record.state_reason = state, moment, words
    record.save(update_fields=["state", "state_at", "state_reason"])
    bits = {
        Record.State.VALID: status_lists.VALID,
        Record.State.SUSPENDED: status_lists.SUSPENDED,
    }.get(state, status_lists.INVALID)
    set_status(record, bits, moment)
    place = [record.status_list.number, record.status_index]
    (log_index,) = append(
        record.city_id,
        [NewEntry(kind, record.key, {"status": place, "reason": code})],
        now=moment,
    )
    write(
        actor,
        f"record.{kind}",
        urn=record.urn,
        name=name_of(record),
        authority=record.authority,
        at=moment,
        log=record.city_id,
        index=log_index,
        reason=words,
        code=code,
    )
    index.follow(record.city_id)
    return record
