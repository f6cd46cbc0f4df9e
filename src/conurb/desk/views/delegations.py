"""Absence: who acts for whom, from when to when."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from conurb.desk.actions import absence
from conurb.desk.actions.counter import counter_city
from conurb.desk.forms import DelegationForm
from conurb.desk.models import Delegation
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE, officers_only, person
from conurb.region.models import User

SHOWN = 50


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    """Show who is absent in the actor's authority; on POST name one's deputy."""
    actor, status = person(request), 200
    form = DelegationForm(request.POST or None, actor=actor)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                deputy = User.objects.get(username=given["deputy"])
                absence.delegate(actor, deputy, given["first_day"], given["last_day"])
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(
                    request, _("%(name)s acts for you in that time.") % {"name": deputy}
                )
                return HttpResponseRedirect(reverse("desk-delegations"))
    rows = (
        Delegation.objects.filter(authority=actor.authority)
        .select_related("absent", "deputy")
        .order_by("-last_day", "-first_day")[:SHOWN]
    )
    context = {
        "form": form,
        "rows": rows,
        "today": timezone.localdate(),
        "counter_city": counter_city(actor),
        "alone": len(form.fields["deputy"].choices) < 2,  # type: ignore[attr-defined]
    }
    return render(request, "desk/delegations.html", context, status=status)


@officers_only
@require_POST
def end_delegation(request: HttpRequest, key: str) -> HttpResponse:
    """Act again oneself."""
    actor = person(request)
    found = None
    if OPAQUE.fullmatch(key):
        found = Delegation.objects.filter(key=key, authority=actor.authority).first()
    if found is None:
        raise Http404(_("There is no such deputyship."))
    absence.end_delegation(actor, found)
    messages.success(request, _("Your cases are yours again."))
    return HttpResponseRedirect(reverse("desk-delegations"))
