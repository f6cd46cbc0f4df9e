"""The signal plan of an arterial: its intersections in order, one cycle, their greens and offsets.

Words as in GB/T 31418-2025 (terms of road traffic signal control): cycle 周期, split 绿信比,
stage 相位阶段, offset 相位差, green wave 绿波. A split is the share of the cycle from the beginning
of a green to the beginning of the next stage, so it holds the green and its clearance (yellow and
all-red); the green that drivers get is shorter by that. Yellow lasts at least 3 s (GB 14886-2016,
4.3.4, a recommendation).

The offset is where in the cycle the arterial's part begins: the end of the crossing street's
clearance. The arterial's part holds both through movements and, where they are protected, the two
left turns, each before (leading) or after (lagging) the through movement that it conflicts with.
These four orders are those of J. D. C. Little, M. D. Kelson, N. H. Gartner, MAXBAND,
Transportation Research Record 795 (1981). Distances are metres, times seconds, speeds km/h, flows
vehicles an hour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Literal

from conurb.region.tables import Bilingual

Way = Literal["outbound", "inbound"]
WAYS: tuple[Way, Way] = ("outbound", "inbound")

CYCLES = (30.0, 240.0)
SPEEDS = (10.0, 120.0)
LEAST_YELLOW = 3.0
LEAST_GREEN = 5.0
"""A green shorter than this startles more than it serves; the plan is refused."""
METRES_A_SECOND = 3.6


class Movement(StrEnum):
    """Who gets green: both ways along the arterial, their left turns, the crossing street."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    OUTBOUND_LEFT = "outbound-left"
    INBOUND_LEFT = "inbound-left"
    SIDE = "side"
    SIDE_LEFT = "side-left"


class Order(StrEnum):
    """When the left turns come: the outbound one's place first, then the inbound one's."""

    LEAD_LAG = "lead-lag"
    LAG_LEAD = "lag-lead"
    LEAD_LEAD = "lead-lead"
    LAG_LAG = "lag-lag"

    @property
    def outbound_lags(self) -> bool:
        """Whether the outbound left turn comes after the inbound through movement."""
        return self in {Order.LAG_LEAD, Order.LAG_LAG}

    @property
    def inbound_lags(self) -> bool:
        """Whether the inbound left turn comes after the outbound through movement."""
        return self in {Order.LEAD_LAG, Order.LAG_LAG}


@dataclass(frozen=True)
class Both:
    """A figure for each of the two ways along the arterial."""

    outbound: float
    inbound: float

    def of(self, way: Way) -> float:
        """Return the figure of one way."""
        return self.outbound if way == "outbound" else self.inbound

    def __iter__(self) -> Iterator[float]:
        yield self.outbound
        yield self.inbound


NONE = Both(0.0, 0.0)


@dataclass(frozen=True)
class Intersection:
    """A signalled intersection of the arterial.

    `metres` counts from the first one. `side`, `side_left` and `left` are splits; a left turn with
    split 0 is not protected: it turns through gaps. `orders` are those that may be chosen.
    `queue` is how long after its green begins the standing queue is gone. `flow` and `saturation`
    are what arrives and what could pass, all lanes of the through movement together.
    """

    key: str
    name: Bilingual
    metres: float
    side: float
    side_left: float = 0.0
    left: Both = NONE
    order: Order = Order.LEAD_LAG
    orders: tuple[Order, ...] = tuple(Order)
    queue: Both = NONE
    flow: Both = NONE
    saturation: Both = Both(3600.0, 3600.0)
    city: str = ""
    position: tuple[float, float] | None = None

    @property
    def crossing(self) -> float:
        """The share of the cycle that is the crossing street's."""
        return self.side + self.side_left

    @property
    def along(self) -> float:
        """The share of the cycle that is the arterial's."""
        return 1.0 - self.crossing

    @property
    def shares(self) -> tuple[float, ...]:
        """Every split that must hold a green."""
        given = (self.side, self.split("outbound"), self.split("inbound"))
        return given + tuple(share for share in (self.side_left, *self.left) if share > 0)

    @property
    def has_left(self) -> bool:
        """Whether a left turn off the arterial is protected, so that their order matters."""
        return self.left.outbound > 0 or self.left.inbound > 0

    def split(self, way: Way) -> float:
        """Return the split of a through movement: all but the opposing left turn's."""
        opposing = self.left.inbound if way == "outbound" else self.left.outbound
        return self.along - opposing

    def begins(self, way: Way, order: Order | None = None) -> float:
        """Return when a through green begins, as a share of the cycle after the offset."""
        order = order or self.order
        if way == "outbound":
            return 0.0 if order.inbound_lags else self.left.inbound
        return 0.0 if order.outbound_lags else self.left.outbound


@dataclass(frozen=True)
class Span:
    """A green within the cycle: when it begins after the offset, and how long it lasts, seconds."""

    begins: float
    lasts: float

    @property
    def ends(self) -> float:
        """When it ends, seconds after the offset."""
        return self.begins + self.lasts


@dataclass(frozen=True)
class Stage:
    """A part of the cycle in which the same movements have green or are cleared, seconds."""

    begins: float
    lasts: float
    movements: frozenset[Movement]


@dataclass(frozen=True)
class TimingPlan:
    """The signals of an arterial under one cycle; `speeds` are of the links between neighbours.

    Make sure of it with `check`; the rules take a plan that has passed.
    """

    key: str
    name: Bilingual
    ways: tuple[Bilingual, Bilingual]
    cycle: float
    intersections: tuple[Intersection, ...]
    speeds: tuple[Both, ...]
    offsets: tuple[float, ...]
    yellow: float = 3.0
    all_red: float = 2.0
    road: str = ""
    source: Bilingual = field(default_factory=lambda: Bilingual("", ""))

    @property
    def clearance(self) -> float:
        """What every split holds beside its green, seconds."""
        return self.yellow + self.all_red

    @cached_property
    def distances(self) -> tuple[float, ...]:
        """The lengths of the links, metres."""
        return tuple(b.metres - a.metres for a, b in pairwise(self.intersections))

    def travel(self, link: int, way: Way) -> float:
        """Return the time over a link at the plan's speed, seconds."""
        return self.distances[link] * METRES_A_SECOND / self.speeds[link].of(way)

    def green(self, place: int, way: Way) -> Span:
        """Return a through movement's green at an intersection."""
        at = self.intersections[place]
        return Span(at.begins(way) * self.cycle, at.split(way) * self.cycle - self.clearance)

    def spans(self, place: int) -> dict[Movement, Span]:
        """Return every protected green at an intersection, clearance left out."""
        at, cycle = self.intersections[place], self.cycle

        def span(begins: float, share: float) -> Span:
            return Span(begins * cycle, share * cycle - self.clearance)

        found = {
            Movement.OUTBOUND: self.green(place, "outbound"),
            Movement.INBOUND: self.green(place, "inbound"),
        }
        out, back = at.left
        if out > 0:
            begins = at.along - out if at.order.outbound_lags else 0.0
            found[Movement.OUTBOUND_LEFT] = span(begins, out)
        if back > 0:
            begins = at.along - back if at.order.inbound_lags else 0.0
            found[Movement.INBOUND_LEFT] = span(begins, back)
        found[Movement.SIDE] = span(at.along, at.side)
        if at.side_left > 0:
            found[Movement.SIDE_LEFT] = span(at.along + at.side, at.side_left)
        return found

    def stages(self, place: int) -> tuple[Stage, ...]:
        """Return the cycle of an intersection as stages in order, from the offset on.

        A movement stands in every stage in which it has green; the clearance at the end of a
        stage is that of the movements that do not stand in the next one.
        """
        spans = self.spans(place)
        # the clearance of a green belongs to the stage that ends with it
        whole = {m: (s.begins, s.ends + self.clearance) for m, s in spans.items()}
        marks: list[float] = []
        for mark in sorted({edge for span in whole.values() for edge in span} | {self.cycle}):
            if not marks or mark - marks[-1] > 1e-6:
                marks.append(mark)
        return tuple(
            Stage(
                a,
                b - a,
                frozenset(
                    m
                    for m, (begins, ends) in whole.items()
                    if begins < a + 1e-6 and ends > b - 1e-6
                ),
            )
            for a, b in pairwise(marks)
        )

    def with_offsets(self, offsets: tuple[float, ...]) -> TimingPlan:
        """Return the plan with other offsets, each brought into the cycle."""
        return replace(self, offsets=tuple(offset % self.cycle for offset in offsets))


@dataclass(frozen=True)
class Problem:
    """What is wrong with a plan; `place` is the intersection's number from 1, 0 for the whole."""

    place: int
    message: Bilingual


class TimingError(ValueError):
    """The plan cannot be used; `problems` says everything that is wrong, in both languages."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.place}: {p.message.en}" for p in problems))


def check(plan: TimingPlan) -> TimingPlan:
    """Return the plan where nothing is wrong with it; raises TimingError with all that is."""
    problems = tuple(_problems(plan))
    if problems:
        raise TimingError(problems)
    return plan


def least_cycle(plan: TimingPlan) -> float:
    """Return the shortest cycle in which every green of the plan's splits is long enough."""
    shares = [share for at in plan.intersections for share in at.shares]
    return max(CYCLES[0], (LEAST_GREEN + plan.clearance) / min(shares))


def _problems(plan: TimingPlan) -> Iterator[Problem]:
    count = len(plan.intersections)
    if count < 2:
        yield _problem(0, "至少要有两个路口", "at least two intersections are needed")
        return
    low, high = CYCLES
    if not low <= plan.cycle <= high:
        yield _problem(
            0,
            f"周期应在 {low:g}–{high:g} 秒之间，现为 {plan.cycle:g} 秒",
            f"the cycle must be {low:g} to {high:g} s, not {plan.cycle:g} s",
        )
        return
    if not plan.yellow >= LEAST_YELLOW or not plan.all_red >= 0:
        yield _problem(
            0,
            "黄灯至少 3 秒（参照 GB 14886—2016 第 4.3.4 条），全红不得为负",
            "yellow lasts at least 3 s (as in GB 14886-2016, 4.3.4), all-red is not negative",
        )
    for what, given, wanted in (
        (Bilingual("车速", "speeds"), len(plan.speeds), count - 1),
        (Bilingual("相位差", "offsets"), len(plan.offsets), count),
    ):
        if given != wanted:
            yield _problem(
                0,
                f"应有 {wanted} 个{what.zh}，现有 {given} 个",
                f"{wanted} {what.en} are needed, {given} are given",
            )
            return
    for place, (before, at) in enumerate(pairwise(plan.intersections), 2):
        if not at.metres > before.metres:
            yield _problem(
                place,
                f"距起点 {at.metres:g} 米，不大于上一路口的 {before.metres:g} 米；请按行驶顺序排列",
                f"at {at.metres:g} m it does not lie beyond the one before it ({before.metres:g} m)"
                ": list them in order",
            )
    low, high = SPEEDS
    for place, speed in enumerate(plan.speeds, 1):
        for value in speed:
            if not low <= value <= high:
                yield _problem(
                    place,
                    f"至下一路口的车速应在 {low:g}–{high:g} 公里/小时之间，现为 {value:g}",
                    f"the speed to the next one must be {low:g} to {high:g} km/h, not {value:g}",
                )
    keys: set[str] = set()
    for place, at in enumerate(plan.intersections, 1):
        if at.key in keys:
            yield _problem(place, f"编号“{at.key}”重复", f"the key “{at.key}” stands there already")
        keys.add(at.key)
        yield from _problems_at(plan, place, at)


def _problems_at(plan: TimingPlan, place: int, at: Intersection) -> Iterator[Problem]:
    offset = plan.offsets[place - 1]
    if not 0 <= offset < plan.cycle:
        yield _problem(
            place,
            f"相位差应不小于 0 且小于周期 {plan.cycle:g} 秒，现为 {offset:g} 秒",
            f"the offset must be 0 to below the cycle, {plan.cycle:g} s, not {offset:g} s",
        )
    shares = (at.side, at.side_left, *at.left)
    if not all(math.isfinite(share) and 0 <= share < 1 for share in shares):
        yield _problem(
            place, "绿信比应在 0 与 1 之间", "splits are shares of the cycle, from 0 to below 1"
        )
        return
    shortest = min(at.shares) * plan.cycle - plan.clearance
    if shortest < LEAST_GREEN - 1e-9:
        yield _problem(
            place,
            f"最短的绿灯只有 {shortest:.1f} 秒，不得少于 {LEAST_GREEN:g} 秒"
            f"（黄灯与全红共 {plan.clearance:g} 秒）；请加大绿信比或周期",
            f"its shortest green is {shortest:.1f} s; at least {LEAST_GREEN:g} s are needed after "
            f"{plan.clearance:g} s of clearance: give larger splits or a longer cycle",
        )
    if not at.orders or at.order not in at.orders:
        yield _problem(
            place,
            "现用左转相位顺序不在可选范围内",
            "the order of its left turns is not one of those that may be chosen",
        )
    for figures in (at.queue, at.flow):
        if not all(math.isfinite(value) and value >= 0 for value in figures):
            yield _problem(
                place, "排队清空时间与流量不得为负", "queue times and flows are zero or more"
            )
    if not all(math.isfinite(value) and value > 0 for value in at.saturation):
        yield _problem(place, "饱和流量应大于 0", "the saturation flow must be greater than zero")
    for value, way in zip(at.queue, WAYS, strict=True):
        if math.isfinite(value) and value >= max(plan.green(place - 1, way).lasts, 0.0) > 0:
            yield _problem(
                place,
                f"排队清空时间 {value:g} 秒不短于绿灯本身，没有余下的绿波",
                f"the queue takes {value:g} s, no less than the green itself: no wave is left",
            )


def _problem(place: int, zh: str, en: str) -> Problem:
    return Problem(place, Bilingual(zh, en))
