"""Findings of all maps that stand: their page, the pass over them, and files of any pass."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.atlas import finding_files
from conurb.atlas.models import Finding, FindingRun
from conurb.atlas.queries import findings as queries
from conurb.atlas.queries.findings import FindingFilter
from conurb.atlas.queries.findings_pages import rows_of
from conurb.journal import sheets
from conurb.journal.serving import download
from conurb.region.access import office_only, officers_only, person
from conurb.region.models import City, User, coordinates

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 20


@officers_only
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Show what the last pass over all maps found, and how far the one under way is."""
    actor = person(request)
    run = queries.latest_run(actor, None)
    under_way = queries.run_under_way(actor)
    context: dict[str, Any] = {
        "run": run,
        "under_way": under_way,
        "job": queries.job_seen(actor, under_way) if under_way else None,
        "broken_off": queries.last_broken_off(actor),
        "runs_all": coordinates(actor),
        **({} if run is None else _found(request, actor, run)),
    }
    return render(request, "atlas/findings.html", context)


def _found(request: HttpRequest, actor: User, run: FindingRun) -> dict[str, Any]:
    asked = FindingFilter.from_query(request.GET.dict())
    compared = queries.compared_in(actor, run)
    listed = queries.findings_of(actor, run, asked)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "asked": asked,
        "page": page,
        "rows": rows_of(list(page.object_list), compared),
        "summary": queries.summary(actor, run),
        "compared": compared,
        "rules": Finding.Rule.choices,
        "states": Finding.State.choices,
        "severities": Finding.Severity.choices,
        "cities": City.objects.all(),
    }


@office_only
@require_POST
def run_all(request: HttpRequest) -> HttpResponse:
    """Let all rules run over all maps that stand."""
    from conurb.atlas.actions import finding

    run = finding.ask(person(request))
    if run.is_over:
        messages.success(request, _("All rules have run over all maps that stand."))
    return redirect("atlas-findings")


@officers_only
@require_safe
def as_geojson(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the findings asked for (rule, state, severity, city, bbox) as GeoJSON."""
    run = _visible(request, key)
    asked = FindingFilter.from_query(request.GET.dict())
    return JsonResponse(
        queries.collection(person(request), run, asked), content_type="application/geo+json"
    )


@officers_only
@require_safe
def as_file(request: HttpRequest, key: str, form: str) -> HttpResponse:
    """Answer with the findings asked for as a file to keep: gpkg, geojson or csv."""
    if form not in finding_files.FORMATS:
        raise Http404
    run = _visible(request, key)
    asked = FindingFilter.from_query(request.GET.dict())
    content = finding_files.write(form, queries.whole_findings(person(request), run, asked))
    return download(content, f"{_title(run)}.{form}", finding_files.FORMATS[form].media_type)


@officers_only
@require_safe
def as_workbook(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the findings asked for as a workbook."""
    run = _visible(request, key)
    asked = FindingFilter.from_query(request.GET.dict())
    columns = [
        sheets.Column(_("Number"), 8),
        sheets.Column(_("Rule"), 20),
        sheets.Column(_("Severity"), 10),
        sheets.Column(_("State"), 10),
        sheets.Column(_("Cities"), 16),
        sheets.Column(_("Area in m²"), 14),
        sheets.Column(_("Length in metres"), 12),
        sheets.Column(_("Reason"), 60, wraps=True),
        sheets.Column(_("Regulation"), 50, wraps=True),
        sheets.Column(_("Longitude"), 12),
        sheets.Column(_("Latitude"), 12),
    ]
    sheet = sheets.Sheet(_("Findings"), columns, queries.table(person(request), run, asked))
    content = sheets.write([sheet], title=_title(run), creator="Conurb")
    return download(content, f"{_title(run)}.xlsx", XLSX)


def _title(run: FindingRun) -> str:
    return _("Findings of %(layer)s") % {"layer": run.version or _("all layers")}


def _visible(request: HttpRequest, key: str) -> FindingRun:
    run = queries.runs(person(request)).filter(key=key).first()
    if run is None:
        raise Http404
    return run
