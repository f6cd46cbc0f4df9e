"""The inspector's page (核验): for anybody at a phone in the street, with or without a network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.records import presenting, scans
from conurb.records.actions.looking import look, look_at_code
from conurb.records.actions.presenting import SCANNED
from conurb.records.actions.scanning import report
from conurb.records.checking import Answer, Found, check, reason_words
from conurb.records.forms import NumberForm
from conurb.records.holding import REASON_WORDS
from conurb.records.presenting import Reading
from conurb.records.queries import offline
from conurb.records.queries.trust import known
from conurb.records.queries.wallet import holds_in
from conurb.records.subjects import PERSONAL, SubjectError, parse
from conurb.records.types import RecordType, types
from conurb.records.verifying import WORDS, NotAcceptedError, verify_code
from conurb.refusal import RefusedError, Words
from conurb.region.models import City, User, in_language, works_for_region
from conurb.region.numbers import NumberError
from conurb.region.tables import Bilingual

LOOKS = ("valid", "invalid", "stale", "unknown", "adverse", "absent")
"""How an answer looks: the four verdicts, and two for types that nobody wants to be found in."""

LOOK_WORDS: dict[str, Promise] = {
    "valid": gettext_lazy("Valid"),
    "invalid": gettext_lazy("Not valid"),
    "stale": gettext_lazy("Lists too old"),
    "unknown": gettext_lazy("Unknown"),
    "adverse": gettext_lazy("Listed"),
    "absent": gettext_lazy("Not listed"),
}
OFFLINE_REASONS: dict[str, Promise] = {
    "own": gettext_lazy("Issued here; it holds in {city}."),
    "agreement": gettext_lazy("Issued by another city; it holds in {city} by agreement."),
    "no-agreement": gettext_lazy(
        "Genuine, but no agreement lets records of the issuing city hold in {city}."
    ),
    "code-expired": gettext_lazy(
        "This code was good for a few minutes only. Ask its holder to draw a new one."
    ),
    "key-withdrawn": gettext_lazy(
        "The key that signed this code was withdrawn as compromised. Ask its holder to draw a new "
        "code, or check by number."
    ),
    "stale-status": gettext_lazy(
        "The code is genuine, but the lists here are of {time}: it may have been revoked since. "
        "Connect and check again."
    ),
    "no-lists": gettext_lazy(
        "This phone has no lists to check with. Open the page once with a network."
    ),
    "not-a-code": gettext_lazy("This is no code of a record of this region."),
    "clock": gettext_lazy(
        "The clock of this phone does not agree with the lists. Set the time, then check again."
    ),
    "number-offline": gettext_lazy(
        "A number can be checked with a network only. Scan the code instead."
    ),
    "page-too-old": gettext_lazy("This page is too old to ask. Load it again."),
    "node-failed": gettext_lazy("The node did not answer as it should. Try again later."),
}
SCREEN_WORDS: dict[str, Promise] = {
    "type": gettext_lazy("Type"),
    "about": gettext_lazy("About"),
    "validity": gettext_lazy("Validity"),
    "no-end": gettext_lazy("without end"),
    "issuer": gettext_lazy("Issuing authority"),
    "agreement": gettext_lazy("Agreement"),
    "effects": gettext_lazy("Effects here"),
    "checked-in": gettext_lazy("Checked for {city} at {time}"),
    "lists-of": gettext_lazy("Lists of {time}"),
    "lists-of-offline": gettext_lazy("Without a network, by the lists of {time}"),
    "state-online": gettext_lazy("Online · lists of {time}"),
    "state-offline": gettext_lazy("Offline · lists of {time}"),
    "state-none": gettext_lazy("No lists yet: nothing can be found valid"),
    "state-refused": gettext_lazy(
        "The lists that came are not signed as they should be and were not taken; lists of {time}"
    ),
    "unsent": gettext_lazy("Offline checks of people not yet sent: {count}"),
    "unsent-login": gettext_lazy("An officer has to log in to send them."),
    "unsent-later": gettext_lazy("The node did not take them. They are sent again later."),
    "camera-none": gettext_lazy("No camera can be used here. Choose a picture instead."),
    "camera-refused": gettext_lazy(
        "The browser does not let this page use the camera. Allow it, or choose a picture."
    ),
    "picture-bad": gettext_lazy("This file is no picture that the browser can open."),
    "picture-none": gettext_lazy(
        "No code was found in the picture. Take it from nearer, straight and without glare."
    ),
}
BUILT = ("theme.js", "app.js", "app.css", "inspect.js", "inspect.css", "icons.svg")
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer to a check by number, as the page shows it."""

    answer: Answer
    look: str
    word: Words
    reason: str
    type_name: str
    number: str
    city: str
    found: Found | None
    claims: tuple[Reading, ...]
    issuer: str
    agreement: str
    effects: str


@require_safe
def check_page(request: HttpRequest) -> HttpResponse:
    """Show the page; it is the same for everybody but for the types that may be typed in."""
    return _page(request, _form(request))


@require_POST
def check_number(request: HttpRequest) -> HttpResponse:
    """Check a subject by its number, from the node's index."""
    form = _form(request, bound=True)
    if form is None:
        raise Http404(_("No type of record is open to everybody."))
    if not form.is_valid():
        return _page(request, form, status=422)
    given = {"purpose": "", **form.cleaned_data}
    type_ = form.types[given["type"]]
    if type_.subject in PERSONAL and not given["purpose"].strip():
        form.add_error("purpose", _("Say for what purpose the person is checked."))
        return _page(request, form, status=422)
    try:
        subject = parse(type_.subject, given["number"])
    except (NumberError, SubjectError) as fault:
        form.add_error("number", in_language(fault.message_zh, fault.message_en))
        return _page(request, form, status=422)
    answer = check(type_.slug, subject, given["city"])
    actor = request.user if isinstance(request.user, User) else None
    look(actor, answer, subject, purpose=given["purpose"].strip(), way="page")
    return _page(request, form, seen=_seen(answer, type_))


@require_POST
def check_code(request: HttpRequest) -> JsonResponse:
    """Tell whether the logs bear a code out, which a phone cannot: {accepted, reason}.

    A code that a stolen key signed is found out here before anybody misses the key. Where the code
    is about a person, the person can read that it was checked and what came out, also where the
    record does not stand; of a code that may be forged nothing is noted.
    """
    city = request.POST.get("city", "")
    city = city if City.objects.filter(code=city).exists() else ""
    actor = request.user if isinstance(request.user, User) else None
    try:
        accepted = verify_code(request.POST.get("text", ""), known(), timezone.now())
    except NotAcceptedError as refused:
        if refused.said is not None:
            verdict = "stale" if refused.reason == "stale-status" else "invalid"
            look_at_code(actor, refused.said, city, verdict=verdict, purpose=SCANNED)
        return JsonResponse({"accepted": False, "reason": refused.reason})
    stated = accepted.statement
    verdict = "valid" if holds_in(stated.type, stated.city, city, timezone.now()) else "invalid"
    look_at_code(actor, stated, city, verdict=verdict, purpose=SCANNED)
    return JsonResponse({"accepted": True, "reason": ""})


@require_POST
def check_scans(request: HttpRequest) -> JsonResponse:
    """Note checks of people that a phone made offline: {noted: [key], refused: {key: why}}.

    For officers: 401 without login, 403 for others. What is answered for may be forgotten by the
    phone; a report that is repeated adds nothing.
    """
    if not isinstance(request.user, User):
        return JsonResponse({"reason": "login"}, status=401)
    if not works_for_region(request.user):
        return JsonResponse({"reason": "not-competent"}, status=403)
    if request.content_type != "application/json":
        return JsonResponse({"reason": "malformed", "detail": "send JSON"}, status=400)
    try:
        # what is longer than a report can be is not read
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        told, refused = scans.read(request.body if length <= scans.MOST_BYTES else b" " * length)
        done = report(request.user, told)
    except scans.ReportError as fault:
        return JsonResponse({"reason": "malformed", "detail": str(fault)}, status=fault.status)
    except RefusedError as refusal:
        return JsonResponse({"reason": "refused", "detail": str(refusal)}, status=refusal.status)
    return JsonResponse({"noted": done.noted, "refused": {**refused, **done.refused}})


@require_safe
def check_lists(request: HttpRequest) -> HttpResponse:
    """Send the lists that a phone keeps; nothing is sent again that it has."""
    try:
        made = offline.lists()
    except LookupError as missing:
        return HttpResponse(str(missing), status=503, content_type="text/plain; charset=utf-8")
    headers = {"ETag": made.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == made.etag:
        return HttpResponse(status=304, headers=headers)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = made.packed if packed else made.body
    return HttpResponse(body, content_type="application/json", headers=headers)


@require_safe
def check_worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker. It lies below /check/, which is all that it may govern."""
    kept, state = _kept()
    names = f"const KEPT={json.dumps(kept)},STATE={json.dumps(state)};\n"
    return HttpResponse(
        names + _built("check-worker.js").decode(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


def _page(
    request: HttpRequest, form: NumberForm | None, *, seen: Seen | None = None, status: int = 200
) -> HttpResponse:
    chosen = form.data.get("city", "") if form is not None and form.is_bound else ""
    context = {
        "form": form,
        "seen": seen,
        "cities": City.objects.all(),
        "chosen_city": chosen or _own_city(request),
        "looks": LOOKS,
        "words": _words(),
        "personal": " ".join(
            each.slug for each in _open_types(request) if each.subject in PERSONAL
        ),
    }
    response = render(request, "records/check.html", context, status=status)
    add_never_cache_headers(response)
    return response


def _form(request: HttpRequest, *, bound: bool = False) -> NumberForm | None:
    open_types = _open_types(request)
    if not open_types:
        return None
    initial = {"city": _own_city(request)}
    form = NumberForm(request.POST if bound else None, initial=initial, types=open_types)
    if not any(each.subject in PERSONAL for each in open_types):
        del form.fields["purpose"]
    return form


def _open_types(request: HttpRequest) -> Sequence[RecordType]:
    """The types that whoever asks may check by number: everything for officers.

    Anybody else those that are open to all, and never a person.
    """
    if works_for_region(request.user):
        return types()
    return [each for each in types() if each.open_to_all and each.subject not in PERSONAL]


def _own_city(request: HttpRequest) -> str:
    authority = request.user.authority if isinstance(request.user, User) else None
    return (authority.city_id or "") if authority else ""


def look_of(verdict: str, type_: RecordType) -> str:
    """Return how an answer looks: to be found valid on a list of offenders is no green matter."""
    if not type_.extra.get("adverse"):
        return verdict
    return {"valid": "adverse", "invalid": "absent", "unknown": "absent"}.get(verdict, verdict)


def _seen(answer: Answer, type_: RecordType) -> Seen:
    first = answer.found[0] if answer.found else None
    cities = {city.code: city.name for city in City.objects.all()}
    shown = look_of(answer.verdict, type_)
    zone = timezone.get_current_timezone()
    effects = first.effects if first and answer.verdict == "valid" else ()
    return Seen(
        answer=answer,
        look=shown,
        word=LOOK_WORDS[shown],
        reason=_said(reason_words(answer)),
        type_name=_said(type_.name),
        number=answer.subject,
        city=cities.get(answer.city, answer.city),
        found=first,
        claims=presenting.readings(type_, first.public, {}, zone) if first else (),
        issuer=cities.get(first.city, first.city) if first else "",
        agreement=f"{cities[first.city]} → {cities[answer.city]}"
        if first and first.agreement and answer.verdict == "valid"
        else "",
        effects=_joined([in_language(effect.zh, effect.en) for effect in effects]),
    )


def _words() -> dict[str, str]:
    """Everything that the page's script may have to say, in the language of the page."""
    told: list[tuple[str, Bilingual]] = [*REASON_WORDS.items(), *WORDS.items()]
    said = {f"reason-{code}": _said(words) for code, words in told}
    said |= {f"reason-{code}": str(words) for code, words in OFFLINE_REASONS.items()}
    said |= {f"verdict-{code}": str(words) for code, words in LOOK_WORDS.items()}
    return said | {code: str(words) for code, words in SCREEN_WORDS.items()}


def _said(words: Bilingual) -> str:
    return in_language(words.zh, words.en)


def _joined(parts: Sequence[str]) -> str:
    return (", " if (get_language() or "").startswith("en") else "、").join(parts)


def _kept() -> tuple[list[str], str]:
    """The addresses that the service worker keeps, and a name of what they hold."""
    page = reverse("check")
    pages = [f"{page}?lang={language}" for language in LANGUAGES]
    files = [static(f"build/{name}") for name in BUILT] + [static("conurb/mark.svg")]
    digest = hashlib.sha256(json.dumps(files).encode())
    for name in (*BUILT, "check-worker.js"):
        digest.update(_built(name))
    # the page itself changes with the declared types and cities
    digest.update(repr([(each.slug, each.version, each.open_to_all) for each in types()]).encode())
    digest.update(repr(list(City.objects.values_list("code", "name_zh", "name_en"))).encode())
    return [*pages, *files, reverse("check-lists")], digest.hexdigest()[:16]


def _built(name: str) -> bytes:
    """Return a file as the front end's build made it."""
    found = finders.find(f"build/{name}")
    if not isinstance(found, str):
        raise Http404(_("The front end is not built: run `npm run build` in frontend/."))
    return _read(found, Path(found).stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _read(path: str, _changed: int) -> bytes:
    return Path(path).read_bytes()
