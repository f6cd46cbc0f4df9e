"""Checks and agreements as operations of the API.

On a server the checks are answered before Django, by `records.check_app`; here is what the
document says of them, and the same answers from the same code where there is no such server.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from conurb.records.api import check_schemas as schemas
from conurb.records.check_app import PURPOSE_LENGTH, respond
from conurb.records.models import Agreement
from conurb.records.queries.agreements import chosen
from conurb.region.api_access import PUBLIC, BearerKey, anybody, closed
from conurb.region.api_schemas import REFUSED, Problem
from conurb.urn import opaque

router = Router()

Json = dict[str, Any]
RecordType = Annotated[schemas.Slug, Path(description="slug of a type", example="business-licence")]
Number = Annotated[
    str,
    Path(
        description="the subject's number, by its standard: GB 32100, GA 36, GB 11643",
        example="914301000000000013",
    ),
]
# a type that is open to all needs no key; who sends none for another is told 401
ASKING = [BearerKey(), anybody]
ANSWERS = {401: Problem, 404: Problem, 422: Problem}

PARAMETERS = [
    {
        "name": "city",
        "in": "query",
        "required": True,
        "description": "code of the city in which the record is to hold",
        "schema": {"type": "string", "pattern": "^[0-9]{6}$"},
        "example": "430100",
    },
    {
        "name": "at",
        "in": "query",
        "required": False,
        "description": "the moment that is asked about; now by default",
        "schema": {"type": "string", "format": "date-time"},
        "example": "2026-01-31T08:00:00+08:00",
    },
    {
        "name": "purpose",
        "in": "query",
        "required": False,
        "description": "why; needed where a person is checked, who can read it",
        "schema": {"type": "string", "maxLength": PURPOSE_LENGTH},
        "example": "公积金异地贷款审核",
    },
]


def _body_schema() -> Json:
    schema = schemas.CheckIn.model_json_schema()
    schema["required"] = ["city", "subjects"]
    return schema


@router.get(
    "/check/{record_type}/{subject}",
    auth=ASKING,
    response={200: schemas.AnswerOut, **ANSWERS},
    operation_id="checkSubject",
    tags=["checks"],
    summary="Whether a subject holds a valid record of a type in a city",
    openapi_extra={"parameters": PARAMETERS},
)
def check_subject(request: HttpRequest, record_type: RecordType, subject: Number) -> HttpResponse:
    """Answered from the node's local index. Check persons by POST: numbers in addresses are kept
    by servers and browsers.

    A type that is open to all needs no key. A check of a person is logged for the person.
    """
    return _reply(request, record_type, subject, None)


@router.post(
    "/check/{record_type}",
    auth=ASKING,
    response={200: schemas.AnswersOut, 413: Problem, **ANSWERS},
    operation_id="checkSubjects",
    tags=["checks"],
    summary="The same for up to 1,000 subjects at once",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _body_schema()}},
        }
    },
)
def check_subjects(request: HttpRequest, record_type: RecordType) -> HttpResponse:
    """All answers are as of one state of the index. Nothing is checked where a number is wrong."""
    return _reply(request, record_type, "", request.body)


def _reply(request: HttpRequest, slug: str, subject: str, body: bytes | None) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    authorization = request.headers.get("Authorization", "")
    status, said = respond(slug, subject, query, authorization, body)
    response = HttpResponse(said, status=status, content_type="application/json; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Conurb"'
    return response


@router.get(
    "/agreements",
    auth=PUBLIC,
    response={200: list[schemas.AgreementOut], **REFUSED},
    operation_id="listAgreements",
    tags=["agreements"],
    summary="Which type of record, from which city, holds in which city, with which effect",
)
@closed
def list_agreements(request: HttpRequest, query: Query[schemas.AgreementsQuery]) -> list[Json]:
    """Those that stand; with `history` also those that were replaced or ended."""
    rows = chosen(type_slug=query.type or "", city=query.city or "", history=query.history)
    return [_agreement_json(row) for row in rows]


def _agreement_json(row: Agreement) -> Json:
    return {
        "key": opaque(row.urn),
        "agreement": row.key,
        "type": row.type,
        "from_city": row.from_city_id,
        "in_city": row.in_city_id,
        "effects": row.effects,
        "basis": {"zh": row.basis_zh, "en": row.basis_en},
        "holds_from": row.holds_from,
        "holds_until": row.holds_until,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
    }
