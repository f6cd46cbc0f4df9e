"""The pages of labour inspections: the queue, one matter, and a page an act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.journal import files
from conurb.journal.serving import download
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import person
from conurb.region.competence import require_officer_of
from conurb.region.models import City
from conurb.sames.market import forms, listing
from conurb.sames.market.actions import inspecting
from conurb.sames.market.acts import ACTS, Act
from conurb.sames.market.models import (
    ArrearsMatter,
    Listing,
    MatterFile,
    Statement,
    inspects_labour,
)
from conurb.sames.market.queries import matters as queries
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.queries.matters import MatterFilter
from conurb.sames.market.views.access import inspections_only, people_only, visible_matter

PER_PAGE = 30


@inspections_only
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Show the queue: what is late first."""
    actor = person(request)
    own_city = (actor.authority.city_id or "") if actor.authority else ""
    asked = MatterFilter.from_query(request.GET, own_city)
    rows = queries.queue(actor, asked, timezone.localdate())
    context = {
        "asked": asked,
        "page": Paginator(rows, PER_PAGE).get_page(asked.page),
        "counts": queries.counts(actor, asked.city),
        "stages": (
            ("open", _("Open")),
            ("listed", _("Stands on the list")),
            ("closed", _("Closed")),
        ),
        "cities": City.objects.all(),
        "opens": inspects_labour(actor),
    }
    return render(request, "market/matters.html", context)


@inspections_only
def matter_new(request: HttpRequest) -> HttpResponse:
    """Open a matter."""
    actor = person(request)
    if not inspects_labour(actor):
        raise NotCompetentError(_("This is for the officers of a labour inspection to do."))
    form = forms.MatterForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                matter = _open(request, form)
            except RefusedError as refusal:
                _refuse_new(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("%(number)s was opened.") % {"number": matter.number})
                return HttpResponseRedirect(reverse("market-matter", args=[matter.key]))
        else:
            status = 422
    context = {"form": form, "rules": declared()}
    return render(request, "market/matter_new.html", context, status=status)


def _open(request: HttpRequest, form: forms.MatterForm) -> ArrearsMatter:
    given = form.cleaned_data
    found = inspecting.Found(
        firm=given["firm"],
        firm_name=given["firm_name"],
        amount_fen=given["amount"],
        workers=given["workers"],
        facts=given["facts"],
        worst_fen=given["worst"] or 0,
        worst_months=given["worst_months"] or 0,
        incident_words=given["incident_words"],
        address=given["address"],
        project=given["project"],
    )
    head = inspecting.Person(given["person_capacity"], given["person_name"], given["person_number"])
    return inspecting.open_matter(
        person(request), found, people=[head], files=forms.handed_in(given["attachments"] or [])
    )


def _refuse_new(form: forms.MatterForm, refusal: RefusedError) -> None:
    """Show a refusal at the field of this form; a person's fields are named otherwise here."""
    renamed = {"number": "person_number", "name": "person_name", "capacity": "person_capacity"}
    refusal.field = renamed.get(refusal.field, refusal.field)
    form.refuse(refusal)


@inspections_only
@require_safe
def matter(request: HttpRequest, key: str) -> HttpResponse:
    """Show one matter: where it stands, what comes next, and everything that happened."""
    actor = person(request)
    found = visible_matter(actor, key)
    page = queries.page(actor, found, timezone.localdate())
    context = {
        "matter": found,
        "page": page,
        "parties": list(found.parties.all()),
        "statements": queries.statements_of(actor, found) if page.sees_files else [],
        "hearings": list(found.hearings.all()),
        "reviews": list(found.reviews.all()),
        "entry": Listing.objects.visible_to(actor).filter(matter=found, removed_at=None).first(),
        "rules": declared(),
        "hindrance_names": listing.HINDRANCE_NAMES,
        "own": actor.authority_id == found.authority_id,
    }
    return render(request, "market/matter.html", context)


@inspections_only
def act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Show the form of an act, and carry it out."""
    actor = person(request)
    found = visible_matter(actor, key)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404(_("There is no such act."))
    require_officer_of(actor, found.authority)
    address = reverse("market-matter", args=[found.key])
    waiting = queries.answered_by(found, chosen)
    return carry_out(request, found, chosen, address, "market/act.html", waiting)


def carry_out(
    request: HttpRequest,
    found: ArrearsMatter,
    chosen: Act,
    address: str,
    template: str,
    waiting: Sequence[Statement] = (),
) -> HttpResponse:
    """Show the form of an act or do what it asks; `address` is where one came from.

    `waiting` is what the act answers, for the inspection alone to read.
    """
    more: dict[str, Any] = {}
    if chosen.form is forms.CorrectForm:
        more["parties"] = found.parties.all()
    posted = request.method == "POST"
    form = chosen.form(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=dict(chosen.initial(found)),
        **more,
    )
    status = 200
    if posted:
        status = 422
        if form.is_valid():
            try:
                chosen.do(person(request), found, form)
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _("It stands in the matter and in the journal."))
                return HttpResponseRedirect(address)
    context = {
        "matter": found,
        "act": chosen,
        "form": form,
        "address": address,
        "waiting": waiting,
    }
    return render(request, template, context, status=status)


@people_only
@require_safe
def matter_file(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with a file of a matter, always as a download."""
    found = MatterFile.objects.visible_to(person(request)).filter(key=key).first()
    if found is None:
        raise Http404(_("There is no such file, or it is not yours to see."))
    return download(files.read(found.sha256), found.filename, found.media_type)
