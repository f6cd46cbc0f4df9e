"""Checks of people that a phone made offline: who may report them, what is taken, and once."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from conurb.records import scans
from conurb.records.actions import looking, scanning
from conurb.records.actions.scanning import report
from conurb.records.models import Look
from conurb.refusal import NotCompetentError, RefusedError
from tests.records.shown import CHANGSHA, certificate, identified, permit

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _apart(monkeypatch, tmp_path):
    """A spool of the test's own, and nothing counted yet."""
    monkeypatch.setattr(looking, "_spool", lambda: tmp_path / "looks")
    cache.clear()


def row(**changed):
    return {
        "key": secrets.token_hex(15),
        "city": "430200",
        "list": 0,
        "index": 5,
        "in": CHANGSHA,
        "at": int(NOW.timestamp()),
        "verdict": "valid",
        **changed,
    }


def body(*rows):
    return json.dumps({"scans": list(rows)}).encode()


# —— what a report is, without a database ————————————————————————————————————


def test_a_report_is_read():
    said = row()
    (scan,), refused = scans.read(body(said))
    assert refused == {}
    assert (scan.key, scan.city, scan.number, scan.index) == (said["key"], "430200", 0, 5)
    assert scan.at == NOW


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (b'{"scans": 3}', 400),
        (b'{"scans": [3]}', 400),
        (b'{"scans": [{"key": "../../x"}]}', 400),
        (b"[" * 60_000, 400),
        (b"{" + b" " * scans.MOST_BYTES, 413),
        (body(*(row() for _ in range(scans.MOST + 1))), 413),
    ],
)
def test_what_is_no_report_is_refused(text, status):
    with pytest.raises(scans.ReportError) as told:
        scans.read(text)
    assert told.value.status == status


@pytest.mark.parametrize(
    "changed",
    [
        {"city": "湘潭"},
        {"city": 430200},
        {"in": ""},
        {"list": -1},
        {"list": True},
        {"index": 1 << 40},
        {"index": "5"},
        {"at": "2026-11-26"},
        {"at": 10**18},
        {"at": 1.5},
        {"verdict": "perhaps"},
        {"verdict": None},
    ],
)
def test_a_scan_that_is_none_does_not_hold_up_the_others(changed):
    bad, good = row(**changed), row()
    taken, refused = scans.read(body(bad, good))
    assert [each.key for each in taken] == [good["key"]]
    assert refused == {bad["key"]: "malformed"}


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall_over(text):
    with suppress(scans.ReportError):
        scans.read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["scans", *row()]), inner, max_size=8)
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_makes_it_fall_over(value):
    with suppress(scans.ReportError):
        scans.read(json.dumps(value).encode())


def test_a_clock_that_is_ahead_counts_as_of_now_and_what_is_too_old_not_at_all():
    def made(at):
        return scans.read(body(row(at=int(at.timestamp()))))[0][0]

    assert scans.moment_of(made(NOW + timedelta(hours=3)), NOW) == NOW
    assert scans.moment_of(made(NOW - timedelta(days=89)), NOW) == NOW - timedelta(days=89)
    assert scans.moment_of(made(NOW - timedelta(days=91)), NOW) is None


def test_a_key_is_kept_in_the_name_of_who_reports_it():
    key = secrets.token_hex(15)
    assert scans.key_of(1, key) != scans.key_of(2, key)
    assert scans.key_of(1, key) == scans.key_of(1, key)
    assert len(scans.key_of(1, key)) == 30


# —— on the database —————————————————————————————————————————————————————————


def of(record, **changed):
    """What a phone keeps of a scan of a record."""
    return row(
        **{
            "city": record.city_id,
            "list": record.status_list.number,
            "index": record.status_index,
            "at": int(timezone.now().timestamp()),
            **changed,
        }
    )


@pytest.fixture
def held(actors):
    """A permit of the resident, whose number is known."""
    return permit(identified(actors["resident"]), now=timezone.now() - timedelta(days=2))


@pytest.fixture
def browser(actors):
    client = Client()
    client.force_login(actors["officer-changsha"])
    return client


def post(client, *rows, text=None):
    return client.post(reverse("check-scans"), text or body(*rows), content_type="application/json")


@pytest.mark.django_db
def test_an_offline_check_is_noted_for_the_person(actors, browser, held):
    made_at = timezone.now() - timedelta(hours=5)
    scan = of(held, at=int(made_at.timestamp()), verdict="stale")
    assert post(browser, scan).json() == {"noted": [scan["key"]], "refused": {}}
    looking.gather()
    look = Look.objects.get()
    officer = actors["officer-changsha"]
    assert (look.way, look.verdict, look.in_city) == ("offline", "stale", CHANGSHA)
    assert (look.type, look.record_key) == ("residence-permit", held.key)
    assert (look.authority_key, look.actor_name) == (officer.authority.key, str(officer))
    assert look.at == made_at.replace(microsecond=0)
    assert look.received_at - look.at > timedelta(hours=4)
    assert look.purpose
    reader = Client()
    reader.force_login(actors["resident"])
    page = reader.get(reverse("wallet-looks")).content.decode()
    assert officer.authority.name_zh in page
    assert "离线" in page
    assert "上报" in page


@pytest.mark.django_db
def test_a_report_that_is_repeated_adds_nothing(browser, held):
    scan = of(held)
    for _time in range(2):
        assert post(browser, scan, scan).json()["noted"] == [scan["key"]]
    looking.gather()
    assert post(browser, scan).json()["noted"] == [scan["key"]]
    looking.gather()
    assert Look.objects.count() == 1


@pytest.mark.django_db
def test_another_officer_cannot_take_the_key_of_a_look(actors, browser, held):
    scan = of(held)
    post(browser, scan)
    looking.gather()
    other = Client()
    other.force_login(actors["officer-zhuzhou"])
    post(other, {**scan, "verdict": "invalid"})
    looking.gather()
    assert sorted(Look.objects.values_list("verdict", flat=True)) == ["invalid", "valid"]


@pytest.mark.django_db
def test_it_is_for_officers(actors, held):
    assert post(Client(), of(held)).status_code == 401
    resident = Client()
    resident.force_login(actors["resident"])
    assert post(resident, of(held)).status_code == 403
    with pytest.raises(NotCompetentError):
        report(actors["resident"], [])
    looking.gather()
    assert not Look.objects.exists()


@pytest.mark.django_db
def test_a_page_of_another_site_cannot_report(actors, held):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(actors["officer-changsha"])
    assert post(strict, of(held)).status_code == 403


@pytest.mark.django_db
def test_what_cannot_have_been_is_refused_with_its_reason(browser, held):
    vehicle = certificate()
    guessed = of(held, index=1 << 20)
    early = of(held, at=int((held.issued_at - timedelta(hours=1)).timestamp()))
    old = of(held, at=int((timezone.now() - timedelta(days=100)).timestamp()))
    car = of(vehicle)
    nowhere = of(held, **{"in": "110100"})
    good = of(held)
    told = post(browser, guessed, early, old, car, nowhere, good).json()
    assert told["refused"] == {
        guessed["key"]: "unknown-record",
        early["key"]: "before-issue",
        old["key"]: "too-old",
        car["key"]: "not-personal",
        nowhere["key"]: "malformed",
    }
    assert told["noted"] == [good["key"]]


@pytest.mark.django_db
def test_bad_input_is_answered_as_such(browser):
    assert post(browser, text=b"{").status_code == 400
    assert post(browser, text=b" " * (scans.MOST_BYTES + 1)).status_code == 413
    assert post(browser, *(row() for _ in range(scans.MOST + 1))).status_code == 413
    assert browser.get(reverse("check-scans")).status_code == 405
    assert browser.post(reverse("check-scans"), {"scans": "[]"}).status_code == 400


@pytest.mark.django_db
def test_an_officer_reports_no_more_than_a_day_can_hold(monkeypatch, actors, browser, held):
    monkeypatch.setattr(scanning.scans, "MOST_A_DAY", 3)
    assert post(browser, of(held), of(held)).status_code == 200
    assert post(browser, of(held), of(held)).status_code == 429
    with pytest.raises(RefusedError):
        report(actors["officer-changsha"], scans.read(body(of(held)))[0])
    # on the next day, and for a colleague, it begins anew
    assert report(actors["officer-zhuzhou"], scans.read(body(of(held)))[0]).noted
    later = timezone.now() + timedelta(days=1)
    assert report(actors["officer-changsha"], scans.read(body(of(held)))[0], now=later).noted


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_scans(
    actors, held, django_assert_max_num_queries
):
    told, _refused = scans.read(body(*(of(held) for _ in range(50))))
    with django_assert_max_num_queries(8):
        assert len(report(actors["officer-changsha"], told).noted) == 50
