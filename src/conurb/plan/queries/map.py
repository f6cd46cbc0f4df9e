"""What the map shows: the areas of the region, and the tasks at their places.

A task stands at every place it names that the gazetteer knows. Where it names only counties it
stands in them; where it names only whole cities, at their seats. The number of queries does not
depend on the number of tasks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from shapely import union_all
from shapely.geometry import mapping, shape

from conurb.plan.lights import LIGHT_NAMES, Light
from conurb.plan.models import TaskPlace
from conurb.plan.queries.lights import light_case
from conurb.plan.queries.tasks import TaskFilter, known_lead, matching, urgency
from conurb.region.models import City, County, Place, RegionState, in_language

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from conurb.plan.models import Task
    from conurb.region.models import User

Json = dict[str, Any]
Spot = tuple[float, float]

MARKS = 3000
COUNTY, CITY = "county/", "city/"
ON_MAP = (
    Q(places__place__isnull=False)
    | Q(places__ref__startswith=COUNTY)
    | Q(places__ref__startswith=CITY)
)


@dataclass(frozen=True)
class Located:
    """A place of the region: WGS 84 geometry as GeoJSON, and where its mark stands."""

    name: str
    geometry: Json
    mark: Spot


@dataclass(frozen=True)
class Placed:
    """How many of the tasks asked for stand on the map, and how many have no place."""

    placed: int
    without_place: int


def region_digest() -> str:
    """Return the digest of the region's data, "" before any is loaded."""
    return RegionState.objects.values_list("digest", flat=True).first() or ""


@lru_cache(maxsize=4)
def areas(_digest: str, _language: str) -> bytes:
    """Return the counties and the cities' outlines as GeoJSON, with names in that language.

    The arguments, the region's digest and the language of the moment, are all it depends on.
    """
    cities = list(City.objects.all())
    counties: dict[str, list[County]] = defaultdict(list)
    for county in County.objects.all():
        counties[county.city_id].append(county)
    features = [
        feature
        for order, city in enumerate(cities)
        for feature in _city_features(city, order, counties[city.code])
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _city_features(city: City, order: int, counties: list[County]) -> Iterator[Json]:
    for county in counties:
        yield {
            "type": "Feature",
            "id": int(county.code),
            "geometry": county.boundary,
            "properties": {
                "level": "county",
                "code": county.code,
                "name": county.name,
                "order": order,
                "mark": [county.longitude, county.latitude],
            },
        }
    if counties:
        outline = union_all([shape(county.boundary) for county in counties])
        inside = outline.representative_point()
        yield {
            "type": "Feature",
            "id": int(city.code),
            "geometry": mapping(outline),
            "properties": {
                "level": "city",
                "code": city.code,
                "name": city.name,
                "order": order,
                # the name stands inside the area, off the seat, where the tasks crowd
                "mark": [round(inside.x, 4), round(inside.y, 4)],
            },
        }


def placed_tasks(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> Json:
    """Return the tasks asked for that have a place, as a GeoJSON FeatureCollection.

    A feature is a task at one place; the property `key` tells which features are one task. At most
    `MARKS` are drawn, the most urgent; `truncated` tells whether there are more.
    """
    located = _located()
    by_task: dict[int, list[Json]] = defaultdict(list)
    named = _named_places(actor, asked, today)
    for row in named[:MARKS]:
        place = located.get(row["ref"])
        if place is not None:
            by_task[row["pk"]].append(_feature(row, place))
    features = [feature for rows in by_task.values() for feature in _most_exact(rows)]
    return {
        "type": "FeatureCollection",
        "truncated": len(named) > MARKS,
        "features": features,
    }


def _named_places(
    actor: User | AnonymousUser, asked: TaskFilter, today: date
) -> list[dict[str, Any]]:
    english = in_language("", "en") == "en"
    translated = Case(When(text_en="", then=F("text_zh")), default=F("text_en"))
    short = "lead__short_en" if english else "lead__short_zh"
    rows = (
        matching(actor, asked, today)
        .filter(ON_MAP)
        .annotate(
            ref=F("places__ref"),
            light_now=light_case(today),
            words=translated if english else F("text_zh"),
            lead_name=Case(
                When(known_lead(actor), then=F(short)), default=Value(""), output_field=CharField()
            ),
        )
        .order_by(urgency(today), "order", "pk", "places__span_start", "places__pk")
        .values("pk", "ref", "urn", "number", "kind", "words", "light_now", "lead_name")
    )
    return list(rows[: MARKS + 1])


def _feature(row: dict[str, Any], place: Located) -> Json:
    key = row["urn"].rsplit(":", 1)[-1]
    light: Light = row["light_now"]
    return {
        "type": "Feature",
        "geometry": place.geometry,
        "properties": {
            "key": key,
            "number": row["number"],
            "text": row["words"],
            "kind": row["kind"],
            "light": light,
            "lightName": in_language(*LIGHT_NAMES[light]),
            "lead": row["lead_name"] or "",
            "place": place.name,
            "ref": row["ref"],
            "mark": list(place.mark),
            "url": reverse("task", args=[key]),
        },
    }


def _most_exact(features: list[Json]) -> list[Json]:
    """Keep the most exact places of a task: named sites, else counties, else cities; each once."""
    unique = list({feature["properties"]["ref"]: feature for feature in features}.values())
    for outside in ((COUNTY, CITY), (CITY,), ()):
        kept = [f for f in unique if not f["properties"]["ref"].startswith(outside)]
        if kept:
            return kept
    return []


def _located() -> dict[str, Located]:
    """Return every place that a task can stand at, by its reference; three queries."""
    found = {
        place.ref: Located(place.name, place.geometry, (place.longitude, place.latitude))
        for place in Place.objects.all()
    }
    for prefix, rows in ((COUNTY, County.objects.defer("boundary")), (CITY, City.objects.all())):
        for row in rows:
            mark = (row.longitude, row.latitude)
            point = {"type": "Point", "coordinates": list(mark)}
            found[f"{prefix}{row.code}"] = Located(row.name, point, mark)
    return found


def count_placed(actor: User | AnonymousUser, asked: TaskFilter, today: date) -> Placed:
    """Count the tasks asked for that stand on the map and those that do not; two queries."""
    tasks = matching(actor, asked, today)
    placed = tasks.filter(pk__in=_known_places().values("task_id")).count()
    return Placed(placed, tasks.count() - placed)


def on_map(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Return those of `tasks` that stand on the map, each once, in the same order.

    Asked task by task, so that the first page of an order is found without looking at them all.
    """
    return tasks.filter(Exists(_known_places().filter(task_id=OuterRef("pk"))))


def _known_places() -> QuerySet[TaskPlace]:
    return TaskPlace.objects.filter(
        Q(place__isnull=False) | Q(ref__startswith=COUNTY) | Q(ref__startswith=CITY)
    ).order_by()
