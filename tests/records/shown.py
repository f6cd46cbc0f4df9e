"""Records to show in tests: real types of the region, issued by the competent authorities."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from conurb.records.actions.issuing import Draft, issue
from conurb.records.models import Record
from conurb.records.subjects import Subject
from conurb.region.competence import competent
from conurb.region.models import Identity, User

JUDGE = Path(__file__).parent / "offline_judge.mjs"
CHANGSHA, ZHUZHOU, XIANGTAN = "430100", "430200", "430300"
NUMBER = "43020219900307000X"
"""A resident number that nobody has: sequence 000 is given to no one."""


def certificate(
    holder: User | None = None,
    *,
    city: str = ZHUZHOU,
    plate: str = "湘B0A123",
    days: int = 300,
    now: datetime | None = None,
    held: str = "演示货运有限公司",
) -> Record:
    """A road transport certificate: public claims in codes, one held claim that is in none."""
    moment = now or timezone.now()
    return issue(
        None,
        competent("freight", city),
        Draft(
            "road-transport-certificate",
            Subject("vehicle", plate, "演示车辆"),
            {"number": f"{city}0001", "scope": "道路普通货物运输", "load_kg": 9800},
            {"holder": held},
            valid_until=moment + timedelta(days=days),
            holder=holder,
        ),
        now=moment,
    )


def permit(holder: User, *, city: str = ZHUZHOU, now: datetime | None = None) -> Record:
    """A residence permit: about its holder, all its claims held."""
    known = Identity.everything.filter(user=holder).first()
    return issue(
        None,
        competent("household-registration", city),
        Draft(
            "residence-permit",
            Subject("resident", known.number if known else NUMBER, "演示居民"),
            {},
            {
                "name": "演示居民",
                "county": "天元区",
                "address": "演示路1号",
                "endorsed_on": "2026-03-01",
            },
            holder=holder,
        ),
        now=now,
    )


def identified(user: User) -> User:
    """Let it be known who a person is."""
    Identity.everything.get_or_create(
        user=user,
        defaults={"number": NUMBER, "name": "演示居民", "source": Identity.Source.DEMONSTRATION},
    )
    return user


class Judge:
    """The browser's own verifier, run by Node."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return what it answers to one request."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the judge died"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def judging() -> Iterator[Judge]:
    """Run the judge for as long as the block runs."""
    node = shutil.which("node")
    assert node, "Node is needed for the front end; `make setup` installs it"
    process = subprocess.Popen(
        [node, str(JUDGE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Judge(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(timeout=20)
