"""What a new version of a layer changes, and how near a city's territory that lies."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.plane import array

_DECIMALS = 8
"""Of degrees: about a millimetre, below which nothing was drawn on purpose."""
_NOT_SAID = frozenset({"fid"})
"""A planner's program numbers features anew; that changes nothing."""


def changed(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[BaseGeometry]:
    """Return the geometries of features that only one of two versions has, in degrees.

    A feature is the same where its geometry and its attributes are; what was changed appears
    twice, as it was and as it is.
    """
    old, new = _fingerprints(before), _fingerprints(after)
    gone, come = ~np.isin(old, new), ~np.isin(new, old)
    return [*before.geometry.to_numpy()[gone], *after.geometry.to_numpy()[come]]


def nearest_m(changes: Sequence[BaseGeometry], borders: Borders, city: str) -> float | None:
    """Return how near a city's territory the nearest change lies, in metres; None without any.

    Measured in the Gauss-Krüger plane of the borders, which is too long by at most 0.06 %.
    """
    territory = borders.territories.get(city)
    if territory is None or not changes:
        return None
    return float(shapely.distance(borders.plane.to_plane(array(changes)), territory).min())


def cities_that_border(borders: Borders, city: str) -> list[str]:
    """Return the codes of the cities that share a piece of border with one, in order."""
    return sorted({code for pair in borders.lines if city in pair for code in pair} - {city})


def _fingerprints(frame: gpd.GeoDataFrame) -> npt.NDArray[np.str_]:
    """A text a feature: its geometry in normal form and its values by name."""
    shapes = shapely.to_wkt(
        shapely.normalize(frame.geometry.to_numpy()), rounding_precision=_DECIMALS
    )
    named = sorted(set(frame.columns) - _NOT_SAID - {frame.geometry.name})
    values = pd.DataFrame(frame)[named].astype(str).to_numpy()
    told = ["|".join([each, *row]) for each, row in zip(shapes, values, strict=True)]
    return np.asarray(told, dtype=np.str_)
