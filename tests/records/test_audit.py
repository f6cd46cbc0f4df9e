"""An audit finds every way in which somebody may tamper with a log, and says where.

Each test changes the database by hand, behind the back of the triggers, as whoever runs a node can.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection

from conurb.cli import main
from conurb.records import checkpoints, merkle, sd_jwt, statement, status_lists
from conurb.records import entries as leaves
from conurb.records.actions.keys import ensure_keys, rotate, signer, withdraw
from conurb.records.actions.logs import NewEntry, append
from conurb.records.auditing import Report, Seen, audit
from conurb.records.models import (
    Checkpoint,
    LogEntry,
    LogHead,
    LogTile,
    SigningKey,
    StatusList,
)
from conurb.records.queries.auditing import Tables
from conurb.records.seen_heads import load, save
from conurb.records.statement import Statement
from conurb.region.models import City

CITY = "430300"
NOW = datetime.now(UTC) + timedelta(minutes=10)
LIST = 7
ISSUED = 600


class LogsOnly(Tables):
    """The tables without the city's own records, as a replica has them."""

    def records(self, city: str):
        return None


@pytest.fixture(autouse=True)
def _without_triggers(db):
    """Take the triggers away: whoever has the database can."""
    tables = ("records_logentry", "records_logtile", "records_checkpoint")
    with connection.cursor() as cursor:
        for table in tables:
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            for verb in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")


def token_of(key: str, index: int) -> str:
    said = Statement(
        key=key,
        city=CITY,
        type="try",
        version=1,
        subject="湘A12345",
        authority="xiangtan-transport",
        issued_at=NOW,
        valid_from=NOW,
        valid_until=None,
        status=(LIST, index),
        public={"plate": "湘A12345"},
    )
    return sd_jwt.issue(signer(CITY), statement.claims(said, "http://x"), {"owner": "张"}).token


def issue(first: int, number: int) -> list[str]:
    keys = [secrets.token_hex(15) for _ in range(number)]
    new = [
        NewEntry("issue", key, {"token": token_of(key, first + at)}) for at, key in enumerate(keys)
    ]
    append(CITY, new, now=NOW)
    return keys


@pytest.fixture
def keys(db) -> list[str]:
    """600 records, issued in two portions, three of them suspended, revoked and superseded."""
    ensure_keys(NOW)
    keys = issue(0, 300) + issue(300, ISSUED - 300)
    bits = bytearray(status_lists.blank(StatusList.SIZE))
    for index, kind, status in ((3, "suspend", 2), (400, "revoke", 1), (401, "supersede", 1)):
        body = {"status": [LIST, index], "by": keys[0]}
        append(CITY, [NewEntry(kind, keys[index], body)], now=NOW)
        status_lists.put(bits, index, status)
    StatusList.objects.create(city=City.objects.get(pk=CITY), number=LIST, bits=bytes(bits))
    return keys


def report(**options) -> Report:
    region, city = audit(LogsOnly(), [CITY], **options)
    assert region.sound, region.faults
    return city


def found(**options) -> set[tuple[int | None, str]]:
    city = report(**options)
    assert not city.sound
    assert all(fault.log == CITY for fault in city.faults)
    return {(fault.index, fault.code) for fault in city.faults}


def rewrite(index: int, **changes) -> None:
    """Change what an entry says, its text written as a text of a log should be."""
    row = LogEntry.objects.get(log=CITY, index=index)
    leaf = leaves.read(row.body)
    whole = {"kind": leaf.kind, "key": leaf.key, **changes}
    body = {**leaf.body, **whole.pop("body", {})}
    at = checkpoints.moment_text(leaf.at)
    text = leaves.leaf(CITY, index, at, whole["kind"], whole["key"], body)
    LogEntry.objects.filter(pk=row.pk).update(
        body=text, kind=whole["kind"], record_key=whole["key"]
    )


def test_a_log_that_nobody_touched_is_sound(keys):
    city = report()
    assert city.sound, city.faults
    assert (city.entries, city.heads, city.records) == (ISSUED + 3, 5, ISSUED)
    assert city.remarks == []


def test_a_rewritten_entry_is_found_in_a_full_tile(keys):
    rewrite(100, body={"token": token_of(keys[100], 100)})
    assert found() == {(100, "rewritten")}


def test_a_rewritten_entry_is_found_behind_the_last_full_tile(keys):
    rewrite(ISSUED + 1, kind="suspend")
    assert (ISSUED + 1, "rewritten") in found()


def test_a_rewritten_entry_whose_tile_was_rewritten_too(keys):
    rewrite(100, body={"token": token_of(keys[100], 100)})
    tile = LogTile.objects.get(log=CITY, level=0, index=0)
    body = LogEntry.objects.get(log=CITY, index=100).body
    hashes = bytearray(tile.hashes)
    hashes[100 * 32 : 101 * 32] = merkle.leaf_hash(body.encode())
    LogTile.objects.filter(pk=tile.pk).update(hashes=bytes(hashes))
    # the head of the first 300 is the first that does not fit
    city = report()
    assert [(fault.index, fault.code) for fault in city.faults] == [(0, "rewritten")]
    assert "0 to 299" in city.faults[0].message


def test_a_token_altered_in_place_is_found(keys):
    row = LogEntry.objects.get(log=CITY, index=550)
    token = leaves.read(row.body).body["token"]
    head, payload, signature = token.split(".")
    other = f"{head}.{payload[:-2]}AA.{signature}"
    rewrite(550, body={"token": other})
    assert (550, "token") in found()


def test_a_dropped_entry_is_found(keys):
    LogEntry.objects.filter(log=CITY, index=5).delete()
    assert (5, "dropped") in found()


def test_a_dropped_end_is_found(keys):
    LogEntry.objects.filter(log=CITY, index__gte=ISSUED).delete()
    assert (ISSUED, "dropped") in found()


def test_an_end_dropped_with_its_heads_is_found_by_who_saw_it(keys):
    before = report().head
    LogEntry.objects.filter(log=CITY, index__gte=ISSUED).delete()
    Checkpoint.objects.filter(log=CITY, size__gt=ISSUED).delete()
    LogHead.objects.filter(log=CITY).update(size=ISSUED)
    # nothing inside the log shows it but the status lists
    assert {code for _index, code in found()} == {"status"}
    seen = {CITY: [Seen(before.size, before.root)]}
    assert (ISSUED, "dropped") in found(seen=seen)


def test_reordered_entries_are_found(keys):
    first, second = (LogEntry.objects.get(log=CITY, index=index) for index in (10, 11))
    for row, other in ((first, second), (second, first)):
        LogEntry.objects.filter(pk=row.pk).update(
            body=other.body, kind=other.kind, record_key=other.record_key
        )
    assert {(10, "reordered"), (11, "reordered")} <= found()


def rebuild() -> None:
    """Make tree, tiles and heads anew over what the table says, signed by the city itself."""
    sizes = list(
        Checkpoint.objects.filter(log=CITY).order_by("size").values_list("size", flat=True)
    )
    bodies = list(
        LogEntry.objects.filter(log=CITY).order_by("index").values_list("body", flat=True)
    )
    hashes = [merkle.leaf_hash(body.encode()) for body in bodies]
    LogTile.objects.filter(log=CITY).delete()
    for tile in merkle.completed(0, hashes, lambda _level, _index: b""):
        LogTile.objects.create(log=CITY, level=tile.level, index=tile.index, hashes=tile.hashes)
    key = SigningKey.objects.filter(owner=CITY, withdrawn_at=None).last()
    known = type("Known", (), {"kid": key.kid, "algorithm": "EdDSA", "jwk": key.public_jwk})
    for size in sizes:
        frontier: list[bytes] = []
        merkle.grow(frontier, 0, hashes[:size])
        head = checkpoints.Head(CITY, size, merkle.root_of(frontier), NOW)
        note = checkpoints.sign(head, known, signer(CITY).sign)
        Checkpoint.objects.filter(log=CITY, size=size).update(note=note, root=head.root.hex())


def test_a_past_signed_anew_is_found_by_who_saw_the_former(keys, tmp_path):
    """The city itself rewrites its past, with its own key: only memory finds that."""
    file = tmp_path / "seen.json"
    save(file, {}, [report()])
    rewrite(100, body={"token": token_of(keys[100], 100)})
    rebuild()
    assert report().sound
    assert found(seen=load(file)) == {(ISSUED + 2, "forked")}


def test_a_head_of_another_tree_is_found(keys):
    row = Checkpoint.objects.get(log=CITY, size=300)
    key = signer(CITY)
    head = checkpoints.Head(CITY, 300, hashlib.sha256(b"another").digest(), row.at)
    known = type("Known", (), {"kid": key.kid, "algorithm": "EdDSA"})
    known.jwk = SigningKey.objects.get(kid=key.kid).public_jwk
    Checkpoint.objects.filter(pk=row.pk).update(note=checkpoints.sign(head, known, key.sign))
    assert found() == {(0, "rewritten")}


def test_a_head_that_nobody_signed_is_found(keys):
    row = Checkpoint.objects.get(log=CITY, size=300)
    Checkpoint.objects.filter(pk=row.pk).update(note=row.note.replace("\nat 2", "\nat 1"))
    assert (299, "head") in found()


def test_entries_under_no_head_are_found(keys):
    Checkpoint.objects.filter(log=CITY, size__gt=ISSUED).delete()
    assert (ISSUED, "unsigned") in found()


def test_a_tile_of_other_hashes_is_found(keys):
    tile = LogTile.objects.get(log=CITY, level=0, index=1)
    hashes = bytearray(tile.hashes)
    hashes[32 * 9] ^= 1
    LogTile.objects.filter(pk=tile.pk).update(hashes=bytes(hashes))
    assert (256 + 9, "tile") in found()


def test_a_missing_tile_is_found(keys):
    LogTile.objects.filter(log=CITY, level=0, index=1).delete()
    assert found() == {(256, "tile")}


@pytest.mark.parametrize(("index", "status"), [(3, 0), (400, 0), (50, 1), (599, 2), (5000, 1)])
def test_a_status_list_that_says_something_else_is_found(keys, index, status):
    row = StatusList.objects.get(city_id=CITY, number=LIST)
    row.bits = status_lists.changed(row.bits, index, status)
    row.save()
    city = report()
    assert [fault.code for fault in city.faults] == ["status"]
    assert f"index {index}:" in city.faults[0].message


def test_a_status_list_that_is_gone_is_found(keys):
    StatusList.objects.filter(city_id=CITY, number=LIST).delete()
    assert {code for _index, code in found()} == {"status"}


def test_columns_beside_an_entry_are_held_against_it(keys):
    LogEntry.objects.filter(log=CITY, index=400).update(kind="revoke")
    assert found() == {(400, "rewritten")}


@pytest.mark.parametrize(
    ("kind", "index", "at"), [("resume", 5, 5), ("revoke", 400, 400), ("revoke", 6, 7)]
)
def test_acts_that_cannot_follow_are_found(keys, kind, index, at):
    """Neither resumed what stood, nor revoked twice, nor at the place of another record."""
    append(CITY, [NewEntry(kind, keys[index], {"status": [LIST, at]})], now=NOW)
    assert (ISSUED + 3, "status") in found()


def test_a_place_given_twice_is_found(keys):
    key = secrets.token_hex(15)
    append(CITY, [NewEntry("issue", key, {"token": token_of(key, 9)})], now=NOW)
    assert (ISSUED + 3, "status") in found()


def test_a_token_of_another_city_is_found(keys):
    said = sd_jwt.take_apart(token_of("0" * 30, 700)).payload
    foreign = sd_jwt.sign(signer("430100"), sd_jwt.TYP, said)
    append(CITY, [NewEntry("issue", "0" * 30, {"token": foreign})], now=NOW)
    assert found() == {(ISSUED + 3, "token")}


def test_what_a_stolen_key_had_logged_too_late_is_remarked(keys):
    key = SigningKey.objects.get(owner=CITY)
    issue(ISSUED, 1)
    withdraw(None, key.kid, compromised_from=NOW, reason="stolen", now=NOW)
    city = report()
    assert city.sound
    # all of it was logged at the very moment from which the key is lost, which is not before it
    assert {remark.code for remark in city.remarks} == {"key-withdrawn"}
    assert city.remarks[0].index == 0


def test_what_was_logged_before_a_key_was_stolen_counts(keys):
    later = NOW + timedelta(hours=1)
    key = SigningKey.objects.get(owner=CITY)
    withdraw(None, key.kid, compromised_from=later, reason="stolen", now=later)
    city = report()
    assert city.sound
    assert city.remarks == []


def test_keys_may_change_and_the_log_stays_sound(keys):
    rotate(None, CITY, algorithm="ES256", now=NOW)
    rotate(None, "region", now=NOW)
    issue(ISSUED, 3)
    assert report().sound


def test_a_trust_list_with_an_invented_key_is_found(keys):
    row = LogEntry.objects.get(log="region", index=1)
    leaf = leaves.read(row.body)
    body = {**leaf.body, "owner": "430200" if leaf.body["owner"] != "430200" else CITY}
    text = leaves.leaf("region", 1, checkpoints.moment_text(leaf.at), "add", leaf.key, body)
    LogEntry.objects.filter(pk=row.pk).update(body=text)
    region = next(audit(LogsOnly(), []))
    assert [(fault.log, fault.code) for fault in region.faults] == [("region", "rewritten")]


def test_the_regions_first_key_can_be_pinned(keys):
    first = SigningKey.objects.filter(owner="region").first()
    assert next(audit(LogsOnly(), [], pinned=first.kid)).sound
    assert not next(audit(LogsOnly(), [], pinned="x" * 43)).sound


def test_an_audit_from_outside_finds_the_same(keys, live_over_client):
    region, city = audit(live_over_client, [CITY])
    assert region.sound, region.faults
    assert city.sound, city.faults
    assert (city.entries, city.records) == (ISSUED + 3, ISSUED)
    rewrite(100, body={"token": token_of(keys[100], 100)})
    _region, city = audit(live_over_client, [CITY])
    assert {(fault.index, fault.code) for fault in city.faults} == {(100, "rewritten")}


@pytest.fixture
def live_over_client(client) -> Iterator[object]:
    """A node's addresses, answered by Django's own client."""
    from conurb.records.fetching import Node

    class Here(Node):
        def _get(self, path: str) -> bytes | None:
            answer = client.get(path)
            assert answer.status_code in {200, 404}
            return answer.content if answer.status_code == 200 else None

    return Here("http://node.example")


def test_the_command_tells_what_is_wrong_and_where(keys, tmp_path):
    seen = str(tmp_path / "seen.json")
    run = CliRunner()
    good = run.invoke(main, ["records", "audit", "430300", "--seen", seen])
    LogEntry.objects.filter(log=CITY, index=5).delete()
    bad = run.invoke(main, ["records", "audit", "430300", "--seen", seen])
    assert bad.exit_code == 1
    assert "430300#5 dropped: entry 5 missing" in bad.output
    assert "NOT SOUND" in bad.output
    # the records of these entries were never kept as rows, which is told as well
    assert good.exit_code == 1
    assert "region: " in good.output
    assert "the entry issues a record that is not kept" in good.output
    assert CITY not in load(tmp_path / "seen.json")
