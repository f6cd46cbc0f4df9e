"""Checks: does a subject hold a record of a type that is valid in a city, at a moment.

Answered from the local index alone: no network, no database. A check of a person is logged for the
person by whoever asks on somebody's behalf (`actions.looking`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from conurb.records import holding, index
from conurb.records.holding import REASON_WORDS, Held, Outcome, Reason, Standing, Verdict
from conurb.records.keys import region_secret
from conurb.records.subjects import PERSONAL, Subject, handle
from conurb.records.types import type_of
from conurb.region.tables import Bilingual

MOST = 1_000
"""Subjects that one batch asks about at most."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a record brings about in a city by an agreement."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Found:
    """A record that bears on the answer.

    `city` and `authority` issued it; `agreement` is the opaque key of the agreement by which it
    holds in the city asked about, None where it is the city's own or holds by none (`holds`).
    """

    key: str
    type: str
    city: str
    authority: str
    valid_from: datetime
    valid_until: datetime | None
    standing: Standing
    public: dict[str, Any]
    agreement: str | None
    effects: tuple[Effect, ...]
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict with its reason; what holds stands first in `found`, then the latest."""

    verdict: Outcome
    reason: Reason
    type: str
    subject: str
    city: str
    at: datetime
    found: tuple[Found, ...]


def check(type: str, subject: Subject, city: str, at: datetime | None = None) -> Answer:  # noqa: A002
    """Return whether `subject` holds a record of `type` that is valid in `city` at a moment, now
    by default.

    Raises UnknownTypeError, and ValueError where the type is about another kind of subject.
    """
    return check_many(type, [subject], city, at)[0]


def check_many(
    type: str,  # noqa: A002
    subjects: Sequence[Subject],
    city: str,
    at: datetime | None = None,
) -> list[Answer]:
    """Return the answers for up to 1,000 subjects, in their order and as of one state of the
    index.
    """
    if len(subjects) > MOST:
        raise ValueError(f"a batch asks about at most {MOST} subjects, not {len(subjects)}")
    kind = type_of(type).subject
    for subject in subjects:
        if subject.kind != kind:
            raise ValueError(f"{type} is about a {kind}, not a {subject.kind}")
    moment = at or datetime.now(UTC)
    asked_at = holding.instant(moment)
    secret = region_secret() if kind in PERSONAL else b""
    handles = [handle(subject, secret) for subject in subjects]
    with index.local().reading() as snapshot:
        verdicts = judged(snapshot, type, handles, city, asked_at)
    return [
        _answer(verdict, type, subject.number, city, moment)
        for verdict, subject in zip(verdicts, subjects, strict=True)
    ]


def judged(
    snapshot: index.Snapshot, slug: str, handles: Iterable[str], city: str, at: str
) -> list[Verdict]:
    """Return the verdicts on subjects by their handles; `at` is an instant.

    "stale" where the index was never brought up to the logs: a bare no would be a lie.
    """
    shared = snapshot.shared
    if not shared.number:
        return [NOT_FILLED for _handle in handles]
    accords, lost = shared.accords.get((slug, city), ()), shared.lost
    judge = holding.judge
    return [
        judge(facts, accords, lost, city=city, at=at)
        for facts in snapshot.facts_of_many(slug, handles, at)
    ]


NOT_FILLED = Verdict("stale", "lists-too-old", ())


def reason_words(answer: Answer) -> Bilingual:
    """Return the reason in words."""
    return REASON_WORDS[answer.reason]


def _answer(verdict: Verdict, slug: str, number: str, city: str, at: datetime) -> Answer:
    found = tuple(_found(held, slug) for held in verdict.found)
    return Answer(verdict.outcome, verdict.reason, slug, number, city, at, found)


def _found(held: Held, slug: str) -> Found:
    fact, accord = held.fact, held.accord
    said = json.loads(fact.said)
    return Found(
        key=said["key"],
        type=slug,
        city=fact.city,
        authority=said["authority"],
        valid_from=holding.moment(fact.valid_from),
        valid_until=holding.moment(fact.valid_until) if fact.valid_until else None,
        standing=held.standing,
        public=said["public"],
        agreement=accord.key if accord else None,
        effects=tuple(Effect(*effect) for effect in accord.effects) if accord else (),
        holds=held.holds,
    )
