"""Geometries of a region folder: read from GeoJSON (RFC 7946) and checked with shapely.

Boundaries of counties form a coverage: neighbours share their border node by node, without
overlap or gap, so that a point lies in one county and a drawn map has no slivers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from conurb.region.positions import Path
from conurb.region.problems import Severity
from conurb.region.tables import Sheet

__all__ = ["AREAS", "PLACES", "area_km2", "check_coverage", "label_point", "read_geometry"]

AREAS = ("Polygon", "MultiPolygon")
PLACES = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")

_ELLIPSOID = Geod(ellps="WGS84")
_SMALLEST_OVERLAP_KM2 = 0.001
_WIDEST_SLIVER_DEGREES = 0.001


def area_km2(geometry: BaseGeometry) -> float:
    """The area on the WGS 84 ellipsoid in square kilometres."""
    area, _ = _ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(geometry))
    return abs(float(area)) / 1e6


def label_point(geometry: BaseGeometry) -> tuple[float, float]:
    """Where to set a label: inside an area, in the middle of a line, at a point."""
    if geometry.geom_type == "LineString":
        at = geometry.interpolate(0.5, normalized=True)
    else:
        at = geometry.representative_point()
    return (round(float(at.x), 6), round(float(at.y), 6))


def read_geometry(
    sheet: Sheet, path: Path, value: object, kinds: Collection[str]
) -> BaseGeometry | None:
    """The geometry of the feature at ``path``; None, with problems noted, where it is unusable."""
    path = (*path, "geometry")
    wanted = " / ".join(kinds)
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind not in kinds:
        sheet.note("geometry-kind", path, found=kind, wanted_zh=wanted, wanted_en=wanted)
        return None
    geometry = _shape(sheet, path, value)
    if geometry is None or not _in_range(sheet, path, geometry):
        return None
    if not geometry.is_valid or geometry.is_empty:
        detail = "empty" if geometry.is_empty else shapely.is_valid_reason(geometry)
        sheet.note("geometry-invalid", path, detail=detail)
        return None
    return geometry


def check_coverage(
    sheet: Sheet, geometries: Sequence[BaseGeometry], paths: Sequence[Path], codes: Sequence[str]
) -> None:
    """Note every pair of boundaries that overlap, and every border with a gap."""
    if len(geometries) < 2:
        return
    overlapping: set[int] = set()
    tree = shapely.STRtree(geometries)
    for left, right in tree.query(geometries, predicate="intersects").T.tolist():
        if left >= right:
            continue
        shared = area_km2(geometries[left].intersection(geometries[right]))
        if shared > _SMALLEST_OVERLAP_KM2:
            overlapping |= {left, right}
            sheet.note(
                "overlap",
                paths[right],
                first=codes[left],
                second=codes[right],
                area=f"{shared:.3f}",
            )
    edges = shapely.coverage_invalid_edges(geometries, gap_width=_WIDEST_SLIVER_DEGREES)
    for position in np.flatnonzero(~shapely.is_empty(edges)).tolist():
        if position not in overlapping:
            sheet.note(
                "edges-unmatched",
                paths[position],
                found=codes[position],
                severity=Severity.WARNING,
            )


def _shape(sheet: Sheet, path: Path, value: Any) -> BaseGeometry | None:
    try:
        return shape(value)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        sheet.note("geometry-invalid", path, detail=str(error))
        return None


def _in_range(sheet: Sheet, path: Path, geometry: BaseGeometry) -> bool:
    coordinates = shapely.get_coordinates(geometry)
    outside = (np.abs(coordinates) > (180, 90)).any(axis=1) | ~np.isfinite(coordinates).all(axis=1)
    if outside.any():
        sheet.note("out-of-range", path, found=coordinates[outside][0].tolist())
        return False
    return True
