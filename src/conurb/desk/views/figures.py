"""Workload and delay of an authority."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conurb.desk.actions.counter import counter_city
from conurb.desk.queries.pages_figures import figures
from conurb.region.access import officers_only, person


@officers_only
@require_safe
def desk_figures(request: HttpRequest) -> HttpResponse:
    """Show who has how much, what is late and how long things take."""
    actor = person(request)
    context = {
        "figures": figures(actor, timezone.localdate()) if actor.authority else None,
        "counter_city": counter_city(actor),
    }
    return render(request, "desk/figures.html", context)
