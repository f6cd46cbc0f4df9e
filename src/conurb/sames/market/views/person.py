"""The side of a person listed with an employer that it does not act for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.region.access import person
from conurb.region.models import User
from conurb.sames.market import listing
from conurb.sames.market.acts import PERSON_ACTS
from conurb.sames.market.models import Party
from conurb.sames.market.queries import persons
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.views.access import people_only
from conurb.sames.market.views.matters import carry_out


@people_only
@require_safe
def listed(request: HttpRequest, key: str) -> HttpResponse:
    """Show a person its own listing: grounds, term, what it entails, and what it can say."""
    actor = person(request)
    found = _own_row(actor, key)
    context = {
        "party": found,
        "matter": found.matter,
        "page": persons.person_page(actor, found, timezone.localdate()),
        "rules": declared(),
        "ground_names": listing.GROUND_NAMES,
    }
    return render(request, "market/listed.html", context)


@people_only
def listed_act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Show the form of what a person listed can do for itself, and do it."""
    found = _own_row(person(request), key)
    chosen = PERSON_ACTS.get(act)
    if chosen is None:
        raise Http404(_("There is no such act."))
    address = reverse("market-listed", args=[key])
    return carry_out(request, found.matter, chosen, address, "market/listed_act.html")


def _own_row(actor: User, key: str) -> Party:
    found = persons.row_of(actor, key)
    if found is None:
        raise Http404(_("There is no such matter, or it is not yours to see."))
    return found
