"""A feed becomes lines that leave as it says; what is wrong in it is told with file and line."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conurb.network import dijkstra
from conurb.network.exporting import NoNetworkError
from conurb.network.gtfs import Limits, read_gtfs, with_feed
from conurb.network.multimodal import Access, Mode, Network, Service, Zone, graph_for
from tests.network.test_multimodal import NAME, small  # noqa: F401

TABLES = {
    "stops.txt": """stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station
hub,枢纽,28.0,113.0,1,
a1,一号站台,28.0001,113.0,0,hub
a2,二号站台,28.0002,113.0,0,hub
b,中站,28.0,113.02,0,
c,末站,28.0,113.03,0,
bad,坏站,128.0,113.0,0,
""",
    "routes.txt": """route_id,route_short_name,route_type
m,1号线,1
t,快线,101
x,缆车,99
""",
    "trips.txt": """route_id,service_id,trip_id
m,work,m1
m,work,m2
m,rest,m3
t,work,t1
x,work,x1
m,work,short
m,work,late
""",
    "stop_times.txt": """trip_id,stop_sequence,stop_id,arrival_time,departure_time
m1,1,a1,08:00:00,08:00:00
m1,3,c,08:12:00,08:12:00
m1,2,b,,
m2,1,a2,08:20:00,08:20:00
m2,2,b,08:26:00,08:26:00
m2,3,c,08:32:00,08:32:00
m3,1,a1,09:00:00,09:00:00
m3,2,c,09:10:00,09:10:00
t1,1,a1,00:00:00,00:00:00
t1,2,c,00:04:00,00:04:00
short,1,a1,10:00:00,10:00:00
late,1,a1,10:00:00,10:00:00
late,2,b,09:50:00,09:50:00
m1,9,nowhere,08:30:00,08:30:00
m1,4,bad,25:61:00,
""",
    "calendar.txt": """service_id,start_date,end_date,\
monday,tuesday,wednesday,thursday,friday,saturday,sunday
work,20260105,20260111,1,1,1,1,1,0,0
rest,20260105,20260111,0,0,0,0,0,1,1
""",
    "calendar_dates.txt": """service_id,date,exception_type
work,20260110,1
rest,20260110,2
""",
    "frequencies.txt": """trip_id,start_time,end_time,headway_secs
t1,06:00:00,22:00:00,600
t1,22:00:00,23:00:00,0
""",
    "transfers.txt": """from_stop_id,to_stop_id,transfer_type,min_transfer_time
b,c,2,300
a1,a2,2,60
b,c,3,
""",
}


def feed_file(folder: Path, **changed: str | None) -> Path:
    """Write the feed, with tables replaced or left out."""
    file = folder / "feed.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        tables = {**TABLES, **{f"{key}.txt": text for key, text in changed.items()}}
        for name, text in tables.items():
            if text is not None:
                packed.writestr(f"feed/{name}", text)
    return file


@pytest.fixture
def feed(tmp_path):
    return read_gtfs(feed_file(tmp_path), day=date(2026, 1, 6))


def test_trips_with_the_same_stops_are_a_line(feed):
    assert [stop.key for stop in feed.stops] == ["hub", "b", "c"]
    by_name = {line.name.zh: line for line in feed.lines}
    metro = by_name["1号线"]
    assert metro.mode is Mode.METRO
    assert [feed.stops[stop].key for stop in metro.stops] == ["hub", "b", "c"]
    assert metro.departures == (480, 500)
    assert metro.runs == (6, 6), "what has no time lies evenly between those that have"
    assert by_name["快线"].mode is Mode.HIGHSPEED
    assert by_name["快线"].services == (Service(360, 1320, 10),)
    assert by_name["快线"].departures == ()


def test_days_follow_the_calendar_and_its_exceptions(tmp_path):
    file = feed_file(tmp_path)
    sunday = read_gtfs(file, day=date(2026, 1, 11))
    assert [line.departures for line in sunday.lines] == [(540,)]
    saturday = read_gtfs(file, day=date(2026, 1, 10))
    assert {line.name.zh for line in saturday.lines} == {"1号线", "快线"}
    assert read_gtfs(file).day == date(2026, 1, 5), "the first of the busiest days"
    with pytest.raises(NoNetworkError, match="2027"):
        read_gtfs(file, day=date(2027, 1, 1))


def test_what_is_wrong_is_told_with_file_and_line(feed):
    told = {problem.where: problem.reason for problem in feed.problems}
    assert set(told) == {
        "stops.txt:7",
        "routes.txt:4",
        "trips.txt:6",
        "trips.txt:7",
        "trips.txt:8",
        "stop_times.txt:15",
        "stop_times.txt:16",
        "frequencies.txt:3",
    }
    assert all(reason.zh and reason.en for reason in told.values())


def test_a_feed_on_a_network_is_ridden(feed, small):  # noqa: F811
    network = with_feed(small, feed)
    assert len(network.stations) == len(small.stations) + 3
    assert all(len(station.access) == 2 for station in network.stations[2:])
    before, after = (graph_for(each, "transit", 600) for each in (small, network))
    slow = dijkstra.costs_of(before.graph, before.zones, before.zones)
    fast = dijkstra.costs_of(after.graph, after.zones, after.zones)
    assert fast[0, 1] < slow[0, 1]
    assert fast[1, 0] == pytest.approx(slow[1, 0]), "the feed runs one way only"


def test_transfers_are_walked_in_the_time_they_take(feed):
    alone = with_feed(Network(NAME, (), ()), feed)
    zones = (
        Zone("B", "", NAME, 113.02, 28.0, 1, (Access(1, 0.0),)),
        Zone("C", "", NAME, 113.03, 28.0, 1, (Access(2, 0.0),)),
    )
    graph = graph_for(Network(NAME, alone.nodes, alone.links, zones=zones), "walk")
    found = dijkstra.costs_of(graph.graph, graph.zones, graph.zones)
    assert found[0, 1] == pytest.approx(983 * 0.06 / 4.8, rel=0.02), "further than 5 minutes"
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stops": None}, "stops.txt"),
        ({"stop_times": None}, "stop_times.txt"),
        ({"trips": "route_id,trip_id\nm,m1\n"}, "service_id"),
        ({"calendar": None, "calendar_dates": None}, "any day"),
        ({"stop_times": "trip_id,stop_id,stop_sequence\n"}, "usable"),
        ({"stops": "stop_id\n" + "a\n" * 3_000_000}, "too much"),
    ],
)
def test_feeds_that_cannot_be_used_are_refused(tmp_path, changed, said):
    with pytest.raises(NoNetworkError, match=said) as raised:
        read_gtfs(feed_file(tmp_path, **changed))
    assert raised.value.reason.zh


def test_too_many_rows_and_no_zip_are_refused(tmp_path):
    with pytest.raises(NoNetworkError, match="rows"):
        read_gtfs(feed_file(tmp_path), limits=Limits(rows=3))
    plain = tmp_path / "plain.zip"
    plain.write_text("no zip")
    with pytest.raises(NoNetworkError, match="GTFS"):
        read_gtfs(plain)


def test_a_damaged_table_is_refused(tmp_path):
    file = feed_file(tmp_path)
    data = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as packed:
        begin = packed.getinfo("feed/stop_times.txt").header_offset
    for at in range(begin + 60, begin + 100):
        data[at] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(NoNetworkError):
        read_gtfs(file)


def told_in(feed) -> set[str]:
    return {problem.where for problem in feed.problems}


def test_exceptions_alone_make_a_calendar(tmp_path):
    file = feed_file(tmp_path, calendar=None)
    found = read_gtfs(file)
    assert found.day == date(2026, 1, 10)
    assert {line.name.zh for line in found.lines} == {"1号线", "快线"}
    assert "trips.txt:4" not in told_in(found), "“rest” is in calendar_dates.txt"


def test_a_service_in_no_calendar_is_told(tmp_path):
    file = feed_file(tmp_path, calendar=TABLES["calendar.txt"].replace("rest,", "other,"))
    assert "trips.txt:4" not in told_in(read_gtfs(file))
    file = feed_file(
        tmp_path,
        calendar=TABLES["calendar.txt"].replace("rest,", "other,"),
        calendar_dates=None,
    )
    assert "trips.txt:4" in told_in(read_gtfs(file))


def test_a_calendar_for_ever_runs_on_any_of_its_days(tmp_path):
    for_ever = TABLES["calendar.txt"].replace("20260105,20260111", "19000101,29991231")
    file = feed_file(tmp_path, calendar=for_ever)
    assert len(read_gtfs(file, day=date(2026, 1, 6)).lines) == 2
    assert len(read_gtfs(file, day=date(2150, 1, 6)).lines) == 2
    assert "calendar.txt:2" in told_in(read_gtfs(file))


def test_platforms_without_a_place_are_where_their_station_is(tmp_path):
    stops = TABLES["stops.txt"].replace("28.0002,113.0,0,hub", ",,0,hub")
    stops = stops.replace("28.0,113.03,0,", "28.0,113.03,0,gone") + "lost,无,,,0,gone\n"
    found = read_gtfs(feed_file(tmp_path, stops=stops), day=date(2026, 1, 6))
    assert [stop.key for stop in found.stops] == ["hub", "b", "c"]
    assert {"stops.txt:6", "stops.txt:8"} <= told_in(found)
    assert "stops.txt:4" not in told_in(found)


def test_calls_of_trips_that_are_told_already_are_not_told_again(tmp_path):
    calls = TABLES["stop_times.txt"] + "x1,1,a1,08:00:00,08:00:00\nx1,2,c,08:30:00,08:30:00\n"
    found = read_gtfs(feed_file(tmp_path, stop_times=calls), day=date(2026, 1, 6))
    assert "trips.txt:6" in told_in(found)
    assert not {"stop_times.txt:17", "stop_times.txt:18"} & told_in(found)


def test_two_calls_of_one_number_are_told(tmp_path):
    calls = TABLES["stop_times.txt"].replace("m2,2,b", "m2,1,b")
    found = read_gtfs(feed_file(tmp_path, stop_times=calls), day=date(2026, 1, 6))
    assert "trips.txt:3" in told_in(found)
    assert [line.departures for line in found.lines if line.mode is Mode.METRO] == [(480,)]


def test_night_runs_into_the_next_day_and_marks_do_not_matter(tmp_path):
    calls = TABLES["stop_times.txt"].replace(
        "m2,1,a2,08:20:00,08:20:00", "m2,1,a2,24:20:00, 24:20:00"
    )
    calls = calls.replace("m2,2,b,08:26:00,08:26:00", "m2,2,b,,")
    calls = calls.replace("m2,3,c,08:32:00,08:32:00", "m2,3,c,25:02:00,")
    marked = {
        name.removesuffix(".txt"): "\ufeff" + text.replace("\n", "\r\n")
        for name, text in {**TABLES, "stop_times.txt": calls}.items()
    }
    found = read_gtfs(feed_file(tmp_path, **marked), day=date(2026, 1, 6))
    assert [line.departures for line in found.lines if line.mode is Mode.METRO] == [(480, 1460)]


@given(st.sampled_from(sorted(TABLES)), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_is_too_odd(tmp_path, name, data):
    """Any cell may hold anything: the feed is read, with what is wrong told, or refused plainly."""
    rows = [line.split(",") for line in TABLES[name].splitlines()]
    for _ in range(data.draw(st.integers(1, 3))):
        row = data.draw(st.integers(0, len(rows) - 1))
        cell = data.draw(st.integers(0, len(rows[row]) - 1))
        rows[row][cell] = data.draw(
            st.one_of(
                st.sampled_from(["", "-1", "1e9", "nan", "inf", "99:99:99", "٣", "²", '"']),
                st.text(max_size=6),
            )
        )
    text = "\n".join(",".join(row) for row in rows)
    file = feed_file(tmp_path, **{name.removesuffix(".txt"): text})
    try:
        found = read_gtfs(file, day=date(2026, 1, 6))
    except NoNetworkError:
        return
    assert all(np.isfinite(line.runs).all() for line in found.lines)
    assert all(0 <= stop < len(found.stops) for line in found.lines for stop in line.stops)
