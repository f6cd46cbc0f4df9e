"""Services: what a subject can apply for.

A pack writes a class; where a service needs no rule of its own, an entry in a region's
`services.toml` is enough (`desk.plain` makes a class of it). Every city accepts every service, and
which authority decides depends on what is applied for, never on where it was handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django import forms

from conurb.records.subjects import Subject, SubjectKind
from conurb.region.tables import Bilingual

if TYPE_CHECKING:
    from conurb.desk.models import Case
    from conurb.region.models import User

Audience = Literal["resident", "firm", "driver"]
Data = Mapping[str, Any]
"""What was filled in: JSON values by the names of the form's fields."""


@dataclass(frozen=True)
class Material:
    """A file to hand in, unless a record that somebody in the region holds says the same.

    `satisfied_by` names the types of records that make handing it in unnecessary.
    """

    key: str
    name: Bilingual
    hint: Bilingual | None = None
    required: bool = True
    satisfied_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prefill:
    """A field that is not asked for again where a record of the applicant holds it."""

    field: str
    record_type: str
    claim: str


@dataclass(frozen=True)
class Step:
    """One step of the way, for the guide: who does what, within how many working days."""

    name: Bilingual
    by: Bilingual
    days: int | None = None


@dataclass(frozen=True)
class Finding:
    """What a rule says of an application. A blocking one cannot be submitted or granted.

    `passed` findings are kept too: they are the reasons of an automatic grant. `rule` names the
    rule and `source` where it stands (regulation and article, or the region's file).
    """

    rule: str
    passed: bool
    text: Bilingual
    blocking: bool = False
    source: str = ""
    field: str = ""


@dataclass(frozen=True)
class Decision:
    """What was decided, with the reasons that the applicant reads."""

    granted: bool
    reasons: Bilingual
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Issue:
    """The record that a grant issues, as far as the service knows it; the case adds the rest.

    `supersedes` is the key of the record that it renews: that one is superseded in the same moment.
    """

    type: str
    subject: Subject
    public: Mapping[str, Any]
    held: Mapping[str, Any] = field(default_factory=dict)
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    supersedes: str = ""


@dataclass(frozen=True)
class Difference:
    """Where a city differs, in words for the page: limit, material, fee."""

    city: str
    text: Bilingual


class Service:
    """Base of services. One class (or entry) a service; the instance holds no state.

    `competence` is the key of the subject of work whose authority decides in the city that
    `decides_in` returns; `limit` and `statutory` are working days (promised, and by law).
    """

    slug: ClassVar[str]
    version: ClassVar[int] = 1
    name: ClassVar[Bilingual]
    summary: ClassVar[Bilingual]
    item: ClassVar[str] = ""
    audiences: ClassVar[tuple[Audience, ...]]
    life_events: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[tuple[str, ...]] = ()
    subject_kind: ClassVar[SubjectKind]
    competence: ClassVar[str]
    limit: ClassVar[int]
    statutory: ClassVar[int]
    basis: ClassVar[Bilingual] = Bilingual("", "")
    form: ClassVar[type[forms.Form]]
    materials: ClassVar[tuple[Material, ...]] = ()
    prefills: ClassVar[tuple[Prefill, ...]] = ()
    steps: ClassVar[tuple[Step, ...]] = ()
    issues: ClassVar[str] = ""
    fee_fen: ClassVar[int] = 0
    differences: ClassVar[tuple[Difference, ...]] = ()
    bulk: ClassVar[bool] = False
    form_template: ClassVar[str] = "desk/form_fields.html"
    form_scripts: ClassVar[tuple[str, ...]] = ()

    def decides_in(self, data: Data) -> str:
        """Return the code of the city whose authority decides, wherever it was handed in."""
        raise NotImplementedError

    def subject_of(self, data: Data) -> Subject:
        """Return whom or what it is about. Raises NumberError or SubjectError."""
        raise NotImplementedError

    def known_of(self, applicant: User, firm: str) -> Data:
        """Return what the form asks that the platform knows of the applicant, or of his firm.

        `firm` is the code of the firm that he acts for, "" where he acts for himself.
        """
        return {}

    def examine(self, data: Data, at: datetime) -> Sequence[Finding]:
        """Return what the service's own rules say of an application; shown before submission."""
        return ()

    def automatic(self, data: Data, findings: Sequence[Finding], at: datetime) -> Decision | None:
        """Return a grant where every rule passes; None leaves it to an officer. Never a refusal."""
        return None

    def issue(self, case: Case, at: datetime) -> Issue | None:
        """Return the record that a granted case issues; None where it issues none."""
        return None

    def decided(self, case: Case, decision: Decision, at: datetime) -> None:
        """Do what else follows from a decision, in its transaction."""


_services: dict[str, Service] = {}


def offer(*services: Service) -> None:
    """Make services known; raises ValueError where a slug is taken.

    A service of the same name from the same module takes the place of the earlier one: a region's
    file that is read again.
    """
    for service in services:
        known = _services.get(service.slug)
        if known is not None and _origin(known) != _origin(service):
            raise ValueError(f"service {service.slug} is offered twice")
        _services[service.slug] = service


def _origin(service: Service) -> tuple[str, str]:
    return type(service).__module__, type(service).__qualname__


def service_of(slug: str) -> Service | None:
    """Return a service by its slug, None where nobody offers it."""
    return _services.get(slug)


def services() -> tuple[Service, ...]:
    """Return every service, by slug."""
    return tuple(_services[slug] for slug in sorted(_services))


@contextmanager
def only(given: Iterable[Service]) -> Iterator[None]:
    """Within this block only these services are offered; for tests."""
    before = dict(_services)
    _services.clear()
    try:
        offer(*given)
        yield
    finally:
        _services.clear()
        _services.update(before)
