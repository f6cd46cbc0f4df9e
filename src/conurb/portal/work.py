"""My work: what waits for an officer, and for the office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conurb.plan.models import Supervision
from conurb.plan.queries.work import office_work, officer_work
from conurb.plan.waiting import Heap
from conurb.region.access import officers_only, person
from conurb.region.models import User, coordinates


@officers_only
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """Show the work of the actor's authority, and to the office what it has to see to."""
    actor = person(request)
    today = timezone.localdate()
    office = office_work(actor, today) if coordinates(actor) else None
    causes = office.cases if office else {}
    context = {
        "work": officer_work(actor, today),
        "office": office,
        "heaps": list(heaps(actor, today)),
        "causes": [
            (value, label, causes.get(value, 0)) for value, label in Supervision.Reason.choices
        ],
        "today": today,
    }
    return render(request, "portal/work.html", context)


def heaps(actor: User, today: date) -> Iterator[Heap]:
    """Yield what waits in packs, see `conurb.plan.waiting`."""
    for module in _waiting_modules(tuple(settings.PACKS)):
        heap: Heap | None = import_module(module).waiting(actor, today)
        if heap is not None and heap.rows:
            yield heap


@lru_cache(maxsize=4)
def _waiting_modules(packs: tuple[str, ...]) -> tuple[str, ...]:
    named = (f"{pack}.waiting" for pack in packs)
    return tuple(name for name in named if find_spec(name))
