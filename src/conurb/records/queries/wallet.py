"""What the wallet shows: a person's records, where each holds, its history, and who looked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from conurb.journal.models import Entry
from conurb.journal.queries import Told, told
from conurb.records import presenting
from conurb.records.keys import region_secret
from conurb.records.models import Agreement, LogEntry, Look, Record
from conurb.records.presenting import Reading, Standing
from conurb.records.reasons import REASONS
from conurb.records.subjects import PERSONAL, Subject, handle
from conurb.region.models import Authority, City, Identity, in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

SHOWN_ENTRIES = 200
"""Acts on one record that its page tells, the latest; a record has a handful."""


KIND_WORDS: Mapping[str, Promise] = {
    "issue": gettext_lazy("Record issued"),
    "suspend": gettext_lazy("Record suspended"),
    "resume": gettext_lazy("Record resumed"),
    "revoke": gettext_lazy("Record revoked"),
    "supersede": gettext_lazy("Replaced by another record"),
    "present": gettext_lazy("Shown by the holder, with held claims"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A city where a record holds now; `agreement` is None in the city that issued it."""

    city: City
    agreement: Agreement | None
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A record as lists show it. `places` is empty unless the record is valid."""

    record: Record
    standing: Standing
    soon: bool
    places: tuple[Place, ...]

    @property
    def words(self) -> str:
        """How it stands, in the language of the moment."""
        words = presenting.STANDING_WORDS[self.standing]
        return in_language(words.zh, words.en)

    @property
    def title(self) -> str:
        """What tells it from others of its type: its title claim, else whom it is about.

        A person is named, and whatever has a number that everybody may know goes by it.
        """
        record = self.record
        claim = record.declared.title_claim
        value = {**record.held, **record.public}.get(claim)
        if value:
            return str(value)
        return record.subject_name if record.subject_kind in PERSONAL else record.subject_number

    def title_among(self, shown: Collection[str]) -> str:
        """The title for eyes that may see these claims alone; "" where it would tell more."""
        record = self.record
        claim = record.declared.title_claim
        if claim and claim in {**record.held, **record.public}:
            return self.title if claim in record.public or claim in shown else ""
        return "" if record.subject_kind in PERSONAL else record.subject_number

    @property
    def days_left(self) -> int:
        """Days until it ends, counted from today; 0 where it has no end."""
        if self.record.valid_until is None:
            return 0
        return (timezone.localdate(self.record.valid_until) - timezone.localdate()).days


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a record: a `kind` of the log or a verb of the journal."""

    at: datetime
    kind: str
    words: str
    by: str
    log_index: int | None = None

    @property
    def name(self) -> str:
        """What happened, in the language of the moment."""
        return str(KIND_WORDS.get(self.kind, self.kind))


def cards(records: Sequence[Record], *, now: datetime | None = None) -> list[Card]:
    """Return the cards of records that the asker was found to see; two queries for any number."""
    moment = now or timezone.now()
    places = holding(records, moment)
    return [
        Card(
            record=record,
            standing=(state := standing_of(record, moment)),
            soon=state == "valid"
            and presenting.expires_soon(record.valid_from, record.valid_until, moment),
            places=places.get(record.pk, ()),
        )
        for record in records
    ]


def own(actor: User | AnonymousUser) -> QuerySet[Record]:
    """Return the records that the actor holds, those of their authority left out."""
    rows = Record.objects.visible_to(actor).filter(holder_id=actor.pk)
    return rows.select_related("city", "authority__city", "status_list", "signing_key")


def standing_of(record: Record, now: datetime | None = None) -> Standing:
    """Return how a record stands at a moment, by default now."""
    return presenting.standing(
        record.state, record.valid_from, record.valid_until, now or timezone.now()
    )


def holding(records: Sequence[Record], now: datetime | None = None) -> dict[int, tuple[Place, ...]]:
    """Return, by primary key, where each record holds: where issued, and by agreement elsewhere.

    A record that is not valid at the moment holds nowhere and is left out.
    """
    moment = now or timezone.now()
    return _holding([each for each in records if standing_of(each, moment) == "valid"], moment)


def would_hold(record: Record, now: datetime | None = None) -> tuple[Place, ...]:
    """Return where a suspended record would hold if it were resumed at the moment."""
    moment = now or timezone.now()
    resumed = presenting.standing("valid", record.valid_from, record.valid_until, moment)
    return _holding([record], moment)[record.pk] if resumed == "valid" else ()


def in_force(types: set[str], moment: datetime) -> QuerySet[Agreement]:
    """Return the agreements on these types that are in force at a moment."""
    day = timezone.localdate(moment)
    return Agreement.objects.filter(
        Q(closed_at=None) | Q(closed_at__gt=moment),
        Q(holds_until=None) | Q(holds_until__gte=day),
        type__in=types,
        opened_at__lte=moment,
        holds_from__lte=day,
    ).order_by("in_city__order", "key")


def holds_in(type_slug: str, from_city: str, city: str, moment: datetime) -> bool:
    """Tell whether a valid record of a type, issued in one city, holds in another or the same."""
    there = in_force({type_slug}, moment).filter(from_city=from_city, in_city=city)
    return from_city == city or there.exists()


def claims(record: Record) -> tuple[Reading, ...]:
    """Return all that the record says, in words, held claims marked."""
    return presenting.readings(
        record.declared, record.public, record.held, timezone.get_current_timezone()
    )


def history(record: Record) -> list[Event]:
    """Return what happened to a record that the asker was found to see, the latest first.

    The log tells what was done and stands where; the journal adds why and by which authority, and
    what the holder showed. Officers are not named: the authority answers for what it did.
    """
    entries = Entry.everything.filter(object_urn=record.urn).order_by("-at", "-id")
    acts = told(entries[:SHOWN_ENTRIES])
    names = _authority_names(acts)
    events = []
    logged = LogEntry.objects.filter(log=record.city_id, record_key=record.key)
    rest = list(acts)
    for leaf in logged.order_by("-index")[:SHOWN_ENTRIES]:
        act = next((one for one in rest if one.entry.verb == f"record.{leaf.kind}"), None)
        if act is not None:
            rest.remove(act)
        events.append(
            Event(
                leaf.at,
                leaf.kind,
                _why(act),
                names.get(act.entry.authority_key, "") if act else "",
                leaf.index,
            )
        )
    labels = {
        claim.name: in_language(claim.label.zh, claim.label.en) for claim in record.declared.claims
    }
    shown = [
        Event(act.entry.at, "present", _joined(act.entry.detail.get("claims", []), labels), "")
        for act in rest
        if act.entry.verb == "record.present"
    ]
    return sorted(events + shown, key=lambda event: event.at, reverse=True)


def looks(actor: User) -> QuerySet[Look]:
    """Return the looks at the data of a person, the latest first; none of anybody else."""
    identity = Identity.objects.visible_to(actor).first()
    if identity is None:
        return Look.objects.none()
    subject = Subject("resident", identity.number)
    return Look.objects.filter(subject_handle=handle(subject, region_secret()))


def has_identity(actor: User) -> bool:
    """Tell whether it is known who the person is, without which nobody's looks are shown."""
    return Identity.objects.visible_to(actor).exists()


def masked(kind: str, number: str) -> str:
    """Return the number of a subject as lists show it: of a person only its ends.

    4301**********0017: enough to recognise one's own, too little to use (GB/T 35273, 7.2).
    """
    if kind not in PERSONAL or len(number) < 9:
        return number
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def _holding(records: Sequence[Record], moment: datetime) -> dict[int, tuple[Place, ...]]:
    if not records:
        return {}
    cities = {city.code: city for city in City.objects.all()}
    by_type: dict[tuple[str, str], list[Agreement]] = {}
    for agreement in in_force({record.type for record in records}, moment):
        by_type.setdefault((agreement.type, agreement.from_city_id), []).append(agreement)
    return {record.pk: tuple(_places(record, by_type, cities)) for record in records}


def _places(
    record: Record,
    by_type: dict[tuple[str, str], list[Agreement]],
    cities: dict[str, City],
) -> list[Place]:
    there = [Place(cities[record.city_id], None, ())]
    for agreement in by_type.get((record.type, record.city_id), ()):
        effects = tuple(in_language(each["zh"], each["en"]) for each in agreement.effects)
        there.append(Place(cities[agreement.in_city_id], agreement, effects))
    return there


def _authority_names(acts: Sequence[Told]) -> dict[str, str]:
    keys = {act.entry.authority_key for act in acts if act.entry.authority_key}
    return {each.key: each.short for each in Authority.objects.filter(key__in=keys)} if keys else {}


def _why(act: Told | None) -> str:
    """The reason of an act: a kind that every city reads, and words."""
    if act is None:
        return ""
    kind = REASONS.get(str(act.entry.detail.get("code")))
    ground = in_language(kind.zh, kind.en) if kind and act.entry.detail["code"] != "other" else ""
    separator = ": " if (get_language() or "").startswith("en") else "："
    return separator.join(filter(None, (ground, str(act.entry.detail.get("reason", "")))))


def _joined(names: Sequence[str], labels: Mapping[str, str]) -> str:
    separator = ", " if (get_language() or "").startswith("en") else "、"
    return separator.join(labels.get(name, name) for name in names)
