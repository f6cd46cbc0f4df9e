"""Features of a stored version: those that a request asks for, page by page, as GeoJSON.

Source: RFC 7946; OGC 17-069r4, 7.15 and 7.16; OGC 18-058r1 (order of coordinates).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from conurb.atlas import storing
from conurb.atlas.ogc_parameters import Asked, AskedWronglyError, Box
from conurb.atlas.reference_systems import ReferenceSystem

__all__ = ["Found", "collection_text", "feature_text", "properties_of", "select"]

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """A page: its features in the order of the file, and how many there are on all pages."""

    features: gpd.GeoDataFrame
    matched: int


def select(path: Path, asked: Asked, columns: Sequence[str]) -> Found:
    """Return the page of features that is asked for, in longitude and latitude.

    Raises `AskedWronglyError` where a filter cannot be a value of its property.
    """
    fids = _matching(path, asked)
    page = fids[asked.offset : asked.offset + asked.limit]
    return Found(storing.read(path, columns=list(columns), fids=page), len(fids))


def _matching(path: Path, asked: Asked) -> Rows:
    """Return the numbers of all features that are asked for, in the order of the file."""
    fids = storing.identifiers(path)
    if asked.filters:
        fids = fids[_filtered(path, asked.filters)]
    if asked.boxes:
        inside = np.unique(np.concatenate([_within(path, box) for box in asked.boxes]))
        fids = fids[np.isin(fids, inside)]
    return fids


def _within(path: Path, box: Box) -> Rows:
    """Return the numbers of the features whose geometry meets a box."""
    near = storing.read(path, bbox=box, columns=[])
    meets = shapely.intersects(near.geometry.to_numpy(), shapely.box(*box))
    return np.asarray(near[storing.FID].to_numpy()[meets], dtype=np.int64)


def _filtered(path: Path, filters: Mapping[str, str]) -> NDArray[np.bool_]:
    table = pq.read_table(path, columns=list(filters)).to_pandas()
    keeps = np.ones(len(table), dtype=bool)
    for name, written in filters.items():
        keeps &= _equals(table[name], name, written)
    return keeps


def _equals(column: pd.Series, name: str, written: str) -> NDArray[np.bool_]:
    if pd.api.types.is_bool_dtype(column):
        if written not in {"true", "false"}:
            raise AskedWronglyError(name, _("“%(name)s” is true or false.") % {"name": name})
        return np.asarray(column == (written == "true"), dtype=bool)
    if pd.api.types.is_numeric_dtype(column):
        try:
            return np.asarray(column == float(written), dtype=bool)
        except ValueError:
            raise AskedWronglyError(name, _("“%(name)s” is a number.") % {"name": name}) from None
    texts = column.map(_plain)
    return np.asarray(texts.astype(object) == written, dtype=bool)


def properties_of(features: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the properties of each feature as JSON has them; what is missing is null."""
    names = [name for name in features.columns if name not in {storing.FID, features.geometry.name}]
    rows: list[dict[str, Any]] = [{} for _row in range(len(features))]
    for name in names:
        missing = features[name].isna().tolist()
        for row, value, none in zip(rows, features[name].tolist(), missing, strict=True):
            row[name] = None if none else _plain(value)
    return rows


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _feature_texts(
    features: gpd.GeoDataFrame, system: ReferenceSystem, links: Mapping[int, object] | None = None
) -> list[str]:
    # RFC 7946, 3.1.6: outer rings run counterclockwise on the map, whatever the order of axes
    shapes = shapely.to_geojson(
        system.project(shapely.orient_polygons(features.geometry.to_numpy()))
    )
    fids = features[storing.FID].tolist()
    return [
        '{"type":"Feature","id":'
        f'{fid},"geometry":{shape},"properties":{_json(properties)}'
        + (f',"links":{_json(links[fid])}' if links else "")
        + "}"
        for fid, shape, properties in zip(fids, shapes, properties_of(features), strict=True)
    ]


def collection_text(features: gpd.GeoDataFrame, system: ReferenceSystem, **members: object) -> str:
    """Return a page as a GeoJSON FeatureCollection; `members` are its others, links and so on."""
    others = "".join(f',"{name}":{_json(value)}' for name, value in members.items())
    texts = ",".join(_feature_texts(features, system))
    return f'{{"type":"FeatureCollection"{others},"features":[{texts}]}}'


def feature_text(feature: gpd.GeoDataFrame, system: ReferenceSystem, links: object) -> str:
    """Return a frame of one row as a GeoJSON Feature."""
    fid = int(feature[storing.FID].iloc[0])
    return _feature_texts(feature, system, {fid: links})[0]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
