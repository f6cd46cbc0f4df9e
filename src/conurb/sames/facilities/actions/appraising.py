"""Appraising every project for every way to travel; what is found is kept and never changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import shapely
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from shapely.geometry import shape

from conurb.background import actions as background
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.journal import files
from conurb.journal.actions import record
from conurb.network import dead_ends
from conurb.network.multimodal import NOON, Travel
from conurb.network.ranking import Rule, rank
from conurb.refusal import NotCompetentError
from conurb.region.models import County, User, coordinates, works_for_region
from conurb.region.tables import Bilingual
from conurb.sames.facilities import worth
from conurb.sames.facilities.bottlenecks import Traffic, peak_hour
from conurb.sames.facilities.combining import Combining
from conurb.sames.facilities.models import NetworkState, Run
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.steps import STEPS
from conurb.sames.facilities.studies import APPRAISED, TRIPS
from conurb.sames.facilities.worth import Pair, Result
from conurb.urn import new_urn, opaque

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

KIND = "facilities.appraise"
SUBJECTS = ("road", "expressway", "rail-transit", "railway", "port", "spatial-planning")
"""Authorities competent for one of these subjects may have the projects appraised again."""
SMALL = 20_000
"""A network of so many links at most is appraised when it is loaded; a larger one when asked."""
MOST_PAIRS = 40
"""Pairs of projects that are kept, those that differ most from the sum of both."""
NEGLIGIBLE_HOURS = 1.0
SCHEMATIC = dead_ends.Limits(within=8_000.0, gap=12_000.0, turn=45.0)
"""Where a network is good to a kilometre only, a road that stops is looked for more widely."""


@dataclass(frozen=True)
class Appraised:
    """What an appraisal found, not yet kept: the file with the figures, how long it took."""

    travel: Travel
    inputs: str
    result: Result
    sha256: str
    seconds: float


def may_appraise(actor: User | AnonymousUser) -> bool:
    """Tell whether the actor may have the projects appraised again: transport, or coordination."""
    if not works_for_region(actor):
        return False
    if coordinates(actor):
        return True
    authority = actor.authority
    return authority is not None and authority.subjects.filter(key__in=SUBJECTS).exists()


def is_small(state: NetworkState) -> bool:
    """Tell whether a network is appraised in seconds."""
    return int(state.counts.get("links", 0)) <= SMALL


def inputs_of(state: NetworkState, travel: Travel) -> str:
    """Return the digest of everything that a run's result depends on."""
    depends = {
        "network": state.digest,
        "travel": travel,
        "at": NOON,
        "trips": TRIPS.get(travel, 0.0),
        "rule": asdict(Rule()),
        "version": worth.VERSION,
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def stale(state: NetworkState) -> list[Travel]:
    """Return the ways to travel whose last run was made on something else, or never."""
    return [travel for travel in APPRAISED if _last_inputs(travel) != inputs_of(state, travel)]


def _last_inputs(travel: Travel) -> str:
    last = Run.everything.filter(travel=travel).first()
    return last.inputs if last else ""


def ask(actor: User) -> Job:
    """Have all projects appraised again on the network of today, in the background.

    Raises NotCompetentError for whoever may not, RefusedError where there is no network.
    """
    if not may_appraise(actor):
        raise NotCompetentError(
            _(
                "Transport departments and the coordination office have the projects appraised; "
                "everybody reads the figures."
            )
        )
    state = networks.in_use()
    return background.ask(actor, KIND, about=f"urn:conurb:region:network:{state.digest[:30]}")


def appraise_what_is_stale(actor: User | None) -> list[Run]:
    """Make a run for every way to travel whose last one is stale."""
    state = networks.in_use()
    found = [compute(state, travel) for travel in stale(state)]
    with transaction.atomic():
        return [keep(actor, state, each) for each in found]


def compute(
    state: NetworkState, travel: Travel, progress: Callable[[int, int], None] | None = None
) -> Appraised:
    """Appraise every project for one way to travel. Writes a file and no row.

    `progress` is told how many projects are done, of how many.
    """
    began = time.monotonic()
    prepared = networks.prepared(state, travel)
    combining = Combining(prepared.study)
    found, appraisals = [], []
    for key in prepared.study.candidate:
        appraisals.append(combining.appraisal([key]))
        found.append(combining.worth([key]))
        if progress is not None:
            progress(len(found), len(prepared.study.candidate))
    rule = Rule()
    result = worth.result_of(
        travel,
        prepared.base.at,
        combining.appraising,
        found,
        rank(appraisals, rule),
        rule,
        _pairs(combining, [each.key for each in found if each.works]),
        combining.nearest,
    )
    result = replace(result, items=_by_item(state, combining))
    if travel == "car":
        result = replace(result, borders=_borders(state), peak=_peak(state))
    stored = files.store(worth.written(result))
    seconds = time.monotonic() - began
    return Appraised(travel, inputs_of(state, travel), result, stored.sha256, seconds)


def keep(actor: User | None, state: NetworkState, found: Appraised) -> Run:
    """Keep what an appraisal found as a run; journalled."""
    urn = new_urn("appraisal")
    run = Run.everything.create(
        key=opaque(urn),
        network=state,
        travel=found.travel,
        inputs=found.inputs,
        parameters={"assumptions": found.result.assumptions, "weights": found.result.weights},
        result=found.sha256,
        projects=len(found.result.worths),
        seconds=found.seconds,
        asked_by=actor,
    )
    record(
        actor,
        "appraisal.run",
        urn=urn,
        name=state.name_zh,
        travel=found.travel,
        projects=run.projects,
        result=found.sha256,
        seconds=round(found.seconds, 2),
    )
    return run


def _by_item(state: NetworkState, combining: Combining) -> dict[str, float]:
    """Return the hours a day that all projects of an item save together, by its number."""
    projects = networks.network_of(state).projects
    numbers = dict.fromkeys(number for project in projects for number in project.items)
    return {
        number: combining.appraising.hours_saved(
            [project.key for project in projects if number in project.items]
        )
        for number in numbers
    }


def _pairs(combining: Combining, keys: list[str]) -> list[Pair]:
    """Return the pairs that save most more, or most less, together than singly."""
    found = [
        Pair(*pair, more=combining.appraising.synergy(pair).more) for pair in combinations(keys, 2)
    ]
    telling = [each for each in found if abs(each.more) >= NEGLIGIBLE_HOURS]
    return sorted(telling, key=lambda each: (-abs(each.more), each.first, each.second))[:MOST_PAIRS]


def _borders(state: NetworkState) -> dict[str, Any]:
    """Return what stops or changes class at the borders of the cities, as plain values."""
    region = networks.network_of(state)
    limits = SCHEMATIC if state.schematic else dead_ends.LIMITS
    found = dead_ends.find(region.network, _outlines(), region.projects, limits=limits)
    return {
        "limits": asdict(limits),
        "dead_ends": [worth.plain(asdict(each)) for each in found.dead_ends],
        "class_changes": [worth.plain(asdict(each)) for each in found.class_changes],
    }


def _outlines() -> dict[str, shapely.Geometry]:
    """Return the area of each city by its code."""
    counties: dict[str, list[shapely.Geometry]] = {}
    for county in County.objects.all():
        counties.setdefault(county.city_id, []).append(shape(county.boundary))
    return {code: shapely.union_all(areas) for code, areas in counties.items()}


def _peak(state: NetworkState) -> dict[str, Any]:
    """Return the bottlenecks of the peak hour as plain values."""
    traffic = Traffic()
    found = peak_hour(networks.network_of(state).network, networks.graph_of(state, "car"), traffic)
    return {
        **worth.plain(asdict(found)),
        "assumed": {
            "trips_a_person": traffic.trips_a_person,
            "in_a_car": traffic.in_a_car,
            "peak": traffic.peak,
            "on_network": traffic.on_network,
            "full": traffic.full,
        },
    }


# --- in the background ----------------------------------------------------------------------------
def _do(running: Running) -> tuple[int, list[Appraised]]:
    """Appraise for every way to travel, a third of the work each."""
    state = networks.in_use()
    found = []
    for number, travel in enumerate(APPRAISED):

        def progress(
            done: int, total: int, *, step: Bilingual = STEPS[travel], before: int = number
        ) -> None:
            running.progress(before * total + done, len(APPRAISED) * total, step)

        found.append(compute(state, travel, progress))
    return state.pk, found


def _keep(job: Job, made: tuple[int, list[Appraised]]) -> dict[str, Any]:
    pk, found = made
    state = NetworkState.objects.get(pk=pk)
    return {"runs": [keep(job.asked_by, state, each).key for each in found]}


APPRAISING = Work(
    kind=KIND,
    name=Bilingual("评估全部项目", "Appraise all projects"),
    do=_do,
    keep=_keep,
    leads_to=lambda _job: reverse("facilities"),
)
