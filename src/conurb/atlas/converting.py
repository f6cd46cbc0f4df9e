"""From a file to the features of a version: read, convert, repair, map, check, count.

`fid` is the number of the feature in its file, from 1; it stays what it is through repairs, so that
a row of the lists below is found again in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from conurb.atlas import coordinates, formats, repairing, schemas, storing
from conurb.atlas.schemas import Schema

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Answers:
    """What was confirmed of a file: its system, its form, what its fields and codes mean."""

    crs: str
    form: str
    fields: Mapping[str, str]
    codes: Mapping[str, str]
    wkt: str = ""
    swapped: bool = False


@dataclass(frozen=True)
class Converted:
    """The features of a version, and everything that is said of them."""

    frame: gpd.GeoDataFrame
    repairs: pd.DataFrame
    problems: pd.DataFrame
    counts: dict[str, int]
    classes: dict[str, dict[str, float]]
    fields: list[dict[str, str]]


class EmptyLayerError(ValueError):
    """No feature is left."""


def convert(
    layer: formats.SourceLayer,
    schema: Schema,
    answers: Answers,
    home: coordinates.Bounds,
    tick: Tick = lambda _count: None,
) -> Converted:
    """Return the features of a layer as a version keeps them.

    `home` is where they should lie, with a margin. Raises CoordinatesError where the stated system
    cannot be right, EmptyLayerError where nothing is left.
    """

    def lonlat(geometry: Any) -> Any:
        return coordinates.convert(geometry, answers.crs, answers.wkt, swapped=answers.swapped)

    attributes, geometries, fids, logs = [], [], [], []
    read = 0
    for batch in formats.read(layer):
        numbers = np.arange(read + 1, read + len(batch.wkb) + 1, dtype=np.int64)
        repaired = repairing.repair(batch.wkb, numbers, answers.form, lonlat)
        attributes.append(batch.attributes.iloc[repaired.rows])
        geometries.append(repaired.geometry)
        fids.append(numbers[repaired.rows])
        logs.append(repaired.log)
        read += len(batch.wkb)
        tick(len(batch.wkb))
    repairs = repairing.log_table([log for log in logs if len(log)])
    if int((repairs["repair"] == "beyond").sum()) * 2 > read:
        raise _wrong_system(answers)
    if not fids or not any(len(part) for part in fids):
        raise EmptyLayerError
    geometry, numbers = np.concatenate(geometries), np.concatenate(fids)
    _require_home(geometry, answers, home)
    plain = pd.concat(attributes, ignore_index=True)
    plain.insert(0, "fid", numbers)
    checked = schemas.apply(schema, plain, answers.fields, answers.codes)
    problems = schemas.problems_table([checked.problems, outside(numbers, geometry, home)])
    frame = gpd.GeoDataFrame(checked.frame, geometry=geometry, crs=storing.CRS)
    return Converted(
        frame,
        repairs,
        problems,
        counts(read, numbers, repairs, problems),
        class_table(frame, answers.form),
        _fields(frame, answers, layer),
    )


def outside(fids: Any, geometry: Any, home: coordinates.Bounds) -> pd.DataFrame:
    """Return the features that lie wholly outside the region, as problems."""
    west, south, east, north = home
    boxes = shapely.bounds(geometry)
    away = (
        (boxes[:, 0] > east) | (boxes[:, 2] < west) | (boxes[:, 1] > north) | (boxes[:, 3] < south)
    )
    return pd.DataFrame(
        {"fid": fids[away], "column": "geometry", "value": None, "problem": "outside"}
    )


def counts(read: int, kept: Any, repairs: pd.DataFrame, problems: pd.DataFrame) -> dict[str, int]:
    """Return how many features were read, kept, left out, repaired, and have problems.

    Read is kept and left out together.
    """
    lost = repairs["repair"].isin(list(repairing.LEFT_OUT))
    mended = repairs.loc[~lost, "fid"]
    return {
        "read": read,
        "kept": len(kept),
        "dropped": int(lost.sum()),
        "repaired": int(mended[mended.isin(kept)].nunique()),
        "problems": int(problems["fid"].nunique()),
    }


def class_table(frame: gpd.GeoDataFrame, form: str) -> dict[str, dict[str, float]]:
    """Return {code: {count, area in m², length in m}}; "" is for features without a class."""
    geometry = frame.geometry.values
    size = repairing.measure(np.asarray(geometry, dtype=object), form)
    if schemas.CODE in frame.columns:
        code = frame[schemas.CODE].astype(object).where(frame[schemas.CODE].notna(), "")
    else:
        code = pd.Series("", index=frame.index)
    sums = pd.DataFrame({"code": code.to_numpy(), "size": size}).groupby("code")["size"]
    return {
        str(name): {
            "count": int(count),
            "area": float(total) if form == schemas.POLYGON else 0.0,
            "length": float(total) if form == schemas.LINE else 0.0,
        }
        for name, count, total in sums.agg(["count", "sum"]).itertuples()
    }


def _require_home(geometry: Any, answers: Answers, home: coordinates.Bounds) -> None:
    """Refuse a system in which hardly anything lies where the layer should."""
    boxes = shapely.bounds(geometry)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    wrong = coordinates.suspect(middles, coordinates.WGS84, home)
    if wrong is not None and coordinates.fit(middles, coordinates.WGS84, home).share < 0.5:
        raise _wrong_system(answers)


def _wrong_system(answers: Answers) -> coordinates.CoordinatesError:
    stated = coordinates.label(answers.crs)
    return coordinates.CoordinatesError(
        "outside",
        f"按“{stated.zh}”转换后，多数图形位于区域范围以外，请返回核对坐标系和坐标顺序。",
        f"Converted from “{stated.en}”, most features lie outside the region. Go back and "
        "check the system and the order of coordinates.",
    )


def _fields(
    frame: gpd.GeoDataFrame, answers: Answers, layer: formats.SourceLayer
) -> list[dict[str, str]]:
    names = formats.column_names(layer.fields)
    sources = dict(zip(names, (known.name for known in layer.fields), strict=True))
    meant = {column: sources.get(name, name) for column, name in answers.fields.items()}
    meant["source_code"] = meant.get(schemas.CODE, "")
    return [
        {"name": name, "source": meant.get(name, sources.get(name, name)), "type": str(kind)}
        for name, kind in frame.dtypes.items()
        if name not in {"fid", "geometry"}
    ]
