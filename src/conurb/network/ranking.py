"""Projects in an order, by a stated rule, and how much that order owes to the rule.

The rule is a weighted sum (multi-attribute value, R. L. Keeney, H. Raiffa, Decisions with Multiple
Objectives, 1976): each criterion is what a project gains, as a share of what the best of the list
gains; the weights add up to one. A criterion on which no project gains counts nothing.

Weights are values, and values differ. So the order is made again for every way of dividing the
weight among the criteria in steps of a tenth or so (the simplex lattice of H. Scheffé, Experiments
with Mixtures, Journal of the Royal Statistical Society B 20, 1958): always the same weightings, no
chance in it. What is told of each project: its best, worst and middle place, how often it is among
the first; of the whole list: how far its orders agree with the rule's (M. G. Kendall's tau-b, A New
Measure of Rank Correlation, Biometrika 30, 1938). This is the acceptability of places of SMAA
(R. Lahdelma, P. Salminen, SMAA-2, Operations Research 49, 2001), with a lattice for chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from conurb.network.appraisal import Appraisal
from conurb.network.graph import Floats

Criterion = Literal["time", "jobs", "hospitals", "evenness", "centres"]
CRITERIA: tuple[Criterion, ...] = get_args(Criterion)

FIRST = (5, 10)
"""How often a project is among the first so many is told."""


@dataclass(frozen=True)
class Rule:
    """What counts how much. Weights are zero or more and are scaled to add up to one.

    time: hours saved a day; jobs, hospitals: how many more a person reaches within `limit`
    minutes; evenness: by how much the coefficient of Gini of the jobs within `limit` falls;
    centres: minutes saved between the cities' centres, the mean of all. Losses count as losses.
    """

    weights: Mapping[Criterion, float] = field(
        default_factory=lambda: {
            "time": 0.4,
            "jobs": 0.2,
            "hospitals": 0.15,
            "evenness": 0.1,
            "centres": 0.15,
        }
    )
    limit: float = 45.0
    steps: int = 10

    def __post_init__(self) -> None:
        values = list(self.weights.values())
        if set(self.weights) - set(CRITERIA) or not all(value >= 0 for value in values):
            raise ValueError(f"weights are {dict(self.weights)}; zero or more for {CRITERIA}")
        if not sum(values) > 0:
            raise ValueError("all weights are zero")
        if self.steps < 1:
            raise ValueError(f"steps are {self.steps}; one or more")

    @property
    def shares(self) -> Floats:
        """The weights in the order of CRITERIA, adding up to one."""
        given = np.array([self.weights.get(name, 0.0) for name in CRITERIA])
        return given / given.sum()


@dataclass(frozen=True)
class Placed:
    """A project and its place. `shares` are by criterion, 1 for the best of the list.

    `best`, `middle` and `worst` are its places under all weightings; `among_first` says for each
    of FIRST the share of weightings under which it is among the first so many.
    """

    key: str
    place: int
    score: float
    shares: Mapping[Criterion, float]
    best: int
    middle: float
    worst: int
    among_first: Mapping[int, float]


@dataclass(frozen=True)
class Ranking:
    """All projects, the best first, and what the order owes to the rule.

    `tau_mean` and `tau_least` are tau-b between the rule's order and those of all `weightings`
    under which projects differ: 1 for the same order, 0 for no relation, -1 for the reverse.
    """

    placed: tuple[Placed, ...]
    weightings: int
    tau_mean: float
    tau_least: float

    def of(self, key: str) -> Placed:
        """Return the place of a project. KeyError for one that is not in the list."""
        for placed in self.placed:
            if placed.key == key:
                return placed
        raise KeyError(key)


def rank(appraisals: Sequence[Appraisal], rule: Rule | None = None) -> Ranking:
    """Rank projects. Equals share the better place and stand in the order of their keys."""
    rule = rule or Rule()
    if not appraisals:
        return Ranking((), 0, 1.0, 1.0)
    shares = shares_of(gains(appraisals, rule.limit))
    scores = shares @ rule.shares
    places = _places(scores[None, :])[0]
    mixes = np.array(list(_lattice(len(CRITERIA), rule.steps))) / rule.steps
    others = mixes @ shares.T
    their_places = _places(others)
    taus = _taus(scores, others)
    keys = [each.key for each in appraisals]
    order = sorted(range(len(keys)), key=lambda at: (places[at], keys[at]))
    return Ranking(
        tuple(
            Placed(
                key=keys[at],
                place=int(places[at]),
                score=float(scores[at]),
                shares=dict(zip(CRITERIA, shares[at].tolist(), strict=True)),
                best=int(their_places[:, at].min()),
                middle=float(np.median(their_places[:, at])),
                worst=int(their_places[:, at].max()),
                among_first={
                    first: float((their_places[:, at] <= first).mean()) for first in FIRST
                },
            )
            for at in order
        ),
        weightings=len(mixes),
        tau_mean=float(taus.mean()) if len(taus) else 1.0,
        tau_least=float(taus.min()) if len(taus) else 1.0,
    )


def by_cost(appraisals: Sequence[Appraisal]) -> list[Appraisal]:
    """Return those whose cost per hour is known, the cheapest hour first."""
    known = [each for each in appraisals if each.cost_per_hour is not None]
    return sorted(known, key=lambda each: (each.cost_per_hour or 0, each.key))


def gains(appraisals: Sequence[Appraisal], limit: float) -> Floats:
    """Return what each project gains on each criterion: (projects, criteria), more is better.

    KeyError where `limit` is none of the limits of the appraisals.
    """
    table = np.zeros((len(appraisals), len(CRITERIA)))
    for row, each in enumerate(appraisals):
        even = each.even("jobs", limit)
        table[row] = (
            each.hours_saved,
            each.reached("jobs", limit).gain,
            each.reached("hospitals", limit).gain,
            even.before - even.after,
            _minutes_between_centres(each),
        )
    return table


def shares_of(table: Floats) -> Floats:
    """Return each gain as a share of the greatest of its criterion; 0 where nothing gains.

    What is smaller than a billionth of the greatest loss or gain is rounding and counts as none.
    """
    most = np.maximum(table.max(axis=0), 0.0)
    noise = np.maximum(1e-9 * np.abs(table).max(axis=0), 1e-12)
    kept = np.where(np.abs(table) > noise, table, 0.0)
    return np.divide(kept, most, out=np.zeros_like(table), where=most > noise)


def _minutes_between_centres(each: Appraisal) -> float:
    saved = [
        link.before - link.after
        for link in each.centres
        if np.isfinite(link.before) and np.isfinite(link.after)
    ]
    return sum(saved) / len(saved) if saved else 0.0


def _lattice(parts: int, steps: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways of dividing `steps` among `parts`, in order."""
    if parts == 1:
        yield (steps,)
        return
    for first in range(steps + 1):
        for rest in _lattice(parts - 1, steps - first):
            yield (first, *rest)


def _places(scores: Floats) -> NDArray[np.int64]:
    """Return the place of each project (columns) under each weighting (rows), from 1.

    Scores that differ by rounding only share a place.
    """
    rounded = np.round(scores, 9)
    return 1 + np.stack([np.searchsorted(np.sort(-row), -row) for row in rounded])


def _taus(scores: Floats, others: Floats) -> Floats:
    """Return tau-b of an order with each of others; those without any differences are left out."""
    first, second = np.triu_indices(len(scores), 1)
    ours = np.sign(np.round(scores[first] - scores[second], 9))
    theirs = np.sign(np.round(others[:, first] - others[:, second], 9))
    differ = (theirs != 0).sum(axis=1)
    sized = np.sqrt(float((ours != 0).sum()) * differ)
    return (theirs @ ours)[sized > 0] / sized[sized > 0]
