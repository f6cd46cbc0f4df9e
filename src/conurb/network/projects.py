"""Projects of a plan as changes of a network: what they build, mend, speed up or run.

A project is declared in `network/projects.toml` of the region's folder, bound to the items and the
words of the plan that it comes from. Its new links, stations and lines stand in the network from
the beginning, as planned; `applied` opens them, and `on_graph` says which arcs of a graph that
changes, for `conurb.network.scenario`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from conurb.network.checking import Problem
from conurb.network.drawing import Drawing, Settings, read_runs, read_services
from conurb.network.multimodal import PACE, Arcs, Line, Link, ModeGraph, Network, Pace, arcs_for
from conurb.network.multimodal import Service as LineService
from conurb.network.scenario import Arc, Project
from conurb.region.tables import Bilingual, Table, closest

__all__ = [
    "Cost",
    "LineChange",
    "LinkChange",
    "NetworkProject",
    "RegionNetwork",
    "applied",
    "on_graph",
]

Kind = Literal["expressway", "road", "interchange", "rail", "port", "corridor", "aviation"]
Stage = Literal["study", "early", "building", "opened"]

KINDS: tuple[str, ...] = get_args(Kind)
STAGES: tuple[str, ...] = get_args(Stage)


@dataclass(frozen=True)
class Cost:
    """What a project costs in yuan, and who says so."""

    yuan: int
    source: Bilingual


@dataclass(frozen=True)
class LinkChange:
    """What a project does to a link that there is; None leaves a thing as it is."""

    link: int
    speed_kmh: float | None = None
    capacity: float | None = None
    closed: bool = False


@dataclass(frozen=True)
class LineChange:
    """How a project has a line run that there is; None leaves a thing as it is."""

    line: int
    services: tuple[LineService, ...] | None = None
    runs: tuple[float, ...] | None = None


@dataclass(frozen=True)
class NetworkProject:
    """A project of the plan on a network, by the numbers of that network's links and lines.

    `items` are numbers of the plan ("2.2"), `words` the task's own words in it. `stage` is how far
    it was when the plan was published. `assumed` where its alignment is assumed; `note` says how
    far. `length_km` is of what it builds or mends, along the drawn line.
    """

    key: str
    name: Bilingual
    kind: Kind
    items: tuple[str, ...]
    words: str
    stage: Stage
    assumed: bool
    note: Bilingual
    opens: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    changes: tuple[LinkChange, ...] = ()
    line_changes: tuple[LineChange, ...] = ()
    length_km: float = 0.0
    cost: Cost | None = None

    @property
    def touched(self) -> tuple[int, ...]:
        """The links it builds or changes."""
        return (*self.opens, *(change.link for change in self.changes))


@dataclass(frozen=True)
class RegionNetwork:
    """A network with what is planned in it, and the projects that open that."""

    network: Network
    projects: tuple[NetworkProject, ...]
    problems: tuple[Problem, ...] = ()
    """What of projects, stations and zones found no place on streets that were loaded."""

    def project(self, key: str) -> NetworkProject:
        """Return the project of this key; KeyError where there is none."""
        for project in self.projects:
            if project.key == key:
                return project
        raise KeyError(key)


def applied(network: Network, projects: Iterable[NetworkProject]) -> Network:
    """Return the network once these projects are done; links, nodes and lines keep their numbers.

    Of changes to the same link by several the faster speed and the greater capacity stand, and
    closed is closed.
    """
    links, lines = list(network.links), list(network.lines)
    stations = list(network.stations)
    for project in projects:
        for number in project.opens:
            links[number] = replace(links[number], state="existing")
        for number in project.stations:
            stations[number] = replace(stations[number], state="existing")
        for number in project.lines:
            lines[number] = replace(lines[number], state="existing")
        for change in project.changes:
            before = network.links[change.link]
            links[change.link] = _changed_link(links[change.link], before, change)
        for line_change in project.line_changes:
            lines[line_change.line] = _changed_line(lines[line_change.line], line_change)
    return replace(network, links=tuple(links), lines=tuple(lines), stations=tuple(stations))


def on_graph(
    network: Network, project: NetworkProject, base: ModeGraph, *, pace: Pace = PACE
) -> Project:
    """Return what a project changes in a graph of its network, as arcs from node to node.

    `base` is `graph_for(network, …)`. An arc that the project makes dearer, or closes, costs what
    is then the least between its ends; inf where nothing is left. No arcs where the way to travel
    is untouched.
    """
    after = arcs_for(applied(network, [project]), base.travel, base.at, pace=pace)
    moved = np.flatnonzero(after.minutes != base.arcs.minutes)
    if not len(moved):
        return Project(project.key, ())
    code = after.tails.astype(np.int64) * after.nodes + after.heads
    concerned = np.flatnonzero(np.isin(code, code[moved])).tolist()
    then, now = _least(after, code, concerned), _least(base.arcs, code, concerned)
    arcs = tuple(
        Arc(int(each // after.nodes), int(each % after.nodes), cost)
        for each, cost in then.items()
        if cost != now[each]
    )
    return Project(project.key, arcs)


def read_projects(table: Table, drawing: Drawing, settings: Settings) -> list[NetworkProject]:
    """Read the [[project]]s of a file, drawing what they build into the network as planned."""
    projects: list[NetworkProject] = []
    seen: dict[str, int] = {}
    tables = table.tables("project", required=True)
    for each in tables:
        for node in each.tables("node"):
            drawing.add_node(node.text("key"), node)
            node.finish()
    for each in tables:
        project = _Reading(each, drawing, settings).project()
        if project.key in seen:
            each.note("duplicate", "key", found=project.key, first=seen[project.key])
        seen.setdefault(project.key, each.line())
        projects.append(project)
    return projects


class _Reading:
    """One [[project]] being read."""

    def __init__(self, table: Table, drawing: Drawing, settings: Settings) -> None:
        self._table = table
        self._drawing = drawing
        self._settings = settings
        self._key = table.text("key")
        self._name = table.name()

    def project(self) -> NetworkProject:
        """Return the project as far as it can be read."""
        table = self._table
        opens, stations = self._stations()
        opens = [*self._built(), *opens]
        changes = self._changes()
        lines = []
        for line in table.tables("line"):
            lines.append(self._drawing.add_line(line, state="planned"))
            line.finish()
        links = self._drawing.links
        length = sum(
            links[number].length_m
            for number in (*opens, *(change.link for change in changes))
            if not links[number].road.startswith("street:")
        )
        project = NetworkProject(
            key=self._key,
            name=self._name,
            kind=table.choice("kind", KINDS, "road"),  # type: ignore[arg-type]
            items=table.texts("items", required=True),
            words=table.text("words"),
            stage=table.choice("stage", STAGES, "study"),  # type: ignore[arg-type]
            assumed=table.flag("assumed"),
            note=table.bilingual("note", required=False) or Bilingual("", ""),
            opens=tuple(opens),
            stations=tuple(stations),
            lines=tuple(lines),
            changes=tuple(changes),
            line_changes=tuple(self._line_changes()),
            length_km=round(length / 1000, 1),
            cost=self._cost(),
        )
        if not any(table.has(each) for each in ("build", "change", "line", "service")):
            table.note("missing-table", "build")
        table.finish()
        return project

    def _built(self) -> list[int]:
        opened = []
        for build in self._table.tables("build"):
            name = build.bilingual("name", required=False) or self._name
            opened += self._drawing.add_path(
                self._key, name, build, self._settings, state="planned"
            )
            build.finish()
        return opened

    def _stations(self) -> tuple[list[int], list[int]]:
        opens: list[int] = []
        stations: list[int] = []
        for each in self._table.tables("station"):
            number, streets = self._drawing.add_station(each.text("key"), each, state="planned")
            each.finish()
            opens += streets
            stations += [] if number is None else [number]
        return opens, stations

    def _changes(self) -> list[LinkChange]:
        changes: list[LinkChange] = []
        for each in self._table.tables("change"):
            road = each.text("road")
            speed = each.number("speed") if each.has("speed") else None
            faster = each.number("faster") if each.has("faster") else None
            lanes = each.whole("lanes", required=False)
            ends = tuple(each.text(key, required=False) for key in ("from", "to"))
            closed = each.flag("closed")
            each.finish()
            for number in self._stretch(each, road, ends[0], ends[1]):
                link = self._drawing.links[number]
                new = link.speed_kmh * faster if faster else speed
                capacity = self._settings.capacity_a_lane.get(link.kind, 0) * lanes or None
                changes.append(LinkChange(number, new, capacity, closed))
        return changes

    def _stretch(self, table: Table, road: str, begin: str, end: str) -> list[int]:
        """The links of a road, from one node to another where they are named."""
        links = self._drawing.links
        numbers = [at for at, link in enumerate(links) if link.road == road]
        if not numbers:
            roads = {link.road for link in links}
            table.note("unknown-reference", "road", found=road, **closest(road, roads))
            return []
        keys = list(self._drawing.nodes)
        chain = [keys[links[numbers[0]].tail], *(keys[links[number].head] for number in numbers)]
        for key, name in ((begin, "from"), (end, "to")):
            if key and key not in chain:
                table.note("unknown-reference", name, found=key, **closest(key, chain))
                return []
        first = chain.index(begin) if begin else 0
        last = chain.index(end, first + 1) if end in chain[first + 1 :] else None
        if end and last is None:
            first, last = sorted((first, chain.index(end)))
        return numbers[first:last]

    def _line_changes(self) -> list[LineChange]:
        changes = []
        keys = self._drawing.line_keys
        for each in self._table.tables("service"):
            key = each.text("line")
            if key not in keys:
                each.note("unknown-reference", "line", found=key, **closest(key, keys))
                continue
            services = read_services(each) if each.has("services") else None
            runs = None
            if each.has("runs"):
                runs = read_runs(each, len(dict(each.items())["runs"]))
            each.finish()
            changes.append(LineChange(keys.index(key), services, runs))
        return changes

    def _cost(self) -> Cost | None:
        table = self._table.table("cost", required=False)
        if table is None:
            return None
        cost = Cost(table.whole("yuan"), table.name("source"))
        table.finish()
        return cost


def _changed_link(link: Link, before: Link, change: LinkChange) -> Link:
    speed, capacity = link.speed_kmh, link.capacity
    if change.speed_kmh is not None:
        untouched = link.speed_kmh == before.speed_kmh
        speed = change.speed_kmh if untouched else max(link.speed_kmh, change.speed_kmh)
    if change.capacity is not None:
        capacity = max(change.capacity, link.capacity or 0)
    state = "planned" if change.closed else link.state
    return replace(link, speed_kmh=speed, capacity=capacity, state=state)


def _changed_line(line: Line, change: LineChange) -> Line:
    return replace(
        line,
        services=line.services if change.services is None else change.services,
        runs=line.runs if change.runs is None else change.runs,
    )


def _least(arcs: Arcs, code: np.ndarray, concerned: Sequence[int]) -> Mapping[int, float]:
    """The least minutes between the ends of the concerned arcs."""
    least: dict[int, float] = {}
    for at in concerned:
        ends = int(code[at])
        least[ends] = min(float(arcs.minutes[at]), least.get(ends, float("inf")))
    return least
