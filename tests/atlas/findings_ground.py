"""Ground for tests of findings: three cities of squares, in metres of the zone of 114° E."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings import rulebook
from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.plane import Plane, array
from conurb.atlas.findings.sides import Kind, Side

REGION = Path(__file__).resolve().parents[2] / "regions" / "changzhutan"
BOOK = rulebook.read(REGION / "atlas")
PLANE = Plane(114)
EAST, NORTH = 400_000, 3_100_000
SIZE = 6_000


def placed(geometry: BaseGeometry) -> BaseGeometry:
    """Move a geometry from small numbers to where the plane is."""
    return translate(geometry, EAST, NORTH)


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a rectangle; (0, 0) is where the three cities meet."""
    return placed(shapely.box(west, south, east, north))


def line(*points: tuple[float, float]) -> BaseGeometry:
    """Return a line through these points."""
    return placed(shapely.LineString(points))


def side(
    city: str,
    geometry: Sequence[BaseGeometry],
    codes: Sequence[str] | str = "01",
    *,
    kind: Kind = "land-use",
    names: Sequence[str] | None = None,
    allowed: Sequence[str] | None = None,
    version: int = 1,
) -> Side:
    """Return a side from geometry in metres."""
    number = len(geometry)
    given = [codes] * number if isinstance(codes, str) else list(codes)
    return Side(
        f"{kind} of {city}",
        version,
        city,
        kind,
        np.arange(number),
        np.array(given, dtype=np.str_).reshape(number),
        np.array(names or [""] * number, dtype=np.str_).reshape(number),
        array(geometry),
        np.array(allowed or [""] * number, dtype=np.str_).reshape(number),
    )


TERRITORIES = {
    "a": box(-SIZE, 0, 0, SIZE),
    "b": box(0, 0, SIZE, SIZE),
    # its upper rim has a node where the two others meet, as in a coverage
    "c": placed(shapely.Polygon([(-SIZE, -SIZE), (SIZE, -SIZE), (SIZE, 0), (0, 0), (-SIZE, 0)])),
}
BORDERS = Borders(
    PLANE,
    TERRITORIES,
    {
        ("a", "b"): line((0, 0), (0, SIZE)),
        ("a", "c"): line((-SIZE, 0), (0, 0)),
        ("b", "c"): line((0, 0), (SIZE, 0)),
    },
)


def on_ellipsoid(area: BaseGeometry) -> float:
    """Return the area that a finding with this geometry has to tell."""
    return float(PLANE.areas(array([area]))[0])
