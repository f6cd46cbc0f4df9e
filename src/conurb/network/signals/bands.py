"""The green waves that a plan really has, found by cutting its greens with one another.

Every green is moved back by the time of travel to where the way begins; what is green everywhere
is a wave. Nothing here knows how the plan was made, so it judges what `bandwidth` promises.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

from conurb.network.signals.plans import WAYS, TimingPlan, Way

Interval = tuple[float, float]
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Band:
    """A wave: when its first vehicle enters (seconds into the cycle) and how long it lasts."""

    begins: float
    lasts: float


@dataclass(frozen=True)
class Bands:
    """The waves of a plan by way: the widest through all, and on each link between neighbours.

    A width of 0 means that there is none. `begins` of a band through all counts at the first
    intersection of its own way; of a link at the upstream end of the link.
    """

    through: dict[Way, Band]
    links: dict[Way, tuple[Band, ...]]
    cycle: float

    def share(self, way: Way) -> float:
        """Return the wave through all as a share of the cycle."""
        return self.through[way].lasts / self.cycle


def bands_of(plan: TimingPlan) -> Bands:
    """Return the waves of a plan; queues that clear first are left out of the greens."""
    through: dict[Way, Band] = {}
    links: dict[Way, tuple[Band, ...]] = {}
    last = len(plan.intersections) - 1
    for way in WAYS:
        forth = way == "outbound"
        places = list(range(last + 1)) if forth else list(range(last, -1, -1))
        times = [plan.travel(min(a, b), way) for a, b in pairwise(places)]
        windows = [_window(plan, place, way) for place in places]
        since = list(accumulate(times, initial=0.0))
        moved = [_turned(w, -t, plan.cycle) for w, t in zip(windows, since, strict=True)]
        through[way] = _widest(moved, plan.cycle)
        pairs = [
            _widest([a, _turned(b, -time, plan.cycle)], plan.cycle)
            for a, b, time in zip(windows, windows[1:], times, strict=False)
        ]
        links[way] = tuple(pairs if forth else reversed(pairs))
    return Bands(through, links, plan.cycle)


def _window(plan: TimingPlan, place: int, way: Way) -> Interval:
    """Return the green after its queue, in time within the cycle; it may run beyond its end."""
    green, queue = plan.green(place, way), plan.intersections[place].queue.of(way)
    begins = (plan.offsets[place] + green.begins + queue) % plan.cycle
    return begins, begins + green.lasts - queue


def _turned(window: Interval, by: float, cycle: float) -> Interval:
    begins = (window[0] + by) % cycle
    return begins, begins + window[1] - window[0]


def _widest(windows: list[Interval], cycle: float) -> Band:
    """Return the longest time that is in every window, on the circle of one cycle."""
    common: list[Interval] = [(0.0, cycle)]
    for begins, ends in windows:
        # a window that runs beyond the cycle's end is there at its beginning as well
        pieces = [(begins, ends), (begins - cycle, ends - cycle), (begins + cycle, ends + cycle)]
        common = [
            (max(a, c), min(b, d))
            for a, b in common
            for c, d in pieces
            if min(b, d) - max(a, c) > NEGLIGIBLE
        ]
    common.sort()
    if len(common) > 1 and common[0][0] < NEGLIGIBLE and common[-1][1] > cycle - NEGLIGIBLE:
        begins, _ = common.pop()
        common[0] = (begins, common[0][1] + cycle)
    best = max(common, key=lambda piece: piece[1] - piece[0], default=(0.0, 0.0))
    return Band(best[0] % cycle, best[1] - best[0])
