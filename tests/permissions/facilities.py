"""Who may do what with the network and its projects: everybody reads, few have it appraised again.

The officers of the table are of transport authorities, competent for roads.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

PAGES = """
route                       method  nobody  resident changsha zhuzhou xiangtan office  admin

facilities                  GET     ok      ok       ok       ok      ok       ok      ok
facilities-compare          GET     goes    goes     goes     goes    goes     goes    goes
facilities-together         GET     goes    goes     goes     goes    goes     goes    goes
facilities-project          GET     ok      ok       ok       ok      ok       ok      ok
facilities-project-docx     GET     ok      ok       ok       ok      ok       ok      ok
facilities-list             GET     ok      ok       ok       ok      ok       ok      ok
facilities-dead-ends        GET     ok      ok       ok       ok      ok       ok      ok
facilities-bottlenecks      GET     ok      ok       ok       ok      ok       ok      ok
facilities-network          GET     ok      ok       ok       ok      ok       ok      ok
facilities-network-geojson  GET     ok      ok       ok       ok      ok       ok      ok
facilities-projects-geojson GET     ok      ok       ok       ok      ok       ok      ok
facilities-dead-ends-geojson GET    ok      ok       ok       ok      ok       ok      ok
facilities-bottlenecks-geojson GET  ok      ok       ok       ok      ok       ok      ok
facilities-dead-ends-xlsx   GET     ok      ok       ok       ok      ok       ok      ok
facilities-bottlenecks-xlsx GET     ok      ok       ok       ok      ok       ok      ok
facilities-answer           GET     method  method   method   method  method   method  method
facilities-answer           POST    goes    goes     goes     goes    goes     goes    goes
facilities-answer           EMPTY   bad     bad      bad      bad     bad      bad     bad
facilities-answer-progress  GET     missing missing  missing  missing missing  missing missing
facilities-appraise         GET     login   method   method   method  method   method  method
facilities-appraise         POST    login   no       goes     goes    goes     goes    goes
facilities-appraise         EMPTY   login   no       goes     goes    goes     goes    goes
"""

API = """
operation method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listNetworkProjects GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getNetworkProject   GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
appraiseTogether    GET    bad    bad      bad      bad     bad      bad    bad   bad bad   who who
listDeadEnds        GET    ok     ok       ok       ok      ok       ok     ok    ok  ok    who who
getIsochrones       GET    bad    bad      bad      bad     bad      bad    bad   bad bad   who who
"""


def extend(_world: Any) -> None:
    """Lay the files of the network and of its runs where this world keeps its files."""
    from django.conf import settings

    from conurb.journal.files import path_of
    from conurb.sames.facilities.models import NetworkState, Run

    kept = {sha256 for state in NetworkState.objects.all() for sha256 in state.files.values()}
    kept |= set(Run.everything.values_list("result", flat=True))
    first = Path(settings.DATA_PATH) / "files"
    for sha256 in kept:
        target = path_of(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(first / target.relative_to(settings.MEDIA_ROOT), target)


PLACES = {
    "facilities-project": lambda _world: ["south-ring"],
    "facilities-project-docx": lambda _world: ["south-ring"],
    "facilities-list": lambda _world: ["csv"],
    "facilities-answer-progress": lambda _world: ["0" * 30],
}
INPUTS = {
    "facilities-answer": lambda _world: {"project": ["south-ring", "riverside"], "travel": "car"}
}
API_PLACES = {"getNetworkProject": lambda _world: {"key": "south-ring"}}
FINGERPRINT = ("facilities",)
