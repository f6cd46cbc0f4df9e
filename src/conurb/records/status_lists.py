"""Token Status Lists (draft-ietf-oauth-status-list): two bits a record, compressed and signed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from conurb.records.sd_jwt import Signs, sign
from conurb.records.suites import b64, unb64

TYP = "statuslist+jwt"
MEDIA_TYPE = "application/statuslist+jwt"
BITS = 2
VALID, INVALID, SUSPENDED = 0, 1, 2
PER_BYTE = 8 // BITS
MASK = (1 << BITS) - 1
MOST = 1 << 24
"""Octets that a list unpacks to at most."""


class StatusListError(ValueError):
    """A token that is no status list, or an index outside of one."""


def blank(size: int) -> bytes:
    """Return the bits of a list of `size` records, all of them valid."""
    return bytes(-(-size // PER_BYTE))


def get(bits: bytes | bytearray | memoryview, index: int) -> int:
    """Return the status at an index; raises StatusListError outside of the list."""
    place, within = divmod(index, PER_BYTE)
    if index < 0 or place >= len(bits):
        raise StatusListError(f"the status list has no index {index}")
    return bits[place] >> (within * BITS) & MASK


def put(bits: bytearray, index: int, status: int) -> None:
    """Set the status at an index; raises StatusListError outside of the list."""
    place, within = divmod(index, PER_BYTE)
    if index < 0 or place >= len(bits):
        raise StatusListError(f"the status list has no index {index}")
    if not 0 <= status <= MASK:
        raise StatusListError(f"{status} is no status of {BITS} bits")
    shift = within * BITS
    bits[place] = bits[place] & ~(MASK << shift) | status << shift


def changed(bits: bytes | memoryview, index: int, status: int) -> bytes:
    """Return the list with one status changed."""
    copy = bytearray(bits)
    put(copy, index, status)
    return bytes(copy)


def token(
    signer: Signs, bits: bytes | memoryview, *, uri: str, issuer: str, issued: int, ttl: int
) -> str:
    """Return the signed status list.

    `issued` is in seconds since 1970; after `ttl` seconds a copy should be fetched again, and after
    ten times as long it counts no more.
    """
    payload = {
        "iss": issuer,
        "sub": uri,
        "iat": issued,
        "exp": issued + 10 * ttl,
        "ttl": ttl,
        "status_list": {"bits": BITS, "lst": b64(zlib.compress(bytes(bits), 9))},
    }
    return sign(signer, TYP, payload)


def unpack(claim: Mapping[str, Any]) -> tuple[int, bytes]:
    """Return bits a status and the unpacked list of a `status_list` claim."""
    bits, packed = claim.get("bits"), claim.get("lst")
    if bits not in (1, 2, 4, 8) or not isinstance(packed, str):
        raise StatusListError("status_list needs bits (1, 2, 4 or 8) and lst")
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(unb64(packed), MOST)
    except (ValueError, zlib.error) as fault:
        raise StatusListError("the status list cannot be unpacked") from fault
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise StatusListError(f"the status list is longer than {MOST} octets or cut off")
    return int(bits), raw


def status_in(bits: int, raw: bytes, index: int) -> int:
    """Return the status at an index of a list with 1, 2, 4 or 8 bits a status."""
    place, within = divmod(index, 8 // bits)
    if index < 0 or place >= len(raw):
        raise StatusListError(f"the status list has no index {index}")
    return raw[place] >> (within * bits) & ((1 << bits) - 1)
