"""Records by the million for the benchmark of checks: rows and log entries, without signatures."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, transaction

from benchmarks.checks import CITIES, TYPE, plate
from conurb.records import entries as leaves
from conurb.records import statement
from conurb.records.checkpoints import moment_text
from conurb.records.models import LogEntry, LogHead, Record, SigningKey, StatusList
from conurb.records.statement import Statement
from conurb.region.competence import competent

AT_ONCE = 20_000
SITE = "http://127.0.0.1:8000"
PUBLIC = {"number": "430200000001", "scope": "道路普通货物运输", "load_kg": 9800}
HELD = {"holder": "演示货运有限公司"}


def fill(number: int, now: datetime) -> None:
    """Write so many records of as many vehicles, in turn by the cities."""
    start = now - timedelta(days=100)
    made = {city: _City(city, start) for city in CITIES}
    numbers = iter(range(number))
    while chunk := list(islice(numbers, AT_ONCE)):
        pairs = [made[CITIES[each % 3]].record(each) for each in chunk]
        with transaction.atomic():
            _insert(Record, [record for record, _entry in pairs])
            _insert(LogEntry, [entry for _record, entry in pairs])
    for city in made.values():
        LogHead.objects.update_or_create(log=city.code, defaults={"size": city.size})


class _City:
    """What the records of a city have in common."""

    def __init__(self, code: str, start: datetime) -> None:
        self.code = code
        self.size = 0
        self.start = start
        self.end = start + timedelta(days=365)
        self.authority = competent("freight", code)
        self.key = SigningKey.objects.get(owner=code)
        self.header = _b64(json.dumps({"alg": "EdDSA", "kid": self.key.kid, "typ": "dc+sd-jwt"}))
        self.signature = _b64("x" * 64)
        self.at = moment_text(start)
        self.lists = list(self._lists())

    def _lists(self) -> Iterator[StatusList]:
        for number in range(3):
            yield StatusList.objects.create(
                city_id=self.code, number=number, bits=b"", used=StatusList.SIZE
            )

    def record(self, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the columns of a record and of its entry in the log."""
        place, index = divmod(self.size, StatusList.SIZE)
        key, subject = secrets.token_hex(15), plate(number)
        stated = Statement(
            key=key,
            city=self.code,
            type=TYPE,
            version=1,
            subject=subject,
            authority=self.authority.key,
            issued_at=self.start,
            valid_from=self.start,
            valid_until=self.end,
            status=(place, index),
            public=PUBLIC,
        )
        payload = json.dumps(statement.claims(stated, SITE), ensure_ascii=False)
        token = f"{self.header}.{_b64(payload)}.{self.signature}"
        body = leaves.leaf(self.code, self.size, self.at, "issue", key, {"token": token})
        entry = {
            "log": self.code,
            "index": self.size,
            "at": self.start,
            "kind": "issue",
            "record_key": key,
            "body": body,
        }
        row = {
            "key": key,
            "city_id": self.code,
            "authority_id": self.authority.pk,
            "type": TYPE,
            "type_version": 1,
            "subject_kind": "vehicle",
            "subject_number": subject,
            "subject_name": "",
            "subject_handle": subject,
            "holder_id": None,
            "public": json.dumps(PUBLIC),
            "held": json.dumps(HELD),
            "salts": json.dumps({"holder": "AAAAAAAAAAAAAAAAAAAAAA"}),
            "issued_at": self.start,
            "valid_from": self.start,
            "valid_until": self.end,
            "state": "valid",
            "state_at": self.start,
            "state_reason": "",
            "supersedes_id": None,
            "status_list_id": self.lists[place].pk,
            "status_index": index,
            "log_index": self.size,
            "signing_key_id": self.key.pk,
            "token": token,
            "case_key": "",
        }
        self.size += 1
        return row, entry


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    """Insert columns as they are; COPY on PostgreSQL."""
    table, names = model._meta.db_table, list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(list(row.values()))
        return
    marks = ", ".join(["%s"] * len(names))
    adapt = connection.ops.adapt_datetimefield_value
    values = [
        [adapt(value) if isinstance(value, datetime) else value for value in row.values()]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _b64(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
