"""Extracts of OpenStreetMap, as PBF and as XML, become the same streets."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry import box

from conurb.network.checking import check, components
from conurb.network.exporting import NoNetworkError
from conurb.network.multimodal import LinkClass, Mode, graph_for
from conurb.network.osm import _way, class_of, hstore, modes_of, read_osm, speed_of, ways_of
from conurb.region.tables import Bilingual

NAME = Bilingual("试验", "Trial")
NODES = {
    1: (113.00, 28.00),
    2: (113.01, 28.00),
    3: (113.02, 28.00),
    4: (113.01, 28.01),
    5: (113.01, 27.99),
    6: (113.015, 27.995),
    7: (113.015, 28.005),
    8: (113.021, 28.001),
    9: (113.022, 28.0),
}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    10: (
        [1, 2, 3],
        {"highway": "primary", "name": "试验路", "name:en": "Trial Road", "lanes": "4"},
    ),
    11: ([4, 2, 5], {"highway": "secondary", "maxspeed": "40", "hgv": "no"}),
    # a bridge over way 10: the lines cross, but they share no node
    12: ([6, 7], {"highway": "motorway", "ref": "G4;G60", "bridge": "yes", "layer": "1"}),
    13: ([3, 8, 9, 3], {"highway": "tertiary", "junction": "roundabout"}),
    14: ([7, 4], {"highway": "trunk", "oneway": "-1", "maxspeed": "fast"}),
    15: ([1, 5], {"highway": "residential"}),
    16: ([5, 6], {"railway": "rail", "highspeed": "yes"}),
    17: ([1, 4], {"building": "yes"}),
    18: ([4, 1], {"highway": "primary", "access": "private", "foot": "no"}),
}


def xml(file: Path) -> Path:
    """Write the extract as OSM XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6">']
    for number, (lon, lat) in NODES.items():
        lines.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}"/>')
    for number, (nodes, tags) in WAYS.items():
        lines.append(f'<way id="{number}" version="1">')
        lines += [f'<nd ref="{node}"/>' for node in nodes]
        lines += [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]
        lines.append("</way>")
    file.write_text("\n".join([*lines, "</osm>"]), "utf-8")
    return file


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def whole(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number)


def length(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def packed(field: int, numbers: Iterable[int]) -> bytes:
    return length(field, b"".join(varint(number) for number in numbers))


def deltas(numbers: Iterable[int]) -> list[int]:
    before, out = 0, []
    for number in numbers:
        out.append(zigzag(number - before))
        before = number
    return out


def blob(kind: bytes, data: bytes) -> bytes:
    body = whole(2, len(data)) + length(3, zlib.compress(data))
    header = length(1, kind) + whole(3, len(body))
    return struct.pack(">I", len(header)) + header + body


def pbf(file: Path) -> Path:
    """Write the extract as OSM PBF: wiki.openstreetmap.org/wiki/PBF_Format."""
    texts = [""]

    def text(value: str) -> int:
        if value not in texts:
            texts.append(value)
        return texts.index(value)

    def grain(degrees: float) -> int:
        return round(degrees * 1e7)

    dense = (
        packed(1, deltas(NODES))
        + packed(8, deltas(grain(lat) for _, lat in NODES.values()))
        + packed(9, deltas(grain(lon) for lon, _ in NODES.values()))
    )
    ways = b""
    for number, (nodes, tags) in WAYS.items():
        keys = packed(2, [text(key) for key in tags])
        values = packed(3, [text(value) for value in tags.values()])
        ways += length(3, whole(1, number) + keys + values + packed(8, deltas(nodes)))
    table = length(1, b"".join(length(1, value.encode()) for value in texts))
    header = length(4, b"OsmSchema-V0.6") + length(4, b"DenseNodes")
    block = table + length(2, length(2, dense)) + length(2, ways)
    file.write_bytes(blob(b"OSMHeader", header) + blob(b"OSMData", block))
    return file


ALL = frozenset(LinkClass)


@pytest.fixture(scope="module", params=[("a.osm", xml), ("a.osm.pbf", pbf)], ids=["xml", "pbf"])
def read(request, tmp_path_factory):
    name, write = request.param
    file = write(tmp_path_factory.mktemp("osm") / name)
    return read_osm(file, NAME, classes=ALL)


def test_ways_are_cut_where_they_share_nodes_and_not_where_they_cross(read):
    network, _ = read
    roads = [link.road for link in network.links]
    assert roads.count("way/10") == 2, "cut at node 2, not at the bridge"
    assert roads.count("way/11") == 2
    assert roads.count("way/12") == 1
    assert "way/17" not in roads
    assert "way/18" not in roads, "nobody may use it"
    places = {node.point for node in network.nodes}
    assert (113.01, 28.0) in places
    assert len(places) == len(network.nodes) == 7


def test_tags_become_what_they_mean(read):
    network, problems = read
    of = {link.road: link for link in network.links}
    main = of["way/10"]
    assert (main.kind, main.speed_kmh, main.both_ways) == (LinkClass.PRIMARY, 60.0, True)
    assert main.name == Bilingual("试验路", "Trial Road")
    assert main.capacity == 2 * 900.0
    assert main.length_m == pytest.approx(983, rel=0.01)
    assert Mode.TRUCK not in of["way/11"].modes
    assert of["way/11"].speed_kmh == 40.0
    assert (of["way/12"].both_ways, of["way/12"].ref) == (False, "G4")
    assert of["way/12"].modes == {Mode.CAR, Mode.TRUCK}
    assert not of["way/13"].both_ways, "one drives round a roundabout one way"
    backwards = of["way/14"]
    assert network.nodes[backwards.tail].point == (113.01, 28.01)
    assert backwards.geometry[0] == (113.01, 28.01)
    assert backwards.speed_kmh == 80.0
    assert [problem.where for problem in problems] == ["way/14"]
    assert "fast" in problems[0].reason.zh
    assert of["way/16"].kind is LinkClass.HIGHSPEED


def test_what_comes_out_is_a_network(read):
    network, _ = read
    assert {problem.code for problem in check(network)} <= {"apart", "loop"}
    graph = graph_for(network, "car")
    assert graph.graph.nodes == len(network.nodes)
    assert (components(network) == 0).sum() >= 4


def test_only_the_classes_and_the_area_asked_for_come(tmp_path):
    file = pbf(tmp_path / "a.osm.pbf")
    network, _ = read_osm(file, NAME)
    assert {link.kind for link in network.links} == {
        LinkClass.EXPRESSWAY,
        LinkClass.TRUNK,
        LinkClass.PRIMARY,
        LinkClass.SECONDARY,
        LinkClass.TERTIARY,
    }
    west, _ = read_osm(file, NAME, area=box(112.9, 27.9, 113.0101, 28.1))
    assert all(min(point[0] for point in link.geometry) < 113.0101 for link in west.links)
    assert len(west.links) < len(network.links)
    with pytest.raises(NoNetworkError, match="no roads"):
        read_osm(file, NAME, bbox=(100.0, 20.0, 101.0, 21.0))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00\x00\x00\x0d\x0a\x09OSMHeader"])
def test_what_is_no_extract_is_refused(tmp_path, content):
    file = tmp_path / "bad.osm.pbf"
    file.write_bytes(content)
    with pytest.raises(NoNetworkError):
        read_osm(file, NAME)
    with pytest.raises(NoNetworkError):
        read_osm(tmp_path / "missing.osm.pbf", NAME)


@pytest.mark.parametrize(
    ("posted", "speed"),
    [
        ("80", 80.0),
        ("80 km/h", 80.0),
        ("50 mph", 80.4672),
        ("CN:urban", 60.0),
        ("none", 60.0),
        ("", 60.0),
        ("60;80", 60.0),
        ("80;60", 80.0),
        ("DE:zone:30", 30.0),
        ("cn:rural", 60.0),
        ("walk", 5.0),
        ("10 knots", 18.52),
        ("0", None),
        ("50|80", None),
        ("fast", None),
    ],
)
def test_speeds_are_understood_or_not(posted, speed):
    found = speed_of({"maxspeed": posted}, LinkClass.PRIMARY)
    assert found == (None if speed is None else pytest.approx(speed))


def test_a_speed_of_one_direction_stands_where_there_is_no_other():
    assert speed_of({"maxspeed:forward": "70"}, LinkClass.PRIMARY) == 70
    assert speed_of({"maxspeed": "50", "maxspeed:forward": "70"}, LinkClass.PRIMARY) == 50


def test_what_a_graph_cannot_hold_is_told(tmp_path):
    file = xml(tmp_path / "a.osm")
    turn = (
        '<relation id="1" version="1"><member type="way" ref="10" role="from"/>'
        '<member type="node" ref="2" role="via"/><member type="way" ref="11" role="to"/>'
        '<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation></osm>'
    )
    text = file.read_text("utf-8").replace("</osm>", turn)
    file.write_text(text.replace('k="oneway" v="-1"', 'k="oneway" v="reversible"'), "utf-8")
    network, problems = read_osm(file, NAME)
    told = {problem.code: problem for problem in problems}
    assert told["restrictions"].reason.en.startswith("1 restrictions of turns")
    assert told["oneway"].where == "way/14"
    assert next(link for link in network.links if link.road == "way/14").both_ways


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_any_hstore_is_read_back(pairs: Mapping[str, str]):
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    text = ",".join(f"{quoted(key)}=>{quoted(value)}" for key, value in pairs.items())
    assert hstore(text) == pairs


@given(
    st.dictionaries(st.sampled_from(["highway", "oneway", "hgv", "maxspeed", "lanes"]), st.text())
)
@example({"highway": "primary", "lanes": "²", "maxspeed": "²"})
@example({"highway": "primary", "maxspeed": " ; "})
def test_no_tag_is_too_odd(tags):
    kind = class_of(tags)
    if kind is not None:
        assert modes_of(tags, kind) is not None
        assert (speed_of(tags, kind) or 1.0) > 0
        assert _way({**tags, "osm_id": "1"}, []) is not None
        assert ways_of(tags, kind) in {(True, False), (False, False), (False, True)}
