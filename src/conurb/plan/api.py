"""The plan as a JSON API. Thin: it asks queries and calls actions, as the pages do."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Path, Query, Router, Status

from conurb.journal.models import Entry
from conurb.plan import api_schemas as schemas
from conurb.plan import measures
from conurb.plan.actions import life
from conurb.plan.bulletins import Text
from conurb.plan.lights import LIGHTS
from conurb.plan.models import Assignment, Evidence, Field, Item, Plan, Report, Task
from conurb.plan.queries import publication
from conurb.plan.queries.lights import light_case
from conurb.plan.queries.tasks import TaskFilter, select, start_of
from conurb.plan.writers import plain
from conurb.refusal import RefusedError
from conurb.region.api_access import MEMBERS, PUBLIC, closed, worker
from conurb.region.api_schemas import CONFLICTS, MISSING, REFUSED, Problem
from conurb.region.models import Authority, User, coordinates, works_for_region

router = Router()

Json = dict[str, Any]
Key = Annotated[schemas.Key, Path(description="the last part of a URN")]
Year = Annotated[schemas.Year, Path(description="year of a plan", example=2021)]
Number = Annotated[schemas.ItemNumber, Path(description="number of an item", example="2.4")]

LOCKED = {403: Problem, **REFUSED}
WRITES = {400: Problem, **CONFLICTS}


def asker(request: HttpRequest) -> Any:
    """Return whoever makes the request."""
    return request.user


def plan_asked(year: int | None) -> Plan:
    """Return a plan or raise 404."""
    plan = publication.plan_of(year)
    if plan is None:
        raise Http404(_("There is no plan of this year."))
    return plan


@router.get(
    "/plans",
    auth=PUBLIC,
    response={200: list[schemas.PlanSummary], **REFUSED},
    operation_id="listPlans",
    tags=["plan"],
    summary="All plans, the newest first",
)
@closed
def list_plans(request: HttpRequest) -> list[Json]:
    """The plan that runs is the one with `is_current`."""
    return [
        {
            **_plan_brief(plan),
            "item_count": plan.item_count,  # type: ignore[attr-defined]
            "task_count": plan.task_count,  # type: ignore[attr-defined]
        }
        for plan in publication.plans()
    ]


@router.get(
    "/plans/{year}",
    auth=PUBLIC,
    response={200: schemas.FullPlan, **MISSING},
    operation_id="getPlan",
    tags=["plan"],
    summary="A whole plan: fields, items, tasks",
)
@closed
def get_plan(request: HttpRequest, year: Year) -> Json:
    """The same document as `/plan.json`, without a filter."""
    plan = plan_asked(year)
    record = publication.plan_record(plan)
    below: dict[tuple[str, str], list[Json]] = {}
    for task in _records(request, TaskFilter(plan=year)):
        below.setdefault((task.field_number, task.item_number), []).append(plain.task_json(task))
    return {
        **plain.plan_json(record),
        "fields": [
            {
                "number": field.number,
                "name": plain.text_json(field.name),
                "items": [
                    {
                        **plain.item_json(item),
                        "tasks": below.get((field.number, item.number), []),
                    }
                    for item in field.items
                ],
            }
            for field in record.fields
        ],
    }


@router.get(
    "/fields",
    auth=PUBLIC,
    response={200: list[schemas.FieldBrief], **MISSING},
    operation_id="listFields",
    tags=["plan"],
    summary="The fields of a plan with their lights today",
)
@closed
def list_fields(request: HttpRequest, query: Query[schemas.PlanQuery]) -> list[Json]:
    """`lights` counts the field's tasks by light."""
    plan = plan_asked(query.plan)
    lit: dict[int, dict[str, int]] = {}
    counted = (
        Task.objects.visible_to(asker(request))
        .filter(item__field__plan=plan)
        .order_by()
        .annotate(light_now=light_case(timezone.localdate()))
        .values_list("item__field_id", "light_now")
        .annotate(number=Count("pk"))
    )
    for field_id, light, number in counted:
        lit.setdefault(field_id, dict.fromkeys(LIGHTS, 0))[light] = number
    return [_field_brief(plan, field, lit.get(field.pk)) for field in _fields(plan)]


@router.get(
    "/items",
    auth=PUBLIC,
    response={200: list[schemas.Item], **MISSING},
    operation_id="listItems",
    tags=["plan"],
    summary="The items of a plan",
)
@closed
def list_items(request: HttpRequest, query: Query[schemas.ItemQuery]) -> list[Json]:
    """In the order of the plan; `field` leaves those of one field."""
    plan = plan_asked(query.plan)
    rows = publication.items_of(plan)
    if query.field is not None:
        rows = rows.filter(field__number=query.field)
    return [plain.item_json(publication.item_record(item, plan.year)) for item in rows]


@router.get(
    "/items/{year}/{number}",
    auth=PUBLIC,
    response={200: schemas.ItemDetail, **MISSING},
    operation_id="getItem",
    tags=["plan"],
    summary="An item with its tasks, its source words and its measures",
)
@closed
def get_item(request: HttpRequest, year: Year, number: Number) -> Json:
    """`source` is what the document says, `text` what the plan says after repairs."""
    plan = plan_asked(year)
    item = publication.items_of(plan).filter(number=number).first()
    if item is None:
        raise Http404(_("The plan has no item of this number."))
    record = publication.item_record(item, plan.year)
    tasks = _records(request, TaskFilter(plan=year, item=number))
    return {
        **plain.item_json(record),
        "tasks": [plain.task_json(task) for task in tasks],
        "source": _source(plan, item),
        "carriers": [_carrier_json(carried) for carried in measures.carriers_of(number)],
    }


@router.get(
    "/tasks",
    auth=PUBLIC,
    response={200: schemas.TaskPage, **REFUSED},
    operation_id="listTasks",
    tags=["tasks"],
    summary="Tasks by the filters of the plan page",
)
@closed
def list_tasks(request: HttpRequest, query: Query[schemas.TaskQuery]) -> Json:
    """Values of one parameter may be repeated: any of them may hold; each parameter must."""
    asked = _filter(request.GET)
    actor = asker(request)
    rows = publication.of_plan(select(actor, asked, timezone.localdate()), asked.plan)
    count = rows.count()
    page = query.of(rows)
    tasks = [plain.task_json(task) for task in publication.records(actor, page)]
    return {"count": count, **_links(request, query, count), "tasks": tasks}


@router.get(
    "/tasks/{key}",
    auth=PUBLIC,
    response={200: schemas.TaskDetail, **MISSING},
    operation_id="getTask",
    tags=["tasks"],
    summary="A task with its ladder and its authorities",
)
@closed
def get_task(request: HttpRequest, key: Key) -> Json:
    """Officers see proposals and their reasons, the public the authorities that accepted."""
    task = _task(request, key)
    actor = asker(request)
    (record,) = publication.records(actor, _tasks(request).filter(pk=task.pk))
    assignments = (
        Assignment.objects.visible_to(actor)
        .filter(task=task)
        .select_related("authority")
        .order_by("role", "-proposed_at", "-pk")
    )
    candid = works_for_region(actor)
    return {
        **plain.task_json(record),
        "ladder": [plain.stage_json(stage) for stage in task.ladder],
        "assignments": [_assignment_json(each, candid=candid) for each in assignments],
    }


@router.get(
    "/tasks/{key}/reports",
    auth=PUBLIC,
    response={200: schemas.ReportList, **MISSING},
    operation_id="listReports",
    tags=["tasks"],
    summary="The reports of a task, the latest first",
)
@closed
def list_reports(request: HttpRequest, key: Key) -> Json:
    """Words and stage are public; obstacles, officers and files are not."""
    task = _task(request, key)
    rows = _reports(request).filter(task=task).order_by("-sequence")
    return {"task": task.urn, "reports": [_report_json(request, report) for report in rows]}


@router.post(
    "/tasks/{key}/reports",
    auth=MEMBERS,
    response={201: schemas.Report, **WRITES},
    operation_id="makeReport",
    tags=["tasks"],
    summary="Report on a task that your authority leads or supports",
)
@closed
def make_report(request: HttpRequest, key: Key, body: schemas.ReportIn) -> Status[Json]:
    """The lead reports the stage, a supporting authority words alone.

    Evidence files are handed in on the page of the task.
    """
    actor = worker(request)
    task = _task(request, key)
    made = life.report(
        actor,
        task,
        words=body.words,
        words_en=body.words_en,
        stage=body.stage,
        obstacle=body.obstacle,
        help_from=_helper(body.help_from),
        made_on=body.made_on,
        corrects=_corrected(request, task, body.corrects),
    )
    return Status(201, _report_json(request, _reports(request).get(pk=made.pk)))


@router.post(
    "/assignments/{key}/accept",
    auth=MEMBERS,
    response={200: schemas.Assignment, **WRITES},
    operation_id="acceptAssignment",
    tags=["tasks"],
    summary="Accept a task that was put to your authority",
)
@closed
def accept_assignment(request: HttpRequest, key: Key) -> Json:
    """409 where it was answered already."""
    actor = worker(request)
    return _assignment_json(life.accept(actor, _assignment(request, key)), candid=True)


@router.post(
    "/assignments/{key}/return",
    auth=MEMBERS,
    response={200: schemas.Assignment, **WRITES},
    operation_id="returnAssignment",
    tags=["tasks"],
    summary="Return a task that was put to your authority, with the reason",
)
@closed
def return_assignment(request: HttpRequest, key: Key, body: schemas.ReturnIn) -> Json:
    """409 where it was answered already."""
    actor = worker(request)
    returned = life.give_back(actor, _assignment(request, key), body.reason)
    return _assignment_json(returned, candid=True)


@router.get(
    "/authorities",
    auth=MEMBERS,
    response={200: list[schemas.Authority], **LOCKED},
    operation_id="listAuthorities",
    tags=["region"],
    summary="The region's authorities and their competences; for officers",
)
@closed
def list_authorities(request: HttpRequest) -> list[Json]:
    """`leads` counts tasks of the current plan."""
    worker(request)
    led = Q(led_tasks__lead_state="accepted", led_tasks__item__field__plan__is_current=True)
    rows = (
        Authority.objects.filter(active=True)
        .prefetch_related("subjects")
        .annotate(leads=Count("led_tasks", filter=led))
        .order_by("order", "key")
    )
    return [
        {
            **_named(authority),
            "urn": authority.urn,
            "city": authority.city_id,
            "subjects": [subject.key for subject in authority.subjects.all()],
            "is_office": authority.is_office,
            "leads": authority.leads,
        }
        for authority in rows
    ]


@router.get(
    "/measures",
    auth=PUBLIC,
    response={200: list[schemas.Carrier], **REFUSED},
    operation_id="listMeasures",
    tags=["measures"],
    summary="The systems that carry items out, and their figures",
)
@closed
def list_measures(request: HttpRequest) -> list[Json]:
    """Empty while no system carries an item out; a measure without a figure says why."""
    return [_carrier_json(carried) for carried in measures.carriers()]


@router.get(
    "/journal",
    auth=MEMBERS,
    response={200: schemas.Journal, **LOCKED},
    operation_id="listJournal",
    tags=["journal"],
    summary="Who did what: all for the office, an authority's own acts for its officers",
)
@closed
def list_journal(request: HttpRequest, query: Query[schemas.JournalQuery]) -> Json:
    """The latest first."""
    actor = worker(request)
    rows = Entry.objects.visible_to(actor)
    for column, value in (
        ("verb", query.act),
        ("object_urn", query.object),
        ("authority_key", query.authority),
    ):
        if value is not None:
            rows = rows.filter(**{column: value})
    if query.from_ is not None:
        rows = rows.filter(at__gte=start_of(query.from_))
    if query.to is not None:
        rows = rows.filter(at__date__lte=query.to)
    count = rows.count()
    page = rows.order_by("-at", "-pk")[query.offset : query.offset + query.limit]
    return {
        "count": count,
        **_links(request, query, count),
        "entries": [_entry_json(entry) for entry in page],
    }


def _plan_brief(plan: Plan) -> Json:
    return {
        "urn": plan.urn,
        "address": publication.plan_address(plan),
        "year": plan.year,
        "title": plain.text_json(Text(plan.title_zh, plan.title_en)),
        "is_current": plan.is_current,
        "confirmed_on": plan.confirmed_on,
    }


def _fields(plan: Plan) -> QuerySet[Field]:
    return plan.fields.annotate(item_count=Count("items")).order_by("order")


def _field_brief(plan: Plan, field: Field, lit: dict[str, int] | None) -> Json:
    counts = lit or dict.fromkeys(LIGHTS, 0)
    return {
        "plan": plan.year,
        "number": field.number,
        "name": plain.text_json(Text(field.name_zh, field.name_en)),
        "item_count": field.item_count,  # type: ignore[attr-defined]
        "task_count": sum(counts.values()),
        "lights": counts,
    }


def _filter(query: QueryDict) -> TaskFilter:
    """Read the filter; what is well-formed by the schema may still contradict itself."""
    made = TaskFilter.from_query(query)
    for problem in made.problems:
        raise RefusedError(problem.message, status=422, field=problem.name)
    return made


def _records(request: HttpRequest, asked: TaskFilter) -> Any:
    actor = asker(request)
    found = select(actor, asked, timezone.localdate())
    return publication.records(actor, publication.of_plan(found, asked.plan))


def _tasks(request: HttpRequest) -> QuerySet[Task]:
    return Task.objects.visible_to(asker(request))


def _task(request: HttpRequest, key: str) -> Task:
    task = _tasks(request).filter(urn__in=publication.urns("task", key)).first()
    if task is None:
        raise Http404(_("There is no such task."))
    return task


def _assignment(request: HttpRequest, key: str) -> Assignment:
    rows = Assignment.objects.visible_to(asker(request)).select_related("authority")
    found = rows.filter(urn__in=publication.urns("assignment", key)).first()
    if found is None:
        raise Http404(_("There is no such proposal."))
    return found


def _reports(request: HttpRequest) -> QuerySet[Report]:
    actor = asker(request)
    return (
        Report.objects.visible_to(actor)
        .select_related("authority", "officer", "help_from", "corrects", "task")
        .prefetch_related(
            Prefetch("evidence", Evidence.objects.visible_to(actor), to_attr="files_seen")
        )
    )


def _helper(key: str | None) -> Authority | None:
    if key is None:
        return None
    authority = Authority.objects.filter(key=key, active=True).first()
    if authority is None:
        raise RefusedError(_("There is no such authority."), status=422, field="help_from")
    return authority


def _corrected(request: HttpRequest, task: Task, key: str | None) -> Report | None:
    if key is None:
        return None
    found = _reports(request).filter(task=task, urn__in=publication.urns("report", key)).first()
    if found is None:
        raise RefusedError(_("This task has no such report."), status=422, field="corrects")
    return found


def _source(plan: Plan, item: Item) -> str:
    """The words of the document behind an item; a plan is public, and so are its words."""
    text = Plan.objects.filter(pk=plan.pk).values_list("document__text", flat=True).get()
    return text[item.span_start : item.span_end]


def _named(authority: Authority) -> Json:
    return {
        "key": authority.key,
        "name": plain.text_json(Text(authority.name_zh, authority.name_en)),
    }


def _assignment_json(assignment: Assignment, *, candid: bool) -> Json:
    reason = plain.text_json(Text(assignment.reason_zh, assignment.reason_en))
    return {
        "urn": assignment.urn,
        "key": assignment.key,
        "authority": _named(assignment.authority),
        "role": assignment.role,
        "state": assignment.state,
        "reason": reason if candid else None,
        "answer": assignment.answer if candid else None,
        "proposed_at": assignment.proposed_at,
        "answered_at": assignment.answered_at,
    }


def _report_json(request: HttpRequest, report: Report) -> Json:
    actor = cast("User", asker(request))
    candid = Report.candid(actor)
    files = report.files_seen  # type: ignore[attr-defined]
    return {
        "urn": report.urn,
        "key": report.key,
        "sequence": report.sequence,
        "authority": _named(report.authority),
        "officer": str(report.officer) if candid else None,
        "stage": plain.stage_json(report.stage_then),
        "words": plain.text_json(Text(report.words, report.words_en)),
        "obstacle": report.obstacle if candid else None,
        "help_from": _named(report.help_from) if candid and report.help_from else None,
        "corrects": report.corrects.key if report.corrects else None,
        "made_on": report.made_on,
        "recorded_at": report.created_at,
        "evidence": len(files) if candid and (files or coordinates(actor)) else None,
    }


def _carrier_json(carried: measures.Carried) -> Json:
    carrier = carried.carrier
    return {
        "key": carrier.key,
        "name": {"zh": carrier.name_zh, "en": carrier.name_en},
        "address": carrier.url,
        "items": list(carrier.items),
        "measures": [_reading_json(reading) for reading in carried.readings],
    }


def _reading_json(reading: measures.Reading) -> Json:
    figure = reading.figure
    return {
        "key": reading.measure.key,
        "item": reading.measure.item,
        "name": {"zh": reading.measure.name_zh, "en": reading.measure.name_en},
        "figure": None
        if figure is None
        else {
            "value": figure.value,
            "unit": {"zh": figure.unit_zh, "en": figure.unit_en},
            "as_of": figure.as_of,
            "target": figure.target,
        },
        "why_none": {"zh": reading.why_zh, "en": reading.why_en} if figure is None else None,
    }


def _entry_json(entry: Entry) -> Json:
    named = {"key": entry.authority_key, "name": {"zh": entry.authority_name, "en": ""}}
    return {
        "at": entry.at,
        "who": entry.actor_name,
        "authority": named if entry.authority_key else None,
        "act": entry.verb,
        "object": entry.object_urn,
        "object_name": entry.object_name,
        "detail": entry.detail,
    }


def _links(request: HttpRequest, query: schemas.PartQuery, count: int) -> Json:
    """The addresses of the parts before and after this one, with the same filter."""
    after, before = query.offset + query.limit, query.offset - query.limit
    return {
        "next": _part(request, query, after) if after < count else None,
        "previous": _part(request, query, max(before, 0)) if query.offset > 0 else None,
    }


def _part(request: HttpRequest, query: schemas.PartQuery, offset: int) -> str:
    params = request.GET.copy()
    params["limit"], params["offset"] = str(query.limit), str(offset)
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
