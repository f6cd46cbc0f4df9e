"""Logs, keys, types and status lists: whatever verifies records is for everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from conurb.records import status_lists
from conurb.records.actions.keys import ensure_keys, signer
from conurb.records.actions.logs import NewEntry, append
from conurb.records.models import PublishedType, StatusList
from conurb.region.models import City
from tests.records import makers

CITY = "430100"
LIST = 77

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin
issuer-metadata           GET     ok      ok       ok       ok      ok       ok      ok
issuer-metadata@other     GET     missing missing  missing  missing missing  missing missing
issuer-jwks               GET     ok      ok       ok       ok      ok       ok      ok
issuer-jwks@other         GET     missing missing  missing  missing missing  missing missing
record-type-metadata      GET     ok      ok       ok       ok      ok       ok      ok
record-type-metadata@other GET    missing missing  missing  missing missing  missing missing
status-list               GET     ok      ok       ok       ok      ok       ok      ok
status-list@other         GET     missing missing  missing  missing missing  missing missing
log-checkpoint            GET     ok      ok       ok       ok      ok       ok      ok
log-checkpoint@other      GET     missing missing  missing  missing missing  missing missing
"""

API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged
listLogs         GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listCheckpoints  GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listEntries      GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getTile          GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
proveInclusion   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
proveConsistency GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getTrustList     GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getRecordType    GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
"""

FINGERPRINT = {"records"}


def extend(world: Any) -> None:
    """Keys of every city, an entry, a published type and a status list."""
    ensure_keys()
    key = "0" * 30
    token = makers.token(signer(CITY), CITY, key, 0, LIST)
    append(CITY, [NewEntry("issue", key, {"token": token})], now=datetime.now(UTC))
    PublishedType.objects.get_or_create(
        slug="try-of-permissions", version=1, defaults={"document": {}, "digest": "0" * 64}
    )
    StatusList.objects.get_or_create(
        city=City.objects.get(pk=CITY),
        number=LIST,
        defaults={"bits": status_lists.blank(StatusList.SIZE)},
    )


PLACES = {
    "issuer-metadata": lambda _w: [CITY],
    "issuer-metadata@other": lambda _w: ["999999"],
    "issuer-jwks": lambda _w: [CITY],
    "issuer-jwks@other": lambda _w: ["999999"],
    "record-type-metadata": lambda _w: ["try-of-permissions", 1],
    "record-type-metadata@other": lambda _w: ["try-of-permissions", 2],
    "status-list": lambda _w: [CITY, LIST],
    "status-list@other": lambda _w: [CITY, LIST + 1],
    "log-checkpoint": lambda _w: [CITY],
    "log-checkpoint@other": lambda _w: ["999999"],
}

API_PLACES = {
    "listCheckpoints": lambda _w: {"log": CITY},
    "listEntries": lambda _w: {"log": CITY},
    "getTile": lambda _w: {"log": CITY, "level": 0, "index": 0},
    "proveInclusion": lambda _w: {"log": CITY},
    "proveConsistency": lambda _w: {"log": CITY},
    "getRecordType": lambda _w: {"slug": "try-of-permissions", "version": 1},
}
