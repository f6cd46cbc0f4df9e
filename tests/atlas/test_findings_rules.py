"""Facing uses, protected ground, corridors, lines that join, identity of findings, the tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from conurb.atlas.findings import matching, passing, rulebook
from conurb.atlas.findings.finding import Bilingual, Finding, Rule, Severity
from conurb.atlas.findings.sides import Side, falls
from conurb.atlas.findings.wording import Words
from conurb.region.problems import RegionError
from tests.atlas.findings_ground import (
    BOOK,
    BORDERS,
    REGION,
    SIZE,
    box,
    line,
    on_ellipsoid,
    side,
)

WORDS = Words(
    {"a": Bilingual("甲市", "A"), "b": Bilingual("乙市", "B")},
    {
        "1001": Bilingual("工业用地", "Industry"),
        "0701": Bilingual("城镇住宅用地", "Urban housing"),
        "expressway": Bilingual("高速公路", "Expressway"),
        "main-road": Bilingual("主干路", "Main road"),
        "provincial-road": Bilingual("省道", "Provincial road"),
    },
)


def found(*sides: Side, rule: Rule | None = None) -> list[Finding]:
    outcome = passing.find(sides, BORDERS, BOOK, WORDS)
    return [each for each in outcome.findings if rule in (None, each.rule)]


def rows(findings: list[Finding]) -> list[str]:
    return [each.row for each in findings]


# — facing —


def test_industry_faces_housing_across_the_border_within_its_distance() -> None:
    works = side("a", [box(-300, 1000, -100, 1200), box(-300, 3000, -100, 3200)], "100103")
    homes = side(
        "b",
        [box(100, 1000, 200, 1200), box(190, 1000, 260, 1200), box(205, 3000, 300, 3200)],
        ["0701", "0701", "0701"],
    )
    (facing,) = found(works, homes, rule=Rule.FACING)
    assert facing.row == "industry-3-living"
    assert facing.severity is Severity.HIGH
    # the third home lies 305 m from the second works
    assert [(each.city, each.fid) for each in facing.features] == [("a", 0), ("b", 0), ("b", 1)]
    assert "最近处相距 200 米" in facing.reason.zh
    assert "2 个图斑" in facing.reason.zh
    assert "of A (1 plot) and Urban housing (0701) of B (2 plots)" in facing.reason.en
    assert "甲市的工业用地（100103）" in facing.reason.zh
    plots = [box(-300, 1000, -100, 1200), box(100, 1000, 200, 1200), box(190, 1000, 260, 1200)]
    assert facing.area_m2 == pytest.approx(on_ellipsoid(shapely.union_all(plots)), rel=1e-9)


def test_facing_is_the_same_from_either_side() -> None:
    one = side("a", [box(-300, 1000, -100, 1200)], "0701")
    other = side("b", [box(50, 1000, 150, 1200)], "100103")
    assert found(one, other, rule=Rule.FACING) == found(other, one, rule=Rule.FACING) != []


def test_what_does_not_face_across_a_border_is_left_to_the_city() -> None:
    both = side("a", [box(-300, 1000, -200, 1200), box(-190, 1000, -50, 1200)], ["100103", "0701"])
    assert found(both, side("b", [box(800, 0, 900, 100)], "0701"), rule=Rule.FACING) == []


# — protected ground —


def test_construction_in_protected_ground_is_found_once_a_plot_and_kind() -> None:
    plan = side(
        "a",
        [
            box(-1000, 2000, -800, 2200),
            box(-700, 2000, -600, 2100),
            box(-1000, 2500, -900, 2600),
            box(-1000, 2190, -800, 2200.5),
            box(-1000, 2700, -900, 2800),
        ],
        ["0701", "03", "1202", "0601", "0101"],
    )
    ground = side(
        "",
        [box(-1100, 1900, -900, 2300), box(-905, 1900, -880, 2300), box(-2000, 0, 0, SIZE)],
        ["green-heart-core", "green-heart-core", "permanent-farmland"],
        kind="protected",
    )
    findings = found(plan, ground, rule=Rule.PROTECTED)
    assert [(each.row, each.features[0].fid) for each in findings] == [
        # what is built, and woods and rural roads as well; cropland is what stays
        ("green-heart-core", 0),
        ("permanent-farmland", 0),
        ("permanent-farmland", 1),
        ("permanent-farmland", 2),
        ("permanent-farmland", 3),
    ]
    core = findings[0]
    # the two pieces of the core overlap; their common ground counts once
    assert core.area_m2 == pytest.approx(on_ellipsoid(box(-1000, 2000, -880, 2200)), rel=1e-6)
    assert "60%" in core.reason.zh
    assert core.cities == ("a",)
    assert "公告第29号" in core.source.zh


# — corridors —


def test_plots_in_the_corridor_of_a_line_are_found_by_their_use() -> None:
    roads = side(
        "a",
        [line((-1000, 1000), (0, 1000)), line((-1000, 3000), (0, 3000))],
        ["expressway", "main-road"],
        kind="lines",
        names=["G4", "芙蓉大道"],
    )
    plan = side(
        "a",
        [
            box(-500, 1040, -400, 1200),  # 40 m from the line: 11 m within 21 + 30
            box(-500, 1060, -400, 1200),  # beyond
            box(-300, 900, -200, 1100),  # a green belt may lie there
            box(-500, 3050, -400, 3200),  # a warehouse beside Furong Avenue
            box(-300, 3050, -200, 3200),  # housing beside it
            box(-1040, 990, -1001, 1030),  # beyond the end of the line
        ],
        ["0701", "0701", "1402", "1101", "0701", "0701"],
    )
    findings = found(plan, roads, rule=Rule.CORRIDOR)
    assert [(each.row, each.features[0].fid) for each in findings] == [
        ("expressway", 0),
        ("three-trunks-one-rail", 3),
    ]
    assert findings[0].area_m2 == pytest.approx(on_ellipsoid(box(-500, 1040, -400, 1051)), rel=1e-5)
    assert "“G4”的高速公路建筑控制区" in findings[0].reason.zh
    assert "593" in findings[0].source.en


def test_a_corridor_that_lists_its_uses_counts_in_place_of_the_table() -> None:
    drawn = side(
        "a",
        [box(-500, 0, 0, 1000), box(-500, 2000, 0, 3000)],
        "road-corridor",
        kind="corridors",
        allowed=["07 14", ""],
    )
    plan = side(
        "a",
        [
            box(-400, 100, -300, 200),
            box(-250, 100, -150, 200),
            box(-400, 2100, -300, 2200),
            box(-250, 2100, -150, 2200),
        ],
        ["0701", "0901", "0701", "0901"],
    )
    findings = found(plan, drawn, rule=Rule.CORRIDOR)
    assert [each.features[0].fid for each in findings] == [1, 2]


# — lines that join —


def lines(city: str, *at: tuple[object, str], names: list[str] | None = None) -> Side:
    return side(city, [each for each, _ in at], [code for _, code in at], kind="lines", names=names)


def test_roads_that_meet_are_no_finding_wherever_they_are_drawn_to() -> None:
    ours = lines("a", (line((-2000, 1000), (0, 1000)), "main-road"))
    for start in (0, -300, 4):
        theirs = lines("b", (line((start, 1000), (2000, 1000)), "main-road"))
        assert found(ours, theirs, rule=Rule.JOINING) == []


def test_roads_that_miss_each_other_are_told_by_how_much() -> None:
    ours = lines("a", (line((-2000, 1000), (0, 1000)), "main-road"), names=["芙蓉大道"])
    theirs = lines("b", (line((0, 1080), (2000, 1000)), "main-road"))
    (apart,) = found(ours, theirs, rule=Rule.JOINING)
    assert apart.row == "road-apart"
    assert apart.length_m == pytest.approx(80, abs=0.1)
    assert apart.geometry.geom_type == "LineString"
    assert "甲市的芙蓉大道（主干路）与乙市的主干路" in apart.reason.zh
    assert "相距 80 米" in apart.reason.zh
    short = lines("b", (line((200, 1000), (2000, 1000)), "main-road"))
    (apart,) = found(ours, short, rule=Rule.JOINING)
    assert apart.length_m == pytest.approx(200, abs=0.1)


def test_a_road_without_continuation_and_one_of_another_class() -> None:
    ours = lines(
        "a",
        (line((-2000, 1000), (0, 1000)), "expressway"),
        (line((-2000, 3000), (0, 3000)), "expressway"),
        (line((-2000, 5000), (-100, 5000)), "main-road"),
    )
    theirs = lines("b", (line((0, 3000), (2000, 3000)), "provincial-road"))
    findings = found(ours, theirs, rule=Rule.JOINING)
    assert rows(findings) == ["road-class", "road-missing"]
    assert "相差 2 级" in findings[0].reason.zh
    assert findings[0].severity is Severity.HIGH
    assert findings[1].features[0].fid == 0
    assert findings[1].geometry.geom_type == "Point"


def test_two_roads_join_one_and_kinds_are_not_mixed() -> None:
    ours = lines(
        "a",
        (line((-2000, 1000), (0, 1000)), "main-road"),
        (line((-2000, 1200), (0, 1008)), "main-road"),
        (line((-2000, 4000), (0, 4000)), "river"),
    )
    theirs = lines(
        "b",
        (line((0, 1000), (2000, 1000)), "main-road"),
        (line((0, 4000), (2000, 4000)), "railway"),
    )
    findings = found(ours, theirs, rule=Rule.JOINING)
    assert rows(findings) == ["rail-missing", "river-missing"]


# — identity —


def test_a_finding_goes_on_where_it_lies_and_is_matched_once() -> None:
    homes = side("b", [box(100, 1000, 200, 1200)], "0701")
    before = found(side("a", [box(-300, 1000, -50, 1200)], "100103"), homes)
    moved = found(side("a", [box(-300, 1020, -60, 1210)], "100103", version=2), homes)
    gone = found(side("a", [box(-300, 1020, -60, 1210)], "1401", version=2), homes)
    assert matching.match(before, moved) == matching.Matched((0,), ())
    assert matching.match(before, gone) == matching.Matched((), (0,))
    twice = [before[0], replace(before[0], geometry=shapely.buffer(before[0].geometry, -1e-4))]
    assert matching.match(twice, moved).earlier == (0,)
    assert matching.match([], before) == matching.Matched((-1,), ())
    other = [replace(before[0], row="waste-living")]
    assert matching.match(other, before) == matching.Matched((-1,), (0,))


def test_the_pass_tells_its_steps_and_can_be_stopped() -> None:
    plans = [side("a", [box(-300, 1000, -50, 1200)]), side("b", [box(0, 1000, 50, 1200)])]
    told: list[tuple[int, int]] = []
    passing.find(plans, BORDERS, BOOK, progress=lambda done, of, _step: told.append((done, of)))
    assert told[0] == (0, len(told) - 1)
    assert told[-1] == (len(told) - 1, len(told) - 1)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        passing.find(plans, BORDERS, BOOK, progress=stop)


# — tables —


def test_the_longest_prefix_decides() -> None:
    assert falls("100103", ("10",), ("1001",)) is False
    assert falls("100103", ("10", "100103"), ("1001",)) is True
    assert falls("", ("10",)) is False


def test_tables_with_mistakes_name_file_line_and_key() -> None:
    files = rulebook.texts(REGION / "atlas")
    files["border.toml"] = files["border.toml"].replace("strip_m = 1000", "strip_m = -1")
    files["joining.toml"] = files["joining.toml"].replace("tolerance_m = 5", "tolerence_m = 5")
    files["protected.toml"] = files["protected.toml"].replace(
        'key = "green-heart-integrated"', 'key = "green-heart-core"'
    )
    with pytest.raises(RegionError) as raised:
        rulebook.parse(files)
    said = {(each.file, each.key) for each in raised.value.problems}
    assert ("atlas/border.toml", "strip_m") in said
    assert ("atlas/joining.toml", "line[2].tolerance_m") in said
    assert ("atlas/protected.toml", "ground[2].key") in said
    assert all(each.line for each in raised.value.problems)


def test_another_text_is_another_version_of_the_rules() -> None:
    files = rulebook.texts(REGION / "atlas")
    assert rulebook.parse(files).version == BOOK.version
    files["border.toml"] = files["border.toml"].replace("strip_m = 1000", "strip_m = 900")
    assert rulebook.parse(files).version != BOOK.version


def test_a_table_says_everything_that_is_wrong_with_it_once() -> None:
    files = rulebook.texts(REGION / "atlas")
    files["border.toml"] += "\nstripe_m = 3\n"
    files["corridors.toml"] = (
        files["corridors.toml"]
        .replace('ground = ["road-corridor", "rail-corridor"]\n', "")
        .replace("half_width_m = 21\n", "")
        .replace('severity = "low"', 'severity = "lowest"')
    )
    with pytest.raises(RegionError) as raised:
        rulebook.parse(files)
    said = [(each.file, each.key, each.code) for each in raised.value.problems]
    assert sorted(said) == [
        ("atlas/border.toml", "stripe_m", "unknown-key"),
        ("atlas/corridors.toml", "corridor[1].half_width_m", "missing-key"),
        ("atlas/corridors.toml", "corridor[4].severity", "bad-form"),
        ("atlas/corridors.toml", "corridor[9].lines", "missing-key"),
    ]


def test_corridors_that_are_drawn_need_no_lines_and_no_widths() -> None:
    drawn = next(row for row in BOOK.corridors if row.ground)
    assert (drawn.lines, drawn.half_width_m, drawn.belt_m) == ((), 0.0, 0.0)
    assert all(row.half_width_m > 0 < row.belt_m for row in BOOK.corridors if row.lines)
