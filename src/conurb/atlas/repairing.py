"""Geometries made sound, every change listed with areas before and after.

Whatever comes in either goes out as it is, or is named in the list of repairs; so the books
balance: the area that goes out is the area that came in plus the differences in the list, and as
many features go out as came in less those listed as left out.

Sources: OGC 06-103r4 (what a valid polygon is); GEOS MakeValid, method "structure": rings are
joined as areas, holes taken out, so that a ring drawn over itself keeps its ground.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from conurb.atlas import measuring
from conurb.atlas.schemas import LINE, POINT, POLYGON
from conurb.region.tables import Bilingual

Geometries = npt.NDArray[np.object_]
Fids = npt.NDArray[np.int64]
Convert = Callable[[Geometries], Geometries]

SMALLEST_AREA = 0.1
"""Square metres; what is smaller is below the accuracy of any survey and came of drawing."""
SMALLEST_LENGTH = 0.1
"""Metres."""

MOST_TIMES = 4
"""Times that a geometry is mended again because rounding made it cross itself."""

LEFT_OUT = {
    "missing": Bilingual("没有图形，未导入。", "It has no geometry and is left out."),
    "unreadable": Bilingual(
        "图形无法读取，未导入。", "Its geometry cannot be read; it is left out."
    ),
    "not-finite": Bilingual(
        "坐标不是有效数字，未导入。", "Its coordinates are no numbers; it is left out."
    ),
    "beyond": Bilingual(
        "坐标超出经纬度范围，未导入。",
        "Its coordinates are beyond longitude and latitude; it is left out.",
    ),
    "other-form": Bilingual(
        "图形类型与图层不符，未导入。",
        "It is of another form than the layer and is left out.",
    ),
    "sliver": Bilingual(
        "图形面积或长度几乎为零，未导入。", "It has next to no area or length and is left out."
    ),
}
MENDED = {
    "unclosed": Bilingual("环未闭合，已闭合。", "A ring was not closed; it is closed now."),
    "flattened": Bilingual(
        "含有高程或量测值，已只保留平面坐标。", "Heights or measures were dropped."
    ),
    "parts-dropped": Bilingual(
        "混有其他类型的部分，只保留与图层类型一致的部分。",
        "Parts of another form than the layer were dropped.",
    ),
    "repeated-points": Bilingual("有重复节点，已删除。", "Repeated points were removed."),
    "self-crossing": Bilingual(
        "边界自相交，已修复。", "Its boundary crossed itself; it is mended."
    ),
    "holes": Bilingual(
        "内环位置不正确或相互重叠，已修复。", "Its holes lay outside or over one another; mended."
    ),
    "nested": Bilingual(
        "各部分相互重叠，已合并。", "Its parts lay over one another; they are joined."
    ),
    "degenerate": Bilingual("有退化的部分，已删除。", "Parts that enclosed nothing were removed."),
}
REASONS = {**LEFT_OUT, **MENDED}
"""What was done to a feature and why, by the code in the list of repairs."""

_BY_WORDS = (
    ("Hole lies outside", "holes"),
    ("Holes are nested", "holes"),
    ("Interior is disconnected", "holes"),
    ("Nested shells", "nested"),
    ("Duplicate Rings", "nested"),
    ("Too few points", "degenerate"),
)
_FORMS = {POINT: 0, LINE: 1, POLYGON: 2}
_FARTHEST = (180.0, 90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Repaired:
    """What went out, and what was done: a table of fid, repair, before, after (m² or m)."""

    geometry: Geometries
    rows: npt.NDArray[np.intp]
    log: pd.DataFrame


class _Log:
    def __init__(self) -> None:
        self.parts: list[pd.DataFrame] = []

    def note(
        self,
        fids: Fids,
        repair: str | npt.NDArray[np.object_],
        before: npt.NDArray[np.float64],
        after: npt.NDArray[np.float64] | float = 0.0,
    ) -> None:
        if len(fids):
            self.parts.append(
                pd.DataFrame({"fid": fids, "repair": repair, "before": before, "after": after})
            )

    def table(self) -> pd.DataFrame:
        return log_table(self.parts)


def log_table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return lists of repairs as one, in the order of features."""
    if not parts:
        kinds = {"fid": "int64", "repair": "object", "before": "float64", "after": "float64"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    return pd.concat(parts, ignore_index=True).sort_values("fid", kind="stable", ignore_index=True)


def repair(wkb: npt.NDArray[np.object_], fids: Fids, form: str, convert: Convert) -> Repaired:
    """Read, convert and mend geometries; `form` is what the layer holds: polygon, line or point.

    `wkb` and `fids` have the same length; `convert` turns geometries into longitude and latitude.
    `rows` of the result are the places of what went out among what came in.
    """
    log = _Log()
    geometry, rows = _read(wkb, fids, log)
    geometry, rows = _flatten_and_convert(geometry, rows, fids, form, convert, log)
    geometry, rows = _of_form(geometry, rows, fids, form, log)
    if form == POLYGON:
        geometry = _valid(geometry, fids[rows], log)
    geometry, rows = _without_slivers(geometry, rows, fids, form, log)
    geometry = _without_repeats(geometry, fids[rows], form, log)
    return Repaired(geometry, rows, log.table())


def form_of(geometry: Geometries) -> npt.NDArray[np.object_]:
    """Return the form of each geometry: point, line, polygon; "mixed" for several in one."""
    names = np.array([POINT, LINE, POLYGON], dtype=object)
    dimensions = shapely.get_dimensions(geometry)
    forms = np.where(dimensions < 0, "", names[np.clip(dimensions, 0, 2)])
    collections = np.flatnonzero(shapely.get_type_id(geometry) == 7)
    for place in collections:
        kinds = set(shapely.get_dimensions(_leaves(geometry[place : place + 1])[0]))
        if len(kinds) > 1:
            forms[place] = "mixed"
    return forms


def measure(geometry: Geometries, form: str) -> npt.NDArray[np.float64]:
    """Return areas in square metres of areas, lengths in metres of lines, 0 of points."""
    if form == POLYGON:
        return measuring.areas(geometry)
    return measuring.lengths(geometry) if form == LINE else np.zeros(len(geometry))


def _read(
    wkb: npt.NDArray[np.object_], fids: Fids, log: _Log
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    missing = np.array([not value for value in wkb], dtype=bool)
    given = wkb.copy()
    given[missing] = None
    geometry = shapely.from_wkb(given, on_invalid="ignore")
    failed = np.flatnonzero(shapely.is_missing(geometry) & ~missing)
    for place in failed:
        geometry[place] = shapely.from_wkb(wkb[place], on_invalid="fix")
    mended = failed[~shapely.is_missing(geometry[failed])]
    unreadable = failed[shapely.is_missing(geometry[failed])]
    empty = shapely.is_empty(geometry)
    log.note(fids[missing | empty], "missing", np.zeros(int((missing | empty).sum())))
    log.note(fids[unreadable], "unreadable", np.zeros(len(unreadable)))
    log.note(fids[mended], "unclosed", np.zeros(len(mended)))
    rows = np.flatnonzero(~(shapely.is_missing(geometry) | empty))
    return geometry[rows], rows


def _flatten_and_convert(
    geometry: Geometries,
    rows: npt.NDArray[np.intp],
    fids: Fids,
    form: str,
    convert: Convert,
    log: _Log,
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    high = shapely.has_z(geometry) | shapely.has_m(geometry)
    converted = convert(shapely.force_2d(geometry))
    finite = np.isfinite(shapely.bounds(converted)).all(axis=1)
    coordinates, owner = shapely.get_coordinates(converted, return_index=True)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    lost = rows[~finite]
    log.note(fids[lost], "not-finite", np.zeros(len(lost)))
    with np.errstate(invalid="ignore"):
        beyond = finite & (np.abs(shapely.bounds(converted)) > _FARTHEST).any(axis=1)
    log.note(fids[rows[beyond]], "beyond", np.zeros(int(beyond.sum())))
    kept = finite & ~beyond
    flattened = high & kept
    same = measure(converted[flattened], form)
    log.note(fids[rows[flattened]], "flattened", same, same)
    return converted[kept], rows[kept]


def _of_form(
    geometry: Geometries, rows: npt.NDArray[np.intp], fids: Fids, form: str, log: _Log
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Keep what is of the wanted form; of collections the parts that are."""
    wanted = _FORMS[form]
    kinds = shapely.get_type_id(geometry)
    collected = np.flatnonzero(kinds == 7)
    keeps = shapely.get_dimensions(geometry) == wanted
    if len(collected):
        kept, dropped = _picked(geometry[collected], wanted)
        before = measure(geometry[collected], form)
        has = np.array([part is not None for part in kept], dtype=bool)
        geometry = geometry.copy()
        geometry[collected[has]] = kept[has]
        keeps[collected] = has
        partly = has & dropped
        places = collected[partly]
        log.note(
            fids[rows[places]], "parts-dropped", before[partly], measure(geometry[places], form)
        )
    lost = rows[~keeps]
    log.note(fids[lost], "other-form", measure(geometry[~keeps], form))
    return geometry[keeps], rows[keeps]


def _leaves(collections: Geometries) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """The parts of collections, however deep, and whose they are."""
    parts, owner = shapely.get_parts(collections, return_index=True)
    while (shapely.get_type_id(parts) >= 4).any():
        parts, within = shapely.get_parts(parts, return_index=True)
        owner = owner[within]
    return parts, owner


def _picked(collections: Geometries, wanted: int) -> tuple[Geometries, npt.NDArray[np.bool_]]:
    """Of each collection the parts of a dimension as one geometry, and whether others fell."""
    parts, owner = _leaves(collections)
    fits = shapely.get_dimensions(parts) == wanted
    kept = np.full(len(collections), None, dtype=object)
    build = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[wanted]
    for number in np.unique(owner[fits]):
        mine = parts[fits & (owner == number)]
        kept[number] = mine[0] if len(mine) == 1 else build(mine)
    dropped = np.zeros(len(collections), dtype=bool)
    dropped[owner[~fits]] = True
    return kept, dropped


def _without_repeats(geometry: Geometries, fids: Fids, form: str, log: _Log) -> Geometries:
    if form == POINT:
        return geometry
    before = shapely.get_num_coordinates(geometry)
    thinner = _thinned(geometry)
    changed = (shapely.get_num_coordinates(thinner) != before) & ~shapely.is_empty(thinner)
    size = measure(geometry[changed], form)
    log.note(fids[changed], "repeated-points", size, measure(thinner[changed], form))
    return np.where(changed, thinner, geometry)


def _thinned(geometry: Geometries) -> Geometries:
    try:
        return np.asarray(shapely.remove_repeated_points(geometry), dtype=object)
    except shapely.GEOSException:
        if len(geometry) == 1:
            return geometry  # a part of a line that has no length; it does no harm
        half = len(geometry) // 2
        return np.concatenate((_thinned(geometry[:half]), _thinned(geometry[half:])))


def _valid(geometry: Geometries, fids: Fids, log: _Log) -> Geometries:
    wrong = np.flatnonzero(~shapely.is_valid(geometry))
    if not len(wrong):
        return geometry
    words = shapely.is_valid_reason(geometry[wrong])
    why = np.array([_why(reason) for reason in words], dtype=object)
    mended = _made_valid(geometry[wrong])
    collected = shapely.get_type_id(mended) == 7
    if collected.any():
        picked, _ = _picked(mended[collected], 2)
        mended[collected] = picked
    gone = shapely.is_missing(mended) | (shapely.get_dimensions(mended) != 2)
    mended[gone] = shapely.Polygon()
    before = measuring.areas(geometry[wrong])
    log.note(fids[wrong], why, before, measuring.areas(mended))
    geometry = geometry.copy()
    geometry[wrong] = mended
    return geometry


def _made_valid(geometry: Geometries) -> Geometries:
    mended: Geometries = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    for _time in range(MOST_TIMES):
        still = ~shapely.is_valid(mended)
        if not still.any():
            break
        # a crossing that was rounded to where it crosses again
        mended[still] = shapely.make_valid(mended[still], method="structure", keep_collapsed=False)
    return mended


def _why(reason: str) -> str:
    return next((code for words, code in _BY_WORDS if reason.startswith(words)), "self-crossing")


def _without_slivers(
    geometry: Geometries, rows: npt.NDArray[np.intp], fids: Fids, form: str, log: _Log
) -> tuple[Geometries, npt.NDArray[np.intp]]:
    if form == POINT:
        return geometry, rows
    size = measure(geometry, form)
    small = size < (SMALLEST_AREA if form == POLYGON else SMALLEST_LENGTH)
    log.note(fids[rows[small]], "sliver", size[small])
    return geometry[~small], rows[~small]
