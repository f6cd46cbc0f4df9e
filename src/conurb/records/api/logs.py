"""The logs as an API: heads, entries, tiles, proofs, and the trust list. All of it is public."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Query, Router

from conurb.records import merkle
from conurb.records.api import log_schemas as schemas
from conurb.records.models import REGION_LOG, Checkpoint, PublishedType
from conurb.records.queries import logs as query_logs
from conurb.records.queries.trust import region_leaves, trust_list
from conurb.records.suites import b64
from conurb.region.api_access import PUBLIC, closed
from conurb.region.api_schemas import MISSING, REFUSED

router = Router()

Json = dict[str, Any]
Log = Annotated[schemas.LogName, Path(description="code of a city, or `region`", example="430100")]
FOR_GOOD = "public, max-age=31536000, immutable"


@router.get(
    "/logs",
    auth=PUBLIC,
    response={200: list[schemas.SignedHead], **REFUSED},
    operation_id="listLogs",
    tags=["records"],
    summary="The newest signed head of every log",
)
@closed
def list_logs(request: HttpRequest) -> list[Json]:
    """One log a city, and `region`, which is the trust list."""
    return [_head_json(head) for head in query_logs.logs()]


@router.get(
    "/logs/{log}/checkpoints",
    auth=PUBLIC,
    response={200: schemas.SignedHeads, **MISSING},
    operation_id="listCheckpoints",
    tags=["records"],
    summary="The signed heads of a log, the smallest first",
)
@closed
def list_checkpoints(request: HttpRequest, log: Log, query: Query[schemas.HeadsQuery]) -> Json:
    """A head is signed whenever entries are appended; none is ever replaced."""
    _newest(log)
    heads = query_logs.heads(log, query.above, query.limit)
    more = len(heads) == query.limit
    return {
        "log": log,
        "heads": [_head_json(head) for head in heads],
        "next": _next(request, above=heads[-1].size, limit=query.limit) if more else "",
    }


@router.get(
    "/logs/{log}/entries",
    auth=PUBLIC,
    response={200: schemas.Entries, **MISSING},
    operation_id="listEntries",
    tags=["records"],
    summary="Entries of a log by index",
)
@closed
def list_entries(
    request: HttpRequest, response: HttpResponse, log: Log, query: Query[schemas.SpanQuery]
) -> Json:
    """Held claims stand in no entry; whom a resident's record is about cannot be told from it."""
    head = _newest(log)
    limit = min(query.limit, max(head.size - query.start, 0))
    found = query_logs.leaves(log, query.start, limit)
    end = query.start + len(found)
    return {
        "log": log,
        "size": head.size,
        "start": query.start,
        "entries": found,
        "next": _next(request, start=end, limit=query.limit) if found and end < head.size else "",
    }


@router.get(
    "/logs/{log}/tiles/{level}/{index}",
    auth=PUBLIC,
    response={200: schemas.TileOut, **MISSING},
    operation_id="getTile",
    tags=["records"],
    summary="A tile of the tree over a log: up to 256 hashes at one height",
)
@closed
def get_tile(
    request: HttpRequest,
    response: HttpResponse,
    log: Log,
    level: Annotated[int, Path(ge=0, le=6, description="height divided by 8")],
    index: Annotated[schemas.Index, Path(description="number of the tile at its level")],
) -> Json:
    """The hash `n` of a tile is the root over the leaves `(256 * index + n) * 256**level` on."""
    head = _newest(log)
    try:
        hashes = query_logs.tile(log, level, index, head.size)
    except query_logs.NoSuchLeafError:
        raise Http404(_("The log has no such tile.")) from None
    count = len(hashes) // merkle.HASH
    if count == merkle.TILE:
        response.headers["Cache-Control"] = FOR_GOOD
    return {"log": log, "level": level, "index": index, "count": count, "hashes": b64(hashes)}


@router.get(
    "/logs/{log}/inclusion",
    auth=PUBLIC,
    response={200: schemas.ProofOut, **MISSING},
    operation_id="proveInclusion",
    tags=["records"],
    summary="The proof that an entry stands in a log",
)
@closed
def prove_inclusion(request: HttpRequest, log: Log, query: Query[schemas.InclusionQuery]) -> Json:
    """RFC 9162, 2.1.3. Compare `root` with a signed head of this size."""
    size = query.size or _newest(log).size
    index = size - 1 if query.index is None else query.index
    try:
        return _proof_json(log, query_logs.inclusion(log, index, size))
    except query_logs.NoSuchLeafError:
        raise Http404(_("The log has no such entry.")) from None


@router.get(
    "/logs/{log}/consistency",
    auth=PUBLIC,
    response={200: schemas.ProofOut, **MISSING},
    operation_id="proveConsistency",
    tags=["records"],
    summary="The proof that a log grew out of an earlier state of it",
)
@closed
def prove_consistency(
    request: HttpRequest, log: Log, query: Query[schemas.ConsistencyQuery]
) -> Json:
    """RFC 9162, 2.1.4."""
    size = query.size or _newest(log).size
    try:
        return _proof_json(log, query_logs.consistency(log, query.old, size))
    except query_logs.NoSuchLeafError:
        raise Http404(_("The log never had so many entries.")) from None


@router.get(
    "/trust-list",
    auth=PUBLIC,
    response={200: schemas.TrustListOut, **MISSING},
    operation_id="getTrustList",
    tags=["records"],
    summary="The cities' keys, with the signed log that they stand in",
)
@closed
def get_trust_list(request: HttpRequest) -> Json:
    """A key with `compromised_from` counts only for what its city's log held before that moment."""
    head = _newest(REGION_LOG)
    keys = trust_list().keys.values()
    return {
        "size": head.size,
        "checkpoint": head.note,
        "entries": list(region_leaves())[: head.size],
        "keys": [
            {name: getattr(key, name) for name in schemas.TrustedKeyOut.model_fields}
            for key in keys
        ],
    }


@router.get(
    "/record-types/{slug}/{version}",
    auth=PUBLIC,
    response={200: schemas.RecordTypeOut, **MISSING},
    operation_id="getRecordType",
    tags=["records"],
    summary="A published version of a type of records",
)
@closed
def get_record_type(
    request: HttpRequest,
    slug: Annotated[schemas.Slug, Path(example="freight-pass")],
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> Json:
    """What was published of a version never changes."""
    found = PublishedType.objects.filter(slug=slug, version=version).first()
    if found is None:
        raise Http404(_("There is no such version of a record type."))
    return {
        "slug": found.slug,
        "version": found.version,
        "digest": found.digest,
        "published_at": found.published_at,
        "document": found.document,
    }


def _newest(log: str) -> Checkpoint:
    head = query_logs.newest(log)
    if head is None:
        raise Http404(_("There is no such log on this node."))
    return head


def _head_json(head: Checkpoint) -> Json:
    return {
        "log": head.log,
        "size": head.size,
        "root": b64(bytes.fromhex(head.root)),
        "at": head.at,
        "note": head.note,
    }


def _proof_json(log: str, proof: query_logs.Proof) -> Json:
    return {
        "log": log,
        "size": proof.size,
        "root": b64(proof.root),
        "hashes": [b64(each) for each in proof.hashes],
    }


def _next(request: HttpRequest, **values: int) -> str:
    return f"{request.build_absolute_uri(request.path)}?{urlencode(values)}"
