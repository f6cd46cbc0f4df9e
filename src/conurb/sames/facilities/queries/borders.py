"""Dead ends and changes of class at the borders, and bottlenecks, as pages and maps show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from conurb.network.multimodal import Network
from conurb.region.models import City, in_language
from conurb.sames.facilities.queries.maps import CLASS_NAMES, Json
from conurb.sames.facilities.queries.projects import Project
from conurb.sames.facilities.templatetags.facilities import figure

MOST = 60


@dataclass(frozen=True)
class Healing:
    """A project that heals a dead end, with its stage."""

    name: str
    url: str
    stage: str
    look: str


@dataclass(frozen=True)
class DeadEnd:
    """A road that stops near a border, in the language of the moment; minutes."""

    key: str
    road: str
    where: str
    city: str
    other_road: str
    other_where: str
    other_city: str
    gap_km: float
    minutes_now: float | None
    minutes_joined: float
    detour: float | None
    healing: tuple[Healing, ...]
    at: tuple[float, float]
    other_at: tuple[float, float]

    @property
    def look(self) -> str:
        """The light it is drawn with: healed, to be healed by a project, or left."""
        return "on-course" if self.healing else "late"


@dataclass(frozen=True)
class ClassChange:
    """A road that is of a lower class on one side of a border."""

    road: str
    city: str
    other_city: str
    lower: str
    higher: str
    loss: float
    healing: tuple[Healing, ...]


@dataclass(frozen=True)
class Bottleneck:
    """A road that is fuller than it should be in the peak hour."""

    key: str
    name: str
    direction: str
    percent: int
    delay: float
    lost: float
    projects: tuple[tuple[str, str], ...]
    line: tuple[tuple[float, float], ...]

    @property
    def look(self) -> str:
        """The light it is drawn with."""
        return "late" if self.percent > 100 else "at-risk"


def dead_ends_of(
    borders: Mapping[str, Any], network: Network, projects: Mapping[str, Project]
) -> list[DeadEnd]:
    """Return the dead ends, the greatest detour first."""
    cities = {city.pk: city.short for city in City.objects.all()}
    found = []
    for number, each in enumerate(borders["dead_ends"], start=1):
        node, other = network.nodes[each["node"]], network.nodes[each["other_node"]]
        now = each["minutes_now"]
        found.append(
            DeadEnd(
                key=f"dead-end-{number}",
                road=_road(network, each["link"]),
                where=_place(network, each["node"]),
                city=cities.get(each["city"], each["city"]),
                other_road=_road(network, each["other_link"]) if each["other_link"] >= 0 else "",
                other_where=_place(network, each["other_node"]),
                other_city=cities.get(each["other_city"], each["other_city"]),
                gap_km=each["gap"] / 1000,
                minutes_now=now,
                minutes_joined=each["minutes_joined"],
                detour=None if now is None else now - each["minutes_joined"],
                healing=tuple(_healing(each["healed_by"], projects)),
                at=node.point,
                other_at=other.point,
            )
        )
    return found


def class_changes_of(
    borders: Mapping[str, Any], network: Network, projects: Mapping[str, Project]
) -> list[ClassChange]:
    """Return the roads that change class at a border, the greatest loss first."""
    cities = {city.pk: city.short for city in City.objects.all()}
    found = []
    for each in borders["class_changes"]:
        low = CLASS_NAMES[network.links[each["link"]].kind]
        high = CLASS_NAMES[network.links[each["other_link"]].kind]
        found.append(
            ClassChange(
                road=_road(network, each["link"]),
                city=cities.get(each["city"], each["city"]),
                other_city=cities.get(each["other_city"], each["other_city"]),
                lower=in_language(low.zh, low.en),
                higher=in_language(high.zh, high.en),
                loss=each["minutes_now"] - each["minutes_level"],
                healing=tuple(_healing(each["healed_by"], projects)),
            )
        )
    return found


def _healing(keys: list[str], projects: Mapping[str, Project]) -> Iterator[Healing]:
    for key in keys:
        project = projects.get(key)
        if project is not None:
            url = reverse("facilities-project", args=[key])
            yield Healing(project.name, url, project.stage.name, project.stage.look)


def dead_ends_geojson(dead_ends: list[DeadEnd]) -> Json:
    """Return dead ends as GeoJSON: the two ends, and a line across."""
    features: list[Json] = []
    for each in dead_ends:
        said = {
            "key": each.key,
            "look": each.look,
            "title": each.road,
            "lines": [
                _("%(one)s → %(other)s: %(km)s km apart")
                % {"one": each.city, "other": each.other_city, "km": f"{each.gap_km:.1f}"},
                _("detour removed if joined: %(minutes)s min")
                % {"minutes": figure(each.detour, 0)},
                *(healing.name for healing in each.healing),
            ],
        }
        line = [list(each.at), list(each.other_at)]
        features.append(_feature("LineString", line, said))
        features.append(_feature("Point", list(each.at), said))
    return {"type": "FeatureCollection", "features": features}


def bottlenecks_of(
    peak: Mapping[str, Any], network: Network, touched: Mapping[int, list[Project]]
) -> list[Bottleneck]:
    """Return the bottlenecks by road, the most hours lost first; both directions as one."""
    by_link: dict[int, list[Mapping[str, Any]]] = {}
    for each in peak["bottlenecks"]:
        by_link.setdefault(each["link"], []).append(each)
    found = []
    for number, both in list(by_link.items())[:MOST]:
        link = network.links[number]
        worst = max(both, key=lambda each: each["load"])
        ends = (_place(network, link.tail), _place(network, link.head))
        arrow = "↔" if len(both) > 1 else "→"
        one, other = ends if worst["forwards"] or len(both) > 1 else ends[::-1]
        found.append(
            Bottleneck(
                key=f"link-{number}",
                name=_road(network, number),
                direction=f"{one} {arrow} {other}",
                percent=round(100 * worst["load"]),
                delay=worst["delay"],
                lost=sum(each["lost"] for each in both),
                projects=tuple(
                    (project.name, reverse("facilities-project", args=[project.key]))
                    for project in touched.get(number, ())
                ),
                line=tuple(link.geometry),
            )
        )
    return sorted(found, key=lambda each: -each.lost)


def bottlenecks_geojson(bottlenecks: list[Bottleneck]) -> Json:
    """Return bottlenecks as GeoJSON."""
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(
                "LineString",
                [list(point) for point in each.line],
                {
                    "key": each.key,
                    "look": each.look,
                    "title": each.name,
                    "lines": [
                        each.direction,
                        _("load %(percent)s%%, %(minutes)s min lost")
                        % {"percent": each.percent, "minutes": f"{each.delay:.1f}"},
                    ],
                },
            )
            for each in bottlenecks
        ],
    }


def _road(network: Network, number: int) -> str:
    link = network.links[number]
    kind = CLASS_NAMES[link.kind]
    name = in_language(link.name.zh, link.name.en)
    digits = "".join(filter(str.isdigit, link.ref))
    # the name of a numbered road mostly holds its number: G319 is 319国道
    numbered = bool(digits) and digits in name
    told = name if numbered else " ".join(filter(None, (link.ref, name)))
    return told or in_language(kind.zh, kind.en)


def _place(network: Network, number: int) -> str:
    """Name a node, or the roads that meet there."""
    node = network.nodes[number]
    if node.name.zh:
        return in_language(node.name.zh, node.name.en)
    roads = dict.fromkeys(
        in_language(link.name.zh, link.name.en)
        for link in network.links
        if number in (link.tail, link.head) and link.name.zh
    )
    return " / ".join(list(roads)[:2]) or f"{node.lon:.3f}, {node.lat:.3f}"


def _feature(kind: str, coordinates: Any, properties: Json) -> Json:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }
