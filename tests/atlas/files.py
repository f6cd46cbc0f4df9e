"""Files of layers as people hand them in, good and bad."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from conurb.atlas import coordinates

HOME = coordinates.with_margin((111.9, 26.1, 114.3, 28.7))


def plots(count: int = 12, code: str = "0701") -> gpd.GeoDataFrame:
    """Square plots in Changsha, about 100 m wide."""
    x = 112.93 + np.arange(count) * 0.002
    return gpd.GeoDataFrame(
        {
            "DM": [code] * count,
            "MC": [f"地块{n}" for n in range(count)],
            "MJ": np.arange(count) * 1.5,
        },
        geometry=shapely.box(x, 28.2, x + 0.001, 28.201),
        crs="EPSG:4490",
    )


def gpkg(path: Path, frame: gpd.GeoDataFrame, layer: str = "用地") -> Path:
    frame.to_file(path, layer=layer, driver="GPKG")
    return path


def geojson(path: Path, features: list[dict[str, Any]] | gpd.GeoDataFrame) -> Path:
    if isinstance(features, gpd.GeoDataFrame):
        path.write_text(features.to_crs(4326).to_json(drop_id=True), encoding="utf-8")
    else:
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


class _ChineseWindows(zipfile.ZipInfo):
    """An entry whose name is GBK and does not say so."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits


def shapefile(
    path: Path,
    frame: gpd.GeoDataFrame,
    *,
    encoding: str = "GBK",
    leave: tuple[str, ...] = (),
    name: str = "地块",
) -> Path:
    """A zipped Shapefile, as from a Chinese Windows: GBK texts, GBK names in the zip."""
    folder = path.parent / f"{path.stem}-parts"
    folder.mkdir()
    frame.to_file(folder / "x.shp", encoding=encoding)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part in sorted(folder.iterdir()):
            if part.suffix not in leave:
                info = _ChineseWindows(f"{name}{part.suffix}")
                info.compress_type = zipfile.ZIP_DEFLATED
                package.writestr(info, part.read_bytes())
    return path


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    path.write_bytes(held.getvalue())
    return path
