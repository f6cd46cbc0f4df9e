"""What is reached within a time: pieces of links, cut where the time is up, and the area around.

Minutes at nodes come from `dijkstra` or `sweeping`. On a link they grow evenly, so the place where
the time is up is found on the link itself and not at the next node: without that an isochrone of a
sparse network would end wherever the network happens to have a node. The area is what lies at most
`around` metres from a reached piece (a buffer, with gaps up to twice `close` metres filled), as one
leaves the road there; it says nothing of what lies farther off the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.ops import substring

from conurb.network.graph import Floats, Ints
from conurb.network.multimodal import ModeGraph, Network

METRES_A_DEGREE = 111_195.0

LEAST = 1e-9
"""A smaller share of a link is no piece of it."""


@dataclass(frozen=True, eq=False)
class Courses:
    """Links as they lie: ends, minutes over them there and back (inf: no way), lines in degrees."""

    tails: Ints
    heads: Ints
    there: Floats
    back: Floats
    lines: tuple[shapely.LineString, ...]


@dataclass(frozen=True)
class Isochrone:
    """What is reached in at most `limit` minutes: pieces of links, and the area around, in degrees.

    Areas of longer limits hold those of shorter ones.
    """

    limit: float
    pieces: shapely.MultiLineString
    area: shapely.Geometry


def courses_of(network: Network, base: ModeGraph) -> Courses:
    """Return the links of a network as one travels over them in a graph of it."""
    size = len(network.links)
    there, back = np.full(size, np.inf), np.full(size, np.inf)
    tails = np.array([link.tail for link in network.links], dtype=np.int32)
    heads = np.array([link.head for link in network.links], dtype=np.int32)
    arcs = base.arcs
    over = np.flatnonzero((arcs.links >= 0) & (arcs.lines < 0))
    links = arcs.links[over]
    for minutes, begins, ends in ((there, tails, heads), (back, heads, tails)):
        along = (arcs.tails[over] == begins[links]) & (arcs.heads[over] == ends[links])
        np.minimum.at(minutes, links[along], arcs.minutes[over][along])
    lines = tuple(shapely.LineString(link.geometry) for link in network.links)
    return Courses(tails, heads, there, back, lines)


def isochrones(
    minutes: Floats,
    courses: Courses,
    limits: Sequence[float],
    *,
    around: float = 800.0,
    close: float = 1_000.0,
) -> list[Isochrone]:
    """Return what is reached within each limit; `minutes` are those from an origin to each node."""
    return [
        Isochrone(limit, pieces, area_around(pieces, around, close))
        for limit in limits
        for pieces in [reached(minutes, courses, limit)]
    ]


def reached(minutes: Floats, courses: Courses, limit: float) -> shapely.MultiLineString:
    """Return the pieces of links that are reached in at most `limit` minutes."""
    begin = _share(minutes[courses.tails], courses.there, limit)
    end = _share(minutes[courses.heads], courses.back, limit)
    pieces: list[shapely.LineString] = []
    for at in np.flatnonzero((begin > LEAST) | (end > LEAST)):
        line = courses.lines[at]
        if begin[at] + end[at] >= 1.0:
            pieces.append(line)
            continue
        if begin[at] > LEAST:
            pieces.append(_piece(line, 0.0, float(begin[at])))
        if end[at] > LEAST:
            pieces.append(_piece(line, 1.0 - float(end[at]), 1.0))
    return shapely.MultiLineString(pieces)


def area_around(
    pieces: shapely.MultiLineString, around: float, close: float = 0.0
) -> shapely.Geometry:
    """Return what lies at most `around` metres from pieces in degrees, gaps of `close` filled."""
    if pieces.is_empty:
        return shapely.Polygon()
    west, south, east, north = pieces.bounds
    scale = METRES_A_DEGREE * np.array([np.cos(np.radians((south + north) / 2)), 1.0])
    origin = np.array([(west + east) / 2, (south + north) / 2])
    flat = shapely.transform(pieces, lambda points: (points - origin) * scale)
    wide = shapely.buffer(shapely.buffer(flat, around + close, quad_segs=6), -close, quad_segs=6)
    drawn = shapely.simplify(wide, around / 20)
    return shapely.transform(drawn, lambda points: points / scale + origin)


def _share(begin: Floats, spent: Floats, limit: float) -> Floats:
    """How much of each link is reached from one of its ends, as a share from 0 to 1."""
    left = limit - begin
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.where(spent > 0, left / spent, np.where(left >= 0, 1.0, 0.0))
    return np.asarray(np.where(np.isfinite(spent) & (left >= 0), np.clip(share, 0.0, 1.0), 0.0))


def _piece(line: shapely.LineString, begin: float, end: float) -> shapely.LineString:
    return substring(line, begin, end, normalized=True)
