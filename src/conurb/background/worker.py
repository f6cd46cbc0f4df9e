"""A process that does background work: `conurb work`, and the one beside `conurb serve`; or, where
a process serves without any, a thread of its own.

The loop is that of django-tasks' database worker. Beside it a thread gives signs of life for the
job at hand, looks for jobs whose worker died, and ends the process when the server that started it
is gone.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks.signals import task_finished, task_started
from django_tasks_db.management.commands.db_worker import Worker

from conurb.background.models import Job
from conurb.background.repeating import ask_for_what_is_due
from conurb.background.running import open_lane, take_up_again

log = logging.getLogger(__name__)

BEAT = 10.0
"""Seconds between signs of life."""
INTERVAL = 0.5
"""Seconds between looks for work."""
LOOKS_FOR_DUE = 600.0
"""Seconds between looks for work that comes round again."""


class Heart:
    """Says that this worker is alive while it does a job."""

    def __init__(self, parent: int | None = None) -> None:
        self.at_work_on: str | None = None
        self.parent = parent
        self._stopped = threading.Event()
        self._looked = -LOOKS_FOR_DUE
        task_started.connect(self._started)
        task_finished.connect(self._finished)

    def _started(self, *, task_result: object, **_more: object) -> None:
        arguments = getattr(task_result, "args", ())
        self.at_work_on = arguments[0] if arguments else None

    def _finished(self, **_more: object) -> None:
        self.at_work_on = None

    def beat(self) -> None:
        """Give one sign of life and look for jobs that lost their worker."""
        close_old_connections()
        if self.at_work_on is not None:
            running = Job.everything.filter(key=self.at_work_on, state=Job.State.RUNNING)
            running.update(beat_at=timezone.now())
        take_up_again()
        if time.monotonic() - self._looked >= LOOKS_FOR_DUE:
            self._looked = time.monotonic()
            ask_for_what_is_due()

    def run(self) -> None:
        """Beat until stopped."""
        while not self._stopped.wait(BEAT):
            try:
                self.beat()
            except DatabaseError:
                # away for a moment, or SQLite's writer took too long; without a heart the job at
                # hand would count as lost
                log.exception("a sign of life could not be given")
            if self.parent is not None and os.getppid() != self.parent:
                # the server is gone: end as if told to
                os.kill(os.getpid(), signal.SIGTERM)
                return
        connection.close()

    def stop(self) -> None:
        """Let the thread end."""
        self._stopped.set()


def run(*, parent: int | None = None, once: bool = False) -> None:
    """Do jobs until told to stop (SIGTERM, SIGINT); with `once`, until none is left."""
    heart = Heart(parent)
    worker = Worker(
        queue_names=["default"],
        interval=INTERVAL,
        batch=once,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    take_up_again()
    thread = threading.Thread(target=heart.run, daemon=True)
    thread.start()
    worker.configure_signals()
    try:
        worker.run()
    finally:
        heart.stop()


def within() -> None:
    """Do the jobs of this process in a thread of it, so that no request waits for them.

    Jobs that another process left undone are found by their silence, as by a worker.
    """
    for loop in (open_lane().run, Heart().run):
        threading.Thread(target=loop, daemon=True).start()


@contextmanager
def beside(region: Path, data: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Run a worker process within this block; one that dies is started anew."""
    keeper = _Keeper(region, data, say)
    thread = threading.Thread(target=keeper.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join(timeout=10)


class _Keeper:
    def __init__(self, region: Path, data: Path, say: Callable[[str], None]) -> None:
        self.command = [sys.executable, "-m", "conurb.cli", "work", str(region)]
        self.command += ["--data", str(data), "--parent", str(os.getpid())]
        self.say = say
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self.stopping.is_set():
            self.process = subprocess.Popen(self.command)  # noqa: S603 - our own command
            status = self.process.wait()
            if not self.stopping.wait(2):
                self.say(f"后台进程已重启 The worker ended with status {status}; starting it anew.")

    def stop(self) -> None:
        self.stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                # a job at hand is found by its silence and taken up again
                self.process.kill()
