"""What the maps of the pack draw: the versions on both sides of a border, and where to look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.queries.map_layers import map_source
from conurb.region.models import User
from conurb.sames.planning.models import Review
from conurb.sames.planning.queries import conflicts

Bounds = tuple[float, float, float, float]
LOWEST = (Layer.Kind.PROTECTED, Layer.Kind.ZONES, Layer.Kind.CORRIDORS)
"""Kinds that cover ground and are drawn below the plans."""


@dataclass(frozen=True)
class Drawn:
    """A layer of the map: `tone` tells the version under review from the others by its outline."""

    key: str
    name: str
    tone: str
    under_review: bool
    source: dict[str, Any]


@dataclass(frozen=True)
class Colours:
    """What the colours of the layers of one kind stand for: (name, colour) each."""

    kind: str
    classes: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class ReviewMap:
    """The map of a review; `json` is what the browser reads."""

    layers: Sequence[Drawn]
    legend: Sequence[Colours]
    bounds: Bounds

    @property
    def json(self) -> str:
        """The layers, the lowest first, and the bounds."""
        drawn = [
            {"key": each.key, "tone": each.tone, "source": each.source} for each in self.layers
        ]
        return json.dumps({"layers": drawn, "bounds": self.bounds}, ensure_ascii=False)


def map_of(actor: User, review: Review) -> ReviewMap:
    """Return the map of a review, around what was found, else around the version."""
    versions = conflicts.compared(actor, review)
    order = sorted(
        versions, key=lambda each: (each.layer.kind not in LOWEST, each == review.version)
    )
    layers = [
        Drawn(
            key=version.key,
            name=label_of(version),
            tone="own" if version == review.version else "other",
            under_review=version == review.version,
            source=map_source(version),
        )
        for version in order
    ]
    return ReviewMap(layers, _legend(versions, layers), _around(actor, review))


def _legend(versions: Sequence[LayerVersion], layers: Sequence[Drawn]) -> list[Colours]:
    """Return the classes that occur in any of the layers, kind by kind, the plans first."""
    sources = {each.key: each.source for each in layers}
    kinds: dict[str, dict[tuple[str, str], None]] = {kind: {} for kind in Layer.Kind.values}
    for version in versions:
        for entry in sources[version.key]["legend"]:
            kinds[version.layer.kind].setdefault((entry["name"], entry["colour"]))
    return [
        Colours(str(Layer.Kind(kind).label), list(classes))
        for kind, classes in kinds.items()
        if classes
    ]


def _around(actor: User, review: Review) -> Bounds:
    found = conflicts.listed(actor, review, conflicts.FindingFilter())
    boxes = [each.bounds for each in found]
    return _joined(boxes) if boxes else review.version.bounds


def _joined(boxes: Sequence[Bounds]) -> Bounds:
    return (
        min(each[0] for each in boxes),
        min(each[1] for each in boxes),
        max(each[2] for each in boxes),
        max(each[3] for each in boxes),
    )


def label_of(version: LayerVersion) -> str:
    """Return a version by its city, where its name does not say it, its layer and its number."""
    layer = version.layer
    city = layer.city.short if layer.city else ""
    city = f"{city} " if city and city not in layer.name else ""
    return _("%(layer)s, version %(number)s") % {
        "layer": f"{city}{layer.name}",
        "number": version.number,
    }
