"""Answers to requests that a rule refused: a page for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from conurb.refusal import NotCompetentError, RefusedError


class RefusalMiddleware:
    """Turn RefusedError (409, 422) and NotCompetentError (403) into an answer that explains."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Return the answer to a refusal; None leaves other faults to Django."""
        if isinstance(fault, RefusedError):
            status = fault.status
        elif isinstance(fault, NotCompetentError):
            status = 403
        else:
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": str(fault)}, status=status)
        title = _("Not permitted") if status == 403 else _("This cannot be done")
        context = {"title": title, "message": str(fault), "status": status}
        return render(request, "refused.html", context, status=status)
