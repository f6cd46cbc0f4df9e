"""The measures of item 3.1, read from the catalogue and the cases that there are."""

from __future__ import annotations

from django.utils import timezone

from conurb.desk.queries.figures import asked_again, cross_city_cases, handed_in, offered_services
from conurb.plan.measures import Figure, NoFigureError


def services_offered() -> Figure:
    """How many services can be applied for in any of the cities."""
    return Figure(offered_services(), "项", "services", timezone.now())


def across_cities() -> Figure:
    """How many cases were handed in in one city and decided in another."""
    _require_cases()
    return Figure(cross_city_cases(), "件", "cases", timezone.now())


def asked_for_again() -> Figure:
    """How many things were asked for although a record in the region said them; none is right."""
    _require_cases()
    return Figure(asked_again(), "次", "times", timezone.now())


def _require_cases() -> None:
    if not handed_in().exists():
        raise NoFigureError("尚无办件。", "No case was handed in yet.")
