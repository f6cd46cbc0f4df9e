"""Runs the benchmarks and prints one table each.

    python -m benchmarks [NAME]… [--quick] [--postgres] [--tntp FOLDER]

Without a name it runs all. `--quick` leaves the largest sizes out. `--tntp` names the folder of the
public network that network measures on. `--postgres` measures pages on
PostgreSQL too, on a server of its own from its wheel; a server that DATABASE_URL names is used
without being asked. What is measured and how to read it: docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from scripts import suite

from benchmarks import checks, findings, issuing, network, pages, reader, screening, signals, tiles

NAMES = (
    "pages",
    "reader",
    "issuing",
    "checks",
    "screening",
    "network",
    "signals",
    "findings",
    "tiles",
)


@contextmanager
def server(wanted: bool) -> Iterator[None]:
    """Put the address of a PostgreSQL server into the environment where one is wanted."""
    if not wanted or os.environ.get("DATABASE_URL"):
        yield
        return
    with suite.postgres() as address:
        os.environ["DATABASE_URL"] = address
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]


def main() -> int:
    """Run what the command line names; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("names", nargs="*", metavar="|".join(NAMES), help="all by default")
    parser.add_argument("--quick", action="store_true", help="leave the largest sizes out")
    parser.add_argument("--postgres", action="store_true", help="also on PostgreSQL")
    parser.add_argument("--tntp", type=Path, help="folder with Sydney_net.tntp, for network")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}")
    names = given.names or NAMES
    status = 0
    if "reader" in names:
        status = reader.run(0.2 if given.quick else 1.0)
    if "pages" in names:
        with server(given.postgres):
            pages.run((50, 2_000) if given.quick else pages.SIZES, 3 if given.quick else 7)
    if "issuing" in names:
        with server(given.postgres):
            status |= issuing.run(3 if given.quick else 10, 2 if given.quick else 5)
    if "screening" in names:
        status |= screening.run(*((20_000, 2_000, 100) if given.quick else (100_000, 10_000, 200)))
    if "signals" in names:
        status |= signals.run(2) if given.quick else signals.run()
    if "findings" in names:
        status |= findings.run(20_000) if given.quick else findings.run()
    if "network" in names:
        status |= network.run(given.tntp, network.QUICK if given.quick else network.Sizes())
    if "tiles" in names:
        status |= tiles.run(*((20_000, 1) if given.quick else (100_000, 3)))
    if "checks" in names:
        with server(given.postgres):
            status |= checks.run(50_000, 2, 2.0) if given.quick else checks.run(1_000_000, 5, 4.0)
    return status


if __name__ == "__main__":
    sys.exit(main())
