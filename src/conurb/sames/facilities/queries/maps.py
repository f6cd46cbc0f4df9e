"""What maps of the network draw: links by class, stations, projects, counties by minutes.

GeoJSON in WGS 84, with names in the language of the moment; made once a network and language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import shapely
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conurb.network.multimodal import LinkClass, Network
from conurb.network.projects import NetworkProject
from conurb.network.region_network import RegionNetwork
from conurb.region.models import County, in_language
from conurb.region.tables import Bilingual
from conurb.sames.facilities import shades
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.worth import Worth

Json = dict[str, Any]
Point = tuple[float, float]
Line = list[Point]

CLASS_NAMES: Mapping[LinkClass, Bilingual] = {
    LinkClass.EXPRESSWAY: Bilingual("高速公路", "Expressway"),
    LinkClass.TRUNK: Bilingual("快速路、干线公路", "Trunk road"),
    LinkClass.PRIMARY: Bilingual("主干路", "Main road"),
    LinkClass.SECONDARY: Bilingual("次干路", "Secondary road"),
    LinkClass.TERTIARY: Bilingual("支路", "Minor road"),
    LinkClass.LOCAL: Bilingual("街巷", "Street"),
    LinkClass.RAMP: Bilingual("匝道", "Ramp"),
    LinkClass.PATH: Bilingual("步行道", "Path"),
    LinkClass.HIGHSPEED: Bilingual("高速铁路", "High-speed rail"),
    LinkClass.INTERCITY: Bilingual("城际铁路", "Intercity rail"),
    LinkClass.RAILWAY: Bilingual("铁路", "Railway"),
    LinkClass.METRO: Bilingual("地铁", "Metro"),
}
SHORT_KM = 12.0
"""A project that is no longer is marked by a point as well, so that it is seen from afar."""
DIGITS = 5
STREET = "street:"
"""What the key of a road begins with that only joins a station to the streets."""


@dataclass(frozen=True)
class LegendClass:
    """A shade and what it stands for."""

    shade: int
    words: str


@dataclass(frozen=True)
class View:
    """One way to colour the counties: before, after or what is saved."""

    key: str
    name: str
    explained: str
    ramp: str
    of: Mapping[str, int]
    words: Mapping[str, str]
    legend: tuple[LegendClass, ...]


@dataclass(frozen=True)
class Areas:
    """The views of the counties, the first shown at first."""

    views: tuple[View, ...]

    @property
    def first(self) -> str:
        """The key of the view that is shown at first."""
        return self.views[0].key

    @property
    def data(self) -> Json:
        """What the script draws."""
        return {
            "views": {
                view.key: {"ramp": view.ramp, "of": view.of, "words": view.words}
                for view in self.views
            }
        }


@dataclass(frozen=True)
class Shown:
    """A map on a page; see facilities.js for what each is for."""

    key: str
    title: str
    digest: str
    look: str = ""
    projects: bool = False
    only: Sequence[str] | None = None
    marked: Sequence[str] = ()
    spots: str = ""
    areas: Areas | None = None
    views: str = ""
    bands: bool = False
    pick: str = ""
    pick_form: str = ""
    soft: bool = False
    fit: str = "region"
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def areas_id(self) -> str:
        """The id of the script that holds the views."""
        return f"areas-{self.key}"


def short_digest(state: NetworkState) -> str:
    """Return the digest as addresses carry it, so that a new network is fetched anew."""
    return state.digest[:16]


def network_geojson(state: NetworkState) -> bytes:
    """Return links and stations of a network as GeoJSON."""
    return _network_geojson(state.digest, get_language() or "", state.pk)


@lru_cache(maxsize=4)
def _network_geojson(_digest: str, _language: str, pk: int) -> bytes:
    network = networks.network_of(NetworkState.objects.get(pk=pk)).network
    return _written([*_links(network), *_stations(network)])


def _links(network: Network) -> Iterable[Json]:
    for link in network.links:
        if link.state != "existing" or link.road.startswith(STREET):
            continue
        name = in_language(link.name.zh, link.name.en)
        kind = CLASS_NAMES[link.kind]
        yield _feature(
            "LineString",
            _rounded(link.geometry),
            {
                "class": link.kind.value,
                "title": " ".join(filter(None, (link.ref, name))) or in_language(kind.zh, kind.en),
                "lines": [
                    in_language(kind.zh, kind.en),
                    f"{link.length_m / 1000:.1f} km · {link.speed_kmh:.0f} km/h",
                ],
            },
        )


def _stations(network: Network) -> Iterable[Json]:
    for station in network.stations:
        if station.state == "existing":
            lines = [
                in_language(line.name.zh, line.name.en)
                for line in network.lines
                if line.state == "existing" and network.station_at[station.key] in line.stops
            ]
            yield _feature(
                "Point",
                _rounded([network.nodes[station.node].point])[0],
                {
                    "class": "station",
                    "title": in_language(station.name.zh, station.name.en),
                    "lines": lines,
                },
            )


def projects_geojson(state: NetworkState) -> bytes:
    """Return the projects of a network as GeoJSON: their lines, and points of short ones."""
    return _projects_geojson(state.digest, get_language() or "", state.pk)


@lru_cache(maxsize=4)
def _projects_geojson(_digest: str, _language: str, pk: int) -> bytes:
    region = networks.network_of(NetworkState.objects.get(pk=pk))
    features: list[Json] = []
    for project in region.projects:
        lines = lines_of(project, region)
        properties = {
            "key": project.key,
            "title": in_language(project.name.zh, project.name.en),
            "lines": [f"{project.length_km:g} km"] if project.length_km else [],
            "url": reverse("facilities-project", args=[project.key]),
            "more": _("Open the project"),
        }
        features += [_feature("LineString", line, properties) for line in lines]
        if lines and project.length_km <= SHORT_KM:
            features.append(_feature("Point", middle_of(lines), properties))
    return _written(features)


def lines_of(project: NetworkProject, region: RegionNetwork) -> list[Line]:
    """Return the lines along which a project lies, pieces that meet joined."""
    network = region.network
    links = [network.links[number] for number in project.touched]
    pieces = [
        shapely.LineString(link.geometry)
        for link in links
        if not link.road.startswith(STREET) and len(link.geometry) > 1
    ]
    if not pieces:
        runs = (*project.lines, *(change.line for change in project.line_changes))
        pieces = [
            shapely.LineString(
                [
                    network.nodes[network.stations[stop].node].point
                    for stop in network.lines[run].stops
                ]
            )
            for run in runs
        ]
    if not pieces:
        pieces = [shapely.LineString(link.geometry) for link in links if len(link.geometry) > 1]
    merged = shapely.line_merge(shapely.MultiLineString(pieces)) if pieces else None
    if merged is None or merged.is_empty:
        return []
    parts = getattr(merged, "geoms", [merged])
    return [_rounded(part.coords) for part in parts]


def middle_of(lines: Sequence[Line]) -> Point:
    """Return the point half-way along the longest of some lines."""
    longest = max((shapely.LineString(line) for line in lines), key=lambda line: line.length)
    point = longest.interpolate(0.5, normalized=True)
    return (round(point.x, DIGITS), round(point.y, DIGITS))


def areas_of(before: Mapping[str, float], worth: Worth) -> Areas:
    """Return how counties are coloured: what a trip saves, and minutes to the nearest centre."""
    names = {county.pk: county.name for county in County.objects.defer("boundary")}
    after = {**before, **worth.nearest}
    saved = {code: before[code] - after[code] for code in before}
    minutes = _("%(name)s: %(minutes)s min")
    trips = {each.code: each.minutes_saved or 0.0 for each in worth.counties}
    return Areas(
        (
            _view(
                "trips",
                _("On a trip"),
                _("Minutes saved on an average trip from the county’s zones to others"),
                "gain",
                trips,
                shades.TRIP,
                {
                    code: minutes % {"name": names.get(code, code), "minutes": f"{value:+.2f}"}
                    for code, value in _less(trips).items()
                },
            ),
            _view(
                "saved",
                _("To the nearest centre"),
                _("Minutes saved on the way to the nearest of the city centres"),
                "gain",
                saved,
                shades.SAVED,
                {
                    code: minutes % {"name": names.get(code, code), "minutes": f"{value:+.1f}"}
                    for code, value in _less(saved).items()
                },
            ),
            *(
                _view(
                    key,
                    name,
                    _("Minutes to the nearest of the city centres"),
                    "ramp",
                    values,
                    shades.MINUTES,
                    {
                        code: minutes % {"name": names.get(code, code), "minutes": f"{value:.0f}"}
                        for code, value in values.items()
                    },
                )
                for key, name, values in (
                    ("before", _("Before"), before),
                    ("after", _("After"), after),
                )
            ),
        )
    )


def _less(saved: Mapping[str, float]) -> dict[str, float]:
    """Return minutes as a change: below zero where they are saved."""
    return {code: -value if value else 0.0 for code, value in saved.items()}


def _view(
    key: str,
    name: str,
    explained: str,
    ramp: str,
    values: Mapping[str, float],
    bounds: Sequence[float],
    words: Mapping[str, str],
) -> View:
    of = shades.shaded(values, bounds)
    legend = tuple(
        LegendClass(each.shade, _class_words(each, ramp))
        for each in shades.classes(list(of.values()), bounds)
    )
    return View(key, name, explained, ramp, of, words, legend)


def _class_words(each: shades.Class, ramp: str) -> str:
    if ramp == "gain":
        if each.shade == 0:
            return _("longer")
        if each.shade == 1:
            return _("no change")
        if each.shade == 2:
            return _("up to %(most)s min") % {"most": f"{each.most:g}"}
    if each.least is None:
        return _("up to %(most)s min") % {"most": f"{each.most:g}"}
    if each.most is None:
        return _("over %(least)s min") % {"least": f"{each.least:g}"}
    return _("%(least)s–%(most)s min") % {"least": f"{each.least:g}", "most": f"{each.most:g}"}


def _feature(kind: str, coordinates: Any, properties: Json) -> Json:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def _rounded(points: Iterable[Sequence[float]]) -> Line:
    return [(round(point[0], DIGITS), round(point[1], DIGITS)) for point in points]


def _written(features: Sequence[Json]) -> bytes:
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
