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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Protocol

from conurb.records.suites import Sign, b64, unb64

TYP = "dc+sd-jwt"
TYP_BINDING = "kb+jwt"
MOST = 1 << 16
"""Characters that a token has at most, with disclosures and key binding."""
MOST_DISCLOSURES = 200
SALT = 16
"""Octets of a salt: 128 bits, as RFC 9901, 4.2.1, recommends."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_quoted = encode_basestring
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
    signed = f"{_header(signer.algorithm, signer.kid, typ)}.{b64(_encode(payload).encode())}"
    return f"{signed}.{b64(signer.sign(signed.encode('ascii')))}"


@lru_cache(maxsize=256)
def _header(algorithm: str, kid: str, typ: str) -> str:
    return b64(_encode({"alg": algorithm, "kid": kid, "typ": typ}).encode())


def disclosure(salt: str, name: str, value: Any) -> str:
    """Return the disclosure of a claim: base64url of `[salt, name, value]` (RFC 9901, 4.2.1)."""
    return b64(f"[{_quoted(salt)},{_quoted(name)},{_encode_value(value)}]".encode())


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


class SdJwtError(ValueError):
    """A text that is no SD-JWT. `code` is "oversized", "malformed" or "digest-mismatch"."""

    def __init__(self, message: str, code: str = "malformed") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Jwt:
    """A JWT taken apart; nothing of it is verified. `signed` is what the signature stands over."""

    header: Mapping[str, Any]
    payload: Mapping[str, Any]
    signed: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Presented:
    """An SD-JWT as it was handed over.

    `shown` is the text up to and with the last `~`, over which a key binding is made.
    """

    token: str
    jwt: Jwt
    disclosures: tuple[str, ...]
    binding: str
    shown: str


def take_apart(text: str) -> Jwt:
    """Return the parts of a JWT in compact form; raises SdJwtError."""
    if len(text) > MOST:
        raise SdJwtError(f"the token has more than {MOST} characters", "oversized")
    parts = text.split(".")
    if len(parts) != 3:
        raise SdJwtError("a JWT has three parts")
    try:
        header, payload = (_members(unb64(part)) for part in parts[:2])
        signature = unb64(parts[2])
        signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    except (ValueError, RecursionError) as fault:
        raise SdJwtError(f"the JWT cannot be read: {fault}") from fault
    if "crit" in header:
        raise SdJwtError("the JWT has extensions that must be understood")
    return Jwt(header, payload, signed, signature)


def read(text: str) -> Presented:
    """Return the parts of an SD-JWT, with or without key binding; raises SdJwtError."""
    if len(text) > MOST:
        raise SdJwtError(f"the token has more than {MOST} characters", "oversized")
    if not text.isascii():
        raise SdJwtError("an SD-JWT has letters, digits and a few signs of ASCII alone")
    token, *rest = text.split("~")
    if not rest:
        raise SdJwtError("an SD-JWT ends with ~ or with a key binding")
    *disclosures, binding = rest
    if len(disclosures) > MOST_DISCLOSURES:
        raise SdJwtError(f"more than {MOST_DISCLOSURES} disclosures", "oversized")
    shown = text.removesuffix(binding) if binding else text
    return Presented(token, take_apart(token), tuple(disclosures), binding, shown)


def disclosed(payload: Mapping[str, Any], disclosures: Sequence[str]) -> dict[str, Any]:
    """Return the payload with what the disclosures say in the place of digests (RFC 9901, 7.1).

    Digests without a disclosure are left out. Raises SdJwtError ("digest-mismatch") for a
    disclosure that no digest stands for, and for a digest that stands twice.
    """
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise SdJwtError("the digests are not made with SHA-256")
    opening = _Opening({digest(each): _open(each) for each in disclosures})
    if len(opening.known) != len(disclosures):
        raise SdJwtError("a disclosure stands twice", "digest-mismatch")
    try:
        found = opening.members(payload)
    except RecursionError as fault:
        raise SdJwtError("the disclosures are nested too deeply") from fault
    found.pop("_sd_alg", None)
    unused = set(opening.known) - opening.seen
    if unused:
        raise SdJwtError("a disclosure belongs to no digest of the token", "digest-mismatch")
    return found


class _Opening:
    """One walk through a payload, in which every digest is met once at most."""

    def __init__(self, known: Mapping[str, list[Any]]) -> None:
        self.known = known
        self.seen: set[str] = set()

    def members(self, values: Mapping[str, Any]) -> dict[str, Any]:
        found = {name: self.value(value) for name, value in values.items() if name != "_sd"}
        hidden = values.get("_sd", [])
        if not isinstance(hidden, list):
            raise SdJwtError("_sd is no list")
        for each in hidden:
            opened = self.look_up(each, 3)
            if opened is None:
                continue
            name = opened[1]
            if not isinstance(name, str) or name in {"_sd", "..."} or name in found:
                raise SdJwtError("a disclosure names a member that it may not", "digest-mismatch")
            found[name] = self.value(opened[2])
        return found

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            if "..." in value:
                raise SdJwtError("a digest of an array stands outside of one")
            return self.members(value)
        if isinstance(value, list):
            return self.items(value)
        return value

    def items(self, values: Sequence[Any]) -> list[Any]:
        found = []
        for each in values:
            if isinstance(each, dict) and set(each) == {"..."}:
                opened = self.look_up(each["..."], 2)
                if opened is not None:
                    found.append(self.value(opened[1]))
            else:
                found.append(self.value(each))
        return found

    def look_up(self, hidden: Any, length: int) -> list[Any] | None:
        if not isinstance(hidden, str):
            raise SdJwtError("a digest is no text")
        if hidden in self.seen:
            raise SdJwtError("a digest stands twice", "digest-mismatch")
        self.seen.add(hidden)
        opened = self.known.get(hidden)
        if opened is not None and len(opened) != length:
            raise SdJwtError("a disclosure is not of the kind of its digest", "digest-mismatch")
        return opened


def bind(signer: Signs, shown: str, *, audience: str, nonce: str, issued: int) -> str:
    """Return `shown` with the key binding of its holder (RFC 9901, 4.3).

    `signer` has the holder's key; `issued` is in seconds since 1970.
    """
    payload = {"iat": issued, "aud": audience, "nonce": nonce, "sd_hash": digest(shown)}
    encoded = (_encode({"alg": signer.algorithm, "typ": TYP_BINDING}), _encode(payload))
    signed = ".".join(b64(part.encode()) for part in encoded)
    return f"{shown}{signed}.{b64(signer.sign(signed.encode()))}"


def _open(disclosure_: str) -> list[Any]:
    try:
        opened = _loads(unb64(disclosure_))
    except (ValueError, RecursionError) as fault:
        raise SdJwtError(f"a disclosure cannot be read: {fault}") from fault
    if not isinstance(opened, list) or len(opened) not in {2, 3} or not isinstance(opened[0], str):
        raise SdJwtError("a disclosure is a salt, a name and a value")
    return opened


def _members(data: bytes) -> dict[str, Any]:
    value = _loads(data)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _loads(data: bytes) -> Any:
    return json.loads(
        data.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_no_constant
    )


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
