"""Plain services: an entry of `services.toml` becomes a class like those that packs write."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.desk import declaring, services
from conurb.desk.declaring import FieldType, IssueRule, PlainField, PlainService, References
from conurb.desk.models import Case
from conurb.desk.services import Data, Issue, Prefill, Service
from conurb.records import types as record_types
from conurb.records.models import Record
from conurb.records.subjects import Subject, parse
from conurb.refusal import RefusedError
from conurb.region.declarations import Region
from conurb.region.forms import Form, day_input, words_input
from conurb.region.models import City, County, Identity, Representation, User, in_language
from conurb.region.numbers import NumberError, check_firm, check_plate, check_resident
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual

said = lazy(in_language, str)
"""Words in the language of the moment in which they are shown."""

PHONE = re.compile(r"(?:\+?86)?(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})")
LONGEST = {"text": 100, "long-text": 2000, "address": 200}


def offer_declared(folder: Path) -> None:
    """Offer the plain services of a region folder; none of a file that has something wrong.

    For starting processes: whoever loads the folder says what is wrong (`load_declared`).
    """
    try:
        declared = declaring.read(folder)
    except RegionError:
        return
    services.offer(*(service_of(each) for each in declared))


def load_declared(region: Region) -> None:
    """Offer the plain services of a region; raises RegionError with all that is wrong in them."""
    declared = declaring.read(region.path)
    problems = declaring.check_references(region.path, references(region))
    if problems:
        raise RegionError(problems)
    services.offer(*(service_of(each) for each in declared))


@dataclass(frozen=True)
class _Names:
    """What a declaration is checked against, of a type of record."""

    subject: str
    issuer: str
    public_names: frozenset[str]
    held_names: frozenset[str]


def references(region: Region) -> References:
    """Return what the services of a region may refer to."""
    return References(
        subjects=frozenset(each.key for each in region.subjects),
        cities=frozenset(each.code for each in region.cities),
        types={
            each.slug: _Names(
                subject=each.subject,
                issuer=each.issuer,
                public_names=frozenset(claim.name for claim in each.public),
                held_names=frozenset(claim.name for claim in each.held),
            )
            for each in record_types.types()
        },
    )


class Plain(Service):
    """Base of the classes made from declarations; `declared` is the entry."""

    declared: PlainService

    def decides_in(self, data: Data) -> str:
        """Return the city that the declared field names: itself, a county's or a plate's."""
        name = self.declared.decided_in.partition(":")[2] or declaring.HOME.name
        field, value = self.declared.field(name), str(data[name])
        if field.type == "county":
            city = County.objects.filter(code=value).values_list("city_id", flat=True).first()
        elif field.type == "plate":
            office = check_plate(value).office
            city = City.objects.filter(plate=office).values_list("code", flat=True).first()
        else:
            city = City.objects.filter(code=value).values_list("code", flat=True).first()
        if city is None:
            raise RefusedError(
                _("“%(value)s” belongs to no city of the region, so nobody here can decide.")
                % {"value": value},
                status=422,
                field=name,
            )
        return str(city)

    def subject_of(self, data: Data) -> Subject:
        """Return the subject whose number stands in the declared field."""
        name = next(
            (
                str(data.get(field.name) or "")
                for field in self.declared.fields
                if field.known in {"name", "firm-name"}
            ),
            "",
        )
        return parse(self.declared.subject_kind, str(data[self.declared.subject_field]), name)

    def known_of(self, applicant: User, firm: str) -> Data:
        """Return what fields ask that the platform knows of the applicant or his firm."""
        identity = Identity.everything.filter(user=applicant).first()
        acting = Representation.everything.filter(user=applicant, firm=firm).first()
        known = {
            "name": identity.name if identity else "",
            "number": identity.number if identity else "",
            "phone": identity.phone if identity else "",
            "home": identity.home_id if identity else "",
            "firm": acting.firm if acting else "",
            "firm-name": acting.firm_name if acting else "",
        }
        return {
            field.name: known[field.known]
            for field in self.declared.fields
            if field.known and known[field.known]
        }

    def issue(self, case: Case, at: datetime) -> Issue | None:
        """Return the record of the declared type, its claims taken from the case."""
        rule = self.declared.issue
        if rule is None:
            return None
        subject = self.subject_of(case.data)
        source = _Source(self.declared, case, at)
        return Issue(
            type=rule.type,
            subject=subject,
            public=source.claims(rule.public),
            held=source.claims(rule.held),
            valid_from=at,
            valid_until=months_after(at, rule.months) if rule.months else None,
            supersedes=_renewed(case, rule, subject) if rule.renews else "",
        )


def _renewed(case: Case, rule: IssueRule, subject: Subject) -> str:
    found = (
        Record.everything.filter(
            type=rule.type,
            authority=case.authority,
            subject_kind=subject.kind,
            subject_number=subject.number,
            state=Record.State.VALID,
        )
        .order_by("-issued_at")
        .first()
    )
    return found.key if found else ""


@dataclass(frozen=True)
class _Source:
    """Where the claims of a record come from."""

    declared: PlainService
    case: Case
    at: datetime

    def claims(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        """Return the claims that have a value; what was left empty is left out."""
        found = {claim: self._value(source) for claim, source in wanted.items()}
        return {claim: value for claim, value in found.items() if value not in (None, "")}

    def _value(self, source: str) -> Any:
        kind, _sep, name = source.partition(":")
        match kind:
            case "field":
                return self.case.data.get(name)
            case "fen":
                return round(float(self.case.data[name]) * 100)
            case "label":
                return self._label(name)
            case "text":
                return name
        return self._of_case()[source]

    def _of_case(self) -> Mapping[str, Any]:
        authority = self.case.authority
        return {
            "case:number": self.case.number,
            "case:decided-on": timezone.localdate(self.at).isoformat(),
            "case:applicant": self.case.applicant_name,
            "authority:name": authority.name_zh if authority else "",
            "authority:city": authority.city.name_zh if authority and authority.city else "",
        }

    def _label(self, name: str) -> str:
        value = self.case.data.get(name)
        field = self.declared.field(name)
        if field.type == "city":
            return City.objects.filter(code=value).values_list("name_zh", flat=True).first() or ""
        if field.type == "county":
            return County.objects.filter(code=value).values_list("name_zh", flat=True).first() or ""
        return next((each.name.zh for each in field.choices if each.value == value), "")


def months_after(at: datetime, months: int) -> datetime:
    """Return the end of the last day of so many months, where the region lies.

    From 26 November three months last until the end of 25 February, as licences are written.
    """
    local = timezone.localtime(at)
    year, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + year, month + 1
    day = min(local.day, monthrange(year, month)[1])
    same_day = local.replace(year=year, month=month, day=day)
    return (same_day - timedelta(days=1)).replace(hour=23, minute=59, second=59, microsecond=0)


def service_of(declared: PlainService) -> Service:
    """Return the service of a declaration."""
    made = type(
        "".join(part.title() for part in declared.slug.split("-")),
        (Plain,),
        {
            "__doc__": declared.summary.en,
            "__module__": __name__,
            "declared": declared,
            "slug": declared.slug,
            "version": declared.version,
            "name": declared.name,
            "summary": declared.summary,
            "item": declared.item,
            "audiences": declared.audiences,
            "life_events": declared.life_events,
            "words": declared.words,
            "subject_kind": declared.subject_kind,
            "competence": declared.competence,
            "limit": declared.limit,
            "statutory": declared.statutory,
            "basis": declared.basis,
            "bulk": declared.bulk,
            "form": form_of(declared),
            "materials": declared.materials,
            "prefills": tuple(
                Prefill(field.name, field.record, field.claim)
                for field in declared.fields
                if field.record
            ),
            "steps": declared.steps,
            "issues": declared.issue.type if declared.issue else "",
            "differences": declared.differences,
        },
    )
    service: Service = made()
    return service


def form_of(declared: PlainService) -> type[forms.Form]:
    """Return the form of a declaration, its labels in the language in which it is shown."""
    fields: dict[str, Any] = {field.name: form_field(field) for field in declared.fields}
    made: type[forms.Form] = type("PlainForm", (Form,), {**fields, "__module__": __name__})
    return made


def form_field(field: PlainField) -> forms.Field:
    """Return the form's field of a declared one."""
    common: dict[str, Any] = {
        "label": _shown(field.label),
        "required": field.required,
        "help_text": _shown(field.hint) if field.hint else "",
    }
    return _MAKERS[field.type](field, common)


def _shown(text: Bilingual) -> str:
    words: str = said(text.zh, text.en)
    return words


class NumberField(forms.CharField):
    """A number by a standard's own rule, kept as the standard writes it."""

    def __init__(self, check: Callable[[str], object], **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.check = check

    def clean(self, value: Any) -> str:
        """Return the number; a ValidationError says what is wrong with it."""
        text = str(super().clean(value))
        if not text:
            return ""
        try:
            return str(self.check(text))
        except NumberError as fault:
            raise ValidationError(in_language(fault.message_zh, fault.message_en)) from fault


class PhoneField(forms.CharField):
    """A telephone number of the mainland, mobile or with its area code."""

    def clean(self, value: Any) -> str:
        """Return the number without the country's code, blanks and brackets."""
        text = re.sub(r"[\s()（）]", "", str(super().clean(value)))
        if not text:
            return ""
        found = PHONE.fullmatch(text)
        if found is None:
            raise ValidationError(
                gettext_lazy("Give a mobile number of 11 digits, or one with its area code.")
            )
        return found[1]


def _text(field: PlainField, common: dict[str, Any]) -> forms.Field:
    longest = field.most or LONGEST[field.type]
    return forms.CharField(max_length=longest, min_length=field.least, **common)


def _long_text(field: PlainField, common: dict[str, Any]) -> forms.Field:
    longest = field.most or LONGEST[field.type]
    widget = words_input(limit=longest)
    return forms.CharField(max_length=longest, min_length=field.least, widget=widget, **common)


def _number(field: PlainField, common: dict[str, Any]) -> forms.Field:
    least = 0 if field.least is None else field.least
    return forms.IntegerField(min_value=least, max_value=field.most, **common)


def _date(field: PlainField, common: dict[str, Any]) -> forms.Field:
    return forms.DateField(widget=day_input(), **common)


def _choice(field: PlainField, common: dict[str, Any]) -> forms.Field:
    choices = [("", "—"), *((each.value, _shown(each.name)) for each in field.choices)]
    return forms.ChoiceField(choices=choices, **common)


def _yes_no(field: PlainField, common: dict[str, Any]) -> forms.Field:
    # a box that is not ticked says no; it is an answer as well
    return forms.BooleanField(**{**common, "required": False})


def _by(check: Callable[[str], object]) -> Callable[[PlainField, dict[str, Any]], forms.Field]:
    def make(_field: PlainField, common: dict[str, Any]) -> forms.Field:
        return NumberField(check, **common)

    return make


def _phone(field: PlainField, common: dict[str, Any]) -> forms.Field:
    return PhoneField(max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"}), **common)


def _city(field: PlainField, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=_cities, **common)


def _county(field: PlainField, common: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(choices=_counties, **common)


def _cities() -> list[tuple[str, str]]:
    return [("", "—"), *((city.code, city.name) for city in City.objects.all())]


def _counties() -> list[tuple[str, Any]]:
    grouped: dict[str, list[tuple[str, str]]] = {}
    counties = County.objects.select_related("city").defer("boundary")
    for county in counties.order_by("city__order", "code"):
        grouped.setdefault(county.city.name, []).append((county.code, county.name))
    return [("", "—"), *grouped.items()]


_MAKERS: Mapping[FieldType, Callable[[PlainField, dict[str, Any]], forms.Field]] = {
    "text": _text,
    "long-text": _long_text,
    "address": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "yes-no": _yes_no,
    "resident": _by(check_resident),
    "firm": _by(check_firm),
    "plate": _by(check_plate),
    "phone": _phone,
    "city": _city,
    "county": _county,
}
