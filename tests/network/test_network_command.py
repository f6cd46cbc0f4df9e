"""`conurb network`: load an extract, check it, export it, go back to what was drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from conurb.cli import main
from conurb.network.exporting import read_streets
from tests.network.test_gtfs import feed_file
from tests.network.test_lines import NAME, write
from tests.network.test_osm import pbf
from tests.network.test_region_network import FOLDER


@pytest.fixture
def run(tmp_path):
    """Run `conurb network …` on a node of its own; return the result."""

    def command(*words: object, lang: str = "en", region: Path = FOLDER):
        options = ["--region", region, "--data", tmp_path / "data", "--lang", lang]
        return CliRunner().invoke(main, ["network", *map(str, (*words, *options))])

    return command


def test_the_declared_network_is_sound_and_opens_in_gdal(run, tmp_path):
    checked = run("check")
    assert checked.exit_code == 0, checked.output
    assert "0 problems" in checked.output
    file = tmp_path / "network.gpkg"
    assert run("export", file, "--with", "south-ring").exit_code == 0
    network = read_streets(file, NAME)
    opened = {link.road for link in network.links if link.state == "existing"}
    assert "south-ring" in opened
    assert "changzhuyou" not in opened


def test_an_extract_takes_the_place_of_the_drawn_streets_until_it_is_dropped(run, tmp_path):
    loaded = run("load", pbf(tmp_path / "a.osm.pbf"))
    assert loaded.exit_code == 0, loaded.output
    assert "no street lies within 3 km" in loaded.output, "what lost its place is told"
    checked = run("check", lang="zh")
    assert checked.exit_code == 1, "most zones have lost their streets"
    assert "公里内没有道路" in checked.output
    assert run("check", "--drawn").exit_code == 0
    exported = tmp_path / "network.gpkg"
    assert run("export", exported).exit_code == 0
    assert "way/10" in {link.road for link in read_streets(exported, NAME).links}
    assert "1 files dropped" in run("load", "--drop").output
    assert run("check").exit_code == 0


def test_lines_and_feeds_are_loaded_side_by_side(run, tmp_path):
    lines = write(
        tmp_path / "roads.gpkg",
        [[(113.0, 28.0), (113.03, 28.0)], [(113.03, 28.0), (113.03, 28.02)]],
        grade=np.array(["main", "other"], dtype=object),
    )
    words = ("--field", "class=grade", "--class", "main=primary")
    loaded = run("load", lines, feed_file(tmp_path), *words)
    assert loaded.exit_code == 0, loaded.output
    exported = tmp_path / "network.gpkg"
    run("export", exported)
    network = read_streets(exported, NAME)
    assert "stop:hub" in network.node_at
    assert {link.kind.value for link in network.links if link.road.startswith("row/")} == {
        "primary",
        "secondary",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["load"], "name a file"),
        (["export", "network.shp"], "should end with .gpkg"),
        (["export", "n.gpkg", "--with", "nothing"], "no project nothing"),
        (["load", "{bad}"], "cannot be read"),
        (["load", "{bad}", "--field", "colour=x"], "--field colour=x"),
        (["load", "{bad}", "--class", "x=motorway"], "--class x=motorway"),
        (["load", "{bad}", "{other}"], "from one file of lines"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(run, tmp_path, words, said):
    names = {"bad": tmp_path / "bad.gpkg", "other": tmp_path / "other.gpkg"}
    for file in names.values():
        file.write_bytes(b"nothing")
    result = run(*(word.format(**names) for word in words))
    assert result.exit_code != 0
    assert said in result.output
    assert not list((tmp_path / "data").rglob("*.gpkg"))


def test_a_broken_file_leaves_what_was_loaded(run, tmp_path):
    run("load", pbf(tmp_path / "a.osm.pbf"))
    before = list((tmp_path / "data").rglob("*"))
    bad = tmp_path / "feed.zip"
    bad.write_bytes(b"no zip")
    assert run("load", bad).exit_code == 1
    assert list((tmp_path / "data").rglob("*")) == before


def test_a_region_without_a_network_says_so(run):
    elsewhere = Path(__file__).resolve().parents[1] / "region" / "fixtures" / "elsewhere"
    result = run("check", region=elsewhere)
    assert result.exit_code == 1
    assert "has no folder network/" in result.output


def test_region_check_looks_at_the_network_too():
    result = CliRunner().invoke(main, ["region", "check", str(FOLDER)])
    assert result.exit_code == 0, result.output
    assert "projects" in result.output


NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 2
<FIRST THRU NODE> 1
<NUMBER OF LINKS> 2
<END OF METADATA>
1 2 10 1 10 1 1 0 0 1 ;
1 2 10 1 10 1 1 0 0 1 ;
"""


def test_trips_are_assigned_and_compared_with_what_is_known(tmp_path):
    def assign(*words: object):
        return CliRunner().invoke(main, ["network", "assign", *map(str, words)])

    net, trips, best = (tmp_path / f"a_{what}.tntp" for what in ("net", "trips", "flow"))
    net.write_text(NET)
    trips.write_text("<NUMBER OF ZONES> 2\nOrigin 1\n 1 : 3; 2 : 10;\nOrigin 2\n 1 : 4;\n")
    best.write_text("From To Volume Cost\n1 2 5 15\n1 2 5 15\n")
    flows, costs = tmp_path / "flows.csv", tmp_path / "costs.csv"
    done = assign(net, trips, "--best", best, "--flows", flows, "--costs", costs, "--lang", "en")
    assert done.exit_code == 0, done.output
    assert "1 links join the same nodes as one before" in done.output
    assert "objective (Beckmann) 125.000000, total cost 150.000000" in done.output
    assert "3.00 trips within zones, 4.00 without a way" in done.output
    assert "known volumes: off by 0 at most (0.00e+00 of the greatest), 0 root mean" in done.output
    assert "known costs: off by 0 at most" in done.output
    assert "objective at the known volumes 125.000000" in done.output
    best.write_text("From To Volume\n1 2 8\n1 2 2\n")
    apart = assign(net, trips, "--best", best)
    assert "与已知流量相差最多 3（最大值的 3.75e-01），均方根 3" in apart.output
    assert "与已知费用" not in apart.output
    assert flows.read_text().splitlines()[1:] == ["1,2,5.0,15.0,15.0"] * 2
    assert costs.read_text().splitlines() == ["from,1,2", "1,0.0,15.0", "2,inf,0.0"]
    assert "出行 17.00" in assign(net, trips).output
    cut_short = assign(net, trips, "--rounds", 0)
    assert cut_short.exit_code == 1
    assert "未达到" in cut_short.output
    for wrong, said in (((net, net), "no file of trips"), ((trips, trips), "is no link")):
        refused = assign(*wrong, "--lang", "en")
        assert refused.exit_code == 1
        assert said in refused.output
