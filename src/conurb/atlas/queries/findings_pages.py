"""Findings as the page of all maps shows them: a row each, with the way to their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, log2, radians

from django.urls import reverse
from django.utils.translation import gettext as _

from conurb.atlas.finding_files import names_of_cities
from conurb.atlas.models import Finding, LayerVersion

LARGE_M2 = 10_000.0
"""From here on an area is told in hectares."""
_SHOWN = 80
"""Per cent of a layer's colour on the map that a row leads to."""
_DEGREES_AT_ZOOM_0 = 360.0
_CLOSEST, _FURTHEST = 16.0, 9.0


@dataclass(frozen=True)
class Row:
    """A finding with the names of its cities, its size in words and the address of its place."""

    finding: Finding
    cities: str
    size: str
    place: str


def rows_of(findings: Sequence[Finding], compared: Sequence[LayerVersion]) -> list[Row]:
    """Return rows for a table; `compared` are the versions that the pass compared."""
    cities = names_of_cities()
    versions = {(version.layer.urn, version.number): version.key for version in compared}
    return [
        Row(
            each,
            _(", ").join(cities.get(code, code) for code in each.city_codes),
            size_words(each.area_m2, each.length_m),
            _place(each, versions),
        )
        for each in findings
    ]


def size_words(area_m2: float | None, length_m: float | None) -> str:
    """Write an area in hectares or square metres, else a length in metres; "—" for neither."""
    if area_m2 is not None:
        if area_m2 >= LARGE_M2:
            return f"{area_m2 / LARGE_M2:,.2f} {_('ha')}"
        return f"{area_m2:,.0f} {_('m²')}"
    return f"{length_m:,.0f} {_('m')}" if length_m is not None else "—"


def _place(each: Finding, versions: Mapping[tuple[str, int], str]) -> str:
    """Return the address at which the map of layers shows a finding in the versions it is about."""
    sides = [(side["layer"], side["version"]) for side in each.sides()]
    keys = [versions[side] for side in sides if side in versions]
    latitude, longitude = (each.south + each.north) / 2, (each.west + each.east) / 2
    extent = max(each.east - each.west, (each.north - each.south) / cos(radians(latitude)), 1e-6)
    zoom = min(_CLOSEST, max(_FURTHEST, log2(_DEGREES_AT_ZOOM_0 / extent) - 1))
    layers = ",".join(f"{key}:{_SHOWN}" for key in keys)
    asked = "".join(f"{'&' if at else '?'}version={key}" for at, key in enumerate(keys))
    view = f"{zoom:.1f}/{latitude:.5f}/{longitude:.5f}"
    return f"{reverse('atlas-map')}{asked}#{view}/{layers}"
