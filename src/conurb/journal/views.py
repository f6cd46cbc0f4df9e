"""The journal's page and its export."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.journal import queries
from conurb.journal.models import Entry

LISTED = 50
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@login_required
def journal(request: HttpRequest) -> HttpResponse:
    """List the acts that the asker may see."""
    _require_reader(request)
    asked = queries.Asked.from_query(request.GET)
    page = Paginator(queries.entries(request.user, asked), LISTED).get_page(request.GET.get("page"))
    return render(
        request,
        "journal/journal.html",
        {
            "asked": asked,
            "page": page,
            "told": queries.told(page.object_list),
            "authorities": queries.authorities(request.user),
            "verbs": queries.verbs(),
        },
    )


@require_safe
@login_required
def journal_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Send the acts asked for as CSV, in UTF-8 with the mark by which Excel knows it."""
    _require_reader(request)
    asked = queries.Asked.from_query(request.GET)
    rows = queries.entries(request.user, asked).iterator(chunk_size=2000)
    name = f"journal-{timezone.localdate():%Y%m%d}.csv"
    return StreamingHttpResponse(
        _lines(rows, get_language() or ""),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _require_reader(request: HttpRequest) -> None:
    if not queries.may_read(request.user):
        raise PermissionDenied(_("The journal is open to officers and the coordination office."))


class _Echo:
    """Hands on what is written to it; csv.writer wants a file."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterator[Entry], language: str) -> Iterator[bytes]:
    """Yield the file. It is sent after the request ended, so it keeps the language itself."""
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf"
    with override(language):
        head = [_("time"), _("who"), _("for whom"), _("what"), _("on what"), _("Remarks"), "URN"]
        for line in chain([head], map(_cells, rows)):
            yield writer.writerow([_harmless(cell) for cell in line]).encode()


def _cells(entry: Entry) -> list[str]:
    (one,) = queries.told([entry])
    return [
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        entry.actor_name,
        entry.authority_name,
        str(one.words),
        entry.object_name,
        "; ".join(f"{label}: {text}" for label, text in one.remarks),
        entry.object_urn,
    ]


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
