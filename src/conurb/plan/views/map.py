"""The map of the plan, and the data it draws."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from conurb.plan.lights import LIGHT_NAMES, LIGHTS
from conurb.plan.queries.map import areas, count_placed, on_map, placed_tasks, region_digest
from conurb.plan.queries.overview import current_plan, with_known_lead
from conurb.plan.queries.tasks import TaskFilter, select
from conurb.region.models import City, in_language

LISTED = 100
ASKED = frozenset({"q", "field", "light", "city", "page"})
A_YEAR = 365 * 24 * 3600


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Show the tasks on the map, and the same tasks as a list."""
    today = timezone.localdate()
    asked = TaskFilter.from_query(request.GET)
    plan = current_plan()
    tasks = select(request.user, asked, today).select_related("lead", "item__field")
    placed = count_placed(request.user, asked, today)
    paginator = Paginator(on_map(tasks), LISTED)
    paginator.count = placed.placed  # counted already; the paginator would count again
    listed = paginator.get_page(asked.page)
    return render(
        request,
        "plan/map.html",
        {
            "plan": plan,
            "asked": asked,
            "tasks": listed,
            "led": with_known_lead(request.user, listed.object_list),
            "placed": placed,
            "source": asked.only_filter().address(),
            # what the form of this page does not ask, it keeps
            "kept": [(name, value) for name, value in asked.pairs() if name not in ASKED],
            "choices": {
                "fields": plan.fields.all() if plan else (),
                "cities": City.objects.all(),
                "lights": [(light, in_language(*LIGHT_NAMES[light])) for light in LIGHTS],
            },
        },
    )


def _areas_etag(request: HttpRequest) -> str:
    return f'"{region_digest()}-{get_language()}"'


@require_safe
@gzip_page
@condition(etag_func=_areas_etag)
def counties(request: HttpRequest) -> HttpResponse:
    """Answer the region's areas; kept by browsers for as long as the region stays as it is."""
    digest, language = region_digest(), get_language() or ""
    response = HttpResponse(areas(digest, language), content_type="application/geo+json")
    # an address that names this very state of the region never has other content
    named = digest and request.GET.get("v") == digest and request.GET.get("lang") == language
    if named:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)
        patch_vary_headers(response, ["Cookie"])
    return response


@require_safe
@gzip_page
def tasks(request: HttpRequest) -> HttpResponse:
    """Answer the tasks asked for that have a place; the parameters are those of the plan page."""
    asked = TaskFilter.strict(request.GET, also=("lang",))
    collection = placed_tasks(request.user, asked, timezone.localdate())
    response = JsonResponse(
        collection,
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
        content_type="application/geo+json",
    )
    patch_cache_control(response, private=True, no_cache=True)
    return response
