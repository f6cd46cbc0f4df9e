"""Whether a record holds in a city at a moment: the verdict from facts and agreements alone.

A fact is what the logs say of one record; an accord is what an agreement says of one city towards
another. Moments are texts in UTC with six digits of a second (`instant`), which sort as the moments
do, so that a check neither parses nor formats a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from time import time_ns
from typing import Literal, NamedTuple

from conurb.region.tables import Bilingual

Standing = Literal["valid", "not-yet", "expired", "suspended", "revoked", "superseded"]
Outcome = Literal["valid", "invalid", "stale", "unknown"]
Reason = Literal[
    "own",
    "agreement",
    "no-agreement",
    "suspended",
    "not-yet",
    "expired",
    "revoked",
    "superseded",
    "key-withdrawn",
    "no-record",
    "lists-too-old",
]

REASON_WORDS: Mapping[Reason, Bilingual] = {
    "own": Bilingual("有效：本市签发，在本市有效", "Valid: issued by this city and valid here"),
    "agreement": Bilingual(
        "有效：外市签发，依互认协议在本市有效",
        "Valid: issued by another city and recognised here under an agreement",
    ),
    "no-agreement": Bilingual(
        "在本市无效：签发城市与本市之间没有互认协议",
        "Does not hold here: no agreement recognises records of the issuing city",
    ),
    "suspended": Bilingual("无效：凭证已暂停使用", "Not valid: the record is suspended"),
    "not-yet": Bilingual("无效：凭证尚未生效", "Not valid: the record is not yet in force"),
    "expired": Bilingual("无效：凭证已过期", "Not valid: the record has expired"),
    "revoked": Bilingual("无效：凭证已撤销", "Not valid: the record was revoked"),
    "superseded": Bilingual(
        "无效：凭证已被新证替换", "Not valid: the record was superseded by another"
    ),
    "key-withdrawn": Bilingual(
        "无效：签发凭证的密钥已失信停用",
        "Not valid: the key that signed the record was withdrawn as compromised",
    ),
    "no-record": Bilingual("未查到该主体的此类凭证", "No such record of this subject is known"),
    "lists-too-old": Bilingual(
        "无法判定：本节点的凭证目录尚未更新完毕，请稍后再核验",
        "Cannot be told: this node's index of records is not up to date; check again later",
    ),
}


class Change(NamedTuple):
    """A change of a record's state: when, what (suspend, resume, revoke, supersede), why."""

    at: str
    kind: str
    reason: str


class Fact(NamedTuple):
    """What the log of a city says of one record; `valid_until` is "" where it has no end.

    `changes` are in the order of the log. `said` is a JSON object, in UTF-8, of what the rules do
    not need and an answer repeats: key, authority, version, public claims, and the fields above for
    it.
    """

    city: str
    issued_at: str
    valid_from: str
    valid_until: str
    kid: str
    changes: tuple[Change, ...]
    said: bytes


class Accord(NamedTuple):
    """An agreement of one type, from one city in one other, from `start` until before `end`."""

    key: str
    from_city: str
    start: str
    end: str | None
    effects: tuple[tuple[str, str, str], ...]


class Lost(NamedTuple):
    """A key that was withdrawn as compromised: when it was, and from when nothing counts."""

    withdrawn_at: str
    compromised_from: str


class Held(NamedTuple):
    """A fact with its standing, and the accord by which it holds; None where it is the city's own.

    `holds` tells whether the city recognises the record at all, whatever its standing.
    """

    fact: Fact
    standing: Standing
    why: Reason
    holds: bool
    accord: Accord | None


class Verdict(NamedTuple):
    """The answer: what holds comes first, then the latest."""

    outcome: Outcome
    reason: Reason
    found: tuple[Held, ...]


NOTHING = Verdict("unknown", "no-record", ())

ENDED: Mapping[str, tuple[Standing, Reason]] = {
    "revoke": ("revoked", "revoked"),
    "supersede": ("superseded", "superseded"),
}


def instant(moment: datetime) -> str:
    """Return an aware moment as a text that sorts as moments do: 2026-11-26T03:00:00.000000Z."""
    there = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return there.isoformat(timespec="microseconds")[:-6] + "Z"


def now() -> str:
    """Return the `instant` of the moment; a third of the time that `instant` would take for it."""
    seconds, rest = divmod(time_ns(), 1_000_000_000)
    return f"{_second(seconds)}{rest // 1000:06d}Z"


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.")


def moment(text: str) -> datetime:
    """Return the moment of an `instant`."""
    return datetime.fromisoformat(text)


def standing(fact: Fact, at: str, lost: Mapping[str, Lost]) -> tuple[Standing, Reason]:
    """Return how a record stood at a moment at which it had been issued, and why.

    What was revoked stays so after its end; what is suspended expires all the same. A record counts
    as revoked where its key was withdrawn and the log had it only after the key was compromised.
    """
    last = ""
    if fact.changes:
        last = next((change.kind for change in reversed(fact.changes) if change.at <= at), "")
        if last in ENDED:
            return ENDED[last]
    loss = lost.get(fact.kid) if lost else None
    if loss is not None and at >= loss.withdrawn_at and fact.issued_at >= loss.compromised_from:
        return "revoked", "key-withdrawn"
    if fact.valid_until and at >= fact.valid_until:
        return "expired", "expired"
    if last == "suspend":
        return "suspended", "suspended"
    if at < fact.valid_from:
        return "not-yet", "not-yet"
    return "valid", "own"


def accord_for(accords: Iterable[Accord], city: str, at: str) -> Accord | None:
    """Return the accord in force at a moment for records of `city`; None where there is none."""
    for accord in accords:
        if (
            accord.from_city == city
            and accord.start <= at
            and (accord.end is None or at < accord.end)
        ):
            return accord
    return None


def judge(
    facts: Sequence[Fact],
    accords: Sequence[Accord],
    lost: Mapping[str, Lost],
    *,
    city: str,
    at: str,
) -> Verdict:
    """Return whether one of the records of a subject holds in `city` at a moment.

    `facts` are the records of one type about one subject, from every city; `accords` those of the
    type in `city`. A record of the city itself needs no agreement.
    """
    found: tuple[Held, ...]
    if len(facts) == 1:
        # as most subjects have: there is nothing to put in order
        only = facts[0]
        found = (_held(only, accords, lost, city, at),) if only.issued_at <= at else ()
    else:
        held = [_held(fact, accords, lost, city, at) for fact in facts if fact.issued_at <= at]
        held.sort(key=lambda each: each.fact.issued_at, reverse=True)
        found = tuple(sorted(held, key=_rank))
    if not found:
        return NOTHING
    _fact, stands, why, holds, accord = found[0]
    if stands != "valid":
        return Verdict("invalid", why, found)
    if not holds:
        return Verdict("invalid", "no-agreement", found)
    return Verdict("valid", "own" if accord is None else "agreement", found)


def _held(
    fact: Fact, accords: Sequence[Accord], lost: Mapping[str, Lost], city: str, at: str
) -> Held:
    stands, why = standing(fact, at, lost)
    if fact.city == city:
        return Held(fact, stands, why, True, None)
    accord = accord_for(accords, fact.city, at)
    return Held(fact, stands, why, accord is not None, accord)


def _rank(held: Held) -> int:
    """Order: what is valid here, the own before the recognised; then what tells most."""
    if held.standing == "valid":
        return 3 if not held.holds else 1 if held.accord is None else 2
    if held.standing == "superseded":
        return 6
    return 4 if held.holds else 5
