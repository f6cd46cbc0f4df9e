"""Zones and tiers as of a day: the adopted boundaries, what they were before, what is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely

from conurb.atlas import storing
from conurb.atlas.legend import colour_of
from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.schemas import ZONES
from conurb.region.geography import area_km2
from conurb.region.models import in_language
from conurb.sames.planning.models import Review, in_force_on

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

FINEST = 6
"""Decimals of a degree that are shown, about a tenth of a metre."""


@dataclass(frozen=True)
class TierArea:
    """A tier with its areas, as properties of features, and the square kilometres of all."""

    key: str
    name: str
    colour: str
    areas: Sequence[dict[str, Any]]
    km2: float


def history(actor: User | AnonymousUser) -> list[Review]:
    """Return the adopted boundaries, the latest to take effect first."""
    return list(
        _adopted(actor)
        .select_related("layer", "version", "authority")
        .prefetch_related("parties__authority")
        .order_by("-effective_on", "-closed_at")
    )


def proposed(actor: User | AnonymousUser) -> list[Review]:
    """Return the adjustments that are under review, as far as the actor may see them."""
    return list(
        Review.objects.visible_to(actor)
        .filter(layer__kind=Layer.Kind.ZONES, state=Review.State.OPEN)
        .select_related("layer", "version", "authority")
        .prefetch_related("parties__authority")
    )


def in_force(actor: User | AnonymousUser, day: date) -> list[Review]:
    """Return for every layer of zones the adopted boundaries that hold on a day."""
    latest: dict[int, Review] = {}
    found = _adopted(actor).filter(in_force_on(day)).select_related("layer", "version")
    for review in found.order_by("effective_on", "closed_at"):
        latest[review.layer_id] = review
    return [latest[key] for key in sorted(latest)]


def features(reviews: Sequence[Review]) -> list[dict[str, Any]]:
    """Return the zones of reviews as GeoJSON features, the outer tiers first to lie below."""
    order = {code: place for place, code in enumerate(ZONES)}
    found = []
    for review in reviews:
        frame = storing.read(review.version.path)
        shapes = shapely.set_precision(frame.geometry.to_numpy(), 10.0**-FINEST)
        for row, shape in zip(frame.to_dict("records"), shapes, strict=True):
            code = str(row.get("code") or "")
            tier = ZONES.get(code)
            found.append(
                {
                    "type": "Feature",
                    "geometry": shapely.geometry.mapping(shape),
                    "properties": {
                        "tier": code,
                        "tier_name": in_language(tier.zh, tier.en) if tier else code,
                        "colour": colour_of(Layer.Kind.ZONES, code),
                        "name": str(row.get("name") or ""),
                        "km2": round(area_km2(shape), 1),
                        "review": review.number,
                        "since": str(review.effective_on),
                    },
                }
            )
    return sorted(found, key=lambda each: -order.get(each["properties"]["tier"], len(order)))


def tiers(reviews: Sequence[Review], shown: Sequence[dict[str, Any]]) -> list[TierArea]:
    """Add up the areas of reviews by tier, from the inside outwards; `shown` are their features.

    What is added up is what the versions count by class, as their history does: the areas of the
    features are rounded already.
    """
    told = []
    for code, name in ZONES.items():
        square_metres = sum(_area(review.version.classes, code) for review in reviews)
        told.append(
            TierArea(
                key=code,
                name=in_language(name.zh, name.en),
                colour=colour_of(Layer.Kind.ZONES, code),
                areas=[each["properties"] for each in shown if each["properties"]["tier"] == code],
                km2=round(square_metres / 1e6, 1),
            )
        )
    return told


@dataclass(frozen=True)
class Boundary:
    """Adopted boundaries with what they changed, as (tier, square kilometres more or less)."""

    review: Review
    changes: tuple[tuple[str, float], ...]


def with_changes(reviews: Sequence[Review]) -> list[Boundary]:
    """Return boundaries, the latest first, each against the one of its layer before it."""
    found = []
    for place, review in enumerate(reviews):
        before = next((r for r in reviews[place + 1 :] if r.layer_id == review.layer_id), None)
        grown = changed_areas(before.version if before else None, review.version)
        names = {code: in_language(name.zh, name.en) for code, name in ZONES.items()}
        found.append(Boundary(review, tuple((names[key], km2) for key, km2 in grown.items())))
    return found


def changed_areas(before: LayerVersion | None, after: LayerVersion) -> dict[str, float]:
    """Return by how many square kilometres each tier grew from one version to another."""
    old = before.classes if before is not None else {}
    return {
        key: round((_area(after.classes, key) - _area(old, key)) / 1e6, 1)
        for key in ZONES
        if _area(after.classes, key) != _area(old, key)
    }


def tiers_in_force(day: date) -> dict[str, float]:
    """Return the square kilometres of every tier that is in force on a day. For figures."""
    latest: dict[int, Review] = {}
    found = Review.everything.filter(in_force_on(day), layer__kind=Layer.Kind.ZONES)
    for review in found.select_related("version").order_by("effective_on", "closed_at"):
        latest[review.layer_id] = review
    areas: dict[str, float] = {}
    for review in latest.values():
        for key in review.version.classes:
            areas[key] = areas.get(key, 0.0) + _area(review.version.classes, key) / 1e6
    return areas


def _area(classes: dict[str, Any], key: str) -> float:
    return float((classes.get(key) or {}).get("area") or 0)


def _adopted(actor: User | AnonymousUser) -> Any:
    return Review.objects.visible_to(actor).filter(
        layer__kind=Layer.Kind.ZONES,
        state__in=[Review.State.ADOPTED, Review.State.SUPERSEDED],
    )
