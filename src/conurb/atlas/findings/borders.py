"""Where cities meet: their territories, their common borders, and what lies near these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.plane import Geometries, Plane
from conurb.atlas.findings.sides import Indices, Side

Pair = tuple[str, str]

_STEP = 2_000.0
"""Metres of border searched at once: short pieces have small boxes."""


@dataclass(frozen=True, eq=False)
class Borders:
    """Territories by city and common borders by pair (sorted codes), in metres of `plane`."""

    plane: Plane
    territories: Mapping[str, BaseGeometry]
    lines: Mapping[Pair, BaseGeometry]
    _pieces: dict[Pair, Geometries] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, counties: Geometries, cities: npt.NDArray[np.str_], plane: Plane | None = None
    ) -> Borders:
        """Return the borders from counties in longitude and latitude and the city of each.

        Counties form a coverage (neighbours share their border node by node), as the boundaries
        of a region folder do. The plane is the zone nearest to the middle of the common borders.
        """
        territories = {
            str(city): shapely.coverage_union_all(counties[cities == city])
            for city in np.unique(cities)
        }
        lines: dict[Pair, BaseGeometry] = {}
        for one, other in combinations(sorted(territories), 2):
            shared = shapely.intersection(
                shapely.boundary(territories[one]), shapely.boundary(territories[other])
            )
            line = shapely.line_merge(_only_lines(shared))
            if not line.is_empty:
                lines[(one, other)] = line
        if plane is None:
            near = list(lines.values()) or list(territories.values())
            west, _, east, _ = shapely.total_bounds(near)
            plane = Plane.around((west + east) / 2)
        return cls(
            plane,
            {city: plane.to_plane(area) for city, area in territories.items()},
            {pair: plane.to_plane(line) for pair, line in lines.items()},
        )

    def pieces(self, pair: Pair) -> Geometries:
        """Return the common border in short pieces, for quick searches."""
        if pair not in self._pieces:
            parts = shapely.get_parts(shapely.segmentize(self.lines[pair], _STEP))
            self._pieces[pair] = np.concatenate([_cut(part) for part in parts])
        return self._pieces[pair]

    def near(self, side: Side, pair: Pair, distance: float) -> Indices:
        """Return the places of the features within `distance` metres of the pair's border."""
        if not len(side):
            return np.zeros(0, dtype=np.intp)
        found = side.tree.query(self.pieces(pair), predicate="dwithin", distance=distance)[1]
        return np.unique(found)

    def strip(self, pair: Pair, width: float) -> BaseGeometry:
        """Return the ground within `width` metres of the pair's border."""
        return shapely.buffer(self.lines[pair], width, quad_segs=4)


def _only_lines(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(geometry)
    return shapely.multilinestrings(parts[shapely.get_type_id(parts) == 1])


def _cut(line: BaseGeometry) -> Geometries:
    """Return a line as pieces of a whole number of its segments, up to `_STEP` long where it can.

    Cutting at vertices only keeps every piece exactly on the line.
    """
    at = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
    ends = np.flatnonzero(np.diff(np.floor(along / _STEP))) + 1
    starts = np.concatenate([[0], ends])
    stops = np.concatenate([ends, [len(at) - 1]])
    made = [shapely.linestrings(at[a : b + 1]) for a, b in zip(starts, stops, strict=True) if b > a]
    pieces = np.empty(len(made), dtype=object)
    pieces[:] = made
    return pieces
