"""Layers as files: GeoParquet 1.1, named by the hash of their bytes, sorted along a Hilbert curve.

The same features give the same bytes. Row groups are small and hold neighbours, and every feature
carries its bounding box (the covering of GeoParquet 1.1), so that reading a rectangle touches only
the row groups that may hold something of it. Coordinates are longitude and latitude; WGS 84 and
CGCS2000 are taken as one (they agree to centimetres).

Sources: GeoParquet 1.1.0 (columns metadata, `covering.bbox`), Apache Parquet (row-group
statistics), Skilling 2004 (Hilbert curve, as in geopandas).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from conurb.atlas.places import path_of

FID = "fid"
GEOMETRY = "geometry"
ROW_GROUP = 4096
"""Features a row group: a tile of a city reads a few, a layer of 1,000,000 has 250."""

CRS = "EPSG:4326"
_SIDES = ("xmin", "ymin", "xmax", "ymax")

Bounds = tuple[float, float, float, float]


def write(frame: gpd.GeoDataFrame, folder: Path) -> tuple[str, Path]:
    """Keep features and return the hash and the path of their file.

    `frame` has a column `fid` of distinct integers, geometries in longitude and latitude (none
    missing or empty), and any columns of texts, numbers, booleans, dates and times. Raises
    ValueError where it has not.
    """
    _check(frame)
    bounds = shapely.bounds(frame.geometry.values)
    order = _order(bounds, frame[FID].to_numpy())
    table = _table(frame.iloc[order], bounds[order])
    return keep(table, folder)


def write_table(table: pa.Table, folder: Path) -> tuple[str, Path]:
    """Keep a plain table (repairs, problems) beside the layers, in the same way."""
    return keep(table.replace_schema_metadata(None), folder)


def keep(table: pa.Table, folder: Path) -> tuple[str, Path]:
    """Write a table under a passing name, then give it the name of its hash."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=folder, suffix=".writing")
    os.close(handle)
    try:
        pq.write_table(
            table,
            passing,
            compression="zstd",
            compression_level=3,
            row_group_size=ROW_GROUP,
            write_statistics=True,
        )
        with open(passing, "rb+") as written:  # noqa: PTH123 - a descriptor is needed
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
            os.fsync(written.fileno())
        path = path_of(folder, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        # a rename is atomic: a reader sees the whole file or none
        Path(passing).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(passing).unlink()
        raise
    return sha256, path


def read(
    path: Path,
    bbox: Bounds | None = None,
    columns: Sequence[str] | None = None,
    fids: Iterable[int] | None = None,
) -> gpd.GeoDataFrame:
    """Return features as a frame with `fid`, the attributes and `geometry` (EPSG:4326).

    `bbox` (west, south, east, north in degrees) keeps features whose bounding boxes meet it,
    borders included; `columns` names the attributes wanted, all by default; `fids` keeps those
    alone. Features stand in the order of the file.
    """
    opened = _opened(path)
    groups = _all_groups(opened)
    if fids is not None:
        wanted = np.unique(np.fromiter(fids, dtype=np.int64))
        groups = groups[_groups_with(str(path), wanted)]
    if bbox is not None:
        boxes = _group_boxes(str(path))[groups]
        groups = groups[_meets(boxes, bbox)]
    names = _names(opened, columns)
    table = opened.read_row_groups(groups.tolist(), columns=[*names, GEOMETRY, "bbox"])
    keeps = np.ones(table.num_rows, dtype=bool)
    if bbox is not None:
        keeps &= _meets(_boxes(table), bbox)
    if fids is not None:
        keeps &= np.isin(table.column(FID).to_numpy(), wanted)
    if not keeps.all():
        table = table.filter(pa.array(keeps))
    geometry = shapely.from_wkb(table.column(GEOMETRY).to_numpy(zero_copy_only=False))
    attributes = table.select(names).to_pandas()
    return gpd.GeoDataFrame(attributes, geometry=geometry, crs=CRS)


def feature(path: Path, fid: int) -> gpd.GeoDataFrame | None:
    """Return the feature with this `fid` as a frame of one row; None where there is none."""
    found = read(path, fids=[fid])
    return found if len(found) else None


def identifiers(path: Path) -> npt.NDArray[np.int64]:
    """Return every `fid` in the order of the file; quick, and kept for the next call."""
    return _identifiers(str(path))


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Return a plain table that `write_table` kept."""
    return pq.ParquetFile(path).read(columns=list(columns) if columns else None)


def _check(frame: gpd.GeoDataFrame) -> None:
    if FID not in frame.columns or not np.issubdtype(frame[FID].dtype, np.integer):
        raise ValueError(f"The frame needs a column {FID!r} of integers.")
    if frame[FID].duplicated().any():
        raise ValueError(f"The numbers in {FID!r} are not distinct.")
    if "bbox" in frame.columns:
        raise ValueError("A column must not be named 'bbox'; the file keeps its boxes there.")
    geometry = frame.geometry.values
    if len(frame) and (shapely.is_missing(geometry) | shapely.is_empty(geometry)).any():
        raise ValueError("A geometry is missing or empty.")
    if len(frame):
        west, south, east, north = frame.total_bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            raise ValueError(
                f"Coordinates ({west}, {south}, {east}, {north}) are not longitude and latitude."
            )


def _order(bounds: npt.NDArray[np.float64], fids: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Rows along a Hilbert curve over the middles of their boxes; ties by `fid`."""
    if not len(fids):
        return np.zeros(0, dtype=np.intp)
    middles = gpd.GeoSeries(
        shapely.points((bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2)
    )
    return np.lexsort((fids, middles.hilbert_distance(level=16).to_numpy()))


def _table(frame: gpd.GeoDataFrame, bounds: npt.NDArray[np.float64]) -> pa.Table:
    others = [name for name in frame.columns if name not in {FID, frame.geometry.name}]
    plain = pa.Table.from_pandas(frame[[FID, *others]], preserve_index=False)
    boxes = pa.StructArray.from_arrays(
        [pa.array(bounds[:, side], pa.float64()) for side in range(4)], names=list(_SIDES)
    )
    wkb = pa.array(shapely.to_wkb(frame.geometry.values, output_dimension=2), pa.binary())
    table = plain.set_column(0, FID, plain.column(FID).cast(pa.int64()))
    table = table.append_column(GEOMETRY, wkb).append_column("bbox", boxes)
    kinds = sorted({str(kind) for kind in frame.geometry.geom_type})
    return table.replace_schema_metadata({b"geo": _metadata(kinds, bounds)})


def _metadata(kinds: Sequence[str], bounds: npt.NDArray[np.float64]) -> bytes:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": list(kinds),
        "covering": {"bbox": {side: ["bbox", side] for side in _SIDES}},
    }
    if len(bounds):
        low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        column["bbox"] = [*low.tolist(), *high.tolist()]
    # without "crs" GeoParquet means OGC:CRS84, longitude and latitude
    geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return json.dumps(geo, sort_keys=True).encode()


def _opened(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, metadata=_footer(str(path)))


@lru_cache(maxsize=256)
def _footer(path: str) -> pq.FileMetaData:
    """The footer of a file; files never change, so it is read once."""
    return pq.read_metadata(path)


@lru_cache(maxsize=64)
def _identifiers(path: str) -> npt.NDArray[np.int64]:
    column = _opened(Path(path)).read(columns=[FID]).column(FID)
    return np.asarray(column.to_numpy(), dtype=np.int64)


@lru_cache(maxsize=256)
def _group_boxes(path: str) -> npt.NDArray[np.float64]:
    """The box of every row group from its statistics; shape (groups, 4)."""
    footer = _footer(path)
    places = {footer.schema.column(i).path: i for i in range(footer.num_columns)}
    boxes = np.full((footer.num_row_groups, 4), np.nan)  # meets nothing
    for number in range(footer.num_row_groups):
        group = footer.row_group(number)
        if group.num_rows == 0:
            continue
        for side, name in enumerate(_SIDES):
            known = group.column(places[f"bbox.{name}"]).statistics
            boxes[number, side] = known.min if side < 2 else known.max
    return boxes


def _groups_with(path: str, fids: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    rows = np.flatnonzero(np.isin(_identifiers(path), fids))
    return np.unique(rows // ROW_GROUP)


def _all_groups(opened: pq.ParquetFile) -> npt.NDArray[np.intp]:
    return np.arange(opened.metadata.num_row_groups)


def _boxes(table: pa.Table) -> npt.NDArray[np.float64]:
    column = table.column("bbox").combine_chunks()
    return np.column_stack([column.field(side).to_numpy() for side in _SIDES]).reshape(-1, 4)


def _meets(boxes: npt.NDArray[np.float64], bbox: Bounds) -> npt.NDArray[np.bool_]:
    west, south, east, north = bbox
    return (
        (boxes[:, 0] <= east)
        & (boxes[:, 2] >= west)
        & (boxes[:, 1] <= north)
        & (boxes[:, 3] >= south)
    )


def _names(opened: pq.ParquetFile, columns: Sequence[str] | None) -> list[str]:
    known = [name for name in opened.schema_arrow.names if name not in {GEOMETRY, "bbox"}]
    if columns is None:
        return known
    return [FID, *(name for name in columns if name in known and name != FID)]
