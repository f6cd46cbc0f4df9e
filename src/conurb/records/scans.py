"""Checks of people that an inspector's phone made without a network, as it reports them later.

    {"scans": [{"key", "city", "list", "index", "in", "at", "verdict"}, …]}

    key      30 hexadecimal digits that the phone drew: a scan that is reported twice counts once
    city, list, index   the place in a status list, which names the record (records.compact)
    in       the city for which it was checked
    at       whole seconds since 1970, by the phone's clock
    verdict  what the phone said

Nothing else is kept on the phone and nothing else is sent: no claims, no name, no number (PIPL art.
6). What cannot be a report as a whole raises ReportError; of a report, each scan is judged alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

MOST = 100
"""Scans in one report."""

MOST_BYTES = 64 * 1024
MOST_A_DAY = 2_000
"""Scans that one officer reports in a day: a check every quarter of a minute for eight hours."""

KEPT_FOR = timedelta(days=90)
"""How old a scan may be when it is reported."""

CLOCKS = timedelta(minutes=2)
"""By so much two clocks may differ."""

Verdict = Literal["valid", "invalid", "stale", "unknown"]
Refusal = Literal["malformed", "too-old", "unknown-record", "before-issue", "not-personal"]

_KEY = re.compile(r"[0-9a-f]{30}", re.ASCII)
_CITY = re.compile(r"\d{6}", re.ASCII)
_MOST_NUMBER = 1 << 31


class ReportError(ValueError):
    """A text that is no report; `status` is that of the answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Scan:
    """One check: of the record at a place of a status list, for a city, at a moment."""

    key: str
    city: str
    number: int
    index: int
    in_city: str
    at: datetime
    verdict: Verdict


def read(body: bytes) -> tuple[list[Scan], dict[str, Refusal]]:
    """Return the scans of a report, and by key those that are none; raises ReportError."""
    if len(body) > MOST_BYTES:
        raise ReportError("the report is too long", 413)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise ReportError("the report is no JSON") from fault
    rows = said.get("scans") if isinstance(said, dict) else None
    if not isinstance(rows, list):
        raise ReportError("the report has no list of scans")
    if len(rows) > MOST:
        raise ReportError(f"a report has at most {MOST} scans", 413)
    scans: dict[str, Scan] = {}
    refused: dict[str, Refusal] = {}
    for row in rows:
        key = row.get("key") if isinstance(row, dict) else None
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise ReportError("a scan has no key by which it could be answered")
        scan = _scan(key, row)
        if scan is None:
            refused[key] = "malformed"
        else:
            scans[key] = scan
    return list(scans.values()), refused


def moment_of(scan: Scan, now: datetime) -> datetime | None:
    """Return when a scan was made; None for one that is too old to be reported.

    What lies in the future was made by a phone whose clock is ahead: it counts as of now.
    """
    if scan.at < now - KEPT_FOR:
        return None
    return min(scan.at, now)


def key_of(actor: int, key: str) -> str:
    """Return the key under which a scan is kept: its own, in the name of who reports it.

    So nobody can take the key of another's look, and a report that is repeated adds nothing.
    """
    return hashlib.sha256(f"conurb.records.scan:{actor}:{key}".encode()).hexdigest()[:30]


def _scan(key: str, row: Mapping[str, Any]) -> Scan | None:
    city, in_city, verdict = row.get("city"), row.get("in"), row.get("verdict")
    number, index, at = row.get("list"), row.get("index"), row.get("at")
    if not all(isinstance(each, str) and _CITY.fullmatch(each) for each in (city, in_city)):
        return None
    if verdict not in get_args(Verdict):
        return None
    if not all(type(each) is int and 0 <= each < _MOST_NUMBER for each in (number, index)):
        return None
    if type(at) is not int:
        return None
    try:
        moment = datetime.fromtimestamp(at, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return Scan(key, city, number, index, in_city, moment, verdict)  # type: ignore[arg-type]
