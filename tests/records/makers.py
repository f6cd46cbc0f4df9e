"""Keys, types and statements for tests of records, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from conurb.records import sd_jwt
from conurb.records.statement import Statement, claims
from conurb.records.suites import Sign, suite_of, thumbprint
from conurb.records.trust import TrustedKey
from conurb.records.types import Claim, RecordType
from conurb.region.tables import Bilingual

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
SITE = "http://127.0.0.1:8000"
CITY = "430200"
OTHER = "430100"


@dataclass(frozen=True)
class Key:
    """A key with both halves."""

    algorithm: str
    pem: bytes = field(repr=False)
    jwk: Mapping[str, str]
    kid: str
    sign: Sign = field(repr=False)

    def trusted(self, owner: str, **life: Any) -> TrustedKey:
        return TrustedKey(
            self.kid, owner, self.algorithm, self.jwk, NOW - timedelta(days=90), **life
        )


def key(algorithm: str = "EdDSA") -> Key:
    suite = suite_of(algorithm)
    pem = suite.generate()
    jwk = suite.public(pem)
    return Key(algorithm, pem, jwk, thumbprint(jwk), suite.signing(pem))


def text(name: str) -> Bilingual:
    return Bilingual(name, name)


PASS = RecordType(
    slug="try-pass",
    version=1,
    code=21,
    name=Bilingual("货车通行证", "Truck pass"),
    summary=text("try"),
    subject="vehicle",
    issuer="road",
    longest=timedelta(days=365),
    claims=(
        Claim("vehicle", text("vehicle"), {"type": "string"}, public=True, compact=1),
        Claim("mass", text("mass"), {"type": "integer"}, public=True, compact=2),
        Claim("emission", text("emission"), {"type": "string"}, public=True, compact=3),
        Claim("purpose", text("purpose"), {"type": "string"}, public=True, compact=4),
        Claim("hours", text("hours"), {"type": "array"}, public=True, compact=5),
        Claim("zones", text("zones"), {"type": "array"}, public=True, compact=6),
        Claim("owner", text("owner"), {"type": "string"}, compact=7),
        Claim("driver", text("driver"), {"type": "string"}, compact=8),
        Claim("note", text("note"), {"type": "string"}, required=False),
    ),
)
PUBLIC: dict[str, Any] = {
    "vehicle": "heavy-truck",
    "mass": 31,
    "emission": "VI",
    "purpose": "livelihood",
    "hours": ["09:30-16:30", "20:30-06:30"],
    "zones": ["430200-core", "430100-second-ring"],
}
HELD: dict[str, Any] = {"owner": "株洲某物流有限公司（演示）", "driver": "张某"}


def statement(**changes: Any) -> Statement:
    whole: dict[str, Any] = {
        "key": "ab" * 15,
        "city": CITY,
        "type": PASS.slug,
        "version": 1,
        "subject": "湘BD12345",
        "authority": "zhuzhou-transport",
        "issued_at": NOW,
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=90),
        "status": (0, 70_000),
        "public": PUBLIC,
    }
    return Statement(**(whole | changes))


def token(signer: Any, city: str, key: str, index: int, number: int = 0) -> str:
    """The token of a record of a city at a place of its status list."""
    said = statement(
        city=city, key=key, status=(number, index), valid_until=None, authority=f"a-{city}"
    )
    return sd_jwt.issue(signer, claims(said, SITE), HELD).token
