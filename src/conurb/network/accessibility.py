"""What can be reached: opportunities within a time, by gravity, on average, and how evenly.

W. G. Hansen, How Accessibility Shapes Land Use, Journal of the American Institute of Planners 25
(1959), for accessibility by gravity; K. T. Geurs, B. van Wee, Accessibility evaluation of land-use
and transport strategies, Journal of Transport Geography 12 (2004), for the cumulative measure;
C. Gini, Variabilità e mutabilità (1912), weighted by people, for the inequality of it.

Costs are arrays (places, opportunities), as `sweeping.costs` returns them: minutes, infinite where
there is no way.
"""

from __future__ import annotations

import numpy as np

from conurb.network.graph import Floats


def within(costs: Floats, opportunities: Floats, limit: float) -> Floats:
    """Return for each place how many opportunities it reaches in at most `limit`."""
    reached = np.where(costs <= limit, opportunities[None, :], 0.0)
    return np.asarray(reached.sum(axis=1))


def by_gravity(costs: Floats, opportunities: Floats, decay: float) -> Floats:
    """Return for each place the sum of opportunities, each weighted by exp(-decay × cost).

    `decay` is per unit of cost and positive; ValueError otherwise.
    """
    if not decay > 0:
        raise ValueError(f"decay is {decay}; it is a positive number per unit of cost")
    with np.errstate(over="ignore"):
        weights = np.exp(-decay * costs)
    return np.asarray(weights @ opportunities)


def mean_cost(costs: Floats, weights: Floats) -> Floats:
    """Return for each place the weighted mean cost to the places that it can reach.

    `weights` has one value a target. NaN for a place that reaches nothing with a weight.
    """
    reachable = np.isfinite(costs)
    share = reachable * weights[None, :]
    total = share.sum(axis=1)
    spent = (np.where(reachable, costs, 0.0) * share).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(spent / total)


def people_weighted(costs: Floats, people: Floats, weights: Floats) -> float:
    """Return the mean cost over all pairs, each weighted by people at one end times the other's.

    `people` has one value a place, `weights` one a target. Pairs without a way are left out; NaN
    where nothing is left.
    """
    reachable = np.isfinite(costs)
    share = reachable * people[:, None] * weights[None, :]
    total = float(share.sum())
    if total == 0:
        return float("nan")
    return float((np.where(reachable, costs, 0.0) * share).sum() / total)


def gini(values: Floats, people: Floats) -> float:
    """Return how unevenly `values` are spread over people: 0 for evenly, towards 1 for not at all.

    `values` and `people` have one value a place, neither below zero; ValueError otherwise. Nothing
    to spread is spread evenly.
    """
    if (values < 0).any() or (people < 0).any():
        raise ValueError("values and people are zero or more")
    order = np.argsort(values, kind="stable")
    persons = np.concatenate(([0.0], np.cumsum(people[order])))
    had = np.concatenate(([0.0], np.cumsum(values[order] * people[order])))
    if persons[-1] == 0 or had[-1] == 0:
        return 0.0
    x, y = persons / persons[-1], had / had[-1]
    return float(1.0 - np.sum((x[1:] - x[:-1]) * (y[1:] + y[:-1])))
