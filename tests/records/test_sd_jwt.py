"""SD-JWT by the vectors of RFC 9901, and what no SD-JWT may look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.records import sd_jwt
from conurb.records.sd_jwt import SdJwtError
from conurb.records.suites import b64, unb64, verifier
from tests.records import makers

RFC: dict[str, Any] = json.loads(
    (Path(__file__).parent / "vectors" / "rfc9901.json").read_text(encoding="utf-8")
)
KEY = makers.key()
SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=20))
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.text(max_size=5).filter(lambda n: n not in {"...", "_sd"}), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
NAMES = st.text(min_size=1, max_size=10).filter(lambda name: name not in {"...", "_sd", "_sd_alg"})


def rfc_text(shown: list[int], binding: str = "") -> str:
    return "~".join([RFC["jwt"], *(RFC["disclosures"][n]["text"] for n in shown), binding])


@pytest.mark.parametrize("vector", RFC["disclosures"], ids=lambda each: each["digest"][:8])
def test_digests_of_the_rfc(vector):
    assert sd_jwt.digest(vector["text"]) == vector["digest"]


def test_issuance_of_the_rfc():
    read = sd_jwt.read(rfc_text(list(range(10))))
    assert verifier("ES256", RFC["issuer"])(read.jwt.signed, read.jwt.signature)
    whole = sd_jwt.disclosed(read.jwt.payload, read.disclosures)
    assert whole["given_name"] == "John"
    assert whole["address"]["locality"] == "Anytown"
    assert whole["phone_number_verified"] is True
    assert whole["nationalities"] == ["US", "DE"]
    assert "_sd" not in whole
    assert "_sd_alg" not in whole


def test_presentation_of_the_rfc():
    read = sd_jwt.read(rfc_text(RFC["shown"], RFC["key_binding"]))
    whole = sd_jwt.disclosed(read.jwt.payload, read.disclosures)
    assert set(whole) & {"given_name", "family_name", "email", "address"} == {
        "given_name",
        "family_name",
        "address",
    }
    assert whole["nationalities"] == ["US"]
    binding = sd_jwt.take_apart(read.binding)
    assert binding.header["typ"] == "kb+jwt"
    assert verifier("ES256", whole["cnf"]["jwk"])(binding.signed, binding.signature)
    assert binding.payload["sd_hash"] == sd_jwt.digest(read.shown)


def test_nested_claims_of_the_rfc():
    nested = RFC["nested"]
    read = sd_jwt.read("~".join([nested["jwt"], *nested["disclosures"], ""]))
    assert sd_jwt.disclosed(read.jwt.payload, read.disclosures)["address"] == nested["address"]


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.data())
def test_what_is_shown_is_read_and_nothing_else(held, data):
    issued = sd_jwt.issue(KEY, {"iss": "x"}, {f"h-{n}": v for n, v in held.items()}, decoys=3)
    held = {f"h-{n}": v for n, v in held.items()}
    names = data.draw(st.lists(st.sampled_from(sorted(held)), unique=True) if held else st.just([]))
    # a database gives values back as JSON does
    kept = json.loads(json.dumps(held))
    read = sd_jwt.read(sd_jwt.present(issued.token, kept, issued.salts, names))
    assert verifier("EdDSA", KEY.jwk)(read.jwt.signed, read.jwt.signature)
    whole = sd_jwt.disclosed(read.jwt.payload, read.disclosures)
    assert whole == {"iss": "x", **{name: held[name] for name in names}}
    assert len(read.jwt.payload["_sd"]) == len(held) + 3
    assert read.jwt.payload["_sd"] == sorted(read.jwt.payload["_sd"])


def test_no_salt_is_given_twice():
    salts = [
        salt
        for _ in range(50)
        for salt in sd_jwt.issue(KEY, {}, {"a": 1, "b": 1, "c": 1}).salts.values()
    ]
    assert len(set(salts)) == len(salts) == 150
    assert {len(unb64(salt)) for salt in salts} == {16}


def test_without_held_claims_there_is_nothing_to_hide():
    payload = sd_jwt.take_apart(sd_jwt.issue(KEY, {"iss": "x"}, {}).token).payload
    assert payload == {"iss": "x"}


def encoded(value: Any) -> str:
    return b64(json.dumps(value).encode())


def hidden(*disclosures: str, **payload: Any) -> dict[str, Any]:
    return {"_sd": [sd_jwt.digest(each) for each in disclosures], **payload}


ONE = encoded(["salt", "name", 1])
SAME_NAME = encoded(["other", "name", 2])
RESERVED = encoded(["salt", "_sd", []])
DOTS = encoded(["salt", "...", 1])
ITEM = encoded(["salt", 1])
TAKEN = encoded(["salt", "iss", "y"])


@pytest.mark.parametrize(
    ("payload", "disclosures"),
    [
        (hidden(), [ONE]),
        (hidden(ONE), [ONE, ONE]),
        (hidden(ONE, ONE), [ONE]),
        (hidden(ONE, SAME_NAME), [ONE, SAME_NAME]),
        (hidden(RESERVED), [RESERVED]),
        (hidden(DOTS), [DOTS]),
        (hidden(ITEM), [ITEM]),
        (hidden(TAKEN, iss="x"), [TAKEN]),
        ({"list": [{"...": sd_jwt.digest(ONE)}]}, [ONE]),
    ],
)
def test_disclosures_that_do_not_fit(payload, disclosures):
    with pytest.raises(SdJwtError) as fault:
        sd_jwt.disclosed(payload, disclosures)
    assert fault.value.code == "digest-mismatch"


@pytest.mark.parametrize(
    ("payload", "disclosures"),
    [
        ({"_sd_alg": "sha-1"}, []),
        ({"_sd": "x"}, []),
        ({"_sd": [1]}, []),
        ({"a": {"...": "x"}}, []),
        ({}, ["!"]),
        ({}, [encoded({"a": 1})]),
        ({}, [encoded([1, "name", 1])]),
        ({}, [encoded(["salt"])]),
    ],
)
def test_disclosures_that_are_none(payload, disclosures):
    with pytest.raises(SdJwtError) as fault:
        sd_jwt.disclosed(payload, disclosures)
    assert fault.value.code == "malformed"


TOKEN = sd_jwt.issue(KEY, {"iss": "x"}, {}).token
HEAD, BODY, SIGNATURE = TOKEN.split(".")


def with_body(body: bytes) -> str:
    return f"{HEAD}.{b64(body)}.{SIGNATURE}~"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "~",
        TOKEN,
        f"{HEAD}.{BODY}~",
        f"{HEAD}.{BODY}=.{SIGNATURE}~",
        f"{HEAD}.{BODY} .{SIGNATURE}~",
        with_body(b"[1]"),
        with_body(b'{"a":1,"a":2}'),
        with_body(b'{"a":NaN}'),
        with_body(b"\xff"),
        with_body(b"[" * 30_000),
        f"{encoded({'alg': 'EdDSA', 'crit': ['b64']})}.{BODY}.{SIGNATURE}~",
        f"é.{BODY}.{SIGNATURE}~",
    ],
    ids=range(13),
)
def test_what_is_no_sd_jwt(text):
    with pytest.raises(SdJwtError) as fault:
        sd_jwt.read(text)
    assert fault.value.code == "malformed"


@pytest.mark.parametrize("text", [f"{TOKEN}~" + "x" * sd_jwt.MOST, TOKEN + "~x" * 300 + "~"])
def test_what_is_too_long(text):
    with pytest.raises(SdJwtError) as fault:
        sd_jwt.read(text)
    assert fault.value.code == "oversized"


@given(st.text(max_size=200))
def test_whatever_comes_is_read_or_refused(text):
    try:
        sd_jwt.read(text)
    except SdJwtError:
        return
    pytest.fail("no text of this kind is signed")


@pytest.mark.parametrize("text", ["é~", "a.b.c~éy~", "a.b.c~~é"])
def test_what_is_not_ascii_is_no_sd_jwt(text):
    with pytest.raises(sd_jwt.SdJwtError):
        sd_jwt.read(text)
