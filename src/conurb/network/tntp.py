"""Networks in the format of Transportation Networks for Research.

B. Stabler, H. Bar-Gera, E. Sall, github.com/bstabler/TransportationNetworks. A network file has
`<NAME> value` lines up to `<END OF METADATA>`, then one link a line: from, to, capacity, length,
free-flow time, b, power, … Nodes count from 1; those below `<FIRST THRU NODE>` are zones, which
paths may not lead through. Some files end a line with `;`, some with white space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from conurb.network.graph import Flags, Floats, Graph, GraphError, Ints, graph_of

_TAG = re.compile(r"^\s*<(?P<name>[^>]+)>\s*(?P<value>\S*)")


@dataclass(frozen=True)
class Network:
    """The links of a file: nodes from 0, capacity a period, length and time in the file's units."""

    nodes: int
    zones: int
    first_through: int
    tails: Ints
    heads: Ints
    capacity: Floats
    length: Floats
    free_flow_time: Floats
    b: Floats
    power: Floats

    @property
    def ends(self) -> Flags:
        """Which nodes paths may not lead through."""
        return np.arange(self.nodes) < self.first_through

    def graph(self, times: Floats | None = None) -> Graph:
        """Return the graph of the links at these times, by default free-flow."""
        costs = self.free_flow_time if times is None else times
        return graph_of(self.nodes, self.tails, self.heads, costs, ends=self.ends)


def read_network(text: str) -> Network:
    """Read a network file. Raises GraphError with the number of the line that is at fault."""
    tags: dict[str, int] = {}
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("~")[0].strip().rstrip(";").split()
        tag = _TAG.match(line)
        if tag is not None:
            if tag["value"].isdigit():
                tags[tag["name"].upper()] = int(tag["value"])
        elif words:
            rows.append(_link(words, number))
    if "NUMBER OF NODES" not in tags:
        raise GraphError("文件缺少 <NUMBER OF NODES>", "the file has no <NUMBER OF NODES>")
    if "NUMBER OF LINKS" in tags and tags["NUMBER OF LINKS"] != len(rows):
        raise GraphError(
            f"文件声明 {tags['NUMBER OF LINKS']} 条路段，实有 {len(rows)} 条",
            f"the file announces {tags['NUMBER OF LINKS']} links and has {len(rows)}",
        )
    table = np.array(rows).reshape(len(rows), 7)
    return Network(
        nodes=tags["NUMBER OF NODES"],
        zones=tags.get("NUMBER OF ZONES", 0),
        first_through=tags.get("FIRST THRU NODE", 1) - 1,
        tails=table[:, 0].astype(np.int32) - 1,
        heads=table[:, 1].astype(np.int32) - 1,
        capacity=table[:, 2],
        length=table[:, 3],
        free_flow_time=table[:, 4],
        b=table[:, 5],
        power=table[:, 6],
    )


def _link(words: list[str], number: int) -> list[float]:
    try:
        values = [float(word) for word in words[:7]]
    except ValueError:
        values = []
    if len(values) < 7:
        raise GraphError(
            f"第 {number} 行不是路段：应为起点、终点、通行能力、长度、自由流时间、b、幂次",
            f"line {number} is no link: from, to, capacity, length, free-flow time, b and power",
        )
    return values


_PAIR = re.compile(r"(\d+)\s*:\s*([-+.\deE]+)\s*;")


def read_trips(text: str) -> Floats:
    """Read a trips file: an array (zones, zones), row by origin.

    Raises GraphError where the file names no zones, or zones beyond them.
    """
    found = re.search(r"<NUMBER OF ZONES>\s*(\d+)", text)
    if found is None:
        raise GraphError("文件缺少 <NUMBER OF ZONES>", "the file has no <NUMBER OF ZONES>")
    zones = int(found[1])
    trips = np.zeros((zones, zones))
    for block in re.split(r"^\s*Origin\s+", text, flags=re.MULTILINE)[1:]:
        origin = int(block.split(maxsplit=1)[0])
        for target, number in _PAIR.findall(block):
            if not (1 <= origin <= zones and 1 <= int(target) <= zones):
                raise GraphError(
                    f"小区 {origin} → {target} 超出 {zones} 个小区",
                    f"zones {origin} → {target} lie beyond the {zones} there are",
                )
            trips[origin - 1, int(target) - 1] = float(number)
    return trips
