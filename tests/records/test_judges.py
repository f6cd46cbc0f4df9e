"""Programs of others verify what we issue, and we verify what they issue."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cwt
import pytest

from conurb.records import compact, sd_jwt, statement, status_lists
from conurb.records.suites import algorithm_of, verifier
from tests.records import makers
from tests.records.makers import CITY, HELD, NOW, PASS, PUBLIC, SITE

ROOT = Path(__file__).resolve().parents[2]
JUDGE = Path(__file__).parent / "judges" / "sd_jwt.mjs"
URI = f"{SITE}/status-lists/{CITY}/0"
SUITES = ["EdDSA", "ES256"]


def node() -> str:
    """The program node, of the machine or of the project's tools."""
    for place in (shutil.which("node"), ROOT / ".tools" / "bin" / "node"):
        if place and Path(place).exists():
            return str(place)
    pytest.fail("node is missing: run `make setup`, which brings it where the machine has none.")


def ask(act: str, **request: Any) -> dict[str, Any]:
    """What the judge says."""
    if not (ROOT / "frontend" / "node_modules" / "@sd-jwt" / "sd-jwt-vc").is_dir():
        pytest.fail("@sd-jwt/sd-jwt-vc is not installed: run `make frontend`.")
    done = subprocess.run(
        [node(), str(JUDGE)],
        input=json.dumps({"act": act, **request}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def fresh_list(issuer: makers.Key, *changes: tuple[int, int]) -> str:
    bits = bytearray(status_lists.blank(1 << 17))
    for index, status in changes:
        status_lists.put(bits, index, status)
    now = int(datetime.now(UTC).timestamp())
    return status_lists.token(
        issuer, bits, uri=URI, issuer=f"{SITE}/issuers/{CITY}", issued=now, ttl=300
    )


@pytest.mark.parametrize("algorithm", SUITES)
@pytest.mark.parametrize("holders", SUITES)
def test_the_judge_accepts_what_we_issue(algorithm, holders):
    issuer, holder = makers.key(algorithm), makers.key(holders)
    said = makers.statement(holder=holder.jwk, issued_at=datetime.now(UTC), valid_until=None)
    issued = sd_jwt.issue(issuer, statement.claims(said, SITE), HELD, decoys=2)
    shown = sd_jwt.present(issued.token, HELD, issued.salts, ["owner"])
    bound = sd_jwt.bind(
        holder, shown, audience="https://inspector", nonce="n-1", issued=int(NOW.timestamp())
    )
    question = {
        "text": bound,
        "alg": algorithm,
        "issuer": issuer.jwk,
        "holder": holder.jwk,
        "holderAlg": holders,
        "nonce": "n-1",
    }
    answer = ask("verify", statusToken=fresh_list(issuer), **question)
    assert "refused" not in answer, answer
    payload = answer["payload"]
    assert {name: payload[name] for name in PUBLIC} == PUBLIC
    assert payload["owner"] == HELD["owner"]
    assert "driver" not in payload
    assert payload["cnf"]["jwk"] == holder.jwk
    assert answer["kb"]["aud"] == "https://inspector"
    revoked = ask("verify", statusToken=fresh_list(issuer, (70_000, 1)), **question)
    assert "refused" in revoked
    other = makers.key(algorithm)
    assert "refused" in ask(
        "verify", statusToken=fresh_list(other), **{**question, "issuer": other.jwk}
    )
    assert "refused" in ask("verify", statusToken=fresh_list(issuer), **{**question, "nonce": "n"})


@pytest.mark.parametrize("algorithm", SUITES)
def test_we_accept_what_the_judge_issues(algorithm):
    claims = {
        "iss": "https://issuer.example",
        "iat": int(NOW.timestamp()),
        "vct": "urn:example:pass",
        "plate": "湘A12345",
        "owner": {"name": "张三", "address": {"city": "株洲", "road": "天台路"}},
        "zones": ["a", "b", "c"],
    }
    frame = {
        "_sd": ["plate", "owner"],
        "owner": {"_sd": ["name", "address"], "address": {"_sd": ["road"]}},
        "zones": {"_sd": [0, 2]},
    }
    show = {"plate": True, "owner": {"address": {"road": True}}, "zones": {"2": True}}
    made = ask(
        "issue",
        claims=claims,
        frame=frame,
        show=show,
        alg=algorithm,
        audience="https://inspector",
        nonce="n-2",
        iat=int(NOW.timestamp()),
    )
    presented = sd_jwt.read(made["shown"])
    assert presented.jwt.header["alg"] == algorithm
    assert verifier(algorithm, made["issuer"])(presented.jwt.signed, presented.jwt.signature)
    whole = sd_jwt.disclosed(presented.jwt.payload, presented.disclosures)
    assert whole["plate"] == "湘A12345"
    assert whole["owner"] == {"address": {"city": "株洲", "road": "天台路"}}
    assert whole["zones"] == ["b", "c"]
    binding = sd_jwt.take_apart(presented.binding)
    holder = whole["cnf"]["jwk"]
    assert verifier(algorithm_of(holder), holder)(binding.signed, binding.signature)
    assert binding.payload["sd_hash"] == sd_jwt.digest(presented.shown)
    assert (binding.payload["nonce"], binding.payload["aud"]) == ("n-2", "https://inspector")


def test_the_judge_reads_our_status_list():
    issuer = makers.key()
    token = fresh_list(issuer, (0, 1), (5, 2), ((1 << 17) - 1, 2))
    answer = ask("readStatus", token=token, indexes=[0, 1, 4, 5, 6, (1 << 17) - 1])
    assert answer == {"bits": 2, "statuses": [1, 0, 0, 2, 0, 2]}


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_we_read_the_status_list_of_the_judge(bits):
    statuses = [number * 7 % (1 << bits) for number in range(64)]
    made = ask(
        "makeStatus", statuses=statuses, bits=bits, iss="https://i", sub=URI, iat=1_700_000_000
    )
    token = sd_jwt.take_apart(made["token"])
    assert verifier("EdDSA", made["jwk"])(token.signed, token.signature)
    width, raw = status_lists.unpack(token.payload["status_list"])
    assert width == bits
    assert [status_lists.status_in(width, raw, index) for index in range(64)] == statuses


@pytest.mark.parametrize("algorithm", SUITES)
def test_python_cwt_accepts_our_codes(algorithm):
    issuer = makers.key(algorithm)
    said = makers.statement(valid_until=datetime(2099, 1, 1, tzinfo=UTC))
    said = makers.statement(
        issued_at=datetime(2020, 1, 1, tzinfo=UTC),
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        valid_until=said.valid_until,
    )
    code = compact.encode(issuer, said, PASS, PUBLIC | {"owner": HELD["owner"]})
    message = compact.unbase45(code.removeprefix(compact.PREFIX))
    kid = compact.decode(code).kid
    known = cwt.COSEKey.from_jwk({**issuer.jwk, "alg": algorithm, "key_ops": ["verify"]})
    known._kid = kid
    claims = cwt.decode(message, known)
    assert claims[1] == CITY
    assert claims[2] == "湘BD12345"
    assert claims[6] == int(said.issued_at.timestamp())
    ours = claims[compact.OURS]
    assert ours[compact.TYPE] == [PASS.code, 1]
    assert ours[compact.STATUS] == [0, 70_000]
    assert ours[1] == PUBLIC["vehicle"]
    assert ours[7] == HELD["owner"]
    other = cwt.COSEKey.from_jwk({**makers.key(algorithm).jwk, "alg": algorithm})
    other._kid = kid
    with pytest.raises(cwt.VerifyError):
        cwt.decode(message, other)
