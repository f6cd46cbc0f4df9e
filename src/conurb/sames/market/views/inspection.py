"""What labour inspections share: inspectors, load, and who helps whom; and the figures."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import officers_only, person
from conurb.region.competence import require_officer_of
from conurb.region.forms import Form
from conurb.region.models import Authority, User
from conurb.sames.market import forms
from conurb.sames.market.actions import helping
from conurb.sames.market.models import LABOUR, ArrearsMatter, Help, Inspector, inspects_labour
from conurb.sames.market.queries import figures as figures_queries
from conurb.sames.market.views.access import inspections_only


@inspections_only
def inspection(request: HttpRequest) -> HttpResponse:
    """Show the pool, the load and the requests; ask for help, add an inspector."""
    actor = person(request)
    helpers = Authority.objects.filter(active=True, subjects=LABOUR, city__isnull=False)
    if actor.authority is not None:
        helpers = helpers.exclude(pk=actor.authority.pk)
    about = _matter_asked(request, actor)
    given: dict[str, Form] = {
        "help": forms.HelpForm(prefix="help", helpers=helpers),
        "inspector": forms.InspectorForm(prefix="inspector"),
    }
    status = 200
    if request.method == "POST":
        if not inspects_labour(actor):
            raise NotCompetentError(_("This is for the officers of a labour inspection to do."))
        name = request.POST.get("act", "")
        if name == "retire":
            return _retire(request, actor)
        if name not in given:
            raise RefusedError(_("Choose what to do."), status=422)
        given["help"] = forms.HelpForm(
            request.POST if name == "help" else None, prefix="help", helpers=helpers
        )
        if name == "inspector":
            given["inspector"] = forms.InspectorForm(request.POST, prefix="inspector")
        status = _do(given[name], lambda form: _carry_out(actor, name, form, about))
        if status == 200:
            messages.success(request, _("It stands in the journal."))
            return HttpResponseRedirect(reverse("market-inspection"))
    context = {
        "forms": given,
        "about": about,
        "loads": figures_queries.loads(timezone.localdate()),
        "pool": Inspector.objects.filter(active=True).select_related("authority"),
        "helps": Help.objects.visible_to(actor)
        .select_related("asker", "helper", "matter")
        .prefetch_related("inspectors")[:50],
        "inspects": inspects_labour(actor),
    }
    return render(request, "market/inspection.html", context, status=status)


def _matter_asked(request: HttpRequest, actor: User) -> ArrearsMatter | None:
    """Return the matter with which help is asked for, where the address names one of one's own."""
    key = request.GET.get("matter", "")
    found = ArrearsMatter.objects.visible_to(actor).filter(key=key)
    return found.filter(authority=actor.authority).first() if key else None


def _carry_out(actor: User, name: str, form: Form, about: ArrearsMatter | None) -> object:
    given = form.cleaned_data
    if name == "inspector":
        return helping.add_inspector(actor, given["name"], given["card"], skills=given["skills"])
    return helping.ask(
        actor,
        given["helper"],
        words=given["words"],
        number=given["number"],
        first_day=given["first_day"],
        last_day=given["last_day"],
        matter=about,
    )


def _retire(request: HttpRequest, actor: User) -> HttpResponse:
    found = Inspector.objects.filter(key=request.POST.get("inspector", ""), active=True).first()
    if found is None:
        raise Http404(_("There is no such inspector in the pool."))
    helping.retire_inspector(actor, found)
    messages.success(request, _("It stands in the journal."))
    return HttpResponseRedirect(reverse("market-inspection"))


def _do(form: Form, act: Callable[[Form], object]) -> int:
    """Do what a form asks; return 200, or the status with which it is shown again."""
    if not form.is_valid():
        return 422
    try:
        act(form)
    except RefusedError as refusal:
        form.refuse(refusal)
        return refusal.status
    return 200


@inspections_only
def help_request(request: HttpRequest, key: str) -> HttpResponse:
    """Show a request for help; the one asked answers it, the one who asked ends it."""
    actor = person(request)
    asked = (
        Help.objects.visible_to(actor)
        .filter(key=key)
        .select_related("asker", "helper", "matter")
        .first()
    )
    if asked is None:
        raise Http404(_("There is no such request."))
    pool = Inspector.objects.filter(authority=asked.helper, active=True)
    given: dict[str, Form] = {
        "accept": forms.AcceptForm(prefix="accept", pool=pool),
        "decline": forms.WordsForm(prefix="decline"),
        "finish": forms.FinishForm(prefix="finish"),
    }
    status = 200
    if request.method == "POST":
        name = request.POST.get("act", "")
        if name not in given:
            raise RefusedError(_("Choose what to do."), status=422)
        require_officer_of(actor, asked.asker if name == "finish" else asked.helper)
        if name == "accept":
            given[name] = forms.AcceptForm(request.POST, prefix=name, pool=pool)
        else:
            given[name] = type(given[name])(request.POST, prefix=name)
        status = _do(given[name], lambda form: _answer(actor, name, asked, form))
        if status == 200:
            messages.success(request, _("It stands in the journal."))
            return HttpResponseRedirect(reverse("market-help", args=[asked.key]))
    context = {
        "asked": asked,
        "forms": given,
        "answers": asked.state == "asked" and actor.authority_id == asked.helper_id,
        "finishes": asked.state == "accepted" and actor.authority_id == asked.asker_id,
    }
    return render(request, "market/help.html", context, status=status)


def _answer(actor: User, name: str, asked: Help, form: Form) -> object:
    given = form.cleaned_data
    if name == "accept":
        return helping.accept(actor, asked, list(given["inspectors"]), given["words"])
    if name == "decline":
        return helping.decline(actor, asked, given["words"])
    return helping.finish(actor, asked, given["result"], given["person_days"])


@officers_only
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of all cities to every officer: counts, no names."""
    today = timezone.localdate()
    context = {
        "cities": figures_queries.by_city(today),
        "effects": figures_queries.by_effect(today),
        "listed": figures_queries.listed_now(),
        "recognised": figures_queries.recognised(),
        "standing": figures_queries.confirmations(),
        "pool": figures_queries.pool(),
        "median": figures_queries.median_days(),
    }
    return render(request, "market/figures.html", context)
