"""Finding a service, reading about it, beginning an application."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conurb.desk.actions import applying
from conurb.desk.forms import ApplyForm
from conurb.desk.queries.pages_services import Asked, catalogue, guide, parties
from conurb.desk.views.access import applicant, service_named
from conurb.refusal import RefusedError
from conurb.region.models import City, Identity


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Show the catalogue of services, as it is looked for."""
    asked = Asked.of(request.GET)
    context = {"asked": asked, "catalogue": catalogue(asked)}
    return render(request, "desk/services.html", context)


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the guide to a service."""
    shown = guide(request.user, service_named(slug))
    cities = {each.city.code: each.city.short for each in shown.deciders}
    return render(request, "desk/service.html", {"guide": shown, "cities": cities})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for whom and in which city; on POST begin the draft."""
    chosen = service_named(slug)
    person = applicant(request)
    form = ApplyForm(request.POST or None)
    cities = list(City.objects.all())
    identity = Identity.objects.visible_to(person).first()
    home = identity.home_id if identity and identity.home_id else cities[0].code
    status = 200
    if request.method == "POST":
        status = 422
        city = next((each for each in cities if each.code == request.POST.get("city")), None)
        if form.is_valid() and city is None:
            form.add_error("city", _("Choose one of the cities."))
        elif form.is_valid() and city is not None:
            try:
                case = applying.start(person, chosen, city, firm=form.cleaned_data["party"])
            except RefusedError as refusal:
                form.add_error("party" if refusal.field == "firm" else None, str(refusal))
                status = refusal.status
            else:
                return HttpResponseRedirect(reverse("case-fill", args=[case.key]))
    context = {
        "service": chosen,
        "form": form,
        "parties": parties(person),
        "cities": cities,
        "chosen_party": request.POST.get("party", ""),
        "chosen_city": request.POST.get("city", home),
        "draft": guide(person, chosen).draft,
    }
    return render(request, "desk/apply.html", context, status=status)
