"""Traffic at user equilibrium: nobody gets there sooner by another way.

J. G. Wardrop, Some theoretical aspects of road traffic research, Proceedings of the Institution of
Civil Engineers 1 (1952); the flows are those at which the objective of M. Beckmann, C. B. McGuire,
C. B. Winsten, Studies in the Economics of Transportation (1956), is least. Times on links are those
of the Bureau of Public Roads (Traffic Assignment Manual, 1964), t = t0 (1 + b (v / c) ^ p); a link
costs its time and, where the network has weights for them, its toll and length. Solved by bushes
(`conurb.network.bushes`).
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from conurb.network.bushes import (
    Bush,
    Loads,
    Room,
    Streets,
    add_up,
    cost_to_zones,
    grow,
    level,
    sprout,
    tidy,
)
from conurb.network.graph import Floats, GraphError, Ints
from conurb.network.tntp import Network

__all__ = ["Equilibrium", "assign", "costs_of", "objective_of", "times_of"]

_SWEEPS = 20
"""How often the bushes are levelled before they grow again, at most."""
_LEVEL = 0.1
"""A bush is level when its ways differ by this share of what they did."""
_MOST_THREADS = 8


@dataclass(frozen=True)
class Equilibrium:
    """Flows, times and costs by link, in the order of the network's links.

    `gap` is the relative gap: what all could save on the quickest ways, as a share of what they
    spend; `excess` is what one trip could save on average. `objective` is Beckmann's. `unserved`
    are trips between zones that no way joins, `within` those from a zone to itself: neither is on
    the network.
    """

    flows: Floats
    times: Floats
    costs: Floats
    gap: float
    excess: float
    objective: float
    rounds: int
    unserved: float
    within: float


def times_of(network: Network, flows: Floats) -> Floats:
    """Return the time on each link at these flows (Bureau of Public Roads)."""
    return np.asarray(network.free_flow_time * (1.0 + network.b * _raised(network, flows)))


def costs_of(network: Network, flows: Floats) -> Floats:
    """Return what each link costs at these flows: its time, toll and length by their weights."""
    return times_of(network, flows) + network.fixed


def objective_of(network: Network, flows: Floats) -> float:
    """Return Beckmann's objective: what each link costs, summed over its flow from 0 on."""
    grown = network.b * _raised(network, flows) / (network.power + 1.0)
    return float(flows @ (network.free_flow_time * (1.0 + grown) + network.fixed))


def assign(
    network: Network, trips: Floats, *, gap: float = 1e-4, rounds: int = 1000
) -> Equilibrium:
    """Return the flows at equilibrium for an array (zones, zones) of trips a period.

    Stops when the relative gap is reached, or after so many rounds; the gap that was reached is
    told. Raises GraphError for trips that do not fit the zones, or that are no numbers of zero or
    more.
    """
    zones = network.zones
    if trips.shape != (zones, zones) or not ((trips >= 0) & np.isfinite(trips)).all():
        raise GraphError(
            f"出行矩阵应为 {zones}×{zones}，各项为不小于 0 的数",
            f"trips need to be {zones} × {zones}, each a number of zero or more",
        )
    trips = np.ascontiguousarray(trips, dtype=np.float64)
    streets, links = _streets(network)
    loads = Loads(streets)
    bushes: list[Bush] = []
    unserved = 0.0
    for origin in np.flatnonzero(trips.sum(axis=1) > np.diag(trips)).tolist():
        bush, without_way = sprout(streets, loads, origin, trips[origin])
        bushes.append(bush)
        unserved += without_way
    within = float(np.trace(trips))
    moving = float(trips.sum()) - within - unserved
    reached, excess, done = 0.0, 0.0, 0
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    rooms = [Room(streets) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        while True:
            loads.of(streets, add_up(len(links), bushes))
            spent = float(loads.flows @ loads.costs)
            least = _least(pool, streets, loads.costs, trips)
            reached = max(1.0 - least / spent, 0.0) if spent > 0 else 0.0
            excess = max(spent - least, 0.0) / moving if moving > 0 else 0.0
            if reached <= gap or done >= rounds:
                break
            done += 1
            _round(pool, streets, loads, rooms, bushes, trips)
    flows = np.zeros(len(network.tails))
    flows[links] = loads.flows
    return Equilibrium(
        flows=flows,
        times=times_of(network, flows),
        costs=costs_of(network, flows),
        gap=reached,
        excess=excess,
        objective=objective_of(network, flows),
        rounds=done,
        unserved=unserved,
        within=within,
    )


def _round(
    pool: ThreadPoolExecutor,
    streets: Streets,
    loads: Loads,
    rooms: list[Room],
    bushes: list[Bush],
    trips: Floats,
) -> None:
    """Let every bush grow, then level each until its ways differ much less than they did.

    Bushes grow side by side, as that needs the costs alone; they are levelled in turn, each at the
    costs that those before it leave.
    """

    def grown(first: int) -> None:
        for at in range(first, len(bushes), len(rooms)):
            bush = bushes[at]
            tidy(streets, rooms[first], bush, trips[bush.origin])
            grow(streets, loads, rooms[first], bush)

    list(pool.map(grown, range(len(rooms))))
    apart = np.array([level(streets, loads, rooms[0], bush) for bush in bushes])
    left = np.flatnonzero(apart > 0)
    for _ in range(_SWEEPS):
        still = np.array([level(streets, loads, rooms[0], bushes[at]) for at in left.tolist()])
        left = left[still > _LEVEL * apart[left]]
        if not len(left):
            break


def _least(pool: ThreadPoolExecutor, streets: Streets, costs: Floats, trips: Floats) -> float:
    """What all trips cost on the quickest ways."""
    cuts = np.linspace(0, len(trips), 4 * _MOST_THREADS + 1).astype(int).tolist()
    parts = pool.map(
        lambda part: cost_to_zones(streets, costs, trips, *part),
        pairwise(cuts),
    )
    return float(sum(parts))


def _streets(network: Network) -> tuple[Streets, Ints]:
    """The arcs that can be used, by tail, and which link each is."""
    usable = network.open & (network.tails != network.heads)
    usable &= np.isfinite(network.free_flow_time)
    found = np.flatnonzero(usable)
    links: Ints = found[np.argsort(network.tails[found], kind="stable")].astype(np.int32)
    counts = np.bincount(network.tails[links], minlength=network.nodes)
    return (
        Streets(
            np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
            network.tails[links].astype(np.int32),
            network.heads[links].astype(np.int32),
            network.ends,
            network.free_flow_time[links],
            network.b[links],
            network.capacity[links],
            network.power[links],
            network.fixed[links],
        ),
        links,
    )


def _raised(network: Network, flows: Floats) -> Floats:
    """(v / c) ^ p of each link; without capacity, or with less than no flow, it is as at none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        load = np.where(network.capacity > 0, np.maximum(flows, 0.0) / network.capacity, 0.0)
    return np.asarray(load**network.power)
