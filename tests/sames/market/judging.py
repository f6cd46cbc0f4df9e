"""Precision, recall and F1 of a matcher on labelled pairs of names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.sames.market.names_set import NamesSet, Pair

Matcher = Callable[[Pair], float]


@dataclass(frozen=True)
class Outcome:
    """How a matcher did at a threshold."""

    threshold: float
    found: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of what was found that is meant."""
        return self.found / (self.found + self.wrong) if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of what is meant that was found."""
        return self.found / (self.found + self.missed) if self.found else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.found / (2 * self.found + self.wrong + self.missed) if self.found else 0.0


def judge(labelled: NamesSet, matcher: Matcher, threshold: float) -> Outcome:
    """Return how a matcher does at a threshold."""
    return _at(threshold, labelled.pairs, [matcher(pair) for pair in labelled.pairs])


def best_of(labelled: NamesSet, matcher: Matcher) -> Outcome:
    """Return how a matcher does at the threshold at which it does best."""
    scores = [matcher(pair) for pair in labelled.pairs]
    # every threshold that makes a difference; of very many, five hundred
    thresholds = sorted(set(scores))
    step = max(1, len(thresholds) // 500)
    outcomes = [_at(each, labelled.pairs, scores) for each in thresholds[::step]]
    return max(outcomes, key=lambda outcome: outcome.f1)


def _at(threshold: float, pairs: Sequence[Pair], scores: Sequence[float]) -> Outcome:
    found = wrong = missed = 0
    for pair, score in zip(pairs, scores, strict=True):
        hit = score >= threshold
        found += hit and pair.meant
        wrong += hit and not pair.meant
        missed += pair.meant and not hit
    return Outcome(threshold, found, wrong, missed)
