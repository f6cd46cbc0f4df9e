"""What the pages of one, two and several projects show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from conurb.journal.charts import Chart, Series
from conurb.region.models import City, County
from conurb.sames.facilities.queries.ranking import Row
from conurb.sames.facilities.templatetags.facilities import figure, gain, minutes
from conurb.sames.facilities.worth import LIMIT, Link, Result, Worth

if TYPE_CHECKING:
    from conurb.sames.facilities.queries.projects import Project

MOST_COUNTIES = 12
MOST_PAIRS = 6
A_LITTLE = 0.5
"""Hours a day below which a county is not said to gain."""


@dataclass(frozen=True)
class Figure:
    """A figure of a project as it is read."""

    name: str
    value: str
    more: str = ""


@dataclass(frozen=True)
class Line:
    """A figure of two projects and what lies between; `better` is 1 or 2, 0 for neither."""

    name: str
    unit: str
    values: tuple[str, str]
    difference: str
    better: int


@dataclass(frozen=True)
class Cell:
    """Minutes between two centres before and after."""

    before: float | None
    after: float | None

    @property
    def changes(self) -> bool:
        """Tell whether the change shows in whole minutes."""
        return minutes(self.before) != minutes(self.after)

    def __str__(self) -> str:
        before, after = minutes(self.before), minutes(self.after)
        return f"{before} → {after}" if self.changes else before


@dataclass(frozen=True)
class Centres:
    """Minutes between the city centres: a name and a row of cells a city, None on the diagonal."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True)
class PairWith:
    """Another project, and the hours a day that both save more together than singly."""

    name: str
    url: str
    more: float
    words: str


def figures_of(row: Row) -> list[Figure]:
    """Return the figures of a project's page."""
    worth = row.worth
    if worth is None:
        return []
    return [
        Figure(
            _("place of all"),
            str(row.place) if row.works else "–",
            _("%(best)s to %(worst)s under other weightings")
            % {"best": row.best, "worst": row.worst}
            if row.works
            else "",
        ),
        Figure(_("minutes saved on a trip"), figure(worth.minutes_saved, 2)),
        Figure(_("hours saved a day"), figure(worth.hours_saved, 0)),
        Figure(
            _("more jobs within %(limit)s min") % {"limit": f"{LIMIT:.0f}"},
            gain(worth.jobs_gain, 0),
            _("of %(jobs)s") % {"jobs": figure(worth.jobs_before, 0)},
        ),
        Figure(
            _("Gini of jobs reached"),
            gain(worth.gini_change, 4),
            f"{worth.gini_before:.3f} → {worth.gini_after:.3f}",
        ),
        Figure(
            _("yuan for an hour saved"),
            figure(row.cost_per_hour, 0) if row.cost_per_hour is not None else "–",
            "" if row.cost_per_hour is not None else _("no cost is known"),
        ),
    ]


def lines_of(one: Row, other: Row) -> list[Line]:
    """Return two projects figure by figure."""
    asked: list[tuple[str, str, Callable[[Row], float | None], int, int]] = [
        (_("Rank"), "", lambda row: row.place if row.works else None, 0, -1),
        (_("Minutes saved"), _("a trip"), lambda row: row.minutes_saved, 2, 1),
        (_("Hours saved"), _("a day"), lambda row: row.hours_saved, 0, 1),
        (_("Jobs reached more"), _("in 45 min"), lambda row: row.jobs_gain, 0, 1),
        (_("Hospitals reached more"), _("in 45 min"), _hospitals, 2, 1),
        (_("Change of Gini"), _("jobs"), lambda row: row.gini_change, 4, -1),
        (_("Length"), "km", lambda row: row.project.length_km or None, 1, 0),
        (_("Cost of an hour"), _("yuan"), lambda row: row.cost_per_hour, 0, -1),
    ]
    return [_line(one, other, *each) for each in asked]


def _hospitals(row: Row) -> float | None:
    return row.worth.hospitals_gain if row.worth else None


def _line(
    one: Row,
    other: Row,
    name: str,
    unit: str,
    of: Callable[[Row], float | None],
    digits: int,
    sense: int,
) -> Line:
    values = (of(one), of(other))
    first, second = values
    written = (figure(first, digits), figure(second, digits))
    if first is None or second is None:
        return Line(name, unit, written, "", 0)
    between = round(first - second, digits)
    better = 0 if between * sense == 0 else (1 if between * sense > 0 else 2)
    return Line(name, unit, written, gain(between, digits) if between else "0", better)


def centres_of(links: Iterable[Link]) -> Centres:
    """Return the matrix of minutes between the city centres."""
    by_ends = {(link.origin, link.destination): link for link in links}
    cities = [city for city in City.objects.all() if any(city.pk in ends for ends in by_ends)]
    rows = []
    for origin in cities:
        cells: list[Cell | None] = []
        for destination in cities:
            link = by_ends.get((origin.pk, destination.pk))
            cells.append(Cell(link.before, link.after) if link else None)
        rows.append((origin.short, tuple(cells)))
    return Centres(tuple(city.short for city in cities), tuple(rows))


def gainers(worth: Worth) -> list[tuple[str, float]]:
    """Return the counties whose people save time, or lose it, the most first, with hours a day."""
    names = county_names()
    telling = [each for each in worth.counties if abs(each.hours_saved) >= A_LITTLE]
    ordered = sorted(telling, key=lambda each: -each.hours_saved)[:MOST_COUNTIES]
    return [(names.get(each.code, each.code), each.hours_saved) for each in ordered]


def chart_of(worth: Worth) -> Chart | None:
    """Return who gains as a chart; None where nobody does."""
    rows = gainers(worth)
    if not rows:
        return None
    return Chart(
        key="who-gains",
        shape="bars",
        title=_("Hours saved a day, by county"),
        categories=[name for name, _hours in rows],
        series=[Series(_("Hours saved a day"), [round(hours) for _name, hours in rows])],
    )


def counties_of(rows: Sequence[Row]) -> list[tuple[str, list[float]]]:
    """Return the counties where any of some projects saves time, with the hours of each."""
    names = county_names()
    table: dict[str, list[float]] = {}
    for at, row in enumerate(rows):
        for each in row.worth.counties if row.worth else ():
            table.setdefault(each.code, [0.0] * len(rows))[at] = each.hours_saved
    telling = {code: v for code, v in table.items() if max(map(abs, v)) >= A_LITTLE}
    return [
        (names.get(code, code), values)
        for code, values in sorted(telling.items(), key=lambda pair: -max(pair[1]))
    ]


def county_names() -> dict[str, str]:
    """Return the names of counties by code."""
    return {county.pk: county.name for county in County.objects.defer("boundary")}


def pairs_of(key: str, result: Result, projects: Mapping[str, Project]) -> list[PairWith]:
    """Return the projects that this one needs, or takes from, most."""
    found = []
    for pair in result.pairs:
        if key not in (pair.first, pair.second):
            continue
        other = pair.second if pair.first == key else pair.first
        if other not in projects:
            continue
        url = reverse("facilities-together")
        words = _("they need one another") if pair.more > 0 else _("they serve the same trips")
        address = f"{url}?travel={result.travel}&project={key}&project={other}"
        found.append(PairWith(projects[other].name, address, pair.more, words))
    return found[:MOST_PAIRS]


def overlap(one: Row, other: Row, result: Result) -> str:
    """Return in words what two projects do to one another, "" where they leave one another be."""
    ends = {one.project.key, other.project.key}
    for pair in result.pairs:
        if {pair.first, pair.second} == ends:
            hours = figure(abs(pair.more), 0)
            if pair.more > 0:
                return _("Together they save %(hours)s hours a day more than singly.") % {
                    "hours": hours
                }
            return _("Together they save %(hours)s hours a day less than singly.") % {
                "hours": hours
            }
    return ""
