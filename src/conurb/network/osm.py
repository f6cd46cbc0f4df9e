"""Streets and tracks from OpenStreetMap: PBF or XML, as GDAL reads them.

GDAL gives the ways as lines without the numbers of their nodes. Ways that share a node of
OpenStreetMap share its coordinates to the last of seven decimals, so that is how they are joined;
a bridge and the street below it share none and stay apart. Two nodes at the very same place would
be taken as one, which in OpenStreetMap is a fault that its own checks report.

Classes follow wiki.openstreetmap.org/wiki/Key:highway. Where a way has no maxspeed, the speed is
that of the road's class in China: Regulation on the Implementation of the Road Traffic Safety Law,
articles 45 and 78, and CJJ 37-2012 for streets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from conurb.network.checking import Problem
from conurb.network.exporting import NoNetworkError
from conurb.network.graph import Floats
from conurb.network.multimodal import MODES_OF, Link, LinkClass, Mode, Network, Node, Point
from conurb.region.tables import Bilingual

__all__ = [
    "CAPACITY_A_LANE",
    "DRIVEN",
    "Way",
    "class_of",
    "hstore",
    "joined",
    "modes_of",
    "read_osm",
    "speed_of",
    "ways_of",
]

_CLASSES = {
    "motorway": LinkClass.EXPRESSWAY,
    "trunk": LinkClass.TRUNK,
    "primary": LinkClass.PRIMARY,
    "secondary": LinkClass.SECONDARY,
    "tertiary": LinkClass.TERTIARY,
    "unclassified": LinkClass.LOCAL,
    "residential": LinkClass.LOCAL,
    "living_street": LinkClass.LOCAL,
    "road": LinkClass.LOCAL,
    "service": LinkClass.LOCAL,
    "footway": LinkClass.PATH,
    "path": LinkClass.PATH,
    "pedestrian": LinkClass.PATH,
    "steps": LinkClass.PATH,
    "cycleway": LinkClass.PATH,
}
_RAILS = {
    "subway": LinkClass.METRO,
    "light_rail": LinkClass.METRO,
    "monorail": LinkClass.METRO,
}
SPEEDS = {
    LinkClass.EXPRESSWAY: 100.0,
    LinkClass.TRUNK: 80.0,
    LinkClass.PRIMARY: 60.0,
    LinkClass.SECONDARY: 50.0,
    LinkClass.TERTIARY: 40.0,
    LinkClass.LOCAL: 30.0,
    LinkClass.RAMP: 40.0,
    LinkClass.PATH: 5.0,
    LinkClass.HIGHSPEED: 300.0,
    LinkClass.INTERCITY: 160.0,
    LinkClass.RAILWAY: 120.0,
    LinkClass.METRO: 80.0,
}
"""km/h where nothing is posted."""
CAPACITY_A_LANE = {
    LinkClass.EXPRESSWAY: 1800.0,
    LinkClass.TRUNK: 1400.0,
    LinkClass.PRIMARY: 900.0,
    LinkClass.SECONDARY: 700.0,
    LinkClass.TERTIARY: 500.0,
}
"""Vehicles an hour on a lane, of the order of CJJ 37-2012 and JTG B01-2014, signals included."""
DRIVEN = frozenset(CAPACITY_A_LANE) | {LinkClass.RAMP}
"""The classes that a regional network needs; streets of a neighbourhood are left out."""

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_ZONE = re.compile(r"[a-z]{2}:(?:[a-z_ ]+:?)?(?P<kmh>\d+)?")
_WALKING = {"walk", "cn:walk", "de:walk", "de:living_street"}
_POSTED = ("maxspeed", "maxspeed:forward", "maxspeed:backward")
_KMH = {None: 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_ONE_WAY = {"yes", "true", "1"}
_BACKWARDS = {"-1", "reverse"}
_TWO_WAY = {"", "no", "false", "0"}
_SHUT = {"no", "private"}
_GRAIN = 1e7
_ELLIPSOID = Geod(ellps="WGS84")
_IDENTITY_DEGREES = 180


@dataclass(frozen=True)
class Way:
    """A way of OpenStreetMap with what it means to a network."""

    osm_id: str
    kind: LinkClass
    modes: frozenset[Mode]
    speed_kmh: float
    both_ways: bool
    backwards: bool
    capacity: float | None
    name: Bilingual
    ref: str


def read_osm(
    file: Path,
    name: Bilingual,
    *,
    classes: frozenset[LinkClass] = DRIVEN,
    bbox: tuple[float, float, float, float] | None = None,
    area: BaseGeometry | None = None,
) -> tuple[Network, list[Problem]]:
    """Return the streets and tracks of these classes, and what was passed over and why.

    `bbox` is west, south, east, north in degrees; `area` a polygon: a piece of a way whose middle
    lies outside is left out. Raises NoNetworkError for a file that GDAL cannot read, or in which
    nothing is left.
    """
    tags, lines = _lines(file, bbox)
    problems: list[Problem] = []
    kept: list[tuple[Way, np.ndarray]] = []
    for row, line in zip(tags, lines, strict=True):
        way = _way(row, problems)
        if way is None or way.kind not in classes:
            continue
        if line is None or line.geom_type != "LineString" or line.is_empty:
            problems.append(_passed_over(way.osm_id, "没有线形", "it has no line"))
            continue
        points = shapely.get_coordinates(line)
        kept.append((way, points[::-1] if way.backwards else points))
    nodes, links = _joined(kept, area)
    if not links:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 在所选范围与道路等级内没有道路",
                f"{file.name} has no roads of these classes in this area",
            )
        )
    return Network(name, nodes, links), [*problems, *_restrictions(file)]


def joined(name: Bilingual, extracts: Sequence[Network]) -> Network:
    """Return several extracts as one network.

    Nodes of one key are one, as extracts of OpenStreetMap share them at their borders; so are links
    of one key.
    """
    nodes: dict[str, Node] = {}
    links: dict[str, Link] = {}
    for extract in extracts:
        for node in extract.nodes:
            nodes.setdefault(node.key, node)
    number = {key: at for at, key in enumerate(nodes)}
    for extract in extracts:
        for link in extract.links:
            ends = [number[extract.nodes[node].key] for node in (link.tail, link.head)]
            links.setdefault(link.key, replace(link, tail=ends[0], head=ends[1]))
    return Network(name, tuple(nodes.values()), tuple(links.values()))


def hstore(text: str | None) -> dict[str, str]:
    """Return the pairs of PostgreSQL's hstore notation, in which GDAL gives rarer tags."""
    if not text:
        return {}
    return {_plain(key): _plain(value) for key, value in _PAIR.findall(text)}


def class_of(tags: Mapping[str, str]) -> LinkClass | None:
    """Return what a way's highway or railway tag makes it; None where it is no street or track."""
    highway = tags.get("highway", "")
    if highway:
        if highway.endswith("_link"):
            return LinkClass.RAMP if highway[:-5] in _CLASSES else None
        return _CLASSES.get(highway)
    railway = tags.get("railway", "")
    if railway == "rail" and tags.get("service", "") == "":
        return LinkClass.HIGHSPEED if tags.get("highspeed") == "yes" else LinkClass.RAILWAY
    return _RAILS.get(railway)


def speed_of(tags: Mapping[str, str], kind: LinkClass) -> float | None:
    """Return the posted km/h, the class's where none is posted; None where it makes no sense."""
    given = next((tags[key] for key in _POSTED if tags.get(key, "").strip()), "")
    posted = given.split(";")[0].strip().lower()
    if posted in _WALKING:
        return SPEEDS[LinkClass.PATH]
    # as CN:urban or DE:zone:30, of which only a number says something here
    zone = _ZONE.fullmatch(posted)
    if posted in {"", "none", "no", "signals", "variable"} or (zone and not zone["kmh"]):
        return SPEEDS[kind]
    found = _SPEED.fullmatch(zone["kmh"] if zone else posted)
    if found is None:
        return None
    speed = float(found[1]) * _KMH[found[2]]
    return speed if speed > 0 else None


def ways_of(tags: Mapping[str, str], kind: LinkClass) -> tuple[bool, bool]:
    """Return whether a way leads both ways, and whether it leads against its drawing."""
    given = tags.get("oneway", "").lower()
    if given in _BACKWARDS:
        return False, True
    if given in _ONE_WAY:
        return False, False
    if given in _TWO_WAY - {""}:
        return True, False
    implied = kind is LinkClass.EXPRESSWAY or tags.get("junction") in {"roundabout", "circular"}
    return not implied, False


def modes_of(tags: Mapping[str, str], kind: LinkClass) -> frozenset[Mode]:
    """Return by what one may move over a way: the class's modes, as its access tags narrow them."""
    modes = set(MODES_OF[kind])
    motor = tags.get("motor_vehicle", tags.get("vehicle", tags.get("access", "")))
    if motor in _SHUT:
        modes -= {Mode.CAR, Mode.TRUCK, Mode.BUS}
    if tags.get("motorcar") in _SHUT:
        modes.discard(Mode.CAR)
    if tags.get("hgv", tags.get("goods", "")) in _SHUT:
        modes.discard(Mode.TRUCK)
    if tags.get("bus", tags.get("psv", "")) in {"yes", "designated"} and kind not in {
        LinkClass.PATH,
        LinkClass.RAMP,
        LinkClass.EXPRESSWAY,
    }:
        modes.add(Mode.BUS)
    if tags.get("foot", tags.get("access", "")) in _SHUT:
        modes.discard(Mode.WALK)
    return frozenset(modes)


def _way(tags: Mapping[str, str], problems: list[Problem]) -> Way | None:
    kind = class_of(tags)
    if kind is None or tags.get("area") == "yes":
        return None
    osm_id = tags["osm_id"]
    speed = speed_of(tags, kind)
    if speed is None:
        posted = next(tags[key] for key in _POSTED if tags.get(key, "").strip())
        problems.append(
            Problem(
                f"way/{osm_id}",
                "maxspeed",
                Bilingual(
                    f"maxspeed“{posted}”无法识别，按同类道路 {SPEEDS[kind]:g} 公里/小时计",
                    f"maxspeed “{posted}” is not understood; taken as {SPEEDS[kind]:g} km/h, as "
                    "roads of its class",
                ),
                severity="warning",
            )
        )
        speed = SPEEDS[kind]
    modes = modes_of(tags, kind)
    if not modes:
        return None
    both_ways, backwards = ways_of(tags, kind)
    if tags.get("oneway", "").lower() not in _ONE_WAY | _BACKWARDS | _TWO_WAY:
        how_zh, how = ("双向", "both ways") if both_ways else ("单行", "one way")
        problems.append(
            Problem(
                f"way/{osm_id}",
                "oneway",
                Bilingual(
                    f"oneway“{tags['oneway']}”按{how_zh}计",
                    f"oneway “{tags['oneway']}” is taken as {how}",
                ),
                severity="warning",
            )
        )
    names = Bilingual(tags.get("name:zh", tags.get("name", "")), tags.get("name:en", ""))
    return Way(
        osm_id,
        kind,
        modes,
        speed,
        both_ways,
        backwards,
        _capacity(tags, kind, both_ways),
        Bilingual(names.zh, names.en or names.zh),
        tags.get("ref", "").split(";")[0],
    )


def _capacity(tags: Mapping[str, str], kind: LinkClass, both_ways: bool) -> float | None:
    lanes = tags.get("lanes", "")
    a_lane = CAPACITY_A_LANE.get(kind)
    if a_lane is None or not lanes.isdecimal() or not 0 < int(lanes) <= 20:
        return None
    return a_lane * max(int(lanes) / 2 if both_ways else int(lanes), 1)


def _lines(
    file: Path, bbox: tuple[float, float, float, float] | None
) -> tuple[Iterator[dict[str, str]], Sequence[Any]]:
    """The ways of a file that are streets or tracks: tags of each, and its line."""
    try:
        meta, _, geometry, values = pyogrio.raw.read(
            file,
            layer="lines",
            where="highway IS NOT NULL OR railway IS NOT NULL",
            bbox=bbox,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 不能作为 OpenStreetMap 文件读取（应为 .osm.pbf 或 .osm）：{error}",
                f"{file.name} cannot be read as OpenStreetMap (.osm.pbf or .osm): {error}",
            )
        ) from error
    fields = list(meta["fields"])
    lines = shapely.from_wkb(geometry)
    return (_tags(fields, row) for row in zip(*values, strict=True)), lines


def _restrictions(file: Path) -> list[Problem]:
    """What is to be said of turns that are forbidden: graphs of links do not know them."""
    try:
        _, _, _, values = pyogrio.raw.read(
            file,
            layer="other_relations",
            columns=["type"],
            where="type LIKE 'restriction%'",
            read_geometry=False,
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        return []
    count = len(values[0])
    if not count:
        return []
    return [
        Problem(
            file.name,
            "restrictions",
            Bilingual(
                f"有 {count} 条转向限制，路网不含转向，未予采用",
                f"{count} restrictions of turns are not heeded: the network knows no turns",
            ),
            severity="warning",
        )
    ]


def _tags(fields: Sequence[str], row: Sequence[Any]) -> dict[str, str]:
    plain = {key: str(value) for key, value in zip(fields, row, strict=True) if value is not None}
    return hstore(plain.pop("other_tags", "")) | plain


def _joined(
    ways: Sequence[tuple[Way, np.ndarray]], area: BaseGeometry | None
) -> tuple[tuple[Node, ...], tuple[Link, ...]]:
    """Cut the ways where they meet; return the places where they meet, and the pieces."""
    if not ways:
        return (), ()
    sizes = [len(points) for _, points in ways]
    grains = np.round(np.concatenate([points for _, points in ways]) * _GRAIN).astype(np.int64)
    _, place, uses = np.unique(
        grains[:, 0] * np.int64(4 * _IDENTITY_DEGREES * _GRAIN) + grains[:, 1],
        return_inverse=True,
        return_counts=True,
    )
    starts = np.concatenate(([0], np.cumsum(sizes)))
    along = _metres_along(np.concatenate([points for _, points in ways]))
    meets = uses > 1
    meets[place[starts[:-1]]] = True
    meets[place[starts[1:] - 1]] = True
    if area is not None:
        shapely.prepare(area)
    nodes: dict[int, Node] = {}
    number: dict[int, int] = {}
    links: list[Link] = []
    for (way, points), start in zip(ways, starts.tolist(), strict=False):
        places = place[start : start + len(points)]
        cuts = np.flatnonzero(meets[places]).tolist()
        for begin, end in pairwise(cuts):
            middle = points[(begin + end) // 2]
            if area is not None and not shapely.contains_xy(area, *middle):
                continue
            geometry = tuple((float(lon), float(lat)) for lon, lat in points[begin : end + 1])
            ends = []
            for at in (begin, end):
                key = int(places[at])
                if key not in number:
                    number[key] = len(nodes)
                    nodes[key] = _node(points[at])
                ends.append(number[key])
            if ends[0] == ends[1] and len(geometry) < 3:
                continue
            metres = float(along[start + end] - along[start + begin])
            links.append(_link(way, f"{begin}-{end}", ends, geometry, metres))
    return tuple(nodes.values()), tuple(links)


def _metres_along(points: np.ndarray) -> Floats:
    """Metres along all points one after the other, on the WGS 84 ellipsoid: one value a point.

    Between points of one way the difference is the way's length between them.
    """
    _, _, metres = _ELLIPSOID.inv(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    return np.concatenate(([0.0], np.cumsum(metres)))


def _node(point: np.ndarray) -> Node:
    longitude, latitude = float(point[0]), float(point[1])
    return Node(f"osm:{longitude:.7f},{latitude:.7f}", longitude, latitude)


def _link(
    way: Way, piece: str, ends: Sequence[int], geometry: tuple[Point, ...], metres: float
) -> Link:
    return Link(
        key=f"way/{way.osm_id}/{piece}",
        tail=ends[0],
        head=ends[1],
        kind=way.kind,
        modes=way.modes,
        length_m=round(metres, 1),
        speed_kmh=way.speed_kmh,
        geometry=geometry,
        both_ways=way.both_ways,
        capacity=way.capacity,
        name=way.name,
        ref=way.ref,
        road=f"way/{way.osm_id}",
    )


def _passed_over(osm_id: str, zh: str, en: str) -> Problem:
    return Problem(
        f"way/{osm_id}",
        "passed-over",
        Bilingual(f"{zh}，略过", f"{en}; passed over"),
        None,
        "warning",
    )


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
