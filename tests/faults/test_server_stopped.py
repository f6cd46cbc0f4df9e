"""A node that is told to stop does, also where one of its processes does not hear it.

A process that gets the signal twice at once, as by Ctrl-C and by its parent, may hang in granian's
handler; which moment that takes cannot be chosen, so the process here is one that hears nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from conurb.config.starting import STOPS_WITHIN
from tests.conftest import REGION, ROOT

STARTS_WITHIN = 300


def test_a_node_stops_when_a_process_of_it_does_not_hear(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    node = start(port, tmp_path)
    try:
        wait_for(port, node, tmp_path / "log")
        serving = [pid for pid in children(node.pid) if "serve" in command_of(pid)]
        assert serving, "no process serves"
        for pid in serving:
            os.kill(pid, signal.SIGSTOP)
        node.terminate()
        node.wait(timeout=STOPS_WITHIN * 10)
        assert [pid for pid in serving if "serve" in command_of(pid)] == []
    finally:
        with suppress(ProcessLookupError):
            os.killpg(node.pid, signal.SIGKILL)


def start(port: int, data: Path) -> subprocess.Popen[bytes]:
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONURB_", "DJANGO_", "DATABASE_URL"))
    }
    command = [sys.executable, "-m", "conurb.cli", "serve", str(REGION)]
    command += ["--port", str(port), "--data", str(data / "data")]
    with (data / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=surroundings,
            stdout=log,
            stderr=log,
            # a group of its own, so that nothing is left of it whatever happens
            start_new_session=True,
        )


def wait_for(port: int, node: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        assert node.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))


def children(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def command_of(pid: int) -> str:
    """Return the command of a process; empty where there is none, or none any more."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
