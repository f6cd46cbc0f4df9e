"""A process that reports on a task while another does the same; run by test_concurrency.

    python reporting_process.py prepare
    python reporting_process.py report (locked|unlocked) TASK USERNAME GATE
    python reporting_process.py list TASK

`prepare` fills an empty database and prints the task. `report` stops between finding the number of
its report and writing it, until the other process stands there too or a second and a half are over;
it prints the number it was given, or the name of the error. `list` prints the numbers kept.
"""

# ruff: noqa: E402  Django is set up before its models are imported

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from conurb.plan.actions import life
from conurb.plan.actions.starting import adopt_folder_plan
from conurb.plan.models import Report, Task
from conurb.region.folder import load_region
from conurb.region.loading import load
from conurb.region.models import Authority, User

MEETS = 2
PATIENCE = 1.5


def prepare() -> str:
    """Make the tables, a plan, two officers of one authority, and a task that it leads."""
    call_command("migrate", verbosity=0)
    region = load_region(settings.REGION_PATH)
    load(region)
    adopt_folder_plan(region)
    lead = Authority.objects.get(key="changsha-transport")
    office = User.objects.create_user("office", authority=Authority.objects.get(is_office=True))
    officers = [User.objects.create_user(name, authority=lead) for name in ("first", "second")]
    task = Task.everything.filter(kind="build", due=None)[0]
    life.accept(officers[0], life.propose_lead(office, task, lead, "属其事权"))
    return task.urn


def without_the_lock() -> None:
    """Read the task as a program would that forgot to hold it."""
    life.locked = lambda task: Task.everything.get(pk=task.pk)
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"


def meeting_at(gate: Path, name: str) -> None:
    """Let the process wait for the other one after it found its number."""
    found = life.next_sequence

    def wait(task: Task) -> int:
        number = found(task)
        (gate / name).touch()
        deadline = time.monotonic() + PATIENCE
        while len(list(gate.iterdir())) < MEETS and time.monotonic() < deadline:
            time.sleep(0.01)
        return number

    life.next_sequence = wait


def report(mode: str, urn: str, username: str, gate: Path) -> dict[str, object]:
    """Report and say what came of it."""
    if mode == "unlocked":
        without_the_lock()
    meeting_at(gate, username)
    officer = User.objects.get(username=username)
    task = Task.everything.get(urn=urn)
    connection.close()
    try:
        made = life.report(officer, task, words=f"{username} 报送的进展。")
    except DatabaseError as fault:
        return {"error": type(fault).__name__}
    return {"sequence": made.sequence}


def main(arguments: list[str]) -> object:
    """Do what the arguments say and return what is to be printed."""
    match arguments:
        case ["prepare"]:
            return prepare()
        case ["report", mode, urn, username, gate]:
            return report(mode, urn, username, Path(gate))
        case ["list", urn]:
            kept = Report.everything.filter(task__urn=urn).order_by("created_at", "id")
            return list(kept.values_list("sequence", flat=True))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
