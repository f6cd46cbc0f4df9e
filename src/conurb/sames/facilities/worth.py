"""What a run of the appraisal found, as it is kept: plain values, from JSON and to it.

One file a run: the ranking, what each project is worth, minutes from every county to the nearest
city centre before and after. The figures are those of `conurb.network.appraisal`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import inf, isfinite
from typing import Any

import numpy as np

from conurb.network.appraisal import Appraisal, Appraising
from conurb.network.graph import Floats
from conurb.network.ranking import Ranking, Rule
from conurb.network.study import Study

LIMIT = 45.0
"""Minutes within which jobs and hospitals are counted in lists."""
VERSION = 2
"""Of this form; a run in another form is made again."""
NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class CountyWorth:
    """What the people of a county gain: hours a day, and minutes of a trip on average."""

    code: str
    people: float
    minutes_before: float | None
    minutes_saved: float | None
    hours_saved: float


@dataclass(frozen=True)
class Link:
    """Minutes between the centres of two cities; None where there is no way."""

    origin: str
    destination: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Worth:
    """What a project, or several together, is worth.

    `jobs_gain` and `hospitals_gain` are what a person reaches more within LIMIT minutes,
    `jobs_before` what one reaches now; `gini_*` how unevenly jobs are reached. Minutes to the
    nearest city centre after stand in `nearest`, for the counties where they change.
    """

    key: str
    keys: tuple[str, ...]
    cost: int | None
    minutes_before: float | None
    minutes_saved: float | None
    hours_saved: float
    jobs_before: float
    jobs_gain: float
    hospitals_before: float
    hospitals_gain: float
    gini_before: float
    gini_after: float
    cost_per_hour: int | None
    counties: tuple[CountyWorth, ...]
    centres: tuple[Link, ...]
    nearest: Mapping[str, float]

    @property
    def works(self) -> bool:
        """Tell whether anything changes by this way to travel."""
        return abs(self.hours_saved) > NEGLIGIBLE or abs(self.minutes_saved or 0.0) > NEGLIGIBLE

    @property
    def gini_change(self) -> float:
        """How much more unevenly jobs are reached; below zero is more evenly."""
        return self.gini_after - self.gini_before


@dataclass(frozen=True)
class Place:
    """The place of a project, and the best and worst under all weightings."""

    key: str
    place: int
    score: float
    best: int
    worst: int


@dataclass(frozen=True)
class Pair:
    """Two projects, and the hours a day that they save more together than singly."""

    first: str
    second: str
    more: float


@dataclass(frozen=True)
class Result:
    """Everything that a run found.

    `nearest` is minutes to the nearest centre before, by county; `items` hours that all projects of
    an item of the plan save together a day, by the item's number. `borders` and `peak`, of a run
    for cars, are what `conurb.network.dead_ends` and `bottlenecks` found, as plain values.
    """

    travel: str
    at: float
    assumptions: Mapping[str, Any]
    weights: Mapping[str, float]
    weightings: int
    tau_mean: float
    tau_least: float
    places: tuple[Place, ...]
    worths: tuple[Worth, ...]
    pairs: tuple[Pair, ...]
    nearest: Mapping[str, float]
    items: Mapping[str, float] = field(default_factory=dict)
    borders: Mapping[str, Any] | None = None
    peak: Mapping[str, Any] | None = None

    def worth(self, key: str) -> Worth | None:
        """Return what a project is worth, None for one that was not appraised."""
        return next((each for each in self.worths if each.key == key), None)

    def place(self, key: str) -> Place | None:
        """Return the place of a project, None for one that was not appraised."""
        return next((each for each in self.places if each.key == key), None)


def worth_of(study: Study, appraisal: Appraisal, to_centres: Floats, before: Floats) -> Worth:
    """Return an appraisal as plain values.

    `to_centres` and `before` are minutes (places, centres) after and before.
    """
    now, then = nearest_centre(study, before), nearest_centre(study, to_centres)
    jobs, hospitals = (appraisal.reached(kind, LIMIT) for kind in ("jobs", "hospitals"))  # type: ignore[arg-type]
    even = appraisal.even("jobs", LIMIT)
    return Worth(
        key=appraisal.key,
        keys=appraisal.keys,
        cost=appraisal.cost,
        minutes_before=_finite(appraisal.minutes_before),
        minutes_saved=_finite(appraisal.minutes_saved),
        hours_saved=appraisal.hours_saved,
        jobs_before=jobs.before,
        jobs_gain=jobs.gain,
        hospitals_before=hospitals.before,
        hospitals_gain=hospitals.gain,
        gini_before=even.before,
        gini_after=even.after,
        cost_per_hour=appraisal.cost_per_hour,
        counties=tuple(
            CountyWorth(
                each.county,
                each.people,
                _finite(each.minutes_before),
                _finite(each.minutes_saved),
                each.hours_saved,
            )
            for each in appraisal.counties
        ),
        centres=tuple(
            Link(each.origin, each.destination, _finite(each.before), _finite(each.after))
            for each in appraisal.centres
        ),
        nearest={
            code: minutes for code, minutes in then.items() if abs(minutes - now[code]) > NEGLIGIBLE
        },
    )


def nearest_centre(study: Study, to_centres: Floats) -> dict[str, float]:
    """Return the minutes to the nearest centre by county, its people's mean; inf without a way."""
    zones = study.zones
    if not to_centres.shape[1]:
        return dict.fromkeys(zones.counties, inf)
    least = to_centres[: len(zones.names)].min(axis=1)
    found = {}
    for code in dict.fromkeys(zones.counties):
        inside = np.array([each == code for each in zones.counties])
        people = np.asarray(zones.people)[inside]
        weights = people if people.sum() > 0 else np.ones_like(people)
        found[code] = float(np.average(least[inside], weights=weights))
    return found


def result_of(
    travel: str,
    at: float,
    appraising: Appraising,
    worths: Sequence[Worth],
    ranking: Ranking,
    rule: Rule,
    pairs: Sequence[Pair],
    nearest: Mapping[str, float],
) -> Result:
    """Put together what a run found."""
    assumed = asdict(appraising.study.assumptions)
    return Result(
        travel=travel,
        at=at,
        assumptions={**assumed, "limits": list(assumed["limits"])},
        weights=dict(rule.weights),  # type: ignore[arg-type]
        weightings=ranking.weightings,
        tau_mean=ranking.tau_mean,
        tau_least=ranking.tau_least,
        places=tuple(
            Place(each.key, each.place, each.score, each.best, each.worst)
            for each in ranking.placed
        ),
        worths=tuple(worths),
        pairs=tuple(pairs),
        nearest={code: minutes for code, minutes in nearest.items() if isfinite(minutes)},
    )


def written(result: Result) -> bytes:
    """Return a result as JSON, the same bytes for the same figures."""
    return json.dumps(
        {"version": VERSION, **asdict(result)},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    ).encode()


def read(content: bytes) -> Result:
    """Return a result from JSON. ValueError for one of another form."""
    given = json.loads(content)
    if given.pop("version", None) != VERSION:
        raise ValueError("the run was kept in another form; appraise again")
    return Result(
        **{
            **given,
            "places": tuple(Place(**each) for each in given["places"]),
            "pairs": tuple(Pair(**each) for each in given["pairs"]),
            "worths": tuple(_worth(each) for each in given["worths"]),
        }
    )


def written_one(found: Worth) -> bytes:
    """Return what projects are worth as JSON, the same bytes for the same figures."""
    return json.dumps(
        {"version": VERSION, **asdict(found)}, ensure_ascii=False, sort_keys=True, allow_nan=False
    ).encode()


def read_one(content: bytes) -> Worth:
    """Return what projects are worth from JSON. ValueError for one of another form."""
    given = json.loads(content)
    if given.pop("version", None) != VERSION:
        raise ValueError("the answer was kept in another form; ask again")
    return _worth(given)


def _worth(given: dict[str, Any]) -> Worth:
    return Worth(
        **{
            **given,
            "keys": tuple(given["keys"]),
            "counties": tuple(CountyWorth(**each) for each in given["counties"]),
            "centres": tuple(Link(**each) for each in given["centres"]),
        }
    )


def plain(value: Any) -> Any:
    """Return a value as JSON takes it: tuples as lists, what is no number as None."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def _finite(value: float) -> float | None:
    return float(value) if isfinite(value) else None
