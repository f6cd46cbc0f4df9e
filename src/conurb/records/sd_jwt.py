"""SD-JWT VC: issuing, choosing what to disclose, binding to the holder, verifying.

RFC 9901 (Selective Disclosure for JWTs) and draft-ietf-oauth-sd-jwt-vc. Held claims are members of
the top level, each hidden behind the SHA-256 digest of its disclosure; in what others issue,
disclosures may be nested and stand in arrays, and are verified all the same.

The path that issues in batches does little more than JSON, hashing and the signature: a header is
encoded once a key, and the salts of a record come from one read of the system's randomness.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from conurb.records.suites import Sign, b64

TYP = "dc+sd-jwt"
SALT = 16
"""Octets of a salt: 128 bits, as RFC 9901, 4.2.1, recommends."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# a database may give the members of an object back in another order than it took them
_encode_value = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Signs(Protocol):
    """What issuing needs of a key."""

    @property
    def kid(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def sign(self) -> Sign: ...


@dataclass(frozen=True, slots=True)
class Issued:
    """An issuer-signed JWT without disclosures, and the salt of each held claim."""

    token: str
    salts: dict[str, str]


def issue(
    signer: Signs, payload: Mapping[str, Any], held: Mapping[str, Any], *, decoys: int = 0
) -> Issued:
    """Sign a payload whose `held` members are hidden behind salted digests.

    `decoys` digests that stand for nothing are added, so that their number tells less. The digests
    are sorted: their order tells nothing. The caller keeps values and salts; `disclosure` makes
    from them what the holder shows.
    """
    salts: dict[str, str] = {}
    if held or decoys:
        random = os.urandom(SALT * len(held) + 32 * decoys)
        digests = [b64(random[at : at + 32]) for at in range(SALT * len(held), len(random), 32)]
        for place, (name, value) in enumerate(held.items()):
            salt = b64(random[place * SALT : (place + 1) * SALT])
            salts[name] = salt
            digests.append(digest(disclosure(salt, name, value)))
        digests.sort()
        payload = {**payload, "_sd": digests, "_sd_alg": "sha-256"}
    return Issued(sign(signer, TYP, payload), salts)


def sign(signer: Signs, typ: str, payload: Mapping[str, Any]) -> str:
    """Return a JWT in compact form (RFC 7515, 7.1)."""
    signed = _header(signer.algorithm, signer.kid, typ) + urlsafe_b64encode(
        _encode(payload).encode()
    ).rstrip(b"=")
    return f"{signed.decode()}.{b64(signer.sign(signed))}"


@lru_cache(maxsize=256)
def _header(algorithm: str, kid: str, typ: str) -> bytes:
    header = _encode({"alg": algorithm, "kid": kid, "typ": typ})
    return urlsafe_b64encode(header.encode()).rstrip(b"=") + b"."


def disclosure(salt: str, name: str, value: Any) -> str:
    """Return the disclosure of a claim: base64url of `[salt, name, value]` (RFC 9901, 4.2.1)."""
    return b64(f"[{_encode(salt)},{_encode(name)},{_encode_value(value)}]".encode())


def digest(disclosed: str) -> str:
    """Return the digest that stands for a disclosure (RFC 9901, 4.2.3)."""
    return b64(hashlib.sha256(disclosed.encode("ascii")).digest())


def present(
    token: str, held: Mapping[str, Any], salts: Mapping[str, str], names: Sequence[str]
) -> str:
    """Return the SD-JWT that discloses the held claims called `names`: `<jwt>~<disclosure>~…~`.

    Raises KeyError for a name that the record does not hold.
    """
    shown = [disclosure(salts[name], name, held[name]) for name in names]
    return "~".join([token, *shown, ""])
