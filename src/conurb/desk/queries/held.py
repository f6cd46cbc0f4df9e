"""Which records spare an applicant something, in the city that decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from conurb.desk import reuse
from conurb.desk.models import Case
from conurb.desk.reuse import Held, Offers
from conurb.desk.services import Data, Service
from conurb.records.checking import Answer, check
from conurb.records.models import Record
from conurb.records.subjects import Subject
from conurb.records.types import UnknownTypeError, type_of
from conurb.refusal import RefusedError
from conurb.region.models import Identity, Representation, User
from conurb.region.numbers import NumberError


def city_deciding(service: Service, data: Data, otherwise: str) -> str:
    """Return where a case is decided; `otherwise` while too little was filled in to tell."""
    try:
        return service.decides_in(data) or otherwise
    except (LookupError, ValueError, TypeError, RefusedError):
        return otherwise


def offers_of(case: Case, service: Service, at: datetime) -> Offers:
    """Return what the records of the applicant spare him in this case, as of a moment."""
    if case.applicant is None:
        return Offers()
    city = city_deciding(service, case.data, case.accepted_in_id)
    return offers_for(case.applicant, service, case.data, city, at)


def offers_for(applicant: User, service: Service, data: Data, city: str, at: datetime) -> Offers:
    """Return what the records of somebody spare him in a service decided in a city."""
    wanted = reuse.wanted_types(service.prefills, service.materials)
    held = [
        each
        for slug in wanted
        for _subject, answer in answers_about(applicant, service, data, slug, city, at)
        for each in _held(applicant, answer)
    ]
    return reuse.offers(service.prefills, service.materials, held)


def answers_about(
    applicant: User, service: Service, data: Data, slug: str, city: str, at: datetime
) -> list[tuple[Subject, Answer]]:
    """Check whether records of a type about the applicant, his firms or his things hold there."""
    try:
        kind = type_of(slug).subject
    except UnknownTypeError:
        return []
    subjects = dict.fromkeys(_subjects(applicant, service, data, slug, kind))
    return [
        (subject, answer)
        for subject in subjects
        if (answer := check(slug, subject, city, at)).verdict == "valid"
    ]


def _subjects(
    applicant: User, service: Service, data: Data, slug: str, kind: str
) -> Iterable[Subject]:
    own = _subjects_acted_for(applicant, kind)
    try:
        about = service.subject_of(data)
    except (LookupError, ValueError, TypeError, NumberError):
        about = None
    mine = {each.number for each in own}
    if about is not None and about.kind == kind and (kind == "vehicle" or about.number in mine):
        # whoever may apply for several is spared by the record of the one it is about
        yield Subject(about.kind, about.number)
        return
    yield from own
    if kind not in {"resident", "firm"}:
        kept = Record.everything.filter(holder=applicant, type=slug, state=Record.State.VALID)
        for number in kept.values_list("subject_number", flat=True):
            yield Subject(kind, number)  # type: ignore[arg-type]


def _subjects_acted_for(applicant: User, kind: str) -> list[Subject]:
    if kind == "resident":
        rows = Identity.everything.filter(user=applicant)
        return [Subject("resident", number) for number in rows.values_list("number", flat=True)]
    if kind == "firm":
        firms = Representation.everything.filter(user=applicant)
        return [Subject("firm", number) for number in firms.values_list("firm", flat=True)]
    return []


def _held(applicant: User, answer: Answer) -> list[Held]:
    """Turn what a check found into what is offered.

    What a record only holds is offered to who holds it or acts for its subject: of the vehicle of
    somebody else an applicant learns what anybody may.
    """
    found = [each for each in answer.found if each.standing == "valid" and each.holds]
    rows = {row.key: row for row in Record.everything.filter(key__in=[each.key for each in found])}
    held = []
    for each in found:
        row = rows.get(each.key)
        more = row.held if row is not None and _belongs_to(applicant, row) else {}
        claims = {**each.public, **more}
        held.append(Held(record=each.key, type=each.type, city=each.city, claims=claims))
    return held


def _belongs_to(applicant: User, row: Record) -> bool:
    if row.holder_id == applicant.pk:
        return True
    acted_for = _subjects_acted_for(applicant, row.subject_kind)
    return row.subject_number in {subject.number for subject in acted_for}
