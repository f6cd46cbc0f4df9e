"""A process that claims a case, or hands one in, while another does the same; by test_concurrency.

    python claiming_process.py prepare
    python claiming_process.py claim (locked|unlocked) CASE USERNAME GATE
    python claiming_process.py submit (locked|unlocked) CASE GATE
    python claiming_process.py list

`prepare` fills an empty database: two officers, cases to claim and drafts to hand in; it prints
their keys. `claim` and `submit` wait for each other before they begin; then `claim` stops after it
has found that nobody has the case, `submit` without the lock after it has found the next number,
until the other process stands there too or a second and a half are over. They print what they were
told. `list` prints who has which case and every number given.
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

from conurb.config.starting import load_declared
from conurb.desk import actions
from conurb.desk.actions import applying, deciding
from conurb.desk.models import Case, CaseEvent, NumberBlock
from conurb.refusal import RefusedError
from conurb.region.folder import load_region
from conurb.region.loading import load
from conurb.region.models import User
from tests.desk.cases import PROOF, draft, submitted
from tests.desk.people import make_resident, officer_of

MEETS = 2
PATIENCE = 1.5
STARTS_WITHIN = 60.0


def prepare() -> dict[str, list[str]]:
    """Make the tables, a resident, two officers, two cases and four drafts."""
    call_command("migrate", verbosity=0)
    region = load_region(settings.REGION_PATH)
    load(region)
    load_declared(region)
    person = make_resident("zhou", "430211", "19900101", "周甲")
    for number in (1, 2):
        officer_of("social-security", "430100", number)
    # the block of the day is there already, as it is for all but the first of a day
    actions.submit(person, draft(person, "social-insurance-proof", "430300", PROOF))
    return {
        "cases": [submitted(person).key for _ in range(2)],
        "drafts": [draft(person, "social-insurance-proof", "430300", PROOF).key for _ in range(4)],
    }


def without_the_lock() -> None:
    """Read rows as a program would that forgot to hold them."""
    held = lambda case: Case.everything.get(pk=case.pk)  # noqa: E731
    applying.locked = deciding.locked = held
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"

    def number(city: object, day: object) -> str:
        block = NumberBlock.objects.get_or_create(city=city, day=day)[0]
        found = block.last + 1
        wait()
        NumberBlock.objects.filter(pk=block.pk).update(last=found)
        return applying.numbers.compose(city.code, day, found)  # type: ignore[attr-defined]

    applying.next_number = number


gate = Path()
name = ""


def wait(point: str = "there", patience: float = PATIENCE) -> None:
    """Let the process wait for the other one to come as far, for so many seconds."""
    (gate / f"{point}-{name}").touch()
    deadline = time.monotonic() + patience
    while len(list(gate.glob(f"{point}-*"))) < MEETS and time.monotonic() < deadline:
        time.sleep(0.01)


def meeting(module: object, function: str) -> None:
    """Let the process wait for the other one after a function of a module has answered."""
    found = getattr(module, function)

    def then(*arguments: object) -> object:
        answer = found(*arguments)
        wait()
        return answer

    setattr(module, function, then)


def claim(mode: str, key: str, username: str) -> dict[str, str]:
    """Claim and say what came of it."""
    if mode == "unlocked":
        without_the_lock()
    meeting(deciding, "next_state")
    officer = User.objects.select_related("authority").get(username=username)
    case = Case.everything.get(key=key)
    connection.close()
    wait("ready", STARTS_WITHIN)
    try:
        actions.claim(officer, case)
    except RefusedError as told:
        return {"told": str(told)}
    except DatabaseError as fault:
        return {"error": type(fault).__name__}
    return {"claimed": username}


def submit(mode: str, key: str) -> dict[str, str]:
    """Hand in and say what came of it."""
    if mode == "unlocked":
        without_the_lock()
    case = Case.everything.select_related("applicant").get(key=key)
    connection.close()
    wait("ready", STARTS_WITHIN)
    try:
        done = actions.submit(case.applicant, case)
    except DatabaseError as fault:
        return {"error": type(fault).__name__}
    return {"number": done.case.number or ""}


def main(arguments: list[str]) -> object:
    """Do what the arguments say and return what is to be printed."""
    global gate, name
    match arguments:
        case ["prepare"]:
            return prepare()
        case ["claim", mode, key, username, folder]:
            gate, name = Path(folder), username
            return claim(mode, key, username)
        case ["submit", mode, key, folder]:
            gate, name = Path(folder), key
            return submit(mode, key)
        case ["list"]:
            claims = CaseEvent.objects.filter(verb="claim")
            return {
                "officers": dict(Case.everything.values_list("key", "officer__username")),
                "numbers": list(
                    Case.everything.exclude(number=None).values_list("number", flat=True)
                ),
                "claims": list(claims.values_list("case__key", flat=True)),
            }
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))
