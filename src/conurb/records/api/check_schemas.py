"""What the API of checks and agreements takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from conurb.records.check_app import PURPOSE_LENGTH
from conurb.records.checking import MOST
from conurb.region.api_schemas import Text

CityCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Outcome = Literal["valid", "invalid", "stale", "unknown"]
Standing = Literal["valid", "not-yet", "expired", "suspended", "revoked", "superseded"]


class EffectOut(Schema):
    """What a record brings about in the city by the agreement."""

    code: str = Field(examples=["submit-once"])
    zh: str
    en: str


class FoundOut(Schema):
    """A record that bears on the answer; `key` is the last part of its URN.

    `holds` tells whether the city recognises it, whatever its standing; `agreement` by which, null
    where it is the city's own.
    """

    key: str
    version: int
    city: CityCode
    authority: str = Field(examples=["zhuzhou-traffic-police"])
    standing: Standing
    holds: bool
    agreement: str | None
    effects: list[EffectOut]
    valid_from: datetime
    valid_until: datetime | None
    public: dict[str, Any]


class VerdictOut(Schema):
    """The verdict on one subject: a stable code of the reason, the reason in words, the records.

    What holds stands first in `found`, then the latest. Reasons: own, agreement (valid);
    no-agreement, suspended, not-yet, expired, revoked, superseded, key-withdrawn (invalid);
    no-record (unknown); lists-too-old (stale).
    """

    subject: str
    verdict: Outcome
    reason: str = Field(examples=["agreement"])
    words: Text
    found: list[FoundOut]


class AnswerOut(VerdictOut):
    """The answer on one subject."""

    type: str
    city: CityCode
    at: datetime


class AnswersOut(Schema):
    """The answers on many subjects, in the order in which they were asked about."""

    type: str
    city: CityCode
    at: datetime
    answers: list[VerdictOut]


class CheckIn(Schema):
    """Who is asked about, where and when; `purpose` is needed where persons are."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"city": "430100", "subjects": ["湘B12345", "湘BD12345"]}]},
    )

    city: CityCode
    subjects: list[str] = Field(min_length=1, max_length=MOST)
    at: datetime = Field(default=...)
    purpose: str = Field(default=..., max_length=PURPOSE_LENGTH)


class AgreementOut(Schema):
    """Records of `type` from `from_city` hold in `in_city`, with these effects.

    `opened_at` is since when the node knows it in these words, `closed_at` when it was replaced or
    ended.
    """

    key: str
    agreement: str = Field(examples=["business-licence"])
    type: str
    from_city: CityCode
    in_city: CityCode
    effects: list[EffectOut]
    basis: Text
    holds_from: date
    holds_until: date | None
    opened_at: datetime
    closed_at: datetime | None


class AgreementsQuery(Schema):
    """Which agreements; all that stand where nothing is given."""

    type: Slug | None = Field(None, description="slug of a type")
    city: CityCode | None = Field(None, description="issuing or recognising")
    history: bool = Field(False, description="those that were replaced or ended as well")
