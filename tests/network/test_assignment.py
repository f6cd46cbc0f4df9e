"""Equilibrium on a network worked out by hand, and the best-known flows of public networks."""

from __future__ import annotations

import numpy as np
import pytest

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
