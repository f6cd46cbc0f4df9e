"""What happens to a pass: kept beside its record, checked, misused, withdrawn, renewed.

Codes in the journal: pass.grant, pass.violation, pass.annul, pass.withdraw. Checks of vehicles are
counted in a table of their own; a renewal stands in the journal as the application that it is.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.actions import applying
from conurb.desk.models import Case
from conurb.desk.services import service_of
from conurb.journal.actions import record as write
from conurb.records import checking
from conurb.records.actions import standing as standings
from conurb.records.checking import Answer
from conurb.records.models import Record
from conurb.records.subjects import parse
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, City, User, in_language
from conurb.region.numbers import NumberError
from conurb.sames.platform import points, validity
from conurb.sames.platform.declared import ViolationKind
from conurb.sames.platform.models import (
    POLICE,
    Annulment,
    Pass,
    PassCheck,
    PassZone,
    RuleSet,
    Violation,
    Withdrawal,
    Zone,
)
from conurb.sames.platform.queries.rules import declared, points_of
from conurb.sames.platform.record_type import SLUG
from conurb.sames.platform.validity import Validity
from conurb.sames.platform.withdrawing import GROUNDS, may_withdraw

WORDS = 500
PLACE = 200
LATEST_NOTE = timedelta(days=30)
"""How long after it happened a violation may be noted."""


def hold_zones(codes: list[str]) -> None:
    """Hold the rows of zones until the transaction ends, so that two grants count one by one."""
    list(Zone.objects.select_for_update().filter(code__in=codes).order_by("code"))


def keep(case: Case, rules: RuleSet, moment: datetime) -> Pass:
    """Keep what the figures and quotas need of a pass just issued; within its transaction."""
    issued = Record.everything.get(key=case.record_key)
    said, zones = issued.public, declared().zone_by_code
    begins = timezone.localdate(issued.valid_from)
    ends = timezone.localdate((issued.valid_until or issued.valid_from) - timedelta(seconds=1))
    renewed = Pass.everything.filter(record__superseded_by=issued).first()
    made = Pass.everything.create(
        key=secrets.token_hex(15),
        record=issued,
        case_key=case.key,
        holder=case.applicant,
        city_id=issued.city_id,
        applied_in=case.accepted_in,
        plate=issued.subject_number,
        mass=said["mass"],
        purpose=said["purpose"],
        cities=sorted({zones[code].city for code in said["zones"]}),
        hours=said["hours"],
        days=said["days"],
        first_day=begins,
        last_day=ends,
        automatic=case.automatic,
        seconds=_seconds(case, moment),
        issued_at=moment,
        rules=rules,
        renews=renewed,
    )
    PassZone.objects.bulk_create(
        PassZone(of=made, zone_id=code, first_day=begins, last_day=ends) for code in said["zones"]
    )
    write(
        case.decided_by,
        "pass.grant",
        urn=made.urn,
        name=made.plate,
        authority=issued.authority,
        at=moment,
        automatic=made.automatic,
        rules=rules.digest[:12],
        renews=renewed.key if renewed is not None else None,
    )
    return made


@transaction.atomic
def check(actor: User, plate: str, *, now: datetime | None = None) -> tuple[Answer, PassCheck]:
    """Check a vehicle for a pass, in the officer's own city; the check is counted.

    Raises NotCompetentError for others than traffic police, RefusedError (422) for no plate.
    """
    authority = require_police(actor)
    try:
        subject = parse("vehicle", plate)
    except NumberError as fault:
        said = in_language(fault.message_zh, fault.message_en)
        raise RefusedError(said, status=422, field="plate") from fault
    moment = now or timezone.now()
    city = _city_of(authority)
    answer = checking.check(SLUG, subject, city.pk, now)
    first = answer.found[0] if answer.found else None
    found = Pass.everything.filter(record__key=first.key).first() if first else None
    made = PassCheck.everything.create(
        at=moment,
        plate=subject.number,
        found=found,
        issued_in=first.city if first else "",
        city=city,
        authority=authority,
        officer=actor,
        verdict=answer.verdict,
        reason=answer.reason,
    )
    return answer, made


@transaction.atomic
def note_violation(
    actor: User,
    of: Pass,
    kind: str,
    *,
    place: str,
    at: datetime,
    words: str = "",
    now: datetime | None = None,
) -> Violation:
    """Note that a pass was misused; traffic police of any city may, where they met it.

    The points count at once; nothing is withdrawn by them alone.
    """
    authority = require_police(actor)
    moment = now or timezone.now()
    of = _locked(of)
    chosen = _kind(kind)
    where = place.strip()
    if not where or len(where) > PLACE:
        raise RefusedError(
            _("Say where it was, in at most %(limit)s characters.") % {"limit": PLACE},
            status=422,
            field="place",
        )
    if len(words) > WORDS:
        raise RefusedError(
            _("At most %(limit)s characters.") % {"limit": WORDS}, status=422, field="words"
        )
    if not moment - LATEST_NOTE <= at <= moment:
        raise RefusedError(
            _("A violation is noted within %(days)s days, and not before it happened.")
            % {"days": LATEST_NOTE.days},
            status=422,
            field="at",
        )
    if at < of.issued_at:
        raise RefusedError(_("The pass was granted only after this."), status=422, field="at")
    made = Violation.everything.create(
        key=secrets.token_hex(15),
        of=of,
        plate=of.plate,
        kind=chosen.key,
        points=chosen.points,
        at=at,
        place=where,
        words=words.strip(),
        authority=authority,
        officer=actor,
        noted_at=moment,
    )
    write(
        actor,
        "pass.violation",
        urn=of.urn,
        name=of.plate,
        at=moment,
        kind=chosen.key,
        kind_zh=chosen.name.zh,
        kind_en=chosen.name.en,
        points=chosen.points,
        total=points_of(of.plate, moment),
    )
    return made


@transaction.atomic
def annul(
    actor: User, violation: Violation, reason: str, *, now: datetime | None = None
) -> Annulment:
    """Put right a violation that was noted in error; by the authority that noted it."""
    violation = Violation.everything.select_related("authority", "of").get(pk=violation.pk)
    require_officer_of(actor, violation.authority)
    of = _locked(violation.of)
    said = _reason(reason)
    if Annulment.objects.filter(violation=violation).exists():
        raise RefusedError(_("This violation was annulled already."))
    moment = now or timezone.now()
    made = Annulment.objects.create(violation=violation, at=moment, reason=said, officer=actor)
    write(
        actor,
        "pass.annul",
        urn=of.urn,
        name=of.plate,
        at=moment,
        reason=said,
        points=violation.points,
    )
    return made


@transaction.atomic
def withdraw(
    actor: User, of: Pass, ground: str, reason: str, *, now: datetime | None = None
) -> Withdrawal:
    """Withdraw a pass for good; by an officer of the authority that issued it, with the reason.

    The next check in any city finds it revoked. On the ground of points only at the threshold.
    """
    of = _locked(of)
    require_officer_of(actor, of.record.authority)
    chosen = GROUNDS.get(ground)
    if chosen is None:
        raise RefusedError(_("Choose a ground."), status=422, field="ground")
    said = _reason(reason)
    moment = now or timezone.now()
    counted = points_of(of.plate, moment)
    if not may_withdraw(chosen, points.standing(counted, declared().thresholds)):
        raise RefusedError(
            _("The vehicle has %(points)s points; the limit is %(limit)s.")
            % {"points": counted, "limit": declared().thresholds.withdraw_at},
            field="ground",
        )
    standings.revoke(actor, of.record, said, code=chosen.code, now=moment)
    made = Withdrawal.objects.create(
        of=of, at=moment, ground=ground, reason=said, points=counted, officer=actor
    )
    write(
        actor,
        "pass.withdraw",
        urn=of.urn,
        name=of.plate,
        authority=of.record.authority,
        at=moment,
        ground=ground,
        reason=said,
        points=counted,
    )
    return made


@transaction.atomic
def renew(actor: User, of: Pass, *, now: datetime | None = None) -> Case:
    """Begin the renewal of a pass: an application filled in as the last one was.

    The holder does so, near its end. Handed in, it supersedes the pass where it is granted.
    """
    of = _locked(of)
    if actor.pk != of.holder_id:
        raise NotCompetentError(_("Only the holder renews a pass."))
    moment = now or timezone.now()
    today = timezone.localdate(moment)
    current = Validity(of.first_day, of.last_day)
    if of.record.state != Record.State.VALID:
        raise RefusedError(_("This pass no longer stands; apply for a new one."))
    if not validity.can_renew(current, today):
        raise RefusedError(
            _("A pass is renewed from %(first)s to %(last)s.")
            % {"first": validity.renewable_from(current), "last": current.last}
        )
    service = service_of(SLUG)
    before = Case.everything.filter(key=of.case_key).first()
    if service is None or before is None:
        raise RefusedError(_("The application behind this pass is not kept here; apply anew."))
    case = applying.start(actor, service, of.applied_in, now=moment)
    data = {**before.data, "renews": of.key, "first_day": today.isoformat()}
    return applying.save_draft(actor, case, data, version=case.version, now=moment)


def require_police(actor: User) -> Authority:
    """Return the traffic police authority for which the actor works; refuse others."""
    authority = actor.authority
    if authority is None or not authority.subjects.filter(key=POLICE).exists():
        raise NotCompetentError(_("This is for officers of the traffic police to do."))
    return authority


def _city_of(authority: Authority) -> City:
    if authority.city is None:
        raise RefusedError(_("A check is made in a city; your authority belongs to none."))
    return authority.city


def _locked(of: Pass) -> Pass:
    return (
        Pass.everything.select_for_update(of=("self",))
        .select_related("record__authority", "applied_in")
        .get(pk=of.pk)
    )


def _kind(key: str) -> ViolationKind:
    found = declared().violations.get(key)
    if found is None:
        raise RefusedError(_("Choose what happened."), status=422, field="kind")
    return found


def _reason(words: str) -> str:
    said = words.strip()
    if not said or len(said) > WORDS:
        raise RefusedError(
            _("Give the reason, in at most %(limit)s characters.") % {"limit": WORDS},
            status=422,
            field="reason",
        )
    return said


def _seconds(case: Case, moment: datetime) -> float:
    return (moment - case.submitted_at).total_seconds() if case.submitted_at else 0.0
