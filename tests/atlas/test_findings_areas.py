"""Gaps and overlaps at common borders, found with their areas."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from conurb.atlas.findings import matching, passing
from conurb.atlas.findings.borders import Borders
from conurb.atlas.findings.finding import Rule, Severity
from conurb.atlas.findings.passing import Outcome
from conurb.atlas.findings.plane import Plane, array
from conurb.atlas.findings.sides import Side
from tests.atlas.findings_ground import (
    BOOK,
    BORDERS,
    PLANE,
    SIZE,
    TERRITORIES,
    box,
    on_ellipsoid,
    side,
)

WITHOUT_C = Borders(
    PLANE, {city: TERRITORIES[city] for city in "ab"}, {("a", "b"): BORDERS.lines["a", "b"]}
)
cuts = st.lists(st.integers(1, SIZE - 1), max_size=12, unique=True).map(sorted)
wide = st.integers(20, 400)


def cells(west: int, east: int, rows: list[int], columns: list[int]) -> list[shapely.Polygon]:
    """Return a partition of a strip of ground by rows and columns."""
    ys = [0, *rows, SIZE]
    xs = [west, *(west + at for at in columns if at < east - west), east]
    return [
        box(x, y, right, top)
        for x, right in itertools.pairwise(xs)
        for y, top in itertools.pairwise(ys)
    ]


def found(one: Side, other: Side, borders: Borders = WITHOUT_C) -> Outcome:
    return passing.find([one, other], borders, BOOK)


@given(rows=cuts, others=cuts, columns=cuts, gap=wide, overlap=wide, data=st.data())
@settings(max_examples=40, deadline=None)
def test_what_was_put_in_is_found_with_its_area_and_nothing_else(
    rows: list[int],
    others: list[int],
    columns: list[int],
    gap: int,
    overlap: int,
    data: st.DataObject,
) -> None:
    ends = sorted(data.draw(st.lists(st.integers(5, 295), min_size=4, max_size=4, unique=True)))
    y = [20 * at for at in ends]
    hole, excess = box(-gap, y[0], 0, y[1]), box(0, y[2], overlap, y[3])
    whole = cells(-SIZE, 0, rows, columns)
    ours = side(
        "a",
        [
            shapely.union(
                shapely.difference(cell, hole),
                # a plot runs over the border where it lies at the border
                shapely.intersection(excess, shapely.box(*_row(cell))) if _last(cell) else cell,
            )
            if _last(cell)
            else shapely.difference(cell, hole)
            for cell in whole
        ],
    )
    ours = ours.only(~shapely.is_empty(ours.geometry))
    theirs = side("b", cells(0, SIZE, others, columns))

    before = found(ours, theirs)
    again = found(theirs, ours)
    after = found(side("a", whole, version=2), theirs)

    by_rule = {each.rule: each for each in before.findings}
    assert sorted(by_rule) == [Rule.GAP, Rule.OVERLAP]
    assert len(before.findings) == 2
    assert by_rule[Rule.GAP].area_m2 == pytest.approx(on_ellipsoid(hole), rel=1e-6)
    assert by_rule[Rule.OVERLAP].area_m2 == pytest.approx(on_ellipsoid(excess), rel=1e-6)
    assert all(each.cities == ("a", "b") for each in before.findings)
    for one, other in zip(before.findings, again.findings, strict=True):
        assert (one.rule, one.reason, one.features) == (other.rule, other.reason, other.features)
        assert one.geometry.equals_exact(other.geometry, 1e-9, normalize=True)
    assert after.findings == ()
    matched = matching.match(before.findings, after.findings)
    assert matched.resolved == (0, 1)


def _last(cell: shapely.Polygon) -> bool:
    return bool(cell.bounds[2] == BORDERS.lines["a", "b"].bounds[0])


def _row(cell: shapely.Polygon) -> tuple[float, float, float, float]:
    west, south, east, north = cell.bounds
    return (west, south, east + SIZE, north)


def test_slivers_are_counted_and_not_reported() -> None:
    # half a metre wide and 6 km long: large enough, but too narrow; and a small triangle
    ours = side("a", [box(-SIZE, 0, -0.5, SIZE)])
    theirs = side("b", [box(0, 0, SIZE, SIZE)])
    outcome = found(ours, theirs)
    assert outcome.findings == ()
    assert outcome.slivers.number == 1
    assert outcome.slivers.area_m2 == pytest.approx(on_ellipsoid(box(-0.5, 0, 0, SIZE)), rel=1e-6)


def test_a_hole_within_one_plan_is_that_citys_own_matter() -> None:
    holed = shapely.difference(box(-SIZE, 0, 0, SIZE), box(-500, 1000, -400, 1100))
    assert found(side("a", [holed]), side("b", [box(0, 0, SIZE, SIZE)])).findings == ()


def test_a_plan_that_does_not_reach_the_border_is_not_judged_and_that_is_said() -> None:
    ours = side("a", [box(-SIZE, 3000, 0, SIZE)])
    outcome = found(ours, side("b", [box(0, 0, SIZE, SIZE)]))
    assert outcome.findings == ()
    assert outcome.unjudged.number == 1
    assert outcome.unjudged.border_m == pytest.approx(3000, rel=1e-3)


def test_a_gap_where_three_cities_meet_is_found_once() -> None:
    hole = box(-100, -100, 100, 100)
    sides = [
        side(city, [shapely.difference(TERRITORIES[city], hole)], "0101")
        for city in ("a", "b", "c")
    ]
    outcome = passing.find(sides, BORDERS, BOOK)
    assert [each.rule for each in outcome.findings] == [Rule.GAP]
    (gap,) = outcome.findings
    assert gap.cities == ("a", "b", "c")
    assert gap.area_m2 == pytest.approx(on_ellipsoid(hole), rel=1e-6)
    assert gap.severity is Severity.HIGH
    assert "4.00 公顷" in gap.reason.zh
    assert "4.00 ha" in gap.reason.en


def test_an_overlap_of_many_plots_is_one_finding_that_names_them() -> None:
    ours = side("a", [box(-SIZE, 0, 50, 500), box(-SIZE, 500, 50, SIZE)], ["0701", "1401"])
    theirs = side("b", [box(0, 0, 3000, SIZE), box(3000, 0, SIZE, SIZE)], "100102")
    (overlap,) = [each for each in found(ours, theirs).findings if each.rule is Rule.OVERLAP]
    assert [(each.city, each.fid) for each in overlap.features] == [("a", 0), ("a", 1), ("b", 0)]
    assert "2 个图斑" in overlap.reason.zh


def test_areas_are_those_of_the_ellipsoid() -> None:
    draw = np.random.default_rng(4)
    geod = Geod(ellps="GRS80")
    for _ in range(60):
        at = np.array([draw.uniform(111.9, 114.3), draw.uniform(26.1, 28.6)])
        ring = np.sort(draw.uniform(0, 2 * np.pi, 9))
        around = 0.02 * np.column_stack([np.cos(ring), np.sin(ring)]) * draw.uniform(0.4, 1, (9, 1))
        area = shapely.Polygon(at + around)
        if not area.is_valid:
            continue
        exact = abs(geod.geometry_area_perimeter(area)[0])
        plane = Plane.around(113)
        assert plane.epsg == 4547
        assert plane.areas(plane.to_plane(array([area])))[0] == pytest.approx(exact, rel=2e-5)


def test_the_plane_is_the_zone_of_the_borders() -> None:
    assert (Plane(111).epsg, Plane(114).epsg) == (4546, 4547)
    with pytest.raises(ValueError, match="3-degree zone"):
        Plane(112)
    counties = array([shapely.box(112.5, 28, 113, 28.5), shapely.box(113, 28, 113.5, 28.5)])
    borders = Borders.of(counties, np.array(["430100", "430200"]))
    assert borders.plane.meridian == 114
    assert list(borders.lines) == [("430100", "430200")]
    degrees = borders.plane.to_degrees(borders.lines["430100", "430200"])
    assert degrees.equals_exact(shapely.LineString([(113, 28), (113, 28.5)]), 1e-8, normalize=True)
