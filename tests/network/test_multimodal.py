"""Graphs of a small network, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conurb.network import dijkstra
from conurb.network.multimodal import (
    MODES_OF,
    PACE,
    TRAVELS,
    Access,
    Line,
    Link,
    LinkClass,
    Mode,
    Network,
    Node,
    Service,
    Station,
    Zone,
    arcs_for,
    driven_speed,
    graph_for,
    minutes_of,
)
from conurb.region.tables import Bilingual

NAME = Bilingual("试验", "Trial")


def link(key: str, tail: int, head: int, kind: LinkClass = LinkClass.PRIMARY, **given) -> Link:
    """A link of 3 km posted at 60 km/h."""
    whole = {
        "modes": MODES_OF[kind],
        "length_m": 3000.0,
        "speed_kmh": 60.0,
        "geometry": ((113.0 + tail / 100, 28.0), (113.0 + head / 100, 28.0)),
    }
    return Link(key, tail, head, kind, **{**whole, **given})


@pytest.fixture
def small() -> Network:
    """Four nodes in a row, an expressway over two of them, and a railway from end to end."""
    nodes = tuple(Node(f"n{at}", 113.0 + at / 100, 28.0) for at in range(4))
    stations = (
        Station("west", 0, NAME, 5.0, (Access(0, 80.0),)),
        Station("east", 3, NAME, 5.0, (Access(3, 80.0),)),
    )
    return Network(
        NAME,
        nodes,
        (
            link("street", 0, 1),
            link("one-way", 1, 2, both_ways=False),
            link("back", 2, 1, LinkClass.SECONDARY, length_m=6000.0),
            link("planned", 0, 2, LinkClass.EXPRESSWAY, speed_kmh=100.0, state="planned"),
            link("end", 2, 3),
            link("track", 0, 3, LinkClass.RAILWAY, length_m=9000.0),
        ),
        stations,
        (Line("train", NAME, Mode.RAILWAY, (0, 1), (8.0,), (Service(360, 1320, 20),)),),
        (
            Zone("A", "X", NAME, 113.0, 28.0, 100.0, (Access(0, 250.0),)),
            Zone("B", "Y", NAME, 113.03, 28.0, 50.0, (Access(3, 500.0),)),
        ),
    )


def costs(network: Network, travel, at: float = 600.0) -> np.ndarray:
    graph = graph_for(network, travel, at)
    return dijkstra.costs_of(graph.graph, graph.zones, graph.zones)


def test_a_car_drives_what_the_links_take(small):
    street = minutes_of(3000, 60 * PACE.driven[LinkClass.PRIMARY])
    back = minutes_of(6000, 60 * PACE.driven[LinkClass.SECONDARY])
    doors = minutes_of(250, PACE.access_car) + minutes_of(500, PACE.access_car) + 2 * PACE.parking
    found = costs(small, "car")
    assert found[0, 1] == pytest.approx(3 * street + doors)
    assert found[1, 0] == pytest.approx(2 * street + back + doors), "the one-way street is shut"


def test_what_is_planned_is_not_driven_but_has_its_place(small):
    opened = replace(small, links=tuple(replace(each, state="existing") for each in small.links))
    assert costs(opened, "car")[0, 1] < costs(small, "car")[0, 1]
    for travel in TRAVELS:
        before, after = arcs_for(small, travel), arcs_for(opened, travel)
        assert before.nodes == after.nodes
        np.testing.assert_array_equal(before.tails, after.tails)
        np.testing.assert_array_equal(before.heads, after.heads)


def test_peaks_slow_and_nights_speed(small):
    night, noon, peak = (costs(small, "car", at)[0, 1] for at in (180, 600, 480))
    assert night < noon < peak


def test_trucks_are_slower_and_kept_out_where_they_are_not_let_in(small):
    assert costs(small, "truck")[0, 1] > costs(small, "car")[0, 1]
    shut = replace(small.links[0], modes=small.links[0].modes - {Mode.TRUCK})
    barred = replace(small, links=(shut, *small.links[1:]))
    assert np.isinf(costs(barred, "truck")[0, 1])
    assert np.isfinite(costs(barred, "car")[0, 1])
    fast = link("fast", 0, 1, LinkClass.EXPRESSWAY, speed_kmh=120.0)
    assert driven_speed(fast, Mode.TRUCK, 600) == PACE.truck_most


def test_one_walks_along_one_way_streets_both_ways_but_not_on_expressways(small):
    walked = costs(small, "walk")
    assert walked[0, 1] == pytest.approx(minutes_of(9000 + 750, PACE.walk))
    assert walked[1, 0] == pytest.approx(walked[0, 1])


def without_buses(network: Network) -> Network:
    """The network with no local buses, so that the train is all there is."""
    return replace(
        network,
        links=tuple(replace(each, modes=each.modes - {Mode.BUS}) for each in network.links),
    )


def test_the_train_costs_its_wait_boarding_and_ride(small):
    walks = minutes_of(250 + 80, PACE.walk) + minutes_of(80 + 500, PACE.walk)
    wait, boarding, ride = 10.0, 5.0, 8.0
    found = costs(without_buses(small), "transit")
    assert found[0, 1] == pytest.approx(walks + wait + boarding + ride)
    assert found[1, 0] == pytest.approx(found[0, 1])


def test_local_buses_are_waited_for_once_and_keep_up_on_good_roads(small):
    stretch = minutes_of(3000, max(PACE.bus, 0.7 * 60 * PACE.driven[LinkClass.PRIMARY]))
    doors = minutes_of(250 + 500, PACE.bus)
    found = costs(replace(small, lines=()), "transit")
    assert found[0, 1] == pytest.approx(PACE.bus_wait + doors + 3 * stretch)


def test_waiting_is_capped_and_at_night_no_train_runs(small):
    network = without_buses(small)
    rare = replace(small.lines[0], services=(Service(0, 1440, 240),))
    usual = costs(network, "transit")[0, 1]
    assert costs(replace(network, lines=(rare,)), "transit")[0, 1] == pytest.approx(usual + 5)
    on_foot = costs(network, "walk", 100)
    np.testing.assert_allclose(costs(network, "transit", 100)[0, 1], on_foot[0, 1], rtol=0.01)


def test_changing_between_lines_costs_its_penalty():
    nodes = tuple(Node(f"n{at}", 113.0 + at / 10, 28.0) for at in range(3))
    stations = tuple(Station(f"s{at}", at, NAME, 2.0, (Access(at, 400.0),)) for at in range(3))
    every = (Service(0, 1440, 10),)
    lines = tuple(Line(f"l{at}", NAME, Mode.METRO, (at, at + 1), (6.0,), every) for at in range(2))
    zones = (
        Zone("A", "X", NAME, 113.0, 28.0, 1.0, (Access(0, 100.0),)),
        Zone("B", "X", NAME, 113.2, 28.0, 1.0, (Access(2, 100.0),)),
    )
    # one reaches the forecourts only, and between them there is nothing but the lines
    network = Network(NAME, nodes, (link("x", 0, 2, LinkClass.RAILWAY),), stations, lines, zones)
    found = costs_from_streets(network)
    a_line = 5.0 + 2.0 + 6.0
    assert found == pytest.approx(2 * minutes_of(400, PACE.walk) + 2 * a_line + PACE.change)


def costs_from_streets(network: Network) -> float:
    """Minutes from the first node of the network to the last by public transport."""
    graph = graph_for(network, "transit")
    return float(dijkstra.costs_from(graph.graph, 0)[len(network.nodes) - 1])


def test_a_timetable_says_how_often_a_line_runs():
    line = Line("l", NAME, Mode.BUS, (0, 1), (5.0,), departures=(480, 500, 520, 900))
    assert line.headway(490) == pytest.approx(30)
    assert line.headway(905) == pytest.approx(60)
    assert line.headway(700) is None


def test_arcs_say_which_link_and_line_they_are_of(small):
    graph = graph_for(small, "transit")
    rides = [arc for arc in range(len(graph.graph.heads)) if graph.line_of(arc) == 0]
    assert rides
    driven = graph_for(small, "car")
    _, path = dijkstra.path(driven.graph, int(driven.zones[0]), int(driven.zones[1]))
    assert [driven.link_of(arc) for arc in path] == [-1, 0, 1, 4, -1]


def test_an_empty_network_has_empty_graphs():
    empty = Network(NAME, (), ())
    for travel in TRAVELS:
        assert graph_for(empty, travel).graph.nodes == 0
