"""A program that asks for background work, does it, and looks at what became of it.

prepare         make the tables
ask NUMBER      ask for so many jobs
work            do jobs until killed; says "ready" first
finish          do what is left, as a worker that is left alone does
verify          print what became of the jobs, as JSON
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import timedelta
from typing import Any

import django

django.setup()

from conurb.background import actions, running, worker  # noqa: E402
from conurb.background.models import Job  # noqa: E402
from conurb.background.work import Running, Work, offer  # noqa: E402
from conurb.journal.models import Entry  # noqa: E402
from conurb.region.tables import Bilingual  # noqa: E402

# a killed worker is noticed sooner than in life, and its job is tried more often
running.SILENT_FOR = timedelta(seconds=3)
running.MOST_ATTEMPTS = 4
worker.BEAT = 0.3
worker.INTERVAL = 0.05

STEP = Bilingual("计数", "Counting")


def count(own: Running) -> int:
    """Take a while, saying how far it is."""
    for step in range(10):
        time.sleep(random.uniform(0.02, 0.15))
        own.progress(step, 10, STEP)
    return 10


def keep(job: Job, made: int) -> dict[str, Any]:
    """Write two rows, slowly; a kill between them must leave neither."""
    for part in ("first", "second"):
        Entry.everything.create(
            actor_name="x", verb=f"exercise.{part}", object_urn=job.urn, object_name="演算"
        )
        time.sleep(random.uniform(0, 0.1))
    return {"made": made}


offer(Work("exercise", Bilingual("演算", "Exercise"), count, keep))


def verify() -> dict[str, Any]:
    """Return how many jobs ended how, and which left something they may not leave."""
    wrong = []
    states: dict[str, int] = {}
    for job in Job.everything.all():
        states[job.state] = states.get(job.state, 0) + 1
        rows = Entry.everything.filter(object_urn=job.urn).count()
        if rows != (2 if job.state == Job.State.DONE else 0):
            wrong.append([job.key, job.state, rows])
    attempts = list(Job.everything.values_list("attempts", flat=True))
    return {"wrong": wrong, "states": states, "again": sum(number > 1 for number in attempts)}


def main(what: str, *more: str) -> None:
    """Do what the command line says."""
    if what == "prepare":
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    elif what == "ask":
        for _ in range(int(more[0])):
            actions.ask(None, "exercise")
    elif what == "work":
        print("ready", flush=True)
        worker.run()
    elif what == "finish":
        while Job.everything.exclude(state__in=["done", "failed"]).exists():
            running.take_up_again()
            for key in Job.everything.filter(state="waiting").values_list("key", flat=True):
                running.carry_out.func(key)
            time.sleep(0.2)
    elif what == "verify":
        print(json.dumps(verify()))


main(*sys.argv[1:])
