"""Who gets the findings of a pass as files.

The pass is about a version that was submitted; the one of `@draft` about another authority's draft.
"""

from __future__ import annotations

import secrets
from typing import Any

PAGES = """
route                        method  nobody  resident changsha zhuzhou xiangtan office  admin

atlas-findings               GET     login   no       ok       ok      ok       ok      ok
atlas-findings-run           GET     login   no       no       no      no       method  method
atlas-findings-run           POST    login   no       no       no      no       goes    goes
atlas-findings-geojson       GET     login   no       ok       ok      ok       ok      ok
atlas-findings-geojson@draft GET     login   no       missing  missing missing  missing ok
atlas-findings-file          GET     login   no       ok       ok      ok       ok      ok
atlas-findings-file@draft    GET     login   no       missing  missing missing  missing ok
atlas-findings-xlsx          GET     login   no       ok       ok      ok       ok      ok
atlas-findings-xlsx@draft    GET     login   no       missing  missing missing  missing ok
"""

SECRET = "权限表草稿问题图斑"


def extend(world: Any) -> None:
    """Keep two passes with a finding each."""
    import shapely

    from conurb.atlas.models import Finding, FindingRun
    from tests.atlas.layers import layer, version

    of = layer("430200", name="权限表问题图斑图层")
    for name, state, words in (
        ("finding-run", "submitted", "两市规划重叠"),
        ("finding-run-draft", "draft", SECRET),
    ):
        run = FindingRun.everything.create(
            key=secrets.token_hex(15), version=version(of, state=state), state="done"
        )
        Finding.everything.create(
            run=run,
            since=run,
            key=secrets.token_hex(15),
            number=1,
            state="new",
            rule="overlap",
            severity="high",
            rank=0,
            cities=" 430100 430200 ",
            geometry=shapely.to_wkb(shapely.box(113, 27.9, 113.01, 27.91)),
            west=113,
            south=27.9,
            east=113.01,
            north=27.91,
            features=[],
            reason_zh=words,
            reason_en=words,
            source_zh="",
            source_en="",
        )
        world.more[name] = run


def _key(name: str) -> Any:
    return lambda world: [world.more[name].key]


def _file(name: str) -> Any:
    return lambda world: [world.more[name].key, "csv"]


PLACES = {
    "atlas-findings-geojson": _key("finding-run"),
    "atlas-findings-geojson@draft": _key("finding-run-draft"),
    "atlas-findings-file": _file("finding-run"),
    "atlas-findings-file@draft": _file("finding-run-draft"),
    "atlas-findings-xlsx": _key("finding-run"),
    "atlas-findings-xlsx@draft": _key("finding-run-draft"),
}
READERS = {SECRET: {"admin"}}
