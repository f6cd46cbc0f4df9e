"""The library of plans: as a tree or a list, one plan, editing it, judging its conformity."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conurb.atlas.models import Layer
from conurb.refusal import RefusedError
from conurb.region.access import officers_only, person
from conurb.sames.planning import forms
from conurb.sames.planning.actions import library as actions
from conurb.sames.planning.models import LibraryPlan
from conurb.sames.planning.queries import library as queries
from conurb.sames.planning.queries.library import PlanFilter


@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Show the library."""
    asked = PlanFilter.from_query(request.GET)
    context = {
        "asked": asked,
        "rows": queries.rows(asked),
        "kinds": LibraryPlan.Kind.choices,
        "levels": LibraryPlan.Level.choices,
        "states": LibraryPlan.State.choices,
        "year": queries.year_of_plan(),
    }
    return render(request, "planning/plans.html", context)


@require_safe
def plan(request: HttpRequest, key: str) -> HttpResponse:
    """Show one plan: what it is, under which it stands, what is said of its conformity."""
    found = _plan(key)
    context = {
        "plan": found,
        "page": queries.page(request.user, found),
        "year": queries.year_of_plan(),
    }
    return render(request, "planning/plan.html", context)


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change an entry."""
    actor, found = person(request), _plan(key)
    actions.require_editor(actor, found)
    layers = Layer.objects.visible_to(actor).select_related("city")
    initial: dict[str, Any] = {
        name: getattr(found, name)
        for name in (
            "kind", "level", "state", "basis", "from_year", "until_year", "above", "note_zh",
            "note_en",
        )
    } | {"layers": layers.filter(plans=found)}  # fmt: skip
    form = forms.PlanForm(request.POST or None, plan=found, layers=layers, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            given["layers"] = tuple(given["layers"])
            try:
                actions.edit(actor, found, actions.Entry(**given))
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(
                    request, _("The entry was changed; the journal keeps what it was.")
                )
                return HttpResponseRedirect(_address(found))
    context = {"plan": found, "form": form, "title": _("Edit the entry")}
    return render(request, "planning/plan_form.html", context, status=status)


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: HttpRequest, key: str) -> HttpResponse:
    """State whether a plan conforms with the plan above it."""
    actor, found = person(request), _plan(key)
    actions.require_editor(actor, found)
    form = forms.JudgeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                actions.judge(actor, found, given["verdict"], given["reason"])
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _("The judgement stands with the plan."))
                return HttpResponseRedirect(_address(found))
    context = {"plan": found, "form": form, "title": _("Judge conformity")}
    return render(request, "planning/plan_form.html", context, status=status)


def _plan(key: str) -> LibraryPlan:
    found = queries.plan_of(key)
    if found is None:
        raise Http404(_("There is no such plan in the library."))
    return found


def _address(found: LibraryPlan) -> str:
    return reverse("planning-plan", args=[found.key])
