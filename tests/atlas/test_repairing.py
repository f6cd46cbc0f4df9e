"""Geometries are made sound, and what was done to them is listed: nothing is lost in silence."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from conurb.atlas import measuring, repairing

X, Y, S = 112.9, 28.2, 0.001


def ring(*points):
    return [(X + x * S, Y + y * S) for x, y in points]


SQUARE = shapely.Polygon(ring((0, 0), (1, 0), (1, 1), (0, 1)))
LARGE = shapely.Polygon(ring((0, 0), (4, 0), (4, 4), (0, 4)))
BOWTIE = shapely.Polygon(ring((0, 0), (1, 1), (1, 0), (0, 1)))
LINE = shapely.LineString(ring((0, 0), (1, 1)))


def done(*geometries, form="polygon"):
    wkb = np.empty(len(geometries), dtype=object)
    wkb[:] = [
        g if isinstance(g, bytes) or g is None else shapely.to_wkb(g, output_dimension=4)
        for g in geometries
    ]
    return repairing.repair(wkb, np.arange(1, len(wkb) + 1), form, lambda g: g)


def listed(result):
    return list(zip(result.log["fid"], result.log["repair"], strict=True))


def unclosed() -> bytes:
    """A polygon whose ring lacks its last point; no library would write it."""
    points = ring((0, 0), (1, 0), (1, 1), (0, 1))
    return struct.pack("<BIII", 1, 3, 1, len(points)) + b"".join(
        struct.pack("<dd", *point) for point in points
    )


def test_sound_features_are_left_alone():
    result = done(SQUARE, shapely.MultiPolygon([SQUARE]))
    assert listed(result) == []
    assert result.geometry[0].equals_exact(SQUARE)
    assert result.rows.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("geometry", "repair"),
    [
        (BOWTIE, "self-crossing"),
        (unclosed(), "unclosed"),
        (shapely.force_3d(SQUARE, 50.0), "flattened"),
        (shapely.Polygon(ring((0, 0), (1, 0), (1, 0), (1, 1), (0, 1))), "repeated-points"),
        (shapely.Polygon(LARGE.exterior, [ring((5, 5), (6, 5), (6, 6))]), "holes"),
        (shapely.MultiPolygon([LARGE, shapely.affinity.translate(SQUARE, S, S)]), "nested"),
        (shapely.GeometryCollection([SQUARE, LINE]), "parts-dropped"),
    ],
)  # fmt: skip
def test_what_is_mended_is_kept_sound_and_listed(geometry, repair):
    result = done(SQUARE, geometry)
    assert (2, repair) in listed(result)
    assert result.rows.tolist() == [0, 1]
    assert shapely.is_valid(result.geometry).all()
    assert not shapely.has_z(result.geometry).any()
    assert set(repairing.form_of(result.geometry)) == {"polygon"}


@pytest.mark.parametrize(
    ("geometry", "repair"),
    [
        (None, "missing"),
        (shapely.Polygon(), "missing"),
        (b"\x01\x03\x00", "unreadable"),
        (shapely.Polygon(ring((0, 0), (1, 0), (np.inf, 1))), "not-finite"),
        (LINE, "other-form"),
        (shapely.Point(X, Y), "other-form"),
        (shapely.Polygon(ring((0, 0), (1, 0), (2, 0))), "sliver"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_listed(geometry, repair):
    result = done(SQUARE, geometry, SQUARE)
    assert listed(result)[-1] == (2, repair)
    assert result.rows.tolist() == [0, 2]


def test_a_bow_tie_gains_the_ground_it_always_covered():
    result = done(BOWTIE)
    row = result.log.iloc[0]
    assert row["before"] == pytest.approx(0, abs=1e-3)
    assert row["after"] == pytest.approx(
        float(measuring.areas(np.array([SQUARE]))[0]) / 2, rel=1e-4
    )


def test_lines_and_points_are_layers_too():
    result = done(LINE, SQUARE, shapely.MultiLineString([LINE, LINE]), form="line")
    assert listed(result) == [(2, "other-form")]
    assert done(shapely.Point(X, Y), LINE, form="point").rows.tolist() == [0]


def test_a_crossing_that_is_rounded_to_cross_again_is_mended_again():
    turns = [(4, 7), (5, 6), (4, 6), (6, 0), (6, 2), (3, 0), (7, 8), (6, 8), (3, 0), (7, 8), (4, 8)]
    given = np.array([shapely.Polygon(ring(*turns))], dtype=object)
    once = shapely.make_valid(given, method="structure", keep_collapsed=False)
    assert not shapely.is_valid(once).all(), "GEOS mends it at once now"
    assert shapely.is_valid(done(*given).geometry).all()


steps = st.tuples(st.integers(0, 8), st.integers(0, 8))
crossing = st.lists(steps, min_size=3, max_size=12).map(lambda ps: shapely.Polygon(ring(*ps)))
anything = st.one_of(
    st.none(),
    crossing,
    st.lists(crossing, min_size=1, max_size=3).map(shapely.MultiPolygon),
    st.tuples(crossing, crossing).map(lambda ps: shapely.Polygon(ps[0].exterior, [ps[1].exterior])),
    st.lists(steps, min_size=2, max_size=4).map(lambda ps: shapely.LineString(ring(*ps))),
    crossing.map(lambda p: shapely.GeometryCollection([p, LINE])),
    crossing.map(lambda p: shapely.force_3d(p, 3.0)),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(anything, min_size=1, max_size=6))
def test_the_books_balance(geometries):
    """Areas out are areas in and the differences listed; features out, those in less the rest."""
    result = done(*geometries)
    areas = [g for g in geometries if g is not None]
    came = measuring.areas(np.array(areas, dtype=object)).sum() if areas else 0.0
    change = (result.log["after"] - result.log["before"]).sum()
    assert measuring.areas(result.geometry).sum() == pytest.approx(came + change, abs=1e-3)
    lost = result.log["repair"].isin(list(repairing.LEFT_OUT))
    assert len(result.geometry) + int(lost.sum()) == len(geometries)
    assert set(result.log.loc[lost, "fid"]).isdisjoint(result.rows + 1)
    assert shapely.is_valid(result.geometry).all()
