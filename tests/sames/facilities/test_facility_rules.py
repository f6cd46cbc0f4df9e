"""The pure rules of the pack: shades, stages, opportunities, pictures, bottlenecks, figures."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from conurb.network.graph import GraphError
from conurb.network.multimodal import (
    MODES_OF,
    NOON,
    Access,
    Link,
    LinkClass,
    Mode,
    Network,
    Node,
    Zone,
    driven_speed,
    graph_for,
    minutes_of,
)
from conurb.network.ranking import Rule, rank
from conurb.network.region_network import load_network
from conurb.region.folder import load_region
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual
from conurb.sames.facilities import picture, shades, stages, worth
from conurb.sames.facilities.bottlenecks import Traffic, peak_hour
from conurb.sames.facilities.combining import Combining
from conurb.sames.facilities.opportunities import BUILT_UP, is_district, read_opportunities
from conurb.sames.facilities.picture import Area, Mark, Picture, Stroke
from conurb.sames.facilities.stages import Told, stage_of
from conurb.sames.facilities.studies import CityCentre, study_for
from conurb.sames.facilities.templatetags.facilities import figure, gain
from conurb.sames.facilities.without_effect import Why, why_nothing
from tests.conftest import REGION

SQUARE = [(112.0, 27.0), (113.0, 27.0), (113.0, 28.0), (112.0, 28.0), (112.0, 27.0)]


@pytest.fixture(scope="module")
def region():
    return load_region(REGION)


@given(st.floats(-50, 500), st.floats(-50, 500))
def test_more_minutes_never_have_a_lower_shade(one: float, other: float):
    low, high = sorted((one, other))
    for bounds in (shades.MINUTES, shades.SAVED, shades.TRIP):
        assert shades.shade_of(low, bounds) <= shades.shade_of(high, bounds)
        assert 0 <= shades.shade_of(high, bounds) < len(shades.RAMP)


def test_what_cannot_be_reached_has_the_last_shade_and_legends_have_no_gaps():
    assert shades.shade_of(float("inf"), shades.MINUTES) == len(shades.MINUTES)
    classes = shades.classes([1, 4], shades.MINUTES)
    assert [each.shade for each in classes] == [1, 2, 3, 4]
    assert all(one.most == other.least for one, other in pairwise(classes))
    assert shades.classes([], shades.MINUTES) == []


@pytest.mark.parametrize(
    ("declared", "told", "stage"),
    [
        ("early", [], "early"),
        ("early", [Told("build", "not-begun")], "early"),
        ("study", [Told("build", "designed")], "early"),
        ("early", [Told("study", "concluded"), Told("build", "started")], "building"),
        ("building", [Told("build", "in-use")], "opened"),
        ("building", [Told("study", "drafted")], "study"),
    ],
)
def test_reports_tell_the_stage_and_the_plan_where_there_are_none(declared, told, stage):
    assert stage_of(declared, told) == stage


def test_every_stage_of_works_has_a_stage_of_projects():
    from conurb.plan.ladder import ladder_of

    for rung in ladder_of("build")[1:]:
        assert stage_of("study", [Told("build", rung.key)]) in stages.ORDER


def test_districts_are_told_from_counties_by_their_code():
    assert is_district("430102")
    assert is_district("430112")
    assert not is_district("430121")
    assert not is_district("430181")


def test_opportunities_name_every_county_and_refuse_unknown_ones(region, tmp_path):
    found = read_opportunities(region)
    assert found is not None
    assert set(found.jobs) == {county.code for county in region.counties}
    assert all(value > 0 for value in found.jobs.values())
    (tmp_path / "facilities.toml").write_text(
        '[source]\nzh = "甲"\nen = "A"\n[jobs_a_resident]\ndistrict = 0.5\ncounty = 0.4\n'
        "[hospitals]\n430102 = 2\n999999 = 1\n",
        encoding="utf-8",
    )
    with pytest.raises(RegionError) as refused:
        read_opportunities(replace(region, path=tmp_path))
    assert [problem.key for problem in refused.value.problems] == ["hospitals.999999"]
    assert read_opportunities(replace(region, path=tmp_path / "nowhere")) is None


def test_a_picture_shows_what_it_is_given():
    drawn = picture.draw(
        Picture(
            [Area([SQUARE], "#00ff00")],
            [Stroke([(112.1, 27.5), (112.9, 27.5)], "#ff0000", 8)],
            [Mark((112.5, 27.8), 10, "#0000ff")],
        ),
        200,
        200,
    )
    image = Image.open(BytesIO(drawn)).convert("RGB")
    assert image.size == (200, 200)

    def near(at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
        drawn_there = image.getpixel(at)
        return sum(abs(a - b) for a, b in zip(drawn_there, colour, strict=True)) < 40

    assert near((100, 100), (255, 0, 0))
    assert near((100, 150), (0, 255, 0))
    assert near((100, 45), (0, 0, 255))
    with pytest.raises(ValueError, match="nothing to show"):
        picture.draw(Picture(), 10, 10)


@given(st.lists(st.tuples(st.floats(112, 114), st.floats(26, 29)), min_size=2, max_size=8))
def test_dashes_never_fail(line):
    picture.draw(Picture(strokes=[Stroke(line, "#000000", 2, (3, 2))], shown=SQUARE), 60, 40)


def test_figures_have_signs_and_never_a_negative_nothing():
    assert gain(-0.0004, 2) == "0"
    assert gain(12.3, 0) == "+12"
    assert gain(-1234.5, 1) == "−1,234.5"
    assert figure(None) == "–"
    assert figure(-0.2, 0) == "0"


# --- bottlenecks ---------------------------------------------------------------------------------
def two_towns(lanes: float) -> Network:
    """Two towns with a road between them that takes so many vehicles an hour."""
    nodes = tuple(Node(f"n{at}", 112.0 + at * 0.1, 28.0) for at in range(2))
    road = Link(
        "road",
        0,
        1,
        LinkClass.PRIMARY,
        MODES_OF[LinkClass.PRIMARY],
        10_000.0,
        60.0,
        (nodes[0].point, nodes[1].point),
        capacity=lanes,
    )
    zones = tuple(
        Zone(f"z{at}", "430100", Bilingual("甲", "A"), n.lon, n.lat, 1e6, (Access(at, 100.0),))
        for at, n in enumerate(nodes)
    )
    return Network(Bilingual("试", "T"), nodes, (road,), zones=zones)


def test_a_narrow_road_is_a_bottleneck_and_a_wide_one_is_not():
    narrow, wide = two_towns(1000.0), two_towns(1e6)
    traffic = Traffic()
    found = peak_hour(narrow, graph_for(narrow, "car"), traffic)
    assert {each.forwards for each in found.bottlenecks} == {True, False}
    worst = found.bottlenecks[0]
    assert worst.load > 1
    assert worst.flow == pytest.approx(found.trips / 2)
    # what is left of the capacity beside local trips
    left = worst.capacity * (1 - traffic.local[LinkClass.PRIMARY])
    free = minutes_of(10_000.0, driven_speed(narrow.links[0], Mode.CAR, NOON))
    grown = free * traffic.b * (worst.flow / left) ** traffic.power
    assert worst.delay == pytest.approx(grown)
    assert peak_hour(wide, graph_for(wide, "car"), traffic).bottlenecks == ()


def test_vehicles_of_the_peak_hour_are_those_assumed():
    network = two_towns(5000.0)
    traffic = Traffic(trips_a_person=0.1, in_a_car=2.0, peak=0.1, on_network=0.5)
    found = peak_hour(network, graph_for(network, "car"), traffic)
    assert found.trips == pytest.approx(2e6 * 0.1 / 2.0 * 0.1 * 0.5)
    with pytest.raises(GraphError):
        peak_hour(replace(network, zones=()), graph_for(network, "car"), traffic)


# --- what a run keeps ----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def combining(region) -> Combining:
    network, opportunities = load_network(region), read_opportunities(region)
    assert network is not None
    assert opportunities is not None
    centres = [CityCentre(city.code, city.centre) for city in region.cities]
    return Combining(study_for(network, "car", centres, opportunities).study)


def test_kept_figures_are_read_as_they_were_written(combining):
    keys = list(combining.study.candidate)[:4]
    found = [combining.worth([key]) for key in keys]
    rule = Rule()
    result = worth.result_of(
        "car",
        600.0,
        combining.appraising,
        found,
        rank([combining.appraisal([key]) for key in keys], rule),
        rule,
        [worth.Pair(keys[0], keys[1], 12.5)],
        combining.nearest,
    )
    again = worth.read(worth.written(result))
    assert worth.written(again) == worth.written(result)
    assert again.worths == result.worths
    assert again.place(keys[0]) is not None
    with pytest.raises(ValueError, match="another form"):
        worth.read(b'{"version": 0}')


def test_minutes_to_the_nearest_centre_are_the_least_of_the_matrix(combining):
    zones = len(combining.study.zones.names)
    minutes = combining.appraising.minutes[:zones, zones:]
    counties, people = np.array(combining.study.zones.counties), combining.study.zones.people
    for county in dict.fromkeys(combining.study.zones.counties):
        own = counties == county
        least = minutes[own].min(axis=1)
        assert combining.nearest[county] == pytest.approx(people[own] @ least / people[own].sum())


# --- zones and what projects do between them ------------------------------------------------------
def test_zones_of_a_county_share_exactly_its_people_jobs_and_hospitals(region):
    network, opportunities = load_network(region), read_opportunities(region)
    assert network is not None
    assert opportunities is not None
    zones = network.network.zones
    jobs, hospitals = opportunities.by_zone(zones)
    for county in region.counties:
        own = list(network.network.zones_of[county.code])
        assert jobs[own].sum() == pytest.approx(opportunities.jobs[county.code])
        assert hospitals[own].sum() == opportunities.hospitals[county.code]
        assert all(zones[at].kind in BUILT_UP for at in own if hospitals[at])
    a_resident = {zone.code: jobs[at] / zone.population for at, zone in enumerate(zones)}
    assert a_resident["xingsha-park"] == pytest.approx(2.0 * a_resident["xingsha-quantang"])


def test_results_by_county_are_sums_over_its_zones(combining):
    appraisal = combining.appraisal(["south-ring"])
    study = combining.study
    by_county = {each.county: each for each in appraisal.counties}
    assert len(by_county) == 23
    assert sum(each.people for each in by_county.values()) == study.zones.people.sum()
    assert sum(each.hours_saved for each in by_county.values()) == pytest.approx(
        appraisal.hours_saved
    )
    own = np.array([county == "430211" for county in study.zones.counties])
    saved, people = appraisal.zones.minutes_saved[own], study.zones.people[own]
    others = study.zones.people.sum() - people
    expected = (people * others) @ saved / (people @ others)
    assert by_county["430211"].minutes_saved == pytest.approx(expected)


@pytest.fixture(scope="module")
def effects(region, combining) -> dict[str, dict[str, float]]:
    """Minutes saved on a trip, people-weighted, by project and way to travel."""
    network, opportunities = load_network(region), read_opportunities(region)
    assert network is not None
    assert opportunities is not None
    centres = [CityCentre(city.code, city.centre) for city in region.cities]
    transit = Combining(study_for(network, "transit", centres, opportunities).study)
    return {
        key: {
            "car": combining.appraisal([key]).minutes_saved,
            "transit": transit.appraisal([key]).minutes_saved,
        }
        for key in combining.study.candidate
    }


WITHOUT_EFFECT = {
    "datang-wharf": Why.NOBODY_THERE,
    "general-airport-changsha": Why.NOBODY_THERE,
    "general-airport-zhuzhou": Why.NOBODY_THERE,
    "general-airport-xiangtan": Why.NOBODY_THERE,
}


def test_nearly_every_project_changes_something_and_of_the_others_it_is_known_why(region, effects):
    declared = load_network(region)
    assert declared is not None
    none = {key for key, by in effects.items() if max(by.values()) <= 1e-6}
    assert len(effects) - len(none) >= 28
    assert none == {*WITHOUT_EFFECT, "shaoshan-jinggangshan"}
    for key, why in WITHOUT_EFFECT.items():
        for travel in ("car", "truck", "transit"):
            assert why_nothing(declared.project(key), declared.network, travel) is why
    train = declared.project("shaoshan-jinggangshan")
    assert why_nothing(train, declared.network, "transit") is Why.NOT_NOW
    by_car = {key for key, by in effects.items() if by["car"] <= 1e-6} - none
    reasons = {key: why_nothing(declared.project(key), declared.network, "car") for key in by_car}
    assert reasons == {
        "west-ring": Why.RAIL_ONLY,
        "west-ring-south": Why.RAIL_ONLY,
        "s4": Why.RAIL_ONLY,
        "airport-avenue-south": Why.NO_QUICKER,
    }
    expressway = declared.project("south-ring")
    assert why_nothing(expressway, declared.network, "transit") is Why.NOT_FOR_TRANSIT


def test_together_is_what_a_whole_recomputation_finds(combining):
    from conurb.network import dijkstra, scenario

    keys = ["south-ring", "riverside"]
    study = combining.study
    whole = scenario.combined("both", [study.candidate[key].project for key in keys])
    graph = scenario.changed(study.graph, whole)
    zones = len(study.zones.names)
    after = dijkstra.costs_of(graph, study.places[:zones], study.places[zones:])
    expected = worth.nearest_centre(study, after)
    found = {**combining.nearest, **combining.worth(keys).nearest}
    assert found == pytest.approx(expected, rel=1e-9, abs=2e-6)
