"""Dates and windows, each rule of the table in docs/reader.md."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.reader.dates import windows

YEAR = 2021


@pytest.mark.parametrize(
    ("words", "start", "end"),
    [
        ("2021年7月前", None, "2021-06-30"),
        ("1月前", None, "2020-12-31"),
        ("7月底前", None, "2021-07-31"),
        ("7月内", None, "2021-07-31"),
        ("7月份", None, "2021-07-31"),
        ("2022年2月", "2022-02-01", "2022-02-28"),
        ("6月中旬前", None, "2021-06-20"),
        ("6月30日前", None, "2021-06-30"),
        ("2022年6月30日", "2022-06-30", "2022-06-30"),
        ("3月1日起", "2021-03-01", None),
        ("年底前", None, "2021-12-31"),
        ("2024年年底前", None, "2024-12-31"),
        ("2021年内", None, "2021-12-31"),
        ("2021年底", None, "2021-12-31"),
        ("2021年", "2021-01-01", "2021-12-31"),
        ("今年", "2021-01-01", "2021-12-31"),
        ("明年年底前", None, "2022-12-31"),
        ("2022年前", None, "2021-12-31"),
        ("到2025年", None, "2025-12-31"),
        ("到2025年底", None, "2025-12-31"),
        ("2022年起", "2022-01-01", None),
        ("2021年秋季", "2021-09-01", "2021-11-30"),
        ("冬季", "2021-12-01", "2022-02-28"),
        ("上半年", "2021-01-01", "2021-06-30"),
        ("2022年上半年前", None, "2022-06-30"),
        ("第三季度", "2021-07-01", "2021-09-30"),
        ("三季度末前", None, "2021-09-30"),
        ("2021—2023年", "2021-01-01", "2023-12-31"),
        ("2021年至2025年", "2021-01-01", "2025-12-31"),
        ("十四五期间", "2021-01-01", "2025-12-31"),
        ("“十四五”期间", "2021-01-01", "2025-12-31"),
        ("到“十四五”末", None, "2025-12-31"),
        ("十五五时期", "2026-01-01", "2030-12-31"),
        ("三年内", None, "2023-12-31"),
        ("近期", None, "2021-12-31"),
        ("by the end of 2026", None, "2026-12-31"),
        ("by June 2025", None, "2025-06-30"),
        ("before 15 March 2025", None, "2025-03-15"),
        ("by Q3 2025", None, "2025-09-30"),
    ],
)
def test_readings(words: str, start: str | None, end: str | None) -> None:
    (window,) = windows(f"力争{words}，完成工程。", YEAR)
    assert (window.start, window.end) == (start, end)
    assert f"力争{words}，"[window.at : window.until] == words


@pytest.mark.parametrize(
    "words",
    ["每年安排2亿元", "近年来", "13月底前", "2月30日前", "全年无休", "S21年久失修", "12个月内"],
)
def test_no_date(words: str) -> None:
    assert list(windows(words, YEAR)) == []


def test_without_a_year_only_full_dates_are_read() -> None:
    assert list(windows("年底前", None)) == []
    assert list(windows("6月30日前", None)) == []
    (window,) = windows("2023年6月30日前", None)
    assert window.end == "2023-06-30"


@given(st.text(alphabet="12月年日季度前底末内到至十四五“”三-—上半秋2021 ", max_size=40))
def test_any_words_give_ordered_windows(words: str) -> None:
    reached = 0
    for window in windows(words, YEAR):
        assert reached <= window.at < window.until <= len(words)
        reached = window.until
        assert window.start is None or window.end is None or window.start <= window.end
