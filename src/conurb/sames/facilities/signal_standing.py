"""What becomes of a proposed signal plan: every city along the arterial signs, or one refuses.

A city's traffic police decides over its own intersections (Road Traffic Safety Law of the PRC,
art. 5 and 25), so a plan of an arterial through several cities comes into force with the last
signature, and not at all once one has refused. A proposal was made from a plan; when another has
come into force since, it is out of date, as its offsets were weighed against what no longer runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["in-force", "past", "open", "refused", "outdated"]


@dataclass(frozen=True)
class Standing:
    """Where a version of a plan stands; `missing` are the cities that have yet to sign."""

    state: State
    missing: tuple[str, ...]

    def may_sign(self, city: str) -> bool:
        """Tell whether this city's signature, or refusal, is awaited."""
        return self.state == "open" and city in self.missing


def standing(
    cities: tuple[str, ...],
    signed: Mapping[str, bool],
    *,
    adopted: bool,
    current: bool,
    base_current: bool,
) -> Standing:
    """Return where a version stands.

    `cities` are those along the arterial in order; `signed` says for each that decided whether it
    agreed; `adopted` whether the version ever came into force, `current` whether it is the one in
    force, `base_current` whether the one that it was made from is.
    """
    missing = tuple(city for city in cities if city not in signed)
    if current:
        return Standing("in-force", ())
    if adopted:
        return Standing("past", ())
    if not all(signed.values()):
        return Standing("refused", missing)
    if not base_current:
        return Standing("outdated", missing)
    return Standing("open", missing)


def comes_into_force(cities: tuple[str, ...], signed: Mapping[str, bool]) -> bool:
    """Tell whether every city along the arterial has agreed."""
    return all(signed.get(city, False) for city in cities)
