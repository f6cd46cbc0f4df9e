"""The counter: an officer there fills in for whoever stands before it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conurb.desk.actions import applying
from conurb.desk.actions.counter import counter_city, person_at_counter
from conurb.desk.forms import CounterForm
from conurb.desk.models import Case
from conurb.desk.services import service_of, services
from conurb.desk.stages import State
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import officers_only, person
from conurb.region.models import in_language

SHOWN = 10


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Ask whose card was shown and what for; on POST begin the draft at this counter."""
    actor, status = person(request), 200
    city = counter_city(actor)
    if city is None:
        raise NotCompetentError(_("This page is for the officers of the service counters."))
    offered = [(each.slug, in_language(each.name.zh, each.name.en)) for each in services()]
    form = CounterForm(
        request.POST or None, services=offered, initial={"service": request.GET.get("service")}
    )
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            service = service_of(given["service"])
            try:
                applicant = person_at_counter(actor, given["number"], given["name"])
                if service is None:
                    raise RefusedError(_("Choose a service."), status=422, field="service")
                case = applying.start(actor, service, city, for_applicant=applicant)
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return HttpResponseRedirect(reverse("case-fill", args=[case.key]))
    mine = Case.objects.visible_to(actor).filter(accepted_by_id=actor.pk)
    context = {
        "form": form,
        "city": city,
        "drafts": mine.filter(state=State.DRAFT.value).order_by("-changed_at")[:SHOWN],
        "cases": mine.exclude(state=State.DRAFT.value)
        .select_related("authority")
        .order_by("-submitted_at")[:SHOWN],
        "counter_city": city,
    }
    return render(request, "desk/counter.html", context, status=status)
