"""What the benchmark of checks asks, all in one granian process tree: four ways to an answer.

/hello                              a bare application: the most that this server can do
/api/check/<type>/<subject>         the checks as they are mounted before Django
/orm/<type>/<subject>               the same look-up as a plain Django view with its ORM, behind
                                    the middleware of the project
/orm-alone/<type>/<subject>         the same view without any middleware
"""

# ruff: noqa: E402  Django is set up before its models are imported

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "conurb.config.settings"

from django.conf import settings

from conurb.config.wsgi import application as conurb

settings.ROOT_URLCONF = "benchmarks.check_server"

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

from conurb.records.models import Agreement, Record
from conurb.region.keys import user_of

HELLO = b"hello"
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "5")]

# a handler takes its middleware when it is made: this one has none
settings.MIDDLEWARE = []
django_alone = WSGIHandler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer hello, or let Conurb answer."""
    if environ["PATH_INFO"] == "/hello":
        start_response("200 OK", HEADERS)
        return [HELLO]
    if environ["PATH_INFO"].startswith("/orm-alone/"):
        return django_alone(environ, start_response)
    return conurb(environ, start_response)


def check(request: HttpRequest, slug: str, subject: str) -> JsonResponse:
    """Answer a check as one writes it first: a key, the records, the agreements, by the ORM."""
    secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if user_of(secret) is None:
        return JsonResponse({"detail": "no"}, status=401)
    city, now = request.GET["city"], timezone.now()
    found = []
    for record in Record.everything.filter(type=slug, subject_handle=subject).select_related(
        "authority"
    ):
        agreement = (
            None
            if record.city_id == city
            else Agreement.objects.filter(
                type=slug, from_city=record.city_id, in_city=city, closed_at=None
            ).first()
        )
        valid = (
            record.state == "valid"
            and record.valid_from <= now
            and (record.valid_until is None or now < record.valid_until)
            and (record.city_id == city or agreement is not None)
        )
        found.append(
            {
                "key": record.key,
                "authority": record.authority.key,
                "city": record.city_id,
                "state": record.state,
                "valid": valid,
                "public": record.public,
                "effects": agreement.effects if agreement else [],
            }
        )
    answer = JsonResponse({"verdict": any(each["valid"] for each in found), "found": found})
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


urlpatterns = [
    path("orm/<str:slug>/<str:subject>", check),
    path("orm-alone/<str:slug>/<str:subject>", check),
]
