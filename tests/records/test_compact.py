"""The compact form: bytes as documented, small enough, read from the drawn code."""

from __future__ import annotations

import io
from dataclasses import replace

import cbor2
import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from conurb.records import compact
from conurb.records.compact import CompactError
from conurb.records.suites import verifier
from tests.records import makers
from tests.records.makers import HELD, NOW, PASS, PUBLIC

KEY = makers.key()
CODE = compact.encode(KEY, makers.statement(), PASS, PUBLIC)
SMALL = st.one_of(st.text(max_size=12), st.integers(0, 10**6), st.booleans())
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        claim.name: st.one_of(SMALL, st.lists(SMALL, max_size=3))
        for claim in PASS.claims
        if claim.compact
    },
)


@pytest.mark.parametrize(
    ("data", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")]
)
def test_base45_of_the_rfc(data, text):
    """RFC 9285, 4.3 and 4.4."""
    assert compact.base45(data) == text
    assert compact.unbase45(text) == data


def test_base45_of_the_rfc_read():
    assert compact.unbase45("QED8WEX0") == b"ietf!"


@given(st.binary(max_size=300))
def test_base45_both_ways(data):
    assert compact.unbase45(compact.base45(data)) == data


@pytest.mark.parametrize("text", ["A", "ABCD", ":::", "GGW", "::", "a", "BB8é"])
def test_what_is_no_base45(text):
    with pytest.raises(CompactError):
        compact.unbase45(text)


@given(CLAIMS, st.booleans())
def test_what_is_written_is_read(claims, starts_later):
    start = NOW.replace(hour=9) if starts_later else NOW
    said = makers.statement(valid_from=start)
    code = compact.decode(compact.encode(KEY, said, PASS, claims))
    assert compact.by_name(code.claims, PASS) == claims
    assert verifier("EdDSA", KEY.jwk)(code.signed, code.signature)
    assert (code.city, code.subject, code.status) == (said.city, said.subject, said.status)
    assert (code.issued_at, code.valid_from, code.until) == (NOW, start, said.valid_until)
    assert (code.type_code, code.version) == (PASS.code, 1)


def test_a_code_has_the_bytes_that_are_documented():
    message = cbor2.loads(compact.unbase45(CODE.removeprefix("CNB1:")))
    assert message.tag == 18
    protected, unprotected, payload, signature = message.value
    header = cbor2.loads(protected)
    assert set(header) == {1, 4}
    assert header[1] == -8
    assert len(header[4]) == 6
    assert unprotected == {}
    assert len(signature) == 64
    claims = cbor2.loads(payload)
    assert set(claims) == {1, 2, 4, 6, -65537}
    assert set(claims[-65537]) == {0, -1, 1, 2, 3, 4, 5, 6}


def test_a_code_ends_before_its_record_where_it_shows_held_claims():
    until = NOW.replace(minute=5)
    made = NOW.replace(minute=1)
    text = compact.encode(KEY, makers.statement(), PASS, HELD, until=until, made_at=made)
    code = compact.decode(text)
    assert (code.until, code.made_at, code.issued_at) == (until, made, NOW)
    assert compact.by_name(code.claims, PASS) == HELD


def test_a_claim_without_a_label_is_in_no_code():
    code = compact.decode(compact.encode(KEY, makers.statement(), PASS, {"note": "secret"}))
    assert code.claims == {}


def test_a_residents_number_is_in_no_code():
    of = replace(PASS, subject="resident")
    text = compact.encode(KEY, makers.statement(subject="x" * 43), of, PUBLIC)
    assert compact.decode(text).subject == ""


def test_a_truck_pass_fits_and_is_read_from_its_picture():
    """At most version 13 at ECC Q, with the vehicle's data, zones and hours."""
    drawn = segno.make(CODE, error="q", boost_error=False, micro=False)
    assert drawn.mode == "alphanumeric"
    assert isinstance(drawn.version, int)
    assert drawn.version <= 13, len(CODE)
    picture = io.BytesIO()
    drawn.save(picture, kind="png", scale=4)
    (found,) = zxingcpp.read_barcodes(Image.open(picture))
    assert found.text == CODE


def refused(text: str) -> str:
    with pytest.raises(CompactError) as fault:
        compact.decode(text)
    return fault.value.code


def signed(claims: object, header: object = None) -> str:
    protected = cbor2.dumps({1: -8, 4: b"123456"} if header is None else header, canonical=True)
    payload = cbor2.dumps(claims, canonical=True)
    message = cbor2.CBORTag(18, [protected, {}, payload, bytes(64)])
    return "CNB1:" + compact.base45(cbor2.dumps(message, canonical=True))


WHOLE = {1: "430200", 6: 1, -65537: {0: [1, 1], -1: [0, 0]}}


def test_the_least_that_a_code_says():
    assert compact.decode(signed(WHOLE)).city == "430200"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        [],
        {**WHOLE, 99: 1},
        {**WHOLE, 1: 430200},
        {**WHOLE, 6: -1},
        {**WHOLE, 6: True},
        {**WHOLE, 6: 10**18},
        {**WHOLE, -65537: {0: [1, 1]}},
        {**WHOLE, -65537: {0: [1], -1: [0, 0]}},
        {**WHOLE, -65537: {0: [1, 1], -1: [0, 0], -9: 1}},
        {**WHOLE, -65537: {0: [1, 1], -1: [0, 0], 1: cbor2.CBORTag(99, 1)}},
        {**WHOLE, -65537: [1]},
    ],
    ids=range(12),
)
def test_claims_that_are_not_foreseen(claims):
    assert refused(signed(claims)) == "malformed"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({1: -39, 4: b"123456"}, "unknown-suite"),
        ({1: 5, 4: b"123456"}, "unknown-suite"),
        ({1: -8}, "malformed"),
        ({1: -8, 4: b"1"}, "malformed"),
        ({1: -8, 4: b"123456", 2: [4]}, "malformed"),
        ({1: "EdDSA", 4: b"123456"}, "malformed"),
    ],
)
def test_headers_that_are_not_foreseen(header, code):
    assert refused(signed(WHOLE, header)) == code


def test_an_unprotected_header_is_refused():
    message = cbor2.loads(compact.unbase45(CODE.removeprefix("CNB1:")))
    message.value[1] = {4: b"x"}
    assert refused("CNB1:" + compact.base45(cbor2.dumps(message, canonical=True))) == "malformed"


def test_another_spelling_of_the_same_is_refused():
    data = compact.unbase45(CODE.removeprefix("CNB1:"))
    # the head of a byte string of 11 written with a length of two octets
    at = data.index(b"\x4b")
    longer = data[:at] + b"\x58\x0b" + data[at + 1 :]
    assert cbor2.loads(longer).value == cbor2.loads(data).value
    assert refused("CNB1:" + compact.base45(longer)) == "malformed"


def test_too_long_a_code_is_refused():
    assert refused("CNB1:" + "0" * compact.MOST) == "oversized"


@pytest.mark.parametrize("text", ["", "CNB1:", "CNB2:BB8", "https://x", "CNB1:BB8", CODE[:-3]])
def test_what_is_no_code(text):
    assert refused(text) == "malformed"


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(data):
    assert refused("CNB1:" + compact.base45(data)) in {"malformed", "unknown-suite"}
