"""Layers at the common border of two cities, planners, and reviews that are under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.queries import findings_sides
from conurb.region.competence import competent
from conurb.region.models import User
from conurb.sames.planning.actions import reviews
from conurb.sames.planning.models import Review
from tests.atlas import layers

CHANGSHA, ZHUZHOU, XIANGTAN = "430100", "430200", "430300"
Plot = tuple[str, float, float, float, float]
Commits = Callable[..., AbstractContextManager[Any]]

FACTORY: Plot = ("100103", -500, -200, -20, 200)
"""A works of the third class, on Changsha's side, 20 m from the border with Zhuzhou or less."""
PARK: Plot = ("1401", -500, -200, -20, 200)
HOMES: Plot = ("0701", 20, -200, 500, 200)
FAR: Plot = ("0701", -30_000, 0, -29_500, 400)


def planner(city: str, name: str = "") -> User:
    """An officer of a city's authority for spatial planning."""
    username = name or f"planner-{city}"
    found = User.objects.filter(username=username).first()
    return found or User.objects.create_user(
        username, full_name=f"规划员{city}", authority=competent("spatial-planning", city)
    )


def frame(*plots: Plot, pair: tuple[str, str] = (CHANGSHA, ZHUZHOU)) -> gpd.GeoDataFrame:
    """Plots as (code, west, south, east, north) in metres from the middle of a common border."""
    borders = findings_sides.borders()
    middle = shapely.line_interpolate_point(borders.lines[pair], 0.5, normalized=True)
    boxes = [
        shapely.box(middle.x + west, middle.y + south, middle.x + east, middle.y + north)
        for _code, west, south, east, north in plots
    ]
    fine = [code for code, *_ in plots]
    return gpd.GeoDataFrame(
        {
            "fid": np.arange(len(plots)),
            "code": [code[:4] if code.isdigit() else code for code in fine],
            "source_code": fine,
            "name": [f"地块{number}" for number in range(len(plots))],
        },
        geometry=borders.plane.to_degrees(np.array(boxes, dtype=object)),
        crs="EPSG:4326",
    )


def draft(*plots: Plot, city: str = CHANGSHA, of: Layer | None = None) -> LayerVersion:
    """A draft version of a city's land-use plan."""
    return layers.version(of or layers.layer(city), frame(*plots))


def neighbour_plan(*plots: Plot) -> LayerVersion:
    """What Zhuzhou has published already."""
    return layers.version(layers.layer(ZHUZHOU), frame(*plots), state="published")


def submitted(commits: Commits, *plots: Plot, title: str = "用地规划（演示）") -> Review:
    """A review that Changsha has begun, its findings worked out."""
    with commits(execute=True):
        return reviews.submit(planner(CHANGSHA), draft(*plots), title=title)


def renewed(commits: Commits, review: Review, *plots: Plot, words: str = "") -> Review:
    """The review with a new version, its findings worked out before as a planner would."""
    from conurb.sames.planning.actions import looking

    version = draft(*plots, of=review.layer)
    with commits(execute=True):
        looking.look(planner(CHANGSHA), version)
    return reviews.resubmit(planner(CHANGSHA), review, version, words=words)


def stands(review: Review) -> dict[str, str]:
    """What each city says: {code: stand}."""
    return {each.city_id: each.stand for each in review.parties.all()}


def acts(review: Review) -> Iterator[str]:
    """The acts of a review in order."""
    yield from review.events.order_by("pk").values_list("act", flat=True)
