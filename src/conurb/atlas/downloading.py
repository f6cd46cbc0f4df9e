"""Versions as files for other programs: GeoPackage, GeoJSON, Shapefile, GeoParquet.

Sources: OGC 12-128r18 (GeoPackage), RFC 7946 (GeoJSON: longitude and latitude of WGS 84, nothing
else), ESRI Shapefile Technical Description 1998 and dBASE III (names of 10 bytes), GeoParquet 1.1.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from conurb.atlas import storing
from conurb.atlas.reference_systems import ReferenceSystem
from conurb.region.tables import Bilingual

__all__ = ["FORMATS", "Format", "short_names", "write"]


@dataclass(frozen=True)
class Format:
    """A format of files: `key` in addresses, the ending, the media type."""

    key: str
    name: Bilingual
    ending: str
    media_type: str
    projected: bool = True


FORMATS = {
    one.key: one
    for one in (
        Format(
            "gpkg", Bilingual("GeoPackage", "GeoPackage"), ".gpkg", "application/geopackage+sqlite3"
        ),
        Format("shp", Bilingual("Shapefile（zip）", "Shapefile (zip)"), ".zip", "application/zip"),
        Format(
            "geojson",
            Bilingual("GeoJSON", "GeoJSON"),
            ".geojson",
            "application/geo+json",
            projected=False,
        ),
        Format(
            "parquet",
            Bilingual("GeoParquet", "GeoParquet"),
            ".parquet",
            "application/vnd.apache.parquet",
        ),
    )
}

_LONGEST_NAME = 10
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LAYER = "layer"


def write(
    source: Path, target: Path, form: Format, system: ReferenceSystem, title: str = ""
) -> None:
    """Write the version stored at `source` to `target` in a format and a system.

    `title` names the layer within the file. Raises ValueError for a projected system where the
    format allows none.
    """
    if not form.projected and system.code not in {0, 4326}:
        raise ValueError(f"{form.key} holds longitude and latitude of WGS 84 only.")
    frame = _in_system(storing.read(source), system)
    if form.key == "parquet":
        frame.to_parquet(target, compression="zstd", write_covering_bbox=True)
    elif form.key == "geojson":
        shapes = shapely.orient_polygons(np.asarray(frame.geometry.values))
        frame = frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))
        pyogrio.write_dataframe(
            frame, target, driver="GeoJSON", layer=LAYER, RFC7946="YES", COORDINATE_PRECISION="8",
            ID_FIELD=storing.FID,
        )  # fmt: skip
    elif form.key == "gpkg":
        pyogrio.write_dataframe(
            frame, target, driver="GPKG", layer=LAYER, DESCRIPTION=title, FID=storing.FID
        )
    else:
        _write_shapefile(frame, target, title)


def _in_system(frame: gpd.GeoDataFrame, system: ReferenceSystem) -> gpd.GeoDataFrame:
    """Convert a frame; files keep easting first, whatever the order of the system's axes."""
    code = system.code or 4326
    projected = system.project(frame.geometry.to_numpy(), by_axes=False)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return gpd.GeoDataFrame(attributes, geometry=projected, crs=f"EPSG:{code}")


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Return for each name one of at most ten plain letters, no two alike in any case.

    Plain names are cut; others, Chinese ones for example, are numbered.
    """
    taken: set[str] = set()
    short: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        wanted = name[:_LONGEST_NAME] if _PLAIN.fullmatch(name) else f"field{number}"
        candidate, nth = wanted, 2
        while candidate.lower() in taken:
            tail = f"_{nth}"
            candidate = wanted[: _LONGEST_NAME - len(tail)] + tail
            nth += 1
        taken.add(candidate.lower())
        short[name] = candidate
    return short


def _write_shapefile(frame: gpd.GeoDataFrame, target: Path, title: str) -> None:
    columns = [name for name in frame.columns if name != frame.geometry.name]
    names = short_names(columns)
    for name in columns:
        if pd.api.types.is_bool_dtype(frame[name]):
            frame[name] = frame[name].astype("int32")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        file = Path(folder) / f"{LAYER}.shp"
        pyogrio.write_dataframe(
            frame.rename(columns=names), file, driver="ESRI Shapefile", ENCODING="UTF-8"
        )
        readme = Path(folder) / "readme.txt"
        readme.write_text(_readme(title, names, frame), encoding="utf-8-sig")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for part in sorted(Path(folder).iterdir()):
                packed.write(part, part.name)


def _readme(title: str, names: dict[str, str], frame: gpd.GeoDataFrame) -> str:
    """Say in both languages which short name stands for which field, and how texts are written."""
    code = frame.crs.to_epsg()
    lines: Sequence[str] = (
        title,
        "",
        f"坐标系 Coordinate system: EPSG:{code} {frame.crs.name}",
        "文字编码 Encoding: UTF-8",
        "",
        "Shapefile 的字段名最多 10 个字符，对照如下。",
        "超过 254 字节的文字会被截断，需要全文请下载 GeoPackage。",
        "Names of fields have at most 10 characters in a Shapefile; they stand for those below.",
        "Texts of more than 254 bytes are cut; take the GeoPackage for the whole.",
        "",
        *(f"{short}\t{name}" for name, short in names.items()),
        "",
    )
    return "\r\n".join(lines)
