"""What the last runs of the appraisal found, and whether they are of today's network."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from conurb.background.models import Job
from conurb.journal import files
from conurb.network.multimodal import Travel
from conurb.region.models import in_language
from conurb.region.tables import Bilingual
from conurb.sames.facilities import worth
from conurb.sames.facilities.actions.appraising import KIND, inputs_of, may_appraise
from conurb.sames.facilities.combining import Combining
from conurb.sames.facilities.models import NetworkState, Run
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.studies import APPRAISED
from conurb.sames.facilities.worth import Result, Worth

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User

log = logging.getLogger(__name__)

TRAVEL_NAMES: dict[str, Bilingual] = {
    "car": Bilingual("小汽车", "By car"),
    "transit": Bilingual("公共交通", "By public transport"),
    "truck": Bilingual("货车", "By truck"),
    "walk": Bilingual("步行", "On foot"),
}
CRITERION_NAMES: dict[str, Bilingual] = {
    "time": Bilingual("节省时间", "time saved"),
    "jobs": Bilingual("可达岗位", "jobs reached"),
    "hospitals": Bilingual("可达医院", "hospitals reached"),
    "evenness": Bilingual("均衡程度", "evenness"),
    "centres": Bilingual("三市中心间用时", "times between centres"),
}


@dataclass(frozen=True)
class Standing:
    """What figures of a way to travel rest on: the run, and whether it is of today's network."""

    travel: Travel
    made_at: datetime | None
    stale: bool
    schematic: bool
    may_rerun: bool
    job: Job | None = None


@dataclass(frozen=True)
class Weight:
    """A criterion of the ranking and its weight in percent."""

    name: str
    percent: int


@dataclass(frozen=True)
class Rules:
    """How the order comes about, as the page tells it."""

    weights: tuple[Weight, ...]
    weightings: int
    tau_mean: str
    tau_least: str
    trips: float
    decay: float
    discount: int
    years: int


def travel_name(travel: str) -> str:
    """Return the name of a way to travel in the language of the moment."""
    words = TRAVEL_NAMES[travel]
    return in_language(words.zh, words.en)


def travels() -> list[tuple[str, str]]:
    """Return the ways to travel that projects are appraised for, with their names."""
    return [(travel, travel_name(travel)) for travel in APPRAISED]


def last(travel: Travel, actor: User | AnonymousUser) -> Run | None:
    """Return the last run for a way to travel."""
    return Run.objects.visible_to(actor).filter(travel=travel).first()


def result_of(run: Run) -> Result | None:
    """Return what a run found; None where its file is gone, or was kept in an earlier form."""
    try:
        return _read(run.result)
    except (FileNotFoundError, ValueError):
        log.warning("The figures of run %s cannot be read; appraise again", run.key)
        return None


@lru_cache(maxsize=12)
def _read(sha256: str) -> Result:
    return worth.read(files.read(sha256))


def standing(
    state: NetworkState, travel: Travel, run: Run | None, actor: User | AnonymousUser
) -> Standing:
    """Return what the figures of a way to travel rest on."""
    return Standing(
        travel=travel,
        made_at=run.made_at if run else None,
        stale=run is not None and run.inputs != inputs_of(state, travel),
        schematic=state.schematic,
        may_rerun=may_appraise(actor),
        job=_job(actor),
    )


def _job(actor: User | AnonymousUser) -> Job | None:
    """Return the appraisal that is being made, for whoever may see it."""
    waiting = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.visible_to(actor).filter(kind=KIND, state__in=waiting).first()


def rules_of(result: Result) -> Rules:
    """Return the rule of the ranking and what the order owes to it."""
    assumed = result.assumptions
    return Rules(
        weights=tuple(
            Weight(
                in_language(CRITERION_NAMES[key].zh, CRITERION_NAMES[key].en), round(100 * share)
            )
            for key, share in result.weights.items()
        ),
        weightings=result.weightings,
        tau_mean=f"{result.tau_mean:.2f}",
        tau_least=f"{result.tau_least:.2f}",
        trips=assumed["trips_a_person"],
        decay=assumed["decay"],
        discount=round(100 * assumed["discount"]),
        years=assumed["years"],
    )


def together(state: NetworkState, travel: Travel, keys: tuple[str, ...]) -> Worth:
    """Return what projects are worth together, worked out now. KeyError for an unknown one."""
    return _together(state.digest, inputs_of(state, travel), travel, state.pk, keys)


@lru_cache(maxsize=256)
def _together(
    _digest: str, _inputs: str, travel: Travel, state: int, keys: tuple[str, ...]
) -> Worth:
    return _combining(state, travel).worth(keys)


@lru_cache(maxsize=3)
def _combining(state: int, travel: Travel) -> Combining:
    return Combining(networks.prepared(NetworkState.objects.get(pk=state), travel).study)


def nothing_yet(state: NetworkState | None) -> dict[str, str]:
    """Return why there is no list: no network, or no run so far."""
    if state is None:
        return {
            "title": _("The region declares no network"),
            "words": _(
                "Add the folder network/ and facilities.toml to the region’s folder; "
                "see docs/packs/facilities.md."
            ),
        }
    return {
        "title": _("The projects were not appraised yet"),
        "words": _("As soon as they are, they stand here in an order, with figures."),
    }
