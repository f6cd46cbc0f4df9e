"""Invented planning maps on a node for demonstration, brought in as any file is.

Every city gets a land-use plan (left as a draft, for the joint review), protected ground, lines and
control corridors (published). All are labelled invented in their titles, notes and features. What
is published asks for the findings of all maps, which a worker looks for when the node runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import shape

from conurb.atlas import storing
from conurb.atlas.actions import importing, layers
from conurb.atlas.demonstration_ground import LABEL, Course, Ground, class_of
from conurb.atlas.models import Layer, LayerImport, LayerVersion
from conurb.atlas.queries import findings_sides
from conurb.background.running import carry_out
from conurb.region.declarations import Region
from conurb.region.models import City, Place, RegionState, User

LABEL_EN = "invented for demonstration"
SEED = 2021
PLANNERS = "spatial-planning"

_KINDS = ("land-use", "protected", "lines", "corridors")
_TITLES: Mapping[str, tuple[str, str]] = {
    "land-use": ("国土空间用地规划", "Land-use plan"),
    "protected": ("保护控制范围", "Protected ground"),
    "lines": ("道路、轨道、河道与绿道", "Roads, rails, rivers and greenways"),
    "corridors": ("“三干一轨”控制带", "Control corridors of the three trunks and one rail"),
}
_NOTE = f"{LABEL}：由程序生成，不代表任何现行或拟议的规划。"
_NOTE_EN = "Invented for demonstration by a program; it shows no plan in force or proposed."
_COURSES = ("road", "expressway", "rail", "river")


def demonstrate(region: Region, seed: int, now: datetime) -> int:
    """Bring in invented maps where there are none; return how many acts that took."""
    del region, now
    planners = _planners()
    if not planners or Layer.everything.filter(is_demo=True).exists():
        return 0
    acts = 0
    for city, planner in planners.items():
        for kind in _KINDS:
            layer = _open(planner, city, kind)
            version = _bring_in(planner, layer, frame_of(city.code, kind, seed))
            acts += 3
            if kind != Layer.Kind.LAND_USE:
                layers.publish(planner, version)
                acts += 1
    return acts


def frame_of(
    city: str, kind: str, seed: int = SEED, *, corrected: bool = False
) -> gpd.GeoDataFrame:
    """Return an invented map of a city in degrees, with its conflicts or corrected."""
    ground = ground_of(seed)
    without = ground.conflicts_of(city) if corrected else ()
    if kind == Layer.Kind.LAND_USE:
        return ground.land_use(city, without)
    if kind == Layer.Kind.LINES:
        return ground.lines(city, without)
    if kind == Layer.Kind.CORRIDORS:
        return ground.corridors(city)
    return ground.protected(city)


def corrected(version: LayerVersion, seed: int = SEED) -> gpd.GeoDataFrame | None:
    """Return what an invented version would be with the conflicts of its own city resolved.

    In the columns of a version, ready to be kept as the next one; None for versions that were not
    invented here.
    """
    if version.note != LABEL:
        return None
    before = storing.read(version.path)
    drawn = frame_of(version.layer.city_id or "", version.layer.kind, seed, corrected=True)
    codes = drawn["code"].to_numpy()
    made = drawn.assign(
        fid=np.arange(1, len(drawn) + 1),
        code=[code[:4] if code.isdigit() else code for code in codes],
        source_code=codes,
    )
    return made[[name for name in before.columns if name in made.columns]]


def ground_of(seed: int = SEED) -> Ground:
    """Return the invented ground of the region on this node; the last is kept."""
    state = RegionState.objects.first()
    return _ground(seed, state.digest if state else "")


@lru_cache(maxsize=1)
def _ground(seed: int, _digest: str) -> Ground:
    borders = findings_sides.borders()
    centres = {
        city.code: borders.plane.to_plane(shapely.Point(city.longitude, city.latitude))
        for city in City.objects.order_by("code")
    }
    courses = [
        Course(
            place.name_zh,
            class_of(place.kind, place.name_zh),
            borders.plane.to_plane(shape(place.geometry)),
        )
        for place in Place.objects.filter(kind__in=_COURSES).order_by("ref")
        if place.geometry["type"] == "LineString"
    ]
    return Ground(
        borders,
        {code: (at.x, at.y) for code, at in centres.items()},
        courses,
        findings_sides.book_of(findings_sides.rule_texts()),
        seed,
    )


def _planners() -> dict[City, User]:
    """Return the first invented officer of every city's authority for spatial planning."""
    found: dict[City, User] = {}
    people = User.objects.filter(
        is_demo=True, authority__subjects=PLANNERS, authority__city__isnull=False
    )
    for each in people.select_related("authority__city").order_by("username"):
        if each.authority is not None and each.authority.city is not None:
            found.setdefault(each.authority.city, each)
    return found


def _open(planner: User, city: City, kind: str) -> Layer:
    title, title_en = _TITLES[kind]
    return layers.open_layer(
        planner,
        kind=kind,
        name_zh=f"{city.short_zh}{title}（{LABEL}）",
        name_en=f"{title_en} of {city.short_en} ({LABEL_EN})",
        note_zh=_NOTE,
        note_en=_NOTE_EN,
        is_demo=True,
    )


def _bring_in(planner: User, layer: Layer, frame: gpd.GeoDataFrame) -> LayerVersion:
    """Hand a map in as a file, confirm what it holds, and return the version made of it."""
    text = frame.to_json(drop_id=True).encode()
    handed = importing.hand_in(planner, layer, f"{layer.name_zh}.geojson", [text])
    _carry_out(handed)
    found = handed.found["layers"][0]
    form = "line" if layer.kind == Layer.Kind.LINES else "polygon"
    said = importing.Confirmed(
        layer=0,
        crs=found["crs"]["key"],
        form=form,
        fields={name: name for name in ("code", "name", "allowed") if name in frame.columns},
        note=LABEL,
    )
    handed = importing.confirm(planner, handed, said)
    _carry_out(handed)
    if handed.version is None:
        problem = handed.job.problem_en if handed.job else ""
        raise ValueError(f"The invented map {layer} was not stored: {problem}")
    return handed.version


def _carry_out(handed: LayerImport) -> None:
    """Do the work now: whoever starts a demonstration does not wait for a worker."""
    if handed.job is not None and not handed.job.is_over:
        carry_out.call(handed.job.key)
    handed.refresh_from_db()
