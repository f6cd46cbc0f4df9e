"""Which family of numbers stands at which depth in one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cmp_to_key
from itertools import pairwise

from .markers import RANK, Marker

# Families of which one is easily a damaged print of the other.
_ALIKE = (("paren", "half"), ("num", "half"))


def scheme_of(markers: Sequence[Marker]) -> tuple[str, ...]:
    """The families from the outermost inward, from all markers in the order of the document.

    A family counts when it begins (at 1) or runs on (1, 2, …); a stray number, or a damaged print
    of a family that the document uses more, does not make a level. One family stands above
    another when the other begins again after it.
    """
    solid = _solid(markers)
    above: Counter[tuple[str, str]] = Counter()
    kept = [marker for marker in markers if marker.family in solid]
    for before, after in pairwise(kept):
        if before.family != after.family and after.value in (1, None):
            above[before.family, after.family] += 1

    def compare(one: str, other: str) -> int:
        votes = above[other, one] - above[one, other]
        return votes or RANK.index(one) - RANK.index(other)

    by_rank = sorted(solid, key=RANK.index)
    return tuple(sorted(by_rank, key=cmp_to_key(compare)))


def _solid(markers: Sequence[Marker]) -> set[str]:
    counts = Counter(marker.family for marker in markers)
    runs: Counter[str] = Counter()
    last: dict[str, int | None] = {}
    for marker in markers:
        before = last.get(marker.family)
        if marker.value is None or (before is not None and marker.value == before + 1):
            runs[marker.family] += 1
        last[marker.family] = marker.value
    begun = {marker.family for marker in markers if marker.value in (1, None)}
    solid = {family for family in counts if runs[family]} | begun
    for one, other in _ALIKE:
        if {one, other} <= solid:
            rare = min((one, other), key=lambda family: counts[family])
            both = counts[one] + counts[other]
            if not runs[rare] or (other == "half" and counts[rare] < max(3, both // 4)):
                solid.discard(rare)
    return solid
