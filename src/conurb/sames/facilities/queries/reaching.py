"""How far one gets from a place: areas within 15, 30, 45 and 60 minutes, and who lives there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
from conurb.network.multimodal import PACE, TRAVELS, Mode, Travel, Zone, minutes_of
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
    """From where, and how one travels: a zone, a county's greatest zone, or a place "lon,lat"."""

    travel: Travel = "car"
    zone: str = ""
    county: str = ""
    at: str = ""

    @property
    def somewhere(self) -> bool:
        """Tell whether a place is asked for at all."""
        return bool(self.zone or self.county or self.at)

    @classmethod
    def from_query(cls, query: QueryDict) -> Asked:
        """Read what an address asks for. A zone that is chosen counts before a place."""
        asked = query.get("travel", "")
        zone, county = query.get("zone", "")[:80], query.get("county", "")[:6]
        return cls(
            travel=next((travel for travel in TRAVELS if travel == asked), "car"),
            zone=zone,
            county="" if zone else county,
            at="" if zone or county else query.get("at", "")[:40],
        )


@dataclass(frozen=True)
class Band:
    """What is reached within a time: `people` and `jobs` are of zones that are."""

    at: int
    minutes: int
    km2: float
    people: float
    jobs: float


@dataclass(frozen=True)
class Reached:
    """What is reached from a place: its bands, whom of each county within an hour, the areas.

    `counties` are names with per cent of the people, the most first.
    """

    title: str
    bands: tuple[Band, ...]
    counties: tuple[tuple[str, int], ...]
    geojson: Json

    @property
    def drawn(self) -> str:
        """The areas as text, for the script; in a page's part no script element is kept."""
        return json.dumps(self.geojson, separators=(",", ":"))


@dataclass(frozen=True)
class Place:
    """Where one sets out: a zone by its code, or "" and longitude and latitude."""

    zone: str
    at: tuple[float, float]
    title: str


@dataclass(frozen=True)
class Computed:
    """What is reached: bands, the share of every county's people within an hour, the areas.

    `areas` is GeoJSON as text.
    """

    bands: tuple[Band, ...]
    shares: Mapping[str, float]
    areas: str

    @property
    def written(self) -> bytes:
        """The same as JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def read(cls, content: bytes) -> Computed:
        """Return it from JSON."""
        given = json.loads(content)
        bands = tuple(Band(**each) for each in given["bands"])
        return cls(bands, given["shares"], given["areas"])


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
        "zones": _("Traffic zones"),
        "projects": _("Projects of the plan"),
    }
    named = [(names[key], counts[key]) for key in names if key in counts]
    for kind, words in CLASS_NAMES.items():
        key = f"km-{kind.value}"
        if counts.get(key):
            length = _("%(class)s, km") % {"class": in_language(words.zh, words.en)}
            named.append((length, counts[key]))
    return named


def place_of(state: NetworkState, asked: Asked) -> Place:
    """Return the place asked for. Raises RefusedError for one that there is not."""
    if asked.zone or asked.county:
        zone = _zone(state, asked)
        title = _("From %(zone)s") % {"zone": zone_name(zone)}
        return Place(zone.code, (zone.lon, zone.lat), title)
    at = _point(asked.at)
    _check_near(state, at)
    title = _("From %(lon)s° E, %(lat)s° N") % {"lon": f"{at[0]:.4f}", "lat": f"{at[1]:.4f}"}
    return Place("", at, title)


def zone_name(zone: Zone) -> str:
    """Return the name of a zone in the language of the moment."""
    return in_language(zone.name.zh, zone.name.en)


def zones_by_county(state: NetworkState) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the zones of every county, those with most people first: names, codes and names."""
    network = networks.network_of(state).network
    counties = County.objects.defer("boundary").select_related("city").order_by("code")
    return [
        (
            f"{county.city.short} · {county.name}",
            [(z.code, zone_name(z)) for z in (network.zones[at] for at in zones)],
        )
        for county in counties
        if (zones := network.zones_of.get(county.pk))
    ]


def _zone(state: NetworkState, asked: Asked) -> Zone:
    """Return the zone asked for, or the greatest of the county asked for.

    Raises RefusedError where the network has none such.
    """
    network = networks.network_of(state).network
    if asked.zone in network.zone_at:
        return network.zones[network.zone_at[asked.zone]]
    if not asked.zone and asked.county in network.zones_of:
        return network.zones[network.zones_of[asked.county][0]]
    raise RefusedError(
        _("The network has no such zone. Choose another, or click on the map."), status=422
    )


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


def told(place: Place, found: Computed) -> Reached:
    """Return what is reached, with the names of counties in the language of the moment."""
    names = {county.pk: county.name for county in County.objects.defer("boundary")}
    near = sorted((-share, code) for code, share in found.shares.items() if share > 0)
    return Reached(
        title=place.title,
        bands=found.bands,
        counties=tuple((names.get(code, code), round(-share * 100)) for share, code in near),
        geojson=json.loads(found.areas),
    )


def computed(state: NetworkState, travel: Travel, place: Place) -> Computed:
    """Work out what is reached from a place.

    Raises RefusedError for a place that the network does not come near.
    """
    return _computed(state.pk, state.digest, travel, place.zone, place.at)


@lru_cache(maxsize=64)
def _computed(
    pk: int, _digest: str, travel: Travel, zone: str, at: tuple[float, float]
) -> Computed:
    state = NetworkState.objects.get(pk=pk)
    region = networks.network_of(state)
    jobs, _hospitals = networks.opportunities_of(state).by_zone(region.network.zones)
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
    to_zones, people = minutes[base.zones], network.population
    bands = tuple(
        Band(
            at=place,
            minutes=round(each.limit),
            km2=abs(ELLIPSOID.geometry_area_perimeter(each.area)[0]) / 1e6,
            people=float(people[to_zones <= each.limit].sum()),
            jobs=float(jobs[to_zones <= each.limit].sum()),
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
    shares = {
        county: float(people[own][to_zones[own] <= LIMITS[-1]].sum() / people[own].sum())
        for county, own in ((code, list(zones)) for code, zones in network.zones_of.items())
        if people[own].sum() > 0
    }
    areas = json.dumps({"type": "FeatureCollection", "features": features})
    return Computed(bands, shares, areas)


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
        raise _too_far(metres)
    by_car = travel in {Mode.CAR, Mode.TRUCK}
    return minutes_of(metres, PACE.access_car if by_car else PACE.walk)


def _check_near(state: NetworkState, at: tuple[float, float]) -> None:
    """Raise RefusedError for a place that no node of the network is near."""
    positions = networks.network_of(state).network.positions
    _, _, metres = ELLIPSOID.inv(
        np.full(len(positions), at[0]), np.full(len(positions), at[1]), *positions.T
    )
    if not metres.min() <= FARTHEST_M:
        raise _too_far(float(metres.min()))


def _too_far(metres: float) -> RefusedError:
    words = _("This place is %(km)s km from the nearest road of the network; choose one nearer.")
    return RefusedError(words % {"km": f"{metres / 1000:,.0f}"}, status=422)


def _feature(geometry: shapely.Geometry, properties: dict[str, Any]) -> Json:
    shape = json.loads(shapely.to_geojson(shapely.set_precision(geometry, 1e-4)))
    return {"type": "Feature", "geometry": shape, "properties": properties}
