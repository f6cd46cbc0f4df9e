"""What projects are worth to people: time saved, places reached, who gains, at what cost.

Every figure comes from one matrix of minutes between places before the projects and the same after
each (`scenario.Appraiser`). With p_i the people of zone i, t_ij minutes before and u_ij after:

- minutes saved between zones, each pair weighted by the people at both ends:
  Σ p_i p_j (t_ij - u_ij) / Σ p_i p_j, over pairs i ≠ j that are joined before and after;
- hours saved a day: Σ T_ij (t_ij - u_ij) / 60 for the trips T_ij = k p_i p_j exp(-decay t_ij),
  k such that every person makes `trips_a_person` trips between zones a day on average. Trips stay
  as they are before the project: whoever starts to travel because of it is left out, so the figure
  is cautious. Gravity: W. G. Hansen, How Accessibility Shapes Land Use, Journal of the American
  Institute of Planners 25 (1959); J. de D. Ortúzar, L. G. Willumsen, Modelling Transport (2011);
- jobs and hospitals that a person reaches within a time, on average over people: K. T. Geurs,
  B. van Wee (2004), see `accessibility`; those of the own zone are reached at once;
- evenness of what is reached: the coefficient of Gini over people, before and after;
- cost per hour saved: what a year of the cost is (annuity over `years` at the social discount
  rate `discount`) over the hours saved a year. 8 % and 20 years of use are those of
  建设项目经济评价方法与参数 (3rd ed., 2006) and of feasibility studies of roads in China.

What is assumed of people (`Assumptions`) is an assumption and can be changed; pages name it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from itertools import combinations
from typing import Any

import numpy as np

from conurb.network import accessibility
from conurb.network.contraction import Hierarchy, prepare
from conurb.network.graph import Floats
from conurb.network.measuring import Before, Change, Measuring
from conurb.network.study import KINDS, Kind, Study


@dataclass(frozen=True)
class Reach:
    """How much a person reaches within `limit` minutes, on average over people."""

    kind: Kind
    limit: float
    before: float
    after: float

    @property
    def gain(self) -> float:
        """How much more a person reaches."""
        return self.after - self.before


@dataclass(frozen=True)
class Evenness:
    """The coefficient of Gini of what people reach within `limit` minutes: 0 is even."""

    kind: Kind
    limit: float
    before: float
    after: float


@dataclass(frozen=True)
class CountyGain:
    """What the people of a county gain; minutes are means of trips to other zones."""

    county: str
    people: float
    minutes_before: float
    minutes_saved: float
    hours_saved: float
    reach: tuple[Reach, ...]


@dataclass(frozen=True)
class CentreLink:
    """Minutes from the centre of one city to another's; infinite where there is no way."""

    origin: str
    destination: str
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class ZoneGains:
    """By zone, in the order of `Zones`: for the map.

    `minutes_before` and `minutes_saved` (zones,) are means over trips from the zone, NaN where no
    other zone can be reached; `reached_before`, `reached_after` are (zones, kinds, limits).
    """

    minutes_before: Floats
    minutes_saved: Floats
    reached_before: Floats
    reached_after: Floats


@dataclass(frozen=True, eq=False)
class Appraisal:
    """What a project, or several taken together, is worth.

    `key` names it, `keys` the projects in it. `hours_saved` is a day. `joined` and `cut` are the
    shares of pairs of people (p_i p_j) that have a way only after, only before; they enter no mean
    of minutes. `cost_per_hour` is fen, None where a cost is unknown or no time is saved.
    """

    key: str
    keys: tuple[str, ...]
    item: str
    cost: int | None
    minutes_before: float
    minutes_saved: float
    hours_saved: float
    joined: float
    cut: float
    reach: tuple[Reach, ...]
    evenness: tuple[Evenness, ...]
    counties: tuple[CountyGain, ...]
    centres: tuple[CentreLink, ...]
    cost_per_hour: int | None
    zones: ZoneGains = field(repr=False)

    def reached(self, kind: Kind, limit: float) -> Reach:
        """Return what is reached of a kind within a time that was asked for. KeyError otherwise."""
        for reach in self.reach:
            if reach.kind == kind and reach.limit == limit:
                return reach
        raise KeyError((kind, limit))

    def even(self, kind: Kind, limit: float) -> Evenness:
        """Return how evenly it is reached. KeyError for what was not asked for."""
        for evenness in self.evenness:
            if evenness.kind == kind and evenness.limit == limit:
                return evenness
        raise KeyError((kind, limit))

    def as_json(self) -> dict[str, Any]:
        """Return all figures but those by zone, for storing; what is no number becomes None."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)[:-1]}


@dataclass(frozen=True)
class Synergy:
    """What projects save together beside the sum of what each saves alone, in hours a day.

    Above zero they need one another, below zero they serve the same trips.
    """

    keys: tuple[str, ...]
    together: float
    singly: float

    @property
    def more(self) -> float:
        """How much more they save together than singly."""
        return self.together - self.singly


class Concluding:
    """Turns what was measured into appraisals. `before` is of all places of the study."""

    def __init__(self, study: Study, before: Before) -> None:
        self.study = study
        self.before = before
        self._zones = len(study.zones.names)
        self._people = np.asarray(study.zones.people, dtype=np.float64)
        codes, at = np.unique(np.array(study.zones.counties, dtype=str), return_inverse=True)
        self._counties: list[str] = codes.tolist()
        self._county_of = at
        trips = study.assumptions.trips_a_person * float(self._people.sum())
        weight = float(self._people @ before.weight[: self._zones])
        self._trips_a_weight = trips / weight if weight > 0 else 0.0

    def hours_saved(self, change: Change) -> float:
        """Return the hours that people save a day."""
        return self._trips_a_weight * float(self._people @ change.weighted[: self._zones]) / 60.0

    def appraisal(self, keys: Sequence[str], change: Change) -> Appraisal:
        """Return the appraisal of these projects, from what they change together."""
        candidates = [self.study.candidate[key] for key in keys]
        hours = self.hours_saved(change)
        cost = _sum(each.cost for each in candidates)
        zones, people = self._zones, self._people
        pairs, cut = self.before.pairs[:zones], change.cut[:zones]
        reached = self.before.reached[:zones]
        after = reached + change.reached[:zones]
        whole = float(people @ (people.sum() - people))
        return Appraisal(
            key="+".join(keys),
            keys=tuple(keys),
            item=candidates[0].item if len(keys) == 1 else "",
            cost=cost,
            minutes_before=_ratio(people @ self.before.spent[:zones], people @ pairs),
            minutes_saved=_ratio(people @ change.saved[:zones], people @ (pairs - cut)),
            hours_saved=hours,
            joined=_share(float(people @ change.joined[:zones]), whole),
            cut=_share(float(people @ cut), whole),
            reach=self._reach(reached, after, people),
            evenness=self._evenness(reached, after),
            counties=tuple(self._gains(reached, after, change)),
            centres=tuple(self._links(change)),
            cost_per_hour=self._cost_per_hour(cost, hours),
            zones=ZoneGains(
                minutes_before=_ratios(self.before.spent[:zones], pairs),
                minutes_saved=_ratios(change.saved[:zones], pairs - cut),
                reached_before=reached,
                reached_after=after,
            ),
        )

    def _reach(self, before: Floats, after: Floats, people: Floats) -> tuple[Reach, ...]:
        had, have = (np.tensordot(people, each, axes=1) for each in (before, after))
        total = float(people.sum())
        return tuple(
            Reach(kind, limit, _ratio(had[k, at], total), _ratio(have[k, at], total))
            for k, kind in enumerate(KINDS)
            for at, limit in enumerate(self.study.assumptions.limits)
        )

    def _evenness(self, before: Floats, after: Floats) -> tuple[Evenness, ...]:
        return tuple(
            Evenness(
                kind,
                limit,
                accessibility.gini(before[:, k, at], self._people),
                accessibility.gini(after[:, k, at], self._people),
            )
            for k, kind in enumerate(KINDS)
            for at, limit in enumerate(self.study.assumptions.limits)
        )

    def _gains(self, before: Floats, after: Floats, change: Change) -> Iterator[CountyGain]:
        zones = self._zones
        for at, county in enumerate(self._counties):
            inside = np.flatnonzero(self._county_of == at)
            people = self._people[inside]
            pairs = self.before.pairs[:zones][inside]
            yield CountyGain(
                county=county,
                people=float(people.sum()),
                minutes_before=_ratio(people @ self.before.spent[inside], people @ pairs),
                minutes_saved=_ratio(
                    people @ change.saved[inside], people @ (pairs - change.cut[inside])
                ),
                hours_saved=self._trips_a_weight * float(people @ change.weighted[inside]) / 60.0,
                reach=self._reach(before[inside], after[inside], people),
            )

    def _links(self, change: Change) -> Iterator[CentreLink]:
        centres = self.study.centres
        for i, origin in enumerate(centres):
            for j, destination in enumerate(centres):
                if i != j:
                    yield CentreLink(
                        origin.city,
                        destination.city,
                        float(self.before.centres[self._zones + i, j]),
                        float(change.centres[self._zones + i, j]),
                    )

    def _cost_per_hour(self, cost: int | None, hours: float) -> int | None:
        if cost is None or not hours > 0:
            return None
        assumed = self.study.assumptions
        return math.ceil(cost * assumed.annuity / (hours * assumed.days_a_year))


class Appraising:
    """Appraises the projects of a study, singly and together, from one base matrix.

    `hierarchy` is that of the study's graph, made here where it is not given.
    """

    def __init__(
        self, study: Study, hierarchy: Hierarchy | None = None, *, threads: int = 1
    ) -> None:
        self.study = study
        self._measuring = Measuring(study, hierarchy or prepare(study.graph), threads=threads)
        self._concluding = Concluding(study, self._measuring.before())
        self._hours: dict[frozenset[str], float] = {frozenset(): 0.0}

    @property
    def minutes(self) -> Floats:
        """The matrix (places, places) of minutes before, zones first and then centres."""
        return self._measuring.appraiser.base

    def together(self, keys: Sequence[str]) -> Appraisal:
        """Appraise one project, or several as one. KeyError for one that the study has not."""
        return self._concluding.appraisal(keys, self._measuring.change(keys))

    def singly(self) -> list[Appraisal]:
        """Appraise every project of the study by itself, in the study's order."""
        return [self.together([key]) for key in self.study.candidate]

    def hours_saved(self, keys: Sequence[str]) -> float:
        """Return the hours a day that projects save together."""
        asked = frozenset(keys)
        if asked not in self._hours:
            self._hours[asked] = self._concluding.hours_saved(self._measuring.change(keys))
        return self._hours[asked]

    def synergy(self, keys: Sequence[str]) -> Synergy:
        """Compare what projects save together with what they save singly."""
        return Synergy(
            tuple(keys), self.hours_saved(keys), sum(self.hours_saved([key]) for key in keys)
        )

    def synergies(self, keys: Sequence[str]) -> list[Synergy]:
        """Compare every pair of these projects, those that need one another most first."""
        pairs = [self.synergy(pair) for pair in combinations(keys, 2)]
        return sorted(pairs, key=lambda pair: (-pair.more, pair.keys))

    def best_together(self, number: int) -> list[Synergy]:
        """Return the projects that save most together, grown one by one up to `number`.

        Each step adds the project that adds most to those before it. This is a search by greed: a
        set that none of its parts announces can be missed; `synergies` shows the pairs of such.
        """
        chosen: list[str] = []
        steps: list[Synergy] = []
        left = list(self.study.candidate)
        while left and len(chosen) < number:
            best = max(left, key=lambda key: self.hours_saved([*chosen, key]))
            if self.hours_saved([*chosen, best]) <= self.hours_saved(chosen):
                break
            chosen.append(best)
            left.remove(best)
            steps.append(self.synergy(chosen))
        return steps


def appraise(
    study: Study, hierarchy: Hierarchy | None = None, *, threads: int = 1
) -> list[Appraisal]:
    """Appraise every project of a study by itself, in the study's order."""
    return Appraising(study, hierarchy, threads=threads).singly()


def _sum(costs: Iterable[int | None]) -> int | None:
    total = 0
    for cost in costs:
        if cost is None:
            return None
        total += cost
    return total


def _ratio(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole > 0 else math.nan


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else 0.0


def _ratios(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
