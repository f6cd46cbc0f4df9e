"""What a request for features asks, read from its parameters; every fault is named.

Source: OGC 17-069r4 (Features Part 1, Core 1.0.1), 7.15; OGC 18-058r1 (Part 2), bbox-crs and crs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from conurb.atlas.reference_systems import LONLAT, ReferenceSystem, find

__all__ = ["LIMIT", "MOST", "Asked", "AskedWronglyError", "Box", "Interval", "read"]

LIMIT = 100
MOST = 10_000
PARAMETERS = frozenset({"limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "f", "lang"})

Box = tuple[float, float, float, float]

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt](\d{2}:\d{2}:\d{2}(?:\.\d+)?)([Zz]|[+-]\d{2}:\d{2}))?$"
)


class AskedWronglyError(Exception):
    """A parameter that cannot be answered: which one, and why."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.detail = detail


@dataclass(frozen=True)
class Interval:
    """A time from `begin` to `end`, both included; None is open."""

    begin: datetime | None
    end: datetime | None

    def meets(self, begin: datetime | None, end: datetime | None) -> bool:
        """Tell whether the two intervals have a moment in common."""
        before = self.end is not None and begin is not None and self.end < begin
        after = self.begin is not None and end is not None and self.begin > end
        return not before and not after


@dataclass(frozen=True)
class Asked:
    """What is asked: `boxes` in longitude and latitude (two where it crosses 180°), any of them."""

    system: ReferenceSystem = LONLAT
    boxes: tuple[Box, ...] = ()
    when: Interval | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    limit: int = LIMIT
    offset: int = 0


def read(
    query: Mapping[str, str],
    *,
    systems: Sequence[ReferenceSystem],
    properties: Iterable[str],
) -> Asked:
    """Return what a query asks of a collection; raises `AskedWronglyError`.

    `systems` are those the collection is given out in, `properties` its own.
    """
    known = set(properties)
    strangers = [name for name in query if name not in PARAMETERS and name not in known]
    if strangers:
        raise AskedWronglyError(
            strangers[0],
            _("There is no parameter “%(name)s”.") % {"name": strangers[0][:40]},
        )
    return Asked(
        system=_system(query, "crs", systems),
        boxes=_boxes(query.get("bbox"), _system(query, "bbox-crs", systems)),
        when=_interval(query.get("datetime")),
        filters={name: value for name, value in query.items() if name not in PARAMETERS},
        limit=min(_number(query, "limit", LIMIT, least=1), MOST),
        offset=_number(query, "offset", 0, least=0),
    )


def _system(
    query: Mapping[str, str], parameter: str, systems: Sequence[ReferenceSystem]
) -> ReferenceSystem:
    written = query.get(parameter)
    if written is None:
        return LONLAT
    found = find(written, systems)
    if found is None:
        raise AskedWronglyError(
            parameter,
            _("“%(crs)s” is none of the collection's systems; they are listed under “crs”.")
            % {"crs": written[:100]},
        )
    return found


def _number(query: Mapping[str, str], parameter: str, default: int, *, least: int) -> int:
    written = query.get(parameter)
    if written is None:
        return default
    if not re.fullmatch(r"[0-9]{1,15}", written) or int(written) < least:
        raise AskedWronglyError(
            parameter,
            _("“%(name)s” must be a whole number, %(least)s or more.")
            % {"name": parameter, "least": least},
        )
    return int(written)


def _boxes(written: str | None, system: ReferenceSystem) -> tuple[Box, ...]:
    if written is None:
        return ()
    try:
        numbers = [float(part) for part in written.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {4, 6} or not all(abs(n) < 1e9 for n in numbers):
        raise AskedWronglyError(
            "bbox", _("“bbox” must be 4 numbers, or 6 with heights, with commas between.")
        )
    half = len(numbers) // 2
    box = (numbers[0], numbers[1], numbers[half], numbers[half + 1])
    west, south, east, north = system.to_lonlat(box)
    if not all(abs(n) < 1e6 for n in (west, south, east, north)):
        raise AskedWronglyError("bbox", _("“bbox” lies outside the area of its system."))
    if south > north or (west > east and system.unit != "degree"):
        raise AskedWronglyError(
            "bbox", _("In “bbox” the lower corner comes first, then the upper one.")
        )
    if west > east:
        return ((west, south, 180.0, north), (-180.0, south, east, north))
    return ((west, south, east, north),)


def _interval(written: str | None) -> Interval | None:
    if written is None:
        return None
    begin, slash, end = written.partition("/")
    if not slash:
        return Interval(_instant(begin), _instant(begin, last=True))
    first = None if begin in {"", ".."} else _instant(begin)
    last = None if end in {"", ".."} else _instant(end, last=True)
    if first is not None and last is not None and first > last:
        raise AskedWronglyError("datetime", _("The interval of “datetime” ends before it begins."))
    return Interval(first, last)


def _instant(written: str, *, last: bool = False) -> datetime:
    """Return a moment (RFC 3339); a day alone is its first or last moment."""
    match = _INSTANT.match(written)
    try:
        if match is None:
            raise ValueError
        day, clock, _zone = match.groups()
        if clock is None:
            return datetime.combine(date.fromisoformat(day), time.max if last else time.min, UTC)
        return datetime.fromisoformat(written.upper())
    except ValueError:
        raise AskedWronglyError(
            "datetime",
            _(
                "“datetime” must be a day or a moment such as 2026-01-01T00:00:00Z, or two of them "
                "with a slash between, where .. is open."
            ),
        ) from None
