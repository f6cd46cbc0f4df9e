"""The officer's desk: the queue, taking the next one, granting many together, export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from conurb.desk.actions import deciding
from conurb.desk.actions.counter import counter_city
from conurb.desk.forms import BulkForm
from conurb.desk.models import Case
from conurb.desk.queries import pages_desk
from conurb.desk.queries.pages_desk import Asked, Row
from conurb.desk.writers import sheets
from conurb.journal.serving import download
from conurb.refusal import RefusedError
from conurb.region.access import officers_only, person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TRIES = 5


@dataclass(frozen=True)
class Column:
    """A column of the queue: what a click sorts by next, and the order it is in."""

    name: str
    sort: str = ""
    order: str = ""


@officers_only
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the queue of the actor's authority."""
    actor = person(request)
    if actor.authority is None:
        return render(request, "desk/desk.html", {})
    asked, today = Asked.of(request.GET), timezone.localdate()
    tabs = pages_desk.tabs(actor, asked.tab)
    page: Page[Row] = pages_desk.rows(actor, asked, today)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "asked": asked,
        "tabs": tabs,
        "waiting": next(tab.count for tab in tabs if tab.key == "waiting"),
        "page": page,
        "any_bulk": any(row.bulk for row in page.object_list),
        "columns": _columns(asked.sort),
        "service_choices": pages_desk.service_choices(actor, asked.service),
        "city_choices": pages_desk.city_choices(asked.city),
        "light_choices": pages_desk.light_choices(asked.light),
        "exported": f"?{query.urlencode()}" if query else "",
        "counter_city": counter_city(actor),
    }
    return render(request, "desk/desk.html", context)


def _columns(sort: str) -> list[Column]:
    def by(name: str, key: str) -> Column:
        order = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        return Column(name, f"-{key}" if order == "ascending" else key, order)

    return [
        by(_("Service and number"), "service"),
        Column(_("Applicant")),
        by(_("Handed in on"), "submitted"),
        Column(_("State")),
        by(_("Due day"), "due"),
    ]


@officers_only
@require_POST
def next_one(request: HttpRequest) -> HttpResponse:
    """Claim the most urgent case that waits; where a colleague was quicker, the one after it."""
    actor = person(request)
    for case in pages_desk.next_ones(actor)[:TRIES]:
        try:
            deciding.claim(actor, case)
        except RefusedError:
            continue
        return HttpResponseRedirect(reverse("desk-case", args=[case.key]))
    messages.info(request, _("Nothing is waiting now."))
    return HttpResponseRedirect(reverse("desk"))


@officers_only
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """List the chosen cases to be confirmed; with the reasons, grant them."""
    actor = person(request)
    chosen = _chosen(request)
    if not chosen:
        raise RefusedError(_("Choose the cases to be granted together first."), status=422)
    confirmed = "confirm" in request.POST
    form = BulkForm(request.POST if confirmed else None, initial=_first_reason())
    status = 200
    if confirmed and form.is_valid():
        try:
            done = deciding.grant_many(
                actor,
                [row.case for row in chosen],
                reasons_zh=form.cleaned_data["reasons_zh"],
                reasons_en=form.cleaned_data["reasons_en"],
            )
        except RefusedError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            _tell(request, done)
            return HttpResponseRedirect(reverse("desk"))
    elif confirmed:
        status = 422
    return render(request, "desk/bulk.html", {"rows": chosen, "form": form}, status=status)


def _chosen(request: HttpRequest) -> Sequence[Row]:
    actor, today = person(request), timezone.localdate()
    keys = request.POST.getlist("case")[: deciding.MOST_AT_ONCE + 1]
    cases = (
        pages_desk.own(actor)
        .filter(key__in=keys)
        .select_related("authority", "accepted_in", "officer")
        .order_by("due_on", "pk")
    )
    return [pages_desk.row_of(actor, case, today) for case in cases]


def _first_reason() -> dict[str, str]:
    phrase = pages_desk.reason_phrases(granted=True)[0]
    return {"reasons_zh": phrase.zh, "reasons_en": phrase.en}


def _tell(request: HttpRequest, done: deciding.Bulk) -> None:
    if done.granted:
        number = len(done.granted)
        messages.success(
            request,
            ngettext("%(number)s case was granted.", "%(number)s cases were granted.", number)
            % {"number": number},
        )
    for case, why in done.refused:
        messages.error(request, f"{case.number}{_(': ')}{why}")


@officers_only
@require_safe
def desk_xlsx(request: HttpRequest) -> HttpResponse:
    """Answer with the queue as a workbook, by the same filters."""
    actor = person(request)
    asked, today = replace(Asked.of(request.GET), page="1"), timezone.localdate()
    found: list[Case] = list(pages_desk.select(actor, asked, today)[: sheets.MOST_ROWS])
    rows = [pages_desk.row_of(actor, case, today) for case in found]
    content = sheets.queue(rows, title=_("Queue"))
    return download(content, f"{_('Queue')} {today.isoformat()}.xlsx", XLSX)
