"""Who may see layers as maps, tiles, features, files and comparisons.

The layers belong to Zhuzhou's planning authority, for which none of the officers of the table
works: what it has published is everybody's, its drafts nobody's but an administrator's. What
officers of the authority itself see is tested in tests/atlas/test_ogc.py and test_downloads.py.
"""

from __future__ import annotations

from typing import Any

PAGES = """
route                        method nobody  resident changsha zhuzhou xiangtan office  admin

atlas-map                    GET    ok      ok       ok       ok      ok       ok      ok
atlas-map-source             GET    ok      ok       ok       ok      ok       ok      ok
atlas-map-source@draft       GET    missing missing  missing  missing missing  missing ok
atlas-tile                   GET    ok      ok       ok       ok      ok       ok      ok
atlas-tile@draft             GET    missing missing  missing  missing missing  missing ok
atlas-compare                GET    ok      ok       ok       ok      ok       ok      ok
atlas-compare                POST   goes    goes     goes     goes    goes     goes    goes
atlas-compare                EMPTY  goes    goes     goes     goes    goes     goes    goes
atlas-compare@draft          GET    missing missing  missing  missing missing  missing ok
atlas-compare@draft          POST   missing missing  missing  missing missing  missing goes
atlas-compare@draft          EMPTY  missing missing  missing  missing missing  missing goes
atlas-compare-geojson        GET    ok      ok       ok       ok      ok       ok      ok
atlas-compare-geojson@draft  GET    missing missing  missing  missing missing  missing ok
atlas-compare-xlsx           GET    ok      ok       ok       ok      ok       ok      ok
atlas-compare-xlsx@draft     GET    missing missing  missing  missing missing  missing ok
atlas-downloads              GET    ok      ok       ok       ok      ok       ok      ok
atlas-downloads@draft        GET    missing missing  missing  missing missing  missing ok
atlas-download               GET    ok      ok       ok       ok      ok       ok      ok
atlas-download               POST   goes    goes     goes     goes    goes     goes    goes
atlas-download               EMPTY  goes    goes     goes     goes    goes     goes    goes
atlas-download@draft         GET    missing missing  missing  missing missing  missing ok
atlas-download@draft         POST   missing missing  missing  missing missing  missing goes
atlas-download@draft         EMPTY  missing missing  missing  missing missing  missing goes
atlas-ogc                    GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-conformance        GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-api                GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-collections        GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-collection         GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-collection@draft   GET    missing missing  missing  missing missing  missing ok
atlas-ogc-features           GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-features@draft     GET    missing missing  missing  missing missing  missing ok
atlas-ogc-feature            GET    ok      ok       ok       ok      ok       ok      ok
atlas-ogc-feature@draft      GET    missing missing  missing  missing missing  missing ok
"""

SECRET = "权限表未公开用地草案"


def extend(world: Any) -> None:
    """Publish a version, and keep a draft of another layer."""
    from tests.atlas.layers import layer
    from tests.atlas.serving import plots, served_version

    world.more["served"] = served_version(plots(3), layer("430200", name="权限表公开用地"))
    drafted = layer("430200", name=SECRET)
    world.more["served-draft"] = served_version(plots(3), drafted, state="draft")


def _key(which: str, *more: Any) -> Any:
    return lambda world: [world.more[which].key, *more]


def _name(which: str, *more: Any) -> Any:
    def place(world: Any) -> list[Any]:
        version = world.more[which]
        return [f"{version.layer.key}-v{version.number}", *more]

    return place


def _places(variant: str, which: str) -> dict[str, Any]:
    return {
        f"atlas-map-source{variant}": _key(which),
        f"atlas-tile{variant}": _key(which, 12, 3332, 1714),
        f"atlas-compare{variant}": _key(which),
        f"atlas-compare-geojson{variant}": _key(which),
        f"atlas-compare-xlsx{variant}": _key(which),
        f"atlas-downloads{variant}": _key(which),
        f"atlas-download{variant}": _key(which, "gpkg"),
        f"atlas-ogc-collection{variant}": _name(which),
        f"atlas-ogc-features{variant}": _name(which),
        f"atlas-ogc-feature{variant}": _name(which, "1"),
    }


PLACES = {**_places("", "served"), **_places("@draft", "served-draft")}
READERS = {SECRET: {"admin"}}
FILES = {"atlas-download"}
FINGERPRINT = ("atlas", "background")
