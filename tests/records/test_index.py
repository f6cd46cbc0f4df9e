"""The local index: grown in use it equals the one made anew, whatever happened in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conurb.plan.actions import keys as api_keys
from conurb.records import index
from conurb.records.actions.issuing import Draft, issue, issue_many, supersede
from conurb.records.actions.keys import rotate, withdraw
from conurb.records.actions.standing import resume, revoke, suspend
from conurb.records.holding import Change, Fact, instant
from conurb.records.index import Index, read_fact, write_fact
from conurb.records.models import LogEntry, Record
from conurb.records.subjects import Subject
from conurb.refusal import RefusedError
from conurb.region.competence import competent

TYPE = "road-transport-certificate"
CITIES = ("430100", "430200", "430300")
PLATES = tuple(f"湘A0000{n}" for n in range(4))


def draft(plate: str, **more) -> Draft:
    public = {"number": "演示0001", "scope": "道路普通货物运输"}
    return Draft(TYPE, Subject("vehicle", plate), public, {"holder": "演示货运"}, **more)


def entries() -> dict[str, list[tuple[str, str]]]:
    with index.local().reading() as snapshot:
        return snapshot.entries()


def assert_equal_to_a_rebuilt_one() -> None:
    grown = entries()
    index.rebuild()
    assert grown == entries()


STEP = st.one_of(
    st.tuples(st.just("issue"), st.integers(0, 2), st.integers(0, 3)),
    st.tuples(st.just("issue-many"), st.integers(0, 2), st.integers(1, 3)),
    st.tuples(
        st.sampled_from(["suspend", "resume", "revoke", "supersede"]),
        st.integers(0, 7),
        st.integers(0, 3),
    ),
)


def act(made: list[Record], step: tuple[str, int, int]) -> None:
    """Do one step of a history; what the rules refuse is left undone."""
    what, which, number = step
    if what == "issue":
        made.append(issue(None, competent("freight", CITIES[which]), draft(PLATES[number])))
    elif what == "issue-many":
        drafts = [draft(plate) for plate in PLATES[:number]]
        made += issue_many(None, competent("freight", CITIES[which]), drafts)
    elif made:
        record = made[which % len(made)]
        try:
            if what == "supersede":
                made.append(supersede(None, record, draft(record.subject_number)))
            else:
                {"suspend": suspend, "resume": resume, "revoke": revoke}[what](None, record, "演示")
        except RefusedError:
            return


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEP, max_size=10))
def test_grown_in_use_it_equals_one_made_from_the_logs(db, history):
    # each history is rolled back, so that the index also meets logs that lost what it had read
    with transaction.atomic():
        made: list[Record] = []
        for step in history:
            act(made, step)
        index.catch_up()
        assert_equal_to_a_rebuilt_one()
        with index.local().reading() as snapshot:
            for record in made:
                assert snapshot.subject_of(record.key) == (TYPE, record.subject_number)
        transaction.set_rollback(True)


def test_what_was_not_followed_is_caught_up(db, monkeypatch):
    index.catch_up()
    with monkeypatch.context() as killed:
        killed.setattr(index, "when_committed", lambda work: None)
        record = issue(None, competent("freight", "430100"), draft(PLATES[0]))
        revoke(None, record, "演示")
    with index.local().reading() as snapshot:
        assert snapshot.facts(TYPE, PLATES[0], instant(timezone.now())) == []
    assert index.catch_up() == 2
    assert_equal_to_a_rebuilt_one()


def test_a_log_that_was_put_back_makes_the_index_anew(db):
    index.catch_up()
    with transaction.atomic():
        issue(None, competent("freight", "430100"), draft(PLATES[0]))
        transaction.set_rollback(True)
    # as many entries as before, but others
    issue(None, competent("freight", "430100"), draft(PLATES[1]))
    index.catch_up()
    now = instant(timezone.now())
    with index.local().reading() as snapshot:
        assert snapshot.facts(TYPE, PLATES[0], now) == []
        assert len(snapshot.facts(TYPE, PLATES[1], now)) == 1
    assert_equal_to_a_rebuilt_one()


def test_a_log_that_is_gone_makes_the_index_anew(db):
    with transaction.atomic():
        issue(None, competent("freight", "430100"), draft(PLATES[0]))
        transaction.set_rollback(True)
    index.catch_up()
    assert_equal_to_a_rebuilt_one()
    with index.local().reading() as snapshot:
        assert snapshot.facts(TYPE, PLATES[0], instant(timezone.now())) == []


def test_who_reads_while_it_is_made_anew_reads_the_old_one(db):
    record = issue(None, competent("freight", "430100"), draft(PLATES[0]))
    now = instant(timezone.now())
    with index.local().reading() as before:
        index.rebuild()
        revoke(None, record, "演示")
        assert before.facts(TYPE, PLATES[0], now)[0].changes == ()
    with index.local().reading() as after:
        assert after.facts(TYPE, PLATES[0], now)[0].changes[0].kind == "revoke"


def test_what_ended_long_ago_is_not_read(db):
    now = timezone.now()
    authority = competent("freight", "430100")
    for year in (3, 2, 1):
        end = now - timedelta(days=365 * year - 1)
        issue(
            None,
            authority,
            draft(PLATES[0], valid_until=end),
            now=now - timedelta(days=365 * year),
        )
    with index.local().reading() as snapshot:
        found = snapshot.facts(TYPE, PLATES[0], instant(now))
        assert [fact.valid_until[:10] for fact in found] == [
            instant(now - timedelta(days=364))[:10]
        ]
        assert len(snapshot.history(TYPE, PLATES[0])) == 3
        # as of back then the record of back then is found
        then = instant(now - timedelta(days=365 * 2 - 0.5))
        assert len(snapshot.facts(TYPE, PLATES[0], then)) == 2


def test_a_second_record_lets_the_first_be_found_and_changed_as_before(db):
    now = timezone.now()
    cities = ("430100", "430200")
    first = issue(None, competent("freight", cities[0]), draft(PLATES[0]))
    at = instant(timezone.now())
    with index.local().reading() as snapshot:
        assert [fact.city for fact in snapshot.facts(TYPE, PLATES[0], at)] == [cities[0]]
    end = now + timedelta(days=30)
    issue(None, competent("freight", cities[1]), draft(PLATES[0], valid_until=end))
    revoke(None, first, "演示")
    at = instant(timezone.now())
    with index.local().reading() as snapshot:
        found = {fact.city: fact for fact in snapshot.facts(TYPE, PLATES[0], at)}
        assert [change.kind for change in found[cities[0]].changes] == ["revoke"]
        assert found[cities[1]].changes == ()
        assert len(snapshot.history(TYPE, PLATES[0])) == 2
        assert snapshot.subject_of(first.key) == (TYPE, PLATES[0])
        assert snapshot.subjects(TYPE) == [PLATES[0]]
        (many,) = snapshot.facts_of_many(TYPE, [PLATES[0]], at)
        assert many == snapshot.facts(TYPE, PLATES[0], at)
    assert_equal_to_a_rebuilt_one()


def test_of_several_that_have_ended_the_last_is_told(db):
    now = timezone.now().replace(microsecond=0)
    for days in (10, 20):
        issue(
            None,
            competent("freight", "430100"),
            draft(PLATES[0], valid_until=now + timedelta(days=days)),
        )
    with index.local().reading() as snapshot:
        before = snapshot.facts(TYPE, PLATES[0], instant(now - timedelta(days=1)))
        assert len(before) == 2  # both are yet to be issued; the rules say so
        after = snapshot.facts(TYPE, PLATES[0], instant(now + timedelta(days=21)))
        assert [fact.valid_until for fact in after] == [instant(now + timedelta(days=20))]


def test_a_file_laid_out_otherwise_is_emptied_and_filled_anew(tmp_path):
    old = index.Index(tmp_path)
    with old.writing() as write:
        write.put(b"layout", b"1", db=old.meta)
        write.put(b"shared-number", b"7", db=old.meta)
        write.put(b"position:430100", b'[3, "0"]', db=old.meta)
        write.put(b"vehicle", b"something", db=old.records)
    old.close()
    new = index.Index(tmp_path)
    with new.reading() as snapshot:
        assert not snapshot.complete
        assert snapshot.positions() == {}
        assert snapshot.entries()["records"] == []
        assert snapshot.shared.number == b""
    new.close()
    again = index.Index(tmp_path)
    with again.writing() as write:
        write.put(b"shared-number", b"1", db=again.meta)
    again.close()
    kept = index.Index(tmp_path)
    with kept.reading() as snapshot:
        assert snapshot.complete
    kept.close()


def test_keys_of_the_api_are_known_as_long_as_they_live(db, actors):
    made = api_keys.create(actors["office"], competent("freight", "430100"), "演示系统")
    with index.local().reading() as snapshot:
        caller = snapshot.caller(made.secret)
        assert caller
        assert (caller.authority, caller.system) == ("changsha-transport", "演示系统")
        assert snapshot.caller(made.secret + "x") is None
    api_keys.revoke(actors["office"], made.key)
    with index.local().reading() as snapshot:
        assert snapshot.caller(made.secret) is None


def test_secrets_are_not_in_the_index(db, actors):
    made = api_keys.create(actors["office"], competent("freight", "430100"), "演示系统")
    assert made.secret.encode() not in (index.folder() / "data.mdb").read_bytes()


def test_a_lost_key_is_known_at_once(db):
    before = timezone.now()
    record = issue(None, competent("freight", "430100"), draft(PLATES[0]))
    kid = record.signing_key.kid
    withdraw(None, kid, compromised_from=before, reason="演示")
    with index.local().reading() as snapshot:
        assert snapshot.shared.lost[kid].compromised_from == instant(before)


def test_a_key_that_was_replaced_is_not_lost(db):
    rotate(None, "430100")
    with index.local().reading() as snapshot:
        assert snapshot.shared.lost == {}


def test_an_index_that_was_never_filled_says_so(tmp_path):
    made = Index(tmp_path / "index")
    with made.reading() as snapshot:
        assert not snapshot.complete
        assert snapshot.shared.number == b""
    made.close()


TEXT = st.text(st.characters(blacklist_characters="\t\n", blacklist_categories=["Cs"]), max_size=8)


@given(
    st.lists(TEXT, min_size=5, max_size=5),
    st.lists(st.builds(Change, TEXT, TEXT, TEXT), max_size=3),
)
def test_a_fact_comes_back_as_it_was_written(fields, changes):
    fact = Fact(*fields, tuple(changes), b'{"public":{"a":"\\n"}}')
    assert read_fact(write_fact(fact)) == fact


def test_an_entry_that_changes_what_was_never_issued_is_an_error(db):
    issue(None, competent("freight", "430100"), draft(PLATES[0]))
    last = LogEntry.objects.filter(log="430100").order_by("-index")[0]
    with pytest.raises(ValueError, match="never issued"):
        _revoked_from_nowhere(last)


def _revoked_from_nowhere(last: LogEntry) -> None:
    with index.local().writing() as write:
        body = last.body.replace(last.record_key, "0" * 30)
        index._apply(index.local(), write, "430100", "revoke", body)
