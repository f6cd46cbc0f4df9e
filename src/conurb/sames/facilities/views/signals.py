"""The pages of the signals: the arterials, one of them, and what is done to its plans."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.journal.serving import download
from conurb.network.signals import sheets
from conurb.network.signals.hours import with_days
from conurb.network.signals.programmes import (
    Pattern,
    Programme,
    ProgrammeError,
    check_programme,
)
from conurb.network.signals.sheets import RowProblem
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE, officers_only, person
from conurb.region.models import User
from conurb.sames.facilities.actions import signals as acts
from conurb.sames.facilities.queries import signal_days as days
from conurb.sames.facilities.queries import signals as found
from conurb.sames.facilities.queries.signals import Past
from conurb.sames.facilities.signal_forms import NARROW, DecisionForm, SearchForm, WorkbookForm
from conurb.sames.facilities.signal_hours import HoursDraft
from conurb.sames.facilities.signal_models import (
    SignalCorridor,
    SignalVersion,
    is_signal_officer,
)
from conurb.sames.facilities.writers.signals import FILES


@require_safe
def corridors(request: HttpRequest) -> HttpResponse:
    """Show the arterials whose signals run together."""
    rows = found.listed(request.user)
    return render(request, "facilities/signals.html", {"rows": rows})


@require_safe
def corridor(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an arterial: the plan in force beside a proposal, and what can be done."""
    return _page(request, _corridor(request, slug))


@require_safe
def version(request: HttpRequest, key: str) -> HttpResponse:
    """Lead from the name of a plan to its page."""
    rows = SignalVersion.objects.visible_to(request.user).select_related("corridor")
    row = rows.filter(key=key).first() if OPAQUE.fullmatch(key) else None
    if row is None:
        raise Http404(_("There is no such plan."))
    return _to(row.corridor, key)


@officers_only
@require_POST
def optimise(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a green wave searched for, and go to see how far it is."""
    of = _corridor(request, slug)
    actor = person(request)
    acts.require_signal_officer(actor, of)
    form = SearchForm(request.POST, programme=found.programme_of(_in_force(of).version))
    if form.is_valid():
        try:
            job = acts.ask(actor, of, form.asked())
        except RefusedError as refusal:
            form.refuse(refusal)
        else:
            return redirect("job", key=job.key)
    return _page(request, of, search=form, status=422)


@officers_only
@require_POST
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a plan from a workbook, or say by sheet and row what is wrong with it."""
    of = _corridor(request, slug)
    actor = person(request)
    acts.require_signal_officer(actor, of)
    form = WorkbookForm(request.POST, request.FILES)
    wrong: list[RowProblem] = []
    if form.is_valid():
        try:
            made = acts.upload(actor, of, form.cleaned_data["file"].read())
        except sheets.SheetError as error:
            wrong = error.problems
        except RefusedError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The plan is proposed to the cities along the arterial."))
            return _to(of, made.key)
    return _page(request, of, workbook=form, wrong=wrong, status=422)


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, slug: str) -> HttpResponse:
    """Show when plans run as a form; add and remove rows, look it over, propose it."""
    of = _corridor(request, slug)
    actor = person(request)
    acts.require_signal_officer(actor, of)
    current = _in_force(of)
    programme = found.programme_of(current.version)
    draft = HoursDraft.of(programme, current.version.key)
    status = 200
    asked = request.POST.get("do", "")
    if request.method == "POST":
        draft = HoursDraft.read(request.POST, programme)
        draft.edit(asked)
        if asked in {"check", "propose"}:
            made = _hours_of(draft, actor, of, propose=asked == "propose")
            if isinstance(made, SignalVersion):
                messages.success(
                    request, _("The hours are proposed to the cities along the arterial.")
                )
                return _to(of, made.key)
            status = 422 if draft.wrong or draft.losses else 200
    context = {
        "of": of,
        "draft": draft,
        "sound": asked == "check" and status == 200,
        "choices": [(each.key, days.name_of(each)) for each in programme.patterns],
        "lost": [(each.key, found.said(each.message)) for each in draft.losses],
    }
    return render(request, "facilities/signals_hours.html", context, status=status)


def _hours_of(
    draft: HoursDraft, actor: User, of: SignalCorridor, *, propose: bool
) -> SignalVersion | None:
    """Look the hours of a form over, and propose them where asked; the draft says what is wrong."""
    tables = draft.days()
    if tables is None:
        return None
    try:
        if propose:
            return acts.change_hours(actor, of, draft.base, tables, draft.confirmed)
        check_programme(with_days(draft.programme, tables))
    except ProgrammeError as error:
        draft.tell(error.faults)
    except acts.UnconfirmedError as refusal:
        draft.losses = refusal.losses
    except RefusedError as refusal:
        draft.problems.append(str(refusal))
    return None


@officers_only
@require_POST
def sign(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Sign a proposal for one's own city, or refuse it."""
    of = _corridor(request, slug)
    actor = person(request)
    acts.require_signal_officer(actor, of)
    past = _version(of, key)
    form = DecisionForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            acts.sign(actor, past.version, agreed=given["agreed"], reason=given["reason"])
        except RefusedError as refusal:
            form.refuse(refusal)
        else:
            if given["agreed"]:
                messages.success(request, _("Signed for your city."))
            else:
                messages.success(request, _("Refused; the reason stands with the plan."))
            return _to(of, key)
    return _page(request, of, key=key, decision=form, status=422)


@require_safe
def file(request: HttpRequest, slug: str, key: str, kind: str) -> HttpResponse:
    """Answer a plan of a version as a file, or all its plans; `plan` in the query says which."""
    of = _corridor(request, slug)
    past = _version(of, key)
    if kind not in FILES:
        raise Http404(_("There is no such file."))
    programme = found.programme_of(past.version)
    pattern = _pattern(programme, request.GET.get("plan", "")) or programme.patterns[0]
    writer = FILES[kind]
    content = writer.write(programme, pattern)
    return download(content, writer.name(slug, past.version.number, pattern), writer.media_type)


def _page(
    request: HttpRequest,
    of: SignalCorridor,
    *,
    key: str = "",
    search: SearchForm | None = None,
    workbook: WorkbookForm | None = None,
    decision: DecisionForm | None = None,
    wrong: list[RowProblem] | None = None,
    status: int = 200,
) -> HttpResponse:
    past = found.history(of)
    current = _in_force(of)
    asked = key or request.GET.get("version", "")
    chosen = _version(of, asked) if asked else _newest_open(past) or current
    in_force = found.programme_of(current.version)
    now = days.now_of(in_force)
    proposed = None
    if chosen.version.pk != current.version.pk:
        proposed = found.programme_of(chosen.version)
    programme = proposed or in_force
    pattern = _pattern(programme, request.GET.get("plan", "")) or _foremost(
        programme, in_force, now
    )
    beside = in_force.pattern(pattern.key) or now.pattern
    running = found.shown(current, beside)
    other = found.shown(chosen, pattern) if proposed else None
    shown = other or running
    officer = is_signal_officer(request.user, of.cities)
    authority = getattr(request.user, "authority", None)
    may_sign = officer and authority is not None and shown.standing.may_sign(authority.city_id)
    form = search
    if form is None and officer:
        form = SearchForm(programme=in_force, pattern=beside.key)
    context: dict[str, Any] = {
        "of": of,
        "current": running,
        "other": other,
        "now": now,
        "now_name": days.name_of(now.pattern),
        "now_day": days.day_words(now),
        "plans": found.plans_of(programme, now, in_force if proposed else None),
        "strips": days.strips_of(programme, now),
        "marks": days.marks(),
        "changes": days.changes_of(programme),
        "part": days.name_of(pattern) if len(programme.patterns) > 1 else "",
        "shown": shown,
        "rows": found.rows_of(shown.plan, running.plan if other else None),
        "signings": found.signings(shown.version, of),
        "history": past,
        "features": found.features_of(shown.plan),
        "source": found.said(shown.plan.source),
        "officer": officer,
        "may_sign": may_sign,
        "search": form,
        "narrow": [form[name] for name in NARROW] if form else [],
        "workbook": workbook or (WorkbookForm() if officer else None),
        "decision": decision,
        "wrong": [(each, found.said(each.message)) for each in wrong or ()],
    }
    return render(request, "facilities/signals_corridor.html", context, status=status)


def _pattern(programme: Programme, key: str) -> Pattern | None:
    """Return the plan that an address names; 404 where there is no such plan."""
    found = programme.pattern(key)
    if key and found is None:
        raise Http404(_("There is no such plan."))
    return found


def _foremost(programme: Programme, in_force: Programme, now: days.Now) -> Pattern:
    """Return the plan to show first: of a proposal one that differs, else the one that runs."""
    changed = (each for each in programme.patterns if in_force.pattern(each.key) != each)
    return next(changed, None) or programme.pattern(now.pattern.key) or programme.patterns[0]


def _newest_open(past: list[Past]) -> Past | None:
    return next((each for each in past if each.standing.state == "open"), None)


def _corridor(request: HttpRequest, slug: str) -> SignalCorridor:
    of = found.corridor_of(request.user, slug)
    if of is None or not any(p.standing.state == "in-force" for p in found.history(of)):
        raise Http404(_("There is no such arterial."))
    return of


def _version(of: SignalCorridor, key: str) -> Past:
    if OPAQUE.fullmatch(key):
        for past in found.history(of):
            if past.version.key == key:
                return past
    raise Http404(_("There is no such plan."))


def _in_force(of: SignalCorridor) -> Past:
    return next(past for past in found.history(of) if past.standing.state == "in-force")


def _to(of: SignalCorridor, key: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('signals-corridor', args=[of.slug])}?version={key}")
