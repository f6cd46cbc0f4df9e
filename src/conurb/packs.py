"""What a pack says of itself, in one screenful: its `pack.py` holds one `Pack` named `PACK`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Literal

from django.apps import AppConfig

from conurb.desk import services
from conurb.desk.services import Service
from conurb.journal import phrases
from conurb.journal.phrases import Address, Phrase
from conurb.plan import measures
from conurb.records import types as record_types
from conurb.records.types import RecordType
from conurb.region.declarations import Region
from conurb.region.tables import Bilingual

Who = Literal["everybody", "people", "residents", "officers", "office"]


@dataclass(frozen=True)
class MenuEntry:
    """A page of the pack in the menu: the name of its route, and who finds it there.

    `subjects` narrows officers to authorities competent for one of these subjects of work;
    administrators find the page too.
    """

    name: Bilingual
    route: str
    icon: str
    who: Who = "everybody"
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A pack: the items of the plan that it carries out and what it brings for them.

    `url` is the page on which the item's page sends people; `load` brings the pack's part of a
    region folder into its tables (called after the region is loaded, again harmless);
    `demonstrate` fills an empty pack with invented life through its real actions and returns how
    many acts it made. Pages are `urls.py`, the API `api.py` with a `router`, both found by name.
    """

    key: str
    name: Bilingual
    url: str
    items: tuple[str, ...]
    record_types: tuple[RecordType, ...] = ()
    services: tuple[Service, ...] = ()
    measures: tuple[measures.Measure, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    addresses: Mapping[str, Address] = field(default_factory=dict)
    load: Callable[[Region], object] | None = None
    demonstrate: Callable[[Region, int, datetime], int] | None = None


_packs: dict[str, Pack] = {}


def packs() -> tuple[Pack, ...]:
    """Return every pack of this node, by key."""
    return tuple(_packs[key] for key in sorted(_packs))


def load_packs(region: Region) -> None:
    """Let every pack bring its part of the region folder into its tables."""
    for pack in packs():
        if pack.load is not None:
            pack.load(region)


class PackConfig(AppConfig):
    """Base of a pack's AppConfig: makes known what its `pack.py` declares."""

    default = False

    def __init_subclass__(cls) -> None:
        """Let Django choose the pack's own class in `apps.py`, where this one stands as well."""
        super().__init_subclass__()
        cls.default = True

    def ready(self) -> None:
        """Register types, services, phrases and the carrier of the pack's items."""
        pack: Pack = import_module(f"{self.name}.pack").PACK
        _packs[pack.key] = pack
        record_types.declare(*pack.record_types)
        services.offer(*pack.services)
        phrases.tell(pack.phrases)
        for kind, address in pack.addresses.items():
            phrases.lead_to(kind, address)
        measures.carry_out(
            measures.Carrier(
                key=pack.key,
                name_zh=pack.name.zh,
                name_en=pack.name.en,
                url=pack.url,
                items=pack.items,
                measures=pack.measures,
            )
        )
