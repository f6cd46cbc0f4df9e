"""The desk as a JSON API: services and figures for all, cases for whom they concern.

Applications are made, and decided, by people on the pages: a draft is saved as one goes, files are
judged as they are handed in, and nobody is refused by a machine. So the API reads, and answers who
holds a receipt.
"""

from __future__ import annotations

from typing import Annotated, Any

from django import forms
from django.db.models import Prefetch
from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _
from ninja import Path, Query, Router
from ninja.errors import AuthenticationError

from conurb.desk import api_schemas as schemas
from conurb.desk import limits, service_search
from conurb.desk.limits import Facts
from conurb.desk.models import Case, CaseEvent
from conurb.desk.queries import figures, following
from conurb.desk.queries.figures import Load
from conurb.desk.queries.pages_services import entry_of
from conurb.desk.services import Service, service_of, services
from conurb.desk.stages import State
from conurb.region.api_access import MEMBERS, PUBLIC, closed
from conurb.region.api_schemas import MISSING, REFUSED, Problem
from conurb.region.models import User
from conurb.region.tables import Bilingual

router = Router()

Json = dict[str, Any]
Key = Annotated[schemas.Key, Path(description="the last part of a case's URN")]
ServiceName = Annotated[
    schemas.Slug, Path(description="slug of a service", example="social-insurance-proof")
]


@router.get(
    "/services",
    auth=PUBLIC,
    response={200: list[schemas.ServiceBrief], **REFUSED},
    operation_id="listServices",
    tags=["desk"],
    summary="What can be applied for, in any of the cities",
)
@closed
def list_services(request: HttpRequest, query: Query[schemas.ServiceQuery]) -> list[Json]:
    """With `q` those that answer the words, the best first; else by slug."""
    every = {service.slug: service for service in services()}
    order = service_search.search(query.q or "", map(entry_of, every.values()))
    return [
        service_json(service)
        for service in map(every.__getitem__, order)
        if (query.audience is None or query.audience in service.audiences)
        and (query.life_event is None or query.life_event in service.life_events)
    ]


@router.get(
    "/services/{slug}",
    auth=PUBLIC,
    response={200: schemas.ServiceOut, **MISSING},
    operation_id="getService",
    tags=["desk"],
    summary="A service with its form, materials, limits, and where cities differ",
)
@closed
def get_service(request: HttpRequest, slug: ServiceName) -> Json:
    """The same form and the same limit in every city; differences are said as differences."""
    service = service_of(slug)
    if service is None:
        raise Http404(_("There is no service of this name."))
    spared = {each.field: each.record_type for each in service.prefills}
    return {
        **service_json(service),
        "basis": text_json(service.basis),
        "fields": _fields(service, spared),
        "materials": [
            {
                "key": each.key,
                "name": text_json(each.name),
                "required": each.required,
                "spared_by": list(each.satisfied_by),
            }
            for each in service.materials
        ],
        "differences": [
            {"city": each.city, "text": text_json(each.text)} for each in service.differences
        ],
    }


@router.get(
    "/cases",
    auth=MEMBERS,
    response={200: schemas.CasePage, **REFUSED},
    operation_id="listCases",
    tags=["desk"],
    summary="Own cases, or those of the authority that asks",
)
@closed
def list_cases(request: HttpRequest, query: Query[schemas.CaseQuery]) -> Json:
    """People see their own; a key and officers those their authority decides or is asked about."""
    rows = Case.objects.visible_to(asker(request))
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.service is not None:
        rows = rows.filter(service=query.service)
    count = rows.count()
    page = rows.select_related("authority").order_by("-pk")
    return {
        "count": count,
        "cases": [case_json(case) for case in query.of(page)],
    }


@router.get(
    "/cases/{key}",
    auth=MEMBERS,
    response={200: schemas.CaseOut, **MISSING},
    operation_id="getCase",
    tags=["desk"],
    summary="A case with what was filled in and its history",
)
@closed
def get_case(request: HttpRequest, key: Key) -> Json:
    """Its applicant reads the steps that are for him, officers who have a part in it all."""
    actor = asker(request)
    own = Case.objects.visible_to(actor).filter(key=key, applicant_id=actor.pk).exists()
    events = CaseEvent.objects.select_related("authority").order_by("at", "pk")
    shown = events.filter(for_applicant=True) if own else events
    case = (
        Case.objects.visible_to(actor)
        .select_related("authority")
        .prefetch_related(Prefetch("events", queryset=shown))
        .filter(key=key)
        .first()
    )
    if case is None:
        raise Http404(_("There is no such case, or it is not yours."))
    return {
        **case_json(case),
        "version": case.version,
        "applicant_name": case.applicant_name,
        "firm": case.firm,
        "data": case.data,
        "findings": [_finding_json(each) for each in case.findings],
        "reused": case.reused,
        "asked_again": case.asked_again,
        "complete_by": case.complete_by,
        "automatic": case.automatic,
        "reasons": {"zh": case.reasons_zh, "en": case.reasons_en},
        "decided_at": case.decided_at,
        "delivered_at": case.delivered_at,
        "record": case.record_key,
        "events": [_event_json(event) for event in case.events.all()],
    }


@router.post(
    "/follow",
    auth=PUBLIC,
    response={200: schemas.Followed, **MISSING, 400: Problem, 429: Problem},
    operation_id="followCase",
    tags=["desk"],
    summary="Where the case of a receipt stands",
)
@closed
def follow_case(request: HttpRequest, body: schemas.FollowIn) -> Json:
    """By number and code, without a login. 404 for a wrong number and a wrong code alike, 429 after
    too many of them.
    """
    found = following.follow(body.number, body.code, source=request.META.get("REMOTE_ADDR", ""))
    return {
        "number": found.number,
        "service": text_json(found.service),
        "authority": text_json(found.authority),
        "city": text_json(found.city),
        "state": found.state.value,
        "light": found.light,
        "submitted_on": found.submitted_on,
        "due_on": found.due_on,
        "complete_by": found.complete_by,
        "decided_on": found.decided_on,
        "delivered_on": found.delivered_on,
    }


@router.get(
    "/desk/figures",
    auth=PUBLIC,
    response={200: schemas.FiguresOut, **REFUSED},
    operation_id="getDeskFigures",
    tags=["desk"],
    summary="How much is applied for, how long it takes, how often something is asked again",
)
@closed
def get_desk_figures(request: HttpRequest) -> Json:
    """Counts over all cases of the region; they name nobody."""
    return {
        "offered_services": figures.offered_services(),
        "cross_city_cases": figures.cross_city_cases(),
        "asked_again": figures.asked_again(),
        "by_service": [_load_json(load) for load in figures.by_service()],
        "by_city": [_load_json(load) for load in figures.by_city()],
        "by_month": [_load_json(load) for load in figures.by_month()],
    }


def asker(request: HttpRequest) -> User:
    """Return who asks, where nobody unknown may."""
    if not isinstance(request.user, User):
        raise AuthenticationError
    return request.user


def text_json(text: Bilingual) -> Json:
    """Return a text as the API gives it."""
    return {"zh": text.zh, "en": text.en}


def service_json(service: Service) -> Json:
    """Return a service as lists give it."""
    return {
        "slug": service.slug,
        "version": service.version,
        "name": text_json(service.name),
        "summary": text_json(service.summary),
        "item": service.item,
        "audiences": list(service.audiences),
        "life_events": list(service.life_events),
        "competence": service.competence,
        "limit": service.limit,
        "statutory": service.statutory,
        "record_type": service.issues,
        "fee_fen": service.fee_fen,
        "address": _page("service", service.slug),
    }


def case_json(case: Case) -> Json:
    """Return a case as lists give it."""
    service = case.declared
    facts = Facts(State(case.state), case.due_on, case.warn_on)
    return {
        "urn": case.urn,
        "key": case.key,
        "number": case.number,
        "service": case.service,
        "name": text_json(service.name) if service else {"zh": case.service, "en": ""},
        "state": case.state,
        "light": limits.light_on(facts, timezone.localdate()),
        "accepted_in": case.accepted_in_id,
        "authority": case.authority.key if case.authority else None,
        "submitted_at": case.submitted_at,
        "due_on": case.due_on,
        "outcome": case.outcome,
    }


def _fields(service: Service, spared: dict[str, str]) -> list[Json]:
    labels = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            form = service.form()
            labels[language] = {name: str(field.label) for name, field in form.fields.items()}
    return [
        {
            "name": name,
            "label": {"zh": labels["zh-hans"][name], "en": labels["en"][name]},
            "required": field.required,
            "choices": _choices(field),
            "spared_by": spared.get(name),
        }
        for name, field in form.fields.items()
    ]


def _choices(field: forms.Field) -> list[str]:
    if not isinstance(field, forms.ChoiceField):
        return []
    choices: Any = field.choices
    flat: list[tuple[Any, Any]] = list(flatten_choices(choices))
    return [str(value) for value, _label in flat if value not in ("", None)]


def _finding_json(finding: Json) -> Json:
    return {
        "rule": finding["rule"],
        "passed": finding["passed"],
        "blocking": finding["blocking"],
        "text": {"zh": finding["zh"], "en": finding["en"]},
        "source": finding["source"],
    }


def _event_json(event: CaseEvent) -> Json:
    return {
        "at": event.at,
        "verb": event.verb,
        "state": event.state_after,
        "authority": event.authority.key if event.authority else None,
        "words": {"zh": event.words_zh, "en": event.words_en},
    }


def _load_json(load: Load) -> Json:
    names = schemas.LoadOut.model_fields
    return {name: getattr(load, name) for name in names}


def _page(route: str, key: str) -> str:
    try:
        return reverse(route, args=[key])
    except NoReverseMatch:
        return ""
