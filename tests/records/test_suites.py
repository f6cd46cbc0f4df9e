"""Keys and signatures of every suite, and what pins a key to its algorithm."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed448
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from conurb.records import suites
from conurb.records.suites import KeyFormatError, UnknownSuiteError
from tests.records import makers

NAMES = sorted(suites.SUITES)
KEYS = {name: makers.key(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=100), other=st.binary(max_size=100))
def test_what_is_signed_is_verified_and_nothing_else(name, data, other):
    key = KEYS[name]
    signature = key.sign(data)
    verify = suites.verifier(name, key.jwk)
    assert len(signature) == suites.SUITES[name].length
    assert verify(data, signature)
    assert verify(other, signature) == (data == other)
    assert not verify(data, signature[:-1])
    assert not verify(data, bytes(64))
    assert not verify(data, b"")


def test_the_public_key_of_rfc_8037():
    """RFC 8037, A.3: the thumbprint of an Ed25519 key."""
    jwk = {
        "crv": "Ed25519",
        "kty": "OKP",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
    assert suites.thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_signature_of_rfc_8037():
    """RFC 8037, A.5: verified with the key of A.2."""
    jwk = {
        "crv": "Ed25519",
        "kty": "OKP",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
    signed = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    signature = suites.unb64(
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )
    assert suites.verifier("EdDSA", jwk)(signed, signature)


@pytest.mark.parametrize("name", NAMES)
def test_joserfc_accepts_our_signatures(name):
    key = KEYS[name]
    signed = f"{suites.b64(json.dumps({'alg': name}).encode())}.{suites.b64(b'body')}"
    token = f"{signed}.{suites.b64(key.sign(signed.encode()))}"
    kind = {"EdDSA": OKPKey, "ES256": ECKey}[name]
    found = jws.deserialize_compact(token, kind.import_key(dict(key.jwk)), algorithms=[name])
    assert found.payload == b"body"


@pytest.mark.parametrize("name", ["none", "HS256", "SM2-SM3", "", None, 5, ["EdDSA"]])
def test_an_unknown_suite_is_refused_by_name(name):
    with pytest.raises(UnknownSuiteError) as fault:
        suites.suite_of(name)
    assert repr(name) in str(fault.value)
    assert "ES256, EdDSA" in str(fault.value)


def test_a_key_is_of_one_suite():
    with pytest.raises(KeyFormatError):
        suites.verifier("ES256", KEYS["EdDSA"].jwk)
    with pytest.raises(KeyFormatError):
        suites.verifier("EdDSA", KEYS["ES256"].jwk)
    with pytest.raises(KeyFormatError):
        suites.suite_of("ES256").signing(KEYS["EdDSA"].pem)
    with pytest.raises(KeyFormatError):
        suites.suite_of("EdDSA").signing(KEYS["ES256"].pem)
    other = ed448.Ed448PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(KeyFormatError):
        suites.suite_of("EdDSA").signing(other)


def test_a_private_key_is_no_public_one():
    with pytest.raises(KeyFormatError):
        suites.verifier("EdDSA", {**KEYS["EdDSA"].jwk, "d": "x"})


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("EdDSA", {"x": "AA"}),
        ("EdDSA", {"x": 5}),
        ("EdDSA", {"crv": "Ed448"}),
        ("ES256", {"y": suites.b64(bytes(32))}),
        ("ES256", {"crv": "P-384"}),
    ],
)
def test_keys_that_are_none(name, change):
    with pytest.raises(KeyFormatError):
        suites.verifier(name, {**KEYS[name].jwk, **change})


def test_keys_of_unknown_kinds_have_no_name():
    for jwk in ({}, {"kty": "oct", "k": "x"}, {"kty": "RSA"}):
        with pytest.raises(KeyFormatError):
            suites.thumbprint(jwk)
        with pytest.raises(KeyFormatError):
            suites.algorithm_of(jwk)


@given(st.binary(max_size=50))
def test_base64url_has_one_spelling(data):
    text = suites.b64(data)
    assert "=" not in text
    assert suites.unb64(text) == data


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A A", "+/", "AAA\n", "é"])
def test_other_spellings_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        suites.unb64(text)
