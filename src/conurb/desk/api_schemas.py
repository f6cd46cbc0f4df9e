"""What the desk's part of the API takes and gives. Texts are in both languages, days ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from conurb.desk.limits import LIGHTS
from conurb.desk.stages import State
from conurb.region.api_schemas import PAGE, Counted, Part, Text

LARGEST_PAGE = 200
STATES = tuple(state.value for state in State)

Light = Literal[LIGHTS]  # type: ignore[valid-type]
StateName = Literal[STATES]  # type: ignore[valid-type]
Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{30}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=80)]


class ServiceBrief(Schema):
    """A service that can be applied for in any of the cities."""

    slug: str = Field(examples=["social-insurance-proof"])
    version: int
    name: Text
    summary: Text
    item: str = Field(description="item of the plan that it belongs to", examples=["3.1"])
    audiences: list[str] = Field(examples=[["resident"]])
    life_events: list[str]
    competence: str = Field(description="subject of work whose authority decides")
    limit: int = Field(description="working days promised")
    statutory: int = Field(description="working days by law")
    record_type: str = Field(description="type of the record a grant issues; empty for none")
    fee_fen: int
    address: str = Field(description="its page for people; empty where there is none")


class FormField(Schema):
    """A field of the form; `spared_by` is the type of record that fills it in."""

    name: str
    label: Text
    required: bool
    choices: list[str] = Field(description="values that may be chosen; empty where any may")
    spared_by: str | None


class MaterialOut(Schema):
    """A file to hand in; a valid record of one of `spared_by` makes it unnecessary."""

    key: str
    name: Text
    required: bool
    spared_by: list[str]


class DifferenceOut(Schema):
    """Where a city differs."""

    city: str = Field(examples=["430100"])
    text: Text


class ServiceOut(ServiceBrief):
    """A service with its form, its materials and where cities differ."""

    basis: Text
    fields: list[FormField]
    materials: list[MaterialOut]
    differences: list[DifferenceOut]


class ServiceQuery(Schema):
    """Which services."""

    q: Words | None = Field(None, description="words that people use")
    audience: Literal["resident", "firm", "driver"] | None = None
    life_event: Slug | None = None


class CaseQuery(Part):
    """Which cases; each parameter must hold."""

    state: StateName | None = None
    service: Slug | None = None
    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)


class CaseBrief(Schema):
    """A case as far as lists show it. `key` is the last part of `urn`."""

    urn: str
    key: str
    number: str | None = Field(examples=["430200-20261126-000017-3"])
    service: str
    name: Text
    state: StateName
    light: Light
    accepted_in: str = Field(description="code of the city that took it in")
    authority: str | None = Field(description="key of the authority that decides")
    submitted_at: datetime | None
    due_on: date | None
    outcome: str


class CasePage(Counted):
    """Some of the cases, the latest first."""

    cases: list[CaseBrief]


class EventOut(Schema):
    """One step in the life of a case."""

    at: datetime
    verb: str
    state: StateName
    authority: str | None
    words: Text


class FindingOut(Schema):
    """What a rule said of an application."""

    rule: str
    passed: bool
    blocking: bool
    text: Text
    source: str


class CaseOut(CaseBrief):
    """A case with what was filled in and its history."""

    version: int
    applicant_name: str
    firm: str
    data: dict[str, Any]
    findings: list[FindingOut]
    reused: list[dict[str, str]] = Field(description="fields and materials that a record spared")
    asked_again: int
    complete_by: date | None
    automatic: bool
    reasons: Text
    decided_at: datetime | None
    delivered_at: datetime | None
    record: str = Field(description="key of the record it issued; empty for none")
    events: list[EventOut]


class FollowIn(Schema):
    """What stands on a receipt."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"number": "430200-20261126-000017-3", "code": "K7QM-29XT-FA0B"}]
        },
    )

    number: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    code: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Followed(Schema):
    """Where a case stands; nothing says whom it concerns."""

    number: str
    service: Text
    authority: Text
    city: Text
    state: StateName
    light: Light
    submitted_on: date
    due_on: date | None
    complete_by: date | None
    decided_on: date | None
    delivered_on: date | None


class LoadOut(Schema):
    """The work of one service, city or month."""

    key: str
    received: int
    open: int
    late: int
    decided: int
    decided_late: int
    automatic: int
    cross_city: int = Field(description="handed in in another city than the one that decides")
    reused: int = Field(description="fields and materials that a record spared")
    asked_again: int
    days: float | None = Field(description="mean calendar days from hand-in to decision")


class FiguresOut(Schema):
    """Figures of the desk; they name nobody."""

    offered_services: int
    cross_city_cases: int
    asked_again: int
    by_service: list[LoadOut]
    by_city: list[LoadOut] = Field(description="by the city that took the cases in")
    by_month: list[LoadOut]
