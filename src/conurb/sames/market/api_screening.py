"""Screening as operations of the API: an office's own system asks, clerks decide on the pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema, Status
from pydantic import Field, StringConstraints

from conurb.region.api_access import MEMBERS, closed, worker
from conurb.region.api_schemas import Problem, Text
from conurb.region.models import User
from conurb.sames.market.actions import screening as actions
from conurb.sames.market.matching import THRESHOLD
from conurb.sames.market.queries import screening as queries
from conurb.sames.market.reasons import Tone
from conurb.sames.market.screening_input import cleaned
from conurb.sames.market.screening_models import ScreeningHit, ScreeningRun

router = Router()

Json = dict[str, Any]
MOST = 1_000
"""Firms in one request."""

Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{30}$")]
# PostgreSQL keeps no NUL in a text
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]

PROBLEMS = {401: Problem, 403: Problem, 422: Problem}


class FirmIn(Schema):
    """A firm: its name, its code (GB 32100, even mistyped), or both."""

    name: Words = Field("", max_length=200, examples=["湖南恒通建设工程有限公司"])
    code: Words = Field("", max_length=20, examples=["91430100MA4L16JK1N"])


class ScreeningIn(Schema):
    """The firms, and for which tender or matter they are screened."""

    tender: Words = Field(min_length=1, max_length=200, examples=["某安置房施工招标"])
    tender_number: Words = Field("", max_length=80)
    threshold: float = Field(
        THRESHOLD,
        ge=actions.LOWEST,
        le=actions.HIGHEST,
        description="likeness from which on it is a hit",
    )
    firms: list[FirmIn] = Field(min_length=1, max_length=MOST)


class ReasonOut(Schema):
    """How one part of the names compares."""

    part: str = Field(examples=["place"])
    state: str = Field(examples=["silent"])
    tone: Tone
    words: Text


class Effect(Schema):
    """What a listing brings about in the city."""

    code: str
    zh: str
    en: str


class HitOut(Schema):
    """A firm on the list that is like the one asked about. It is a question, never a refusal."""

    key: str
    line: int = Field(description="place of the firm in the request, from 1")
    score: float = Field(description="from 0 to 1")
    way: Literal["code", "code-slip", "name", "former"]
    name: str = Field(description="of the listed firm")
    code: str = Field(description="of the listed firm")
    city: str = Field(description="that listed it")
    listed_on: date | None
    record: str = Field(description="key of the record that lists it")
    agreement: str = Field(description="by which it holds here; empty for the city's own")
    effects: list[Effect]
    reasons: list[ReasonOut]
    state: Literal["open", "same", "other"]
    earlier: Literal["", "same", "other"] = Field(
        description="how the same pair was decided the last time"
    )


class ListOut(Schema):
    """The list that was asked."""

    size: int
    digest: str = Field(description="SHA-256 of the keys of its records, sorted, a line each")
    logs: dict[str, int] = Field(description="size of each city's log that it was read from")


class ScreeningOut(Schema):
    """A screening and its hits."""

    key: str
    urn: str
    at: datetime
    city: str
    tender: str
    tender_number: str
    threshold: float
    asked: int
    met: int = Field(description="firms with at least one hit")
    took_ms: int
    against: ListOut
    hits: list[HitOut]


@router.post(
    "/market/screenings",
    auth=MEMBERS,
    response={201: ScreeningOut, 409: Problem, 429: Problem, **PROBLEMS},
    operation_id="screenFirms",
    tags=["market"],
    summary="Screen up to 1,000 firms against the list that holds in your city",
)
@closed
def screen_firms(request: HttpRequest, body: ScreeningIn) -> Status[Json]:
    """For authorities that act on the wage-arrears list, such as tendering offices.

    The screening is kept, with its hits for a clerk to decide on. An authority may ask about
    200,000 firms an hour; 429 says that it has.
    """
    actor = worker(request)
    actions.require_screener(actor)
    asked = [cleaned(firm.name, firm.code, line) for line, firm in enumerate(body.firms, start=1)]
    run = actions.screen(
        actor,
        asked,
        tender=body.tender,
        tender_number=body.tender_number,
        source=ScreeningRun.Source.API,
        threshold=body.threshold,
    )
    return Status(201, _screening(actor, run))


@router.get(
    "/market/screenings/{key}",
    auth=MEMBERS,
    response={200: ScreeningOut, 404: Problem, **PROBLEMS},
    operation_id="getScreening",
    tags=["market"],
    summary="A screening of your authority, with what its clerks decided",
)
@closed
def get_screening(
    request: HttpRequest, key: Annotated[Key, Path(description="of the screening")]
) -> Json:
    """`state` of a hit is "open" until a clerk has decided."""
    actor = worker(request)
    run = ScreeningRun.objects.visible_to(actor).filter(key=key).first()
    if run is None:
        raise Http404(_("There is no such screening, or it is not yours to see."))
    return _screening(actor, run)


def _screening(actor: User, run: ScreeningRun) -> Json:
    return {
        "key": run.key,
        "urn": run.urn,
        "at": run.at,
        "city": run.city_id,
        "tender": run.tender,
        "tender_number": run.tender_number,
        "threshold": run.threshold,
        "asked": run.asked,
        "met": run.met,
        "took_ms": run.took_ms,
        "against": {"size": run.list_size, "digest": run.list_digest, "logs": run.checkpoints},
        "hits": [_hit(hit) for hit in queries.hits_of(actor, run)],
    }


def _hit(hit: ScreeningHit) -> Json:
    return {
        "key": hit.key,
        "line": hit.line,
        "score": hit.score,
        "way": hit.way,
        "name": hit.listed_name,
        "code": hit.listed_code,
        "city": hit.listed_city,
        "listed_on": hit.listed_on,
        "record": hit.record_key,
        "agreement": hit.agreement,
        "effects": hit.effects,
        "reasons": [
            {
                "part": one["part"],
                "state": one["state"],
                "tone": one["tone"],
                "words": {"zh": one["zh"], "en": one["en"]},
            }
            for one in hit.reasons
        ],
        "state": hit.state,
        "earlier": hit.earlier.state if hit.earlier else "",
    }
