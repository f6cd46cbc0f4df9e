"""A check on the command line: `conurb check`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from conurb.records import index
from conurb.records.actions.looking import PURPOSE_LENGTH, look
from conurb.records.checking import Answer, Found, check, reason_words
from conurb.records.subjects import PERSONAL, SubjectError, parse
from conurb.records.types import UnknownTypeError, type_of, types
from conurb.region.numbers import NumberError
from conurb.region.tables import Bilingual


class CannotCheckError(Exception):
    """What was asked cannot be answered."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Bilingual(zh, en)


@dataclass(frozen=True)
class Answered:
    """An answer to be printed."""

    answer: Answer

    @property
    def valid(self) -> bool:
        """Whether a record holds."""
        return self.answer.verdict == "valid"

    def as_json(self) -> str:
        """Return the whole answer as JSON."""
        words = reason_words(self.answer)
        whole = {**asdict(self.answer), "words": {"zh": words.zh, "en": words.en}}
        return json.dumps(whole, ensure_ascii=False, indent=1, default=_moment)

    def told(self, language: str) -> str:
        """Return the answer in words: the verdict, then a line for each record."""
        lines = [reason_words(self.answer).get(language)]
        return "\n".join([*lines, *(_line(found, language) for found in self.answer.found)])


def run(
    type_slug: str, number: str, *, city: str, at: str | None, kind: str | None, purpose: str
) -> Answered:
    """Check a subject from this node's index; raises CannotCheckError."""
    try:
        of = type_of(type_slug)
    except UnknownTypeError as fault:
        there = ", ".join(each.slug for each in types())
        raise CannotCheckError(
            f"没有凭证类型“{type_slug}”，可用：{there}",
            f"there is no record type “{type_slug}”; there are: {there}",
        ) from fault
    if kind is not None and kind != of.subject:
        raise CannotCheckError(
            f"“{type_slug}”的主体类型为 {of.subject}，不是 {kind}",
            f"“{type_slug}” is about a {of.subject}, not a {kind}",
        )
    try:
        subject = parse(of.subject, number)
    except (NumberError, SubjectError) as fault:
        raise CannotCheckError(fault.message_zh, fault.message_en) from fault
    _require_city(city)
    if subject.kind in PERSONAL and not 0 < len(purpose.strip()) <= PURPOSE_LENGTH:
        raise CannotCheckError(
            "核验个人凭证须用 --purpose 说明用途，本人可查看",
            "a check of a person needs --purpose, which the person can read",
        )
    answer = check(type_slug, subject, city, _asked_at(at))
    look(None, answer, subject, purpose=purpose.strip(), way="command")
    return Answered(answer)


def _require_city(city: str) -> None:
    with index.local().reading() as snapshot:
        there = snapshot.shared.cities
    if not there:
        raise CannotCheckError(
            "本节点尚无索引，请先运行 conurb serve 或 conurb records rebuild",
            "this node has no index yet: run conurb serve or conurb records rebuild first",
        )
    if city not in there:
        codes = ", ".join(sorted(there))
        raise CannotCheckError(
            f"没有代码为 {city} 的市，可用：{codes}",
            f"no city has the code {city}; there are: {codes}",
        )


def _asked_at(at: str | None) -> datetime | None:
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CannotCheckError(
            "--at 应为带时区的时刻，如 2026-01-31T08:00:00+08:00",
            "--at must be a moment with its zone, as 2026-01-31T08:00:00+08:00",
        )
    return moment


def _line(found: Found, language: str) -> str:
    until = found.valid_until.isoformat() if found.valid_until else "–"
    effects = "；" if language == "zh" else "; "
    told = effects.join(each.zh if language == "zh" else each.en for each in found.effects)
    parts = [found.key, found.authority, found.standing, f"{found.valid_from.isoformat()}/{until}"]
    return "  ".join([*parts, told] if told else parts)


def _moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
