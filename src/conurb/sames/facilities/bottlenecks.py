"""Where the network is too narrow: traffic of the peak hour at user equilibrium, link by link.

A model, not a count. Trips between zones follow gravity, as those of the appraisal do
(`conurb.network.appraisal`); those by car in the peak hour are put on the network so that nobody
gets there sooner by another way (`conurb.network.assignment`), with times by the Bureau of Public
Roads (1964: b = 0.15, p = 4). Trips within a zone are not in the model; on each road a share of the
capacity is kept for them. Capacities an hour and direction, where the network gives none, follow
the lanes usual for the class at level of service C to D (CJJ 37-2012, table 4.2.2; JTG B01-2014,
ch. 3). Which links stand out is of use, and what a project does to them; the numbers are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from conurb.network import sweeping
from conurb.network.assignment import Equilibrium, assign
from conurb.network.contraction import prepare
from conurb.network.graph import Floats, GraphError
from conurb.network.multimodal import TRACKS, LinkClass, ModeGraph, Network
from conurb.network.tntp import Network as Roads

CAPACITIES: Mapping[LinkClass, float] = {
    LinkClass.EXPRESSWAY: 3600.0,
    LinkClass.TRUNK: 2600.0,
    LinkClass.PRIMARY: 1800.0,
    LinkClass.SECONDARY: 1100.0,
    LinkClass.TERTIARY: 700.0,
    LinkClass.LOCAL: 400.0,
    LinkClass.RAMP: 1500.0,
    LinkClass.PATH: 0.0,
}
"""Vehicles an hour and direction, where the network says nothing."""
LOCAL: Mapping[LinkClass, float] = {
    LinkClass.EXPRESSWAY: 0.10,
    LinkClass.TRUNK: 0.35,
    LinkClass.PRIMARY: 0.50,
    LinkClass.SECONDARY: 0.60,
    LinkClass.TERTIARY: 0.60,
    LinkClass.LOCAL: 0.70,
    LinkClass.RAMP: 0.20,
    LinkClass.PATH: 0.0,
}
"""The share of the capacity that trips within zones take."""
WIDE_DOOR = 1e6
"""Vehicles an hour that the way between a zone and the streets takes: as good as all."""


@dataclass(frozen=True)
class Traffic:
    """What is assumed of the peak hour.

    `trips_a_person` counts trips by car between zones on a day, `in_a_car` the people in one,
    `peak` the share of the day in the peak hour; `on_network` is the share of these trips that
    keeps to the roads of the network: most lead to a neighbouring zone, by streets that a trunk
    network leaves out.
    `decay` is per minute. A link is a bottleneck from `full` of its capacity on.
    """

    trips_a_person: float = 0.50
    in_a_car: float = 1.5
    peak: float = 0.09
    on_network: float = 0.15
    decay: float = 0.05
    full: float = 0.85
    b: float = 0.15
    power: float = 4.0
    gap: float = 1e-4
    rounds: int = 300
    capacities: Mapping[LinkClass, float] = field(default_factory=lambda: dict(CAPACITIES))
    local: Mapping[LinkClass, float] = field(default_factory=lambda: dict(LOCAL))


@dataclass(frozen=True)
class Bottleneck:
    """A link in one direction that is fuller than it should be.

    `load` is flow over capacity, local traffic included; `delay` the minutes lost on it by one
    vehicle, `lost` the vehicle hours lost in the peak hour. `forwards` is tail to head.
    """

    link: int
    forwards: bool
    flow: float
    capacity: float
    load: float
    delay: float
    lost: float


@dataclass(frozen=True)
class Peak:
    """The peak hour: its bottlenecks, the most hours lost first, and how it was reached."""

    bottlenecks: tuple[Bottleneck, ...]
    trips: float
    hours_lost: float
    gap: float
    rounds: int


def peak_hour(network: Network, cars: ModeGraph, traffic: Traffic | None = None) -> Peak:
    """Return the bottlenecks of the peak hour. `cars` is the graph for cars of the network.

    Raises GraphError for a network without zones or people.
    """
    traffic = traffic or Traffic()
    if not network.zones or not network.population.sum() > 0:
        raise GraphError(
            "路网没有人口小区，无法分配交通量", "the network has no zones with people to travel"
        )
    roads, links, forwards = _roads(network, cars, traffic)
    trips = _trips(network, cars, traffic)
    found = assign(roads, trips, gap=traffic.gap, rounds=traffic.rounds)
    bottlenecks = _bottlenecks(network, roads, found, links, forwards, traffic)
    return Peak(
        bottlenecks=tuple(bottlenecks),
        trips=float(trips.sum()),
        hours_lost=float((found.flows * (found.times - roads.free_flow_time)).sum() / 60.0),
        gap=found.gap,
        rounds=found.rounds,
    )


def _roads(
    network: Network, cars: ModeGraph, traffic: Traffic
) -> tuple[Roads, list[int], list[bool]]:
    """Return the open arcs as an assignment wants them, zones first, and what link each is of."""
    graph = cars.graph
    zones, streets = len(network.zones), len(network.nodes)
    # nodes are streets, then zones; the assignment counts zones first
    moved = np.concatenate(
        [np.arange(streets) + zones, np.arange(zones), np.arange(streets + zones, graph.nodes)]
    ).astype(np.int32)
    links = [cars.link_of(arc) for arc in range(len(graph.heads))]
    forwards = [
        link >= 0 and network.links[link].tail == tail
        for link, tail in zip(links, graph.tails.tolist(), strict=True)
    ]
    capacity = np.array([_capacity(network, link, traffic) for link in links])
    roads = Roads(
        nodes=graph.nodes,
        zones=zones,
        first_through=zones,
        tails=moved[graph.tails],
        heads=moved[graph.heads],
        capacity=capacity,
        length=np.zeros(len(capacity)),
        free_flow_time=graph.costs.copy(),
        b=np.full(len(capacity), traffic.b),
        power=np.full(len(capacity), traffic.power),
    )
    return roads, links, forwards


def _capacity(network: Network, link: int, traffic: Traffic) -> float:
    """Return what a link takes beside local traffic."""
    if link < 0:
        return WIDE_DOOR
    return _whole(network, link, traffic) * (1 - traffic.local.get(network.links[link].kind, 0.0))


def _whole(network: Network, link: int, traffic: Traffic) -> float:
    own = network.links[link]
    if own.kind in TRACKS:
        return 0.0
    return own.capacity if own.capacity else traffic.capacities[own.kind]


def _trips(network: Network, cars: ModeGraph, traffic: Traffic) -> Floats:
    """Return vehicles between zones in the peak hour, by gravity: an array (zones, zones)."""
    people = network.population
    minutes = sweeping.costs(prepare(cars.graph), cars.zones, cars.zones)
    pull = people[:, None] * people[None, :] * np.exp(-traffic.decay * minutes)
    np.fill_diagonal(pull, 0.0)
    if not pull.sum() > 0:
        return np.zeros_like(pull)
    a_day = traffic.trips_a_person * people.sum()
    vehicles = a_day / traffic.in_a_car * traffic.peak * traffic.on_network
    return np.asarray(pull / pull.sum() * vehicles)


def _bottlenecks(
    network: Network,
    roads: Roads,
    found: Equilibrium,
    links: list[int],
    forwards: list[bool],
    traffic: Traffic,
) -> list[Bottleneck]:
    made = []
    for arc, link in enumerate(links):
        if link < 0 or roads.capacity[arc] <= 0:
            continue
        whole = _whole(network, link, traffic)
        flow = float(found.flows[arc])
        load = (flow + whole - float(roads.capacity[arc])) / whole
        if load < traffic.full:
            continue
        delay = float(found.times[arc] - roads.free_flow_time[arc])
        made.append(Bottleneck(link, forwards[arc], flow, whole, load, delay, flow * delay / 60))
    return sorted(made, key=lambda each: (-each.lost, each.link, not each.forwards))
