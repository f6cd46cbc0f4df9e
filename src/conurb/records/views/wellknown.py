"""What verifiers of records fetch: issuer metadata, keys, types, status lists, checkpoints.

All of it is public and may be kept by caches; none of it names a subject or a held claim.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.records import status_lists
from conurb.records.actions.keys import signer
from conurb.records.keys import MissingKeyError
from conurb.records.models import PublishedType, StatusList
from conurb.records.queries import logs
from conurb.records.queries.trust import trust_list
from conurb.records.statement import VCT, issuer_address, status_address
from conurb.region.models import City

TTL = 300
"""Seconds after which a copy of a status list should be fetched again."""

_tokens: dict[tuple[str, int], tuple[datetime, str, int, str]] = {}


@require_safe
def issuer_metadata(request: HttpRequest, city: str) -> HttpResponse:
    """The issuer of a city's records (SD-JWT VC, 5): its name and where its keys are."""
    _require_city(city)
    issuer = issuer_address(settings.SITE_ADDRESS, city)
    return _public({"issuer": issuer, "jwks": _jwks(city)})


@require_safe
def jwks(request: HttpRequest, city: str) -> HttpResponse:
    """The keys of a city as a JWK Set (RFC 7517, 5): those whose signatures count."""
    _require_city(city)
    return _public(_jwks(city), media_type="application/jwk-set+json")


@require_safe
def type_metadata(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """The type metadata of a published version (SD-JWT VC, 6)."""
    found = PublishedType.objects.filter(slug=slug, version=int(version)).first()
    if found is None:
        raise Http404(_("There is no such version of a record type."))
    return _public({"vct": VCT + slug, **_metadata(found)})


@require_safe
def status_list(request: HttpRequest, city: str, number: str) -> HttpResponse:
    """A status list, signed by its city (Token Status List, 8.1)."""
    found = StatusList.objects.filter(city_id=city, number=int(number)).first()
    if found is None:
        raise Http404(_("The city has no status list of this number."))
    try:
        token = status_token(found, timezone.now())
    except (LookupError, MissingKeyError):
        raise Http404(_("This node does not sign for the city.")) from None
    response = HttpResponse(token, content_type=status_lists.MEDIA_TYPE)
    response.headers["Cache-Control"] = "public, max-age=15"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def status_token(found: StatusList, now: datetime) -> str:
    """Return the signed token of a status list; signed anew when the list or the key changed.

    One that was signed up to a minute ago and still says the same is given again.
    """
    signs = signer(found.city_id)
    issued = int(now.timestamp())
    place = (found.city_id, found.number)
    kept = _tokens.get(place)
    fresh = kept is not None and kept[:2] == (found.changed_at, signs.kid)
    if kept is not None and fresh and 0 <= issued - kept[2] < 60:
        return kept[3]
    token = status_lists.token(
        signs,
        found.bits,
        uri=status_address(settings.SITE_ADDRESS, found.city_id, found.number),
        issuer=issuer_address(settings.SITE_ADDRESS, found.city_id),
        issued=issued,
        ttl=TTL,
    )
    _tokens[place] = (found.changed_at, signs.kid, issued, token)
    return token


@require_safe
def checkpoint(request: HttpRequest, log: str) -> HttpResponse:
    """The newest signed head of a log as plain text (C2SP tlog-tiles)."""
    head = logs.newest(log)
    if head is None:
        raise Http404(_("There is no such log on this node."))
    response = HttpResponse(head.note, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _require_city(city: str) -> None:
    if not City.objects.filter(pk=city).exists() or not any(trust_list().of(city)):
        raise Http404(_("No city of this code issues records here."))


def _jwks(city: str) -> dict[str, Any]:
    return {
        "keys": [
            {**key.jwk, "kid": key.kid, "alg": key.algorithm, "use": "sig"}
            for key in trust_list().of(city)
            if key.withdrawn_at is None
        ]
    }


def _metadata(found: PublishedType) -> dict[str, Any]:
    """Return name, description, display and claims as SD-JWT VC, 6.2 and 9, words them."""
    document = found.document
    name, summary = document.get("name", {}), document.get("summary", {})
    return {
        "name": name.get("en", found.slug),
        "description": summary.get("en", ""),
        "display": [
            {
                "locale": locale,
                "name": name.get(language, found.slug),
                "description": summary.get(language, ""),
            }
            for locale, language in (("zh-CN", "zh"), ("en", "en"))
        ],
        "claims": [
            {
                "path": [claim["name"]],
                "sd": "never" if claim.get("public") else "always",
                "display": [
                    {"locale": locale, "label": claim.get("label", {}).get(language, "")}
                    for locale, language in (("zh-CN", "zh"), ("en", "en"))
                ],
            }
            for claim in document.get("claims", [])
        ],
        "version": found.version,
        "conurb": document,
    }


def _public(document: Mapping[str, Any], *, media_type: str = "application/json") -> HttpResponse:
    text = json.dumps(document, ensure_ascii=False)
    response = HttpResponse(text, content_type=media_type)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
