"""What a record states, whatever its encoding, and how the claims of an SD-JWT VC say it.

    iss        <site>/issuers/<city>                   which city
    jti        urn:conurb:<city>:record:<key>          which record
    sub        the subject as the logs name it         (records.subjects.handle)
    vct, ver   the type and its version
    authority  key of the authority that decided
    iat, nbf, exp   seconds since 1970; exp is absent where the record has no end
    status     {"status_list": {"idx", "uri"}}         (Token Status List)
    cnf        {"jwk"}                                 the holder's key, where there is one

All other members are the type's own public claims; held ones stand as digests in `_sd`. The entry
of the log that issues a record has the token as it is, see `records.entries`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

RESERVED = frozenset(
    {"iss", "jti", "sub", "vct", "ver", "authority", "iat", "nbf", "exp", "aud", "status", "cnf"}
    | {"_sd", "_sd_alg", "..."}
)
"""Names that no claim of a type may have."""

VCT = "urn:conurb:record-type:"
_ISSUER = re.compile(r"(?P<site>https?://[^\s?#]+)/issuers/(?P<city>\d{6})")
_RECORD = re.compile(r"urn:conurb:(?P<city>\d{6}):record:(?P<key>[0-9a-f]{30})")
_STATUS = re.compile(r"https?://[^\s?#]+/status-lists/(?P<city>\d{6})/(?P<number>\d{1,9})")


class StatementError(ValueError):
    """Claims that do not make a statement; the message names the member at fault."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the issuer says in the clear.

    `subject` is the subject's handle, `authority` the key of an authority; `status` the number of
    the city's status list and the index in it; `holder` the public JWK that the record is bound to.
    """

    key: str
    city: str
    type: str
    version: int
    subject: str
    authority: str
    issued_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    status: tuple[int, int]
    public: Mapping[str, Any] = field(default_factory=dict)
    holder: Mapping[str, Any] | None = None


def issuer_address(site: str, city: str) -> str:
    """Return the issuer of a city's records; `site` is the node's address without a slash."""
    return f"{site}/issuers/{city}"


def status_address(site: str, city: str, number: int) -> str:
    """Return where a status list of a city is found."""
    return f"{site}/status-lists/{city}/{number}"


def claims(statement: Statement, site: str) -> dict[str, Any]:
    """Return the payload of the SD-JWT VC, without `_sd`; times are cut to whole seconds."""
    said: dict[str, Any] = {
        "iss": f"{site}/issuers/{statement.city}",
        "jti": f"urn:conurb:{statement.city}:record:{statement.key}",
        "sub": statement.subject,
        "vct": VCT + statement.type,
        "ver": statement.version,
        "authority": statement.authority,
        "iat": int(statement.issued_at.timestamp()),
        "nbf": int(statement.valid_from.timestamp()),
        "status": {
            "status_list": {
                "idx": statement.status[1],
                "uri": f"{site}/status-lists/{statement.city}/{statement.status[0]}",
            }
        },
    }
    if statement.valid_until is not None:
        said["exp"] = int(statement.valid_until.timestamp())
    if statement.holder is not None:
        said["cnf"] = {"jwk": dict(statement.holder)}
    said.update(statement.public)
    return said


def read(payload: Mapping[str, Any]) -> Statement:
    """Return the statement that a payload makes; raises StatementError. Verifies nothing."""
    issuer = _ISSUER.fullmatch(_text(payload, "iss"))
    record = _RECORD.fullmatch(_text(payload, "jti"))
    vct = _text(payload, "vct")
    if issuer is None:
        raise StatementError("iss is no issuer of this region")
    if record is None or record["city"] != issuer["city"]:
        raise StatementError("jti is no record of the issuer")
    if not vct.startswith(VCT):
        raise StatementError("vct is no type of this region")
    bound = payload.get("cnf")
    holder = bound.get("jwk") if isinstance(bound, Mapping) else None
    if bound is not None and not isinstance(holder, Mapping):
        raise StatementError("cnf has no jwk")
    return Statement(
        key=record["key"],
        city=issuer["city"],
        type=vct.removeprefix(VCT),
        version=_whole(payload, "ver"),
        subject=_text(payload, "sub"),
        authority=_text(payload, "authority"),
        issued_at=_moment(payload, "iat"),
        valid_from=_moment(payload, "nbf"),
        valid_until=_moment(payload, "exp") if "exp" in payload else None,
        status=_status(payload, issuer["city"]),
        public={name: value for name, value in payload.items() if name not in RESERVED},
        holder=holder,
    )


def _status(payload: Mapping[str, Any], city: str) -> tuple[int, int]:
    status = payload.get("status")
    reference = status.get("status_list") if isinstance(status, Mapping) else None
    if not isinstance(reference, Mapping):
        raise StatementError("status has no status_list")
    found = _STATUS.fullmatch(_text(reference, "uri"))
    if found is None or found["city"] != city:
        raise StatementError("the status list is not the issuer's")
    return int(found["number"]), _whole(reference, "idx")


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise StatementError(f"{name} is missing or no text")
    return value


def _whole(values: Mapping[str, Any], name: str) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise StatementError(f"{name} is missing or no whole number")
    return value


def _moment(values: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.fromtimestamp(_whole(values, name), UTC)
    except (OverflowError, OSError, ValueError) as fault:
        raise StatementError(f"{name} is no moment") from fault
