"""A process that issues and revokes until it is killed; run by test_issuing_killed.

    python issuing_process.py prepare
    python issuing_process.py issue SEED
    python issuing_process.py ask
    python issuing_process.py revoke PLATE
    python issuing_process.py verify

`prepare` fills an empty database. `issue` prints "ready", then issues batches of 1 to 20 records
and revokes, suspends or supersedes some, for ever. `ask` answers a plate on every line of its input
with the verdict on it. `revoke` ends the records of a plate. `verify` starts again as a node does
and prints what is wrong, and how many records there are.
"""

# ruff: noqa: E402  Django is set up before its models are imported

from __future__ import annotations

import json
import random
import sys
from collections import Counter

import django

django.setup()

from django.conf import settings
from django.core.management import call_command

from conurb.records import index, merkle, status_lists
from conurb.records.actions import declaring
from conurb.records.actions.issuing import Draft, issue, issue_many, supersede
from conurb.records.actions.standing import resume, revoke, suspend
from conurb.records.checking import check
from conurb.records.models import REGION_LOG, Checkpoint, LogEntry, LogHead, Record, StatusList
from conurb.records.subjects import Subject
from conurb.refusal import RefusedError
from conurb.region.competence import competent
from conurb.region.folder import load_region
from conurb.region.loading import load

TYPE = "road-transport-certificate"
CITIES = ("430100", "430200", "430300")
STATE_AFTER = {
    "issue": "valid",
    "suspend": "suspended",
    "resume": "valid",
    "revoke": "revoked",
    "supersede": "superseded",
}


def draft(plate: str) -> Draft:
    public = {"number": "演示", "scope": "演示"}
    return Draft(TYPE, Subject("vehicle", plate), public, {"holder": "演示货运"})


def prepare() -> None:
    call_command("migrate", verbosity=0)
    region = load_region(settings.REGION_PATH)
    load(region)
    declaring.load(region)
    for plate in ("湘A00000", "湘A00001"):
        issue(None, competent("freight", "430100"), draft(plate))


def work(seed: int) -> None:
    chance = random.Random(seed)
    authorities = {city: competent("freight", city) for city in CITIES}
    print("ready", flush=True)
    while True:
        authority = authorities[chance.choice(CITIES)]
        drafts = [
            draft(f"湘A{chance.randrange(10_000, 100_000)}") for _ in range(chance.randint(1, 20))
        ]
        records = issue_many(None, authority, drafts)
        for record in records[: chance.randint(0, 2)]:
            act = chance.choice(["revoke", "suspend", "resume", "supersede"])
            try:
                match act:
                    case "revoke":
                        revoke(None, record, "演示")
                    case "suspend":
                        suspend(None, record, "演示")
                    case "resume":
                        resume(None, suspend(None, record, "演示"), "演示")
                    case _:
                        supersede(None, record, draft(record.subject_number))
            except RefusedError:
                continue


def ask() -> None:
    for line in sys.stdin:
        answer = check(TYPE, Subject("vehicle", line.strip()), "430200")
        print(answer.verdict, answer.reason, flush=True)


def revoke_plate(plate: str) -> None:
    for record in Record.everything.filter(subject_number=plate):
        revoke(None, record, "演示")
    print("revoked", flush=True)


def verify() -> dict[str, object]:
    """Start again, then compare rows, logs, status lists and index with one another."""
    index.prepare()
    wrong: list[str] = []
    for head in LogHead.objects.all():
        wrong += log_faults(head)
    wrong += row_faults()
    with index.local().reading() as snapshot:
        grown = snapshot.entries()
    index.rebuild()
    with index.local().reading() as snapshot:
        if snapshot.entries() != grown:
            wrong.append("the index is not what the logs say")
    return {"wrong": wrong[:20], "records": Record.everything.count()}


def log_faults(head: LogHead) -> list[str]:
    """Entries without a gap, under a signed head whose root is theirs."""
    wrong = []
    entries = LogEntry.objects.filter(log=head.log).order_by("index")
    bodies = list(entries.values_list("index", "body"))
    if [number for number, _body in bodies] != list(range(head.size)):
        wrong.append(f"log {head.log} has gaps")
    frontier: list[bytes] = []
    merkle.grow(frontier, 0, [merkle.leaf_hash(body.encode()) for _number, body in bodies])
    signed = Checkpoint.objects.get(log=head.log, size=head.size)
    if signed.root != merkle.root_of(frontier).hex():
        wrong.append(f"log {head.log}: the signed root is another")
    return wrong


def row_faults() -> list[str]:
    """Every record in its log as it is, every entry with its record, no status place twice."""
    wrong = []
    records = {each.key: each for each in Record.everything.select_related("status_list")}
    states: dict[str, str] = {}
    for entry in LogEntry.objects.exclude(log=REGION_LOG).order_by("log", "index"):
        record = records.get(entry.record_key)
        if record is None:
            wrong.append(f"log {entry.log}#{entry.index} names a record that is not there")
            continue
        states[entry.record_key] = STATE_AFTER[entry.kind]
        if entry.kind == "issue" and (
            (record.city_id, record.log_index) != (entry.log, entry.index)
            or json.loads(entry.body)["token"] != record.token
        ):
            wrong.append(f"log {entry.log}#{entry.index} says something else of its record")
    bits = {each.pk: each.bits for each in StatusList.objects.all()}
    used = {each.pk: each.used for each in StatusList.objects.all()}
    places = Counter((each.status_list_id, each.status_index) for each in records.values())
    wrong += [f"status place {place} is used twice" for place, n in places.items() if n > 1]
    for key, record in records.items():
        if key not in states:
            wrong.append(f"record {key} stands in no log")
        elif states[key] != record.state:
            wrong.append(f"record {key} is {record.state}, its log says {states[key]}")
        if record.status_index >= used[record.status_list_id]:
            wrong.append(f"record {key} has a place that nobody took")
        said = status_lists.get(bits[record.status_list_id], record.status_index)
        expected = {"valid": 0, "suspended": 2}.get(record.state, 1)
        if said != expected:
            wrong.append(f"record {key} is {record.state}, its status list says {said}")
    return wrong


def main(arguments: list[str]) -> None:
    match arguments:
        case ["prepare"]:
            prepare()
        case ["issue", seed]:
            work(int(seed))
        case ["ask"]:
            ask()
        case ["revoke", plate]:
            revoke_plate(plate)
        case ["verify"]:
            print(json.dumps(verify(), ensure_ascii=False))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
