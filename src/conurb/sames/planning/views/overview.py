"""The page on which the items of field 1 lead: what was adopted, by which rules."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conurb.region.models import in_language, works_for_region
from conurb.sames.planning.models import Review
from conurb.sames.planning.queries.declared import declared
from conurb.sames.planning.queries.figures import for_page

MOST = 30


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the figures, the maps adopted and how a map is reviewed."""
    found = declared()
    adopted = Review.objects.visible_to(request.user).filter(
        state__in=[Review.State.ADOPTED, Review.State.SUPERSEDED]
    )
    signed = Review.records.through.objects.filter(review=OuterRef("pk"))
    context = {
        "figures": for_page(),
        "adopted": adopted.select_related("layer", "city", "version")
        .annotate(is_signed=Exists(signed))
        .order_by("-closed_at")[:MOST],
        "rules": found.rules if found else None,
        "rules_source": in_language(found.rules.source.zh, found.rules.source.en) if found else "",
        "officer": works_for_region(request.user),
    }
    return render(request, "planning/overview.html", context)
