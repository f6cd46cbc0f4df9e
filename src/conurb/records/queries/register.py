"""The register of records (凭证登记簿): what an authority issued, found, filtered and sorted.

Every state of the list is in the address: `q` (key, number or name), `type`, `state` (a standing,
or `expiring`), `city`, `sort` (`-issued`, `issued`, `until`, `name`, `number`, `changed`) and
`page`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conurb.journal.sheets import Column, Sheet, Value
from conurb.records import presenting
from conurb.records.models import Record
from conurb.records.presenting import SOON, STANDING_WORDS, Standing
from conurb.records.queries.wallet import masked, standing_of
from conurb.records.types import RecordType, type_of, types
from conurb.region.models import City, User, in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

PAGE_SIZE = 50
LONGEST_SEARCH = 100
MOST_EXPORTED = 50_000
EXPIRING = "expiring"
SORTS: Final[Mapping[str, tuple[Promise, tuple[str, ...]]]] = {
    "-issued": (gettext_lazy("latest issued"), ("-issued_at", "-id")),
    "issued": (gettext_lazy("first issued"), ("issued_at", "id")),
    "until": (gettext_lazy("ends first"), ()),
    "changed": (gettext_lazy("latest changed"), ("-state_at", "-id")),
    "name": (gettext_lazy("by name"), ("subject_name", "-id")),
    "number": (gettext_lazy("by number"), ("subject_number", "-id")),
}
_KEY = re.compile(r"[0-9a-f]{8,30}")
_SLUG = re.compile(r"[a-z0-9-]{1,60}")
_CODE = re.compile(r"\d{6}")


@dataclass(frozen=True)
class Asked:
    """Which records of the register; what cannot be read in an address counts as not asked."""

    q: str = ""
    type: str = ""
    state: str = ""
    city: str = ""
    sort: str = "-issued"

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Asked:
        """Read an address."""
        words = unicodedata.normalize("NFKC", query.get("q", "").replace("\x00", ""))
        state, sort = query.get("state", ""), query.get("sort", "")
        kind, city = query.get("type", ""), query.get("city", "")
        return cls(
            q=words.strip()[:LONGEST_SEARCH],
            type=kind if _SLUG.fullmatch(kind) else "",
            state=state if state in STANDING_WORDS or state == EXPIRING else "",
            city=city if _CODE.fullmatch(city) else "",
            sort=sort if sort in SORTS else "-issued",
        )

    @property
    def narrows(self) -> bool:
        """Whether any record may be left out."""
        return any((self.q, self.type, self.state, self.city))


def issued_by(actor: User | AnonymousUser) -> QuerySet[Record]:
    """Return what the actor's authority issued; an administrator sees every authority's."""
    rows = Record.objects.visible_to(actor)
    if not isinstance(actor, User) or actor.is_superuser:
        return rows
    return rows.filter(authority_id=actor.authority_id) if actor.authority_id else rows.none()


def select(
    actor: User | AnonymousUser, asked: Asked, *, now: datetime | None = None
) -> QuerySet[Record]:
    """Return the records asked for, sorted."""
    moment = now or timezone.now()
    rows = issued_by(actor)
    if asked.type:
        rows = rows.filter(type=asked.type)
    if asked.city:
        rows = rows.filter(city_id=asked.city)
    if asked.state:
        rows = rows.filter(_stands(asked.state, moment))
    if asked.q:
        rows = rows.filter(_matches(asked.q))
    order = SORTS[asked.sort][1] or (F("valid_until").asc(nulls_last=True), "-id")
    return rows.order_by(*order).select_related("city", "authority")


def kinds(actor: User | AnonymousUser) -> list[RecordType]:
    """Return the types of which there are records in the actor's register."""
    there = set(issued_by(actor).order_by().values_list("type", flat=True).distinct())
    return [each for each in types() if each.slug in there]


def cities(actor: User | AnonymousUser) -> list[City]:
    """Return the cities for which the actor's register holds records."""
    there = issued_by(actor).order_by().values("city_id").distinct()
    return list(City.objects.filter(code__in=there))


def states() -> list[tuple[str, str]]:
    """Return code and words of every state that can be asked for."""
    named: list[tuple[str, str]] = [
        (code, in_language(words.zh, words.en)) for code, words in STANDING_WORDS.items()
    ]
    return [named[0], (EXPIRING, _("Ends within 30 days")), *named[1:]]


def sheet(rows: QuerySet[Record], *, now: datetime | None = None) -> Sheet:
    """Return the register as a sheet; public claims in words, numbers of persons masked."""
    columns = [
        Column(_("Key"), 32),
        Column(_("Type"), 24),
        Column(_("About"), 24, wraps=True),
        Column(_("Number of the subject"), 22),
        Column(_("State"), 12),
        Column(_("Reason"), 30, wraps=True),
        Column(_("Time of issue"), 12),
        Column(_("Valid from"), 12),
        Column(_("Valid until"), 12),
        Column(_("City"), 10),
        Column(_("Issuing authority"), 24),
        Column(_("Public claims"), 60, wraps=True),
        Column(_("Log position"), 12),
    ]
    moment = now or timezone.now()
    return Sheet(_("Register of records"), columns, _lines(rows, moment))


def _lines(rows: QuerySet[Record], moment: datetime) -> Iterator[list[Value]]:
    zone = timezone.get_current_timezone()
    for record in rows[:MOST_EXPORTED].iterator(chunk_size=2000):
        declared = type_of(record.type)
        public = presenting.readings(declared, record.public, {}, zone)
        words = STANDING_WORDS[standing_of(record, moment)]
        yield [
            record.key,
            in_language(declared.name.zh, declared.name.en),
            record.subject_name,
            masked(record.subject_kind, record.subject_number),
            in_language(words.zh, words.en),
            record.state_reason,
            timezone.localdate(record.issued_at),
            timezone.localdate(record.valid_from),
            record.last_day,
            record.city.short,
            record.authority.short,
            "\n".join(
                ": ".join(in_language(w.zh, w.en) for w in (one.label, one.words)) for one in public
            ),
            record.log_index,
        ]


def _stands(state: str, moment: datetime) -> Q:
    """The same rule as `presenting.standing`, for the database; a test holds the two together."""
    done = Q(state__in=(Record.State.REVOKED, Record.State.SUPERSEDED))
    over = Q(valid_until__lte=moment)
    valid = ~over & Q(state=Record.State.VALID, valid_from__lte=moment)
    rules: dict[Standing | str, Q] = {
        "valid": valid,
        EXPIRING: valid & Q(valid_until__lte=moment + SOON),
        "not-yet": ~over & Q(state=Record.State.VALID, valid_from__gt=moment),
        "expired": over & ~done,
        "suspended": ~over & Q(state=Record.State.SUSPENDED),
        "revoked": Q(state=Record.State.REVOKED),
        "superseded": Q(state=Record.State.SUPERSEDED),
    }
    return rules[state]


def _matches(words: str) -> Q:
    """A key by its beginning, a number by its beginning, a name by any part of it."""
    compact = re.sub(r"[\s·•-]", "", words).upper()
    found = Q(subject_name__icontains=words)
    if compact:
        found |= Q(subject_number__startswith=compact)
    if _KEY.fullmatch(words.lower()):
        found |= Q(key__startswith=words.lower())
    return found
