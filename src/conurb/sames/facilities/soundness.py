"""Whether a network is sound enough to appraise on, and how much there is of what in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conurb.network.checking import check
from conurb.network.region_network import RegionNetwork
from conurb.region.tables import Bilingual


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
    """Return what is wrong with a network and what of its projects found no place on it."""
    found = [*region.problems, *check(region.network)]
    return [
        *(Bilingual(f"{p.where}：{p.reason.zh}", f"{p.where}: {p.reason.en}") for p in found),
        *_without_effect(region),
    ]


def _without_effect(region: RegionNetwork) -> Iterator[Bilingual]:
    """Tell of projects that change nothing that one could travel over."""
    for project in region.projects:
        if not (project.touched or project.lines or project.line_changes):
            yield Bilingual(
                f"项目“{project.name.zh}”没有可评估的路段或线路。",
                f"Project {project.name.en} has no link or line to appraise.",
            )
