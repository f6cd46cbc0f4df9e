"""Who may do what with the signals of arterials.

Plans are read by everybody. None of the officers of the table works for traffic police; what those
may do, by city, is tested in tests/sames/facilities/test_signals.py.
"""

from __future__ import annotations

from typing import Any

SLUG = "tanzhou-avenue"

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

signals                   GET     ok      ok       ok       ok      ok       ok      ok
signals-corridor          GET     ok      ok       ok       ok      ok       ok      ok
signals-version           GET     goes    goes     goes     goes    goes     goes    goes
signals-file              GET     ok      ok       ok       ok      ok       ok      ok
signals-optimise          GET     login   no       method   method  method   method  method
signals-optimise          POST    login   no       no       no      no       no      no
signals-optimise          EMPTY   login   no       no       no      no       no      no
signals-hours             GET     login   no       no       no      no       no      no
signals-hours             POST    login   no       no       no      no       no      no
signals-hours             EMPTY   login   no       no       no      no       no      no
signals-upload            GET     login   no       method   method  method   method  method
signals-upload            POST    login   no       no       no      no       no      no
signals-upload            EMPTY   login   no       no       no      no       no      no
signals-sign              GET     login   no       method   method  method   method  method
signals-sign              POST    login   no       no       no      no       no      no
signals-sign              EMPTY   login   no       no       no      no       no      no
"""


API = """
operation         method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listArterials      GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getArterial        GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
exportSignalPlan   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
searchGreenWave    POST   who    no       no       no      no       no     no    no  no    who who
searchGreenWave    EMPTY  who    no       no       no      no       no     no    no  no    who who
getGreenWaveSearch GET    who    no       missing missing missing missing ok missing missing who who
"""


def extend(world: Any) -> None:
    """Propose a plan that waits for its cities."""
    from conurb.background.models import Job
    from conurb.region.competence import competent
    from conurb.region.models import User
    from conurb.sames.facilities.actions import signals as acts
    from conurb.sames.facilities.signal_models import SignalCorridor

    police = User.objects.create_user(
        "signals-table", authority=competent("traffic-police", "430100")
    )
    base = acts.current_of(SignalCorridor.objects.get(slug=SLUG))
    assert base is not None
    asked = acts.Asked(method="maxband", pattern="night", keep="wave")
    made = acts.search(acts.programme_of(base), asked)
    world.more["signal-plan"] = acts.propose(police, base, asked, made)
    # a search that waits; it is not carried out, as this transaction never ends
    world.more["signal-search"] = Job.everything.create(
        key="5ea2c4" * 5, kind=acts.KIND, asked_by=police, arguments={"corridor": SLUG}
    )


def _version(world: Any) -> list[Any]:
    return [SLUG, world.more["signal-plan"].key]


PLACES = {
    "signals-corridor": lambda _world: [SLUG],
    "signals-version": lambda world: [world.more["signal-plan"].key],
    "signals-file": lambda world: [*_version(world), "json"],
    "signals-optimise": lambda _world: [SLUG],
    "signals-hours": lambda _world: [SLUG],
    "signals-upload": lambda _world: [SLUG],
    "signals-sign": _version,
}
API_PLACES = {
    "getArterial": lambda _world: {"slug": SLUG},
    "exportSignalPlan": lambda world: {
        "slug": SLUG,
        "key": world.more["signal-plan"].key,
        "kind": "csv",
    },
    "searchGreenWave": lambda _world: {"slug": SLUG},
    "getGreenWaveSearch": lambda world: {"slug": SLUG, "key": world.more["signal-search"].key},
}
API_INPUTS = {"searchGreenWave": lambda _world: {"plan": "night", "method": "maxband"}}
INPUTS = {
    "signals-optimise": lambda _world: {
        "method": "maxband",
        "pattern": "night",
        "spread": 5,
        "tolerance": 0,
        "orders": "on",
        "keep": "wave",
    },
    "signals-hours": lambda _world: {"do": "propose", "base": "", "workday-fallback": "night"},
    "signals-sign": lambda _world: {"agreed": "yes"},
}
FINGERPRINT = ("facilities",)
