"""The wallet (卡包): a person's own records, shown, printed, taken along, and who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from conurb.records import presenting, sd_jwt
from conurb.records.actions import looking
from conurb.records.actions.presenting import PURPOSE, SCANNED, Presented, code_of, present
from conurb.records.models import Look, Record
from conurb.records.queries import wallet as queries
from conurb.records.queries.wallet import Card
from conurb.records.types import UnknownTypeError, type_of
from conurb.refusal import RefusedError
from conurb.region.access import OPAQUE, person
from conurb.region.models import Authority, City, in_language

PAGE_SIZE = 24
LOOKS_SIZE = 50
SD_JWT = "application/dc+sd-jwt"
PURPOSES = {
    PURPOSE: gettext_lazy("to show it"),
    SCANNED: gettext_lazy("to check a code that you showed"),
}
WAYS = {
    "api": gettext_lazy("by a system"),
    "page": gettext_lazy("on the page"),
    "offline": gettext_lazy("with a phone, without a network"),
    "desk": gettext_lazy("while handling a case"),
    "disclosure": gettext_lazy("shown by you"),
}


@require_safe
@login_required
def wallet(request: HttpRequest) -> HttpResponse:
    """List the person's records: those in use, or (`?show=ended`) those that ended."""
    now = timezone.now()
    ended = request.GET.get("show") == "ended"
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = queries.own(request.user)
    over = Q(state__in=("revoked", "superseded")) | Q(valid_until__lte=now)
    counts = {"ended": rows.filter(over).count(), "current": rows.exclude(over).count()}
    chosen = rows.filter(over) if ended else rows.exclude(over)
    page = Paginator(_matching(chosen, words), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "cards": queries.cards(list(page.object_list), now=now),
        "page": page,
        "ended": ended,
        "q": words,
        "current_count": counts["current"],
        "ended_count": counts["ended"],
    }
    return _private(render(request, "records/wallet.html", context))


@require_safe
@login_required
def record(request: HttpRequest, key: str) -> HttpResponse:
    """Show one record: what it says, where it holds, what happened to it."""
    found, card = _found(request, key)
    following = queries.own(request.user).filter(supersedes=found).first()
    context = {
        "record": found,
        "card": card,
        "claims": queries.claims(found),
        "events": queries.history(found),
        "next_record": following,
        "printable": card.standing == "valid" and _on_paper(found),
    }
    return _private(render(request, "records/record.html", context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Let the holder choose what to disclose, and see it as the inspector will; POST draws."""
    found, card = _found(request, key)
    chosen = request.POST.getlist("claims") if request.method == "POST" else []
    problem, status = "", 200
    if request.method == "POST":
        try:
            return _code(request, card, present(person(request), found, chosen))
        except RefusedError as refusal:
            problem, status = str(refusal), refusal.status
    elif card.standing != "valid":
        raise RefusedError(
            _("This record is not valid now (%(state)s). A code of it would be refused.")
            % {"state": card.words}
        )
    possible = {claim.name for claim in presenting.choices(found.declared, found.held)}
    carried = {claim.name for claim in found.declared.claims if claim.compact is not None}
    readings = queries.claims(found)
    context = {
        "record": found,
        "card": card,
        "shown": [each for each in readings if not each.held and each.name in carried],
        "choices": [each for each in readings if each.name in possible],
        "chosen": [name for name in chosen if name in possible],
        "minutes": int(presenting.LIFE_WITH_HELD.total_seconds() // 60),
        "problem": problem,
    }
    return _private(render(request, "records/show.html", context, status=status))


@require_safe
@login_required
def on_paper(request: HttpRequest, key: str) -> HttpResponse:
    """Show a page of A4 with the public claims and a code of them that lasts like the record."""
    found, card = _found(request, key)
    if card.standing != "valid":
        raise RefusedError(
            _("This record is not valid now (%(state)s). A code of it would be refused.")
            % {"state": card.words}
        )
    if not _on_paper(found):
        raise RefusedError(
            _("All that this record says is held; a paper would show nothing. Show it as a code.")
        )
    now = timezone.now()
    shown = presenting.disclosure(
        found.declared, found.public, {}, (), valid_until=found.valid_until, now=now
    )
    picture, version = presenting.drawing(code_of(found, shown, now=now))
    context = {
        "record": found,
        "card": card,
        "claims": [each for each in queries.claims(found) if not each.held],
        "picture": mark_safe(picture),  # noqa: S308 - drawn by segno, of base45 alone
        "version": version,
        "check_address": settings.SITE_ADDRESS + reverse("check"),
    }
    return _private(render(request, "records/print.html", context))


@require_safe
@login_required
def as_file(request: HttpRequest, key: str) -> HttpResponse:
    """Send the record as SD-JWT VC with every disclosure: all that another wallet needs."""
    found, _card = _found(request, key)
    names = sorted(found.held)
    content = sd_jwt.present(found.token, found.held, found.salts, names)
    response = HttpResponse(content, content_type=SD_JWT)
    return _private(_named(response, f"{found.type}-{found.key[:8]}.sd-jwt"))


@require_safe
@login_required
def as_json(request: HttpRequest, key: str) -> HttpResponse:
    """Send the record as data, with all claims and its history."""
    found, card = _found(request, key)
    until = found.valid_until
    response = JsonResponse(
        {
            "urn": found.urn,
            "type": found.type,
            "type_version": found.type_version,
            "type_name": {"zh": found.declared.name.zh, "en": found.declared.name.en},
            "standing": card.standing,
            "city": found.city_id,
            "authority": found.authority.key,
            "subject": {
                "kind": found.subject_kind,
                "number": found.subject_number,
                "name": found.subject_name,
            },
            "public": found.public,
            "held": found.held,
            "issued_at": found.issued_at.isoformat(),
            "valid_from": found.valid_from.isoformat(),
            "valid_until": until.isoformat() if until else None,
            "holds_in": [
                {
                    "city": place.city.code,
                    "agreement": place.agreement.key if place.agreement else None,
                    "effects": place.agreement.effects if place.agreement else [],
                }
                for place in card.places
            ],
            "history": [
                {"at": event.at.isoformat(), "kind": event.kind, "log_index": event.log_index}
                for event in queries.history(found)
            ],
            "sd_jwt": found.token,
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    return _private(_named(response, f"{found.type}-{found.key[:8]}.json"))


@dataclass(frozen=True, slots=True)
class _Told:
    """A look in words."""

    at: datetime
    reported: datetime | None
    who: str
    purpose: str
    type: str
    city: str
    way: str
    verdict: str
    verdict_words: str


@require_safe
@login_required
def looks(request: HttpRequest) -> HttpResponse:
    """List who looked at the person's data, when and for what."""
    looking.gather()
    actor = person(request)
    page = Paginator(queries.looks(actor), LOOKS_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "looks": _told(list(page.object_list)),
        "known": queries.has_identity(actor),
    }
    return _private(render(request, "records/looks.html", context))


def _found(request: HttpRequest, key: str) -> tuple[Record, Card]:
    """Return the person's own record of this key and its card; Http404 for anything else."""
    found = queries.own(request.user).filter(key=key).first() if OPAQUE.fullmatch(key) else None
    if found is None:
        raise Http404(_("There is no such record, or it is not yours to see."))
    (card,) = queries.cards([found])
    return found, card


def _on_paper(found: Record) -> bool:
    """Tell whether a code without held claims says anything; what is held is never printed."""
    return any(
        claim.compact is not None and claim.name in found.public for claim in found.declared.public
    )


def _matching(rows: QuerySet[Record], words: str) -> QuerySet[Record]:
    if not words:
        return rows
    compact = words.upper().replace("·", "").replace(" ", "")
    return rows.filter(Q(subject_name__icontains=words) | Q(subject_number__icontains=compact))


def _code(request: HttpRequest, card: Card, made: Presented) -> HttpResponse:
    """Show the code; its page is in no cache, so that going back does not show it again."""
    names = set(made.disclosure.claims)
    picture, _version = presenting.drawing(made.text, ecc="M")
    context = {
        "record": card.record,
        "card": card,
        "claims": [each for each in queries.claims(card.record) if each.name in names],
        "title": card.title_among(names),
        "chosen": made.disclosure.held,
        "until": made.disclosure.until if made.disclosure.held else None,
        "picture": mark_safe(picture),  # noqa: S308 - drawn by segno, of base45 alone
        "text": made.text,
    }
    return _private(render(request, "records/code.html", context))


def _told(rows: Sequence[Look]) -> list[_Told]:
    """Say each look in the language of the moment; two queries for any number."""
    cities = {city.code: city.short for city in City.objects.all()}
    keys = {row.authority_key for row in rows if row.authority_key}
    authorities = {each.key: each.name for each in Authority.objects.filter(key__in=keys)}
    return [
        _Told(
            at=row.at,
            reported=row.received_at,
            who=_who(row, authorities),
            purpose=str(PURPOSES.get(row.purpose, row.purpose)),
            type=_type_name(row.type),
            city=cities.get(row.in_city, ""),
            way=str(WAYS.get(row.way, row.way)),
            verdict=row.verdict,
            verdict_words=verdict_words(row.verdict),
        )
        for row in rows
    ]


def _who(row: Look, authorities: dict[str, str]) -> str:
    """The authority, which answers for its officers; the person, who showed it."""
    if row.way == "disclosure":
        return _("You")
    return (
        authorities.get(row.authority_key, "") or row.authority_name or _("Somebody without login")
    )


def _type_name(slug: str) -> str:
    try:
        name = type_of(slug).name
    except UnknownTypeError:
        return slug
    return in_language(name.zh, name.en)


def verdict_words(verdict: str) -> str:
    """Return a verdict in one word."""
    words = {
        "valid": _("Valid"),
        "invalid": _("Not valid"),
        "stale": _("Cannot be told: lists too old"),
        "unknown": _("Unknown"),
    }
    return words.get(verdict, verdict)


def _named(response: HttpResponse, filename: str) -> HttpResponse:
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """Keep what is a person's own out of every cache."""
    add_never_cache_headers(response)
    return response
