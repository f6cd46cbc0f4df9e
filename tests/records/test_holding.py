"""The verdict from facts and agreements, with plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from conurb.records.holding import (
    REASON_WORDS,
    Accord,
    Change,
    Fact,
    Lost,
    instant,
    judge,
    moment,
    standing,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 240)


def hour(number: float) -> str:
    return instant(START + timedelta(hours=number))


def fact(**changes) -> Fact:
    whole = {
        "city": "430200",
        "issued_at": hour(0),
        "valid_from": hour(0),
        "valid_until": hour(100),
        "kid": "k1",
        "changes": (),
        "said": b"{}",
    }
    whole |= changes
    return Fact(**whole | {"changes": tuple(whole["changes"])})


def accord(**changes) -> Accord:
    whole = {"key": "a1", "from_city": "430200", "start": hour(-1000), "end": None, "effects": ()}
    return Accord(**(whole | changes))


def verdict(facts, accords=(), *, city="430200", at=10.0, lost=None):
    found = judge(facts, accords, lost or {}, city=city, at=hour(at))
    return found.outcome, found.reason


def test_a_record_holds_in_its_own_city_without_an_agreement():
    assert verdict([fact()]) == ("valid", "own")


def test_it_holds_elsewhere_by_an_agreement_only():
    assert verdict([fact()], city="430100") == ("invalid", "no-agreement")
    assert verdict([fact()], [accord()], city="430100") == ("valid", "agreement")
    other = accord(from_city="430300")
    assert verdict([fact()], [other], city="430100") == ("invalid", "no-agreement")


def test_an_agreement_counts_from_its_start_until_before_its_end():
    limited = [accord(start=hour(5), end=hour(20))]
    told = {at: verdict([fact()], limited, city="430100", at=at)[1] for at in (4.9, 5, 19.9, 20)}
    assert told == {4.9: "no-agreement", 5: "agreement", 19.9: "agreement", 20: "no-agreement"}


def test_nothing_known_is_unknown_and_not_invalid():
    assert verdict([]) == ("unknown", "no-record")
    assert verdict([fact(issued_at=hour(11))]) == ("unknown", "no-record")


def test_the_validity_begins_and_ends_sharply():
    later = fact(valid_from=hour(5))
    told = {at: verdict([later], at=at) for at in (0, 4.9, 5, 99.9, 100)}
    assert told == {
        0: ("invalid", "not-yet"),
        4.9: ("invalid", "not-yet"),
        5: ("valid", "own"),
        99.9: ("valid", "own"),
        100: ("invalid", "expired"),
    }
    assert verdict([fact(valid_until="")], at=100_000) == ("valid", "own")


def test_each_change_counts_from_its_moment_on():
    changed = fact(
        changes=[
            Change(hour(10), "suspend", "investigation"),
            Change(hour(20), "resume", "other"),
            Change(hour(30), "revoke", "violation"),
        ]
    )
    told = {at: verdict([changed], at=at)[1] for at in (9.9, 10, 19.9, 20, 29.9, 30, 200)}
    assert told == {
        9.9: "own",
        10: "suspended",
        19.9: "suspended",
        20: "own",
        29.9: "own",
        30: "revoked",
        200: "revoked",
    }


def test_what_is_suspended_expires_all_the_same():
    suspended = fact(changes=[Change(hour(10), "suspend", "other")])
    assert verdict([suspended], at=150) == ("invalid", "expired")


def test_a_record_in_the_place_of_another_counts():
    old = fact(changes=[Change(hour(5), "supersede", "")])
    new = fact(issued_at=hour(5), said=b'{"new":1}')
    found = judge([old, new], (), {}, city="430200", at=hour(10))
    assert (found.outcome, found.reason) == ("valid", "own")
    assert [held.standing for held in found.found] == ["valid", "superseded"]
    assert verdict([old, new], at=4) == ("valid", "own")


def test_the_own_record_stands_before_one_that_is_recognised():
    foreign, own = fact(issued_at=hour(3)), fact(city="430100")
    found = judge([foreign, own], [accord()], {}, city="430100", at=hour(10))
    assert [held.fact.city for held in found.found] == ["430100", "430200"]
    assert found.reason == "own"


def test_one_that_holds_outweighs_one_that_was_revoked():
    revoked = fact(issued_at=hour(8), changes=[Change(hour(9), "revoke", "error")])
    assert verdict([revoked, fact()]) == ("valid", "own")


def test_a_lost_key_takes_with_it_what_the_log_had_only_afterwards():
    lost = {"k1": Lost(withdrawn_at=hour(50), compromised_from=hour(10))}
    before, after = fact(issued_at=hour(9.9)), fact(issued_at=hour(10))
    assert verdict([before], at=60, lost=lost) == ("valid", "own")
    assert verdict([after], at=60, lost=lost) == ("invalid", "key-withdrawn")
    # nobody knew before it was withdrawn
    assert verdict([after], at=49.9, lost=lost) == ("valid", "own")
    assert verdict([after._replace(kid="k2")], at=60, lost=lost) == ("valid", "own")


def test_every_reason_has_words():
    for words in REASON_WORDS.values():
        assert words.zh
        assert words.en


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)),
)
def test_instants_sort_as_moments_do_and_come_back(one, other):
    one, other = one.replace(tzinfo=UTC), other.replace(tzinfo=UTC)
    assert (instant(one) < instant(other)) == (one < other)
    assert moment(instant(one)) == one


@given(
    st.lists(st.tuples(HOURS, st.sampled_from(["suspend", "resume", "revoke"])), max_size=6),
    HOURS,
)
def test_once_revoked_never_valid_again(changes, at):
    ordered = sorted(changes)
    # a log has nothing after a revocation
    end = next((n for n, (_at, kind) in enumerate(ordered) if kind == "revoke"), len(ordered))
    told = [Change(hour(when), kind, "") for when, kind in ordered[: end + 1]]
    stands, _why = standing(fact(changes=told, valid_until=""), hour(at), {})
    revoked = [when for when, kind in ordered[: end + 1] if kind == "revoke" and when <= at]
    assert (stands == "revoked") == bool(revoked)


@given(st.lists(st.sampled_from(["430100", "430200", "430300"]), max_size=5), HOURS)
def test_the_order_of_the_facts_changes_nothing(cities, at):
    facts = [fact(city=city, issued_at=hour(n)) for n, city in enumerate(cities)]
    one = judge(facts, [accord()], {}, city="430100", at=hour(at))
    other = judge(facts[::-1], [accord()], {}, city="430100", at=hour(at))
    assert one == other
