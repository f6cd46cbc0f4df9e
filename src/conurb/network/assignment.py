"""Traffic at user equilibrium: nobody gets there sooner by another way.

J. G. Wardrop, Some theoretical aspects of road traffic research, Proceedings of the Institution of
Civil Engineers 1 (1952). Solved by the bi-conjugate Frank-Wolfe method of M. Mitradjieva, P. O.
Lindberg, The Stiff Is Moving: Conjugate Direction Frank-Wolfe Methods with Applications to Traffic
Assignment, Transportation Science 47 (2013). Times on links are those of the Bureau of Public Roads
(Traffic Assignment Manual, 1964): t = t0 (1 + b (v / c) ^ p).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from conurb.network.dijkstra import _pop, _push
from conurb.network.graph import Floats, GraphError
from conurb.network.tntp import Network

LEAST = 1e-12


@dataclass(frozen=True)
class Equilibrium:
    """Flows and times by link, in the order of the network's links.

    `gap` is the relative gap: what all could save on the quickest ways, as a share of what they
    spend. `unserved` are trips between places that no way joins.
    """

    flows: Floats
    times: Floats
    gap: float
    rounds: int
    unserved: float


def times_of(network: Network, flows: Floats) -> Floats:
    """Return the time on each link at these flows (Bureau of Public Roads)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        load = np.where(network.capacity > 0, flows / network.capacity, 0.0)
    return np.asarray(network.free_flow_time * (1.0 + network.b * load**network.power))


def assign(
    network: Network, trips: Floats, *, gap: float = 1e-4, rounds: int = 1000
) -> Equilibrium:
    """Return the flows at equilibrium for an array (zones, zones) of trips a period.

    Stops when the relative gap is reached, or after so many rounds; the gap that was reached is
    told. Raises GraphError for trips that do not fit the zones or are below zero.
    """
    zones = network.zones
    if trips.shape != (zones, zones) or not (trips >= 0).all():
        raise GraphError(
            f"出行矩阵应为 {zones}×{zones} 且不含负数",
            f"trips need to be {zones} × {zones} and zero or more",
        )
    loader = _Loader(network, trips)
    flows, unserved = loader.load(times_of(network, np.zeros(len(network.tails))))
    before: Floats | None = None
    before_last: Floats | None = None
    step = step_last = 0.0
    reached = np.inf
    done = 0
    while done < rounds:
        done += 1
        times = times_of(network, flows)
        quickest, _ = loader.load(times)
        spent = float(times @ flows)
        reached = 1.0 - float(times @ quickest) / spent if spent > 0 else 0.0
        if reached <= gap:
            break
        point = _conjugate(network, flows, times, quickest, before, before_last, step, step_last)
        step_last, step = step, _best_step(network, flows, point)
        if step == 0.0 or (before is not None and step > 1 - 1e-9):
            point, before = quickest, None
            step = _best_step(network, flows, point)
        before_last, before = before, point
        flows = flows + step * (point - flows)
    return Equilibrium(flows, times_of(network, flows), max(reached, 0.0), done, unserved)


class _Loader:
    """Puts all trips on the quickest ways (all or nothing)."""

    def __init__(self, network: Network, trips: Floats) -> None:
        self.network = network
        self.trips = np.ascontiguousarray(trips)

    def load(self, times: Floats) -> tuple[Floats, float]:
        """Return the flows by link, and how many trips found no way."""
        graph = self.network.graph(times)
        on_arcs, unserved = _load(
            graph.indptr, graph.heads, graph.tails, graph.costs, graph.ends, self.trips
        )
        flows = np.zeros(len(times))
        flows[graph.arcs] = on_arcs
        return flows, float(unserved)


def _slopes(network: Network, flows: Floats) -> Floats:
    """How fast the time on each link grows with its flow."""
    with np.errstate(divide="ignore", invalid="ignore"):
        load = np.where(network.capacity > 0, flows / network.capacity, 0.0)
        slope = network.b * network.power / network.capacity
        grown = np.where(load > 0, load ** (network.power - 1), np.where(network.power == 1, 1, 0))
    return np.asarray(np.where(network.capacity > 0, network.free_flow_time * slope * grown, 0.0))


def _conjugate(
    network: Network,
    flows: Floats,
    times: Floats,
    quickest: Floats,
    before: Floats | None,
    before_last: Floats | None,
    step: float,
    step_last: float,
) -> Floats:
    """Return the point to move towards, conjugate to the last one or two directions."""
    if before is None:
        return quickest
    slopes = _slopes(network, flows)
    ahead, last = quickest - flows, before - flows
    if before_last is None:
        against = float(last @ (slopes * ahead))
        of = float(last @ (slopes * (quickest - before)))
        share = against / of if of != 0 else 0.0
        share = min(max(share, 0.0), 0.99)
        return share * before + (1.0 - share) * quickest
    older = step_last * before - flows + (1.0 - step_last) * before_last
    # the formulas (14) to (16) of the paper
    down = float(older @ (slopes * (before_last - before)))
    mu = -float(older @ (slopes * ahead)) / down if down != 0 else 0.0
    mu = max(mu, 0.0)
    along = float(last @ (slopes * last))
    nu = -float(last @ (slopes * ahead)) / along if along != 0 else 0.0
    nu = max(nu + mu * step / (1.0 - step), 0.0) if step < 1 else max(nu, 0.0)
    first = 1.0 / (1.0 + mu + nu)
    return first * quickest + nu * first * before + mu * first * before_last


def _best_step(network: Network, flows: Floats, point: Floats) -> float:
    """Return the step in [0, 1] at which the objective is least, by halving its slope's sign."""
    direction = point - flows
    low, high = 0.0, 1.0
    if float(times_of(network, point) @ direction) <= 0:
        return 1.0
    while high - low > LEAST:
        middle = (low + high) / 2
        if float(times_of(network, flows + middle * direction) @ direction) < 0:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _load(indptr, heads, tails, costs, ends, trips):  # type: ignore[no-untyped-def]
    n = len(indptr) - 1
    zones = trips.shape[0]
    flows = np.zeros(len(heads))
    found = np.empty(n)
    came = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    carried = np.empty(n)
    keys = np.empty(len(heads) + 1)
    nodes = np.empty(len(heads) + 1, np.int32)
    unserved = 0.0
    for source in range(zones):
        found[:] = np.inf
        came[:] = -1
        found[source] = 0.0
        keys[0] = 0.0
        nodes[0] = source
        size = 1
        settled = 0
        while size:
            key = keys[0]
            node = nodes[0]
            _pop(keys, nodes, size)
            size -= 1
            if key > found[node]:
                continue
            order[settled] = node
            settled += 1
            if ends[node] and node != source:
                continue
            for arc in range(indptr[node], indptr[node + 1]):
                head = heads[arc]
                cost = key + costs[arc]
                if cost < found[head]:
                    found[head] = cost
                    came[head] = arc
                    _push(keys, nodes, size, cost, head)
                    size += 1
        carried[:] = 0.0
        for target in range(zones):
            if target == source:
                continue
            if found[target] == np.inf:
                unserved += trips[source, target]
            else:
                carried[target] = trips[source, target]
        # from the farthest back, each node hands what it carries to the one before it
        for at in range(settled - 1, 0, -1):
            node = order[at]
            arc = came[node]
            if arc >= 0 and carried[node] > 0:
                flows[arc] += carried[node]
                carried[tails[arc]] += carried[node]
    return flows, unserved
