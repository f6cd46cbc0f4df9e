"""What the API of the logs takes and gives. Hashes are base64url without padding."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

MOST_ENTRIES = 1000
MOST_HEADS = 1000

LogName = Annotated[str, StringConstraints(pattern=r"^([0-9]{6}|region)$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
Index = Annotated[int, Field(ge=0, le=2**53)]
Size = Annotated[int, Field(ge=1, le=2**53)]
Hash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class SignedHead(Schema):
    """A signed head of a log; `note` is the checkpoint in full (C2SP tlog-checkpoint)."""

    log: str = Field(examples=["430100"])
    size: int
    root: Hash
    at: datetime
    note: str


class SignedHeads(Schema):
    """Signed heads of a log, the smallest first; there are no more where `next` is empty."""

    log: str
    heads: list[SignedHead]
    next: str


class Entries(Schema):
    """Leaves of a log, each as the text whose hash the tree holds; `size` is the log's now."""

    log: str
    size: int
    start: int
    entries: list[str]
    next: str


class TileOut(Schema):
    """A tile: `count` hashes of 32 octets one after another, in base64url."""

    log: str
    level: int
    index: int
    count: int
    hashes: str


class ProofOut(Schema):
    """Hashes from the leaves upwards (RFC 9162) that lead to the root of `size` leaves."""

    log: str
    size: int
    root: Hash
    hashes: list[Hash]


class TrustedKeyOut(Schema):
    """A key as the list has it now, derived from the entries."""

    kid: str
    owner: str
    algorithm: str
    jwk: dict[str, str]
    active_from: datetime
    retired_at: datetime | None
    withdrawn_at: datetime | None
    compromised_from: datetime | None


class TrustListOut(Schema):
    """The log of the region in full, with its newest signed head, and the keys that it gives.

    Whoever trusts the region's first key verifies the rest: the hashes of `entries` make the root
    of `checkpoint`, which a key of the region signed.
    """

    size: int
    checkpoint: str
    entries: list[str]
    keys: list[TrustedKeyOut]


class RecordTypeOut(Schema):
    """A published version of a type of records (SD-JWT VC type metadata)."""

    slug: str
    version: int
    digest: str
    published_at: datetime
    document: dict[str, Any]


class SpanQuery(Schema):
    """Which entries."""

    start: Index = 0
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = 100


class HeadsQuery(Schema):
    """Which heads."""

    above: Annotated[Index, Field(description="heads of more leaves than this")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_HEADS)] = 100


class InclusionQuery(Schema):
    """Of which leaf, in which tree: by default the last leaf of the newest signed one."""

    index: Index | None = None
    size: Size | None = None


class ConsistencyQuery(Schema):
    """Between which trees: by default from the first leaf to the newest signed head."""

    old: Size = 1
    size: Size | None = None
