"""The kinds of work that is done in the background, and what such work may say while it runs.

A kind has two halves: `do` takes as long as it needs, says how far it is and writes no rows; `keep`
writes all rows in one transaction with the end of the job. So a job that is cancelled, fails or
whose worker is killed leaves nothing half-done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.module_loading import import_string

from conurb.background.models import Job
from conurb.region.tables import Bilingual

if TYPE_CHECKING:
    from collections.abc import MutableMapping

WRITES_EVERY = 0.5
"""Seconds between two rows that say how far a job is."""


class CancelledError(Exception):
    """Whoever asked for the work does not want it any more."""


class TakenOverError(Exception):
    """Another worker has taken up the job, because this one gave no sign of life."""


class Running:
    """A job while it is done. Its work calls `progress`, which raises when it has to stop."""

    def __init__(self, job: Job) -> None:
        self.key = job.key
        self.about = job.about
        self.arguments: Mapping[str, Any] = job.arguments
        self.attempt = job.attempts
        self._written = 0.0

    def progress(self, done: int, total: int, step: Bilingual) -> None:
        """Say that `done` of `total` is done; raises CancelledError, TakenOverError to stop."""
        now = time.monotonic()
        if now - self._written < WRITES_EVERY and done < total:
            return
        self._written = now
        mine = Job.everything.filter(key=self.key, state=Job.State.RUNNING, attempts=self.attempt)
        changed = mine.update(
            done=done, total=total, step_zh=step.zh, step_en=step.en, beat_at=timezone.now()
        )
        if not changed:
            raise TakenOverError
        if mine.filter(cancel_asked=True).exists():
            raise CancelledError


def _nothing(_job: Job) -> None:
    return None


@dataclass(frozen=True)
class Work:
    """A kind of work.

    `do` returns what `keep` needs; `keep` returns the result of the job as JSON; `undo` is called
    in the transaction in which the job is said to have failed or to be cancelled; `leads_to` is the
    address of the page to go to afterwards, "" for none.
    """

    kind: str
    name: Bilingual
    do: Callable[[Running], Any]
    keep: Callable[[Job, Any], dict[str, Any]]
    undo: Callable[[Job], None] = _nothing
    leads_to: Callable[[Job], str] = lambda _job: ""


_kinds: MutableMapping[str, Work] = {}
_places: MutableMapping[str, str] = {}


def offer(work: Work) -> None:
    """Register a kind of work; done by a module when it starts."""
    _kinds[work.kind] = work


def offer_at(places: Mapping[str, str]) -> None:
    """Register kinds of work by where they stand ("package.module.NAME").

    Their modules are loaded when one of their jobs is done or shown, not when a process starts.
    """
    _places.update(places)


def work_of(kind: str) -> Work:
    """Return a kind of work; raises KeyError for one that nobody offers."""
    if kind not in _kinds:
        work: Work = import_string(_places[kind])
        if work.kind != kind:
            raise ValueError(f"the work at {_places[kind]} is of the kind {work.kind!r}")
        _kinds[kind] = work
    return _kinds[kind]
