"""What a file holds, for the person who handed it in: layers, fields, first rows, guesses.

The whole file is read once, batch by batch. The answer is JSON, shown on the page of the import,
where every guess can be changed before anything is converted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from conurb.atlas import coordinates, formats, repairing, schemas
from conurb.atlas.schemas import Schema

ROWS = 20
MOST_VALUES = 400
"""Distinct values of a field that are kept for mapping; a field with more is no classification."""
SAMPLE = 500
"""Points by which coordinate systems are told apart, spread evenly over the file."""
LONGEST = 200

Tick = Callable[[int], None]
"""Told how many features were read since the last time; may raise to stop."""


@dataclass
class _Seen:
    """What was seen of a layer while reading it."""

    count: int = 0
    missing: int = 0
    high: int = 0
    forms: dict[str, int] = field(default_factory=dict)
    bounds: npt.NDArray[np.float64] | None = None
    middles: list[npt.NDArray[np.float64]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    values: dict[str, dict[str, int] | None] = field(default_factory=dict)


def look(
    layer: formats.SourceLayer,
    schema: Schema,
    home: coordinates.Bounds,
    before: Mapping[str, str],
    tick: Tick = lambda _count: None,
) -> dict[str, Any]:
    """Return what a layer of a file holds and what is guessed of it, as JSON.

    `home` is where the layer should lie, with a margin (west, south, east, north); `before` how the
    city's own codes were read the last time.
    """
    seen = _Seen()
    for batch in formats.read(layer):
        _see(seen, batch)
        tick(len(batch.wkb))
    names = formats.column_names(layer.fields)
    fields = schemas.guess_fields(schema, names)
    values = {name: kept for name, kept in seen.values.items() if kept}
    sample = _sample(seen.middles)
    return {
        "name": layer.name,
        "count": seen.count,
        "missing": seen.missing,
        "high": seen.high,
        "forms": seen.forms,
        "form": _likely_form(seen.forms, schema),
        "fields": [
            {"name": name, "source": known.name, "kind": known.kind}
            for name, known in zip(names, layer.fields, strict=True)
        ],
        "rows": seen.rows,
        "values": values,
        "guessed": fields,
        "encoding": layer.encoding,
        "encoding_known": layer.encoding_known,
        "bounds": [round(float(side), 6) for side in seen.bounds]
        if seen.bounds is not None
        else [],
        "sample": np.round(sample, 9).tolist(),
        "crs": crs_of(layer, sample, home),
        "codes": {
            name: schemas.guess_codes(schema, kept, before)
            for name, kept in values.items()
            if name == fields.get(schemas.CODE)
        },
    }


def crs_of(
    layer: formats.SourceLayer, sample: npt.NDArray[np.float64], home: coordinates.Bounds
) -> dict[str, Any]:
    """Return what the file says of its coordinate system, and what its coordinates say."""
    read = refused = None
    if layer.definition:
        try:
            read = coordinates.read_definition(layer.definition)
        except coordinates.CoordinatesError as fault:
            refused = fault
    guesses = coordinates.likely(sample, home)
    # what cannot be converted must not look as if a click made it right
    hopeless = refused is not None and refused.code == "crs-old"
    likely = guesses[0].key if guesses and not hopeless else ""
    key = (read.key or "file") if read else likely
    problem = refused
    if read:
        problem = coordinates.suspect(sample, read.key, home, read.wkt)
    return {
        "stated": read is not None,
        "key": key,
        "name": read.name if read else "",
        "wkt": read.wkt if read else "",
        "guesses": [
            {"key": guess.key, "swapped": guess.swapped, "share": round(guess.share, 4)}
            for guess in guesses[:6]
        ],
        "problem": said(problem),
    }


def said(problem: coordinates.CoordinatesError | None) -> dict[str, str] | None:
    """Return a problem as JSON."""
    if problem is None:
        return None
    return {"code": problem.code, "zh": problem.message_zh, "en": problem.message_en}


def _see(seen: _Seen, batch: formats.Batch) -> None:
    geometry = shapely.from_wkb(batch.wkb, on_invalid="fix")
    forms = repairing.form_of(geometry)
    for form, count in zip(
        *np.unique(forms[forms != ""].astype(str), return_counts=True), strict=True
    ):
        seen.forms[str(form)] = seen.forms.get(str(form), 0) + int(count)
    nothing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    seen.missing += int(nothing.sum())
    seen.high += int(shapely.has_z(geometry).sum())
    boxes = shapely.bounds(geometry[~nothing])
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if len(boxes):
        ends = np.concatenate((boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)))
        if seen.bounds is not None:
            ends = np.concatenate(
                (np.minimum(ends[:2], seen.bounds[:2]), np.maximum(ends[2:], seen.bounds[2:]))
            )
        seen.bounds = ends
        seen.middles.append((boxes[:, :2] + boxes[:, 2:]) / 2)
    if len(seen.rows) < ROWS:
        for row in batch.attributes.head(ROWS - len(seen.rows)).itertuples(index=False):
            seen.rows.append([shown(value) for value in row])
    _see_values(seen, batch.attributes)
    seen.count += len(batch.wkb)


def _see_values(seen: _Seen, attributes: pd.DataFrame) -> None:
    for name in attributes.columns:
        if name in seen.values and seen.values[name] is None:
            continue
        texts = schemas.as_text(attributes[name])
        counted = texts.value_counts()
        known = seen.values.setdefault(name, {})
        if known is None or len(counted) > MOST_VALUES:
            seen.values[name] = None
            continue
        for value, count in counted.items():
            known[str(value)] = known.get(str(value), 0) + int(count)
        if len(known) > MOST_VALUES:
            seen.values[name] = None


def _likely_form(forms: Mapping[str, int], schema: Schema) -> str:
    """The form most features have, among those the schema takes; "" where none fits."""
    fitting = {form: forms.get(form, 0) + forms.get("mixed", 0) for form in schema.forms}
    best = max(fitting, key=lambda form: fitting[form])
    return best if fitting[best] else ""


def _sample(middles: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    if not middles:
        return np.zeros((0, 2))
    every = np.concatenate(middles)
    places = np.linspace(0, len(every) - 1, min(len(every), SAMPLE)).astype(int)
    return np.asarray(every[places], dtype=float)


def shown(value: Any) -> Any:
    """Return a value as a page shows it and JSON takes it."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return None if not math.isfinite(value) else round(float(value), 6)
    return str(value)[:LONGEST]
