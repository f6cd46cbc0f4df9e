"""The list of all items and tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.plan import ladder, lights
from conurb.plan.models import Plan, Task
from conurb.plan.queries.facets import Facets, facets
from conurb.plan.queries.listing import Listing, listing
from conurb.plan.queries.tasks import URGENCY, Problem, TaskFilter, plan_fields
from conurb.plan.tally import Tally
from conurb.region.models import (
    Authority,
    City,
    in_language,
    role_of,
    works_for_region,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Choice:
    """A value of a filter as the page offers it; `count` is None where it is not counted."""

    value: str
    name: str
    count: int | None
    chosen: bool


@dataclass(frozen=True)
class ReadyView:
    """A list that people ask for often: an address with a name."""

    name: str
    address: str
    active: bool


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """Show the tasks of the plan that the address asks for."""
    asked = TaskFilter.from_query(request.GET)
    today = timezone.localdate()
    plans = list(Plan.objects.order_by("-is_current", "-year", "-pk"))
    counted = facets(request.user, asked, today)
    page = listing(request.user, asked, today, counted.total)
    choices = choices_of(request, asked, counted)
    return render(
        request,
        "plan/plan_list.html",
        {
            "plan": _plan_shown(plans, asked),
            "plans": plans,
            "asked": asked,
            "today": today,
            "unknown": _unknown(asked, choices),
            "listing": page,
            "facets": counted,
            "group_counts": _group_counts(asked, counted),
            "tally": Tally(counted.lights),  # type: ignore[arg-type]
            "choices": choices,
            "light_choices": choices["light"],
            "views": ready_views(request, asked),
            "exported": asked.only_filter().address(sort=asked.sort),
            "officer": works_for_region(request.user),
            "columns": _columns(asked),
            "sorts": sort_names(),
            "group_names": group_names(),
            "assigned_names": Task.LeadState.choices,
            "pages": _pages(asked, page),
            "kept": [(name, value) for name, value in asked.pairs() if name != "view"],
        },
    )


def _plan_shown(plans: list[Plan], asked: TaskFilter) -> Plan | None:
    if asked.plan is None:
        return next((plan for plan in plans if plan.is_current), None)
    return next((plan for plan in plans if plan.year == asked.plan), None)


def choices_of(
    request: HttpRequest, asked: TaskFilter, counted: Facets
) -> Mapping[str, list[Choice]]:
    """Return what each filter offers, with the number of tasks each value would leave."""
    fields = [(row.number, str(row)) for row in plan_fields(asked).order_by("order")]
    cities = [(city.code, city.name) for city in City.objects.all()]
    kinds = [(kind, in_language(*ladder.KIND_NAMES[kind])) for kind in ladder.KINDS]
    names = [(light, in_language(*lights.LIGHT_NAMES[light])) for light in URGENCY]
    return {
        "field": _offer(fields, asked.fields, counted.fields),
        "city": [
            *_offer(cities, asked.cities, counted.cities),
            Choice("none", _("No city named"), None, "none" in asked.cities),
        ],
        "kind": _offer(kinds, asked.kinds, counted.kinds),
        "light": _offer(names, asked.lights, counted.lights),
        "due": _offer(due_names().items(), (asked.due,), counted.dues),
        "lead": _leads(request, asked, counted),
    }


def _offer(
    values: Iterable[tuple[str, str]], chosen: tuple[str, ...], counts: Mapping[str, int]
) -> list[Choice]:
    return [Choice(value, name, counts.get(value, 0), value in chosen) for value, name in values]


def _leads(request: HttpRequest, asked: TaskFilter, counted: Facets) -> list[Choice]:
    """Offer the authorities that lead something, and whatever the address names already."""
    known = Authority.objects.select_related("city").order_by("city__order", "order", "key")
    named = [
        (row.key, row.name) for row in known if counted.leads.get(row.key) or row.key in asked.leads
    ]
    first = [("none", _("Nobody leads it yet"))]
    if getattr(request.user, "authority_id", None):
        first.append(("mine", _("My authority")))
    counts = dict(counted.leads)
    own = getattr(request.user, "authority", None)
    if own is not None:
        counts["mine"] = counts.get(own.key, 0)
    return _offer([*first, *named], asked.leads, counts)


def due_names() -> dict[str, str]:
    """Return the names of the windows in which tasks are due."""
    return {
        "overdue": _("Overdue"),
        "30-days": _("Within 30 days"),
        "quarter": _("This quarter"),
        "year": _("This year"),
        "none": _("No due day"),
    }


def _unknown(asked: TaskFilter, choices: Mapping[str, list[Choice]]) -> list[Problem]:
    """Return the values that are well-formed but name nothing here."""
    known = {name: {choice.value for choice in offered} for name, offered in choices.items()}
    known["lead"] |= {"mine"}
    given = (
        ("field", asked.fields, _("This plan has no field “%(value)s”.")),
        ("city", asked.cities, _("The region has no city “%(value)s”.")),
        ("lead", asked.leads, _("The region has no authority “%(value)s”.")),
    )
    return [
        Problem(name, value, words % {"value": value})
        for name, values, words in given
        for value in values
        if value not in known[name]
    ]


def _group_counts(asked: TaskFilter, counted: Facets) -> Mapping[str, int]:
    """Return how many tasks each group has in all, where that was counted."""
    return {
        "field": counted.fields,
        "lead": counted.leads,
        "light": counted.lights,
    }.get(asked.group, {})


def ready_views(request: HttpRequest, asked: TaskFilter) -> list[ReadyView]:
    """Return the lists that are one click away."""
    lists = [
        (_("All"), TaskFilter()),
        (_("Late"), TaskFilter(lights=("late",), sort="due")),
        (_("At risk"), TaskFilter(lights=("at-risk",))),
        (_("Due within 30 days"), TaskFilter(due="30-days", sort="due")),
        (_("Reported this week"), TaskFilter(reported="week", sort="recent")),
        (_("Long silent"), TaskFilter(reported="silent", sort="silent")),
        (_("Nobody leads it yet"), TaskFilter(leads=("none",))),
    ]
    if role_of(request.user) == "officer":
        lists.append((_("Led by my authority"), TaskFilter(leads=("mine",), sort="light")))
    if works_for_region(request.user):
        lists.append((_("Returned"), TaskFilter(assigned="returned")))
    return [
        ReadyView(
            name,
            replace(ready, plan=asked.plan).address(),
            asked.only_filter() == replace(ready.only_filter(), plan=asked.plan),
        )
        for name, ready in lists
    ]


@dataclass(frozen=True)
class Column:
    """A column of the list; `address` sorts by it, `order` says how it is sorted now."""

    name: str
    address: str
    order: str


def _columns(asked: TaskFilter) -> list[Column]:
    """Return the columns in order, with the address that sorts by each."""
    sortable: list[tuple[str, tuple[str, ...]]] = [
        (_("No."), ("number",)),
        (_("Task"), ()),
        (_("Light"), ("light",)),
        (_("Stage"), ()),
        (_("Lead"), ()),
        (_("Due"), ("due", "-due")),
        (_("Last report"), ("recent", "silent")),
    ]
    return [_column(asked, name, sorts) for name, sorts in sortable]


def _column(asked: TaskFilter, name: str, sorts: tuple[str, ...]) -> Column:
    if not sorts:
        return Column(name, "", "")
    following = sorts[-1] if asked.sort == sorts[0] else sorts[0]
    descending = {"-due", "recent"}
    order = "" if asked.sort not in sorts else "ascending"
    if order and asked.sort in descending:
        order = "descending"
    return Column(name, asked.address(sort=following), order)


def sort_names() -> list[tuple[str, str]]:
    """Return the orders of the list with their names."""
    return [
        ("number", _("By number")),
        ("light", _("Most urgent first")),
        ("due", _("Due first")),
        ("-due", _("Due last")),
        ("recent", _("Reported last")),
        ("silent", _("Silent longest")),
    ]


def group_names() -> list[tuple[str, str]]:
    """Return the groupings of the list with their names."""
    return [
        ("", _("No grouping")),
        ("field", _("Field")),
        ("city", _("City")),
        ("lead", _("Lead")),
        ("light", _("Light")),
    ]


@dataclass(frozen=True)
class PageLink:
    """A place in the pager; without an address it is only shown."""

    shown: str
    address: str
    number: int = 0
    label: str = ""


def _pages(asked: TaskFilter, page: Listing) -> list[PageLink]:
    """Return the pager: back, first, the pages around the current one, last, on."""
    near = range(max(1, page.page - 2), min(page.pages, page.page + 2) + 1)
    links = [_neighbour(asked, page, page.page - 1, "‹", _("Previous page"))]
    before = 0
    for number in sorted({1, *near, page.pages}):
        if number > before + 1:
            links.append(PageLink("…", ""))
        links.append(PageLink(str(number), asked.address(page=number), number))
        before = number
    return [*links, _neighbour(asked, page, page.page + 1, "›", _("Next page"))]


def _neighbour(asked: TaskFilter, page: Listing, number: int, shown: str, label: str) -> PageLink:
    reachable = 1 <= number <= page.pages
    return PageLink(shown, asked.address(page=number) if reachable else "", label=label)
