"""Every fault that a network can have is found, and only those that it has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conurb.network.checking import check, components, render
from conurb.network.multimodal import Access, LinkClass, Network, Node
from tests.network.test_multimodal import link, small  # noqa: F401


@pytest.fixture
def sound(small) -> Network:  # noqa: F811
    """The small network with lengths as they are drawn."""
    drawn = {1: 985.0, 2: 1970.0, 3: 2955.0}
    links = tuple(
        replace(each, length_m=drawn[abs(each.head - each.tail)], both_ways=True)
        for each in small.links
        if each.key != "back"
    )
    return replace(small, links=links)


def codes(network: Network) -> set[str]:
    return {problem.code for problem in check(network)}


def test_a_sound_network_has_no_problems(sound):
    assert not check(sound), render(check(sound), "en")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"speed_kmh": 0.0}, "no-speed"),
        ({"speed_kmh": -5.0}, "no-speed"),
        ({"speed_kmh": float("nan")}, "no-speed"),
        ({"speed_kmh": 170.0}, "too-fast"),
        ({"kind": LinkClass.EXPRESSWAY, "speed_kmh": 140.0}, "too-fast"),
        ({"length_m": 0.0}, "no-length"),
        ({"length_m": float("nan")}, "no-length"),
        ({"length_m": 500.0}, "length-mismatch"),
        ({"length_m": 5000.0}, "length-mismatch"),
        ({"geometry": ((113.0, 28.0),)}, "no-geometry"),
        ({"geometry": ((113.0, 28.001), (113.01, 28.001))}, "loose-end"),
        ({"head": 0, "geometry": ((113.0, 28.0), (113.0, 28.005), (113.0, 28.0))}, "loop"),
        ({"head": 99}, "no-node"),
    ],
)
def test_faults_of_a_link_are_found(sound, changed, code):
    broken = replace(sound.links[0], **changed)
    found = codes(replace(sound, links=(broken, *sound.links[1:])))
    assert code in found


def test_things_that_are_there_twice_are_found(sound):
    again = replace(sound, links=(*sound.links, sound.links[0]))
    assert {"duplicate-link", "same-link"} <= codes(again)
    turned = replace(
        sound.links[0],
        key="turned",
        tail=1,
        head=0,
        geometry=sound.links[0].geometry[::-1],
    )
    assert codes(replace(sound, links=(*sound.links, turned))) == {"same-link"}
    node = replace(sound.nodes[0], key="twin")
    twin = link("twin", 4, 1, length_m=985.0, geometry=(node.point, sound.nodes[1].point))
    found = codes(replace(sound, nodes=(*sound.nodes, node), links=(*sound.links, twin)))
    assert "same-place" in found


def test_parts_that_hang_apart_and_zones_on_them_are_found(sound):
    far = (Node("a", 113.2, 28.0), Node("b", 113.21, 28.0))
    island = link("island", 4, 5, length_m=985.0, geometry=(far[0].point, far[1].point))
    network = replace(sound, nodes=(*sound.nodes, *far), links=(*sound.links, island))
    problems = check(network)
    assert [(problem.where, problem.code) for problem in problems] == [("a", "apart")]
    assert "2" in problems[0].reason.zh
    lost = replace(sound.zones[0], access=(replace(sound.zones[0].access[0], node=4),))
    assert "zone-apart" in codes(replace(network, zones=(lost, sound.zones[1])))
    assert set(components(network)) == {0, 1}


def test_a_street_of_no_return_is_apart(sound):
    node = Node("end", 113.04, 28.0)
    away = link(
        "away", 3, 4, length_m=985.0, both_ways=False, geometry=(sound.nodes[3].point, node.point)
    )
    network = replace(sound, nodes=(*sound.nodes, node), links=(*sound.links, away))
    assert [problem.where for problem in check(network)] == ["end"]


@pytest.mark.parametrize("place", [(float("nan"), 28.0), (float("inf"), 28.0), (28.0, 113.0)])
def test_what_lies_off_the_earth_is_told_and_nothing_raises(sound, place):
    nodes = (replace(sound.nodes[0], lon=place[0], lat=place[1]), *sound.nodes[1:])
    problems = check(replace(sound, nodes=nodes))
    told = next(problem for problem in problems if problem.code == "no-place")
    assert told.where == sound.nodes[0].key
    assert told.at is None
    drawn = replace(sound.links[0], geometry=(place, *sound.links[0].geometry[1:]))
    assert "no-place" in codes(replace(sound, links=(drawn, *sound.links[1:])))
    zone = replace(sound.zones[0], lon=place[0], lat=place[1])
    assert "no-place" in codes(replace(sound, zones=(zone, *sound.zones[1:])))


@pytest.mark.parametrize("access", [Access(99, 1.0), Access(-1, 1.0), Access(0, float("nan"))])
def test_zones_at_nodes_that_there_are_not_are_told(sound, access):
    zone = replace(sound.zones[0], access=(access,))
    assert "no-access" in codes(replace(sound, zones=(zone, *sound.zones[1:])))


def test_zones_of_one_code_and_a_network_of_nothing(sound):
    again = replace(sound, zones=(*sound.zones, sound.zones[0]))
    assert "duplicate-zone" in codes(again)
    assert not check(Network(sound.name, (), ()))
