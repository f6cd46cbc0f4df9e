"""Whether a record that somebody presents is genuine and holds, and if not, why not.

Both encodings are verified here: an SD-JWT (with disclosures, and the holder's key binding where
one is expected) and a compact code. Pure: what a verifier knows (keys, types, status lists, logs)
is handed in as `Known`. Each fault has a reason of its own and words for people.

The order is that of trust: form, key, algorithm, signature, then what was signed, then whether the
key counted, then the record's life, then the disclosures and the holder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from conurb.records import compact, sd_jwt, statement
from conurb.records.compact import CompactError
from conurb.records.sd_jwt import Jwt, SdJwtError
from conurb.records.statement import Statement, StatementError
from conurb.records.status_lists import INVALID, SUSPENDED, VALID
from conurb.records.suites import SUITES, KeyFormatError, UnknownSuiteError, algorithm_of, verifier
from conurb.records.trust import TrustedKey, TrustList
from conurb.records.types import RecordType
from conurb.region.tables import Bilingual

Reason = Literal[
    "malformed",
    "oversized",
    "unknown-suite",
    "alg-confused",
    "unknown-key",
    "bad-signature",
    "wrong-issuer",
    "unknown-type",
    "unknown-version",
    "key-withdrawn",
    "key-retired",
    "not-logged",
    "revoked",
    "expired",
    "suspended",
    "not-yet",
    "stale-status",
    "digest-mismatch",
    "wrong-holder",
    "wrong-audience",
    "wrong-nonce",
    "replayed",
]
REASONS: tuple[Reason, ...] = get_args(Reason)

WORDS: Mapping[Reason, Bilingual] = {
    "malformed": Bilingual(
        "内容不是电子凭证，或已损坏，请重新扫描",
        "This is no record, or it is damaged: scan it again",
    ),
    "oversized": Bilingual("内容过长，不是电子凭证", "This is too long to be a record"),
    "unknown-suite": Bilingual(
        "签名算法未知，请更新核验程序",
        "Signed in a way that is not known here: bring the checking program up to date",
    ),
    "alg-confused": Bilingual(
        "签名算法与密钥登记的算法不符，不予采信",
        "The algorithm is not the one that the key is registered with",
    ),
    "unknown-key": Bilingual(
        "签名密钥不在区域信任名单中", "The key that signed it is not on the region's trust list"
    ),
    "bad-signature": Bilingual(
        "签名不符：内容被改动或系伪造", "The signature does not fit: altered or forged"
    ),
    "wrong-issuer": Bilingual(
        "签名密钥属于另一城市，与所称签发城市不符",
        "The key that signed it belongs to another city than the one it names",
    ),
    "unknown-type": Bilingual("凭证类型未知", "A type of record that is not known here"),
    "unknown-version": Bilingual(
        "凭证类型的版本未知，请更新核验程序",
        "A version of the type that is not known here: bring the checking program up to date",
    ),
    "key-withdrawn": Bilingual(
        "签名密钥已失信停用，且停用前存证日志中没有此凭证",
        "The key was withdrawn as compromised, and the log did not hold this record before",
    ),
    "key-retired": Bilingual(
        "签发时间晚于签名密钥停用时间", "Issued after the key had ceased to sign"
    ),
    "not-logged": Bilingual(
        "签发城市的存证日志中没有与此一致的凭证",
        "The log of the issuing city does not hold this record as it is shown",
    ),
    "revoked": Bilingual("凭证已撤销", "The record was revoked"),
    "expired": Bilingual(
        "凭证或出示码已过期", "The record, or the code that shows it, has expired"
    ),
    "suspended": Bilingual("凭证已暂停使用", "The record is suspended"),
    "not-yet": Bilingual("凭证尚未生效", "The record is not yet in force"),
    "stale-status": Bilingual(
        "本机的状态名单已过时，联网更新后才能核验",
        "The status lists here are too old: connect and bring them up to date",
    ),
    "digest-mismatch": Bilingual(
        "所披露的内容与签发内容不符", "What is disclosed is not what was issued"
    ),
    "wrong-holder": Bilingual(
        "出示人不能证明是持有人", "Whoever shows it does not prove to be its holder"
    ),
    "wrong-audience": Bilingual("此次出示是给其他核验方的", "It was shown to somebody else"),
    "wrong-nonce": Bilingual(
        "出示与本次核验请求不符", "It was not shown in answer to this request"
    ),
    "replayed": Bilingual(
        "此次出示已使用过或已失效，请重新出示", "It was shown before, or too long ago: show it anew"
    ),
}

BINDING_LIFE = timedelta(minutes=5)
"""How old a key binding may be, and how far the holder's clock may be ahead."""
CLOCKS = timedelta(minutes=2)
"""How far the issuer's clock may be ahead of the verifier's."""


class NotAcceptedError(Exception):
    """A record that is not accepted: the reason's code, its words, and a detail for engineers.

    `said` is what its issuer stated, where the record is genuine and only does not stand (revoked,
    expired, suspended, not begun, not to be told); None wherever it may be forged.
    """

    def __init__(self, reason: Reason, detail: str = "", said: Statement | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.words = WORDS[reason]
        self.detail = detail
        self.said = said


@dataclass(frozen=True, slots=True)
class Logged:
    """What a log holds of a record: its token, and when a signed head first held it."""

    key: str
    token: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """What a status list said at a moment: 0 valid, 1 invalid, 2 suspended."""

    value: int
    as_of: datetime


def _never(_proof: str) -> bool:
    return False


@dataclass(frozen=True)
class Known:
    """What a verifier knows.

    `type_of` returns a type by its slug, `type_by_code` by its number, `published` tells whether a
    version of a type is known. `status` answers for city, list and index, None where it has no
    list. `by_key` finds what the log of a city holds of a record by its key, `by_place` by its
    place in a status list; both are None where the verifier has no logs (as in the street).
    `used` remembers a key binding and tells whether it had been used before.
    """

    trust: TrustList
    type_of: Callable[[str], RecordType | None]
    type_by_code: Callable[[int], RecordType | None]
    published: Callable[[str, int], bool]
    status: Callable[[str, int, int], Status | None]
    by_key: Callable[[str, str], Logged | None] | None = None
    by_place: Callable[[str, int, int], Logged | None] | None = None
    used: Callable[[str], bool] = _never


@dataclass(frozen=True, slots=True)
class Expected:
    """The request that the holder answers: who asks, and the number of this one time."""

    audience: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A genuine record that holds: what it states, and the held claims that were disclosed.

    `statement.key` and `statement.authority` are empty where a code says neither and no log is at
    hand. `bound` tells whether the holder proved to be the holder; `as_of` how old the status is.
    """

    encoding: Literal["sd-jwt", "code"]
    statement: Statement
    type: RecordType
    held: Mapping[str, Any] = field(default_factory=dict)
    kid: str = ""
    bound: bool = False
    as_of: datetime | None = None


def verify(text: str, known: Known, now: datetime, expected: Expected | None = None) -> Accepted:
    """Verify a record in either encoding; raises NotAcceptedError.

    With `expected`, the holder's key binding is asked for, which a code cannot give.
    """
    if not isinstance(text, str):
        raise NotAcceptedError("malformed")
    if text.startswith(compact.PREFIX):
        if expected is not None:
            raise NotAcceptedError("wrong-holder", "a code has no key binding")
        return verify_code(text, known, now)
    return verify_sd_jwt(text, known, now, expected)


def verify_sd_jwt(
    text: str, known: Known, now: datetime, expected: Expected | None = None
) -> Accepted:
    """Verify an SD-JWT as it was presented; raises NotAcceptedError."""
    try:
        presented = sd_jwt.read(text)
    except SdJwtError as fault:
        raise _translated(fault) from fault
    key = _signed_by(presented.jwt, sd_jwt.TYP, known.trust)
    try:
        said = statement.read(presented.jwt.payload)
    except StatementError as fault:
        raise NotAcceptedError("malformed", str(fault)) from fault
    if key.owner != said.city:
        raise NotAcceptedError("wrong-issuer", f"{key.kid} is a key of {key.owner}")
    type_ = _type(known.type_of(said.type), said.version, known)
    _require_counting(key, said, presented.token, known)
    status = _require_standing(said, type_, known, now)
    try:
        whole = sd_jwt.disclosed(presented.jwt.payload, presented.disclosures)
    except SdJwtError as fault:
        raise _translated(fault) from fault
    held = {name: whole[name] for name in whole if name not in presented.jwt.payload}
    if held.keys() & statement.RESERVED:
        raise NotAcceptedError("digest-mismatch", "a disclosure stands for a claim of the envelope")
    if expected is not None:
        _require_holder(presented, said, known, now, expected)
    return Accepted("sd-jwt", said, type_, held, key.kid, expected is not None, status.as_of)


def verify_code(text: str, known: Known, now: datetime) -> Accepted:
    """Verify a compact code; raises NotAcceptedError."""
    try:
        code = compact.decode(text)
    except CompactError as fault:
        raise _translated(fault) from fault
    key = known.trust.beginning(code.kid)
    if key is None:
        raise NotAcceptedError("unknown-key", code.kid.hex())
    if key.algorithm != code.algorithm:
        raise NotAcceptedError("alg-confused", f"{key.kid} is a key of {key.algorithm}")
    _require_signature(key, code.signed, code.signature)
    if key.owner != code.city:
        raise NotAcceptedError("wrong-issuer", f"{key.kid} is a key of {key.owner}")
    type_ = _type(known.type_by_code(code.type_code), code.version, known)
    try:
        claims = compact.by_name(code.claims, type_)
    except CompactError as fault:
        raise NotAcceptedError("unknown-version", str(fault)) from fault
    public = {name: value for name, value in claims.items() if type_.claim(name).public}
    held = {name: value for name, value in claims.items() if name not in public}
    logged = known.by_place(code.city, *code.status) if known.by_place else None
    if known.by_place is not None and logged is None:
        raise NotAcceptedError("not-logged", f"no record at {code.status} of {code.city}")
    said = Statement(
        key=logged.key if logged else "",
        city=code.city,
        type=type_.slug,
        version=code.version,
        subject=code.subject,
        authority="",
        issued_at=code.issued_at,
        valid_from=code.valid_from,
        valid_until=code.until,
        status=code.status,
        public=public,
    )
    if logged is not None:
        said = _require_as_logged(said, logged)
    # what a stolen key disclosed cannot be held against the log, which has digests only
    vouched = logged.at if logged is not None and not held else None
    objection = key.objection(code.made_at, vouched)
    if objection is not None:
        raise NotAcceptedError(objection, key.kid)
    status = _require_standing(said, type_, known, now)
    return Accepted("code", said, type_, held, key.kid, False, status.as_of)


def _translated(fault: SdJwtError | CompactError) -> NotAcceptedError:
    reason = next((each for each in REASONS if each == fault.code), REASONS[0])
    return NotAcceptedError(reason, str(fault))


def _signed_by(jwt: Jwt, typ: str, trust: TrustList) -> TrustedKey:
    """Return the key that signed a JWT, its algorithm pinned to it."""
    if jwt.header.get("typ") != typ:
        raise NotAcceptedError("malformed", f"typ is not {typ}")
    algorithm = jwt.header.get("alg")
    key = trust.get(jwt.header.get("kid"))
    if key is None:
        known = isinstance(algorithm, str) and algorithm in SUITES
        raise NotAcceptedError("unknown-key" if known else "unknown-suite", str(algorithm)[:40])
    if algorithm != key.algorithm:
        raise NotAcceptedError("alg-confused", f"{key.kid} is a key of {key.algorithm}")
    _require_signature(key, jwt.signed, jwt.signature)
    return key


def _require_signature(key: TrustedKey, signed: bytes, signature: bytes) -> None:
    try:
        good = verifier(key.algorithm, key.jwk)(signed, signature)
    except (UnknownSuiteError, KeyFormatError) as fault:
        raise NotAcceptedError("unknown-suite", str(fault)) from fault
    if not good:
        raise NotAcceptedError("bad-signature")


def _type(found: RecordType | None, version: int, known: Known) -> RecordType:
    if found is None:
        raise NotAcceptedError("unknown-type")
    if version != found.version and not known.published(found.slug, version):
        raise NotAcceptedError("unknown-version", f"{found.slug} {version}")
    return found


def _require_counting(key: TrustedKey, said: Statement, token: str, known: Known) -> None:
    """Refuse what the key's life forbids, and what the log does not hold as it is shown."""
    logged = known.by_key(said.city, said.key) if known.by_key else None
    same = logged is not None and logged.token == token
    objection = key.objection(said.issued_at, logged.at if logged and same else None)
    if objection is not None:
        raise NotAcceptedError(objection, key.kid)
    if known.by_key is not None and not same:
        raise NotAcceptedError("not-logged", said.key)


def _require_as_logged(said: Statement, logged: Logged) -> Statement:
    """Refuse a code that states something else than the token in the log.

    Returns the statement with what a code leaves out: the authority, the subject of a resident.
    """
    try:
        origin = statement.read(sd_jwt.take_apart(logged.token).payload)
    except (SdJwtError, StatementError) as fault:
        raise NotAcceptedError("not-logged", str(fault)) from fault
    lasts = origin.valid_until is None or (
        said.valid_until is not None and said.valid_until <= origin.valid_until
    )
    same = (
        (origin.type, origin.version, origin.status) == (said.type, said.version, said.status)
        and (origin.issued_at, origin.valid_from) == (said.issued_at, said.valid_from)
        and said.subject in {"", origin.subject}
        and all(origin.public.get(name) == value for name, value in said.public.items())
    )
    if not same or not lasts:
        raise NotAcceptedError("not-logged", "the log has the record with other contents")
    return Statement(
        **{name: getattr(said, name) for name in Statement.__slots__ if name not in _FROM_LOG},
        authority=origin.authority,
        subject=origin.subject,
        holder=origin.holder,
    )


_FROM_LOG = frozenset({"authority", "subject", "holder"})


def _require_standing(said: Statement, type_: RecordType, known: Known, now: datetime) -> Status:
    """Refuse what was revoked, is over, suspended, not begun, or cannot be told from old lists.

    What the lists know as revoked stays so, however old they are.
    """
    status = known.status(said.city, *said.status)
    if status is not None and status.value not in {VALID, SUSPENDED}:
        raise NotAcceptedError(
            "revoked", "" if status.value == INVALID else f"{status.value}", said
        )
    if said.valid_until is not None and now >= said.valid_until:
        raise NotAcceptedError("expired", said.valid_until.isoformat(), said)
    if status is None or status.as_of + type_.stale_after < now:
        raise NotAcceptedError("stale-status", status.as_of.isoformat() if status else "", said)
    if status.value == SUSPENDED:
        raise NotAcceptedError("suspended", said=said)
    if now + CLOCKS < said.valid_from:
        raise NotAcceptedError("not-yet", said.valid_from.isoformat(), said)
    return status


def _require_holder(
    presented: sd_jwt.Presented,
    said: Statement,
    known: Known,
    now: datetime,
    expected: Expected,
) -> None:
    """Refuse a presentation that its holder did not make for this verifier, this time."""
    if said.holder is None or not presented.binding:
        raise NotAcceptedError("wrong-holder", "no key binding")
    try:
        proof = sd_jwt.take_apart(presented.binding)
        pinned = algorithm_of(said.holder)
        check = verifier(pinned, said.holder)
    except SdJwtError as fault:
        raise _translated(fault) from fault
    except (KeyFormatError, UnknownSuiteError) as fault:
        raise NotAcceptedError("unknown-suite", str(fault)) from fault
    if proof.header.get("typ") != sd_jwt.TYP_BINDING:
        raise NotAcceptedError("malformed", f"typ is not {sd_jwt.TYP_BINDING}")
    if proof.header.get("alg") != pinned:
        raise NotAcceptedError("alg-confused", f"the holder's key is one of {pinned}")
    if not check(proof.signed, proof.signature):
        raise NotAcceptedError("wrong-holder", "the key binding is not signed by the holder")
    if proof.payload.get("sd_hash") != sd_jwt.digest(presented.shown):
        raise NotAcceptedError("digest-mismatch", "the key binding is of another presentation")
    if proof.payload.get("aud") != expected.audience:
        raise NotAcceptedError("wrong-audience")
    if proof.payload.get("nonce") != expected.nonce:
        raise NotAcceptedError("wrong-nonce")
    made = proof.payload.get("iat")
    fresh = isinstance(made, int) and abs(now.timestamp() - made) <= BINDING_LIFE.total_seconds()
    if not fresh or known.used(presented.binding):
        raise NotAcceptedError("replayed")
