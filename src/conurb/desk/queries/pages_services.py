"""The catalogue of services as pages show it: found by words, by event, by audience, by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict

from conurb.desk import service_search
from conurb.desk.life_events import LIFE_EVENTS, LifeEvent, life_event
from conurb.desk.models import Case
from conurb.desk.services import Audience, Material, Service, services
from conurb.desk.stages import State
from conurb.records.models import Record
from conurb.records.types import UnknownTypeError, type_of
from conurb.region.models import (
    Authority,
    City,
    Identity,
    Representation,
    User,
    in_language,
)
from conurb.region.tables import Bilingual

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

AUDIENCES: Mapping[Audience, Bilingual] = {
    "resident": Bilingual("个人", "Residents"),
    "firm": Bilingual("企业", "Firms"),
    "driver": Bilingual("驾驶人", "Drivers"),
}


@dataclass(frozen=True)
class Asked:
    """What somebody looks for."""

    words: str = ""
    event: str = ""
    audience: str = ""
    item: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> Asked:
        """Read it from an address; what does not exist is left out."""
        known = {each.key for each in LIFE_EVENTS}
        event, audience = params.get("event", ""), params.get("for", "")
        return cls(
            words=params.get("q", "").strip()[:80],
            event=event if event in known else "",
            audience=audience if audience in AUDIENCES else "",
            item=params.get("item", "")[:8],
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves services out."""
        return bool(self.words or self.event or self.audience or self.item)


@dataclass(frozen=True)
class EventChoice:
    """An event of life with how many services belong to it."""

    event: LifeEvent
    count: int
    chosen: bool


@dataclass(frozen=True)
class Choice:
    """An audience or an item, with how many services there are for it."""

    value: str
    name: Bilingual
    count: int
    chosen: bool


@dataclass(frozen=True)
class Catalogue:
    """The services found, and what one may look for."""

    found: Sequence[Service]
    total: int
    events: Sequence[EventChoice]
    audiences: Sequence[Choice]
    items: Sequence[Choice]


def entry_of(service: Service) -> service_search.Entry:
    """Return what the search reads of a service."""
    about = [life_event(key).name for key in service.life_events]
    about += [AUDIENCES[audience] for audience in service.audiences]
    return service_search.Entry(
        key=service.slug,
        name=f"{service.name.zh} {service.name.en}",
        words=" ".join(service.words),
        about=" ".join(f"{name.zh} {name.en}" for name in about),
        summary=f"{service.summary.zh} {service.summary.en}",
    )


def catalogue(asked: Asked) -> Catalogue:
    """Return the services that answer; no query, for services are declared, not stored."""
    every = {service.slug: service for service in services()}
    order = service_search.search(asked.words, map(entry_of, every.values()))
    found = [
        service
        for service in map(every.__getitem__, order)
        if (not asked.event or asked.event in service.life_events)
        and (not asked.audience or asked.audience in service.audiences)
        and (not asked.item or asked.item == service.item)
    ]
    items = sorted({service.item for service in every.values() if service.item}, key=_number_parts)
    return Catalogue(
        found=found,
        total=len(every),
        events=[
            EventChoice(event, count, event.key == asked.event)
            for event in LIFE_EVENTS
            if (count := sum(event.key in each.life_events for each in every.values()))
        ],
        audiences=[
            Choice(key, name, count, key == asked.audience)
            for key, name in AUDIENCES.items()
            if (count := sum(key in each.audiences for each in every.values()))
        ],
        items=[
            Choice(
                item,
                Bilingual(f"第 {item} 项", f"Item {item}"),
                sum(each.item == item for each in every.values()),
                item == asked.item,
            )
            for item in items
        ],
    )


def _number_parts(item: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in item.split("."))


@dataclass(frozen=True)
class MaterialView:
    """A material, the names of records that stand for it, and whether the reader holds one."""

    material: Material
    instead: Sequence[str]
    held: Record | None


@dataclass(frozen=True)
class Decider:
    """Which authority decides in a city; None where the city has none."""

    city: City
    authority: Authority | None


@dataclass(frozen=True)
class Guide:
    """Everything the page of a service says."""

    service: Service
    deciders: Sequence[Decider]
    materials: Sequence[MaterialView]
    record_name: str
    prefilled: Sequence[str]
    draft: Case | None


def guide(user: User | AnonymousUser, service: Service) -> Guide:
    """Return the guide to a service; what the reader holds already is marked."""
    held = held_records(user, {t for each in service.materials for t in each.satisfied_by})
    draft = (
        Case.objects.visible_to(user)
        .filter(service=service.slug, state=State.DRAFT.value)
        .order_by("-changed_at")
        .first()
        if user.is_authenticated
        else None
    )
    return Guide(
        service=service,
        deciders=deciders(service),
        materials=[
            MaterialView(
                each,
                [record_type_name(slug) for slug in each.satisfied_by],
                next((held[slug] for slug in each.satisfied_by if slug in held), None),
            )
            for each in service.materials
        ],
        record_name=record_type_name(service.issues) if service.issues else "",
        prefilled=list(
            dict.fromkeys(record_type_name(each.record_type) for each in service.prefills)
        ),
        draft=draft,
    )


def deciders(service: Service) -> list[Decider]:
    """Return the competent authority of each city; the region's where a city has none."""
    able = list(
        Authority.objects.filter(active=True, subjects=service.competence).order_by("order", "key")
    )
    regional = next((each for each in able if each.city_id is None), None)
    return [
        Decider(city, next((each for each in able if each.city_id == city.pk), regional))
        for city in City.objects.all()
    ]


def held_records(user: User | AnonymousUser, types: set[str]) -> dict[str, Record]:
    """Return the newest valid record of each of these types that the person holds."""
    if not types or not user.is_authenticated:
        return {}
    rows = Record.objects.visible_to(user).filter(
        holder_id=user.pk, type__in=types, state=Record.State.VALID
    )
    return {record.type: record for record in rows.order_by("issued_at")}


def record_type_name(slug: str) -> str:
    """Return the name of a type of record; its slug where it is not declared here."""
    try:
        name = type_of(slug).name
    except UnknownTypeError:
        return slug
    return in_language(name.zh, name.en)


@dataclass(frozen=True)
class Party:
    """For whom one may apply: oneself ("") or a firm (its code)."""

    value: str
    name: str
    note: str


def parties(user: User) -> list[Party]:
    """Return for whom this person may apply."""
    identity = Identity.objects.visible_to(user).first()
    own = Party("", identity.name if identity else str(user), masked(identity))
    firms = Representation.objects.visible_to(user)
    return [own, *(Party(each.firm, each.firm_name, each.firm) for each in firms)]


def masked(identity: Identity | None) -> str:
    """Return a resident number with its middle hidden: enough to know one's own by."""
    return f"{identity.number[:6]}********{identity.number[-4:]}" if identity else ""
