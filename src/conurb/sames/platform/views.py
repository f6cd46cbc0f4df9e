"""Pages of the freight vehicle passes: for everybody, for holders, for the traffic police."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from conurb.journal.charts import Chart, Series
from conurb.records.checking import Answer, reason_words
from conurb.records.presenting import STANDING_WORDS
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import OPAQUE, officers_only, person
from conurb.region.forms import Form
from conurb.region.models import City, User, in_language
from conurb.region.tables import Bilingual
from conurb.sames.platform.actions import passes as acts
from conurb.sames.platform.forms import (
    PassForm,
    PlateForm,
    ReasonForm,
    ViolationForm,
    WithdrawalForm,
    named,
)
from conurb.sames.platform.models import Pass, PassCheck, Violation, is_police
from conurb.sames.platform.queries import figures
from conurb.sames.platform.queries import map as maps
from conurb.sames.platform.queries import passes as found
from conurb.sames.platform.queries.rules import declared
from conurb.sames.platform.record_type import PURPOSES, SLUG
from conurb.sames.platform.restrictions import DAY_WORDS
from conurb.sames.platform.service import judge
from conurb.sames.platform.vehicles import MASS_WORDS

LISTED = 50
LATEST = 20
Act = Callable[[], object]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the service is, the zones of the cities with their hours, and the figures."""
    now = timezone.now()
    rules = declared()
    cities = figures.by_city(now)
    return render(
        request,
        "platform/overview.html",
        {
            "service": SLUG,
            "zones": maps.by_city(rules, [each.city for each in cities]),
            "rules": rules,
            "terms": list(rules.terms.values()),
            "purposes": list(rules.purposes.values()),
            "exemptions": [(each, rules.sources[each.source]) for each in rules.exemptions],
            "cities": cities,
            "totals": _totals(cities, now),
            "refusals": _refusals(cities),
            "charts": _charts(cities, now),
            "masses": [(key, named(words)) for key, words in MASS_WORDS.items()],
            "digest": rules.digest,
        },
    )


@require_safe
@gzip_page
def zones_geojson(request: HttpRequest) -> HttpResponse:
    """Answer the zones and corridors that the map draws."""
    response = JsonResponse(
        maps.collection(declared()),
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
        content_type="application/geo+json",
    )
    if request.GET.get("v") == declared().digest:
        patch_cache_control(response, public=True, max_age=365 * 24 * 3600, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)
    return response


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Say what the rules find of an application before it is handed in; keeps nothing.

    The answer names the zones that the route meets, for the map.
    """
    data = {name: request.POST.get(name, "") for name in PassForm.base_fields}
    data["corridors"] = request.POST.getlist("corridors")  # type: ignore[assignment]
    judged = judge(data, timezone.now())
    return JsonResponse(
        {
            "granted": judged.granted,
            "possible": judged.possible,
            "cities": list(judged.cities),
            "zones": {
                meeting.zone.code: _worst(judged, meeting.zone.code) for meeting in judged.met
            },
            "results": [
                {
                    "rule": each.rule,
                    "passed": each.passed,
                    "blocking": each.blocking,
                    "text": named(each.text),
                    "source": each.source,
                    "field": each.field,
                    "zone": each.zone,
                }
                for each in judged.results
            ],
        },
        json_dumps_params={"ensure_ascii": False},
    )


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show a holder's passes, with the points and what can be renewed."""
    return render(
        request,
        "platform/mine.html",
        {
            "passes": found.holders(_user(request), timezone.now()),
            "limits": declared().thresholds,
            "service": SLUG,
            "words": WORDS,
        },
    )


@officers_only
@require_safe
def passes(request: HttpRequest) -> HttpResponse:
    """Show the passes to traffic police officers, narrowed as asked."""
    actor = _police(request)
    now = timezone.now()
    asked = found.Asked.of(request.GET)
    page = Paginator(found.listed(actor, asked, now), LISTED).get_page(request.GET.get("page"))
    return render(
        request,
        "platform/passes.html",
        {
            "asked": asked,
            "page": page,
            "passes": found.show(list(page.object_list), now),
            "cities": found.cities(),
            "states": [(key, _standing_words(key)) for key in found.STATES],
            "due": len(found.due_plates(now)),
            "limits": declared().thresholds,
            "words": WORDS,
        },
    )


@officers_only
def check(request: HttpRequest) -> HttpResponse:
    """Check a plate in the officer's own city, and say in words and colour what it holds."""
    actor = _police(request)
    form = PlateForm(request.POST or None)
    answer: Answer | None = None
    made: PassCheck | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                answer, made = acts.check(actor, form.cleaned_data["plate"])
                status = 200
            except RefusedError as refusal:
                form.refuse(refusal)
    return render(
        request,
        "platform/check.html",
        {
            "form": form,
            "answer": _answer_words(answer) if answer is not None else None,
            "of": made.found if made is not None else None,
            "checks": PassCheck.objects.visible_to(actor).select_related("city")[:LATEST],
        },
        status=status,
    )


@login_required
@require_safe
def of(request: HttpRequest, key: str) -> HttpResponse:
    """Show a pass: to its holder, and to the traffic police."""
    actor = _user(request)
    shown = found.detail(actor, _pass(request, key), timezone.now())
    context = {"detail": shown, "limits": declared().thresholds, "words": WORDS}
    return render(request, "platform/pass.html", context)


@officers_only
def violation(request: HttpRequest, key: str) -> HttpResponse:
    """Note a violation against a pass."""
    actor = _police(request)
    of = _pass(request, key)
    form = ViolationForm(
        request.POST or None, initial={"at": timezone.localtime().replace(second=0)}
    )

    def act() -> None:
        given = form.cleaned_data
        acts.note_violation(
            actor, of, given["kind"], place=given["place"], at=given["at"], words=given["words"]
        )
        messages.success(request, _("The violation is noted; the points count at once."))

    page = {
        "title": _("Note a violation"),
        "hint": _("The holder reads it. The points stay with the vehicle for a year."),
        "button": _("Note"),
    }
    return _carry_out(request, of, form, act, page)


@officers_only
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Withdraw a pass."""
    actor = _police(request)
    of = _pass(request, key)
    if actor.authority_id != of.record.authority_id:
        raise NotCompetentError(
            _("%(authority)s issued this pass; its officers withdraw it.")
            % {"authority": of.record.authority.short}
        )
    form = WithdrawalForm(request.POST or None)

    def act() -> None:
        given = form.cleaned_data
        acts.withdraw(actor, of, given["ground"], given["reason"])
        messages.success(
            request, _("The pass is withdrawn; the next check in any city finds it revoked.")
        )

    page = {
        "title": _("Withdraw the pass"),
        "hint": _("It cannot be undone. The holder reads the reason and may appeal."),
        "button": _("Withdraw"),
        "danger": True,
    }
    return _carry_out(request, of, form, act, page)


@officers_only
def annul(request: HttpRequest, key: str) -> HttpResponse:
    """Annul a violation that was noted in error."""
    actor = _police(request)
    noted = None
    if OPAQUE.fullmatch(key):
        rows = Violation.objects.visible_to(actor).select_related("of__record__authority")
        noted = rows.filter(key=key).first()
    if noted is None:
        raise Http404(_("There is no such violation."))
    if actor.authority_id != noted.authority_id:
        raise NotCompetentError(
            _("%(authority)s noted this violation; its officers annul it.")
            % {"authority": noted.authority.short}
        )
    form = ReasonForm(request.POST or None)

    def act() -> None:
        acts.annul(actor, noted, form.cleaned_data["reason"])
        messages.success(request, _("The violation is annulled; its points no longer count."))

    page = {
        "title": _("Annul a violation"),
        "hint": _("It stays to be read, with the reason why it does not count."),
        "button": _("Annul"),
        "danger": True,
    }
    return _carry_out(request, noted.of, form, act, page)


@login_required
@require_POST
def renew(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the renewal of a pass; the form opens as it was filled in before."""
    of = _pass(request, key)
    try:
        case = acts.renew(_user(request), of)
    except RefusedError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("platform-pass", args=[of.key]))
    messages.info(request, _("Look over what was filled in, then hand it in."))
    return HttpResponseRedirect(reverse("case-fill", args=[case.key]))


def _carry_out(
    request: HttpRequest, of: Pass, form: Form, act: Act, page: dict[str, Any]
) -> HttpResponse:
    """Show the form; on POST do the act and go to the pass, or say in the form why not."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return HttpResponseRedirect(reverse("platform-pass", args=[of.key]))
    (shown,) = found.show([of], timezone.now())
    context = {**page, "of": of, "shown": shown, "form": form, "limits": declared().thresholds}
    return render(request, "platform/act.html", {**context, "words": WORDS}, status=status)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotCompetentError(_("Log in first."))
    return request.user


def _police(request: HttpRequest) -> User:
    actor = person(request)
    if not is_police(actor) and not (actor.is_superuser and request.method in {"GET", "HEAD"}):
        raise NotCompetentError(_("This page is for officers of the traffic police."))
    return actor


def _pass(request: HttpRequest, key: str) -> Pass:
    row = None
    if OPAQUE.fullmatch(key):
        rows = Pass.objects.visible_to(request.user).select_related(
            "record__authority", "city", "applied_in", "renews", "withdrawal__officer"
        )
        row = rows.filter(key=key).first()
    if row is None:
        raise Http404(_("There is no such pass, or it is not yours to see."))
    return row


def _worst(judged: Any, code: str) -> str:
    """Return how a zone is to be drawn: closed, for an officer to decide, or opened by rule."""
    about = [each for each in judged.results if each.zone == code]
    if any(each.blocking and not each.passed for each in about):
        return "never"
    return "rule" if all(each.passed for each in about) else "officer"


def _standing_words(standing: str) -> str:
    words = STANDING_WORDS[standing]  # type: ignore[index]
    return named(words)


def _answer_words(answer: Answer) -> dict[str, Any]:
    """Return a check's answer in words for the page."""
    first = answer.found[0] if answer.found else None
    cities = {city.pk: city for city in City.objects.all()}
    zones = declared().zone_by_code
    opened = [
        zones[code] for code in (first.public.get("zones", []) if first else []) if code in zones
    ]
    return {
        "verdict": answer.verdict,
        "reason": named(reason_words(answer)),
        "plate": answer.subject.rsplit(":", 1)[-1],
        "found": first,
        "issuer": cities[first.city].name if first and first.city in cities else "",
        "here": [zone for zone in opened if zone.city == answer.city],
        "effects": [in_language(e.zh, e.en) for e in first.effects] if first else [],
        "days": named(DAY_WORDS[first.public["days"]]) if first else "",
        "purpose": named(PURPOSES[first.public["purpose"]]) if first else "",
        "mass": named(MASS_WORDS[first.public["mass"]]) if first else "",
    }


def _totals(cities: list[figures.CityFigures], now: Any) -> dict[str, Any]:
    issued = sum(each.issued for each in cities)
    decided = issued + sum(each.refused for each in cities)
    automatic = sum(each.automatic for each in cities)
    return {
        "valid": sum(each.valid for each in cities),
        "issued": issued,
        "automatic": automatic * 100 // decided if decided else None,
        "recognised": figures.recognised_cities(timezone.localdate(now)),
        "checks": sum(each.checks for each in cities),
        "elsewhere": sum(each.checks_of_others for each in cities),
        "applied_elsewhere": sum(each.applied_elsewhere for each in cities),
    }


def _refusals(cities: list[figures.CityFigures]) -> list[tuple[str, int]]:
    """Return why passes were not granted, the most frequent first."""
    sums: Counter[str] = Counter()
    for each in cities:
        sums.update(each.refusals)
    return [(named(figures.REFUSAL_WORDS[rule]), number) for rule, number in sums.most_common()]


def _charts(cities: list[figures.CityFigures], now: Any) -> dict[str, Chart]:
    names = [each.city.short for each in cities]
    months = figures.months(now)
    english = (get_language() or "").startswith("en")
    labels = [
        f"{m.first:%b %Y}" if english else f"{m.first.year}年{m.first.month}月" for m in months
    ]
    return {
        "months": Chart(
            key="pass-months",
            shape="area",
            title=_("Passes issued by month"),
            categories=labels,
            series=[
                Series(each.city.short, [m.issued.get(each.city.pk, 0) for m in months])
                for each in cities
            ],
        ),
        "purposes": Chart(
            key="pass-purposes",
            shape="bars",
            title=_("By purpose"),
            categories=names,
            series=[
                Series(named(words), [each.by_purpose[key] for each in cities])
                for key, words in PURPOSES.items()
            ],
        ),
        "masses": Chart(
            key="pass-masses",
            shape="bars",
            title=_("By mass class"),
            categories=names,
            series=[
                Series(named(words), [each.by_mass[key] for each in cities])
                for key, words in MASS_WORDS.items()
            ],
        ),
    }


WORDS: dict[str, dict[str, Bilingual]] = {
    "purpose": dict(PURPOSES),
    "mass": {str(key): words for key, words in MASS_WORDS.items()},
    "days": {str(key): words for key, words in DAY_WORDS.items()},
}
