"""The list of projects as the page shows it: what each is worth, in an order, narrowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from conurb.network.multimodal import Travel
from conurb.region.models import City
from conurb.sames.facilities import stages
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.queries import runs
from conurb.sames.facilities.queries.projects import Project, named_stage, projects_of
from conurb.sames.facilities.studies import APPRAISED
from conurb.sames.facilities.worth import Place, Result, Worth

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

LAST = 10_000


@dataclass(frozen=True)
class Row:
    """A project and what it is worth for one way to travel; no worth where none is known yet."""

    project: Project
    worth: Worth | None
    standing: Place | None

    @property
    def works(self) -> bool:
        """Tell whether it changes anything for this way to travel."""
        return self.worth is not None and self.worth.works

    @property
    def place(self) -> int | None:
        """Its place in the ranking."""
        return self.standing.place if self.standing else None

    @property
    def best(self) -> int | None:
        """Its best place under all weightings."""
        return self.standing.best if self.standing else None

    @property
    def worst(self) -> int | None:
        """Its worst place under all weightings."""
        return self.standing.worst if self.standing else None

    @property
    def minutes_saved(self) -> float | None:
        """Minutes saved on a trip between zones, on average over pairs of people."""
        return self.worth.minutes_saved if self.worth else None

    @property
    def hours_saved(self) -> float | None:
        """Hours that people save a day."""
        return self.worth.hours_saved if self.worth else None

    @property
    def jobs_gain(self) -> float | None:
        """Jobs that a person reaches more within 45 minutes."""
        return self.worth.jobs_gain if self.worth else None

    @property
    def gini_change(self) -> float | None:
        """How much more unevenly jobs are reached; below zero is more evenly."""
        return self.worth.gini_change if self.worth else None

    @property
    def cost_per_hour(self) -> float | None:
        """Yuan of a year of its cost over the hours saved in a year."""
        if self.worth is None or self.worth.cost_per_hour is None:
            return None
        return self.worth.cost_per_hour / 100


@dataclass(frozen=True)
class Asked:
    """What of the list is asked for: the way to travel, what narrows it, its order."""

    travel: Travel = "car"
    q: str = ""
    item: str = ""
    stage: str = ""
    city: str = ""
    sort: str = "place"

    @classmethod
    def from_query(cls, query: QueryDict) -> Asked:
        """Read what an address asks for; whatever is not known is left out."""
        travel, sort = query.get("travel", ""), query.get("sort", "")
        return cls(
            travel=travel_of(travel),
            q=query.get("q", "").strip()[:100],
            item=query.get("item", "")[:20],
            stage=query.get("stage", "") if query.get("stage", "") in stages.ORDER else "",
            city=query.get("city", "")[:6],
            sort=sort if sort in SORTS else "place",
        )

    @property
    def narrows(self) -> bool:
        """Tell whether anything narrows the list."""
        return bool(self.q or self.item or self.stage or self.city)

    def takes(self, project: Project) -> bool:
        """Tell whether a project is asked for."""
        words = (project.name, project.words, project.kind, *(t.text for t in project.tasks))
        return (
            (not self.q or any(self.q.lower() in each.lower() for each in words))
            and (not self.item or any(each.number == self.item for each in project.items))
            and (not self.stage or project.stage.key == self.stage)
            and (not self.city or self.city in project.city_codes)
        )


@dataclass(frozen=True)
class Column:
    """A column of the list that can be sorted by."""

    key: str
    name: str
    explained: str
    number: bool = False

    @property
    def rises(self) -> bool:
        """Tell whether the list begins with the least of it."""
        return self.key in RISING


def travel_of(asked: str) -> Travel:
    """Return the way to travel that is asked for, by car where it is none of those appraised."""
    return next((travel for travel in APPRAISED if travel == asked), "car")


def rows_of(
    state: NetworkState, result: Result | None, actor: User | AnonymousUser
) -> dict[str, Row]:
    """Return every project with what it is worth, by its key, the best first."""
    found = {
        key: Row(
            project,
            result.worth(key) if result else None,
            result.place(key) if result else None,
        )
        for key, project in projects_of(state, actor).items()
    }
    return dict(sorted(found.items(), key=lambda pair: _by_place(pair[1])))


def narrowed(rows: Mapping[str, Row], asked: Asked) -> list[Row]:
    """Return the rows asked for in the order asked for; equals stay in the order of places."""
    taken = [row for row in rows.values() if asked.takes(row.project)]
    return sorted(taken, key=SORTS[asked.sort])


def columns(*, with_cost: bool) -> list[Column]:
    """Return the columns of the list in the language of the moment."""
    found = [
        Column("place", _("Rank"), _("Rank by the stated rule, and its band")),
        Column("name", _("Project"), _("Name of the project")),
        Column("item", _("Item"), _("Item of the plan")),
        Column("stage", _("Stage"), _("How far it is, by the reports of its tasks")),
        Column(
            "minutes",
            _("Minutes saved"),
            _("Minutes saved on a trip between zones, pairs weighted by people"),
            number=True,
        ),
        Column("hours", _("Hours a day"), _("Hours that people save a day"), number=True),
        Column(
            "jobs",
            _("Jobs in 45 min"),
            _("Jobs that a person reaches more within 45 minutes, on average"),
            number=True,
        ),
        Column(
            "gini",
            _("Gini"),
            _("Change of the coefficient of Gini of jobs reached; below zero is more even"),
            number=True,
        ),
    ]
    if with_cost:
        words = _("What a year of the cost is, over the hours saved in a year")
        found.append(Column("cost", _("Yuan an hour"), words, number=True))
    return found


def choices_of(rows: Mapping[str, Row]) -> dict[str, object]:
    """Return what can be chosen in the filter."""
    items = {item.number for row in rows.values() for item in row.project.items}
    return {
        "travels": runs.travels(),
        "items": sorted(items, key=_numbers_in),
        "stages": [(key, named_stage(key).name) for key in stages.ORDER],
        "cities": list(City.objects.all()),
    }


def _by_place(row: Row) -> tuple[bool, int, str]:
    return (not row.works, row.place or LAST, row.project.name)


def _numbers_in(number: str) -> list[int]:
    """Return the numbers of 2.10, so that it comes after 2.9."""
    return [int(part) for part in re.findall(r"\d+", number)]


def _falling(value: float | None) -> float:
    return -value if value is not None else float("inf")


def _rising(value: float | None) -> float:
    return value if value is not None else float("inf")


RISING = frozenset({"place", "name", "item", "gini", "cost"})
"""The orders that begin with the least; the others begin with the most."""
SORTS: dict[str, Callable[[Row], Any]] = {
    "place": _by_place,
    "name": lambda row: row.project.name,
    "item": lambda row: [_numbers_in(item.number) for item in row.project.items],
    "stage": lambda row: -stages.ORDER.index(row.project.stage.key),
    "minutes": lambda row: _falling(row.minutes_saved),
    "hours": lambda row: _falling(row.hours_saved),
    "jobs": lambda row: _falling(row.jobs_gain),
    "gini": lambda row: _rising(row.gini_change),
    "cost": lambda row: _rising(row.cost_per_hour),
}
