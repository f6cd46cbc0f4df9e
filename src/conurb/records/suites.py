"""Signature suites: how a key is made, how it signs, how its signatures are verified.

A suite is a parameter of a key and pinned to it: a key has one algorithm for its whole life, and a
token that names another one is refused, so that no token can choose how it is checked. Three things
name an algorithm: JOSE in tokens ("EdDSA", RFC 8037; "ES256", RFC 7518), COSE in QR codes (-8, -7,
RFC 9053), and the signed notes of checkpoints.

SM2 with SM3 (GB/T 32918, GB/T 32905) will be another entry of `SUITES`: a `Suite` with its own five
functions, over a library that has them. Nothing outside this module knows an algorithm by name.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

Jwk = Mapping[str, Any]
Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]

DEFAULT = "EdDSA"


class UnknownSuiteError(ValueError):
    """No suite has this name; the message says which there are."""

    def __init__(self, name: object) -> None:
        self.name = name
        there = ", ".join(sorted(SUITES))
        super().__init__(f"The signature suite {name!r} is not known here. There are: {there}.")


class KeyFormatError(ValueError):
    """A JWK or PEM that is no key of its suite."""


@dataclass(frozen=True)
class Suite:
    """One algorithm: its names, and what is done with its keys.

    `generate` returns a private key as PKCS 8 PEM; `signing` makes the function that signs from
    such a PEM; `public` its public JWK; `verifying` the function that verifies from a public JWK.
    Signatures are raw bytes of `length`, as JOSE and COSE carry them.
    """

    name: str
    cose: int
    note: int
    length: int
    members: tuple[str, ...]
    generate: Callable[[], bytes] = field(repr=False)
    signing: Callable[[bytes], Sign] = field(repr=False)
    public: Callable[[bytes], dict[str, str]] = field(repr=False)
    verifying: Callable[[Jwk], Verify] = field(repr=False)


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def b64(data: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Return the bytes of base64url without padding.

    Raises ValueError for characters outside the alphabet, for padding, and where unused bits are
    not zero: every value has one spelling only.
    """
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text:
        raise ValueError("not base64url without padding")
    return data


def suite_of(name: object) -> Suite:
    """Return the suite of a JOSE algorithm name; raises UnknownSuiteError."""
    found = SUITES.get(name) if isinstance(name, str) else None
    if found is None:
        raise UnknownSuiteError(name)
    return found


def algorithm_of(jwk: Jwk) -> str:
    """Return the algorithm of a holder's key, which its kind gives; raises KeyFormatError."""
    match jwk.get("kty"), jwk.get("crv"):
        case "OKP", "Ed25519":
            return "EdDSA"
        case "EC", "P-256":
            return "ES256"
        case kind:
            raise KeyFormatError(f"keys of kind {kind!r} are not known here")


def thumbprint(jwk: Jwk) -> str:
    """Return the name of a public key: its JWK thumbprint (RFC 7638, SHA-256), 43 characters."""
    members = _required_members(jwk)
    text = json.dumps({name: jwk[name] for name in members}, sort_keys=True, separators=(",", ":"))
    return b64(hashlib.sha256(text.encode()).digest())


def verifier(algorithm: str, jwk: Jwk) -> Verify:
    """Return the function that verifies signatures of one public key under its pinned suite.

    Raises UnknownSuiteError, or KeyFormatError where the JWK is no public key of the suite.
    """
    suite = suite_of(algorithm)
    if "d" in jwk:
        raise KeyFormatError("a private key stands where a public one belongs")
    return _verifier(algorithm, tuple((name, jwk.get(name)) for name in suite.members))


@lru_cache(maxsize=1024)
def _verifier(algorithm: str, members: tuple[tuple[str, Any], ...]) -> Verify:
    return SUITES[algorithm].verifying(dict(members))


def _required_members(jwk: Jwk) -> tuple[str, ...]:
    match jwk.get("kty"):
        case "OKP":
            return ("crv", "kty", "x")
        case "EC":
            return ("crv", "kty", "x", "y")
        case kind:
            raise KeyFormatError(f"keys of kind {kind!r} are not known here")


def _pem(private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _coordinate(jwk: Jwk, name: str) -> bytes:
    value = jwk.get(name)
    try:
        data = unb64(value) if isinstance(value, str) else b""
    except ValueError:
        data = b""
    if len(data) != 32:
        raise KeyFormatError(f"“{name}” of the key is not 32 bytes of base64url")
    return data


# Ed25519 (RFC 8032), as JOSE carries it: RFC 8037


def _ed25519_private(pem: bytes) -> ed25519.Ed25519PrivateKey:
    private = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise KeyFormatError("the file holds no Ed25519 key")
    return private


def _ed25519_public(pem: bytes) -> dict[str, str]:
    raw = _ed25519_private(pem).public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}


def _ed25519_verifying(jwk: Jwk) -> Verify:
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise KeyFormatError("EdDSA needs a key of kty OKP and crv Ed25519")
    check = ed25519.Ed25519PublicKey.from_public_bytes(_coordinate(jwk, "x")).verify

    def verify(data: bytes, signature: bytes) -> bool:
        try:
            check(signature, data)
        except InvalidSignature:
            return False
        return True

    return verify


# ECDSA with P-256 and SHA-256 (FIPS 186-5), as JOSE carries it: RFC 7518, 3.4


def _p256_private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    private = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise KeyFormatError("the file holds no P-256 key")
    return private


def _p256_signing(pem: bytes) -> Sign:
    private = _p256_private(pem)
    algorithm = ec.ECDSA(SHA256())

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(data, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def _p256_public(pem: bytes) -> dict[str, str]:
    numbers = _p256_private(pem).public_key().public_numbers()
    x, y = (b64(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _p256_verifying(jwk: Jwk) -> Verify:
    if (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        raise KeyFormatError("ES256 needs a key of kty EC and crv P-256")
    x, y = (int.from_bytes(_coordinate(jwk, name), "big") for name in ("x", "y"))
    try:
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as fault:
        raise KeyFormatError("the key is no point of P-256") from fault
    algorithm = ec.ECDSA(SHA256())

    def verify(data: bytes, signature: bytes) -> bool:
        if len(signature) != 64:
            return False
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        try:
            public.verify(encode_dss_signature(r, s), data, algorithm)
        except InvalidSignature:
            return False
        return True

    return verify


SUITES: dict[str, Suite] = {
    "EdDSA": Suite(
        name="EdDSA",
        cose=-8,
        note=0x01,
        length=64,
        members=("kty", "crv", "x"),
        generate=lambda: _pem(ed25519.Ed25519PrivateKey.generate()),
        signing=lambda pem: _ed25519_private(pem).sign,
        public=_ed25519_public,
        verifying=_ed25519_verifying,
    ),
    "ES256": Suite(
        name="ES256",
        cose=-7,
        note=0xFF,
        length=64,
        members=("kty", "crv", "x", "y"),
        generate=lambda: _pem(ec.generate_private_key(ec.SECP256R1())),
        signing=_p256_signing,
        public=_p256_public,
        verifying=_p256_verifying,
    ),
}
