"""Streets from lines that anybody drew: GeoPackage, Shapefile, GeoJSON or whatever GDAL reads.

A mapping says which column holds what. Ends that lie within a tolerance of one another become one
node; where it is asked for, lines are cut where others end on them, or also where they cross. Every
end that is moved, every row that is passed over and every part that hangs apart is told.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyogrio
import pyproj
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.ops import substring

from conurb.network.checking import Problem, check
from conurb.network.exporting import NoNetworkError
from conurb.network.graph import Floats
from conurb.network.multimodal import MODES_OF, Link, LinkClass, Network, Node, Point
from conurb.network.osm import CAPACITY_A_LANE, SPEEDS
from conurb.region.tables import Bilingual

__all__ = ["Fields", "read_lines"]

Cut = Literal["never", "ends", "crossings"]

_YES = {"yes", "true", "1", "y", "t", "是", "单向", "ft"}
_MOVED_M = 0.5
_SHORTEST_M = 0.05
_EAST, _NORTH = 180.0, 90.0


@dataclass(frozen=True)
class Fields:
    """Which column holds what; "" for what the file does not tell.

    `classes` says what the values of the class column mean; values that are classes already need
    no entry. Rows of no known class are of `default`.
    """

    kind: str = ""
    speed: str = ""
    capacity: str = ""
    lanes: str = ""
    one_way: str = ""
    name_zh: str = ""
    name_en: str = ""
    ref: str = ""
    classes: Mapping[str, LinkClass] = field(default_factory=dict)
    default: LinkClass = LinkClass.SECONDARY

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that are asked for."""
        columns = (self.kind, self.speed, self.capacity, self.lanes, self.one_way)
        return tuple(filter(None, (*columns, self.name_zh, self.name_en, self.ref)))


@dataclass(frozen=True)
class _Row:
    number: int
    line: shapely.LineString
    values: Mapping[str, Any]
    part: int = 0


def read_lines(
    file: Path,
    name: Bilingual,
    fields: Fields,
    *,
    layer: str | None = None,
    crs: str | None = None,
    tolerance: float = 10.0,
    cut: Cut = "ends",
) -> tuple[Network, list[Problem]]:
    """Return the network of a file's lines, and everything that is wrong with it.

    `tolerance` is metres; `crs` is that of the file where it does not say itself. Raises
    NoNetworkError for a file that cannot be read, has no lines, lacks a column that is asked for,
    or does not tell its coordinate system.
    """
    rows, said = _rows(file, layer, fields)
    problems: list[Problem] = []
    usable = [row for row in rows if _is_usable(file, row, fields, problems)]
    if not usable:
        raise NoNetworkError(
            Bilingual(f"{file.name} 中没有可用的线", f"{file.name} has no lines that can be used")
        )
    usable, there, back = _planes(file, usable, crs or said, problems)
    problems += _unknown_classes(file, usable, fields)
    flat = [_moved(row.line, there) for row in usable]
    pieces = [
        (row, piece)
        for row, cuts, line in zip(usable, _cuts(flat, tolerance, cut), flat, strict=True)
        for piece in _pieces(line, cuts)
    ]
    nodes, ends = _snapped(file, pieces, tolerance, back, problems)
    links: list[Link] = []
    for (row, piece), (tail, head) in zip(pieces, ends, strict=True):
        if tail == head and piece.length <= tolerance:
            problems.append(
                _problem(file, row, "short", "长度不超过容差，略过", "no longer than the tolerance")
            )
            continue
        links.append(_link(row, piece, (tail, head), nodes, back, fields, len(links)))
    network = Network(name, nodes, tuple(links))
    return network, [*problems, *check(network)]


def _rows(file: Path, layer: str | None, fields: Fields) -> tuple[list[_Row], str | None]:
    """The lines of a file, multi-part ones part by part, and its coordinate system."""
    try:
        meta, _, geometry, values = pyogrio.raw.read(file, layer=layer, force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 不能作为矢量文件读取：{error}",
                f"{file.name} cannot be read as vector data: {error}",
            )
        ) from error
    columns = list(meta["fields"])
    missing = [column for column in fields.named if column not in columns]
    if missing:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 没有列 {'、'.join(missing)}；现有 {'、'.join(columns)}",
                f"{file.name} has no column {', '.join(missing)}; there are {', '.join(columns)}",
            )
        )
    if geometry is None:
        return [], meta["crs"]
    table = dict(zip(columns, values, strict=True))
    rows = []
    for number, shape in enumerate(shapely.from_wkb(geometry, on_invalid="ignore"), start=1):
        of_row = {column: table[column][number - 1] for column in fields.named}
        parts = [shape] if shape is None else shapely.get_parts(shape)
        rows += [_Row(number, line, of_row, part) for part, line in enumerate(parts)]
    return rows, meta["crs"]


def _is_usable(file: Path, row: _Row, fields: Fields, problems: list[Problem]) -> bool:
    """Whether a row can become a link; where not, why is noted."""
    if row.line is None or row.line.is_empty:
        problems.append(_problem(file, row, "no-line", "没有几何，略过", "no geometry"))
    elif row.line.geom_type != "LineString":
        kind = row.line.geom_type
        problems.append(_problem(file, row, "no-line", f"几何为 {kind}，略过", f"it is a {kind}"))
    elif not np.isfinite(shapely.get_coordinates(row.line)).all():
        problems.append(_problem(file, row, "no-line", "坐标不是数，略过", "a coordinate is none"))
    elif row.line.length == 0:
        problems.append(_problem(file, row, "no-length", "长度为零，略过", "its length is zero"))
    elif fields.speed and (fault := _wrong_speed(row.values[fields.speed])):
        problems.append(
            _problem(
                file,
                row,
                "no-speed",
                f"车速“{fault}”不是大于 0 的数，略过",
                f"its speed “{fault}” is no number above zero",
            )
        )
    else:
        return True
    return False


def _wrong_speed(value: Any) -> str:
    """The value where it is no speed; "" where it is one."""
    number = _number(value)
    return "" if number is not None and number > 0 else str(value)


def _planes(
    file: Path, rows: Sequence[_Row], crs: str | None, problems: list[Problem]
) -> tuple[list[_Row], pyproj.Transformer, pyproj.Transformer]:
    """The rows that lie on the earth, and ways from the file's coordinates to metres and back.

    Metres are around the rows' middle, and from there it is to WGS 84.
    """
    if not crs:
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 没有说明坐标系，请指定（如 EPSG:4490）",
                f"{file.name} does not tell its coordinate system; name it (as EPSG:4490)",
            )
        )
    try:
        degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise NoNetworkError(
            Bilingual(f"坐标系“{crs}”无法识别", f"coordinate system “{crs}” is not known")
        ) from error
    points, of = shapely.get_coordinates([row.line for row in rows], return_index=True)
    longitudes, latitudes = degrees.transform(*points.T)
    off = ~((np.abs(longitudes) <= _EAST) & (np.abs(latitudes) <= _NORTH))
    wrong = np.zeros(len(rows), dtype=bool)
    wrong[of[off]] = True
    if wrong.all():
        raise NoNetworkError(
            Bilingual(
                f"{file.name} 的坐标与坐标系“{crs}”不符",
                f"the coordinates of {file.name} do not fit its coordinate system “{crs}”",
            )
        )
    problems += [
        _problem(
            file,
            rows[at],
            "no-place",
            f"坐标超出坐标系“{crs}”的范围，略过",
            f"its coordinates do not fit coordinate system “{crs}”; passed over",
        )
        for at in np.flatnonzero(wrong).tolist()
    ]
    inside = ~wrong[of]
    middle = [float(np.median(values[inside])) for values in (longitudes, latitudes)]
    plane = f"+proj=aeqd +lat_0={middle[1]} +lon_0={middle[0]} +datum=WGS84 +units=m"
    return (
        [row for row, bad in zip(rows, wrong.tolist(), strict=True) if not bad],
        pyproj.Transformer.from_crs(crs, plane, always_xy=True),
        pyproj.Transformer.from_crs(plane, "EPSG:4326", always_xy=True),
    )


def _unknown_classes(file: Path, rows: Sequence[_Row], fields: Fields) -> Iterator[Problem]:
    """Say of each value of the class that is not known what it is taken as, once."""
    counts: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows if fields.kind else ():
        text = _text(row.values[fields.kind])
        if text not in fields.classes and text not in {each.value for each in LinkClass}:
            counts[text].append(row)
    for text, of in counts.items():
        yield _problem(
            file,
            of[0],
            "class",
            f"等级“{text}”（{len(of)} 行）不在对照之内，按 {fields.default.value} 计",
            f"class “{text}” ({len(of)} rows) has no meaning given; taken as "
            f"{fields.default.value}",
        )


def _moved(line: shapely.LineString, along: pyproj.Transformer) -> shapely.LineString:
    x, y = along.transform(*shapely.get_coordinates(line).T)
    return shapely.LineString(np.column_stack([x, y]))


def _cuts(lines: Sequence[shapely.LineString], tolerance: float, cut: Cut) -> list[set[float]]:
    """Of each line the metres along it at which others end on it, or cross it."""
    cuts: list[set[float]] = [set() for _ in lines]
    if cut == "never":
        return cuts
    tree = shapely.STRtree(lines)
    ends = [shapely.Point(line.coords[at]) for line in lines for at in (0, -1)]
    which, near = tree.query(ends, predicate="dwithin", distance=tolerance)
    for end, other in zip(which.tolist(), near.tolist(), strict=True):
        if end // 2 != other:
            cuts[other].add(lines[other].project(ends[end]))
    if cut == "crossings":
        for one, other in zip(*tree.query(lines, predicate="crosses").tolist(), strict=True):
            for point in _points(lines[one].intersection(lines[other])):
                cuts[one].add(lines[one].project(point))
    return cuts


def _points(geometry: shapely.Geometry) -> Iterator[shapely.Point]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Point":
            yield part
        elif part.geom_type == "LineString":
            yield from (shapely.Point(part.coords[at]) for at in (0, -1))


def _pieces(line: shapely.LineString, cuts: set[float]) -> Iterator[shapely.LineString]:
    """The line cut at these metres along it; a cut at its very ends is none."""
    kept = [0.0]
    for at in sorted(cuts):
        if at - kept[-1] > _SHORTEST_M and line.length - at > _SHORTEST_M:
            kept.append(at)
    for begin, end in zip(kept, [*kept[1:], line.length], strict=True):
        yield line if len(kept) == 1 else substring(line, begin, end)


def _snapped(
    file: Path,
    pieces: Sequence[tuple[_Row, shapely.LineString]],
    tolerance: float,
    back: pyproj.Transformer,
    problems: list[Problem],
) -> tuple[tuple[Node, ...], list[tuple[int, int]]]:
    """Make one node of ends within the tolerance; return nodes, and of each piece its two."""
    ends = np.array([piece.coords[at] for _, piece in pieces for at in (0, -1)])
    pairs = cKDTree(ends).query_pairs(tolerance, output_type="ndarray")
    joins = csr_array(
        (np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])),
        shape=(len(ends), len(ends)),
    )
    count, group = connected_components(joins, directed=False)
    places = np.zeros((count, 2))
    np.add.at(places, group, ends)
    places /= np.bincount(group, minlength=count)[:, None]
    moved = np.hypot(*(ends - places[group]).T)
    longitudes, latitudes = back.transform(*places.T)
    nodes = tuple(
        Node(f"n{at + 1}", float(lon), float(lat))
        for at, (lon, lat) in enumerate(zip(longitudes, latitudes, strict=True))
    )
    _tell_moves(file, pieces, group, moved, nodes, problems)
    return nodes, [(int(group[at]), int(group[at + 1])) for at in range(0, len(ends), 2)]


def _tell_moves(
    file: Path,
    pieces: Sequence[tuple[_Row, shapely.LineString]],
    group: np.ndarray,
    moved: Floats,
    nodes: Sequence[Node],
    problems: list[Problem],
) -> None:
    rows: defaultdict[int, set[int]] = defaultdict(set)
    farthest: defaultdict[int, float] = defaultdict(float)
    for end in np.flatnonzero(moved > _MOVED_M).tolist():
        rows[int(group[end])].add(pieces[end // 2][0].number)
        farthest[int(group[end])] = max(farthest[int(group[end])], float(moved[end]))
    for node, numbers in rows.items():
        listed = sorted(numbers)
        problems.append(
            Problem(
                f"{file.name}:{listed[0]}",
                "snapped",
                Bilingual(
                    f"第 {'、'.join(map(str, listed))} 行的端点已并为一点，最多移动 "
                    f"{farthest[node]:.1f} 米",
                    f"ends of rows {', '.join(map(str, listed))} were made one, moved by up to "
                    f"{farthest[node]:.1f} m",
                ),
                nodes[node].point,
                "warning",
            )
        )


def _link(
    row: _Row,
    piece: shapely.LineString,
    ends: tuple[int, int],
    nodes: Sequence[Node],
    back: pyproj.Transformer,
    fields: Fields,
    number: int,
) -> Link:
    def value(column: str) -> Any:
        return row.values[column] if column else None

    kind = _kind(value(fields.kind), fields)
    longitudes, latitudes = back.transform(*np.array(piece.coords).T)
    geometry: list[Point] = [
        (float(lon), float(lat)) for lon, lat in zip(longitudes, latitudes, strict=True)
    ]
    geometry[0], geometry[-1] = nodes[ends[0]].point, nodes[ends[1]].point
    one_way = str(value(fields.one_way)).strip().lower() in _YES if fields.one_way else False
    lanes = _number(value(fields.lanes)) or 0.0
    if fields.capacity:
        capacity = _number(value(fields.capacity))
    else:
        capacity = CAPACITY_A_LANE.get(kind, 0.0) * (lanes if one_way else lanes / 2)
    name_zh, name_en = _text(value(fields.name_zh)), _text(value(fields.name_en))
    return Link(
        key=f"row/{row.number}/{number + 1}",
        tail=ends[0],
        head=ends[1],
        kind=kind,
        modes=MODES_OF[kind],
        length_m=round(piece.length, 2),
        speed_kmh=_number(value(fields.speed)) or SPEEDS[kind],
        geometry=tuple(geometry),
        both_ways=not one_way,
        capacity=capacity if capacity and capacity > 0 else None,
        name=Bilingual(name_zh or name_en, name_en or name_zh),
        ref=_text(value(fields.ref)),
        road=f"row/{row.number}",
    )


def _kind(value: Any, fields: Fields) -> LinkClass:
    text = _text(value)
    if text in fields.classes:
        return fields.classes[text]
    return LinkClass(text) if text in {each.value for each in LinkClass} else fields.default


def _text(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and math.isnan(value))
    return "" if missing else str(value).strip()


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _problem(file: Path, row: _Row, code: str, zh: str, en: str) -> Problem:
    at = None
    if row.line is not None and not row.line.is_empty and row.line.geom_type == "LineString":
        x, y = row.line.coords[0][:2]
        # other than degrees say nothing to a map
        at = (float(x), float(y)) if abs(x) <= _EAST and abs(y) <= _NORTH else None
    return Problem(f"{file.name}:{row.number}", code, Bilingual(zh, en), at, "warning")
