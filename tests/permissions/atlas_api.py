"""Who may do what with layers by the API.

The layers belong to Zhuzhou's planning authority, for which no caller of the table works. What its
own systems may do is tested in tests/atlas/test_api.py.
"""

from __future__ import annotations

from typing import Any

API = """
operation method nobody resident changsha zhuzhou xiangtan office admin key other old forged

listLayers            GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
getLayer              GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
getLayerSchema        GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
listCoordinateSystems GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
getLayerVersion       GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
listRepairs           GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
listProblems          GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
compareVersions       GET   ok  ok  ok      ok      ok      ok      ok ok      ok      who who
prepareComparison     POST  who no  ok      ok      ok      ok      ok ok      ok      who who
prepareLayerFile      POST  who no  ok      ok      ok      ok      ok ok      ok      who who
prepareLayerFile      EMPTY who bad bad     bad     bad     bad     bad bad    bad     who who
openLayer             POST  who no  no      no      no      no      no no      no      who who
openLayer             EMPTY who bad bad     bad     bad     bad     bad bad    bad     who who
publishVersion        POST  who no  no      no      no      no      no no      no      who who
withdrawVersion       POST  who no  no      no      no      no      no no      no      who who
listFindings          GET   who no  ok      ok      ok      ok      ok ok      ok      who who
listAllFindings       GET   who no  ok      ok      ok      ok      ok ok      ok      who who
findAll               POST  who no  no      no      no      ok      ok no      no      who who
getPass               GET   who no  ok      ok      ok      ok      ok ok      ok      who who
handInLayerFile       POST  who bad bad     bad     bad     bad     bad bad    bad     who who
handInLayerFile       EMPTY who bad bad     bad     bad     bad     bad bad    bad     who who
listImports           GET   who no  ok      ok      ok      ok      ok ok      ok      who who
getImport             GET   who no  missing missing missing missing ok missing missing who who
confirmImport         POST  who no  missing missing missing missing no missing missing who who
discardImport         POST  who no  missing missing missing missing no missing missing who who
getJob                GET   who no  missing missing missing missing ok missing missing who who
cancelJob             POST  who no  missing missing missing missing ok missing missing who who
"""


def _key(name: str) -> Any:
    return lambda world: {"key": world.more[name].key}


def extend(world: Any) -> None:
    """Publish two versions that can be compared."""
    from tests.atlas.layers import layer
    from tests.atlas.serving import plots, served_version

    of = layer("430200", name="权限表接口图层")
    for number in (3, 4):
        world.more["api-version"] = served_version(plots(number), of)
    world.more["api-layer"] = of


API_PLACES = {
    "getLayer": _key("api-layer"),
    "getLayerSchema": lambda _world: {"kind": "land-use"},
    "handInLayerFile": _key("api-layer"),
    "getPass": _key("finding-run"),
    **{
        operation: _key("api-version")
        for operation in (
            "getLayerVersion",
            "listRepairs",
            "listProblems",
            "compareVersions",
            "prepareComparison",
            "prepareLayerFile",
            "publishVersion",
            "withdrawVersion",
            "listFindings",
        )
    },
    **dict.fromkeys(("getImport", "confirmImport", "discardImport"), _key("layer-import")),
    **dict.fromkeys(("getJob", "cancelJob"), _key("job")),
}
API_INPUTS = {
    "prepareLayerFile": lambda _world: {"format": "gpkg"},
    "openLayer": lambda _world: {"kind": "land-use", "name_zh": "权限表新图层"},
}
