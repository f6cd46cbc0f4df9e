"""Mapbox Vector Tiles, written with arrays: no step of it loops over vertices or features.

A tile is Protocol Buffers, and all that the features of a layer hold is varints: tags, lengths,
identities, commands, deltas. So the whole block is laid out as one array of integers and turned
into bytes at once. Sources: Mapbox Vector Tile Specification 2.1 (section 4, and its
vector_tile.proto); Protocol Buffers encoding (base 128 varints).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["EXTENT", "Attribute", "encode_layer", "encode_value"]

EXTENT = 4096
"""Units along the side of a tile."""

Integers = NDArray[np.int64]
Geometries = NDArray[Any]

POINT, LINE, POLYGON = 1, 2, 3
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
_KIND_OF_TYPE = np.array([POINT, LINE, LINE, POLYGON, POINT, LINE, POLYGON, POLYGON])
"""By shapely's type number: Point, LineString, LinearRing, Polygon, and the Multi… of them."""

# field number and wire type of vector_tile.proto, as the byte that stands before a value
_FEATURE_OF_LAYER, _LAYER_OF_TILE = 0x12, 0x1A
_ID, _TAGS, _TYPE, _GEOMETRY = 0x08, 0x12, 0x18, 0x22
_NAME, _KEY, _VALUE, _EXTENT, _VERSION = 0x0A, 0x1A, 0x22, 0x28, 0x78


@dataclass(frozen=True)
class Attribute:
    """A property of features: `codes` (n,) names each one's value in `values`; -1 is none.

    `values` are encoded already (`encode_value`), once a layer instead of once a tile.
    """

    name: str
    codes: NDArray[np.int32]
    values: Sequence[bytes]


def encode_value(value: object) -> bytes:
    """Return the message `Value`: a bool, an integer, a float, or the text of anything else."""
    if isinstance(value, (bool, np.bool_)):
        return b"\x38" + bytes([bool(value)])
    if isinstance(value, (int, np.integer)):
        zigzag = (int(value) << 1) ^ (int(value) >> 63)
        return b"\x30" + _varint(zigzag & (2**64 - 1))
    if isinstance(value, (float, np.floating)):
        return b"\x19" + struct.pack("<d", float(value))
    text = str(value).encode()
    return b"\x0a" + _varint(len(text)) + text


def encode_layer(
    name: str,
    geometries: Geometries,
    ids: Integers,
    attributes: Sequence[Attribute],
    *,
    origin: tuple[float, float],
    side: float,
) -> bytes:
    """Return a tile of one layer; empty where nothing is left of the geometries.

    `geometries` (n,) are clipped already, in the unit of `origin` (the tile's upper left corner)
    and `side`, y downwards; `ids` (n,) are not negative. What the grid of the tile makes a point of
    (rings without area, lines without length) is left out.
    """
    blocks = []
    used = [np.zeros(len(one.values), dtype=bool) for one in attributes]
    drawn = []
    kinds = _KIND_OF_TYPE[shapely.get_type_id(geometries)]
    for kind in (POLYGON, LINE, POINT):
        of_kind = np.flatnonzero(kinds == kind)
        if not len(of_kind):
            continue
        kept, commands, counts = _draw(geometries[of_kind], kind, origin, side)
        if not len(kept):
            continue
        chosen = of_kind[kept]
        drawn.append((kind, chosen, commands, counts))
        for seen, one in zip(used, attributes, strict=True):
            codes = one.codes[chosen]
            seen[codes[codes >= 0]] = True
    if not drawn:
        return b""
    numbers, values = _number_values(attributes, used)
    for kind, chosen, commands, counts in drawn:
        tags, tag_counts = _tags([one.codes[chosen] for one in attributes], numbers)
        blocks.append(_features(ids[chosen], kind, tags, tag_counts, commands, counts))
    layer = b"".join(
        (
            bytes([_VERSION, 2]),
            _delimited(_NAME, name.encode()),
            *blocks,
            *(_delimited(_KEY, one.name.encode()) for one in attributes),
            *(_delimited(_VALUE, value) for value in values),
            bytes([_EXTENT]) + _varint(EXTENT),
        )
    )
    return _delimited(_LAYER_OF_TILE, layer)


def _number_values(
    attributes: Sequence[Attribute], used: Sequence[NDArray[np.bool_]]
) -> tuple[list[Integers], list[bytes]]:
    """Give the values that occur their place in the layer's list; the same value stands once."""
    place_of: dict[bytes, int] = {}
    numbers = []
    for one, seen in zip(attributes, used, strict=True):
        number = np.full(len(seen), -1, dtype=np.int64)
        for code in np.flatnonzero(seen).tolist():
            number[code] = place_of.setdefault(one.values[code], len(place_of))
        numbers.append(number)
    return numbers, list(place_of)


def _tags(
    codes: Sequence[NDArray[np.int32]], numbers: Sequence[Integers]
) -> tuple[Integers, Integers]:
    """Return the pairs (key, value) of all features one after the other, and how many each has."""
    if not codes:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    table = np.empty((len(codes[0]), len(codes), 2), dtype=np.int64)
    for key, (code, number) in enumerate(zip(codes, numbers, strict=True)):
        table[:, key, 0] = key
        table[:, key, 1] = np.where(code >= 0, number[code] if len(number) else -1, -1)
    there = table[:, :, 1] >= 0
    return table[there].ravel(), 2 * there.sum(axis=1)


def _features(
    ids: Integers,
    kind: int,
    tags: Integers,
    tag_counts: Integers,
    commands: Integers,
    counts: Integers,
) -> bytes:
    """Return the messages `Feature` of a layer, each behind its own length."""
    number = len(ids)
    if not len(tag_counts):
        tag_counts = np.zeros(number, dtype=np.int64)
    tag_bytes = _sums(_widths(tags), tag_counts)
    command_bytes = _sums(_widths(commands), counts)
    constant = np.full(number, 1, dtype=np.int64)
    head = np.stack([constant * _ID, ids, constant * _TAGS, tag_bytes], axis=1)
    middle = np.stack(
        [constant * _TYPE, constant * kind, constant * _GEOMETRY, command_bytes], axis=1
    )
    length = _widths(head).sum(axis=1) + _widths(middle).sum(axis=1) + tag_bytes + command_bytes
    start = np.stack([constant * _FEATURE_OF_LAYER, length], axis=1)
    stream = _interleave(
        (start.ravel(), constant * 2),
        (head.ravel(), constant * 4),
        (tags, tag_counts),
        (middle.ravel(), constant * 4),
        (commands, counts),
    )
    return _varints(stream)


def _interleave(*parts: tuple[Integers, Integers]) -> Integers:
    """Put together, feature by feature, what each part has of it: (values, how many each)."""
    per_feature = np.sum([counts for _, counts in parts], axis=0)
    starts = np.cumsum(per_feature) - per_feature
    whole = np.empty(int(per_feature.sum()), dtype=np.int64)
    for values, counts in parts:
        whole[_ranges(starts, counts)] = values
        starts = starts + counts
    return whole


def _draw(
    geometries: Geometries, kind: int, origin: tuple[float, float], side: float
) -> tuple[Integers, Integers, Integers]:
    """Return which geometries can be drawn, their commands in a row, and how many each has."""
    pieces, piece_of = shapely.get_parts(geometries, return_index=True)
    outer = np.ones(len(pieces), dtype=bool)
    ring_piece = np.arange(len(pieces))
    if kind == POLYGON:
        pieces, ring_piece = shapely.get_rings(pieces, return_index=True)
        outer = np.diff(ring_piece, prepend=-1) > 0
    xy, of = shapely.get_coordinates(pieces, return_index=True)
    grid = np.rint((xy - origin) * (EXTENT / side)).astype(np.int64)
    if kind == POINT:
        return _points(grid, piece_of[of], len(geometries))
    grid, of = _distinct(grid, of, closed=kind == POLYGON)
    counts = np.bincount(of, minlength=len(pieces))
    if kind == POLYGON:
        area = _double_areas(grid, of, counts)
        whole = (counts >= 3) & (area != 0)
        outer_whole = np.zeros(int(ring_piece.max(initial=-1)) + 1, dtype=bool)
        outer_whole[ring_piece[outer & whole]] = True
        whole &= outer_whole[ring_piece]
        grid = _turned(grid, of, counts, (area > 0) != outer)
    else:
        whole = counts >= 2
    keep = whole[of]
    grid = grid[keep]
    counts = counts[whole]
    feature = piece_of[ring_piece[whole]]
    return _paths(grid, counts, feature, len(geometries), closed=kind == POLYGON)


def _distinct(grid: Integers, of: Integers, *, closed: bool) -> tuple[Integers, Integers]:
    """Leave out vertices that fall on the one before; of closed rings also the last, the first."""
    first = np.diff(of, prepend=-1) != 0
    moved = np.ones(len(grid), dtype=bool)
    moved[1:] = (grid[1:] != grid[:-1]).any(axis=1)
    keep = first | moved
    grid, of = grid[keep], of[keep]
    if not closed or not len(grid):
        return grid, of
    starts = np.flatnonzero(np.diff(of, prepend=-1) != 0)
    lasts = np.append(starts[1:], len(of)) - 1
    again = (grid[lasts] == grid[starts]).all(axis=1) & (lasts > starts)
    keep = np.ones(len(grid), dtype=bool)
    keep[lasts[again]] = False
    return grid[keep], of[keep]


def _double_areas(grid: Integers, of: Integers, counts: Integers) -> Integers:
    """Return twice the signed area of each ring (surveyor's formula), exact in integers."""
    following = _next_in_ring(counts)
    x, y = grid.T
    cross = x * y[following] - x[following] * y
    area = np.zeros(len(counts), dtype=np.int64)
    np.add.at(area, of, cross)
    return area


def _next_in_ring(counts: Integers) -> Integers:
    starts = np.cumsum(counts) - counts
    following = np.arange(1, int(counts.sum()) + 1)
    there = counts > 0
    following[(starts + counts - 1)[there]] = starts[there]
    return following


def _turned(grid: Integers, of: Integers, counts: Integers, wrong: NDArray[np.bool_]) -> Integers:
    """Reverse the rings that run the wrong way: outer ones have a positive area, holes not."""
    starts = np.cumsum(counts) - counts
    place = np.arange(len(grid))
    mirrored = 2 * starts[of] + counts[of] - 1 - place
    return grid[np.where(wrong[of], mirrored, place)]


def _paths(
    grid: Integers, counts: Integers, feature: Integers, number: int, *, closed: bool
) -> tuple[Integers, Integers, Integers]:
    """Return the commands of lines and rings: move, line through the others, close."""
    starts = np.cumsum(counts) - counts
    steps = np.diff(grid, axis=0, prepend=0)
    first_of_feature = starts[np.diff(feature, prepend=-1) != 0]
    steps[first_of_feature] = grid[first_of_feature]
    sizes = 2 * counts + 2 + closed
    ends = np.cumsum(sizes)
    begins = ends - sizes
    commands = np.empty(int(sizes.sum()), dtype=np.int64)
    commands[begins] = MOVE_TO | (1 << 3)
    commands[begins + 3] = LINE_TO | ((counts - 1) << 3)
    if closed:
        commands[ends - 1] = CLOSE_PATH | (1 << 3)
    # behind the command to move stands the first vertex, behind the one to draw all others
    nth = np.arange(len(grid)) - np.repeat(starts, counts)
    at = np.repeat(begins, counts) + 1 + 2 * nth + (nth > 0)
    commands[at] = _zigzag(steps[:, 0])
    commands[at + 1] = _zigzag(steps[:, 1])
    each = np.bincount(feature, weights=sizes, minlength=number).astype(np.int64)
    kept = np.flatnonzero(each)
    return kept, commands, each[kept]


def _points(grid: Integers, feature: Integers, number: int) -> tuple[Integers, Integers, Integers]:
    counts = np.bincount(feature, minlength=number)
    kept = np.flatnonzero(counts)
    counts = counts[kept]
    starts = np.cumsum(counts) - counts
    steps = np.diff(grid, axis=0, prepend=0)
    steps[starts] = grid[starts]
    head = MOVE_TO | (counts << 3)
    deltas = _zigzag(steps).ravel()
    return kept, _interleave((head, np.ones_like(counts)), (deltas, 2 * counts)), 2 * counts + 1


def _zigzag(values: Integers) -> Integers:
    zigzag: Integers = (values << 1) ^ (values >> 63)
    return zigzag


def _ranges(starts: Integers, counts: Integers) -> Integers:
    """Return start, start + 1, … of each start, so many as its count."""
    total = int(counts.sum())
    ranges: Integers = np.arange(total) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return ranges


def _sums(values: Integers, counts: Integers) -> Integers:
    """Return the sums of consecutive runs of values, so many as the counts say; 0 of none."""
    total = np.concatenate(([0], np.cumsum(values)))
    ends = np.cumsum(counts)
    return np.asarray(total[ends] - total[ends - counts], dtype=np.int64)


def _widths(values: Integers) -> Integers:
    """Return how many bytes each value takes as a varint."""
    widths = np.ones(values.shape, dtype=np.int64)
    for bits in range(7, 63, 7):
        more = values >= (1 << bits)
        if not more.any():
            break
        widths += more
    return widths


def _varints(values: Integers) -> bytes:
    """Return values, none negative, as varints in a row: seven bits a byte, the lowest first."""
    widths = _widths(values)
    starts = np.cumsum(widths) - widths
    out = np.empty(int(widths.sum()), dtype=np.uint8)
    for nth in range(int(widths.max(initial=0))):
        there = widths > nth
        part = (values[there] >> (7 * nth)) & 0x7F
        out[starts[there] + nth] = part | np.where(widths[there] > nth + 1, 0x80, 0)
    return out.tobytes()


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _delimited(tag: int, content: bytes) -> bytes:
    return bytes([tag]) + _varint(len(content)) + content
