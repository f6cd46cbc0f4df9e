"""Equilibrium on a network worked out by hand, and the best-known flows of public networks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.network.assignment import assign, objective_of
from conurb.network.dijkstra import costs_of
from conurb.network.graph import GraphError
from conurb.network.tntp import Network, read_demand, read_flows, read_network, text_of
from tests.network.test_costs import TNTP

# D. Braess, Über ein Paradoxon aus der Verkehrsplanung, Unternehmensforschung 12 (1968), in the
# numbers of M. Frank (1981): 6 go from 1 to 4 by three ways, 2 each, and need 92.
BRAESS = """<NUMBER OF ZONES> 4
<NUMBER OF NODES> 4
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 5
<END OF METADATA>
1 3 1 1 0.00000001 1000000000 1 ;
1 2 1 1 50 0.02 1 ;
3 2 1 1 10 0.1 1 ;
3 4 1 1 50 0.02 1 ;
2 4 1 1 0.00000001 1000000000 1 ;
"""


def braess_trips() -> np.ndarray:
    trips = np.zeros((4, 4))
    trips[0, 3] = 6
    return trips


def test_the_paradox_of_braess():
    found = assign(read_network(BRAESS), braess_trips(), gap=1e-10)
    assert found.flows == pytest.approx([4, 2, 2, 2, 4], abs=1e-3)
    assert found.times[0] + found.times[2] + found.times[4] == pytest.approx(92, abs=1e-2)
    assert found.unserved == 0


def parallel(routes: list[tuple[float, float, float, float]]) -> Network:
    """Two places joined by several roads: (time when free, capacity, b, power) of each.

    The graph keeps one arc between two nodes, so each road but the first has a node half-way.
    """
    rows = [f"1 2 {routes[0][1]} 1 {routes[0][0]} {routes[0][2]} {routes[0][3]} ;"]
    for at, (free, capacity, b, power) in enumerate(routes[1:], start=3):
        rows += [f"1 {at} {capacity} 1 {free} {b} {power} ;", f"{at} 2 1 1 0 0 1 ;"]
    head = f"<NUMBER OF ZONES> 2\n<NUMBER OF NODES> {len(routes) + 1}\n<FIRST THRU NODE> 3\n"
    return read_network(head + f"<NUMBER OF LINKS> {len(rows)}\n" + "\n".join(rows))


def between_two(number: float) -> np.ndarray:
    trips = np.zeros((2, 2))
    trips[0, 1] = number
    return trips


def on_routes(network: Network, flows: np.ndarray) -> np.ndarray:
    """The flows that leave the first place, road by road."""
    return flows[network.tails == 0]


free_time, growth = st.floats(1, 50), st.floats(0.01, 2)


@given(st.lists(st.tuples(free_time, growth), min_size=2, max_size=5), st.floats(1, 500))
def test_parallel_roads_of_linear_times_fill_up_to_one_time(roads, number):
    """Known: roads fill like water; those used take the time T with Σ (T - a) / g = trips."""
    network = parallel([(free, 1.0, grows / free, 1.0) for free, grows in roads])
    found = assign(network, between_two(number), gap=1e-10)
    order = sorted(roads)
    for used in range(1, len(order) + 1):
        few = order[:used]
        level = (number + sum(a / g for a, g in few)) / sum(1 / g for _, g in few)
        if used == len(order) or level <= order[used][0]:
            break
    expected = [max(0.0, (level - a) / g) for a, g in roads]
    assert on_routes(network, found.flows) == pytest.approx(expected, abs=1e-3 * number)
    assert found.flows @ found.times == pytest.approx(level * number, rel=1e-4)


def test_pigou_all_take_the_road_that_gets_full():
    # A. C. Pigou, The Economics of Welfare (1920): one road takes 1, the other as long as its share
    network = parallel([(1.0, 1.0, 0.0, 1.0), (1e-9, 1.0, 1e9, 1.0)])
    found = assign(network, between_two(1.0), gap=1e-10)
    assert on_routes(network, found.flows) == pytest.approx([0.0, 1.0], abs=1e-3)
    assert found.flows @ found.times == pytest.approx(1.0, abs=1e-3)


@given(free_time, st.floats(10, 1000), st.integers(2, 5), st.floats(0.1, 3))
def test_equal_roads_share_equally(free, capacity, number, load):
    network = parallel([(free, capacity, 0.15, 4.0)] * number)
    found = assign(network, between_two(load * capacity * number), gap=1e-9)
    flows = on_routes(network, found.flows)
    assert flows == pytest.approx([load * capacity] * number, rel=0.01)
    assert found.times[0] == pytest.approx(free * (1 + 0.15 * load**4), rel=0.01)


def test_braess_without_the_bridge_is_quicker():
    lines = [line for line in BRAESS.splitlines() if not line.startswith("3 2 ")]
    network = read_network("\n".join(lines).replace("LINKS> 5", "LINKS> 4"))
    found = assign(network, braess_trips(), gap=1e-10)
    # three take each way and need 83 instead of 92
    assert found.flows == pytest.approx([3, 3, 3, 3], abs=1e-3)
    assert found.times[0] + found.times[2] == pytest.approx(83, abs=1e-2)


def test_trips_without_a_way_are_told():
    trips = braess_trips()
    trips[3, 0] = 5
    assert assign(read_network(BRAESS), trips).unserved == 5


def test_trips_that_do_not_fit_are_refused():
    network = read_network(BRAESS)
    for trips in (np.zeros((3, 3)), -braess_trips()):
        with pytest.raises(GraphError):
            assign(network, trips)


@pytest.mark.skipif(not TNTP.is_dir(), reason="the public networks are not beside the project")
@pytest.mark.parametrize(
    ("name", "objective"), [("SiouxFalls", 42.31335287107440), ("Anaheim", None)]
)
def test_best_known_flows(name, objective):
    network = read_network(text_of(TNTP / f"{name}_net.tntp"))
    demand = read_demand(text_of(TNTP / f"{name}_trips.tntp"), network)
    assert not network.problems
    assert not demand.problems
    best, costs = read_flows(text_of(TNTP / f"{name}_flow.tntp"), network)
    found = assign(network, demand.trips, gap=1e-10, rounds=100)
    assert found.gap <= 1e-10
    assert found.flows == pytest.approx(best, abs=0.01)
    assert found.costs == pytest.approx(costs, rel=1e-6)
    assert found.objective == pytest.approx(objective_of(network, best), rel=1e-10)
    if objective:
        # the README of the network gives it in units of 1e5
        assert found.objective / 1e5 == pytest.approx(objective, rel=1e-12)
    assert found.excess == pytest.approx(
        found.gap * (found.flows @ found.costs) / demand.trips.sum()
    )


# six nodes, of which 1 and 2 are zones; two ways of two links each, and a third through zone 2
DETOUR = """<NUMBER OF ZONES> 3
<NUMBER OF NODES> 5
<FIRST THRU NODE> {first}
<NUMBER OF LINKS> 5
<END OF METADATA>
1 2 10 1 1 0.15 4 ;
2 3 10 1 1 0.15 4 ;
1 4 10 1 5 0.15 4 ;
4 5 10 1 0 0.15 4 ;
5 3 10 1 5 0.15 4 ;
"""


@pytest.mark.parametrize(("first", "expected"), [(1, [1, 1, 0, 0, 0]), (4, [0, 0, 1, 1, 1])])
def test_ways_do_not_lead_through_zones(first, expected):
    trips = np.zeros((3, 3))
    trips[0, 2] = 1.0
    found = assign(read_network(DETOUR.format(first=first)), trips, gap=1e-9)
    assert found.flows == pytest.approx(expected)


def test_tolls_and_lengths_count_by_their_weights():
    text = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 4
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 4
<TOLL FACTOR> 0.02
<DISTANCE FACTOR>0.04
<END OF METADATA>
~ init term capacity length fft b power speed toll type ;
1 3 100 10 5 0 0 0 0 1 ;
3 2 100 10 5 0 0 0 100 1 ;
1 4 100 50 5 0 0 0 0 1 ;
4 2 100 35 5 0 0 0 0 1 ;
"""
    network = read_network(text)
    assert network.fixed == pytest.approx([0.4, 2.4, 2.0, 1.4])
    found = assign(network, between_two(7), gap=1e-9)
    assert found.flows == pytest.approx([7, 7, 0, 0])
    assert found.objective == pytest.approx(7 * 12.8)
    assert found.times == pytest.approx([5] * 4)
    assert found.costs == pytest.approx([5.4, 7.4, 7.0, 6.4])
    given = read_network(text, toll_factor=0.0, distance_factor=0.1)
    assert assign(given, between_two(7)).flows == pytest.approx([7, 7, 0, 0])
    free = read_network(text, toll_factor=0.2, distance_factor=0.0)
    assert assign(free, between_two(7)).flows == pytest.approx([0, 0, 7, 7])


def test_parallel_links_share():
    text = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 2
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 3
<END OF METADATA>
1 2 10 1 10 1 1 ;
1 2 10 1 10 1 1 ;
1 1 10 1 0 1 1 ;
"""
    network = read_network(text)
    assert {problem.code for problem in network.problems} == {"parallel", "loop"}
    found = assign(network, between_two(10) + np.eye(2), gap=1e-12)
    assert found.flows == pytest.approx([5, 5, 0])
    assert found.within == 2
    assert found.objective == pytest.approx(2 * 10 * (5 + 5**2 / 20))


@pytest.mark.skipif(not TNTP.is_dir(), reason="the public networks are not beside the project")
@pytest.mark.parametrize("name", ["SiouxFalls", "Anaheim"])
def test_capacities_may_stand_in_the_coefficients(name):
    # as in Winnipeg: every capacity is 1, and b is what b / capacity ^ power would be
    network = read_network(text_of(TNTP / f"{name}_net.tntp"))
    trips = read_demand(text_of(TNTP / f"{name}_trips.tntp"), network).trips
    best, _ = read_flows(text_of(TNTP / f"{name}_flow.tntp"), network)
    folded = replace(
        network,
        capacity=np.ones_like(network.capacity),
        b=network.b / network.capacity**network.power,
    )
    found = assign(folded, trips, gap=1e-12, rounds=100)
    assert found.flows == pytest.approx(best, abs=0.01)
    assert found.objective == pytest.approx(objective_of(network, best), rel=1e-10)


def streets_in_squares(seed: int) -> tuple[Network, np.ndarray]:
    """Eight by eight crossings, ten of them zones; a third of the links take no time at all."""
    chance = np.random.default_rng(seed)
    at = chance.permutation(64).astype(np.int32).reshape(8, 8)
    pairs = [
        np.stack([one.ravel(), other.ravel()], axis=1)
        for one, other in ((at[:, :-1], at[:, 1:]), (at[:-1], at[1:]))
    ]
    ends = np.concatenate([*pairs, *(pair[:, ::-1] for pair in pairs)])
    number = len(ends)
    free = np.where(chance.random(number) < 0.3, 0.0, chance.uniform(1, 5, number))
    network = Network(
        nodes=64,
        zones=10,
        first_through=0,
        tails=ends[:, 0],
        heads=ends[:, 1],
        capacity=chance.uniform(10, 100, number),
        length=np.ones(number),
        free_flow_time=free,
        b=np.full(number, 0.15),
        power=np.full(number, 4.0),
    )
    return network, chance.uniform(0, 20, (10, 10))


@pytest.mark.parametrize("seed", range(12))
def test_what_rounding_leaves_keeps_no_quicker_way_out(seed):
    found = assign(*streets_in_squares(seed), gap=1e-9, rounds=60)
    assert found.gap <= 1e-9


def test_known_flows_may_be_below_nothing_by_rounding():
    network = parallel([(10.0, 5.0, 0.15, 4.5), (12.0, 5.0, 0.15, 4.5)])
    known = np.array([7.0, -1e-12, -1e-12])
    assert objective_of(network, known) == pytest.approx(
        objective_of(network, np.maximum(known, 0))
    )


@st.composite
def towns(draw: st.DrawFn) -> tuple[Network, np.ndarray]:
    """A small network with every oddity, and trips on it."""
    nodes = draw(st.integers(2, 8))
    zones = draw(st.integers(1, nodes))
    node = st.integers(1, nodes)
    free = st.one_of(st.just(0.0), st.floats(0.01, 30))
    share = st.sampled_from([0.0, 0.15, 1.0])
    power = st.sampled_from([0.0, 0.5, 1.0, 4.0, 5.5, 16.83])
    capacity = st.one_of(st.just(0.0), st.floats(1, 100))
    link = st.tuples(node, node, capacity, st.just(1.0), free, share, power)
    links = draw(st.lists(link, max_size=4 * nodes))
    first = draw(st.integers(1, zones + 1))
    rows = "\n".join(" ".join(map(repr, row)) + " ;" for row in links)
    head = f"<NUMBER OF ZONES> {zones}\n<NUMBER OF NODES> {nodes}\n<FIRST THRU NODE> {first}\n"
    trips = draw(
        st.lists(st.one_of(st.just(0.0), st.floats(0, 100)), min_size=zones**2, max_size=zones**2)
    )
    return read_network(head + rows), np.array(trips).reshape(zones, zones)


@given(towns())
def test_whatever_the_network_trips_are_kept_and_nobody_gains(town):
    network, trips = town
    found = assign(network, trips, gap=1e-6, rounds=200)
    assert np.isfinite(found.flows).all()
    assert (found.flows >= 0).all()
    balance = np.zeros(network.nodes)
    np.add.at(balance, network.tails, found.flows)
    np.subtract.at(balance, network.heads, found.flows)
    ways = np.isfinite(costs_of(network.graph(), range(network.zones), np.arange(network.zones)))
    served = np.where(ways, trips, 0.0)
    expected = np.zeros(network.nodes)
    expected[: network.zones] = served.sum(axis=1) - served.sum(axis=0)
    assert balance == pytest.approx(expected, abs=1e-6)
    assert found.unserved == pytest.approx((trips - served).sum())
    assert found.gap <= 1e-3
