"""The page of all agreements; it is for everybody."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conurb.records.queries.agreements import overview
from conurb.records.types import types
from conurb.region.models import City, in_language


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """Show which type of record, from which city, holds in which city, and what changed."""
    cities = list(City.objects.order_by("order"))
    known = sorted(
        ((each.slug, in_language(each.name.zh, each.name.en)) for each in types()),
        key=lambda each: each[1],
    )
    asked_type, asked_city = request.GET.get("type", ""), request.GET.get("city", "")
    type_slug = asked_type if asked_type in dict(known) else ""
    city = asked_city if asked_city in {each.code for each in cities} else ""
    history = request.GET.get("history") == "on"
    try:
        on = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        on = None
    return render(
        request,
        "records/agreements.html",
        {
            "groups": overview(cities, type_slug=type_slug, city=city, history=history, on=on),
            "on": on,
            "cities": cities,
            "types": known,
            "type": type_slug,
            "city": city,
            "history": history,
        },
    )
