"""Processes that move cases are killed at random points; no case is left in two states.

Two processes hand in and move cases at once on one node, on SQLite and on PostgreSQL. The suite
stops when some dozen cases moved; `CONURB_FAULTS=full` goes on to 1,000.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nodes import FULL, PATIENCE, Node, node_on

PROCESS = Path(__file__).with_name("cases_process.py")
ENOUGH = 1_000 if FULL else 30
AT_LEAST_KILLED = 40 if FULL else 6


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def node(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Node]:  # type: ignore[no-untyped-def]
    with node_on(request.param, tmp_path_factory.mktemp("moved"), PROCESS) as made:
        yield made


@pytest.mark.slow
def test_whatever_is_killed_leaves_every_case_in_one_state(node: Node) -> None:
    chance = random.Random(20261126)
    killed, cases, before = 0, 0, 0
    while killed < AT_LEAST_KILLED or cases < ENOUGH:
        working = [node.start("work", str(chance.randrange(1 << 30))) for _ in range(2)]
        for process in working:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(1.0, 5.0))
        for process in working:
            process.kill()
        for process in working:
            process.communicate(timeout=PATIENCE)
        killed += len(working)
        found = node.verify()
        assert found["wrong"] == []
        cases = int(str(found["cases"]))
        assert cases >= before
        before = cases
    assert cases >= ENOUGH
    assert int(str(found["moves"])) > cases
