"""Keys of a node: files for nobody else, events in the region's log, acts of the office."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone

from conurb.cli import main
from conurb.journal.models import Entry
from conurb.records import checkpoints, entries, keys
from conurb.records.actions.keys import ensure_keys, hosted, rotate, signer, withdraw
from conurb.records.actions.logs import NewEntry, append
from conurb.records.keys import MissingKeyError
from conurb.records.models import REGION_LOG, Checkpoint, LogEntry, LogHead, SigningKey
from conurb.records.queries.trust import trust_list
from conurb.records.suites import suite_of, verifier
from conurb.refusal import NotCompetentError, RefusedError

CITY = "430100"


@pytest.fixture
def folder(settings, tmp_path):
    """A node with a folder of its own, without keys."""
    settings.DATA_PATH = tmp_path
    return tmp_path / "keys"


@pytest.fixture
def fresh(folder, db):
    """The keys of a new node."""
    SigningKey.objects.filter(records=None).delete()
    return folder


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_regions_secret_is_made_once(folder):
    secret = keys.region_secret()
    assert len(secret) == 32
    assert keys.region_secret() == secret
    assert (folder / "region-secret").read_bytes() == secret
    assert mode(folder) == 0o700
    assert mode(folder / "region-secret") == 0o600


def test_a_secret_of_another_length_is_refused(folder):
    folder.mkdir()
    (folder / "region-secret").write_bytes(b"short")
    with pytest.raises(ValueError, match="32 bytes"):
        keys.region_secret()


def test_every_owner_gets_a_key_once(fresh):
    ensure_keys()
    ensure_keys()
    in_use = SigningKey.objects.filter(retired_at=None, withdrawn_at=None)
    assert sorted(in_use.values_list("owner", flat=True)) == sorted([REGION_LOG, *hosted()])
    for key in in_use:
        file = fresh / f"{key.kid}.pem"
        assert mode(file) == 0o600
        assert suite_of(key.algorithm).public(file.read_bytes()) == key.public_jwk
        assert trust_list().get(key.kid).owner == key.owner


def test_the_private_half_is_in_no_table(fresh):
    ensure_keys()
    key = SigningKey.objects.filter(owner=CITY).last()
    assert "d" not in key.public_jwk
    assert not any("PRIVATE" in body for body in LogEntry.objects.values_list("body", flat=True))


def test_a_city_signs_with_its_key(fresh):
    ensure_keys()
    found = signer(CITY)
    key = SigningKey.objects.get(kid=found.kid)
    assert verifier(key.algorithm, key.public_jwk)(b"data", found.sign(b"data"))
    assert "sign" not in repr(found)


def test_a_missing_file_is_told(fresh):
    ensure_keys()
    key = SigningKey.objects.filter(owner=CITY).last()
    (fresh / f"{key.kid}.pem").unlink()
    with pytest.raises(MissingKeyError, match=key.kid):
        signer(CITY)


def test_nobody_signs_for_a_city_without_a_key(fresh):
    with pytest.raises(LookupError):
        signer("999999")
    with pytest.raises(LookupError):
        append("999999", [NewEntry("issue", "x", {})], now=timezone.now())


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_key_is_followed_by_another(fresh, actors, algorithm):
    ensure_keys()
    old = signer(CITY)
    moment = timezone.now()
    new = rotate(actors["office"], CITY, algorithm=algorithm, now=moment)
    assert signer(CITY).kid == new.kid != old.kid
    assert signer(CITY).algorithm == algorithm
    before = trust_list().get(old.kid)
    assert (before.retired_at, before.withdrawn_at) == (moment, None)
    assert before.objection(moment - timedelta(days=1), None) is None
    assert before.objection(moment + timedelta(days=1), None) == "key-retired"
    told = Entry.everything.filter(verb="signing-key.rotate").first()
    assert told.detail["kid"] == new.kid
    assert told.detail["old"] == old.kid


def test_the_regions_own_key_vouches_for_the_next(fresh):
    ensure_keys()
    first = signer(REGION_LOG)
    second = rotate(None, REGION_LOG)
    heads = list(Checkpoint.objects.filter(log=REGION_LOG).order_by("-size")[:2])
    found = trust_list()
    signed_by = [checkpoints.verify(head.note, found.of(REGION_LOG))[1] for head in heads]
    assert signed_by == [second.kid, first.kid]


def test_a_stolen_key_is_withdrawn_from_a_moment_on(fresh, actors):
    ensure_keys()
    stolen = signer(CITY)
    row = SigningKey.objects.get(kid=stolen.kid)
    moment = row.active_from + timedelta(hours=2)
    since = row.active_from + timedelta(hours=1)
    withdraw(actors["office"], stolen.kid, compromised_from=since, reason=" 机房失窃 ", now=moment)
    assert signer(CITY).kid != stolen.kid
    key = trust_list().get(stolen.kid)
    assert (key.withdrawn_at, key.compromised_from) == (moment, since)
    leaf = entries.read(
        LogEntry.objects.get(log=REGION_LOG, record_key=stolen.kid, kind="withdraw").body
    )
    assert leaf.body["reason"] == "机房失窃"
    with pytest.raises(RefusedError):
        withdraw(actors["office"], stolen.kid, compromised_from=since, reason="x", now=moment)


def test_a_retired_key_can_still_be_withdrawn(fresh):
    ensure_keys()
    old = SigningKey.objects.filter(owner=CITY).last()
    new = rotate(None, CITY)
    withdraw(None, old.kid, compromised_from=old.active_from, reason="late")
    assert signer(CITY).kid == new.kid


def test_what_cannot_be_withdrawn(fresh, actors):
    ensure_keys()
    key = SigningKey.objects.filter(owner=CITY).last()
    now = timezone.now()
    since = key.active_from

    def attempt(field: str, kid: str = key.kid, since: datetime = since, reason: str = "x"):
        with pytest.raises(RefusedError) as fault:
            withdraw(actors["office"], kid, compromised_from=since, reason=reason, now=now)
        assert fault.value.field == field

    attempt("kid", kid="unknown")
    attempt("reason", reason="  ")
    attempt("reason", reason="x" * 501)
    attempt("compromised_from", since=now + timedelta(seconds=1))
    attempt("compromised_from", since=key.active_from - timedelta(seconds=1))
    assert SigningKey.objects.get(pk=key.pk).withdrawn_at is None


def test_what_cannot_follow(fresh, actors):
    ensure_keys()
    with pytest.raises(RefusedError, match="SM2-SM3"):
        rotate(actors["office"], CITY, algorithm="SM2-SM3")
    with pytest.raises(RefusedError):
        rotate(actors["office"], "999999")


@pytest.mark.parametrize("role", ["resident", "officer-changsha"])
def test_keys_are_not_for_everybody(fresh, actors, role):
    ensure_keys()
    key = signer(CITY)
    with pytest.raises(NotCompetentError):
        rotate(actors[role], CITY)
    with pytest.raises(NotCompetentError):
        withdraw(actors[role], key.kid, compromised_from=timezone.now(), reason="x")
    assert signer(CITY).kid == key.kid


def test_a_system_of_the_office_changes_no_keys(fresh, actors):
    ensure_keys()
    system = actors["office"]
    system.is_system = True
    with pytest.raises(NotCompetentError):
        rotate(system, CITY)


def test_a_body_does_not_name_its_envelope(fresh):
    ensure_keys()
    with pytest.raises(ValueError, match="index"):
        append(CITY, [NewEntry("issue", "x", {"index": 5})], now=timezone.now())


def test_nothing_is_appended_by_nothing(fresh):
    ensure_keys()
    size = LogHead.objects.filter(log=CITY).values_list("size", flat=True).first() or 0
    assert append(CITY, [], now=timezone.now()) == range(size, size)


def test_heads_are_signed_one_after_another(fresh):
    """What is written as of an earlier moment is signed no earlier than what came before."""
    ensure_keys()
    now = timezone.now() + timedelta(days=1)
    append(CITY, [NewEntry("issue", "x", {})], now=now)
    append(CITY, [NewEntry("issue", "y", {})], now=now - timedelta(days=9))
    first, second = reversed(Checkpoint.objects.filter(log=CITY).order_by("-size")[:2])
    assert first.at == second.at == now
    assert LogEntry.objects.filter(log=CITY).last().at == now - timedelta(days=9)


def run(*arguments: str):
    return CliRunner().invoke(main, ["records", *arguments])


def test_keys_from_the_command_line(fresh):
    ensure_keys()
    old = signer(CITY).kid
    listed = run("keys", CITY).output
    assert listed.splitlines()[-1].startswith(f"{CITY}   {old} EdDSA  in use")
    told = run("rotate-key", CITY, "--algorithm", "ES256")
    new = signer(CITY).kid
    assert new in told.output
    since = timezone.localtime() + timedelta(minutes=1)
    late = run(
        "withdraw-key", new, "--compromised-from", f"{since:%Y-%m-%dT%H:%M}", "--reason", "x"
    )
    assert late.exit_code == 1
    assert "Error" in late.output
    SigningKey.objects.filter(kid=new).update(active_from=timezone.now() - timedelta(hours=1))
    since = timezone.localtime() - timedelta(minutes=5)
    done = run(
        "withdraw-key", new, "--compromised-from", f"{since:%Y-%m-%dT%H:%M}", "--reason", "x"
    )
    assert done.exit_code == 0, done.output
    listed = run("keys").output
    assert f"{new} ES256  withdrawn" in listed
    assert f"{old} EdDSA  retired" in listed
    assert run("rotate-key", "999999").exit_code == 1
