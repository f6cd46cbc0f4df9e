"""The plan as files, by the filters of the plan page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.plan.models import Plan, Task
from conurb.plan.queries import publication
from conurb.plan.queries.tasks import TaskFilter, select
from conurb.plan.writers import calendar, geojson, plain, tables, xlsx
from conurb.plan.writers.records import TaskRecord
from conurb.plan.writers.wording import wording
from conurb.region.models import in_language, works_for_region

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
R = TypeVar("R", HttpResponse, StreamingHttpResponse)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def plan_json(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with the plan in the shape of the API's FullPlan."""
    asked, plan = _asked(request)
    asked = replace(asked, sort="number", group="", page=1)
    pieces = plain.pieces(
        publication.plan_record(plan), _records(request, asked), sparse=asked.narrows
    )
    response = StreamingHttpResponse(pieces, content_type="application/json; charset=utf-8")
    return named(response, f"plan-{plan.year}.json", "", inline=True)


@require_safe
def plan_xlsx(request: HttpRequest) -> HttpResponse:
    """Answer with a workbook of tasks."""
    asked, plan = _asked(request)
    words = wording(language_of(request))
    states = (
        {value: str(label) for value, label in Task.LeadState.choices}
        if works_for_region(request.user)
        else None
    )
    sheet = tables.task_sheet(_records(request, asked), words, lead_states=states)
    title = in_language(plan.title_zh, plan.title_en)
    content = xlsx.write([sheet], title=title, creator="Conurb")
    day = timezone.localdate().isoformat()
    return named(
        HttpResponse(content, content_type=XLSX), f"plan-{day}.xlsx", f"{title} {day}.xlsx"
    )


@require_safe
def plan_ics(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with a calendar of due days, to open or to subscribe to."""
    asked, plan = _asked(request)
    title = in_language(plan.title_zh, plan.title_en)
    pieces = calendar.pieces(
        _records(request, asked, dated=True),
        wording(language_of(request)),
        name=title,
        written_at=timezone.now(),
    )
    response = StreamingHttpResponse(pieces, content_type="text/calendar; charset=utf-8")
    return named(response, f"plan-{plan.year}.ics", f"{title}.ics")


@require_safe
def plan_geojson(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with the tasks that have a place."""
    asked, plan = _asked(request)
    response = StreamingHttpResponse(
        geojson.pieces(_records(request, asked)), content_type="application/geo+json"
    )
    return named(response, f"plan-{plan.year}.geojson", "")


def named(response: R, plain_name: str, name: str, *, inline: bool = False) -> R:
    """Name a file (RFC 6266): plainly, and in full letters after RFC 5987 for who reads them."""
    kind = "inline" if inline else "attachment"
    disposition = f'{kind}; filename="{plain_name}"'
    if name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = disposition
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language in which a request is answered; `?lang=en` chooses it for a file."""
    return str(getattr(request, "LANGUAGE_CODE", ""))


def _asked(request: HttpRequest) -> tuple[TaskFilter, Plan]:
    """Read the filter, strictly: a file with other rows than were meant is found out too late."""
    asked = TaskFilter.strict(request.GET, also=("lang",))
    plan = publication.plan_of(asked.plan)
    if plan is None:
        raise Http404(_("There is no plan yet."))
    return asked, plan


def _records(
    request: HttpRequest, asked: TaskFilter, *, dated: bool = False
) -> Iterator[TaskRecord]:
    found = select(request.user, asked, timezone.localdate())
    rows = publication.of_plan(found, asked.plan)
    if dated:
        rows = rows.filter(due__isnull=False)
    return publication.records(request.user, rows)
