"""Types of records: who issues them, about whom, with which claims, and which of them are public.

A pack declares its types in code; a region declares plain ones in `records.toml`. Both end here.
A version that was published never changes: its document is kept by `records.models.PublishedType`
and a node whose code says something else of the same version does not start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from conurb.records.subjects import SubjectKind
from conurb.region.tables import Bilingual

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Claim:
    """One thing that a record says.

    `schema` is a JSON Schema (draft 2020-12) of its value; two words of our own in it say how the
    value reads: `x-words`, a mapping of values to {zh, en} (give it with every `enum`), and
    `x-unit`, {zh, en} behind a number (see `records.presenting`).

    A public claim stands in the clear in everything that leaves the city; a held one only as a
    salted digest, until the holder or the issuer discloses it. `compact` is the integer label of
    the claim in the CWT form; a claim without one is not in QR codes.
    """

    name: str
    label: Bilingual
    schema: Mapping[str, Any]
    public: bool = False
    required: bool = True
    compact: int | None = None


@dataclass(frozen=True)
class RecordType:
    """A type of record, in one published version.

    `issuer` is the key of the subject of work (see region.toml) whose authorities may issue it;
    `longest` how long one may be valid at most, None for without end; `stale_after` how old the
    knowledge of a status may be before a check says "stale" instead of "valid"; `code` is the
    integer by which the CWT form names the type, unique in the region.
    """

    slug: str
    version: int
    code: int
    name: Bilingual
    summary: Bilingual
    subject: SubjectKind
    issuer: str
    claims: tuple[Claim, ...]
    longest: timedelta | None = None
    stale_after: timedelta = timedelta(hours=24)
    # what a check of it needs: a key of an authority, or nothing
    open_to_all: bool = False
    title_claim: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.slug):
            raise ValueError(f"{self.slug!r} is no slug: small letters, digits and single hyphens")
        names = [claim.name for claim in self.claims]
        doubles = {name for name in names if names.count(name) > 1}
        if doubles:
            raise ValueError(f"type {self.slug} has claims twice: {', '.join(sorted(doubles))}")
        labels = [claim.compact for claim in self.claims if claim.compact is not None]
        if len(set(labels)) != len(labels):
            raise ValueError(f"type {self.slug} uses a compact label twice")

    @property
    def vct(self) -> str:
        """The type as SD-JWT VC names it; the version is a claim of its own."""
        return f"urn:conurb:record-type:{self.slug}"

    def claim(self, name: str) -> Claim:
        """Return a claim by its name; KeyError where the type has none."""
        for claim in self.claims:
            if claim.name == name:
                return claim
        raise KeyError(name)

    @property
    def public(self) -> tuple[Claim, ...]:
        """The claims in the clear."""
        return tuple(claim for claim in self.claims if claim.public)

    @property
    def held(self) -> tuple[Claim, ...]:
        """The claims that leave the city as digests only."""
        return tuple(claim for claim in self.claims if not claim.public)


class UnknownTypeError(LookupError):
    """No type of this name is declared."""


_types: dict[str, RecordType] = {}


def declare(*types: RecordType) -> None:
    """Make types known; raises ValueError where a slug or code is taken by another type."""
    for new in types:
        for known in _types.values():
            if known.slug == new.slug and known != new:
                raise ValueError(f"record type {new.slug} is declared twice, differently")
            if known.code == new.code and known.slug != new.slug:
                raise ValueError(
                    f"record types {known.slug} and {new.slug} both have the code {new.code}"
                )
        _types[new.slug] = new


def type_of(slug: str) -> RecordType:
    """Return the type in its current version; raises UnknownTypeError with what there is."""
    found = _types.get(slug)
    if found is None:
        there = ", ".join(sorted(_types)) or "none"
        raise UnknownTypeError(f"There is no record type {slug!r}. There are: {there}.")
    return found


def types() -> tuple[RecordType, ...]:
    """Return every declared type, by slug."""
    return tuple(_types[slug] for slug in sorted(_types))


@contextmanager
def only(given: Iterable[RecordType]) -> Iterator[None]:
    """Within this block only these types are declared; for tests."""
    before = dict(_types)
    _types.clear()
    try:
        declare(*given)
        yield
    finally:
        _types.clear()
        _types.update(before)
