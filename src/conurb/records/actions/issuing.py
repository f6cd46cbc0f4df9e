"""Issuing records: decided by a competent officer, or granted by a rule, and signed by the city.

One transaction takes indexes of the city's status list, signs, appends to the city's log, writes
the rows and the journal; the local index follows right after the commit. Codes in the journal:
record.issue, record.issue-many, record.supersede.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.actions import record as write
from conurb.records import claims, index, sd_jwt, statement, status_lists
from conurb.records.actions.keys import Signer, signer
from conurb.records.actions.logs import NewEntry, append
from conurb.records.actions.rows import insert_records
from conurb.records.keys import region_secret
from conurb.records.models import Record, SigningKey, StatusList
from conurb.records.statement import Statement
from conurb.records.subjects import PERSONAL, Subject, handle, parse
from conurb.records.types import RecordType, type_of
from conurb.refusal import RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User, in_language

MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class Draft:
    """What is to be stated, before anybody signed it.

    `public` and `held` are the claims by name. `valid_from` is now where it is not given,
    `valid_until` as late as the type allows; both are cut to whole seconds. `holder` finds the
    record in the own wallet; `holder_key` is the public JWK that the record is bound to, if any.
    """

    type: str
    subject: Subject
    public: Mapping[str, Any]
    held: Mapping[str, Any] = field(default_factory=dict)
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    holder: User | None = None
    case_key: str = ""
    holder_key: Mapping[str, Any] | None = None


@transaction.atomic
def issue(
    actor: User | None, authority: Authority, draft: Draft, *, now: datetime | None = None
) -> Record:
    """Issue one record for `authority`; `actor` is its officer, None the platform by a rule.

    Raises NotCompetentError, and RefusedError where the authority is not competent for the type,
    the claims do not fit it or the validity is longer than it allows.
    """
    moment = now or timezone.now()
    (made,) = _issue(actor, authority, [draft], moment)
    _write(actor, "record.issue", made, moment)
    return made


@transaction.atomic
def issue_many(
    actor: User | None,
    authority: Authority,
    drafts: Sequence[Draft],
    *,
    now: datetime | None = None,
) -> list[Record]:
    """Issue up to 10,000 records at once, all or none; in the order of the drafts.

    The journal has one entry for all of them, with their number and where they stand in the log.
    """
    if not drafts:
        return []
    if len(drafts) > MOST_AT_ONCE:
        raise RefusedError(
            _("At most %(limit)s records are issued at once; these are %(number)s.")
            % {"limit": MOST_AT_ONCE, "number": len(drafts)},
            status=422,
        )
    moment = now or timezone.now()
    made = _issue(actor, authority, drafts, moment)
    types = sorted({each.type for each in made})
    write(
        actor,
        "record.issue-many",
        urn=made[0].urn,
        name="、".join(type_of(slug).name.zh for slug in types),
        authority=authority,
        at=moment,
        number=len(made),
        log=made[0].city_id,
        first=made[0].log_index,
        last=made[-1].log_index,
        types=types,
    )
    return made


@transaction.atomic
def supersede(
    actor: User | None, record: Record, draft: Draft, *, now: datetime | None = None
) -> Record:
    """Issue a record in the place of another of the same type and subject, which ends.

    Returns the new one. Raises RefusedError where the old one was revoked or superseded already.
    """
    old = Record.everything.select_for_update(of=("self",)).get(pk=record.pk)
    authority = Authority.objects.get(pk=old.authority_id)
    if old.state not in {Record.State.VALID, Record.State.SUSPENDED}:
        raise RefusedError(_("This record ended already; nothing can stand in its place."))
    if (draft.type, draft.subject.kind) != (old.type, old.subject_kind):
        raise RefusedError(_("A record is superseded by one of the same type."), status=422)
    if _put_right(draft.subject).number != old.subject_number:
        raise RefusedError(
            _("A record is superseded by one about the same subject."),
            status=422,
            field="subject",
        )
    moment = max(now or timezone.now(), old.state_at)
    (made,) = _issue(actor, authority, [draft], moment, supersedes=old)
    _write(actor, "record.supersede", made, moment, old=old.key)
    return made


@dataclass(frozen=True)
class _Prepared:
    """A draft that passed every rule."""

    draft: Draft
    type: RecordType
    subject: Subject
    valid_from: datetime
    valid_until: datetime | None


def _issue(
    actor: User | None,
    authority: Authority,
    drafts: Sequence[Draft],
    moment: datetime,
    *,
    supersedes: Record | None = None,
) -> list[Record]:
    if actor is not None:
        require_officer_of(actor, authority)
    city = _city_of(authority)
    _require_competence(authority, {draft.type for draft in drafts})
    prepared = [_prepare(draft, moment) for draft in drafts]
    signs = signer(city, moment)
    key_row = SigningKey.objects.only("pk").get(kid=signs.kid)
    records = []
    for each, (status_list, place) in zip(
        prepared, _status_places(city, len(prepared), moment), strict=True
    ):
        made = _sign(each, authority, city, status_list, place, signs, moment)
        made.signing_key = key_row
        records.append(made)
    entries = [NewEntry("issue", made.key, {"token": made.token}) for made in records]
    if supersedes is not None:
        records[0].supersedes = supersedes
        entries.append(_end(supersedes, records[0].key, moment))
    indexes = append(city, entries, now=moment)
    for made, log_index in zip(records, indexes, strict=False):
        made.log_index = log_index
    insert_records(records)
    index.follow(city)
    return records


def _city_of(authority: Authority) -> str:
    if authority.city_id is None:
        raise RefusedError(
            _("%(authority)s belongs to no city; records are issued by cities.")
            % {"authority": authority.short}
        )
    return authority.city_id


def _require_competence(authority: Authority, slugs: set[str]) -> None:
    wanted = {type_of(slug).issuer: type_of(slug) for slug in slugs}
    able = set(authority.subjects.filter(key__in=wanted).values_list("key", flat=True))
    if not authority.active or wanted.keys() - able:
        lacking = next((wanted[key] for key in sorted(wanted.keys() - able)), None)
        lacking = lacking or next(iter(wanted.values()))
        raise RefusedError(
            _("%(authority)s is not competent to issue “%(type)s”.")
            % {
                "authority": authority.short,
                "type": in_language(lacking.name.zh, lacking.name.en),
            }
        )


def _prepare(draft: Draft, moment: datetime) -> _Prepared:
    of = type_of(draft.type)
    if draft.subject.kind != of.subject:
        raise RefusedError(
            _("“%(type)s” is about a %(wanted)s, not a %(kind)s.")
            % {
                "type": in_language(of.name.zh, of.name.en),
                "wanted": of.subject,
                "kind": draft.subject.kind,
            },
            status=422,
            field="subject",
        )
    wrong = claims.faults(of, draft.public, draft.held)
    if wrong:
        raise RefusedError(
            "；".join(in_language(fault.words.zh, fault.words.en) for fault in wrong),
            status=422,
            field=wrong[0].claim,
        )
    valid_from, valid_until = _validity(draft, of, moment)
    return _Prepared(draft, of, _put_right(draft.subject), valid_from, valid_until)


def _put_right(subject: Subject) -> Subject:
    try:
        return parse(subject.kind, subject.number, subject.name)
    except ValueError as fault:
        zh, en = getattr(fault, "message_zh", str(fault)), getattr(fault, "message_en", str(fault))
        raise RefusedError(in_language(zh, en), status=422, field="subject") from fault


def _validity(draft: Draft, of: RecordType, moment: datetime) -> tuple[datetime, datetime | None]:
    valid_from = (draft.valid_from or moment).replace(microsecond=0)
    valid_until = draft.valid_until.replace(microsecond=0) if draft.valid_until else None
    if valid_until is None and of.longest is not None:
        valid_until = valid_from + of.longest
    if valid_until is None:
        return valid_from, None
    if valid_until <= valid_from:
        raise RefusedError(
            _("The validity ends before it begins."), status=422, field="valid_until"
        )
    # a day of the region's clock may have 25 hours; whoever counts in days is not refused for it
    if of.longest is not None and valid_until - valid_from > of.longest + timedelta(hours=1):
        raise RefusedError(
            _("“%(type)s” is valid for at most %(days)s days.")
            % {"type": in_language(of.name.zh, of.name.en), "days": of.longest.days},
            status=422,
            field="valid_until",
        )
    return valid_from, valid_until


def _status_places(city: str, number: int, moment: datetime) -> Iterator[tuple[StatusList, int]]:
    """Take `number` places in the status lists of a city; none is ever given twice.

    The last list of the city stays locked until the transaction ends.
    """
    while number:
        current = _last_list(city, moment)
        first = current.used
        taken = min(number, StatusList.SIZE - first)
        StatusList.objects.filter(pk=current.pk).update(used=first + taken)
        for place in range(first, first + taken):
            yield current, place
        number -= taken


def _last_list(city: str, moment: datetime) -> StatusList:
    lists = StatusList.objects.filter(city_id=city).defer("bits").order_by("-number")
    while True:
        found = lists.select_for_update().first()
        if found is not None and found.used < StatusList.SIZE:
            return found
        number = 0 if found is None else found.number + 1
        # whoever waited for the lock looks again: the other has made the next list by then
        StatusList.objects.get_or_create(
            city_id=city,
            number=number,
            defaults={"bits": status_lists.blank(StatusList.SIZE), "changed_at": moment},
        )


def _sign(
    each: _Prepared,
    authority: Authority,
    city: str,
    status_list: StatusList,
    place: int,
    signs: Signer,
    moment: datetime,
) -> Record:
    draft, of, subject = each.draft, each.type, each.subject
    key = secrets.token_hex(15)
    named = handle(subject, region_secret())
    stated = Statement(
        key=key,
        city=city,
        type=of.slug,
        version=of.version,
        subject=named,
        authority=authority.key,
        issued_at=moment,
        valid_from=each.valid_from,
        valid_until=each.valid_until,
        status=(status_list.number, place),
        public=draft.public,
        holder=draft.holder_key,
    )
    issued = sd_jwt.issue(signs, statement.claims(stated, settings.SITE_ADDRESS), draft.held)
    return Record(
        key=key,
        city_id=city,
        authority=authority,
        type=of.slug,
        type_version=of.version,
        subject_kind=subject.kind,
        subject_number=subject.number,
        subject_name=subject.name,
        subject_handle=named,
        holder=draft.holder,
        public=dict(draft.public),
        held=dict(draft.held),
        salts=issued.salts,
        issued_at=moment,
        valid_from=each.valid_from,
        valid_until=each.valid_until,
        state=Record.State.VALID,
        state_at=moment,
        status_list=status_list,
        status_index=place,
        token=issued.token,
        case_key=draft.case_key,
    )


def _end(old: Record, by: str, moment: datetime) -> NewEntry:
    """End a record that another stands in the place of; return the entry that says so."""
    old.state = Record.State.SUPERSEDED
    old.state_at = moment
    old.save(update_fields=["state", "state_at"])
    set_status(old, status_lists.INVALID, moment)
    return NewEntry(
        "supersede", old.key, {"status": [old.status_list.number, old.status_index], "by": by}
    )


def set_status(record: Record, status: int, moment: datetime) -> None:
    """Write the two bits of a record into its status list, which stays locked until the commit."""
    found = StatusList.objects.select_for_update().get(pk=record.status_list_id)
    found.bits = status_lists.changed(found.bits, record.status_index, status)
    found.changed_at = moment
    found.save(update_fields=["bits", "changed_at"])


def name_of(record: Record) -> str:
    """Return how the journal calls a record: never by the number of a person."""
    declared = type_of(record.type)
    told = record.key[:8] if record.subject_kind in PERSONAL else record.subject_number
    return f"{declared.name.zh} {told}"


def _write(actor: User | None, verb: str, record: Record, moment: datetime, **detail: Any) -> None:
    write(
        actor,
        verb,
        urn=record.urn,
        name=name_of(record),
        authority=record.authority,
        at=moment,
        log=record.city_id,
        index=record.log_index,
        **detail,
    )
