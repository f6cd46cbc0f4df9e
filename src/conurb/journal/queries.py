"""Reading the journal: who may, which entries, and how each is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.journal.models import Entry
from conurb.journal.phrases import address_of, known, phrase_of
from conurb.refusal import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

LONGEST = 100


@dataclass(frozen=True)
class Asked:
    """Which entries: parts of names, an authority's key, a verb, days (both included)."""

    who: str = ""
    authority: str = ""
    verb: str = ""
    on: str = ""
    first: date | None = None
    last: date | None = None
    problems: tuple[str, ...] = ()

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Asked:
        """Read an address. A day that cannot be read is left out and told in `problems`."""
        problems: list[str] = []

        def day(name: str) -> date | None:
            value = query.get(name, "").strip()
            try:
                return date.fromisoformat(value) if value else None
            except ValueError:
                problems.append(_("Write a day as YYYY-MM-DD."))
                return None

        first, last = day("from"), day("to")
        if first and last and first > last:
            problems.append(_("The first day lies after the last day."))
            first = last = None

        def words(name: str) -> str:
            return query.get(name, "").replace("\x00", "").strip()[:LONGEST]

        return cls(
            words("who"),
            words("authority"),
            words("verb"),
            words("on"),
            first,
            last,
            tuple(dict.fromkeys(problems)),
        )

    @property
    def narrows(self) -> bool:
        """Tell whether any entry may be left out."""
        return any((self.who, self.authority, self.verb, self.on, self.first, self.last))


@dataclass(frozen=True)
class Told:
    """An entry as a sentence: who (for whom) words on what, and what else is known of it."""

    entry: Entry
    words: Words
    url: str
    remarks: tuple[tuple[Words, Words], ...]


def may_read(actor: AbstractBaseUser | AnonymousUser) -> bool:
    """Tell whether the journal is open to the actor at all: to officers, office, administrators."""
    return bool(
        getattr(actor, "is_superuser", False) or getattr(actor, "authority_id", None) is not None
    )


def entries(actor: AbstractBaseUser | AnonymousUser, asked: Asked) -> QuerySet[Entry]:
    """Return the entries asked for that the actor may see, the latest first."""
    rows = Entry.objects.visible_to(actor)
    if asked.who:
        rows = rows.filter(actor_name__icontains=asked.who)
    if asked.authority:
        rows = rows.filter(authority_key=asked.authority)
    if asked.verb:
        rows = rows.filter(verb=asked.verb)
    if asked.on:
        rows = (
            rows.filter(object_urn=asked.on)
            if asked.on.startswith("urn:")
            else rows.filter(object_name__icontains=asked.on)
        )
    if asked.first:
        rows = rows.filter(at__gte=_start_of(asked.first))
    if asked.last:
        rows = rows.filter(at__lt=_start_of(asked.last + timedelta(days=1)))
    return rows.order_by("-at", "-id")


def told(rows: Iterable[Entry]) -> list[Told]:
    """Return the sentences of entries; no query."""
    return [_tell(entry) for entry in rows]


def authorities(actor: AbstractBaseUser | AnonymousUser) -> list[tuple[str, str]]:
    """Return key and name of every authority that acted, as far as the actor may see."""
    named = (
        Entry.objects.visible_to(actor)
        .exclude(authority_key="")
        .order_by("authority_key")
        .values_list("authority_key", "authority_name")
        .distinct()
    )
    return list(dict(named).items())


def verbs() -> list[tuple[str, Words]]:
    """Return code and phrase of every registered verb."""
    return [(verb, phrase.words) for verb, phrase in known().items()]


def _tell(entry: Entry) -> Told:
    phrase = phrase_of(entry.verb)
    remarks = tuple((label, text) for label, text in phrase.remarks(entry.detail) if str(text))
    return Told(entry, phrase.words, address_of(entry.object_urn), remarks)


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
