"""Two-way green waves of greatest width, as mixed-integer programs solved by HiGHS.

MAXBAND: one band each way, as wide as can be: J. D. C. Little, M. D. Kelson, N. H. Gartner,
Transportation Research Record 795 (1981). MULTIBAND: a band of its own width on every link, about
one line of progression, each weighted by how full the link is: N. H. Gartner, S. F. Assmann,
F. Lasaga, D. L. Hou, Transportation Research Part B 25 (1991).

Both choose the cycle within a range, the speeds within a tolerance, the order of the left turns
and all offsets. Times are in cycles, as the reciprocal of the cycle, z, makes everything linear:
what is given in seconds is s·z. One integer a link closes the loop out and back, as in the papers.
As there, each way has a line of progression that meets no red, however narrow its band. Two
things are said otherwise: the clearance at the end of a green takes the same
seconds whatever the cycle, and a queue delays the band's beginning at its signal instead of
advancing the band.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import highspy
import numpy as np

from conurb.network.signals.bands import Bands, bands_of
from conurb.network.signals.plans import (
    CYCLES,
    METRES_A_SECOND,
    WAYS,
    Both,
    Intersection,
    Order,
    Problem,
    TimingError,
    TimingPlan,
    Way,
    check,
    least_cycle,
)
from conurb.region.tables import Bilingual

Method = Literal["maxband", "multiband"]
METHODS: tuple[Method, ...] = ("maxband", "multiband")
Progress = Callable[[float], bool]
"""Is told the relative gap from time to time; answers whether to go on."""

EVEN = Both(1.0, 1.0)
LEAST_WEIGHT = 0.05
"""Even an empty link keeps a little weight, so that it gets a band where that costs nothing."""


@dataclass(frozen=True)
class Wish:
    """What is asked of the optimiser.

    `cycles`: seconds from, to. `tolerance`: how far speeds may lie off the plan's, as a share.
    `change`: how much they may differ between neighbouring links, km/h. `weights`: how much each
    way counts. `power`: how strongly MULTIBAND follows the volume-to-capacity ratio of a link.
    `orders`: whether the order of left turns is chosen too. `seconds`, `gap`: when to stop.
    `whole`: cycle and offsets in whole seconds, as controllers take them.
    """

    method: Method = "multiband"
    cycles: tuple[float, float] | None = None
    tolerance: float = 0.0
    change: float = 10.0
    weights: Both = EVEN
    power: float = 1.0
    orders: bool = True
    seconds: float = 30.0
    gap: float = 1e-6
    whole: bool = True


@dataclass(frozen=True)
class Found:
    """The plan found, its waves, and how good it is sure to be.

    `objective` and `bound` are the weighted width as a share of the cycle: what was reached, and
    what no plan can exceed; `gap` is their difference as a share. `optimal` says whether the gap
    asked for was reached before the time was up. `took` is in seconds.
    """

    plan: TimingPlan
    bands: Bands
    objective: float
    bound: float
    gap: float
    optimal: bool
    took: float


def optimise(plan: TimingPlan, wish: Wish | None = None, progress: Progress | None = None) -> Found:
    """Return the plan with the widest green waves; splits stay as they are.

    Raises TimingError where the plan or the wish cannot be met, or nothing was found in time.
    """
    wish = wish or Wish()
    check(plan)
    low, high = _cycles(plan, wish)
    began = time.monotonic()
    found = _solve(plan, wish, (low, high), progress)
    if wish.whole and low < high:
        # controllers take whole seconds: of the two whole cycles around the best one, the better
        near = {float(np.floor(found.plan.cycle + 1e-6)), float(np.ceil(found.plan.cycle - 1e-6))}
        inside = [cycle for cycle in near if low - 1e-9 <= cycle <= high + 1e-9]
        bound = found.bound
        if inside:
            tries = [_solve(plan, wish, (cycle, cycle), progress) for cycle in sorted(inside)]
            found = max(tries, key=lambda each: each.objective)
            found = replace(found, bound=max(bound, found.bound))
    final = _whole(found.plan) if wish.whole else found.plan
    check(final)
    spread = found.bound - found.objective
    return replace(
        found,
        plan=final,
        bands=bands_of(final),
        gap=spread / found.objective if found.objective > 1e-9 else spread,
        took=time.monotonic() - began,
    )


def width_of(plan: TimingPlan, wish: Wish, bands: Bands | None = None) -> float:
    """Return the weighted width that a plan has, as a share of its cycle.

    It is what `Found.objective` says of the plan found; MULTIBAND's bands may turn out wider, as
    they need not lie evenly about the line of progression.
    """
    bands = bands or bands_of(plan)
    if wish.method == "maxband":
        both = sum(wish.weights.of(way) * bands.through[way].lasts for way in WAYS)
        return both / sum(wish.weights) / plan.cycle
    return sum(
        weight.of(way) * bands.links[way][link].lasts / plan.cycle
        for link, weight in enumerate(weights_of(plan, wish))
        for way in WAYS
    )


def weights_of(plan: TimingPlan, wish: Wish) -> tuple[Both, ...]:
    """Return the weight of each link's two bands; they sum to 1 over all.

    A link counts by its volume-to-capacity ratio at the downstream signal, to a power. Where no
    flows are known all count alike.
    """
    given = []
    for link in range(len(plan.speeds)):
        ends: dict[Way, Intersection] = {
            "outbound": plan.intersections[link + 1],
            "inbound": plan.intersections[link],
        }
        loads = [ends[way].flow.of(way) / ends[way].saturation.of(way) for way in WAYS]
        given.append([load**wish.power for load in loads])
    values = np.array(given)
    if not values.any():
        values = np.ones_like(values)
    values = np.maximum(values / values.max(), LEAST_WEIGHT) * np.array(list(wish.weights))
    values /= values.sum()
    return tuple(Both(float(out), float(back)) for out, back in values)


def _cycles(plan: TimingPlan, wish: Wish) -> tuple[float, float]:
    """Return the range of cycles in which every green is long enough."""
    if not min(wish.weights) > 0 or not 0 <= wish.tolerance < 0.5 or not wish.change > 0:
        raise _refused(
            "方向权重应大于 0，车速浮动应在 0 与 50% 之间，相邻路段车速差应大于 0",
            "weights are greater than zero, the tolerance of speeds is 0 to 50 %, and the change "
            "between links greater than zero",
        )
    low, high = wish.cycles or (plan.cycle, plan.cycle)
    least, most = CYCLES
    if not least <= low <= high <= most:
        raise _refused(
            f"周期范围应在 {least:g}–{most:g} 秒之间，且下限不大于上限，现为 {low:g}–{high:g} 秒",
            f"the range of cycles must lie in {least:g} to {most:g} s, not {low:g} to {high:g} s",
        )
    shortest = least_cycle(plan)
    if high < shortest - 1e-9:
        raise _refused(
            f"周期上限 {high:g} 秒过短：按现有绿信比，至少需要 {shortest:.1f} 秒",
            f"{high:g} s is too short a cycle: these splits need at least {shortest:.1f} s",
        )
    return max(low, shortest), high


def _whole(plan: TimingPlan) -> TimingPlan:
    """Return the plan with its offsets in whole seconds."""
    return plan.with_offsets(tuple(float(round(offset)) for offset in plan.offsets))


def _refused(zh: str, en: str) -> TimingError:
    return TimingError((Problem(0, Bilingual(zh, en)),))


def _solve(
    plan: TimingPlan, wish: Wish, cycles: tuple[float, float], progress: Progress | None
) -> Found:
    return _Program(plan, wish, cycles).solve(progress)


class _Program:
    """The mixed-integer program of one plan, in cycles."""

    def __init__(self, plan: TimingPlan, wish: Wish, cycles: tuple[float, float]) -> None:
        self.plan, self.wish = plan, wish
        self.highs = highspy.Highs()
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("time_limit", float(wish.seconds))
        self.highs.setOptionValue("mip_rel_gap", float(wish.gap))
        self.highs.setOptionValue("random_seed", 0)
        count = len(plan.intersections)
        self.z = self.highs.addVariable(1.0 / cycles[1], 1.0 / cycles[0])
        # where in a green the band begins (MAXBAND) or the line of progression lies (MULTIBAND)
        self.lines = {way: [self._share() for _ in range(count)] for way in WAYS}
        self.chosen = [self._orders(at) for at in plan.intersections]
        self.times = {way: self._times(way) for way in WAYS}
        objective = self._maxband() if wish.method == "maxband" else self._multiband()
        self._loops(cycles)
        self.objective = objective

    def solve(self, progress: Progress | None) -> Found:
        """Return the best plan that HiGHS finds in time."""
        highs = self.highs
        if progress is not None:

            def told(event: Any) -> None:
                if not progress(float(event.data_out.mip_gap)):
                    event.interrupt()

            highs.cbMipInterrupt += told
        highs.maximize(self.objective)
        info, status = highs.getInfo(), highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            raise _refused(
                "没有满足全部条件的方案。请放宽周期范围、车速浮动，或缩短排队清空时间",
                "no plan meets all that is asked: widen the range of cycles or the tolerance of "
                "speeds, or shorten the queues",
            )
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise _refused(
                f"{self.wish.seconds:g} 秒内未求得方案。请延长求解时间或缩小范围",
                f"no plan was found in {self.wish.seconds:g} s: give more time or narrower ranges",
            )
        reached, bound = info.objective_function_value, info.mip_dual_bound
        made = self._made()
        return Found(
            plan=made,
            bands=bands_of(made),
            objective=reached,
            bound=max(bound, reached),
            gap=0.0,
            optimal=status == highspy.HighsModelStatus.kOptimal,
            took=0.0,
        )

    def _share(self) -> Any:
        return self.highs.addVariable(0.0, 1.0)

    def _orders(self, at: Intersection) -> dict[Order, Any]:
        """Return a yes or no for each order that makes a difference; one of them is taken."""
        choices: dict[float, Order] = {_lag(at, at.order): at.order}
        if self.wish.orders:
            for order in at.orders:
                choices.setdefault(_lag(at, order), order)
        taken = {order: self.highs.addBinary() for order in choices.values()}
        self.highs.addConstr(self.highs.qsum(list(taken.values())) == 1)
        return taken

    def _times(self, way: Way) -> list[Any]:
        """Return the time over each link, in cycles, within the tolerance of its speed."""
        plan, wish = self.plan, self.wish
        times = []
        for link in range(len(plan.speeds)):
            seconds = plan.travel(link, way)
            if wish.tolerance == 0:
                times.append(seconds * self.z)
                continue
            taken = self.highs.addVariable(0.0, highspy.kHighsInf)
            self.highs.addConstr(taken >= seconds / (1 + wish.tolerance) * self.z)
            self.highs.addConstr(taken <= seconds / (1 - wish.tolerance) * self.z)
            times.append(taken)
        if wish.tolerance == 0:
            return times
        for link, (a, b) in enumerate(zip(plan.speeds, plan.speeds[1:], strict=False)):
            # a change of speed is one of seconds a metre: of 1/v, whose slope is 1/v²
            steady = abs(1 / a.of(way) - 1 / b.of(way))
            per_metre = METRES_A_SECOND * (wish.change / (a.of(way) * b.of(way)) + steady)
            change = times[link + 1] * (1 / plan.distances[link + 1]) - times[link] * (
                1 / plan.distances[link]
            )
            self.highs.addConstr(change <= per_metre * self.z)
            self.highs.addConstr(change >= -per_metre * self.z)
        return times

    def _fits(self, place: int, way: Way, before: Any, after: Any) -> None:
        """Let the line keep so much of the green before it, the queue left out, and after it."""
        at, line = self.plan.intersections[place], self.lines[way][place]
        self.highs.addConstr(line - before >= at.queue.of(way) * self.z)
        self.highs.addConstr(line + after + self.plan.clearance * self.z <= at.split(way))

    def _maxband(self) -> Any:
        bands = {way: self._share() for way in WAYS}
        for way, band in bands.items():
            for place in range(len(self.plan.intersections)):
                self._fits(place, way, 0.0, band)
        out, back = self.wish.weights
        ratio = back / out
        self._balance(ratio, bands["outbound"], bands["inbound"])
        return (out / (out + back)) * bands["outbound"] + (back / (out + back)) * bands["inbound"]

    def _multiband(self) -> Any:
        weights = weights_of(self.plan, self.wish)
        terms = []
        for link, weight in enumerate(weights):
            for way in WAYS:
                half = self.highs.addVariable(0.0, 0.5)
                for place in (link, link + 1):
                    self._fits(place, way, half, half)
                terms.append(2.0 * weight.of(way) * half)
        return self.highs.qsum(terms)

    def _balance(self, ratio: float, out: Any, back: Any) -> None:
        """The lesser way gets no less than its share of the other (Little et al., eq. 1b)."""
        if ratio < 1:
            self.highs.addConstr(back - ratio * out >= 0)
        elif ratio > 1:
            self.highs.addConstr(back - ratio * out <= 0)

    def _loops(self, cycles: tuple[float, float]) -> None:
        """Out over a link and back again takes a whole number of cycles, waits included."""
        highs, plan = self.highs, self.plan
        slack = self.wish.tolerance
        for link in range(len(plan.speeds)):
            seconds = sum(plan.travel(link, way) for way in WAYS)
            least, most = (
                seconds / (1 + slack) / cycles[1],
                seconds / (1 - slack) / cycles[0],
            )
            here, there = self._turnaround(link), self._turnaround(link + 1)
            # waits at both ends lie within one cycle each way
            rounds = highs.addIntegral(float(np.floor(-4 - most)), float(np.ceil(4 - least)))
            highs.addConstr(
                here - there - self.times["outbound"][link] - self.times["inbound"][link] - rounds
                == 0
            )

    def _turnaround(self, place: int) -> Any:
        """From the outbound line's passing to the inbound one's, up to whole cycles."""
        at = self.plan.intersections[place]
        lag = self.highs.qsum(
            [_lag(at, order) * taken for order, taken in self.chosen[place].items()]
        )
        return lag + self.lines["inbound"][place] - self.lines["outbound"][place]

    def _made(self) -> TimingPlan:
        """Return the plan that the solution describes."""
        plan, value = self.plan, self.highs.val
        cycle = 1.0 / float(value(self.z))
        if abs(cycle - round(cycle)) < 1e-6:
            cycle = float(round(cycle))
        intersections = []
        for at, choices in zip(plan.intersections, self.chosen, strict=True):
            taken = next(order for order, yes in choices.items() if float(value(yes)) > 0.5)
            intersections.append(replace(at, order=taken))
        times = {way: [float(value(t)) * cycle for t in self.times[way]] for way in WAYS}
        lines = [float(value(line)) for line in self.lines["outbound"]]
        offsets = [plan.offsets[0] / plan.cycle * cycle]
        for link, seconds in enumerate(times["outbound"]):
            begins = [
                (at.begins("outbound") + line) * cycle
                for at, line in zip(
                    intersections[link : link + 2], lines[link : link + 2], strict=True
                )
            ]
            offsets.append(offsets[-1] + begins[0] + seconds - begins[1])
        speeds = [
            Both(*(plan.distances[link] * METRES_A_SECOND / times[way][link] for way in WAYS))
            for link in range(len(plan.speeds))
        ]
        return replace(
            plan,
            cycle=cycle,
            intersections=tuple(intersections),
            speeds=tuple(speeds),
        ).with_offsets(tuple(offsets))


def _lag(at: Intersection, order: Order) -> float:
    """How much later the inbound through green begins than the outbound one, in cycles."""
    return at.begins("inbound", order) - at.begins("outbound", order)
