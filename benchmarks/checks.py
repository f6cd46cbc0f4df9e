"""Checks a second, against a bare hello and against the ORM, on the same server.

A node of its own is filled with records, straight into the logs and the rows (their signatures are
not made: nothing that is measured reads them), the index is built from the logs by the node's own
code, and granian serves with 2 processes. Then, in rounds so that a busy machine hits all alike:

    hello       a bare WSGI application in the same server
    check       the check application: key, index, agreement, JSON
    orm         the same look-up as a plain Django view, behind the project's middleware
    orm alone   that view without any middleware

over 64 persistent connections by `benchmarks.loading`, which runs beside the server. The best round
of each is told, and the processor's time that the server's processes took a request, which other
work on the machine hardly changes. A batch is 1,000 subjects in one request.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from benchmarks.loading import Load, get, load, post
from benchmarks.pages import database

ROOT = Path(__file__).resolve().parent.parent
TYPE = "road-transport-certificate"
CITIES = ("430100", "430200", "430300")
CONNECTIONS = 64
WORKERS = 2
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
TICK = os.sysconf("SC_CLK_TCK")
HELLO_SHARE, ORM_TIMES, BATCH_TIMES = 0.60, 7.0, 60.0
TARGETS = ("hello", "check", "orm", "orm alone")


def plate(number: int) -> str:
    """Return the plate of a record, of the 2.4 million that there are."""
    return f"湘{LETTERS[number // 100_000]}{number % 100_000:05d}"


def run(records: int, rounds: int, seconds: float) -> int:
    """Measure and print; 1 where a goal is missed."""
    print(f"\nChecks: {records:,} records, {WORKERS} processes, {CONNECTIONS} connections")
    print("load tool: benchmarks/loading.py (raw sockets, epoll), on the same machine\n")
    places = ["SQLite", *(["PostgreSQL"] if os.environ.get("DATABASE_URL") else [])]
    return max(_in_place(place, records, rounds, seconds) for place in places)


def _in_place(place: str, records: int, rounds: int, seconds: float) -> int:
    with database(place, 0) as surroundings:
        began = time.monotonic()
        filled = subprocess.run(
            [sys.executable, "-m", "benchmarks.checks", "fill", str(records)],
            cwd=ROOT,
            env={**os.environ, **surroundings},
            capture_output=True,
            text=True,
            check=False,
        )
        if filled.returncode:
            print(filled.stderr[-3000:], file=sys.stderr)
            return 1
        told = json.loads(filled.stdout.splitlines()[-1])
        print(f"  {place}: filled in {time.monotonic() - began:.0f} s")
        print(
            f"    index: {told['entries']:,} entries in {told['seconds']:.1f} s of the "
            f"processor ({told['entries'] / told['seconds']:,.0f} a second), "
            f"{told['megabytes']:,.0f} MB"
        )
        with _served(surroundings) as (port, server):
            return _measure(port, server, told["key"], records, rounds, seconds)


def _measure(port: int, server: int, key: str, records: int, rounds: int, seconds: float) -> int:
    requests = _requests(key, records)
    for asked in requests.values():
        load(port, asked, CONNECTIONS, min(seconds, 1.0))
    best: dict[str, Load] = {}
    spent: dict[str, float] = {}
    for _round in range(rounds):
        for name, asked in requests.items():
            before = _processor_time(server)
            found = load(port, asked, CONNECTIONS, seconds)
            cost = (_processor_time(server) - before) / len(found.latencies)
            if name not in best or found.rate > best[name].rate:
                best[name] = found
            spent[name] = min(cost, spent.get(name, cost))
    print(f"    {'':10} {'a second':>10} {'p50':>9} {'p99':>9}   processor a request")
    for name, found in best.items():
        print(
            f"    {name:10} {found.rate:10,.0f} {found.percentile(0.5) * 1e3:6.1f} ms "
            f"{found.percentile(0.99) * 1e3:6.1f} ms {spent[name] * 1e6:14,.0f} µs"
        )
    of_hello = best["check"].rate / best["hello"].rate
    of_orm = best["check"].rate / best["orm"].rate
    of_alone = best["check"].rate / best["orm alone"].rate
    print(
        f"    check: {of_hello:.0%} of hello; {of_orm:.1f} times the ORM view, "
        f"{of_alone:.1f} times it without middleware"
    )
    times = _batches(port, server, key, records, requests["check"])
    return int(of_hello < HELLO_SHARE or of_orm < ORM_TIMES or times >= BATCH_TIMES)


def _batches(port: int, server: int, key: str, records: int, single: Sequence[bytes]) -> float:
    """Tell what a batch of 1,000 costs against one check, over one connection."""
    chance = random.Random(2)
    bodies = []
    for _number in range(20):
        subjects = [plate(chance.randrange(records)) for _each in range(1000)]
        said = {"city": chance.choice(CITIES), "subjects": subjects}
        bodies.append(post(f"/api/check/{TYPE}", key, json.dumps(said).encode()))
    measured = {}
    for name, asked in (("single", single), ("batch", bodies)):
        load(port, asked, 1, 0.5)
        fastest, cheapest = 1e9, 1e9
        for _round in range(5):
            before = _processor_time(server)
            found = load(port, asked, 1, 2.0)
            fastest = min(fastest, found.percentile(0.5))
            cheapest = min(cheapest, (_processor_time(server) - before) / len(found.latencies))
        measured[name] = (fastest, cheapest)
    (one, one_cost), (many, many_cost) = measured["single"], measured["batch"]
    print(
        f"    batch of 1,000 over one connection: {many * 1e3:.1f} ms against "
        f"{one * 1e3:.2f} ms for one: {many / one:.0f} times "
        f"(processor: {many_cost * 1e3:.1f} ms, {many_cost / one_cost:.0f} times)"
    )
    return many / one


def _requests(key: str, records: int) -> dict[str, list[bytes]]:
    """Return what is asked, in the same order of everybody; one in twenty is not known."""
    chance = random.Random(1)
    paths = []
    for _number in range(20_000):
        number = chance.randrange(records)
        subject = plate(number) if chance.random() > 0.05 else f"湘Z{number % 100_000:05d}"
        paths.append(f"{TYPE}/{quote(subject)}?city={chance.choice(CITIES)}")
    return {
        "hello": [get("/hello", key)],
        "check": [get(f"/api/check/{path}", key) for path in paths],
        "orm": [get(f"/orm/{path}", key) for path in paths],
        "orm alone": [get(f"/orm-alone/{path}", key) for path in paths],
    }


# ------------------------------------------------------------------------------ the server


@contextmanager
def _served(surroundings: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve with granian as `conurb serve` does; yields the port and the server's process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.checks", "serve", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **surroundings})
    try:
        _wait(port)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(port: int) -> None:
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            load(port, [get("/hello", "")], 8, 0.2)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the server did not start")


def _serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target="benchmarks.check_server:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=4,
        backpressure=512,
        log_level=LogLevels.warning,
    ).serve()


def _processor_time(server: int) -> float:
    """Return the processor's time of the server's processes so far, in seconds."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server or stat.parent.name == str(server):
            total += int(fields[11]) + int(fields[12])
    return total / TICK


# ------------------------------------------------------------------------------ the records


def _fill(records: int) -> None:
    """Fill the database named by the environment; prints what building the index took."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.check_filling import fill
    from conurb.plan.actions import keys
    from conurb.records import index
    from conurb.records.actions import declaring
    from conurb.region.folder import load_region
    from conurb.region.loading import load as load_region_tables
    from conurb.region.models import Authority, User

    call_command("migrate", verbosity=0)
    region = load_region(settings.REGION_PATH)
    load_region_tables(region)
    declaring.load(region)
    fill(records, timezone.now())
    began = time.process_time()
    entries = index.rebuild()
    seconds = time.process_time() - began
    office = User.objects.create_user("office", authority=Authority.objects.get(is_office=True))
    made = keys.create(office, Authority.objects.get(key="changsha-transport"), "benchmark")
    size = sum(file.stat().st_blocks * 512 for file in index.folder().iterdir())
    print(
        json.dumps(
            {
                "entries": entries,
                "seconds": seconds,
                "megabytes": size / 1e6,
                "key": made.secret,
            }
        )
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fill", number]:
            _fill(int(number))
        case ["serve", at]:
            _serve(int(at))
