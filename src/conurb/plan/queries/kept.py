"""Counts of many tasks, kept in this process until the journal has a new entry.

Every change of a task stands in the journal, so its latest entry tells whether a count still holds.
It is kept half a minute at most, because PostgreSQL may commit two entries in the other order.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from conurb.journal.models import Entry

T = TypeVar("T")

KEPT_SECONDS = 30


class Kept:
    """The latest counts of this process by what they depend on; the oldest go first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._counts: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, count: Callable[[], T]) -> T:
        """Return what is kept under `key`; count and keep it where nothing is."""
        with self._lock:
            if key in self._counts:
                self._counts.move_to_end(key)
                kept: T = self._counts[key]
                return kept
        counted = count()
        with self._lock:
            self._counts[key] = counted
            while len(self._counts) > self.size:
                self._counts.popitem(last=False)
        return counted

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._counts.clear()


KEPT = Kept(48)


def stamp() -> Hashable:
    """Return a value that changes with the tasks: which journal entry is the latest.

    Nothing of the entry is shown, so it is asked for without regard to who may read it.
    """
    latest = Entry.everything.order_by("-pk").values_list("pk", "at", "object_urn").first()
    return latest, int(monotonic() // KEPT_SECONDS)
