"""Putting surveyed streets in the place of drawn ones, under the same stations, zones, projects.

Where a project begins or ends at a junction of the drawn streets, it does so at the nearest node of
the surveyed ones; what it changes is found by the road's number or name near where it was drawn.
What finds no place is told, never dropped in silence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from scipy.spatial import cKDTree

from conurb.network.checking import Problem, components
from conurb.network.drawing import AROUND, length_of, metres_between, placed
from conurb.network.multimodal import TRACKS, Access, Link, Network, Node, Point, Station, Zone
from conurb.network.projects import LinkChange, NetworkProject, RegionNetwork
from conurb.region.declarations import County
from conurb.region.tables import Bilingual

__all__ = ["on_streets"]

_REACH_M = 3000.0
_FAR_M = 8000.0
"""Farther from any street a zone is not joined to it. In the country people come farther to the
first road than passengers walk to a station."""
_NEAR_DEGREES = 0.015
"""About 1.5 km: drawn courses are good to 1 km."""
_DOORS = 3
_IN_BRACKETS = re.compile(r"[（(].*?[)）]")


def on_streets(
    declared: RegionNetwork, streets: Network, counties: Sequence[County] = ()
) -> RegionNetwork:
    """Return a declared network on other streets, with the problems that this brought."""
    moving = _Moving(declared.network, streets)
    projects = [moving.project(project) for project in declared.projects]
    stations = tuple(moving.station(station) for station in declared.network.stations)
    zones = tuple(moving.zone(zone) for zone in declared.network.zones)
    network = Network(
        streets.name,
        placed(moving.nodes, counties),
        tuple(moving.links),
        stations,
        declared.network.lines,
        zones,
    )
    return RegionNetwork(network, tuple(projects), tuple(moving.problems))


@dataclass
class _Moving:
    """Drawn things on their way onto surveyed streets."""

    drawn: Network
    streets: Network
    nodes: list[Node] = field(init=False)
    links: list[Link] = field(init=False)
    problems: list[Problem] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.nodes = list(self.streets.nodes)
        self.links = list(self.streets.links)
        self._junctions = {
            node
            for link in self.drawn.links
            if link.kind not in TRACKS and link.state == "existing"
            for node in (link.tail, link.head)
        } - {station.node for station in self.drawn.stations}
        # who drives to where one cannot turn back is lost: only what hangs together counts
        self._drivable = np.flatnonzero(components(self.streets) == 0)
        self._scale = np.array([math.cos(math.radians(self._latitude())), 1.0])
        self._tree = cKDTree(self.streets.positions[self._drivable] * self._scale)
        self._node: dict[int, int] = {}
        self._link: dict[int, int] = {}
        for number, link in enumerate(self.drawn.links):
            if link.kind in TRACKS:
                self._move(number)
        self._middles = shapely.STRtree(
            [shapely.Point(link.geometry[len(link.geometry) // 2]) for link in self.streets.links]
        )

    def project(self, project: NetworkProject) -> NetworkProject:
        """Return a project on the new streets."""
        opens = [moved for number in project.opens if (moved := self._move(number)) is not None]
        changes = [each for change in project.changes for each in self._changes(project, change)]
        length = sum(
            self.links[number].length_m
            for number in (*opens, *(change.link for change in changes))
            if not self.links[number].road.startswith("street:")
        )
        return replace(
            project,
            opens=tuple(opens),
            changes=tuple(changes),
            length_km=round(length / 1000, 1),
        )

    def station(self, station: Station) -> Station:
        """Return a station whose doors lead to the nearest streets."""
        place = self.drawn.nodes[station.node].point
        access = self._doors(place)
        if not access:
            self._tell(station.key, station.name, place)
        node = self._moved_node(station.node)
        return replace(station, node=node, access=(Access(node, 0.0), *access))

    def zone(self, zone: Zone) -> Zone:
        """Return a zone whose people come onto the nearest streets."""
        place = (zone.lon, zone.lat)
        access = self._doors(place) or self._doors(place, 1, _FAR_M)
        if not access:
            self._tell(zone.code, zone.name, place, _FAR_M)
        return replace(zone, access=access)

    def _latitude(self) -> float:
        positions = self.streets.positions
        return float(positions[:, 1].mean()) if len(positions) else 0.0

    def _doors(
        self, place: Point, number: int = _DOORS, reach: float = _REACH_M
    ) -> tuple[Access, ...]:
        return tuple(
            Access(node, round(metres * AROUND, 1))
            for node, metres in self._nearest(place, number)
            if metres <= reach
        )

    def _nearest(self, place: Point, number: int = 1) -> list[tuple[int, float]]:
        """The nearest drivable nodes and how many metres away they are."""
        number = min(number, len(self._drivable))
        if not number:
            return []
        _, found = self._tree.query(np.array(place) * self._scale, k=number)
        nodes = [int(self._drivable[at]) for at in np.atleast_1d(found)]
        return [(node, metres_between(place, self.streets.nodes[node].point)) for node in nodes]

    def _moved_node(self, node: int) -> int:
        """The number of a drawn node: the nearest junction's, or a new one's."""
        if node not in self._node:
            near = self._nearest(self.drawn.nodes[node].point) if node in self._junctions else []
            if near and near[0][1] <= _REACH_M:
                self._node[node] = near[0][0]
            else:
                self._node[node] = len(self.nodes)
                self.nodes.append(self.drawn.nodes[node])
        return self._node[node]

    def _move(self, number: int) -> int | None:
        """Move a drawn link; None where both its ends fall on one node."""
        if number in self._link:
            return self._link[number]
        link = self.drawn.links[number]
        tail, head = self._moved_node(link.tail), self._moved_node(link.head)
        if tail == head:
            name = link.name
            reason = Bilingual(
                f"{name.zh}的一段两端落在同一结点，略过",
                f"both ends of a piece of {name.en} fall on one node; passed over",
            )
            self.problems.append(Problem(link.key, "no-place", reason, link.geometry[0], "warning"))
            return None
        geometry = (self.nodes[tail].point, *link.geometry[1:-1], self.nodes[head].point)
        winding = link.length_m / max(length_of(link.geometry), 1.0)
        self._link[number] = len(self.links)
        self.links.append(
            replace(
                link,
                tail=tail,
                head=head,
                geometry=geometry,
                length_m=round(max(length_of(geometry) * winding, 1.0), 1),
            )
        )
        return self._link[number]

    def _changes(self, project: NetworkProject, change: LinkChange) -> Iterable[LinkChange]:
        """What a change of a drawn link is on the streets that are the same road there."""
        drawn = self.drawn.links[change.link]
        if change.link in self._link:
            yield replace(change, link=self._link[change.link])
            return
        near = self._middles.query(
            shapely.LineString(drawn.geometry), predicate="dwithin", distance=_NEAR_DEGREES
        )
        same = [at for at in sorted(near.tolist()) if _same_road(drawn, self.streets.links[at])]
        if not same:
            reason = Bilingual(
                f"{project.name.zh}：附近没有名为“{drawn.name.zh}”或编号“{drawn.ref}”的道路",
                f"{project.name.en}: no road {drawn.name.en} {drawn.ref} lies near it",
            )
            self.problems.append(
                Problem(project.key, "no-place", reason, drawn.geometry[0], "warning")
            )
        faster = change.speed_kmh / drawn.speed_kmh if change.speed_kmh else None
        for at in same:
            speed = self.streets.links[at].speed_kmh * faster if faster else None
            yield replace(change, link=at, speed_kmh=speed)

    def _tell(self, key: str, name: Bilingual, place: Point, reach: float = _REACH_M) -> None:
        reason = Bilingual(
            f"{name.zh} {reach / 1000:g} 公里内没有道路",
            f"no street lies within {reach / 1000:g} km of {name.en}",
        )
        self.problems.append(Problem(key, "no-place", reason, place))


def _same_road(drawn: Link, street: Link) -> bool:
    if drawn.ref and drawn.ref == street.ref:
        return True
    plain = _IN_BRACKETS.sub("", drawn.name.zh)
    return bool(street.name.zh) and _IN_BRACKETS.sub("", street.name.zh) == plain
