"""A region folder is read whole; what is wrong is told by file, line and key."""

from __future__ import annotations

import shutil
from dataclasses import FrozenInstanceError
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from conurb.region.folder import (
    Problem,
    RegionError,
    Severity,
    check_region,
    load_region,
    render_problems,
)

PROJECT = Path(__file__).parents[2]
CHANGZHUTAN = PROJECT / "regions" / "changzhutan"
ELSEWHERE = Path(__file__).parent / "fixtures" / "elsewhere"


@pytest.fixture(scope="module")
def changzhutan():
    return load_region(CHANGZHUTAN)


@pytest.fixture(scope="module")
def elsewhere():
    return load_region(ELSEWHERE)


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "elsewhere"
    shutil.copytree(ELSEWHERE, copy)
    return copy


class Defect(NamedTuple):
    """What is changed in which file, the problem it makes, and the line that must be named."""

    code: str
    file: str
    old: str
    new: str
    at: str
    severity: Severity = Severity.ERROR


REGION, COUNTIES, PLACES = "region.toml", "counties.geojson", "places.geojson"
CALENDAR, PEOPLE = "calendar.toml", "people.toml"

DEFECTS = [
    Defect("syntax", REGION, "population = 120000\narea", "population 120000\narea", "n 120000\na"),
    Defect("syntax", PLACES, '"zh": "双川大道",', '"zh": "双川大道"', '"en": "Two Rivers Avenue"'),
    Defect("missing-key", REGION, 'plate = "川W"\n', "", '[[city]]\ncode = "519200"'),
    Defect("missing-key", REGION, 'plate = "川W"', 'plate = " "', 'plate = " "'),
    Defect("missing-table", COUNTIES, '"features"', '"feature"', "{"),
    Defect(
        "missing-translation",
        REGION,
        'short = { zh = "甲川", en = "Jiachuan" }',
        'short = { zh = "甲川" }',
        'short = { zh = "甲川" }',
    ),
    Defect(
        "missing-translation", PLACES, '        "en": "Two Rivers Avenue",\n', "", '"properties": {'
    ),
    Defect("unknown-key", REGION, 'colour = "orange"', 'color = "orange"', 'color = "orange"'),
    Defect("unknown-key", REGION, "[[actor]]", "[[acter]]", "[[acter]]"),
    Defect("unknown-key", PLACES, '"aliases"', '"alias"', '"alias"'),
    Defect("unknown-key", CALENDAR, "workdays =", "workday =", "workday ="),
    Defect(
        "wrong-type", REGION, "population = 300000", 'population = "many"', 'population = "many"'
    ),
    Defect("wrong-type", REGION, "[100.5, 30.5]", "[100.5]", "centre = [100.5]"),
    Defect("wrong-type", REGION, 'aliases = ["西岭"]', 'aliases = "西岭"', 'aliases = "西岭"'),
    Defect("wrong-type", CALENDAR, "first = 2025-02-03", 'first = "3 February"', 'first = "3'),
    Defect("wrong-type", CALENDAR, "[2025-02-08]", '["8 February"]', '["8 February"]'),
    Defect("bad-form", REGION, 'code = "519100"', 'code = "519101"', 'code = "519101"'),
    Defect("bad-form", REGION, 'plate = "川W"', 'plate = "川O"', 'plate = "川O"'),
    Defect("bad-form", REGION, 'slug = "yichuan"', 'slug = "Yi Chuan"', 'slug = "Yi Chuan"'),
    Defect("bad-form", REGION, 'kind = "office"', 'kind = "bureau"', 'kind = "bureau"'),
    Defect("bad-form", PLACES, "road/two-rivers-avenue", "Two Rivers", '"ref": "Two Rivers"'),
    Defect("bad-form", PEOPLE, '"川" = "chuan"', '"川" = "chuān"', '"川" = "chuān"'),
    Defect("not-positive", REGION, "area_km2 = 10600", "area_km2 = -1", "area_km2 = -1"),
    Defect("not-positive", REGION, "population = 200000", "population = 0", "population = 0"),
    Defect("duplicate", REGION, 'code = "519200"', 'code = "519100"', 'code = "519100"\nslug = "y'),
    Defect(
        "duplicate",
        REGION,
        'key = "health"\nname = { zh = "卫生"',
        'key = "road"\nname = { zh = "卫生"',
        'key = "road"\nname = { zh = "卫生"',
    ),
    Defect("duplicate", PLACES, "hospital/jiachuan-first", "road/two-rivers-avenue", ""),
    Defect(
        "duplicate",
        REGION,
        'cities = ["519100", "519200"]',
        'cities = ["519100", "519100"]',
        'key = "transport"',
    ),
    Defect("duplicate", CALENDAR, "year = 2026", "year = 2025", ""),
    Defect(
        "unknown-reference",
        REGION,
        'office = "joint-office"',
        'office = "joint-ofice"',
        'office = "joint-ofice"',
    ),
    Defect("unknown-reference", REGION, '  "road",\n', '  "raod",\n', '  "raod",\n'),
    Defect(
        "unknown-reference", PLACES, '"cities": ["519100"]', '"cities": ["519300"]', '["519300"]'
    ),
    Defect(
        "county-outside-city",
        REGION,
        'code = "519202"\ncity = "519200"',
        'code = "519202"\ncity = "519100"',
        'code = "519202"',
    ),
    Defect("boundary-missing", REGION, 'code = "519202"', 'code = "519203"', 'code = "519203"'),
    Defect("boundary-unknown", COUNTIES, '"519202"', '"519209"', ""),
    Defect("geometry-kind", COUNTIES, '"Polygon"', '"Ball"', '"Ball"'),
    Defect(
        "geometry-invalid",
        COUNTIES,
        "[[[101, 30], [102, 30], [102, 31], [101, 31], [101, 30]]]",
        "[[[101, 30], [102, 31], [102, 30], [101, 31], [101, 30]]]",
        "[[[101, 30], [102, 31]",
    ),
    Defect("out-of-range", COUNTIES, "[102, 30], [102, 31]", "[202, 30], [102, 31]", "[202, 30]"),
    Defect("out-of-range", REGION, "[101.5, 30.5]", "[30.5, 101.5]", "centre = [30.5, 101.5]"),
    Defect(
        "overlap",
        COUNTIES,
        "[[[101, 30], [102, 30], [102, 31], [101, 31], [101, 30]]]",
        "[[[100.9, 30], [102, 30], [102, 31], [100.9, 31], [100.9, 30]]]",
        "",
    ),
    Defect(
        "edges-unmatched",
        COUNTIES,
        "[101, 31], [101, 30]]]",
        "[101, 31], [101.00001, 30.5], [101, 30]]]",
        "",
        Severity.WARNING,
    ),
    Defect(
        "area-mismatch", REGION, "= 10600", "= 5000", "area_km2 = 5000", severity=Severity.WARNING
    ),
    Defect("population-sum", REGION, "= 300000", "= 300001", "population = 300001"),
    Defect(
        "subject-uncovered",
        REGION,
        'subjects = ["road"]',
        "subjects = []",
        'key = "road"\nname',
        Severity.WARNING,
    ),
    Defect(
        "name-twice",
        PLACES,
        '["川川大道"]',
        '["西岭"]',
        '"aliases": ["西岭"]',
        Severity.WARNING,
    ),
    Defect("word-twice", REGION, '  "医院"', '  "公路"', '  "公路"', Severity.WARNING),
    Defect("span-backwards", CALENDAR, "last = 2025-02-07", "last = 2025-02-01", "last = 2025-"),
    Defect("outside-year", CALENDAR, "[2025-02-08]", "[2024-02-04]", "workdays = [2024-02-04]"),
    Defect("not-a-weekend", CALENDAR, "[2025-02-08]", "[2025-02-11]", "workdays = [2025-02-11]"),
    Defect("holiday-and-workday", CALENDAR, "last = 2025-02-07", "last = 2025-02-08", "workdays"),
    Defect("year-gap", CALENDAR, "year = 2026", "year = 2027", "[[year]]"),
    Defect("unknown-timezone", REGION, "Asia/Shanghai", "Asia/Changsha", "timezone ="),
]


def line_of(text: str, marker: str) -> int:
    assert marker in text
    return text[: text.index(marker)].count("\n") + 1


def break_in(folder: Path, defect: Defect) -> str:
    file = folder / defect.file
    text = file.read_text(encoding="utf-8")
    assert defect.old in text
    broken = text.replace(defect.old, defect.new, 1)
    file.write_text(broken, encoding="utf-8")
    return broken


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code}-{defect.file}")
def test_each_defect_is_named_with_file_line_and_key(folder, defect):
    broken = break_in(folder, defect)
    found = [each for each in check_region(folder) if each.code == defect.code]
    assert found, render_problems(check_region(folder), "en")
    told = found[0]
    assert told.file == defect.file
    assert told.severity is defect.severity
    if defect.at:
        assert told.line == line_of(broken, defect.at), told
    assert "{" not in told.message_zh.replace("{ zh", "").replace("{city}", "")
    assert told.message_zh != told.message_en


def test_every_kind_of_problem_is_tried():
    from conurb.region.problems import _CATALOGUE

    tried = {defect.code for defect in DEFECTS}
    elsewhere_in_this_file = {"file-missing", "folder-missing", "not-utf8"}
    assert set(_CATALOGUE) == tried | elsewhere_in_this_file


def test_all_problems_are_told_not_only_the_first(folder):
    break_in(folder, Defect("", REGION, 'plate = "川W"', 'plate = "川O"', ""))
    break_in(folder, Defect("", REGION, 'colour = "orange"', 'color = "orange"', ""))
    break_in(folder, Defect("", CALENDAR, "last = 2025-02-07", "last = 2025-02-01", ""))
    (folder / PEOPLE).unlink()
    with pytest.raises(RegionError) as refused:
        load_region(folder)
    told = {(each.code, each.file) for each in refused.value.problems}
    assert told >= {
        ("bad-form", REGION),
        ("unknown-key", REGION),
        ("missing-key", REGION),
        ("span-backwards", CALENDAR),
        ("file-missing", PEOPLE),
    }


def test_a_likely_misspelling_gets_a_suggestion(folder):
    break_in(folder, Defect("", REGION, 'colour = "orange"', 'color = "orange"', ""))
    told = [each for each in check_region(folder) if each.code == "unknown-key"]
    assert told[0].key == "city[1].color"
    assert "colour" in told[0].message_zh
    assert "did you mean “colour”?" in told[0].message_en


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RegionError) as refused:
        load_region(tmp_path / "nowhere")
    assert [each.code for each in refused.value.problems] == ["folder-missing"]


def test_an_empty_folder_lacks_each_file_once(tmp_path):
    told = check_region(tmp_path)
    assert [each.code for each in told] == ["file-missing"] * 5
    assert {each.file for each in told} == {REGION, COUNTIES, PLACES, CALENDAR, PEOPLE}


def test_a_file_in_another_encoding_is_told(folder):
    text = (folder / REGION).read_text(encoding="utf-8")
    (folder / REGION).write_bytes(text.encode("gb18030"))
    assert [each.code for each in check_region(folder)] == ["not-utf8"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(folder):
    text = (folder / REGION).read_text(encoding="utf-8")
    (folder / REGION).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert check_region(folder) == ()


@settings(max_examples=150, deadline=None)
@given(
    file=st.sampled_from([REGION, COUNTIES, PLACES, CALENDAR, PEOPLE]),
    start=st.floats(0, 1),
    length=st.integers(0, 40),
    instead=st.sampled_from(["", "0", "-1", '""', "[]", "{}", "true", "null", "1e999", "\n", "甲"]),
)
def test_no_damage_does_worse_than_be_told(file, start, length, instead):
    with TemporaryDirectory() as place:
        copy = Path(place) / "elsewhere"
        shutil.copytree(ELSEWHERE, copy)
        text = (copy / file).read_text(encoding="utf-8")
        at = int(start * len(text))
        damaged = text[:at] + instead + text[at + length :]
        (copy / file).write_text(damaged, encoding="utf-8")
        last_line = damaged.count("\n") + 1
        for each in check_region(copy):
            assert each.file in {REGION, COUNTIES, PLACES, CALENDAR, PEOPLE}
            assert each.file != file or 0 <= each.line <= last_line


def test_problems_are_rendered_as_file_line_key_and_message(folder):
    break_in(folder, Defect("", REGION, "area_km2 = 10600", "area_km2 = 5000", ""))
    told = render_problems(check_region(folder), "zh-hans")
    line = line_of((folder / REGION).read_text(encoding="utf-8"), "area_km2 = 5000")
    assert told.startswith(f"region.toml:{line} [county[3].area_km2] 提醒：声明面积 5000")
    assert "warning: the declared area" in render_problems(check_region(folder), "en")


def test_warnings_do_not_stop_a_region_and_come_with_it(folder):
    break_in(folder, Defect("", REGION, "area_km2 = 10600", "area_km2 = 5000", ""))
    assert [each.code for each in load_region(folder).warnings] == ["area-mismatch"]


def test_another_region_needs_no_change_of_code(elsewhere):
    assert elsewhere.slug == "elsewhere"
    assert [city.name.zh for city in elsewhere.cities] == ["甲川市", "乙川市"]
    assert [county.code for county in elsewhere.counties] == ["519102", "519121", "519202"]
    assert elsewhere.plan_path is None
    assert elsewhere.warnings == ()


def test_a_department_of_several_cities_is_one_authority_in_each(elsewhere):
    transport = elsewhere.departments("transport")
    assert [each.key for each in transport] == ["jiachuan-transport", "yichuan-transport"]
    assert transport[1].name.zh == "乙川市交通运输局"
    assert transport[1].name.en == "Yichuan Transport Bureau"
    assert transport[1].short.zh == "乙川市交通局"
    assert transport[1].aliases == ("乙川市交委",)


def test_where_a_city_differs_the_department_is_as_it_says(elsewhere):
    health = elsewhere.authority("yichuan-health")
    assert health.name.zh == health.short.zh == "乙川市卫生局"
    assert health.subjects == ("health", "road")
    assert elsewhere.authority("jiachuan-health").subjects == ("health",)


def test_competence_is_the_citys_own_before_the_regions(elsewhere):
    able = [each.key for each in elsewhere.competent("road", "519200")]
    assert able == ["yichuan-transport", "yichuan-health"]
    assert [each.key for each in elsewhere.competent("health")] == [
        "jiachuan-health",
        "yichuan-health",
    ]


def test_gazetteer_holds_short_former_and_other_names(elsewhere):
    names = {ref: (every, kind) for ref, every, kind in elsewhere.gazetteer_entries()}
    assert names["city/519100"] == (("甲川市", "甲川"), "city")
    assert names["county/519121"] == (("西岭县", "西岭", "老西岭县"), "county")
    assert names["road/two-rivers-avenue"] == (("双川大道", "川川大道"), "road")


def test_generic_names_of_a_department_have_a_reference_of_their_own(elsewhere):
    names = {ref: every for ref, every, _ in elsewhere.actor_entries()}
    assert names["department/transport"] == ("市交通运输局", "市交通局", "市交委")
    assert names["actor/ministry"] == ("虚构部", "虚部")


def test_the_digest_changes_with_any_file_and_only_then(folder, elsewhere):
    assert load_region(folder).digest == elsewhere.digest
    (folder / "plan.md").write_text("# 规划\n", encoding="utf-8")
    with_plan = load_region(folder)
    assert with_plan.digest != elsewhere.digest
    assert with_plan.plan_path == folder / "plan.md"


def test_what_is_declared_cannot_be_changed(elsewhere):
    with pytest.raises(FrozenInstanceError):
        elsewhere.cities[0].slug = "other"


def test_problem_messages_follow_the_language():
    told = Problem("region.toml", 3, "city[1].code", "bad-form", "格式不对", "not well-formed")
    assert told.message("zh-hans") == "格式不对"
    assert told.message("en") == "not well-formed"


# The region that is shipped.


def test_changzhutan_is_without_fault(changzhutan):
    assert changzhutan.warnings == ()


def test_changzhutan_has_three_cities_and_twenty_three_counties(changzhutan):
    assert [city.plate for city in changzhutan.cities] == ["湘A", "湘B", "湘C"]
    of_city = [
        sum(county.city == city.code for county in changzhutan.counties)
        for city in changzhutan.cities
    ]
    assert of_city == [9, 9, 5]


def test_todays_codes_with_what_they_replaced(changzhutan):
    counties = {county.code: county for county in changzhutan.counties}
    assert counties["430182"].name.zh == "宁乡市"
    assert [(old.name.zh, old.code) for old in counties["430182"].former] == [("宁乡县", "430124")]
    assert counties["430212"].name.zh == "渌口区"
    assert [(old.name.zh, old.code) for old in counties["430212"].former] == [("株洲县", "430221")]
    assert counties["430212"].former[0].until.year == 2018


def test_census_of_2020(changzhutan):
    by_city = {city.code: city.population for city in changzhutan.cities}
    assert by_city == {"430100": 10047914, "430200": 3902738, "430300": 2726181}
    counties = {county.code: county.population for county in changzhutan.counties}
    assert counties["430104"] == 1526641
    assert counties["430302"] == 616130


def test_every_city_has_the_departments_a_plan_needs(changzhutan):
    departments = {
        city.code: {each.department for each in changzhutan.authorities if each.city == city.code}
        for city in changzhutan.cities
    }
    for held in departments.values():
        assert len(held) >= 25
        assert held >= {"development-reform", "transport", "traffic-police", "data", "forestry"}
    assert changzhutan.authority(changzhutan.office).city is None


def test_sport_is_an_authority_of_its_own_only_in_changsha(changzhutan):
    assert [each.name.zh for each in changzhutan.competent("sport")] == [
        "长沙市体育局",
        "株洲市文化旅游广电体育局",
        "湘潭市文化旅游广电体育局",
    ]


def test_each_city_centre_and_label_lies_in_its_own_land(changzhutan):
    for city in changzhutan.cities:
        land = [shape(c.geometry) for c in changzhutan.counties if c.city == city.code]
        assert any(county.contains(Point(city.centre)) for county in land), city.name.zh
    for county in changzhutan.counties:
        assert shape(county.geometry).contains(Point(county.point)), county.name.zh


def test_each_place_lies_in_the_cities_it_names(changzhutan):
    degrees_per_metre = 1 / 95_000
    land = {
        city.code: [shape(c.geometry) for c in changzhutan.counties if c.city == city.code]
        for city in changzhutan.cities
    }
    assert len(changzhutan.places) >= 120
    for place in changzhutan.places:
        geometry = shape(place.geometry)
        for code in place.cities:
            near = min(county.distance(geometry) for county in land[code])
            assert near <= place.accuracy_m * degrees_per_metre, (place.ref, code)


def test_boundaries_are_small_enough_to_ship():
    assert (CHANGZHUTAN / COUNTIES).stat().st_size < 500_000


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("芙蓉大道", "road/furong-avenue"),
        ("长株快线", "rail/s4"),
        ("湘潭九华", "new-area/jiuhua"),
        ("宁乡县", "county/430182"),
        ("株洲县", "county/430212"),
        ("醴陵", "county/430281"),
        ("湘潭", "city/430300"),
        ("湘雅医院", "hospital/xiangya"),
        ("竹埠港", "site/zhubugang"),
    ],
)
def test_names_of_the_plan_are_in_the_gazetteer(changzhutan, name, ref):
    assert [each for each, names, _ in changzhutan.gazetteer_entries() if name in names] == [ref]


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("省交通运输厅", "actor/hunan-transport"),
        ("广铁", "actor/guangzhou-railway"),
        ("市发改委", "department/development-reform"),
        ("长沙市发改委", "authority/changsha-development-reform"),
        ("株洲市交警支队", "authority/zhuzhou-traffic-police"),
    ],
)
def test_names_of_actors_lead_to_one_reference(changzhutan, name, ref):
    assert [each for each, names, _ in changzhutan.actor_entries() if name in names] == [ref]


def test_no_name_of_an_actor_leads_to_two(changzhutan):
    holder: dict[str, str] = {}
    for ref, names, _ in changzhutan.actor_entries():
        for name in names:
            assert holder.setdefault(name, ref) == ref, name
