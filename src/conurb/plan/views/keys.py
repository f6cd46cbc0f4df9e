"""The keys of an authority: made by the office, seen by the authority's own officers."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from conurb.plan.actions import keys as actions
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import office_only, officers_only, person
from conurb.region.forms import Form
from conurb.region.models import ApiKey, Authority, coordinates


class KeyForm(Form):
    """What the system that gets a key is called."""

    label = forms.CharField(
        label=gettext_lazy("System that will use the key"),
        max_length=actions.LABEL_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, key: str) -> HttpResponse:
    """List an authority's keys; make one (POST), whose secret is shown this once."""
    authority = get_object_or_404(Authority.objects.select_related("city"), key=key)
    actor = person(request)
    if not coordinates(actor) and actor.authority_id != authority.pk:
        raise NotCompetentError(_("An authority's keys are for its officers and the office."))
    form = KeyForm(request.POST if request.method == "POST" else None)
    made, status = None, 200
    if request.method == "POST":
        actions.require_keyholder(actor)
        status = 422
        if form.is_valid():
            try:
                made = actions.create(actor, authority, form.cleaned_data["label"])
                form, status = KeyForm(), 201
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
    context = {
        "authority": authority,
        "keys": ApiKey.objects.visible_to(actor).filter(authority=authority),
        "form": form if coordinates(actor) else None,
        "made": made,
    }
    response = render(request, "plan/keys.html", context, status=status)
    add_never_cache_headers(response)
    return response


@office_only
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask whether to revoke a key, then revoke it."""
    actor = person(request)
    rows = ApiKey.objects.visible_to(actor).select_related("authority")
    found = rows.filter(prefix=prefix).first()
    if found is None:
        raise Http404(_("There is no such key."))
    if request.method == "POST":
        actions.revoke(actor, found)
        messages.success(request, _("The key was revoked. It does not open anything any more."))
        return HttpResponseRedirect(reverse("authority-keys", args=[found.authority.key]))
    return render(request, "plan/key_revoke.html", {"api_key": found})
