"""Vector tiles of a set of features: which of them a tile shows, how finely, and its bytes.

Coordinates are those of the world map: Web Mercator (EPSG:3857) scaled so that the world is a
square of side 1 with its origin at 180° west, 85.0511° north and y downwards; a tile z/x/y is the
square of side 2⁻ᶻ there. A pixel is 1/512 of a tile, as MapLibre draws it.

Far out most features are smaller than a pixel. To draw them all is slow, to drop them makes a town
of small plots vanish. So their areas are added up, class by class, neighbour after neighbour, and
whenever the sum is another pixel, a square of a pixel stands for them: every class keeps its area
on the map to within a pixel. (tippecanoe's "tiny polygon reduction" does the same at random; here
the same features always give the same tile.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from conurb.atlas.tile_encoding import EXTENT, Attribute, encode_layer, encode_value

__all__ = ["DEEPEST", "FINEST", "FeatureSet", "Level", "Tile", "cut", "level", "project", "size_of"]

PIXELS = 512
BUFFER = 64 / EXTENT
"""How far, in sides, a tile reaches beyond its edge, so that outlines join."""
FINEST = 14
"""From this zoom on features are shown as they are: a unit of the tile is half a metre."""
DEEPEST = 16
"""Maps magnify the tiles of this zoom rather than ask for finer ones."""
MOST_IN_A_TILE = 50_000
"""Polygons, and squares that stand for some, in a tile at most (those at its edge aside)."""
TOLERANCE = 0.125
"""How far, in pixels, a simplified outline may be off."""
MERGED = "conurb_merged"
"""Property of a square that stands for small features: for how many."""
_HIGHEST_LATITUDE = 85.0511287798066
_LINE_TYPES = (1, 2, 5)
_AREA_TYPES = (3, 6)

Geometries = NDArray[Any]


class Tile(NamedTuple):
    """The address of a tile: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """Whether there is such a tile: x and y within 2ᶻ."""
        return 0 <= self.z <= DEEPEST and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z

    @property
    def side(self) -> float:
        """The side of the tile."""
        return 1.0 / (1 << self.z)

    @property
    def origin(self) -> tuple[float, float]:
        """The upper left corner."""
        return self.x * self.side, self.y * self.side

    @property
    def reach(self) -> tuple[float, float, float, float]:
        """What the tile shows: west, north, east, south with the buffer around."""
        (west, north), edge = self.origin, BUFFER * self.side
        return west - edge, north - edge, west + self.side + edge, north + self.side + edge


def project(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return world coordinates (n, 2) of longitudes and latitudes (n, 2) in degrees."""
    lat = np.radians(np.clip(lonlat[:, 1], -_HIGHEST_LATITUDE, _HIGHEST_LATITUDE))
    x = lonlat[:, 0] / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)
    return np.column_stack([x, y])


@dataclass(frozen=True)
class FeatureSet:
    """Features as tiles need them: geometries (n,) in world coordinates, and their properties.

    `ids` (n,) are what a feature is asked for by, not negative. `classes` (n,) numbers the class of
    each feature, by which small ones are summed up; `class_attribute` is the place of the property
    that says it, or -1.
    """

    geometries: Geometries
    ids: NDArray[np.int64]
    attributes: tuple[Attribute, ...]
    classes: NDArray[np.int32]
    class_attribute: int
    areas: NDArray[np.float64]
    lengths: NDArray[np.float64]
    bounds: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        geometries: Geometries,
        ids: NDArray[np.int64],
        columns: Mapping[str, Sequence[Any]],
        class_column: str = "",
    ) -> FeatureSet:
        """Prepare features: geometries (n,) in degrees, and for each property its n values."""
        if len(ids) and ids.min() < 0:
            raise ValueError(f"A tile cannot hold the negative number {ids.min()} of a feature.")
        world = shapely.transform(shapely.force_2d(geometries), project)
        attributes = tuple(_attribute(name, values) for name, values in columns.items())
        place = next((n for n, one in enumerate(attributes) if one.name == class_column), -1)
        classes = attributes[place].codes if place >= 0 else np.zeros(len(world), np.int32)
        return cls(
            geometries=world,
            ids=ids,
            attributes=attributes,
            classes=classes,
            class_attribute=place,
            areas=shapely.area(world),
            lengths=shapely.length(world),
            bounds=shapely.bounds(world),
        )


def _attribute(name: str, values: Sequence[Any]) -> Attribute:
    """Number the different values of a property; None and NaN are none."""
    place_of: dict[tuple[type, Any], int] = {}
    codes = np.empty(len(values), dtype=np.int32)
    missing = pd.isna(np.fromiter(values, dtype=object, count=len(values)))
    for row, (value, none) in enumerate(zip(values, missing.tolist(), strict=True)):
        codes[row] = -1 if none else place_of.setdefault((type(value), value), len(place_of))
    return Attribute(name, codes, tuple(encode_value(value) for _, value in place_of))


@dataclass(frozen=True)
class Level:
    """What is drawn at one zoom, for every tile of it: geometries (m,) with an index over them.

    `source` (m,) is the row of the feature; `merged` (m,) is 0, or for how many small features a
    square stands. The rows of squares come after those of features.
    """

    geometries: Geometries
    bounds: NDArray[np.float64]
    source: NDArray[np.int64]
    merged: NDArray[np.int64]
    tree: shapely.STRtree


def level(features: FeatureSet, zoom: int) -> Level:
    """Work out what is drawn at a zoom; the same for all zooms from `FINEST` on."""
    every = np.arange(len(features.geometries))
    drawable = ~shapely.is_empty(features.geometries)
    if zoom >= FINEST:
        rows = every[drawable]
        return _level(features.geometries[rows], rows, np.zeros(len(rows), dtype=np.int64))
    pixel = 1.0 / ((1 << zoom) * PIXELS)
    types = shapely.get_type_id(features.geometries)
    areal, linear = np.isin(types, _AREA_TYPES), np.isin(types, _LINE_TYPES)
    smallest = max(pixel**2, _least_area(features, areal, zoom))
    large = drawable & np.where(
        areal, features.areas >= smallest, np.where(linear, features.lengths >= pixel, False)
    )
    rows = every[large]
    shapes = shapely.simplify(features.geometries[rows], pixel * TOLERANCE, preserve_topology=False)
    gone = shapely.is_empty(shapes)
    shapes[gone] = features.geometries[rows[gone]]
    small = every[drawable & areal & ~large]
    squares, square_rows, merged = _squares(features, small, smallest)
    few_lines = _every_pixel(features, every[drawable & linear & ~large], pixel)
    points = _one_a_pixel(features, every[drawable & ~areal & ~linear], pixel)
    alone = np.concatenate([rows, few_lines, points])
    return _level(
        np.concatenate([shapes, features.geometries[np.concatenate([few_lines, points])], squares]),
        np.concatenate([alone, square_rows]),
        np.concatenate([np.zeros(len(alone), dtype=np.int64), merged]),
    )


def _level(shapes: Geometries, source: NDArray[np.int64], merged: NDArray[np.int64]) -> Level:
    tree = shapely.STRtree(shapes)
    # it is built at its first question, which must not be two tiles' at once
    tree.query(shapely.Point(0, 0))
    return Level(shapes, shapely.bounds(shapes), source, merged, tree)


def _least_area(features: FeatureSet, areal: NDArray[np.bool_], zoom: int) -> float:
    """Return the area below which polygons are summed up lest a tile hold too many of them.

    Where nothing drawn is smaller, a tile cannot hold more than its area has room for.
    """
    rows = np.flatnonzero(areal)
    if len(rows) <= MOST_IN_A_TILE:
        return 0.0
    column, row = (_centres(features.bounds[rows]) * (1 << zoom)).astype(np.int64).T
    _, tile_of, numbers = np.unique(
        column * (1 << zoom) + row, return_inverse=True, return_counts=True
    )
    fullest = int(np.argmax(numbers))
    if numbers[fullest] <= MOST_IN_A_TILE:
        return 0.0
    covered = features.areas[rows[tile_of.ravel() == fullest]].sum()
    return float(covered / MOST_IN_A_TILE)


def _squares(
    features: FeatureSet, rows: NDArray[np.int64], unit: float
) -> tuple[Geometries, NDArray[np.int64], NDArray[np.int64]]:
    """Sum up small polygons: squares of area `unit`, the feature each stands at, for how many."""
    rows, classes = _side_by_side(features, rows)
    stands, merged = _turns(features.areas[rows], classes, unit)
    chosen = rows[stands]
    x, y = _centres(features.bounds[chosen]).T
    half = np.sqrt(unit) / 2
    return shapely.box(x - half, y - half, x + half, y + half), chosen, merged


def _every_pixel(features: FeatureSet, rows: NDArray[np.int64], pixel: float) -> NDArray[np.int64]:
    """Choose among short lines so many that the length drawn is the length that there is."""
    rows, classes = _side_by_side(features, rows)
    stands, _ = _turns(features.lengths[rows], classes, pixel)
    return np.sort(rows[stands])


def _one_a_pixel(features: FeatureSet, rows: NDArray[np.int64], pixel: float) -> NDArray[np.int64]:
    """Choose of the points of a class that share a pixel the first."""
    cells = (_centres(features.bounds[rows]) // pixel).astype(np.int64)
    keys = np.column_stack([features.classes[rows], cells])
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.sort(rows[first])


def _turns(
    amounts: NDArray[np.float64], classes: NDArray[np.int32], unit: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add amounts up within each class; return where the sum fills another unit, and of how many.

    A class begins with half a unit, so that the error is as often too much as too little.
    """
    if not len(amounts):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    begins = np.flatnonzero(np.diff(classes, prepend=classes[0] - 1) != 0)
    sizes = np.diff(np.append(begins, len(classes)))
    total = np.cumsum(amounts)
    before = np.repeat(total[begins] - amounts[begins], sizes)
    filled = np.floor((total - before) / unit + 0.5).astype(np.int64)
    earlier = np.concatenate([[0], filled[:-1]])
    earlier[begins] = 0
    stands = np.flatnonzero(filled > earlier)
    # a square stands for those since the last one of its class
    nth = np.arange(len(amounts)) - np.repeat(begins, sizes)
    same_class = np.diff(classes[stands], prepend=-2) == 0
    since = (
        np.where(same_class, nth[np.concatenate([[0], stands[:-1]])] + 1, 0)
        if len(stands)
        else np.zeros(0, np.int64)
    )
    return stands, nth[stands] + 1 - since


def _side_by_side(
    features: FeatureSet, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Order rows by class and within it along a curve on which neighbours stay together."""
    cells = (np.clip(_centres(features.bounds[rows]), 0, 1) * 0xFFFFFF).astype(np.uint64)
    curve = _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1))
    order = np.lexsort((curve, features.classes[rows]))
    return rows[order], features.classes[rows][order]


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero between the bits, for a Morton number (Morton 1966)."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values


def _centres(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    return (bounds[:, :2] + bounds[:, 2:]) / 2


def cut(features: FeatureSet, drawn: Level, tile: Tile, name: str) -> bytes:
    """Return a tile in Mapbox Vector Tile format, empty where it shows nothing.

    A square has the class of those it stands for, and their
    number (`MERGED`), but no other property.
    """
    west, north, east, south = tile.reach
    found = np.sort(drawn.tree.query(shapely.box(west, north, east, south)))
    if not len(found):
        return b""
    bounds = drawn.bounds[found]
    sticks_out = (bounds[:, :2] < (west, north)).any(axis=1)
    sticks_out |= (bounds[:, 2:] > (east, south)).any(axis=1)
    shapes = drawn.geometries[found]
    shapes[sticks_out] = _clipped(shapes[sticks_out], tile.reach)
    types = shapely.get_type_id(shapes)
    there = ~shapely.is_empty(shapes) & (types < 7)
    shapes, found = shapes[there], found[there]
    if not len(found):
        return b""
    merged = drawn.merged[found]
    return encode_layer(
        name,
        shapes,
        features.ids[drawn.source[found]],
        _shown(features, drawn.source[found], merged),
        origin=tile.origin,
        side=tile.side,
    )


def _shown(
    features: FeatureSet, rows: NDArray[np.int64], merged: NDArray[np.int64]
) -> list[Attribute]:
    """Return the properties of what a tile shows, row by row of the tile."""
    alone = merged == 0
    shown = []
    for place, one in enumerate(features.attributes):
        codes: NDArray[np.int32] = one.codes[rows]
        if place != features.class_attribute:
            codes = np.where(alone, codes, np.int32(-1)).astype(np.int32)
        shown.append(Attribute(one.name, codes, one.values))
    if not alone.all():
        numbers, places = np.unique(merged, return_inverse=True)
        counted = np.where(alone, -1, places.ravel()).astype(np.int32)
        shown.append(Attribute(MERGED, counted, [encode_value(int(n)) for n in numbers]))
    return shown


def _clipped(shapes: Geometries, reach: tuple[float, float, float, float]) -> Geometries:
    """Cut off what lies beyond; a polygon that touches itself is mended where GEOS refuses it."""
    try:
        clipped: Geometries = shapely.clip_by_rect(shapes, *reach)
    except GEOSException:
        clipped = shapely.intersection(shapely.make_valid(shapes), shapely.box(*reach))
    # a polygon that only touches the edge leaves a line of it behind
    mixed = np.flatnonzero(shapely.get_type_id(clipped) == 7)
    for place in mixed.tolist():
        clipped[place] = _of_highest_dimension(clipped[place])
    return clipped


def _of_highest_dimension(collection: Any) -> Any:
    parts = shapely.get_parts(collection)
    if not len(parts):
        return collection
    dimensions = shapely.get_dimensions(parts)
    best = parts[dimensions == dimensions.max()]
    made = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return made[int(dimensions.max())](best) if len(best) > 1 else best[0]


def size_of(value: FeatureSet | Level) -> int:
    """Return about how many bytes of memory a set of features or a level of it takes."""
    vertices = int(shapely.get_num_coordinates(value.geometries).sum())
    # GEOS keeps 24 bytes a vertex and some 350 a geometry; the index some 100
    size = vertices * 24 + len(value.geometries) * 500
    if isinstance(value, FeatureSet):
        size += sum(one.codes.nbytes + sum(map(len, one.values)) for one in value.attributes)
    return size
