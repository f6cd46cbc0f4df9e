"""The catalogue of layers: what somebody may see, as asked for; a layer with its versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, QuerySet, Subquery

from conurb.atlas.models import Layer, LayerImport, LayerVersion
from conurb.region.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

__all__ = ["REGION", "Asked", "Shown", "layers", "open_imports", "shown", "versions_of"]

REGION = "region"
"""Stands for layers of the whole region where a city is asked for."""


@dataclass(frozen=True)
class Asked:
    """What a catalogue is asked for; "" where all will do."""

    words: str = ""
    city: str = ""
    kind: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Read what stands in an address."""
        kind = query.get("kind", "")
        return cls(
            query.get("q", "").strip()[:100],
            query.get("city", "")[:10],
            kind if kind in Layer.Kind.values else "",
        )

    @property
    def narrows(self) -> bool:
        """Tell whether anything is asked for."""
        return bool(self.words or self.city or self.kind)


@dataclass(frozen=True)
class Shown:
    """A layer in the catalogue with the newest version that this person may see."""

    layer: Layer
    version: LayerVersion | None


def layers(actor: User | AnonymousUser, asked: Asked) -> QuerySet[Layer]:
    """Return the layers that somebody may see, as asked for."""
    newest = (
        LayerVersion.objects.visible_to(actor)
        .filter(layer=OuterRef("pk"))
        .exclude(state=LayerVersion.State.WITHDRAWN)
        .order_by("-number")
        .values("pk")[:1]
    )
    found = Layer.objects.visible_to(actor).select_related("city", "authority")
    found = found.annotate(newest=Subquery(newest))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.city:
        found = found.filter(city=None if asked.city == REGION else asked.city)
    for word in asked.words.split():
        found = found.filter(
            Q(name_zh__icontains=word)
            | Q(name_en__icontains=word)
            | Q(note_zh__icontains=word)
            | Q(note_en__icontains=word)
            | Q(authority__name_zh__icontains=word)
            | Q(authority__name_en__icontains=word)
        )
    return found


def shown(actor: User | AnonymousUser, rows: list[Layer]) -> list[Shown]:
    """Return layers with their newest versions; two queries however many they are."""
    keys = [row.newest for row in rows if row.newest]  # type: ignore[attr-defined]
    versions = {
        each.pk: each for each in LayerVersion.objects.visible_to(actor).filter(pk__in=keys)
    }
    return [Shown(row, versions.get(row.newest)) for row in rows]  # type: ignore[attr-defined]


def versions_of(actor: User | AnonymousUser, layer: Layer) -> QuerySet[LayerVersion]:
    """Return the versions of a layer that somebody may see, the newest first."""
    found = LayerVersion.objects.visible_to(actor).filter(layer=layer)
    return found.select_related("layer", "created_by").order_by("-number")


def open_imports(actor: User | AnonymousUser, layer: Layer | None = None) -> QuerySet[LayerImport]:
    """Return the files on their way that an authority sees, the newest first."""
    done = [LayerImport.State.STORED, LayerImport.State.DISCARDED]
    found = LayerImport.objects.visible_to(actor).exclude(state__in=done)
    if layer is not None:
        found = found.filter(layer=layer)
    return found.select_related("layer", "created_by")
