"""Equilibrium on a network worked out by hand, and the best-known flows of public networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.network.assignment import assign, times_of
from conurb.network.graph import GraphError
from conurb.network.tntp import Network, read_network, read_trips
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


def best_known(name: str, network: Network) -> np.ndarray:
    """The flows of the file, in the order of the network's links."""
    rows = {}
    for line in (TNTP / f"{name}_flow.tntp").read_text(encoding="utf-8").splitlines():
        words = line.replace(":", " ").replace(";", " ").split()
        if len(words) >= 4 and words[0].isdigit():
            rows[int(words[0]) - 1, int(words[1]) - 1] = float(words[2])
    pairs = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
    return np.array([rows[pair] for pair in pairs])


@pytest.mark.skipif(not TNTP.is_dir(), reason="the public networks are not beside the project")
@pytest.mark.parametrize(
    ("name", "gap", "off"), [("SiouxFalls", 1e-6, 0.01), ("Anaheim", 1e-6, 0.02)]
)
def test_best_known_flows(name, gap, off):
    network = read_network((TNTP / f"{name}_net.tntp").read_text(encoding="utf-8"))
    trips = read_trips((TNTP / f"{name}_trips.tntp").read_text(encoding="utf-8"))
    found = assign(network, trips, gap=gap, rounds=3000)
    assert found.gap <= gap
    best = best_known(name, network)
    busy = best > best.max() / 100
    assert np.abs(found.flows - best)[busy].max() / best.max() < off
    spent, least = found.flows @ found.times, best @ times_of(network, best)
    assert spent == pytest.approx(least, rel=1e-4)
