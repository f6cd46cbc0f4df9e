"""The ranking of projects, the first page of the pack; and what its map draws."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_POST, require_safe

from conurb.refusal import NotCompetentError
from conurb.region.models import User
from conurb.sames.facilities.actions import appraising
from conurb.sames.facilities.queries import maps, runs
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries import ranking as lists
from conurb.sames.facilities.queries.ranking import Asked
from conurb.sames.facilities.views.reading import read_for

A_YEAR = 365 * 24 * 3600


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """Show every project of the plan, ranked by what it does for people."""
    asked = Asked.from_query(request.GET)
    state = networks.current()
    if state is None:
        nothing = {"nothing": runs.nothing_yet(None), "asked": asked}
        return render(request, "facilities/ranking.html", nothing)
    read = read_for(request, state, asked.travel)
    rows = lists.narrowed(read.rows, asked)
    with_cost = any(row.cost_per_hour is not None for row in read.rows.values())
    return render(
        request,
        "facilities/ranking.html",
        {
            "asked": asked,
            "rows": rows,
            "columns": lists.columns(with_cost=with_cost),
            "with_cost": with_cost,
            "choices": lists.choices_of(read.rows),
            "standing": read.standing,
            "ranking": runs.rules_of(read.result) if read.result else None,
            "nothing": runs.nothing_yet(state),
            "map": maps.Shown(
                key="projects-map",
                title=_("Network and projects"),
                digest=maps.short_digest(state),
                projects=True,
                only=[row.project.key for row in rows] if asked.narrows else None,
                soft=True,
                fit="projects",
            ),
        },
    )


@login_required
@require_POST
def appraise(request: HttpRequest) -> HttpResponse:
    """Have all projects appraised again on the network of today."""
    if not isinstance(request.user, User):
        raise NotCompetentError(_("Log in first."))
    job = appraising.ask(request.user)
    return HttpResponseRedirect(reverse("job", args=[job.key]))


def _etag(_request: HttpRequest) -> str:
    state = networks.current()
    return f'"{state.digest[:32] if state else ""}-{get_language()}"'


@gzip_page
@require_safe
@condition(etag_func=_etag)
def network_geojson(request: HttpRequest) -> HttpResponse:
    """Give the links and stations of the network, as GeoJSON."""
    return _geojson(request, maps.network_geojson(networks.in_use()))


@gzip_page
@require_safe
@condition(etag_func=_etag)
def projects_geojson(request: HttpRequest) -> HttpResponse:
    """Give the projects, as GeoJSON."""
    return _geojson(request, maps.projects_geojson(networks.in_use()))


def _geojson(request: HttpRequest, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/geo+json")
    # an address with a digest never means anything else
    fresh = {"max_age": A_YEAR, "immutable": True} if "v" in request.GET else {"max_age": 60}
    patch_cache_control(response, public=True, **fresh)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
