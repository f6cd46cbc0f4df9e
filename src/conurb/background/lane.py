"""Jobs done one after another in a thread of a process that serves, where no worker does them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from django.db import connections

log = logging.getLogger(__name__)


class Lane:
    """Keys of jobs in the order in which they were put here, each once until it is taken."""

    def __init__(self, do: Callable[[str], object]) -> None:
        self._do = do
        self._keys: SimpleQueue[str] = SimpleQueue()
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def put(self, key: str) -> None:
        """Let a job be done after those that wait already; whoever puts it here does not wait."""
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)
        self._keys.put(key)

    def do_next(self) -> None:
        """Wait for a job and do it."""
        key = self._keys.get()
        with self._lock:
            self._waiting.discard(key)
        self._do(key)

    def run(self) -> None:
        """Do jobs as long as the process lives."""
        while True:
            try:
                self.do_next()
            except Exception:
                # a database away for a moment; the job is found by its silence and done then
                log.exception("a job could not be taken up")
            # the next may come after hours; by then the database may have dropped an idle one
            connections.close_all()
