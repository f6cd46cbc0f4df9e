"""How many tasks show which light, and how that is drawn as one bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conurb.plan.lights import LIGHT_NAMES, LIGHTS, Light

# from what is finished to what is waiting; a withdrawn task is no part of the whole
DRAWN: tuple[Light, ...] = ("done", "on-course", "at-risk", "late", "not-begun")


@dataclass(frozen=True)
class Segment:
    """One piece of the bar; `x` and `width` are in percent of its length."""

    light: Light
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Tally:
    """Number of tasks by light. A light that no task shows may be missing."""

    counts: Mapping[Light, int]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Light, int]]) -> Tally:
        """Add up pairs of light and number; a light may come several times."""
        counts: dict[Light, int] = dict.fromkeys(LIGHTS, 0)
        for light, number in pairs:
            counts[light] += number
        return cls(counts)

    def count(self, light: Light) -> int:
        """Return how many tasks show this light."""
        return self.counts.get(light, 0)

    @property
    def total(self) -> int:
        """Number of tasks that stand: all but the withdrawn."""
        return sum(self.count(light) for light in DRAWN)

    @property
    def done(self) -> int:
        """Number of tasks done."""
        return self.count("done")

    @property
    def late(self) -> int:
        """Number of tasks late."""
        return self.count("late")

    @property
    def at_risk(self) -> int:
        """Number of tasks at risk."""
        return self.count("at-risk")

    @property
    def on_course(self) -> int:
        """Number of tasks on course."""
        return self.count("on-course")

    @property
    def not_begun(self) -> int:
        """Number of tasks not begun."""
        return self.count("not-begun")

    @property
    def done_percent(self) -> int:
        """Part of the standing tasks that is done, in whole percent, never rounded up to 100."""
        return self.done * 100 // self.total if self.total else 0

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The pieces of the bar, left to right; none where there is no task."""
        pieces: list[Segment] = []
        before = 0
        for light in DRAWN:
            number = self.count(light)
            if number:
                x, end = 100 * before / self.total, 100 * (before + number) / self.total
                pieces.append(Segment(light, number, round(x, 3), round(end - x, 3)))
                before += number
        return tuple(pieces)

    def named(self, *, english: bool) -> tuple[tuple[Light, str, int], ...]:
        """Return (light, name, count) of every light that a task shows, in the order drawn."""
        return tuple(
            (light, LIGHT_NAMES[light][english], self.count(light))
            for light in (*DRAWN, "withdrawn")
            if self.count(light)
        )
