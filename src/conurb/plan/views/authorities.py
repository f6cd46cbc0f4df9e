"""The authorities: who carries which part of the plan. For officers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from conurb.plan.queries import authorities as shares
from conurb.region.access import officers_only
from conurb.region.models import Authority, City, coordinates

LONGEST = 100


@require_safe
@officers_only
def authorities(request: HttpRequest) -> HttpResponse:
    """List the authorities by city with the tasks they lead and support."""
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    cities = list(City.objects.all())
    asked = request.GET.get("city", "")
    city = asked if asked == "region" or asked in {one.code for one in cities} else ""
    groups = shares.by_city(request.user, timezone.localdate(), words=words, city=city)
    return render(
        request,
        "plan/authorities.html",
        {"groups": groups, "cities": cities, "q": words, "city": city},
    )


@require_safe
@officers_only
def authority(request: HttpRequest, key: str) -> HttpResponse:
    """Show one authority: competences, tasks, people."""
    found = get_object_or_404(Authority.objects.select_related("city"), key=key)
    own = getattr(request.user, "authority_id", None) == found.pk
    return render(
        request,
        "plan/authority.html",
        {
            "authority": found,
            "subjects": found.subjects.all(),
            "shown": shares.page(request.user, found, timezone.localdate()),
            "sees_keys": own or coordinates(request.user),
        },
    )
