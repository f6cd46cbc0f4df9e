"""Lines of any source become a network; nothing is lost without being told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.network.exporting import NoNetworkError
from conurb.network.lines import Fields, read_lines
from conurb.network.multimodal import LinkClass
from conurb.region.tables import Bilingual

NAME = Bilingual("试验", "Trial")
DEGREE = 1 / 111_195  # of latitude, in metres


def write(file: Path, lines, *, crs: str | None = "EPSG:4326", **columns) -> Path:
    """Write lines with columns; a line is coordinates, or a geometry."""
    made = [
        line if line is None or isinstance(line, shapely.Geometry) else shapely.LineString(line)
        for line in lines
    ]
    pyogrio.raw.write(
        file,
        geometry=shapely.to_wkb(np.array(made, dtype=object)),
        field_data=[np.asarray(values) for values in columns.values()],
        fields=list(columns),
        driver="GPKG" if file.suffix == ".gpkg" else "GeoJSON",
        geometry_type="Unknown",
        crs=crs,
    )
    return file


def test_ends_within_the_tolerance_become_one_and_are_told(tmp_path):
    gap = 6 * DEGREE
    file = write(
        tmp_path / "a.gpkg",
        [[(113.0, 28.0), (113.0, 28.01)], [(113.0, 28.01 + gap), (113.0, 28.02)]],
    )
    network, problems = read_lines(file, NAME, Fields(), tolerance=10)
    assert len(network.nodes) == 3
    assert [problem.code for problem in problems] == ["snapped"]
    assert "3.0" in problems[0].reason.en
    assert problems[0].where == "a.gpkg:1"
    apart, problems = read_lines(file, NAME, Fields(), tolerance=5)
    assert len(apart.nodes) == 4
    assert "apart" in {problem.code for problem in problems}


def test_lines_are_cut_where_others_end_and_where_they_cross_if_asked(tmp_path):
    file = write(
        tmp_path / "a.geojson",
        [
            [(113.0, 28.0), (113.02, 28.0)],
            [(113.01, 28.0), (113.01, 28.01)],
            [(113.015, 27.99), (113.015, 28.01)],
        ],
    )
    links = {
        cut: len(read_lines(file, NAME, Fields(), cut=cut)[0].links)
        for cut in ("never", "ends", "crossings")
    }
    assert links == {"never": 3, "ends": 4, "crossings": 6}
    whole, _ = read_lines(file, NAME, Fields(), cut="never")
    cut, _ = read_lines(file, NAME, Fields(), cut="crossings")
    assert sum(link.length_m for link in cut.links) == pytest.approx(
        sum(link.length_m for link in whole.links), rel=1e-6
    )


def test_columns_are_read_as_the_mapping_says(tmp_path):
    file = write(
        tmp_path / "a.gpkg",
        [[(113.0, 28.0), (113.01, 28.0)], [(113.01, 28.0), (113.02, 28.0)]],
        grade=np.array(["高速", "other"], dtype=object),
        v=np.array([100.0, 60.0]),
        lanes=np.array([4, 2]),
        single=np.array(["是", ""], dtype=object),
        road=np.array(["京港澳高速", None], dtype=object),
    )
    fields = Fields(
        kind="grade",
        speed="v",
        lanes="lanes",
        one_way="single",
        name_zh="road",
        classes={"高速": LinkClass.EXPRESSWAY},
        default=LinkClass.TERTIARY,
    )
    network, _ = read_lines(file, NAME, fields)
    fast, slow = network.links
    assert (fast.kind, fast.speed_kmh, fast.both_ways) == (LinkClass.EXPRESSWAY, 100.0, False)
    assert fast.capacity == 4 * 1800
    assert fast.name.zh == "京港澳高速"
    assert (slow.kind, slow.speed_kmh, slow.both_ways) == (LinkClass.TERTIARY, 60.0, True)
    assert slow.capacity == 500


def test_rows_that_cannot_be_used_are_told_with_row_and_reason(tmp_path):
    good = [(113.0, 28.0), (113.01, 28.0)]
    file = write(
        tmp_path / "a.gpkg",
        [
            good,
            None,
            shapely.Point(113, 28),
            good,
            good,
            [(113.0, 28.0), (113.0, 28.0)],
            shapely.MultiLineString(
                [[(113.01, 28.0), (113.02, 28.0)], [(113.02, 28), (113.03, 28)]]
            ),
            good,
        ],
        v=np.array([60, 60, 60, -5, np.nan, 60, 60, 0], dtype=float),
    )
    network, problems = read_lines(file, NAME, Fields(speed="v"))
    assert len(network.links) == 3
    told = {problem.where: problem.code for problem in problems}
    assert told == {
        "a.gpkg:2": "no-line",
        "a.gpkg:3": "no-line",
        "a.gpkg:4": "no-speed",
        "a.gpkg:5": "no-speed",
        "a.gpkg:6": "no-length",
        "a.gpkg:8": "no-speed",
    }


def test_projected_lines_come_out_in_degrees_and_metres(tmp_path):
    file = write(
        tmp_path / "a.gpkg",
        [[(400_000, 3_100_000), (401_000, 3_100_000)]],
        crs="EPSG:4547",
    )
    network, _ = read_lines(file, NAME, Fields())
    assert 112 < network.nodes[0].lon < 115
    assert network.links[0].length_m == pytest.approx(1000, rel=0.001)


@pytest.mark.parametrize("crs", [None, "EPSG:4490"])
def test_a_file_that_does_not_tell_its_coordinates_is_asked_for_them(tmp_path, crs):
    file = write(tmp_path / "a.gpkg", [[(113.0, 28.0), (113.01, 28.0)]], crs=None)
    if crs is None:
        with pytest.raises(NoNetworkError, match="coordinate system"):
            read_lines(file, NAME, Fields())
    else:
        assert read_lines(file, NAME, Fields(), crs=crs)[0].links


def test_files_that_cannot_be_used_are_refused(tmp_path):
    file = write(tmp_path / "a.gpkg", [[(113.0, 28.0), (113.01, 28.0)]], v=np.array([1.0]))
    with pytest.raises(NoNetworkError, match="no column speed; there are v"):
        read_lines(file, NAME, Fields(speed="speed"))
    with pytest.raises(NoNetworkError, match="not known"):
        read_lines(file, NAME, Fields(), crs="EPSG:nothing")
    empty = write(tmp_path / "e.geojson", [])
    with pytest.raises(NoNetworkError, match="no lines"):
        read_lines(empty, NAME, Fields())
    (tmp_path / "t.txt").write_text("nothing")
    with pytest.raises(NoNetworkError, match="cannot be read"):
        read_lines(tmp_path / "t.txt", NAME, Fields())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=8))
def test_cutting_loses_no_length(tmp_path_factory, segments):
    lines = [
        [(113 + a / 1000, 28 + b / 1000), (113 + c / 1000, 28 + d / 1000)]
        for a, b, c, d in segments
        if (a, b) != (c, d)
    ]
    if not lines:
        return
    file = write(tmp_path_factory.mktemp("lines") / "a.gpkg", lines)
    whole, _ = read_lines(file, NAME, Fields(), cut="never", tolerance=0.5)
    cut, _ = read_lines(file, NAME, Fields(), cut="crossings", tolerance=0.5)
    assert sum(link.length_m for link in cut.links) == pytest.approx(
        sum(link.length_m for link in whole.links), rel=1e-3
    )
    assert len(cut.links) >= len(whole.links)


@pytest.mark.parametrize("cut", ["never", "ends", "crossings"])
def test_a_line_off_the_earth_is_told_and_does_not_spoil_the_others(tmp_path, cut):
    lines = [[(113.0, 28.0), (113.01, 28.0)], [(113.01, 28.0), (113.01, 28.01)]]
    off = [[(1e9, 1e9), (113.0, 28.0)], [(113.0, 28.0), (200.0, 95.0)]]
    file = write(tmp_path / "a.gpkg", [*lines, *off])
    network, problems = read_lines(file, NAME, Fields(), cut=cut)
    assert len(network.links) == 2
    told = [problem.where for problem in problems if problem.code == "no-place"]
    assert told == ["a.gpkg:3", "a.gpkg:4"]
    with pytest.raises(NoNetworkError, match="do not fit"):
        read_lines(write(tmp_path / "b.gpkg", off), NAME, Fields())


def test_classes_without_a_meaning_are_told_once(tmp_path):
    lines = [[(113.0, 28.0 + at / 100), (113.0, 28.01 + at / 100)] for at in range(4)]
    grade = np.array(["主干", "primary", "支路", "支路"], dtype=object)
    file = write(tmp_path / "a.gpkg", lines, grade=grade)
    fields = Fields(kind="grade", classes={"主干": LinkClass.TRUNK})
    network, problems = read_lines(file, NAME, fields)
    kinds = [link.kind.value for link in network.links]
    assert kinds == ["trunk", "primary", "secondary", "secondary"]
    told = [problem for problem in problems if problem.code == "class"]
    assert len(told) == 1
    assert "支路" in told[0].reason.zh
    assert "(2 rows)" in told[0].reason.en
