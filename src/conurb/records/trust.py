"""The trust list: whose keys there are, and what a signature of each is worth.

It is the log of the region read from its beginning: every key is added, may be retired (another
signs in its place; what it signed stands), and may be withdrawn as compromised from a moment on.
Then what it signed counts only where the log of its city held it before that moment: whoever stole
the key can write any date into a token, but cannot put it into a log whose head was signed already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from conurb.records.checkpoints import read_moment
from conurb.records.entries import Leaf
from conurb.records.suites import Jwk, thumbprint, unb64

Objection = Literal["key-withdrawn", "key-retired"]


class TrustError(ValueError):
    """A log of the region that makes no trust list; the message names the entry."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key with its owner (the code of a city, or "region") and its life."""

    kid: str
    owner: str
    algorithm: str
    jwk: Jwk
    active_from: datetime
    retired_at: datetime | None = None
    withdrawn_at: datetime | None = None
    compromised_from: datetime | None = None

    def objection(self, issued_at: datetime, logged_at: datetime | None) -> Objection | None:
        """Say why a signature of this key does not count; None where it does.

        `issued_at` is what the signed thing says of itself; `logged_at` when a log's signed head
        first held it, None where no log is known to hold it.
        """
        if self.compromised_from is not None and (
            logged_at is None or logged_at >= self.compromised_from
        ):
            return "key-withdrawn"
        if self.retired_at is not None and int(issued_at.timestamp()) > self.retired_at.timestamp():
            return "key-retired"
        return None


@dataclass(frozen=True)
class TrustList:
    """The keys of a region's cities as of a size of its log."""

    keys: Mapping[str, TrustedKey] = field(default_factory=dict)
    size: int = 0

    def get(self, kid: object) -> TrustedKey | None:
        """Return the key of this name."""
        return self.keys.get(kid) if isinstance(kid, str) else None

    def beginning(self, start: bytes) -> TrustedKey | None:
        """Return the key whose name begins so, where there is exactly one."""
        found = [key for key in self.keys.values() if unb64(key.kid).startswith(start)]
        return found[0] if len(found) == 1 else None

    def of(self, owner: str) -> Iterator[TrustedKey]:
        """Yield the keys that an owner has or had, in the order in which they were added."""
        return (key for key in self.keys.values() if key.owner == owner)

    def after(self, leaf: Leaf) -> TrustList:
        """Return the list as it is after one more entry; raises TrustError."""
        if leaf.log != "region" or leaf.index != self.size:
            raise TrustError(f"entry {leaf.index} of {leaf.log} does not follow on {self.size}")
        try:
            changed = self._changed(leaf)
        except (KeyError, TypeError, ValueError) as fault:
            raise TrustError(f"entry {leaf.index} of the region cannot be read: {fault}") from fault
        return TrustList({**self.keys, leaf.key: changed}, self.size + 1)

    def _changed(self, leaf: Leaf) -> TrustedKey:
        body = leaf.body
        known = self.keys.get(leaf.key)
        if leaf.kind == "add":
            if known is not None:
                raise ValueError(f"the key {leaf.key} is added twice")
            if thumbprint(body["jwk"]) != leaf.key:
                raise ValueError(f"the key {leaf.key} does not have the thumbprint it is named by")
            return TrustedKey(
                kid=leaf.key,
                owner=str(body["owner"]),
                algorithm=str(body["algorithm"]),
                jwk=body["jwk"],
                active_from=read_moment(body["active_from"]),
            )
        if known is None or known.owner != body["owner"]:
            raise ValueError(f"the key {leaf.key} was never added")
        if leaf.kind == "retire":
            return replace(known, retired_at=read_moment(body["retired_at"]))
        if leaf.kind == "withdraw":
            since = read_moment(body["compromised_from"])
            return replace(known, withdrawn_at=leaf.at, compromised_from=since)
        raise ValueError(f"{leaf.kind!r} is no event of a key")


def trust_list(leaves: Iterable[Leaf]) -> TrustList:
    """Return the trust list that a region's log makes; raises TrustError."""
    found = TrustList()
    for leaf in leaves:
        found = found.after(leaf)
    return found
