"""The register of records (凭证登记簿): what an authority issued, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from conurb.journal import sheets
from conurb.records.actions import standing
from conurb.records.forms import ReasonForm
from conurb.records.models import Record
from conurb.records.queries import register as queries
from conurb.records.queries import wallet as shared
from conurb.records.queries.wallet import Card
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE, officers_only, person
from conurb.region.competence import require_officer_of
from conurb.region.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@officers_only
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List what the officer's authority issued, as asked for in the address."""
    asked = queries.Asked.from_query(request.GET)
    rows = queries.select(request.user, asked)
    page = Paginator(rows, queries.PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "page": page,
        "rows": [
            (card, shared.masked(card.record.subject_kind, card.record.subject_number))
            for card in shared.cards(list(page.object_list))
        ],
        "kinds": queries.kinds(request.user),
        "cities": queries.cities(request.user),
        "states": queries.states(),
        "sorts": [(code, words) for code, (words, _order) in queries.SORTS.items()],
        "authority": person(request).authority,
    }
    return _private(render(request, "records/register.html", context))


@officers_only
@require_safe
def register_xlsx(request: HttpRequest) -> HttpResponse:
    """Send the register as asked for as a sheet."""
    asked = queries.Asked.from_query(request.GET)
    sheet = queries.sheet(queries.select(request.user, asked))
    name = f"{_('Register of records')} {timezone.localdate().isoformat()}"
    content = sheets.write([sheet], title=name, creator="Conurb")
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"records.xlsx\"; filename*=UTF-8''{quote(name + '.xlsx', safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return _private(response)


@officers_only
@require_safe
def register_record(request: HttpRequest, key: str) -> HttpResponse:
    """Show one record to an officer of the authority that issued it."""
    found, card = _found(request, key)
    context = {
        "record": found,
        "card": card,
        "claims": shared.claims(found),
        "events": shared.history(found),
        "acts": _possible(person(request), card),
        "proof_address": f"{reverse('api:prove_inclusion', args=[found.city_id])}"
        f"?index={found.log_index}",
        "next_record": queries.issued_by(request.user).filter(supersedes=found).first(),
    }
    return _private(render(request, "records/register_record.html", context))


@dataclass(frozen=True)
class _Act:
    """Something an officer does to a record; `does` is the action behind it."""

    code: str
    title: Promise
    button: Promise
    done: Promise
    hint: Promise
    does: Callable[..., Record]
    danger: bool = False


ACTS = {
    act.code: act
    for act in (
        _Act(
            "suspend",
            gettext_lazy("Suspend the record"),
            gettext_lazy("Suspend"),
            gettext_lazy("The record is suspended. It holds nowhere until it is resumed."),
            gettext_lazy("It can be resumed; until then every check refuses it."),
            standing.suspend,
        ),
        _Act(
            "resume",
            gettext_lazy("Resume the record"),
            gettext_lazy("Resume"),
            gettext_lazy("The record holds again."),
            gettext_lazy("It holds again from this moment, where its agreements say."),
            standing.resume,
        ),
        _Act(
            "revoke",
            gettext_lazy("Revoke the record"),
            gettext_lazy("Revoke"),
            gettext_lazy("The record is revoked. It holds nowhere any more."),
            gettext_lazy("This cannot be undone. A new record takes a new decision."),
            standing.revoke,
            danger=True,
        ),
    )
}


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Say what suspending, resuming or revoking will do; on POST do it."""
    found, card = _found(request, key)
    actor = person(request)
    chosen = ACTS[act]
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        form = ReasonForm(request.POST)
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                chosen.does(actor, found, given["reason"], code=given["code"])
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, str(chosen.done))
                return HttpResponseRedirect(reverse("register-record", args=[key]))
    else:
        _require_possible(actor, card, chosen)
    context = {
        "record": found,
        "card": card,
        "act": chosen,
        "form": form,
        "places": shared.would_hold(found) if chosen.code == "resume" else card.places,
    }
    return _private(render(request, "records/register_act.html", context, status=status))


def _found(request: HttpRequest, key: str) -> tuple[Record, Card]:
    """Return a record of the officer's register and its card; Http404 for anything else."""
    rows = queries.issued_by(request.user).select_related(
        "city", "authority", "status_list", "signing_key", "supersedes"
    )
    rows = rows.defer("status_list__bits")
    found = rows.filter(key=key).first() if OPAQUE.fullmatch(key) else None
    if found is None:
        raise Http404(_("There is no such record, or your authority did not issue it."))
    (card,) = shared.cards([found])
    return found, card


def _possible(actor: User, card: Card) -> list[_Act]:
    """The acts that this officer can do to the record as it stands; an administrator does none."""
    if actor.authority_id != card.record.authority_id:
        return []
    codes = {"valid": ("suspend", "revoke"), "suspended": ("resume", "revoke")}
    return [ACTS[code] for code in codes.get(card.record.state, ())]


def _require_possible(actor: User, card: Card, act: _Act) -> None:
    """Refuse in words what cannot be done, before a reason is typed for nothing."""
    require_officer_of(actor, card.record.authority)
    if act not in _possible(actor, card):
        raise RefusedError(
            _("“%(act)s” is not possible: the record is %(state)s.")
            % {"act": act.button, "state": card.words}
        )


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the register out of every cache."""
    add_never_cache_headers(response)
    return response
