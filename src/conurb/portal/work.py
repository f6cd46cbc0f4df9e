"""My work: what waits for an officer, and for the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conurb.plan.models import Supervision
from conurb.plan.queries.work import office_work, officer_work
from conurb.region.access import officers_only, person
from conurb.region.models import coordinates


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
        "causes": [
            (value, label, causes.get(value, 0)) for value, label in Supervision.Reason.choices
        ],
        "today": today,
    }
    return render(request, "portal/work.html", context)
