"""Answering with a file: as a download that no browser runs."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse


def disposition(filename: str) -> str:
    """Return the header that offers a file for download under its name (RFC 6266, RFC 5987)."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def download(content: bytes, filename: str, media_type: str) -> HttpResponse:
    """Answer with a file; whatever it holds, no browser shows or runs it, and nobody keeps it."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = disposition(filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
