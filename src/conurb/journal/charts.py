"""What a chart shows, as plain values: drawn by frontend/src/charts.js, readable as a table.

A page includes `plan/parts/chart.html` with a `Chart`; the same values make the picture and the
table beside it, so that whoever cannot see the one reads the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Shape = Literal["bars", "area", "dots"]


@dataclass(frozen=True)
class Series:
    """One row of numbers, one for each category. `light` gives it the colour of that light."""

    name: str
    values: Sequence[float | None]
    light: str = ""


@dataclass(frozen=True)
class Dot:
    """One mark of a "dots" chart: a day (ISO 8601), the row it stands in, how many, where to go."""

    day: str
    row: int
    count: int
    light: str
    words: str
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart. `shape` is "bars" (stacked, lying), "area" (stacked over time) or "dots" (days).

    `categories` are the names along the axis (the rows of bars and dots, the months of an area);
    `urls` leads from a category to a page; `unit` follows each value; `first_day`, `last_day` and
    `today` (ISO 8601) bound the axis of "dots" and mark the day in it, named `today_words`.
    """

    key: str
    shape: Shape
    title: str
    categories: Sequence[str]
    series: Sequence[Series] = ()
    dots: Sequence[Dot] = ()
    urls: Sequence[str] = ()
    unit: str = ""
    first_day: str = ""
    last_day: str = ""
    today: str = ""
    today_words: str = ""

    @property
    def script_id(self) -> str:
        """The id of the element that holds the values for the script."""
        return f"chart-{self.key}"

    @property
    def data(self) -> dict[str, Any]:
        """The values for the script, ready for JSON."""
        return {
            "shape": self.shape,
            "title": self.title,
            "categories": list(self.categories),
            "series": [
                {"name": one.name, "light": one.light, "values": list(one.values)}
                for one in self.series
            ],
            "dots": [
                {
                    "day": dot.day,
                    "row": dot.row,
                    "count": dot.count,
                    "light": dot.light,
                    "words": dot.words,
                    "url": dot.url,
                }
                for dot in self.dots
            ],
            "urls": list(self.urls),
            "unit": self.unit,
            "firstDay": self.first_day,
            "lastDay": self.last_day,
            "today": self.today,
            "todayWords": self.today_words,
        }

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not self.dots and not any(any(one.values) for one in self.series)

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """The table of a chart with series: one row a category, one column a series."""
        return [
            (name, [one.values[index] for one in self.series])
            for index, name in enumerate(self.categories)
        ]
