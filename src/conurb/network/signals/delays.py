"""What a plan costs drivers: delay and stops by a model of platoons, and offsets that lower them.

Traffic of one cycle is followed in steps of a second from signal to signal, over and over until
every cycle is like the one before: the cyclic flow profiles of D. I. Robertson, TRANSYT, Road
Research Laboratory report LR 253 (1969), with his dispersion of platoons. To the delay of these
profiles comes what random arrivals add: F. V. Webster, Traffic Signal Settings, Road Research
Technical Paper 39 (1958), second term. Flows must be below capacity at every signal; where they
are not, the model says so and gives the delay of a degree of saturation of 98 %.

Wide bands and short delays are near, not one. `settle` moves the offsets of a plan towards least
delay by the hill climbing of TRANSYT; what bands it costs is for `bands_of` to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from conurb.network.signals.plans import WAYS, Movement, TimingPlan, Way, check

Floats = NDArray[np.float64]

ALPHA = 0.35
BETA = 0.8
"""Dispersion: how much platoons spread, and when their first vehicle arrives (Robertson 1969)."""
FULL = 0.98
"""The degree of saturation at which the steady model ends."""
STOP = 20.0
"""What a stop counts beside delay, in seconds."""
STEPS = (0.15, 0.40, -0.15, 0.01, -0.01, 0.05, -0.05, 0.02, -0.02)
"""By how much of a cycle hill climbing tries an offset, as TRANSYT does: far first, then near."""
ROUNDS = 6
WARM_UP = 4


@dataclass(frozen=True)
class Approach:
    """What drivers of one way meet at one signal: seconds and stops a vehicle.

    `saturation` is the degree of saturation: flow over what its green lets pass.
    """

    place: int
    way: Way
    flow: float
    delay: float
    stops: float
    saturation: float


@dataclass(frozen=True)
class Costs:
    """Delay and stops along the arterial, by approach and for all.

    `delay`: seconds a vehicle over the whole arterial where it is driven from end to end, by way;
    `hours`: vehicle hours of delay an hour at all its signals; `full`: approaches that are beyond
    what the model can tell.
    """

    approaches: tuple[Approach, ...]
    delay: dict[Way, float]
    stops: dict[Way, float]
    hours: float

    @property
    def full(self) -> tuple[Approach, ...]:
        """Approaches whose flow is more than their green lets pass."""
        return tuple(each for each in self.approaches if each.saturation > FULL)

    @property
    def index(self) -> float:
        """Delay and stops as one figure, vehicle seconds a second."""
        stops = sum(each.stops * each.flow for each in self.approaches)
        return self.hours + stops * STOP / 3600.0


def costs_of(plan: TimingPlan) -> Costs | None:
    """Return what the plan costs; None where it has no flows on some approach of a way."""
    if not all(at.flow.of(way) > 0 for at in plan.intersections for way in WAYS):
        return None
    approaches: list[Approach] = []
    for way in WAYS:
        model = _Model(plan, way)
        delay, stops = model.run(np.array(plan.offsets))
        for n, place in enumerate(model.places):
            approaches.append(
                Approach(
                    place=place,
                    way=way,
                    flow=float(model.flows[n]),
                    delay=float(delay[n] + model.random[n]),
                    stops=float(stops[n]),
                    saturation=float(model.loads[n]),
                )
            )
    by_way = {way: [each for each in approaches if each.way == way] for way in WAYS}
    return Costs(
        approaches=tuple(approaches),
        delay={way: sum(each.delay for each in rows) for way, rows in by_way.items()},
        stops={way: sum(each.stops for each in rows) for way, rows in by_way.items()},
        hours=sum(each.delay * each.flow for each in approaches) / 3600.0,
    )


def settle(plan: TimingPlan, allowed: Callable[[TimingPlan], bool] | None = None) -> TimingPlan:
    """Return the plan with offsets, in whole seconds, at which delay and stops are least near it.

    `allowed` can forbid plans, such as those whose bands become too narrow. A plan without flows
    is returned as it is.
    """
    check(plan)
    if costs_of(plan) is None:
        return plan
    models = [_Model(plan, way) for way in WAYS]

    def index(offsets: Floats) -> float:
        total = 0.0
        for model in models:
            delay, stops = model.run(offsets)
            total += float(((delay + STOP * stops) * model.flows).sum())
        return total

    best = np.array([float(round(offset)) for offset in plan.offsets])
    least = index(best)
    for _round in range(ROUNDS):
        before = least
        for share in STEPS:
            step = float(round(share * plan.cycle)) or float(np.sign(share))
            # signals one by one; then all beyond one together, which keeps their waves
            for first in range(1, len(best)):
                for last in (first + 1, len(best)):
                    while True:
                        tried = best.copy()
                        tried[first:last] = (tried[first:last] + step) % plan.cycle
                        cost = index(tried)
                        if cost >= least - 1e-9 or not (
                            allowed is None or allowed(plan.with_offsets(tuple(tried)))
                        ):
                            break
                        best, least = tried, cost
        if least > before * (1 - 1e-6):
            break
    return plan.with_offsets(tuple(float(offset) for offset in best))


class _Model:
    """The signals of one way in the order in which they are met, as arrays."""

    def __init__(self, plan: TimingPlan, way: Way) -> None:
        count = len(plan.intersections)
        self.places = list(range(count)) if way == "outbound" else list(range(count - 1, -1, -1))
        self.seconds = round(plan.cycle)
        at = [plan.intersections[place] for place in self.places]
        self.flows = np.array([each.flow.of(way) for each in at])
        saturation = np.array([each.saturation.of(way) for each in at])
        greens = [plan.green(place, way) for place in self.places]
        self.begins = np.array([green.begins for green in greens])
        self.lasts = np.array([green.lasts for green in greens])
        crossing = [plan.spans(place)[Movement.SIDE] for place in self.places]
        self.side_begins = np.array([span.begins for span in crossing])
        self.side_lasts = np.array([span.lasts for span in crossing])
        self.order = np.array(self.places)
        links = [min(a, b) for a, b in pairwise(self.places)]
        self.times = np.array([plan.travel(link, way) for link in links])
        capacity = saturation * self.lasts / plan.cycle
        self.loads = self.flows / capacity
        self.carried = np.minimum(self.flows, FULL * capacity)
        self.discharge = saturation / 3600.0
        load = np.minimum(self.loads, FULL)
        arrivals = self.carried / 3600.0
        # Webster's second term: what random arrivals add, seconds a vehicle
        self.random = load**2 / (2.0 * arrivals * (1.0 - load))

    def run(self, offsets: Floats) -> tuple[Floats, Floats]:
        """Return delay in seconds and stops a vehicle at each signal, without random arrivals."""
        return _profiles(
            self.seconds,
            self.carried / 3600.0,
            self.discharge,
            offsets[self.order] + self.begins,
            self.lasts,
            offsets[self.order] + self.side_begins,
            self.side_lasts,
            self.times,
        )


@njit(cache=True)
def _share_of_step(step: int, begins: float, lasts: float, cycle: int) -> float:
    """Return how much of one second of the cycle lies in a green that may wrap around."""
    total = 0.0
    since = begins % cycle
    for turn in range(-1, 2):
        low = max(float(step), since + turn * cycle)
        high = min(float(step + 1), since + lasts + turn * cycle)
        if high > low:
            total += high - low
    return min(total, 1.0)


@njit(cache=True)
def _profiles(
    cycle: int,
    flows: Floats,
    discharge: Floats,
    begins: Floats,
    lasts: Floats,
    side_begins: Floats,
    side_lasts: Floats,
    times: Floats,
) -> tuple[Floats, Floats]:
    count = len(flows)
    delay, stops = np.zeros(count), np.zeros(count)
    arriving = np.full(cycle, flows[0])
    departing = np.zeros(cycle)
    for n in range(count):
        if n > 0:
            arriving = _downstream(
                cycle,
                departing,
                min(1.0, flows[n] / flows[n - 1]),
                max(0.0, flows[n] - flows[n - 1]),
                side_begins[n - 1],
                side_lasts[n - 1],
                times[n - 1],
            )
            total = arriving.sum()
            if total > 0:
                arriving *= flows[n] * cycle / total
        queue = 0.0
        for _turn in range(WARM_UP):
            waited = stopped = 0.0
            for step in range(cycle):
                room = discharge[n] * _share_of_step(step, begins[n], lasts[n], cycle)
                here = queue + arriving[step]
                left = min(here, room)
                # who comes while a queue stands, or in red, has to stop
                part = min(1.0, queue / room) if room > 0 else 1.0
                stopped += arriving[step] * part
                waited += 0.5 * (queue + here - left)
                queue = here - left
                departing[step] = left
        # the last cycle is like every further one
        vehicles = flows[n] * cycle
        delay[n] = waited / vehicles
        stops[n] = stopped / vehicles
    return delay, stops


@njit(cache=True)
def _downstream(
    cycle: int,
    departing: Floats,
    share: float,
    joining: float,
    side_begins: float,
    side_lasts: float,
    seconds: float,
) -> Floats:
    """Return what arrives at the next signal: the platoon, and who turned in at this one."""
    sent = np.zeros(cycle)
    green = 0.0
    for step in range(cycle):
        green += _share_of_step(step, side_begins, side_lasts, cycle)
    for step in range(cycle):
        sent[step] = departing[step] * share
        if joining > 0:
            turned = _share_of_step(step, side_begins, side_lasts, cycle)
            sent[step] += joining * cycle * turned / green
    first = BETA * seconds
    smoothing = 1.0 / (1.0 + ALPHA * first)
    lag = round(first)
    arriving = np.zeros(cycle)
    flow = sent.mean()
    for _turn in range(WARM_UP):
        for step in range(cycle):
            flow = smoothing * sent[(step - lag) % cycle] + (1.0 - smoothing) * flow
            arriving[step] = flow
    return arriving
