"""Tasks at their places as GeoJSON (RFC 7946), written feature by feature."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from conurb.plan.writers.plain import text_json
from conurb.plan.writers.records import TaskRecord


def pieces(tasks: Iterable[TaskRecord]) -> Iterator[str]:
    """Yield a FeatureCollection of the tasks that have a geometry; coordinates are WGS 84."""
    yield '{"type": "FeatureCollection", "features": ['
    first = True
    for task in tasks:
        geometry = task.geometry
        if geometry is None:
            continue
        yield ("\n" if first else ",\n") + json.dumps(_feature(task, geometry), ensure_ascii=False)
        first = False
    yield "\n]}\n"


def _feature(task: TaskRecord, geometry: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": task.urn,
        "geometry": geometry,
        "properties": {
            "key": task.key,
            "address": task.address,
            "number": task.number,
            "field": task.field_number,
            "item": task.item_number,
            "text": text_json(task.text),
            "kind": task.kind,
            "stage": task.stage.key,
            "light": task.light,
            "due": task.due.isoformat() if task.due else None,
            "lead": task.lead.key if task.lead else None,
            "places": [place.name for place in task.places],
        },
    }
