"""Areas and lengths on the ellipsoid, for many geometries at once.

Areas: coordinates go to a cylindrical equal-area projection of the ellipsoid (Snyder 1987, USGS
Professional Paper 1395, equations 10-21 and 3-12) and are measured there. Lengths: every edge with
the radii of curvature at its middle. Both agree with geodesics to 1e-6 for edges up to 10 km.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

A = 6378137.0
"""Equatorial radius of CGCS2000 in metres (GB/T 30597-2014, EPSG ellipsoid 1024)."""
F = 1 / 298.257222101
E2 = F * (2 - F)

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]


def areas(geometries: Geometries) -> Floats:
    """Return areas in square metres of geometries in longitude and latitude; 0 for lines."""
    flat = shapely.transform(np.asarray(geometries, dtype=object), _equal_area)
    return np.asarray(np.nan_to_num(shapely.area(flat)), dtype=float)


def lengths(geometries: Geometries) -> Floats:
    """Return lengths in metres of lines in longitude and latitude; 0 for points."""
    geometries = np.asarray(geometries, dtype=object)
    parts, owners = shapely.get_parts(geometries, return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    parts, owners = parts[is_line], owners[is_line]
    coordinates, place = shapely.get_coordinates(parts, return_index=True)
    if len(coordinates) < 2:
        return np.zeros(len(geometries))
    radians = np.radians(coordinates)
    step = np.diff(radians, axis=0)
    middle = (radians[1:, 1] + radians[:-1, 1]) / 2
    root = 1 - E2 * np.sin(middle) ** 2
    across = A / np.sqrt(root) * np.cos(middle) * step[:, 0]
    along = A * (1 - E2) / root**1.5 * step[:, 1]
    within = place[1:] == place[:-1]
    of = owners[place[1:][within]]
    sums = np.bincount(of, np.hypot(across, along)[within], minlength=len(geometries))
    return sums.astype(float)


def _equal_area(coordinates: Floats) -> Floats:
    e = np.sqrt(E2)
    sine = np.sin(np.radians(coordinates[:, 1]))
    q = (1 - E2) * (sine / (1 - E2 * sine**2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    return np.column_stack((A * np.radians(coordinates[:, 0]), A * q / 2))
