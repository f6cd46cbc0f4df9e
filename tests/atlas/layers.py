"""Layers and versions for tests."""

from __future__ import annotations

import secrets
from typing import Any

from conurb.atlas import storing
from conurb.atlas.models import Layer, LayerVersion, folder
from conurb.region.competence import competent


def layer(city: str = "430100", *, kind: str = "land-use", name: str = "国土空间规划") -> Layer:
    """A layer of a city's planning authority."""
    return Layer.everything.create(
        key=secrets.token_hex(15),
        kind=kind,
        city_id=city,
        authority=competent("spatial-planning", city),
        name_zh=name,
        name_en="Spatial plan",
    )


def version(of: Layer, frame: Any = None, **facts: Any) -> LayerVersion:
    """A version with the features of `frame`, where one is given."""
    sha256, bounds = "0" * 64, (112.0, 27.0, 113.0, 28.0)
    if frame is not None:
        sha256, _ = storing.write(frame, folder())
        bounds = tuple(frame.total_bounds)
    return LayerVersion.everything.create(
        **{
            "key": secrets.token_hex(15),
            "layer": of,
            "number": of.versions.count() + 1,
            "sha256": sha256,
            "geometry": "polygon",
            "feature_count": 0 if frame is None else len(frame),
            **dict(zip(("west", "south", "east", "north"), bounds, strict=True)),
            "fields": [],
            "classes": {},
            **facts,
        }
    )
