"""Reading the logs for whoever verifies them: heads, entries, tiles, proofs."""

from __future__ import annotations

from dataclasses import dataclass

from conurb.records import merkle
from conurb.records.actions.logs import read_tile
from conurb.records.models import Checkpoint, LogEntry, LogHead


@dataclass(frozen=True, slots=True)
class Proof:
    """Hashes from the leaves upwards, and the head that they lead to."""

    hashes: list[bytes]
    root: bytes
    size: int


class NoSuchLeafError(LookupError):
    """What was asked of a log lies outside of it."""


def logs() -> list[Checkpoint]:
    """Return the newest head of every log, by name."""
    names = LogHead.objects.order_by("log").values_list("log", flat=True)
    heads = (newest(name) for name in names)
    return [head for head in heads if head is not None]


def newest(log: str) -> Checkpoint | None:
    """Return the newest signed head of a log."""
    return Checkpoint.objects.filter(log=log).order_by("-size").first()


def heads(log: str, above: int, limit: int) -> list[Checkpoint]:
    """Return the signed heads with a size of more than `above`, the smallest first."""
    return list(Checkpoint.objects.filter(log=log, size__gt=above).order_by("size")[:limit])


def leaves(log: str, start: int, limit: int) -> list[str]:
    """Return leaves from an index on, as their texts."""
    rows = LogEntry.objects.filter(log=log, index__gte=start, index__lt=start + limit)
    return list(rows.order_by("index").values_list("body", flat=True))


def tile(log: str, level: int, index: int, size: int) -> bytes:
    """Return the hashes of a tile in a log of `size` leaves; raises NoSuchLeafError."""
    there = merkle.partial_tile(size, level, index)
    if not there:
        raise NoSuchLeafError
    return read_tile(log, level, index)[: there * merkle.HASH]


def inclusion(log: str, index: int, size: int) -> Proof:
    """Prove that a leaf stands in the first `size` leaves of a log; raises NoSuchLeafError."""
    tree = _tree(log, size)
    try:
        return Proof(tree.inclusion(index), tree.root(), size)
    except merkle.ProofError as fault:
        raise NoSuchLeafError from fault


def consistency(log: str, old: int, size: int) -> Proof:
    """Prove that the first `size` leaves begin with the first `old`; raises NoSuchLeafError."""
    tree = _tree(log, size)
    try:
        return Proof(tree.consistency(old), tree.root(), size)
    except merkle.ProofError as fault:
        raise NoSuchLeafError from fault


def _tree(log: str, size: int) -> merkle.Tree:
    head = newest(log)
    if head is None or not 0 < size <= head.size:
        raise NoSuchLeafError
    return merkle.Tree(size, lambda level, index: read_tile(log, level, index))
