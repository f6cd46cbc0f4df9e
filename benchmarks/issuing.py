"""Records signed and logged a second, against the bare signatures of the library.

One run measures, one after another on one core, in rounds so that a busy machine hits all alike,
and tells the best round of each:

    bare        Ed25519 signatures by `cryptography` over a payload of the same size
    peer        the same payload as a compact JWS by joserfc
    encoding    the issuer alone: claims, digests, signature (`statement.claims`, `sd_jwt.issue`)
    tree        leaf hashes and growth of the Merkle tree, tiles included (leaves a second)
    logged      issuer and log: signed, appended to the city's log (leaf, tree, tiles, signed head)
                and committed
    issued      `issue_many`, all of what issuing is: rules and schemas, status index, signature,
                log, the record's own row, journal, and the local index of checks

The last two on SQLite, and on PostgreSQL where one is given. `logged` must reach a quarter of the
bare signatures.

On SQLite the time is the processor's, on PostgreSQL that of the clock, as with the pages. What is
issued is a truck pass with six public and two held claims.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.pages import database

ROOT = Path(__file__).resolve().parent.parent
BATCH = 1000
WANTED = 0.25
"""What signing and logging must reach of the rate of bare signatures."""


def run(batches: int = 10, rounds: int = 5) -> int:
    """Measure and print; 1 where issuing in batches is slower than it must be."""
    print(f"\nIssuing: truck passes, batches of {BATCH:,}; a second, best of the rounds\n")
    places = ["SQLite", *(["PostgreSQL"] if os.environ.get("DATABASE_URL") else [])]
    failed = False
    for place in places:
        rates = _measured_in(place, batches, rounds)
        bare = rates["bare"]
        print(f"  {place}")
        for name, rate in rates.items():
            share = "" if name in {"bare", "tree"} else f"{rate / bare:6.0%} of bare"
            print(f"    {name:10} {rate:12,.0f}  {share}")
        failed |= rates["logged"] < WANTED * bare
    return int(failed)


def _measured_in(place: str, batches: int, rounds: int) -> dict[str, float]:
    """Measure in a process and a database of its own."""
    with database(place, 0) as environment:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.issuing", str(batches), str(rounds)],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _measure(batches: int, rounds: int) -> dict[str, float]:
    import django

    django.setup()
    issued = _issued()
    acts = {
        "bare": _bare(),
        "peer": _peer(),
        "encoding": _encoding(),
        "tree": _tree(),
        "logged": _logged(),
        "issued": issued,
    }
    best = dict.fromkeys(acts, 0.0)
    for _ in range(rounds):
        for name, act in acts.items():
            times = batches if name in {"issued", "logged"} else max(1, batches // 2)
            best[name] = max(best[name], _rate(act, times))
    return best


def _rate(act: Callable[[], int], times: int) -> float:
    from django.db import connection

    # SQLite works in this process, so that other work on the machine hardly matters
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    begun = clock()
    number = sum(act() for _ in range(times))
    return number / (clock() - begun)


def _payload() -> bytes:
    from tests.records import makers

    from conurb.records import statement

    return json.dumps(statement.claims(makers.statement(), makers.SITE)).encode()


def _bare() -> Callable[[], int]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    sign = Ed25519PrivateKey.generate().sign
    data = _payload()

    def act() -> int:
        for _ in range(BATCH):
            sign(data)
        return BATCH

    return act


def _peer() -> Callable[[], int]:
    import warnings

    from joserfc import jws
    from joserfc.jwk import OKPKey

    # the peer warns at every signature that Ed25519 has another name now
    warnings.simplefilter("ignore")
    key = OKPKey.generate_key("Ed25519")
    header, data = {"alg": "EdDSA", "kid": "x" * 43, "typ": "dc+sd-jwt"}, _payload()

    def act() -> int:
        for _ in range(BATCH):
            jws.serialize_compact(header, data, key, algorithms=["EdDSA"])
        return BATCH

    return act


def _encoding() -> Callable[[], int]:
    from tests.records import makers

    from conurb.records import sd_jwt, statement

    key = makers.key()

    def act() -> int:
        for place in range(BATCH):
            said = makers.statement(status=(0, place))
            sd_jwt.issue(key, statement.claims(said, makers.SITE), makers.HELD)
        return BATCH

    return act


def _tree() -> Callable[[], int]:
    from conurb.records import merkle

    leaves = [str(number).encode() * 100 for number in range(20 * BATCH)]

    def act() -> int:
        frontier: list[bytes] = []
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        merkle.completed(0, hashes, lambda _level, _index: b"")
        return merkle.grow(frontier, 0, hashes)

    return act


def _logged() -> Callable[[], int]:
    from django.db import transaction
    from django.utils import timezone
    from tests.records import makers

    from conurb.records import sd_jwt, statement
    from conurb.records.actions.keys import signer
    from conurb.records.actions.logs import NewEntry, append

    city = makers.OTHER
    numbers = iter(range(10_000_000))

    def act() -> int:
        with transaction.atomic():
            signs, moment = signer(city), timezone.now()
            new = []
            for _ in range(BATCH):
                number = next(numbers)
                said = makers.statement(city=city, key=f"{number:030x}", status=(0, number))
                made = sd_jwt.issue(signs, statement.claims(said, makers.SITE), makers.HELD)
                new.append(NewEntry("issue", said.key, {"token": made.token}))
            return len(append(city, new, now=moment))

    return act


def _issued() -> Callable[[], int]:
    from django.core.management import call_command
    from tests.records import makers

    from conurb.records import types
    from conurb.records.actions.issuing import Draft, issue_many
    from conurb.records.actions.keys import ensure_keys
    from conurb.records.subjects import Subject
    from conurb.region.folder import load_region
    from conurb.region.loading import load
    from conurb.region.models import Authority

    call_command("migrate", verbosity=0)
    load(load_region(ROOT / "regions" / "changzhutan"))
    ensure_keys()
    types.declare(makers.PASS)
    authority = Authority.objects.filter(city="430200", subjects=makers.PASS.issuer).first()
    if authority is None:
        raise LookupError(f"nobody in 430200 is competent for {makers.PASS.issuer}")
    numbers = iter(range(100_000, 10_000_000))

    def act() -> int:
        drafts = [
            Draft(
                type=makers.PASS.slug,
                subject=Subject("vehicle", f"湘B{next(numbers) % 100_000:05}"),
                public=makers.PUBLIC,
                held=makers.HELD,
            )
            for _ in range(BATCH)
        ]
        return len(issue_many(None, authority, drafts))

    return act


if __name__ == "__main__":
    # one database, in the process that `_measured_in` starts
    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
