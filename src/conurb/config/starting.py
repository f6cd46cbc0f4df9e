"""Starting a node: tables, messages, static files, region, then the server."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command

from conurb.background import worker
from conurb.desk import plain
from conurb.packs import load_packs
from conurb.plan.actions.starting import adopt_folder_plan
from conurb.plan.english import EnglishError
from conurb.records import index
from conurb.records.actions import declaring
from conurb.region.declarations import Region
from conurb.region.folder import load_region
from conurb.region.loading import load
from conurb.region.models import RegionState
from conurb.region.problems import RegionError, render_problems

Say = Callable[[str], None]

STOPS_WITHIN = 10
"""Seconds that a process which serves has to end what it is at; then it is killed."""

BUILD = settings.PACKAGE / "portal" / "static" / "build"


def start(host: str, port: int, workers: int, say: Say, *, work: bool = True) -> None:
    """Prepare the node and serve it until stopped; each step says what it does and how long.

    With `work`, a process for background work runs beside the server.
    """
    prepare(say)
    if work:
        with worker.beside(settings.REGION_PATH, settings.DATA_PATH, say):
            serve(host, port, workers, say)
    else:
        serve(host, port, workers, say)


def prepare(say: Say) -> None:
    """Bring tables, files and region up to date; quick where nothing changed."""
    settings.DATA_PATH.mkdir(parents=True, exist_ok=True)
    step(say, "数据库 database", lambda: call_command("migrate", verbosity=0))
    step(say, "页面资源 static files", collect_static)
    step(say, "区域 region", load_folder)
    if settings.DEMO:
        step(say, "演示数据 demonstration data", lambda: call_command("demonstrate", verbosity=0))


def step(say: Say, name: str, work: Callable[[], object]) -> None:
    """Run one step and say how long it took."""
    began = time.monotonic()
    work()
    say(f"  {name}: {time.monotonic() - began:.1f} s")


def collect_static() -> None:
    """Gather and compress what the browser loads, if anything changed since the last time."""
    if not (BUILD / "app.js").exists():
        raise CommandError(
            f"The browser files are not built ({BUILD} has no app.js). Run `make frontend`."
        )
    stamp = settings.STATIC_ROOT / ".stamp"
    newest = str(newest_change([settings.PACKAGE / "portal" / "static"]))
    if stamp.exists() and stamp.read_text(encoding="ascii") == newest:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(newest, encoding="ascii")


def newest_change(folders: list[Path]) -> int:
    """Return the latest time, in nanoseconds, at which a file below the folders changed."""
    times = (f.stat().st_mtime_ns for folder in folders for f in folder.rglob("*") if f.is_file())
    return max(times, default=0)


def load_folder() -> None:
    """Load the region; say everything that is wrong with it, and stop, where it is not sound."""
    try:
        region = load_region(settings.REGION_PATH)
        load(region)
        adopt_folder_plan(region)
        load_declared(region)
    except (RegionError, EnglishError) as fault:
        raise CommandError(render_problems(fault.problems, "zh")) from fault


def load_declared(region: Region) -> None:
    """Load what the kernel and the packs read from the folder: types, agreements, services."""
    declaring.load(region)
    plain.load_declared(region)
    load_packs(region)


def serve(host: str, port: int, workers: int, say: Say) -> None:
    """Run granian under WSGI; see docs/decisions for why WSGI."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    state = RegionState.objects.first()
    name = f"{state.name_zh} {state.name_en}" if state else ""
    say(f"\n  Conurb · {name}\n  http://{host}:{port}\n  Ctrl-C 停止 stops it.\n")
    sys.stderr.flush()
    os.environ["DJANGO_SETTINGS_MODULE"] = "conurb.config.settings"
    index.close()  # the processes that serve are forked from this one and open it themselves
    Granian(
        target="conurb.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        backpressure=512,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        # a process that is told twice at once, as by Ctrl-C and its parent, may never hear it
        workers_kill_timeout=STOPS_WITHIN,
    ).serve()
