"""Status lists by the vectors of the draft, and by a plain list beside them."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.records import sd_jwt, status_lists
from conurb.records.status_lists import StatusListError
from conurb.records.suites import b64
from tests.records import makers


def test_one_bit_example_of_the_draft():
    """draft-ietf-oauth-status-list, 4.1: 16 statuses of one bit are B9 A3."""
    raw = bytes.fromhex("b9a3")
    expected = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert [status_lists.status_in(1, raw, index) for index in range(16)] == expected
    assert status_lists.unpack({"bits": 1, "lst": "eNrbuRgAAhcBXQ"}) == (1, raw)


def test_two_bit_example_of_the_draft():
    """draft-ietf-oauth-status-list, 4.1: 12 statuses of two bits are C9 44 F9."""
    expected = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    bits = bytearray(status_lists.blank(12))
    for index, status in enumerate(expected):
        status_lists.put(bits, index, status)
    assert bits.hex() == "c944f9"
    assert [status_lists.get(bits, index) for index in range(12)] == expected
    assert status_lists.unpack({"bits": 2, "lst": "eNo76fITAAPfAgc"}) == (2, bytes(bits))


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 3)), max_size=50))
def test_a_list_is_a_list(changes):
    plain = [0] * 1000
    bits = status_lists.blank(1000)
    for index, status in changes:
        plain[index] = status
        bits = status_lists.changed(bits, index, status)
    assert [status_lists.get(bits, index) for index in range(1000)] == plain


@pytest.mark.parametrize("index", [-1, 1000, 10**9])
def test_outside_of_a_list(index):
    bits = bytearray(status_lists.blank(1000))
    with pytest.raises(StatusListError):
        status_lists.get(bits, index)
    with pytest.raises(StatusListError):
        status_lists.put(bits, index, 1)
    with pytest.raises(StatusListError):
        status_lists.status_in(2, bytes(bits), index)


@pytest.mark.parametrize("status", [-1, 4])
def test_statuses_that_there_are_not(status):
    with pytest.raises(StatusListError):
        status_lists.put(bytearray(4), 0, status)


def test_a_token_says_how_long_it_counts():
    bits = status_lists.changed(status_lists.blank(1 << 17), 9, 2)
    token = status_lists.token(
        makers.key(), bits, uri="u", issuer="i", issued=1_700_000_000, ttl=300
    )
    found = sd_jwt.take_apart(token)
    assert found.header["typ"] == "statuslist+jwt"
    assert found.payload["ttl"] == 300
    assert found.payload["exp"] == 1_700_003_000
    assert status_lists.unpack(found.payload["status_list"]) == (2, bits)
    # a list of 131,072 valid records is short
    assert len(token) < 600


@pytest.mark.parametrize(
    "claim",
    [
        {},
        {"bits": 3, "lst": ""},
        {"bits": 2, "lst": 1},
        {"bits": 2, "lst": "!"},
        {"bits": 2, "lst": b64(b"no zlib")},
        {"bits": 2, "lst": b64(zlib.compress(b"cut off")[:-3])},
        {"bits": 2, "lst": b64(zlib.compress(bytes(status_lists.MOST + 1)))},
    ],
    ids=range(7),
)
def test_what_is_no_status_list(claim):
    with pytest.raises(StatusListError):
        status_lists.unpack(claim)
