"""How deep collections lie within collections in WKB, told without building a geometry.

GEOS reads collections by recursion: some ten thousand within each other, a file of 180 kB, end the
whole process. No map needs more than a few.

Source: OGC 06-103r4, 8.2 (WKB); codes of the third and fourth dimension as in EWKB and ISO 19125.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

__all__ = ["DEEPEST", "is_too_deep"]

DEEPEST = 32
"""As deep as GDAL goes."""

_HEAD = 9
_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_HIGH, _MEASURED, _NUMBERED = 0x80000000, 0x40000000, 0x20000000
_MULTI = (4, 5, 6, _COLLECTION)


def is_too_deep(wkb: bytes, deepest: int = DEEPEST) -> bool:
    """Tell whether collections are nested deeper than `deepest`; what is cut off ends the walk."""
    if len(wkb) < _HEAD or _head(wkb, 0).kind != _COLLECTION:
        return False
    try:
        return _walks_deeper(wkb, deepest)
    except struct.error:
        return False  # it ends too early, or is no WKB: whoever reads it says so


class _Head(NamedTuple):
    """A geometry's head: its type, ordinates a point, order of bytes, where its body begins."""

    kind: int
    ordinates: int
    order: str
    body: int


def _walks_deeper(wkb: bytes, deepest: int) -> bool:
    left = [1]  # geometries still to come, at each level
    at = 0
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        head = _head(wkb, at)
        if head.kind in _MULTI:
            left.append(_number(wkb, head.body, head.order))
            if len(left) > deepest:
                return True
            at = head.body + 4
        else:
            at = _end(wkb, head)
    return False


def _end(wkb: bytes, head: _Head) -> int:
    """Return where a point, line or polygon ends. Raises struct.error for anything else."""
    size = 8 * head.ordinates
    if head.kind == _POINT:
        return head.body + size
    number = _number(wkb, head.body, head.order)
    at = head.body + 4
    if head.kind == _LINE:
        return at + size * number
    if head.kind != _POLYGON:
        raise struct.error(head.kind)
    for _ring in range(number):
        at += 4 + size * _number(wkb, at, head.order)
    return at


def _number(wkb: bytes, at: int, order: str) -> int:
    return int(struct.unpack_from(f"{order}I", wkb, at)[0])


def _head(wkb: bytes, at: int) -> _Head:
    order = "<" if wkb[at : at + 1] == b"\1" else ">"
    code = _number(wkb, at + 1, order)
    plain = code & 0x0FFFFFFF
    dimensions = plain // 1000
    ordinates = 2 + bool(code & _HIGH or dimensions in {1, 3})
    ordinates += bool(code & _MEASURED or dimensions in {2, 3})
    return _Head(plain % 1000, ordinates, order, at + (9 if code & _NUMBERED else 5))
