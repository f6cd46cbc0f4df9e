"""The screening pages: asking about firms, what was found, and deciding on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.journal import files, sheets
from conurb.journal.serving import download
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import OPAQUE, officers_only, person
from conurb.region.competence import require_officer_of
from conurb.region.models import City, in_language
from conurb.sames.market.actions import screening as actions
from conurb.sames.market.queries import screening as queries
from conurb.sames.market.screening_forms import ACCEPT, DecisionForm, ScreeningForm
from conurb.sames.market.screening_input import MOST
from conurb.sames.market.screening_models import ScreeningHit, ScreeningRun

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HITS_PER_PAGE = 50
RUNS_PER_PAGE = 20

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def screeners_only(view: View[P]) -> View[P]:
    """Let in officers of authorities that may screen; send who is not logged in to the login."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not queries.may_look(request.user):
            raise NotCompetentError(
                _(
                    "This page is for the authorities that act on the wage-arrears list, such as "
                    "tendering offices."
                )
            )
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return officers_only(cast(View[P], guarded))


@screeners_only
@require_http_methods(["GET", "HEAD", "POST"])
def screening(request: HttpRequest) -> HttpResponse:
    """Ask about firms (POST); show what was asked before."""
    actor = person(request)
    form = ScreeningForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        actions.require_screener(actor)
        run, status = _screened(request, form)
        if run is not None:
            return HttpResponseRedirect(_address(run))
    authority = actor.authority
    context = {
        "form": form if queries.may_screen(actor) else None,
        "page": Paginator(queries.runs_of(actor), RUNS_PER_PAGE).get_page(request.GET.get("page")),
        "authority": authority,
        "list_size": _list_size(str(authority.city_id))
        if authority and authority.city_id
        else None,
        "most": MOST,
        "accept": ACCEPT,
    }
    return render(request, "market/screening.html", context, status=status)


@screeners_only
@require_safe
def run(request: HttpRequest, key: str) -> HttpResponse:
    """Show a screening and its hits."""
    actor = person(request)
    found = _run(request, key)
    state = _state(request.GET.get("state", ""))
    rows = queries.hits_of(actor, found)
    if state:
        rows = rows.filter(state=state)
    page = Paginator(rows, HITS_PER_PAGE).get_page(request.GET.get("page"))
    hits = list(page.object_list)
    context = {
        "run": found,
        **_counted(request, found),
        "state": state,
        "page": page,
        "hits": _dressed(request, found, hits),
        "clear": found.asked - found.met,
        "logs": _logs(found),
    }
    return render(request, "market/screening_run.html", context)


@screeners_only
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Decide on a hit; answers with its card where the page asks for it alone."""
    actor = person(request)
    hit = _hit(request, key)
    require_officer_of(actor, hit.run.authority)
    form = DecisionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            given = form.cleaned_data
            actions.decide(actor, hit, given["state"], given["words"])
            status = 200
        except RefusedError as refusal:
            form.refuse(refusal)
            status = refusal.status
    hit = _hit(request, key)
    if request.htmx:  # type: ignore[attr-defined]
        (dressed,) = _dressed(request, hit.run, [hit])
        context = {
            **dressed,
            "run": hit.run,
            **_counted(request, hit.run),
            "state": _state(request.POST.get("shown", "")),
            "errors": [] if status == 200 else _errors(form),
        }
        return render(request, "market/screening_decided.html", context, status=status)
    if status == 200:
        messages.success(request, _("The decision is kept."))
    else:
        for words in _errors(form):
            messages.error(request, words)
    return HttpResponseRedirect(f"{_address(hit.run)}#hit-{hit.key}")


@screeners_only
@require_safe
def run_xlsx(request: HttpRequest, key: str) -> HttpResponse:
    """Send a screening as a workbook: its hits with reasons, and every firm asked about."""
    actor = person(request)
    found = _run(request, key)
    hits = list(queries.hits_of(actor, found))
    name = f"{_('Screening')} {found.tender} {timezone.localtime(found.at).date().isoformat()}"
    content = sheets.write(
        [_hit_sheet(hits), _asked_sheet(found, hits)], title=name, creator="Conurb"
    )
    return download(content, f"{name}.xlsx", XLSX)


def _screened(request: HttpRequest, form: ScreeningForm) -> tuple[ScreeningRun | None, int]:
    """Screen what the form asks; None and the status of the refusal where that cannot be done."""
    if not form.is_valid():
        return None, 422
    asked = form.asked()
    if form.errors:
        return None, 422
    given = form.cleaned_data
    file = given.get("file")
    try:
        made = actions.screen(
            person(request),
            asked,
            tender=given["tender"],
            tender_number=given["tender_number"],
            source=ScreeningRun.Source.FILE if file else ScreeningRun.Source.PASTED,
            filename=file.name if file else "",
            threshold=given["threshold"],
        )
    except RefusedError as refusal:
        form.refuse(refusal)
        return None, refusal.status
    return made, 200


def _counted(request: HttpRequest, found: ScreeningRun) -> dict[str, Any]:
    """Return how many hits are in each state, and the tabs that lead to them."""
    counts = queries.counts_of(person(request), found)
    tabs = [
        ("", _("All"), counts["all"]),
        *((value, label, counts[value]) for value, label in ScreeningHit.State.choices),
    ]
    return {"counts": counts, "tabs": tabs}


def _state(value: str) -> str:
    return value if value in ScreeningHit.State.values else ""


def _dressed(
    request: HttpRequest, found: ScreeningRun, hits: list[ScreeningHit]
) -> list[dict[str, Any]]:
    """Return hits with what a card needs besides: the city, whether it is still listed, earlier."""
    cities = {city.code: city.name for city in City.objects.all()}
    listed = queries.still_listed(str(found.city_id), [hit.record_key for hit in hits])
    actor = person(request)
    return [
        {
            "hit": hit,
            "city": cities.get(hit.listed_city, hit.listed_city),
            "still_listed": hit.record_key in listed,
            "may_decide": actor.authority_id == found.authority_id,
            "earlier": hit.earlier,
            # why another authority decided as it did is its own business
            "earlier_words": (
                hit.earlier.words
                if hit.earlier and hit.earlier.run.authority_id == found.authority_id
                else ""
            ),
        }
        for hit in hits
    ]


def _hit_sheet(hits: list[ScreeningHit]) -> sheets.Sheet:
    columns = [
        sheets.Column(_("Line"), 7),
        sheets.Column(_("Name given"), 34, wraps=True),
        sheets.Column(_("Code given"), 22),
        sheets.Column(_("On the list as"), 34, wraps=True),
        sheets.Column(_("Code on the list"), 22),
        sheets.Column(_("Listed by"), 12),
        sheets.Column(_("Listed on"), 12),
        sheets.Column(_("Likeness"), 9),
        sheets.Column(_("Reasons"), 60, wraps=True),
        sheets.Column(_("State"), 12),
        sheets.Column(_("Decided by"), 14),
        sheets.Column(_("Decided on"), 12),
        sheets.Column(_("Why"), 30, wraps=True),
    ]
    cities = {city.code: city.name for city in City.objects.all()}
    rows = (
        [
            hit.line,
            hit.given_name,
            hit.given_code,
            hit.listed_name,
            hit.listed_code,
            cities.get(hit.listed_city, hit.listed_city),
            hit.listed_on,
            f"{hit.percent}%",
            "\n".join(f"{one['part']}：{one['words']}" for one in hit.told),
            str(hit.get_state_display()),
            hit.decided_by_name,
            timezone.localtime(hit.decided_at).date() if hit.decided_at else None,
            hit.words,
        ]
        for hit in hits
    )
    return sheets.Sheet(_("Hits"), columns, rows)


def _asked_sheet(found: ScreeningRun, hits: list[ScreeningHit]) -> sheets.Sheet:
    """Return every firm that was asked about, and the worst that was found of it."""
    rank = {ScreeningHit.State.SAME: 0, ScreeningHit.State.OPEN: 1, ScreeningHit.State.OTHER: 2}
    worst: dict[int, ScreeningHit] = {}
    for hit in hits:
        known = worst.get(hit.line)
        if known is None or rank[hit.state] < rank[known.state]:  # type: ignore[index]
            worst[hit.line] = hit
    columns = [
        sheets.Column(_("Line"), 7),
        sheets.Column(_("Name given"), 40, wraps=True),
        sheets.Column(_("Code given"), 22),
        sheets.Column(_("Result"), 16),
    ]
    asked = json.loads(files.read(found.asked_sha256))
    rows = (
        [line, name, code, str(worst[line].get_state_display()) if line in worst else _("No hit")]
        for line, name, code in asked
    )
    notes = [
        _("Screened on %(at)s against list %(list)s of %(size)s firms.")
        % {
            "at": timezone.localtime(found.at).strftime("%Y-%m-%d %H:%M"),
            "list": found.list_version,
            "size": found.list_size,
        }
    ]
    return sheets.Sheet(_("Firms asked about"), columns, rows, notes=notes)


def _logs(found: ScreeningRun) -> str:
    """Return the size of each city's log that the list was read from: 长沙（12）、株洲（3）."""
    cities = {city.code: city.short for city in City.objects.all()}
    parts = [
        in_language(f"{cities.get(log, log)}（{size}）", f"{cities.get(log, log)} ({size})")
        for log, size in sorted(found.checkpoints.items())
    ]
    return in_language("、", ", ").join(parts)


def _list_size(city: str) -> int | None:
    try:
        return queries.held_list(city).size
    except queries.ListNotReadyError:
        return None


def _errors(form: DecisionForm) -> list[str]:
    return [str(words) for errors in form.errors.values() for words in errors]


def _address(found: ScreeningRun) -> str:
    return reverse("market-screening-run", args=[found.key])


def _run(request: HttpRequest, key: str) -> ScreeningRun:
    found = (
        queries.runs_of(person(request)).filter(key=key).first() if OPAQUE.fullmatch(key) else None
    )
    if found is None:
        raise Http404(_("There is no such screening, or it is not yours to see."))
    return found


def _hit(request: HttpRequest, key: str) -> ScreeningHit:
    rows = ScreeningHit.objects.visible_to(request.user).select_related(
        "run__authority", "earlier__run__authority"
    )
    found = rows.filter(key=key).first() if OPAQUE.fullmatch(key) else None
    if found is None:
        raise Http404(_("There is no such hit, or it is not yours to see."))
    return found
