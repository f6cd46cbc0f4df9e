"""The signals of arterials as a JSON API: plans and when they run, files, the search for better.

Reading is public, as when lights turn green can be seen in the street. Searching takes a key, or
the session, of the traffic police of a city along the arterial.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Path, Query, Router, Schema, Status

from conurb.background.models import Job
from conurb.journal.serving import download
from conurb.network.signals.plans import WAYS, Both, Movement
from conurb.network.signals.programmes import DayKind, DayTable, Pattern, Programme, clock
from conurb.plan.api_schemas import Key
from conurb.refusal import RefusedError
from conurb.region.api_access import MEMBERS, PUBLIC, closed, worker
from conurb.region.api_schemas import Problem, Text
from conurb.region.tables import Bilingual
from conurb.sames.facilities.actions import signals as acts
from conurb.sames.facilities.queries import signal_days as days
from conurb.sames.facilities.queries import signals as found
from conurb.sames.facilities.queries.signals import Past
from conurb.sames.facilities.signal_models import SignalCorridor
from conurb.sames.facilities.writers.signals import FILES

router = Router()

Json = dict[str, Any]
SLUG = r"^[a-z0-9][a-z0-9_-]{0,59}$"
PATTERN = r"^[a-z0-9][a-z0-9-]{0,39}$"
MOMENT = r"^20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?$"
KINDS = tuple(kind.value for kind in DayKind)
FileKind = Literal["xlsx", "csv", "json", "svg", "sumo", "network", "programme", "sumo-day", "all"]
PROBLEMS = {401: Problem, 404: Problem, 422: Problem}
WRITES = {**PROBLEMS, 400: Problem, 403: Problem, 409: Problem}


class At(Schema):
    """At which moment to say what runs."""

    at: str | None = Field(
        None,
        pattern=MOMENT,
        description="as 2026-03-02T08:15, by the region's clock where it has no offset; else now",
    )


class Which(At):
    """Which version of the plans, and at which moment to say what runs."""

    version: Key | None = Field(None, description="a key of `versions`; else the one in force")


class SlugPath(Schema):
    """Which arterial."""

    slug: str = Field(pattern=SLUG)


class SearchPath(SlugPath):
    """Which search."""

    key: Key


class FilePath(SlugPath):
    """Which file of which version."""

    key: Key
    kind: FileKind


class FileQuery(Schema):
    """Which plan."""

    plan: str | None = Field(None, pattern=PATTERN, description="the first one where left out")


class SignalRunning(Schema):
    """What runs at the moment asked for."""

    at: str
    day: Literal[KINDS] = Field(description="by the region's calendar")  # type: ignore[valid-type]
    table: Literal[KINDS] = Field(description="which one such a day takes")  # type: ignore[valid-type]
    plan: str = Field(description="key of the plan")
    since: str = Field(description="on this day, as 07:00")
    until: str


class SignalArterial(Schema):
    """An arterial whose signals run together."""

    slug: str
    name: Text
    cities: list[str] = Field(description="codes, in order (GB/T 2260)")
    intersections: int
    km: float
    version: str = Field(description="key of the version in force")
    signed: bool = Field(description="by all its cities; else as found")
    proposals: int = Field(description="versions that wait for a signature")
    plans: list[str] = Field(description="keys of its plans")
    running: SignalRunning


class SignalGreen(Schema):
    """A green within the cycle, seconds after the offset; clearance left out."""

    movement: Literal[tuple(each.value for each in Movement)]  # type: ignore[valid-type]
    begins: float
    lasts: float


class SignalAt(Schema):
    """A signal of a plan. Pairs are outbound and inbound."""

    key: str
    name: Text
    city: str
    metres: float = Field(description="from the first intersection")
    position: list[float] | None = Field(description="longitude, latitude, WGS 84")
    offset_s: float
    side: float = Field(description="splits, shares of the cycle: green with its clearance")
    side_left: float
    left: list[float]
    through: list[float]
    order: str = Field(description="of the left turns, outbound first")
    greens: list[SignalGreen]
    flow: list[float] = Field(description="vehicles an hour")
    speed: list[float] | None = Field(description="km/h to the next; null at the last")


class SignalBand(Schema):
    """The green wave through all of one way; 0 s where there is none."""

    way: Literal["outbound", "inbound"]
    name: Text
    begins_s: float = Field(description="into the cycle, at the way's first intersection")
    lasts_s: float
    share: float = Field(description="of the cycle")
    links_s: list[float] = Field(description="width on each link, from the first intersection on")
    delay_s: float | None = Field(description="end to end, modelled; null without flows")
    stops: float | None


class SignalPlanOut(Schema):
    """One plan of an arterial."""

    key: str
    name: Text
    cycle_s: float
    yellow_s: float
    all_red_s: float
    weights: list[float] = Field(description="of the ways in the search for its wave")
    signals: list[SignalAt]
    bands: list[SignalBand]
    files: dict[str, str] = Field(description="addresses of its files by kind")


class SignalSlot(Schema):
    """From when to when a plan runs."""

    since: str = Field(examples=["07:00"])
    until: str
    plan: str


class SignalChange(Schema):
    """A change of plan, and how long its signals take to come into step."""

    at: str
    before: str
    after: str
    in_step_s: float
    cycles: int
    longer: int = Field(description="signals that lengthen their cycles")
    shorter: int


class SignalDay(Schema):
    """A table of the day, whose slots fill it, and which kinds of day take it."""

    day: Literal[KINDS] = Field(description="whose table it is")  # type: ignore[valid-type]
    taken_by: list[Literal[KINDS]] = Field(  # type: ignore[valid-type]
        description="kinds of day; those that have no table of their own take a general one"
    )
    slots: list[SignalSlot]
    changes: list[SignalChange]


class SignalVersionOut(Schema):
    """A version of the plans, and where it stands."""

    key: str
    number: int
    urn: str
    kind: Literal["declared", "uploaded", "hours", "found"]
    state: Literal["in-force", "past", "open", "refused", "outdated"]
    missing: list[str] = Field(description="cities that have yet to sign")
    made_at: str


class SignalPlans(Schema):
    """All plans of one version of an arterial, and when each runs."""

    slug: str
    name: Text
    outbound: Text
    inbound: Text
    source: Text
    version: SignalVersionOut
    running: SignalRunning = Field(description="were this version in force")
    plans: list[SignalPlanOut]
    days: list[SignalDay]
    versions: list[SignalVersionOut]


class GreenWaveIn(Schema):
    """What to search for; the splits stay. What is found is a proposal that each city signs."""

    plan: str | None = Field(None, pattern=PATTERN, description="every plan where left out")
    method: Literal["multiband", "maxband"] = "multiband"
    spread_s: int = Field(20, ge=0, le=60, description="by which cycles may differ")
    tolerance: float = Field(0.05, ge=0, le=0.3, description="by which speeds may, as a share")
    weights: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        None, description="outbound, inbound, each 0.1 to 10; each plan's own where left out"
    )
    orders: bool = Field(True, description="choose the order of the left turns too")
    keep: Literal["wave", "balance", "delay"] = Field(
        "balance", description="then: the wave as found, less delay with 80 % of it, least delay"
    )


class GreenWaveSearch(Schema):
    """A search, how far it is, and what it found."""

    key: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    percent: int | None
    step: Text
    problem: Text
    version: str | None = Field(description="key of the proposal, once it is done")
    asked_at: str
    ended_at: str | None


@router.get(
    "/facilities/signals",
    auth=PUBLIC,
    response={200: list[SignalArterial], **PROBLEMS},
    operation_id="listArterials",
    tags=["facilities"],
    summary="Arterials whose signals run together, with the plan that runs",
)
@closed
def list_arterials(request: HttpRequest, query: Query[At]) -> list[Json]:
    """Where a city's name is needed, see `listAuthorities`; codes are those of GB/T 2260."""
    at = _moment(query.at)
    return [
        {
            "slug": row.corridor.slug,
            "name": _said(row.corridor.name_zh, row.corridor.name_en),
            "cities": list(row.corridor.cities),
            "intersections": row.count,
            "km": round(row.kilometres, 3),
            "version": row.version.key,
            "signed": row.signed,
            "proposals": row.proposals,
            "plans": [each.key for each in row.programme.patterns],
            "running": _running(row.now, at),
        }
        for row in found.listed(request.user, at)
    ]


@router.get(
    "/facilities/signals/{slug}",
    auth=PUBLIC,
    response={200: SignalPlans, **PROBLEMS},
    operation_id="getArterial",
    tags=["facilities"],
    summary="The signal plans of an arterial: offsets, splits, bands, when each runs",
)
@closed
def get_arterial(request: HttpRequest, path: Path[SlugPath], query: Query[Which]) -> Json:
    """The version in force, or the one asked for."""
    at = _moment(query.at)
    corridor, history = _corridor(request, path.slug)
    past = _version(history, query.version)
    programme = found.programme_of(past.version)
    plan = programme.first
    return {
        "slug": corridor.slug,
        "name": _said(corridor.name_zh, corridor.name_en),
        "outbound": _words(plan.ways[0]),
        "inbound": _words(plan.ways[1]),
        "source": _words(plan.source),
        "version": _version_json(past),
        "running": _running(days.now_of(programme, at), at),
        "plans": [_plan_json(corridor, past, each) for each in programme.patterns],
        "days": [_day_json(programme, table) for table in programme.tables],
        "versions": [_version_json(each) for each in history],
    }


@router.get(
    "/facilities/signals/{slug}/versions/{key}/files/{kind}",
    auth=PUBLIC,
    response={200: None, **PROBLEMS},
    operation_id="exportSignalPlan",
    tags=["facilities"],
    summary="A plan as Excel, CSV, JSON, diagram, for SUMO; or all plans",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {
                    each.media_type: {"schema": {"type": "string", "format": "binary"}}
                    for each in FILES.values()
                },
            }
        }
    },
)
@closed
def export_signal_plan(
    request: HttpRequest, path: Path[FilePath], query: Query[FileQuery]
) -> HttpResponse:
    """Of all plans: `programme` is JSON with their hours, `all` every file, `sumo-day` for SUMO.

    `sumo-day` is an archive of the network and, for each table of the day, an additional file with
    every program and the WAUT that switch them.
    """
    corridor, history = _corridor(request, path.slug)
    past = _version(history, path.key)
    programme = found.programme_of(past.version)
    pattern = programme.pattern(query.plan) if query.plan else programme.patterns[0]
    if pattern is None:
        raise Http404(_("There is no such plan."))
    writer = FILES[path.kind]
    content = writer.write(programme, pattern)
    name = writer.name(corridor.slug, past.version.number, pattern)
    return download(content, name, writer.media_type)


@router.post(
    "/facilities/signals/{slug}/searches",
    auth=MEMBERS,
    response={202: GreenWaveSearch, **WRITES},
    operation_id="searchGreenWave",
    tags=["facilities"],
    summary="Have a green wave searched for; for traffic police along the arterial",
)
@closed
def search_green_wave(
    request: HttpRequest, path: Path[SlugPath], body: GreenWaveIn
) -> Status[Json]:
    """Starts from the plans in force and takes some seconds a plan: ask for its state."""
    actor = worker(request)
    corridor, _history = _corridor(request, path.slug)
    weights = body.weights
    if weights is not None and not all(0.1 <= weight <= 10 for weight in weights):
        raise RefusedError(_("Weights are 0.1 to 10."), status=422, field="weights")
    asked = acts.Asked(
        method=body.method,
        pattern=body.plan or "",
        spread=float(body.spread_s),
        tolerance=body.tolerance,
        weights=Both(*weights) if weights else None,
        orders=body.orders,
        keep=body.keep,
    )
    return Status(202, _search_json(acts.ask(actor, corridor, asked)))


@router.get(
    "/facilities/signals/{slug}/searches/{key}",
    auth=MEMBERS,
    response={200: GreenWaveSearch, **WRITES},
    operation_id="getGreenWaveSearch",
    tags=["facilities"],
    summary="How far a search is, and the proposal that it found",
)
@closed
def get_green_wave_search(request: HttpRequest, path: Path[SearchPath]) -> Json:
    """For who asked for it and the officers of the same authority."""
    actor = worker(request)
    job = Job.objects.visible_to(actor).filter(kind=acts.KIND, key=path.key).first()
    if job is None or job.arguments.get("corridor") != path.slug:
        raise Http404(_("There is nothing with this address."))
    return _search_json(job)


def _moment(said: str | None) -> datetime:
    if said is None:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise RefusedError(_("There is no such moment."), status=422, field="at") from None
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _corridor(request: HttpRequest, slug: str) -> tuple[SignalCorridor, list[Past]]:
    corridor = found.corridor_of(request.user, slug)
    history = found.history(corridor) if corridor else []
    if corridor is None or not any(each.standing.state == "in-force" for each in history):
        raise Http404(_("There is no such arterial."))
    return corridor, history


def _version(history: list[Past], key: str | None) -> Past:
    for past in history:
        if past.version.key == key or (key is None and past.standing.state == "in-force"):
            return past
    raise Http404(_("There is no such plan."))


def _version_json(past: Past) -> Json:
    version = past.version
    return {
        "key": version.key,
        "number": version.number,
        "urn": version.urn,
        "kind": version.kind,
        "state": past.standing.state,
        "missing": list(past.standing.missing) if past.standing.state == "open" else [],
        "made_at": version.made_at.isoformat(),
    }


def _running(now: days.Now, at: datetime) -> Json:
    return {
        "at": timezone.localtime(at).isoformat(timespec="minutes"),
        "day": now.kind.value,
        "table": now.table.value,
        "plan": now.pattern.key,
        "since": clock(now.slot.begins),
        "until": now.until,
    }


def _plan_json(corridor: SignalCorridor, past: Past, pattern: Pattern) -> Json:
    plan = pattern.plan
    links = [*plan.speeds, None]
    return {
        "key": pattern.key,
        "name": _words(pattern.name),
        "cycle_s": plan.cycle,
        "yellow_s": plan.yellow,
        "all_red_s": plan.all_red,
        "weights": list(pattern.weights),
        "signals": [
            {
                "key": at.key,
                "name": _words(at.name),
                "city": at.city,
                "metres": at.metres,
                "position": list(at.position) if at.position else None,
                "offset_s": plan.offsets[place],
                "side": at.side,
                "side_left": at.side_left,
                "left": list(at.left),
                "through": [at.split(way) for way in WAYS],
                "order": at.order.value,
                "greens": [
                    {"movement": movement.value, "begins": span.begins, "lasts": span.lasts}
                    for movement, span in plan.spans(place).items()
                ],
                "flow": list(at.flow),
                "speed": list(speed) if speed else None,
            }
            for place, (at, speed) in enumerate(zip(plan.intersections, links, strict=True))
        ],
        "bands": _bands_json(pattern),
        "files": {kind: _address(corridor, past, kind, pattern) for kind in FILES},
    }


def _bands_json(pattern: Pattern) -> list[Json]:
    bands = found.waves_of(pattern.plan)
    return [
        {
            "way": figures.way,
            "name": _words(name),
            "begins_s": bands.through[figures.way].begins,
            "lasts_s": figures.seconds,
            "share": bands.share(figures.way),
            "links_s": [band.lasts for band in bands.links[figures.way]],
            "delay_s": figures.delay,
            "stops": figures.stops,
        }
        for figures, name in zip(found.ways_of(pattern.plan), pattern.plan.ways, strict=True)
    ]


def _address(corridor: SignalCorridor, past: Past, kind: str, pattern: Pattern) -> str:
    path = {"slug": corridor.slug, "key": past.version.key, "kind": kind}
    address = reverse("api:export_signal_plan", kwargs=path)
    return address if FILES[kind].whole else f"{address}?plan={pattern.key}"


def _day_json(programme: Programme, table: DayTable) -> Json:
    return {
        "day": table.kind.value,
        "taken_by": [kind.value for kind in programme.days_of(table)],
        "slots": [
            {"since": clock(slot.begins), "until": clock(slot.ends), "plan": slot.pattern}
            for slot in table.slots
        ],
        "changes": [
            {
                "at": clock(change.minute),
                "before": change.before.key,
                "after": change.after.key,
                "in_step_s": change.transition.lasts,
                "cycles": change.transition.cycles,
                "longer": change.transition.longer,
                "shorter": change.transition.shorter,
            }
            for change in programme.changes(table.kind)
        ],
    }


def _search_json(job: Job) -> Json:
    return {
        "key": job.key,
        "state": job.state,
        "percent": job.percent,
        "step": _said(job.step_zh, job.step_en),
        "problem": _said(job.problem_zh, job.problem_en),
        "version": job.result.get("version"),
        "asked_at": job.asked_at.isoformat(),
        "ended_at": job.ended_at.isoformat() if job.ended_at else None,
    }


def _words(words: Bilingual) -> Json:
    return _said(words.zh, words.en)


def _said(zh: str, en: str) -> Json:
    return {"zh": zh, "en": en}
