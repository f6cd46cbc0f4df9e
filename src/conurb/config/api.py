"""The JSON API: one document at /api/openapi.json, the modules' routers under it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from conurb import __version__
from conurb.plan.api import router as plan_router
from conurb.refusal import NotCompetentError, RefusedError

api = NinjaAPI(
    title="Conurb",
    version=__version__,
    description=(
        "The plan of a region of cities: its items, tasks, reports and figures. "
        "Reading what is public needs no key; a key acts for one authority "
        "(header `Authorization: Bearer …`)."
    ),
    urls_namespace="api",
    docs_url="/docs",
    openapi_url="/openapi.json",
)
api.add_router("", plan_router)


@api.exception_handler(RefusedError)
def refused(request: HttpRequest, fault: RefusedError) -> HttpResponse:
    """Answer 409 or 422 with the rule's own words."""
    return api.create_response(request, {"detail": str(fault)}, status=fault.status)


@api.exception_handler(NotCompetentError)
def not_competent(request: HttpRequest, fault: NotCompetentError) -> HttpResponse:
    """Answer 403 with whose competence it is."""
    return api.create_response(request, {"detail": str(fault)}, status=403)


urlpatterns = [path("", api.urls)]
