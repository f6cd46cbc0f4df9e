"""A plane in metres for geometry in longitude and latitude, and areas as the law measures them.

Plane coordinates are Gauss-Krüger in 3-degree zones of CGCS2000 (GB 22021-2008; EPSG:4534 to 4554,
for example EPSG:4547 with the central meridian 114° E), the system that planning maps are drawn
in. Lengths there are too long by up to 0.06 % at the rim of a zone and areas by twice that, so an
area is divided by the square of the local scale: this gives the area on the ellipsoid, which
TD/T 1055-2019 asks for, to better than 0.001 % for pieces of up to 10 km.

Scale: k = 1 + x²/2R² + x⁴/24R⁴ with x the distance from the central meridian and R the mean radius
of the ellipsoid at the latitude (Torge & Müller, Geodesy, 4th ed., 6.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

Geometries = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]

FIRST_MERIDIAN, LAST_MERIDIAN = 75, 135
_FIRST_EPSG = 4534
_FALSE_EASTING = 500_000.0
_MAJOR, _FLATTENING = 6_378_137.0, 1 / 298.257222101
_ECCENTRICITY_2 = _FLATTENING * (2 - _FLATTENING)
# metres along a meridian to a degree of latitude: only to find the latitude at which to take R
_METRES_A_DEGREE = 110_950.0


def array(geometries: Iterable[BaseGeometry]) -> Geometries:
    """Return geometries as an array of one dimension, also when there are none."""
    listed = list(geometries)
    made = np.empty(len(listed), dtype=object)
    made[:] = listed
    return made


@dataclass(frozen=True)
class Plane:
    """One zone; `meridian` in degrees east, a multiple of 3 between 75 and 135."""

    meridian: int

    def __post_init__(self) -> None:
        if self.meridian % 3 or not FIRST_MERIDIAN <= self.meridian <= LAST_MERIDIAN:
            raise ValueError(
                f"{self.meridian} is not the central meridian of a 3-degree zone of CGCS2000: "
                f"give a multiple of 3 from {FIRST_MERIDIAN} to {LAST_MERIDIAN}."
            )

    @classmethod
    def around(cls, longitude: float) -> Plane:
        """Return the zone whose central meridian is nearest to the longitude in degrees."""
        return cls(round(longitude / 3) * 3)

    @property
    def epsg(self) -> int:
        """The number of the system in the EPSG list."""
        return _FIRST_EPSG + (self.meridian - FIRST_MERIDIAN) // 3

    @cached_property
    def _transformer(self) -> Transformer:
        return Transformer.from_crs("EPSG:4490", f"EPSG:{self.epsg}", always_xy=True)

    def to_plane(self, geometry: Any) -> Any:
        """Return a geometry or an array of them in metres, from degrees."""
        return shapely.transform(geometry, self._transformer.transform, interleaved=False)

    def to_degrees(self, geometry: Any) -> Any:
        """Return a geometry or an array of them in longitude and latitude, from metres."""
        transformer = self._transformer
        return shapely.transform(
            geometry,
            lambda x, y: transformer.transform(x, y, direction="INVERSE"),
            interleaved=False,
        )

    def scales(self, geometries: Geometries) -> Numbers:
        """Return how much longer than on the ellipsoid lengths are at each geometry's middle."""
        middles = shapely.centroid(geometries)
        east = shapely.get_x(middles) - _FALSE_EASTING
        latitude = np.radians(shapely.get_y(middles) / _METRES_A_DEGREE)
        radius_2 = _MAJOR**2 * (1 - _ECCENTRICITY_2)
        radius_2 /= (1 - _ECCENTRICITY_2 * np.sin(latitude) ** 2) ** 2
        across = east**2 / radius_2
        return np.asarray(1 + across / 2 + across**2 / 24, dtype=np.float64)

    def areas(self, geometries: Geometries) -> Numbers:
        """Return areas on the ellipsoid in square metres; 0 for what is empty or no area."""
        plain = shapely.area(geometries)
        found = np.zeros(len(plain))
        some = plain > 0
        found[some] = plain[some] / self.scales(geometries[some]) ** 2
        return found

    def lengths(self, geometries: Geometries) -> Numbers:
        """Return lengths on the ellipsoid in metres; of areas, their outline."""
        plain = shapely.length(geometries)
        found = np.zeros(len(plain))
        some = plain > 0
        found[some] = plain[some] / self.scales(geometries[some])
        return found
