"""The employer's side: its matters from the notice on, and what it can say."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.region.access import person
from conurb.region.models import Representation, User
from conurb.sames.market import listing
from conurb.sames.market.acts import FIRM_ACTS
from conurb.sames.market.models import ArrearsMatter
from conurb.sames.market.queries import matters as queries
from conurb.sames.market.queries import persons
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.views.access import people_only
from conurb.sames.market.views.matters import carry_out


@people_only
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the matters of the firms one acts for, and those in which one is listed oneself."""
    actor = person(request)
    context = {
        "matters": list(queries.of_firm(actor)),
        "rows": persons.rows_of(actor),
        "firms": list(Representation.objects.visible_to(actor)),
    }
    return render(request, "market/mine.html", context)


@people_only
@require_safe
def mine_matter(request: HttpRequest, key: str) -> HttpResponse:
    """Show the employer its matter: where it stands, by when it can say what."""
    actor = person(request)
    found = _own_matter(actor, key)
    context = {
        "matter": found,
        "page": queries.firm_page(actor, found, timezone.localdate()),
        "parties": list(found.parties.all()),
        "statements": queries.statements_of(actor, found, party=None),
        "hearings": list(found.hearings.all()),
        "rules": declared(),
        "hindrance_names": listing.HINDRANCE_NAMES,
    }
    return render(request, "market/mine_matter.html", context)


@people_only
def mine_act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Show the form of what the employer can do, and do it."""
    found = _own_matter(person(request), key)
    chosen = FIRM_ACTS.get(act)
    if chosen is None:
        raise Http404(_("There is no such act."))
    address = reverse("market-mine-matter", args=[found.key])
    return carry_out(request, found, chosen, address, "market/act.html")


def _own_matter(actor: User, key: str) -> ArrearsMatter:
    found = queries.of_firm(actor).filter(key=key).first()
    if found is None:
        raise Http404(_("There is no such matter, or it is not yours to see."))
    return found
