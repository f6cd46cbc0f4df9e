"""Measures: the figures by which a running system shows how far an item of the plan is.

A pack (a package under `conurb.sames`) that carries out an item says so once, when it starts:

    class CityConfig(AppConfig):
        def ready(self) -> None:
            carry_out(
                Carrier(
                    key="city",
                    name_zh="公交一卡通",
                    name_en="One bus card",
                    url="/city/",
                    items=("3.1",),
                    measures=(
                        Measure("cards", "互通卡量", "Cards valid in all cities", "3.1", cards),
                    ),
                )
            )

where `cards` is a function without arguments that reads the pack's own tables and returns a
`Figure`. A measure that has nothing to show raises `NoFigureError` with the reason and makes no
figure up. Nothing here imports Django: pages and the API read the registry through `carriers_of`
and `carriers`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)

Number = int | float


@dataclass(frozen=True)
class Figure:
    """One figure from live data.

    `value` is in the unit named, `as_of` the aware moment at which it was true, `target` in the
    same unit; None where the plan sets none.
    """

    value: Number
    unit_zh: str
    unit_en: str
    as_of: datetime
    target: Number | None = None

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError(f"as_of must be aware; {self.as_of.isoformat()} names no time zone")

    @property
    def written(self) -> str:
        """The value with its thousands parted."""
        return f"{self.value:,}"

    @property
    def target_written(self) -> str:
        """The target with its thousands parted; empty where the plan sets none."""
        return "" if self.target is None else f"{self.target:,}"

    @property
    def percent(self) -> int | None:
        """Whole percent of the target reached, rounded down; None without a positive target."""
        if self.target is None or self.target <= 0:
            return None
        return int(self.value * 100 // self.target)


@dataclass(frozen=True)
class Measure:
    """A figure that can be read at any time. `item` is the number of the item it measures."""

    key: str
    name_zh: str
    name_en: str
    item: str
    read: Callable[[], Figure]


@dataclass(frozen=True)
class Carrier:
    """A running system, the items of the plan that it carries out, and its measures."""

    key: str
    name_zh: str
    name_en: str
    url: str
    items: tuple[str, ...]
    measures: tuple[Measure, ...] = ()

    def __post_init__(self) -> None:
        strangers = [m.key for m in self.measures if m.item not in self.items]
        if strangers:
            raise ValueError(
                f"Carrier {self.key} measures items that it does not carry out: "
                f"{', '.join(strangers)}. Add their items to `items`."
            )


class NoFigureError(Exception):
    """A measure has no figure now, and says why in both languages."""

    def __init__(self, why_zh: str, why_en: str) -> None:
        super().__init__(why_en)
        self.why_zh = why_zh
        self.why_en = why_en


@dataclass(frozen=True)
class Reading:
    """A measure with its figure, or with the reason why there is none."""

    measure: Measure
    figure: Figure | None
    why_zh: str = ""
    why_en: str = ""


@dataclass(frozen=True)
class Carried:
    """A carrier with the readings of the measures that were asked for."""

    carrier: Carrier
    readings: tuple[Reading, ...]


_carriers: dict[str, Carrier] = {}


def carry_out(carrier: Carrier) -> None:
    """Register a carrier; to be called from the `ready` of a pack's AppConfig.

    Raises ValueError if another carrier has the same key.
    """
    if _carriers.get(carrier.key, carrier) != carrier:
        raise ValueError(f"A carrier with the key {carrier.key!r} is registered already")
    _carriers[carrier.key] = carrier


def carriers() -> tuple[Carried, ...]:
    """Return every carrier with all its readings, in the order of registration."""
    return tuple(Carried(c, tuple(take(m) for m in c.measures)) for c in _carriers.values())


def carriers_of(item_number: str) -> tuple[Carried, ...]:
    """Return the carriers of an item with the readings of that item; empty where none does yet."""
    return tuple(
        Carried(c, tuple(take(m) for m in c.measures if m.item == item_number))
        for c in _carriers.values()
        if item_number in c.items
    )


def take(measure: Measure) -> Reading:
    """Read a measure. What goes wrong in it becomes a reason, never an error of the page."""
    try:
        return Reading(measure, measure.read())
    except NoFigureError as none:
        return Reading(measure, None, none.why_zh, none.why_en)
    except Exception:
        # a pack is a stranger to the plan: whatever it raises must not take the item's page with it
        log.exception("Measure %s could not be read", measure.key)
        return Reading(measure, None, "系统读取指标时出错", "the system failed to read it")


@contextmanager
def only(*given: Carrier) -> Iterator[None]:
    """Within this block the given carriers are the only ones; for trying a pack by itself."""
    before = dict(_carriers)
    _carriers.clear()
    try:
        for carrier in given:
            carry_out(carrier)
        yield
    finally:
        _carriers.clear()
        _carriers.update(before)
