"""Sums over pairs of places, before projects and after, from which every figure is made.

All are kept by origin and added up in the order of the destinations, so that parts of the origins
can be measured anywhere and put together, and nothing depends on how they were parted but the
rounding of what is searched anew (`scenario`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
from numba import njit

from conurb.network.contraction import Hierarchy
from conurb.network.graph import Floats
from conurb.network.scenario import Appraiser
from conurb.network.study import Study


@dataclass(frozen=True, eq=False)
class Before:
    """Sums by origin before any project; see `_before`. `centres` are minutes to the centres."""

    pairs: Floats
    spent: Floats
    weight: Floats
    reached: Floats
    centres: Floats


@dataclass(frozen=True, eq=False)
class Change:
    """Sums by origin of what projects change; see `_change`. `centres` are minutes to them."""

    saved: Floats
    weighted: Floats
    joined: Floats
    cut: Floats
    reached: Floats
    centres: Floats


Part = TypeVar("Part", Before, Change)


class Measuring:
    """Measures the projects of a study for some of its places as origins, all by default.

    `joined` puts together what was measured of parts.
    """

    def __init__(
        self,
        study: Study,
        hierarchy: Hierarchy,
        rows: slice = slice(None),
        *,
        threads: int = 1,
    ) -> None:
        self.study = study
        self._own = np.arange(len(study.places))[rows]
        self.appraiser = Appraiser(
            study.graph,
            hierarchy,
            study.places[rows],
            study.places,
            [each.project for each in study.candidates],
            threads=threads,
        )
        self._limits = np.array(study.assumptions.limits, dtype=np.float64)
        self._after = np.empty_like(self.appraiser.base)

    def before(self) -> Before:
        """Measure how things are."""
        base = self.appraiser.base
        pairs, spent, weight, reached = _before(
            base,
            self.study.people,
            self.study.masses,
            self._limits,
            self.study.assumptions.decay,
            self._own,
        )
        return Before(pairs, spent, weight, reached, self._to_centres(base))

    def change(self, keys: Sequence[str]) -> Change:
        """Measure what these projects change together. KeyError for one that was not given."""
        after = self.appraiser.after(keys, out=self._after)
        saved, weighted, newly, cut, reached = _change(
            self.appraiser.base,
            after,
            self.study.people,
            self.study.masses,
            self._limits,
            self.study.assumptions.decay,
            self._own,
        )
        return Change(saved, weighted, newly, cut, reached, self._to_centres(after))

    def _to_centres(self, minutes: Floats) -> Floats:
        return minutes[:, len(self.study.zones.names) :].copy()


def joined(parts: Sequence[Part]) -> Part:
    """Put together what was measured of parts of the places, in their order."""
    kind = type(parts[0])
    return kind(
        **{
            each.name: np.concatenate([getattr(part, each.name) for part in parts])
            for each in fields(kind)
        }
    )


@njit(cache=True, nogil=True, error_model="numpy")
def _before(base, people, masses, limits, decay, own):  # type: ignore[no-untyped-def]
    """Return sums over destinations j that can be reached, for each origin (row).

    All but the last leave out the origin itself (`own`): people; people × minutes; people ×
    exp(-decay × minutes). The last, (rows, kinds, limits), is how much is reached.
    """
    rows, columns = base.shape
    kinds = masses.shape[0]
    pairs = np.zeros(rows)
    spent = np.zeros(rows)
    weight = np.zeros(rows)
    reached = np.zeros((rows, kinds, len(limits)))
    for row in range(rows):
        for column in range(columns):
            minutes = base[row, column]
            if minutes == np.inf:
                continue
            for at in range(len(limits)):
                if minutes <= limits[at]:
                    for kind in range(kinds):
                        reached[row, kind, at] += masses[kind, column]
            if column != own[row]:
                pairs[row] += people[column]
                spent[row] += people[column] * minutes
                weight[row] += people[column] * np.exp(-decay * minutes)
    return pairs, spent, weight, reached


@njit(cache=True, nogil=True, error_model="numpy")
def _change(base, after, people, masses, limits, decay, own):  # type: ignore[no-untyped-def]
    """Return sums over destinations whose minutes change, for each origin (row).

    People × minutes saved; the same × exp(-decay × minutes before); people joined; people cut off;
    and, (rows, kinds, limits), how much more is reached.
    """
    rows, columns = base.shape
    kinds = masses.shape[0]
    saved = np.zeros(rows)
    weighted = np.zeros(rows)
    joined = np.zeros(rows)
    cut = np.zeros(rows)
    reached = np.zeros((rows, kinds, len(limits)))
    for row in range(rows):
        for column in range(columns):
            minutes = base[row, column]
            then = after[row, column]
            if minutes == then:
                continue
            for at in range(len(limits)):
                turn = int(then <= limits[at]) - int(minutes <= limits[at])
                if turn != 0:
                    for kind in range(kinds):
                        reached[row, kind, at] += turn * masses[kind, column]
            if column == own[row]:
                continue
            if minutes == np.inf:
                joined[row] += people[column]
            elif then == np.inf:
                cut[row] += people[column]
            else:
                spared = people[column] * (minutes - then)
                saved[row] += spared
                weighted[row] += spared * np.exp(-decay * minutes)
    return saved, weighted, joined, cut, reached
