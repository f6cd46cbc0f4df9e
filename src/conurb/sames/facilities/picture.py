"""Maps as pictures, for documents on paper: areas, lines and marks, drawn from coordinates.

Coordinates are longitude and latitude in degrees; they are drawn equirectangular about the middle
of what is shown, which over two degrees is off by less than the width of a line. Pictures carry no
words, as a server has no fonts to be sure of: what is drawn is told beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from math import cos, radians

from PIL import Image, ImageDraw

Point = tuple[float, float]
Line = Sequence[Point]
Colour = str
"""#rrggbb."""

FINER = 2
"""Drawn so many times as large and then reduced, so that lines are smooth."""
COLOURS = 96
MARGIN = 0.04
"""Of the longer side, left free around what is shown."""


@dataclass(frozen=True)
class Area:
    """A polygon with holes: its rings, the outer first, what fills it and its border."""

    rings: Sequence[Line]
    fill: Colour
    border: Colour = ""
    width: float = 1.0


@dataclass(frozen=True)
class Stroke:
    """A line, its colour and its width in pixels; dashed where `dash` gives pixels on and off."""

    line: Line
    colour: Colour
    width: float
    dash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Mark:
    """A disc at a point: its radius in pixels, what fills it and its edge."""

    at: Point
    radius: float
    fill: Colour
    edge: Colour = "#ffffff"


@dataclass(frozen=True)
class Picture:
    """What is drawn, from the lowest to the highest: areas, strokes, marks."""

    areas: Sequence[Area] = ()
    strokes: Sequence[Stroke] = ()
    marks: Sequence[Mark] = ()
    ground: Colour = "#eef1f4"
    shown: Sequence[Point] = field(default=())
    """Points that shall all be in sight; all of the areas where it is empty."""


def draw(picture: Picture, width: int, height: int) -> bytes:
    """Return the picture as PNG of so many pixels. ValueError where nothing is to be shown."""
    frame = _Frame(picture, width * FINER, height * FINER)
    image = Image.new("RGB", (width * FINER, height * FINER), picture.ground)
    pen = ImageDraw.Draw(image)
    for area in picture.areas:
        _fill(pen, area, frame, picture.ground)
    for area in picture.areas:
        for ring in area.rings if area.border else ():
            _trace(pen, frame.all(ring), area.border, area.width)
    for stroke in picture.strokes:
        _stroke(pen, stroke, frame)
    for mark in picture.marks:
        x, y = frame.at(mark.at)
        for radius, colour in ((mark.radius + 2, mark.edge), (mark.radius, mark.fill)):
            reach = radius * FINER
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    out = BytesIO()
    # few colours, so that a document with many maps stays small
    image.reduce(FINER).quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        out, "PNG"
    )
    return out.getvalue()


class _Frame:
    """Where degrees come to lie in the picture."""

    def __init__(self, picture: Picture, width: int, height: int) -> None:
        points = list(picture.shown) or [
            point for area in picture.areas for ring in area.rings for point in ring
        ]
        if not points:
            raise ValueError("nothing to show: give areas, or the points that shall be in sight")
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        self.narrow = cos(radians((south + north) / 2))
        across, up = max((east - west) * self.narrow, 1e-6), max(north - south, 1e-6)
        room = 1 - 2 * MARGIN
        self.scale = min(width * room / across, height * room / up)
        self.middle = ((west + east) / 2, (south + north) / 2)
        self.centre = (width / 2, height / 2)

    def at(self, point: Point) -> Point:
        return (
            self.centre[0] + (point[0] - self.middle[0]) * self.narrow * self.scale,
            self.centre[1] - (point[1] - self.middle[1]) * self.scale,
        )

    def all(self, line: Line) -> list[Point]:
        return [self.at(point) for point in line]


def _fill(pen: ImageDraw.ImageDraw, area: Area, frame: _Frame, ground: Colour) -> None:
    outer, *holes = area.rings
    pen.polygon(frame.all(outer), fill=area.fill)
    for hole in holes:
        pen.polygon(frame.all(hole), fill=ground)


def _stroke(pen: ImageDraw.ImageDraw, stroke: Stroke, frame: _Frame) -> None:
    line = frame.all(stroke.line)
    for part in _dashes(line, stroke.dash) if stroke.dash else (line,):
        _trace(pen, part, stroke.colour, stroke.width)


def _trace(pen: ImageDraw.ImageDraw, line: list[Point], colour: Colour, width: float) -> None:
    wide = max(round(width * FINER), 1)
    pen.line(line, fill=colour, width=wide, joint="curve")
    if wide > FINER:  # round ends
        for x, y in (line[0], line[-1]):
            reach = wide / 2
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)


def _dashes(line: list[Point], dash: tuple[float, float]) -> Iterable[list[Point]]:
    """Yield the parts of a line that are drawn."""
    on, off = dash[0] * FINER, dash[1] * FINER
    drawn, left, part = True, on, [line[0]]
    for end in line[1:]:
        begin = part[-1]
        length = ((end[0] - begin[0]) ** 2 + (end[1] - begin[1]) ** 2) ** 0.5
        while length > left:
            share = left / length
            begin = (
                begin[0] + (end[0] - begin[0]) * share,
                begin[1] + (end[1] - begin[1]) * share,
            )
            part.append(begin)
            if drawn:
                yield part
            length -= left
            drawn, left, part = not drawn, off if drawn else on, [begin]
        left -= length
        part.append(end)
    if drawn and len(part) > 1:
        yield part
