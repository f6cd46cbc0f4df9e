"""Coordinate systems: known by a key, read from a file or asked, told apart, converted.

A key is "EPSG:<number>" or "gcj02" or "bd09"; a file's own definition of a system without number
is kept as its WKT. Everything ends in longitude and latitude (CGCS2000 and WGS 84 agree to
centimetres and are taken as one). Vertices are converted, edges stay straight between them.

Sources: EPSG registry (4490; 4513-4554 three-degree and 4491-4512 six-degree Gauss-Krüger zones of
CGCS2000, with and without the zone's number before the easting); GB/T 18522-2020 (zones). GCJ-02
and BD-09 are not published; the functions here are the ones in general use, whose inverses are
found by iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.exceptions import ProjError

from conurb.region.tables import Bilingual

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]
Bounds = tuple[float, float, float, float]

WGS84, CGCS2000, WEB_MERCATOR = "EPSG:4326", "EPSG:4490", "EPSG:3857"
GCJ02, BD09 = "gcj02", "bd09"

_THREE = {**{4513 + i: (25 + i, True) for i in range(21)}}
_THREE_PLAIN = {**{4534 + i: (25 + i, False) for i in range(21)}}
_SIX = {**{4491 + i: (13 + i, True) for i in range(11)}}
_SIX_PLAIN = {**{4502 + i: (13 + i, False) for i in range(11)}}


class CoordinatesError(ValueError):
    """Coordinates cannot be read as stated. `code` names the rule; the texts say what to do."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.message_zh = zh
        self.message_en = en


@dataclass(frozen=True)
class System:
    """A coordinate system that can be chosen."""

    key: str
    label: Bilingual


def _zones() -> Iterator[System]:
    for numbers, width in ((_THREE, 3), (_THREE_PLAIN, 3), (_SIX, 6), (_SIX_PLAIN, 6)):
        for number, (zone, prefixed) in numbers.items():
            middle = 3 * zone if width == 3 else 6 * zone - 3
            how_zh = f"第{zone}带，坐标含带号" if prefixed else "坐标不含带号"
            how_en = f"zone {zone} before the easting" if prefixed else "no zone before the easting"
            yield System(
                f"EPSG:{number}",
                Bilingual(
                    f"CGCS2000 {width}度带高斯投影，中央经线{middle}°，{how_zh}",
                    f"CGCS2000 {width}-degree Gauss-Krüger, central meridian {middle}°E, {how_en}",
                ),
            )


SYSTEMS: dict[str, System] = {
    system.key: system
    for system in (
        System(CGCS2000, Bilingual("CGCS2000 经纬度", "CGCS2000 longitude and latitude")),
        System(WGS84, Bilingual("WGS 84 经纬度", "WGS 84 longitude and latitude")),
        System(GCJ02, Bilingual("GCJ-02（高德、腾讯地图等）", "GCJ-02 (Amap, Tencent and others)")),
        System(BD09, Bilingual("BD-09（百度地图）", "BD-09 (Baidu Maps)")),
        System(WEB_MERCATOR, Bilingual("Web 墨卡托", "Web Mercator")),
        *_zones(),
    )
}
"""Every system that can be chosen, the likeliest first."""

_DATUMS = ("China 2000", "World Geodetic System 1984", "WGS", "CGCS2000", "China_2000")
_OLD = ("Xian", "Xi'an", "Beijing 1954", "Beijing_1954", "Beijing")


@dataclass(frozen=True)
class Read:
    """What a file says of its system: a key, "" where only its definition is known."""

    key: str
    wkt: str
    name: str


def read_definition(definition: str) -> Read:
    """Return the system that a file states, as WKT, PROJJSON or authority code.

    Raises CoordinatesError for what cannot be read, and for systems of another datum, which need
    parameters that only the surveying authority has.
    """
    try:
        crs = pyproj.CRS.from_user_input(definition)
    except (ProjError, ValueError) as fault:
        raise CoordinatesError(
            "crs-unreadable",
            "文件中的坐标系定义无法识别，请人工选择坐标系。",
            "The file's definition of its coordinate system cannot be read. Choose the system.",
        ) from fault
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    geodetic = horizontal.geodetic_crs
    datum = (
        " ".join(name for name in (getattr(geodetic.datum, "name", ""), geodetic.name) if name)
        if geodetic
        else ""
    )
    if any(old in datum for old in _OLD):
        raise CoordinatesError(
            "crs-old",
            f"文件采用“{crs.name}”，该坐标系与CGCS2000之间的转换参数不公开，"
            "请由测绘主管部门转换为CGCS2000后再提交。",
            f"The file is in “{crs.name}”. Its parameters towards CGCS2000 are not public; let the "
            "surveying authority convert it to CGCS2000 first.",
        )
    if not any(known in datum for known in _DATUMS):
        raise CoordinatesError(
            "crs-foreign",
            f"不支持坐标系“{crs.name}”，请转换为CGCS2000后再提交，或人工选择坐标系。",
            f"The system “{crs.name}” is not taken. Convert the file to CGCS2000, "
            "or choose the system it really is in.",
        )
    number = horizontal.to_epsg(min_confidence=60)
    key = f"EPSG:{number}" if number else ""
    if horizontal.to_authority() == ("OGC", "CRS84"):
        key = WGS84
    return Read(key, horizontal.to_wkt(), horizontal.name)


def label(key: str, name: str = "") -> Bilingual:
    """Return how a system is called."""
    known = SYSTEMS.get(key)
    if known is not None:
        return known.label
    words = " ".join(filter(None, (name, key)))
    return Bilingual(words, words)


def converter(key: str, wkt: str = "") -> Callable[[Floats], Floats]:
    """Return the function that turns coordinates, shape (n, 2), into longitude and latitude."""
    if key in {WGS84, CGCS2000}:
        return lambda xy: xy
    if key == GCJ02:
        return gcj02_to_wgs84
    if key == BD09:
        return bd09_to_wgs84
    transformer = _transformer(key or wkt)

    def convert_it(xy: Floats) -> Floats:
        return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return convert_it


@lru_cache(maxsize=64)
def _transformer(definition: str) -> pyproj.Transformer:
    crs = pyproj.CRS.from_user_input(definition)
    # to the system's own longitude and latitude: datum shifts of centimetres are left out
    return pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)


def convert(
    geometries: Geometries, key: str, wkt: str = "", *, swapped: bool = False
) -> Geometries:
    """Return geometries in longitude and latitude; `swapped` where x and y changed places."""
    work = converter(key, wkt)

    def step(xy: Floats) -> Floats:
        return work(xy[:, ::-1] if swapped else xy)

    return np.asarray(shapely.transform(geometries, step), dtype=object)


# ———————————————————————————— GCJ-02 and BD-09 ————————————————————————————

_GCJ_A = 6378245.0
_GCJ_E2 = 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0
_STEPS = 12
"""Iterations of the inverses; each gains about three digits, so that they end at rounding."""


def wgs84_to_gcj02(lonlat: Floats) -> Floats:
    """Return GCJ-02 coordinates, shape (n, 2) degrees; outside China nothing is moved."""
    return lonlat + _gcj_shift(lonlat) * within_china(lonlat)[:, None]


def gcj02_to_wgs84(shifted: Floats) -> Floats:
    """Return longitude and latitude of GCJ-02 coordinates, to better than 1e-9 degrees."""
    inside = within_china(shifted)[:, None]
    found = shifted - _gcj_shift(shifted) * inside
    for _ in range(_STEPS):
        found = shifted - _gcj_shift(found) * inside
    return found


def gcj02_to_bd09(gcj: Floats) -> Floats:
    """Return BD-09 coordinates of GCJ-02 coordinates, shape (n, 2) degrees."""
    x, y = gcj[:, 0], gcj[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD)
    return np.column_stack((radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006))


def bd09_to_gcj02(bd: Floats) -> Floats:
    """Return GCJ-02 coordinates of BD-09 coordinates."""
    found = bd - (0.0065, 0.006)
    for _ in range(_STEPS):
        found = found - (gcj02_to_bd09(found) - bd)
    return found


def wgs84_to_bd09(lonlat: Floats) -> Floats:
    """Return BD-09 coordinates of longitude and latitude."""
    return gcj02_to_bd09(wgs84_to_gcj02(lonlat))


def bd09_to_wgs84(bd: Floats) -> Floats:
    """Return longitude and latitude of BD-09 coordinates."""
    return gcj02_to_wgs84(bd09_to_gcj02(bd))


def within_china(lonlat: Floats) -> npt.NDArray[np.bool_]:
    """Tell which points lie in the rectangle in which the shift is applied."""
    x, y = lonlat[:, 0], lonlat[:, 1]
    return (x > 72.004) & (x < 137.8347) & (y > 0.8293) & (y < 55.8271)


def _gcj_shift(lonlat: Floats) -> Floats:
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    waves = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    latitude = np.radians(lonlat[:, 1])
    magic = 1 - _GCJ_E2 * np.sin(latitude) ** 2
    meridian = _GCJ_A * (1 - _GCJ_E2) / (magic * np.sqrt(magic))
    parallel = _GCJ_A / np.sqrt(magic) * np.cos(latitude)
    return np.column_stack((np.degrees(east / parallel), np.degrees(north / meridian)))


# ———————————————————————————— Telling systems apart ————————————————————————————

ENOUGH = 0.95
"""Share of points that must lie in the region for a system to be believed."""


@dataclass(frozen=True)
class Fit:
    """How well coordinates fit a system: the share of them that fall into the region."""

    key: str
    swapped: bool
    share: float


def fit(xy: Floats, key: str, bounds: Bounds, wkt: str = "", *, swapped: bool = False) -> Fit:
    """Return how much of the coordinates, shape (n, 2), lies in `bounds` if read in a system."""
    finite = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return Fit(key, swapped, 0.0)
    with np.errstate(all="ignore"):
        try:
            lonlat = converter(key, wkt)(finite[:, ::-1] if swapped else finite)
        except ProjError:
            return Fit(key, swapped, 0.0)
    west, south, east, north = bounds
    x, y = lonlat[:, 0], lonlat[:, 1]
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return Fit(key, swapped, float(inside.sum()) / len(xy))


def likely(xy: Floats, bounds: Bounds) -> list[Fit]:
    """Return the systems in which nearly all coordinates fall into `bounds`, best first.

    GCJ-02 and BD-09 are never guessed: they look like longitude and latitude, 500 m away.
    """
    keys = [key for key in SYSTEMS if key not in {GCJ02, BD09}]
    found = [fit(xy, key, bounds, swapped=swapped) for swapped in (False, True) for key in keys]
    return sorted((f for f in found if f.share >= ENOUGH), key=lambda f: -f.share)


def suspect(xy: Floats, key: str, bounds: Bounds, wkt: str = "") -> CoordinatesError | None:
    """Return what is wrong where coordinates cannot be in a system, with the likely one; else None.

    `bounds` is the region with a margin.
    """
    if not len(xy) or fit(xy, key, bounds, wkt).share >= ENOUGH:
        return None
    if fit(xy, key, bounds, wkt, swapped=True).share >= ENOUGH:
        return CoordinatesError(
            "swapped",
            "坐标的两个分量顺序颠倒（经纬度或横纵坐标互换），请在下方勾选“交换坐标顺序”。",
            "The two coordinates changed places (longitude and latitude, or easting and "
            "northing). Tick “Swap the coordinates”.",
        )
    better = next(iter(likely(xy, bounds)), None)
    stated = label(key)
    x, y = xy[np.isfinite(xy).all(axis=1)][:1].ravel() if np.isfinite(xy).any() else (0, 0)
    if better is None:
        return CoordinatesError(
            "outside",
            f"按“{stated.zh}”读取时，图形位于区域范围以外（首点坐标 {x:.6g}, {y:.6g}），"
            "请核对文件及其坐标系。",
            f"Read as “{stated.en}”, it lies outside the region (first point {x:.6g}, {y:.6g}). "
            "Check the file and its coordinate system.",
        )
    name = label(better.key)
    swap_zh, swap_en = (
        ("，且坐标顺序颠倒", ", with the coordinates swapped") if better.swapped else ("", "")
    )
    return CoordinatesError(
        "other-system",
        f"坐标与“{stated.zh}”不符（首点坐标 {x:.6g}, {y:.6g}），很可能是“{name.zh}”{swap_zh}。",
        f"The coordinates do not fit “{stated.en}” (first point {x:.6g}, {y:.6g}). "
        f"They are likely “{name.en}”{swap_en}.",
    )


def with_margin(bounds: Bounds, degrees: float = 0.5) -> Bounds:
    """Return bounds widened on every side."""
    west, south, east, north = bounds
    return (west - degrees, south - degrees, east + degrees, north + degrees)
