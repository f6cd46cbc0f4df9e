"""A process that moves cases until it is killed; run by test_cases_killed.

    python cases_process.py prepare
    python cases_process.py work SEED
    python cases_process.py verify

`prepare` fills an empty database with residents and officers. `work` prints "ready", then for ever
hands in new cases in any city and moves those that are there, whatever other processes do to them.
`verify` starts again as a node does and prints what is wrong, and how many cases and moves there
are.
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
from django.db import OperationalError
from django.db.models import Count

from conurb.config.starting import load_declared
from conurb.desk import actions, numbers
from conurb.desk.models import Appeal, Case, CaseEvent
from conurb.desk.services import service_of
from conurb.desk.stages import MOVES, State, Verb, possible
from conurb.records import index
from conurb.records.models import Record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.folder import load_region
from conurb.region.loading import load
from conurb.region.models import User
from tests.desk.cases import PERMIT, PROOF, draft
from tests.desk.people import CITIES, make_resident, officer_of

PEOPLE = 4


def prepare() -> None:
    call_command("migrate", verbosity=0)
    region = load_region(settings.REGION_PATH)
    load(region)
    load_declared(region)
    for number in range(PEOPLE):
        make_resident(f"resident-{number}", "430211", f"1990010{number + 1}", f"演示{number}")
    for city in CITIES.values():
        for subject in ("social-security", "household-registration", "reconsideration"):
            for number in (1, 2):
                officer_of(subject, city, number)


class Worker:
    """Does one thing after the other, as chance has it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people = list(User.objects.filter(username__startswith="resident-"))
        self.officers: dict[int, list[User]] = {}
        for officer in User.objects.filter(authority__isnull=False).select_related("authority"):
            self.officers.setdefault(officer.authority_id or 0, []).append(officer)

    def step(self) -> None:
        """Hand in a case, or move one that is there."""
        there = Case.everything.count()
        if there < 5 or self.chance.random() < 0.3:
            self.hand_in()
            return
        place = self.chance.randrange(there)
        case = Case.everything.order_by("pk").select_related("authority", "applicant")[place]
        self.move(case)

    def hand_in(self) -> None:
        city = self.chance.choice(list(CITIES.values()))
        person = self.chance.choice(self.people)
        if self.chance.random() < 0.7:
            data = {**PROOF, "insured_in": self.chance.choice(list(CITIES.values()))}
            case = draft(person, "social-insurance-proof", city, data)
        else:
            case = draft(person, "residence-permit", city, PERMIT, files=("residence", "ground"))
        actions.submit(person, case)

    def move(self, case: Case) -> None:
        verbs = sorted(possible(State(case.state)))
        if not verbs:
            return
        person = case.applicant
        officers = self.officers.get(case.authority_id or 0, [])
        held_by = next((each for each in officers if each.pk == case.officer_id), None)
        officer = held_by or (self.chance.choice(officers) if officers else person)
        match self.chance.choice(verbs):
            case Verb.SUBMIT:
                actions.submit(person, case)
            case Verb.CLAIM | Verb.REOPEN:
                actions.claim(officer, case)
            case Verb.RELEASE:
                actions.release(officer, case)
            case Verb.ASK:
                actions.ask_for_more(officer, case, "演示补正", 10)
            case Verb.COMPLETE:
                actions.complete(person, case)
            case Verb.GRANT:
                actions.decide(officer, case, granted=True, reasons_zh="演示准予")
            case Verb.REFUSE:
                actions.decide(officer, case, granted=False, reasons_zh="演示不予")
            case Verb.DELIVER:
                actions.deliver(officer, case)
            case Verb.WITHDRAW:
                actions.withdraw(person, case, "演示撤回")
            case Verb.APPEAL:
                actions.appeal(person, case, "演示复核")
            case Verb.UPHOLD | Verb.OVERTURN as verb:
                appeal = Appeal.objects.select_related("authority").get(case=case, decided_at=None)
                judge = self.chance.choice(self.officers[appeal.authority_id])
                upheld = verb == Verb.UPHOLD
                actions.decide_appeal(judge, appeal, upheld=upheld, reasons="演示")


def work(seed: int) -> None:
    worker = Worker(seed)
    print("ready", flush=True)
    while True:
        try:
            worker.step()
        except (RefusedError, NotCompetentError, Appeal.DoesNotExist, OperationalError):
            # somebody else was first, or the database had to choose between two
            continue


def verify() -> dict[str, object]:
    """Start as a node does, then look for what cannot be."""
    index.catch_up()
    wrong: list[str] = []
    events: dict[int, list[CaseEvent]] = {}
    for event in CaseEvent.objects.order_by("pk"):
        events.setdefault(event.case_id, []).append(event)
    cases = list(Case.everything.select_related("accepted_in"))
    for case in cases:
        wrong += wrong_with(case, events.get(case.pk, []))
    given = Counter(case.number for case in cases if case.number)
    wrong += [f"number {number} was given twice" for number, count in given.items() if count > 1]
    by_case = dict(
        Record.everything.exclude(case_key="")
        .filter(state=Record.State.VALID)
        .values_list("case_key")
        .annotate(count=Count("pk"))
    )
    wrong += [
        f"case {key} has {count} valid records" for key, count in by_case.items() if count > 1
    ]
    known = {case.key: case for case in cases}
    wrong += [
        f"record of {key} whose case is {known[key].state if key in known else 'gone'}"
        for key in by_case
        if key not in known or known[key].record_key == ""
    ]
    moves = sum(len(each) for each in events.values())
    return {"wrong": wrong[:20], "cases": len(given), "moves": moves}


def wrong_with(case: Case, history: list[CaseEvent]) -> list[str]:
    """Return what cannot be of one case."""
    if case.state == State.DRAFT:
        return [f"draft {case.key} has a history"] if history or case.number else []
    wrong = []
    if not history:
        return [f"{case} has no history"]
    if history[-1].state_after != case.state:
        wrong.append(f"{case} is {case.state}, its history says {history[-1].state_after}")
    states = [State.DRAFT.value, *(event.state_after for event in history)]
    for before, event in zip(states, history, strict=False):
        if event.state_before != before:
            wrong.append(f"{case}: {event.verb} from {event.state_before} after {before}")
        elif event.state_before != event.state_after and (
            MOVES.get((State(before), Verb(event.verb))) != State(event.state_after)
        ):
            wrong.append(f"{case}: {event.verb} is no way from {before} to {event.state_after}")
    if numbers.parse(case.number or "") != case.number:
        wrong.append(f"{case} has a number that is none")
    issues = bool(service_of(case.service) and service_of(case.service).issues)  # type: ignore[union-attr]
    record = Record.everything.filter(key=case.record_key).first() if case.record_key else None
    decided = case.state in {State.GRANTED, State.DELIVERED}
    if decided and issues and (record is None or record.case_key != case.key):
        wrong.append(f"{case} is granted and has no record")
    if case.outcome == Case.Outcome.REFUSED and record and record.state == Record.State.VALID:
        wrong.append(f"{case} is refused and its record is valid")
    open_stops = case.stops.filter(ended_at=None).count()
    if open_stops != (case.state == State.WAITING):
        wrong.append(f"{case} is {case.state} and its clock stands {open_stops} times")
    return wrong


def main(arguments: list[str]) -> None:
    match arguments:
        case ["prepare"]:
            prepare()
        case ["work", seed]:
            work(int(seed))
        case ["verify"]:
            print(json.dumps(verify(), ensure_ascii=False))
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
