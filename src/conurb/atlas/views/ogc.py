"""OGC API - Features: layers for GIS programs, and the same as pages for people."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
)
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from conurb.atlas import ogc_documents as documents
from conurb.atlas import ogc_items as items
from conurb.atlas import ogc_openapi as openapi
from conurb.atlas import storing
from conurb.atlas.ogc_documents import GEOJSON, HTML, JSON, OPENAPI, Addresses
from conurb.atlas.ogc_parameters import PARAMETERS, Asked, AskedWronglyError
from conurb.atlas.ogc_parameters import read as read_parameters
from conurb.atlas.queries.collections import Collection, collection_of, collections
from conurb.region.keys import user_of

View = Callable[..., HttpResponse]

PROBLEM = "application/problem+json"
LISTED_AS_PAGE = 25
"""Features on a page for people, unless they ask for more."""


class AnswerError(Exception):
    """What is asked for is not there, or not to be had in this way."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail


def ogc(view: View) -> View:
    """Answer as the standard has it: problems as JSON, keys, tags, and no cache that leaks."""

    @csrf_exempt
    @gzip_page
    @wraps(view)
    def answer(request: HttpRequest, **values: Any) -> HttpResponse:
        try:
            if request.method not in {"GET", "HEAD", "OPTIONS"}:
                raise AnswerError(405, _("Not allowed"), _("This address is only read."))
            _let_in_with_key(request)
            response = view(request, **values)
        except AskedWronglyError as fault:
            response = _problem(request, 400, _("Asked wrongly"), fault.detail)
        except AnswerError as fault:
            response = _problem(request, fault.status, fault.title, fault.detail)
        patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
        # without credentials, so that other maps may show what is public
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "Content-Crs, Link"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return answer


def _let_in_with_key(request: HttpRequest) -> None:
    """Let a system act for the authority of its key; a wrong key is refused, as in the API."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return
    user = user_of(secret.strip())
    if user is None:
        raise AnswerError(401, _("Not known"), _("This key is unknown or was revoked."))
    request.user = user


def _problem(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    if _as_page(request, strict=False):
        context = {"title": title, "message": detail, "status": status}
        response = render(request, "refused.html", context, status=status)
    else:
        response = _json(documents.problem(status, title, detail), PROBLEM, status)
    patch_cache_control(response, private=True, no_store=True)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Conurb"'
    if status == 405:
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


def _as_page(request: HttpRequest, *, strict: bool = True) -> bool:
    """Tell whether a page for people is asked for: by `f`, else by `Accept`."""
    chosen = request.GET.get("f")
    if chosen in {"json", "html"}:
        return chosen == "html"
    if chosen is not None and strict:
        raise AskedWronglyError("f", _("“f” is json or html."))
    best = request.get_preferred_type([JSON, GEOJSON, OPENAPI, HTML])
    return best == HTML


def _json(content: object, media_type: str = JSON, status: int = 200) -> HttpResponse:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type=media_type, status=status)


def _addresses(request: HttpRequest) -> Addresses:
    return Addresses(request.build_absolute_uri(reverse("atlas-ogc")))


def _shown(
    request: HttpRequest, template: str, content: Mapping[str, Any], **context: Any
) -> HttpResponse:
    """Answer a document, or the page that shows it."""
    if _as_page(request):
        response = render(request, template, {"document": content, **context})
        patch_cache_control(response, private=True, no_cache=True)
    else:
        response = _json(content)
        patch_cache_control(response, no_cache=True)
    return response


def _only(request: HttpRequest, *names: str) -> None:
    strangers = sorted(set(request.GET) - {"f", "lang", *names})
    if strangers:
        raise AskedWronglyError(
            strangers[0],
            _("There is no parameter “%(name)s”.") % {"name": strangers[0][:40]},
        )


@ogc
def landing(request: HttpRequest) -> HttpResponse:
    """Show what the service is and where its parts stand."""
    _only(request)
    addresses = _addresses(request)
    return _shown(
        request,
        "atlas/ogc_landing.html",
        documents.landing(addresses),
        address=addresses.landing(),
    )


@ogc
def conformance(request: HttpRequest) -> HttpResponse:
    """Declare the classes of the standards that are kept."""
    _only(request)
    content = {"conformsTo": list(documents.CONFORMANCE)}
    return _shown(request, "atlas/ogc_conformance.html", content)


@ogc
def api(request: HttpRequest) -> HttpResponse:
    """Describe the interface."""
    _only(request)
    content = openapi.document(_addresses(request).root)
    if _as_page(request):
        return _shown(request, "atlas/ogc_api.html", content)
    response = _json(content, OPENAPI)
    patch_cache_control(response, no_cache=True)
    return response


@ogc
def all_collections(request: HttpRequest) -> HttpResponse:
    """List the collections that may be read."""
    _only(request)
    addresses = _addresses(request)
    found = collections(request.user)
    content = {
        "links": [
            documents.link(addresses.of("collections"), "self", JSON),
            documents.link(addresses.of("collections", f="html"), "alternate", HTML),
        ],
        "collections": [documents.collection(one, addresses) for one in found],
    }
    return _shown(request, "atlas/ogc_collections.html", content, collections=found)


@ogc
def one_collection(request: HttpRequest, name: str) -> HttpResponse:
    """Describe a collection."""
    _only(request)
    found = _collection(request, name)
    content = documents.collection(found, _addresses(request))
    return _shown(request, "atlas/ogc_collection.html", content, collection=found)


@ogc
def features(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a page of the features that are asked for."""
    found = _collection(request, name)
    query = {name: str(value) for name, value in request.GET.items()}
    as_page = _as_page(request)
    if as_page:
        query.setdefault("limit", str(LISTED_AS_PAGE))
    asked = read_parameters(query, systems=found.systems, properties=found.properties)
    if asked.when is not None:
        # of a layer, the version that was the latest then
        found = _collection(request, name, asked)
    tag = _tag(found, request, as_page)
    known = get_conditional_response(request, etag=tag)
    if known is not None and not as_page:
        return _kept(known, found, tag)
    page = items.Found(storing.read(found.version.path, columns=[], fids=[]), 0)
    if found.holds(asked.when):
        page = items.select(found.version.path, asked, found.properties)
    links = documents.page_links(
        found, _addresses(request), list(query.items()), asked, page.matched
    )
    if as_page:
        return _features_page(request, found, asked, page, links)
    text = items.collection_text(
        page.features,
        asked.system,
        links=links,
        timeStamp=timezone.now().isoformat(),
        numberMatched=page.matched,
        numberReturned=len(page.features),
    )
    response = HttpResponse(text, content_type=GEOJSON)
    response["Content-Crs"] = f"<{asked.system.uri}>"
    return _kept(response, found, tag)


@ogc
def feature(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """Answer one feature."""
    _only(request, "crs")
    found = _collection(request, name)
    crs = {key: str(value) for key, value in request.GET.items() if key == "crs"}
    asked = read_parameters(crs, systems=found.systems, properties=())
    sound = re.fullmatch(r"[0-9]{1,18}", number, re.ASCII)
    one = storing.feature(found.version.path, int(number)) if sound else None
    if one is None:
        raise AnswerError(
            404,
            _("Not found"),
            _("The collection has no feature %(number)s.") % {"number": number[:40]},
        )
    links = documents.item_links(found, _addresses(request), int(number))
    if _as_page(request):
        return render(
            request,
            "atlas/ogc_feature.html",
            {
                "collection": found,
                "number": number,
                "properties": items.properties_of(one)[0],
                "geojson": reverse("atlas-ogc-feature", args=[name, number]) + "?f=json",
            },
        )
    response = HttpResponse(items.feature_text(one, asked.system, links), content_type=GEOJSON)
    response["Content-Crs"] = f"<{asked.system.uri}>"
    return _kept(response, found, _tag(found, request, as_page=False))


def _collection(request: HttpRequest, name: str, asked: Asked | None = None) -> Collection:
    found = collection_of(request.user, name, asked.when if asked else None)
    if found is None:
        raise AnswerError(
            404,
            _("Not found"),
            _("There is no collection “%(name)s”.") % {"name": name[:80]},
        )
    return found


def _tag(found: Collection, request: HttpRequest, as_page: bool) -> str:
    """Name an answer by all that it depends on: the file, the question, the language."""
    parts = (
        found.version.sha256,
        found.version.state,
        request.get_full_path(),
        request.get_host(),
        get_language(),
        as_page,
    )
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _kept(response: HttpResponse, found: Collection, tag: str) -> HttpResponse:
    """Let caches keep an answer that everybody gets; they ask whether it still holds."""
    response["ETag"] = tag
    if found.is_public and not found.is_latest:
        patch_cache_control(response, public=True, max_age=3600)
    elif found.is_public:
        patch_cache_control(response, public=True, no_cache=True)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response


def _features_page(
    request: HttpRequest,
    found: Collection,
    asked: Asked,
    page: items.Found,
    links: list[dict[str, str]],
) -> HttpResponse:
    at = {one["rel"]: one["href"] for one in links}
    fids = page.features[storing.FID].tolist()
    rows = [
        (fid, list(properties.values()))
        for fid, properties in zip(fids, items.properties_of(page.features), strict=True)
    ]
    response = render(
        request,
        "atlas/ogc_features.html",
        {
            "collection": found,
            "columns": found.properties,
            "rows": rows,
            "matched": page.matched,
            "first": asked.offset + 1,
            "last": asked.offset + len(rows),
            "geojson": at["self"],
            "next": _as_html(at.get("next")),
            "before": _as_html(at.get("prev")),
            "filters": asked.filters,
            "parameters": sorted(PARAMETERS),
            "demo": settings.DEMO,
        },
    )
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _as_html(address: str | None) -> str | None:
    return f"{address}&f=html" if address and "?" in address else address
