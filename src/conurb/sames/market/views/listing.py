"""The published list: for everybody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.journal import sheets
from conurb.journal.serving import download
from conurb.journal.sheets import Column, Sheet
from conurb.region.models import City, User, works_for_region
from conurb.sames.market.models import Duty, inspects_labour
from conurb.sames.market.queries import published
from conurb.sames.market.queries.declared import declared
from conurb.sames.market.queries.published import ListFilter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the list, searched and paged."""
    asked = ListFilter.from_query(request.GET)
    page = published.page_of(request.user, asked)
    context = {
        "asked": asked,
        "page": page,
        "cities": City.objects.all(),
        "rules": declared(),
        "inspects": inspects_labour(request.user),
        "officer": works_for_region(request.user),
    }
    return render(request, "market/list.html", context)


@require_safe
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """Show one entry, where it holds, and with which effect."""
    found = published.entry_of(request.user, key)
    if found is None:
        raise Http404(_("There is no such entry, or it has left the list."))
    own: list[Duty] = []
    if isinstance(request.user, User) and works_for_region(request.user):
        own = list(
            Duty.objects.visible_to(request.user)
            .filter(listing=found, authority=request.user.authority, superseded=False)
            .order_by("direction", "pk")
        )
    context = {
        "entry": found,
        "holds": published.holds_where(found),
        "on_list": found.removed_at is None and found.until >= timezone.localdate(),
        "own": own,
        "inspects": inspects_labour(request.user),
    }
    return render(request, "market/entry.html", context)


@require_safe
def listing_xlsx(request: HttpRequest) -> HttpResponse:
    """Answer with the list as a workbook."""
    asked = ListFilter.from_query(request.GET)
    columns = [
        Column(_("Employer"), 36, wraps=True),
        Column(_("Unified social credit code"), 22),
        Column(_("Persons"), 30, wraps=True),
        Column(_("Ground of listing"), 44, wraps=True),
        Column(_("Listing authority"), 28, wraps=True),
        Column(_("Decision number"), 22),
        Column(_("Listed on"), 12),
        Column(_("Listed until"), 12),
    ]
    rows = (
        (
            each.firm_name,
            each.firm,
            "；".join(f"{name}（{capacity}，{masked}）" for name, capacity, masked in each.persons),
            "；".join(each.grounds),
            each.authority.name,
            each.decision_number,
            each.decided_on,
            each.until,
        )
        for each in published.on_list(request.user, asked)
    )
    title = _("Wage-arrears list")
    day = timezone.localdate().isoformat()
    content = sheets.write([Sheet(title[:31], columns, rows)], title=title, creator="Conurb")
    return download(content, f"{title} {day}.xlsx", XLSX)
