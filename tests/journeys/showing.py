"""Records for journeys: made in a process of its own, in the data of a node that runs.

python -m tests.journeys.showing TASK [VALUE …]      prints JSON
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REGION = ROOT / "regions" / "changzhutan"


def ask(data: Path, task: str, *values: str, region: Path = REGION) -> Any:
    """Do a task in a node's data and return what it prints."""
    surroundings = {
        name: value for name, value in os.environ.items() if not name.startswith("CONURB_")
    }
    surroundings |= {
        "CONURB_DATA": str(data),
        "CONURB_REGION": str(region),
        "DJANGO_SETTINGS_MODULE": "conurb.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.showing", task, *values],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _code(record: Any, moment: Any) -> str:
    from conurb.records import presenting
    from conurb.records.actions.presenting import code_of

    shown = presenting.disclosure(
        record.declared, record.public, {}, (), valid_until=record.valid_until, now=moment
    )
    return code_of(record, shown, now=moment)


def codes() -> dict[str, str]:
    """One record of every fate, and its code; the expired one ended before its code is read."""
    from django.utils import timezone

    from conurb.records.actions import standing
    from tests.records.shown import certificate

    now = timezone.now()
    good = certificate(plate="湘B0A501", now=now)
    revoked = certificate(plate="湘B0A502", now=now)
    suspended = certificate(plate="湘B0A503", now=now)
    expiring = certificate(plate="湘B0A504", now=now, days=1)
    made = {
        "valid": _code(good, now),
        "revoked": _code(revoked, now),
        "suspended": _code(suspended, now),
        "expiring": _code(expiring, now),
    }
    standing.revoke(None, revoked, "车辆报废（演示）")
    standing.suspend(None, suspended, "核查（演示）")
    return made


def strange() -> dict[str, str]:
    """A code signed by a key that nobody's lists know yet."""
    from django.utils import timezone

    from conurb.records.actions import keys
    from tests.records.shown import ZHUZHOU, certificate

    keys.rotate(None, ZHUZHOU)
    now = timezone.now() + timedelta(seconds=1)
    return {"code": _code(certificate(plate="湘B0A505", now=now), now)}


def wallet() -> dict[str, str]:
    """Two certificates and a permit for a demonstration resident, and the codes of `codes`.

    `holder` and `officer` are user names; the officer's authority issued the certificates.
    """
    from conurb.records.actions import standing
    from conurb.region.competence import competent
    from conurb.region.models import User
    from tests.records.shown import ZHUZHOU, certificate, identified, permit

    demo = User.objects.filter(is_demo=True, is_active=True)
    holder = demo.filter(authority=None, is_superuser=False).first()
    officer = demo.filter(authority=competent("freight", ZHUZHOU)).first()
    assert holder
    assert officer
    identified(holder)
    suspended = certificate(holder, plate="湘B0A602")
    standing.suspend(None, suspended, "年检逾期，正在核查（演示）")
    return {
        "holder": holder.username,
        "officer": officer.username,
        "certificate": certificate(holder, plate="湘B0A601").key,
        "other": certificate(holder, plate="湘B0A603").key,
        "permit": permit(holder).key,
        "suspended": suspended.key,
        **{f"code-{fate}": text for fate, text in codes().items()},
    }


def new_permit(username: str) -> dict[str, str]:
    """Issue a resident another permit, which no other test knows of."""
    from conurb.region.models import User
    from tests.records.shown import permit

    return {"key": permit(User.objects.get(username=username)).key}


def permit_code(key: str) -> dict[str, str]:
    """Draw a code of a permit that shows its holder's name; it is good for some minutes."""
    from django.utils import timezone

    from conurb.records import presenting
    from conurb.records.actions.presenting import code_of
    from conurb.records.models import Record

    record, now = Record.everything.get(key=key), timezone.now()
    shown = presenting.disclosure(
        record.declared,
        record.public,
        record.held,
        ["name"],
        valid_until=record.valid_until,
        now=now,
    )
    return {"code": code_of(record, shown, now=now)}


def looks(key: str, way: str) -> list[dict[str, str]]:
    """What is noted of the checks of a record that were made in a way: page, offline."""
    from conurb.records.actions import looking
    from conurb.records.models import Look

    looking.gather()
    return [
        {
            "verdict": look.verdict,
            "authority": look.authority_key,
            "city": look.in_city,
            "late": str(look.received_at is not None and look.received_at >= look.at),
        }
        for look in Look.objects.filter(record_key=key, way=way).order_by("at")
    ]


def revoke(key: str) -> dict[str, str]:
    """Revoke a record by its key."""
    from conurb.records.actions import standing
    from conurb.records.models import Record

    return {"state": standing.revoke(None, Record.everything.get(key=key), "报废（演示）").state}


if __name__ == "__main__":
    import django

    django.setup()
    does = (codes, strange, wallet, new_permit, permit_code, looks, revoke)
    tasks = {each.__name__: each for each in does}
    print(json.dumps(tasks[sys.argv[1]](*sys.argv[2:])))
