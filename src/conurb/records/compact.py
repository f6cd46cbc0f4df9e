"""The compact form of a record, for QR codes: a CWT, signed, in base45.

    CNB1:<base45 (RFC 9285) of a COSE_Sign1 (RFC 9052), tagged 18>

All of it deterministic CBOR (RFC 8949, 4.2.1), so that a record has one spelling only:

    18([ << {1: alg, 4: kid} >>, {}, << claims >>, signature ])

    alg        -8 (Ed25519) or -7 (ES256): the algorithm pinned to the key
    kid        the first 6 octets of the key's JWK thumbprint (RFC 7638)
    claims     1  iss  code of the city, text: "430100"
               2  sub  number of the subject; absent where the subject is a resident
               4  exp  seconds; absent where the code has no end
               5  nbf  seconds; absent where it is equal to iat
               6  iat  seconds: when the record was issued
           -65537      what is ours: a map
                        0  [code of the type, version]
                       -1  [number of the city's status list, index in it]
                       -2  seconds: when this code was made; only where it is not iat
                        n  the claim of the type whose `compact` label is n, for n >= 1
    signature  over the Sig_structure ["Signature1", protected, h'', claims]

The place in the status list names the record: no other record of the city has it. The code is
signed when it is shown, with the claims that the holder chose, by the key that the city signs with
then. `exp` is the end of the code, which is the end of the record at the latest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cbor2

from conurb.records.sd_jwt import Signs
from conurb.records.statement import Statement
from conurb.records.subjects import PERSONAL
from conurb.records.suites import SUITES, unb64
from conurb.records.types import RecordType

PREFIX = "CNB1:"
MOST = 2048
"""Characters that a code has at most; version 40 at ECC Q holds 2,420."""

KID = 6
TAG = 18
ISS, SUB, EXP, NBF, IAT = 1, 2, 4, 5, 6
OURS = -65537
TYPE, STATUS, MADE = 0, -1, -2
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_SUITES = {suite.cose: suite.name for suite in SUITES.values()}


class CompactError(ValueError):
    """A text that is no compact record. `code` is "oversized", "unknown-suite" or "malformed"."""

    def __init__(self, message: str, code: str = "malformed") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Compact:
    """What a code says, before anything is verified.

    `kid` is the beginning of the key's name, `algorithm` its JOSE name; `claims` are by label;
    `signed` is what the signature stands over. `made_at` is when the code was signed.
    """

    kid: bytes
    algorithm: str
    city: str
    subject: str
    type_code: int
    version: int
    status: tuple[int, int]
    issued_at: datetime
    valid_from: datetime
    until: datetime | None
    made_at: datetime
    claims: Mapping[int, Any]
    signed: bytes
    signature: bytes


def encode(
    signer: Signs,
    statement: Statement,
    type_: RecordType,
    claims: Mapping[str, Any],
    *,
    until: datetime | None = None,
    made_at: datetime | None = None,
) -> str:
    """Return the text of a QR code for a record, in characters of the alphanumeric mode.

    `claims` are those to show, public ones and the held ones that the holder chose, by name; one
    whose type gives it no compact label is left out. `until` ends the code before the record ends;
    `made_at` is when it is signed, by default the record's own issue.
    """
    issued = int(statement.issued_at.timestamp())
    ours: dict[int, Any] = {
        TYPE: [type_.code, statement.version],
        STATUS: [statement.status[0], statement.status[1]],
    }
    if made_at is not None and int(made_at.timestamp()) != issued:
        ours[MADE] = int(made_at.timestamp())
    for claim in type_.claims:
        if claim.compact is not None and claim.name in claims:
            ours[claim.compact] = claims[claim.name]
    said: dict[int, Any] = {ISS: statement.city, IAT: issued, OURS: ours}
    if type_.subject not in PERSONAL:
        said[SUB] = statement.subject
    start = int(statement.valid_from.timestamp())
    if start != issued:
        said[NBF] = start
    ends = [end for end in (until, statement.valid_until) if end is not None]
    if ends:
        said[EXP] = int(min(ends).timestamp())
    return PREFIX + base45(sign(signer, said))


def sign(signer: Signs, claims: Mapping[int, Any]) -> bytes:
    """Return a tagged COSE_Sign1 over a map of claims."""
    algorithm = SUITES[signer.algorithm].cose
    protected = _dump({1: algorithm, 4: unb64(signer.kid)[:KID]})
    payload = _dump(claims)
    signature = signer.sign(_to_be_signed(protected, payload))
    return _dump(cbor2.CBORTag(TAG, [protected, {}, payload, signature]))


def decode(text: str) -> Compact:
    """Return what a code says; raises CompactError. Verifies nothing."""
    if len(text) > MOST:
        raise CompactError(f"the code has {len(text)} characters, more than {MOST}", "oversized")
    if not text.startswith(PREFIX):
        raise CompactError(f"the code does not begin with {PREFIX}")
    message = _load(unbase45(text.removeprefix(PREFIX)))
    match message:
        case cbor2.CBORTag(tag=18, value=[bytes() as protected, empty, bytes() as payload, last]):
            signature = last
        case _:
            raise CompactError("the code is no COSE_Sign1")
    if not isinstance(signature, bytes):
        raise CompactError("the code has no signature")
    if empty != {}:
        raise CompactError("the code has an unprotected header")
    match _load(protected):
        case {1: int() as algorithm, 4: bytes() as kid, **more} if not more and len(kid) == KID:
            pass
        case _:
            raise CompactError("the protected header does not hold alg and kid alone")
    suite = _SUITES.get(algorithm)
    if suite is None:
        raise CompactError(f"the algorithm {algorithm} is not known here", "unknown-suite")
    try:
        return _read(_load(payload), kid, suite, _to_be_signed(protected, payload), signature)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as fault:
        if isinstance(fault, CompactError):
            raise
        raise CompactError(f"the claims of the code cannot be read: {fault}") from fault


def base45(data: bytes) -> str:
    """Return base45 (RFC 9285)."""
    text: list[str] = []
    for at in range(0, len(data) - 1, 2):
        rest, low = divmod(data[at] << 8 | data[at + 1], 45)
        high, middle = divmod(rest, 45)
        text += (_ALPHABET[low], _ALPHABET[middle], _ALPHABET[high])
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        text += (_ALPHABET[low], _ALPHABET[high])
    return "".join(text)


def unbase45(text: str) -> bytes:
    """Return the bytes of base45 (RFC 9285); raises CompactError."""
    try:
        values = [_VALUES[char] for char in text]
    except KeyError as stranger:
        raise CompactError(f"{stranger.args[0]!r} is no character of base45") from None
    data = bytearray()
    for at in range(0, len(values), 3):
        group = values[at : at + 3]
        number = sum(value * 45**place for place, value in enumerate(group))
        if len(group) == 1 or number >= 1 << 8 * (len(group) - 1):
            raise CompactError("the code is no base45")
        data += number.to_bytes(len(group) - 1, "big")
    return bytes(data)


def by_name(claims: Mapping[int, Any], type_: RecordType) -> dict[str, Any]:
    """Return claims by their names; raises CompactError for a label that the type does not have."""
    names = {claim.compact: claim.name for claim in type_.claims if claim.compact is not None}
    strangers = sorted(set(claims) - set(names))
    if strangers:
        raise CompactError(f"type {type_.slug} has no claim with the label {strangers[0]}")
    return {names[label]: value for label, value in claims.items()}


def type_by_code(code: int, types: Iterable[RecordType]) -> RecordType | None:
    """Return the type with this code, None where there is none."""
    return next((each for each in types if each.code == code), None)


def _read(claims: Any, kid: bytes, suite: str, signed: bytes, signature: bytes) -> Compact:
    if not isinstance(claims, dict) or set(claims) - {ISS, SUB, EXP, NBF, IAT, OURS}:
        raise CompactError("the code has claims that are not foreseen")
    ours = claims[OURS]
    type_code, version = (_whole(each) for each in _pair(ours[TYPE]))
    number, index = (_whole(each) for each in _pair(ours[STATUS]))
    issued = _whole(claims[IAT])
    rest = {label: value for label, value in ours.items() if label not in {TYPE, STATUS, MADE}}
    if any(not isinstance(label, int) or label < 1 for label in rest):
        raise CompactError("the code has members that are not foreseen")
    return Compact(
        kid=kid,
        algorithm=suite,
        city=_text(claims[ISS]),
        subject=_text(claims.get(SUB, "")),
        type_code=type_code,
        version=version,
        status=(number, index),
        issued_at=_moment(issued),
        valid_from=_moment(_whole(claims.get(NBF, issued))),
        until=_moment(_whole(claims[EXP])) if EXP in claims else None,
        made_at=_moment(_whole(ours.get(MADE, issued))),
        claims=rest,
        signed=signed,
        signature=signature,
    )


def _pair(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise CompactError("a pair of numbers is missing")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise CompactError("a number is missing or negative")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise CompactError("a text is missing")
    return value


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return _dump(["Signature1", protected, b"", payload])


def _dump(value: Any) -> bytes:
    return cbor2.dumps(value, canonical=True)


def _load(data: bytes) -> Any:
    """Return the value of deterministic CBOR; one that would be spelled otherwise is refused."""
    try:
        value = cbor2.loads(data)
        plain = isinstance(value, cbor2.CBORTag) or _is_plain(value)
        if plain and _dump(value) == data:
            return value
    except Exception as fault:  # whatever a decoder of foreign bytes may raise
        raise CompactError("the code is no CBOR") from fault
    raise CompactError("the code is not deterministic CBOR")


def _is_plain(value: Any) -> bool:
    """Tell whether a value is made of what JSON has, bytes and maps with numbers as keys."""
    match value:
        case dict():
            return all(
                isinstance(key, int | str) and _is_plain(each) for key, each in value.items()
            )
        case list():
            return all(_is_plain(each) for each in value)
        case _:
            return value is None or isinstance(value, str | int | float | bytes | bool)
