"""What the map of layers shows: for each layer the version to look at, with its legend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from conurb.atlas import tile_index, tiles
from conurb.atlas.legend import UNKNOWN, legend
from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.schemas import SCHEMAS
from conurb.region.models import in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

__all__ = ["Group", "groups", "map_source"]


@dataclass(frozen=True)
class Group:
    """The layers of one city, or of the region; the versions to look at."""

    name: str
    versions: list[LayerVersion]


def groups(actor: User | AnonymousUser, region_name: str, also: Iterable[str] = ()) -> list[Group]:
    """Return the layers that somebody may look at, city by city, the region's first; of a city
    its land-use plan first, and the others in the order of their kinds.

    Of each layer stands the latest published version, and whatever newer one this person may see;
    `also` names further versions by their keys.
    """
    wanted = set(also)
    versions = (
        LayerVersion.objects.visible_to(actor)
        .exclude(state=LayerVersion.State.WITHDRAWN)
        .select_related("layer__city", "layer__authority")
        .order_by("layer__city__order", "layer__name_zh", "layer_id", "-number")
    )
    found: dict[str, Group] = {}
    closed: set[int] = set()
    for version in versions:
        shown = version.layer_id not in closed or version.key in wanted
        if version.state == LayerVersion.State.PUBLISHED:
            closed.add(version.layer_id)
        if not shown:
            continue
        city = version.layer.city
        group = found.setdefault(
            city.code if city else "", Group(city.name if city else region_name, [])
        )
        group.versions.append(version)
    kinds = Layer.Kind.values
    for group in found.values():
        group.versions.sort(key=lambda version: kinds.index(version.layer.kind))
    return sorted(found.values(), key=lambda group: group.versions[0].layer.city is not None)


def map_source(version: LayerVersion) -> dict[str, Any]:
    """Return what a map needs to draw a version: tiles, extent, legend, where its features are."""
    layer: Layer = version.layer
    tile = reverse("atlas-tile", args=[version.key, 0, 0, 0]).removesuffix("0/0/0.mvt")
    name = f"{layer.key}-v{version.number}"
    return {
        "key": version.key,
        "title": layer.name,
        "number": version.number,
        "geometry": version.geometry,
        "bounds": list(version.bounds),
        "tiles": f"{tile}{{z}}/{{x}}/{{y}}.mvt",
        "sourceLayer": tile_index.LAYER,
        "deepest": tiles.DEEPEST,
        "merged": tiles.MERGED,
        "items": reverse("atlas-ogc-features", args=[name]),
        "unknown": UNKNOWN,
        "legend": [
            {
                "codes": list(entry.codes),
                "code": entry.code,
                "name": in_language(entry.name.zh, entry.name.en),
                "colour": entry.colour,
                "count": entry.count,
                "area": entry.area,
                "length": entry.length,
            }
            for entry in legend(layer.kind, version.classes)
        ],
        "names": _names(version),
    }


def _names(version: LayerVersion) -> dict[str, str]:
    """Return the names of the classes that occur in a version, as features have them."""
    codes = SCHEMAS[version.layer.kind].codes
    known = {code: codes[code] for code in version.classes if code in codes}
    return {code: in_language(name.zh, name.en) for code, name in known.items()}
