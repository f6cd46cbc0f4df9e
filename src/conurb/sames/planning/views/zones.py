"""Zones and tiers: the boundaries in force on a day, their history, and what is proposed."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from conurb.sames.planning.models import plans_space
from conurb.sames.planning.queries import zones as queries


@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """Show the zones in force on a day, and every boundary there was."""
    day = _day(request)
    shown = queries.in_force(request.user, day)
    features = queries.features(shown)
    history = queries.history(request.user)
    context = {
        "day": day,
        "today": timezone.localdate(),
        "shown": shown,
        "tiers": queries.tiers(shown, features),
        "history": queries.with_changes(history),
        "proposed": queries.proposed(request.user),
        "submits": plans_space(request.user),
    }
    return render(request, "planning/zones.html", context)


@require_safe
def geojson(request: HttpRequest) -> HttpResponse:
    """Answer with the zones in force on a day as GeoJSON (RFC 7946)."""
    shown = queries.in_force(request.user, _day(request))
    return JsonResponse(
        {"type": "FeatureCollection", "features": queries.features(shown)},
        content_type="application/geo+json",
    )


def _day(request: HttpRequest) -> date:
    """The day asked for, today where none or none that exists was asked."""
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    return asked or timezone.localdate()
