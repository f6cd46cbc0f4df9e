"""The acts on a task: each a small page with a form, or a button that posts to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.journal import files
from conurb.journal.serving import download
from conurb.plan.actions import life
from conurb.plan.forms import AuthorityForm, DatesForm, ReasonForm, ReportForm
from conurb.plan.models import Assignment, Evidence, Report, Task
from conurb.plan.queries.possible import actions_for
from conurb.plan.queries.proposals import Competences
from conurb.plan.reporting import Fault
from conurb.plan.views.access import visible_task
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import named, office_only, officers_only, person
from conurb.region.competence import acting_for
from conurb.region.forms import Form
from conurb.region.models import Authority, in_language

Act = Callable[[], object]


@office_only
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """Put a task to an authority to lead; the form opens with what the rule proposes."""
    task = visible_task(request, key)
    proposal = Competences.load().proposal_for(task)
    reason = in_language(proposal.reason_zh, proposal.reason_en)
    initial = {"authority": proposal.lead, "reason": reason}
    form = AuthorityForm(request.POST or None, initial=initial)

    def act() -> None:
        given = form.cleaned_data["reason"]
        as_proposed = given.strip() == reason.strip()
        life.propose_lead(
            person(request),
            task,
            _chosen(form),
            proposal.reason_zh if as_proposed else given,
            reason_en=proposal.reason_en if as_proposed else "",
        )
        messages.success(request, _("The task was proposed."))

    page = {
        "title": _("Propose the lead"),
        "hint": _("The authority is asked to accept; whoever leads the task now is relieved."),
        "button": _("Propose"),
    }
    return _carry_out(request, task, form, act, page)


@office_only
@require_POST
def propose_all(request: HttpRequest) -> HttpResponse:
    """Put every task that was put to nobody to the authority the rule names."""
    made = life.propose_all(person(request))
    if made:
        messages.success(request, _("%(number)s tasks were proposed.") % {"number": len(made)})
    else:
        messages.info(request, _("Every task was proposed already."))
    return HttpResponseRedirect(_back(request, reverse("work")))


@officers_only
@require_POST
def accept(request: HttpRequest, key: str) -> HttpResponse:
    """Accept a proposal."""
    assignment = _assignment(request, key)
    try:
        life.accept(person(request), assignment)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("You accepted task %(number)s.") % {"number": assignment.task.number}
        )
    return HttpResponseRedirect(_back(request, _task_address(assignment.task)))


@officers_only
def give_back(request: HttpRequest, key: str) -> HttpResponse:
    """Return a proposal with a reason."""
    assignment = _assignment(request, key)
    acting_for(person(request), assignment.authority)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        life.give_back(person(request), assignment, form.cleaned_data["reason"])
        messages.success(request, _("The task was returned to the coordination office."))

    page = {
        "title": _("Return the task"),
        "hint": _("Say whose task it is instead, or what has to change before you can accept."),
        "button": _("Return"),
        "danger": True,
    }
    return _carry_out(request, assignment.task, form, act, page)


@officers_only
@require_POST
def end_support(request: HttpRequest, key: str) -> HttpResponse:
    """Relieve a supporting authority."""
    assignment = _assignment(request, key)
    life.end_support(person(request), assignment)
    messages.success(request, _("The support was ended."))
    return HttpResponseRedirect(_task_address(assignment.task))


@officers_only
def support(request: HttpRequest, key: str) -> HttpResponse:
    """Ask another authority to support."""
    task = visible_task(request, key)
    possible = actions_for(request.user, task)
    if possible is None or not possible.ask_support:
        raise NotCompetentError(_("Only the lead of the task and the office ask for support."))
    engaged = [task.lead_id or 0, *(a.authority_id for a in possible.supports)]
    form = AuthorityForm(request.POST or None, without=engaged)

    def act() -> None:
        life.ask_support(person(request), task, _chosen(form), form.cleaned_data["reason"])
        messages.success(request, _("The authority was asked for support."))

    page = {
        "title": _("Ask for support"),
        "hint": _("Name the authority, of any city, whose part is needed, and say for what."),
        "button": _("Ask"),
    }
    return _carry_out(request, task, form, act, page)


@office_only
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw a task."""
    task = visible_task(request, key)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        life.withdraw(person(request), task, form.cleaned_data["reason"])
        messages.success(request, _("The task was withdrawn."))

    page = {
        "title": _("Withdraw the task"),
        "hint": _("It takes no more reports. The reason is public; the task can be restored."),
        "button": _("Withdraw"),
        "danger": True,
    }
    return _carry_out(request, task, form, act, page)


@office_only
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Restore a withdrawn task."""
    task = visible_task(request, key)
    form = ReasonForm(request.POST or None)

    def act() -> None:
        life.restore(person(request), task, form.cleaned_data["reason"])
        messages.success(request, _("The task was restored."))

    page = {
        "title": _("Restore the task"),
        "hint": _("It stands again where it stood when it was withdrawn."),
        "button": _("Restore"),
    }
    return _carry_out(request, task, form, act, page)


@office_only
def dates(request: HttpRequest, key: str) -> HttpResponse:
    """Set when a task is due."""
    task = visible_task(request, key)
    form = DatesForm(request.POST or None, initial={"start": task.start, "due": task.due})

    def act() -> None:
        given = form.cleaned_data
        life.set_dates(person(request), task, given["due"], given["reason"], start=given["start"])
        messages.success(request, _("The dates were set."))

    page = {
        "title": _("Set the dates"),
        "hint": _("What the plan says of its due day stays as written; this is when it counts."),
        "button": _("Set"),
    }
    return _carry_out(request, task, form, act, page)


@officers_only
def report(request: HttpRequest, key: str) -> HttpResponse:
    """Report on a task; `?corrects=` names the report that is put right."""
    task = visible_task(request, key)
    actor = person(request)
    possible = actions_for(actor, task)
    corrected = _corrected(request, task)
    may = possible is not None and (possible.report or corrected is not None)
    if not may:
        return _refused_report(request, task)
    on_behalf = possible is not None and possible.report_on_behalf
    is_lead = on_behalf or task.lead_id == actor.authority_id
    initial = {"stage": task.stage, "made_on": timezone.localdate()}
    if corrected is not None:
        initial |= {"words": corrected.words, "corrects": corrected.key}
    form = ReportForm(
        request.POST or None, request.FILES or None, initial=initial, task=task, is_lead=is_lead
    )

    def act() -> None:
        given = form.cleaned_data
        made = life.report(
            actor,
            task,
            stage=given.get("stage") or None,
            words=given["words"],
            words_en=given["words_en"],
            obstacle=given["obstacle"],
            help_from=form.chosen_authority("help_from"),
            made_on=given["made_on"],
            files=form.handed_in(),
            corrects=corrected,
        )
        messages.success(request, _("Report %(number)s is kept.") % {"number": made.sequence})

    page = {
        "title": _("Correct a report") if corrected else _("Report"),
        "hint": _("A report is never edited. What was wrong is put right by another report."),
        "button": _("Report"),
        "files": True,
        "on_behalf": task.lead if on_behalf else None,
        "corrected": corrected,
    }
    return _carry_out(request, task, form, act, page)


@officers_only
@require_safe
def evidence(request: HttpRequest, key: str) -> HttpResponse:
    """Serve a file of a report as a download that no browser runs."""
    found = Evidence.objects.visible_to(request.user).filter(urn=named("evidence", key)).first()
    if found is None:
        raise Http404(_("There is no such file, or it is not yours to see."))
    try:
        content = files.read(found.sha256)
    except FileNotFoundError as missing:
        raise Http404(_("The file is missing from the store of this node.")) from missing
    return download(content, found.filename, found.media_type)


def _carry_out(
    request: HttpRequest, task: Task, form: Form, act: Act, page: dict[str, Any]
) -> HttpResponse:
    """Show the form; on POST do the act and go to the task, or say in the form why not."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return HttpResponseRedirect(_back(request, _task_address(task)))
    context = {**page, "task": task, "form": form, "next": _wish(request)}
    return render(request, "plan/act.html", context, status=status)


def _refused_report(request: HttpRequest, task: Task) -> HttpResponse:
    """Say why this actor cannot report on this task now."""
    if task.lead is None or task.lead_state != Task.LeadState.ACCEPTED:
        raise RefusedError(_("No authority has accepted to lead this task yet."))
    acts = actions_for(request.user, task)
    party = acts is not None and (
        acts.report_on_behalf
        or person(request).authority_id == task.lead_id
        or any(
            a.authority_id == person(request).authority_id and a.state == Assignment.State.ACCEPTED
            for a in acts.supports
        )
    )
    if not party:
        raise NotCompetentError(
            _("%(authority)s leads this task; its officers report, and those who support it.")
            % {"authority": task.lead.short}
        )
    fault = Fault.WITHDRAWN if task.withdrawn_reason else Fault.DONE
    raise RefusedError(life.fault_words(fault))


def _corrected(request: HttpRequest, task: Task) -> Report | None:
    key = request.POST.get("corrects") or request.GET.get("corrects")
    if not key:
        return None
    reports = Report.objects.visible_to(request.user).filter(task=task)
    found = reports.filter(urn=named("report", key)).first()
    if found is None:
        raise Http404(_("There is no such report on this task."))
    return found


def _assignment(request: HttpRequest, key: str) -> Assignment:
    found = (
        Assignment.objects.visible_to(request.user)
        .select_related("task__item__field__plan", "task__lead", "authority")
        .filter(urn=named("assignment", key))
        .first()
    )
    if found is None:
        raise Http404(_("There is no such proposal."))
    return found


def _chosen(form: Form) -> Authority:
    chosen = form.chosen_authority("authority")
    if chosen is None:
        raise RefusedError(_("Choose an authority."), status=422, field="authority")
    return chosen


def _task_address(task: Task) -> str:
    return reverse("task", args=[task.key])


def _wish(request: HttpRequest) -> str:
    """Return the page of this node to go back to, "" where none was asked for."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wish, {request.get_host()}, request.is_secure())
    return wish if safe else ""


def _back(request: HttpRequest, otherwise: str) -> str:
    return _wish(request) or otherwise
