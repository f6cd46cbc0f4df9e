"""The findings of a pass as files: for maps, for geographic programs, for desks."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.atlas.models import FindingRun
from conurb.atlas.queries import findings as queries
from conurb.atlas.queries.findings import FindingFilter
from conurb.journal import sheets
from conurb.journal.serving import download
from conurb.region.access import officers_only, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    title = _("Findings of %(layer)s") % {"layer": run.version or _("all layers")}
    content = sheets.write([sheet], title=title, creator="Conurb")
    return download(content, f"{title}.xlsx", XLSX)


def _visible(request: HttpRequest, key: str) -> FindingRun:
    run = queries.runs(person(request)).filter(key=key).first()
    if run is None:
        raise Http404
    return run
