"""Is this file the one that was adopted? For everybody who holds a file or its digest."""

from __future__ import annotations

import hashlib
from typing import IO, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from conurb.refusal import RefusedError
from conurb.sames.planning.forms import VerifyForm
from conurb.sames.planning.queries import adoption

MOST_BYTES = 200 * 1024 * 1024
_AROUND = 1024 * 1024
"""Bytes that the form itself may take around the file."""


@csrf_exempt  # what is inside is protected; this only looks at how long the body says it is
def verify(request: HttpRequest) -> HttpResponse:
    """Compare a file with the records; one that is far too large is refused unread."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and size.isdigit() and int(size) > MOST_BYTES + _AROUND:
        raise RefusedError(
            _("The file is larger than %(limit)s MB. Work out its SHA-256 and enter that.")
            % {"limit": MOST_BYTES // (1024 * 1024)},
            status=422,
        )
    return _verify(request)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def _verify(request: HttpRequest) -> HttpResponse:
    """Show the form, and for a digest in the address what was adopted under it.

    A file that is handed in is read once for its digest and not kept.
    """
    if request.method == "POST":
        form = VerifyForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            digest = form.cleaned_data["sha256"] or _digest(cast("IO[bytes]", file.file))
            return HttpResponseRedirect(f"{reverse('planning-verify')}?sha256={digest}")
        return _page(request, form, "", status=422)
    digest = request.GET.get("sha256", "").strip().lower()
    if not digest:
        return _page(request, VerifyForm(), "")
    form = VerifyForm({"sha256": digest})
    sound = form.is_valid()
    return _page(request, form, digest if sound else "", status=200 if sound else 422)


def _page(request: HttpRequest, form: VerifyForm, digest: str, status: int = 200) -> HttpResponse:
    found = adoption.adoptions_of_file(request.user, digest) if digest else []
    context = {
        "form": form,
        "digest": digest,
        "adoptions": found,
        "stands": adoption.stands(found),
        "limit_mb": MOST_BYTES // (1024 * 1024),
    }
    return render(request, "planning/verify.html", context, status=status)


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
