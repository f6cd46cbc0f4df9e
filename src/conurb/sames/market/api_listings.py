"""The published list and the duties for other systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Schema
from pydantic import Field

from conurb.region.api_access import MEMBERS, PUBLIC, closed, worker
from conurb.region.api_schemas import CONFLICTS, MISSING, REFUSED, Leaf, Problem, Text
from conurb.sames.market.actions import duties as actions
from conurb.sames.market.models import Duty, Listing
from conurb.sames.market.queries import duties as duty_queries
from conurb.sames.market.queries import published
from conurb.sames.market.queries.duties import DutyFilter
from conurb.sames.market.queries.published import ListFilter

router = Router(tags=["market"])
Key = Annotated[str, Path(pattern="^[0-9a-f]{30}$")]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


class PersonOut(Schema):
    """A person listed with the employer; the number is masked."""

    name: str
    capacity: str
    masked: str


class ListingOut(Schema):
    """An entry of the published list."""

    key: str
    firm: str = Field(description="unified social credit code, GB 32100")
    name: str
    people: list[PersonOut]
    ground: Literal["amount", "incident", "both"]
    city: str = Field(description="code of the city that listed, GB/T 2260")
    authority: str
    decision: str
    decided_on: date
    until: date = Field(description="last day on the list")
    published_at: datetime
    record: str = Field(description="key of the signed record")


class ListingsOut(Leaf):
    """A page of the list."""

    listings: list[ListingOut]


class DutyOut(Schema):
    """What an authority is asked to do about an entry, and what it confirmed."""

    key: str
    firm: str
    name: str
    effect: str
    effect_name: Text
    task: Text
    direction: Literal["impose", "lift"]
    city: str
    agreement: str
    asked_at: datetime
    due_on: date
    overdue: bool
    answer: Literal["", "done", "not-applicable"]
    words: str
    answered_at: datetime | None


class DutiesOut(Leaf):
    """A page of duties."""

    duties: list[DutyOut]


class DutyAnswerIn(Schema):
    """A confirmation."""

    answer: Literal["done", "not-applicable"]
    words: Annotated[str, Field(max_length=4000)] = ""


def _listing(entry: Listing) -> ListingOut:
    return ListingOut(
        key=entry.key,
        firm=entry.firm,
        name=entry.firm_name,
        people=[PersonOut(**one) for one in entry.people],
        ground=entry.ground,  # type: ignore[arg-type]
        city=entry.city_id,
        authority=entry.authority.key,
        decision=entry.decision_number,
        decided_on=entry.decided_on,
        until=entry.until,
        published_at=entry.published_at,
        record=entry.record_key,
    )


def _duty(duty: Duty) -> DutyOut:
    return DutyOut(
        key=duty.key,
        firm=duty.listing.firm,
        name=duty.listing.firm_name,
        effect=duty.effect,
        effect_name=Text(zh=duty.name_zh, en=duty.name_en),
        task=Text(zh=duty.task_zh, en=duty.task_en),
        direction=duty.direction,  # type: ignore[arg-type]
        city=duty.city_id,
        agreement=duty.agreement,
        asked_at=duty.asked_at,
        due_on=duty.due_on,
        overdue=duty.is_open and timezone.localdate() > duty.due_on,
        answer=duty.answer,  # type: ignore[arg-type]
        words=duty.words,
        answered_at=duty.answered_at,
    )


@router.get(
    "/market/listings",
    response={200: ListingsOut, **REFUSED},
    auth=PUBLIC,
    operation_id="listWageArrears",
)
@closed
def list_wage_arrears(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=80)] = "",
    city: Annotated[str, Query(max_length=6)] = "",
    page: PageNumber = 1,
) -> ListingsOut:
    """Return who is on the list now: by words of the name, the start of a code, a city."""
    found = published.page_of(request.user, ListFilter(q.strip(), city.strip(), page))
    return ListingsOut(
        total=found.paginator.count,
        page=found.number,
        pages=found.paginator.num_pages,
        listings=[_listing(each) for each in found.object_list],
    )


@router.get(
    "/market/listings/{key}",
    response={200: ListingOut, **MISSING},
    auth=PUBLIC,
    operation_id="getWageArrears",
)
@closed
def get_wage_arrears(request: HttpRequest, key: Key) -> ListingOut:
    """Return an entry that is on the list."""
    entry = published.entry_of(request.user, key)
    if entry is None:
        raise Http404(_("There is no such entry, or it has left the list."))
    return _listing(entry)


@router.get(
    "/market/duties",
    response={200: DutiesOut, 403: Problem, **REFUSED},
    auth=MEMBERS,
    operation_id="listDuties",
)
@closed
def list_duties(
    request: HttpRequest,
    state: Literal["open", "overdue", "done", "holds"] = "open",
    effect: Annotated[str, Query(max_length=40)] = "",
    page: PageNumber = 1,
) -> DutiesOut:
    """Return the duties of the caller's authority."""
    asked = DutyFilter(state=state, effect=effect, page=page)
    found = duty_queries.duties(worker(request), asked, timezone.localdate())
    return DutiesOut(
        total=found.paginator.count,
        page=found.number,
        pages=found.paginator.num_pages,
        duties=[_duty(each) for each in found.object_list],
    )


@router.post(
    "/market/duties/{key}/confirm",
    response={200: DutyOut, 400: Problem, **CONFLICTS},
    auth=MEMBERS,
    operation_id="confirmDuty",
)
@closed
def confirm_duty(request: HttpRequest, key: Key, given: DutyAnswerIn) -> DutyOut:
    """Confirm that a duty was done, or say why it does not apply."""
    actor = worker(request)
    duty = duty_queries.duty_of(actor, key)
    if duty is None:
        raise Http404(_("There is no such duty, or it is not yours to see."))
    return _duty(actions.confirm(actor, duty, given.answer, given.words))
