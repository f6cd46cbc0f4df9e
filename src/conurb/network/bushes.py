"""Equilibrium by bushes: of every origin, the ways in use as one graph without cycles.

R. B. Dial, A path-based user-equilibrium traffic assignment algorithm that obviates path storage
and enumeration, Transportation Research Part B 40 (2006), known as algorithm B; with the second
rule for new arcs of Y. Nie, A class of bush-based algorithms for the traffic assignment problem,
Transportation Research Part B 44 (2010). Where two ways of a bush part and meet again, flow moves
from the slower to the quicker by Newton's method until they take as long. Gaps of 1e-8 and less
need tens of rounds, where methods that see only flows by link need thousands.

Of a bush only its arcs are kept, and the flow from the origin on each: those to one node stand
together, after all to the nodes that they leave. While it is worked on it is four arrays: its nodes
in that order; where in the other two those of a node begin; arcs; flows. A network of 33,000 nodes
has a bush of 0.4 MB for each of its zones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from conurb.network.dijkstra import _pop, _push
from conurb.network.graph import Flags, Floats, Ints

_CLOSE = 0.02
"""Two ways are alike when what parted their costs has shrunk to this share."""
_TRIES = 8
_NOTHING = 1e-13
"""What is no gain, as a share of what it costs to get there."""
_CRUMB = 1e-12
"""What is no flow, as a share of all that comes to a node."""


class Streets(NamedTuple):
    """Arcs by tail (CSR), parallel ones among them, and what each costs: t0 (1 + b (v/c)^p) + d."""

    indptr: Ints
    tails: Ints
    heads: Ints
    ends: Flags
    free: Floats
    b: Floats
    capacity: Floats
    power: Floats
    fixed: Floats


class Ways(NamedTuple):
    """A bush while it is worked on, as the module describes it."""

    order: Ints
    start: Ints
    arcs: Ints
    flows: Floats


class Bush:
    """The ways in use from one origin: their arcs in order, and the flow from it on each.

    Arcs come and go all the time, so they stay in one place with room for some more: new arrays
    each time would leave as much memory unused between them as they need.
    """

    def __init__(self, origin: int, arcs: Ints, flows: Floats) -> None:
        self.origin = origin
        self._arcs: Ints = np.empty(0, np.int32)
        self._flows: Floats = np.empty(0)
        self.take(arcs, flows)

    def take(self, arcs: Ints, flows: Floats) -> None:
        """Take these arcs and flows in place of those there are."""
        count = len(arcs)
        if count > len(self._arcs):
            self._arcs = np.empty(count + count // 16, np.int32)
            self._flows = np.empty(count + count // 16)
        self.arcs, self.flows = self._arcs[:count], self._flows[:count]
        self.arcs[:] = arcs
        self.flows[:] = flows


class Loads:
    """The flow on every arc, what it costs at that flow, and how fast that grows."""

    def __init__(self, streets: Streets) -> None:
        count = len(streets.tails)
        self.flows: Floats = np.zeros(count)
        self.costs: Floats = np.zeros(count)
        self.slopes: Floats = np.zeros(count)
        self.of(streets, self.flows)

    def of(self, streets: Streets, flows: Floats) -> None:
        """Take these flows."""
        self.flows[:] = flows
        _price(streets, self.flows, self.costs, self.slopes)


class Room:
    """Space that working on a bush needs; one is enough for all that are worked on in turn."""

    def __init__(self, streets: Streets) -> None:
        nodes, arcs = len(streets.indptr) - 1, len(streets.tails)
        self.low: Floats = np.zeros(nodes)
        self.high: Floats = np.zeros(nodes)
        self.low_from: Ints = np.zeros(nodes, np.int32)
        self.high_from: Ints = np.zeros(nodes, np.int32)
        self.place: Ints = np.zeros(nodes, np.int32)
        self.order: Ints = np.zeros(nodes, np.int32)
        self.start: Ints = np.zeros(nodes + 1, np.int32)
        self.inside: Ints = np.zeros(arcs, np.int32)

    def ways(self, streets: Streets, bush: Bush) -> Ways:
        """Return a bush as it is worked on; its order stands here, its arcs and flows are its."""
        reached = _in_place(streets, bush.origin, bush.arcs, self.order, self.start)
        return Ways(self.order[:reached], self.start[: reached + 1], bush.arcs, bush.flows)


def sprout(streets: Streets, loads: Loads, origin: int, trips: Floats) -> tuple[Bush, float]:
    """Return the quickest ways from an origin with its trips on them, and the trips without a way.

    `trips` is zones long; the flows and costs of `loads` follow.
    """
    arcs, flows, unserved = _sprout(
        streets, loads.flows, loads.costs, loads.slopes, np.int32(origin), trips
    )
    return Bush(origin, arcs, flows), float(unserved)


def grow(streets: Streets, loads: Loads, room: Room, bush: Bush) -> None:
    """Give a bush arcs that make ways quicker, and take those from it that nobody uses."""
    ways = room.ways(streets, bush)
    bush.take(
        *_grow(
            streets, loads.costs, ways, room.low, room.high, room.low_from, room.place, room.inside
        )
    )


def level(streets: Streets, loads: Loads, room: Room, bush: Bush) -> float:
    """Move flow of a bush from slower to quicker ways; return the greatest difference there was.

    The flows of the bush and `loads` change in place.
    """
    return float(
        _level(
            streets,
            loads.flows,
            loads.costs,
            loads.slopes,
            room.ways(streets, bush),
            room.low,
            room.high,
            room.low_from,
            room.high_from,
            room.place,
        )
    )


def tidy(streets: Streets, room: Room, bush: Bush, trips: Floats) -> None:
    """Let the flows of a bush add up to its trips again, in place.

    What is moved leaves crumbs behind by rounding: flow on an arc that none leads to. Nothing moves
    them, and a way that seems in use keeps quicker ones out.
    """
    _tidy(streets, room.ways(streets, bush), trips, room.low)


def add_up(arcs: int, bushes: Sequence[Bush]) -> Floats:
    """Return the flow of all bushes together on each of the arcs."""
    total = np.zeros(arcs)
    for bush in bushes:
        _add(total, bush.arcs, bush.flows)
    return total


@njit(cache=True, nogil=True)
def _add(total, arcs, flows):  # type: ignore[no-untyped-def]
    for link in range(len(arcs)):
        total[arcs[link]] += flows[link]


@njit(cache=True, nogil=True)
def cost_to_zones(streets, costs, trips, first, last):  # type: ignore[no-untyped-def]
    """What all trips from origins first … last-1 cost on their quickest ways."""
    nodes = len(streets.indptr) - 1
    zones = trips.shape[1]
    found = np.empty(nodes)
    keys = np.empty(len(streets.heads) + 1)
    queue = np.empty(len(streets.heads) + 1, np.int32)
    came = np.empty(nodes, np.int32)
    order = np.empty(nodes, np.int32)
    total = 0.0
    for origin in range(first, last):
        if not trips[origin].any():
            continue
        _search(streets, costs, origin, found, came, order, keys, queue)
        for zone in range(zones):
            if zone != origin and trips[origin, zone] > 0 and found[zone] < np.inf:
                total += trips[origin, zone] * found[zone]
    return total


@njit(cache=True, nogil=True)
def _cost_of(flow, free, b, capacity, power, fixed):  # type: ignore[no-untyped-def]
    """What an arc costs at a flow, and how fast that grows with it."""
    load = flow / capacity if capacity > 0 else 0.0
    if power == 4.0:
        raised = load * load
        raised *= raised
    elif power == 1.0:
        raised = load
    else:
        raised = load**power
    cost = free * (1.0 + b * raised) + fixed
    if capacity <= 0 or power == 0.0:
        return cost, 0.0
    if load > 0:
        return cost, free * b * power * raised / load / capacity
    return cost, free * b / capacity if power == 1.0 else 0.0


@njit(cache=True, nogil=True)
def _price(streets, flows, costs, slopes):  # type: ignore[no-untyped-def]
    for arc in range(len(flows)):
        _price_one(streets, flows, costs, slopes, arc)


@njit(cache=True, nogil=True)
def _price_one(streets, flows, costs, slopes, arc):  # type: ignore[no-untyped-def]
    costs[arc], slopes[arc] = _cost_of(
        flows[arc],
        streets.free[arc],
        streets.b[arc],
        streets.capacity[arc],
        streets.power[arc],
        streets.fixed[arc],
    )


@njit(cache=True, nogil=True)
def _search(streets, costs, origin, found, came, order, keys, queue):  # type: ignore[no-untyped-def]
    """Dijkstra's algorithm; returns how many nodes it reached, `order` has them by cost."""
    found[:] = np.inf
    came[:] = -1
    found[origin] = 0.0
    keys[0] = 0.0
    queue[0] = origin
    size = 1
    settled = 0
    while size:
        key = keys[0]
        node = queue[0]
        _pop(keys, queue, size)
        size -= 1
        if key > found[node]:
            continue
        order[settled] = node
        settled += 1
        if streets.ends[node] and node != origin:
            continue
        for arc in range(streets.indptr[node], streets.indptr[node + 1]):
            head = streets.heads[arc]
            cost = key + costs[arc]
            if cost < found[head]:
                found[head] = cost
                came[head] = arc
                _push(keys, queue, size, cost, head)
                size += 1
    return settled


@njit(cache=True, nogil=True)
def _sprout(streets, loads, costs, slopes, origin, trips):  # type: ignore[no-untyped-def]
    nodes = len(streets.indptr) - 1
    found = np.empty(nodes)
    came = np.empty(nodes, np.int32)
    order = np.empty(nodes, np.int32)
    keys = np.empty(len(streets.heads) + 1)
    queue = np.empty(len(streets.heads) + 1, np.int32)
    reached = _search(streets, costs, origin, found, came, order, keys, queue)
    carried = np.zeros(nodes)
    unserved = 0.0
    for zone in range(len(trips)):
        if zone != origin:
            if found[zone] == np.inf:
                unserved += trips[zone]
            else:
                carried[zone] = trips[zone]
    arcs = np.empty(reached - 1, np.int32)
    flows = np.empty(reached - 1)
    # from the farthest back, each node hands what it carries to the one before it
    for at in range(reached - 1, 0, -1):
        node = order[at]
        arc = came[node]
        arcs[at - 1] = arc
        flows[at - 1] = carried[node]
        carried[streets.tails[arc]] += carried[node]
        if carried[node] > 0:
            loads[arc] += carried[node]
            _price_one(streets, loads, costs, slopes, arc)
    return arcs, flows, unserved


@njit(cache=True, nogil=True)
def _in_place(streets, origin, arcs, order, start):  # type: ignore[no-untyped-def]
    """Work out the nodes of a bush in order, and where their arcs begin; returns their number."""
    order[0] = origin
    start[0] = 0
    at = 0
    for link in range(len(arcs)):
        head = streets.heads[arcs[link]]
        if head != order[at]:
            at += 1
            order[at] = head
            start[at] = link
    start[at + 1] = len(arcs)
    return at + 1


@njit(cache=True, nogil=True)
def _grow(streets, costs, ways, low, high, low_from, place, inside):  # type: ignore[no-untyped-def]
    kept = _measure(streets, costs, ways, low, high, low_from, inside)
    added = _take_in(streets, costs, ways.order, low, high, inside)
    if added == 0 and kept == len(ways.arcs):
        for arc in ways.arcs:
            inside[arc] = 0
        return ways.arcs, ways.flows
    return _in_order(streets, ways, kept + added, place, inside)


@njit(cache=True, nogil=True)
def _measure(streets, costs, ways, low, high, low_from, inside):  # type: ignore[no-untyped-def]
    """Least and greatest cost to every node; marks the arcs that stay, and returns their number.

    Those stay that carry flow, or are on the quickest way. `inside` gets one more than their place.
    """
    order, start, arcs, flows = ways
    low[order[0]] = 0.0
    high[order[0]] = 0.0
    kept = 0
    for at in range(1, len(order)):
        node = order[at]
        least = np.inf
        by = -1
        for link in range(start[at], start[at + 1]):
            cost = low[streets.tails[arcs[link]]] + costs[arcs[link]]
            if cost < least:
                least = cost
                by = link
        low[node] = least
        low_from[node] = by
        most = 0.0
        for link in range(start[at], start[at + 1]):
            if flows[link] > 0 or link == by:
                arc = arcs[link]
                inside[arc] = link + 1
                kept += 1
                most = max(most, high[streets.tails[arc]] + costs[arc])
        high[node] = most
    return kept


@njit(cache=True, nogil=True)
def _tidy(streets, ways, trips, carried):  # type: ignore[no-untyped-def]
    order, start, arcs, flows = ways
    for node in order:
        carried[node] = trips[node] if node < len(trips) else 0.0
    # from the farthest back, as each node hands on what goes through it
    for at in range(len(order) - 1, 0, -1):
        first, after = start[at], start[at + 1]
        least = _CRUMB * flows[first:after].sum()
        kept = 0.0
        for link in range(first, after):
            if flows[link] > least:
                kept += flows[link]
            else:
                flows[link] = 0.0
        if kept == 0.0:
            flows[first] = kept = carried[order[at]]
        for link in range(first, after):
            if flows[link] > 0:
                flows[link] *= carried[order[at]] / kept
                carried[streets.tails[arcs[link]]] += flows[link]


@njit(cache=True, nogil=True)
def _ways_on(streets, node, origin):  # type: ignore[no-untyped-def]
    """The arcs by which one may leave a node: none where ways may only end."""
    begin = streets.indptr[node]
    if streets.ends[node] and node != origin:
        return range(begin, begin)
    return range(begin, streets.indptr[node + 1])


@njit(cache=True, nogil=True)
def _take_in(streets, costs, order, low, high, inside):  # type: ignore[no-untyped-def]
    """Mark arcs that make ways quicker with -1; returns their number.

    Every arc of the bush leads to a node that is at least as high, and every new one to one that is
    higher, so that no cycle can arise.
    """
    origin = order[0]
    added = 0
    for node in order:
        for arc in _ways_on(streets, node, origin):
            head = streets.heads[arc]
            if inside[arc] or not high[node] < high[head]:
                continue
            gain = max(high[head] - high[node] - costs[arc], low[head] - low[node] - costs[arc])
            if head != origin and gain > _NOTHING * high[head]:
                inside[arc] = -1
                added += 1
    return added


@njit(cache=True, nogil=True)
def _in_order(streets, ways, count, place, inside):  # type: ignore[no-untyped-def]
    """Arcs and flows of the bush of what is marked; takes the marks away."""
    origin = ways.order[0]
    reached = len(ways.order)
    incoming = np.zeros(len(place), np.int32)
    for node in ways.order:
        for arc in _ways_on(streets, node, origin):
            if inside[arc]:
                incoming[streets.heads[arc]] += 1
    waiting = incoming.copy()
    order = np.empty(reached, np.int32)
    start = np.zeros(reached + 1, np.int32)
    order[0] = origin
    size = 1
    for at in range(reached):
        node = order[at]
        for arc in _ways_on(streets, node, origin):
            head = streets.heads[arc]
            if inside[arc]:
                waiting[head] -= 1
                if waiting[head] == 0:
                    order[size] = head
                    place[head] = start[size]
                    start[size + 1] = start[size] + incoming[head]
                    size += 1
    arcs = np.empty(count, np.int32)
    flows = np.zeros(count)
    for node in order:
        for arc in _ways_on(streets, node, origin):
            if inside[arc]:
                to = place[streets.heads[arc]]
                place[streets.heads[arc]] = to + 1
                arcs[to] = arc
                if inside[arc] > 0:
                    flows[to] = ways.flows[inside[arc] - 1]
                inside[arc] = 0
    return arcs, flows


@njit(cache=True, nogil=True)
def _level(streets, loads, costs, slopes, ways, low, high, low_from, high_from, place):  # type: ignore[no-untyped-def]
    order, start, arcs, flows = ways
    origin = order[0]
    low[origin] = 0.0
    high[origin] = 0.0
    place[origin] = 0
    worst = 0.0
    for at in range(1, len(order)):
        node = order[at]
        place[node] = at
        least, most = np.inf, -1.0
        quick, slow = -1, -1
        for link in range(start[at], start[at + 1]):
            arc = arcs[link]
            tail = streets.tails[arc]
            cost = low[tail] + costs[arc]
            if cost < least:
                least, quick = cost, link
            if flows[link] > 0 and high[tail] >= 0:
                cost = high[tail] + costs[arc]
                if cost > most:
                    most, slow = cost, link
        low[node] = least
        low_from[node] = quick
        high[node] = most
        high_from[node] = slow
        if slow >= 0:
            worst = max(worst, most - least)
    for at in range(len(order) - 1, 0, -1):
        if start[at + 1] - start[at] > 1:
            node = order[at]
            if high_from[node] >= 0 and high_from[node] != low_from[node]:
                _shift(streets, loads, costs, slopes, arcs, flows, low_from, high_from, place, node)
    return worst


@njit(cache=True, nogil=True)
def _shift(streets, loads, costs, slopes, arcs, flows, low_from, high_from, place, node):  # type: ignore[no-untyped-def]
    """Move flow between the slowest and the quickest way to a node, back to where they part."""
    link = high_from[node]
    apart, slope, most = costs[arcs[link]], slopes[arcs[link]], flows[link]
    slow = streets.tails[arcs[link]]
    link = low_from[node]
    apart -= costs[arcs[link]]
    slope += slopes[arcs[link]]
    quick = streets.tails[arcs[link]]
    while slow != quick:
        if place[slow] > place[quick]:
            link = high_from[slow]
            if link < 0:
                return
            most = min(most, flows[link])
            apart += costs[arcs[link]]
            slow = streets.tails[arcs[link]]
        else:
            link = low_from[quick]
            apart -= costs[arcs[link]]
            quick = streets.tails[arcs[link]]
        slope += slopes[arcs[link]]
    if apart <= 0.0 or most <= 0.0:
        return
    moved = most
    if slope > 0 and apart < slope * most:
        moved = apart / slope
    moved = _until_alike(streets, loads, arcs, low_from, high_from, node, slow, apart, most, moved)
    at = node
    while at != slow:
        link = high_from[at]
        arc = arcs[link]
        flows[link] = max(flows[link] - moved, 0.0)
        loads[arc] = max(loads[arc] - moved, 0.0)
        _price_one(streets, loads, costs, slopes, arc)
        at = streets.tails[arc]
    at = node
    while at != slow:
        link = low_from[at]
        arc = arcs[link]
        flows[link] += moved
        loads[arc] += moved
        _price_one(streets, loads, costs, slopes, arc)
        at = streets.tails[arc]


@njit(cache=True, nogil=True)
def _until_alike(streets, loads, arcs, low_from, high_from, node, parting, apart, most, moved):  # type: ignore[no-untyped-def]
    """How much to move so that both ways cost about as much, at most all; from a first guess."""
    less, more = 0.0, most
    for _ in range(_TRIES):
        left, steep = _apart(streets, loads, arcs, low_from, high_from, node, parting, moved)
        if abs(left) <= _CLOSE * apart or (moved >= most and left >= 0):
            break
        if left > 0:
            less = moved
        else:
            more = moved
        moved = moved + left / steep if steep > 0 else more
        if not less < moved < more:
            moved = (less + more) / 2
    return moved


@njit(cache=True, nogil=True)
def _apart(streets, loads, arcs, low_from, high_from, node, parting, moved):  # type: ignore[no-untyped-def]
    """By how much two ways would still differ, and how fast that shrinks, had so much moved."""
    left, steep = 0.0, 0.0
    at = node
    while at != parting:
        arc = arcs[high_from[at]]
        cost, slope = _cost_of(
            max(loads[arc] - moved, 0.0),
            streets.free[arc],
            streets.b[arc],
            streets.capacity[arc],
            streets.power[arc],
            streets.fixed[arc],
        )
        left += cost
        steep += slope
        at = streets.tails[arc]
    at = node
    while at != parting:
        arc = arcs[low_from[at]]
        cost, slope = _cost_of(
            loads[arc] + moved,
            streets.free[arc],
            streets.b[arc],
            streets.capacity[arc],
            streets.power[arc],
            streets.fixed[arc],
        )
        left -= cost
        steep += slope
        at = streets.tails[arc]
    return left, steep
