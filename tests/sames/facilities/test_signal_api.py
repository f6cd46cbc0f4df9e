"""The signals over the API: what runs when, files, and a search from asking to its proposal."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from itertools import pairwise

import pytest
from django.test import Client
from django.utils import timezone

from conurb.desk.queries.calendar import calendar
from conurb.network.signals.declaring import read_data
from conurb.network.signals.programmes import DayKind, kind_of
from conurb.plan.actions.keys import create
from conurb.region.competence import competent
from conurb.region.models import Authority, User
from conurb.sames.facilities.actions import signals as acts
from conurb.sames.facilities.signal_models import SignalCorridor, SignalVersion

SLUG = "tanzhou-avenue"
ADDRESS = f"/api/facilities/signals/{SLUG}"
MONDAY, SATURDAY, MADE_UP = "2026-03-02", "2026-03-07", "2026-02-14"


@pytest.fixture
def key(db):
    """A key of the traffic police of Xiangtan, and its sign in a header."""
    office = User.objects.create_user(
        "signals-office", authority=Authority.objects.get(is_office=True)
    )
    made = create(office, competent("traffic-police", "430300"), "Signals")
    return {"Authorization": f"Bearer {made.secret}"}


def got(client: Client, address: str, **headers: str) -> dict:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(
    ("at", "day", "plan", "until"),
    [
        (f"{MONDAY}T08:15", "workday", "morning-peak", "09:00"),
        (f"{MONDAY}T09:00", "workday", "off-peak", "17:00"),
        (f"{MONDAY}T00:15:00Z", "workday", "morning-peak", "09:00"),
        (f"{SATURDAY}T08:15", "saturday", "off-peak", "23:00"),
        # a Saturday on which offices work has the traffic of a working day
        (f"{MADE_UP}T08:15", "make-up-workday", "morning-peak", "09:00"),
        ("2026-10-01T08:15", "holiday", "off-peak", "23:00"),
        ("2099-01-05T18:00", "workday", "evening-peak", "19:30"),
    ],
)
def test_it_says_what_runs_by_the_regions_clock_and_calendar(client, db, at, day, plan, until):
    listed = {each["slug"]: each for each in client.get(f"/api/facilities/signals?at={at}").json()}
    running = listed[SLUG]["running"]
    assert (running["day"], running["plan"], running["until"]) == (day, plan, until)
    assert running["table"] == ("workday" if "workday" in day else "rest-day")
    assert got(client, f"{ADDRESS}?at={at}")["running"] == running
    assert listed["dongzhu-road"]["running"]["plan"] == "all-day"


def test_beyond_the_calendar_the_weekday_counts(db):
    assert kind_of(date(2099, 1, 5), calendar()) == DayKind.WORKDAY
    assert kind_of(date(2099, 1, 4), calendar()) == DayKind.SUNDAY


def test_the_plans_of_an_arterial_are_told_in_full(client, db):
    told = got(client, ADDRESS)
    version = SignalVersion.everything.get(key=told["version"]["key"])
    programme = acts.programme_of(version)
    assert [each["key"] for each in told["plans"]] == [each.key for each in programme.patterns]
    assert told["version"]["state"] == "in-force"
    for plan, pattern in zip(told["plans"], programme.patterns, strict=True):
        assert plan["cycle_s"] == pattern.plan.cycle
        assert [at["offset_s"] for at in plan["signals"]] == list(pattern.plan.offsets)
        assert plan["weights"] == list(pattern.weights)
        assert [band["way"] for band in plan["bands"]] == ["outbound", "inbound"]
        for at in plan["signals"]:
            ends = [green["begins"] + green["lasts"] for green in at["greens"]]
            assert max(ends) <= plan["cycle_s"]
    for day in told["days"]:
        slots = day["slots"]
        assert (slots[0]["since"], slots[-1]["until"]) == ("00:00", "24:00")
        for a, b in pairwise(slots):
            assert a["until"] == b["since"]
        assert {change["at"] for change in day["changes"]} >= {slot["since"] for slot in slots[1:]}


def test_every_file_that_it_names_is_there(client, db):
    told = got(client, ADDRESS)
    plan = told["plans"][1]
    for kind, address in plan["files"].items():
        answer = client.get(address)
        assert answer.status_code == 200, kind
        if kind == "json":
            found = read_data(json.loads(answer.content)).first
            assert list(found.offsets) == [at["offset_s"] for at in plan["signals"]]
        if kind == "all":
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                assert "programme.json" in archive.namelist()
    assert client.get(plan["files"]["csv"].replace("morning-peak", "noon")).status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/facilities/signals/nowhere", 404),
        (f"{ADDRESS}?version={'0' * 30}", 404),
        (f"{ADDRESS}?at=2026-02-30T08:00", 422),
        (f"{ADDRESS}?at=yesterday", 422),
        (f"{ADDRESS}?plan=night", 422),
        (f"{ADDRESS}/versions/{'0' * 30}/files/csv", 404),
        (f"{ADDRESS}/versions/{'0' * 30}/files/exe", 422),
    ],
)
def test_what_is_not_there_or_not_meant_is_said(client, db, address, status):
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_key_of_the_police_searches_and_follows_to_the_proposal(
    client, key, django_capture_on_commit_callbacks
):
    asked = {"plan": "night", "method": "maxband", "spread_s": 0, "weights": [2, 1], "keep": "wave"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            f"{ADDRESS}/searches", json.dumps(asked), "application/json", headers=key
        )
    assert answer.status_code == 202, answer.content
    state = got(client, f"{ADDRESS}/searches/{answer.json()['key']}", **key)
    assert (state["state"], state["percent"]) == ("done", 100), state
    told = got(client, f"{ADDRESS}?version={state['version']}")
    assert told["version"]["state"] == "open"
    assert told["version"]["missing"] == ["430100", "430300"]
    night = next(each for each in told["plans"] if each["key"] == "night")
    assert night["weights"] == [2.0, 1.0]
    widths = {band["way"]: band["lasts_s"] for band in night["bands"]}
    assert widths["outbound"] > 0
    # another arterial has no such search, and nobody reads it without a key
    other = f"/api/facilities/signals/furong-avenue/searches/{state['key']}"
    assert client.get(other, headers=key).status_code == 404
    assert client.get(f"{ADDRESS}/searches/{state['key']}").status_code == 401


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"plan": "noon"}, 422),
        ({"weights": [1, 0]}, 422),
        ({"weights": [1]}, 422),
        ({"tolerance": 0.9}, 422),
        ({"method": "guess"}, 422),
    ],
)
def test_what_cannot_be_asked_is_refused(client, key, asked, status):
    answer = client.post(f"{ADDRESS}/searches", json.dumps(asked), "application/json", headers=key)
    assert answer.status_code == status
    assert answer.json()["errors"]


def test_an_arterial_elsewhere_is_not_the_polices_to_change(client, key):
    address = "/api/facilities/signals/dongzhu-road/searches"
    answer = client.post(address, "{}", "application/json", headers=key)
    assert answer.status_code == 403


def test_the_moment_is_told_with_the_regions_offset(client, db):
    told = got(client, f"{ADDRESS}?at={MONDAY}T08:15")["running"]["at"]
    assert (
        datetime.fromisoformat(told).utcoffset()
        == timezone.localtime(datetime.fromisoformat(told)).utcoffset()
    )
    assert SignalCorridor.objects.filter(slug=SLUG).exists()
