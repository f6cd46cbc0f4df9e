"""A region's network as the appraisal wants it: a graph, zones with people, centres, candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from conurb.network.graph import GraphError
from conurb.network.multimodal import NOON, ModeGraph, Point, Travel, graph_for
from conurb.network.projects import on_graph
from conurb.network.region_network import RegionNetwork
from conurb.network.study import Assumptions, Candidate, Centre, Study, Zones
from conurb.sames.facilities.opportunities import Opportunities

APPRAISED: tuple[Travel, ...] = ("car", "transit", "truck")
"""The ways to travel that projects are appraised for, each with a run of its own."""
FEN = 100
TRIPS: Mapping[Travel, float] = {"car": 0.50, "transit": 0.30, "truck": 0.05}
"""Trips between zones that a person makes on an average day by each way to travel (of trucks: that
goods make for a person). Assumed: residents of cities of this size make about 2.3 trips a day, half
of them into another zone. Where a zone is a whole county it would be less than half of this."""


@dataclass(frozen=True)
class CityCentre:
    """The centre of a city, by its code: where its government sits."""

    city: str
    at: Point


@dataclass(frozen=True, eq=False)
class Prepared:
    """A study, and the graph of the way to travel that it was made of."""

    study: Study
    base: ModeGraph


def study_for(
    region: RegionNetwork,
    travel: Travel,
    centres: Iterable[CityCentre],
    opportunities: Opportunities,
    assumptions: Assumptions | None = None,
    *,
    at: float = NOON,
) -> Prepared:
    """Return the study of all projects of a region for one way to travel at a minute of the day.

    A centre is the nearest node that the way to travel reaches. Raises GraphError for a network
    without zones, or that the way to travel does not use at all.
    """
    network = region.network
    if not network.zones:
        raise GraphError(
            "路网没有人口小区，无从评估；请在 network/zones.toml 中补上",
            "the network has no zones of people to appraise for: add them to network/zones.toml",
        )
    base = graph_for(network, travel, at)
    jobs, hospitals = opportunities.by_zone(network.zones)
    zones = Zones(
        names=tuple(zone.name.zh for zone in network.zones),
        nodes=base.zones,
        counties=tuple(zone.county for zone in network.zones),
        people=network.population,
        jobs=jobs,
        hospitals=hospitals,
    )
    candidates = tuple(
        Candidate(
            project=on_graph(network, project, base),
            cost=project.cost.yuan * FEN if project.cost else None,
            item=project.items[0] if project.items else "",
        )
        for project in region.projects
    )
    places = tuple(Centre(centre.city, nearest_node(region, base, centre.at)) for centre in centres)
    assumed = assumptions or Assumptions(trips_a_person=TRIPS.get(travel, 0.0))
    return Prepared(Study(base.graph, zones, places, candidates, assumed), base)


def nearest_node(region: RegionNetwork, base: ModeGraph, at: Point) -> int:
    """Return the network's node nearest to a place that one gets to and away from.

    Distance is equirectangular, which orders places of one region as on the ground. Raises
    GraphError where the way to travel uses no node at all.
    """
    streets = len(region.network.nodes)
    used = np.zeros(base.graph.nodes, dtype=bool)
    used[base.graph.heads] = True
    left = np.zeros(base.graph.nodes, dtype=bool)
    left[base.graph.tails] = True
    open_nodes = np.flatnonzero((used & left)[:streets])
    if not len(open_nodes):
        raise GraphError(
            f"路网中没有可供“{base.travel}”通行的结点",
            f"the network has no node that one travels to by {base.travel}",
        )
    positions = region.network.positions[open_nodes]
    narrow = np.cos(np.radians(at[1]))
    away = ((positions[:, 0] - at[0]) * narrow) ** 2 + (positions[:, 1] - at[1]) ** 2
    return int(open_nodes[int(away.argmin())])
