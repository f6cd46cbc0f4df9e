"""What verifiers fetch: metadata, keys, status lists, heads, entries, tiles and proofs."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from conurb.records import checkpoints, merkle, sd_jwt, status_lists, trust
from conurb.records import entries as leaves
from conurb.records.actions.keys import ensure_keys, rotate, signer, withdraw
from conurb.records.actions.logs import NewEntry, append
from conurb.records.models import PublishedType, SigningKey, StatusList
from conurb.records.queries.trust import trust_list
from conurb.records.suites import unb64, verifier
from conurb.region.models import City
from tests.records import makers

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
CITY = "430200"


@pytest.fixture
def filled(db):
    """A log of 700 entries, appended in three portions."""
    ensure_keys()
    signs = signer(CITY)
    for first, portion in ((0, 1), (1, 299), (300, 400)):
        keys = [(f"{place:030x}", place) for place in range(first, first + portion)]
        new = [
            NewEntry("issue", key, {"token": makers.token(signs, CITY, key, place)})
            for key, place in keys
        ]
        append(CITY, new, now=NOW)
    return Client()


def test_an_issuer_says_where_its_keys_are(filled):
    answer = filled.get(f"/.well-known/jwt-vc-issuer/issuers/{CITY}")
    assert answer.status_code == 200
    said = answer.json()
    assert said["issuer"].endswith(f"/issuers/{CITY}")
    key = SigningKey.objects.get(owner=CITY)
    assert said["jwks"]["keys"] == [
        {**key.public_jwk, "kid": key.kid, "alg": "EdDSA", "use": "sig"}
    ]
    assert filled.get(f"/issuers/{CITY}/jwks.json").json() == said["jwks"]
    assert "private" not in answer.content.decode()


def test_a_city_that_does_not_exist_issues_nothing(filled):
    assert filled.get("/.well-known/jwt-vc-issuer/issuers/999999").status_code == 404
    assert filled.get("/issuers/999999/jwks.json").status_code == 404


def test_retired_keys_stay_and_withdrawn_keys_go(filled):
    first = SigningKey.objects.get(owner=CITY)
    second = rotate(None, CITY, algorithm="ES256")

    def kids():
        return {key["kid"] for key in filled.get(f"/issuers/{CITY}/jwks.json").json()["keys"]}

    assert kids() == {first.kid, second.kid}
    withdraw(None, first.kid, compromised_from=first.active_from, reason="lost")
    assert kids() == {second.kid}


def test_a_status_list_is_a_signed_token(filled):
    city = City.objects.get(pk=CITY)
    bits = status_lists.changed(status_lists.blank(StatusList.SIZE), 7, status_lists.SUSPENDED)
    StatusList.objects.create(city=city, number=900, bits=bits)
    answer = filled.get(f"/status-lists/{CITY}/900")
    assert answer["Content-Type"] == "application/statuslist+jwt"
    token = sd_jwt.take_apart(answer.content.decode())
    key = trust_list().get(token.header["kid"])
    assert key is not None
    assert key.owner == CITY
    assert verifier(key.algorithm, key.jwk)(token.signed, token.signature)
    assert token.header["typ"] == "statuslist+jwt"
    assert token.payload["sub"].endswith(f"/status-lists/{CITY}/900")
    width, raw = status_lists.unpack(token.payload["status_list"])
    assert [status_lists.status_in(width, raw, n) for n in (6, 7, 8)] == [0, 2, 0]
    assert filled.get(f"/status-lists/{CITY}/901").status_code == 404


def test_a_change_is_in_the_next_answer(filled):
    city = City.objects.get(pk=CITY)
    made = StatusList.objects.create(
        city=city, number=901, bits=status_lists.blank(StatusList.SIZE), changed_at=NOW
    )
    before = filled.get(f"/status-lists/{CITY}/901").content
    assert filled.get(f"/status-lists/{CITY}/901").content == before
    made.bits = status_lists.changed(made.bits, 3, status_lists.INVALID)
    made.changed_at = datetime(2026, 11, 26, 4, tzinfo=UTC)
    made.save()
    after = sd_jwt.take_apart(filled.get(f"/status-lists/{CITY}/901").content.decode())
    assert status_lists.status_in(*status_lists.unpack(after.payload["status_list"]), 3) == 1


def test_type_metadata(filled):
    PublishedType.objects.create(
        slug="a-pass",
        version=3,
        digest="0" * 64,
        document={
            "name": {"zh": "通行证", "en": "A pass"},
            "summary": {"zh": "试", "en": "Try"},
            "claims": [
                {"name": "plate", "label": {"zh": "车牌", "en": "Plate"}, "public": True},
                {"name": "owner", "label": {"zh": "车主", "en": "Owner"}, "public": False},
            ],
        },
    )
    said = filled.get("/record-types/a-pass/3.json").json()
    assert said["vct"] == "urn:conurb:record-type:a-pass"
    assert said["display"][0] == {"locale": "zh-CN", "name": "通行证", "description": "试"}
    assert [(each["path"], each["sd"]) for each in said["claims"]] == [
        (["plate"], "never"),
        (["owner"], "always"),
    ]
    assert filled.get("/record-types/a-pass/4.json").status_code == 404
    assert filled.get("/api/record-types/a-pass/3").json()["document"]["name"]["en"] == "A pass"
    assert filled.get("/api/record-types/a-pass/4").status_code == 404


def test_the_newest_head_is_a_signed_note(filled):
    note = filled.get(f"/logs/{CITY}/checkpoint").content.decode()
    head, kid = checkpoints.verify(note, trust_list().of(CITY))
    assert (head.log, head.size) == (CITY, 700)
    assert kid == SigningKey.objects.get(owner=CITY).kid
    (listed,) = [each for each in filled.get("/api/logs").json() if each["log"] == CITY]
    assert listed["note"] == note


def test_entries_tiles_and_proofs_agree_with_the_signed_heads(filled):
    start, texts = f"/api/logs/{CITY}/entries?limit=300", []
    while start:
        page = filled.get(start).json()
        texts += page["entries"]
        start = page["next"]
    hashes = [merkle.leaf_hash(text.encode()) for text in texts]
    assert len(hashes) == 700
    heads = filled.get(f"/api/logs/{CITY}/checkpoints").json()["heads"]
    assert [head["size"] for head in heads] == [1, 300, 700]
    for head in heads:
        frontier: list[bytes] = []
        merkle.grow(frontier, 0, hashes[: head["size"]])
        assert merkle.root_of(frontier) == unb64(head["root"])
    tile = filled.get(f"/api/logs/{CITY}/tiles/0/1")
    assert unb64(tile.json()["hashes"]) == b"".join(hashes[256:512])
    assert "immutable" in tile["Cache-Control"]
    partial = filled.get(f"/api/logs/{CITY}/tiles/0/2")
    assert partial.json()["count"] == 700 - 512
    assert "immutable" not in partial["Cache-Control"]
    assert filled.get(f"/api/logs/{CITY}/tiles/0/3").status_code == 404
    newest = filled.get(f"/api/logs/{CITY}/inclusion").json()
    assert newest == filled.get(f"/api/logs/{CITY}/inclusion?index=699").json()
    for index in (0, 255, 256, 699):
        proof = filled.get(f"/api/logs/{CITY}/inclusion?index={index}").json()
        steps = [unb64(each) for each in proof["hashes"]]
        root = unb64(heads[2]["root"])
        assert merkle.included(hashes[index], index, 700, steps, root)
    proof = filled.get(f"/api/logs/{CITY}/consistency?old=300").json()
    steps = [unb64(each) for each in proof["hashes"]]
    roots = [unb64(head["root"]) for head in heads]
    assert merkle.consistent(300, 700, steps, roots[1], roots[2])


@pytest.mark.parametrize(
    "path",
    [
        "entries?start=0&limit=0",
        "entries?start=-1",
        "entries?begin=1",
        "inclusion?index=x",
        "consistency?old=0",
        "tiles/9/0",
    ],
)
def test_what_cannot_be_asked(filled, path):
    assert filled.get(f"/api/logs/{CITY}/{path}").status_code == 422


@pytest.mark.parametrize(
    "path", ["inclusion?index=700", "consistency?old=701", "inclusion?index=0&size=701"]
)
def test_what_lies_outside_of_the_log(filled, path):
    assert filled.get(f"/api/logs/{CITY}/{path}").status_code == 404
    assert filled.get("/api/logs/999999/entries").status_code == 404


def test_whoever_trusts_the_first_key_can_verify_the_trust_list(filled):
    rotate(None, "region")
    rotate(None, CITY)
    listed = filled.get("/api/trust-list").json()
    found = trust.trust_list(leaves.read(text) for text in listed["entries"])
    head, _kid = checkpoints.verify(listed["checkpoint"], found.of("region"))
    frontier: list[bytes] = []
    merkle.grow(frontier, 0, (merkle.leaf_hash(text.encode()) for text in listed["entries"]))
    assert head.root == merkle.root_of(frontier)
    assert {key["kid"] for key in listed["keys"]} == set(found.keys)
    assert "PRIVATE" not in json.dumps(listed)
