"""A piece of map as a picture for paper: areas and lines, a finding in a frame, north, a scale bar.

Coordinates are longitude and latitude in degrees. They are drawn equirectangular about the middle
of what is shown, which over the few kilometres around a finding is off by less than a line's width.
The words on a picture are figures and the letter N, so that no font of the machine is needed; what
the colours mean is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import cos, floor, log10, radians

import shapely
from PIL import Image, ImageDraw, ImageFont
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

Bounds = tuple[float, float, float, float]
Colour = str
"""#rrggbb."""
Pixel = tuple[float, float]

FINER = 2
"""Drawn so many times as large and then reduced, so that lines are smooth."""
METRES_A_DEGREE = 111_320.0
"""Of latitude; of longitude at the equator. Mean of the WGS 84 ellipsoid, good to 0.6 %."""
LEAST_EXTENT_M = 400.0
AROUND = 1.6
"""How many times the extent of the finding the picture shows."""
BAR_SHARE = 0.3
"""The scale bar is at most this part of the picture's width."""
PAPER: Colour = "#f4f5f7"
INK: Colour = "#1f2937"
FRAME: Colour = "#c81e1e"


@dataclass(frozen=True)
class Shape:
    """One feature as it is drawn; lines take `border` and `width` alone. Width in pixels."""

    geometry: BaseGeometry
    fill: Colour
    border: Colour
    width: float = 1.0


@dataclass(frozen=True)
class Scene:
    """What is drawn, from the lowest to the highest: shapes, borders, the finding outlined."""

    shapes: Sequence[Shape]
    borders: Sequence[BaseGeometry] = ()
    focus: BaseGeometry | None = None
    numbered: Sequence[tuple[float, float, int]] = ()
    """Marks with a figure, at longitude and latitude: comments, or findings of a list."""


def window(focus: Iterable[BaseGeometry], shape: float) -> Bounds:
    """Return the degrees that a picture shows around geometries; `shape` is width by height.

    Raises ValueError where there is nothing to show.
    """
    parts = [each for each in focus if not each.is_empty]
    if not parts:
        raise ValueError("Nothing to show: give at least one geometry that is not empty.")
    west, south, east, north = shapely.total_bounds(parts)
    x, y = (west + east) / 2, (south + north) / 2
    narrow = cos(radians(y))
    across = max((east - west) * narrow * METRES_A_DEGREE * AROUND, LEAST_EXTENT_M)
    up = max((north - south) * METRES_A_DEGREE * AROUND, LEAST_EXTENT_M)
    across, up = max(across, up * shape), max(up, across / shape)
    half_x, half_y = across / 2 / METRES_A_DEGREE / narrow, up / 2 / METRES_A_DEGREE
    return (x - half_x, y - half_y, x + half_x, y + half_y)


def bar_length(metres: float) -> float:
    """Return the longest of 1, 2 or 5 times a power of ten that is not above `metres`."""
    power = 10.0 ** floor(log10(metres))
    return max(step for step in (power, 2 * power, 5 * power) if step <= metres * (1 + 1e-9))


def length_words(metres: float) -> str:
    """Write a length for the scale bar: 500 m, 2 km."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def draw(scene: Scene, shown: Bounds, width: int, height: int) -> bytes:
    """Return the part `shown` of a scene as PNG of so many pixels."""
    frame = _Frame(shown, width * FINER, height * FINER)
    image = Image.new("RGB", (width * FINER, height * FINER), PAPER)
    pen = ImageDraw.Draw(image)
    for shape in scene.shapes:
        _shape(pen, frame, shape)
    for border in scene.borders:
        _trace(pen, frame, border, INK, 2.0, dash=True)
    if scene.focus is not None:
        _focus(pen, frame, scene.focus)
    for x, y, number in scene.numbered:
        _number(pen, frame.at(x, y), number)
    _north(pen, width)
    _bar(pen, frame, width, height)
    pen.rectangle((0, 0, width * FINER - 1, height * FINER - 1), outline=INK, width=FINER)
    out = BytesIO()
    image.resize((width, height), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Frame:
    """Where degrees come to lie in a picture."""

    def __init__(self, shown: Bounds, width: int, height: int) -> None:
        west, south, east, north = shown
        self.reach = shapely.box(*shown).buffer((east - west) * 0.02)
        shapely.prepare(self.reach)
        self.west, self.north = west, north
        self.x_scale, self.y_scale = width / (east - west), height / (north - south)
        narrow = cos(radians((south + north) / 2))
        self.metres_a_pixel = (east - west) * narrow * METRES_A_DEGREE / width

    def at(self, x: float, y: float) -> Pixel:
        return ((x - self.west) * self.x_scale, (self.north - y) * self.y_scale)

    def ring(self, line: BaseGeometry) -> list[Pixel]:
        return [self.at(x, y) for x, y in shapely.get_coordinates(line)]

    def parts(self, geometry: BaseGeometry) -> list[BaseGeometry]:
        """The single parts of what of a geometry is in sight, a little beyond the edge."""
        if self.reach.contains(geometry):
            return list(shapely.get_parts(geometry))
        if not self.reach.intersects(geometry):
            return []
        sound = geometry if geometry.is_valid else shapely.make_valid(geometry)
        return list(shapely.get_parts(shapely.intersection(sound, self.reach)))


def _shape(pen: ImageDraw.ImageDraw, frame: _Frame, shape: Shape) -> None:
    for part in frame.parts(shape.geometry):
        if part.geom_type == "Polygon":
            _fill(pen, frame, part, shape.fill)
        elif part.geom_type == "Point":
            x, y = frame.at(part.x, part.y)
            reach = 3 * FINER
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=shape.border)
    _trace(pen, frame, shape.geometry, shape.border, shape.width)


def _fill(pen: ImageDraw.ImageDraw, frame: _Frame, polygon: BaseGeometry, fill: Colour) -> None:
    """Fill a polygon; holes are left as they are by cutting it to pieces without holes."""
    if len(polygon.interiors) == 0:
        pen.polygon(frame.ring(polygon.exterior), fill=fill)
        return
    for triangle in shapely.get_parts(shapely.constrained_delaunay_triangles(polygon)):
        pen.polygon(frame.ring(triangle.exterior), fill=fill, outline=fill)


def _trace(
    pen: ImageDraw.ImageDraw,
    frame: _Frame,
    geometry: BaseGeometry,
    colour: Colour,
    width: float,
    *,
    dash: bool = False,
) -> None:
    lines = geometry.boundary if geometry.geom_type in {"Polygon", "MultiPolygon"} else geometry
    if lines.geom_type in {"Point", "MultiPoint"}:
        return
    for part in frame.parts(lines):
        if part.geom_type not in {"LineString", "LinearRing"}:
            continue
        drawn = _dashed(frame, part) if dash else [frame.ring(part)]
        for line in drawn:
            pen.line(line, fill=colour, width=max(round(width * FINER), 1), joint="curve")


def _dashed(frame: _Frame, line: BaseGeometry) -> list[list[Pixel]]:
    """A line as dashes of 10 pixels with gaps of 6."""
    flat = shapely.LineString(frame.ring(line))
    on, step = 10 * FINER, 16 * FINER
    pieces = (
        substring(flat, begin, min(begin + on, flat.length))
        for begin in range(0, int(flat.length) + 1, step)
    )
    return [list(piece.coords) for piece in pieces if piece.length > 0]


def _focus(pen: ImageDraw.ImageDraw, frame: _Frame, focus: BaseGeometry) -> None:
    """The outline of a finding, white under red; a ring around what is too small to see."""
    _trace(pen, frame, focus, "#ffffff", 5.0)
    _trace(pen, frame, focus, FRAME, 3.0)
    west, south, east, north = focus.bounds
    (left, top), (right, bottom) = frame.at(west, north), frame.at(east, south)
    if max(right - left, bottom - top) < 24 * FINER:
        x, y, reach = (left + right) / 2, (top + bottom) / 2, 16 * FINER
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=FRAME, width=3 * FINER)


def _number(pen: ImageDraw.ImageDraw, at: Pixel, number: int) -> None:
    (x, y), reach = at, 9 * FINER
    box = (x - reach, y - reach, x + reach, y + reach)
    pen.ellipse(box, fill=FRAME, outline="#ffffff", width=FINER)
    pen.text((x, y), str(number), fill="#ffffff", font=_font(11), anchor="mm")


def _north(pen: ImageDraw.ImageDraw, width: int) -> None:
    x, top = (width - 20) * FINER, 26 * FINER
    half, tall = 6 * FINER, 22 * FINER
    pen.rectangle(
        (x - 13 * FINER, 6 * FINER, x + 13 * FINER, top + tall + 5 * FINER), fill="#ffffff"
    )
    pen.polygon([(x, top), (x - half, top + tall), (x, top + tall * 0.75)], fill=INK)
    pen.polygon(
        [(x, top), (x + half, top + tall), (x, top + tall * 0.75)], fill="#ffffff", outline=INK
    )
    pen.text((x, 16 * FINER), "N", fill=INK, font=_font(13), anchor="mm")


def _bar(pen: ImageDraw.ImageDraw, frame: _Frame, width: int, height: int) -> None:
    metres = bar_length(frame.metres_a_pixel * width * FINER * BAR_SHARE)
    long = metres / frame.metres_a_pixel
    left, base = 14 * FINER, (height - 14) * FINER
    words = length_words(metres)
    pen.rectangle(
        (6 * FINER, base - 22 * FINER, left + long + 8 * FINER, base + 8 * FINER), fill="#ffffff"
    )
    half = long / 2
    pen.rectangle((left, base - 5 * FINER, left + half, base), fill=INK)
    pen.rectangle(
        (left + half, base - 5 * FINER, left + long, base), fill="#ffffff", outline=INK, width=FINER
    )
    pen.text((left + half, base - 13 * FINER), words, fill=INK, font=_font(11), anchor="mm")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The face that Pillow carries in itself; it has Latin letters and figures."""
    return ImageFont.load_default(size * FINER)
