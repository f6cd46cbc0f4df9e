"""Workers are killed at random points; no job is lost, done twice or left half-done."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nodes import FULL, PATIENCE, Node, node_on

PROCESS = Path(__file__).with_name("work_process.py")
JOBS = 200 if FULL else 12
KILLED = 40 if FULL else 4


@pytest.fixture(params=["sqlite", "postgresql"])
def node(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Node]:
    monkeypatch.setenv("CONURB_WORKER", "1")
    with node_on(request.param, tmp_path, PROCESS) as made:
        yield made


@pytest.mark.slow
def test_whatever_worker_is_killed_every_job_ends_once_and_whole(node: Node) -> None:
    chance = random.Random(20261126)
    node.run("ask", str(JOBS))
    killed = 0
    while killed < KILLED:
        working = [node.start("work") for _ in range(2)]
        for process in working:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.3, 2.0))
        for process in working:
            process.kill()
            process.communicate(timeout=PATIENCE)
        killed += len(working)
        assert node.verify()["wrong"] == []
    node.run("finish")
    found = node.verify()
    assert found["wrong"] == []
    states = found["states"]
    assert isinstance(states, dict)
    assert sum(states.values()) == JOBS
    assert set(states) <= {"done", "failed"}
    assert found["again"], "no worker was killed in the middle of a job; kill more of them"
