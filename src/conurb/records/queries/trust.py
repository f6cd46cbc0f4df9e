"""What this node knows when it verifies a record: the trust list, types, status lists, logs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress

from django.core.cache import cache
from django.utils import timezone

from conurb.records import entries, types
from conurb.records.compact import type_by_code
from conurb.records.models import (
    REGION_LOG,
    Checkpoint,
    LogEntry,
    PublishedType,
    Record,
    StatusList,
)
from conurb.records.status_lists import StatusListError, get
from conurb.records.trust import TrustList
from conurb.records.types import RecordType, UnknownTypeError
from conurb.records.verifying import BINDING_LIFE, Known, Logged, Status

_kept: dict[str, tuple[str, TrustList]] = {}


def trust_list() -> TrustList:
    """Return the trust list as the region's log has it now; only what is new is read."""
    head = (
        Checkpoint.objects.filter(log=REGION_LOG).order_by("-size").values_list("size", "root")
    ).first()
    if head is None:
        return TrustList()
    size, root = head
    state = f"{size} {root}"
    kept = _kept.get("trust")
    if kept is not None and kept[0] == state:
        return kept[1]
    found = TrustList()
    if kept is not None and kept[1].size < size and _still_begins_with(kept[0]):
        found = kept[1]
    for body in region_leaves(found.size):
        found = found.after(entries.read(body))
    _kept["trust"] = (state, found)
    return found


def region_leaves(start: int = 0) -> Iterable[str]:
    """Return the leaves of the region's log from an index on."""
    return (
        LogEntry.objects.filter(log=REGION_LOG, index__gte=start)
        .order_by("index")
        .values_list("body", flat=True)
    )


def known() -> Known:
    """Return what this node knows, each thing looked up when it is asked for."""
    return Known(
        trust=trust_list(),
        type_of=type_of,
        type_by_code=lambda code: type_by_code(code, types.types()),
        published=_is_published,
        status=status,
        by_key=logged,
        by_place=logged_at_place,
        used=_was_used,
    )


def status(city: str, number: int, index: int) -> Status | None:
    """Return what the status list of a city says now; None where it has no such list or index."""
    bits = (
        StatusList.objects.filter(city_id=city, number=number).values_list("bits", flat=True)
    ).first()
    if bits is None:
        return None
    try:
        return Status(get(bits, index), timezone.now())
    except StatusListError:
        return None


def logged(city: str, key: str) -> Logged | None:
    """Return what the log of a city holds of a record, and since when a signed head holds it."""
    entry = LogEntry.objects.filter(log=city, record_key=key, kind="issue").first()
    if entry is None:
        return None
    at = (
        Checkpoint.objects.filter(log=city, size__gt=entry.index)
        .order_by("size")
        .values_list("at", flat=True)
        .first()
    )
    if at is None:
        return None
    return Logged(key, str(entries.read(entry.body).body.get("token", "")), at)


def logged_at_place(city: str, number: int, index: int) -> Logged | None:
    """Return what the log holds of the record at a place of a status list."""
    key = (
        Record.everything.filter(
            city_id=city, status_list__number=number, status_index=index
        ).values_list("key", flat=True)
    ).first()
    return logged(city, key) if key else None


def _still_begins_with(state: str) -> bool:
    size, root = state.split()
    return Checkpoint.objects.filter(log=REGION_LOG, size=int(size), root=root).exists()


def type_of(slug: str) -> RecordType | None:
    """Return a declared type, None where there is none."""
    with suppress(UnknownTypeError):
        return types.type_of(slug)
    return None


def _is_published(slug: str, version: int) -> bool:
    if not 0 < version < 1 << 31:
        return False
    return PublishedType.objects.filter(slug=slug, version=version).exists()


def _was_used(proof: str) -> bool:
    name = "records.binding." + hashlib.sha256(proof.encode()).hexdigest()
    return not cache.add(name, 1, timeout=2 * BINDING_LIFE.total_seconds())
