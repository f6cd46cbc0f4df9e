"""How far one gets from a place: areas within 15, 30, 45 and 60 minutes, and who lives there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np
import shapely
from django.http import QueryDict
from django.utils.translation import gettext as _
from pyproj import Geod

from conurb.network import dijkstra
from conurb.network.graph import Floats
from conurb.network.isochrones import Courses, courses_of, isochrones
from conurb.network.multimodal import PACE, TRAVELS, Mode, Travel, minutes_of
from conurb.refusal import RefusedError
from conurb.region.models import County, in_language
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries import runs
from conurb.sames.facilities.queries.maps import CLASS_NAMES, Json
from conurb.sames.facilities.studies import nearest_node

LIMITS = (15.0, 30.0, 45.0, 60.0)
ELLIPSOID = Geod(ellps="WGS84")
FARTHEST_M = 10_000.0
"""A place that is farther from every road of the network is not on it."""


@dataclass(frozen=True)
class Asked:
    """From where, and how one travels: the code of a county, or a place as "lon,lat"."""

    travel: Travel = "car"
    county: str = ""
    at: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Asked:
        """Read what an address asks for. A county that is chosen counts before a place."""
        asked = query.get("travel", "")
        county = query.get("county", "")[:6]
        return cls(
            travel=next((travel for travel in TRAVELS if travel == asked), "car"),
            county=county,
            at="" if county else query.get("at", "")[:40],
        )


@dataclass(frozen=True)
class Band:
    """What is reached within a time: `people` and `jobs` are of counties whose main town is."""

    at: int
    minutes: int
    km2: float
    people: float
    jobs: float


@dataclass(frozen=True)
class Reached:
    """What is reached from a place: its bands, main towns within an hour, and the areas."""

    title: str
    bands: tuple[Band, ...]
    counties: tuple[tuple[str, float], ...]
    geojson: Json

    @property
    def drawn(self) -> str:
        """The areas as text, for the script; in a page's part no script element is kept."""
        return json.dumps(self.geojson, separators=(",", ":"))


def travels() -> list[tuple[str, str]]:
    """Return every way to travel with its name."""
    return [(travel, runs.travel_name(travel)) for travel in TRAVELS]


def counts_in_words(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return how much there is of what in a network, named."""
    names = {
        "nodes": _("Nodes"),
        "links": _("Links"),
        "stations": _("Stations"),
        "lines": _("Lines of public transport"),
        "zones": _("Zones with people"),
        "projects": _("Projects of the plan"),
    }
    named = [(names[key], counts[key]) for key in names if key in counts]
    for kind, words in CLASS_NAMES.items():
        key = f"km-{kind.value}"
        if counts.get(key):
            length = _("%(class)s, km") % {"class": in_language(words.zh, words.en)}
            named.append((length, counts[key]))
    return named


def reached(state: NetworkState, asked: Asked) -> Reached | None:
    """Return what is reached from the place asked for, None where none is; see `reached_from`."""
    return reached_from(state, asked) if asked.county or asked.at else None


def reached_from(state: NetworkState, asked: Asked) -> Reached:
    """Return what is reached from the place asked for.

    Raises RefusedError for a place that the network does not come near, or that is none.
    """
    if asked.county:
        county = County.objects.defer("boundary").filter(pk=asked.county).first()
        network = networks.network_of(state).network
        if county is None or asked.county not in network.zone_at:
            raise RefusedError(
                _("The network has no point in this county. Choose another, or click on the map."),
                status=422,
            )
        zone = network.zones[network.zone_at[asked.county]]
        title = _("From the main town of %(county)s") % {"county": county.name}
        return _told(state, asked.travel, zone=asked.county, at=(zone.lon, zone.lat), title=title)
    at = _point(asked.at)
    title = _("From %(lon)s° E, %(lat)s° N") % {"lon": f"{at[0]:.4f}", "lat": f"{at[1]:.4f}"}
    return _told(state, asked.travel, zone="", at=at, title=title)


def _point(text: str) -> tuple[float, float]:
    """Read "lon,lat". Raises RefusedError for anything else."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise RefusedError(
            _("“%(text)s” is no place; give longitude and latitude, as 112.98,28.19.")
            % {"text": text},
            status=422,
        )
    return (lon, lat)


def _told(
    state: NetworkState, travel: Travel, *, zone: str, at: tuple[float, float], title: str
) -> Reached:
    """Return what is reached, with the names of counties in the language of the moment."""
    bands, minutes, features = _computed(state.pk, state.digest, travel, zone, at)
    names = {county.pk: county.name for county in County.objects.defer("boundary")}
    near = sorted((m, code) for code, m in minutes.items() if m <= LIMITS[-1] and code != zone)
    return Reached(
        title=title,
        bands=bands,
        counties=tuple((names.get(code, code), m) for m, code in near),
        geojson=json.loads(features),
    )


@lru_cache(maxsize=64)
def _computed(
    pk: int, _digest: str, travel: Travel, zone: str, at: tuple[float, float]
) -> tuple[tuple[Band, ...], dict[str, float], str]:
    """Return bands, minutes to every county, and areas as GeoJSON."""
    state = NetworkState.objects.get(pk=pk)
    region, jobs = networks.network_of(state), networks.opportunities_of(state).jobs
    base, network = networks.graph_of(state, travel), region.network
    if zone:
        origin, before = int(base.zones[network.zone_at[zone]]), 0.0
    else:
        origin = nearest_node(region, base, at)
        before = _way_to(network.nodes[origin].point, at, travel)
    minutes: Floats = (
        before
        + dijkstra.costs_of(base.graph, [origin], np.arange(base.graph.nodes, dtype=np.int32))[0]
    )
    found = isochrones(minutes[: len(network.nodes)], _courses(pk, _digest, travel), LIMITS)
    to_zones = {
        each.code: float(minutes[node])
        for each, node in zip(network.zones, base.zones.tolist(), strict=True)
    }
    bands = tuple(
        Band(
            at=place,
            minutes=round(each.limit),
            km2=abs(ELLIPSOID.geometry_area_perimeter(each.area)[0]) / 1e6,
            people=sum(z.population for z in network.zones if to_zones[z.code] <= each.limit),
            jobs=sum(jobs.get(code, 0.0) for code, m in to_zones.items() if m <= each.limit),
        )
        for place, each in enumerate(found)
    )
    features: list[Json] = []
    inner = shapely.Polygon()
    for place, each in enumerate(found):
        ring = shapely.difference(each.area, inner)
        inner = each.area
        if not ring.is_empty:
            features.append(_feature(ring, {"band": place}))
    features.append(_feature(shapely.Point(at), {"band": -1}))
    return bands, to_zones, json.dumps({"type": "FeatureCollection", "features": features})


@lru_cache(maxsize=8)
def _courses(pk: int, _digest: str, travel: Travel) -> Courses:
    state = NetworkState.objects.get(pk=pk)
    return courses_of(networks.network_of(state).network, networks.graph_of(state, travel))


def _way_to(node: tuple[float, float], at: tuple[float, float], travel: Travel) -> float:
    """Return the minutes from a place to the network, straight on foot or through streets by car.

    Raises RefusedError for a place that is too far from it.
    """
    metres = float(ELLIPSOID.inv(*at, *node)[2])
    if metres > FARTHEST_M:
        raise RefusedError(
            _("This place is %(km)s km from the nearest road of the network; choose one nearer.")
            % {"km": f"{metres / 1000:.0f}"},
            status=422,
        )
    by_car = travel in {Mode.CAR, Mode.TRUCK}
    return minutes_of(metres, PACE.access_car if by_car else PACE.walk)


def _feature(geometry: shapely.Geometry, properties: dict[str, Any]) -> Json:
    shape = json.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-4)))
    return {"type": "Feature", "geometry": shape, "properties": properties}
