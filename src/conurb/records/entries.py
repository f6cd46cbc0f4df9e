"""What stands in the logs: the leaves, and what an entry of each kind says.

A leaf is canonical JSON (sorted names, no spaces, Chinese as it is written, UTF-8). `log`, `index`,
`at`, `kind` and `key` come first in every reading of it; the other members are the body:

    log of a city: `key` is the record's
        issue      token: the issuer-signed JWT without disclosures
        suspend    status: [list, index]
        resume     status: [list, index]
        revoke     status: [list, index]
        supersede  status: [list, index], by: the key of the record that stands in its place

    log "region": `key` is a kid
        add        owner, algorithm, jwk, active_from
        retire     owner, retired_at
        withdraw   owner, compromised_from, reason

A body may have more members. It names public claims only: held ones stand in the token as digests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conurb.records.checkpoints import moment_text, read_moment

ENVELOPE = ("log", "index", "at", "kind", "key")
RECORD_KINDS = frozenset({"issue", "suspend", "resume", "revoke", "supersede"})
KEY_KINDS = frozenset({"add", "retire", "withdraw"})

STATUS_AFTER = {"issue": 0, "resume": 0, "revoke": 1, "supersede": 1, "suspend": 2}
"""The two bits of a record's status after an entry of a kind."""

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class EntryError(ValueError):
    """A leaf that is not written as leaves are."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as read: its envelope and its body."""

    log: str
    index: int
    at: datetime
    kind: str
    key: str
    body: Mapping[str, Any]


def leaf(log: str, index: int, at: str, kind: str, key: str, body: Mapping[str, Any]) -> str:
    """Return a leaf as its text; `at` as `moment_text` writes it.

    Raises ValueError where the body has a member that is the envelope's.
    """
    whole = {**body, "log": log, "index": index, "at": at, "kind": kind, "key": key}
    if len(whole) != len(body) + len(ENVELOPE):
        taken = sorted(set(body) & set(ENVELOPE))
        raise ValueError(f"an entry's body cannot name {', '.join(taken)} itself")
    return _encode(whole)


def read(text: str) -> Leaf:
    """Return a leaf from its text; raises EntryError where it is not canonical."""
    try:
        whole = json.loads(text)
        envelope = [whole.pop(name) for name in ENVELOPE]
        log, index, at, kind, key = envelope
        found = Leaf(log, index, read_moment(at), kind, key, whole)
        canonical = leaf(log, index, moment_text(found.at), kind, key, whole)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise EntryError(f"not a leaf of a log: {fault}") from fault
    if canonical != text:
        raise EntryError("the leaf is not written canonically")
    return found
