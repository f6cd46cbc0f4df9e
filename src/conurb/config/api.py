"""The JSON API: one document at /api/openapi.json, the modules' routers under it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, re_path, reverse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from conurb import __version__
from conurb.plan.api import router as plan_router
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.api_access import PUBLIC, UnknownParameterError, anybody

View = Callable[..., HttpResponseBase]

DESCRIPTION = """\
The plan of a region of cities, the records that its cities recognise, and the cases by which they
come about.

**Keys.** Reading what is public needs no key. A key acts for one authority and sees what its
officers see: `Authorization: Bearer cnb_…`. The coordination office gives keys out on the page of
an authority. A key that is wrong or revoked is answered with 401, on every operation.

**Names.** What has a URN keeps it for good; `key` is its last part and stands in addresses.
A text has `zh` and `en`, where `en` is empty if nobody wrote it.

**Problems** are `{"detail": "…"}`, in Chinese, or in English with `?lang=en`; 422 has `errors` as
well, with the place of each. A parameter that an operation does not have is a problem, too.

**Caching.** Answers carry an `ETag`; send it back as `If-None-Match` and get 304 where nothing
changed.
"""


class PlainJson(JSONRenderer):
    """JSON with Chinese as it is written, which is half as long as escaped."""

    json_dumps_params: Mapping[str, Any] = MappingProxyType({"ensure_ascii": False})


class Interface(NinjaAPI):
    """The API with one shape of problems, whatever part of it finds them."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the document; public operations say that they need no key."""
        schema = super().get_openapi_schema(**kwargs)
        public = {
            op.operation_id
            for bound in self._get_bound_routers()
            for view in bound.path_operations.values()
            for op in view.operations
            if anybody in op.auth_callbacks
        }
        for operations in schema["paths"].values():
            for operation in operations.values():
                if operation["operationId"] in public:
                    operation["security"].append({})
                operation["parameters"].append({"$ref": "#/components/parameters/lang"})
        schema["components"]["parameters"] = {"lang": LANGUAGE}
        return schema

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        urls = super()._get_urls()
        for pattern in urls:
            if isinstance(pattern, URLPattern):
                pattern.callback = for_machines(pattern.callback)
        return urls


LANGUAGE = {
    "name": "lang",
    "in": "query",
    "required": False,
    "description": "language of messages: `zh-hans` (default) or `en`",
    "schema": {"type": "string"},
    "example": "en",
}


def for_machines(view: View) -> View:
    """Give a view of the API HEAD, entity tags, and a JSON body to 405."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            return not_allowed(request, response)
        if request.method == "GET" and isinstance(response, HttpResponse):
            response = tagged(request, response)
        if head and isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    answer.csrf_exempt = True  # type: ignore[attr-defined]  # Session checks it itself
    return answer


def not_allowed(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """Answer 405 as a problem; the methods that there are stand in `Allow`."""
    problem = api.create_response(
        request, {"detail": _("This address does not take this method.")}, status=405
    )
    problem.headers["Allow"] = response.headers["Allow"]
    return problem


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give an answer its entity tag, or answer 304 to who has it already."""
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response.headers.setdefault("Cache-Control", "no-cache")
    if response.status_code != 200:
        return response
    set_response_etag(response)
    etag = response.headers["ETag"]
    found = get_conditional_response(request, etag=etag, response=response)
    return found if isinstance(found, HttpResponse) else response


api = Interface(
    title="Conurb",
    version=__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    renderer=PlainJson(),
    docs=Swagger(settings={"persistAuthorization": False, "validatorUrl": None}),
    docs_url="/docs",
    # swagger-ui sets style attributes on its own elements; this page alone lets it
    docs_decorator=csp_update({"style-src": [SELF, UNSAFE_INLINE]}),
    openapi_url="/openapi.json",
    openapi_extra={
        "info": {
            "license": {
                "name": "Apache-2.0",
                "url": "https://spdx.org/licenses/Apache-2.0.html",
            }
        },
        "tags": [
            {"name": "plan", "description": "Plans, fields, items"},
            {"name": "tasks", "description": "Tasks, their reports, and who carries them"},
            {"name": "measures", "description": "Figures from running systems"},
            {"name": "region", "description": "Authorities and their competences"},
            {"name": "journal", "description": "Who did what"},
            {"name": "records", "description": "Signed records, their logs and keys"},
            {"name": "checks", "description": "Whether a subject holds a valid record"},
            {"name": "agreements", "description": "What holds where, with which effect"},
            {"name": "atlas", "description": "Layers of planning maps and what is found in them"},
            {"name": "desk", "description": "Services and cases"},
            {"name": "facilities", "description": "The network of the cities and its projects"},
            {"name": "platform", "description": "Freight vehicle passes"},
            {"name": "market", "description": "The joint-punishment list and screening"},
        ],
    },
)
api.add_router("", plan_router, auth=PUBLIC)
for module in ("conurb.records", "conurb.atlas", "conurb.desk", *settings.PACKS):
    if find_spec(f"{module}.api"):
        api.add_router("", import_module(f"{module}.api").router)


def problem(
    request: HttpRequest, status: int, detail: str, *errors: dict[str, Any]
) -> HttpResponse:
    """Return an answer in the one shape of problems."""
    body: dict[str, Any] = {"detail": detail}
    if status == 422:
        body["errors"] = list(errors)
    return api.create_response(request, body, status=status)


@api.exception_handler(RefusedError)
def refused(request: HttpRequest, fault: RefusedError) -> HttpResponse:
    """Answer 409 or 422 with the rule's own words."""
    errors = [{"where": [fault.field], "message": str(fault)}] if fault.field else []
    return problem(request, fault.status, str(fault), *errors)


@api.exception_handler(NotCompetentError)
def not_competent(request: HttpRequest, fault: NotCompetentError) -> HttpResponse:
    """Answer 403 with whose competence it is."""
    return problem(request, 403, str(fault))


@api.exception_handler(AuthenticationError)
def not_known(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:
    """Answer 401 and say how to make oneself known (RFC 6750)."""
    said = str(fault) if str(fault) != "Unauthorized" else _("Send a key, or log in.")
    response = problem(request, 401, said)
    response.headers["WWW-Authenticate"] = 'Bearer realm="Conurb"'
    return response


@api.exception_handler(UnknownParameterError)
def unknown_parameter(request: HttpRequest, fault: UnknownParameterError) -> HttpResponse:
    """Answer 422 with the name of the parameter."""
    return problem(
        request, 422, str(fault), {"where": ["query", fault.name], "message": str(fault)}
    )


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Answer 422 with every place that does not fit the schema."""
    errors = [
        {"where": _place(error["loc"]), "message": str(error["msg"])} for error in fault.errors
    ]
    places = ", ".join(".".join(error["where"]) for error in errors)
    said = _("The request does not fit: %(places)s") % {"places": places}
    return problem(request, 422, said, *errors)


def _place(steps: Sequence[Any]) -> list[str]:
    """Name a place as the caller knows it, without the name that our function gives to it."""
    first, *rest = (str(step) for step in steps)
    return [first, *(rest[1:] if rest and rest[0] == first else rest)]


@api.exception_handler(Http404)
def not_found(request: HttpRequest, fault: Http404) -> HttpResponse:
    """Answer 404 with what is not there."""
    return problem(request, 404, str(fault) or _("Not found."))


def index(request: HttpRequest) -> HttpResponse:
    """Lead from the root to the documentation."""
    return HttpResponseRedirect(reverse("api:openapi-view"))


def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer 404 for addresses that the API does not have."""
    return problem(
        request,
        404,
        _("The API has no such address. See %(docs)s.") % {"docs": "/api/openapi.json"},
    )


nothing_here.csrf_exempt = True  # type: ignore[attr-defined]

urlpatterns = [path("", index), path("", api.urls), re_path("", nothing_here)]
