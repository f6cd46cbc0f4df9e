"""The adversary: every way to present what is not genuine, each refused with its own reason."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import cbor2
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conurb.records import compact, sd_jwt, statement, status_lists, verifying
from conurb.records.compact import type_by_code
from conurb.records.suites import b64, unb64
from conurb.records.trust import TrustedKey, TrustList
from conurb.records.verifying import (
    BINDING_LIFE,
    Expected,
    Known,
    Logged,
    NotAcceptedError,
    Status,
    verify,
)
from tests.records import makers
from tests.records.makers import CITY, HELD, NOW, OTHER, PASS, PUBLIC, SITE

ISSUER = makers.key()
MODERN = makers.key("ES256")
FOREIGN = makers.key()
RETIRED = makers.key()
HOLDER = makers.key("ES256")
STRANGER = makers.key()
ASKED = Expected("https://inspector.example", "nonce-1")
LATER = NOW + timedelta(hours=1)


def trusted(**life: Any) -> TrustList:
    keys = (
        ISSUER.trusted(CITY, **life),
        MODERN.trusted(CITY),
        FOREIGN.trusted(OTHER),
        RETIRED.trusted(CITY, retired_at=NOW - timedelta(days=1)),
    )
    return TrustList({key.kid: key for key in keys}, len(keys))


def known(status: Status | None = None, trust: TrustList | None = None, **more: Any) -> Known:
    """A verifier in the street: keys, types and fresh lists, no logs."""
    return Known(
        trust=trust or trusted(),
        type_of=lambda slug: PASS if slug == PASS.slug else None,
        type_by_code=lambda code: type_by_code(code, [PASS]),
        published=lambda _slug, version: version == 1,
        status=lambda _city, _number, _index: status or Status(0, LATER),
        **more,
    )


STREET = known()


@dataclass
class Issue:
    """An issued record and how it is shown."""

    token: str
    salts: dict[str, str]

    def show(self, *names: str) -> str:
        return sd_jwt.present(self.token, HELD, self.salts, names)

    def bind(self, *names: str, key: makers.Key = HOLDER, **changes: Any) -> str:
        made = {"audience": ASKED.audience, "nonce": ASKED.nonce}
        made |= {"issued": int(LATER.timestamp())} | changes
        return sd_jwt.bind(key, self.show(*names), **made)


def issued(key: makers.Key = ISSUER, *, typ: str = sd_jwt.TYP, **changes: Any) -> Issue:
    said = makers.statement(**{"holder": HOLDER.jwk, **changes})
    made = sd_jwt.issue(key, statement.claims(said, SITE), HELD)
    if typ != sd_jwt.TYP:
        payload = sd_jwt.take_apart(made.token).payload
        return Issue(sd_jwt.sign(key, typ, payload), made.salts)
    return Issue(made.token, made.salts)


GOOD = issued()
CODE = compact.encode(ISSUER, makers.statement(), PASS, PUBLIC)


GENUINE = {"revoked", "expired", "suspended", "not-yet", "stale-status"}
"""Reasons of what an issuer signed and what only does not stand."""


def refused(text: Any, knows: Known = STREET, now: datetime = LATER, **more: Any) -> str:
    with pytest.raises(NotAcceptedError) as fault:
        verify(text, knows, now, **more)
    assert fault.value.words.zh
    assert fault.value.words.en
    # whom a record is about is believed of what is genuine alone
    assert (fault.value.said is not None) == (fault.value.reason in GENUINE)
    return fault.value.reason


# what is good


@pytest.mark.parametrize("key", [ISSUER, MODERN], ids=["EdDSA", "ES256"])
def test_a_genuine_record_is_accepted(key):
    made = issued(key)
    found = verify(made.bind("owner"), STREET, LATER, ASKED)
    assert found.held == {"owner": HELD["owner"]}
    assert found.statement.public == PUBLIC
    assert found.statement.key == "ab" * 15
    assert (found.bound, found.kid, found.encoding) == (True, key.kid, "sd-jwt")
    unbound = verify(made.show(), STREET, LATER)
    assert (unbound.bound, unbound.held) == (False, {})


@pytest.mark.parametrize("key", [ISSUER, MODERN], ids=["EdDSA", "ES256"])
def test_a_genuine_code_is_accepted(key):
    text = compact.encode(key, makers.statement(), PASS, PUBLIC | {"driver": HELD["driver"]})
    found = verify(text, STREET, LATER)
    assert found.statement.public == PUBLIC
    assert found.held == {"driver": HELD["driver"]}
    assert (found.encoding, found.kid, found.bound) == ("code", key.kid, False)


def test_a_record_without_end():
    assert verify(issued(valid_until=None).show(), STREET, LATER).statement.valid_until is None


# altered


@given(st.data())
def test_no_character_can_be_altered(data):
    text = GOOD.bind("owner", "driver")
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("Aa0_-~.Zz9\n é"))
    assume(text[place] != other)
    reason = refused(text[:place] + other + text[place + 1 :], expected=ASKED)
    assert reason in {
        "malformed",
        "unknown-suite",
        "unknown-key",
        "alg-confused",
        "bad-signature",
        "digest-mismatch",
        "wrong-holder",
    }


@given(st.integers(0, 63), st.integers(0, 7))
def test_no_bit_of_a_signature_can_be_altered(octet, bit):
    head, body, signature = GOOD.token.split(".")
    changed = bytearray(unb64(signature))
    changed[octet] ^= 1 << bit
    assert refused(f"{head}.{body}.{b64(bytes(changed))}~") == "bad-signature"


@given(st.sampled_from(sorted(PUBLIC)), st.text(max_size=5))
def test_no_claim_can_be_altered(name, value):
    head, body, signature = GOOD.token.split(".")
    payload = json.loads(unb64(body))
    assume(payload[name] != value)
    payload[name] = value
    assert refused(f"{head}.{b64(json.dumps(payload).encode())}.{signature}~") == "bad-signature"


@given(st.data())
def test_no_bit_of_a_code_can_be_altered(data):
    message = bytearray(compact.unbase45(CODE.removeprefix(compact.PREFIX)))
    bit = data.draw(st.integers(0, len(message) * 8 - 1))
    message[bit // 8] ^= 1 << bit % 8
    reason = refused(compact.PREFIX + compact.base45(bytes(message)))
    assert reason in {"malformed", "unknown-suite", "unknown-key", "alg-confused", "bad-signature"}


def test_claims_of_another_code_do_not_fit():
    other = compact.encode(ISSUER, makers.statement(subject="湘B99999"), PASS, PUBLIC)
    mine, theirs = (
        cbor2.loads(compact.unbase45(text.removeprefix(compact.PREFIX))) for text in (CODE, other)
    )
    mine.value[2] = theirs.value[2]
    forged = compact.PREFIX + compact.base45(cbor2.dumps(mine, canonical=True))
    assert refused(forged) == "bad-signature"


def test_a_disclosure_of_another_record_does_not_fit():
    other = issued()
    text = GOOD.show("owner") + sd_jwt.disclosure(other.salts["driver"], "driver", "李某") + "~"
    assert refused(text) == "digest-mismatch"


def test_a_disclosure_with_another_value_does_not_fit():
    text = GOOD.show() + sd_jwt.disclosure(GOOD.salts["owner"], "owner", "别的公司") + "~"
    assert refused(text) == "digest-mismatch"


# signed again


@pytest.mark.parametrize("typ", ["JWT", "kb+jwt", "statuslist+jwt", "vc+sd-jwt"])
def test_what_was_signed_for_something_else(typ):
    assert refused(issued(typ=typ).show()) == "malformed"


def test_signed_again_with_an_own_key():
    assert refused(issued(STRANGER).show()) == "unknown-key"
    assert refused(compact.encode(STRANGER, makers.statement(), PASS, PUBLIC)) == "unknown-key"


def test_signed_again_under_the_name_of_the_issuers_key():
    forger = replace(STRANGER, kid=ISSUER.kid)
    assert refused(issued(forger).show()) == "bad-signature"
    assert refused(compact.encode(forger, makers.statement(), PASS, PUBLIC)) == "bad-signature"


def test_a_key_in_the_header_is_no_key():
    payload = json.loads(unb64(GOOD.token.split(".")[1]))
    header = {"alg": "EdDSA", "typ": sd_jwt.TYP, "jwk": STRANGER.jwk}
    signed = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}"
    text = f"{signed}.{b64(STRANGER.sign(signed.encode()))}~"
    assert refused(text) == "unknown-key"


# of another issuer


def test_another_citys_key_signs_nothing_of_this_city():
    assert refused(issued(FOREIGN).show()) == "wrong-issuer"
    assert refused(compact.encode(FOREIGN, makers.statement(), PASS, PUBLIC)) == "wrong-issuer"


def signed_with(**changes: Any) -> str:
    said = statement.claims(makers.statement(), SITE) | changes
    return sd_jwt.sign(ISSUER, sd_jwt.TYP, {k: v for k, v in said.items() if v is not None}) + "~"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": f"{SITE}/issuers/{OTHER}"},
        {"iss": f"{SITE}/issuers/{CITY}/"},
        {"iss": f"javascript:/issuers/{CITY}"},
        {"iss": None},
        {"jti": f"urn:conurb:{OTHER}:record:{'ab' * 15}"},
        {"jti": None},
        {"vct": "urn:other:pass"},
        {"ver": "1"},
        {"ver": True},
        {"iat": -1},
        {"exp": 10**30},
        {"sub": ""},
        {"cnf": "x"},
        {"status": {}},
        {"status": {"status_list": {"idx": 1, "uri": f"{SITE}/status-lists/{OTHER}/0"}}},
        {"status": {"status_list": {"idx": -1, "uri": f"{SITE}/status-lists/{CITY}/0"}}},
    ],
    ids=range(17),
)
def test_statements_that_are_none(changes):
    assert refused(signed_with(**changes)) == "malformed"


# confused algorithms


def with_header(header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    body = GOOD.token.split(".")[1]
    signed = f"{b64(json.dumps(header).encode())}.{body}"
    return f"{signed}.{b64(sign(signed.encode()))}~"


def public_octets(key: makers.Key) -> bytes:
    return unb64(key.jwk["x"])


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "ES256", "RS256", "SM2-SM3"])
@pytest.mark.parametrize("key", [ISSUER, MODERN], ids=["EdDSA", "ES256"])
def test_no_token_chooses_its_algorithm(algorithm, key):
    assume_other = algorithm if algorithm != key.algorithm else "EdDSA"
    header = {"alg": assume_other, "kid": key.kid, "typ": sd_jwt.TYP}

    def forge(data: bytes) -> bytes:
        if algorithm == "HS256":
            return hmac.digest(public_octets(key), data, hashlib.sha256)
        return key.sign(data) if algorithm else b""

    assert refused(with_header(header, forge)) == "alg-confused"


@pytest.mark.parametrize("value", [None, 5, ["EdDSA"], {"a": 1}])
def test_an_algorithm_is_a_name(value):
    header = {"alg": value, "kid": ISSUER.kid, "typ": sd_jwt.TYP}
    assert refused(with_header(header, ISSUER.sign)) == "alg-confused"
    assert refused(with_header({**header, "kid": value}, ISSUER.sign)) == "unknown-suite"


def test_a_code_does_not_choose_its_algorithm():
    confused = replace(MODERN, kid=ISSUER.kid)
    text = compact.encode(confused, makers.statement(), PASS, PUBLIC)
    assert refused(text) == "alg-confused"


def test_a_suite_that_is_not_known_here():
    strange = TrustedKey(ISSUER.kid, CITY, "SM2-SM3", ISSUER.jwk, NOW)
    trust = TrustList({strange.kid: strange}, 1)
    header = {"alg": "SM2-SM3", "kid": strange.kid, "typ": sd_jwt.TYP}
    assert refused(with_header(header, ISSUER.sign), known(trust=trust)) == "unknown-suite"
    header = {"alg": "SM2-SM3", "kid": "x", "typ": sd_jwt.TYP}
    assert refused(with_header(header, ISSUER.sign)) == "unknown-suite"


# the record's life


def test_not_yet_and_no_longer():
    later = issued(valid_from=LATER + timedelta(minutes=3), valid_until=LATER + timedelta(days=1))
    assert refused(later.show()) == "not-yet"
    assert verify(later.show(), STREET, LATER + timedelta(minutes=2))
    over = issued(valid_until=LATER)
    assert refused(over.show()) == "expired"
    assert verify(over.show(), STREET, LATER - timedelta(seconds=1))


def test_a_code_ends():
    text = compact.encode(ISSUER, makers.statement(), PASS, HELD, until=LATER, made_at=NOW)
    assert refused(text) == "expired"
    assert verify(text, STREET, LATER - timedelta(seconds=1)).held == HELD


@pytest.mark.parametrize("text", [GOOD.show(), CODE], ids=["sd-jwt", "code"])
def test_status(text):
    assert refused(text, known(Status(status_lists.INVALID, LATER))) == "revoked"
    assert refused(text, known(Status(3, LATER))) == "revoked"
    assert refused(text, known(Status(status_lists.SUSPENDED, LATER))) == "suspended"
    old = LATER - PASS.stale_after - timedelta(seconds=1)
    assert refused(text, known(Status(0, old))) == "stale-status"
    # what is revoked stays so; what is suspended may have been resumed since
    assert refused(text, known(Status(1, old))) == "revoked"
    assert refused(text, known(Status(2, old))) == "stale-status"
    nothing = replace(STREET, status=lambda _city, _number, _index: None)
    assert refused(text, nothing) == "stale-status"


def test_the_right_place_of_the_right_list_is_asked():
    asked = []

    def status(*place: Any) -> Status:
        asked.append(place)
        return Status(0, LATER)

    knows = replace(STREET, status=status)
    verify(GOOD.show(), knows, LATER)
    verify(CODE, knows, LATER)
    assert asked == [(CITY, 0, 70_000)] * 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"type": "another"}, "unknown-type"), ({"version": 2}, "unknown-version")],
)
def test_types_and_versions(changes, reason):
    assert refused(issued(**changes).show()) == reason


def test_codes_of_unknown_types_and_versions():
    other = replace(PASS, code=99)
    assert refused(compact.encode(ISSUER, makers.statement(), other, PUBLIC)) == "unknown-type"
    newer = compact.encode(ISSUER, makers.statement(version=2), PASS, PUBLIC)
    assert refused(newer) == "unknown-version"
    claims = (*PASS.claims, replace(PASS.claims[0], name="new", compact=55))
    wider = replace(PASS, claims=claims)
    text = compact.encode(ISSUER, makers.statement(), wider, {"new": 1})
    assert refused(text) == "unknown-version"


# keys that count no more


def test_a_retired_key_stands_for_what_it_signed():
    before = NOW - timedelta(days=2)
    old = issued(RETIRED, issued_at=before, valid_from=before)
    assert verify(old.show(), STREET, LATER)
    assert refused(issued(RETIRED).show()) == "key-retired"


STOLEN = trusted(withdrawn_at=LATER, compromised_from=NOW + timedelta(minutes=30))
BEFORE, AFTER = NOW + timedelta(minutes=29), NOW + timedelta(minutes=30)


def online(*held: Logged) -> Known:
    """A node: it has the logs, and knows that the key was stolen."""
    return known(
        trust=STOLEN,
        by_key=lambda _city, key: next((each for each in held if each.key == key), None),
        by_place=lambda _city, _number, index: held[0] if held and index == 70_000 else None,
    )


def test_a_stolen_key_counts_for_what_was_logged_before():
    logged = Logged("ab" * 15, GOOD.token, BEFORE)
    assert verify(GOOD.show("owner"), online(logged), LATER)
    assert verify(CODE, online(logged), LATER)


@pytest.mark.parametrize("knows", [known(trust=STOLEN), online()], ids=["street", "node"])
def test_a_stolen_key_counts_for_nothing_that_no_log_holds(knows):
    assert refused(GOOD.show(), knows) == "key-withdrawn"
    assert refused(CODE, knows) in {"key-withdrawn", "not-logged"}


def test_a_stolen_key_counts_for_nothing_that_was_logged_later():
    logged = Logged("ab" * 15, GOOD.token, AFTER)
    assert refused(GOOD.show(), online(logged)) == "key-withdrawn"
    assert refused(CODE, online(logged)) == "key-withdrawn"


def test_a_thief_cannot_write_other_claims_over_what_was_logged():
    logged = Logged("ab" * 15, GOOD.token, BEFORE)
    richer = issued(public=PUBLIC | {"mass": 99})
    assert refused(richer.show(), online(logged)) == "key-withdrawn"
    forged = compact.encode(ISSUER, makers.statement(), PASS, PUBLIC | {"mass": 99})
    assert refused(forged, online(logged)) == "not-logged"
    held = compact.encode(ISSUER, makers.statement(), PASS, PUBLIC | {"owner": "贼"})
    assert refused(held, online(logged)) == "key-withdrawn"
    longer = makers.statement(valid_until=NOW + timedelta(days=900))
    assert refused(compact.encode(ISSUER, longer, PASS, PUBLIC), online(logged)) == "not-logged"


def node(*held: Logged) -> Known:
    return replace(online(*held), trust=trusted())


def test_a_node_accepts_what_its_log_holds_and_nothing_else():
    logged = Logged("ab" * 15, GOOD.token, BEFORE)
    assert verify(GOOD.show(), node(logged), LATER)
    found = verify(CODE, node(logged), LATER)
    assert found.statement.key == "ab" * 15
    assert found.statement.authority == "zhuzhou-transport"
    assert refused(GOOD.show(), node()) == "not-logged"
    assert refused(issued().show(), node(logged)) == "not-logged"
    assert refused(CODE, node()) == "not-logged"
    assert refused(CODE, node(replace(logged, token="x"))) == "not-logged"


# the holder


def test_whoever_is_not_the_holder_proves_nothing():
    assert refused(GOOD.show("owner"), expected=ASKED) == "wrong-holder"
    assert refused(GOOD.bind(key=makers.key("ES256")), expected=ASKED) == "wrong-holder"
    assert refused(issued(holder=None).bind(), expected=ASKED) == "wrong-holder"
    assert refused(CODE, expected=ASKED) == "wrong-holder"


def test_a_holders_proof_does_not_choose_its_algorithm():
    assert refused(GOOD.bind(key=makers.key("EdDSA")), expected=ASKED) == "alg-confused"
    odd = issued(holder={"kty": "oct", "k": "AA"})
    assert refused(odd.bind(), expected=ASKED) == "unknown-suite"


def test_a_proof_for_another_verifier_or_another_time():
    assert refused(GOOD.bind(audience="https://other"), expected=ASKED) == "wrong-audience"
    assert refused(GOOD.bind(nonce="nonce-0"), expected=ASKED) == "wrong-nonce"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_proof_is_fresh(sign):
    life = int(BINDING_LIFE.total_seconds())
    moment = int(LATER.timestamp())
    assert verify(GOOD.bind(issued=moment + sign * life), STREET, LATER, ASKED)
    assert refused(GOOD.bind(issued=moment + sign * (life + 1)), expected=ASKED) == "replayed"


def test_a_proof_is_used_once():
    seen: set[str] = set()

    def used(proof: str) -> bool:
        before = proof in seen
        seen.add(proof)
        return before

    knows = replace(STREET, used=used)
    text = GOOD.bind()
    assert verify(text, knows, LATER, ASKED).bound
    assert refused(text, knows, expected=ASKED) == "replayed"


def test_a_proof_is_of_what_was_shown():
    binding = sd_jwt.read(GOOD.bind("owner")).binding
    assert refused(GOOD.show("owner", "driver") + binding, expected=ASKED) == "digest-mismatch"
    assert refused(GOOD.show() + binding, expected=ASKED) == "digest-mismatch"
    assert refused(issued().show("owner") + binding, expected=ASKED) == "digest-mismatch"


def test_something_else_is_no_proof():
    assert refused(GOOD.show() + GOOD.token, expected=ASKED) == "malformed"
    assert refused(GOOD.show() + "x.y.z", expected=ASKED) == "malformed"


# neither records nor codes


@pytest.mark.parametrize(
    "text",
    [
        "~" * 70_000,
        GOOD.token + "~" + "A" * sd_jwt.MOST,
        GOOD.token + "~A" * (sd_jwt.MOST_DISCLOSURES + 2),
        compact.PREFIX + "0" * compact.MOST,
    ],
    ids=range(4),
)
def test_oversized(text):
    assert refused(text) == "oversized"


@given(st.text(max_size=300))
def test_any_text_is_refused(text):
    assert refused(text) in {"malformed", "unknown-suite"}
    assert refused(compact.PREFIX + text) in {"malformed", "unknown-suite"}


@pytest.mark.parametrize("text", [None, 5, b"x", ["x"]])
def test_what_is_no_text_is_refused(text):
    assert refused(text) == "malformed"


def test_every_reason_has_its_words():
    assert set(verifying.WORDS) == set(verifying.REASONS)
    assert len({words.zh for words in verifying.WORDS.values()}) == len(verifying.REASONS)
    assert len({words.en for words in verifying.WORDS.values()}) == len(verifying.REASONS)
