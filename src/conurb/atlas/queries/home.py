"""Where layers of the region should lie."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry import shape

from conurb.atlas.coordinates import Bounds, with_margin
from conurb.region.models import County, RegionState

__all__ = ["home"]


def home() -> Bounds:
    """Return the bounds of the region with a margin: west, south, east, north in degrees."""
    state = RegionState.objects.first()
    return _home(state.digest if state else "")


@lru_cache(maxsize=4)
def _home(_digest: str) -> Bounds:
    shapes = [shape(county.boundary) for county in County.objects.all()]
    if not shapes:
        return (73.0, 3.0, 136.0, 54.0)  # China, where no region is loaded
    boxes = shapely.bounds(np.array(shapes, dtype=object))
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    return with_margin((west, south, east, north))
