"""The page of an item and the page of a task."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.journal.models import Entry
from conurb.journal.phrases import phrase_of
from conurb.plan.measures import carriers_of
from conurb.plan.models import Plan, Report
from conurb.plan.queries.items import find_item, find_task, item_page, same_words, task_page
from conurb.plan.queries.possible import actions_for
from conurb.plan.queries.tasks import TaskFilter


@require_safe
def item(request: HttpRequest, year: int, number: str) -> HttpResponse:
    """Show an item: its source words, tasks, reports, places and measures."""
    found = find_item(year, number)
    if found is None:
        raise Http404(_("This plan has no item with this number."))
    page = item_page(request.user, found, timezone.localdate())
    return render(
        request,
        "plan/item.html",
        {
            "page": page,
            "item": found,
            "plan": page.plan,
            "repaired": not same_words(page.source.text, found.text_zh),
            "candid": Report.candid(request.user),
            "carriers": carriers_of(found.number),
            "map_query": TaskFilter(item=found.number, plan=_year_of(page.plan)).address(),
        },
    )


@require_safe
def task(request: HttpRequest, key: str) -> HttpResponse:
    """Show everything of one task, as far as the asker may see it."""
    found = find_task(request.user, key)
    if found is None:
        raise Http404(_("There is no task with this address."))
    page = task_page(request.user, found, timezone.localdate())
    return render(
        request,
        "plan/task.html",
        {
            "page": page,
            "task": found,
            "item": found.item,
            "plan": found.item.field.plan,
            "standing": page.standing,
            "reports": page.standing.reports,
            "candid": Report.candid(request.user),
            "journal": [_told(entry) for entry in page.journal],
            "actions": actions_for(request.user, found),
            "has_places": any(place.ref for place in found.places.all()),
            "map_query": TaskFilter(task=key, plan=_year_of(found.item.field.plan)).address(),
        },
    )


def _year_of(plan: Plan) -> int | None:
    """Return the year by which the filter of tasks names a plan; the current one goes unnamed."""
    return None if plan.is_current else plan.year


def _told(entry: Entry) -> dict[str, object]:
    """Return a journal entry with the words in which it is told."""
    phrase = phrase_of(entry.verb)
    remarks = [(label, words) for label, words in phrase.remarks(entry.detail) if words]
    # the phrase ends where the journal names its object, which here is the page itself
    return {"entry": entry, "words": str(phrase.words).rstrip(":： "), "remarks": remarks}
