"""What is wrong with a network: every fault with where it is and why, none of them mended silently.

Nothing here raises: a network with faults is shown with them, and whoever keeps it decides.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from conurb.network.drawing import length_of, metres_between
from conurb.network.graph import Ints
from conurb.network.multimodal import Link, LinkClass, Mode, Network, Point
from conurb.region.tables import Bilingual

__all__ = ["Problem", "check", "components", "render"]

FASTEST = {
    LinkClass.HIGHSPEED: 380.0,
    LinkClass.INTERCITY: 250.0,
    LinkClass.RAILWAY: 220.0,
    LinkClass.METRO: 200.0,
    LinkClass.EXPRESSWAY: 130.0,
    LinkClass.TRUNK: 110.0,
}
"""Speeds in km/h that no link of a class is faster than; other roads are not faster than 100."""

_FASTEST_STREET = 100.0
_SHORTER, _LONGER = 0.97, 1.6
_NEAR_M = 60.0
_SAME_PLACE_DEGREES = 1e-5


@dataclass(frozen=True)
class Problem:
    """One fault: in what (a key, or a file and row), of what sort, why, and where on the map.

    A `warning` lets the network be used as it is; an `error` makes results wrong.
    """

    where: str
    code: str
    reason: Bilingual
    at: Point | None = None
    severity: Literal["error", "warning"] = "error"


def check(network: Network) -> list[Problem]:
    """Return everything that is wrong with a network, in a fixed order."""
    return [
        *_twice("node", (node.key for node in network.nodes)),
        *_twice("link", (link.key for link in network.links)),
        *_twice("zone", (zone.code for zone in network.zones)),
        *_off_the_earth(network),
        *_same_places(network),
        *(each for link in network.links for each in _of_link(network, link)),
        *_same_links(network),
        *_apart(network),
        *_of_zones(network),
    ]


def components(network: Network, mode: Mode = Mode.CAR) -> Ints:
    """Return for each node the number of its component, -1 where no open link of the mode is.

    Nodes of a component reach one another both ways (strong connection, R. Tarjan, Depth-first
    search and linear graph algorithms, SIAM Journal on Computing 1 (1972)). Component 0 is the
    largest.
    """
    links = [
        link
        for link in network.links
        if mode in link.modes and link.state == "existing" and _has_nodes(network, link)
    ]
    found = np.full(len(network.nodes), -1, dtype=np.int32)
    if not links:
        return found
    tails = [link.tail for link in links] + [link.head for link in links if link.both_ways]
    heads = [link.head for link in links] + [link.tail for link in links if link.both_ways]
    size = len(network.nodes)
    ways = csr_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(size, size))
    _, labels = connected_components(ways, directed=True, connection="strong")
    served = np.unique(np.array(tails + heads))
    order = [label for label, _ in Counter(labels[served].tolist()).most_common()]
    place = {label: at for at, label in enumerate(order)}
    found[served] = [place[label] for label in labels[served].tolist()]
    return found


def render(problems: Iterable[Problem], language: str) -> str:
    """Return problems as lines `where: reason`."""
    return "\n".join(f"{each.where}: {each.reason.get(language)}" for each in problems)


def _twice(what: str, keys: Iterable[str]) -> Iterator[Problem]:
    named = {"node": "结点", "link": "路段", "zone": "小区"}[what]
    for key, number in Counter(keys).items():
        if number > 1:
            yield Problem(
                key,
                f"duplicate-{what}",
                Bilingual(
                    f"{named}编号重复 {number} 次，请改为各不相同",
                    f"{number} {what}s have this key; give each its own",
                ),
            )


def _off_the_earth(network: Network) -> Iterator[Problem]:
    """Nodes, zones and lines whose coordinates are no degrees."""
    nodes = ((node.key, (node.point,)) for node in network.nodes)
    zones = ((zone.code, ((zone.lon, zone.lat),)) for zone in network.zones)
    links = ((link.key, link.geometry) for link in network.links)
    for key, points in chain(nodes, zones, links):
        wrong = next((point for point in points if not _is_place(point)), None)
        if wrong is not None:
            yield Problem(
                key,
                "no-place",
                Bilingual(
                    f"坐标 {wrong[0]}、{wrong[1]} 不是经纬度",
                    f"its coordinates {wrong[0]}, {wrong[1]} are no longitude and latitude",
                ),
            )


def _is_place(point: Point) -> bool:
    return abs(point[0]) <= 180 and abs(point[1]) <= 90


def _same_places(network: Network) -> Iterator[Problem]:
    """Nodes of streets at the same place: two that ought to be one."""
    on_streets = {
        node
        for link in network.links
        if Mode.CAR in link.modes and _has_nodes(network, link)
        for node in (link.tail, link.head)
        if _is_place(network.nodes[node].point)
    }
    numbers = np.array(sorted(on_streets), dtype=int)
    if not len(numbers):
        return
    for one, other in sorted(cKDTree(network.positions[numbers]).query_pairs(_SAME_PLACE_DEGREES)):
        first, second = network.nodes[numbers[one]], network.nodes[numbers[other]]
        yield Problem(
            second.key,
            "same-place",
            Bilingual(
                f"与结点 {first.key} 位置相同（相距不到 1 米），应合并为一个",
                f"lies where node {first.key} lies (less than 1 m apart); make one of them",
            ),
            second.point,
            "warning",
        )


def _of_link(network: Network, link: Link) -> Iterator[Problem]:
    at = link.geometry[len(link.geometry) // 2] if link.geometry else None
    at = at if at is not None and _is_place(at) else None
    if not _has_nodes(network, link):
        yield Problem(
            link.key,
            "no-node",
            Bilingual("起点或终点不是已有结点", "it begins or ends at a node that there is not"),
            at,
        )
        return
    if link.tail == link.head:
        yield Problem(
            link.key,
            "loop",
            Bilingual("起点与终点为同一结点", "it begins and ends at the same node"),
            at,
            "warning",
        )
    yield from _of_speed(link, at)
    yield from _of_length(network, link, at)


def _has_nodes(network: Network, link: Link) -> bool:
    return max(link.tail, link.head) < len(network.nodes) and min(link.tail, link.head) >= 0


def _of_speed(link: Link, at: Point | None) -> Iterator[Problem]:
    most = FASTEST.get(link.kind, _FASTEST_STREET)
    if not (math.isfinite(link.speed_kmh) and link.speed_kmh > 0):
        yield Problem(
            link.key,
            "no-speed",
            Bilingual(
                f"车速为 {link.speed_kmh}，应为大于 0 的数（公里/小时）",
                f"its speed is {link.speed_kmh}; it must be a number above zero, in km/h",
            ),
            at,
        )
    elif link.speed_kmh > most:
        yield Problem(
            link.key,
            "too-fast",
            Bilingual(
                f"车速 {link.speed_kmh:g} 公里/小时，超过此类路段的上限 {most:g}，请核对单位",
                f"{link.speed_kmh:g} km/h is more than such a link allows ({most:g}): check units",
            ),
            at,
            "warning",
        )


def _of_length(network: Network, link: Link, at: Point | None) -> Iterator[Problem]:
    if not (math.isfinite(link.length_m) and link.length_m > 0):
        yield Problem(
            link.key,
            "no-length",
            Bilingual(
                f"长度为 {link.length_m} 米，应为大于 0 的数",
                f"its length is {link.length_m} m; it must be a number above zero",
            ),
            at,
        )
        return
    if len(link.geometry) < 2:
        yield Problem(
            link.key,
            "no-geometry",
            Bilingual("没有线形，无法在地图上显示", "it has no geometry and cannot be shown"),
            at,
            "warning",
        )
        return
    drawn = length_of(link.geometry)
    ratio = link.length_m / drawn if drawn > 0 else math.inf
    street = link.road.startswith("street:")
    if not street and not _SHORTER <= ratio <= _LONGER:
        yield Problem(
            link.key,
            "length-mismatch",
            Bilingual(
                f"长度 {link.length_m:.0f} 米与线形量得的 {drawn:.0f} 米不符",
                f"its length is {link.length_m:.0f} m, its geometry measures {drawn:.0f} m",
            ),
            at,
            "warning",
        )
    ends = ((link.geometry[0], link.tail), (link.geometry[-1], link.head))
    if any(metres_between(end, network.nodes[node].point) > _NEAR_M for end, node in ends):
        yield Problem(
            link.key,
            "loose-end",
            Bilingual(
                f"线形端点距所接结点超过 {_NEAR_M:.0f} 米",
                f"its geometry ends more than {_NEAR_M:.0f} m from the node it leads to",
            ),
            at,
            "warning",
        )


def _same_links(network: Network) -> Iterator[Problem]:
    seen: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for link in network.links:
        ends = (link.tail, link.head)
        if link.both_ways:
            ends = (min(ends), max(ends))
        shape = tuple(sorted((link.geometry[0], link.geometry[-1]))) if link.geometry else ()
        middle = link.geometry[1:-1] if ends == (link.tail, link.head) else link.geometry[-2:0:-1]
        seen[ends, link.kind, link.both_ways, shape, middle].append(link.key)
    for keys in seen.values():
        for key in keys[1:]:
            yield Problem(
                key,
                "same-link",
                Bilingual(f"与路段 {keys[0]} 完全相同", f"is the same as link {keys[0]}"),
                None,
                "warning",
            )


def _apart(network: Network) -> Iterator[Problem]:
    """Parts of the streets that cars cannot both leave and reach."""
    labels = components(network)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for node, label in enumerate(labels.tolist()):
        if label > 0:
            members[label].append(node)
    for nodes in members.values():
        first = network.nodes[nodes[0]]
        yield Problem(
            first.key,
            "apart",
            Bilingual(
                f"与主路网不连通（驾车不能往返）的部分，共 {len(nodes)} 个结点，从此结点起",
                f"from this node on {len(nodes)} nodes are apart from the main network: cars "
                "cannot go there and back",
            ),
            first.point,
            "error" if len(nodes) > 1 else "warning",
        )


def _of_zones(network: Network) -> Iterator[Problem]:
    labels = components(network)
    for zone in network.zones:
        there = [access for access in zone.access if 0 <= access.node < len(labels)]
        if len(there) < len(zone.access) or not all(0 <= way.metres < math.inf for way in there):
            yield Problem(
                zone.code,
                "no-access",
                Bilingual(
                    f"{zone.name.zh}的出入口不是已有结点，或距离不是不小于 0 的数",
                    f"{zone.name.en} has an access at a node that there is not, or at no distance",
                ),
            )
        if not any(labels[access.node] == 0 for access in there):
            yield Problem(
                zone.code,
                "zone-apart",
                Bilingual(
                    f"{zone.name.zh}没有接到主路网，请补出入口",
                    f"{zone.name.en} is not joined to the main network; give it an access",
                ),
                (zone.lon, zone.lat),
            )
