"""Time on the server and queries of each page, for plans of 50, 5,000 and 50,000 tasks.

    .venv/bin/python benchmarks/pages.py [--sizes 50,5000,50000] [--repeat 7]

Each size gets its own database: SQLite in a temporary folder, and, where DATABASE_URL names a
PostgreSQL server, a database of its own there, which is dropped again. The requests go through
the whole stack of Django in this process; the best of the repetitions is told, since whatever
else the machine does only ever adds. On SQLite, which runs in this process too, the time is that of
the processor; on PostgreSQL it is that of the clock.

Counts that the plan page keeps between two changes are measured both ways: "changed" is the page
after something changed, so that everything is counted anew, "kept" the page when nothing did.
The ratio compares with the same page of the smallest plan.

The peer is the list as one writes it first: all rows on one page, related rows fetched as the
template asks for them. It is left out above 5,000 tasks, where it takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
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

    from conurb.region.models import User
    from filling import fill

    call_command("migrate", verbosity=0)
    fill(size, timezone.localdate())
    public = Client(headers={"host": "localhost"})
    officer = Client(headers={"host": "localhost"})
    backend = "django.contrib.auth.backends.ModelBackend"
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
    yield "home, changed", public, "/", _forget
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
        yield f"{name}, changed", public, f"/plan/{query}", _forget
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

    from conurb.plan.queries.facets import KEPT

    KEPT.clear()
    cache.clear()


def _time(name: str, ask, repeat: int, before: Callable[[], None]) -> Timing:  # type: ignore[no-untyped-def]
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    ask()
    before()
    with CaptureQueriesContext(connection) as queries:
        response = ask()
        number = len(queries)
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
        environment = {**os.environ, "CONURB_DATA": folder, "CONURB_TESTING": "1"}
        environment["DJANGO_SETTINGS_MODULE"] = "conurb.config.settings"
        environment["PYTHONPATH"] = str(ROOT / "src")
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
        command = [sys.executable, __file__, "--measure", str(size), "--repeat", str(repeat)]
        done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    return {row["page"]: Timing(**row) for row in json.loads(done.stdout.splitlines()[-1])}


def table(engine: str, sizes: list[int], repeat: int) -> None:
    """Print the timings of all sizes beside each other."""
    found = {size: timings(engine, size, repeat) for size in sizes}
    print(f"\n{engine}: milliseconds on the server (queries), ratio to {sizes[0]:,} tasks")
    print(f"{'page':36}" + "".join(f"{f'{size:,} tasks':>26}" for size in sizes))
    for page, base in found[sizes[0]].items():
        cells = [_cell(found[size].get(page), base) for size in sizes]
        print(f"{page:36}" + "".join(f"{cell:>26}" for cell in cells), flush=True)


def _cell(timing: Timing | None, base: Timing) -> str:
    if timing is None:
        return "–"
    ratio = timing.milliseconds / base.milliseconds
    return f"{timing.milliseconds:9.1f} ({timing.queries}) {ratio:6.1f}×"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps([asdict(each) for each in measure(given.measure, given.repeat)]))
        return
    sizes = sorted(int(size) for size in given.sizes.split(","))
    for engine in ["SQLite", *(["PostgreSQL"] if os.environ.get("DATABASE_URL") else [])]:
        table(engine, sizes, given.repeat)


if __name__ == "__main__":
    main()
