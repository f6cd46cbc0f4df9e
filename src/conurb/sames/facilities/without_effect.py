"""Why a project changes no trip between zones by one way to travel, as far as its data tell."""

from __future__ import annotations

from enum import StrEnum

from conurb.network.multimodal import NOON, LinkClass, Mode, Network, Travel
from conurb.network.projects import NetworkProject

__all__ = ["Why", "why_nothing"]


class Why(StrEnum):
    """Why nothing changes."""

    RAIL_ONLY = "rail-only"
    """It brings trains, and one drives."""
    NOT_FOR_TRANSIT = "not-for-transit"
    """It brings roads that neither buses nor trains use."""
    NOT_NOW = "not-now"
    """Its trains do not run at the time of day that is appraised."""
    NOBODY_THERE = "nobody-there"
    """It leads to a port or an airport and to nothing else: it serves goods or flights."""
    NO_QUICKER = "no-quicker"
    """It is of use, but between no two zones is it quicker than what there is."""


def why_nothing(project: NetworkProject, network: Network, travel: Travel, at: float = NOON) -> Why:
    """Return why a project that changes no trip by a way to travel changes none."""
    lines = [network.lines[number] for number in project.lines]
    rides = bool(lines or project.line_changes)
    if travel == "transit":
        if any(Mode.BUS in network.links[number].modes for number in _roads(project, network)):
            return Why.NOBODY_THERE if _leads_nowhere(project, network) else Why.NO_QUICKER
        if not rides:
            return Why.NOT_FOR_TRANSIT
        if lines and all(line.headway(at) is None for line in lines):
            return Why.NOT_NOW
        return Why.NO_QUICKER
    if rides:
        return Why.RAIL_ONLY
    return Why.NOBODY_THERE if _leads_nowhere(project, network) else Why.NO_QUICKER


def _roads(project: NetworkProject, network: Network) -> list[int]:
    """The roads that it builds or changes, without the streets of its stations."""
    return [
        number
        for number in project.touched
        if network.links[number].kind is not LinkClass.METRO
        and not network.links[number].road.startswith("street:")
    ]


def _leads_nowhere(project: NetworkProject, network: Network) -> bool:
    """Whether what it builds ends at a port or airport that has no other road and no people."""
    built = set(project.opens)
    ends = {
        node
        for number in built
        for node in (network.links[number].tail, network.links[number].head)
        if network.nodes[node].kind in {"port", "airport", "site"}
    }
    if not ends:
        return False
    joined = {
        node
        for number, link in enumerate(network.links)
        if number not in built and link.state == "existing"
        for node in (link.tail, link.head)
    }
    lived = {access.node for zone in network.zones for access in zone.access}
    return bool(ends - joined - lived)
