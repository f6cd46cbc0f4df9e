"""Networks in the format of Transportation Networks for Research.

B. Stabler, H. Bar-Gera, E. Sall, github.com/bstabler/TransportationNetworks. A network file has
`<NAME> value` lines up to `<END OF METADATA>`, then one link a line: from, to, capacity, length,
free-flow time, b, power, speed, toll, type. What follows a `~` is a comment; a line may end with
`;` or white space, and may have more columns, or none after the power. Nodes whose number is below
`<FIRST THRU NODE>` are zones that paths may not lead through.

What a link costs is its time, t0 (1 + b (v / c) ^ p), and its toll and length by the weights of the
network (`<TOLL FACTOR>`, `<DISTANCE FACTOR>`). For some networks only their README tells the
weights (Chicago-Sketch 0.02 and 0.04, chicago-regional 0.1 and 0.25, Philadelphia 0.055 and 0):
give them to `read_network`.

Nodes are numbered 1 … n in all networks but a few (Munich), whose numbers are kept as `names`.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from conurb.network.checking import Problem
from conurb.network.graph import MOST, Flags, Floats, Graph, GraphError, Ints, graph_of
from conurb.region.tables import Bilingual

__all__ = ["Demand", "Network", "Places", "read_demand", "read_flows", "read_network"]
__all__ += ["read_places", "read_trips", "text_of"]

Names = NDArray[np.int64]

_TAG = re.compile(r"^\s*<\s*(?P<name>[^>]+?)\s*>\s*(?P<value>[^\s~;]*)")
_ORIGIN = re.compile(r"^[ \t]*origin\b[ \t:]*(\d+)\b", re.IGNORECASE | re.MULTILINE)
_SEPARATORS = str.maketrans(":;,", "   ")
_TOLL_AT = 8
_MOST_LISTED = 5
_MOST_BYTES = 1_000_000_000
_SAME_TOTAL = 1e-3
"""Totals of trips that differ by a smaller share differ by rounding."""


@dataclass(frozen=True)
class Network:
    """The links of a file: nodes from 0, capacity a period, length and time in the file's units.

    Zones are the first of the nodes. `names` are the file's own numbers of the nodes, where they
    are not 1 … n. `closed` are links that nobody can use. `problems` are what the file has wrong
    that could be read all the same, and how it was.
    """

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
    toll: Floats | None = None
    toll_factor: float = 0.0
    distance_factor: float = 0.0
    closed: Flags | None = None
    names: Names | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def ends(self) -> Flags:
        """Which nodes paths may not lead through."""
        return np.arange(self.nodes) < self.first_through

    @property
    def open(self) -> Flags:
        """Which links can be used."""
        return np.ones(len(self.tails), dtype=bool) if self.closed is None else ~self.closed

    @property
    def fixed(self) -> Floats:
        """What each link costs beside its time: toll and length by their weights, in minutes."""
        by_length = self.distance_factor * self.length
        return by_length if self.toll is None else by_length + self.toll_factor * self.toll

    def graph(self, times: Floats | None = None) -> Graph:
        """Return the graph of the links at these costs, by default free-flow times."""
        costs = self.free_flow_time if times is None else times
        costs = np.where(self.open, costs, np.inf)
        return graph_of(self.nodes, self.tails, self.heads, costs, ends=self.ends)

    def name_of(self, node: int) -> int:
        """The number that the file gives a node."""
        return node + 1 if self.names is None else int(self.names[node])

    def node_of(self, name: int) -> int | None:
        """The node of that number in the file; None where there is none."""
        if self.names is None:
            return name - 1 if 1 <= name <= self.nodes else None
        at = int(np.searchsorted(self.names, name))
        return at if at < self.nodes and self.names[at] == name else None


@dataclass(frozen=True)
class Demand:
    """Trips a period, (zones, zones), row by origin, and what was wrong in their file."""

    trips: Floats
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Places:
    """Where the nodes are, (nodes, 2): degrees of longitude and latitude if `geographic`.

    NaN where the file does not tell.
    """

    points: Floats
    geographic: bool


def text_of(file: Path) -> str:
    """Return the text of a file, which may be packed (.gz, or a .zip of one file).

    Raises GraphError for a file that cannot be unpacked, is no text, or unpacks to too much.
    """
    try:
        with _opened(file) as stream:
            data = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise GraphError(
            f"{file.name} 无法读取：{error}", f"{file.name} cannot be read: {error}"
        ) from error
    if len(data) > _MOST_BYTES:
        raise GraphError(
            f"{file.name} 超过 {_MOST_BYTES} 字节", f"{file.name} has more than {_MOST_BYTES} bytes"
        )
    utf_16 = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = data.decode("utf-16" if utf_16 else "utf-8-sig", errors="replace")
    if "\0" in text[:10_000]:
        raise GraphError(f"{file.name} 不是文本文件", f"{file.name} is no text file")
    return text


def read_network(
    text: str, *, toll_factor: float | None = None, distance_factor: float | None = None
) -> Network:
    """Read a network file. The weights, where given, take the place of those in the file.

    Raises GraphError with the number of the line that is at fault.
    """
    tags, lines = _parted(text)
    links: list[list[float]] = []
    numbers: list[int] = []
    for number, line in lines:
        words = _words(line)
        # names of columns may stand above the links without being marked as a comment
        if links or any(_number(word) is not None for word in words):
            links.append(_link(words, number))
            numbers.append(number)
    announced = _whole(tags, "NUMBER OF NODES")
    if announced is None:
        raise GraphError("文件缺少 <NUMBER OF NODES>", "the file has no <NUMBER OF NODES>")
    count = _whole(tags, "NUMBER OF LINKS")
    if count is not None and count != len(links):
        raise GraphError(
            f"文件声明 {count} 条路段，实有 {len(links)} 条",
            f"the file announces {count} links and has {len(links)}",
        )
    table = np.array(links, dtype=np.float64).reshape(len(links), 8)
    if not _names_tolls(text):
        table[:, 7] = 0.0
    # lengths and tolls count by their weights alone, so that odd ones need not spoil a file
    odd = ~((table[:, [3, 7]] >= 0) & np.isfinite(table[:, [3, 7]]))
    table[:, [3, 7]] = np.where(odd, 0.0, table[:, [3, 7]])
    network = Network(
        nodes=announced,
        zones=_whole(tags, "NUMBER OF ZONES") or 0,
        first_through=max((_whole(tags, "FIRST THRU NODE") or 1) - 1, 0),
        tails=np.zeros(0, np.int32),
        heads=np.zeros(0, np.int32),
        capacity=table[:, 2],
        length=table[:, 3],
        free_flow_time=table[:, 4],
        b=table[:, 5],
        power=table[:, 6],
        toll=table[:, 7],
        toll_factor=_weight(tags, "TOLL FACTOR", toll_factor),
        distance_factor=_weight(tags, "DISTANCE FACTOR", distance_factor),
    )
    network = _numbered(network, table[:, :2].astype(np.int64))
    return _looked_at(network, numbers, odd[:, 0] | odd[:, 1])


def read_demand(text: str, network: Network | None = None) -> Demand:
    """Read a trips file; zones have the names that they have in `network`, where one is given.

    Trips between the same zones add up. Raises GraphError where the file names no zones, others
    than there are, or trips that are no number of zero or more.
    """
    tags, _ = _parted(text, rows=False)
    given = _whole(tags, "NUMBER OF ZONES")
    zones = given if network is None else network.zones
    if zones is None:
        raise GraphError("文件缺少 <NUMBER OF ZONES>", "the file has no <NUMBER OF ZONES>")
    trips = np.zeros((zones, zones))
    problems: list[Problem] = []
    if given is not None and given != zones:
        problems.append(
            _told(
                "zones",
                f"出行文件声明 {given} 个小区，路网有 {zones} 个",
                f"the trips are announced for {given} zones, the network has {zones}",
            )
        )
    twice = 0
    for origin, pairs in _blocks(text):
        row = _zone(origin, zones, network)
        seen = np.zeros(zones, dtype=np.int64)
        if len(pairs):
            columns = _columns(origin, pairs[:, 0], zones, network)
            _check_trips(origin, pairs)
            np.add.at(trips[row], columns, pairs[:, 1])
            np.add.at(seen, columns, 1)
        twice += int((seen > 1).sum())
    if twice:
        problems.append(
            _told(
                "twice",
                f"{twice} 个起讫点对重复出现，其出行量已相加",
                f"{twice} pairs of zones are there more than once; their trips were added up",
            )
        )
    announced = _number(tags.get("TOTAL OD FLOW", ""))
    total = float(trips.sum())
    if announced is not None and abs(total - announced) > _SAME_TOTAL * max(announced, 1.0):
        problems.append(
            _told(
                "total",
                f"文件声明总出行量 {announced:g}，实为 {total:g}",
                f"the file announces {announced:g} trips in all and has {total:g}",
            )
        )
    return Demand(trips, tuple(problems))


def read_trips(text: str, network: Network | None = None) -> Floats:
    """Read a trips file: an array (zones, zones), row by origin. As `read_demand`."""
    return read_demand(text, network).trips


def read_flows(text: str, network: Network) -> tuple[Floats, Floats]:
    """Read a file of flows: (volumes, costs) in the order of the network's links.

    A line is from, to, volume and, where it is told, cost; names of columns above them are heeded,
    as are colons between and semicolons after them. Links between the same nodes are taken in their
    order. Raises GraphError for a link that the network does not have, or that the file does not.
    """
    waiting: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    pairs = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
    for link, pair in enumerate(pairs):
        waiting[pair].append(link)
    volumes = np.full(len(network.tails), np.nan)
    costs = np.full(len(network.tails), np.nan)
    volume_at, cost_at = 2, 3
    _, lines = _parted(text)
    for number, line in lines:
        words = line.translate(_SEPARATORS).split()
        if not words[0][0].isdigit():
            lower = [word.lower() for word in words]
            volume_at = _column(lower, ("volume", "flow"), volume_at)
            cost_at = _column(lower, ("cost", "time"), cost_at)
            continue
        values = [_number(word) for word in words]
        if len(values) <= volume_at or None in (*values[:2], values[volume_at]):
            raise GraphError(
                f"第 {number} 行应为起点、终点、流量：{line.strip()}",
                f"line {number} should be from, to and volume: {line.strip()}",
            )
        ends = [network.node_of(int(value or 0)) for value in values[:2]]
        links = waiting.get((ends[0] or 0, ends[1] or 0), []) if None not in ends else []
        if not links:
            raise GraphError(
                f"第 {number} 行：路网没有路段 {words[0]} → {words[1]}",
                f"line {number}: the network has no link {words[0]} → {words[1]}",
            )
        link = links.pop(0)
        volumes[link] = values[volume_at]
        cost = values[cost_at] if len(values) > cost_at else None
        costs[link] = np.nan if cost is None else cost
    missing = np.flatnonzero(np.isnan(volumes))
    if len(missing):
        ends = [network.name_of(int(of[missing[0]])) for of in (network.tails, network.heads)]
        raise GraphError(
            f"流量文件缺少 {len(missing)} 条路段，首条为 {ends[0]} → {ends[1]}",
            f"the flows lack {len(missing)} links, the first of them {ends[0]} → {ends[1]}",
        )
    return volumes, costs


def read_places(text: str, network: Network) -> Places:
    """Read a file of nodes: number, x, y. They are degrees where all could be.

    Raises GraphError for a line that is none of this. Nodes that the network does not have are
    passed over.
    """
    points = np.full((network.nodes, 2), np.nan)
    _, lines = _parted(text)
    for number, line in lines:
        words = line.translate(_SEPARATORS).split()
        if words and not (words[0][0].isdigit() or words[0][0] in "+-"):
            continue
        values = [_number(word) for word in words[:3]]
        if len(values) < 3 or None in values:
            raise GraphError(
                f"第 {number} 行应为结点、x、y：{line.strip()}",
                f"line {number} should be node, x and y: {line.strip()}",
            )
        node = network.node_of(int(values[0] or 0))
        if node is not None:
            points[node] = values[1], values[2]
    known = points[~np.isnan(points[:, 0])]
    inside = (np.abs(known[:, 0]) <= 180) & (np.abs(known[:, 1]) <= 90)
    return Places(points, bool(len(known)) and bool(inside.all()))


def _opened(file: Path) -> IO[bytes] | gzip.GzipFile:
    if file.suffix.lower() == ".gz":
        return gzip.open(file)
    if file.suffix.lower() != ".zip":
        return file.open("rb")
    packed = zipfile.ZipFile(file)
    members = [name for name in packed.namelist() if not name.endswith("/")]
    if len(members) != 1:
        raise GraphError(
            f"{file.name} 应只含一个文件，实有 {len(members)} 个",
            f"{file.name} should hold one file and holds {len(members)}",
        )
    return packed.open(members[0])


def _parted(text: str, *, rows: bool = True) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """The tags of a file by name, and its other lines that say something, with their numbers."""
    tags: dict[str, str] = {}
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if "<" in raw and (tag := _TAG.match(raw)) is not None:
            name = " ".join(tag["name"].upper().split())
            tags[name] = tag["value"]
            if name == "END OF METADATA" and not rows:
                break
        elif rows and (line := raw.partition("~")[0]).strip(" \t;\x1a"):
            lines.append((number, line))
    return tags, lines


def _words(line: str) -> list[str]:
    words = line.replace(";", " ").split()
    return words if len(words) > 2 or "," not in line else line.translate(_SEPARATORS).split()


def _link(words: list[str], number: int) -> list[float]:
    values = [_number(word) for word in words[:7]]
    known = [value for value in values if value is not None]
    if len(known) < 7:
        raise GraphError(
            f"第 {number} 行不是路段：应为起点、终点、通行能力、长度、自由流时间、b、幂次",
            f"line {number} is no link: from, to, capacity, length, free-flow time, b and power",
        )
    for place, name_zh, name in ((0, "起点", "from"), (1, "终点", "to")):
        if not (known[place] >= 1 and known[place].is_integer() and known[place] < 2**53):
            raise GraphError(
                f"第 {number} 行{name_zh}为 {words[place]}，结点编号应为正整数",
                f"line {number}: {name} is {words[place]}; a node is a whole number above zero",
            )
    for place, name_zh, name in _NOT_NEGATIVE:
        if not 0 <= known[place] < np.inf:
            raise GraphError(
                f"第 {number} 行{name_zh}为 {words[place]}，应为不小于 0 的数",
                f"line {number}: {name} is {words[place]}; it must be a number of zero or more",
            )
    toll = _number(words[_TOLL_AT]) if len(words) > _TOLL_AT else None
    return [*known, toll or 0.0]


_NOT_NEGATIVE = (
    (2, "通行能力", "capacity"),
    (4, "自由流时间", "free-flow time"),
    (5, "系数 b ", "b"),
    (6, "幂次", "power"),
)


def _names_tolls(text: str) -> bool:
    """Whether the ninth column is tolls: it is, unless a line of names has none (Sydney)."""
    named = [
        names
        for line in text[:10_000].lower().splitlines()
        for names in [line.rpartition("~")[2]]
        if "capacity" in names and len(names.split()) >= _TOLL_AT
    ]
    return not named or any("toll" in names for names in named)


def _numbered(network: Network, ends: NDArray[np.int64]) -> Network:
    """The network with its nodes from 0; with names where the file numbers them otherwise."""
    given = np.unique(ends)
    if not len(given) or given[-1] <= network.nodes:
        if not 0 <= network.nodes < MOST:
            raise GraphError(
                f"结点数 {network.nodes} 不受支持", f"{network.nodes} nodes are not supported"
            )
        if network.zones > network.nodes:
            raise _too_many_zones(network.zones, network.nodes)
        tails, heads = (ends - 1).astype(np.int32).T
        return replace(network, tails=tails, heads=heads)
    names = given
    if given[0] <= network.zones:
        # zones that no link leads to have their place all the same
        names = np.union1d(given, np.arange(1, network.zones + 1))
    if network.zones > len(names):
        raise _too_many_zones(network.zones, len(names))
    tails, heads = np.searchsorted(names, ends).astype(np.int32).T
    beyond = _told(
        "numbers",
        f"结点编号至 {names[-1]}，超出声明的 {network.nodes} 个；"
        f"保留原编号，共 {len(names)} 个结点",
        f"nodes are numbered up to {names[-1]}, beyond the {network.nodes} announced; "
        f"their {len(names)} numbers are kept",
    )
    return replace(
        network,
        nodes=len(names),
        first_through=int(np.searchsorted(names, network.first_through + 1)),
        tails=tails,
        heads=heads,
        names=names,
        problems=(beyond,),
    )


def _too_many_zones(zones: int, nodes: int) -> GraphError:
    return GraphError(
        f"小区 {zones} 个，多于结点 {nodes} 个", f"there are {zones} zones and only {nodes} nodes"
    )


def _looked_at(network: Network, numbers: list[int], odd: Flags) -> Network:
    """The network with what is odd about its links, and which of them are closed."""
    problems = list(network.problems)
    nothing = network.capacity <= 0
    closed = nothing & (network.free_flow_time <= 0) & (network.b > 0)
    counts: dict[tuple[int, int], int] = {}
    parallel = np.zeros(len(numbers), dtype=bool)
    pairs = zip(network.tails.tolist(), network.heads.tolist(), strict=True)
    for link, pair in enumerate(pairs):
        parallel[link] = pair in counts
        counts.setdefault(pair, link)
    joined = np.zeros(network.nodes, dtype=bool)
    joined[network.tails[~closed]] = joined[network.heads[~closed]] = True
    apart = np.flatnonzero(~joined[: network.zones])
    for code, which, zh, en in (
        (
            "closed",
            closed,
            "通行能力与自由流时间均为 0，视为不通",
            "have neither capacity nor free-flow time: taken as closed",
        ),
        (
            "no-capacity",
            nothing & ~closed & (network.b > 0),
            "通行能力为 0，按不受流量影响计",
            "have no capacity: their times are taken as the same at any flow",
        ),
        (
            "odd",
            odd,
            "长度或通行费不是不小于 0 的数，按 0 计",
            "have a length or toll that is no number of zero or more: taken as 0",
        ),
        (
            "loop",
            network.tails == network.heads,
            "起讫同一结点，不参与计算",
            "lead nowhere: unused",
        ),
        (
            "parallel",
            parallel,
            "与前面的路段起讫点相同，各自计算",
            "join the same nodes as one before: each is kept",
        ),
    ):
        if which.any():
            problems.append(_of_links(code, [numbers[at] for at in np.flatnonzero(which)], zh, en))
    if len(apart):
        named = ", ".join(str(network.name_of(int(zone))) for zone in apart[:_MOST_LISTED])
        named += ", …" if len(apart) > _MOST_LISTED else ""
        problems.append(
            _told(
                "zone-apart",
                f"{len(apart)} 个小区没有路段（{named}）",
                f"{len(apart)} zones have no link ({named})",
            )
        )
    return replace(network, closed=closed if closed.any() else None, problems=tuple(problems))


def _of_links(code: str, lines: list[int], zh: str, en: str) -> Problem:
    listed = ", ".join(map(str, lines[:_MOST_LISTED]))
    listed += ", …" if len(lines) > _MOST_LISTED else ""
    return _told(
        code,
        f"{len(lines)} 条路段{zh}（第 {listed} 行）",
        f"{len(lines)} links {en} (lines {listed})",
    )


def _blocks(text: str) -> Iterator[tuple[int, Floats]]:
    """The origins of a trips file, and to each an array (pairs, 2) of destination and trips."""
    body = text.replace("\r", "\n") if "\r" in text else text
    body = re.sub(r"~[^\n]*", "", body) if "~" in body else body
    marks = list(_ORIGIN.finditer(body))
    if not marks:
        raise GraphError(
            "文件没有“Origin 小区”行，不是出行文件",
            "the file has no line “Origin zone”: it is no file of trips",
        )
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        origin = int(mark[1])
        end = following.start() if following is not None else len(body)
        words = body[mark.end() : end].translate(_SEPARATORS).strip("\x1a \t\r\n").split()
        try:
            values = np.array(words, dtype=np.float64)
        except ValueError:
            values = np.full(1, np.nan)
        if len(values) % 2:
            raise GraphError(
                f"起点 {origin} 的出行应为“终点 : 数量;”逐对列出",
                f"the trips from {origin} should be pairs of “destination : number;”",
            )
        yield origin, values.reshape(-1, 2)


def _zone(name: int, zones: int, network: Network | None) -> int:
    node = name - 1 if network is None else network.node_of(name)
    if node is None or not 0 <= node < zones:
        raise GraphError(
            f"起点 {name} 不是 {zones} 个小区之一", f"origin {name} is none of the {zones} zones"
        )
    return node


def _columns(origin: int, names: Floats, zones: int, network: Network | None) -> NDArray[np.int64]:
    if network is None or network.names is None:
        columns = np.nan_to_num(names - 1, nan=-1.0)
        known = (columns >= 0) & (columns < zones) & (columns == np.floor(columns))
    else:
        columns = np.minimum(np.searchsorted(network.names, names), zones - 1).astype(np.float64)
        known = network.names[columns.astype(np.int64)] == names
    if not known.all():
        target = names[~known][0]
        raise GraphError(
            f"小区 {origin} → {target:.15g} 超出 {zones} 个小区",
            f"zones {origin} → {target:.15g} lie beyond the {zones} there are",
        )
    return columns.astype(np.int64)


def _check_trips(origin: int, pairs: Floats) -> None:
    wrong = np.flatnonzero(~((pairs[:, 1] >= 0) & np.isfinite(pairs[:, 1])))
    if len(wrong):
        target, number = pairs[wrong[0]]
        raise GraphError(
            f"小区 {origin} → {target:.15g} 的出行量为 {number:.15g}，应为不小于 0 的数",
            f"zones {origin} → {target:.15g} have {number:.15g} trips; it must be zero or more",
        )


def _column(names: list[str], wanted: tuple[str, ...], otherwise: int) -> int:
    return next((at for at, name in enumerate(names) if name in wanted), otherwise)


def _whole(tags: dict[str, str], name: str) -> int | None:
    """The whole number of a tag; None where the file has no such tag."""
    if name not in tags:
        return None
    value = _number(tags[name].replace(",", ""))
    if value is None or not value.is_integer() or value < 0:
        raise GraphError(
            f"<{name}> 的值“{tags[name]}”不是整数", f"<{name}> is “{tags[name]}”, no whole number"
        )
    return int(value)


def _weight(tags: dict[str, str], name: str, given: float | None) -> float:
    value = _number(tags.get(name, "0") or "0") if given is None else given
    if value is None or not 0 <= value < np.inf:
        raise GraphError(
            f"<{name}> 应为不小于 0 的数", f"<{name}> must be a number of zero or more"
        )
    return value


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _told(code: str, zh: str, en: str) -> Problem:
    return Problem("tntp", code, Bilingual(zh, en), None, "warning")
