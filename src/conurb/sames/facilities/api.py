"""Projects of the network, what they are worth, and how far one gets, as a JSON API. All public."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Path, Query, Router, Schema

from conurb.refusal import RefusedError
from conurb.region.api_access import PUBLIC, closed
from conurb.region.api_schemas import MISSING, Problem
from conurb.sames.facilities.actions.appraising import inputs_of
from conurb.sames.facilities.queries import answers, borders, reaching, runs
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries.answers import Question
from conurb.sames.facilities.queries.projects import Project as ShownProject
from conurb.sames.facilities.queries.ranking import Row, rows_of
from conurb.sames.facilities.signal_api import router as signal_router
from conurb.sames.facilities.studies import APPRAISED
from conurb.sames.facilities.worth import Worth as ShownWorth

router = Router()
router.add_router("", signal_router)

Json = dict[str, Any]
Appraised = Literal["car", "transit", "truck"]
Travelled = Literal["car", "truck", "walk", "transit"]
KEY = r"^[a-z0-9][a-z0-9_-]{0,79}$"
COUNTY_CODE = r"^\d{6}$"
MOST = 12


class Travel(Schema):
    """By which way to travel."""

    travel: Appraised = Field("car", description="projects are appraised for each by itself")


class KeyPath(Schema):
    """Which project."""

    key: str = Field(pattern=KEY)


class Together(Travel):
    """Which projects, and by which way to travel."""

    project: list[str] = Field(min_length=1, max_length=MOST, description="keys of projects")


class Origin(Schema):
    """From where, and by which way to travel."""

    travel: Travelled = "car"
    county: str | None = Field(None, pattern=COUNTY_CODE, description="from its greatest zone")
    zone: str | None = Field(None, pattern=KEY, description="code of a zone of the network")
    longitude: float | None = Field(None, ge=-180, le=180, description="degrees, WGS 84")
    latitude: float | None = Field(None, ge=-90, le=90, description="degrees, WGS 84")


class CountyGain(Schema):
    """What the people of a county gain."""

    code: str
    people: float
    minutes_before: float | None
    minutes_saved: float | None
    hours_saved: float = Field(description="a day")


class CentreLink(Schema):
    """Minutes between the centres of two cities; null where there is no way."""

    origin: str
    destination: str
    before: float | None
    after: float | None


class Figures(Schema):
    """What a project, or several together, is worth."""

    minutes_saved: float | None = Field(description="a trip between zones, people-weighted")
    hours_saved: float = Field(description="a day")
    jobs_gain: float = Field(description="jobs that a person reaches more within 45 minutes")
    hospitals_gain: float = Field(description="hospitals likewise")
    gini_before: float = Field(description="of jobs reached")
    gini_after: float
    cost_per_hour: int | None = Field(description="fen; null where no cost is known")
    counties: list[CountyGain]
    centres: list[CentreLink]


class Ranked(Schema):
    """A place in the ranking, and the best and worst under all weightings."""

    place: int
    score: float
    best: int
    worst: int


class Project(Schema):
    """A project of the plan on the network."""

    key: str
    name: str
    kind: str
    items: list[str]
    tasks: list[str] = Field(description="numbers of tasks of the current plan")
    words: str = Field(description="the plan's own")
    stage: str = Field(description="study, early, building or opened")
    cities: list[str]
    assumed: str = Field(description="what of its alignment is assumed")
    length_km: float
    cost: int | None = Field(description="yuan")
    ranked: Ranked | None
    figures: Figures | None


class Projects(Schema):
    """All projects, the best first."""

    network: str = Field(description="digest of the network in use")
    travel: str
    appraised_at: str | None
    stale: bool = Field(description="network or projects changed since")
    schematic: bool
    projects: list[Project]


class Synergy(Schema):
    """Projects as one, beside the sum of each alone."""

    travel: str
    projects: list[str]
    hours_saved: float
    hours_saved_singly: float
    figures: Figures


class DeadEnd(Schema):
    """A road that stops near a border; minutes."""

    road: str
    city: str
    other_city: str
    gap_km: float
    minutes_now: float | None = Field(description="null where there is no way")
    minutes_joined: float
    healed_by: list[str] = Field(description="names of projects")
    longitude: float
    latitude: float


class Band(Schema):
    """What is reached within a time."""

    minutes: int
    km2: float
    people: float = Field(description="of zones that are reached")
    jobs: float = Field(description="likewise")


class Isochrones(Schema):
    """Areas reached, as GeoJSON with the number of the band in `band`; -1 is the origin."""

    travel: str
    bands: list[Band]
    areas: Json


REFUSALS = {409: Problem, **MISSING}


@router.get(
    "/facilities/projects",
    auth=PUBLIC,
    response={200: Projects, **REFUSALS},
    operation_id="listNetworkProjects",
    tags=["facilities"],
    summary="Projects of the network with what they are worth, ranked",
)
@closed
def list_network_projects(request: HttpRequest, query: Query[Travel]) -> Json:
    """The order is the stated rule's; `ranked` tells what it owes to its weights."""
    state = networks.in_use()
    travel = next(each for each in APPRAISED if each == query.travel)
    run = runs.last(travel, request.user)
    result = runs.result_of(run) if run else None
    standing = runs.standing(state, travel, run, request.user)
    return {
        "network": state.digest,
        "travel": travel,
        "appraised_at": run.made_at.isoformat() if run else None,
        "stale": standing.stale,
        "schematic": state.schematic,
        "projects": [_project(row) for row in rows_of(state, result, request.user).values()],
    }


@router.get(
    "/facilities/projects/{key}",
    auth=PUBLIC,
    response={200: Project, **REFUSALS},
    operation_id="getNetworkProject",
    tags=["facilities"],
    summary="One project of the network with what it is worth",
)
@closed
def get_network_project(request: HttpRequest, path: Path[KeyPath], query: Query[Travel]) -> Json:
    """Figures are null before the first appraisal."""
    state = networks.in_use()
    travel = next(each for each in APPRAISED if each == query.travel)
    run = runs.last(travel, request.user)
    result = runs.result_of(run) if run else None
    row = rows_of(state, result, request.user).get(path.key)
    if row is None:
        raise Http404(_("There is no such project on this network."))
    return _project(row)


@router.get(
    "/facilities/together",
    auth=PUBLIC,
    response={200: Synergy, **REFUSALS},
    operation_id="appraiseTogether",
    tags=["facilities"],
    summary="Several projects appraised as one, beside the sum of each alone",
)
@closed
def appraise_together(request: HttpRequest, query: Query[Together]) -> Json:
    """Computed on request, exactly; on a large network from what was worked out before."""
    state = networks.in_use()
    travel = next(each for each in APPRAISED if each == query.travel)
    known = {project.key for project in networks.network_of(state).projects}
    keys = tuple(dict.fromkeys(query.project))
    if not known.issuperset(keys):
        raise Http404(_("There is no such project on this network."))
    whole = answers.together(state, travel, keys)
    if whole is None:
        raise _not_yet(answers.about_projects(state, travel, keys))
    run = runs.last(travel, request.user)
    result = runs.result_of(run) if run and run.inputs == inputs_of(state, travel) else None
    alone = [result.worth(key) if result else None for key in keys]
    singly = sum(
        (each or runs.together(state, travel, (key,))).hours_saved
        for key, each in zip(keys, alone, strict=True)
    )
    return {
        "travel": travel,
        "projects": list(keys),
        "hours_saved": whole.hours_saved,
        "hours_saved_singly": singly,
        "figures": _figures(whole),
    }


@router.get(
    "/facilities/dead-ends",
    auth=PUBLIC,
    response={200: list[DeadEnd], **REFUSALS},
    operation_id="listDeadEnds",
    tags=["facilities"],
    summary="Roads that stop at the border of two cities, the greatest detour first",
)
@closed
def list_dead_ends(request: HttpRequest) -> list[Json]:
    """Empty before the first appraisal of the network in use."""
    state = networks.in_use()
    run = runs.last("car", request.user)
    result = runs.result_of(run) if run and run.network_id == state.pk else None
    if result is None or result.borders is None:
        return []
    rows = rows_of(state, result, request.user)
    projects = {key: row.project for key, row in rows.items()}
    found = borders.dead_ends_of(result.borders, networks.network_of(state).network, projects)
    return [
        {
            "road": each.road,
            "city": each.city,
            "other_city": each.other_city,
            "gap_km": each.gap_km,
            "minutes_now": each.minutes_now,
            "minutes_joined": each.minutes_joined,
            "healed_by": [healing.name for healing in each.healing],
            "longitude": each.at[0],
            "latitude": each.at[1],
        }
        for each in found
    ]


@router.get(
    "/facilities/isochrones",
    auth=PUBLIC,
    response={200: Isochrones, **REFUSALS},
    operation_id="getIsochrones",
    tags=["facilities"],
    summary="Areas reached within 15, 30, 45 and 60 minutes from a county or a place",
)
@closed
def get_isochrones(request: HttpRequest, query: Query[Origin]) -> Json:
    """Give a zone, a county, or longitude and latitude; of several the first of these counts."""
    named = query.zone or query.county
    if not named and (query.longitude is None or query.latitude is None):
        raise RefusedError(_("Give a zone, a county, or longitude and latitude."), status=422)
    asked = reaching.Asked(
        travel=query.travel,
        zone=query.zone or "",
        county=query.county or "",
        at="" if named else f"{query.longitude},{query.latitude}",
    )
    state = networks.in_use()
    place = reaching.place_of(state, asked)
    computed = answers.reach(state, asked.travel, place)
    if computed is None:
        raise _not_yet(answers.about_reach(state, asked.travel, place))
    found = reaching.told(place, computed)
    return {
        "travel": query.travel,
        "bands": [
            {"minutes": b.minutes, "km2": b.km2, "people": b.people, "jobs": b.jobs}
            for b in found.bands
        ],
        "areas": found.geojson,
    }


def _project(row: Row) -> Json:
    project: ShownProject = row.project
    return {
        "key": project.key,
        "name": project.name,
        "kind": project.kind_key,
        "items": [item.number for item in project.items],
        "tasks": [task.number for task in project.tasks],
        "words": project.words,
        "stage": project.stage.key,
        "cities": list(project.city_codes),
        "assumed": project.assumed,
        "length_km": project.length_km,
        "cost": project.cost,
        "ranked": (
            {
                "place": row.standing.place,
                "score": row.standing.score,
                "best": row.standing.best,
                "worst": row.standing.worst,
            }
            if row.standing
            else None
        ),
        "figures": _figures(row.worth) if row.worth else None,
    }


def _not_yet(question: Question) -> RefusedError:
    """Say where an answer that takes long is asked for."""
    words = _("This network is large. Have the answer worked out first on the page %(address)s.")
    return RefusedError(words % {"address": question.address}, status=409)


def _figures(worth: ShownWorth) -> Json:
    return {
        "minutes_saved": worth.minutes_saved,
        "hours_saved": worth.hours_saved,
        "jobs_gain": worth.jobs_gain,
        "hospitals_gain": worth.hospitals_gain,
        "gini_before": worth.gini_before,
        "gini_after": worth.gini_after,
        "cost_per_hour": worth.cost_per_hour,
        "counties": [
            {
                "code": each.code,
                "people": each.people,
                "minutes_before": each.minutes_before,
                "minutes_saved": each.minutes_saved,
                "hours_saved": each.hours_saved,
            }
            for each in worth.counties
        ],
        "centres": [
            {
                "origin": each.origin,
                "destination": each.destination,
                "before": each.before,
                "after": each.after,
            }
            for each in worth.centres
        ],
    }
