"""Processes that issue are killed at random points; what they leave behind is whole.

Two processes issue and revoke at once on one node, on SQLite and on PostgreSQL. The suite stops
when some hundred records were issued; `CONURB_FAULTS=full` goes on to 10,000.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nodes import FULL, PATIENCE, Node, node_on

PROCESS = Path(__file__).with_name("issuing_process.py")
ENOUGH = 10_000 if FULL else 250
AT_LEAST_KILLED = 40 if FULL else 4


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def node(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Node]:  # type: ignore[no-untyped-def]
    with node_on(request.param, tmp_path_factory.mktemp("killed"), PROCESS) as made:
        yield made


@pytest.mark.slow
def test_a_revocation_is_seen_by_the_next_check_in_another_process(node: Node) -> None:
    asking = node.start("ask")
    assert asking.stdin
    assert asking.stdout

    def told(plate: str) -> str:
        asking.stdin.write(plate + "\n")  # type: ignore[union-attr]
        asking.stdin.flush()  # type: ignore[union-attr]
        return asking.stdout.readline().strip()  # type: ignore[union-attr]

    try:
        assert told("湘A00000") == "valid agreement"
        revoking = node.start("revoke", "湘A00000")
        assert revoking.stdout
        assert revoking.stdout.readline() == "revoked\n"
        # the process that revoked is still there; what it did is seen all the same
        assert told("湘A00000") == "invalid revoked"
        assert told("湘A00001") == "valid agreement"
        revoking.communicate(timeout=PATIENCE)
    finally:
        asking.communicate(timeout=PATIENCE)


@pytest.mark.slow
def test_whatever_is_killed_leaves_records_logs_lists_and_index_whole(node: Node) -> None:
    chance = random.Random(20261126)
    killed, records, before = 0, 0, 0
    while killed < AT_LEAST_KILLED or records < ENOUGH:
        working = [node.start("issue", str(chance.randrange(1 << 30))) for _ in range(2)]
        for process in working:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.05, 3.0))
        for process in working:
            process.kill()
        for process in working:
            process.communicate(timeout=PATIENCE)
        killed += len(working)
        found = node.verify()
        assert found["wrong"] == []
        records = int(str(found["records"]))
        assert records >= before
        before = records
    assert records >= ENOUGH
