"""The map of a project as a picture for paper: counties by minutes saved, network, project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shapely.geometry import shape

from conurb.network.multimodal import TRACKS, LinkClass
from conurb.region.models import City, County
from conurb.sames.facilities import picture, shades
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.picture import Area, Mark, Picture, Stroke
from conurb.sames.facilities.queries import maps
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.worth import Worth

WIDTH, HEIGHT = 1120, 630
SEEN = 0.001
"""Degrees; a bend that is smaller is not seen in a picture of this size."""
PLAIN = "#f8f9fb"
BORDER = "#b9c1ca"
PROJECT = "#c0392b"
EDGE = "#ffffff"
CENTRE = "#1769aa"
ROADS: Mapping[LinkClass, tuple[str, float]] = {
    LinkClass.EXPRESSWAY: ("#2f6f4f", 2.4),
    LinkClass.TRUNK: ("#a8672a", 1.8),
    LinkClass.PRIMARY: ("#8c8577", 1.2),
}
RAIL = ("#54418a", 1.6)
OTHER = ("#aab2bb", 0.8)


class ProjectPictures:
    """Draws the pictures of many projects; counties and network are read once."""

    def __init__(self, state: NetworkState) -> None:
        self._region = networks.network_of(state)
        self._counties = [
            (county.pk, _rings(county.boundary)) for county in County.objects.order_by("code")
        ]
        self._centres = [(city.longitude, city.latitude) for city in City.objects.all()]
        self._strokes = list(self._network())

    def draw(self, key: str, worth: Worth | None) -> bytes:
        """Return the picture of a project as PNG."""
        saved = {each.code: each.minutes_saved or 0.0 for each in worth.counties} if worth else {}
        areas = [
            Area(rings, self._fill(code, saved), BORDER, 1.0)
            for code, polygons in self._counties
            for rings in polygons
        ]
        project = self._region.project(key)
        lines = maps.lines_of(project, self._region)
        strokes = [
            *self._strokes,
            *(Stroke(line, EDGE, 9.0) for line in lines),
            *(Stroke(line, PROJECT, 5.0) for line in lines),
        ]
        marks = [Mark(at, 6.0, CENTRE) for at in self._centres]
        if lines and project.length_km <= maps.SHORT_KM:
            marks.append(Mark(maps.middle_of(lines), 5.0, PROJECT))
        shown = [*self._centres, *(point for line in lines for point in line)]
        return picture.draw(Picture(areas, strokes, marks, shown=_widened(shown)), WIDTH, HEIGHT)

    def _fill(self, code: str, saved: Mapping[str, float]) -> str:
        if code not in saved:
            return PLAIN
        return shades.GAIN[shades.shade_of(saved[code], shades.TRIP)]

    def _network(self) -> list[Stroke]:
        links = [
            link
            for link in self._region.network.links
            if link.state == "existing"
            and len(link.geometry) > 1
            and not link.road.startswith(maps.STREET)
        ]
        looks = [RAIL if link.kind in TRACKS else ROADS.get(link.kind, OTHER) for link in links]
        drawn = [
            Stroke(link.geometry, colour, width)
            for link, (colour, width) in zip(links, looks, strict=True)
        ]
        return sorted(drawn, key=lambda stroke: stroke.width)


def _rings(boundary: Mapping[str, object]) -> list[list[list[picture.Point]]]:
    """Return the polygons of a GeoJSON geometry, each as its rings, as finely as one sees."""
    seen = shape(boundary).simplify(SEEN)
    return [
        [[(x, y) for x, y in ring.coords] for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in getattr(seen, "geoms", [seen])
        if not polygon.is_empty
    ]


def _widened(points: Sequence[picture.Point]) -> list[picture.Point]:
    """Return the corners around points, a tenth wider each way."""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    x, y = max((east - west) * 0.15, 0.05), max((north - south) * 0.15, 0.05)
    return [(west - x, south - y), (east + x, north + y)]
