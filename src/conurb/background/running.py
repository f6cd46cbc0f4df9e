"""Doing a job: taking it up, carrying it through, saying how it ended."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from conurb.background.lane import Lane
from conurb.background.models import Job
from conurb.background.work import CancelledError, Running, TakenOverError, work_of
from conurb.refusal import RefusedError
from conurb.region.tables import Bilingual

log = logging.getLogger(__name__)

SILENT_FOR = timedelta(seconds=60)
"""After so long without a sign of life a worker is taken for dead."""
MOST_ATTEMPTS = 2


_own: list[Lane] = []
"""The lane of this process, where it serves and leaves nothing to workers."""


def open_lane() -> Lane:
    """Give this process a lane of its own, into which its jobs go from now on."""
    _own[:] = [Lane(carry_out.enqueue)]
    return _own[0]


def hand_on(key: str) -> None:
    """Give a job to whoever does it: a worker, else this process's lane, else whoever asks for it.

    Workers find it in the queue once this transaction is committed, the others get it then.
    """
    if settings.WORKER:
        # a row in this very transaction: no job is lost between them
        carry_out.enqueue(key)
    elif _own:
        transaction.on_commit(lambda: _own[0].put(key))
    else:
        transaction.on_commit(lambda: carry_out.enqueue(key))


@task()  # type: ignore[untyped-decorator]
def carry_out(key: str) -> None:
    """Do the job with this key; a job that is not waiting any more is left alone."""
    job = _take_up(key)
    if job is None:
        return
    work = work_of(job.kind)
    running = Running(job)
    try:
        made = work.do(running)
        with transaction.atomic():
            held = _hold(running)
            result = work.keep(held, made)
            _end(held, Job.State.DONE, result=result)
    except TakenOverError:
        log.warning("job %s was taken over by another worker", key)
    except CancelledError:
        _stop(running, Job.State.CANCELLED, Bilingual("", ""))
    except Exception as fault:  # whatever goes wrong is told on the page
        _stop(running, Job.State.FAILED, _told(fault))


def take_up_again() -> int:
    """Find jobs whose worker gives no sign of life and let them be done anew; return how many.

    A job that stopped two workers is not tried a third time.
    """
    long_ago = timezone.now() - SILENT_FOR
    _queue_again(long_ago)
    silent = Job.everything.filter(state=Job.State.RUNNING, beat_at__lt=long_ago)
    found = 0
    for key in list(silent.values_list("key", flat=True)):
        with transaction.atomic():
            job = silent.select_for_update().filter(key=key).first()
            if job is None:
                continue
            found += 1
            if job.attempts >= MOST_ATTEMPTS:
                _fail(job, _STOPPED)
                continue
            job.state = Job.State.WAITING
            job.save(update_fields=["state"])
            hand_on(job.key)
    return found


def _queue_again(long_ago: datetime) -> None:
    """Queue jobs that wait and stand in no queue: their worker died as it took them from there."""
    waiting = Job.everything.filter(state=Job.State.WAITING, asked_at__lt=long_ago)
    keys = list(waiting.values_list("key", flat=True))
    if not keys:
        return
    queued = DBTaskResult.objects.ready().filter(task_path=carry_out.module_path)
    known = {arguments["args"][0] for arguments in queued.values_list("args_kwargs", flat=True)}
    for key in keys:
        if key not in known:
            # done twice it does no harm: who comes second finds the job taken
            hand_on(key)


_STOPPED = Bilingual(
    "处理程序两次中断，可能是文件过大或内存不足，请拆分文件后重试，或联系管理员。",
    "The work was broken off twice; the file may be too large for this machine. "
    "Split it and try again, or ask the administrator.",
)


def _take_up(key: str) -> Job | None:
    with transaction.atomic():
        waiting = Job.everything.select_for_update().filter(key=key, state=Job.State.WAITING)
        job = waiting.first()
        if job is None:
            return None
        job.state = Job.State.RUNNING
        job.attempts += 1
        job.done = 0
        job.started_at = job.beat_at = timezone.now()
        job.save(update_fields=["state", "attempts", "done", "started_at", "beat_at"])
        return job


def _hold(running: Running) -> Job:
    """Return the job's row, locked; raises where this worker may not finish it any more."""
    held = Job.everything.select_for_update().filter(
        key=running.key, state=Job.State.RUNNING, attempts=running.attempt
    )
    job = held.first()
    if job is None:
        raise TakenOverError
    if job.cancel_asked:
        raise CancelledError
    return job


def _end(job: Job, state: str, *, result: dict[str, Any] | None = None) -> None:
    job.state = state
    job.ended_at = timezone.now()
    if result is not None:
        job.result = result
        job.done = job.total
    job.save(update_fields=["state", "ended_at", "result", "done", "problem_zh", "problem_en"])


def _stop(running: Running, state: str, problem: Bilingual) -> None:
    with transaction.atomic():
        job = (
            Job.everything.select_for_update()
            .filter(key=running.key, state=Job.State.RUNNING, attempts=running.attempt)
            .first()
        )
        if job is None:
            return
        if state == Job.State.FAILED:
            _fail(job, problem)
            return
        _end(job, state)
        work_of(job.kind).undo(job)


def _fail(job: Job, problem: Bilingual) -> None:
    job.problem_zh, job.problem_en = problem.zh, problem.en
    _end(job, Job.State.FAILED)
    work_of(job.kind).undo(job)


def _told(fault: Exception) -> Bilingual:
    """Why a job failed, in words; what nobody foresaw gets a number that stands in the log."""
    zh, en = getattr(fault, "message_zh", ""), getattr(fault, "message_en", "")
    if zh and en:
        return Bilingual(zh, en)
    if isinstance(fault, RefusedError):
        with translation.override("zh-hans"):
            zh = str(fault.message)
        with translation.override("en"):
            en = str(fault.message)
        return Bilingual(zh, en)
    number = secrets.token_hex(4)
    log.exception("job failed, number %s", number, exc_info=fault)
    return Bilingual(
        f"处理时发生意外错误（编号 {number}），没有保存任何结果。请稍后重试，或将编号告知管理员。",
        f"Something unforeseen went wrong (number {number}); nothing was kept. "
        "Try again later, or give the number to the administrator.",
    )
