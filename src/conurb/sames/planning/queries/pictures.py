"""Pictures of a review for its document: the whole, and the gravest findings one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from conurb.atlas import storing
from conurb.atlas.legend import colour_of
from conurb.atlas.models import LayerVersion
from conurb.atlas.queries.findings_sides import borders
from conurb.region.models import User
from conurb.sames.planning import drawing
from conurb.sames.planning.drawing import Bounds, Scene, Shape
from conurb.sames.planning.models import Review
from conurb.sames.planning.queries import conflicts
from conurb.sames.planning.queries.conflicts import Row
from conurb.sames.planning.queries.maps import LOWEST, label_of

WIDTH, HEIGHT = 1000, 640
MOST_FEATURES = 20_000
"""Of a layer on one picture; of more, those nearest to the middle are drawn."""
OWN, OTHER = "#1f2937", "#1260a8"


@dataclass(frozen=True)
class Picture:
    """A drawn piece of map as PNG, with the legend entries of what it shows."""

    png: bytes
    legend: tuple[tuple[str, str], ...]


class Album:
    """The layers of a review, read once for all its pictures."""

    def __init__(self, actor: User, review: Review) -> None:
        self.review = review
        self.versions = sorted(
            conflicts.compared(actor, review),
            key=lambda each: (each.layer.kind not in LOWEST, each == review.version),
        )
        self.shapes = conflicts.shapes_of(actor, review)
        where = borders()
        self.borders = [where.plane.to_degrees(line) for line in where.lines.values()]

    def overview(self, numbers: Mapping[str, int]) -> Picture:
        """Return the whole: every finding marked by its number, or the version where none is.

        `numbers` are those of findings by key.
        """
        found = list(self.shapes.values())
        shown = found or [shapely.box(*self.review.version.bounds)]
        marks = [
            (point.x, point.y, numbers[key])
            for key, point in (
                (key, shape.representative_point()) for key, shape in self.shapes.items()
            )
            if key in numbers
        ]
        return self._drawn(shown, None, marks)

    def of(self, row: Row) -> Picture | None:
        """Return a finding in its surroundings; None where its geometry is not kept."""
        shape = self.shapes.get(row.key)
        return None if shape is None else self._drawn([shape], shape, [])

    def names(self) -> list[str]:
        """Return what is compared, the version under review last."""
        return [label_of(version) for version in self.versions]

    def _drawn(
        self,
        shown: Sequence[BaseGeometry],
        focus: BaseGeometry | None,
        marks: Sequence[tuple[float, float, int]],
    ) -> Picture:
        window = drawing.window(shown, WIDTH / HEIGHT)
        shapes: list[Shape] = []
        legend: dict[str, str] = {}
        for version in self.versions:
            drawn, classes = _shapes(version, window, own=version == self.review.version)
            shapes += drawn
            legend |= classes
        scene = Scene(shapes, self.borders, focus, marks)
        return Picture(drawing.draw(scene, window, WIDTH, HEIGHT), tuple(legend.items()))


def _shapes(
    version: LayerVersion, window: Bounds, *, own: bool
) -> tuple[list[Shape], dict[str, str]]:
    """Return the features in sight, and {name of the class: colour} of what is drawn."""
    frame = storing.read(version.path, window, columns=["code"])
    if len(frame) > MOST_FEATURES:
        middle = shapely.Point((window[0] + window[2]) / 2, (window[1] + window[3]) / 2)
        nearest = shapely.distance(frame.geometry.to_numpy(), middle).argsort()[:MOST_FEATURES]
        frame = frame.iloc[sorted(nearest)]
    kind = version.layer.kind
    codes = [str(code or "") for code in frame["code"]] if "code" in frame else [""] * len(frame)
    lines = version.geometry == LayerVersion.Geometry.LINE
    edge, width = (OWN if own else OTHER), (1.4 if own else 0.9)
    shapes, classes = [], {}
    for geometry, code in zip(frame.geometry.to_numpy(), codes, strict=True):
        colour = colour_of(kind, code)
        classes[conflicts.class_name(kind, code)] = colour
        shapes.append(
            Shape(geometry, colour, colour, 2.5) if lines else Shape(geometry, colour, edge, width)
        )
    return shapes, classes
