"""The whole set of findings of some layers, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product

from conurb.atlas.findings import corridors, facing, gaps, joining, overlaps, protected
from conurb.atlas.findings.borders import Borders, Pair
from conurb.atlas.findings.finding import Bilingual, Finding, Rule
from conurb.atlas.findings.gaps import Unjudged
from conurb.atlas.findings.overlaps import Slivers
from conurb.atlas.findings.plane import array
from conurb.atlas.findings.rulebook import Rulebook
from conurb.atlas.findings.sides import Side
from conurb.atlas.findings.wording import Words

Progress = Callable[[int, int, Bilingual], None]
"""Is told how many steps are done, of how many, and what comes next; may raise to stop the pass."""

STEPS = {
    Rule.OVERLAP: Bilingual("比对重叠", "Comparing overlaps"),
    Rule.GAP: Bilingual("比对空隙", "Looking for gaps"),
    Rule.FACING: Bilingual("检查隔界相对的用途", "Checking uses that face each other"),
    Rule.JOINING: Bilingual("检查线路对接", "Checking where lines meet"),
    Rule.PROTECTED: Bilingual("检查保护区内的建设", "Checking protected ground"),
    Rule.CORRIDOR: Bilingual("检查控制廊道", "Checking control corridors"),
}


@dataclass(frozen=True)
class Outcome:
    """What a pass found, in degrees, and what it left out and why."""

    findings: tuple[Finding, ...]
    slivers: Slivers = field(default_factory=Slivers)
    unjudged: Unjudged = field(default_factory=Unjudged)

    def counts(self) -> dict[str, int]:
        """Return how many findings each rule made."""
        return {rule.value: sum(1 for each in self.findings if each.rule == rule) for rule in Rule}


@dataclass
class _Pass:
    sides: Sequence[Side]
    borders: Borders
    book: Rulebook
    words: Words
    about: str | None
    found: list[Finding] = field(default_factory=list)
    slivers: Slivers = field(default_factory=Slivers)
    unjudged: Unjudged = field(default_factory=Unjudged)

    def plans(self, city: str | None = None) -> list[Side]:
        """The land-use plans of one city, or of all cities."""
        return [
            side
            for side in self.sides
            if side.kind == "land-use" and (side.city == city if city else side.city)
        ]

    def lines(self, city: str) -> list[Side]:
        """The roads, rails, rivers and greenways of one city."""
        return [side for side in self.sides if side.kind == "lines" and side.city == city]

    def grounds(self, plan: Side, *kinds: str) -> list[Side]:
        """Layers of these kinds, of any city or the region, that a plan is held against.

        A neighbour's road or reserve reaches across the border too.
        """
        return [side for side in self.sides if side.kind in kinds and self._wanted(plan, side)]

    def steps(self) -> Iterator[tuple[Rule, Callable[[], None]]]:
        """Yield the pieces of work, in a fixed order."""
        for pair in sorted(self.borders.lines):
            for one, other in product(self.plans(pair[0]), self.plans(pair[1])):
                if self._wanted(one, other):
                    yield Rule.OVERLAP, partial(self._overlaps, one, other, pair)
                    yield Rule.FACING, partial(self._facing, one, other, pair)
            for one, other in product(self.lines(pair[0]), self.lines(pair[1])):
                if self._wanted(one, other):
                    yield Rule.JOINING, partial(self._joining, one, other, pair)
        if len(self.plans()) > 1 and self._wanted(*self.plans()):
            yield Rule.GAP, self._gaps
        for plan in self.plans():
            yield Rule.PROTECTED, partial(self._protected, plan)
            yield Rule.CORRIDOR, partial(self._corridors, plan)

    def _wanted(self, *sides: Side) -> bool:
        return self.about is None or any(side.layer == self.about for side in sides)

    def _overlaps(self, one: Side, other: Side, pair: Pair) -> None:
        found, slivers = overlaps.find(
            one, other, pair, self.borders, self.book.tolerance, self.words
        )
        self.found += found
        self.slivers += slivers

    def _facing(self, one: Side, other: Side, pair: Pair) -> None:
        rows = self.book.incompatible
        self.found += facing.find(one, other, pair, self.borders, rows, self.words)

    def _joining(self, one: Side, other: Side, pair: Pair) -> None:
        rows = self.book.joining
        self.found += joining.find(one, other, pair, self.borders, rows, self.words)

    def _gaps(self) -> None:
        found, slivers, self.unjudged = gaps.find(
            self.plans(), self.borders, self.book.tolerance, self.words
        )
        self.found += found
        self.slivers += slivers

    def _protected(self, plan: Side) -> None:
        grounds = self.grounds(plan, "protected")
        rows = self.book.protected
        self.found += protected.find(plan, grounds, self.borders, rows, self.words)

    def _corridors(self, plan: Side) -> None:
        grounds = self.grounds(plan, "lines", "corridors")
        rows = self.book.corridors
        self.found += corridors.find(plan, grounds, self.borders, rows, self.words)


def find(
    sides: Sequence[Side],
    borders: Borders,
    book: Rulebook,
    words: Words | None = None,
    *,
    about: str | None = None,
    rules: Collection[Rule] = tuple(Rule),
    progress: Progress | None = None,
) -> Outcome:
    """Return everything that these rules find in these layers, in a fixed order.

    Sides are in metres of the plane of `borders`. With `about`, the name of a layer, only findings
    in which that layer has part. Whatever `progress` raises ends the pass.
    """
    work = _Pass(sides, borders, book, words or Words(), about)
    steps = [(rule, step) for rule, step in work.steps() if rule in rules]
    for done, (rule, step) in enumerate(steps):
        if progress:
            progress(done, len(steps), STEPS[rule])
        step()
    if progress:
        progress(len(steps), len(steps), Bilingual("整理结果", "Putting in order"))
    if about is not None:
        # gaps are worked out for all plans at once
        work.found = [
            each for each in work.found if any(part.layer == about for part in each.features)
        ]
    placed = borders.plane.to_degrees(array(each.geometry for each in work.found))
    found = [
        replace(each, geometry=geometry) for each, geometry in zip(work.found, placed, strict=True)
    ]
    found.sort(key=lambda each: (list(Rule).index(each.rule), each.row, each.features))
    return Outcome(tuple(_once(found)), work.slivers, work.unjudged)


def _once(found: Sequence[Finding]) -> Iterator[Finding]:
    """Leave out what two layers tell of the same plot, such as a road drawn by both its cities.

    A plot that lies in the same kind of ground by two layers is one matter: the larger share
    stays. Findings between two plans are never the same twice.
    """
    best: dict[object, Finding] = {}
    for each in found:
        key: object = id(each)
        if each.rule in {Rule.PROTECTED, Rule.CORRIDOR}:
            plot = each.features[0]
            key = (each.rule, each.row, plot)
        kept = best.get(key)
        if kept is None or (each.area_m2 or 0.0) > (kept.area_m2 or 0.0):
            best[key] = each
    yield from best.values()
