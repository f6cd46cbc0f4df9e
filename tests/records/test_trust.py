"""The trust list: what the region's log makes of keys, and what their signatures are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.records import trust
from conurb.records.checkpoints import moment_text
from conurb.records.entries import Leaf
from conurb.records.suites import unb64
from conurb.records.trust import TrustError
from tests.records import makers
from tests.records.makers import CITY, NOW, OTHER

KEY = makers.key()
MOMENTS = st.integers(-1000, 1000).map(lambda minutes: NOW + timedelta(minutes=minutes))


def leaf(index: int, kind: str, key: str = KEY.kid, **body) -> Leaf:
    return Leaf("region", index, NOW, kind, key, {"owner": CITY, **body})


def added(index: int = 0, key: makers.Key = KEY, **body) -> Leaf:
    whole = {"algorithm": key.algorithm, "jwk": key.jwk, "active_from": moment_text(NOW)}
    return leaf(index, "add", key.kid, **whole | body)


def test_a_key_is_added_retired_and_withdrawn():
    since = NOW - timedelta(days=2)
    found = trust.trust_list(
        [
            added(),
            leaf(1, "retire", retired_at=moment_text(NOW)),
            leaf(2, "withdraw", compromised_from=moment_text(since), reason="stolen"),
        ]
    )
    key = found.get(KEY.kid)
    assert key is not None
    assert (key.owner, key.algorithm) == (CITY, "EdDSA")
    assert (key.retired_at, key.withdrawn_at, key.compromised_from) == (NOW, NOW, since)
    assert found.size == 3
    assert list(found.of(CITY)) == [key]
    assert list(found.of(OTHER)) == []


def test_a_key_is_found_by_the_beginning_of_its_name():
    found = trust.trust_list([added()])
    assert found.beginning(unb64(KEY.kid)[:6]).kid == KEY.kid
    assert found.beginning(b"another") is None
    # a beginning that two keys share names neither
    assert trust.trust_list([added(), added(1, makers.key())]).beginning(b"") is None
    assert found.get(5) is None


@pytest.mark.parametrize(
    "leaves",
    [
        [leaf(0, "retire", retired_at=moment_text(NOW))],
        [added(), added(1)],
        [added(1)],
        [added(jwk=makers.key().jwk)],
        [added(active_from="yesterday")],
        [added(), leaf(1, "lose")],
        [added(), leaf(1, "withdraw")],
        [added(), leaf(1, "retire", owner=OTHER, retired_at=moment_text(NOW))],
        [Leaf(CITY, 0, NOW, "add", KEY.kid, {})],
    ],
    ids=range(9),
)
def test_what_makes_no_trust_list(leaves):
    with pytest.raises(TrustError):
        trust.trust_list(leaves)


@given(issued=MOMENTS, logged=st.none() | MOMENTS, since=MOMENTS)
def test_a_withdrawn_key_counts_for_what_was_logged_before(issued, logged, since):
    key = KEY.trusted(CITY, withdrawn_at=NOW, compromised_from=since)
    counts = key.objection(issued, logged) is None
    assert counts == (logged is not None and logged < since)


@given(issued=MOMENTS, logged=st.none() | MOMENTS, retired=MOMENTS)
def test_a_retired_key_counts_for_what_it_signed(issued, logged, retired):
    key = KEY.trusted(CITY, retired_at=retired)
    assert (key.objection(issued, logged) is None) == (issued <= retired)


@given(issued=MOMENTS, logged=st.none() | MOMENTS)
def test_a_key_in_use_counts(issued, logged):
    assert KEY.trusted(CITY).objection(issued, logged) is None
