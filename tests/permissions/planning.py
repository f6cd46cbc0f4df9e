"""Who may do what in joint planning.

Changsha's planners submitted a layer, Zhuzhou's and Xiangtan's are asked. None of the officers of
the table works for spatial planning: they read and may do nothing. What planners may do, by city
and by their part in the review, is tested in tests/sames/planning. The library is kept by a plan's
authority and by the office, which an administrator may stand in for but not judge for.
"""

from __future__ import annotations

from typing import Any

REMARK = "权限表意见：此处越过市界"
TITLE = "权限表用地审核（演示）"

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

planning                  GET     ok      ok       ok       ok      ok       ok      ok
planning-zones            GET     ok      ok       ok       ok      ok       ok      ok
planning-zones-geojson    GET     ok      ok       ok       ok      ok       ok      ok
planning-verify           GET     ok      ok       ok       ok      ok       ok      ok
planning-verify           POST    goes    goes     goes     goes    goes     goes    goes
planning-verify           EMPTY   bad     bad      bad      bad     bad      bad     bad
planning-plans            GET     ok      ok       ok       ok      ok       ok      ok
planning-plan             GET     ok      ok       ok       ok      ok       ok      ok
planning-plan-edit        GET     login   no       no       no      no       ok      ok
planning-plan-edit        POST    login   no       no       no      no       goes    goes
planning-plan-edit        EMPTY   login   no       no       no      no       bad     bad
planning-plan-judge       GET     login   no       no       no      no       ok      ok
planning-plan-judge       POST    login   no       no       no      no       goes    no
planning-plan-judge       EMPTY   login   no       no       no      no       bad     bad
planning-reviews          GET     login   no       ok       ok      ok       ok      ok
planning-review-new       GET     login   no       no       no      no       no      no
planning-review-new       POST    login   no       no       no      no       no      no
planning-review-new       EMPTY   login   no       no       no      no       no      no
planning-review           GET     login   no       ok       ok      ok       ok      ok
planning-findings         GET     login   no       ok       ok      ok       ok      ok
planning-findings-xlsx    GET     login   no       ok       ok      ok       ok      ok
planning-findings-csv     GET     login   no       ok       ok      ok       ok      ok
planning-review-map       GET     login   no       ok       ok      ok       ok      ok
planning-record           GET     login   no       ok       ok      ok       ok      ok
planning-comment          GET     login   no       method   method  method   method  method
planning-comment          POST    login   no       no       no      no       no      no
planning-comment          EMPTY   login   no       no       no      no       no      no
planning-act              GET     login   no       no       no      no       no      no
planning-act              POST    login   no       no       no      no       no      no
planning-act              EMPTY   login   no       no       no      no       no      no
planning-act@submitter    GET     login   no       no       no      no       no      no
planning-act@submitter    POST    login   no       no       no      no       no      no
planning-act@submitter    EMPTY   login   no       no       no      no       no      no
planning-thread           GET     login   no       method   method  method   method  method
planning-thread           POST    login   no       no       no      no       no      no
planning-thread           EMPTY   login   no       no       no      no       no      no
"""


def extend(world: Any) -> None:
    """Let Changsha submit a layer and Zhuzhou remark on it."""
    from conurb.sames.planning.actions import comments, reviews
    from tests.sames.planning.makers import CHANGSHA, HOMES, ZHUZHOU, draft, planner

    review = reviews.submit(planner(CHANGSHA), draft(HOMES), title=TITLE)
    world.more["joint-review"] = review
    world.more["joint-remark"] = comments.comment(planner(ZHUZHOU), review, REMARK)


def _review(world: Any) -> list[Any]:
    return [world.more["joint-review"].key]


PLACES = {
    "planning-plan": lambda _world: ["changsha-spatial"],
    "planning-plan-edit": lambda _world: ["changsha-spatial"],
    "planning-plan-judge": lambda _world: ["changsha-spatial"],
    "planning-review": _review,
    "planning-findings": _review,
    "planning-findings-xlsx": _review,
    "planning-findings-csv": _review,
    "planning-review-map": _review,
    "planning-record": _review,
    "planning-comment": _review,
    "planning-act": lambda world: [world.more["joint-review"].key, "object"],
    "planning-act@submitter": lambda world: [world.more["joint-review"].key, "withdraw"],
    "planning-thread": lambda world: [world.more["joint-remark"].key],
}
INPUTS = {
    "planning-plan-edit": lambda _world: {
        "kind": "master",
        "level": "city",
        "state": "drafted",
        "basis": "征求意见稿（演示）",
    },
    "planning-verify": lambda _world: {"sha256": "0" * 64},
    "planning-plan-judge": lambda _world: {"verdict": "open", "reason": "待上位规划批复"},
    "planning-review-new": lambda world: {"version": world.more["joint-review"].version_id},
    "planning-comment": lambda _world: {"words": "越权意见"},
    "planning-act": lambda _world: {"words": "越权异议", "round_read": 1},
    "planning-act@submitter": lambda _world: {"words": "越权撤回"},
    "planning-thread": lambda _world: {"resolved": "1"},
}
OFFICERS = {"changsha", "zhuzhou", "xiangtan", "office", "admin"}
READERS = {REMARK: OFFICERS, TITLE: OFFICERS}
FINGERPRINT = ("planning", "atlas")
