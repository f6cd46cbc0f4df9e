"""What a rule finds, and the words for its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.naming import Rule, Severity
from conurb.atlas.findings.sides import Indices, Side
from conurb.region.tables import Bilingual

__all__ = ["Bilingual", "Feature", "Finding", "Rule", "Severity", "area_words", "features_of"]

HECTARE = 10_000.0


@dataclass(frozen=True, order=True)
class Feature:
    """One feature that has part in a finding."""

    city: str
    layer: str
    version: int
    fid: int
    code: str
    name: str


@dataclass(frozen=True)
class Finding:
    """One thing found.

    `row` is the row of the region's table that was broken ("" where the rule has no table).
    Geometry is in metres of the plane within the rules, in degrees in what `passing.find`
    returns; `area_m2` is on the ellipsoid, `length_m` what the rule says; the one that does not
    apply is None. `cities` are sorted.
    """

    rule: Rule
    row: str
    severity: Severity
    cities: tuple[str, ...]
    geometry: BaseGeometry
    area_m2: float | None
    length_m: float | None
    features: tuple[Feature, ...]
    reason: Bilingual
    source: Bilingual


def features_of(side: Side, indices: Iterable[int] | Indices) -> tuple[Feature, ...]:
    """Return the features at these places of a side, each once, by number."""
    places = sorted({int(at) for at in indices}, key=lambda at: int(side.fids[at]))
    return tuple(
        Feature(
            side.city,
            side.layer,
            side.version,
            int(side.fids[at]),
            str(side.codes[at]),
            str(side.names[at]),
        )
        for at in places
    )


def area_words(square_metres: float) -> Bilingual:
    """Return an area as people say it: hectares from one hectare on."""
    if square_metres >= HECTARE:
        hectares = f"{square_metres / HECTARE:,.2f}"
        return Bilingual(f"{hectares} 公顷", f"{hectares} ha")
    metres = f"{square_metres:,.0f}" if square_metres >= 10 else f"{square_metres:,.1f}"
    return Bilingual(f"{metres} 平方米", f"{metres} m²")


def metres_words(metres: float) -> str:
    """Return a length in metres, with a decimal where it is short."""
    return f"{metres:,.0f}" if metres >= 10 else f"{metres:,.1f}"
