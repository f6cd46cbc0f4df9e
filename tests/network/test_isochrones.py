"""Isochrones end on links where the time is up, and grow with it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network import dijkstra
from conurb.network.graph import graph_of
from conurb.network.isochrones import Courses, area_around, courses_of, isochrones, reached
from conurb.network.multimodal import Network, graph_for
from tests.network.test_dead_ends import METRES, STEP, UNNAMED, link, node


def straight(there: list[float], back: list[float]) -> Courses:
    """Links of one degree each in a row along the equator."""
    number = len(there)
    return Courses(
        np.arange(number, dtype=np.int32),
        np.arange(1, number + 1, dtype=np.int32),
        np.array(there),
        np.array(back),
        tuple(shapely.LineString([(at, 0), (at + 1, 0)]) for at in range(number)),
    )


def test_a_link_is_cut_where_the_time_is_up():
    courses = straight([10.0, 10.0], [10.0, 10.0])
    pieces = reached(np.array([0.0, 10.0, 20.0]), courses, 15.0)
    assert pieces.equals(shapely.LineString([(0, 0), (1, 0), (1.5, 0)]))


def test_both_ends_of_a_link_may_be_reached_and_not_its_middle():
    courses = straight([10.0], [10.0])
    pieces = reached(np.array([0.0, 3.0]), courses, 5.0)
    assert shapely.length(pieces) == pytest.approx(0.5 + 0.2)
    assert not pieces.intersects(shapely.Point(0.65, 0))


def test_one_way_is_entered_at_its_beginning_only():
    courses = straight([10.0], [np.inf])
    assert reached(np.array([np.inf, 0.0]), courses, 60.0).is_empty
    assert reached(np.array([0.0, 10.0]), courses, 5.0).length == pytest.approx(0.5)


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 30)), min_size=1, max_size=6),
    st.integers(0, 6),
    st.floats(0, 90),
    st.floats(0, 90),
)
def test_every_reached_point_is_within_the_time_and_more_time_reaches_more(
    links, origin, one, other
):
    there, back = (list(each) for each in zip(*links, strict=True))
    courses = straight(there, back)
    number = len(links)
    graph = graph_of(
        number + 1,
        np.concatenate([courses.tails, courses.heads]),
        np.concatenate([courses.heads, courses.tails]),
        there + back,
    )
    minutes = dijkstra.costs_from(graph, min(origin, number))
    less, more = sorted((one, other))
    first, last = (reached(minutes, courses, limit) for limit in (less, more))
    assert first.length <= last.length + 1e-9
    assert first.difference(last.buffer(1e-6)).is_empty
    for at in np.linspace(0, number, 40):
        link_at = min(int(at), number - 1)
        along = at - link_at
        spent = min(
            minutes[link_at] + along * there[link_at],
            minutes[link_at + 1] + (1 - along) * back[link_at],
        )
        if abs(spent - more) > 1e-6:
            assert (last.distance(shapely.Point(at, 0)) < 1e-9) == (spent < more)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 20.0), st.floats(0.5, 20.0))
def test_areas_of_a_town_hold_one_another(one, other):
    nodes = tuple(node(f"{x}/{y}", x, y) for y in range(4) for x in range(4))
    links = [link(nodes, 4 * y + x, 4 * y + x + 1) for y in range(4) for x in range(3)]
    links += [link(nodes, 4 * y + x, 4 * y + x + 4) for y in range(3) for x in range(4)]
    network = Network(UNNAMED, nodes, tuple(links))
    base = graph_for(network, "car")
    minutes = dijkstra.costs_from(base.graph, 5)
    small, large = isochrones(minutes, courses_of(network, base), sorted((one, other)))
    assert large.area.buffer(STEP / 15).covers(small.area)
    assert large.area.covers(shapely.Point(nodes[5].point))
    assert small.area.is_valid
    whole = reached(minutes, courses_of(network, base), 1e6)
    assert whole.length == pytest.approx(24 * STEP)


def test_an_area_is_as_wide_as_it_should_be():
    line = shapely.MultiLineString([[(113.0, 28.0), (113.0, 28.0 + STEP)]])
    area = area_around(line, 500.0)
    west, _, east, _ = area.bounds
    width = (east - west) * 111_195 * np.cos(np.radians(28.0))
    assert width == pytest.approx(1_000, rel=0.03)
    assert pytest.approx(1_000, rel=0.01) == METRES
    assert area_around(shapely.MultiLineString([]), 500.0).is_empty
