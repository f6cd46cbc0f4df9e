"""Who may do what with freight vehicle passes.

The resident holds a pass that Zhuzhou's traffic police issued, Changsha's officer one as a person.
None of the officers of the table works for traffic police; what those may do, by city, is tested in
tests/sames/platform/test_pages.py.
"""

from __future__ import annotations

from typing import Any

OWNER = "权限表第一配送有限公司（演示）"
CARGO = "权限表冷鲜果蔬"

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

platform                  GET     ok      ok       ok       ok      ok       ok      ok
platform-zones            GET     ok      ok       ok       ok      ok       ok      ok
platform-preview          GET     method  method   method   method  method   method  method
platform-preview          POST    ok      ok       ok       ok      ok       ok      ok
platform-preview          EMPTY   ok      ok       ok       ok      ok       ok      ok
platform-mine             GET     login   ok       ok       ok      ok       ok      ok
platform-passes           GET     login   no       no       no      no       no      ok
platform-check            GET     login   no       no       no      no       no      ok
platform-check            POST    login   no       no       no      no       no      no
platform-check            EMPTY   login   no       no       no      no       no      no
platform-pass             GET     login   ok       missing  missing missing  missing ok
platform-pass@other       GET     login   missing  ok       missing missing  missing ok
platform-violation        GET     login   no       no       no      no       no      ok
platform-violation        POST    login   no       no       no      no       no      no
platform-violation        EMPTY   login   no       no       no      no       no      no
platform-withdraw         GET     login   no       no       no      no       no      no
platform-withdraw         POST    login   no       no       no      no       no      no
platform-withdraw         EMPTY   login   no       no       no      no       no      no
platform-annul            GET     login   no       no       no      no       no      no
platform-annul            POST    login   no       no       no      no       no      no
platform-annul            EMPTY   login   no       no       no      no       no      no
platform-renew            GET     login   method   method   method  method   method  method
platform-renew            POST    login   goes     missing  missing missing  missing no
"""

API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listTruckZones   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listTruckRestrictions GET ok   ok       ok       ok      ok       ok     ok    ok  ok    who who
getTruckPassStatistics GET ok  ok       ok       ok      ok       ok     ok    ok  ok    who who
"""


def extend(world: Any) -> None:
    """Let two people get a pass, and note a violation against one."""
    from django.utils import timezone

    from conurb.region.competence import competent
    from conurb.region.models import User
    from conurb.sames.platform.actions import passes
    from tests.sames.platform.makers import granted

    police = User.objects.create_user(
        "police-table", authority=competent("traffic-police", "430200")
    )
    own = granted(world.people["resident"], owner_name=OWNER, cargo=CARGO)
    world.more["pass"] = own
    world.more["other-pass"] = granted(world.people["changsha"], plate="湘BYT002")
    world.more["violation"] = passes.note_violation(
        police, own, "hours", place="红旗路口（演示）", at=timezone.now()
    )


def _pass(world: Any) -> list[Any]:
    return [world.more["pass"].key]


PLACES = {
    "platform-pass": _pass,
    "platform-pass@other": lambda w: [w.more["other-pass"].key],
    "platform-violation": _pass,
    "platform-withdraw": _pass,
    "platform-annul": lambda w: [w.more["violation"].key],
    "platform-renew": _pass,
}
INPUTS = {
    "platform-preview": lambda _world: {"plate": "湘BYS001", "corridors": "K5"},
    "platform-check": lambda _world: {"plate": "湘BYT001"},
    "platform-violation": lambda _world: {
        "kind": "hours",
        "place": "红旗路口（演示）",
        "at": "2026-01-01T10:00",
    },
    "platform-withdraw": lambda _world: {"ground": "deception", "reason": "演示"},
    "platform-annul": lambda _world: {"reason": "演示"},
}
READERS = {OWNER: {"resident", "admin"}, CARGO: {"resident", "admin"}}
FINGERPRINT = ("platform",)
