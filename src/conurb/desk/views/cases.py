"""An applicant's cases: the list, one of them, completing, withdrawing, appealing, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.desk.actions import appealing, applying, notifying, telling
from conurb.desk.forms import AppealForm, ReasonForm, dressed, filled_in
from conurb.desk.models import Case, CaseFile, Notice
from conurb.desk.queries import pages_cases, pages_notices
from conurb.desk.stages import State
from conurb.desk.views.access import applicant, case_of, own_case, service_of_case
from conurb.desk.views.filling import form_page
from conurb.journal import files
from conurb.journal.serving import download
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE
from conurb.region.forms import Form
from conurb.region.models import User, works_for_region


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Show what this person applied for, in all cities."""
    person = applicant(request)
    shown = request.GET.get("show", "")
    shown = shown if shown in pages_cases.SHOWN else ""
    today = timezone.localdate()
    context = {
        "tabs": pages_cases.case_tabs(person, shown),
        "page": pages_cases.case_rows(person, shown, request.GET.get("page"), today),
        "asked": shown,
        "unread": pages_notices.unread(person),
    }
    return render(request, "desk/cases.html", context)


@login_required
@require_safe
def case(request: HttpRequest, key: str) -> HttpResponse:
    """Show one case to its applicant; an officer with a part in it goes to the desk's page."""
    found = case_of(request, key)
    person = applicant(request)
    if person.pk not in {found.applicant_id, found.accepted_by_id}:
        return HttpResponseRedirect(reverse("desk-case", args=[found.key]))
    if found.state == State.DRAFT:
        return HttpResponseRedirect(reverse("case-fill", args=[found.key]))
    view = pages_cases.case_view(person, found, timezone.localdate())
    return render(request, "desk/case.html", {"case": found, "view": view})


@login_required
@require_POST
def seen(request: HttpRequest, key: str) -> HttpResponse:
    """Note that the notices of a case were read; its page asks for it once it is shown."""
    found = own_case(request, key)
    person = applicant(request)
    for notice in Notice.objects.visible_to(person).filter(case=found, read_at=None):
        telling.read(person, notice)
    return HttpResponse()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def complete(request: HttpRequest, key: str) -> HttpResponse:
    """Let the applicant change what was asked for, and hand it in."""
    found = own_case(request, key)
    if found.state != State.WAITING:
        raise RefusedError(_("Nothing is to be completed in this case now."))
    service = service_of_case(found)
    form, fault, status = dressed(service.form(initial=found.data)), "", 200
    if request.method == "POST":
        data = filled_in(service.form, request.POST)
        form, status = dressed(service.form(data=data)), 422
        if form.is_valid():
            try:
                applying.complete(
                    applicant(request), found, data, words=request.POST.get("words", "")
                )
            except RefusedError as refusal:
                fault, status = str(refusal), refusal.status
            else:
                messages.success(request, _("It has come in; the limit counts on."))
                return HttpResponseRedirect(reverse("case", args=[found.key]))
        else:
            fault = _("Please look at the fields marked below.")
    page = form_page(found, service, form, checked=request.method == "POST")
    events = found.events.filter(for_applicant=True)
    context = {
        **page,
        "fault": fault,
        "asked_words": pages_cases.asked_words(events),
        "rows": service.materials,
        "words": request.POST.get("words", ""),
    }
    return render(request, "desk/complete.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take an application back, with the reason."""
    found = own_case(request, key)
    form = ReasonForm(request.POST or None)

    def act(person: User) -> None:
        applying.withdraw(person, found, form.cleaned_data["reason"])
        messages.success(request, _("The application is withdrawn."))

    page = {
        "title": _("Withdraw the application"),
        "hint": _("Nothing is decided then. You can apply anew at any time."),
        "button": _("Withdraw the application"),
        "danger": True,
    }
    return carry_out(request, found, form, act, page)


@login_required
@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Delete a draft."""
    found = own_case(request, key)
    applying.discard(applicant(request), found)
    messages.success(request, _("The draft is deleted; nothing of it is kept."))
    return HttpResponseRedirect(reverse("cases"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, key: str) -> HttpResponse:
    """Ask that a decision be looked at again; the term is stated."""
    found = own_case(request, key)
    last = pages_cases.appeal_until(found, timezone.localdate())
    if last is None:
        raise RefusedError(_("This decision cannot be appealed, or the term is over."))
    form = AppealForm(request.POST or None)
    hearing = appealing.hearing_authority(found)

    def act(person: User) -> None:
        appealing.appeal(person, found, form.cleaned_data["grounds"])
        messages.success(request, _("Your appeal has come in."))

    page = {
        "title": _("Appeal"),
        "hint": _(
            "Possible until %(day)s. %(authority)s decides on it within 60 days. "
            "Reconsideration by the people's government and a suit stay open to you."
        )
        % {"day": last.isoformat(), "authority": hearing.name},
        "button": _("Appeal"),
    }
    return carry_out(request, found, form, act, page)


@login_required
@require_safe
def case_file(request: HttpRequest, key: str) -> HttpResponse:
    """Serve a file of a case as a download that no browser runs."""
    person = applicant(request)
    found = None
    if OPAQUE.fullmatch(key):
        seen = Case.objects.visible_to(person).values("pk")
        rows = CaseFile.objects.select_related("case").filter(key=key, case__in=seen)
        if not works_for_region(person):
            rows = rows.filter(removed_at=None)
        found = rows.first()
    if found is None:
        raise Http404(_("There is no such file, or it is not yours to see."))
    try:
        content = files.read(found.sha256)
    except FileNotFoundError as missing:
        raise Http404(_("The file is missing from the store of this node.")) from missing
    return download(content, found.filename, found.media_type)


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Show what this person was told."""
    person = applicant(request)
    context = {
        "page": pages_notices.notices(person, request.GET.get("page")),
        "unread": pages_notices.unread(person),
    }
    return render(request, "desk/notices.html", context)


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark every notice as read."""
    person = applicant(request)
    for notice in Notice.objects.visible_to(person).filter(read_at=None):
        telling.read(person, notice)
    return HttpResponseRedirect(reverse("notices"))


@login_required
@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    """Note that the notices about something were read; its page asks for it once it is shown."""
    notifying.read_about(applicant(request), request.POST.get("about", ""))
    return HttpResponse()


def carry_out(
    request: HttpRequest,
    found: Case,
    form: Form,
    act: Callable[[User], object],
    page: dict[str, Any],
    *,
    back: str = "case",
) -> HttpResponse:
    """Show the form of an act; on POST do it and go back, or say in the form why not."""
    status = 200
    address = reverse(back, args=[found.key])
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(applicant(request))
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return HttpResponseRedirect(address)
    context = {**page, "case": found, "form": form, "back": address}
    return render(request, "desk/act.html", context, status=status)
