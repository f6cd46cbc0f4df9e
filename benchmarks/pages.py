"""Time on the server and queries of each page, for plans of 50, 5,000 and 50,000 tasks.

Each size gets its own database: SQLite in a temporary folder, and, where a PostgreSQL server is
given, a database of its own there, which is dropped again. The requests go through the whole stack
of Django in a process of their own; the best of the repetitions is told. On SQLite, which runs in
that process, the time is the processor's, so that other work on the machine hardly matters; on
PostgreSQL, which does not, it is that of the clock.

Counts that pages keep between two changes are measured in three ways: "kept" is the page when
nothing happened since the last look, "changed" the page right after somebody reported on a task
(an entry of the journal is written, so that counts are made anew), and "cold" the first look of a
fresh process. The ratio compares with the same page of the smallest plan.

The peer is the list as one writes it first: all rows on one page, related rows fetched as the
template asks for them. It is left out above 5,000 tasks, where it takes minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
SIZES = (50, 5_000, 50_000)
LARGEST_PEER = 5_000
PEER = "peer: all rows, a query a row"


@dataclass(frozen=True)
class Timing:
    """One page: best milliseconds on the server, number of queries, size of the answer."""

    page: str
    milliseconds: float
    queries: int
    kilobytes: float


# --------------------------------------------------------------------- inside one database


def measure(size: int, repeat: int) -> list[Timing]:
    """Fill the database named by the environment and time every page."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from benchmarks.filling import fill
    from conurb.region.models import User

    call_command("migrate", verbosity=0)
    fill(size, timezone.localdate())
    public = Client(headers={"host": "localhost"})
    officer = Client(headers={"host": "localhost"})
    backend = "conurb.portal.backends.Backend"
    officer.force_login(User.objects.get(username="officer"), backend=backend)
    timings = [
        _time(name, lambda c=client, a=address: c.get(a), repeat, before)
        for name, client, address, before in _pages(public, officer)
    ]
    if size <= LARGEST_PEER:
        timings.append(_time(PEER, _peer, min(repeat, 3), _nothing))
    return timings


def _pages(public, officer) -> Iterator[tuple[str, object, str, Callable[[], None]]]:  # type: ignore[no-untyped-def]
    from conurb.plan.models import Task

    task = Task.everything.select_related("item__field__plan").order_by("order")[7]
    item = f"/plan/{task.item.field.plan.year}/{task.item.number}/"
    last = -(-Task.everything.count() // 50)
    yield "home, cold", public, "/", _forget
    yield "home, changed", public, "/", _report
    yield "home, kept", public, "/", _nothing
    for name, query in (
        ("plan", ""),
        ("plan, filtered", "?kind=build&light=late&light=at-risk"),
        ("plan, searched, common word", "?q=建设"),
        ("plan, searched, rare word", "?q=学校"),
        ("plan, by due day", "?sort=due"),
        ("plan, grouped by city", "?group=city"),
        ("plan, last page", f"?page={last}"),
    ):
        yield f"{name}, changed", public, f"/plan/{query}", _report
        yield f"{name}, kept", public, f"/plan/{query}", _nothing
    yield "item", public, item, _nothing
    yield "task", public, f"/tasks/{task.key}/", _nothing
    yield "task, as officer", officer, f"/tasks/{task.key}/", _nothing
    yield "map page", public, "/map/", _nothing
    yield "map data, all tasks", public, "/map/tasks.geojson", _nothing
    yield "my work", officer, "/work/", _nothing


def _nothing() -> None:
    pass


def _forget() -> None:
    from django.core.cache import cache

    from conurb.plan.queries.kept import KEPT

    KEPT.clear()
    cache.clear()


def _report() -> None:
    """Write into the journal what a report writes; nothing that was counted before holds then."""
    from conurb.journal.actions import record

    record(None, "task.report", urn="urn:conurb:region:task:benchmark", name="Benchmark")


def _time(name: str, ask, repeat: int, before: Callable[[], None]) -> Timing:  # type: ignore[no-untyped-def]
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    ask()
    before()
    number = 0

    def counted(execute, *statement):  # type: ignore[no-untyped-def]
        nonlocal number
        number += 1
        return execute(*statement)

    with connection.execute_wrapper(counted):
        response = ask()
    if response.status_code != 200:
        raise SystemExit(f"{name}: answered {response.status_code}")
    spent = []
    for _ in range(repeat):
        before()
        began = clock()
        ask()
        spent.append(clock() - began)
    size = len(b"".join(response)) / 1024 if response.streaming else len(response.content) / 1024
    return Timing(name, min(spent) * 1000, number, size)


def _peer():  # type: ignore[no-untyped-def]
    """Answer the list of tasks as a first draft would: everything, row by row."""
    from django.http import HttpResponse
    from django.template import engines

    from conurb.plan.models import Task

    template = engines["django"].from_string(
        "<table>{% for task in tasks %}<tr><td>{{ task.number }}</td><td>{{ task.text }}</td>"
        "<td>{{ task.light }}</td><td>{{ task.stage_now.zh }}</td><td>{{ task.item.field }}</td>"
        "<td>{{ task.lead.name }}</td><td>{{ task.due }}</td>"
        "<td>{{ task.last_report_at }}</td></tr>{% endfor %}</table>"
    )
    return HttpResponse(template.render({"tasks": Task.everything.order_by("order")}))


# -------------------------------------------------------------------------- over databases


@contextmanager
def database(engine: str, size: int) -> Iterator[dict[str, str]]:
    """Give the environment of an empty database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="conurb-bench-") as folder:
        (Path(folder) / "static").mkdir()
        environment = {**os.environ, "CONURB_DATA": folder, "CONURB_TESTING": "1"}
        environment["DJANGO_SETTINGS_MODULE"] = "conurb.config.settings"
        environment["PYTHONPATH"] = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        if engine == "SQLite":
            environment.pop("DATABASE_URL", None)
            yield environment
            return
        with _postgresql(os.environ["DATABASE_URL"], f"conurb_bench_{size}") as url:
            yield {**environment, "DATABASE_URL": url}


@contextmanager
def _postgresql(url: str, name: str) -> Iterator[str]:
    import psycopg
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def timings(engine: str, size: int, repeat: int) -> dict[str, Timing]:
    """Measure one size in a process of its own."""
    with database(engine, size) as environment:
        command = [sys.executable, "-m", "benchmarks.pages", str(size), str(repeat)]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE
        )
    return {row["page"]: Timing(**row) for row in json.loads(done.stdout.splitlines()[-1])}


def table(engine: str, sizes: Sequence[int], repeat: int) -> None:
    """Print the timings of all sizes beside each other."""
    found = {size: timings(engine, size, repeat) for size in sizes}
    kind = "processor" if engine == "SQLite" else "clock"
    print(f"\n{engine}: milliseconds of the {kind} (queries), ratio to {sizes[0]:,} tasks")
    print(f"{'page':36}" + "".join(f"{f'{size:,} tasks':>26}" for size in sizes))
    for page, base in found[sizes[0]].items():
        cells = [_cell(found[size].get(page), base) for size in sizes]
        print(f"{page:36}" + "".join(f"{cell:>26}" for cell in cells), flush=True)


def _cell(timing: Timing | None, base: Timing) -> str:
    if timing is None:
        return "–"
    ratio = timing.milliseconds / base.milliseconds
    return f"{timing.milliseconds:9.1f} ({timing.queries}) {ratio:6.1f}×"


def run(sizes: Sequence[int], repeat: int) -> None:
    """Print a table for SQLite, and one for PostgreSQL where DATABASE_URL names a server."""
    for engine in ["SQLite", *(["PostgreSQL"] if os.environ.get("DATABASE_URL") else [])]:
        table(engine, sizes, repeat)


if __name__ == "__main__":
    # one size, in the process that `timings` starts
    print(json.dumps([asdict(each) for each in measure(int(sys.argv[1]), int(sys.argv[2]))]))
