"""The map of layers."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from conurb.atlas.models import LayerVersion
from conurb.atlas.queries.map_layers import groups, map_source
from conurb.region.models import RegionState

_KEY = re.compile(r"[0-9a-f]{1,30}")


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Show the layers to choose among, and the map that draws them.

    `version` in the query names versions to show beside the latest ones.
    """
    state = RegionState.objects.first()
    asked = [key for key in request.GET.getlist("version") if _KEY.fullmatch(key)]
    return render(
        request,
        "atlas/map.html",
        {
            "groups": groups(request.user, state.name if state else "", asked),
            "chosen": set(asked),
        },
    )


@require_safe
@gzip_page
def source(request: HttpRequest, key: str) -> HttpResponse:
    """Answer what a map needs to draw a version."""
    version = (
        LayerVersion.objects.visible_to(request.user)
        .select_related("layer")
        .filter(key=key)
        .first()
    )
    if version is None:
        raise Http404(_("There is nothing with this address."))
    response = JsonResponse(map_source(version), json_dumps_params={"ensure_ascii": False})
    patch_cache_control(response, private=True, max_age=60)
    patch_vary_headers(response, ["Cookie"])
    return response
