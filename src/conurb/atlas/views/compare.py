"""Two versions of a layer side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from conurb.atlas.actions.deriving import compared, comparison_of, prepare_comparison
from conurb.atlas.models import LayerVersion
from conurb.atlas.queries import comparisons
from conurb.atlas.schemas import CODE
from conurb.journal.serving import download
from conurb.refusal import RefusedError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ASK_AGAIN_AFTER = 4
LISTED = 100
_KEY = re.compile(r"[0-9a-f]{1,30}")


@dataclass(frozen=True)
class Chosen:
    """What is compared: two versions of a layer, by which field, in which detail."""

    before: LayerVersion
    after: LayerVersion
    others: list[LayerVersion]
    id_field: str
    coarse: bool

    @property
    def query(self) -> str:
        """The parameters that choose this."""
        kept = {"before": self.before.key}
        if self.id_field:
            kept["by"] = self.id_field
        if not self.coarse:
            kept["level"] = "2"
        return urlencode(kept)

    @property
    def fields(self) -> list[str]:
        """The fields by which features may be known: those that both versions have."""
        earlier = {field["name"] for field in self.before.fields}
        names = [field["name"] for field in self.after.fields]
        return [name for name in names if name in earlier and name != CODE]


@require_http_methods(["GET", "HEAD", "POST"])
def compare_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show what differs; a large comparison is worked out by a job, for which POST asks."""
    after = request.GET.get("after", key)
    if after != key and _KEY.fullmatch(after):
        kept = request.GET.copy()
        del kept["after"]
        return redirect(f"{reverse('atlas-compare', args=[after])}?{kept.urlencode()}")
    chosen = _chosen(request, key)
    address = f"{reverse('atlas-compare', args=[key])}?{chosen.query}"
    if request.method == "POST":
        prepare_comparison(request.user, chosen.before, chosen.after, chosen.id_field)
        return redirect(address)
    wanted = comparison_of(chosen.before, chosen.after, chosen.id_field)
    if not wanted.ready and not wanted.at_once:
        is_made = wanted.job is not None
        context = {"chosen": chosen, "is_made": is_made, "address": address}
        response = render(request, "atlas/compare_waiting.html", context, status=202)
        if is_made:
            response["Refresh"] = str(ASK_AGAIN_AFTER)
        return response
    found = compared(chosen.before, chosen.after, chosen.id_field)
    kind = chosen.after.layer.kind
    largest = found.changes.sort_values(["area", "length"], ascending=False).head(LISTED)
    names = comparisons.change_names()
    return render(
        request,
        "atlas/compare.html",
        {
            "chosen": chosen,
            "found": found,
            "counts": [(key, names[key], number) for key, number in found.counts.items()],
            "classes": comparisons.classes(found, kind, coarse=chosen.coarse),
            "matrix": comparisons.matrix(found, kind, coarse=chosen.coarse),
            "change_names": names,
            "largest": [
                (
                    names[row.change],
                    comparisons.name_where_any(kind, row.class_before),
                    comparisons.name_where_any(kind, row.class_after),
                    row.area / comparisons.HECTARE,
                    row.length / 1000,
                    row.what,
                )
                for row in largest.itertuples()
            ],
            "drawn": comparisons.DRAWN,
            "is_areal": chosen.after.geometry == LayerVersion.Geometry.POLYGON,
            "is_land_use": kind == "land-use",
        },
    )


@require_safe
@gzip_page
def compare_geojson(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the largest changes for the map."""
    chosen = _ready(request, key)
    found = compared(chosen.before, chosen.after, chosen.id_field)
    response = JsonResponse(
        comparisons.changes_geojson(found, chosen.after.layer.kind),
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
        content_type="application/geo+json",
    )
    patch_cache_control(response, private=True, max_age=3600)
    return response


@require_safe
def compare_xlsx(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the comparison as a workbook."""
    chosen = _ready(request, key)
    found = compared(chosen.before, chosen.after, chosen.id_field)
    content = comparisons.workbook(found, chosen.before, chosen.after, coarse=chosen.coarse)
    layer = chosen.after.layer.name
    return download(content, f"{layer}_v{chosen.before.number}-v{chosen.after.number}.xlsx", XLSX)


def _ready(request: HttpRequest, key: str) -> Chosen:
    chosen = _chosen(request, key)
    wanted = comparison_of(chosen.before, chosen.after, chosen.id_field)
    if not wanted.ready and not wanted.at_once:
        raise RefusedError(_("The versions have not been compared yet. Open the page first."))
    return chosen


def _chosen(request: HttpRequest, key: str) -> Chosen:
    """Return what is asked to be compared; without `before`, the version before this one."""
    after = _version(request, key)
    others = comparisons.versions_of(request.user, after)
    earlier = request.GET.get("before", "")
    if earlier:
        before = next((one for one in others if one.key == earlier), None)
    else:
        before = next((one for one in others if one.number < after.number), after)
    if before is None:
        raise Http404(_("There is nothing with this address."))
    chosen = Chosen(
        before, after, others, request.GET.get("by", ""), request.GET.get("level") != "2"
    )
    if chosen.id_field and chosen.id_field not in chosen.fields:
        raise RefusedError(
            _("Both versions must have the field by which features are known."),
            status=422,
            field="by",
        )
    return chosen


def _version(request: HttpRequest, key: str) -> LayerVersion:
    visible = LayerVersion.objects.visible_to(request.user).select_related("layer")
    version = visible.filter(key=key).first()
    if version is None:
        raise Http404(_("There is nothing with this address."))
    return version
