"""The office's list of cases and one case with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.plan.actions import supervising
from conurb.plan.actions.digest import Delivery, send_reminders
from conurb.plan.forms import CloseForm, MeetForm, RedateForm, RemindForm
from conurb.plan.models import Supervision, SupervisionStep
from conurb.plan.queries import supervision as queries
from conurb.plan.queries.supervision import CaseFilter
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import OPAQUE, named, office_only, officers_only, person
from conurb.region.forms import Form
from conurb.region.models import User, coordinates

FORMS: dict[str, type[Form]] = {
    "remind": RemindForm,
    "meet": MeetForm,
    "redate": RedateForm,
    "close": CloseForm,
}


@office_only
@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """Show the cases, filtered and counted."""
    asked = CaseFilter.from_query(request.GET)
    found = queries.cases(person(request), asked, timezone.localdate())
    context = {
        "asked": asked,
        "cases": found,
        "reasons": Supervision.Reason.choices,
        "reason_counts": [
            (value, label, found.by_reason.get(value, 0))
            for value, label in Supervision.Reason.choices
        ],
        "actions": SupervisionStep.Action.choices,
        "cities": queries.cities(),
        "next_page": asked.address(found.page + 1) if found.page < found.pages else "",
        "previous_page": asked.address(found.page - 1) if found.page > 1 else "",
    }
    return render(request, "plan/supervision.html", context)


@office_only
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Open the cases that are due and close those whose cause is gone."""
    opened = supervising.open_due_supervisions(actor=person(request))
    messages.success(request, _("%(number)s cases were opened.") % {"number": len(opened)})
    return HttpResponseRedirect(reverse("supervision"))


@office_only
@require_POST
def remind_all(request: HttpRequest) -> HttpResponse:
    """Remind the leads of the chosen cases."""
    keys = [key for key in request.POST.getlist("case")[:200] if OPAQUE.fullmatch(key)]
    urns = [named("supervision", key) for key in keys]
    form = RemindForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    actor = person(request)
    chosen = Supervision.objects.visible_to(actor).filter(urn__in=urns).select_related("task__lead")
    steps = supervising.remind_all(actor, chosen, words)
    if steps:
        _tell(request, send_reminders(steps), len(steps))
    else:
        messages.warning(request, _("Choose at least one open case whose task has a lead."))
    return HttpResponseRedirect(reverse("supervision"))


@officers_only
def case(request: HttpRequest, key: str) -> HttpResponse:
    """Show a case; the office works it off here, officers of the lead read it."""
    actor = person(request)
    found = queries.case_with_steps(actor, named("supervision", key))
    if found is None:
        raise Http404(_("There is no such case, or it is not yours to see."))
    forms = {name: kind(prefix=name) for name, kind in FORMS.items()}
    status = 200
    if request.method == "POST":
        if not coordinates(actor):
            raise NotCompetentError(_("Only the coordination office may do this."))
        name = request.POST.get("act", "")
        if name not in FORMS:
            raise RefusedError(_("Choose what to do with the case."), status=422)
        forms[name] = FORMS[name](request.POST, prefix=name)
        status = _work_off(request, actor, found, name, forms[name])
        if status == 200:
            return HttpResponseRedirect(reverse("supervision-case", args=[found.key]))
    context = {
        "case": found,
        "steps": found.steps.all(),
        "task": found.task,
        "reports": queries.latest_reports(actor, found),
        "forms": forms,
        "works_off": coordinates(actor) and found.closed_on is None,
        "days": ((found.closed_on or timezone.localdate()) - found.opened_on).days,
    }
    return render(request, "plan/supervision_case.html", context, status=status)


def _work_off(request: HttpRequest, actor: User, found: Supervision, name: str, form: Form) -> int:
    """Do what the form asks; return 200, or the status with which the form is shown again."""
    if not form.is_valid():
        return 422
    given = form.cleaned_data
    acts: dict[str, Callable[[], SupervisionStep]] = {
        "remind": lambda: supervising.remind(actor, found, given["words"]),
        "meet": lambda: supervising.meet(actor, found, given["meets_on"], given["words"]),
        "redate": lambda: supervising.redate(actor, found, given["due"], given["reason"]),
        "close": lambda: supervising.close(actor, found, given["words"]),
    }
    try:
        step: Any = acts[name]()
    except RefusedError as refusal:
        form.refuse(refusal)
        return refusal.status
    if name == "remind":
        _tell(request, send_reminders([step]), 1)
    else:
        messages.success(request, _("It stands in the case and in the journal."))
    return 200


def _tell(request: HttpRequest, delivery: Delivery, reminded: int) -> None:
    messages.success(
        request,
        _("%(cases)s reminders are noted; %(mails)s mails were sent.")
        % {"cases": reminded, "mails": delivery.sent},
    )
    if delivery.without_address:
        messages.warning(
            request,
            _("No e-mail address is known at: %(names)s. They see it in my work.")
            % {"names": "、".join(delivery.without_address)},
        )
    if delivery.failed:
        messages.error(
            request,
            _("The mail server did not take the mail to: %(names)s. Remind them again later.")
            % {"names": "、".join(delivery.failed)},
        )
