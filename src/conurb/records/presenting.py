"""What a holder shows of a record, and what whoever inspects it will read.

A code (QR) carries the record's public claims always and, of the held claims, those that the holder
chose; a claim without a compact label is in no code. A code with a held claim is good for a few
minutes only, so that a photograph of it discloses nothing tomorrow; one with public claims alone is
good as long as the record, and may be printed (PIPL art. 6: no more than the purpose needs).

How a value reads is said by its JSON Schema: `format` "date" and "date-time" as days and moments,
booleans as yes and no, and two words of our own: `x-words`, a mapping of values to {zh, en}, and
`x-unit`, {zh, en} behind a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Literal

import segno

from conurb.records.types import Claim, RecordType
from conurb.region.tables import Bilingual

LIFE_WITH_HELD = timedelta(minutes=5)
"""How long a code with held claims is good: long enough for a queue, too short to be kept."""

SOON = timedelta(days=30)
SOON_SHARE = 0.1
"""A record expires soon in the last tenth of its life, at most 30 days before its end."""

Standing = Literal["valid", "not-yet", "expired", "suspended", "revoked", "superseded"]

STANDING_WORDS: Mapping[Standing, Bilingual] = {
    "valid": Bilingual("有效", "Valid"),
    "not-yet": Bilingual("尚未生效", "Not yet valid"),
    "expired": Bilingual("已过期", "Expired"),
    "suspended": Bilingual("暂停使用", "Suspended"),
    "revoked": Bilingual("已撤销", "Revoked"),
    "superseded": Bilingual("已被新证替换", "Superseded"),
}


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)


class UnknownClaimError(ValueError):
    """A claim was chosen that the record does not hold or that no code carries."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"the record holds no claim {name!r} that a code could show")


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim as people read it; `held` where it is shown only because the holder chose it."""

    name: str
    label: Bilingual
    words: Bilingual
    held: bool


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a code will carry: its claims by name, and until when it is good.

    `until` is None where the record itself has no end and nothing held is shown.
    """

    claims: Mapping[str, Any]
    held: tuple[str, ...]
    until: datetime | None


def standing(
    state: str, valid_from: datetime, valid_until: datetime | None, now: datetime
) -> Standing:
    """Return how a record stands at a moment. What an authority did outweighs the calendar.

    `state` is the record's: valid, suspended, revoked or superseded. A record is valid from the
    first moment of its validity until just before the last.
    """
    match state:
        case "revoked" | "superseded" as done:
            return "revoked" if done == "revoked" else "superseded"
        case _ if valid_until is not None and now >= valid_until:
            return "expired"
        case "suspended":
            return "suspended"
    return "not-yet" if now < valid_from else "valid"


def expires_soon(valid_from: datetime, valid_until: datetime | None, now: datetime) -> bool:
    """Tell whether a record that is valid ends so soon that its holder should be told."""
    if valid_until is None or now >= valid_until:
        return False
    life = valid_until - valid_from
    return valid_until - now <= min(SOON, life * SOON_SHARE)


def choices(type_: RecordType, held: Mapping[str, Any]) -> tuple[Claim, ...]:
    """Return the held claims that a holder may choose to show in a code."""
    return tuple(claim for claim in type_.held if claim.compact is not None and claim.name in held)


def disclosure(
    type_: RecordType,
    public: Mapping[str, Any],
    held: Mapping[str, Any],
    chosen: Collection[str],
    *,
    valid_until: datetime | None,
    now: datetime,
) -> Disclosure:
    """Return what a code shows: public claims, and the held claims that were chosen.

    Raises UnknownClaimError for a name that is not among `choices`.
    """
    allowed = {claim.name for claim in choices(type_, held)}
    for name in chosen:
        if name not in allowed:
            raise UnknownClaimError(name)
    claims = {
        claim.name: public[claim.name]
        for claim in type_.public
        if claim.compact is not None and claim.name in public
    }
    shown = tuple(claim.name for claim in type_.held if claim.name in set(chosen))
    claims |= {name: held[name] for name in shown}
    until = valid_until
    if shown:
        until = now + LIFE_WITH_HELD if until is None else min(until, now + LIFE_WITH_HELD)
    return Disclosure(claims, shown, until)


def readings(
    type_: RecordType, public: Mapping[str, Any], held: Mapping[str, Any], zone: tzinfo
) -> tuple[Reading, ...]:
    """Return the claims of a record as people read them, in the order of its type.

    A claim that the record does not have is left out; `zone` is in which moments are told.
    """
    return tuple(
        Reading(claim.name, claim.label, words_of(values[claim.name], claim.schema, zone), is_held)
        for claim in type_.claims
        for is_held, values in ((not claim.public, public if claim.public else held),)
        if claim.name in values
    )


def words_of(value: Any, schema: Mapping[str, Any], zone: tzinfo) -> Bilingual:
    """Return a value in words, by its JSON Schema (see the head of this module)."""
    named = schema.get("x-words", {}).get(str(value))
    words = Bilingual(str(value), str(value))
    match value:
        case _ if named:
            words = Bilingual(named["zh"], named["en"])
        case None:
            words = Bilingual("—", "—")
        case bool():
            words = Bilingual("是", "Yes") if value else Bilingual("否", "No")
        case list() | tuple():
            parts = [words_of(each, schema.get("items", {}), zone) for each in value]
            words = Bilingual("、".join(p.zh for p in parts), ", ".join(p.en for p in parts))
        case {"zh": str(zh), "en": str(en)}:
            words = Bilingual(zh, en or zh)
        case dict():
            text = json.dumps(value, ensure_ascii=False)
            words = Bilingual(text, text)
        case str():
            words = _text(value, str(schema.get("format", "")), zone)
        case int() | float() if "x-unit" in schema:
            unit = schema["x-unit"]
            words = Bilingual(f"{value}{unit['zh']}", f"{value} {unit['en']}")
    return words


def drawing(text: str, *, ecc: Literal["L", "M", "Q", "H"] = "Q") -> tuple[str, int]:
    """Return a QR code (ISO/IEC 18004) as SVG and its version, 1 to 40.

    The picture has its quiet zone and no size: the page gives it one. Black on white in every
    theme, since a scanner wants it so.
    """
    code = segno.make(text, error=ecc, micro=False, boost_error=False)
    picture = code.svg_inline(
        border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    return picture, int(code.version)


def day_words(day: date) -> Bilingual:
    """Return a day as written in the pages: 2026年11月24日, 24 Nov 2026."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return Bilingual(
        f"{day.year}年{day.month}月{day.day}日", f"{day.day} {months[day.month - 1]} {day.year}"
    )


def _text(value: str, form: str, zone: tzinfo) -> Bilingual:
    try:
        if form == "date" and _DAY.fullmatch(value):
            return day_words(date.fromisoformat(value))
        if form == "date-time" and _MOMENT.fullmatch(value):
            local = datetime.fromisoformat(value).astimezone(zone)
            words = day_words(local.date())
            return Bilingual(f"{words.zh} {local:%H:%M}", f"{words.en} {local:%H:%M}")
    except ValueError:
        pass  # what was issued is shown as it is
    return Bilingual(value, value)
