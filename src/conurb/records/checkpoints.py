"""Signed heads of logs, as signed notes (C2SP signed-note, tlog-checkpoint).

    urn:conurb:430100:log                          origin
    1024                                           size of the tree
    <base64 of the root>
    at 2026-11-26T03:00:00.000000Z                 extension: when it was signed

    — urn:conurb:430100:log <base64 of 4 bytes that name the key, and the signature>

The signature covers the lines above the empty one, with their line ends. A key's four bytes are the
first of SHA-256 over name, line end, the suite's byte and the public key: byte 0x01 and the 32
bytes of the key for Ed25519; byte 0xFF and the suite's name and the thumbprint for all others,
which the format leaves to the user.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from conurb.records.suites import Jwk, Sign, suite_of, unb64, verifier

MOST = 4096
"""Octets that a checkpoint has at most."""


class KnownKey(Protocol):
    """What a checkpoint needs to know of a public key."""

    @property
    def kid(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def jwk(self) -> Jwk: ...


class CheckpointError(ValueError):
    """A note that is no checkpoint, or that none of the keys signed."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: a log had this size and this root (32 bytes) at a moment."""

    log: str
    size: int
    root: bytes
    at: datetime


def origin(log: str) -> str:
    """Return the name of a log: "430100" or "region" within the URN."""
    return f"urn:conurb:{log}:log"


def moment_text(at: datetime) -> str:
    """Return a moment as logs and checkpoints write it: UTC with microseconds and Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> datetime:
    """Return the moment that `moment_text` wrote; raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def body_of(head: Head) -> str:
    """Return what is signed."""
    root = b64encode(head.root).decode()
    return f"{origin(head.log)}\n{head.size}\n{root}\nat {moment_text(head.at)}\n"


def key_name(log: str, algorithm: str, jwk: Jwk, kid: str) -> bytes:
    """Return the four bytes by which a note names the key of a log."""
    mark = suite_of(algorithm).note
    public = unb64(jwk["x"]) if mark == 0x01 else f"conurb {algorithm} {kid}".encode()
    return hashlib.sha256(f"{origin(log)}\n".encode() + bytes([mark]) + public).digest()[:4]


def sign(head: Head, key: KnownKey, signing: Sign) -> str:
    """Return the checkpoint, signed with the private half of `key`."""
    body = body_of(head)
    signature = signing(body.encode())
    name = key_name(head.log, key.algorithm, key.jwk, key.kid)
    return f"{body}\n— {origin(head.log)} {b64encode(name + signature).decode()}\n"


def read(note: str) -> Head:
    """Return what a checkpoint says, without verifying it; raises CheckpointError."""
    return _parts(note)[0]


def verify(note: str, keys: Iterable[KnownKey]) -> tuple[Head, str]:
    """Return what a checkpoint says and the kid of the key that signed it.

    Signatures of keys that are not given are passed over, as the format says; one that names a
    given key must be good. Raises CheckpointError.
    """
    head, body, signatures = _parts(note)
    known = {key_name(head.log, key.algorithm, key.jwk, key.kid): key for key in keys}
    for name, signature in signatures:
        key = known.get(name)
        if key is None:
            continue
        if verifier(key.algorithm, key.jwk)(body.encode(), signature):
            return head, key.kid
        raise CheckpointError(f"the signature of {key.kid} on the checkpoint is not good")
    raise CheckpointError(f"no known key of {head.log} signed the checkpoint of size {head.size}")


def _parts(note: str) -> tuple[Head, str, list[tuple[bytes, bytes]]]:
    if len(note) > MOST or not note.endswith("\n") or note.count("\n\n") != 1:
        raise CheckpointError("not a signed note")
    text, marks = note.split("\n\n")
    lines = text.split("\n")
    if len(lines) != 4 or not lines[3].startswith("at "):
        raise CheckpointError("a checkpoint has an origin, a size, a root and a time")
    parts = lines[0].split(":")
    if len(parts) != 4 or lines[0] != origin(parts[2]):
        raise CheckpointError(f"{lines[0][:60]!r} is no log of this region")
    try:
        root = b64decode(lines[2], validate=True)
        head = Head(parts[2], int(lines[1]), root, read_moment(lines[3].removeprefix("at ")))
    except (ValueError, Base64Error) as fault:
        raise CheckpointError(f"the checkpoint cannot be read: {fault}") from fault
    if len(root) != 32 or body_of(head) != f"{text}\n":
        raise CheckpointError("the checkpoint is not written as it should be")
    return head, f"{text}\n", [_signature(line, lines[0]) for line in marks.splitlines()]


def _signature(line: str, name: str) -> tuple[bytes, bytes]:
    start = f"— {name} "
    if not line.startswith(start):
        return b"", b""
    try:
        data = b64decode(line.removeprefix(start), validate=True)
    except Base64Error as fault:
        raise CheckpointError("a signature of the checkpoint cannot be read") from fault
    return data[:4], data[4:]
