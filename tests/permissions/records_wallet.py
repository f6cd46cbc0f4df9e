"""Who may do what with the wallet, the inspector's page and the register of records.

The resident holds a certificate and a permit that Zhuzhou's authorities issued; Zhuzhou's officer
works for the one that issued the certificate. Changsha's officer holds a certificate of her own.
"""

from __future__ import annotations

from typing import Any

HELD = "演示货运非公开业户"
REASON = "年审材料正在复核"

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

wallet                    GET     login   ok       ok       ok      ok       ok      ok
wallet-looks              GET     login   ok       ok       ok      ok       ok      ok
wallet-record             GET     login   ok       missing  missing missing  missing missing
wallet-record@officers    GET     login   missing  ok       missing missing  missing missing
wallet-show               GET     login   ok       missing  missing missing  missing missing
wallet-show               POST    login   ok       missing  missing missing  missing missing
wallet-show@held          GET     login   ok       missing  missing missing  missing missing
wallet-show@held          POST    login   ok       missing  missing missing  missing missing
wallet-show@held          EMPTY   login   ok       missing  missing missing  missing missing
wallet-print              GET     login   ok       missing  missing missing  missing missing
wallet-file               GET     login   ok       missing  missing missing  missing missing
wallet-json               GET     login   ok       missing  missing missing  missing missing

check                     GET     ok      ok       ok       ok      ok       ok      ok
check-number              GET     method  method   method   method  method   method  method
check-number              POST    bad     bad      ok       ok      ok       ok      ok
check-number              EMPTY   bad     bad      bad      bad     bad      bad     bad
check-number@open         POST    ok      ok       ok       ok      ok       ok      ok
check-number@person       POST    bad     bad      ok       ok      ok       ok      ok
check-code                GET     method  method   method   method  method   method  method
check-code                POST    ok      ok       ok       ok      ok       ok      ok
check-scans               GET     method  method   method   method  method   method  method
check-scans               POST    who     no       bad      bad     bad      bad     bad
check-lists               GET     ok      ok       ok       ok      ok       ok      ok
check-worker              GET     ok      ok       ok       ok      ok       ok      ok

register                  GET     login   no       ok       ok      ok       ok      ok
register-xlsx             GET     login   no       ok       ok      ok       ok      ok
register-record           GET     login   no       missing  ok      missing  missing ok
register-change           GET     login   no       missing  ok      missing  missing no
register-change           POST    login   no       missing  goes    missing  missing no
register-change           EMPTY   login   no       missing  bad     missing  missing bad
"""


def extend(world: Any) -> None:
    """Let authorities issue records to the resident, and one to an officer as a person."""
    from conurb.records.actions import standing
    from conurb.region.competence import competent
    from tests.records.shown import CHANGSHA, ZHUZHOU, certificate, identified, permit

    resident = identified(world.people["resident"])
    freight = competent("freight", ZHUZHOU)
    assert world.people["zhuzhou"].authority == freight
    world.more["certificate"] = certificate(resident, held=HELD)
    world.more["permit"] = permit(resident)
    world.more["officers"] = certificate(
        world.people["changsha"], city=CHANGSHA, plate="湘A0A321", held="演示业户"
    )
    suspended = certificate(resident, plate="湘B0A456", held=HELD)
    world.more["suspended"] = standing.suspend(world.people["zhuzhou"], suspended, REASON)


def _certificate(world: Any) -> list[Any]:
    return [world.more["certificate"].key]


def _permit(world: Any) -> list[Any]:
    return [world.more["permit"].key]


def _typed(**values: str) -> Any:
    return lambda _world: {"city": "430100", **values}


PLACES = {
    "wallet-record": _certificate,
    "wallet-record@officers": lambda w: [w.more["officers"].key],
    "wallet-show": _certificate,
    "wallet-show@held": _permit,
    "wallet-print": _certificate,
    "wallet-file": _certificate,
    "wallet-json": _certificate,
    "register-record": _certificate,
    "register-change": lambda w: [w.more["certificate"].key, "revoke"],
}
INPUTS = {
    "wallet-show@held": lambda w: {"claims": ["name"]},
    "check-number": _typed(type="road-transport-certificate", number="湘B0A123"),
    "check-number@open": _typed(type="business-licence", number="91430100MA4L16JM74"),
    "check-number@person": _typed(
        type="residence-permit", number="43020219900307000X", purpose="入学资格审核"
    ),
    "check-code": lambda w: {"text": "CNB1:0", "city": "430100"},
    "register-change": lambda w: {"reason": "车辆报废", "code": "conditions-ceased"},
}
READERS = {
    HELD: {"resident", "zhuzhou", "admin"},
    REASON: {"resident", "zhuzhou", "office", "admin"},
}
FINGERPRINT = ("records",)
