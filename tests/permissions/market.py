"""Who may do what about the wage-arrears list.

Xiangtan's labour inspection listed the firm for which the resident acts; the officers of the roles
are the cities' transport authorities, which act on one of its effects (travel). `@removed` is an
entry that has left the list, `@stranger` a matter of a firm for which nobody here acts. In another
matter the resident is to be listed with a firm for which it does not act.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

PAGES = """
route                       method  nobody  resident changsha zhuzhou xiangtan office  admin

market-list                 GET     ok      ok       ok       ok      ok       ok      ok
market-list-xlsx            GET     ok      ok       ok       ok      ok       ok      ok
market-entry                GET     ok      ok       ok       ok      ok       ok      ok
market-entry@removed        GET     missing missing  missing  missing missing  missing ok
market-matters              GET     login   no       no       no      no       no      ok
market-matter-new           GET     login   no       no       no      no       no      no
market-matter-new           POST    login   no       no       no      no       no      no
market-matter               GET     login   no       no       no      no       no      ok
market-act                  GET     login   no       no       no      no       no      no
market-act                  POST    login   no       no       no      no       no      no
market-file                 GET     login   ok       missing  missing missing  missing ok
market-file@evidence        GET     login   missing  missing  missing missing  missing ok
market-duties               GET     login   no       ok       ok      ok       ok      ok
market-duty                 GET     login   no       ok       missing missing  missing ok
market-duty                 POST    login   no       goes     missing missing  missing no
market-duty                 EMPTY   login   no       bad      missing missing  missing no
market-inspection           GET     login   no       no       no      no       no      ok
market-inspection           POST    login   no       no       no      no       no      no
market-help                 GET     login   no       no       no      no       no      ok
market-help                 POST    login   no       no       no      no       no      no
market-figures              GET     login   no       ok       ok      ok       ok      ok
market-mine                 GET     login   ok       ok       ok      ok       ok      ok
market-mine-matter          GET     login   ok       missing  missing missing  missing missing
market-mine-matter@stranger GET     login   missing  missing  missing missing  missing missing
market-mine-act             GET     login   ok       missing  missing missing  missing missing
market-mine-act             POST    login   goes     missing  missing missing  missing missing
market-mine-act             EMPTY   login   bad      missing  missing missing  missing missing
market-listed               GET     login   ok       missing  missing missing  missing missing
market-listed@stranger      GET     login   missing  missing  missing missing  missing missing
market-listed-act           GET     login   ok       missing  missing missing  missing missing
market-listed-act           POST    login   goes     missing  missing missing  missing missing
market-listed-act           EMPTY   login   bad      missing  missing missing  missing missing
"""

API = """
operation        method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listWageArrears  GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getWageArrears   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
listDuties       GET    who    no       ok       ok      ok       ok     ok    ok  ok    who who
confirmDuty      POST   who    no       ok       missing missing  missing no   ok  missing who who
confirmDuty      EMPTY  who    bad      bad      bad     bad      bad    bad   bad bad   who who
"""

PLACES = {
    "market-entry": lambda w: [w.more["market"]["entry"].key],
    "market-entry@removed": lambda w: [w.more["market"]["removed"].key],
    "market-matter": lambda w: [w.more["market"]["listed"].key],
    "market-act": lambda w: [w.more["market"]["listed"].key, "revoke"],
    "market-file": lambda w: [w.more["market"]["letter"].key],
    "market-file@evidence": lambda w: [w.more["market"]["evidence"].key],
    "market-duty": lambda w: [w.more["market"]["duty"].key],
    "market-help": lambda w: [w.more["market"]["help"].key],
    "market-mine-matter": lambda w: [w.more["market"]["noticed"].key],
    "market-mine-matter@stranger": lambda w: [w.more["market"]["stranger"].key],
    "market-mine-act": lambda w: [w.more["market"]["noticed"].key, "object"],
    "market-listed": lambda w: [w.more["market"]["person"].key],
    "market-listed@stranger": lambda w: [w.more["market"]["stranger"].key],
    "market-listed-act": lambda w: [w.more["market"]["person"].key, "object"],
}
INPUTS = {
    "market-act": lambda _w: {"words": "责令文书被撤销"},
    "market-duty": lambda _w: {"answer": "done", "words": "已送铁路、民航单位"},
    "market-inspection": lambda _w: {
        "act": "inspector",
        "inspector-name": "某监察",
        "inspector-card": "湘99999",
    },
    "market-help": lambda _w: {"act": "decline", "decline-words": "人手不足"},
    "market-mine-act": lambda _w: {"words": "工程款未到位"},
    "market-listed-act": lambda _w: {"words": "本人已辞任"},
}
API_PLACES = {
    "getWageArrears": lambda w: {"key": w.more["market"]["entry"].key},
    "confirmDuty": lambda w: {"key": w.more["market"]["duty"].key},
}
API_INPUTS = {"confirmDuty": lambda _w: {"answer": "done", "words": "已办"}}

FACTS = "欠付去年三季度工资"
OWN_WORDS = "仅供监察机关掌握的线索"
READERS = {
    # the employer reads what was found from the notice on
    FACTS: {"resident", "admin"},
    OWN_WORDS: {"admin"},
}
FINGERPRINT = {"market"}


def extend(world: Any) -> None:
    """List a firm, serve another with a notice, keep a third apart, and take a fourth off."""
    from conurb.journal.uploads import HandedIn
    from conurb.region.competence import competent
    from conurb.region.models import Identity, Representation, User
    from conurb.sames.market.actions import deciding, helping, inspecting, keeping
    from conurb.sames.market.demonstration import invented_firm, invented_resident
    from conurb.sames.market.models import Duty, MatterFile

    officers = {
        city: User.objects.create_user(f"market-{city}", authority=competent("labour", code))
        for city, code in (("xiangtan", "430300"), ("changsha", "430100"))
    }
    officer, resident = officers["xiangtan"], world.people["resident"]
    now = timezone.now()

    def noticed(number: int, name: str) -> Any:
        found_at = now - timedelta(days=40)
        matter = inspecting.open_matter(
            officer,
            inspecting.Found(
                invented_firm("430300", number), name, 9_000_000, 20, FACTS, 900_000, 4
            ),
            people=[inspecting.Person("legal", f"某某{number}", invented_resident("430300", 1980))],
            files=[HandedIn("台账.pdf", b"%PDF-1.7\n%%EOF\n")],
            now=found_at,
        )
        inspecting.order(
            officer,
            matter,
            served_on=timezone.localtime(found_at).date(),
            pay_until=timezone.localtime(found_at).date() + timedelta(days=7),
            now=found_at,
        )
        inspecting.find_unpaid(officer, matter, OWN_WORDS, now=now - timedelta(days=20))
        return deciding.notify(
            officer, matter, served_on=timezone.localdate() - timedelta(days=1), now=now
        )

    def listed(number: int, name: str) -> Any:
        matter = noticed(number, name)
        deciding.object_to(officer, matter, "不服", said_by="代理人", now=now)
        deciding.answer_objection(officer, matter, upheld=False, answer="不成立", now=now)
        deciding.decide(officer, matter, now=now)
        return keeping.publish(officer, matter, now=now)

    first = noticed(901, "湘潭某甲劳务有限公司")
    Representation.everything.create(
        user=resident, firm=first.firm, firm_name=first.firm_name, capacity="legal"
    )
    with_resident = noticed(905, "湘潭某戊劳务有限公司")
    with_resident.parties.update(
        number=Identity.everything.get_or_create(
            user=resident,
            defaults={
                "number": invented_resident("430300", 1990),
                "name": "某某905",
                "source": Identity.Source.DEMONSTRATION,
            },
        )[0].number
    )
    entry, gone = listed(902, "湘潭某乙劳务有限公司"), listed(903, "湘潭某丙劳务有限公司")
    keeping.revoke(officer, gone.matter, "责令文书被撤销", now=now)
    today = timezone.localdate()
    world.more["market"] = {
        "noticed": first,
        "listed": entry.matter,
        "entry": entry,
        "removed": gone,
        "stranger": noticed(904, "湘潭某丁劳务有限公司"),
        "person": with_resident,
        "letter": MatterFile.everything.get(matter=first, kind="notice"),
        "evidence": MatterFile.everything.get(matter=first, kind="evidence"),
        "duty": Duty.everything.get(listing=entry, city="430100", effect="travel"),
        "help": helping.ask(
            officer,
            officers["changsha"].authority,
            words="协查工资台账",
            number=1,
            first_day=today,
            last_day=today,
        ),
    }


FILES = {"market-file"}
