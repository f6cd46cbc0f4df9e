"""Who may do what with layers, their imports, and background work.

The layer of the table belongs to Zhuzhou's planning authority; none of the officers of the table
works there. Those of transport keep layers of roads and rails, the office of zones, which is what
POST opens. What officers of the layer's own authority may do is tested in
tests/atlas/test_importing.py.
"""

from __future__ import annotations

import secrets
from typing import Any

PAGES = """
route                     method  nobody  resident changsha zhuzhou xiangtan office  admin

atlas                     GET     ok      ok       ok       ok      ok       ok      ok
atlas-layer-new           GET     login   no       ok       ok      ok       ok      no
atlas-layer-new           POST    login   no       bad      bad     bad      goes    no
atlas-layer-new           EMPTY   login   no       bad      bad     bad      bad     no
atlas-layer               GET     ok      ok       ok       ok      ok       ok      ok
atlas-layer@draft         GET     missing missing  missing  missing missing  missing ok
atlas-upload              GET     login   no       no       no      no       no      no
atlas-upload              POST    login   no       no       no      no       no      no
atlas-upload              EMPTY   login   no       no       no      no       no      no
atlas-import              GET     login   no       missing  missing missing  missing ok
atlas-import              POST    login   no       missing  missing missing  missing no
atlas-import              EMPTY   login   no       missing  missing missing  missing no
atlas-import-discard      GET     login   no       method   method  method   method  method
atlas-import-discard      POST    login   no       missing  missing missing  missing no
atlas-version             GET     ok      ok       ok       ok      ok       ok      ok
atlas-version@draft       GET     missing missing  missing  missing missing  missing ok
atlas-repairs-xlsx        GET     ok      ok       ok       ok      ok       ok      ok
atlas-repairs-xlsx@draft  GET     missing missing  missing  missing missing  missing ok
atlas-problems-xlsx       GET     ok      ok       ok       ok      ok       ok      ok
atlas-problems-xlsx@draft GET     missing missing  missing  missing missing  missing ok
atlas-publish             GET     login   no       method   method  method   method  method
atlas-publish             POST    login   no       no       no      no       no      no
atlas-withdraw            GET     login   no       method   method  method   method  method
atlas-withdraw            POST    login   no       no       no      no       no      no
job                       GET     login   no       missing  missing missing  missing ok
job-cancel                GET     login   no       method   method  method   method  method
job-cancel                POST    login   no       missing  missing missing  missing goes
"""

SECRET = "权限表草稿图层"


def extend(world: Any) -> None:
    """Make a layer with a published version, one with a draft, a file on its way, and a job."""
    from conurb.atlas.models import LayerImport
    from conurb.background.models import Job
    from conurb.region.models import User
    from tests.atlas.layers import layer, version

    shown = layer("430200", name="权限表图层")
    world.more["layer"] = shown
    world.more["layer-version"] = version(shown, state="published")
    drafted = layer("430200", name=SECRET)
    world.more["layer-draft"] = drafted
    world.more["layer-version-draft"] = version(drafted)
    planner = User.objects.create_user("planner-table", authority=shown.authority)
    world.more["layer-import"] = LayerImport.everything.create(
        key=secrets.token_hex(15),
        layer=drafted,
        state="asked",
        file_name="a.gpkg",
        file_sha256="0" * 64,
        file_size=1,
        created_by=planner,
    )
    world.more["job"] = Job.everything.create(
        key=secrets.token_hex(15), kind="atlas.read", asked_by=planner, authority=shown.authority,
        arguments={"key": world.more["layer-import"].key},
    )  # fmt: skip


def _key(name: str) -> Any:
    return lambda world: [world.more[name].key]


PLACES = {
    "atlas-layer": _key("layer"),
    "atlas-layer@draft": _key("layer-draft"),
    "atlas-upload": _key("layer"),
    "atlas-import": _key("layer-import"),
    "atlas-import-discard": _key("layer-import"),
    "atlas-version": _key("layer-version"),
    "atlas-version@draft": _key("layer-version-draft"),
    "atlas-repairs-xlsx": _key("layer-version"),
    "atlas-repairs-xlsx@draft": _key("layer-version-draft"),
    "atlas-problems-xlsx": _key("layer-version"),
    "atlas-problems-xlsx@draft": _key("layer-version-draft"),
    "atlas-publish": _key("layer-version"),
    "atlas-withdraw": _key("layer-version"),
    "job": _key("job"),
    "job-cancel": _key("job"),
}
INPUTS = {
    "atlas-layer-new": lambda _world: {"kind": "zones", "name_zh": "权限表分区"},
    "atlas-upload": lambda _world: {},
    "atlas-import": lambda _world: {"do": "confirm"},
}
READERS = {SECRET: {"admin"}}
FINGERPRINT = ("atlas", "background")
