"""Writing the logs: entries, tiles and a signed checkpoint, in the caller's transaction.

Whoever appends holds the log's head until the transaction ends, so that entries of one log are in
one order and a record and its entry stand or fall together. What a body says is laid down in
`records.entries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.db import connection, transaction

from conurb.records import entries as leaves
from conurb.records import keys, merkle
from conurb.records.checkpoints import Head, moment_text, sign
from conurb.records.merkle import leaf_hash
from conurb.records.models import Checkpoint, LogEntry, LogHead, LogTile, SigningKey

AT_ONCE = 2000
"""Rows that one statement writes."""


@dataclass(frozen=True)
class NewEntry:
    """What is to stand in a log; `key` is the record's, or a kid in the log of the region."""

    kind: str
    key: str
    body: dict[str, Any]


@transaction.atomic(savepoint=False)
def append(log: str, entries: Sequence[NewEntry], *, now: datetime) -> range:
    """Append entries to a log and sign its new head; returns their indexes.

    `log` is the code of a city or "region". Raises LookupError where the log's owner has no key on
    this node.
    """
    head = locked(log)
    if not entries:
        return range(head.size, head.size)
    at = moment_text(now)
    texts = [
        leaves.leaf(log, index, at, entry.kind, entry.key, entry.body)
        for index, entry in zip(count(head.size), entries, strict=False)
    ]
    hashes = [leaf_hash(text.encode()) for text in texts]
    rows = [
        (log, index, now, entry.kind, entry.key, text)
        for index, entry, text in zip(count(head.size), entries, texts, strict=False)
    ]
    _insert(rows)
    tiles = merkle.completed(head.size, hashes, lambda level, index: read_tile(log, level, index))
    LogTile.objects.bulk_create(
        [LogTile(log=log, level=t.level, index=t.index, hashes=t.hashes) for t in tiles]
    )
    frontier = merkle.split(bytes(head.frontier))
    first = head.size
    head.size = merkle.grow(frontier, first, hashes)
    head.frontier = b"".join(frontier)
    head.save(update_fields=["size", "frontier"])
    _sign(head, merkle.root_of(frontier), now)
    return range(first, head.size)


def locked(log: str) -> LogHead:
    """Return the head of a log, held until the transaction ends.

    PostgreSQL holds the row; SQLite has one writer at a time, which took its turn at BEGIN.
    """
    LogHead.objects.get_or_create(log=log)
    return LogHead.objects.select_for_update().get(log=log)


def read_tile(log: str, level: int, index: int) -> bytes:
    """Return the hashes of a tile, full or not, as a log's tables have them."""
    full = (
        LogTile.objects.filter(log=log, level=level, index=index)
        .values_list("hashes", flat=True)
        .first()
    )
    if full is not None:
        return bytes(full)
    begin = index * merkle.TILE
    if level == 0:
        bodies = (
            LogEntry.objects.filter(log=log, index__gte=begin, index__lt=begin + merkle.TILE)
            .order_by("index")
            .values_list("body", flat=True)
        )
        return b"".join(leaf_hash(body.encode()) for body in bodies)
    below = (
        LogTile.objects.filter(
            log=log, level=level - 1, index__gte=begin, index__lt=begin + merkle.TILE
        )
        .order_by("index")
        .values_list("hashes", flat=True)
    )
    return b"".join(merkle.perfect_root(merkle.split(bytes(hashes))) for hashes in below)


def signing_key(owner: str) -> SigningKey:
    """Return the key that an owner signs with now; LookupError where there is none."""
    found = (
        SigningKey.objects.filter(owner=owner, retired_at=None, withdrawn_at=None)
        .order_by("-pk")
        .first()
    )
    if found is None:
        raise LookupError(
            f"{owner} has no signing key. Start the node with `conurb serve`, which makes one."
        )
    return found


def _sign(head: LogHead, root: bytes, now: datetime) -> None:
    key = signing_key(head.log)
    last = (
        Checkpoint.objects.filter(log=head.log).order_by("-size").values_list("at", flat=True)
    ).first()
    # heads are signed one after another: what is written as of an earlier moment is signed no
    # earlier than the head before it
    at = now if last is None else max(now, last)
    note = sign(
        Head(head.log, head.size, root, at), Known(key), keys.signing(key.kid, key.algorithm)
    )
    Checkpoint.objects.create(log=head.log, size=head.size, root=root.hex(), at=at, note=note)


class Known:
    """A key of the tables as checkpoints want to know it."""

    def __init__(self, key: SigningKey) -> None:
        self.kid = key.kid
        self.algorithm = key.algorithm
        self.jwk: dict[str, Any] = key.public_jwk


def _insert(rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert entries: one statement for many rows, without a model for each."""
    if connection.vendor == "postgresql":
        statement = (
            "INSERT INTO records_logentry (log, index, at, kind, record_key, body) "
            "SELECT * FROM unnest(%s::varchar[], %s::bigint[], %s::timestamptz[], "
            "%s::varchar[], %s::varchar[], %s::text[])"
        )
        with connection.cursor() as cursor:
            for begin in range(0, len(rows), AT_ONCE):
                columns = zip(*rows[begin : begin + AT_ONCE], strict=True)
                cursor.execute(statement, [list(column) for column in columns])
        return
    at = connection.ops.adapt_datetimefield_value(rows[0][2])
    plain = [(log, index, at, kind, key, body) for log, index, _, kind, key, body in rows]
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO records_logentry (log, "index", at, kind, record_key, body) '
            "VALUES (%s, %s, %s, %s, %s, %s)",
            plain,
        )
