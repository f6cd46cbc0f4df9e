"""A holder shows a record: the issuing city signs a code with exactly the chosen claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record as write
from conurb.records import compact, presenting
from conurb.records.actions.issuing import name_of
from conurb.records.actions.keys import signer
from conurb.records.actions.looking import look
from conurb.records.checking import check
from conurb.records.models import Record
from conurb.records.presenting import Disclosure, UnknownClaimError
from conurb.records.statement import Statement
from conurb.records.subjects import parse
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import User, in_language

PURPOSE = "本人出示"
"""What the log of looks says where the person showed the data."""

SCANNED = "核验当面出示的二维码"
"""What it says where a code was scanned that its holder showed."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A code to be shown: its text, what it discloses."""

    text: str
    disclosure: Disclosure


@transaction.atomic
def present(
    actor: User, record: Record, chosen: Sequence[str] = (), *, now: datetime | None = None
) -> Presented:
    """Return a code of the record with its public claims and the held ones that were chosen.

    Only the holder shows a record. Where held claims are disclosed, the journal says which (never
    their values), and so does the log that the person reads. Raises NotCompetentError, or
    RefusedError where the record is not valid (409) or a claim cannot be shown (422).
    """
    if record.holder_id != actor.pk:
        raise NotCompetentError(_("A record is shown by its holder alone."))
    moment = now or timezone.now()
    record = Record.everything.select_related("authority", "status_list").get(pk=record.pk)
    _require_valid(record, moment)
    try:
        shown = presenting.disclosure(
            record.declared,
            record.public,
            record.held,
            chosen,
            valid_until=record.valid_until,
            now=moment,
        )
    except UnknownClaimError as fault:
        raise RefusedError(
            _("“%(name)s” is not something that this record can show in a code.")
            % {"name": fault.name[:60]},
            status=422,
            field="claims",
        ) from fault
    text = code_of(record, shown, now=moment)
    if shown.held:
        _tell(actor, record, shown, moment)
    return Presented(text, shown)


def code_of(record: Record, shown: Disclosure, *, now: datetime | None = None) -> str:
    """Return the text of a code of a record, signed now by its city; it changes nothing."""
    moment = now or timezone.now()
    stated = Statement(
        key=record.key,
        city=record.city_id,
        type=record.type,
        version=record.type_version,
        subject=record.subject_handle,
        authority=record.authority.key,
        issued_at=record.issued_at,
        valid_from=record.valid_from,
        valid_until=record.valid_until,
        status=(record.status_list.number, record.status_index),
        public=record.public,
    )
    return compact.encode(
        signer(record.city_id, moment),
        stated,
        record.declared,
        shown.claims,
        until=shown.until,
        made_at=moment,
    )


def _require_valid(record: Record, moment: datetime) -> None:
    stands = presenting.standing(record.state, record.valid_from, record.valid_until, moment)
    if stands == "valid":
        return
    words = presenting.STANDING_WORDS[stands]
    raise RefusedError(
        _("This record is not valid now (%(state)s). A code of it would be refused.")
        % {"state": in_language(words.zh, words.en)}
    )


def _tell(actor: User, record: Record, shown: Disclosure, moment: datetime) -> None:
    write(
        actor,
        "record.present",
        urn=record.urn,
        name=name_of(record),
        at=moment,
        claims=list(shown.held),
        type=record.type,
        until=shown.until.isoformat() if shown.until else None,
    )
    subject = parse(record.subject_kind, record.subject_number)
    answer = check(record.type, subject, record.city_id, moment)
    look(actor, answer, subject, purpose=PURPOSE, way="disclosure")
