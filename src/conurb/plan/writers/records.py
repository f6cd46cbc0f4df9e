"""What leaves the platform about a task, in whatever format: plain values, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from conurb.plan.bulletins import Text
from conurb.plan.ladder import Stage
from conurb.plan.lights import Light

COUNTY, CITY = "county/", "city/"


@dataclass(frozen=True)
class CityRecord:
    """A city by its administrative code."""

    code: str
    name: Text


@dataclass(frozen=True)
class AuthorityRecord:
    """An authority by its key."""

    key: str
    name: Text


@dataclass(frozen=True)
class PlaceRecord:
    """A place as the task names it; `geometry` is GeoJSON (WGS 84), None where it is not known."""

    name: str
    ref: str
    geometry: dict[str, Any] | None


@dataclass(frozen=True)
class TaskRecord:
    """A task. `address` is its page; `lead_state` is None where the reader may not know it."""

    urn: str
    key: str
    address: str
    number: str
    plan_year: int
    field_number: str
    field_name: Text
    item_number: str
    text: Text
    verb: str
    object: str
    kind: str
    kind_name: Text
    stage: Stage
    light: Light
    start: date
    due: date | None
    due_as_written: date | None
    due_words: str
    cities: tuple[CityRecord, ...]
    places: tuple[PlaceRecord, ...]
    quantities: tuple[dict[str, Any], ...]
    span: tuple[int, int]
    lead: AuthorityRecord | None
    lead_state: str | None
    last_report_at: datetime | None
    report_count: int
    withdrawn_reason: str

    @property
    def geometry(self) -> dict[str, Any] | None:
        """Where it stands (RFC 7946), None where no place is known.

        At the places it names; in its counties if it names only them; else at its cities' seats.
        """
        known = [place for place in self.places if place.geometry is not None]
        for within in ("", COUNTY, CITY):
            shapes = [p.geometry for p in known if _is_within(p.ref, within)]
            if len(shapes) > 1:
                return {"type": "GeometryCollection", "geometries": shapes}
            if shapes:
                return shapes[0]
        return None


def _is_within(ref: str, prefix: str) -> bool:
    return ref.startswith(prefix) if prefix else not ref.startswith((COUNTY, CITY))


@dataclass(frozen=True)
class ItemRecord:
    """An item; `tasks` counts all its tasks."""

    urn: str
    address: str
    number: str
    field_number: str
    text: Text
    span: tuple[int, int]
    tasks: int


@dataclass(frozen=True)
class FieldRecord:
    """A field with its items."""

    number: str
    name: Text
    items: tuple[ItemRecord, ...]


@dataclass(frozen=True)
class PlanRecord:
    """A plan with its fields; `address` is its page."""

    urn: str
    address: str
    year: int
    title: Text
    is_current: bool
    confirmed_on: date
    fields: tuple[FieldRecord, ...]
