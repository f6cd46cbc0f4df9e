"""The measures of field 2 and of the infrastructure of 5.2, from the network and its last runs."""

from __future__ import annotations

from statistics import fmean

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from conurb.network.multimodal import Travel
from conurb.plan.measures import Figure, NoFigureError
from conurb.sames.facilities import stages
from conurb.sames.facilities.models import NetworkState, Run
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries import runs
from conurb.sames.facilities.queries.projects import Project, projects_of
from conurb.sames.facilities.worth import NEGLIGIBLE

BEGUN = (stages.BUILDING, stages.OPENED)
ANYBODY = AnonymousUser()


def begun(item: str) -> Figure:
    """How many projects of an item are being built or in use, of all."""
    state = _state()
    projects = [each for each in _projects(state) if _belongs(each, item)]
    if not projects:
        raise NoFigureError("路网中没有该条目的项目。", "The network has no project of this item.")
    number = sum(each.stage.key in BEGUN for each in projects)
    return Figure(number, "个", "projects", timezone.now(), target=len(projects))


def hours_saved(item: str) -> Figure:
    """How many hours a day people save by car once all projects of an item are done together."""
    state = _state()
    run = _run(state, "car")
    result = runs.result_of(run)
    if result is None or item not in result.items:
        raise NoFigureError("路网中没有该条目的项目。", "The network has no project of this item.")
    if result.items[item] <= NEGLIGIBLE:
        raise NoFigureError(
            "该条目的项目不改变交通小区之间的小汽车用时。",
            "The projects of this item change no time between zones by car.",
        )
    return Figure(round(result.items[item]), "小时/日", "hours a day", run.made_at)


def between_centres(travel: Travel) -> Figure:
    """How long it takes between the centres of the cities today, the mean of all pairs."""
    run = _run(_state(), travel)
    result = runs.result_of(run)
    worths = result.worths if result else ()
    links = [link.before for link in worths[0].centres] if worths else []
    known = [minutes for minutes in links if minutes is not None]
    if not known:
        raise NoFigureError("三市中心之间没有通路。", "There is no way between the centres.")
    return Figure(round(fmean(known)), "分钟", "minutes", run.made_at)


def dead_ends_healed() -> Figure:
    """How many of the dead ends at borders a project of the plan heals."""
    run = _run(_state(), "car")
    result = runs.result_of(run)
    ends = result.borders["dead_ends"] if result and result.borders else []
    if not ends:
        raise NoFigureError("路网中没有市界断头路。", "No road of the network stops at a border.")
    healed = sum(bool(each["healed_by"]) for each in ends)
    return Figure(healed, "处", "places", run.made_at, target=len(ends))


def _state() -> NetworkState:
    state = networks.current()
    if state is None:
        raise NoFigureError("区域尚未提供路网。", "The region declares no network.")
    return state


def _run(state: NetworkState, travel: Travel) -> Run:
    run = runs.last(travel, ANYBODY)
    if run is None or run.network_id != state.pk:
        raise NoFigureError("现有路网尚未评估。", "The network of today was not appraised yet.")
    return run


def _projects(state: NetworkState) -> list[Project]:
    return list(projects_of(state, ANYBODY).values())


def _belongs(project: Project, item: str) -> bool:
    return any(each.number == item for each in project.items)
