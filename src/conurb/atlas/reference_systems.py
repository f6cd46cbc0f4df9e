"""Coordinate systems in which layers are given out, and the order of their axes.

Layers are stored in longitude and latitude; WGS 84 and CGCS2000 are taken as one (they agree to
centimetres). A URI of a system fixes the order of its axes: CRS84 has longitude first, EPSG:4326
and EPSG:4490 latitude first, the Gauss-Krüger zones northing first.

Sources: OGC 18-058r1 (Features Part 2), OGC 11-135r2 (URIs of systems), GB 22021-2008 and the EPSG
register (3-degree zones of CGCS2000: 4513-4533 with the zone's number before the easting,
4534-4554 without).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

__all__ = ["CRS84", "ReferenceSystem", "find", "offered", "zones"]

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_WRITTEN = re.compile(
    r"(?:http://www\.opengis\.net/def/crs/EPSG/[0-9.]+/|urn:ogc:def:crs:EPSG:[0-9.]*:|EPSG:)(\d{4,5})$"
)
_WRITTEN_CRS84 = re.compile(
    r"(?:http://www\.opengis\.net/def/crs/OGC/(?:1\.3|0)/CRS84|urn:ogc:def:crs:OGC:(?:1\.3)?:CRS84|"
    r"OGC:CRS84)$"
)
_FIRST_ZONE, _LAST_ZONE = 25, 45
_NUMBERED, _PLAIN = 4513, 4534


@dataclass(frozen=True)
class ReferenceSystem:
    """A system: its EPSG code (0 for CRS84), its URI, and what a person calls it.

    `unit` is "degree" or "metre"; `decimals` keeps a coordinate to the millimetre.
    """

    code: int
    uri: str
    name: str
    unit: str
    latitude_first: bool

    @property
    def decimals(self) -> int:
        """How many decimals a coordinate is written with: about a millimetre."""
        return 8 if self.unit == "degree" else 3

    @property
    def authority_code(self) -> str:
        """As GDAL and QGIS call it."""
        return f"EPSG:{self.code}" if self.code else "OGC:CRS84"

    def project(self, geometries: NDArray[Any], *, by_axes: bool = True) -> NDArray[Any]:
        """Return geometries (n,) of longitudes and latitudes in this system.

        `by_axes` gives coordinates in the order of the system's axes, else easting first.
        """
        swap = by_axes and self.latitude_first
        plain = self.unit == "degree"

        def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            if not plain:
                xy = np.column_stack(_transformer(self.code).transform(xy[:, 0], xy[:, 1]))
            xy = np.round(xy, self.decimals)
            return xy[:, ::-1] if swap else xy

        converted: NDArray[Any] = shapely.transform(geometries, convert)
        return converted

    def to_lonlat(
        self, box: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """Return the box (by the order of the axes) in longitudes and latitudes that holds it."""
        low_1, low_2, high_1, high_2 = box
        if self.latitude_first:
            low_1, low_2, high_1, high_2 = low_2, low_1, high_2, high_1
        if self.unit == "degree":
            return low_1, low_2, high_1, high_2
        west, south, east, north = _transformer(self.code).transform_bounds(
            low_1, low_2, high_1, high_2, densify_pts=21, direction="INVERSE"
        )
        return float(west), float(south), float(east), float(north)


LONLAT = ReferenceSystem(0, CRS84, "WGS 84 longitude, latitude", "degree", False)


def zones(west: float, east: float) -> range:
    """Return the numbers of the 3-degree zones that a range of longitudes touches."""
    first, last = (int(np.floor(lon / 3 + 0.5)) for lon in (west, east))
    return range(max(first, _FIRST_ZONE), min(last, _LAST_ZONE) + 1)


def offered(west: float, east: float) -> tuple[ReferenceSystem, ...]:
    """Return the systems in which what lies between two longitudes is given out."""
    found = [LONLAT, _epsg(4326), _epsg(4490), _epsg(3857)]
    for zone in zones(west, east):
        place = zone - _FIRST_ZONE
        found += [_epsg(_NUMBERED + place), _epsg(_PLAIN + place)]
    return tuple(found)


def find(written: str, among: Iterable[ReferenceSystem]) -> ReferenceSystem | None:
    """Return the system that a URI, a URN or a short name such as EPSG:4547 means."""
    if _WRITTEN_CRS84.match(written):
        return LONLAT
    match = _WRITTEN.match(written)
    if match is None:
        return None
    return next((one for one in among if one.code == int(match.group(1))), None)


@lru_cache(maxsize=64)
def _epsg(code: int) -> ReferenceSystem:
    system = pyproj.CRS.from_epsg(code)
    first = system.axis_info[0]
    return ReferenceSystem(
        code=code,
        uri=f"{_EPSG}{code}",
        name=system.name,
        unit="degree" if system.is_geographic else "metre",
        latitude_first=first.direction == "north",
    )


@lru_cache(maxsize=64)
def _transformer(code: int) -> pyproj.Transformer:
    # from the geographic system of the target's own datum: WGS 84 and CGCS2000 are taken as one
    target = pyproj.CRS.from_epsg(code)
    source = target.geodetic_crs or pyproj.CRS.from_epsg(4326)
    return pyproj.Transformer.from_crs(source, target, always_xy=True)
