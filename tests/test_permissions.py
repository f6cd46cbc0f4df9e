"""Who may do what: every address and every API operation, as everybody.

The tables say for each route and method what becomes of the request of each role. What is not in
the table fails; so does a refused request that left a trace in the database, and a page that shows
somebody what is not for them.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache as kept
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import URLResolver
from django.utils import timezone

from tests import permissions

# every test is within the transaction of `world`; the mark makes pytest-django set the database up
pytestmark = pytest.mark.django_db

ROLES = ("nobody", "resident", "changsha", "zhuzhou", "xiangtan", "office", "admin")

# How a request ends.
#   ok       the page, or the file                  200
#   goes     done, or shown elsewhere               3xx
#   login    sent to the login                      302
#   no       not permitted                          403
#   missing  nothing there for this person          404
#   bad      refused, with a reason                 400, 409, 422
#   method   the address does not take this         405
#
# Changsha's transport authority leads the task, Zhuzhou's was asked to support it, Xiangtan's has
# no part in it. POST sends what a person who may do it would send, EMPTY nothing at all.
PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

home                      GET     ok      ok       ok       ok      ok       ok      ok
plan                      GET     ok      ok       ok       ok      ok       ok      ok
item                      GET     ok      ok       ok       ok      ok       ok      ok
task                      GET     ok      ok       ok       ok      ok       ok      ok
map                       GET     ok      ok       ok       ok      ok       ok      ok
map-counties              GET     ok      ok       ok       ok      ok       ok      ok
map-tasks                 GET     ok      ok       ok       ok      ok       ok      ok
plan-json                 GET     ok      ok       ok       ok      ok       ok      ok
plan-xlsx                 GET     ok      ok       ok       ok      ok       ok      ok
plan-ics                  GET     ok      ok       ok       ok      ok       ok      ok
plan-geojson              GET     ok      ok       ok       ok      ok       ok      ok
language                  GET     method  method   method   method  method   method  method
language                  POST    goes    goes     goes     goes    goes     goes    goes

work                      GET     login   no       ok       ok      ok       ok      ok
authorities               GET     login   no       ok       ok      ok       ok      ok
authority                 GET     login   no       ok       ok      ok       ok      ok
journal                   GET     login   no       ok       ok      ok       ok      ok
journal-csv               GET     login   no       ok       ok      ok       ok      ok
evidence                  GET     login   no       ok       ok      missing  ok      ok

task-propose              GET     login   no       no       no      no       ok      ok
task-propose              POST    login   no       no       no      no       goes    goes
task-propose              EMPTY   login   no       no       no      no       bad     bad
propose-all               GET     login   no       no       no      no       method  method
propose-all               POST    login   no       no       no      no       goes    goes
task-withdraw             GET     login   no       no       no      no       ok      ok
task-withdraw             POST    login   no       no       no      no       goes    goes
task-withdraw             EMPTY   login   no       no       no      no       bad     bad
task-restore              GET     login   no       no       no      no       ok      ok
task-restore              POST    login   no       no       no      no       goes    goes
task-restore              EMPTY   login   no       no       no      no       bad     bad
task-dates                GET     login   no       no       no      no       ok      ok
task-dates                POST    login   no       no       no      no       goes    goes
task-dates                EMPTY   login   no       no       no      no       bad     bad
task-report               GET     login   no       ok       no      no       ok      ok
task-report               POST    login   no       goes     no      no       goes    goes
task-report               EMPTY   login   no       bad      no      no       bad     bad
task-support              GET     login   no       ok       no      no       ok      ok
task-support              POST    login   no       goes     no      no       goes    goes
task-support              EMPTY   login   no       bad      no      no       bad     bad
assignment-accept         GET     login   no       method   method  method   method  method
assignment-accept         POST    login   no       goes     no      no       goes    goes
assignment-return         GET     login   no       ok       no      no       ok      ok
assignment-return         POST    login   no       goes     no      no       goes    goes
assignment-return         EMPTY   login   no       bad      no      no       bad     bad
assignment-end            GET     login   no       method   method  method   method  method
assignment-end            POST    login   no       goes     no      no       goes    goes

supervision               GET     login   no       no       no      no       ok      ok
supervision-refresh       GET     login   no       no       no      no       method  method
supervision-refresh       POST    login   no       no       no      no       goes    goes
supervision-remind-all    GET     login   no       no       no      no       method  method
supervision-remind-all    POST    login   no       no       no      no       goes    goes
supervision-case          GET     login   no       ok       missing missing  ok      ok
supervision-case          POST    login   no       no       missing missing  goes    goes
supervision-case          EMPTY   login   no       no       missing missing  bad     bad

imports                   GET     login   no       no       no      no       ok      ok
imports                   POST    login   no       no       no      no       goes    goes
imports                   EMPTY   login   no       no       no      no       bad     bad
import                    GET     login   no       no       no      no       ok      ok
import-file               GET     login   no       no       no      no       ok      ok
import-decide             POST    login   no       no       no      no       goes    goes
import-decide             EMPTY   login   no       no       no      no       bad     bad
import-heading            POST    login   no       no       no      no       goes    goes
import-heading            EMPTY   login   no       no       no      no       bad     bad
import-task               GET     login   no       no       no      no       ok      ok
import-task               POST    login   no       no       no      no       goes    goes
import-task               EMPTY   login   no       no       no      no       bad     bad
import-add                POST    login   no       no       no      no       goes    goes
import-add                EMPTY   login   no       no       no      no       bad     bad
import-undo               POST    login   no       no       no      no       goes    goes
import-undo               EMPTY   login   no       no       no      no       bad     bad
import-discard            GET     login   no       no       no      no       ok      ok
import-discard            POST    login   no       no       no      no       goes    goes
import-discard            EMPTY   login   no       no       no      no       bad     bad
import-reopen             POST    login   no       no       no      no       goes    goes
import-confirm            GET     login   no       no       no      no       ok      ok
import-confirm            POST    login   no       no       no      no       goes    goes
import-confirm            EMPTY   login   no       no       no      no       bad     bad

bulletins                 GET     ok      ok       ok       ok      ok       ok      ok
bulletin                  GET     ok      ok       ok       ok      ok       ok      ok
bulletin-docx             GET     ok      ok       ok       ok      ok       ok      ok
bulletin-xlsx             GET     ok      ok       ok       ok      ok       ok      ok
bulletin@draft            GET     missing missing  missing  missing missing  ok      ok
bulletin-docx@draft       GET     missing missing  missing  missing missing  ok      ok
bulletin-xlsx@draft       GET     missing missing  missing  missing missing  ok      ok
bulletin-introduction     GET     login   no       no       no      no       method  method
bulletin-introduction     POST    login   no       no       no      no       goes    goes
bulletin-introduction     EMPTY   login   no       no       no      no       bad     bad
bulletin-issue            GET     login   no       no       no      no       ok      ok
bulletin-issue            POST    login   no       no       no      no       goes    goes
bulletin-issue            EMPTY   login   no       no       no      no       bad     bad

authority-keys            GET     login   no       ok       no      no       ok      ok
authority-keys            POST    login   no       no       no      no       ok      ok
authority-keys            EMPTY   login   no       no       no      no       bad     bad
key-revoke                GET     login   no       no       no      no       ok      ok
key-revoke                POST    login   no       no       no      no       goes    goes

account                   GET     login   ok       ok       ok      ok       ok      ok
account_login             GET     ok      goes     goes     goes    goes     goes    goes
account_login             POST    goes    goes     goes     goes    goes     goes    goes
account_login             EMPTY   ok      goes     goes     goes    goes     goes    goes
account_logout            GET     goes    ok       ok       ok      ok       ok      ok
account_logout            POST    goes    goes     goes     goes    goes     goes    goes
account_signup            GET     ok      goes     goes     goes    goes     goes    goes
account_signup            POST    ok      goes     goes     goes    goes     goes    goes
account_inactive          GET     ok      ok       ok       ok      ok       ok      ok
account_reauthenticate    GET     login   ok       ok       ok      ok       ok      ok
account_reauthenticate    POST    login   goes     goes     goes    goes     goes    goes
account_change_password   GET     login   ok       ok       ok      ok       ok      ok
account_change_password   POST    login   goes     goes     goes    goes     goes    goes
mfa_list_webauthn         GET     login   ok       ok       ok      ok       ok      ok
mfa_index                 GET     login   ok       ok       ok      ok       ok      ok
mfa_add_webauthn          GET     login   goes     goes     goes    goes     goes    goes
mfa_login_webauthn        GET     login   goes     goes     goes    goes     goes    goes
mfa_authenticate          GET     login   goes     goes     goes    goes     goes    goes
mfa_reauthenticate        GET     login   goes     goes     goes    goes     goes    goes
mfa_reauthenticate_webauthn GET   login   goes     goes     goes    goes     goes    goes
mfa_remove_webauthn       GET     login   goes     goes     goes    goes     goes    goes
mfa_edit_webauthn         GET     login   goes     goes     goes    goes     goes    goes

demo-roles                GET     missing missing  missing  missing missing  missing missing
demo-login                POST    missing missing  missing  missing missing  missing missing
api:openapi-json          GET     ok      ok       ok       ok      ok       ok      ok
api:openapi-view          GET     ok      ok       ok       ok      ok       ok      ok
api:api-root              GET     goes    goes     goes     goes    goes     goes    goes
"""

# People come with the session of the pages. `key` is one of Changsha's transport authority, `other`
# one of Xiangtan's, `old` one that was revoked, `forged` one that never was. `who` is 401.
API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listPlans        GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getPlan          GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listFields       GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listItems        GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getItem          GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listTasks        GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getTask          GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listReports      GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listMeasures     GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listAuthorities  GET    who    no       ok       ok      ok       ok     ok    ok  ok    who who
listJournal      GET    who    no       ok       ok      ok       ok     ok    ok  ok    who who
makeReport       POST   who    no       ok       no      no       ok     ok    ok  no    who who
makeReport       EMPTY  who    bad      bad      bad     bad      bad    bad   bad bad   who who
acceptAssignment POST   who    no       ok       no      no       ok     ok    ok  no    who who
returnAssignment POST   who    no       ok       no      no       ok     ok    ok  no    who who
returnAssignment EMPTY  who    bad      bad      bad     bad      bad    bad   bad bad   who who
"""

# Words that only some may read; each stands in one row of the database.
OBSTACLE = "桥下管线迁改未定"
ANSWER = "此事应由住建部门牵头"
FILENAME = "会议纪要内部稿.pdf"
REMINDED = "请于三日内书面说明"
KEY_LABEL = "长沙工程调度系统"
INTRODUCTION = "尚未签发的导语"
HANDED_IN = "明年清单征求意见稿.md"
DRAFT = """# 长株潭一体化十同任务清单（2031年）

## 一、规划同图

1. 编制绿心地区总体规划。推进湘江风光带（含配套绿道建设。
2. 建立三市联席会议机制。
"""


@dataclass
class World:
    """One of everything, so that every address has something to show."""

    people: dict[str, Any]
    task: Any
    proposed: Any
    unproposed: Any
    withdrawn: Any
    returned: Any
    lead: Any
    support: Any
    evidence: Any
    case: Any
    draft: Any
    discarded: Any
    written: Any
    issued: Any
    key: Any
    secrets: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def month(self) -> tuple[int, int]:
        """The month whose bulletin is a draft: this one."""
        return self.written.year, self.written.month


def draft_task(world: World) -> str:
    """The name of the first task of the draft."""
    from conurb.plan.actions.drafting import working_copy

    return working_copy(world.draft).fields[0].items[0].tasks[0].id


def draft_item(world: World) -> str:
    from conurb.plan.actions.drafting import working_copy

    return working_copy(world.draft).fields[0].items[0].id


def build_world() -> World:
    """Let the real actions make it."""
    from conurb.journal.uploads import HandedIn
    from conurb.plan.actions import bulletin, drafting, importing, keys, life, supervising
    from conurb.plan.bulletins import Month
    from conurb.plan.models import Assignment, Evidence, Plan, Supervision, Task
    from conurb.plan.reader import read_document
    from conurb.region.models import User

    everybody = {user.username: user for user in User.objects.select_related("authority")}
    people = {
        **{role: everybody[role] for role in ("resident", "office", "admin")},
        **{city: everybody[f"officer-{city}"] for city in ("changsha", "zhuzhou", "xiangtan")},
    }
    for role, person in people.items():
        person.set_password(f"pass-{role}-4711")
        person.save()
    office, officer = people["office"], people["changsha"]
    road = officer.authority
    task, proposed, unproposed, withdrawn, returned = Task.everything.filter(
        item__field__plan__is_current=True, due=None
    )[:5]
    long_ago = timezone.now() - timedelta(days=120)
    led = life.propose_lead(office, task, road, "主管公路", now=long_ago)
    life.accept(officer, led, now=long_ago)
    support = life.ask_support(
        officer, task, people["zhuzhou"].authority, "跨市路段由株洲配合", now=long_ago
    )
    life.report(
        officer,
        task,
        words="完成现场踏勘。",
        obstacle=OBSTACLE,
        files=[HandedIn(FILENAME, b"%PDF-1.7\n%%EOF\n")],
    )
    life.give_back(officer, life.propose_lead(office, returned, road, "主管公路"), ANSWER)
    lead = life.propose_lead(office, proposed, road, "主管公路")
    life.withdraw(office, withdrawn, "并入另一任务")
    supervising.open_due_supervisions(actor=office)
    case = Supervision.everything.get(task=task)
    supervising.remind(office, case, REMINDED)
    drafts = []
    for name in (HANDED_IN, "弃置.md"):
        upload = importing.Upload(name, "text/markdown", (DRAFT + name).encode())
        reading = read_document(
            upload.content, name, gazetteer=drafting.region_gazetteer(), year=2031
        )
        drafts.append(importing.keep_document(office, upload, reading.to_json(), 2031))
    draft, discarded = drafts
    draft = drafting.set_heading(office, draft, draft.version, "十同任务清单", 2031)
    drafting.discard(office, discarded, discarded.version)
    plan = Plan.objects.get(is_current=True)
    month = Month.of(timezone.localdate())
    before = Month.of(timezone.localdate().replace(day=1) - timedelta(days=1))
    written = bulletin.write_introduction(office, plan, month, zh=INTRODUCTION, en="", version=0)
    issued = bulletin.issue(office, plan, before, version=0)
    made = keys.create(office, road, KEY_LABEL)
    strange = keys.create(office, people["xiangtan"].authority, "湘潭系统")
    revoked = keys.create(office, road, "停用系统")
    keys.revoke(office, revoked.key)
    return World(
        people=people,
        task=Task.everything.get(pk=task.pk),
        proposed=Task.everything.get(pk=proposed.pk),
        unproposed=unproposed,
        withdrawn=withdrawn,
        returned=returned,
        lead=lead,
        support=Assignment.everything.get(pk=support.pk),
        evidence=Evidence.everything.get(),
        case=case,
        draft=draft,
        discarded=discarded,
        written=written,
        issued=issued,
        key=made.key,
        secrets={
            "key": made.secret,
            "other": strange.secret,
            "old": revoked.secret,
            "forged": "cnb_00000000_" + "x" * 43,
        },
    )


Make = Callable[[World], Any]

PLACES: dict[str, Make] = {
    "item": lambda w: [2021, w.task.item.number],
    "evidence": lambda w: [w.evidence.key],
    "task-propose": lambda w: [w.unproposed.key],
    "task-restore": lambda w: [w.withdrawn.key],
    "assignment-accept": lambda w: [w.lead.key],
    "assignment-return": lambda w: [w.lead.key],
    "assignment-end": lambda w: [w.support.key],
    "supervision-case": lambda w: [w.case.key],
    "import-task": lambda w: [w.draft.key, draft_task(w)],
    "import-add": lambda w: [w.draft.key, draft_item(w)],
    "import-reopen": lambda w: [w.discarded.key],
    "authority": lambda w: [w.people["changsha"].authority.key],
    "authority-keys": lambda w: [w.people["changsha"].authority.key],
    "key-revoke": lambda w: [w.key.prefix],
    "bulletin-introduction": lambda w: w.month,
    "bulletin-issue": lambda w: w.month,
    "mfa_remove_webauthn": lambda w: [1],
    "mfa_edit_webauthn": lambda w: [1],
}


MORE_PLACES: dict[str, Make] = permissions.gathered("PLACES")
MORE_INPUTS: dict[str, Make] = permissions.gathered("INPUTS")
WATCHED = {"plan", "journal", "region", "mfa"}.union(
    *(getattr(module, "FINGERPRINT", ()) for module in permissions.MODULES)
)


def place_of(route: str, world: World) -> list[Any]:
    """What stands in the address of a route."""
    if route in MORE_PLACES:
        return list(MORE_PLACES[route](world))
    route, _at, variant = route.partition("@")
    if variant == "draft":
        return list(world.month)
    if route in PLACES:
        return list(PLACES[route](world))
    if route == "task" or route.startswith("task-"):
        return [world.task.key]
    if route.startswith("import-") or route == "import":
        return [world.draft.key]
    if route.startswith("bulletin") and route != "bulletins":
        return [world.issued.year, world.issued.month]
    return []


def upload() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("another.md", DRAFT.replace("绿心", "城际").encode())


def path_of(route: str, world: World) -> str:
    """The address of a route; after an @ stands of which object, where there are two."""
    return reverse(route.partition("@")[0], args=place_of(route, world))


def versioned(**values: Any) -> Make:
    """Input for a draft: what is said, and the version it was said of."""
    return lambda w: {"version": w.draft.version, **values}


def today(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


NEW_TASK = {"text": "推进轨道交通建设", "verb": "推进", "object": "轨道交通", "kind": "build"}
INPUTS: dict[str, Make] = {
    "language": lambda w: {"language": "en", "next": "/plan/"},
    "task-propose": lambda w: {
        "authority": w.people["zhuzhou"].authority.key,
        "reason": "该局主管公路",
    },
    "task-withdraw": lambda w: {"reason": "并入另一任务"},
    "task-restore": lambda w: {"reason": "仍需单独推进"},
    "task-dates": lambda w: {"start": w.task.start, "due": today(90), "reason": "工期调整"},
    "task-report": lambda w: {"words": "完成初步设计。", "made_on": today(), "stage": w.task.stage},
    "task-support": lambda w: {
        "authority": w.people["xiangtan"].authority.key,
        "reason": "跨市路段由湘潭配合",
    },
    "assignment-return": lambda w: {"reason": ANSWER},
    "supervision-remind-all": lambda w: {"case": [w.case.key]},
    "supervision-case": lambda w: {"act": "remind", "remind-words": REMINDED},
    "imports": lambda w: {"file": upload(), "year": 2032},
    "import-decide": lambda w: {
        "version": w.draft.version,
        "repair": w.draft.reading["repairs"][0]["id"],
        "answer": "accept",
    },
    "import-heading": versioned(title="新标题", year=2031),
    "import-task": versioned(op="change", **NEW_TASK),
    "import-add": versioned(**NEW_TASK),
    "import-undo": versioned(),
    "import-discard": versioned(),
    "import-confirm": lambda w: {"version": w.draft.version, "against": current_plan().urn},
    "bulletin-introduction": lambda w: {
        "zh": INTRODUCTION,
        "introduction_zh": INTRODUCTION,
        "version": w.written.version,
    },
    "bulletin-issue": lambda w: {"version": w.written.version, "confirm": "on"},
    "authority-keys": lambda w: {"label": "新系统"},
    "account_login": lambda w: {"login": "office", "password": "pass-office-4711"},
    "demo-login": lambda w: {"username": "office"},
}


def current_plan() -> Any:
    from conurb.plan.models import Plan

    return Plan.objects.get(is_current=True)


def input_of(route: str, role: str, world: World) -> dict[str, Any]:
    password = f"pass-{role}-4711"
    match route:
        case "account_reauthenticate":
            return {"password": password}
        case "account_change_password":
            new = "Ganz-neu-und-lang-17"
            return {"oldpassword": password, "password1": new, "password2": new}
        case _ if route in MORE_INPUTS:
            return dict(MORE_INPUTS[route](world))
        case _ if route in INPUTS:
            return dict(INPUTS[route](world))
    return {}


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    name: str
    method: str
    outcomes: tuple[str, ...]


def columns_of(table: str) -> list[str]:
    return table.strip().splitlines()[0].split()[2:]


def rows_of(table: str) -> list[Row]:
    lines = [line.split() for line in table.strip().splitlines()[1:] if line.strip()]
    return [Row(name, method, tuple(outcomes)) for name, method, *outcomes in lines]


PAGE_ROWS = rows_of(PAGES + permissions.tables("PAGES"))
API_ROWS = rows_of(API + permissions.tables("API"))
POSTED = {row.name for row in PAGE_ROWS if row.method == "POST"}


def outcome_of(answer: HttpResponseBase) -> str:
    """Name how a request ended."""
    status = answer.status_code
    if status in {301, 302, 303}:
        to_login = answer.headers["Location"].startswith(reverse("account_login"))
        return "login" if to_login else "goes"
    return {
        200: "ok",
        201: "ok",
        400: "bad",
        401: "who",
        403: "no",
        404: "missing",
        405: "method",
        409: "bad",
        422: "bad",
    }.get(status, str(status))


def fingerprint() -> str:
    """A hash of every row that people or systems make; sessions and log-in times left out."""
    digest = hashlib.sha256()
    for model in apps.get_models():
        if model._meta.app_label not in WATCHED:
            continue
        # Look is gathered from a spool by whoever opens the list
        if model.__name__ in {"County", "Place", "City", "Subject", "Look"}:
            continue
        columns = [
            column.attname
            for column in model._meta.concrete_fields
            if column.attname not in {"last_login", "last_used_at", "password"}
        ]
        manager = getattr(model, "everything", model._default_manager)
        rows = manager.order_by("pk").values_list(*columns)
        digest.update(repr((model.__name__, list(rows))).encode())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """One world for the module; every request is rolled back, and at the end all of it."""
    from django.test import override_settings

    files = tmp_path_factory.mktemp("files")
    with (
        django_db_blocker.unblock(),
        override_settings(
            MEDIA_ROOT=files,
            EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            DEMO=False,
        ),
        transaction.atomic(),
    ):
        made = build_world()
        for module in permissions.MODULES:
            if hasattr(module, "extend"):
                module.extend(made)
        made.fingerprint = fingerprint()
        yield made
        transaction.set_rollback(True)
    connection.close()


def browser(world: World, role: str) -> Client:
    client = Client()
    if role != "nobody":
        client.force_login(world.people[role], "conurb.portal.backends.Backend")
    return client


class Writes:
    """Counts the statements that write; installed as a wrapper around every statement."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, params, many, context)


def outcome_and_trace(world: World, request: Callable[[], HttpResponseBase]) -> tuple[str, bool]:
    """Make a request, then roll it back; tell how it ended and whether a row is not as before."""
    kept.clear()
    writes = Writes()
    with transaction.atomic():
        with connection.execute_wrapper(writes):
            answer = request()
            drain(answer)
        # what was written may have been rolled back, or be a session
        left = writes.count > 0 and fingerprint() != world.fingerprint
        transaction.set_rollback(True)
    return outcome_of(answer), left


def asked(world: World, row: Row, role: str) -> tuple[str, bool]:
    """Make the request of a row as a role."""

    def request() -> HttpResponseBase:
        client, path = browser(world, role), path_of(row.name, world)
        if row.method == "GET":
            return client.get(path)
        return client.post(path, input_of(row.name, role, world) if row.method == "POST" else {})

    return outcome_and_trace(world, request)


def drain(answer: HttpResponseBase) -> bytes:
    """Read an answer to its end, as a browser would."""
    if answer.streaming:
        return b"".join(answer.streaming_content)
    return answer.content


def all_routes(resolver: URLResolver, names: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{names}{pattern.name}"
        else:
            inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from all_routes(pattern, inner)


def test_every_address_is_in_the_table():
    operations = {f"api:{snake(row.name)}" for row in API_ROWS}
    unnamed = {"None"}  # the root of the API and what is not below it; tested with the operations
    there = set(all_routes(get_resolver())) - operations - unnamed
    assert there == {row.name.partition("@")[0] for row in PAGE_ROWS}


def snake(name: str) -> str:
    return re.sub("(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("row", PAGE_ROWS, ids=lambda row: f"{row.method} {row.name}")
def test_pages(world, row):
    """Each role comes as far as the table says; refused and merely shown, it leaves no trace."""
    found = {role: asked(world, row, role) for role in ROLES}
    assert {role: outcome for role, (outcome, _left) in found.items()} == dict(
        zip(ROLES, row.outcomes, strict=True)
    )
    traces = [
        role
        for role, (outcome, left) in found.items()
        if left and (row.method == "GET" or outcome not in {"goes", "ok"})
    ]
    assert traces == []


@pytest.mark.parametrize("route", sorted({r.name for r in PAGE_ROWS} - POSTED))
def test_what_only_shows_takes_no_post(world, route):
    """A POST to an address that has no POST in the table changes nothing, and says so."""
    expected = {"method", "login", "no", "missing"}
    if route.startswith(("mfa_", "api:")):
        # forms of allauth that show themselves again; documents of ninja, whatever the method
        expected |= {"ok", "goes"}
    for role in ("nobody", "changsha", "admin"):
        outcome, left = asked(world, Row(route, "EMPTY", ()), role)
        assert not left, role
        assert outcome in expected, role


@cache
def operations() -> dict[str, tuple[str, str]]:
    """Method and path of every operation, by its name in the document that the API publishes."""
    document = json.loads(Client().get("/api/openapi.json").content)
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_is_in_the_table(world):
    assert set(operations()) == {row.name for row in API_ROWS}


def nothing(_world: World) -> dict[str, Any]:
    return {}


API_PLACES: dict[str, Make] = {
    "getPlan": lambda w: {"year": 2021},
    "getItem": lambda w: {"year": 2021, "number": w.task.item.number},
    "getTask": lambda w: {"key": w.task.key},
    "listReports": lambda w: {"key": w.task.key},
    "makeReport": lambda w: {"key": w.task.key},
    "acceptAssignment": lambda w: {"key": w.lead.key},
    "returnAssignment": lambda w: {"key": w.lead.key},
}
API_INPUTS: dict[str, Make] = {
    "makeReport": lambda w: {"words": "完成初步设计。"},
    "returnAssignment": lambda w: {"reason": ANSWER},
}


API_PLACES |= permissions.gathered("API_PLACES")
API_INPUTS |= permissions.gathered("API_INPUTS")


def called(world: World, row: Row, role: str) -> tuple[str, bool]:
    """Call an operation as a role or with a key; return the outcome and whether it left a trace."""
    method, template = operations()[row.name]
    path = template.format(**API_PLACES.get(row.name, nothing)(world))
    keyed = role in world.secrets
    headers = {"Authorization": f"Bearer {world.secrets[role]}"} if keyed else {}
    body = API_INPUTS.get(row.name, nothing)(world) if row.method == "POST" else {}

    def request() -> HttpResponseBase:
        client = Client() if keyed else browser(world, role)
        answer = client.generic(
            method, path, json.dumps(body), content_type="application/json", headers=headers
        )
        if answer.status_code >= 400:
            assert isinstance(answer.json()["detail"], str)
        return answer

    return outcome_and_trace(world, request)


@pytest.mark.parametrize("row", API_ROWS, ids=lambda row: f"{row.method} {row.name}")
def test_operations(world, row):
    """The API lets in whom the pages let in; a key is its authority, a revoked one is nobody's."""
    callers = columns_of(API)
    found = {caller: called(world, row, caller) for caller in callers}
    assert {caller: outcome for caller, (outcome, _left) in found.items()} == dict(
        zip(callers, row.outcomes, strict=True)
    )
    traces = [
        caller
        for caller, (outcome, left) in found.items()
        if left and (row.method == "GET" or outcome != "ok")
    ]
    assert traces == []


@pytest.mark.parametrize("path", ["/api/nothing", "/api/tasks/x/y/z", "/api/plans/"])
def test_what_the_api_does_not_have(world, path):
    answer = Client().get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


# Who reads what, in whatever page, file or answer it might stand.
OFFICERS = {"changsha", "zhuzhou", "xiangtan", "office", "admin"}
READERS = {
    OBSTACLE: OFFICERS,
    ANSWER: OFFICERS,
    FILENAME: {"changsha", "zhuzhou", "office", "admin"},
    REMINDED: {"changsha", "office", "admin"},
    KEY_LABEL: {"changsha", "office", "admin"},
    INTRODUCTION: {"office", "admin"},
    HANDED_IN: {"office", "admin"},
    "长沙经办人": OFFICERS,
    "株洲经办人": OFFICERS,
    "统筹员": OFFICERS,
}


READERS |= permissions.gathered("READERS")


def shown_to(world: World, role: str) -> dict[str, str]:
    """Everything that a role can read, by address, as far as it is text."""
    kept.clear()
    client = browser(world, role)
    routes = [row.name for row in PAGE_ROWS if row.method == "GET" and row.name != "account_logout"]
    paths = [path_of(route, world) for route in routes]
    paths += [f"{reverse('plan')}?q={word}" for word in READERS]
    paths += [
        template.format(**API_PLACES.get(name, nothing)(world))
        for name, (method, template) in operations().items()
        if method == "GET"
    ]
    others = (world.proposed, world.withdrawn, world.returned)
    paths += [reverse("task", args=[task.key]) for task in others]
    cities = (world.people[city].authority.key for city in ("zhuzhou", "xiangtan"))
    paths += [reverse("authority", args=[key]) for key in cities]
    answers = {path: client.get(path) for path in paths}
    return {path: body_of(answer) for path, answer in answers.items() if answer.status_code == 200}


def body_of(answer: HttpResponseBase) -> str:
    """The words of an answer; of a packed file those of its parts; without one's own name."""
    content = drain(answer)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            content = b"".join(package.read(part) for part in package.namelist())
    text = content.decode(errors="ignore")
    if "json" in answer.headers.get("Content-Type", ""):
        # \u6743 is as readable as the character that it stands for
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return re.sub(
        r'<button class="btn[^>]*data-bs-toggle="dropdown".*?</button>', "", text, flags=re.S
    )


read: dict[str, dict[str, str]] = {}


def read_by(world: World, role: str) -> dict[str, str]:
    """What a role can read, gathered once; a search repeats the words that were searched for."""
    if role not in read:
        with transaction.atomic():
            pages = shown_to(world, role)
            transaction.set_rollback(True)
        read[role] = {path: text for path, text in pages.items() if "?q=" not in path}
    return read[role]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_what_is_not_theirs(world, role):
    """The same words are looked for on every page, in every file and every answer of the API."""
    leaks = [
        (word, path)
        for word, readers in READERS.items()
        if role not in readers
        for path, text in read_by(world, role).items()
        if word in text
    ]
    assert leaks == []


def test_every_hidden_word_is_read_by_somebody(world):
    """What is never shown to anybody would prove nothing."""
    never = {
        word
        for word, readers in READERS.items()
        if not any(word in text for role in readers for text in read_by(world, role).values())
    }
    assert never == set()


@pytest.mark.parametrize("word", [OBSTACLE, ANSWER, FILENAME, REMINDED, INTRODUCTION])
def test_search_finds_nothing_hidden(world, word):
    """A search for hidden words by the public finds no task, on the page and in the API."""
    for path in ("/api/tasks", reverse("plan-json")):
        found = Client().get(path, {"q": word})
        assert found.status_code == 200
        assert json.loads(drain(found)).get("count", 0) == 0


def test_demonstration_lets_in_invented_people_only(world, settings):
    settings.DEMO = True
    with transaction.atomic():
        person = world.people["resident"]
        assert Client().get(reverse("demo-roles")).status_code == 200
        refused = Client().post(reverse("demo-login"), {"username": person.username})
        assert refused.status_code == 404
        person.is_demo = True
        person.save()
        client = Client()
        let_in = client.post(reverse("demo-login"), {"username": person.username})
        assert outcome_of(let_in) == "goes"
        assert client.session["_auth_user_id"] == str(person.pk)
        transaction.set_rollback(True)
