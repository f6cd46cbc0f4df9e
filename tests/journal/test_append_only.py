"""The journal and what is said in reports can only grow."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from conurb.journal import files
from conurb.journal.actions import record
from conurb.journal.models import AppendOnlyError, Entry


@pytest.fixture
def entry(actors):
    return record(actors["office"], "task.test", urn="urn:conurb:region:task:1", name="试")


def test_an_entry_says_who_for_whom_and_what(entry, actors):
    office = actors["office"]
    assert entry.actor == office
    assert entry.actor_name == office.full_name
    assert entry.authority_key == office.authority.key
    assert entry.authority_name == office.authority.name_zh


def test_the_platform_itself_is_named(db):
    assert record(None, "plan.adopt", urn="urn:x", name="x").actor_name == "Conurb"


def test_the_model_refuses_change_and_deletion(entry):
    entry.verb = "task.other"
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE journal_entry SET verb = 'x'", "DELETE FROM journal_entry"],
)
def test_the_database_refuses_whoever_asks(entry, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Entry.everything.get(pk=entry.pk).verb == "task.test"


@pytest.mark.parametrize("table", ["plan_report", "plan_evidence", "plan_supervisionstep"])
def test_the_tables_of_the_plan_have_their_triggers(db, table):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger'")
        else:
            cursor.execute("SELECT trigger_name FROM information_schema.triggers")
        names = {row[0] for row in cursor.fetchall()}
    assert {f"{table}_no_update", f"{table}_no_delete"} <= names


def test_officers_see_the_acts_of_their_authority_alone(entry, actors):
    own = record(actors["officer-zhuzhou"], "task.test", urn="urn:x", name="x")
    seen = Entry.objects.visible_to(actors["officer-zhuzhou"])
    assert own in seen
    assert entry not in seen
    assert own in Entry.objects.visible_to(actors["office"])
    assert own not in Entry.objects.visible_to(actors["officer-changsha"])


def test_files_lie_under_their_hash_once(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    first, second = files.store(b"same"), files.store(b"same")
    assert first == second
    assert files.read(first.sha256) == b"same"
    assert sum(1 for path in tmp_path.rglob("*") if path.is_file()) == 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "0" * 63, "G" * 64, "0" * 64 + "/.."])
def test_a_name_that_is_no_hash_leads_nowhere(name):
    with pytest.raises(ValueError, match="SHA-256"):
        files.path_of(name)
