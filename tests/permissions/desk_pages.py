"""Who opens which page of services, cases and the desk, and who does what there.

Changsha's authority decides every case; Zhuzhou's was asked for its opinion on one of them (which
is `@asked`); the resident applied. Nobody else has a part in any.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

FINGERPRINT = ("desk", "records")

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

services                  GET     ok      ok       ok       ok      ok       ok      ok
service                   GET     ok      ok       ok       ok      ok       ok      ok
service-apply             GET     login   ok       ok       ok      ok       ok      ok
service-apply             POST    login   goes     goes     goes    goes     goes    goes
service-apply             EMPTY   login   bad      bad      bad     bad      bad     bad
follow                    GET     ok      ok       ok       ok      ok       ok      ok
follow                    POST    ok      ok       ok       ok      ok       ok      ok
follow                    EMPTY   bad     bad      bad      bad     bad      bad     bad

cases                     GET     login   ok       ok       ok      ok       ok      ok
case                      GET     login   ok       goes     missing missing  missing goes
case@asked                GET     login   ok       goes     goes    missing  missing goes
case-seen                 POST    login   ok       missing  missing missing  missing missing
case-fill                 GET     login   ok       missing  missing missing  missing missing
case-fill                 POST    login   goes     missing  missing missing  missing missing
case-fill                 EMPTY   login   bad      missing  missing missing  missing missing
case-save                 POST    login   ok       missing  missing missing  missing missing
case-save                 EMPTY   login   bad      missing  missing missing  missing missing
case-materials            GET     login   ok       missing  missing missing  missing missing
case-attach               POST    login   goes     missing  missing missing  missing missing
case-attach               EMPTY   login   bad      missing  missing missing  missing missing
case-detach               POST    login   goes     missing  missing missing  missing missing
case-file                 GET     login   ok       missing  missing missing  missing missing
case-file@submitted       GET     login   ok       ok       missing missing  missing ok
case-review               GET     login   ok       missing  missing missing  missing missing
case-review               POST    login   goes     missing  missing missing  missing missing
case-review               EMPTY   login   bad      missing  missing missing  missing missing
case-discard              POST    login   goes     missing  missing missing  missing missing
case-receipt              GET     login   ok       missing  missing missing  missing missing
case-letter               GET     login   ok       ok       missing missing  missing ok
case-complete             GET     login   ok       missing  missing missing  missing missing
case-complete             POST    login   goes     missing  missing missing  missing missing
case-complete             EMPTY   login   bad      missing  missing missing  missing missing
case-withdraw             GET     login   ok       missing  missing missing  missing missing
case-withdraw             POST    login   goes     missing  missing missing  missing missing
case-withdraw             EMPTY   login   bad      missing  missing missing  missing missing
case-appeal               GET     login   ok       missing  missing missing  missing missing
case-appeal               POST    login   goes     missing  missing missing  missing missing
case-appeal               EMPTY   login   bad      missing  missing missing  missing missing
notices                   GET     login   ok       ok       ok      ok       ok      ok
notices-read              POST    login   goes     goes     goes    goes     goes    goes
notices-seen              POST    login   ok       ok       ok      ok       ok      ok

desk                      GET     login   no       ok       ok      ok       ok      ok
desk-xlsx                 GET     login   no       ok       ok      ok       ok      ok
desk-figures              GET     login   no       ok       ok      ok       ok      ok
desk-next                 POST    login   no       goes     goes    goes     goes    goes
desk-bulk                 POST    login   no       ok       bad     bad      bad     ok
desk-bulk                 EMPTY   login   no       bad      bad     bad      bad     bad
desk-delegations          GET     login   no       ok       ok      ok       ok      ok
desk-delegations          POST    login   no       goes     bad     bad      bad     bad
desk-delegations          EMPTY   login   no       bad      bad     bad      bad     bad
desk-delegation-end       POST    login   no       goes     missing missing  missing missing
counter                   GET     login   no       ok       no      no       no      no
counter                   POST    login   no       goes     no      no       no      no
counter                   EMPTY   login   no       bad      no      no       no      no

desk-case                 GET     login   no       ok       missing missing  missing ok
desk-case@asked           GET     login   no       ok       ok      missing  missing ok
desk-claim                POST    login   no       goes     missing missing  missing no
desk-claim@asked          POST    login   no       bad      no      missing  missing no
desk-release              POST    login   no       goes     missing missing  missing no
desk-hand                 POST    login   no       goes     missing missing  missing bad
desk-hand                 EMPTY   login   no       bad      missing missing  missing bad
desk-ask                  POST    login   no       goes     missing missing  missing no
desk-ask                  EMPTY   login   no       bad      missing missing  missing bad
desk-ask-opinion          POST    login   no       goes     missing missing  missing no
desk-ask-opinion          EMPTY   login   no       bad      missing missing  missing bad
desk-give-opinion         POST    login   no       bad      goes    missing  missing bad
desk-give-opinion         EMPTY   login   no       bad      bad     missing  missing bad
desk-decide               POST    login   no       goes     missing missing  missing no
desk-decide@asked         POST    login   no       bad      no      missing  missing no
desk-decide               EMPTY   login   no       bad      missing missing  missing bad
desk-deliver              POST    login   no       goes     missing missing  missing no
desk-decide-appeal        POST    login   no       bad      missing missing  missing bad
desk-records              POST    login   no       ok       missing missing  missing no
"""

PERMIT = "residence-permit"
DATA = {
    "phone": "13800000000",
    "county": "430104",
    "address": "测试路1号",
    "since": "2025-01-01",
    "ground": "work",
}
FILES = ("residence", "ground")


def extend(world: Any) -> None:
    """Let the resident apply, and Changsha's officer bring the cases into every state."""
    from conurb.desk import actions
    from conurb.journal.uploads import HandedIn
    from conurb.region.models import City, Subject, User
    from tests.desk.people import make_resident
    from tests.records.shown import identified

    resident, officer = world.people["resident"], world.people["changsha"]
    # the officers of this world work for the road authorities: let Changsha's decide here
    for subject in ("household-registration", "government-services"):
        officer.authority.subjects.add(Subject.objects.get(key=subject))
    identified(resident)
    neighbour = make_resident("desk-neighbour", "430211", "19920304", "邻居丁")
    colleague = User.objects.create_user(
        "desk-colleague", full_name="同事乙", authority=officer.authority
    )
    service = actions_service()

    def draft(person: Any = resident) -> Any:
        case = actions.start(person, service, City.objects.get(code="430200"))
        case = actions.save_draft(person, case, {**case.data, **DATA}, version=case.version)
        for material in FILES:
            actions.attach(person, case, material, HandedIn(f"{material}.pdf", PDF))
        case.refresh_from_db()
        return case

    def review(person: Any = resident) -> Any:
        return actions.claim(officer, actions.submit(person, draft(person)).case)

    submitted = actions.submit(resident, draft())
    asked, waiting = review(), actions.ask_for_more(officer, review(), "缺少租赁合同第二页。", 10)
    actions.ask_opinion(officer, asked, world.people["zhuzhou"].authority, "是否属实？", 5)
    # the records of the resident are another table's
    granted = actions.decide(officer, review(neighbour), granted=True, reasons_zh="符合条件。")
    refused = actions.decide(officer, review(), granted=False, reasons_zh="居住未满半年。")
    appealed = actions.decide(officer, review(), granted=False, reasons_zh="居住未满半年。")
    actions.appeal(resident, appealed, "居住已满一年。")
    day = submitted.case.counts_from
    world.more["desk"] = {
        "draft": draft(),
        "submitted": submitted.case,
        "code": submitted.code,
        "review": review(),
        "asked": asked,
        "waiting": waiting,
        "granted": granted,
        "refused": refused,
        "appealed": appealed,
        "colleague": colleague,
        "delegation": actions.delegate(
            officer, colleague, day + timedelta(days=300), day + timedelta(days=301)
        ),
        "day": day,
    }


def actions_service() -> Any:
    from conurb.desk.services import service_of

    return service_of(PERMIT)


PDF = b"%PDF-1.7\n%%EOF\n"


def key(name: str) -> Any:
    """Return what gives the address of a case of this world."""
    return lambda w: [w.more["desk"][name].key]


def file_of(name: str) -> Any:
    """Return what gives the address of the first file of a case."""
    return lambda w: [w.more["desk"][name].files.order_by("pk")[0].key]


_DRAFT = ("fill", "save", "materials", "review", "discard")
_SUBMITTED = ("seen", "receipt", "withdraw")
_REVIEW = ("release", "hand", "ask", "ask-opinion", "decide")

PLACES = {
    "service": lambda w: [PERMIT],
    "service-apply": lambda w: [PERMIT],
    "case": key("submitted"),
    "case@asked": key("asked"),
    **{f"case-{name}": key("draft") for name in _DRAFT},
    **{f"case-{name}": key("submitted") for name in _SUBMITTED},
    "case-attach": lambda w: [w.more["desk"]["draft"].key, "residence"],
    "case-detach": file_of("draft"),
    "case-file": file_of("draft"),
    "case-file@submitted": file_of("submitted"),
    "case-letter": lambda w: [w.more["desk"]["submitted"].key, "acceptance"],
    "case-complete": key("waiting"),
    "case-appeal": key("refused"),
    "desk-delegation-end": key("delegation"),
    "desk-case": key("submitted"),
    "desk-case@asked": key("asked"),
    "desk-claim": key("submitted"),
    "desk-claim@asked": key("asked"),
    **{f"desk-{name}": key("review") for name in _REVIEW},
    "desk-decide@asked": key("asked"),
    "desk-give-opinion": key("asked"),
    "desk-deliver": key("granted"),
    "desk-decide-appeal": key("appealed"),
    "desk-records": key("submitted"),
}


def filled(world: Any) -> dict[str, Any]:
    """Return the form of the draft as it was filled in."""
    case = world.more["desk"]["draft"]
    return {**case.data, "version": case.version}


def upload(_world: Any) -> dict[str, Any]:
    """Return a file to hand in."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    return {"file": SimpleUploadedFile("lease.pdf", PDF)}


def absence(world: Any) -> dict[str, Any]:
    """Return a time in which a colleague stands in."""
    day = world.more["desk"]["day"]
    return {
        "deputy": world.more["desk"]["colleague"].username,
        "first_day": day.isoformat(),
        "last_day": (day + timedelta(days=3)).isoformat(),
    }


def at_counter(_world: Any) -> dict[str, Any]:
    """Return somebody new at the counter."""
    from tests.desk.people import resident_number

    number = resident_number("430302", "19851212")
    return {"number": number, "name": "窗口丙", "service": PERMIT}


DECISION = {"decide-outcome": "granted", "decide-reasons_zh": "符合条件。"}

INPUTS = {
    "service-apply": lambda w: {"party": "", "city": "430300"},
    "follow": lambda w: {
        "number": w.more["desk"]["submitted"].number,
        "code": w.more["desk"]["code"],
    },
    "case-fill": filled,
    "case-save": filled,
    "case-attach": upload,
    "case-review": lambda w: {"true": "on"},
    "case-complete": lambda w: {**w.more["desk"]["waiting"].data, "words": "已补正。"},
    "case-withdraw": lambda w: {"reason": "不再需要。"},
    "case-appeal": lambda w: {"grounds": "居住已满一年。"},
    "desk-bulk": lambda w: {"case": [w.more["desk"]["submitted"].key]},
    "desk-delegations": absence,
    "counter": at_counter,
    "desk-hand": lambda w: {"hand-officer": w.more["desk"]["colleague"].username},
    "desk-ask": lambda w: {"ask-words": "请补充租赁合同。", "ask-days": 10},
    "desk-ask-opinion": lambda w: {
        "opinion-authority": w.people["xiangtan"].authority.key,
        "opinion-question": "是否属实？",
        "opinion-days": 5,
    },
    "desk-give-opinion": lambda w: {"give-answer": "agrees", "give-words": "属实。"},
    "desk-decide": lambda w: DECISION,
    "desk-decide@asked": lambda w: DECISION,
    "desk-deliver": lambda w: {"deliver-words": "电子送达"},
    "desk-decide-appeal": lambda w: {"appeal-upheld": "yes", "appeal-reasons": "维持。"},
}
