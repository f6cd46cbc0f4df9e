"""What an applicant does, or an officer at a counter for him: draft, hand in, complete, withdraw.

A draft is its writer's alone and leaves no history; with the submission the case gets its number,
the authority that decides, its limit, and what the rules of the service say of it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk import numbers, reuse
from conurb.desk.actions import deciding, telling
from conurb.desk.actions.moving import (
    count_limit,
    locked,
    move,
    next_state,
    offered,
    require_applicant,
    require_words,
    today_of,
)
from conurb.desk.models import Case, CaseFile, ClockStop, NumberBlock
from conurb.desk.queries import held
from conurb.desk.reuse import Offers
from conurb.desk.services import Data, Finding, Service
from conurb.desk.stages import State, Verb
from conurb.journal import files as storage
from conurb.journal.uploads import HandedIn, UploadError, check
from conurb.records.actions.looking import look
from conurb.records.subjects import Subject, SubjectError
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import competent
from conurb.region.models import (
    City,
    Identity,
    Representation,
    User,
    in_language,
    works_for_region,
)
from conurb.region.numbers import NumberError

COUNTER = "government-services"
"""The subject of work of the authorities that keep the cities' service counters."""

MOST_FILES = 30
MOST_DATA = 200_000
"""Characters of JSON that an application may hold."""


@dataclass(frozen=True)
class Submitted:
    """A case that was handed in, and the code for following it, which is shown this once."""

    case: Case
    code: str


@transaction.atomic
def start(
    actor: User,
    service: Service,
    city: City,
    *,
    for_applicant: User | None = None,
    firm: str = "",
    now: datetime | None = None,
) -> Case:
    """Begin an application, as a draft, in any city; what records say is filled in already.

    `for_applicant` is whom an officer at a counter of `city` fills it in for; `firm` the code of a
    firm that the applicant acts for. Raises NotCompetentError for officers of other authorities,
    RefusedError where the applicant does not represent the firm.
    """
    if for_applicant is not None:
        _require_counter(actor, city)
        if for_applicant.pk == actor.pk:
            raise NotCompetentError(_("Nobody serves himself at the counter."))
    applicant = for_applicant or actor
    if applicant.is_system:
        raise NotCompetentError(_("A system applies for nobody."))
    moment = now or timezone.now()
    identity = Identity.everything.filter(user=applicant).first()
    case = Case(
        key=secrets.token_hex(15),
        service=service.slug,
        service_version=service.version,
        applicant=applicant,
        applicant_name=identity.name if identity else str(applicant),
        firm=_represented(applicant, firm) if firm else "",
        accepted_in=city,
        accepted_by=actor if for_applicant is not None else None,
        created_at=moment,
        changed_at=moment,
    )
    offers = held.offers_of(case, service, moment)
    case.data = {
        **service.known_of(applicant, case.firm),
        **{name: offer.value for name, offer in offers.fields.items()},
    }
    case.save()
    return case


@transaction.atomic
def save_draft(
    actor: User, case: Case, data: Mapping[str, Any], *, version: int, now: datetime | None = None
) -> Case:
    """Keep what was filled in so far, as it was typed; nothing is judged yet.

    `version` is that of the case that was edited: where it was changed meanwhile (in another
    window, at a counter), RefusedError says so and nothing is lost. Fields that the form does not
    have are left out.
    """
    case = locked(case)
    require_applicant(actor, case)
    if case.state not in {State.DRAFT, State.WAITING}:
        next_state(case, Verb.SUBMIT)
    _require_version(case, version)
    case.data = _known(offered(case), data)
    case.version += 1
    case.changed_at = now or timezone.now()
    case.save(update_fields=["data", "version", "changed_at"])
    return case


@transaction.atomic
def discard(actor: User, case: Case) -> None:
    """Delete a draft with what was filled in; the platform keeps nothing of it."""
    case = locked(case)
    require_applicant(actor, case)
    if case.state != State.DRAFT:
        raise RefusedError(_("What was submitted is not deleted; it can be withdrawn."))
    case.files.all().delete()
    case.delete()


@transaction.atomic
def attach(
    actor: User, case: Case, material: str, file: HandedIn, *, now: datetime | None = None
) -> CaseFile:
    """Hand in a file for a material of the service, while drafting or completing.

    Raises RefusedError (422) with the reason where the file may not be taken.
    """
    case = locked(case)
    require_applicant(actor, case)
    _require_open_for_files(case)
    service = offered(case)
    if material not in {each.key for each in service.materials}:
        raise RefusedError(
            _("The service does not ask for a material “%(key)s”.") % {"key": material},
            status=422,
            field="material",
        )
    if case.files.filter(removed_at=None, by_authority=False).count() >= MOST_FILES:
        raise RefusedError(
            _("At most %(count)s files go with an application. Join pages into one file.")
            % {"count": MOST_FILES},
            status=422,
            field=material,
        )
    try:
        accepted = check(file)
    except UploadError as fault:
        said = in_language(fault.message_zh, fault.message_en)
        raise RefusedError(said, status=422, field=material) from fault
    moment = now or timezone.now()
    stored = storage.store(accepted.content)
    made = CaseFile.objects.create(
        case=case,
        key=secrets.token_hex(15),
        material=material,
        filename=accepted.filename,
        media_type=accepted.media_type,
        sha256=stored.sha256,
        size=stored.size,
        added_at=moment,
    )
    _touch(case, moment)
    return made


@transaction.atomic
def detach(actor: User, file: CaseFile, *, now: datetime | None = None) -> CaseFile:
    """Take out a file that was handed in, while drafting or completing."""
    case = locked(file.case)
    require_applicant(actor, case)
    _require_open_for_files(case)
    file = CaseFile.objects.select_related("case").get(pk=file.pk)
    if file.by_authority:
        raise NotCompetentError(_("This letter is the authority's."))
    moment = now or timezone.now()
    if file.removed_at is None:
        file.removed_at = moment
        file.save(update_fields=["removed_at"])
        _touch(case, moment)
    return file


@transaction.atomic
def submit(actor: User, case: Case, *, now: datetime | None = None) -> Submitted:
    """Hand an application in: it gets its number, its authority, its limit, and a code.

    Where every rule of the service passes and the service says so, it is granted in the same
    moment, with the reasons; a refusal is never automatic (PIPL art. 24). Raises RefusedError (422,
    with the field) where the form, a material or a blocking rule stands against it.
    """
    case = locked(case)
    require_applicant(actor, case)
    next_state(case, Verb.SUBMIT)
    service = offered(case)
    moment = now or timezone.now()
    judged = _judged(actor, case, service, case.data, moment)
    authority = competent(service.competence, service.decides_in(judged.data))
    code = numbers.new_code()
    case.number = next_number(case.accepted_in, today_of(moment))
    case.service_version = service.version
    case.authority = authority
    case.submitted_at = moment
    case.counts_from = today_of(moment)
    case.limit = service.limit
    case.code_hash = numbers.code_hash(case.key, code)
    _take(case, judged)
    count_limit(case)
    move(
        actor,
        case,
        Verb.SUBMIT,
        moment,
        changed=(
            *TAKEN,
            "number",
            "service_version",
            "authority",
            "submitted_at",
            "counts_from",
            "limit",
            "code_hash",
            "due_on",
            "warn_on",
        ),
        service=service.slug,
        reused=len(case.reused),
        asked_again=case.asked_again,
    )
    telling.tell(case, "submitted", moment)
    decision = service.automatic(case.data, judged.findings, moment)
    if decision is not None and decision.granted:
        case = deciding.grant_by_rule(case, decision, moment)
    return Submitted(case, code)


@transaction.atomic
def complete(
    actor: User,
    case: Case,
    data: Mapping[str, Any] | None = None,
    *,
    version: int | None = None,
    words: str = "",
    now: datetime | None = None,
) -> Case:
    """Hand in what was asked for; the clock of the limit runs on.

    `data` is the whole form anew; None leaves it as it was (files alone were asked for). Which
    authority decides does not change any more.
    """
    case = locked(case)
    require_applicant(actor, case)
    next_state(case, Verb.COMPLETE)
    if version is not None:
        _require_version(case, version)
    service = offered(case)
    moment = now or timezone.now()
    filled = case.data if data is None else _known(service, data)
    judged = _judged(actor, case, service, filled, moment)
    _require_same_place(case, service, judged.data)
    _take(case, judged)
    case.complete_by = None
    case.stops.filter(ended_at=None).update(ended_at=moment)
    count_limit(case)
    said = words.strip()[:WORDS_SHOWN]
    move(
        actor,
        case,
        Verb.COMPLETE,
        moment,
        changed=(*TAKEN, "complete_by", "due_on", "warn_on"),
        zh=said,
        en=said,
    )
    return case


@transaction.atomic
def withdraw(actor: User, case: Case, reason: str, *, now: datetime | None = None) -> Case:
    """Take an application back before it is decided, with the reason.

    Where a decision was overturned, what it had granted ends with the application.
    """
    case = locked(case)
    require_applicant(actor, case)
    next_state(case, Verb.WITHDRAW)
    said = require_words(reason, "reason", _("Say why the application is withdrawn."))
    moment = now or timezone.now()
    ClockStop.objects.filter(case=case, ended_at=None).update(ended_at=moment)
    case.complete_by = None
    changed = ("complete_by", *deciding.forgo(case, said, moment))
    move(actor, case, Verb.WITHDRAW, moment, changed=changed, zh=said, en=said)
    telling.tell(case, "withdrawn", moment)
    return case


WORDS_SHOWN = 2000
TAKEN = (
    "data",
    "subject_kind",
    "subject_number",
    "firm",
    "findings",
    "reused",
    "reused_count",
    "asked_again",
)
"""The fields of a case that `_take` sets."""


@dataclass(frozen=True)
class Judged:
    """An application that may be handed in: what it says, about whom, and what the rules said."""

    data: Data
    subject: Subject
    firm: str
    findings: tuple[Finding, ...]
    count: reuse.Count


def _judged(
    actor: User, case: Case, service: Service, filled: Mapping[str, Any], moment: datetime
) -> Judged:
    """Judge an application by form, subject, materials and rules; raises RefusedError."""
    data = cleaned(service, filled)
    try:
        subject = service.subject_of(data)
    except (NumberError, SubjectError) as fault:
        said = in_language(fault.message_zh, fault.message_en)
        raise RefusedError(said, status=422) from fault
    firm = _require_own(case, subject)
    city = service.decides_in(data)
    offers = (
        held.offers_for(case.applicant, service, data, city, moment)
        if case.applicant is not None
        else Offers()
    )
    handed_in = set(
        case.files.filter(removed_at=None, by_authority=False).values_list("material", flat=True)
    )
    _require_materials(service, offers, handed_in)
    findings = tuple(service.examine(data, moment))
    for finding in findings:
        if finding.blocking and not finding.passed:
            raise RefusedError(
                in_language(finding.text.zh, finding.text.en), status=422, field=finding.field
            )
    count = reuse.counted(offers, data, handed_in)
    _tell_looks(actor, case, service, data, city, count, moment)
    return Judged(data, subject, firm, findings, count)


def _take(case: Case, judged: Judged) -> None:
    case.data = dict(judged.data)
    case.subject_kind, case.subject_number = judged.subject.kind, judged.subject.number
    case.firm = judged.firm
    case.findings = [finding_json(finding) for finding in judged.findings]
    case.reused = list(judged.count.reused)
    case.reused_count = len(case.reused)
    case.asked_again = judged.count.asked_again


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return what a rule said as it is kept with the case."""
    return {
        "rule": finding.rule,
        "passed": finding.passed,
        "blocking": finding.blocking,
        "zh": finding.text.zh,
        "en": finding.text.en,
        "source": finding.source,
        "field": finding.field,
    }


def cleaned(service: Service, filled: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in as the form reads it, as JSON values.

    Raises RefusedError (422) for the first field that the form does not accept.
    """
    form = service.form(data=dict(filled))
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        label = form.fields[field].label if field in form.fields else ""
        said = f"{label}: {errors[0]}" if label else str(errors[0])
        raise RefusedError(said, status=422, field=field if field in form.fields else "")
    known: dict[str, Any] = json.loads(json.dumps(form.cleaned_data, cls=DjangoJSONEncoder))
    return known


def next_number(city: City, day: date) -> str:
    """Return the next number of a city and day; its block is held until the transaction ends.

    A transaction that fails gives its number back, so that no number is ever given twice.
    """
    NumberBlock.objects.get_or_create(city=city, day=day)
    block = NumberBlock.objects.select_for_update().get(city=city, day=day)
    block.last += 1
    block.save(update_fields=["last"])
    return numbers.compose(city.code, day, block.last)


def _known(service: Service, data: Mapping[str, Any]) -> dict[str, Any]:
    fields = service.form.base_fields
    known = {name: data[name] for name in fields if name in data}
    text = json.dumps(known, cls=DjangoJSONEncoder)
    if len(text) > MOST_DATA:
        raise RefusedError(
            _("The application is too long. Attach longer texts as files."), status=422
        )
    taken: dict[str, Any] = json.loads(text)
    return taken


def _require_counter(actor: User, city: City) -> None:
    authority = actor.authority
    if (
        not works_for_region(actor)
        or authority is None
        or authority.city_id != city.pk
        or not authority.subjects.filter(key=COUNTER).exists()
    ):
        raise NotCompetentError(
            _("Only officers of the service counters of %(city)s may fill in for others here.")
            % {"city": city.short}
        )


def _represented(applicant: User, firm: str) -> str:
    if not Representation.everything.filter(user=applicant, firm=firm).exists():
        raise RefusedError(
            _("You are not registered as acting for the firm %(code)s.") % {"code": firm},
            status=422,
            field="firm",
        )
    return firm


def _require_own(case: Case, subject: Subject) -> str:
    """Let people apply about themselves and their firms; returns the firm that it is about.

    What else it may be about (a vehicle, a parcel) the rules of the service judge.
    """
    applicant = case.applicant
    if subject.kind == "firm" and applicant is not None:
        return _represented(applicant, subject.number)
    if subject.kind == "resident" and applicant is not None:
        identity = Identity.everything.filter(user=applicant).first()
        if identity is None:
            raise RefusedError(
                _(
                    "Your identity was not verified yet, so you cannot apply in your own name. "
                    "Log in by the identity provider, or go to any service counter."
                ),
                status=422,
            )
        if identity.number != subject.number:
            raise RefusedError(
                _("The resident number is not that of the applicant. People apply for themselves."),
                status=422,
            )
    return case.firm


def _require_materials(service: Service, offers: Offers, handed_in: set[str]) -> None:
    for material in service.materials:
        if material.required and material.key not in handed_in | set(offers.materials):
            raise RefusedError(
                _("Hand in “%(material)s”.")
                % {"material": in_language(material.name.zh, material.name.en)},
                status=422,
                field=material.key,
            )


def _require_same_place(case: Case, service: Service, data: Data) -> None:
    authority = competent(service.competence, service.decides_in(data))
    if authority.pk != case.authority_id:
        raise RefusedError(
            _("With this, %(authority)s would decide. Withdraw the application and make a new one.")
            % {"authority": authority.short},
            status=422,
        )


def _require_version(case: Case, version: int) -> None:
    if case.version != version:
        raise RefusedError(
            _(
                "The application was changed in another window at %(time)s. "
                "Reload it; what was saved there is kept."
            )
            % {"time": timezone.localtime(case.changed_at).strftime("%H:%M:%S")}
        )


def _require_open_for_files(case: Case) -> None:
    if case.state not in {State.DRAFT, State.WAITING}:
        raise RefusedError(
            _("Files are handed in with the draft, or when you are asked to complete.")
        )


def _touch(case: Case, moment: datetime) -> None:
    case.changed_at = moment
    case.save(update_fields=["changed_at"])


def _tell_looks(
    actor: User,
    case: Case,
    service: Service,
    data: Data,
    city: str,
    count: reuse.Count,
    moment: datetime,
) -> None:
    """Let the person read that a record of his was looked at for this application."""
    applicant = case.applicant
    if applicant is None:
        return
    purpose = f"{service.name.zh}（申请时免提交）"
    for slug in dict.fromkeys(used["type"] for used in count.reused):
        for subject, answer in held.answers_about(applicant, service, data, slug, city, moment):
            note = partial(look, actor, answer, subject, purpose=purpose, way="desk")
            transaction.on_commit(note)
