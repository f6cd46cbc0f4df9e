"""Files of Transportation Networks for Research, with all that the real ones do differently."""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pytest

from conurb.network import tntp
from conurb.network.graph import GraphError
from conurb.network.tntp import (
    read_demand,
    read_flows,
    read_network,
    read_places,
    read_trips,
    text_of,
)

HEAD = """<NUMBER OF ZONES> 2\t\t
<NUMBER OF NODES> 3
<FIRST THRU NODE> 3
<NUMBER OF LINKS> 2\t
<ORIGINAL HEADER>~ \tTail\tHead\tCapacity (veh/h)\tLength\tTime\tB\tPower\tSpeed\tToll \tType\t;
<END OF METADATA>\t\t


"""
LINKS = "\t1\t3\t10\t2\t5\t0.15\t4\t0\t7\t1\t;\n\t3\t2\t10\t2\t5\t0.15\t4\t0\t9\t1\t;\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + LINKS,
        "\ufeff" + HEAD.replace("\n", "\r\n") + LINKS.replace("\n", "\r\n"),
        HEAD.lower() + LINKS.replace("\t;", "; "),
        HEAD + LINKS.replace("\t", "   ").replace(";", ""),
        HEAD + LINKS.replace("\t", ",").replace(",1,3", "1,3").replace(",3,2", "3,2"),
        HEAD + "~ a comment ; with 9 words\n" + LINKS + "\n;\n\x1a",
        HEAD.replace("<NUMBER OF ZONES> 2", "<NUMBER  OF ZONES>2.0") + LINKS,
        HEAD + LINKS.replace("10", "1.0e+001"),
        HEAD.replace("<END OF METADATA>", "") + LINKS,
        HEAD + "init_node\tterm_node\tcapacity\tlength\tfft\tb\tpower\tspeed\ttoll\n" + LINKS,
        HEAD + LINKS.replace("1\t;", "1\t\t;\t.") + "\t\t\t\n",
    ],
)
def test_however_it_is_written_it_is_one_network(text):
    network = read_network(text)
    assert (network.nodes, network.zones, network.first_through) == (3, 2, 2)
    assert network.tails.tolist() == [0, 2]
    assert network.heads.tolist() == [2, 1]
    assert network.capacity.tolist() == [10, 10]
    assert network.free_flow_time.tolist() == [5, 5]
    assert network.fixed.tolist() == [0, 0], "no weights, no tolls"
    assert not network.problems


def test_columns_may_be_fewer_or_others():
    few = "".join("\t".join(line.split("\t")[:8]) + "\n" for line in LINKS.splitlines())
    assert read_network(HEAD + few, toll_factor=1.0).fixed.tolist() == [0, 0]
    assert read_network(HEAD + LINKS, toll_factor=1.0).fixed.tolist() == [7, 9]
    # in Sydney the ninth column is a speed
    names = HEAD.replace("Toll", "Critical speed")
    assert read_network(names + LINKS, toll_factor=1.0).fixed.tolist() == [0, 0]
    bare = HEAD.partition("<ORIGINAL")[0] + "a b capacity length time b power speed lanes\n"
    assert read_network(bare + LINKS, toll_factor=1.0).fixed.tolist() == [0, 0]
    assert read_network(HEAD + LINKS, distance_factor=0.25).fixed.tolist() == [0.5, 0.5]


def test_lengths_and_tolls_that_are_none_are_told_and_count_nothing():
    text = HEAD + LINKS.replace("10\t2", "10\t-2", 1).replace("\t9\t", "\tnan\t")
    network = read_network(text, toll_factor=1.0, distance_factor=1.0)
    assert network.fixed.tolist() == [7, 2]
    assert [problem.code for problem in network.problems] == ["odd"]
    assert "(lines 9, 10)" in network.problems[0].reason.en


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("\t5\t", "\t-5\t"), "line 9: free-flow time is -5"),
        (("\t5\t", "\tnan\t"), "line 9: free-flow time is nan"),
        (("\t10\t", "\tinf\t"), "line 9: capacity is inf"),
        (("\t3\t", "\t1.5\t"), "line 9: to is 1.5"),
        (("\t1\t3\t", "\t0\t3\t"), "line 9: from is 0"),
        (("\t1\t3\t", "\t1e300\t3\t"), "line 9: from is 1e300"),
        (("0.15", "abc"), "line 9 is no link"),
        (("<NUMBER OF NODES> 3", "<NUMBER OF NODES> three"), "no whole number"),
        (("<NUMBER OF NODES> 3", "<NUMBER OF NODES> 99999999999"), "not supported"),
        (("<NUMBER OF NODES> 3", ""), "no <NUMBER OF NODES>"),
        (("<NUMBER OF LINKS> 2", "<NUMBER OF LINKS> 3"), "announces 3 links and has 2"),
        (("<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> 20"), "20 zones and only 3 nodes"),
        (("<NUMBER OF LINKS>", "<TOLL FACTOR> -1\n<NUMBER OF LINKS>"), "must be a number"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(change, words):
    with pytest.raises(GraphError, match=words) as fault:
        read_network((HEAD + LINKS).replace(*change))
    assert fault.value.message_zh != fault.value.message_en


def test_numbers_beyond_those_announced_are_kept_as_names():
    # as in Munich: OpenStreetMap's numbers, and the first through node by number
    text = HEAD.replace("<FIRST THRU NODE> 3", "<FIRST THRU NODE> 501")
    text += "500 70000 10 1 5 0.15 4\n70000 2146237932 10 1 5 0.15 4\n"
    network = read_network(text)
    assert network.nodes == 3
    assert [network.name_of(node) for node in range(3)] == [500, 70000, 2146237932]
    assert network.ends.tolist() == [True, False, False]
    assert network.node_of(70000) == 1
    assert network.node_of(70001) is None
    assert [problem.code for problem in network.problems] == ["numbers"]
    trips = "<NUMBER OF ZONES> 2\nOrigin 500\n 70000 : 3.5;\nOrigin 70000\n 500 : 1;\n"
    assert read_trips(trips, network).tolist() == [[0, 3.5], [1, 0]]
    with pytest.raises(GraphError, match="500 → 2146237932"):
        read_trips(trips.replace(" 70000 :", " 2146237932 :"), network)
    with pytest.raises(GraphError, match="origin 3 is none"):
        read_trips(trips.replace("Origin 500", "Origin 3"), network)


def test_zones_without_links_keep_their_place():
    text = HEAD + LINKS.replace("3", "9").replace("\t2\t10", "\t9\t10")
    network = read_network(text)
    assert [network.name_of(node) for node in range(network.nodes)] == [1, 2, 9]
    assert {"numbers", "zone-apart", "loop"} == {problem.code for problem in network.problems}


def test_links_that_nobody_can_use_are_closed_and_told():
    shut = LINKS.replace("\t10\t2\t5", "\t0\t2\t0", 1)
    network = read_network(HEAD + shut)
    assert network.open.tolist() == [False, True]
    assert len(network.graph().heads) == 1
    assert [problem.code for problem in network.problems] == ["closed", "zone-apart"]
    assert "(lines 9)" in network.problems[0].reason.en
    slow = read_network(HEAD + LINKS.replace("\t10\t2\t5", "\t0\t2\t5", 1))
    assert slow.open.all()
    assert [problem.code for problem in slow.problems] == ["no-capacity"]


TRIPS = """<NUMBER OF ZONES> 3
<TOTAL OD FLOW> 10.5
<END OF METADATA>


Origin \t1
    1 :      0.5;     2 :    4.0;
    3 :      1e0;
Origin 2

Origin 3
1:5;
"""


@pytest.mark.parametrize(
    "text",
    [
        TRIPS,
        TRIPS.replace("\n", "\r\n"),
        TRIPS.replace("\n", "\r"),
        TRIPS.replace(";", " ").replace(":", "\t"),
        TRIPS.replace("Origin", "ORIGIN").replace("1:5;", "~ a comment 1:7;\n1:5"),
        TRIPS.replace("     2 :    4.0;", "2 :\n 4.0 ;"),
        TRIPS.replace(":      0.5;", ":\t.5;"),
    ],
)
def test_trips_however_they_are_written(text):
    demand = read_demand(text)
    assert demand.trips.tolist() == [[0.5, 4, 1], [0, 0, 0], [5, 0, 0]]
    assert not demand.problems


def test_trips_twice_and_other_totals_are_told():
    demand = read_demand(TRIPS + "Origin 1\n 2 : 1; 2 : 1;\n")
    assert demand.trips[0].tolist() == [0.5, 6, 1]
    assert [problem.code for problem in demand.problems] == ["twice", "total"]
    assert "announces 10.5 trips in all and has 12.5" in demand.problems[1].reason.en
    other = read_demand("<NUMBER OF ZONES> 9\nOrigin 1\n2 : 1;", read_network(HEAD + LINKS))
    assert [problem.code for problem in other.problems] == ["zones"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("4.0", "-4.0"), "zones 1 → 2 have -4 trips"),
        (("4.0", "nan"), "zones 1 → 2 have nan trips"),
        (("3 :", "4 :"), "zones 1 → 4 lie beyond"),
        (("3 :", "1.5 :"), "zones 1 → 1.5 lie beyond"),
        (("Origin 3", "Origin 0"), "origin 0 is none of the 3 zones"),
        ((" 2 :    4.0;", " 2 : ;"), "trips from 1 should be pairs"),
        ((" 2 :    4.0;", " two : 4.0;"), "trips from 1 should be pairs"),
        (("<NUMBER OF ZONES> 3", ""), "no <NUMBER OF ZONES>"),
    ],
)
def test_trips_that_make_no_sense_are_refused(change, words):
    with pytest.raises(GraphError, match=words):
        read_demand(TRIPS.replace(*change))


@pytest.mark.parametrize(
    "text",
    [
        "From \tTo \tVolume \tCost \n3 \t2 \t7.5 \t2.5 \n1 \t3 \t6 \t1.5\n",
        "<NUMBER OF LINKS> 2\n~ Tail Head : Volume Cost ;\n\t3\t2\t:\t7.5\t2.5 ;\n1 3 : 6 1.5 ;\n",
        "from,to,cost,capacity,flow\n1,3,1.5,10,6\n3,2,2.5,10,7.5\n",
    ],
)
def test_flows_come_in_the_order_of_the_links(text):
    volumes, costs = read_flows(text, read_network(HEAD + LINKS))
    assert volumes.tolist() == [6, 7.5]
    assert costs.tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 3 6 1\n", "lack 1 links, the first of them 3 → 2"),
        ("1 3 6 1\n3 2 7 1\n2 3 7 1\n", "line 3: the network has no link 2 → 3"),
        ("1 3 6 1\n1 3 6 1\n", "line 2: the network has no link 1 → 3"),
        ("1 3 six 1\n", "line 1 should be"),
        ("1 3\n", "line 1 should be"),
    ],
)
def test_flows_that_do_not_fit_are_refused(text, words):
    with pytest.raises(GraphError, match=words):
        read_flows(text, read_network(HEAD + LINKS))


def test_places_are_degrees_or_not():
    network = read_network(HEAD + LINKS)
    found = read_places("Node\tX\tY\t;\n1\t-96.7\t43.6\t;\n3\t-96.8\t43.7\t;\n9 1 1\n", network)
    assert found.geographic
    assert found.points[[0, 2]].tolist() == [[-96.7, 43.6], [-96.8, 43.7]]
    assert np.isnan(found.points[1]).all()
    assert not read_places("node       X       Y\n1 517965.5 360214.4688\n", network).geographic
    with pytest.raises(GraphError, match="line 2 should be node, x and y"):
        read_places("node X Y\n1 here there\n", network)


def test_packed_files_are_read(tmp_path, monkeypatch):
    plain = tmp_path / "a_net.tntp"
    plain.write_bytes(HEAD.encode("utf-16"))
    packed = tmp_path / "a_net.tntp.gz"
    packed.write_bytes(gzip.compress(HEAD.encode("utf-8-sig")))
    zipped = tmp_path / "a.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("net/a_net.tntp", HEAD)
    assert text_of(plain) == text_of(packed) == text_of(zipped) == HEAD
    monkeypatch.setattr(tntp, "_MOST_BYTES", 10)
    for file in (plain, packed, zipped):
        with pytest.raises(GraphError, match="more than 10 bytes"):
            text_of(file)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.zip", b"no zip", "cannot be read"),
        ("a.gz", b"no gzip", "cannot be read"),
        ("a.gz", gzip.compress(b"abc" * 100)[:20], "cannot be read"),
        ("a.tntp", b"\x00\x01\x02", "no text file"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, name, data, words):
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(GraphError, match=words):
        text_of(file)
