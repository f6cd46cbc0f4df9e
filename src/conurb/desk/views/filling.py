"""Filling in: the form, the materials, the check, the receipt. Saved as one goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.desk import numbers
from conurb.desk.actions import applying
from conurb.desk.forms import dressed, filled_in
from conurb.desk.models import Case, CaseFile
from conurb.desk.queries import pages_cases
from conurb.desk.queries.pages_cases import FindingView, finding_views
from conurb.desk.services import Service
from conurb.desk.stages import State
from conurb.desk.views.access import applicant, mine, own_case, service_of_case
from conurb.journal.uploads import ALLOWED, ALLOWED_WORDS, HandedIn
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE
from conurb.region.competence import competent
from conurb.region.models import Authority

RECEIPTS_KEPT = 5
EDITABLE = {State.DRAFT, State.WAITING}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, key: str) -> HttpResponse:
    """The first step: the form; on POST it is saved, judged, and the next step opens."""
    case = own_case(request, key)
    if case.state != State.DRAFT:
        return HttpResponseRedirect(reverse("case", args=[case.key]))
    service = service_of_case(case)
    checked = "check" in request.GET
    form = _form(service, case, judge=checked)
    status = 200
    if request.method == "POST":
        data = filled_in(service.form, request.POST)
        form = dressed(service.form(data=data))
        try:
            case = applying.save_draft(applicant(request), case, data, version=_version(request))
        except RefusedError as refusal:
            form.add_error(None, str(refusal))
            case.refresh_from_db(fields=["version"])
        if form.is_valid():
            step = "case-materials" if service.materials else "case-review"
            return HttpResponseRedirect(reverse(step, args=[case.key]))
        checked, status = True, 422
    return render(
        request, "desk/fill.html", _page(case, service, form, checked=checked), status=status
    )


@login_required
@require_POST
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Save what was typed so far, and say what the rules think of it."""
    case = own_case(request, key)
    service = service_of_case(case)
    data = filled_in(service.form, request.POST)
    try:
        case = applying.save_draft(applicant(request), case, data, version=_version(request))
    except RefusedError as refusal:
        told = {"conflict": str(refusal), "version": request.POST.get("version", "")}
        return render(request, "desk/parts/saved_answer.html", told, status=refusal.status)
    findings, incomplete = live_findings(service, data)
    context = {
        "saved_at": case.changed_at,
        "version": case.version,
        "findings": findings,
        "incomplete": incomplete,
        "conflict": "",
    }
    return render(request, "desk/parts/saved_answer.html", context)


@login_required
@require_safe
def materials(request: HttpRequest, key: str) -> HttpResponse:
    """The second step: files, and what records spare one."""
    case = own_case(request, key)
    if case.state not in EDITABLE:
        return HttpResponseRedirect(reverse("case", args=[case.key]))
    return _materials(request, case)


@login_required
@require_POST
def attach(request: HttpRequest, key: str, material: str) -> HttpResponse:
    """Hand in a file for a material."""
    case = own_case(request, key)
    given = request.FILES.get("file")
    if given is None:
        return _materials(request, case, _("Choose a file first."), 422)
    handed_in = HandedIn(given.name or "", given.read())
    try:
        applying.attach(applicant(request), case, material, handed_in)
    except RefusedError as refusal:
        return _materials(request, case, str(refusal), refusal.status)
    return HttpResponseRedirect(reverse("case-materials", args=[case.key]))


@login_required
@require_POST
def detach(request: HttpRequest, key: str) -> HttpResponse:
    """Take out a file."""
    person = applicant(request)
    file = None
    if OPAQUE.fullmatch(key):
        own = Case.objects.visible_to(person).filter(mine(person)).values("pk")
        file = CaseFile.objects.select_related("case").filter(key=key, case__in=own).first()
    if file is None:
        raise Http404(_("There is no such file, or it is not yours to change."))
    try:
        applying.detach(person, file)
    except RefusedError as refusal:
        return _materials(request, file.case, str(refusal), refusal.status)
    return HttpResponseRedirect(reverse("case-materials", args=[file.case.key]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, key: str) -> HttpResponse:
    """The third step: everything at a glance; on POST it is submitted."""
    case = own_case(request, key)
    if case.state != State.DRAFT:
        return HttpResponseRedirect(reverse("case", args=[case.key]))
    service = service_of_case(case)
    if not service.form(data=case.data).is_valid():
        return HttpResponseRedirect(reverse("case-fill", args=[case.key]) + "?check=1")
    fault, status, promised = "", 200, request.POST.get("true") == "on"
    if request.method == "POST" and promised:
        try:
            submitted = applying.submit(applicant(request), case)
        except RefusedError as refusal:
            fault, status = str(refusal), refusal.status
        else:
            _keep_code(request, submitted.case, submitted.code)
            address = reverse("case-receipt", args=[case.key])
            return HttpResponseRedirect(f"{address}?new=1")
    elif request.method == "POST":
        status = 422
    findings, _incomplete = live_findings(service, case.data)
    stands = [each for each in findings if each.blocking and not each.passed]
    context = {
        "case": case,
        "service": service,
        "data": pages_cases.data_rows(case),
        "rows": pages_cases.material_rows(case, service, pages_cases.offers(case, service)),
        "findings": findings,
        "fault": fault,
        "authority": _decider(service, case),
        "blocked": _("A rule stands in the way; change what it names first.") if stands else "",
        "promised": promised,
        "promise_missing": request.method == "POST" and not promised,
    }
    return render(request, "desk/review.html", context, status=status)


@login_required
@require_safe
def receipt(request: HttpRequest, key: str) -> HttpResponse:
    """The receipt: number, code and QR while this session lasts, printable."""
    case = own_case(request, key)
    if case.number is None:
        return HttpResponseRedirect(reverse("case-fill", args=[case.key]))
    code = dict(request.session.get("receipts", [])).get(case.key, "")
    follow = reverse("follow")
    address = numbers.receipt_address(settings.SITE_ADDRESS, follow, case.number, code)
    context = {
        "case": case,
        "code": numbers.shown_code(code),
        "qr": _qr(address) if code else "",
        "follow_address": settings.SITE_ADDRESS + follow,
        "fresh": "new" in request.GET,
        "counter": case.accepted_by_id == applicant(request).pk,
    }
    response = render(request, "desk/submitted.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def live_findings(service: Service, data: dict[str, Any]) -> tuple[Sequence[FindingView], int]:
    """Return what the rules say, and how many fields are still to be put right before they can."""
    form = service.form(data=data)
    if not form.is_valid():
        return (), len(form.errors)
    judged = applying.cleaned(service, data)
    return finding_views(service.examine(judged, timezone.now())), 0


def form_page(case: Case, service: Service, form: forms.Form, *, checked: bool) -> dict[str, Any]:
    """Return what a page with a service's form shows beside it."""
    return _page(case, service, form, checked=checked)


def _page(case: Case, service: Service, form: forms.Form, *, checked: bool) -> dict[str, Any]:
    findings, incomplete = live_findings(service, case.data)
    offered = pages_cases.offers(case, service)
    given = form.data if form.is_bound else case.data
    return {
        "case": case,
        "service": service,
        "form": form,
        "checked": checked,
        "prefilled": pages_cases.prefilled(case, service, offered, form, given),
        "findings": findings,
        "incomplete": incomplete,
        "form_styles": [each for each in service.form_scripts if each.endswith(".css")],
        "form_scripts": [each for each in service.form_scripts if not each.endswith(".css")],
    }


def _form(service: Service, case: Case, *, judge: bool) -> forms.Form:
    form = service.form(data=case.data) if judge else service.form(initial=case.data)
    return dressed(form)


def _version(request: HttpRequest) -> int:
    """Return of which version of the draft a form speaks; refuses what was cut off on its way."""
    given = request.POST.get("version", "")
    if not (given.isascii() and given.isdigit()):
        raise RefusedError(
            _("The form came in incomplete, so nothing was saved. Reload the page."), status=422
        )
    return int(given)


def _materials(
    request: HttpRequest, case: Case, fault: str = "", status: int = 200
) -> HttpResponse:
    service = service_of_case(case)
    context = {
        "case": case,
        "service": service,
        "rows": pages_cases.material_rows(case, service, pages_cases.offers(case, service)),
        "completing": case.state == State.WAITING,
        "fault": fault,
        "accept": ",".join(f".{each}" for each in ALLOWED),
        "kinds": ALLOWED_WORDS,
        "limit": settings.UPLOAD_LIMIT,
    }
    return render(request, "desk/materials.html", context, status=status)


def _decider(service: Service, case: Case) -> Authority | None:
    try:
        return competent(service.competence, service.decides_in(case.data))
    except (RefusedError, LookupError, ValueError):
        return None


def _keep_code(request: HttpRequest, case: Case, code: str) -> None:
    """Keep the code for the receipt in the session: the case itself has its hash only."""
    kept = [each for each in request.session.get("receipts", []) if each[0] != case.key]
    request.session["receipts"] = [*kept, [case.key, code]][-RECEIPTS_KEPT:]


def _qr(address: str) -> SafeString:
    drawn = segno.make(address, error="m").svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308  drawn here from digits and letters
