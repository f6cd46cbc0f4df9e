"""Whether a network is sound enough to appraise on, and how much there is of what in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from conurb.network import sweeping
from conurb.network.contraction import prepare
from conurb.network.multimodal import Travel, graph_for
from conurb.network.region_network import RegionNetwork
from conurb.region.tables import Bilingual

JOINED: tuple[tuple[Travel, str, str], ...] = (
    ("car", "小汽车", "by car"),
    ("transit", "公共交通", "by public transport"),
)


def counts_of(region: RegionNetwork) -> dict[str, int]:
    """Return how many of what: nodes, links, kilometres of each class, stations, lines, zones."""
    network = region.network
    metres: Counter[str] = Counter()
    for link in network.links:
        if link.state == "existing" and not link.road.startswith("street:"):
            metres[link.kind.value] += round(link.length_m)
    return {
        "nodes": len(network.nodes),
        "links": len(network.links),
        **{f"km-{kind}": round(total / 1000) for kind, total in metres.most_common()},
        "stations": len(network.stations),
        "lines": len(network.lines),
        "zones": len(network.zones),
        "projects": len(region.projects),
    }


def problems_of(region: RegionNetwork) -> list[Bilingual]:
    """Return what stands in the way of a whole appraisal, in both languages."""
    found_no_place = [each.reason for each in region.problems]
    return [*found_no_place, *_cut_off(region), *_without_effect(region)]


def _cut_off(region: RegionNetwork) -> Iterator[Bilingual]:
    """Tell of zones that cannot be reached from the zone with most people."""
    network = region.network
    if not network.zones:
        yield Bilingual("路网没有人口小区。", "The network has no zones of people.")
        return
    first = int(network.population.argmax())
    for travel, zh, en in JOINED:
        base = graph_for(network, travel)
        minutes = sweeping.costs(prepare(base.graph), base.zones[[first]], base.zones)[0]
        for at in np.flatnonzero(~np.isfinite(minutes)):
            zone = network.zones[int(at)]
            yield Bilingual(
                f"乘{zh}不能从{network.zones[first].name.zh}到达{zone.name.zh}。",
                f"{zone.name.en} cannot be reached from {network.zones[first].name.en} {en}.",
            )


def _without_effect(region: RegionNetwork) -> Iterator[Bilingual]:
    """Tell of projects that change nothing that one could travel over."""
    for project in region.projects:
        if not (project.touched or project.lines or project.line_changes):
            yield Bilingual(
                f"项目“{project.name.zh}”没有可评估的路段或线路。",
                f"Project {project.name.en} has no link or line to appraise.",
            )
