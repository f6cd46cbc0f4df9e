"""The region's network: whole, connected, and as fast as it is in life."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conurb.network import dijkstra
from conurb.network.checking import check, components, render
from conurb.network.multimodal import LinkClass, graph_for
from conurb.network.projects import on_graph
from conurb.network.region_network import FILES, load_network
from conurb.region.folder import load_region
from conurb.region.problems import RegionError

FOLDER = Path(__file__).resolve().parents[2] / "regions" / "changzhutan"


@pytest.fixture(scope="module")
def region():
    return load_region(FOLDER)


@pytest.fixture(scope="module")
def declared(region):
    found = load_network(region)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def times(declared):
    """Minutes between two zones by a way to travel."""
    network = declared.network
    found = {}
    for travel in ("car", "transit"):
        graph = graph_for(network, travel)
        found[travel] = dijkstra.costs_of(graph.graph, graph.zones, graph.zones)
    return lambda travel, one, other: found[travel][network.zone_at[one], network.zone_at[other]]


def test_nothing_is_wrong_with_it(declared):
    problems = check(declared.network)
    assert not problems, render(problems, "en")


def test_it_is_of_the_size_and_reach_that_planners_need(declared, region):
    network = declared.network
    assert 250 <= sum(link.state == "existing" for link in network.links) <= 700
    assert 100 <= len(network.zones) <= 160
    labels = components(network)
    assert set(labels[labels >= 0]) == {0}, "cars get from everywhere to everywhere"


def test_every_link_has_speed_class_names_and_capacity_on_roads(declared):
    for link in declared.network.links:
        assert link.speed_kmh > 0
        assert link.name.zh
        assert link.name.en
        if link.kind in {LinkClass.EXPRESSWAY, LinkClass.TRUNK, LinkClass.PRIMARY}:
            assert link.capacity, link.key


def test_the_people_of_the_zones_of_a_county_are_those_of_the_county(declared, region):
    network = declared.network
    assert set(network.zones_of) == {county.code for county in region.counties}
    for county in region.counties:
        people = [network.zones[at].population for at in network.zones_of[county.code]]
        assert sum(people) == county.population
        assert people == sorted(people, reverse=True)
        assert min(people) > 0
        assert len(people) >= 3


def test_zones_have_names_of_their_own_and_lie_in_their_counties(declared, region):
    """Boundaries are simplified to some 30 m, zones are good to 1 or 2 km."""
    from shapely.geometry import Point, shape

    areas = {county.code: shape(county.geometry) for county in region.counties}
    zones = declared.network.zones
    for zone in zones:
        assert areas[zone.county].distance(Point(zone.lon, zone.lat)) < 0.005, zone.name.zh
    named = [(zone.county, name) for zone in zones for name in (zone.name.zh, zone.name.en)]
    assert len(named) == len(set(named))


def test_people_come_onto_streets_near_their_zone(declared):
    for zone in declared.network.zones:
        assert min(access.metres for access in zone.access) < 5_500, zone.code


def test_most_nodes_lie_in_some_county(declared):
    outside = [
        node.key for node in declared.network.nodes if not node.county and node.kind != "border"
    ]
    assert not outside


# off-peak, door to door; estimated from the distance and the usual driving time, give or take a
# fifth, as the network is drawn to about 1 km and has no minor streets
@pytest.mark.parametrize(
    ("one", "other", "least", "most", "why"),
    [
        ("tianxin-government", "tianyuan-shennong", 40, 65, "Tianxin–Tianyuan, 48 km by G4"),
        (
            "yuelu-yingwanzhen",
            "tianyuan-shennong",
            55,
            80,
            "Yuelu–Tianyuan, 62 km round the ring and by G4",
        ),
        (
            "yuelu-yingwanzhen",
            "yuhu-centre",
            50,
            80,
            "Yuelu–Yuhu, 50 km by G0421 or Tanzhou Avenue",
        ),
        ("tianyuan-shennong", "yuetang-centre", 25, 45, "Tianyuan–Yuetang, 20 km of main streets"),
        ("furong-station", "liuyang-centre", 50, 80, "Furong–Liuyang, 70 km by G60N"),
        (
            "furong-station",
            "ningxiang-centre",
            50,
            80,
            "Furong–Ningxiang, 55 km across the city, then G5513",
        ),
        ("tianyuan-shennong", "liling-centre", 45, 75, "Tianyuan–Liling, 50 km by G60"),
        ("furong-station", "yanling-centre", 150, 240, "Furong–Yanling, 240 km by G0422"),
    ],
)
def test_cars_take_about_as_long_as_is_usual(times, one, other, least, most, why):
    assert least <= times("car", one, other) <= most, why
    assert times("car", other, one) == pytest.approx(times("car", one, other), rel=0.1)


def test_trains_take_as_long_as_in_life(declared, times):
    """Changsha–Zhuzhou and –Xiangtan by intercity take 25 to 40 minutes in the vehicle."""
    network = declared.network
    for key, one, other in (
        ("ic-zhuzhou", "st-changsha", "st-zhuzhou"),
        ("ic-xiangtan", "st-changsha", "st-xiangtan"),
    ):
        line = network.lines[network.line_at[key]]
        begin, end = (line.stops.index(network.station_at[stop]) for stop in (one, other))
        assert 25 <= sum(line.runs[begin:end]) <= 40
    high_speed = network.lines[network.line_at["hs-jingguang"]]
    assert 12 <= high_speed.runs[0] <= 25
    # door to door a train between city centres is slower than a car, but not by much
    assert (
        times("car", "furong-station", "hetang-hongqi")
        < times("transit", "furong-station", "hetang-hongqi")
        < 110
    )


def test_trains_do_not_outrun_their_tracks(declared):
    """No line is faster than its straight way at 320 km/h, or slower than a car in a city."""
    network = declared.network
    from conurb.network.drawing import metres_between

    for line in network.lines:
        for one, other, minutes in zip(line.stops, line.stops[1:], line.runs, strict=False):
            places = [network.nodes[network.stations[at].node].point for at in (one, other)]
            speed = metres_between(*places) / minutes * 0.06
            assert 12 < speed < 320, (line.key, one, other, speed)


def test_every_project_names_its_items_and_the_plan_s_own_words(declared):
    plan = (FOLDER / "plan.md").read_text("utf-8")
    assert 25 <= len(declared.projects) <= 45
    for project in declared.projects:
        assert project.words in plan, project.key
        for item in project.items:
            assert re.fullmatch(r"(1|2|5)\.\d+", item)
        assert project.note.zh or not project.assumed


def test_every_item_with_roads_or_rails_has_projects(declared):
    covered = {item for project in declared.projects for item in project.items}
    assert {"1.6", *(f"2.{item}" for item in range(1, 10)), "5.2", "5.4"} <= covered


def test_projects_change_a_graph_and_most_shorten_some_way(declared):
    network = declared.network
    graphs = {travel: graph_for(network, travel, 480) for travel in ("car", "transit")}
    for project in declared.projects:
        changed = {key: on_graph(network, project, graph) for key, graph in graphs.items()}
        assert any(each.arcs for each in changed.values()), project.key
        for each in changed.values():
            assert all(np.isfinite(arc.cost) for arc in each.arcs), "nothing is closed"


def test_everything_wrong_with_its_files_is_told_at_once(region, tmp_path):
    folder = tmp_path / "region"
    shutil.copytree(FOLDER / "network", folder / "network")
    roads = folder / "network" / "roads.toml"
    text = roads.read_text("utf-8")
    text = text.replace('"yangzichong"', '"yangzichon"', 1).replace("speed = 110", "speed = 0", 1)
    roads.write_text(text.replace('class = "trunk"', 'class = "motorway"', 1), "utf-8")
    railways = folder / "network" / "railways.toml"
    railways.write_text(
        railways.read_text("utf-8").replace('"06:30", "09:30", 25', '"06:30", "05:30", 25', 1),
        "utf-8",
    )
    with pytest.raises(RegionError) as raised:
        load_network(replace(region, path=folder))
    told = str(raised.value)
    assert "yangzichong" in told
    assert {problem.code for problem in raised.value.problems} == {
        "unknown-reference",
        "not-positive",
        "bad-form",
        "wrong-type",
    }
    assert all(problem.line for problem in raised.value.problems)


def test_files_that_are_no_toml_or_missing_are_told(region, tmp_path):
    folder = tmp_path / "region"
    shutil.copytree(FOLDER / "network", folder / "network")
    (folder / "network" / FILES[0]).write_text("[nodes\n")
    (folder / "network" / FILES[3]).unlink()
    with pytest.raises(RegionError) as raised:
        load_network(replace(region, path=folder))
    assert {problem.code for problem in raised.value.problems} == {"syntax", "file-missing"}
    assert load_network(replace(region, path=tmp_path)) is None


def test_roads_end_at_the_region_s_border(declared, region):
    import shapely
    from shapely.geometry import Point, shape

    whole = shapely.union_all([shape(county.geometry) for county in region.counties]).buffer(0.005)
    ends = [node for node in declared.network.nodes if node.kind == "border"]
    assert ends
    assert not [node.key for node in ends if not whole.contains(Point(node.point))]


def broken(region, tmp_path, old: str, new: str):
    """What is told of zones in which something was replaced."""
    folder = tmp_path / "region"
    shutil.copytree(FOLDER / "network", folder / "network")
    zones = folder / "network" / "zones.toml"
    text = zones.read_text("utf-8")
    assert old in text
    zones.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RegionError) as raised:
        load_network(replace(region, path=folder))
    return raised.value.problems


def test_shares_that_do_not_add_up_are_told_with_their_sum_and_county(region, tmp_path):
    problems = broken(region, tmp_path, "share = 22", "share = 21")
    assert len(problems) == 1
    assert problems[0].key == "zones.furong-wuyi.share"
    assert problems[0].line
    for word in ("芙蓉区", "430102", "5 个", "合计 100", "99"):
        assert word in problems[0].message_zh
    assert "99" in problems[0].message_en


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('"430102", kind = "centre", share = 22', '"439999", kind = "centre", share = 22', ""),
        ("at = [112.993, 28.194]", "at = [112.993, 27.194]", "at"),
        ('access = ["wuyi", ', 'access = ["wuy", ', "access"),
        ('kind = "centre", share = 22', 'kind = "center", share = 22', "kind"),
    ],
)
def test_a_zone_that_cannot_be_is_told(region, tmp_path, old, new, key):
    problems = broken(region, tmp_path, old, new)
    wanted = "zones.furong-wuyi" + (f".{key}" if key else "")
    assert wanted in {problem.key for problem in problems}


def test_a_region_may_have_one_zone_a_county(region, tmp_path):
    """Its key is the county's code then, and all of its people live there."""
    folder = tmp_path / "region"
    shutil.copytree(FOLDER / "network", folder / "network")
    lines = "\n".join(
        f'{county.code} = {{ at = {list(county_point(county))}, access = ["wuyi"] }}'
        for county in region.counties
    )
    (folder / "network" / "zones.toml").write_text(f"[zones]\n{lines}\n", "utf-8")
    found = load_network(replace(region, path=folder))
    assert found is not None
    by_code = {zone.code: zone for zone in found.network.zones}
    for county in region.counties:
        assert by_code[county.code].county == county.code
        assert by_code[county.code].name == county.name
        assert by_code[county.code].population == county.population


def county_point(county) -> tuple[float, float]:
    from shapely.geometry import shape

    point = shape(county.geometry).representative_point()
    return (point.x, point.y)
