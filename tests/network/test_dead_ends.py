"""Dead ends on grids that a border cuts are exactly the streets that are missing across it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from conurb.network.dead_ends import METRES_A_DEGREE, Borders, Limits, find
from conurb.network.multimodal import (
    MODES_OF,
    NOON,
    UNNAMED,
    Link,
    LinkClass,
    Mode,
    Network,
    Node,
    driven_speed,
)
from conurb.network.projects import LinkChange, NetworkProject

WEST, EAST = "430100", "430200"
STEP = 0.009
"""About a kilometre of latitude, in degrees; on the equator of longitude, too."""
METRES = STEP * METRES_A_DEGREE
CITIES = {
    WEST: shapely.box(-1.0, -1.0, STEP * 1.5, 1.0),
    EAST: shapely.box(STEP * 1.5, -1.0, 1.0, 1.0),
}
LIMITS = Limits(within=600.0, gap=1_100.0)


def node(key: str, column: float, row: float, kind: str = "junction") -> Node:
    """A node of a grid whose border runs between the columns 1 and 2."""
    return Node(key, column * STEP, row * STEP, kind, city=WEST if column < 1.5 else EAST)


def link(
    nodes: tuple[Node, ...],
    tail: int,
    head: int,
    kind: LinkClass = LinkClass.SECONDARY,
    state: str = "existing",
) -> Link:
    """A road of 60 km/h straight from node to node."""
    ends = nodes[tail], nodes[head]
    metres = float(np.hypot(ends[0].lon - ends[1].lon, ends[0].lat - ends[1].lat)) * METRES_A_DEGREE
    return Link(
        f"{ends[0].key}-{ends[1].key}",
        tail,
        head,
        kind,
        MODES_OF[kind],
        metres,
        60.0,
        (ends[0].point, ends[1].point),
        state=state,  # type: ignore[arg-type]
    )


def town(rows: int, crossed: set[int], planned: set[int] = frozenset()) -> Network:  # type: ignore[assignment]
    """Four columns of streets; across the border only those rows, and some that are planned."""
    nodes = tuple(
        node(f"{row}/{column}", column, row) for row in range(rows) for column in range(4)
    )
    links = [
        link(nodes, 4 * row + column, 4 * row + column + 1)
        for row in range(rows)
        for column in (0, 2)
    ]
    links += [
        link(nodes, 4 * row + column, 4 * row + 4 + column)
        for row in range(rows - 1)
        for column in range(4)
    ]
    links += [link(nodes, 4 * row + 1, 4 * row + 2) for row in sorted(crossed)]
    links += [link(nodes, 4 * row + 1, 4 * row + 2, state="planned") for row in sorted(planned)]
    return Network(UNNAMED, nodes, tuple(links))


def project(
    network: Network, key: str, opens: tuple[int, ...] = (), **more: object
) -> NetworkProject:
    """A project that opens some links."""
    return NetworkProject(
        key,
        UNNAMED,
        "road",
        ("2.2",),
        "",
        "early",
        False,
        UNNAMED,
        opens=opens,
        **more,  # type: ignore[arg-type]
    )


def minutes(network: Network) -> np.ndarray:
    """All minutes by car, by scipy."""
    size = len(network.nodes)
    costs = np.full((size, size), np.inf)
    for each in network.links:
        if each.state == "existing" and Mode.CAR in each.modes:
            spent = each.length_m * 0.06 / driven_speed(each, Mode.CAR, NOON)
            for ends in ((each.tail, each.head), (each.head, each.tail)):
                costs[ends] = min(costs[ends], spent)
    return dijkstra(csr_matrix(np.where(np.isfinite(costs), costs, 0.0)))


@st.composite
def cuts(draw: st.DrawFn) -> tuple[int, set[int], set[int]]:
    """How many rows, which streets cross the border, and which of the others are planned to."""
    rows = draw(st.integers(2, 9))
    some = st.sets(st.integers(0, rows - 1))
    crossed = draw(some)
    return rows, crossed, draw(some) - crossed


@settings(max_examples=80, deadline=None)
@given(cuts())
def test_missing_streets_are_found_and_ranked_by_the_detour_they_cause(cut):
    rows, crossed, planned = cut
    network = town(rows, crossed, planned)
    before = minutes(network)
    first = len(network.links) - len(planned)
    projects = [
        project(network, f"row {row}", (first + at,)) for at, row in enumerate(sorted(planned))
    ]
    found = find(network, CITIES, projects, limits=LIMITS)
    assert found.class_changes == ()
    # the row straight across is the nearest side that stops too
    expected = set(range(rows)) - crossed
    assert {min(each.node, each.other_node) // 4 for each in found.dead_ends} == expected
    for each in found.dead_ends:
        ends = sorted((each.node, each.other_node))
        row = ends[0] // 4
        assert ends == [4 * row + 1, 4 * row + 2]
        assert each.other_link >= 0
        assert each.gap == pytest.approx(METRES, rel=1e-3)
        assert each.to_border == pytest.approx(METRES / 2, rel=1e-3)
        assert each.minutes_now == pytest.approx(before[tuple(ends)])
        pace = driven_speed(network.links[0], Mode.CAR, NOON)
        assert each.minutes_joined == pytest.approx(METRES * 1.2 * 0.06 / pace, rel=1e-3)
        healing = set()
        for at, planned_row in enumerate(sorted(planned)):
            links = list(network.links)
            links[first + at] = replace(links[first + at], state="existing")
            after = minutes(replace(network, links=tuple(links)))[tuple(ends)]
            helped = (
                np.isfinite(after)
                if np.isinf(each.detour)
                else (each.minutes_now - after >= LIMITS.healed * each.detour)
            )
            if helped or planned_row == row:
                healing.add(f"row {planned_row}")
        assert set(each.healed_by) == healing
    detours = [each.detour for each in found.dead_ends]
    assert detours == sorted(detours, reverse=True)
    assert set(found.left) == {each for each in found.dead_ends if not each.healed_by}


def lonely(kind: str = "junction", **more: object) -> Borders:
    """One road that ends before the border, and a street beyond that goes by."""
    nodes = (
        node("start", 0, 0),
        node("end", 1, 0, kind),
        node("south", 2, -1),
        node("beside", 2, 0),
        node("north", 2, 1),
        node("round", 0, 1),
    )
    links = tuple(link(nodes, *ends) for ends in ((0, 1), (2, 3), (3, 4), (0, 5), (5, 4)))
    return find(Network(UNNAMED, nodes, links), CITIES, limits=replace(LIMITS, **more))


def test_a_road_that_ends_before_a_street_that_goes_by():
    (found,) = lonely().dead_ends
    assert (found.node, found.link, found.city) == (1, 0, WEST)
    assert (found.other_node, found.other_link, found.other_city) == (3, -1, EAST)
    assert found.detour > 0
    assert found.healed_by == ()


@pytest.mark.parametrize("kind", ["station", "port", "airport", "border"])
def test_a_road_may_end_where_one_wants_to_get_to(kind):
    assert lonely(kind).dead_ends == ()


def test_beyond_the_distances_there_is_nothing():
    assert lonely(within=100.0).dead_ends == ()
    assert lonely(gap=100.0).dead_ends == ()


def test_nothing_is_lost_where_joining_is_no_shorter():
    assert lonely(winding=50.0).dead_ends == ()


def crossing(*kinds: LinkClass, changes: tuple[LinkChange, ...] = ()) -> Borders:
    """A straight road of four nodes, of a class each, that crosses the border in the middle."""
    nodes = tuple(node(str(column), column, 0) for column in range(4))
    links = tuple(link(nodes, at, at + 1, kind) for at, kind in enumerate(kinds))
    network = Network(UNNAMED, nodes, links)
    projects = [project(network, "wider", changes=changes)] if changes else []
    return find(network, CITIES, projects, limits=LIMITS)


def test_a_road_that_changes_class_at_the_border():
    high, low = LinkClass.PRIMARY, LinkClass.TERTIARY
    assert crossing(high, high, high).class_changes == ()
    quick, slow = LinkClass.EXPRESSWAY, LinkClass.LOCAL
    (found,) = crossing(quick, quick, slow).class_changes
    assert (found.node, found.link, found.city) == (2, 2, EAST)
    assert (found.other_link, found.other_city) == (1, WEST)
    assert found.loss > 0
    (found,) = crossing(quick, slow, slow).class_changes
    assert (found.link, found.city, found.other_link) == (1, EAST, 0)
    # at the same speed a lower class costs nothing unless it is driven slower
    assert all(each.loss > 0 for each in crossing(high, low, low).class_changes)


def test_a_project_heals_a_change_of_class():
    quick, slow = LinkClass.EXPRESSWAY, LinkClass.LOCAL
    healed = crossing(quick, quick, slow, changes=(LinkChange(2, speed_kmh=100.0),))
    assert healed.class_changes[0].healed_by == ("wider",)
    elsewhere = crossing(quick, quick, slow, changes=(LinkChange(0, speed_kmh=100.0),))
    assert elsewhere.class_changes[0].healed_by == ()


def test_an_empty_network_has_no_dead_ends():
    assert find(Network(UNNAMED, (), ()), CITIES) == Borders((), ())
