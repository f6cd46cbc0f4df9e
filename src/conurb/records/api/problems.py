"""The one shape of problems, as the document describes it."""

from __future__ import annotations

from ninja import Field, Schema


class Fault(Schema):
    """Where a request is at fault, and why."""

    where: list[str] = Field(examples=[["query", "limit"]])
    message: str


class Problem(Schema):
    """Every answer of 400 and above. `errors` is there for 422 alone."""

    detail: str = Field(examples=["Not found."])
    errors: list[Fault] = Field(default_factory=list)


REFUSED = {401: Problem, 422: Problem}
"""Of what is public: a key that is sent must be good, and parameters those that there are."""
MISSING = {404: Problem, **REFUSED}
