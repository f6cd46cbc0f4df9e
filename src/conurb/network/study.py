"""What is appraised: a graph, who lives where, what is there to reach, what might be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from conurb.network.graph import Floats, Graph, GraphError, Ints
from conurb.network.scenario import Project

Kind = Literal["jobs", "hospitals"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What can be reached, in the order of the arrays."""


@dataclass(frozen=True)
class Zones:
    """Where people live and what is there: one value a zone in every array.

    `nodes` are nodes of the graph, `counties` codes; people, jobs and hospitals are zero or more.
    """

    names: tuple[str, ...]
    nodes: Ints
    counties: tuple[str, ...]
    people: Floats
    jobs: Floats
    hospitals: Floats

    def __post_init__(self) -> None:
        number = len(self.names)
        for name in ("nodes", "counties", "people", "jobs", "hospitals"):
            if len(getattr(self, name)) != number:
                raise GraphError(
                    f"小区有 {number} 个，{name} 却有 {len(getattr(self, name))} 个值",
                    f"there are {number} zones and {len(getattr(self, name))} values of {name}",
                )
        for name in ("people", *KINDS):
            values = np.asarray(getattr(self, name))
            wrong = np.flatnonzero(~((values >= 0) & np.isfinite(values)))
            if len(wrong):
                at = int(wrong[0])
                raise GraphError(
                    f"小区“{self.names[at]}”的 {name} 为 {values[at]}，应为不小于 0 的数",
                    f"zone {self.names[at]} has {name} = {values[at]}; zero or more is needed",
                )
        if not np.sum(self.people) > 0:
            raise GraphError("各小区均无人口，无从评估", "no zone has people to appraise for")


@dataclass(frozen=True)
class Centre:
    """The node at which the centre of a city lies; `city` is its code."""

    city: str
    node: int


@dataclass(frozen=True)
class Candidate:
    """A project to be appraised: its change, its cost in fen where known, its item of the plan."""

    project: Project
    cost: int | None = None
    item: str = ""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of people and money. See the module for where each enters.

    `limits` are minutes; `decay` is per minute (0.05: twenty minutes more make a trip less than
    half as likely); `trips_a_person` counts the trips between zones, both ways, that a person
    makes on an average day.
    """

    limits: tuple[float, ...] = (30.0, 45.0, 60.0)
    decay: float = 0.05
    trips_a_person: float = 0.5
    days_a_year: int = 365
    discount: float = 0.08
    years: int = 20

    @property
    def annuity(self) -> float:
        """The share of a cost that falls on each year of use."""
        if self.discount == 0:
            return 1.0 / self.years
        return float(self.discount / (1.0 - (1.0 + self.discount) ** -self.years))


@dataclass(frozen=True, eq=False)
class Study:
    """Everything an appraisal is made of: a graph, who lives where, and what might be done.

    Places are the zones and after them the centres, in which nobody lives.
    """

    graph: Graph
    zones: Zones
    centres: tuple[Centre, ...]
    candidates: tuple[Candidate, ...]
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        nodes = self.places
        wrong = np.flatnonzero((nodes < 0) | (nodes >= self.graph.nodes))
        if len(wrong):
            at = int(wrong[0])
            what = (*self.zones.names, *(each.city for each in self.centres))[at]
            raise GraphError(
                f"“{what}”所在结点 {nodes[at]} 不存在（共 {self.graph.nodes} 个结点）",
                f"{what} lies at node {nodes[at]}, of {self.graph.nodes} that there are",
            )
        seen: set[str] = set()
        for key in (each.project.key for each in self.candidates):
            if key in seen:
                raise GraphError(f"项目“{key}”重复", f"project {key} is given twice")
            seen.add(key)

    @cached_property
    def places(self) -> Ints:
        """The nodes of zones and centres."""
        return np.concatenate(
            [
                np.asarray(self.zones.nodes, dtype=np.int32),
                np.array([each.node for each in self.centres], dtype=np.int32),
            ]
        )

    @cached_property
    def people(self) -> Floats:
        """The people of each place."""
        return self._padded(self.zones.people)

    @cached_property
    def masses(self) -> Floats:
        """What can be reached at each place: (kinds, places)."""
        return np.stack([self._padded(getattr(self.zones, kind)) for kind in KINDS])

    @cached_property
    def candidate(self) -> Mapping[str, Candidate]:
        """The candidates by their keys."""
        return {each.project.key: each for each in self.candidates}

    def _padded(self, values: Floats) -> Floats:
        return np.concatenate([np.asarray(values, np.float64), np.zeros(len(self.centres))])
