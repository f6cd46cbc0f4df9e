"""Background work: it is done, told, cancelled, taken up again, and never half-done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from conurb.background import actions, running, work
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.journal.models import Entry
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.tables import Bilingual

STEP = Bilingual("正在计算", "Computing")
NAME = Bilingual("演算", "Exercise")


@pytest.fixture
def kinds(monkeypatch):
    """A register of kinds of this test's own; returns a function that offers one."""
    monkeypatch.setattr(work, "_kinds", {})

    def offer(do=lambda _running: 42, keep=lambda _job, made: {"made": made}, **more):
        work.offer(Work("exercise", NAME, do, keep, **more))

    return offer


@pytest.fixture
def worker(settings):
    """Work waits for a worker, as on a node that serves."""
    settings.WORKER = True
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def again(job: Job) -> Job:
    return Job.everything.get(pk=job.pk)


@pytest.mark.django_db
def test_without_a_worker_work_is_done_when_the_transaction_ends(
    kinds, actors, django_capture_on_commit_callbacks
):
    kinds()
    with django_capture_on_commit_callbacks(execute=True):
        job = actions.ask(actors["office"], "exercise")
        assert again(job).state == "waiting"
    job = again(job)
    assert (job.state, job.result, job.percent) == ("done", {"made": 42}, 100)
    assert job.authority == actors["office"].authority


@pytest.fixture
def lane(monkeypatch):
    """The lane of a process that serves without workers; the test does what its thread would."""
    monkeypatch.setattr(running, "_own", [])
    return running.open_lane()


@pytest.mark.django_db
def test_a_process_that_serves_without_workers_does_it_after_the_answer(
    kinds, actors, lane, django_capture_on_commit_callbacks
):
    done = []
    kinds(lambda own: done.append(own.key))
    with django_capture_on_commit_callbacks(execute=True):
        first, second = (actions.ask(actors["office"], "exercise") for _ in range(2))
        # asked for again, as by the thread that looks for jobs left undone
        running.hand_on(first.key)
    assert done == []
    assert {again(first).state, again(second).state} == {"waiting"}
    lane.do_next()
    assert (done, again(first).state, again(second).state) == ([first.key], "done", "waiting")
    lane.do_next()
    assert done == [first.key, second.key]
    # the second time the first was put there it stood there already
    assert lane._keys.empty()


@pytest.mark.django_db
def test_what_is_rolled_back_is_not_done(kinds, actors, lane, django_capture_on_commit_callbacks):
    kinds()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        actions.ask(actors["office"], "exercise")
        transaction.set_rollback(True)
    assert lane._keys.empty()


@pytest.mark.django_db
def test_a_job_that_fails_leaves_the_lane_open(
    kinds, actors, lane, django_capture_on_commit_callbacks
):
    def do(_own):
        raise RefusedError("It may not be.")

    kinds(do)
    with django_capture_on_commit_callbacks(execute=True):
        jobs = [actions.ask(actors["office"], "exercise") for _ in range(2)]
    lane.do_next()
    lane.do_next()
    assert [again(job).state for job in jobs] == ["failed", "failed"]


@pytest.mark.django_db
def test_a_lane_takes_up_what_another_process_left(kinds, lane, django_capture_on_commit_callbacks):
    kinds()
    long_ago = timezone.now() - running.SILENT_FOR - timedelta(seconds=1)
    waiting = Job.everything.create(key="a" * 30, kind="exercise", asked_at=long_ago)
    silent = Job.everything.create(
        key="b" * 30, kind="exercise", state="running", attempts=1, beat_at=long_ago,
        asked_at=long_ago,
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        assert running.take_up_again() == 1
    lane.do_next()
    lane.do_next()
    assert {again(waiting).state, again(silent).state} == {"done"}


@pytest.mark.django_db
def test_with_a_worker_work_waits_in_the_database(kinds, actors, worker):
    kinds()
    job = actions.ask(actors["office"], "exercise")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [job.key]
    assert again(job).state == "waiting"


@pytest.mark.django_db
def test_progress_is_told_as_it_goes(kinds, monkeypatch, worker):
    seen = []
    monkeypatch.setattr(work, "WRITES_EVERY", 0)

    def do(own: Running):
        own.progress(30, 120, STEP)
        seen.append(Job.everything.values("state", "done", "total", "step_zh").get(key=own.key))

    kinds(do)
    job = actions.ask(None, "exercise")
    running.carry_out.func(job.key)
    assert seen == [{"state": "running", "done": 30, "total": 120, "step_zh": "正在计算"}]
    assert Job(done=30, total=120, state="running").percent == 25
    assert Job(state="running").percent is None


@pytest.mark.django_db
def test_a_failure_is_told_in_both_languages_and_keeps_nothing(kinds, worker):
    undone = []

    def keep(job, _made):
        Entry.everything.create(actor_name="x", verb="half", object_urn="u", object_name="n")
        raise RefusedError("It may not be.")

    kinds(keep=keep, undo=undone.append)
    job = actions.ask(None, "exercise")
    running.carry_out.func(job.key)
    assert again(job).state == "failed"
    assert again(job).problem_en == "It may not be."
    assert not Entry.everything.filter(verb="half").exists()
    assert undone == [job]


@pytest.mark.django_db
def test_what_nobody_foresaw_gets_a_number_that_stands_in_the_log(kinds, worker, caplog):
    def do(_running):
        raise ZeroDivisionError

    kinds(do)
    job = actions.ask(None, "exercise")
    running.carry_out.func(job.key)
    problem = again(job).problem_zh
    number = problem.partition("编号 ")[2][:8]
    assert number in again(job).problem_en
    assert number in caplog.text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_cancelling_stops_a_running_job_at_its_next_step(kinds, actors, monkeypatch, worker):
    monkeypatch.setattr(work, "WRITES_EVERY", 0)
    kept, undone = [], []

    def do(own):
        actions.cancel(actors["officer-changsha"], Job.everything.get(key=own.key))
        own.progress(1, 2, STEP)

    kinds(do, keep=lambda *_: kept.append(1) or {}, undo=undone.append)
    job = actions.ask(actors["officer-changsha"], "exercise")
    running.carry_out.func(job.key)
    assert again(job).state == "cancelled"
    assert (kept, undone) == ([], [job])
    assert Entry.everything.filter(verb="job.cancel", object_urn=job.urn).count() == 1
    with pytest.raises(RefusedError):
        actions.cancel(actors["officer-changsha"], job)


@pytest.mark.django_db
def test_a_waiting_job_is_cancelled_at_once_and_then_left_alone(kinds, actors, worker):
    kinds(do=lambda _running: pytest.fail("was done"))
    job = actions.ask(actors["officer-changsha"], "exercise")
    with pytest.raises(NotCompetentError):
        actions.cancel(actors["officer-zhuzhou"], job)
    actions.cancel(actors["officer-changsha"], job)
    running.carry_out.func(job.key)
    assert again(job).state == "cancelled"


def killed(job: Job, attempts: int) -> None:
    """The job's worker died two minutes ago."""
    Job.everything.filter(pk=job.pk).update(
        state="running", attempts=attempts, beat_at=timezone.now() - timedelta(minutes=2)
    )


@pytest.mark.django_db
def test_a_job_whose_worker_was_killed_is_taken_up_once_more_and_then_given_up(kinds, worker):
    undone = []
    kinds(undo=undone.append)
    job = actions.ask(None, "exercise")
    killed(job, attempts=1)
    assert running.take_up_again() == 1
    assert again(job).state == "waiting"
    assert DBTaskResult.objects.count() == 2
    assert running.take_up_again() == 0
    killed(job, attempts=2)
    running.take_up_again()
    assert again(job).state == "failed"
    assert "两次" in again(job).problem_zh
    assert undone == [job]


@pytest.mark.django_db
def test_a_job_that_was_lost_on_its_way_from_the_queue_is_queued_again(kinds, worker):
    """Its worker took it from the queue and died before it was said to run."""
    kinds()
    job = actions.ask(None, "exercise")
    DBTaskResult.objects.update(status="RUNNING")
    Job.everything.filter(pk=job.pk).update(asked_at=timezone.now() - timedelta(minutes=2))
    running.take_up_again()
    running.take_up_again()
    assert DBTaskResult.objects.ready().count() == 1


@pytest.mark.django_db
def test_a_worker_that_comes_back_too_late_keeps_nothing(kinds, worker):
    """It was silent, another took the job up; the first must not write what the second writes."""

    def do(own):
        Job.everything.filter(key=own.key).update(attempts=2)

    kept = []
    kinds(do, keep=lambda *_: kept.append(1) or {})
    job = actions.ask(None, "exercise")
    running.carry_out.func(job.key)
    assert kept == []
    assert again(job).state == "running"


@pytest.mark.django_db
def test_who_sees_a_job(kinds, actors, worker):
    kinds()
    job = actions.ask(actors["officer-changsha"], "exercise")
    visible = {role: job in Job.objects.visible_to(actor) for role, actor in actors.items()}
    assert [role for role, sees in visible.items() if sees] == ["officer-changsha", "admin"]
    assert not Job.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.django_db
def test_the_bar_asks_again_until_it_ends_and_then_leads_on(kinds, client_of, actors, worker):
    kinds(leads_to=lambda job: f"/made/{job.result.get('made', '')}")
    job = actions.ask(actors["officer-changsha"], "exercise")
    browser = client_of("officer-changsha")
    address = f"/jobs/{job.key}/"
    waiting = browser.get(address, headers={"HX-Request": "true"})
    assert f'hx-get="{address}"' in waiting.content.decode()
    assert "HX-Redirect" not in waiting
    running.carry_out.func(job.key)
    done = browser.get(address, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == "/made/42"
    assert "hx-get" not in done.content.decode()
    assert browser.get(address)["Location"] == "/made/42"
    assert client_of("officer-zhuzhou").get(address).status_code == 404
    assert client_of("officer-zhuzhou").post(f"{address}cancel/").status_code == 404
