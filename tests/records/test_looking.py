"""Who looked at a person: noted in a file at once, gathered once, whatever is killed in between."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from conurb.records.actions import looking
from conurb.records.actions.looking import gather, look, note
from conurb.records.checking import check
from conurb.records.models import Look
from conurb.records.subjects import Subject
from tests.records.shown import CHANGSHA, NUMBER, certificate

pytestmark = pytest.mark.django_db
PERSON = Subject("resident", NUMBER, "演示居民")


@pytest.fixture(autouse=True)
def spool(monkeypatch, tmp_path) -> Path:
    """A spool of the test's own."""
    monkeypatch.setattr(looking, "_spool", lambda: tmp_path / "looks")
    return tmp_path / "looks"


def looked(actor, **more) -> None:
    answer = check("residence-permit", PERSON, CHANGSHA)
    look(actor, answer, PERSON, **({"purpose": "窗口核对", "way": "page"} | more))


def test_a_look_is_kept_with_who_why_and_what_was_said(actors):
    looked(actors["officer-changsha"])
    assert not Look.objects.exists()
    assert gather() == 1
    row = Look.objects.get()
    officer = actors["officer-changsha"]
    assert (row.actor_name, row.authority_key) == (str(officer), officer.authority.key)
    assert (row.purpose, row.verdict, row.way) == ("窗口核对", "unknown", "page")
    assert (row.type, row.in_city) == ("residence-permit", CHANGSHA)


def test_the_spool_names_a_person_by_the_handle_alone(actors, spool):
    looked(actors["officer-changsha"])
    text = spool.read_text(encoding="utf-8")
    assert NUMBER not in text
    assert "演示居民" not in text
    assert oct(spool.stat().st_mode & 0o777) == "0o600"


def test_checks_of_others_are_not_noted(actors, spool):
    certificate()
    vehicle = Subject("vehicle", "湘B0A123")
    answer = check("road-transport-certificate", vehicle, CHANGSHA)
    look(actors["officer-changsha"], answer, vehicle, purpose="路检", way="page")
    assert not spool.exists()
    assert gather() == 0


def said() -> dict[str, str]:
    return {
        "subject_handle": "h",
        "type": "residence-permit",
        "purpose": "核对",
        "verdict": "valid",
        "way": "api",
    }


def test_what_was_gathered_by_a_process_that_died_is_kept_once(spool):
    for _time in range(3):
        note(**said())
    taken = spool.with_name("looks.dead")
    taken.write_bytes(spool.read_bytes())  # committed, but killed before the file was removed
    assert gather() == 6
    assert Look.objects.count() == 3
    assert list(spool.parent.iterdir()) == []


def test_half_a_line_does_not_hold_up_the_others(spool):
    note(**said())
    with spool.open("a", encoding="utf-8") as file:
        file.write('{"key": "abc", "at": "20')
    assert gather() == 1


def test_nothing_is_lost_where_gathering_fails(monkeypatch):
    note(**said())

    def fails(*_args, **_more):
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(Look.objects, "bulk_create", fails)
        with pytest.raises(DatabaseError), transaction.atomic():
            gather()
    assert gather() == 1


def test_nothing_is_lost_where_many_write_while_it_is_gathered(spool):
    """The lines of 8 threads that write, against a thread that takes the file away over and over.

    The table is not written here, so that the threads need no connections.
    """
    kept: list[str] = []
    writing = True

    def write(number: int) -> None:
        for each in range(50):
            note(**said(), actor_name=f"{number}-{each}")

    def take() -> None:
        while writing or spool.exists():
            if spool.exists():
                try:
                    spool.rename(spool.with_name(f"looks.{os.urandom(4).hex()}"))
                except FileNotFoundError:
                    continue
            for file in spool.parent.glob("looks.*"):
                with file.open("rb") as opened:
                    looking.fcntl.flock(opened, looking.fcntl.LOCK_EX)
                    kept.extend(json.loads(line)["actor_name"] for line in opened)
                file.unlink()

    with ThreadPoolExecutor(9) as threads:
        taking = threads.submit(take)
        written = [threads.submit(write, number) for number in range(8)]
        for each in written:
            each.result()
        writing = False
        taking.result()
    assert sorted(kept) == sorted(f"{n}-{each}" for n in range(8) for each in range(50))


def test_looks_cannot_be_changed():
    note(**said())
    gather()
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.update(purpose="其他")
    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.all().delete()


def test_the_spool_lies_in_the_node_s_data(monkeypatch):
    monkeypatch.undo()
    assert looking._spool() == Path(settings.DATA_PATH) / "spool" / "looks"
