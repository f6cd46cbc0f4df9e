"""Who looked at a person's records: noted at once in a file, gathered into the table later.

A check must not wait for the main database. So each look is a line in `spool/looks` of the node's
data, which names the person by the handle alone; `gather` moves the lines into the append-only
table. A line has a key of its own: one that was gathered twice, after a process was killed, is kept
once.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from conurb.journal.models import actor_name
from conurb.records.checking import Answer
from conurb.records.holding import instant, moment
from conurb.records.keys import region_secret
from conurb.records.models import Look
from conurb.records.statement import Statement
from conurb.records.subjects import PERSONAL, Subject, handle
from conurb.records.types import type_of
from conurb.region.models import User

PURPOSE_LENGTH = 200
MOMENTS = ("at", "received_at")
CHUNK = 1_000


def look(actor: User | None, answer: Answer, subject: Subject, *, purpose: str, way: str) -> None:
    """Note that `actor` checked a person or had a person's data disclosed; others are not noted.

    `way` is one of api, page, offline, desk, disclosure, command.
    """
    if subject.kind not in PERSONAL:
        return
    note(
        subject_handle=handle(subject, region_secret()),
        type=answer.type,
        record_key=answer.found[0].key if answer.found else "",
        in_city=answer.city,
        purpose=purpose[:PURPOSE_LENGTH],
        verdict=answer.verdict,
        way=way,
        **by(actor),
    )


def look_at_code(
    actor: User | None, said: Statement, city: str, *, verdict: str, purpose: str
) -> None:
    """Note that `actor`, who may be nobody known, checked a code about a person for a city.

    `said` must be what an issuer signed and logged (`verifying`): a forged code names nobody, or
    anybody could fill a person's list.
    """
    if type_of(said.type).subject not in PERSONAL:
        return
    note(
        subject_handle=said.subject,
        type=said.type,
        record_key=said.key,
        in_city=city,
        purpose=purpose,
        verdict=verdict,
        way="page",
        **(by(actor) if actor is not None else {}),
    )


def by(actor: User | None) -> dict[str, str]:
    """Return the fields of a look that tell who looked."""
    authority = actor.authority if actor is not None else None
    return {
        "authority_key": authority.key if authority else "",
        "authority_name": authority.name_zh if authority else "",
        "actor_name": actor_name(actor),
    }


def note(**said: str) -> None:
    """Append one look to the spool; `said` are fields of Look."""
    note_all([said])


def note_all(looks: list[dict[str, str]]) -> None:
    """Append looks to the spool in one write; of those with one `key` a single one is kept."""
    at = instant(datetime.now(UTC))
    lines = "".join(
        json.dumps({"key": secrets.token_hex(15), "at": at, **said}, ensure_ascii=False) + "\n"
        for said in looks
    ).encode()
    spool = _spool()
    while True:
        handle_ = _opened(spool)
        try:
            fcntl.flock(handle_, fcntl.LOCK_SH)
            if not _is_still(spool, handle_):
                continue  # it is being gathered; the next one takes the lines
            if os.write(handle_, lines) != len(lines):
                raise OSError(f"{spool} could not be written to its end: is the disk full?")
            return
        finally:
            os.close(handle_)


def gather() -> int:
    """Move what was noted into the table; return how many looks there were."""
    spool = _spool()
    if spool.exists():
        # a name of its own, so that two that gather at once take two files
        with suppress(FileNotFoundError):
            spool.rename(spool.with_name(f"looks.{secrets.token_hex(6)}"))
    return sum(_gather(file) for file in sorted(spool.parent.glob("looks.*")))


def _gather(file: Path) -> int:
    try:
        opened = file.open("rb")
    except FileNotFoundError:
        return 0  # another process gathered it
    with opened:
        # waits for whoever opened it under its old name and still writes
        fcntl.flock(opened, fcntl.LOCK_EX)
        if not _is_still(file, opened.fileno()):
            return 0
        number = 0
        with transaction.atomic():
            for looks in _chunks(opened):
                Look.objects.bulk_create(looks, ignore_conflicts=True)
                number += len(looks)
        file.unlink()
    return number


def _chunks(lines: Any) -> Iterator[list[Look]]:
    chunk: list[Look] = []
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            continue  # half a line, of a machine that lost power while writing it
        moments = {name: moment(said[name]) for name in MOMENTS if name in said}
        chunk.append(Look(**{**said, **moments}))
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _spool() -> Path:
    folder = Path(settings.DATA_PATH) / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "looks"


def _opened(spool: Path) -> int:
    return os.open(spool, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _is_still(file: Path, handle_: int) -> bool:
    try:
        return file.stat().st_ino == os.fstat(handle_).st_ino
    except FileNotFoundError:
        return False
