"""The pages of the authorities that act on the list: what holds, and what they confirm."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.refusal import RefusedError
from conurb.region.access import officers_only, person
from conurb.region.competence import require_officer_of
from conurb.sames.market import forms
from conurb.sames.market.actions import duties as actions
from conurb.sames.market.queries import duties as queries
from conurb.sames.market.queries.duties import DutyFilter


@officers_only
@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """Show the duties of one's authority."""
    actor, today = person(request), timezone.localdate()
    asked = DutyFilter.from_query(request.GET)
    context = {
        "asked": asked,
        "page": queries.duties(actor, asked, today),
        "counts": queries.counts(actor, today),
        "states": (
            ("open", _("To be confirmed")),
            ("overdue", _("Overdue")),
            ("done", _("Confirmed back")),
            ("holds", _("Holds now")),
        ),
        "effects": queries.effects_of(actor),
        "today": today,
    }
    return render(request, "market/duties.html", context)


@officers_only
def duty(request: HttpRequest, key: str) -> HttpResponse:
    """Show one duty; its authority confirms it here."""
    actor = person(request)
    found = queries.duty_of(actor, key)
    if found is None:
        raise Http404(_("There is no such duty, or it is not yours to see."))
    form = forms.ConfirmForm(request.POST or None)
    status = 200
    if request.method == "POST":
        require_officer_of(actor, found.authority)
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.confirm(actor, found, given["answer"], given["words"])
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _("Confirmed to the inspection that listed."))
                return HttpResponseRedirect(reverse("market-duties"))
    context = {
        "duty": found,
        "entry": found.listing,
        "form": form,
        "today": timezone.localdate(),
        "own": actor.authority_id == found.authority_id,
    }
    return render(request, "market/duty.html", context, status=status)
