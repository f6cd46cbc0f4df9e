"""The windows of due days, against counting day by day."""

from bisect import bisect_right
from datetime import date, timedelta

import pytest

from conurb.plan.dues import WINDOWS, borders, pieces, quarter_of, window


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        (date(2024, 2, 29), date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_the_quarter_of_a_day(day, first, last):
    assert quarter_of(day) == (first, last)


@pytest.mark.parametrize(
    "today",
    [date(2026, 1, 1), date(2026, 11, 24), date(2026, 12, 20), date(2024, 2, 29), date(2026, 9, 1)],
)
@pytest.mark.parametrize("due", WINDOWS)
def test_a_window_is_exactly_its_pieces(today, due):
    first, last = window(due, today)
    cuts = borders(today)
    for offset in range(-500, 501):
        day = today + timedelta(days=offset)
        assert (bisect_right(cuts, day) in pieces(due, today)) == (first <= day <= last)


def test_a_window_without_bounds_is_refused():
    with pytest.raises(KeyError):
        window("none", date(2026, 1, 1))
