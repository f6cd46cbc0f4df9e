"""Measures: a toy pack says that it carries out an item and shows a figure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import engines

from conurb.plan.measures import (
    Carried,
    Carrier,
    Figure,
    Measure,
    NoFigureError,
    carriers,
    carriers_of,
    carry_out,
    only,
)

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)


def figure() -> Figure:
    return Figure(750, "张", "cards", NOON, target=1000)


def nothing() -> Figure:
    raise NoFigureError("尚无数据", "nothing was recorded yet")


def broken() -> Figure:
    return Figure(1 // 0, "张", "cards", NOON)


def toy(*reads: object, key: str = "toy") -> Carrier:
    measures = tuple(
        Measure(f"m{i}", f"指标{i}", f"Measure {i}", "9.2", read)  # type: ignore[arg-type]
        for i, read in enumerate(reads)
    )
    return Carrier(key, "玩具系统", "Toy system", "/toy/", ("9.2", "9.3"), measures)


def page(carried: tuple[Carried, ...], language: str) -> str:
    template = engines["django"].get_template("plan/parts/measures.html")
    return template.render({"carriers": carried, "language": language})


def test_an_item_without_a_carrier_has_none():
    with only(toy(figure)):
        assert carriers_of("1.1") == ()
        assert 'data-testid="no-carrier"' in page(carriers_of("1.1"), "en")


def test_a_figure_is_read_with_its_target():
    with only(toy(figure)):
        (carried,) = carriers_of("9.2")
    (reading,) = carried.readings
    assert reading.figure == figure()
    assert reading.figure.percent == 75
    shown = page((carried,), "en")
    assert "Toy system" in shown
    assert "<strong>750</strong> cards" in shown
    assert "1,000 (75 %)" in shown


def test_an_item_carried_without_a_measure_says_so():
    with only(toy(figure)):
        (carried,) = carriers_of("9.3")
    assert carried.readings == ()
    assert "750" not in page((carried,), "zh-hans")


@pytest.mark.parametrize(
    ("read", "zh", "en"),
    [
        (nothing, "尚无数据", "nothing was recorded yet"),
        (broken, "系统读取指标时出错", "the system failed to read it"),
    ],
)
def test_a_failing_measure_gives_its_reason_and_no_figure(read, zh, en):
    with only(toy(read, figure)):
        (carried,) = carriers_of("9.2")
    failed, well = carried.readings
    assert failed.figure is None
    assert (failed.why_zh, failed.why_en) == (zh, en)
    assert well.figure is not None, "the measure beside it is still read"
    assert zh in page((carried,), "zh-hans")
    assert en in page((carried,), "en")


def test_two_carriers_cannot_share_a_key():
    with only(toy(figure)), pytest.raises(ValueError, match="registered already"):
        carry_out(toy(nothing))


def test_a_measure_must_belong_to_an_item_that_is_carried_out():
    stray = Measure("x", "指标", "Measure", "1.1", figure)
    with pytest.raises(ValueError, match="does not carry out"):
        Carrier("toy", "玩具", "Toy", "/toy/", ("9.2",), (stray,))


def test_a_figure_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        Figure(1, "张", "cards", datetime(2026, 11, 1))


def test_without_a_pack_nothing_is_invented():
    with only():
        assert carriers() == ()


def test_trying_a_pack_leaves_no_trace():
    before = [carried.carrier for carried in carriers()]
    with only(toy(figure)):
        pass
    assert [carried.carrier for carried in carriers()] == before
