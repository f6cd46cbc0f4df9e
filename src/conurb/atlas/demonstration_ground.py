"""Invented planning maps of the region's cities, for demonstration: nothing in them is a plan.

Blocks come about as in a town: roads, rails and rivers with their belts cut the ground, what is
left is halved across its longer side until it is as small as plots are at that distance from a
centre. Uses follow from that distance and from a slowly varying field, so that neighbours resemble
each other. Greenways and brooks lead across every border; control corridors run along the trunk
lines that the table names. The plans of two cities meet exactly at their border, and so do their
lines; then conflicts are put in, each by name, so that a corrected version can leave them out. The
same seed gives the same maps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.borders import Borders, Pair
from conurb.atlas.findings.plane import Geometries, Numbers, array
from conurb.atlas.findings.rulebook import Rulebook

LABEL = "演示数据，纯属虚构"
"""Stands in every name and note."""

CENTRE_M, STRIP_M, CORE_M = 6_000.0, 2_000.0, 18_000.0
"""Ground that is mapped: around centres, beside borders; within CORE_M of where cities meet plots
are smaller."""
RIVER_M = 240.0
SMALLEST_M2, LARGEST_M2 = 60_000.0, 2_500_000.0
QUIET_M = 900.0
"""So near to a border no use stands that could disturb a neighbour, but where a conflict is put."""

CORRIDOR_M = 70.0
"""Half the width of a drawn control corridor; the belt that is kept green is wider."""
CORRIDOR_USES = "01 02 03 12 14 17"
"""What a drawn corridor allows: farming and woods, traffic, parks and green, water."""
TRAIL_M = 2_500.0
"""How far a greenway or a brook leads into each city."""
TRAILS = (("greenway", "示范绿道", 0.55), ("river", "示范溪", 0.75))
"""Class and name of what leads across every border, and where along it."""
RAILS = ("high-speed-rail", "intercity-rail", "railway", "metro")

BUILT = ("06", "07", "08", "09", "10", "11", "12", "13", "15", "16")
_CODE_OF_LINE = {"expressway": "expressway", "river": "river", "road": "main-road"}


@dataclass(frozen=True)
class Course:
    """A line of the region's gazetteer, in metres: what it is called and what class it is of."""

    name: str
    code: str
    line: BaseGeometry


@dataclass(frozen=True)
class Conflict:
    """Something wrong that was put into a city's map; `rule` is the rule that finds it.

    `what` tells apart what one rule finds: how a line is bent, in which belt something is built.
    """

    key: str
    city: str
    rule: str
    what: str = ""


def class_of(kind: str, name: str) -> str:
    """Return the class of a place of the gazetteer as a line."""
    if kind == "rail":
        if "高铁" in name:
            return "high-speed-rail"
        if "地铁" in name or "磁浮" in name:
            return "metro"
        return "intercity-rail" if "城际" in name or "快线" in name else "railway"
    if name[:1] in "XS" and name[1:4].isdigit():
        return "provincial-road"
    return _CODE_OF_LINE[kind]


@dataclass(frozen=True, eq=False)
class Ground:
    """The maps of a region, from its borders, centres, courses and rules."""

    borders: Borders
    centres: Mapping[str, tuple[float, float]]
    courses: Sequence[Course]
    book: Rulebook
    seed: int

    # ———————————————————————————— Conflicts ————————————————————————————

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What is put in: for every pair of cities one of each, given to the cities in turn."""
        found = []
        for place, pair in enumerate(sorted(self.borders.lines)):
            for turn, rule in enumerate(("gap", "overlap", "facing", "joining")):
                found.append(_between(pair, turn, rule))
            # a greenway that ends aside, or that one city does not draw at all
            bent = ("greenway-aside", "greenway-missing")[place % 2]
            for turn, what in enumerate((bent, "river-aside", "rail-class")):
                found.append(_between(pair, place + turn, "joining", what))
        for city in sorted(self.centres):
            found += [
                Conflict(f"{rule}-{city}-{at}", city, rule)
                for rule in ("protected", "corridor")
                for at in (1, 2)
            ]
            found.append(Conflict(f"corridor.drawn-{city}-1", city, "corridor", "drawn"))
        return tuple(found)

    def conflicts_of(self, city: str) -> list[str]:
        """The names of the conflicts in the maps of a city."""
        return [each.key for each in self.conflicts if each.city == city]

    # ———————————————————————————— The ground ————————————————————————————

    @cached_property
    def _meeting(self) -> Geometries:
        """Points of borders nearest to the middle of all centres, where cities grow together."""
        middle = shapely.centroid(shapely.multipoints(list(self.centres.values())))
        return array(
            shapely.line_interpolate_point(line, shapely.line_locate_point(line, middle))
            for line in self._whole_lines()
        )

    def _whole_lines(self) -> Iterator[BaseGeometry]:
        for pair in sorted(self.borders.lines):
            parts = shapely.get_parts(self.borders.lines[pair])
            yield parts[np.argmax(shapely.length(parts))]

    @cached_property
    def _domain(self) -> dict[str, BaseGeometry]:
        """What every city's land-use plan covers."""
        beside = [
            shapely.buffer(line, STRIP_M, quad_segs=2) for line in self.borders.lines.values()
        ]
        around = shapely.buffer(shapely.points(list(self.centres.values())), CENTRE_M, quad_segs=6)
        ground = shapely.union_all([*beside, *around])
        return {
            city: shapely.intersection(self.borders.territories[city], ground)
            for city in sorted(self.centres)
        }

    @cached_property
    def _belts(self) -> list[tuple[str, BaseGeometry]]:
        """Ground along lines by use: water, the ways themselves, then the green beside them."""
        rivers = [each.line for each in self.courses if each.code == "river"]
        ways: list[BaseGeometry] = []
        rails: list[BaseGeometry] = []
        greens: list[BaseGeometry] = []
        for each in self.courses:
            half, reach = self._reach(each)
            if reach:
                kept = rails if "rail" in each.code or each.code == "metro" else ways
                kept.append(shapely.buffer(each.line, half, quad_segs=4))
                greens.append(shapely.buffer(each.line, reach + 1, quad_segs=4))
        return [
            ("1701", shapely.union_all(shapely.buffer(rivers, RIVER_M, quad_segs=4))),
            ("1202", shapely.union_all(ways)),
            ("1201", shapely.union_all(rails)),
            ("1402", shapely.union_all(greens)),
        ]

    @cached_property
    def trails(self) -> Mapping[tuple[Pair, str], Course]:
        """Greenways and brooks that lead across borders, by pair and class; none is real."""
        return {
            (pair, code): Course(f"{called}{number}号", code, self._across(pair, share))
            for number, pair in enumerate(sorted(self.borders.lines), 1)
            for code, called, share in TRAILS
        }

    def _across(self, pair: Pair, share: float) -> BaseGeometry:
        """Return a gently winding line across the border of a pair."""
        ends = shapely.get_coordinates(self._stretch(pair, share, 600.0))[[0, -1]]
        along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
        across = np.array([-along[1], along[0]])
        way = np.linspace(-TRAIL_M, TRAIL_M, 41)
        winding = 60.0 * np.sin(way / 420.0)
        middle = ends.mean(axis=0)
        points = middle + way[:, None] * across + winding[:, None] * along
        return shapely.linestrings(points)

    @cached_property
    def trunks(self) -> Sequence[Course]:
        """The lines along which the table names a corridor."""
        named = {name for row in self.book.corridors for name in row.names}
        return [course for course in self.courses if course.name in named]

    def _reach(self, course: Course) -> tuple[float, float]:
        """Half the width of a line, and how far its widest corridor reaches by the table."""
        half = reach = 0.0
        for row in self.book.corridors:
            named = not row.names or course.name in row.names
            if course.code.startswith(row.lines) and row.lines and named:
                half = max(half, min(row.half_width_m, 30.0))
                reach = max(reach, row.half_width_m + row.belt_m)
        return half, reach

    @cached_property
    def green_heart(self) -> dict[str, BaseGeometry]:
        """Two rings around where the cities meet, as the core and the rest of the green heart."""
        middle = shapely.centroid(shapely.multipoints(list(self._meeting)))
        around = np.linspace(0, 2 * np.pi, 97)[:-1]
        wander = 1 + 0.18 * np.sin(3 * around + 0.7) + 0.1 * np.sin(5 * around + self.seed % 7)
        ring = np.column_stack([np.cos(around) * 1.35, np.sin(around)]) * wander[:, None]
        at = shapely.get_coordinates(middle)
        core, whole = (shapely.Polygon(at + ring * size) for size in (5_200.0, 8_400.0))
        return {
            "green-heart-core": core,
            "green-heart-integrated": shapely.difference(whole, core),
        }

    # ———————————————————————————— Plots ————————————————————————————

    @cached_property
    def _plots(self) -> dict[str, tuple[Geometries, np.ndarray]]:
        """The plots of every city with their uses, before any conflict."""
        return {city: self._city(city) for city in sorted(self.centres)}

    def _city(self, city: str) -> tuple[Geometries, np.ndarray]:
        left, shapes, codes = self._domain[city], [], []
        for code, belt in self._belts:
            kept = _areas(shapely.intersection(left, belt))
            shapes += list(kept)
            codes += [code] * len(kept)
            left = shapely.difference(left, belt)
        draw = np.random.default_rng([self.seed, int(city)])
        blocks = array(
            block for part in _areas(left) for block in _halved(part, self._wanted_size, draw)
        )
        uses = self._uses(blocks, draw)
        return array([*shapes, *blocks]), np.array([*codes, *uses])

    def _wanted_size(self, area: BaseGeometry) -> float:
        middle = shapely.centroid(area)
        near = min(
            float(shapely.distance(middle, shapely.points(list(self.centres.values()))).min()),
            float(shapely.distance(middle, self._meeting).min()) / 3 + 1_500,
        )
        share = min(1.0, max(0.0, (near - 1_500) / (CORE_M - 1_500)))
        return float(SMALLEST_M2 * (LARGEST_M2 / SMALLEST_M2) ** share)

    def _uses(self, blocks: Geometries, draw: np.random.Generator) -> list[str]:
        at = shapely.get_coordinates(shapely.centroid(blocks))
        centres = np.array(list(self.centres.values()))
        far = np.min(np.hypot(*(at[:, None] - centres[None]).transpose(2, 0, 1)), axis=1)
        field, grain = _field(at, 2_600.0, self.seed), _field(at, 900.0, self.seed + 1)
        border = shapely.distance(blocks, shapely.union_all(list(self.borders.lines.values())))
        green = np.zeros(len(blocks), bool)
        for area in self.green_heart.values():
            shapely.prepare(area)
            green |= shapely.intersects(area, blocks)
        return [
            _use(*each)
            for each in zip(
                far, field, grain, border < QUIET_M, green, draw.random(len(blocks)), strict=True
            )
        ]

    @cached_property
    def farmland(self) -> dict[str, Geometries]:
        """Permanent basic farmland: large parts of a city's cropland."""
        found = {}
        for city, (plots, codes) in self._plots.items():
            fields = shapely.union_all(plots[codes == "0101"])
            found[city] = _areas(fields, 400_000.0)
        return found

    @cached_property
    def redline(self) -> dict[str, Geometries]:
        """The ecological redline: large woods that are not in the green heart."""
        heart = shapely.union_all(list(self.green_heart.values()))
        return {
            city: _areas(
                shapely.difference(shapely.union_all(plots[codes == "0301"]), heart), 1_500_000.0
            )
            for city, (plots, codes) in self._plots.items()
        }

    # ———————————————————————————— Layers ————————————————————————————

    def land_use(self, city: str, without: Collection[str] = ()) -> gpd.GeoDataFrame:
        """Return the land-use plan of a city with its conflicts but those named."""
        plots, codes = (each.copy() for each in self._plots[city])
        for conflict in self.conflicts:
            if conflict.city == city and conflict.key not in without:
                plots, codes = self._put_in(conflict, plots, codes)
        kept = ~shapely.is_empty(plots)
        return self._frame(plots[kept], codes[kept], np.array([""] * int(kept.sum())))

    def protected(self, city: str) -> gpd.GeoDataFrame:
        """Return the protected ground of a city."""
        shapes, codes = [], []
        for code, area in self.green_heart.items():
            parts = _areas(shapely.intersection(area, self.borders.territories[city]))
            shapes += list(parts)
            codes += [code] * len(parts)
        for code, areas in (
            ("ecological-redline", self.redline[city]),
            ("permanent-farmland", self.farmland[city]),
        ):
            shapes += list(areas)
            codes += [code] * len(areas)
        return self._frame(array(shapes), np.array(codes), np.array([""] * len(codes)))

    def lines(self, city: str, without: Collection[str] = ()) -> gpd.GeoDataFrame:
        """Return the roads, rails, rivers and greenways of a city with its conflicts but those
        named."""
        rows = []
        for each in (*self.courses, *self.trails.values()):
            within = shapely.intersection(each.line, self.borders.territories[city])
            parts = shapely.get_parts(within)
            rows += [
                (each.name, each.code, part)
                for part in parts[shapely.get_type_id(parts) == 1]
                if part.length > 0
            ]
        for conflict in self.conflicts:
            bends = conflict.rule == "joining" and conflict.city == city
            if bends and conflict.key not in without:
                rows = list(self._bent(conflict, rows))
        names, codes, shapes = zip(*rows, strict=True)
        return self._frame(array(shapes), np.array(codes), np.array(names))

    def corridors(self, city: str) -> gpd.GeoDataFrame:
        """Return the control corridors that a city draws along the trunk lines, with their uses."""
        rows = []
        for each in self.trunks:
            belt = shapely.buffer(each.line, CORRIDOR_M, quad_segs=4, cap_style="flat")
            code = "rail-corridor" if each.code in RAILS else "road-corridor"
            parts = _areas(shapely.intersection(belt, self.borders.territories[city]))
            rows += [(f"{each.name}控制带", code, part) for part in parts]
        names, codes, shapes = zip(*rows, strict=True)
        frame = self._frame(array(shapes), np.array(codes), np.array(names))
        return frame.assign(allowed=CORRIDOR_USES)

    def _frame(self, shapes: Geometries, codes: np.ndarray, names: np.ndarray) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(
            {
                "code": codes,
                "name": [f"{name}（{LABEL}）" if name else LABEL for name in names],
            },
            geometry=self.borders.plane.to_degrees(shapes),
            crs="EPSG:4326",
        )

    # ———————————————————————————— Putting conflicts in ————————————————————————————

    def _put_in(
        self, conflict: Conflict, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        put: Callable[[Conflict, Geometries, np.ndarray], tuple[Geometries, np.ndarray]] = {
            "gap": self._gap,
            "overlap": self._overlap,
            "facing": self._facing,
            "protected": self._built_in_reserve,
            "corridor": self._built_in_belt,
            "joining": lambda _conflict, plots, codes: (plots, codes),
        }[conflict.rule]
        return put(conflict, plots, codes)

    def _stretch(self, pair: Pair, share: float, length: float) -> BaseGeometry:
        """Return a stretch of the border of a pair; share 0 is nearest to where the cities meet."""
        parts = shapely.get_parts(self.borders.lines[pair])
        line = parts[np.argmax(shapely.length(parts))]
        start = shapely.line_locate_point(line, self._meeting).min()
        way = 1.0 if start < line.length / 2 else -1.0
        begin = start + way * share * min(line.length * 0.4, 30_000.0)
        return shapely.ops.substring(line, begin, begin + way * length)

    def _gap(
        self, conflict: Conflict, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        hole = shapely.buffer(self._stretch(_pair_of(conflict), 0.2, 700.0), 45.0, cap_style="flat")
        return shapely.difference(plots, hole), codes

    def _overlap(
        self, conflict: Conflict, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        band = shapely.buffer(self._stretch(_pair_of(conflict), 0.4, 500.0), 70.0, cap_style="flat")
        other = next(each for each in _pair_of(conflict) if each != conflict.city)
        beyond = shapely.intersection(band, self.borders.territories[other])
        at = shapely.STRtree(plots).nearest(shapely.point_on_surface(beyond))
        plots[at] = shapely.union(plots[at], shapely.buffer(beyond, 0.0))
        return plots, codes

    def _facing(
        self, conflict: Conflict, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        """Plan heavy industry where the neighbour has houses nearest to the border."""
        other = next(each for each in _pair_of(conflict) if each != conflict.city)
        theirs, uses = self._plots[other]
        homes = theirs[np.char.startswith(uses, "07")]
        line = self.borders.lines[_pair_of(conflict)]
        at_border = shapely.STRtree(homes).query(line, predicate="dwithin", distance=120.0)
        free = np.flatnonzero(np.isin(codes, ("0101", "0301", "0201", "070102", "0703")))
        mine, theirs_at = shapely.STRtree(homes[at_border]).query_nearest(
            plots[free], return_distance=False
        )
        apart = shapely.distance(plots[free][mine], homes[at_border][theirs_at])
        apart += shapely.area(plots[free][mine]) / 1e6
        if len(mine):
            codes = codes.astype("U6")
            codes[free[mine[np.argmin(apart)]]] = "100103"
        return plots, codes

    def _built_in_reserve(
        self, conflict: Conflict, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        core = self.green_heart["green-heart-core"]
        inside = np.flatnonzero(
            shapely.contains_properly(core, plots) & np.isin(codes, ("0101", "0301", "0201"))
        )
        return plots, _recoded(codes, plots, inside, conflict, ("0902", "070102"))

    def _built_in_belt(
        self, conflict: Conflict, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        if conflict.what == "drawn":
            return self._built_in_corridor(conflict.city, plots, codes)
        belts = np.flatnonzero(
            (codes == "1402") & (shapely.area(plots) > 3_000) & (shapely.area(plots) < 60_000)
        )
        return plots, _recoded(codes, plots, belts, conflict, ("1101", "0901"))

    def _built_in_corridor(
        self, city: str, plots: Geometries, codes: np.ndarray
    ) -> tuple[Geometries, np.ndarray]:
        """Plan a shop in the green of a control corridor, outside the green heart where it can."""
        shared = shapely.intersection(plots, self._corridor_of(city))
        heart = shapely.union_all(list(self.green_heart.values()))
        green = np.flatnonzero((codes == "1402") & (shapely.area(shared) > 5_000))
        if not len(green):
            return plots, codes
        worth = shapely.area(shared[green]) * np.where(
            shapely.intersects(heart, shared[green]), 0.01, 1
        )
        at = green[np.argmax(worth)]
        middle = shapely.point_on_surface(shared[at])
        shop = shapely.intersection(plots[at], shapely.buffer(middle, 60.0, cap_style="square"))
        rest = shapely.difference(plots[at], shop)
        plots = array([*plots[:at], rest, *plots[at + 1 :], shop])
        return plots, np.append(codes, "0901")

    def _corridor_of(self, city: str) -> BaseGeometry:
        drawn = self.corridors(city).geometry.to_numpy()
        return shapely.union_all(self.borders.plane.to_plane(drawn))

    def _bent(
        self, conflict: Conflict, rows: Sequence[tuple[str, str, BaseGeometry]]
    ) -> Iterator[tuple[str, str, BaseGeometry]]:
        """Draw what a conflict says otherwise than the neighbour does at the border."""
        pair = _pair_of(conflict)
        border = self.borders.lines[pair]
        trail = self.trails.get((pair, conflict.what.partition("-")[0]))
        place = 0
        for name, code, line in rows:
            ends = shapely.get_coordinates(line)
            near = shapely.distance(shapely.points(ends[[0, -1]]), border) < 1.0
            meant = name == trail.name if trail else code in _BENT[conflict.what]
            if near.sum() != 1 or not meant or line.length < 1_000:
                yield name, code, line
                continue
            place += 1
            aside = name, code, _moved_end(line, at_start=bool(near[0]))
            yield from _drawn_otherwise(conflict.what, place, (name, code, line), aside)


_BENT = {"": ("main-road",), "rail-class": ("high-speed-rail", "intercity-rail", "metro")}
"""Classes of the lines that a conflict bends, where it is none of the invented trails."""

Line = tuple[str, str, BaseGeometry]


def _drawn_otherwise(what: str, place: int, line: Line, aside: Line) -> Iterator[Line]:
    """Yield how the line that is the first, second, … at a border is drawn instead of `line`."""
    name, _code, shape = line
    if what == "":
        yield (aside, (name, "secondary-road", shape), line)[min(place, 3) - 1]
    elif place > 1:
        yield line
    elif what == "rail-class":
        # of all rails the conventional one has the narrowest belt: nothing else comes to lie in it
        yield name, "railway", shape
    elif what.endswith("-aside"):
        yield aside


def _between(pair: Pair, turn: int, rule: str, what: str = "") -> Conflict:
    """Return a conflict at the border of a pair, in the map of the one or the other in turn."""
    named = f"{rule}.{what.replace('-', '_')}" if what else rule
    return Conflict(f"{named}-{pair[0]}-{pair[1]}", pair[turn % 2], rule, what)


def _pair_of(conflict: Conflict) -> Pair:
    _rule, one, other = conflict.key.split("-")
    return (one, other)


def _moved_end(line: BaseGeometry, *, at_start: bool) -> BaseGeometry:
    """Return a line whose last 250 m lead some hundred metres aside."""
    turned = shapely.get_coordinates(shapely.reverse(line) if at_start else line)
    kept = shapely.get_coordinates(
        shapely.ops.substring(shapely.linestrings(turned), 0, max(line.length - 250.0, 1.0))
    )
    return shapely.linestrings(np.vstack([kept, turned[-1] + (90.0, 60.0)]))


def _recoded(
    codes: np.ndarray,
    plots: Geometries,
    places: np.ndarray,
    conflict: Conflict,
    uses: Sequence[str],
) -> np.ndarray:
    """Give one of these plots another use; which one follows from the conflict's name."""
    if not len(places):
        return codes
    turn = int(conflict.key.rsplit("-", 1)[1])
    ordered = places[np.argsort(shapely.area(plots[places]))]
    found = codes.astype("U6")
    found[ordered[(turn * len(ordered)) // 3]] = uses[turn % len(uses)]
    return found


def _areas(geometry: BaseGeometry, smallest: float = 1.0) -> Geometries:
    """Return the areas of a geometry that are no crumbs; crumbs stay with nobody."""
    parts: Geometries = shapely.get_parts(geometry)
    kept: Geometries = parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) >= smallest)]
    return kept


def _halved(
    area: BaseGeometry, wanted: Callable[[BaseGeometry], float], draw: np.random.Generator
) -> Iterator[BaseGeometry]:
    """Yield an area in pieces: halved across its longer side until each is small enough."""
    if area.area <= wanted(area) * draw.uniform(0.8, 1.6):
        yield area
        return
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))[:4]
    sides = np.diff(np.vstack([box, box[:1]]), axis=0)[:2]
    lengths = np.hypot(*sides.T)
    long = int(np.argmax(lengths))
    along, across = sides[long], sides[1 - long]
    # a cut across the longer side, not quite in the middle
    at = box[long] + along * draw.uniform(0.42, 0.58)
    far = 2 * across / max(float(np.hypot(*across)), 1.0) * float(lengths.max() + lengths.min())
    half = shapely.Polygon([at - far, at + far, at + far + 3 * along, at - far + 3 * along])
    pieces = [*_pieces(shapely.intersection(area, half)), *_pieces(shapely.difference(area, half))]
    if len(pieces) < 2:
        yield area
        return
    for piece in pieces:
        yield from _halved(piece, wanted, draw)


def _pieces(geometry: BaseGeometry) -> Geometries:
    parts: Geometries = shapely.get_parts(geometry)
    kept: Geometries = parts[shapely.get_type_id(parts) == 3]
    return kept


def _field(at: Numbers, size: float, seed: int) -> Numbers:
    """Return a slowly varying value from 0 to 1 at points, evenly spread."""
    draw = np.random.default_rng(seed)
    total = np.zeros(len(at))
    for _ in range(7):
        turn, phase = draw.uniform(0, 2 * np.pi, 2)
        wave = size * draw.uniform(0.7, 1.8)
        total += np.sin((at @ [np.cos(turn), np.sin(turn)]) * 2 * np.pi / wave + phase)
    return np.asarray((np.argsort(np.argsort(total)) + 0.5) / max(len(total), 1))


def _use(far: float, field: float, grain: float, quiet: bool, green: bool, chance: float) -> str:
    """Return the use of a block; distances in metres, `field` and `grain` from 0 to 1."""
    if green:
        return "0301" if field > 0.3 else "0201"
    if far < 3_000:
        towns = ((0.18, "0901"), (0.26, "0801"), (0.36, "1401"), (0.42, "0804"), (0.45, "0806"))
        return next((code for below, code in towns if grain < below), "070102")
    if far < CENTRE_M + 1_500 or (quiet and field > 0.86):
        if field < 0.22:
            return "100101" if quiet or chance < 0.5 else "100102"
        rim = ((0.12, "1401"), (0.18, "0804"), (0.26, "0902"), (0.33, "1101"), (0.45, "0101"))
        return next((code for below, code in rim if grain < below), "070101")
    land = ((0.07, "0703"), (0.12, "1704"), (0.22, "0201"), (0.6, "0101"))
    return next((code for below, code in land if grain < below), "0301" if field < 0.8 else "0101")
