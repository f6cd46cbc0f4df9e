"""Shapes that every part of the JSON API shares: texts, problems, and lists that come in parts.

The document knows a shape by its name alone, so a name stands for one shape in the whole API.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from ninja import Field, Schema

PAGE = 50
LARGEST_PAGE = 500
FURTHEST = 2**31 - 1
"""The last place that both databases take for the start of a part."""


class Text(Schema):
    """A text in both languages; `en` is empty where nobody wrote it."""

    zh: str
    en: str


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
KEPT_BACK = {403: Problem, **MISSING}
"""Of what is for some: whoever asks may be known and yet not competent."""
CONFLICTS = {409: Problem, **KEPT_BACK}


Rows_co = TypeVar("Rows_co", covariant=True)


class Sliceable(Protocol[Rows_co]):
    """What a part can be taken of: a query, a list, the rows of a table."""

    def __getitem__(self, part: slice, /) -> Rows_co:
        """Return the part."""


class Part(Schema):
    """Which part of a list; a query of a list derives from it."""

    limit: int = Field(PAGE, ge=1, le=LARGEST_PAGE)
    offset: int = Field(0, ge=0, le=FURTHEST)

    def of(self, rows: Sliceable[Rows_co]) -> Rows_co:
        """Return the part that is asked for."""
        return rows[self.offset : self.offset + self.limit]


class Counted(Schema):
    """A part of a list; the answer of a list derives from it."""

    count: int = Field(description="of the whole list")


class Linked(Counted):
    """A part of a list that names its neighbours."""

    next: str | None = Field(description="address of the next part; null at the end")
    previous: str | None = Field(description="null at the beginning")


class Leaf(Schema):
    """A page of a list that is asked for by the number of the page."""

    total: int
    page: int
    pages: int
