"""How an arterial goes from one signal plan to the next, signal by signal.

Offsets count from midnight. When the clock says that another plan runs, each signal ends the cycle
that it is in and goes on with the greens of the new plan; it is then out of step with the new
offsets, and comes into step by cycles that are longer or shorter than the plan's, whichever is
sooner. No cycle is changed by more than a fifth, and none is made so short that a green would be
shorter than the least. This is what controllers call the short way (NTCIP 1202, coordination
correction mode; transition modes in FHWA, Traffic Signal Timing Manual, FHWA-HOP-08-024, 2008,
chapter 6). Times are seconds.

As a cycle seldom divides the day, the same plan starts anew at midnight as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from conurb.network.signals.plans import (
    CYCLES,
    LEAST_GREEN,
    Intersection,
    TimingPlan,
)

DAY = 86_400
SHARE = 0.20
"""By how much of its length a cycle may be changed."""
IN_STEP = 1e-6


@dataclass(frozen=True)
class Shift:
    """How one signal comes into step.

    `begins`: how long after the change its last old cycle ends. `seconds`: by how much all its
    cycles of transition are longer than the new plan's, negative where they are shorter.
    `cycles`: how many they are. `lasts`: how long after the change it is in step.
    """

    place: int
    begins: float
    seconds: float
    cycles: int
    lasts: float


@dataclass(frozen=True)
class Transition:
    """How an arterial comes into step with a plan; `lasts` until its last signal has."""

    shifts: tuple[Shift, ...]

    @property
    def lasts(self) -> float:
        """How long after the change all signals are in step."""
        return max(shift.lasts for shift in self.shifts)

    @property
    def cycles(self) -> int:
        """The most cycles of transition that a signal takes."""
        return max(shift.cycles for shift in self.shifts)

    @property
    def longer(self) -> int:
        """How many signals lengthen their cycles."""
        return sum(shift.seconds > 0 for shift in self.shifts)

    @property
    def shorter(self) -> int:
        """How many signals shorten their cycles."""
        return sum(shift.seconds < 0 for shift in self.shifts)

    @property
    def in_step(self) -> bool:
        """Whether nothing has to be made longer or shorter."""
        return not any(shift.cycles for shift in self.shifts)


def transition(before: TimingPlan, after: TimingPlan, second: float) -> Transition:
    """Return how the arterial goes over from one plan to the next at a second of the day.

    At `DAY` the clock starts anew: `before` counts from the midnight before, `after` from this one.
    Both have the same intersections.
    """
    clock = second % DAY
    return Transition(
        tuple(
            _shift(before, after, place, second, clock) for place in range(len(after.intersections))
        )
    )


def _shift(before: TimingPlan, after: TimingPlan, place: int, second: float, clock: float) -> Shift:
    position = (second - before.offsets[place]) % before.cycle
    left = before.cycle - position if IN_STEP < position < before.cycle - IN_STEP else 0.0
    cycle = after.cycle
    late = (after.offsets[place] - clock - left) % cycle
    if late < IN_STEP or late > cycle - IN_STEP:
        return Shift(place, left, 0.0, 0, left)
    found = _spread(place, left, cycle, late, SHARE * cycle)
    room = min(SHARE * cycle, cycle - least_cycle_at(after, after.intersections[place]))
    if room > IN_STEP:
        shorter = _spread(place, left, cycle, late - cycle, room)
        found = min(found, shorter, key=lambda each: each.lasts)
    return found


def _spread(place: int, left: float, cycle: float, seconds: float, most: float) -> Shift:
    """Return a shift of so many seconds, of which a cycle takes at most so many."""
    cycles = math.ceil(abs(seconds) / most - IN_STEP)
    return Shift(place, left, seconds, cycles, left + cycles * cycle + seconds)


def least_cycle_at(plan: TimingPlan, at: Intersection) -> float:
    """Return the shortest cycle that leaves every green of an intersection long enough."""
    return max(CYCLES[0], (LEAST_GREEN + plan.clearance) / min(at.shares))
